"""The calibration of a scenario becomes PEtab v2 problems, which other programs estimate parameters from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """Write what a scenario is calibrated against as a PEtab v2 problem.

    `tricyclic petab noradrenergic_synapse --to petab`

    Scenarios that share its ensemble have a folder each: parameters of the same name are the same parameter. Limits, which
    PEtab cannot hold, are named in README.md.
    """

    scenario: str = asked(
        "Name of a scenario; those that share its ensemble are written as well", place=True
    )
    to: str = asked("Folder for the problems; new or empty", default="", path=True)
    folder: str = asked(
        "A library folder of your own, whose files win over ours", default="", path=True
    )


@dataclass(frozen=True)
class Written:
    """One problem: the observations that it holds, and those that it cannot hold, with the reason."""

    scenario: str
    held: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Result:
    """The problems and their files."""

    problems: tuple[Written, ...]
    files: tuple[str, ...]
    to_write: dict[str, bytes] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return {"problems": as_plain(self.problems), "files": list(self.files)}

    def as_text(self) -> str:
        """As a person reads it."""
        from tricyclic.jobs._virtual_ask import several

        lines = []
        for one in self.problems:
            lines.append(
                f"{one.scenario}   {several(len(one.held), 'observation')}   {len(one.left_out)} that PEtab cannot hold"
            )
            reasons: dict[str, list[str]] = {}
            for name, reason in one.left_out:
                reasons.setdefault(reason, []).append(name)
            lines += [
                f"  look   {len(names)} left out: {reason}" for reason, names in reasons.items()
            ]
        return "\n".join(lines)


def run(request: Request) -> Result:
    """Read, write a problem for each scenario that has an observation which PEtab can hold."""
    from tricyclic.exchange.petab import is_said, petab_problem
    from tricyclic.io.library.mechanisms import drugs, mechanisms
    from tricyclic.io.library.observations import observations
    from tricyclic.jobs._ensemble_group import group_of

    if not request.to:
        raise InputError("no folder is named", where="to", do="Add --to FOLDER")
    place = Path(request.to)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InputError("is not empty", where=request.to, do="Name a folder that is new or empty")
    own = request.folder or None
    _, sharing = group_of(request.scenario, request.folder)
    known_mechanisms, known_drugs = mechanisms(own), drugs(own)
    problems: list[Written] = []
    files: dict[str, bytes] = {}
    for one in sharing:
        rows = observations(one.name, folder=own)
        if one.name != request.scenario and not any(is_said(row) for row in rows):
            continue
        problem = petab_problem(one, rows, known_mechanisms, known_drugs)
        problems.append(Written(one.name, problem.held, problem.left_out))
        files |= {
            str(place / one.name / name): content.encode("utf-8")
            for name, content in problem.files.items()
        }
    return Result(
        tuple(problems), tuple(str(Path(name).relative_to(place)) for name in files), files
    )


JOB = Job("petab", "Write a calibration as a PEtab v2 problem", Request, run)
