"""A TOML file, asked for key by key; what nobody asked for is an error with the near misses.

Every complaint names the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tricyclic.errors import InputError, UnknownNameError

REQUIRED: Any = object()


class Section:
    """One table of a TOML file; each method asks for one key, `end` complains about the rest."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self._table, self.where = dict(table), where
        self._asked: list[str] = []

    def text(self, key: str, default: Any = "", choices: Sequence[str] = ()) -> Any:
        """Text; where `choices` are given, one of them. REQUIRED as default makes the key a must."""
        value = self._take(key, default)
        if value is default:
            return default
        if not isinstance(value, str):
            raise InputError(
                f"is {value!r}", where=self.at(key), allowed="It is text between quotation marks"
            )
        if choices and value not in choices:
            raise UnknownNameError.among(key, value, choices, where=self.at(key))
        if default is REQUIRED and not value.strip():
            raise InputError("is empty", where=self.at(key), do="Fill it in")
        return value

    def word(self, key: str, default: Any = "") -> Any:
        """Text, or a whole number taken as text (a run called 1)."""
        value = self._take(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not default and not isinstance(value, str):
            raise InputError(
                f"is {value!r}", where=self.at(key), allowed="It is a name or a whole number"
            )
        return value

    def whole(self, key: str, default: Any = None) -> Any:
        """A whole number."""
        value = self._take(key, default)
        if value is not default and (isinstance(value, bool) or not isinstance(value, int)):
            raise InputError(f"is {value!r}", where=self.at(key), allowed="It is a whole number")
        return value

    def number(self, key: str, default: Any = None) -> Any:
        """A number."""
        value = self._take(key, default)
        if value is not default and (
            isinstance(value, bool) or not isinstance(value, (int, float))
        ):
            raise InputError(f"is {value!r}", where=self.at(key), allowed="It is a number")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise InputError(f"is {value!r}", where=self.at(key), allowed="It is true or false")
        return value

    def text_or_flag(self, key: str, meaning: str) -> str:
        """Text, or true for the text `meaning`; empty for false or nothing."""
        value = self._take(key, "")
        if isinstance(value, bool):
            return meaning if value else ""
        if not isinstance(value, str):
            raise InputError(
                f"is {value!r}", where=self.at(key), allowed="It is true, false or a text"
            )
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Several texts; one text alone is taken as a list of one."""
        value = self._take(key, ())
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, (list, tuple)) or not all(
            isinstance(item, str) for item in several
        ):
            raise InputError(
                f"is {value!r}",
                where=self.at(key),
                allowed='It is a list of texts, such as ["SERT", "DAT"]',
            )
        return tuple(several)

    def table(self, key: str) -> dict[str, Any]:
        """A table as it stands; {} where there is none."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise InputError(
                f"is {value!r}",
                where=self.at(key),
                allowed=f"It is a table that begins with [{key}]",
            )
        return value

    def section(self, key: str) -> Section:
        """A table to be asked key by key; empty where there is none."""
        return Section(self.table(key), self.at(key))

    def sections(self, key: str) -> list[Section]:
        """The tables of a list, as `[[key]]` writes them; named in complaints by their `name`, `file` or number."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise InputError(
                "is not a list of tables", where=self.at(key), allowed=f"Each begins with [[{key}]]"
            )
        return [
            Section(item, f"{self.at(key)} {item.get('name') or item.get('file') or number}")
            for number, item in enumerate(value, 1)
        ]

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._table

    def at(self, key: str) -> str:
        """The place of a key, for a complaint."""
        return f"{self.where}, {key}"

    def end(self) -> None:
        """Complain about the first key that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                raise UnknownNameError.among("key", key, self._asked, where=self.where)

    def _take(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        if key in self._table:
            return self._table[key]
        if default is REQUIRED:
            raise InputError(f"has no '{key}'", where=self.where, do=f"Add {key} = …")
        return default


def read_toml(path: Path) -> Section:
    """Read a TOML file as a Section.

    Raises
    ------
    InputError
        If there is no such file, it is not UTF-8, or it is not TOML; the line is named.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            "is not there", where=str(path), do="Begin one with: tricyclic new binding DIR"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", where=str(path), do="Save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from error
    try:
        return Section(tomllib.loads(text.replace("\r\n", "\n")), path.name)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"is not TOML: {error}", where=path.name, do="Mend that line") from error
