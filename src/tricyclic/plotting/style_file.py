"""Reads a PlotStyle from a TOML file, a preset or keyword arguments.

A file has the keys of `PlotStyle`, and `preset` for the style that it changes. Every error states
the key, what was read and what is allowed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from matplotlib.colors import is_color_like

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import file_content
from tricyclic.io.toml_schema import (
    BooleanField,
    NumberField,
    Schema,
    TableField,
    TextField,
    TextListField,
    checked_toml,
)
from tricyclic.numerals import parse_number
from tricyclic.plotting.plot_style import (
    CHOICES,
    DEFAULT,
    LIMITS,
    MARKERS,
    PRESETS,
    PlotStyle,
)

StyleSource: TypeAlias = "PlotStyle | str | os.PathLike[str] | None"
# Millimetres in each unit of a length.
LENGTHS = {"mm": 1.0, "cm": 10.0, "in": 25.4, "inch": 25.4, "pt": 25.4 / 72}
_LENGTH = re.compile(r"\s*(\S+?)\s*(mm|cm|inch|in|pt)\s*")


def read_style(source: StyleSource = None, **keys: Any) -> PlotStyle:
    """The style of a file, a preset or a PlotStyle, changed by single keys.

    Parameters
    ----------
    source : PlotStyle, str, path or None
        A style; the name of a preset ("prism"); the name of a TOML file; None for the default.
    **keys
        Fields of `PlotStyle`; `width` and `height` may be a text with a unit ("85mm"). A value of
        None is not given.

    Raises
    ------
    InputError
        If the file does not exist, a key is unknown or its value is not allowed.
    """
    style = source if isinstance(source, PlotStyle) else _named(source)
    given = {key: value for key, value in keys.items() if value is not None}
    for key in ("width", "height"):
        if key in given:
            given[f"{key}_mm"] = millimetres(given.pop(key), key)
    if "colors" in given:
        given.setdefault("colours", given.pop("colors"))
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in given.items()}
    return _changed(style, SCHEMA.check(plain, "style"), "style")


def millimetres(value: Any, where: str) -> float:
    """A length in mm: a number of mm, or a text with its unit ("85mm", "8.5 cm", "3.3in").

    Raises
    ------
    InputError
        If it is no length, or not that of a figure.
    """
    number: float | None = None
    if isinstance(value, str):
        match = _LENGTH.fullmatch(value)
        text, unit = (match[1], match[2]) if match else (value, "mm")
        parsed = parse_number(text)
        number = None if parsed is None else parsed * LENGTHS[unit]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    low, high = LIMITS[f"{where}_mm"]
    if number is None or not low <= number <= high:
        raise InputError(
            f"is {value!r}" if number is None else f"is {value}",
            where=where,
            allowed=f"It is a length from {low:g} to {high:g} mm, such as 85mm, 8.5cm or 3.35in",
        )
    return number


def _named(source: str | os.PathLike[str] | None) -> PlotStyle:
    if source is None or source == "":
        return DEFAULT
    if not isinstance(source, str | os.PathLike):
        raise InputError(
            f"is {source!r}",
            where="style",
            allowed=f"It is {', '.join(PRESETS)} or the name of a .toml file",
        )
    text = os.fspath(source)
    if text in PRESETS:
        return PRESETS[text]
    path = Path(text)
    if not path.suffix and not path.exists():
        raise UnknownNameError.among("style", text, PRESETS, where="style")
    keys = checked_toml(file_content(path), SCHEMA, where=path.name)
    preset = keys.pop("preset")
    return _changed(PRESETS[preset] if preset else DEFAULT, keys, path.name)


def _changed(style: PlotStyle, keys: Mapping[str, Any], where: str) -> PlotStyle:
    given = {key: value for key, value in keys.items() if value is not None and key != "preset"}
    for name in given.get("symbols", ()):
        if name not in MARKERS:
            raise UnknownNameError.among("symbol", name, MARKERS, where=f"{where}, symbols")
    for name in given.get("colours", ()):
        if not is_color_like(name):
            raise InputError(
                f"'{name}' is no colour",
                where=f"{where}, colours",
                allowed='It is a name such as "black", or "#0072B2"',
            )
    for key in ("symbols", "colours"):
        if key in given and not given[key]:
            raise InputError("is empty", where=f"{where}, {key}", do="Name at least one")
    return replace(style, **given)


def _schema() -> TableField:
    keys: dict[str, Schema] = {"preset": TextField(default=None, one_of=tuple(PRESETS))}
    for one in fields(PlotStyle):
        default = getattr(DEFAULT, one.name)
        if one.name in CHOICES:
            keys[one.name] = TextField(default=None, one_of=CHOICES[one.name])
        elif isinstance(default, bool):
            keys[one.name] = BooleanField(default=None)
        elif isinstance(default, float):
            low, high = LIMITS[one.name]
            keys[one.name] = NumberField(low=low, high=high)
        elif isinstance(default, tuple):
            keys[one.name] = _TextsOrNone()
        else:
            keys[one.name] = TextField(default=None, allow_empty=False)
    return TableField(keys)


class _TextsOrNone(TextListField):
    """A list of texts without a default."""

    def __init__(self) -> None:
        super().__init__(default=None)  # type: ignore[arg-type]


SCHEMA = _schema()
