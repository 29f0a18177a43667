"""The shipped study is copied, run, and shown: from raw counts to a report, in one command."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found
    from tricyclic.results.binding import StudyResult

STUDY = "desipramine-study"


@dataclass(frozen=True)
class Request:
    """Copy the shipped desipramine study to a folder, run it there, and say where its report is."""

    folder: str = asked(
        "Folder for the study; made where it is missing",
        default="tricyclic-demo",
        place=True,
        path=True,
    )


@dataclass(frozen=True)
class Result:
    """What the study found, and where its report is."""

    found: Found
    reports: tuple[str, ...]

    @property
    def study(self) -> StudyResult:
        """The numbers."""
        return self.found.study

    def as_json(self) -> dict[str, Any]:
        """The result as one plain document."""
        return self.found.as_json() | {"reports": list(self.reports)}


def run(request: Request) -> Generator[Progress, None, Result]:
    """Copy the study where it is not there yet, and run it.

    A check that says stop is part of what is shown, so it does not make the demonstration fail.
    """
    from tricyclic.io.atomic import only_one
    from tricyclic.jobs._outputs import outputs_of
    from tricyclic.study import results_folder as results
    from tricyclic.study.examples import copy_shipped
    from tricyclic.study.folder import read_study

    folder = Path(request.folder)
    copy_shipped(STUDY, folder)
    with only_one(folder):
        yield Progress(0, 1, f"reading the study in {folder}")
        ready = read_study(folder)
        found, files = yield from outputs_of(ready)
        place = results.keep(ready, files, {"checks": found.levels})
    reports = tuple(str(place / name) for name in ("report.html", "report.pdf") if name in files)
    return Result(found.at(str(place)), reports)


JOB = Job("demo", "Run the shipped study, from raw counts to a report", Request, run)
