"""Conversion of counts to dpm, fmol and fmol/mg, with counting variance and decay.

Readings are gross: they include the background of the counter until `less_background` subtracts it.
Readings that cannot be converted stay in counts, and a Check reports what is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.assays.binding.check_limits import MAX_DECAY_HALF_LIVES
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.format import enumerate_words
from tricyclic.errors import InputError, UnitError
from tricyclic.units import HALF_LIFE_DAYS, convert, decay_factor, dimension, dpm_per_fmol

Floats = np.ndarray

_VOLUME = {"volume_uL": "the volume"}
_ACTIVITY = {"specific_activity_Ci_per_mmol": "the specific activity"}
_PROTEIN = {"protein_ug": "the protein in the well"}
_EFFICIENCY = {"counting_efficiency": "the counting efficiency"}
# Dimension of the readings -> conditions that convert them to moles in the well, in words.
NEEDED_FOR_MOLES: dict[str, dict[str, str]] = {
    "counts": {"counting_time_min": "the counting time"} | _EFFICIENCY | _ACTIVITY | _VOLUME,
    "count rate": _EFFICIENCY | _ACTIVITY | _VOLUME,
    "activity": _ACTIVITY | _VOLUME,
    "amount": _VOLUME,
    "density": _PROTEIN | _VOLUME,
    "concentration": {},
}
RADIOACTIVE = ("counts", "count rate", "activity")

# 1 uL is 1e-6 L, and 1 mol is 1e15 fmol.
FMOL_PER_MOLAR_UL = 1e9


@dataclass(frozen=True)
class BindingAmounts:
    """Readings converted as far as the conditions allow: counts, dpm, fmol, fmol/mg; `checks`
    report what is missing.
    """

    values: Floats
    unit: str
    checks: tuple[Check, ...] = ()


def remaining_activity(conditions: BindingConditions) -> float | None:
    """Share of the activity of the reference date that is left on the day of the assay; None where
    a date is missing.

    Raises
    ------
    InputError
        If the isotope is not known.
    """
    if conditions.reference_date is None or conditions.assay_date is None or not conditions.isotope:
        return None
    return decay_factor(conditions.isotope, conditions.reference_date, conditions.assay_date)


def specific_activity_on_the_day(conditions: BindingConditions) -> float | None:
    """Specific activity of the intact radioligand on the day of the assay [Ci/mmol]; None where it
    is unknown.

    Notes
    -----
    Two conventions. "specific_activity_falls": molecules that decayed are still ligand, unlabelled
    (carrier; 3H practice), so activity per mole of ligand falls. "concentration_falls": a molecule
    that decays is no longer ligand (carrier-free 125I), so activity per mole of ligand stays and
    its concentration falls. Without both dates nothing is corrected.
    """
    activity = conditions.specific_activity_Ci_per_mmol
    if activity is None:
        return None
    if not activity.value > 0:
        raise InputError(
            f"the specific activity is {activity.value:g} Ci/mmol", allowed="It is above 0"
        )
    left = remaining_activity(conditions)
    if left is None or conditions.decay_convention == "concentration_falls":
        return activity.value
    return activity.value * left


def signal_per_M(conditions: BindingConditions, unit: str) -> float | None:
    """Reading, in `unit`, of one molar of radioligand bound in the well; None where a condition is
    missing.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        Counts ("counts"), a rate ("cpm"), an activity ("dpm", "kBq"), an amount per well ("fmol",
        "pmol"), a density ("fmol/mg") or a concentration ("nM"); any other gives None.

    Notes
    -----
    1 M in V uL is V 1e9 fmol; times 2.22 dpm/fmol per Ci/mmol; times efficiency it is cpm; times
    minutes it is counts.
    """
    if missing_for_moles(conditions, unit) != ():
        return None
    kind = dimension_of(unit)
    if kind == "concentration":
        return convert(1.0, "M", unit)
    volume = conditions.volume_uL
    assert volume is not None, "missing_for_moles reports it"
    if not volume > 0:
        raise InputError(f"the volume of the well is {volume:g} uL", allowed="It is above 0")
    fmol = volume * FMOL_PER_MOLAR_UL
    if kind == "amount":
        return convert(fmol, "fmol", unit)
    if kind == "density":
        return convert(fmol / _protein_mg(conditions), "fmol/mg", unit)
    activity = specific_activity_on_the_day(conditions)
    assert activity is not None, "missing_for_moles reports it"
    dpm = fmol * dpm_per_fmol(activity)
    if kind == "activity":
        return convert(dpm, "dpm", unit)
    cpm = dpm * _efficiency(conditions)
    return convert(cpm, "cpm", unit) if kind == "count rate" else cpm * _time(conditions)


def missing_for_moles(conditions: BindingConditions, unit: str) -> tuple[str, ...] | None:
    """Conditions without which readings cannot be converted to moles in the well, in words; empty
    where none is missing, None where the unit is neither radioactivity nor an amount.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        Of the readings.
    """
    kind = dimension_of(unit)
    if kind not in NEEDED_FOR_MOLES:
        return None
    return tuple(
        words
        for field, words in NEEDED_FOR_MOLES[kind].items()
        if getattr(conditions, field) is None
    )


def dimension_of(unit: str) -> str:
    """Dimension of the unit of readings; "unknown" for one of an instrument's own ("RFU")."""
    try:
        return dimension(unit)
    except UnitError:
        return "unknown"


