"""The kinds of experiments that a study can have beside binding assays, by their table in
study.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tricyclic.io.toml_schema import ListField
from tricyclic.study.dialysis_plan import dialysis_plan
from tricyclic.study.dialysis_schema import EXPERIMENTS
from tricyclic.study.experiment import StudyExperimentPlan
from tricyclic.study.neurites_plan import NEURITES, neurites_plan
from tricyclic.study.release_plan import RELEASES, release_plan


@dataclass(frozen=True)
class KindOfPlan:
    """The schema of a table of study.toml, and what makes a plan of one of its entries."""

    schema: ListField
    read: Callable[[Mapping[str, Any], str], StudyExperimentPlan]


KINDS_OF_PLAN: dict[str, KindOfPlan] = {
    "microdialysis": KindOfPlan(EXPERIMENTS, dialysis_plan),
    "neurites": KindOfPlan(NEURITES, neurites_plan),
    "release": KindOfPlan(RELEASES, release_plan),
}


def experiment_plans(data: Mapping[str, Any], where: str) -> tuple[StudyExperimentPlan, ...]:
    """The experiments of study.toml that agree with the schema, kind by kind.

    Parameters
    ----------
    data : mapping
        The document.
    where : str
        Its name, for messages.
    """
    return tuple(
        kind.read(row, f"{where}, {name} {kind.schema.label(row, n)}")
        for name, kind in KINDS_OF_PLAN.items()
        for n, row in enumerate(data[name], 1)
    )
