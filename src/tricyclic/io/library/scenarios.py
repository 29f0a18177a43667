"""Scenarios of the library: `scenarios/NAME.toml` with compartments, components and observables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
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
from tricyclic.io.files import existing_file
from tricyclic.io.library.extended import extended
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
SCENARIO = TableField(
    {
        "title": TextField(required=True),
        "description": TextField(required=True),
        "species": TextField(required=True, one_of=SPECIES),
        "system": TextField(required=True, one_of=SYSTEMS),
        "routes": ListField(TextField()),
        "ensemble": TextField(),
        "compartment": ListField(_COMPARTMENT),
        "fluid": ListField(_FLUID),
        "binding_site": ListField(_BINDING_SITE),
        "component": ListField(_COMPONENT),
        "observable": ListField(_OBSERVABLE),
        "pathway": ListField(
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
        return scenario_from_toml(bytes_of(own), name=own.stem, where=own.name, folder=folder)
    file = file_of_kind("scenario", "scenarios", name, ".toml", folder)
    return scenario_from_toml(bytes_of(file), name=name, where=f"{name}.toml", folder=folder)


def scenario_from_toml(
    text: str | bytes, *, name: str, where: str, folder: str | Path | None = None
) -> Scenario:
    """Make a Scenario of the text of its file, and of the scenario that it extends.

    Raises
    ------
    InputError
        If a key is unknown, or a name is used that the file does not declare.
    """

    def find(base: str, own: str) -> tuple[dict[str, Any], str]:
        # A user's scenario may extend the one of its own name that it replaces.
        place = None if base == own else folder
        file = file_of_kind("scenario", "scenarios", base, ".toml", place)
        label = f"{base}.toml" + (" of tricyclic" if base == own else "")
        return parsed_toml(bytes_of(file), where=label), label

    given = extended(parsed_toml(text, where=where), find, name=name, where=where)
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
