"""From the tables of populations to Phenotypes: which kinds of metabolisers, how active, how many.

A population is `populations/NAME.csv` of the library or of a user's own folder.
"""

from __future__ import annotations

from pathlib import Path

from tricyclic.core.population import Phenotype
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.protocols import library_places, listed, sources, table_number, table_rows

COLUMNS = ("parameter", "phenotype", "activity", "share")
MORE_COLUMNS = ("cv", "says", "source", "certainty")


def population_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all populations."""
    return tuple(
        sorted(
            {
                file.name.removesuffix(".csv")
                for place in library_places(folder)
                for file in listed(place / "populations", ".csv")
            }
        )
    )


def population(name: str, folder: str | Path | None = None) -> tuple[Phenotype, ...]:
    """Read the phenotypes of a population.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If its table is not as it should be, or the shares of an enzyme do not add up.
    """
    known = population_names(folder)
    if name not in known:
        raise UnknownNameError.among("population", name, known)
    file = [
        file
        for place in library_places(folder)
        for file in listed(place / "populations", ".csv")
        if file.name == f"{name}.csv"
    ][-1]
    papers = sources(folder)
    found = []
    for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
        where = f"{file.name}, line {line}"
        if row["source"] and row["source"] not in papers:
            raise UnknownNameError.among("source", row["source"], papers, where=where)
        try:
            activity, share, cv = (
                table_number(row[key] or "0", f"{where}, column {key}")
                for key in ("activity", "share", "cv")
            )
            found.append(
                Phenotype(
                    row["parameter"],
                    row["phenotype"],
                    activity,
                    share,
                    cv,
                    row["says"],
                    row["source"],
                    row["certainty"] or "assumed",  # type: ignore[arg-type]
                )
            )
        except InputError as error:
            raise error.at(where) from None
    for parameter in dict.fromkeys(phenotype.parameter for phenotype in found):
        total = sum(phenotype.share for phenotype in found if phenotype.parameter == parameter)
        if abs(total - 1) > 0.02:
            raise InputError(
                f"the shares of {parameter} add up to {total:g}",
                where=file.name,
                allowed="They add up to 1",
            )
    return tuple(found)
