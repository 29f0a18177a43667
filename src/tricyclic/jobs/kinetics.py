"""Plates read over time become rate constants, residence time and the affinity they imply."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._plates import PlatesRequest, analyse

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found

KINDS = (
    "association",
    "dissociation",
    "association_then_dissociation",
    "competitive_association",
    "schild",
    "allosteric",
)


@dataclass(frozen=True)
class Request(PlatesRequest):
    """kon, koff and residence time from raw plates read over time; also Schild and allosteric plates."""

    kind: str = asked("What was varied", default="association", choices=KINDS)


def run(request: Request) -> Generator[Progress, None, Found]:
    """Analyse the plates."""
    return (yield from analyse(request, request.kind))


JOB = Job("kinetics", "Rates and residence time from plates read over time", Request, run)
