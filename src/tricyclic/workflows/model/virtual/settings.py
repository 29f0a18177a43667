"""Settings of an assay: its defaults, changed by `--assume name=value`, each with its source."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import parse_number
from tricyclic.results.virtual_assay import AssaySetting
from tricyclic.workflows.model.prepared import split_list

Assay = TypeVar("Assay")
SPECIFIED, ASSUMED = "specified", "assumed"


def assay_with_settings(
    kind: type[Assay],
    assumptions: Sequence[str],
    *,
    from_protocol: Sequence[str] = (),
    protocol: str = "",
    specified: Mapping[str, str | float | None] = MappingProxyType({}),
) -> tuple[Assay, tuple[AssaySetting, ...]]:
    """An assay with its defaults, changed where the options specify a value.

    Parameters
    ----------
    kind : type
        The dataclass of the assay.
    assumptions : sequence of str
        "name=value"; fractions as 0.1 or 10%.
    from_protocol : sequence of str
        Settings whose default is that of `protocol`; all others are assumed.
    specified : mapping of str to str or float
        Values of further settings; None for the default.

    Raises
    ------
    UnknownNameError
        If a name is not that of a setting.
    InputError
        If a value is not a number, or the assay refuses it.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a type variable cannot be bound to dataclasses
    numbers = {name: one for name, one in defaults.items() if not isinstance(one, str)}
    values: dict[str, Any] = {name: one for name, one in specified.items() if one is not None}
    for text in split_list(assumptions):
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(
                f"'{text}' is not name=number", where="assume", allowed="Such as well_cv=10%"
            )
        if name not in numbers:
            raise UnknownNameError.among("setting of this assay", name, numbers, where="assume")
        values[name] = _parse_number(number, name, whole=isinstance(numbers[name], int))
    assay = kind(**values)
    settings = tuple(
        AssaySetting(
            name,
            getattr(assay, name),
            SPECIFIED if name in values else protocol if name in from_protocol else ASSUMED,
        )
        for name in defaults
    )
    return assay, settings


def _parse_number(text: str, name: str, *, whole: bool) -> float:
    value = parse_number(text.removesuffix("%"))
    if value is None or not math.isfinite(value):
        raise InputError(f"is '{text}'", where=name, allowed="A number, such as 0.1 or 10%")
    value /= 100.0 if text.endswith("%") else 1.0
    if whole:
        if value != int(value):
            raise InputError(f"is {text}", where=name, allowed="A whole number")
        return int(value)
    return value
