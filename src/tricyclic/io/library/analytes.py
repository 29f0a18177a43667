"""Analytes of dialysates and the transporters that take them up: `analytes.csv`.

An analyte in the user's folder replaces ours of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.core.analyte import Analyte, Uptake
from tricyclic.core.certainty import CERTAINTIES, SOURCED
from tricyclic.core.evidence import Source
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import library_places
from tricyclic.io.library.tables import table_rows

FILE = "analytes.csv"
COLUMNS = ("name", "transporter")
MORE_COLUMNS = ("other_names", "region", "description", "source", "certainty")


def analytes(folder: str | Path | None = None) -> tuple[Analyte, ...]:
    """All analytes; a row has one transporter, or none for an analyte that has no uptake by them.

    Raises
    ------
    InputError
        If a row has no name, an unknown certainty, or no source where its certainty needs one.
    """
    papers = sources(folder)
    by_name: dict[str, Analyte] = {}
    for place in library_places(folder):
        file = place / FILE
        if not file.is_file():
            continue
        own: dict[str, Analyte] = {}
        for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
            where = f"{FILE}, line {line}"
            if not row["name"]:
                raise InputError("has no name", where=where)
            _check_source(row, papers, where)
            before = own.get(row["name"], Analyte(row["name"]))
            more = [one.strip() for one in row["other_names"].split(";") if one.strip()]
            uptake = [_uptake(row)] if row["transporter"] else []
            own[row["name"]] = Analyte(
                row["name"], (*before.other_names, *more), (*before.uptake, *uptake)
            )
        by_name |= own
    return tuple(by_name.values())


def _uptake(row: dict[str, str]) -> Uptake:
    return Uptake(
        row["transporter"],
        row["region"],
        row["description"],
        row["source"],
        row["certainty"] or "assumed",  # type: ignore[arg-type]  # checked before
    )


def _check_source(row: dict[str, str], papers: Mapping[str, Source], where: str) -> None:
    certainty, source = row["certainty"] or "assumed", row["source"]
    if certainty not in CERTAINTIES:
        raise UnknownNameError.among("certainty", certainty, CERTAINTIES, where=where)
    if source and source not in papers:
        raise UnknownNameError.among("source", source, papers, where=where)
    if certainty in SOURCED and not source:
        raise InputError(
            f"is {certainty} and has no source",
            where=where,
            do="Add the key of a source, or write assumed",
        )
