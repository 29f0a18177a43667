"""A study folder becomes its results: tables, JSON, figures and a report, written whole or not at all."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found


@dataclass(frozen=True)
class Request:
    """Analyse all that a study folder holds and write results/<hash>/ with tables, JSON, figures and the report."""

    study: str = asked("The study folder", place=True, path=True)


def run(request: Request) -> Generator[Progress, None, Found]:
    """Analyse the study; the last good results stand until the new ones are whole."""
    from tricyclic.io.atomic import only_one
    from tricyclic.jobs._outputs import outputs_of
    from tricyclic.study import results_folder as results
    from tricyclic.study.folder import read_study

    folder = Path(request.study)
    with only_one(folder):
        yield Progress(0, 1, "reading the study")
        ready = read_study(folder)
        found, files = yield from outputs_of(ready)
        place = results.keep(ready, files, {"checks": found.levels})
    return found.at(str(place))


JOB = Job("run", "Analyse a study folder", Request, run)
