"""Saturation plates become the affinity (Kd) of a radioligand and the density of its sites (Bmax)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._plates import PlatesRequest, analyse

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found


@dataclass(frozen=True)
class Request(PlatesRequest):
    """Kd and Bmax from raw plates of total and non-specific wells over a range of radioligand."""

    kind: str = asked(
        "saturation, or homologous competition",
        default="saturation",
        choices=("saturation", "homologous"),
    )


def run(request: Request) -> Generator[Progress, None, Found]:
    """Analyse the plates; total and non-specific wells share one fit."""
    return (yield from analyse(request, request.kind))


JOB = Job("saturation", "Kd and Bmax from saturation plates", Request, run)
