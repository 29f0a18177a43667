"""Checks of what a fit used of its readings: settings that differ but that no curve uses, and
non-specific binding that no reading measures.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tricyclic.core.check import Check
from tricyclic.fitting.problem import FitPart, FitProblem

# Ligands that take the place of the radioligand, so that their highest concentrations measure
# non-specific binding.
COMPETING = ("competitor_M", "displacer_M", "modulator_M")


def input_checks(problem: FitProblem) -> Iterator[Check]:
    """Checks that fail where a setting has no effect, and warn where binding was not measured."""
    for part in problem.parts:
        yield from unused_settings(part)
    yield from unmeasured_nonspecific(problem)


def unused_settings(part: FitPart) -> Iterator[Check]:
    """Settings that differ between readings although the curve does not depend on them."""
    used = [column.name for column in part.model.columns if column.name in part.series.x]
    # A displacer is in non-specific wells only; a curve without it knows them from `specific`.
    known = [part.series.x[name] for name in used]
    if "specific" in used:
        known.append(part.series.x.get("displacer_M", part.series.x["specific"]))
    for name, values in part.series.x.items():
        if name in used or np.ptp(values) == 0:
            continue
        if any(np.array_equal(values, other) for other in known):
            continue
        yield Check(
            "setting_not_used",
            "fail",
            f"{name} differs between readings ({values.min():.4g} to {values.max():.4g}), but the "
            f"curve {part.curve_name} does not depend on it",
            where=part.series.name,
            value=float(values.max()),
            advice=f"Fit a curve with the column {name}, or only readings at one {name}",
        )


def unmeasured_nonspecific(problem: FitProblem) -> Iterator[Check]:
    """Non-specific binding that is fitted although no reading is of a well without sites."""
    free = {slot.name for slot in problem.free}
    of_name: dict[str, list[FitPart]] = {}
    for part in problem.parts:
        own = {parameter.name for parameter in part.model.parameters}
        name = part.name_of("nonspecific")
        if "nonspecific" in own and name in free:
            of_name.setdefault(name, []).append(part)
    for name, parts in of_name.items():
        if any(_measures_nonspecific(part) for part in parts):
            continue
        yield Check(
            "nonspecific_not_measured",
            "warn",
            f"no reading is of a non-specific well: {name} is inferred from the shape of total "
            "binding alone",
            where=parts[0].series.name,
            advice="Add the non-specific wells (non_specific in study.toml, or a column specific "
            "with 0 in these wells), or fit saturation_specific if it was subtracted",
        )


def _measures_nonspecific(part: FitPart) -> bool:
    """Whether a reading is of a well without sites, or of one with a competing ligand."""
    x = part.series.x
    columns = {column.name for column in part.model.columns}
    without = "specific" in x and bool((x["specific"] < 1).any())
    displaced = any(
        name in columns and name in x and bool((x[name] > 0).any()) for name in COMPETING
    )
    return without or displaced
