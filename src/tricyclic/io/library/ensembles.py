"""Ensembles of the library and of a user's folder: NAME.csv has the parameter sets, NAME.toml how
they were calibrated.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

import numpy as np

from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit, Prior, Scale
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.folders import bytes_of, library_places, listed
from tricyclic.io.library.tables import table_number, table_rows
from tricyclic.io.toml_schema import (
    ListField,
    MappingField,
    NumberField,
    TableField,
    TextField,
    checked_toml,
)

_REQUIRED_NUMBER = NumberField(required=True)
_PARAMETER = TableField(
    {
        "name": TextField(required=True),
        "unit": TextField(required=True),
        "description": TextField(),
        "scale": TextField(required=True, one_of=get_args(Scale)),
        **dict.fromkeys(("start", "low", "high"), _REQUIRED_NUMBER),
        **dict.fromkeys(("median", "p5", "p95", "width"), _REQUIRED_NUMBER),
        "informed_by": MappingField(NumberField()),
        "partner": TextField(),
        "correlation": NumberField(default=0.0, low=-1.0, high=1.0),
    }
)
_OBSERVATION = TableField(
    {
        "id": TextField(required=True),
        **dict.fromkeys(("best", "median", "p5", "p95", "distance"), _REQUIRED_NUMBER),
        "share": NumberField(required=True, low=0.0, high=1.0),
    }
)
ENSEMBLE = TableField(
    {
        "scenario": TextField(required=True),
        "version": NumberField(required=True, low=1),
        "model": TextField(required=True),
        "observations": TextField(required=True),
        "seed": NumberField(required=True, low=0),
        "drugs": ListField(TextField()),
        "notes": ListField(TextField()),
        "sampling": MappingField(NumberField()),
        "parameter": ListField(_PARAMETER),
        "observation": ListField(_OBSERVATION),
    }
)


def ensemble_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all ensembles."""
    return tuple(sorted(_files(folder)))


def ensemble(name: str, *, folder: str | Path | None = None) -> Ensemble:
    """Read an ensemble; one in the user's folder takes precedence.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If its two files do not match, or a value lies outside the limits of its parameter.
    """
    files = _files(folder)
    if name not in files:
        raise UnknownNameError.among("ensemble", name, files)
    header, table = files[name]
    return ensemble_from_files(bytes_of(header), table, name=name)


def ensemble_from_files(header: bytes, table: Traversable, *, name: str) -> Ensemble:
    """Make an Ensemble from the text of its header and the table of its parameter sets."""
    where = f"{name}.toml"
    data: dict[str, Any] = checked_toml(header, ENSEMBLE, where=where)
    parameters = data["parameter"] or []
    if not parameters:
        raise InputError("has no parameter", where=where)
    return Ensemble(
        name=name,
        scenario=data["scenario"],
        priors=tuple(_prior(entry) for entry in parameters),
        parameter_sets=_parameter_sets(table, tuple(entry["name"] for entry in parameters)),
        version=int(data["version"]),
        model_hash=data["model"],
        observations_hash=data["observations"],
        seed=int(data["seed"]),
        drugs=tuple(data["drugs"] or ()),
        misfit=tuple(_misfit(entry) for entry in data["observation"] or []),
        identifiability=tuple(_identifiability(entry) for entry in parameters),
        sampling=dict(data["sampling"] or {}),
        notes=tuple(data["notes"] or ()),
    )


def _parameter_sets(table: Traversable, names: tuple[str, ...]) -> np.ndarray:
    rows = [
        [_cell(row[name], f"{table.name}, line {line}, column {name}") for name in names]
        for line, row in table_rows(table, names, ("parameter_set",))
    ]
    if not rows:
        raise InputError("has no parameter set", where=table.name)
    return np.array(rows, dtype=float)


def _cell(text: str, where: str) -> float:
    if not text:
        raise InputError("is empty", where=where, do="Calibrate again, or restore the file")
    return table_number(text, where)


def _prior(entry: dict[str, Any]) -> Prior:
    return Prior(
        name=entry["name"],
        start=entry["start"],
        low=entry["low"],
        high=entry["high"],
        unit=entry["unit"],
        scale=entry["scale"],
        description=entry["description"],
    )


def _identifiability(entry: dict[str, Any]) -> Identifiability:
    return Identifiability(
        name=entry["name"],
        median=entry["median"],
        low=entry["p5"],
        high=entry["p95"],
        width=entry["width"],
        rows=tuple((entry["informed_by"] or {}).items()),
        partner=entry["partner"],
        correlation=entry["correlation"],
    )


def _misfit(entry: dict[str, Any]) -> ObservationMisfit:
    return ObservationMisfit(
        id=entry["id"],
        best=entry["best"],
        median=entry["median"],
        low=entry["p5"],
        high=entry["p95"],
        distance=entry["distance"],
        share=entry["share"],
    )


def _files(folder: str | Path | None) -> dict[str, tuple[Traversable, Traversable]]:
    files = {}
    for place in library_places(folder):
        for header in listed(place / "ensembles", ".toml"):
            name = header.name.removesuffix(".toml")
            table = place / "ensembles" / f"{name}.csv"
            if not table.is_file():
                raise InputError(
                    "has no table of its parameter sets",
                    where=header.name,
                    allowed=f"It is {name}.csv in the same folder",
                    do="Add the table, or remove this file",
                )
            files[name] = (header, table)
    return files
