"""Reads the conditions of an assay, with every unit checked.

A number may be bare (in the unit of its field's name), text with a unit ("500 pM", "0.8 +/- 0.1
nM"), a table {value, unit, se, source}, or a MeasuredValue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

from tricyclic.core.conditions import (
    CONDITION_NAMES,
    BindingConditions,
    DecayConvention,
    MeasuredValue,
)
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.units import HALF_LIFE_DAYS, convert, known_unit, quantity

# Field -> (unit, lower limit, whether the limit itself is allowed, upper limit).
NUMBERS: dict[str, tuple[str, float, bool, float]] = {
    "radioligand_nM": ("nM", 0.0, False, math.inf),
    "radioligand_kd_nM": ("nM", 0.0, False, math.inf),
    "specific_activity_Ci_per_mmol": ("Ci/mmol", 0.0, False, math.inf),
    "counting_efficiency": ("", 0.0, False, 1.0),
    "counting_time_min": ("min", 0.0, False, math.inf),
    "background_cpm": ("cpm", 0.0, True, math.inf),
    "volume_uL": ("uL", 0.0, False, math.inf),
    "protein_ug": ("ug", 0.0, False, math.inf),
    "nsb_drug_M": ("M", 0.0, False, math.inf),
    "mask_M": ("M", 0.0, True, math.inf),
    "mask_kd_masked_nM": ("nM", 0.0, False, math.inf),
    "mask_kd_wanted_nM": ("nM", 0.0, False, math.inf),
    "radioligand_kd_masked_nM": ("nM", 0.0, False, math.inf),
    "masked_bmax_ratio": ("", 0.0, True, math.inf),
    "competitor_ki_masked_nM": ("nM", 0.0, False, math.inf),
    "kon_per_M_min": ("1/(M min)", 0.0, False, math.inf),
    "koff_per_min": ("1/min", 0.0, False, math.inf),
    "incubation_min": ("min", 0.0, False, math.inf),
    "dissociation_start_min": ("min", 0.0, False, math.inf),
    "temperature_C": ("degC", -273.15, True, math.inf),
}
# No condition of an assay is larger, or its inverse; beyond that, the arithmetic overflows.
EXTREME = 1e30
MEASURED = tuple(field.name for field in fields(BindingConditions) if "Measured" in str(field.type))
DATES = ("reference_date", "assay_date")
# Radioligands exist since about 1950; a year outside this range is a typing error (0001, 20026).
FIRST_YEAR, LAST_YEAR = 1950, 2100


def read_measured_value(given: Any, unit: str, *, where: str) -> MeasuredValue:
    """Read a number with its unit, standard error and source.

    Raises
    ------
    InputError
        If it is not a number, or its unit is unknown or cannot be converted to `unit`.
    """
    if isinstance(given, MeasuredValue):
        return MeasuredValue(
            convert(given.value, given.unit, unit, where=where),
            unit,
            convert(given.se, given.unit, unit, where=where),
            given.source,
        )
    if isinstance(given, Mapping):
        for key in given:
            if key not in ("value", "unit", "se", "source"):
                raise UnknownNameError.among(
                    "key of a number", str(key), ("value", "unit", "se", "source"), where=where
                )
        if "value" not in given:
            raise InputError(
                "has no value",
                where=where,
                do='Write it like { value = 0.8, unit = "nM", se = 0.1 }',
            )
        own_unit = known_unit(str(given["unit"]), where=where) if "unit" in given else unit
        value = _number(given["value"], where=where)
        se = _number(given.get("se", 0.0), where=where)
        if se < 0:
            raise InputError(f"se is {se:g}", where=where, allowed="A standard error is 0 or more")
        return MeasuredValue(
            convert(value, own_unit, unit, where=where),
            unit,
            convert(se, own_unit, unit, where=where),
            str(given.get("source", "")),
        )
    if isinstance(given, str):
        return _from_text(given, unit, where)
    return MeasuredValue(_number(given, where=where), unit)


def read_conditions(
    base: BindingConditions, given: Mapping[str, Any], *, where: str
) -> BindingConditions:
    """The conditions of a protocol, with those of a study or of the options in their place.

    Raises
    ------
    InputError
        If a name is unknown (near names are suggested), a number is outside its range, or a unit is
        wrong.
    """
    known = set(CONDITION_NAMES)
    changed: dict[str, Any] = {}
    for name, value in given.items():
        place = f"{where}, {name}"
        if name not in known:
            raise UnknownNameError.among("condition of a binding assay", name, known, where=where)
        if name in NUMBERS:
            number = read_measured_value(value, NUMBERS[name][0], where=place)
            _check_range(number.value, name, place)
            changed[name] = number if name in MEASURED else number.value
            if name == "volume_uL":
                base = replace(base, volume_se_uL=number.se)
            elif number.se and name not in MEASURED:
                raise InputError(
                    f"has a standard error, {number.se:g} {number.unit}".rstrip(),
                    where=place,
                    allowed=f"Errors are used of {', '.join((*MEASURED, 'volume_uL'))}",
                    do="State the number without its error",
                )
        elif name in DATES:
            changed[name] = _read_date(value, place)
        else:
            if not isinstance(value, str):
                raise InputError(f"is {value!r}", where=place, allowed="It is a text")
            if name == "decay_convention" and value not in get_args(DecayConvention):
                raise UnknownNameError.among(
                    "decay convention", value, get_args(DecayConvention), where=place
                )
            if name == "isotope" and value and value not in HALF_LIFE_DAYS:
                raise UnknownNameError.among("isotope", value, HALF_LIFE_DAYS, where=place)
            changed[name] = value
    if "radioligand" in changed and "isotope" not in changed:
        # "[3H]nisoxetine" states its isotope.
        isotope = isotope_in_name(changed["radioligand"])
        changed |= {"isotope": isotope} if isotope else {}
    return replace(base, **changed).with_origin("stated", *changed)


def isotope_in_name(radioligand: str) -> str:
    """The isotope in the name of a radioligand: 3H in "[3H]nisoxetine"; "" where there is none.

    Parameters
    ----------
    radioligand : str
        Such as "[3H]nisoxetine", "125I-RTI-55", "[methyl-3H]...".
    """
    named = [
        isotope
        for isotope in HALF_LIFE_DAYS
        if re.search(rf"(?<![0-9A-Za-z]){isotope}(?![0-9])", radioligand)
    ]
    return named[0] if len(named) == 1 else ""


def read_option_conditions(
    base: BindingConditions, given: Mapping[str, Any], conditions: Mapping[str, str]
) -> BindingConditions:
    """The conditions of a protocol, with those of the options in their place.

    Parameters
    ----------
    base
        Conditions of the protocol.
    given
        Values by condition.
    conditions
        The condition that each option provides, so that an error names the option.

    Raises
    ------
    InputError
        If a number is outside its range, or a unit or a date is wrong.
    """
    for option, condition in conditions.items():
        if condition in given:
            try:
                base = read_conditions(base, {condition: given[condition]}, where="")
            except InputError as error:
                raise error.reworded(option, str) from error
    return base


def _from_text(text: str, unit: str, where: str) -> MeasuredValue:
    example = f"10 {unit}" if unit else "0.4"
    plain = text.replace("±", "+/-")
    if "+/-" not in plain:
        read = quantity(plain, where=where, example=example)
        return MeasuredValue(convert(read.value, read.unit or unit, unit, where=where), unit)
    left, right = plain.split("+/-", 1)
    error = quantity(right, where=where, example=example)
    middle = quantity(left, where=where, example=example)
    if middle.unit and error.unit and middle.unit != error.unit:
        raise UnitError(
            f"'{text}' has two units", where=where, allowed="Write it like 0.8 +/- 0.1 nM"
        )
    own_unit = middle.unit or error.unit or unit
    return MeasuredValue(
        convert(middle.value, own_unit, unit, where=where),
        unit,
        convert(error.value, own_unit, unit, where=where),
    )


def _number(given: Any, *, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise InputError(
            f"is {given!r}, which is not a number",
            where=where,
            do='Write it like 0.8 or "0.8 nM"',
        )
    return float(given)


def _check_range(value: float, name: str, where: str) -> None:
    unit, lower, includes_lower, upper = NUMBERS[name]
    if lower == 0 < value and not 1 / EXTREME <= value <= EXTREME and upper > EXTREME:
        raise InputError(
            f"is {value:g} {unit}".rstrip(),
            where=where,
            allowed=f"It is between {1 / EXTREME:g} and {EXTREME:g}",
            do="Check the number and its unit",
        )
    if value < lower or (value == lower and not includes_lower) or value > upper:
        low = f"{lower:g} or more" if includes_lower else f"above {lower:g}"
        high = f" and at most {upper:g}" if math.isfinite(upper) else ""
        raise InputError(f"is {value:g} {unit}".rstrip(), where=where, allowed=f"It is {low}{high}")


def _read_date(given: Any, where: str) -> date:
    try:
        day = (
            date(given.year, given.month, given.day)
            if isinstance(given, date)
            else date.fromisoformat(str(given))
        )
    except ValueError:
        raise InputError(
            f"is {given!r}, which is not a date",
            where=where,
            allowed="A date is written year-month-day, such as 2026-03-12",
        ) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(
            f"is {day}, which cannot be the date of a binding assay",
            where=where,
            allowed=f"The year is from {FIRST_YEAR} to {LAST_YEAR}",
            do="Write the year with four digits, such as 2026-03-12",
        )
    return day
