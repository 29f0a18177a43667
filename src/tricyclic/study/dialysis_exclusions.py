"""Exclusions of microdialysis: animals, fractions and injections, each with its reason.

A target is `experiment/animal` ("NE/r12"), `experiment/animal/fraction` ("NE/r12/f07"), or
`experiment/injection` ("NE/std_5_2"). In a study of one microdialysis experiment alone, the name of
the experiment can be left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.format import join_reasons
from tricyclic.core.sample_list import SampleList
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.results.binding import Exclusion
from tricyclic.study import exclusions
from tricyclic.study.experiment import StudyExperimentPlan

Targets = dict[str, str]


def split_exclusions(
    recorded: Sequence[Exclusion], plans: Sequence[StudyExperimentPlan], *, alone: bool
) -> tuple[tuple[Exclusion, ...], dict[str, Targets]]:
    """Those of binding assays, and for each experiment its targets with their reasons.

    Parameters
    ----------
    recorded : sequence of Exclusion
    plans : sequence of StudyExperimentPlan
    alone : bool
        Whether the study has no binding assay.

    Raises
    ------
    InputError
        If a target occurs twice.
    """
    others: list[Exclusion] = []
    targets_of: dict[str, Targets] = {plan.name: {} for plan in plans}
    for one in recorded:
        names = [plan.name for plan in plans if one.target.startswith(f"{plan.name}/")]
        if names:
            name = max(names, key=len)
            target = one.target.removeprefix(f"{name}/").strip()
        elif alone and len(plans) == 1:
            name, target = plans[0].name, one.target
        else:
            others.append(one)
            continue
        if target in targets_of[name]:
            raise InputError(
                "appears twice",
                where=f"{exclusions.NAME}, target '{one.target}'",
                do="Keep one row for each target",
            )
        targets_of[name][target] = f"{one.reason} ({one.excluded_by}, {one.excluded_on})"
    return tuple(others), targets_of


def excluded_rows(samples: SampleList, targets: Targets) -> tuple[SampleList, Targets]:
    """The list with its excluded injections, and the animals that are excluded as a whole.

    Raises
    ------
    UnknownNameError
        If a target is no animal, fraction or injection of the list.
    """
    animals = {row.animal for row in samples if row.animal}
    names = {row.name for row in samples}
    reasons: Targets = {}
    whole: Targets = {}
    for target, reason in targets.items():
        animal, _, fraction = target.partition("/")
        if target in animals:
            whole[target] = reason
        elif target in names:
            reasons[target] = reason
        elif animal in animals and (name := _fraction(samples, animal, fraction)):
            reasons[name] = reason
        else:
            raise UnknownNameError.among(
                "animal or injection of the list",
                target,
                animals | names,
                where=f"{exclusions.NAME}, target '{target}'",
            )
    rows = tuple(
        replace(row, excluded=join_reasons(row.excluded, reasons[row.name]))
        if row.name in reasons
        else row
        for row in samples
    )
    return replace(samples, rows=rows), whole


def _fraction(samples: SampleList, animal: str, fraction: str) -> str:
    """The sample of an animal by its name, with or without the animal before it; else empty."""
    own = [row.name for row in samples if row.animal == animal]
    for name in (fraction, f"{animal}_{fraction}", f"{animal}-{fraction}", f"{animal} {fraction}"):
        if name in own:
            return name
    return ""
