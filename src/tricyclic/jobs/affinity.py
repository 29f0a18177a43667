"""Competition plates become the affinity (Ki) of a compound, pooled over independent runs."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Job, Progress
from tricyclic.jobs._plates import PlatesRequest, analyse

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found


@dataclass(frozen=True)
class Request(PlatesRequest):
    """Ki of a compound from raw competition plates, one plate per independent run."""


def run(request: Request) -> Generator[Progress, None, Found]:
    """Analyse the plates; every well is fitted as it was counted."""
    return (yield from analyse(request, "competition"))


JOB = Job("affinity", "Ki from competition plates", Request, run)
