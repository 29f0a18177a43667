"""Drugs of the library: `drugs/NAME.csv` with identifiers, affinities and kinetics."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.core.drug import Drug
from tricyclic.io.library.constants import read_constants
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import LazyMapping, file_of_kind, files_of_kind


def drug_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all drugs."""
    return tuple(files_of_kind("drugs", ".csv", folder))


def drugs(folder: str | Path | None = None) -> Mapping[str, Drug]:
    """All drugs by name, each read when it is first used."""
    known = sources(folder)
    return LazyMapping(drug_names(folder), lambda name: _drug(name, folder, known))


def drug(name: str, *, folder: str | Path | None = None) -> Drug:
    """Read a drug.

    Raises
    ------
    UnknownNameError
        If there is none of that name; the nearest names are suggested.
    InputError
        If its table cannot be used.
    """
    return _drug(name, folder, sources(folder))


def _drug(name: str, folder: str | Path | None, known_sources: Mapping[str, object]) -> Drug:
    file = file_of_kind("drug", "drugs", name, ".csv", folder)
    constants = read_constants(file, known_sources)
    title = next((row.description for row in constants if row.name == "name"), name)
    return Drug(name, title, constants)
