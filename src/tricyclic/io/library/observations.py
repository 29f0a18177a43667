"""From the library, and a user's own folder, to Observations: experiments that scenarios are calibrated against, or kept apart from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tricyclic.core.observation import CERTAINTIES, MEASURES, RELATIONS, Observation
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.protocols import (
    OBSERVATIONS,
    PREDICTIONS,
    library_places,
    sources,
    table_number,
    table_rows,
)

COLUMNS = (
    "id",
    "row",
    "topic",
    "says",
    "scenario",
    "regimens",
    "reference",
    "quantity",
    "measure",
    "from_h",
    "to_h",
    "relation",
    "value",
    "low",
    "high",
    "error",
    "sd_log",
    "sd_basis",
    "unit",
)
MORE_COLUMNS = ("fitted", "conflicts_with", "source", "certainty", "note")


def observations(
    scenario: str = "", *, folder: str | Path | None = None, table: str = OBSERVATIONS
) -> tuple[Observation, ...]:
    """Read the observations of a scenario, or all; those of a user's folder are added.

    `table` is the file in `evidence/`: observations.csv is what calibrations are held against, predictions.csv of
    the same form is kept apart from them, to judge what they predict.

    Raises
    ------
    InputError
        If a row is not as it should be, or an id stands twice.
    UnknownNameError
        If a source, a row that conflicts, a measure or a relation is not known.
    """
    known = sources(folder)
    found: list[Observation] = []
    for place in library_places(folder):
        file = place / "evidence" / table
        if not file.is_file():
            continue
        for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
            where = f"{file.name}, line {line}"
            item = _observation(row, where)
            if item.source and item.source not in known:
                raise UnknownNameError.among("source", item.source, known, where=where)
            if any(item.id == other.id for other in found):
                raise InputError(
                    f"'{item.id}' stands twice",
                    where=where,
                    allowed="An observation has an id of its own",
                )
            found.append(item)
    names = {name for item in found for name in (item.id, item.row)}
    for item in found:
        for other in item.conflicts_with:
            if other not in names:
                raise UnknownNameError.among("observation", other, names, where=item.id)
    return tuple(item for item in found if scenario in ("", item.scenario))


def predictions(scenario: str = "", *, folder: str | Path | None = None) -> tuple[Observation, ...]:
    """Read the experiments that no calibration is held to: what a scenario predicts is judged by them.

    Raises
    ------
    InputError
        As for `observations`; or if a row is marked as fitted, or its id is one of the observations.
    """
    held = observations(folder=folder, table=PREDICTIONS)
    calibrated = {item.id for item in observations(folder=folder)}
    for item in held:
        if item.fitted or item.id in calibrated:
            raise InputError(
                "is calibrated against, and kept apart too",
                where=item.id,
                allowed=f"A row of {PREDICTIONS} has 'no' in the column fitted and an id of its own",
            )
    return tuple(item for item in held if scenario in ("", item.scenario))


def hash_of(items: Sequence[Observation]) -> str:
    """Hash of what a calibration makes of observations: their numbers, arms and weights; not the words about them."""
    told = [
        repr(
            (
                item.id,
                item.scenario,
                item.regimens,
                item.reference,
                item.quantity,
                item.measure,
                item.from_h,
                item.to_h,
                item.relation,
                item.value,
                item.low,
                item.high,
                item.sd_log,
                item.unit,
                item.fitted,
            )
        )
        for item in sorted(items, key=lambda item: item.id)
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _observation(row: dict[str, str], where: str) -> Observation:
    for name, known in (
        ("measure", MEASURES),
        ("relation", RELATIONS),
        ("certainty", CERTAINTIES),
        ("fitted", ("yes", "no", "")),
    ):
        if row[name] not in known:
            raise UnknownNameError.among(name, row[name], known, where=where)
    for name in ("id", "row", "scenario", "quantity", "says", "sd_basis"):
        if not row[name]:
            raise InputError(f"has no {name}", where=where)
    given: dict[str, Any] = {
        name: row[name]
        for name in (
            "id",
            "row",
            "topic",
            "says",
            "scenario",
            "regimens",
            "reference",
            "quantity",
            "measure",
            "relation",
            "sd_basis",
            "unit",
            "source",
            "certainty",
            "note",
        )
    }
    for name in ("from_h", "to_h", "value", "low", "high", "error", "sd_log"):
        given[name] = table_number(row[name], f"{where}, column {name}")
    given["fitted"] = row["fitted"] != "no"
    given["conflicts_with"] = tuple(
        part.strip() for part in row["conflicts_with"].split(";") if part.strip()
    )
    try:
        return Observation(**given)
    except InputError as error:
        raise error.at(where) from None
