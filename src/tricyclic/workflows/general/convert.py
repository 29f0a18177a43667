"""Converts a quantity to another unit, counts to dpm, fmol and fmol/mg, an activity for decay."""

from __future__ import annotations

import math
from datetime import date

from tricyclic import units
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.results.files import ConvertResult
from tricyclic.study.conditions import read_measured_value
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.general.options import ConvertOptions


def run(options: ConvertOptions, on_progress: ProgressCallback | None = None) -> ConvertResult:
    """Convert, and record every step."""
    quantity = units.quantity(options.quantity, where="quantity")
    target = units.known_unit(options.to, where="to")
    mass = options.molar_mass
    if mass is not None and not (math.isfinite(mass) and mass > 0):
        raise InputError(
            f"is {mass:g}", where="molar_mass", allowed="A number of g/mol above 0, such as 266.4"
        )
    value, steps = _decay(options, quantity.value)
    value, unit, more = _counts(options, value, quantity.unit, target)
    _check_unused(options, quantity.unit, target)
    _check_molar_mass(options, unit, target)
    value = units.convert(
        value, unit, target, molar_mass_g_per_mol=options.molar_mass, where="quantity"
    )
    if not math.isfinite(value):
        raise InputError(
            f"is too large in {target}",
            where="quantity",
            do="Check the number, and the numbers of the other options",
        )
    return ConvertResult(options.quantity, value, target, (*steps, *more))


# Kinds of quantities from counts to density; each step from one to the next needs one number.
_CHAIN = ("count rate", "activity", "amount", "density")
_NEEDS = ("efficiency", "specific_activity", "protein_ug")


def _check_unused(options: ConvertOptions, given: str, target: str) -> None:
    """Refuse numbers that this conversion does not need."""
    kinds = [units.dimension(given), units.dimension(target)]
    first, last = (_CHAIN.index(kind) if kind in _CHAIN else 0 for kind in kinds)
    needed = _NEEDS[first:last]
    between = f"from {given} to {target}"
    for name in _NEEDS:
        if name not in needed:
            step = _NEEDS.index(name)
            refuse_without_effect(
                options,
                (name,),
                f"a conversion of {_CHAIN[step]} to {_CHAIN[step + 1]}, and this one is {between}",
            )
    if not any("mass concentration" in kind for kind in kinds) or kinds[0] == kinds[1]:
        refuse_without_effect(
            options,
            ("molar_mass",),
            f"a conversion between mass and moles, and this one is {between}",
        )


def _check_molar_mass(options: ConvertOptions, unit: str, target: str) -> None:
    kinds = {units.dimension(unit), units.dimension(target)}
    if kinds == {"mass concentration", "concentration"} and options.molar_mass is None:
        raise InputError(
            f"'{unit}' cannot be converted to '{target}' without a molar mass",
            where="quantity",
            do="Add --molar-mass, in g/mol",
        )


def _decay(options: ConvertOptions, value: float) -> tuple[float, list[str]]:
    """The value at the end date, and the step if there is an isotope."""
    if not options.isotope:
        if options.start or options.end:
            raise InputError("dates were given without an isotope", do="Add --isotope")
        return value, []
    if options.isotope.strip("[] ") not in units.HALF_LIFE_DAYS:
        raise UnknownNameError.among(
            "isotope", options.isotope, units.HALF_LIFE_DAYS, where="isotope"
        )
    start, end = _day(options.start, "start"), _day(options.end, "end")
    remaining = units.decay_factor(options.isotope, start, end)
    step = f"x {remaining:.6g} left of {options.isotope} after {(end - start).days} days"
    return value * remaining, [step]


def _counts(
    options: ConvertOptions, value: float, unit: str, target: str
) -> tuple[float, str, list[str]]:
    """Count rate to activity, activity to amount, amount to density, as far as the target needs."""
    steps = []
    given = unit
    kind, wanted = units.dimension(unit), units.dimension(target)
    if kind == "count rate" and wanted in ("activity", "amount", "density"):
        efficiency = _needed(options, "efficiency", "", given, target)
        if efficiency > 1:
            raise InputError(
                f"is {efficiency:g}", where="efficiency", allowed="It is above 0 and at most 1"
            )
        value, unit = units.convert(value, unit, "cpm") / efficiency, "dpm"
        steps.append(f"/ {efficiency:g} counts per decay = {value:.6g} dpm")
        kind = "activity"
    if kind == "activity" and wanted in ("amount", "density"):
        activity = _needed(options, "specific_activity", "Ci/mmol", given, target)
        per_fmol = units.dpm_per_fmol(activity)
        value, unit = units.convert(value, unit, "dpm") / per_fmol, "fmol"
        steps.append(f"/ {per_fmol:.6g} dpm per fmol = {value:.6g} fmol")
        kind = "amount"
    if kind == "amount" and wanted == "density":
        protein = _needed(options, "protein_ug", "ug", given, target)
        value, unit = units.convert(value, unit, "fmol") / (protein * 1e-3), "fmol/mg"
        steps.append(f"/ {protein:g} ug of protein = {value:.6g} fmol/mg")
    return value, unit, steps


def _needed(options: ConvertOptions, name: str, unit: str, start: str, target: str) -> float:
    """The number of an option that this conversion needs, above 0."""
    given = getattr(options, name)
    if given is None:
        quantity = name.removesuffix("_ug").replace("_", " ")
        raise InputError(
            f"a conversion from {start} to {target} needs the {quantity}",
            do=f"Add --{name.replace('_', '-')}",
        )
    number = read_measured_value(given, unit, where=name).value
    if not number > 0:
        raise InputError(f"is {number:g}", where=name, allowed="It is above 0")
    return number


def _day(text: str, name: str) -> date:
    if not text:
        raise InputError(
            "the decay of an isotope needs two days",
            where=name,
            do="Add --start and --end, such as 2026-03-12",
        )
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"is '{text}'",
            where=name,
            allowed="A day is written year-month-day, such as 2026-03-12",
        ) from None
