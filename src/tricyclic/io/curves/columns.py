"""Columns of a file of many curves: names, kinds, and doses as log10 molar."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tricyclic.core.concentrations import is_molar_unit, log10_of
from tricyclic.core.format import enumerate_words
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.delimited_text import shortened
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import UNSIGNED
from tricyclic.units import MAX_MOLAR, convert

LOWEST, WIDEST = -18.0, 12.0  # log10 M; decades of doses in one curve
_DOSE_COLUMN = re.compile(rf"\s*([-+−]?{UNSIGNED}|-inf)\s*(?:\(\w+\)|[_#]\w+)?\s*")


@dataclass(frozen=True)
class CurveColumns:
    """Columns by their role: `dose` and `response` in a long file, `wide` in a wide file.

    A long file has one row per reading, a wide file one column per dose.
    """

    curve: str = "curve"
    dose: str = ""
    response: str = ""
    weight: str = ""
    plate: str = ""
    unit: str = "log10 M"
    wide: tuple[str, ...] = ()
    log10_molar: tuple[float, ...] = ()

    @property
    def doses(self) -> tuple[str, ...]:
        """The column of doses; none in a wide file, whose column names are the doses."""
        return (self.dose,) if self.dose else ()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns of readings, and the weight if there is one."""
        return self.wide or (self.response, *([self.weight] if self.weight else []))

    def unused(self, names: Sequence[str]) -> tuple[str, ...]:
        """Of all columns of a file, those without a role."""
        used = {self.curve, *self.doses, *self.required, self.plate}
        return tuple(name for name in names if name not in used)

    @property
    def readings_per_row(self) -> int:
        """Readings in one row."""
        return max(len(self.wide), 1)

    @property
    def description(self) -> str:
        """The form of the file, for a person."""
        return (
            f"wide, {len(self.wide)} columns of doses" if self.wide else "long, one row per reading"
        )


