"""From the library, and a user's own folder, to an Ensemble: NAME.csv holds the members, NAME.toml how they came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from tricyclic.core.ensemble import Ensemble, Identified, Misfit, Prior, Scale
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.protocols import (
    bytes_of,
    library_places,
    listed,
    table_number,
    table_rows,
)
from tricyclic.io.toml_schema import AnyKeys, ListOf, Number, Table, Text, checked_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PARAMETER = Table(
    {
        "name": Text(required=True),
        "unit": Text(required=True),
        "says": Text(),
        "scale": Text(required=True, one_of=get_args(Scale)),
        **{key: Number(required=True) for key in ("start", "low", "high")},
        **{key: Number(required=True) for key in ("middle", "from", "to", "width")},
        "informed_by": AnyKeys(Number()),
        "partner": Text(),
        "correlation": Number(default=0.0, low=-1.0, high=1.0),
    }
)
_OBSERVATION = Table(
    {
        "id": Text(required=True),
        **{key: Number(required=True) for key in ("best", "middle", "low", "high", "distance")},
        "share": Number(required=True, low=0.0, high=1.0),
    }
)
ENSEMBLE = Table(
    {
        "scenario": Text(required=True),
        "version": Number(required=True, low=1),
        "model": Text(required=True),
        "observations": Text(required=True),
        "seed": Number(required=True, low=0),
        "drugs": ListOf(Text()),
        "notes": ListOf(Text()),
        "sampling": AnyKeys(Number()),
        "parameter": ListOf(_PARAMETER),
        "observation": ListOf(_OBSERVATION),
    }
)


def ensemble_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all ensembles."""
    return tuple(sorted(_files(folder)))


def ensemble(name: str, *, folder: str | Path | None = None) -> Ensemble:
    """Read an ensemble; that of a user's folder wins.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If its two files do not go together, or a member lies outside the limits of its parameter.
    """
    found = _files(folder)
    if name not in found:
        raise UnknownNameError.among("ensemble", name, found)
    header, table = found[name]
    return ensemble_from_files(bytes_of(header), table, name=name)


def ensemble_from_files(header: bytes, table: Traversable, *, name: str) -> Ensemble:
    """Make an Ensemble of the text of its header and the table of its members."""
    where = f"{name}.toml"
    data: dict[str, Any] = checked_toml(header, ENSEMBLE, where=where)
    parameters = data["parameter"] or []
    names = tuple(str(entry["name"]) for entry in parameters)
    if not names:
        raise InputError("names no parameter", where=where)
    rows = [
        [
            table_number(row[column], f"{table.name}, line {line}, column {column}")
            for column in names
        ]
        for line, row in table_rows(table, names, ("member",))
    ]
    if not rows:
        raise InputError("holds no member", where=table.name)
    return Ensemble(
        name=name,
        scenario=data["scenario"],
        priors=tuple(
            Prior(
                entry["name"],
                entry["start"],
                entry["low"],
                entry["high"],
                entry["unit"],
                entry["scale"],
                entry["says"],
            )
            for entry in parameters
        ),
        members=np.array(rows, dtype=float),
        version=int(data["version"]),
        model_hash=data["model"],
        observations_hash=data["observations"],
        seed=int(data["seed"]),
        drugs=tuple(data["drugs"] or ()),
        misfit=tuple(
            Misfit(
                *(
                    entry[key]
                    for key in ("id", "best", "middle", "low", "high", "distance", "share")
                )
            )
            for entry in data["observation"] or []
        ),
        identified=tuple(
            Identified(
                entry["name"],
                entry["middle"],
                entry["from"],
                entry["to"],
                entry["width"],
                tuple((entry["informed_by"] or {}).items()),
                entry["partner"],
                entry["correlation"],
            )
            for entry in parameters
        ),
        sampling=dict(data["sampling"] or {}),
        notes=tuple(data["notes"] or ()),
    )


def _files(folder: str | Path | None) -> dict[str, tuple[Traversable, Traversable]]:
    found = {}
    for place in library_places(folder):
        for header in listed(place / "ensembles", ".toml"):
            name = header.name.removesuffix(".toml")
            table = place / "ensembles" / f"{name}.csv"
            if table.is_file():
                found[name] = (header, table)
    return found