def counting_variance(
    conditions: BindingConditions, unit: str, *, background_subtracted: bool = False
) -> tuple[float, float] | None:
    """Counting variance of a reading as (slope, offset): slope * expected reading + offset; None
    where it is not known.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        Counts, a rate ("cpm") or an activity ("dpm"); any other gives None.
    background_subtracted : bool
        Whether the background is subtracted already, as some instruments do.

    Notes
    -----
    The gross counts N of a well are Poisson, so their variance is their mean. A gross rate y = N /
    t has variance y / t, and in dpm y = N / (efficiency t) has y / (efficiency t), background
    included. Where the background b is subtracted, the gross rate is y + b, which is the offset;
    the error of b itself, common to all wells, is not part of the scatter of a well.
    """
    kind = dimension_of(unit)
    if kind == "counts":
        slope = 1.0
    elif conditions.counting_time_min is None:
        return None
    elif kind == "count rate":
        slope = convert(1.0 / _time(conditions), "cpm", unit)
    elif kind == "activity" and conditions.counting_efficiency is not None:
        slope = convert(1.0 / (_time(conditions) * _efficiency(conditions)), "dpm", unit)
    else:
        return None
    if not background_subtracted:
        return slope, 0.0
    background = background_in(conditions, unit)
    return (slope, 0.0) if background is None else (slope, slope * background)


def background_in(conditions: BindingConditions, unit: str) -> float | None:
    """Background of the counter in the unit of the readings; None where it is unknown or cannot be
    converted.
    """
    cpm = conditions.background_cpm
    if cpm is None:
        return None
    if cpm < 0:
        raise InputError(f"the background is {cpm:g} cpm", allowed="It is 0 or more")
    kind = dimension_of(unit)
    if kind == "count rate":
        return convert(cpm, "cpm", unit)
    if kind == "counts" and conditions.counting_time_min is not None:
        return cpm * _time(conditions)
    if kind == "activity" and conditions.counting_efficiency is not None:
        return convert(cpm / _efficiency(conditions), "dpm", unit)
    return None


def less_background(values: ArrayLike, unit: str, conditions: BindingConditions) -> Floats:
    """Readings without the background of the counter; unchanged where it is unknown.

    Parameters
    ----------
    values : array, any shape
        Gross readings in `unit`. Wells at background scatter about 0: negative values are kept.
    """
    return np.asarray(values, float) - (background_in(conditions, unit) or 0.0)


def amounts(values: ArrayLike, unit: str, conditions: BindingConditions) -> BindingAmounts:
    """Convert gross readings to the bound amount, as far as the conditions allow.

    Parameters
    ----------
    values : array, any shape
        Gross readings.
    unit : str
        "counts", "cpm", "dpm"; any other unit is returned as it is, with a Check.
    conditions : BindingConditions

    Returns
    -------
    BindingAmounts
        In "fmol/mg", else "fmol", "dpm", or the unit given; the background is subtracted in all but
        the last.
    """
    readings = np.asarray(values, float)
    checks = conversion_checks(conditions, unit)
    if unit == "counts" and conditions.counting_time_min is not None:
        readings, unit = readings / _time(conditions), "cpm"
    if unit == "cpm" and conditions.counting_efficiency is not None:
        readings = less_background(readings, "cpm", conditions) / _efficiency(conditions)
        unit = "dpm"
    elif unit == "dpm":
        readings = less_background(readings, "dpm", conditions)
    activity = specific_activity_on_the_day(conditions)
    if unit == "dpm" and activity is not None:
        readings, unit = readings / dpm_per_fmol(activity), "fmol"
        if conditions.protein_ug is not None:
            readings, unit = readings / _protein_mg(conditions), "fmol/mg"
    return BindingAmounts(readings, unit, checks)


def conversion_checks(conditions: BindingConditions, unit: str) -> tuple[Check, ...]:
    """Checks of the conversion to fmol/mg and of the correction for decay."""
    missing = _missing(conditions, unit)
    if unit == "unknown":
        conversion = Check(
            "conversion",
            "warn",
            "the unit of the readings is unknown, so they are not converted",
            advice="Provide the unit: counts, cpm or dpm",
        )
    elif missing is None:
        conversion = Check("conversion", "pass", f"readings are in {unit}, not radioactivity")
    elif missing:
        conversion = Check(
            "conversion",
            "warn",
            f"binding cannot be converted to fmol/mg: {enumerate_words(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing",
            advice="Provide what is missing; bound radioligand cannot be checked without it either"
            if missing_for_moles(conditions, unit)
            else "Provide what is missing",
        )
    elif dimension_of(unit) == "density":
        conversion = Check("conversion", "pass", f"readings are in {unit}")
    else:
        conversion = Check("conversion", "pass", f"readings in {unit} are converted to fmol/mg")
    implausible = _implausible_dates(conditions)
    return (conversion, *(implausible or _decay_check(conditions, unit)))


