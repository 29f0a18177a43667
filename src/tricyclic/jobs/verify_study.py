"""A study's results are computed anew and held against what is on disk, byte for byte.

The log's seals, the manifest and the raw files are held to their word on the way.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tricyclic.jobs._job import Job, Progress, asked


@dataclass(frozen=True)
class Request:
    """Recompute the latest results of a study and prove that they are the same, byte for byte."""

    study: str = asked("The study folder", place=True, path=True)


@dataclass(frozen=True)
class Result:
    """Whether the results are proven; `difference` names the first one where they are not."""

    study: str
    results: str
    proven: bool
    compared: int
    log_lines: int
    difference: str = ""

    @property
    def stop(self) -> bool:
        """Whether a difference was found."""
        return not self.proven

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Generator[Progress, None, Result]:
    """Verify a study; nothing in its folder is touched."""
    from tricyclic.io.atomic import first_difference
    from tricyclic.jobs._outputs import outputs_of
    from tricyclic.study import log
    from tricyclic.study import results_folder as results
    from tricyclic.study.folder import read_study

    folder = Path(request.study)
    yield Progress(0, 1, "reading the study")
    ready = read_study(folder)
    lines = len(log.read_log(folder))
    place = results.latest(folder)

    def result(difference: str, files: int = 0) -> Result:
        return Result(str(folder), str(place), not difference, files, lines, difference)

    known = results.logged_manifest(folder, place)
    if not known:
        return result(f"the log knows nothing of {place.name}")
    if known != results.manifest_hash(place):
        return result(f"{results.MANIFEST} is not the one that the log saw")
    damage = results.damage(place)
    if damage:
        return result(damage)
    if place.name.split(".")[0] != ready.key:
        return result(
            f"study.toml, a layout, an exclusion or the version of tricyclic has changed since {place.name} was made; run the study again"
        )
    _, files = yield from outputs_of(ready)
    return result(first_difference(place, files), len(files))


JOB = Job("verify", "Prove that results can be had again, byte for byte", Request, run)
