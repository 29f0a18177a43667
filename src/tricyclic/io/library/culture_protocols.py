"""Protocols of experiments on cultures: `culture_protocols/NAME.toml` with numbers and steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tricyclic.core.culture_protocol import ASSUMED, CultureProtocol, ProtocolNumber
from tricyclic.core.evidence import Source
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import existing_file
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import builtin_library, bytes_of
from tricyclic.io.toml_schema import (
    ListField,
    MappingField,
    NumberField,
    TableField,
    TextField,
    checked_toml,
)
from tricyclic.units import known_unit

FOLDER = "culture_protocols"
_NUMBER = TableField(
    {
        "value": NumberField(required=True, low=0.0),
        "unit": TextField(required=True),
        "source": TextField(required=True),
    }
)
_STEP = TableField({"name": TextField(required=True), "instruction": TextField(required=True)})
_WORDS = ("description", "cells", "medium", "buffer", "controls")
SCHEMA = TableField(
    {
        "title": TextField(required=True),
        **dict.fromkeys(_WORDS, TextField()),
        "numbers": MappingField(_NUMBER),
        "step": ListField(_STEP),
    }
)
_FIELD = re.compile(r"\{([a-z_]+)\}")


def culture_protocols() -> tuple[str, ...]:
    """Names of the protocols that come with tricyclic."""
    names = (entry.name for entry in (builtin_library() / FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def culture_protocol(name: str, *, folder: Path | None = None) -> CultureProtocol:
    """Read a protocol.

    Parameters
    ----------
    name : str
        Name of a protocol ("bdnf-glutamate"), or of a .toml file of that form in `folder`.
    folder : Path, optional

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If its file cannot be used.
    """
    if name.endswith(".toml"):
        own = existing_file(str(folder / name) if folder else name)
        return _from_toml(bytes_of(own), own.stem, own.name, sources(None))
    if name not in culture_protocols():
        raise UnknownNameError.among("protocol", name, culture_protocols(), where="protocol")
    file = builtin_library() / FOLDER / f"{name}.toml"
    return _from_toml(file.read_bytes(), name, f"{name}.toml", sources(None))


def _from_toml(text: bytes, name: str, where: str, known: Mapping[str, Source]) -> CultureProtocol:
    data = checked_toml(text, SCHEMA, where=where)
    numbers = {}
    for key, entry in (data["numbers"] or {}).items():
        place = f"{where}, numbers, {key}"
        if entry["source"] != ASSUMED and entry["source"] not in known:
            raise UnknownNameError.among("source", entry["source"], (*known, ASSUMED), where=place)
        unit = known_unit(entry["unit"], where=place) if entry["unit"] else ""
        numbers[key] = ProtocolNumber(entry["value"], unit, entry["source"])

    def written(instruction: str) -> str:
        for field in _FIELD.findall(instruction):
            if field not in numbers:
                raise InputError(
                    f"a step names {{{field}}}, which is no number of the protocol",
                    where=where,
                    allowed=f"Numbers are {', '.join(numbers)}",
                )
        return _FIELD.sub(lambda match: numbers[match[1]].text, instruction)

    return CultureProtocol(
        name,
        data["title"],
        data["description"],
        data["cells"],
        data["medium"],
        data["buffer"],
        data["controls"],
        numbers,
        tuple((step["name"], written(step["instruction"])) for step in data["step"]),
    )
