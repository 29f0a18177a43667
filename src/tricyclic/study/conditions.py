"""What a person states about an assay becomes BindingConditions, every unit checked.

A number may be bare (then it has the unit in the name of its field), text with a unit ("500 pM",
"0.8 +/- 0.1 nM"), a table {value, unit, se, source}, or a Measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args

from tricyclic.core.conditions import BindingConditions, DecayConvention, Measured
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.units import HALF_LIFE_DAYS, convert, known_unit, quantity

# field -> (unit, least value, whether that value itself is allowed, largest value)
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
    "kon_per_M_min": ("1/(M min)", 0.0, False, math.inf),
    "koff_per_min": ("1/min", 0.0, False, math.inf),
    "incubation_min": ("min", 0.0, False, math.inf),
    "temperature_C": ("degC", -273.15, True, math.inf),
}
MEASURED = tuple(field.name for field in fields(BindingConditions) if "Measured" in str(field.type))
DATES = ("reference_date", "assay_date")


def measured(given: Any, unit: str, *, where: str) -> Measured:
    """Read a number with its unit and, where it is known, its standard error and source.

    Raises
    ------
    InputError
        If it is no number, or the unit is unknown or cannot become `unit`.
    """
    if isinstance(given, Measured):
        return Measured(
            convert(given.value, given.unit, unit, where=where),
            unit,
            convert(given.se, given.unit, unit, where=where),
            given.source,
        )
    if isinstance(given, Mapping):
        for key in given:
            if key not in ("value", "unit", "se", "source"):
                raise UnknownNameError.among(
                    "part of a number", str(key), ("value", "unit", "se", "source"), where=where
                )
        if "value" not in given:
            raise InputError(
                "has no value",
                where=where,
                allowed='Write it like { value = 0.8, unit = "nM", se = 0.1 }',
            )
        stated = known_unit(str(given["unit"]), where=where) if "unit" in given else unit
        value = _number(given["value"], where=where)
        se = _number(given.get("se", 0.0), where=where)
        if se < 0:
            raise InputError(f"se is {se:g}", where=where, allowed="A standard error is 0 or more")
        return Measured(
            convert(value, stated, unit, where=where),
            unit,
            convert(se, stated, unit, where=where),
            str(given.get("source", "")),
        )
    if isinstance(given, str):
        return _from_text(given, unit, where)
    return Measured(_number(given, where=where), unit)


def conditions(
    base: BindingConditions, given: Mapping[str, Any], *, where: str
) -> BindingConditions:
    """Overlay what a person states on what a protocol fixes.

    Raises
    ------
    InputError
        If a name is unknown (near names are suggested), a number is outside its range, or a unit is wrong.
    """
    known = {field.name for field in fields(BindingConditions)}
    changed: dict[str, Any] = {}
    for name, value in given.items():
        place = f"{where}, {name}"
        if name not in known:
            raise UnknownNameError.among("condition of a binding assay", name, known, where=where)
        if name in NUMBERS:
            number = measured(value, NUMBERS[name][0], where=place)
            _in_range(number.value, name, place)
            changed[name] = number if name in MEASURED else number.value
        elif name in DATES:
            changed[name] = _date(value, place)
        else:
            if not isinstance(value, str):
                raise InputError(f"is {value!r}", where=place, allowed="It is text")
            if name == "decay_convention" and value not in get_args(DecayConvention):
                raise UnknownNameError.among(
                    "decay convention", value, get_args(DecayConvention), where=place
                )
            if name == "isotope" and value and value not in HALF_LIFE_DAYS:
                raise UnknownNameError.among("isotope", value, HALF_LIFE_DAYS, where=place)
            changed[name] = value
    return replace(base, **changed)


def _from_text(text: str, unit: str, where: str) -> Measured:
    plain = text.replace("±", "+/-")
    if "+/-" not in plain:
        read = quantity(plain, where=where)
        return Measured(convert(read.value, read.unit or unit, unit, where=where), unit)
    left, right = plain.split("+/-", 1)
    error = quantity(right, where=where)
    middle = quantity(left, where=where)
    if middle.unit and error.unit and middle.unit != error.unit:
        raise UnitError(
            f"'{text}' has two units", where=where, allowed="Write it like 0.8 +/- 0.1 nM"
        )
    stated = middle.unit or error.unit or unit
    return Measured(
        convert(middle.value, stated, unit, where=where),
        unit,
        convert(error.value, stated, unit, where=where),
    )


def _number(given: Any, *, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise InputError(
            f"is {given!r}, which is no number",
            where=where,
            allowed='Write it like 0.8 or "0.8 nM"',
        )
    return float(given)


def _in_range(value: float, name: str, where: str) -> None:
    unit, least, itself, most = NUMBERS[name]
    if value < least or (value == least and not itself) or value > most:
        low = f"{least:g} or more" if itself else f"above {least:g}"
        high = f" and at most {most:g}" if math.isfinite(most) else ""
        raise InputError(f"is {value:g} {unit}".rstrip(), where=where, allowed=f"It is {low}{high}")


def _date(given: Any, where: str) -> date:
    if isinstance(given, date):
        return date(given.year, given.month, given.day)
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise InputError(
            f"is {given!r}, which is no date",
            where=where,
            allowed="A date is written year-month-day, such as 2026-03-12",
        ) from None