def find_columns(kinds: Mapping[str, str], *, names: Sequence[str], where: str) -> CurveColumns:
    """Columns of a file by their role.

    Parameters
    ----------
    kinds : mapping
        "whole numbers", "numbers", "text" or another word, for each column.
    names : sequence of str
        Names of the columns in their order.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError
        If a column is missing, appears twice, or has the wrong kind of values.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"two columns are called '{twice[0]}'", where=where, do="Give each column its own name"
        )
    if "curve" not in kinds:
        raise UnknownNameError.among("column", "curve", names, where=where)
    plate = "plate" if "plate" in kinds else ""
    both = [name for name in ("log10_molar", "molar") if name in kinds]
    if len(both) == 2:
        raise InputError(
            "doses are in two columns, 'log10_molar' and 'molar'",
            where=where,
            do="Keep one of them",
        )
    unit = "M" if both == ["molar"] else "log10 M"
    if not both and "response" in kinds:
        dosed = [name for name in kinds if is_molar_unit(unit_in_column_name(name))]
        if len(dosed) > 1:
            raise InputError(
                f"doses are in {len(dosed)} columns, {enumerate_words(dosed)}",
                where=where,
                do="Keep one of them",
            )
        if dosed:
            both, unit = dosed, unit_in_column_name(dosed[0])
    if both or "response" in kinds:
        for name in (both[0] if both else "log10_molar", "response"):
            if name not in kinds:
                raise UnknownNameError.among("column", name, names, where=where)
        weight = "weight" if "weight" in kinds else ""
        for name in (*both, "response", *([weight] if weight else [])):
            _check_numbers(name, kinds[name], where)
        return CurveColumns("curve", both[0], "response", weight, plate, unit)
    doses = {
        name: float(match[1].replace("−", "-"))
        for name in names
        if (match := _DOSE_COLUMN.fullmatch(name))
    }
    if len(doses) < 2:
        raise UnknownNameError.among("column", "log10_molar", names, where=where)
    if "weight" in kinds:
        raise InputError(
            "one weight per row cannot weight the readings of several doses",
            where=f"{where}, column 'weight'",
            do="Use one row per reading: curve, log10_molar, response, weight",
        )
    for name in doses:
        _check_numbers(name, kinds[name], where)
    x = np.array(list(doses.values()))
    _check_plausible(x, np.array([0, x.size]), None, f"{where}, names of the columns")
    return CurveColumns(
        "curve", plate=plate, wide=tuple(doses), log10_molar=tuple(float(v) for v in x)
    )


def checked_doses(
    x: np.ndarray, starts: np.ndarray, names: Any, *, where: str, name: str, unit: str
) -> np.ndarray:
    """Doses as log10 molar.

    Parameters
    ----------
    x : array, shape (rows,)
        Doses as in the file.
    starts : array of int, shape (curves + 1,)
    names : sequence
        Names of the curves.
    name, unit : str
        Column of the doses, and its unit ("log10 M", "M", "nM", "log10 nM").

    Raises
    ------
    InputError
        If one is missing, is not a concentration, or seems to be in another unit.
    """
    column = f"{where}, column '{name}'"
    if np.isnan(x).any():
        raise InputError(
            f"curve '{_of(np.isnan(x), starts, names)}' has a reading without a dose",
            where=column,
            do="Fill it in or delete the row; a well without compound has log10_molar = -inf",
        )
    logarithm_of = log10_of(unit)
    factor = convert(1.0, logarithm_of or unit, "M", where=column)
    if logarithm_of:
        x = x + math.log10(factor)
    else:
        x = x * factor
        if (x < 0).any():
            at = x < 0
            raise InputError(
                f"curve '{_of(at, starts, names)}' has a concentration of {x[np.argmax(at)]:g}",
                where=column,
                allowed="A concentration in mol/L is 0 or more; 0 is a well without compound",
                do="Name the column log10_molar if these are logarithms",
            )
        if (x[np.isfinite(x)] > MAX_MOLAR).any():
            at = np.isfinite(x) & (x > MAX_MOLAR)
            raise InputError(
                f"curve '{_of(at, starts, names)}' has {x[np.argmax(at)]:g} mol/L",
                where=column,
                allowed=f"A dose is at most {MAX_MOLAR:g} mol/L",
                do="Name the column by its unit, conc_nM or conc_uM",
            )
        x = np.log10(x, out=np.full(x.shape, -np.inf), where=x > 0)
    lone_zero = unit == "log10 M" and float(x.max()) == 0.0 and (x < 0).any()
    if lone_zero and float(x[x < 0].max()) < -2.0:
        raise InputError(
            f"curve '{_of(x == 0.0, starts, names)}' has a dose of 0, which is 1 mol/L, "
            "and no other dose is above 0.01 mol/L",
            where=column,
            do="Write -inf for a well without compound",
        )
    _check_plausible(x, starts, names, column)
    return x


def _check_numbers(name: str, kind: str, where: str) -> None:
    if kind not in ("numbers", "whole numbers"):
        raise InputError(
            f"contains {kind} instead of numbers",
            where=f"{where}, column '{name}'",
            do="Leave missing readings empty, and write all others as numbers",
        )


def _check_plausible(x: np.ndarray, starts: np.ndarray, names: Any, column: str) -> None:
    """Refuse doses that cannot be log10 molar, with what they look like instead."""
    low, high = float(x.min()), float(x.max())
    if -np.inf < low and high <= 0 and low >= LOWEST and high - low <= WIDEST:
        return
    finite = x[np.isfinite(x)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    owner = "" if names is None else f" (curve '{_of(x == high, starts, names)}')"
    if high > 0:
        raise InputError(
            f"values run from {low:g} to {high:g}{owner}", where=column, allowed=_instead(low, high)
        )
    if low < LOWEST:
        owner = "" if names is None else f" (curve '{_of(x == low, starts, names)}')"
        raise InputError(
            f"the lowest dose is {low:g}{owner}, fewer than a million molecules in a litre",
            where=column,
            do="Write log10 of mol/L",
        )
    if high - low > WIDEST:
        clipped = np.where(np.isfinite(x), x, high)
        span = np.maximum.reduceat(clipped, starts[:-1]) - np.minimum.reduceat(clipped, starts[:-1])
        if span.max() > WIDEST:
            owner = "" if names is None else f"curve '{names[int(np.argmax(span))].as_py()}': "
            raise InputError(
                f"{owner}doses span {span.max():.0f} decades",
                where=column,
                allowed="Are units mixed?",
                do="Write log10 of mol/L throughout",
            )


def _instead(low: float, high: float) -> str:
    if low < -3:
        return "Some are log10 molar and some are in another unit; write log10 of mol/L throughout"
    if low > 0 and high < 0.2:
        return "These look like mol/L; name the column molar, or write log10 of mol/L"
    if low > 2 and high < 16:
        return "These look like -log10 molar; change the sign"
    if low < 0:
        return "These look like log10 of nM or µM; subtract 9 or 6"
    return "These look like nM or µM; write log10 of mol/L, so 10 nM is -8"


def _of(where: np.ndarray, starts: np.ndarray, names: Any) -> str:
    k = int(np.searchsorted(starts, int(np.argmax(where)), "right")) - 1
    return shortened(str(names[k].as_py()))
