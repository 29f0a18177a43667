"""A scenario with its doses becomes files that other programs read: SBML, Antimony, SED-ML, a COMBINE archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked
from tricyclic.jobs._simulate_ask import Dosing

if TYPE_CHECKING:
    from tricyclic.simulation.model import Composed
    from tricyclic.simulation.run import Bench


@dataclass(frozen=True)
class Request(Dosing):
    """Write a dosed scenario for other programs.

    `tricyclic export noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip --every 12h --days 14 --to exported`
    """

    member: int | None = asked(
        "Member of the calibrated ensemble whose values hold, 0 the best; the library's values where left out",
        default=None,
    )
    to: str = asked("Folder for the files; new or empty", default="", path=True)


@dataclass(frozen=True)
class Result:
    """What was written."""

    scenario: str
    states: int
    parameters: int
    units: tuple[str, ...]
    files: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    to_write: dict[str, bytes] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "scenario": self.scenario,
            "states": self.states,
            "parameters": self.parameters,
            "unit_complaints": list(self.units),
            "files": list(self.files),
            "remarks": list(self.remarks),
        }

    def as_text(self) -> str:
        """As a person reads it."""
        lines = [
            f"{self.scenario}   {self.states} states   {self.parameters} parameters with these doses"
        ]
        lines += [f"  {name}" for name in self.files]
        lines += [f"  look   {complaint}" for complaint in self.units] or [
            "  fine   libSBML finds no error, and every unit balances"
        ]
        lines += [f"  look   {remark}" for remark in self.remarks]
        return "\n".join(lines)


def run(request: Request) -> Result:
    """Compose, bring to rest, write."""
    from tricyclic.exchange.sedml_omex import omex_archive, sbml_file, sedml_file, standalone_text
    from tricyclic.jobs._simulate_ask import ask
    from tricyclic.jobs._simulate_ensemble import at_member
    from tricyclic.sbml.document import unit_complaints, validation_complaints
    from tricyclic.simulation.run import Bench

    if not request.to:
        raise InputError("no folder is named", where="to", do="Add --to FOLDER")
    place = Path(request.to)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InputError("is not empty", where=request.to, do="Name a folder that is new or empty")
    ready, told = at_member(ask(request), request.member, request.folder)
    bench = Bench(ready.composed)
    rest = bench.rest(ready.values)
    sbml = sbml_file(bench, ready.values, rest)
    name = ready.scenario.name
    watched = [
        watch.quantity
        for watch in ready.scenario.watches
        if watch.quantity in ready.composed.quantities
    ]
    files = {
        f"{name}.xml": sbml.encode(),
        f"{name}.ant": standalone_text(bench, ready.values, rest).encode(),
        f"{name}.sedml": sedml_file(
            ready.composed, f"{name}.xml", _times(ready.horizon_h), watched
        ).encode(),
        "values.csv": _values(bench, ready.values).encode(),
    }
    files[f"{name}.omex"] = omex_archive(dict(files), master=f"{name}.sedml")
    return Result(
        name,
        len(bench.model.states),
        len(ready.composed.parameters),
        (*validation_complaints(sbml), *unit_complaints(sbml)),
        tuple(files),
        (told,) if told else (),
        {str(place / file): content for file, content in files.items()},
    )


def _times(end_h: float) -> Any:
    import numpy as np

    return np.linspace(0.0, end_h, min(max(int(end_h * 4), 100), 4000) + 1)


def _values(bench: Bench, values: Mapping[str, float]) -> str:
    """Every value with its range, certainty and source, one row each; what was set is marked, beside the library's value."""
    import csv
    import io
    import math

    composed: Composed = bench.composed
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        [
            "id",
            "name",
            "value",
            "unit",
            "low",
            "high",
            "cv",
            "certainty",
            "source",
            "says",
            "library_value",
        ]
    )
    for name, row in composed.parameters.items():
        limits = [repr(limit) if math.isfinite(limit) else "" for limit in (row.low, row.high)]
        rows.writerow(
            [
                composed.quantity(name).id,
                name,
                repr(float(values.get(name, row.value))),
                row.unit,
                *limits,
                row.cv or "",
                "set" if name in values else row.certainty,
                "" if name in values else row.source,
                row.says,
                repr(row.value) if name in values else "",
            ]
        )
    return text.getvalue()


JOB = Job("export", "Write a scenario as SBML, SED-ML and a COMBINE archive", Request, run)
