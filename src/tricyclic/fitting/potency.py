"""IC50 of many curves with limits in the unit of a result, and as a report prints it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tricyclic.core.coded_text import CodedText
from tricyclic.core.format import format_number
from tricyclic.core.potency_columns import LOG10_NM_PER_M, PotencyColumns
from tricyclic.numerics.batch.fit import STATUS

NOT_DETERMINED = "n.d."
# Decimal exponents of the values that are written from a table; others are written one by one.
EXPONENTS = range(-6, 9)
# A flat curve of percent inhibition below this shows no effect, one above it a complete effect.
HALF_EFFECT_PERCENT = 50.0
VALUE, ABOVE, BELOW = range(3)
_SIGNS = ("", "> ", "< ")
_WITH_VALUE = ("fitted", "parameter at bound")
_WITH_LIMIT = (*_WITH_VALUE, "lower CI unbounded", "upper CI unbounded")


@dataclass(frozen=True)
class PrintedPotency:
    """Printed values of curves, and which numbers stand beside them; arrays of shape (curves,).

    Parameters
    ----------
    is_value : array of bool
        Whether the printed value is a plain number; no estimate is reported elsewhere.
    has_limits : array of bool
        Whether the limits mean anything.
    coded : CodedText
    """

    is_value: np.ndarray
    has_limits: np.ndarray
    coded: CodedText

    @property
    def text(self) -> np.ndarray:
        """The printed values, array of str."""
        return np.asarray(self.coded)


@dataclass(frozen=True)
class PotencyInput:
    """What a printed value depends on; arrays of shape (curves,), logarithms as fitted.

    Parameters
    ----------
    log10_ic50, log10_low, log10_high : array
        Estimate and limits; nan where they do not exist or were not computed.
    lowest, highest : array
        Logarithm of the lowest and highest dose of each curve.
    at_bound : array of int
        1 or -1 where the estimate is a bound of the search and none.
    status : array of str, or of int
        In words, or as an index into `numerics.batch.fit.STATUS`.
    level : array
        Mean reading [%] of each curve where readings are percent; nan otherwise.
    effect : str
        "inhibition", "remaining", or "" where readings are not known to be percent.
    """

    log10_ic50: np.ndarray
    log10_low: np.ndarray
    log10_high: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    at_bound: np.ndarray
    status: np.ndarray
    level: np.ndarray
    effect: str = ""


def potency_columns(given: PotencyInput, unit: str) -> dict[str, object]:
    """IC50, limits, printed value and pIC50.

    Parameters
    ----------
    given : PotencyInput
    unit : str
        Unit of the columns; doses are log10 molar where it is nM, else the logarithm of this unit.

    Returns
    -------
    dict
        Columns by name, see `PotencyColumns`.

    Notes
    -----
    The printed value is the estimate to three figures; `> highest dose` where the estimate is above
    it; `> lower limit` where there is no upper one; `< X` likewise. A curve that is flat with
    sufficient power is `> highest dose` (or `< lowest dose`) where its readings are percent
    and near no (a complete) effect. All others are `n.d.`. IC50 and pIC50 are missing where the
    printed value is not a plain number.
    """
    columns = PotencyColumns(unit)
    shift = LOG10_NM_PER_M if unit == "nM" else 0.0
    printed = printed_potency(given, shift)
    has_limits = printed.has_limits
    log10_value = np.where(printed.is_value, given.log10_ic50, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        result: dict[str, object] = {
            columns.value: 10.0 ** (log10_value + shift),
            columns.low: np.where(has_limits, 10.0 ** (given.log10_low + shift), np.nan),
            columns.high: np.where(has_limits, 10.0 ** (given.log10_high + shift), np.nan),
            columns.text: printed.coded,
        }
    if unit == "nM":
        result["pIC50"] = -log10_value
    return result


def printed_potency(given: PotencyInput, shift: float = 0.0) -> PrintedPotency:
    """Printed values by the rule of `potency_columns`, for one curve as for millions.

    Parameters
    ----------
    given : PotencyInput
    shift : float
        Added to the logarithms to print another unit.
    """
    sign, log10_printed = _printed(given)
    is_value = (sign == VALUE) & np.isfinite(log10_printed)
    with np.errstate(over="ignore", invalid="ignore"):
        text = _texts(sign, 10.0 ** (log10_printed + shift))
    return PrintedPotency(is_value, is_value | _is_one_of(given.status, _WITH_LIMIT), text)


def _is_one_of(status: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    """Whether each status is one of some words."""
    if status.dtype.kind in "iu":
        return np.asarray(np.isin(STATUS, words)[status])
    return np.isin(status, words)


def _printed(given: PotencyInput) -> tuple[np.ndarray, np.ndarray]:
    """Sign and logarithm of the number of each printed value; nan where there is none."""
    status = given.status
    described = _is_one_of(status, _WITH_LIMIT)
    with_value = _is_one_of(status, _WITH_VALUE)
    with np.errstate(invalid="ignore"):
        beyond = described & ((given.log10_ic50 > given.highest) | (given.at_bound > 0))
        before = described & ((given.log10_ic50 < given.lowest) | (given.at_bound < 0))
        if given.effect:
            full = given.level > HALF_EFFECT_PERCENT
            no_effect = ~full if given.effect == "inhibition" else full
            flat = _is_one_of(status, ("flat",)) & np.isfinite(given.level)
            beyond |= flat & no_effect
            before |= flat & ~no_effect
    above = beyond | (~before & _is_one_of(status, ("upper CI unbounded",)))
    below = before | (~beyond & _is_one_of(status, ("lower CI unbounded",)))
    at_least = np.where(beyond, given.highest, given.log10_low)
    at_most = np.where(before, given.lowest, given.log10_high)
    value = np.where(with_value & (given.at_bound == 0), given.log10_ic50, np.nan)
    value = np.where(above, at_least, np.where(below, at_most, value))
    sign = np.where(above, ABOVE, np.where(below, BELOW, VALUE))
    return sign, np.where(np.isfinite(value), value, np.nan)


def _texts(sign: np.ndarray, value: np.ndarray) -> CodedText:
    """Values to three figures with their signs, shape of value, as text."""
    table = _table()
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(value))
        mantissa = np.rint(value / 10.0 ** (exponent - 2.0))
    up = mantissa >= 1000.0
    exponent, mantissa = exponent + up, np.where(up, 100.0, mantissa)
    inside = (exponent >= EXPONENTS.start) & (exponent < EXPONENTS.stop)
    number = sign * (900 * len(EXPONENTS)) + (exponent - EXPONENTS.start) * 900 + mantissa - 100.0
    codes = np.where(inside, np.where(inside, number, 0.0), len(table) - 1).astype(np.int64)
    others = np.flatnonzero(~inside & np.isfinite(value))
    if not others.size:
        return CodedText(codes, table)
    codes[others] = len(table) + np.arange(others.size)
    own = np.array([_one_text(int(sign[k]), float(value[k])) for k in others], table.dtype)
    return CodedText(codes, np.concatenate([table, own]))


@lru_cache(maxsize=1)
def _table() -> np.ndarray:
    """All printed values by sign, exponent and mantissa; "n.d." is the last."""
    values = [text for exponent in EXPONENTS for text in _texts_of_decade(exponent)]
    limits = [
        text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text for text in values
    ]
    bounds = [_SIGNS[sign] + text for sign in (ABOVE, BELOW) for text in limits]
    return np.array([*values, *bounds, NOT_DETERMINED], "U16")


def _texts_of_decade(exponent: int) -> list[str]:
    """The numbers of three figures of a decade; potencies have no exponent from 1 on."""
    digits = [str(mantissa) for mantissa in range(100, 1000)]
    if exponent < -4:
        return [f"{d[0]}.{d[1:]}e{exponent}" for d in digits]
    if exponent < 0:
        return [f"0.{'0' * (-exponent - 1)}{d}" for d in digits]
    if exponent < 2:
        return [f"{d[: exponent + 1]}.{d[exponent + 1 :]}" for d in digits]
    return [d + "0" * (exponent - 2) for d in digits]


def _one_text(sign: int, value: float) -> str:
    text = format_number(value)
    if "e" in text and 1.0 <= value < 10.0**EXPONENTS.stop:
        text = f"{float(text):.15g}"
    if sign != VALUE and "." in text and "e" not in text:
        # A limit is a dose more often than a measured number: > 0.3, not > 0.300.
        text = text.rstrip("0").rstrip(".")
    return _SIGNS[sign] + text
