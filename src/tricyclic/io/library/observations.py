"""Observations of the library and of a user's folder: experiments for calibration, and others for
validation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tricyclic.core.certainty import CERTAINTIES
from tricyclic.core.evidence import Source
from tricyclic.core.observation import MEASURES, QUALIFIERS, Observation
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.evidence import OBSERVATIONS, PREDICTIONS, sources
from tricyclic.io.library.folders import library_places
from tricyclic.io.library.scenarios import scenario_names
from tricyclic.io.library.tables import table_number, table_rows

COLUMNS = (
    "id",
    "row",
    "topic",
    "description",
    "scenario",
    "dosing",
    "reference",
    "quantity",
    "measure",
    "from_h",
    "to_h",
    "qualifier",
    "value",
    "low",
    "high",
    "error",
    "sd_log",
    "sd_basis",
    "unit",
)
MORE_COLUMNS = ("fitted", "conflicts_with", "source", "certainty", "note")
_NUMBERS = ("from_h", "to_h", "value", "low", "high", "error", "sd_log")
# Columns with a fixed set of words.
_WORDS: dict[str, tuple[str, ...]] = {
    "measure": MEASURES,
    "qualifier": QUALIFIERS,
    "certainty": CERTAINTIES,
    "fitted": ("yes", "no", ""),
}


def observations(
    scenario: str = "", *, folder: str | Path | None = None, table: str = OBSERVATIONS
) -> tuple[Observation, ...]:
    """Read the observations of a scenario, or all; those of a user's folder are added.

    `table` is the file in `evidence/`: observations.csv is for calibration; predictions.csv, of the
    same form, is for validation.

    Raises
    ------
    InputError
        If a row is not valid, or an id is used twice.
    UnknownNameError
        If a source, a conflicting observation, a measure or a qualifier is not known.
    """
    rows: list[Observation] = []
    for place in library_places(folder):
        file = place / "evidence" / table
        if file.is_file():
            rows += _read_table(file, rows, sources(folder))
    known = {scenario, *scenario_names(folder)}
    for row in rows:
        if row.scenario not in known:
            raise UnknownNameError.among("scenario", row.scenario, known - {""}, where=row.id)
    names = {name for row in rows for name in (row.id, row.row)}
    for row in rows:
        for other in row.conflicts_with:
            if other not in names:
                raise UnknownNameError.among("observation", other, names, where=row.id)
    return tuple(row for row in rows if scenario in ("", row.scenario))


def predictions(scenario: str = "", *, folder: str | Path | None = None) -> tuple[Observation, ...]:
    """Read the experiments that no calibration uses, for validation.

    Raises
    ------
    InputError
        As for `observations`; or if a row is marked as fitted, or its id is one of the
        observations.
    """
    rows = observations(folder=folder, table=PREDICTIONS)
    calibrated = {row.id for row in observations(folder=folder)}
    for row in rows:
        if row.fitted or row.id in calibrated:
            raise InputError(
                "is used for calibration and for validation",
                where=row.id,
                allowed=f"A row of {PREDICTIONS} has 'no' in the column fitted and its own id",
            )
    return tuple(row for row in rows if scenario in ("", row.scenario))


def observations_hash(rows: Sequence[Observation]) -> str:
    """Hash of what a calibration uses of observations: numbers, arms, weights; not descriptions."""
    texts = [
        repr(
            (
                row.id,
                row.scenario,
                row.dosing,
                row.reference,
                row.quantity,
                row.measure,
                row.from_h,
                row.to_h,
                row.qualifier,
                row.value,
                row.low,
                row.high,
                row.sd_log,
                row.unit,
                row.fitted,
            )
        )
        for row in sorted(rows, key=lambda row: row.id)
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _read_table(
    file: Traversable, known: Sequence[Observation], papers: Mapping[str, Source]
) -> list[Observation]:
    ids = {row.id for row in known}
    rows = []
    for line, cells in table_rows(file, COLUMNS, MORE_COLUMNS):
        where = f"{file.name}, line {line}"
        row = _observation(cells, where)
        if row.source and row.source not in papers:
            raise UnknownNameError.among("source", row.source, papers, where=where)
        if row.id in ids:
            raise InputError(
                f"the id '{row.id}' is used twice",
                where=where,
                allowed="Each observation has its own id",
            )
        ids.add(row.id)
        rows.append(row)
    return rows


def _observation(cells: dict[str, str], where: str) -> Observation:
    for name, words in _WORDS.items():
        if cells[name] not in words:
            raise UnknownNameError.among(name, cells[name], words, where=where)
    for name in ("id", "row", "scenario", "quantity", "description", "sd_basis"):
        if not cells[name]:
            raise InputError(f"has no {name}", where=where)
    values: dict[str, Any] = dict(cells)
    for name in _NUMBERS:
        values[name] = table_number(cells[name], f"{where}, column {name}")
    values["fitted"] = cells["fitted"] != "no"
    values["conflicts_with"] = tuple(
        part.strip() for part in cells["conflicts_with"].split(";") if part.strip()
    )
    try:
        return Observation(**values)
    except InputError as error:
        raise error.at(where) from None