def _missing(conditions: BindingConditions, unit: str) -> tuple[str, ...] | None:
    """What the conversion to fmol/mg lacks; None where the readings are no amounts."""
    kind = dimension_of(unit)
    if kind not in NEEDED_FOR_MOLES:
        return None
    # From an amount to a density only the protein is needed; the volume matters for depletion,
    # which another check reports. A concentration needs the volume for an amount.
    needed = {
        "density": {},
        "amount": _PROTEIN,
        "concentration": _VOLUME | _PROTEIN,
    }.get(kind, NEEDED_FOR_MOLES[kind] | _PROTEIN)
    return tuple(words for name, words in needed.items() if getattr(conditions, name) is None)


def _implausible_dates(conditions: BindingConditions) -> tuple[Check, ...]:
    """A failed check where more than ten half-lives lie between the two dates, in either order."""
    if conditions.isotope not in HALF_LIFE_DAYS:
        return ()
    left = remaining_activity(conditions)
    if left is None or abs(math.log2(left)) <= MAX_DECAY_HALF_LIVES:
        return ()
    half_lives = abs(math.log2(left))
    return (
        Check(
            "decay",
            "fail",
            f"the reference date {conditions.reference_date} and the assay date "
            f"{conditions.assay_date} are {half_lives:.4g} half-lives of {conditions.isotope} "
            "apart",
            value=half_lives,
            limit=MAX_DECAY_HALF_LIVES,
            unit="half-lives",
            advice="Correct the wrong date, or use a radioligand that has not decayed",
        ),
    )


def _decay_check(conditions: BindingConditions, unit: str) -> tuple[Check, ...]:
    if conditions.specific_activity_Ci_per_mmol is None or dimension_of(unit) not in RADIOACTIVE:
        return ()
    isotope = conditions.isotope
    if isotope not in HALF_LIFE_DAYS:
        return (
            Check(
                "decay",
                "warn",
                f"decay is not corrected: no half-life is known for '{isotope}'",
                advice="Provide the isotope, such as 3H or 125I",
            ),
        )
    left = remaining_activity(conditions)
    if left is None:
        # In a month 125I loses 30 % of its activity, 3H 0.5 %.
        short = HALF_LIFE_DAYS[isotope] < 1000
        return (
            Check(
                "decay",
                "warn" if short else "pass",
                f"decay of {isotope} is not corrected: reference or assay date is missing",
                advice="Provide both dates" if short else "",
            ),
        )
    if left > 1.0:
        return (
            Check(
                "decay",
                "warn",
                "the assay date is before the reference date, so the activity is taken to be "
                f"{100 * (left - 1):.2g} % higher",
                advice="Check that day and month are not exchanged",
            ),
        )
    if conditions.decay_convention == "specific_activity_falls":
        lower = "lower by that share" if left < 1 else "that of the label"
        effect = f"the specific activity is {lower}"
    else:
        effect = (
            "dpm per fmol stays, and the radioligand provided is the concentration on the day of "
            "the assay"
        )
    return (
        Check(
            "decay",
            "pass",
            f"{100 * (1 - left):.3g} % of the {isotope} decayed since the reference date; {effect}",
            value=1 - left,
        ),
    )


def _efficiency(conditions: BindingConditions) -> float:
    efficiency = conditions.counting_efficiency
    if efficiency is None:
        raise UnitError(
            "cpm cannot be converted to dpm without a counting efficiency",
            do="Add counting_efficiency",
        )
    if not 0 < efficiency.value <= 1:
        raise InputError(
            f"the counting efficiency is {efficiency.value:g}",
            allowed="It is a share above 0 and at most 1",
            do="Write 45 % as 0.45",
        )
    return efficiency.value


def _time(conditions: BindingConditions) -> float:
    time = conditions.counting_time_min
    if time is None:
        raise UnitError(
            "counts cannot be converted to cpm without a counting time", do="Add counting_time_min"
        )
    if not time > 0:
        raise InputError(f"the counting time is {time:g} min", allowed="It is above 0")
    return time


def _protein_mg(conditions: BindingConditions) -> float:
    protein = conditions.protein_ug
    if protein is None:
        raise UnitError(
            "fmol cannot be converted to fmol/mg without the protein in the well",
            do="Add protein_ug",
        )
    if not protein.value > 0:
        raise InputError(
            f"the protein in the well is {protein.value:g} ug", allowed="It is above 0"
        )
    return protein.value * 1e-3
