"""A scenario that extends another one: what its file adds to that one, or replaces in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from tricyclic.errors import InputError

# Key of a scenario file that names the scenario it extends.
EXTENDS = "extends"
# A name with this end is that of a file.
FILE_SUFFIX = ".toml"
# Tables that a row of the same name extends key by key.
MAPPINGS = ("wires", "identifiers", "labels", "symbol_compartments")
# From the name of a scenario, and of the one that extends it, to its parsed file and the label of
# that file.
Find = Callable[[str, str], tuple[dict[str, Any], str]]


def extended(given: Mapping[str, Any], find: Find, *, name: str, where: str) -> dict[str, Any]:
    """A parsed scenario file, with that which it extends.

    Parameters
    ----------
    given : mapping
        The parsed file.
    find : callable
        Reads the scenario of a name that is extended.
    name, where : str
        Name of the scenario, and of its file, for messages.

    Returns
    -------
    dict
        Keys of the file replace those of the extended one. Rows of lists of tables are added to
        its rows; a row with the name of one of them replaces the keys that it has, and adds its
        wires to those of that row.

    Raises
    ------
    InputError
        If scenarios extend each other in a circle, or a row of such a file has no name.
    """
    files, chain = [where], [dict(given)]
    while (base := chain[-1].pop(EXTENDS, None)) is not None:
        if not isinstance(base, str):
            raise InputError(
                f"{EXTENDS} is {base!r}",
                where=files[-1],
                allowed="It is the name of a scenario, or of a file beside this one",
            )
        _check_rows(chain[-1], files[-1])
        try:
            parsed, file = find(base, name)
        except InputError as error:
            raise error if error.where else error.at(f"{files[-1]}, {EXTENDS}") from None
        if file in files:
            raise InputError(f"extends itself by way of {base}", where=files[-1])
        name = PurePath(base).stem if base.endswith(FILE_SUFFIX) else base
        files.append(file)
        chain.append(dict(parsed))
    merged = chain.pop()
    while chain:
        merged = _merged(merged, chain.pop())
    return merged


def _check_rows(own: Mapping[str, Any], file: str) -> None:
    """Refuse rows without a name here, where their numbers are still those of the file."""
    for key, rows in own.items():
        for number, row in enumerate(rows if _is_rows(rows) else (), 1):
            if "name" not in row:
                raise InputError(
                    "'name' is missing",
                    where=f"{file}, {key} {number}",
                    do="Add name = …, of a row to change or of a new one",
                )


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        has_rows = all(_is_rows(one) for one in (value, base.get(key, [])))
        merged[key] = _with_rows(base.get(key, []), value) if has_rows else value
    return merged


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _with_rows(base: list[dict[str, Any]], own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = list(base)
    places = {row.get("name"): place for place, row in enumerate(rows)}
    for row in own:
        place = places.get(row.get("name"))
        if place is None:
            rows.append(row)
            continue
        old = rows[place]
        nested = {
            key: {**old[key], **row[key]}
            for key in MAPPINGS
            if isinstance(old.get(key), dict) and isinstance(row.get(key), dict)
        }
        rows[place] = {**old, **row, **nested}
    return rows
