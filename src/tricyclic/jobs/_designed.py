"""What a design found: the planned experiment, what it is expected to show, and the files that tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tricyclic.assays.binding.design.advice import Change, Wished
    from tricyclic.assays.binding.design.chemistry import Depletion, TimeNeeded, WellCounts
    from tricyclic.assays.binding.design.dilutions import Optimum, Series
    from tricyclic.assays.binding.design.information import Width
    from tricyclic.assays.binding.design.plan import Plan
    from tricyclic.assays.binding.design.trial import Performance
    from tricyclic.jobs._design_plan import Taken


@dataclass(frozen=True)
class Designed:
    """A planned experiment, what it is expected to show, and what to change."""

    title: str
    plan: Plan
    proposed: bool
    taken: tuple[Taken, ...]
    depletion: Depletion
    times: tuple[TimeNeeded, ...]
    counts: tuple[WellCounts, ...]
    widths: tuple[Width, ...]
    series: tuple[Series, ...]
    optima: tuple[Optimum, ...]
    doubts: Mapping[str, str]
    changes: tuple[Change, ...]
    wished: Wished | None
    runs_table: tuple[tuple[int, float, float, float], ...]
    performance: tuple[Performance, ...]
    fired: tuple[tuple[str, float], ...]
    seed: int
    place: str = ""
    to_write: Mapping[str, bytes | str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The report for a person."""
        from tricyclic.jobs._design_text import text_of

        return text_of(self)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        from tricyclic.jobs._design_text import json_of

        return json_of(self)
