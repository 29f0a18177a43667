"""Numbers of a calculator as they are stated: alone, with a standard error, or with limits."""

from __future__ import annotations

import math
import re

from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.stated_number import StatedNumber
from tricyclic.errors import InputError
from tricyclic.numerals import UNSIGNED
from tricyclic.stats.statistics import t_quantile
from tricyclic.study.conditions import read_measured_value
from tricyclic.units import convert, known_unit

LN10 = math.log(10.0)
_UNIT = r"\s*([^0-9\s()\[\],;.–-][^()\[\],;]*?)?\s*"
_WITH_LIMITS = re.compile(
    rf"\s*({UNSIGNED}){_UNIT}[(\[]\s*({UNSIGNED})\s*(?:-|–|to|,|;)\s*({UNSIGNED}){_UNIT}[)\]]{_UNIT}"
)


def check_confidence_and_n(confidence: float, n: int) -> float:
    """Degrees of freedom of the error of an IC50 that is the mean of n runs.

    Raises
    ------
    InputError
        If the confidence is not between 0 and 1, or n is below 1.
    """
    if not 0 < confidence < 1:
        raise InputError(f"is {confidence:g}", where="confidence", allowed="It is between 0 and 1")
    if n < 1:
        raise InputError(f"is {n}", where="n", allowed="It is 1 or more")
    # The IC50 is from few runs; the other numbers are stated with errors of unknown n.
    return float(n - 1) if n > 1 else math.inf


def stated_number(
    given: float | str | None, unit: str, where: str, confidence: float, df: float = math.inf
) -> StatedNumber:
    """A number with its standard error or its limits, in the unit of the option."""
    text = "" if given is None else str(given)
    match = _WITH_LIMITS.fullmatch(text)
    if match:
        return _with_limits(match, unit, where, confidence, df)
    measured: MeasuredValue = read_measured_value(given, unit, where=where)
    value = _positive(measured.value, unit, where)
    if not measured.se:
        return StatedNumber(value, unit=unit)
    se = measured.se / (value * LN10)
    reach = t_quantile(df, confidence) * se
    return StatedNumber(value, se, value * 10.0**-reach, value * 10.0**reach, unit)


def _with_limits(
    match: re.Match[str], unit: str, where: str, confidence: float, df: float
) -> StatedNumber:
    """A number with the limits of its confidence interval: "12.3 (10.1-15.0) nM"."""
    units = [word.strip() for word in (match[2], match[5], match[6]) if word]
    own = known_unit(units[0], where=where) if units else unit
    if any(known_unit(word, where=where) != own for word in units):
        raise InputError(
            f"'{match[0].strip()}' has two units",
            where=where,
            allowed="Write it like 12.3 (10.1-15.0) nM",
        )
    value, low, high = (
        convert(float(match[k]), own, unit, where=where) if own != unit else float(match[k])
        for k in (1, 3, 4)
    )
    value = _positive(value, unit, where)
    if not 0 < low <= value <= high or low == high:
        raise InputError(
            f"'{match[0].strip()}' has limits that do not include the number",
            where=where,
            allowed="The lower limit is above 0 and the number is between both",
        )
    se = math.log10(high / low) / 2.0 / t_quantile(df, confidence)
    return StatedNumber(value, se, low, high, unit)


def _positive(value: float, unit: str, where: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise InputError(
            f"is {value:g} {unit}".rstrip(), where=where, allowed="It is a number above 0"
        )
    return value
