"""Populations of the library and of a user's folder: phenotypes of metabolisers and their
frequencies.

A population is `populations/NAME.csv`.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path

from tricyclic.core.population import Phenotype
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import library_places, listed
from tricyclic.io.library.tables import table_number, table_rows

COLUMNS = ("parameter", "phenotype", "activity", "share")
MORE_COLUMNS = ("cv", "description", "source", "certainty")
# The shares of an enzyme add up to 1 within this, as tables round them.
SHARE_TOLERANCE = 0.02


def population_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all populations."""
    return tuple(sorted(_files(folder)))


def population(name: str, folder: str | Path | None = None) -> tuple[Phenotype, ...]:
    """Read the phenotypes of a population; one in the user's folder takes precedence.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If a row of its table is not valid, or the shares of an enzyme do not add up to 1.
    """
    files = _files(folder)
    if name not in files:
        raise UnknownNameError.among("population", name, files)
    file, papers = files[name], sources(folder)
    phenotypes = []
    for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
        where = f"{file.name}, line {line}"
        if row["source"] and row["source"] not in papers:
            raise UnknownNameError.among("source", row["source"], papers, where=where)
        phenotypes.append(_phenotype(row, where))
    for parameter in dict.fromkeys(one.parameter for one in phenotypes):
        total = sum(one.share for one in phenotypes if one.parameter == parameter)
        if abs(total - 1) > SHARE_TOLERANCE:
            raise InputError(
                f"the shares of {parameter} add up to {total:g}",
                where=file.name,
                allowed="They add up to 1",
            )
    return tuple(phenotypes)


def _files(folder: str | Path | None) -> dict[str, Traversable]:
    return {
        file.name.removesuffix(".csv"): file
        for place in library_places(folder)
        for file in listed(place / "populations", ".csv")
    }


def _phenotype(row: dict[str, str], where: str) -> Phenotype:
    activity, share, cv = (
        table_number(row[key] or "0", f"{where}, column {key}")
        for key in ("activity", "share", "cv")
    )
    try:
        return Phenotype(
            row["parameter"],
            row["phenotype"],
            activity,
            share,
            cv,
            row["description"],
            row["source"],
            row["certainty"] or "assumed",  # type: ignore[arg-type]  # checked by Phenotype
        )
    except InputError as error:
        raise error.at(where) from None
