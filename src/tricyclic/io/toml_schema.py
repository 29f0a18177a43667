"""Check a TOML file against a schema; the one checker of TOML files.

A schema is written with `TableField`, `ListField`, `MappingField`, `TextField`, `NumberField`,
`IntegerField`, `BooleanField` and `DateField`. Defaults are filled in, an unknown key is an error
that names the nearest known one, and every error states its location.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from tricyclic.errors import InputError, UnknownNameError


@dataclass(frozen=True)
class TextField:
    """A text; one of `one_of` where these are given."""

    required: bool = False
    default: str | None = ""
    one_of: tuple[str, ...] = ()
    allow_empty: bool = True

    def check(self, value: Any, where: str) -> str:
        """The text.

        Raises
        ------
        InputError
            If the value is not a text, or not one of those allowed.
        """
        if not isinstance(value, str):
            raise InputError(f"is {_kind(value)}", where=where, do="Write a text in quotes")
        if not self.allow_empty and not value.strip():
            raise InputError("is empty", where=where, do="Fill it in")
        if self.one_of and value not in self.one_of:
            key = where.rsplit(", ", 1)[-1]
            raise UnknownNameError.among(key, value, self.one_of, where=where)
        return value


@dataclass(frozen=True)
class NameField:
    """A name: a text, or a whole number that is read as text (a run called 1)."""

    required: bool = False
    default: str = ""

    def check(self, value: Any, where: str) -> str:
        """The name.

        Raises
        ------
        InputError
            If the value is not a text or a whole number.
        """
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InputError(
                f"is {_kind(value)}", where=where, allowed="It must be a name or a whole number"
            )
        return str(value)


@dataclass(frozen=True)
class TextListField:
    """A list of texts; a text alone is a list of one."""

    required: bool = False
    default: tuple[str, ...] = ()

    def check(self, value: Any, where: str) -> tuple[str, ...]:
        """The texts.

        Raises
        ------
        InputError
            If the value is not a text or a list of texts.
        """
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(item, str) for item in texts):
            raise InputError(
                f"is {_kind(value)}",
                where=where,
                allowed='It must be a list of texts, such as ["SERT", "DAT"]',
            )
        return tuple(texts)


@dataclass(frozen=True)
class RawTableField:
    """A table whose keys and values are checked elsewhere."""

    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> dict[str, Any]:
        """The table as it is.

        Raises
        ------
        InputError
            If the value is not a table.
        """
        return dict(_table(value, where))


@dataclass(frozen=True)
class NumberField:
    """A finite number from `low` to `high`, or above `above`."""

    required: bool = False
    default: float | None = None
    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf

    def check(self, value: Any, where: str) -> float:
        """The number.

        Raises
        ------
        InputError
            If the value is not a number, or out of range.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"is {_kind(value)}", where=where, do="Write a number without quotes")
        if not math.isfinite(value) or not self.low <= value <= self.high or not value > self.above:
            raise InputError(f"is {value:g}", where=where, allowed=self._allowed())
        return float(value)

    def _allowed(self) -> str:
        ends = [f"above {self.above:g}"] if self.above > -math.inf else []
        ends += [f"{self.low:g} or more"] if self.low > -math.inf else []
        ends += [f"at most {self.high:g}"] if self.high < math.inf else []
        return "It must be " + (" and ".join(ends) if ends else "a finite number")


@dataclass(frozen=True)
class IntegerField:
    """A whole number from `low` to `high`."""

    required: bool = False
    default: int | None = None
    low: int = 0
    high: int = 10**9

    def check(self, value: Any, where: str) -> int:
        """The number.

        Raises
        ------
        InputError
            If the value is not a whole number, or out of range.
        """
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not self.low <= value <= self.high
        ):
            raise InputError(
                f"is {_kind(value)}",
                where=where,
                allowed=f"It must be a whole number from {self.low} to {self.high}",
            )
        return value


@dataclass(frozen=True)
class BooleanField:
    """True or false."""

    required: bool = False
    default: bool | None = False

    def check(self, value: Any, where: str) -> bool:
        """The truth value.

        Raises
        ------
        InputError
            If the value is not true or false.
        """
        if not isinstance(value, bool):
            raise InputError(
                f"is {_kind(value)}", where=where, do="Write true or false, without quotes"
            )
        return value


@dataclass(frozen=True)
class DateField:
    """A date, written 2026-03-02 with or without quotes."""

    required: bool = False
    default: date | None = None

    def check(self, value: Any, where: str) -> date:
        """The date.

        Raises
        ------
        InputError
            If the value is not a date.
        """
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise InputError(
            f"is {_kind(value)}",
            where=where,
            do="Write a date like 2026-03-02 (year, month, day)",
        )


