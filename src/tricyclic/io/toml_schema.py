"""From a TOML text to plain data that has the shape it should have.

A shape is written with `Table`, `ListOf`, `AnyKeys`, `Text`, `Number`, `Whole`, `Flag` and `Day`. An unknown key is an error
that names the nearest known one; defaults are filled in; every complaint says in which table it stands.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tricyclic.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class Text:
    """A text; `one_of` lists what is allowed, where that is a closed list."""

    required: bool = False
    default: str | None = ""
    one_of: tuple[str, ...] = ()

    def check(self, value: Any, where: str) -> str:
        """Give the text, or say why it is none."""
        if not isinstance(value, str):
            raise InputError(f"is {_told(value)}", where=where, allowed="Write a text in quotes")
        if self.one_of and value not in self.one_of:
            raise UnknownNameError.among(where.rsplit(": ", 1)[-1], value, self.one_of, where=where)
        return value


@dataclass(frozen=True)
class Number:
    """A finite number from `low` to `high`; `above` where the lower end itself is not allowed."""

    required: bool = False
    default: float | None = None
    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf

    def check(self, value: Any, where: str) -> float:
        """Give the number as a float, or say why it is none."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(
                f"is {_told(value)}", where=where, allowed="Write a number without quotes"
            )
        if not math.isfinite(value) or not self.low <= value <= self.high or not value > self.above:
            raise InputError(f"is {value:g}", where=where, allowed=self._allowed())
        return float(value)

    def _allowed(self) -> str:
        ends = [f"above {self.above:g}"] if self.above > -math.inf else []
        ends += [f"{self.low:g} or more"] if self.low > -math.inf else []
        ends += [f"at most {self.high:g}"] if self.high < math.inf else []
        return "It must be " + (" and ".join(ends) if ends else "a finite number")


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    required: bool = False
    default: int | None = None
    low: int = 0
    high: int = 10**9

    def check(self, value: Any, where: str) -> int:
        """Give the number, or say why it is none."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not self.low <= value <= self.high
        ):
            raise InputError(
                f"is {_told(value)}",
                where=where,
                allowed=f"A whole number from {self.low} to {self.high}",
            )
        return value


@dataclass(frozen=True)
class Flag:
    """True or false."""

    required: bool = False
    default: bool | None = False

    def check(self, value: Any, where: str) -> bool:
        """Give the flag, or say why it is none."""
        if not isinstance(value, bool):
            raise InputError(
                f"is {_told(value)}", where=where, allowed="Write true or false, without quotes"
            )
        return value


@dataclass(frozen=True)
class Day:
    """A date, written 2026-03-02 with or without quotes."""

    required: bool = False
    default: date | None = None

    def check(self, value: Any, where: str) -> date:
        """Give the date, or say why it is none."""
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise InputError(
            f"is {_told(value)}",
            where=where,
            allowed="Write a date like 2026-03-02 (year, month, day)",
        )


@dataclass(frozen=True)
class ListOf:
    """A list whose items all have one shape (an array, or repeated `[[name]]` tables)."""

    item: Shape
    required: bool = False
    default: tuple[Any, ...] = ()

    def check(self, value: Any, where: str) -> list[Any]:
        """Give the list with each item checked."""
        if not isinstance(value, list):
            raise InputError(
                f"is {_told(value)}", where=where, allowed="Write a list in square brackets"
            )
        return [self.item.check(item, f"{where}, entry {i}") for i, item in enumerate(value, 1)]


@dataclass(frozen=True)
class AnyKeys:
    """A table whose keys are the user's own, each value of one shape."""

    item: Shape
    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> dict[str, Any]:
        """Give the table with each value checked."""
        return {
            key: self.item.check(item, _inside(where, key))
            for key, item in _table(value, where).items()
        }


@dataclass(frozen=True)
class Table:
    """A table with known keys; a missing optional key takes its default, a missing optional table is filled likewise."""

    keys: Mapping[str, Shape] = field(default_factory=dict)
    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> dict[str, Any]:
        """Give the table with every known key present, or say what is wrong with it."""
        given = _table(value, where)
        for key in given:
            if key not in self.keys:
                raise UnknownNameError.among("key", key, self.keys, where=where)
        checked: dict[str, Any] = {}
        for key, shape in self.keys.items():
            if key in given:
                checked[key] = shape.check(given[key], _inside(where, key))
            elif shape.required:
                raise InputError(f"'{key}' is missing", where=where, do=f"Add {key} = …")
            elif isinstance(shape, AnyKeys):
                checked[key] = {}
            elif isinstance(shape, ListOf):
                checked[key] = list(shape.default)
            else:
                checked[key] = shape.default
        return checked


Shape = Text | Number | Whole | Flag | Day | ListOf | AnyKeys | Table


def checked_toml(source: str | bytes, shape: Table, *, where: str) -> dict[str, Any]:
    """Read TOML and hold it to a shape.

    Parameters
    ----------
    source : str or bytes
        The text of the file (bytes: UTF-8, with or without a byte-order mark).
    shape : Table
        What the file may and must hold.
    where : str
        Name of the file, for complaints.

    Returns
    -------
    dict
        Every key of the shape; None where an optional value without default was left out.

    Raises
    ------
    InputError
        If the text is no TOML, or does not have the shape.
    """
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(
                f"byte {error.start + 1} is not UTF-8",
                where=where,
                do="Save the file as UTF-8 text",
            ) from None
    try:
        # A deeply nested text overflows the parser's stack; that is the text's fault, not ours.
        given = tomllib.loads(source.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"this is not TOML ({error})",
            where=where,
            allowed='A line is written like name = "value"',
        ) from None
    return shape.check(given, where)


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(
            f"is {_told(value)}", where=where, allowed="Write a table: { key = value } or [name]"
        )
    return value


def _inside(where: str, key: str) -> str:
    return f"{where}.{key}" if ": " in where else f"{where}: {key}"


def _told(value: Any) -> str:
    kinds = {
        dict: "a table",
        list: "a list",
        bool: "true or false",
        str: "a text",
        float: "a number",
        int: "a number",
    }
    kind = next((name for k, name in kinds.items() if isinstance(value, k)), "a date")
    shown = f" ({value})" if isinstance(value, str | int | float) and len(str(value)) < 40 else ""
    return kind + shown
