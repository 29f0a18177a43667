"""From the columns of a file of many curves to its layout, and from its doses to log10 molar or the sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.delimited_text import shortened

LOWEST, WIDEST = -18.0, 12.0  # log10 M; decades of doses in one curve
_DOSE_COLUMN = re.compile(
    r"\s*([-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|-inf)\s*(?:\(\w+\)|[_#]\w+)?\s*"
)


@dataclass(frozen=True)
class Layout:
    """Which columns hold what; `doses` and `response` name one column each, or `wide` holds all dose columns."""

    curve: str = "curve"
    dose: str = ""
    response: str = ""
    weight: str = ""
    plate: str = ""
    molar: bool = False
    wide: tuple[str, ...] = ()
    log10_molar: tuple[float, ...] = ()

    @property
    def doses(self) -> tuple[str, ...]:
        """The column of doses; none where the names of columns are the doses."""
        return (self.dose,) if self.dose else ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns of readings, and the weight where there is one."""
        return self.wide or (self.response, *([self.weight] if self.weight else []))

    @property
    def readings_a_row(self) -> int:
        """Readings that one row holds."""
        return max(len(self.wide), 1)

    @property
    def said(self) -> str:
        """In words."""
        return (
            f"wide, {len(self.wide)} columns of doses" if self.wide else "long, one row per reading"
        )


def layout_of(kinds: Mapping[str, str], *, names: Sequence[str], where: str) -> Layout:
    """Find the layout.

    Parameters
    ----------
    kinds : mapping
        "whole", "number", "text" or another word, for each column.
    names : sequence of str
        Columns in their order.
    where : str
        What sentences call the file.

    Raises
    ------
    InputError
        If a column is missing, stands twice, or holds what it cannot.
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
            "doses stand in two columns, 'log10_molar' and 'molar'",
            where=where,
            do="Keep one of them",
        )
    if both or "response" in kinds:
        for name in (both[0] if both else "log10_molar", "response"):
            if name not in kinds:
                raise UnknownNameError.among("column", name, names, where=where)
        weight = "weight" if "weight" in kinds else ""
        for name in (*both, "response", *([weight] if weight else [])):
            _must_hold_numbers(name, kinds[name], where)
        return Layout("curve", both[0], "response", weight, plate, both[0] == "molar")
    doses = {
        name: float(found[1].replace("−", "-"))
        for name in names
        if (found := _DOSE_COLUMN.fullmatch(name))
    }
    if len(doses) < 2:
        raise UnknownNameError.among("column", "log10_molar", names, where=where)
    if "weight" in kinds:
        raise InputError(
            "a weight beside one column per dose says nothing about single readings",
            where=f"{where}, column 'weight'",
            do="Use one row per reading: curve, log10_molar, response, weight",
        )
    for name in doses:
        _must_hold_numbers(name, kinds[name], where)
    x = np.array(list(doses.values()))
    _possible(x, np.array([0, x.size]), None, f"{where}, names of the columns")
    return Layout("curve", plate=plate, wide=tuple(doses), log10_molar=tuple(float(v) for v in x))


def checked_doses(
    x: np.ndarray, starts: np.ndarray, names: Any, *, molar: bool, where: str
) -> np.ndarray:
    """Give doses as log10 molar.

    Parameters
    ----------
    x : array, shape (rows,)
        Doses as the file holds them.
    starts : array of int, shape (curves + 1,)
    names : sequence
        Names of the curves.
    molar : bool
        Whether they are mol/L and not their log10.

    Raises
    ------
    InputError
        If one is missing, cannot be a concentration, or seems to be in another unit.
    """
    column = f"{where}, column '{'molar' if molar else 'log10_molar'}'"
    if np.isnan(x).any():
        raise InputError(
            f"curve '{_of(np.isnan(x), starts, names)}' has a reading without a dose",
            where=column,
            do="Fill it in or leave the row out; a well without compound is log10_molar = -inf",
        )
    if molar:
        if (x <= 0).any():
            at = x <= 0
            raise InputError(
                f"curve '{_of(at, starts, names)}' has a concentration of {x[np.argmax(at)]:g}",
                where=column,
                allowed="Concentrations in mol/L are above 0",
                do="Leave wells without compound out, or use a column log10_molar, where they are -inf",
            )
        if (x[np.isfinite(x)] > 1).any():
            at = np.isfinite(x) & (x > 1)
            raise InputError(
                f"curve '{_of(at, starts, names)}' has {x[np.argmax(at)]:g} mol/L",
                where=column,
                allowed="A dose is at most 1 mol/L",
                do="Divide by 1e9 if the column is in nM, by 1e6 if in µM",
            )
        x = np.log10(x)
    elif float(x.max()) == 0.0 and (x < 0).any() and float(x[x < 0].max()) < -2.0:
        raise InputError(
            f"curve '{_of(x == 0.0, starts, names)}' has a dose of 0, which is 1 mol/L, and no other is above 0.01 mol/L",
            where=column,
            do="Write -inf for a well without compound",
        )
    _possible(x, starts, names, column)
    return x


def _must_hold_numbers(name: str, kind: str, where: str) -> None:
    if kind not in ("number", "whole"):
        raise InputError(
            f"holds {kind} where numbers are needed",
            where=f"{where}, column '{name}'",
            do="Leave missing readings empty, and write every other as a number",
        )


def _possible(x: np.ndarray, starts: np.ndarray, names: Any, column: str) -> None:
    """Whether doses can be log10 molar; the sentence tells what they look like instead."""
    low, high = float(x.min()), float(x.max())
    if -np.inf < low and high <= 0 and low >= LOWEST and high - low <= WIDEST:
        return
    finite = x[np.isfinite(x)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    whose = "" if names is None else f" (curve '{_of(x == high, starts, names)}')"
    if high > 0:
        raise InputError(
            f"values run from {low:g} to {high:g}{whose}", where=column, allowed=_instead(low, high)
        )
    if low < LOWEST:
        whose = "" if names is None else f" (curve '{_of(x == low, starts, names)}')"
        raise InputError(
            f"the lowest dose is {low:g}{whose}, fewer than a million molecules in a litre",
            where=column,
            do="Write log10 of mol/L",
        )
    if high - low > WIDEST:
        clipped = np.where(np.isfinite(x), x, high)
        span = np.maximum.reduceat(clipped, starts[:-1]) - np.minimum.reduceat(clipped, starts[:-1])
        if span.max() > WIDEST:
            whose = "" if names is None else f"curve '{names[int(np.argmax(span))].as_py()}': "
            raise InputError(
                f"{whose}doses span {span.max():.0f} decades",
                where=column,
                allowed="Are units mixed?",
                do="Write log10 of mol/L throughout",
            )


def _instead(low: float, high: float) -> str:
    if low < -3:
        return "Some are log10 molar, some in another unit; write log10 of mol/L throughout"
    if low > 0 and high < 0.2:
        return "These look like mol/L; name the column molar, or take log10"
    if low > 2 and high < 16:
        return "These look like -log10 molar; change the sign"
    if low < 0:
        return "These look like log10 of nM or µM; subtract 9 or 6"
    return "These look like plain nM or µM; write log10 of mol/L, so 10 nM is -8"


def _of(where: np.ndarray, starts: np.ndarray, names: Any) -> str:
    k = int(np.searchsorted(starts, int(np.argmax(where)), "right")) - 1
    return shortened(str(names[k].as_py()))