@dataclass(frozen=True)
class ListField:
    """A list whose items have the same schema: an array, or repeated `[[name]]` tables.

    `labels` are keys of an item; the first that is present names the item in messages.
    """

    item: Schema
    required: bool = False
    default: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()

    def check(self, value: Any, where: str) -> list[Any]:
        """The list, with every item checked.

        Raises
        ------
        InputError
            If the value is not a list, or an item is wrong.
        """
        if not isinstance(value, list):
            raise InputError(
                f"is {_kind(value)}", where=where, do="Write a list in square brackets"
            )
        return [
            self.item.check(item, f"{where} {self.label(item, number)}")
            for number, item in enumerate(value, 1)
        ]

    def label(self, item: Any, number: int) -> str:
        """What messages call an item: its name in quotes, else its number from 1."""
        names = [item[key] for key in self.labels if item.get(key)] if _is_table(item) else []
        return f"'{names[0]}'" if names else str(number)


@dataclass(frozen=True)
class MappingField:
    """A table with keys of the user's choice, whose values have the same schema."""

    item: Schema
    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> dict[str, Any]:
        """The table, with every value checked.

        Raises
        ------
        InputError
            If the value is not a table, or a value in it is wrong.
        """
        return {
            key: self.item.check(item, f"{where}, {key}")
            for key, item in _table(value, where).items()
        }


@dataclass(frozen=True)
class TableField:
    """A table with known keys; a missing key takes its default, a missing table is None."""

    keys: Mapping[str, Schema] = field(default_factory=dict)
    required: bool = False
    default: None = None

    def check(self, value: Any, where: str) -> dict[str, Any]:
        """The table, with every known key present.

        Raises
        ------
        InputError
            If the value is not a table, a key is unknown or missing, or a value is wrong.
        """
        given = _table(value, where)
        for key in given:
            if key not in self.keys:
                raise UnknownNameError.among("key", key, self.keys, where=where)
        checked: dict[str, Any] = {}
        for key, schema in self.keys.items():
            if key in given:
                checked[key] = schema.check(given[key], f"{where}, {key}")
            elif schema.required:
                raise InputError(
                    f"'{key}' is missing", where=where, do=f"Add {_example(key, schema)}"
                )
            elif isinstance(schema, MappingField):
                checked[key] = {}
            elif isinstance(schema, ListField):
                checked[key] = list(schema.default)
            else:
                checked[key] = schema.default
        return checked


class Schema(Protocol):
    """What a value of a TOML file has to be."""

    @property
    def required(self) -> bool:
        """Whether the key has to be present."""

    @property
    def default(self) -> Any:
        """Value of a missing key."""

    def check(self, value: Any, where: str) -> Any:
        """The value, converted; an InputError if it does not fit."""


def checked_toml(source: str | bytes, schema: TableField, *, where: str) -> dict[str, Any]:
    """Read TOML and check it against a schema.

    Parameters
    ----------
    source : str or bytes
        The text of the file (bytes: UTF-8, with or without a byte-order mark).
    schema : TableField
        Keys that the file may and must have.
    where : str
        Name of the file, for messages.

    Returns
    -------
    dict
        Every key of the schema; None for an optional value that is missing and has no default.

    Raises
    ------
    InputError
        If the text is not TOML, or does not fit the schema.
    """
    return schema.check(parsed_toml(source, where=where), where)


def parsed_toml(source: str | bytes, *, where: str) -> dict[str, Any]:
    """Read TOML without a schema.

    Raises
    ------
    InputError
        If the text is not TOML.
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
        # A deeply nested text overflows the stack of the parser.
        return tomllib.loads(source.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"is not TOML ({error})", where=where, do='Write each line like name = "value"'
        ) from None


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(
            f"is {_kind(value)}", where=where, do="Write a table: { key = value } or [name]"
        )
    return value


def _example(key: str, schema: Schema) -> str:
    if isinstance(schema, ListField) and isinstance(schema.item, TableField):
        return f"[[{key}]]"
    return f"[{key}]" if isinstance(schema, TableField | MappingField) else f"{key} = …"


def _kind(value: Any) -> str:
    kinds = {
        dict: "a table",
        list: "a list",
        bool: "true or false",
        str: "a text",
        float: "a number",
        int: "a number",
    }
    kind = next((name for type_, name in kinds.items() if isinstance(value, type_)), "a date")
    shown = f" ({value})" if isinstance(value, str | int | float) and len(str(value)) < 40 else ""
    return kind + shown
