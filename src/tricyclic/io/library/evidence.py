"""Published values and the papers they come from: `evidence/*.csv` and `sources.csv`.

Rows of a user's own folder are added; a source with the same key replaces ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tricyclic.core.certainty import CERTAINTIES
from tricyclic.core.evidence import Evidence, Source
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.folders import folders_with_sources, library_places, listed
from tricyclic.io.library.tables import table_number, table_rows
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import known_unit

# Tables with a form of their own in the folder `evidence`: experiments that calibrations use, and
# experiments that test what a calibrated model predicts.
OBSERVATIONS, PREDICTIONS = "observations.csv", "predictions.csv"
EVIDENCE_COLUMNS = (
    "subject",
    "target",
    "parameter",
    "value",
    "unit",
    "low",
    "high",
    "qualifier",
    "species",
    "preparation",
    "radioligand",
    "source",
    "certainty",
    "quality",
)


def sources(folder: str | Path | None = None) -> dict[str, Source]:
    """All papers by key.

    Raises
    ------
    InputError
        If a source has no key or no citation.
    """
    by_key: dict[str, Source] = {}
    for place in folders_with_sources(folder):
        file = place / "sources.csv"
        if not file.is_file():
            continue
        for line, row in table_rows(file, ("key", "citation"), ("doi", "address", "caution")):
            for column in ("key", "citation"):
                if not row[column]:
                    raise InputError(f"has no {column}", where=f"{file.name}, line {line}")
            by_key[row["key"]] = Source(**row)
    return by_key


def evidence(
    subject: str = "", target: str = "", parameter: str = "", *, folder: str | Path | None = None
) -> tuple[Evidence, ...]:
    """Published values, in the order of the files; an empty filter accepts all.

    Parameters
    ----------
    subject, target, parameter : str
        As in the tables ("desipramine", "NET", "Ki"); case, blanks and hyphens do not matter.
    folder : path, optional
        The user's own library folder, whose `evidence/*.csv` are added.

    Raises
    ------
    InputError
        If a row cannot be used.
    """
    wanted = {"subject": _plain(subject), "target": _plain(target), "parameter": _plain(parameter)}
    known = sources(folder)
    return tuple(
        item
        for place in library_places(folder)
        for file in listed(place / "evidence", ".csv")
        if file.name not in (OBSERVATIONS, PREDICTIONS)
        for line, row in table_rows(file, EVIDENCE_COLUMNS[:5], EVIDENCE_COLUMNS[5:])
        for item in [_evidence(row, known, f"{file.name}, line {line}")]
        if all(not text or _plain(getattr(item, key)) == text for key, text in wanted.items())
    )


def _evidence(row: Mapping[str, str], known: Mapping[str, Source], where: str) -> Evidence:
    if row["source"] and row["source"] not in known:
        raise UnknownNameError.among("source", row["source"], known, where=where)
    qualifier: Any = row["qualifier"] or "="
    if qualifier not in ("=", ">", "<"):
        raise InputError(
            f"the qualifier is '{qualifier}'", where=where, allowed="A qualifier is =, > or <"
        )
    certainty: Any = row["certainty"] or "reported"
    if certainty not in CERTAINTIES:
        raise UnknownNameError.among("certainty", certainty, CERTAINTIES, where=where)
    value, low, high = (
        table_number(row[key], f"{where}, column {key}") for key in ("value", "low", "high")
    )
    outside = math.isfinite(value + low + high) and not low <= value <= high
    if low > high or outside:
        raise InputError(
            f"{row['parameter']} of {row['subject']} at {row['target']} is {value:g}, "
            f"outside its own range {low:g} to {high:g}",
            where=where,
            do="Check the unit",
        )
    texts = ("subject", "target", "parameter", "species", "preparation", "radioligand")
    return Evidence(
        **{key: row[key] for key in (*texts, "source", "quality")},
        value=value,
        low=low,
        high=high,
        unit=row["unit"] if row["unit"] == UNKNOWN else known_unit(row["unit"], where=where),
        qualifier=qualifier,
        certainty=certainty,
    )


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum() or c in "+()")
