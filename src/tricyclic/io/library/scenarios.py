"""Scenarios of the library: `scenarios/NAME.toml` with compartments, components and observables."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from tricyclic.core.scenario import (
    FLUIDS,
    SPECIES,
    SYSTEMS,
    BindingSite,
    Compartment,
    Component,
    Fluid,
    Observable,
    Pathway,
    Scenario,
)
from tricyclic.errors import UnknownNameError
from tricyclic.io.files import existing_file
from tricyclic.io.library.extended import EXTENDS, FILE_SUFFIX, extended
from tricyclic.io.library.folders import bytes_of, file_of_kind, files_of_kind
from tricyclic.io.toml_schema import (
    BooleanField,
    ListField,
    MappingField,
    TableField,
    TextField,
    parsed_toml,
)

_COMPARTMENT = TableField(
    {"name": TextField(required=True), "description": TextField(required=True)}
)
_FLUID = TableField(
    {
        "name": TextField(required=True),
        "drug_source": TextField(required=True, one_of=FLUIDS),
        "description": TextField(),
    }
)
_BINDING_SITE = TableField(
    {key: TextField(required=True) for key in ("name", "target", "fluid", "compartment")}
    | {"description": TextField(required=True)}
)
_COMPONENT = TableField(
    {key: TextField(required=True) for key in ("name", "mechanism", "compartment")}
    | {
        key: MappingField(TextField())
        for key in ("wires", "identifiers", "labels", "symbol_compartments")
    }
)
_OBSERVABLE = TableField(
    {
        "name": TextField(required=True),
        "quantity": TextField(required=True),
        "unit": TextField(required=True),
        "description": TextField(required=True),
        "relative_to_baseline": BooleanField(default=False),
    }
)


def _rows(row: TableField) -> ListField:
    """Repeated tables that messages call by their names."""
    return ListField(row, labels=("name",))


SCENARIO = TableField(
    {
        EXTENDS: TextField(),
        "title": TextField(required=True),
        "description": TextField(required=True),
        "species": TextField(required=True, one_of=SPECIES),
        "system": TextField(required=True, one_of=SYSTEMS),
        "routes": ListField(TextField()),
        "ensemble": TextField(),
        "compartment": _rows(_COMPARTMENT),
        "fluid": _rows(_FLUID),
        "binding_site": _rows(_BINDING_SITE),
        "component": _rows(_COMPONENT),
        "observable": _rows(_OBSERVABLE),
        "pathway": _rows(
            TableField(
                {
                    "name": TextField(required=True),
                    "title": TextField(required=True),
                    "components": ListField(TextField()),
                }
            )
        ),
    }
)


def scenario_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all scenarios."""
    return tuple(files_of_kind("scenarios", ".toml", folder))


def scenario(name: str, *, folder: str | Path | None = None) -> Scenario:
    """Read a scenario; `name` may be the path of a .toml file of that form.

    Raises
    ------
    UnknownNameError
        If there is none of that name; the nearest names are suggested.
    InputError
        If its file cannot be used.
    """
    if name.endswith(".toml"):
        own = existing_file(name)
        return scenario_from_toml(
            bytes_of(own), name=own.stem, where=own.name, folder=folder, beside=own.parent
        )
    file = file_of_kind("scenario", "scenarios", name, ".toml", folder)
    return scenario_from_toml(bytes_of(file), name=name, where=f"{name}.toml", folder=folder)


def scenario_from_toml(
    text: str | bytes,
    *,
    name: str,
    where: str,
    folder: str | Path | None = None,
    beside: Path | None = None,
) -> Scenario:
    """Make a Scenario of the text of its file, and of the scenario that it extends.

    Parameters
    ----------
    text : str or bytes
        Content of the file.
    name, where : str
        Name of the scenario, and of its file, for messages.
    folder : path, optional
        Library folder of the user.
    beside : path, optional
        Folder of the file, in which files that it extends are looked up.

    Raises
    ------
    InputError
        If a key is unknown, or a name is used that the file does not declare.
    """

    within = PurePath()

    def find(base: str, own: str) -> tuple[dict[str, Any], str]:
        nonlocal within
        if base.endswith(FILE_SUFFIX) and beside is not None:
            label = os.path.normpath(within / base)
            within = PurePath(label).parent
            return _parsed(bytes_of(existing_file(beside / label)), label), label
        # A user's scenario may extend the one of its own name that it replaces.
        place = None if base == own else folder
        file = file_of_kind("scenario", "scenarios", base, ".toml", place)
        label = f"{base}.toml" + (" of tricyclic" if base == own else "")
        return _parsed(bytes_of(file), label), label

    given = extended(_parsed(text, where), find, name=name, where=where)
    data = SCENARIO.check(given, where)
    return Scenario(
        name=name,
        title=data["title"],
        description=data["description"].strip(),
        species=data["species"],
        system=data["system"],
        routes=tuple(data["routes"]),
        compartments=tuple(Compartment(**row) for row in data["compartment"]),
        fluids=tuple(Fluid(**row) for row in data["fluid"]),
        binding_sites=tuple(BindingSite(**row) for row in data["binding_site"]),
        components=tuple(_component(row) for row in data["component"]),
        observables=tuple(Observable(**row) for row in data["observable"]),
        pathways=tuple(
            Pathway(row["name"], row["title"], tuple(row["components"])) for row in data["pathway"]
        ),
        ensemble=data["ensemble"],
    )


def _parsed(text: str | bytes, where: str) -> dict[str, Any]:
    """A file with keys of a scenario, unchecked; of files that extend each other each is named."""
    given = parsed_toml(text, where=where)
    for key in given:
        if key not in SCENARIO.keys:
            raise UnknownNameError.among("key", key, SCENARIO.keys, where=where)
    return given


def _component(row: Mapping[str, Any]) -> Component:
    """One use of a mechanism; several identifiers of one symbol are separated by blanks."""
    wires, identifiers, labels, compartments = (
        dict(row[key] or {}) for key in ("wires", "identifiers", "labels", "symbol_compartments")
    )
    return Component(
        row["name"],
        row["mechanism"],
        row["compartment"],
        wires,
        {symbol: tuple(words.split()) for symbol, words in identifiers.items()},
        labels,
        compartments,
    )
