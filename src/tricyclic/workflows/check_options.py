"""Checks the options of any command before it runs: types, choices, missing names, output place.

Both interfaces call it, so that a wrong value is refused before anything is computed.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from tricyclic.core.table_input import TableInput
from tricyclic.curves import unknown_curve
from tricyclic.errors import InputError, UnknownNameError, brief
from tricyclic.io.atomic import check_can_write
from tricyclic.workflows.base import OptionInfo, is_pair, option_fields, without_none

Options = TypeVar("Options")
_NOUNS = {str: "a text", int: "a whole number", float: "a number", bool: "True or False"}
_DO_NOT_FIT = object()


def checked_options(options: Options) -> Options:
    """The options of a command, with the numbers of numpy and dates as plain Python values.

    Parameters
    ----------
    options : dataclass
        Options of a command.

    Raises
    ------
    InputError
        If a value has the wrong type or is none of the choices, a required name is empty, or the
        output cannot be written.
    """
    changed: dict[str, Any] = {}
    for field, info, hint in option_fields(type(options)):
        given = getattr(options, field.name)
        value = _plain(given, hint)
        if value is _DO_NOT_FIT:
            # One value that is given alone is shown alone.
            shown = given[0] if isinstance(given, tuple) and len(given) == 1 else given
            if info.help.startswith("Column") and _is_values(shown):
                raise InputError(
                    "are values",
                    where=field.name,
                    allowed="It is the name of a column",
                    do="Add the values to the table as a column, and give its name",
                )
            raise InputError(
                f"is {brief(shown)}", where=field.name, allowed=f"It is {_description(hint, info)}"
            )
        if info.choices and value not in (*info.choices, field.default):
            unknown = UnknownNameError.among("choice", value, info.choices, where=field.name)
            raise unknown_curve(value, unknown) if field.name == "curve" else unknown
        _check_not_empty(value, field, info)
        if value is not given:
            changed[field.name] = value
    out = changed.get("out", getattr(options, "out", ""))
    if out:
        check_can_write(Path(out))
    return dataclasses.replace(options, **changed) if changed else options  # type: ignore[type-var]


def _is_values(given: Any) -> bool:
    """Whether something is an array, a column of a DataFrame or a list of numbers."""
    if isinstance(given, str | bytes | Mapping) or not hasattr(given, "__len__"):
        return False
    return hasattr(given, "dtype") or any(isinstance(one, Real) for one in given)


def _plain(given: Any, hint: Any) -> Any:
    """The value as the type of its option, or `_DO_NOT_FIT`."""
    kinds = _alternatives(hint)
    if is_pair(hint):
        if given is None and NoneType in kinds:
            return None
        if not isinstance(given, tuple | list) or len(given) != 2:
            return _DO_NOT_FIT
        return _plain_tuple(given, get_args(without_none(hint))[0])
    if get_origin(hint) is tuple:
        return _plain_tuple(given, get_args(hint)[0])
    if type(given) in kinds or (TableInput in kinds and isinstance(given, TableInput)):
        return given
    if str in kinds and isinstance(given, str | os.PathLike | date):
        return os.fspath(given) if isinstance(given, os.PathLike) else str(given)
    if bool in kinds:
        return bool(given) if type(given).__name__ in ("bool_", "bool") else _DO_NOT_FIT
    is_number = isinstance(given, Real) and not isinstance(given, bool)
    if int in kinds and is_number and isinstance(given, Integral):
        return int(given)
    if float in kinds and is_number:
        return float(given)
    return _DO_NOT_FIT


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _plain_tuple(given: Any, kind: Any) -> Any:
    if not isinstance(given, tuple | list):
        return _DO_NOT_FIT
    items = tuple(_plain(item, kind) for item in given)
    if any(item is _DO_NOT_FIT for item in items):
        return _DO_NOT_FIT
    is_same = isinstance(given, tuple) and all(a is b for a, b in zip(items, given, strict=True))
    return given if is_same else items


def _description(hint: Any, info: OptionInfo) -> str:
    """What an option accepts: "a number, or a text"."""
    if is_pair(hint):
        return "two numbers"
    if get_origin(hint) is tuple:
        kinds = _alternatives(get_args(hint)[0])
        several = "the name of a file, or several" if info.path else "a text, or several"
        return f"{several}, or a DataFrame" if TableInput in kinds else several
    if info.path:
        one = "the name of a file or folder"
        return "the name of a file, or a DataFrame" if TableInput in _alternatives(hint) else one
    kinds = _alternatives(hint)
    return ", or ".join(_NOUNS[kind] for kind in kinds if kind is not NoneType)


def _check_not_empty(value: Any, field: dataclasses.Field[Any], info: OptionInfo) -> None:
    """Refuse a required path that is empty, and an empty text among several."""
    is_required_path = info.path and field.default is dataclasses.MISSING
    texts = tuple(
        text for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)
    )
    if isinstance(value, tuple) and any(not text.strip() for text in texts):
        advice = "Add the name of a file" if info.path else "Omit it, or add a text"
        raise InputError("is empty", where=field.name, do=advice)
    if info.path and "\0" in "".join(texts):
        raise InputError("contains a null character", where=field.name, do="Check the name")
    if is_required_path and isinstance(value, str) and not value.strip():
        raise InputError("is empty", where=field.name, do="Add the name of a file or folder")
