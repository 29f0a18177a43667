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
from tricyclic.errors import InputError, UnitError
from tricyclic.units import HALF_LIFE_DAYS, decay_factor, dpm_per_fmol

Floats = np.ndarray

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


def radioligand_on_the_day(labelled_nM: float, conditions: BindingConditions) -> float:
    """Concentration of intact radioligand on the day [nM], from that of the label at the reference
    date.

    Only "concentration_falls" changes it. A concentration that was counted on the day needs no
    correction.
    """
    left = remaining_activity(conditions)
    return (
        labelled_nM
        if left is None or conditions.decay_convention == "specific_activity_falls"
        else labelled_nM * left
    )


def signal_per_M(conditions: BindingConditions, unit: str) -> float | None:
    """Reading, in `unit`, of one molar of radioligand bound in the well; None where a condition is
    missing.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        "counts", "cpm", "dpm", "fmol" (per well) or "fmol/mg"; any other gives None.

    Notes
    -----
    1 M in V uL is V 1e9 fmol; times 2.22 dpm/fmol per Ci/mmol; times efficiency it is cpm; times
    minutes it is counts.
    """
    volume = conditions.volume_uL
    if volume is None:
        return None
    if not volume > 0:
        raise InputError(f"the volume of the well is {volume:g} uL", allowed="It is above 0")
    fmol = volume * FMOL_PER_MOLAR_UL
    if unit == "fmol":
        return fmol
    if unit == "fmol/mg":
        return None if conditions.protein_ug is None else fmol / _protein_mg(conditions)
    activity = specific_activity_on_the_day(conditions)
    if activity is None or unit not in ("counts", "cpm", "dpm"):
        return None
    dpm = fmol * dpm_per_fmol(activity)
    if unit == "dpm":
        return dpm
    if conditions.counting_efficiency is None:
        return None
    cpm = dpm * _efficiency(conditions)
    if unit == "cpm":
        return cpm
    return None if conditions.counting_time_min is None else cpm * _time(conditions)


def counting_variance(
    conditions: BindingConditions, unit: str, *, background_subtracted: bool = False
) -> tuple[float, float] | None:
    """Counting variance of a reading as (slope, offset): slope * expected reading + offset; None
    where it is not known.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        "counts", "cpm" or "dpm".
    background_subtracted : bool
        Whether the background is subtracted already, as some instruments do.

    Notes
    -----
    The gross counts N of a well are Poisson, so their variance is their mean. A gross rate y = N /
    t has variance y / t, and in dpm y = N / (efficiency t) has y / (efficiency t), background
    included. Where the background b is subtracted, the gross rate is y + b, which is the offset;
    the error of b itself, common to all wells, is not part of the scatter of a well.
    """
    if unit == "counts":
        slope = 1.0
    elif conditions.counting_time_min is None:
        return None
    elif unit == "cpm":
        slope = 1.0 / _time(conditions)
    elif unit == "dpm" and conditions.counting_efficiency is not None:
        slope = 1.0 / (_time(conditions) * _efficiency(conditions))
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
    if unit == "cpm":
        return cpm
    if unit == "counts" and conditions.counting_time_min is not None:
        return cpm * _time(conditions)
    return (
        cpm / _efficiency(conditions)
        if unit == "dpm" and conditions.counting_efficiency is not None
        else None
    )


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
    elif unit not in ("counts", "cpm", "dpm", "fmol", "fmol/mg"):
        conversion = Check("conversion", "pass", f"readings are in {unit}, not radioactivity")
    elif missing:
        conversion = Check(
            "conversion",
            "warn",
            f"binding cannot be converted to fmol/mg: {_listed(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing",
            advice="Provide what is missing; bound radioligand cannot be checked without it either",
        )
    else:
        conversion = Check("conversion", "pass", f"readings in {unit} are converted to fmol/mg")
    implausible = _implausible_dates(conditions)
    return (conversion, *(implausible or _decay_check(conditions, unit)))


def _missing(conditions: BindingConditions, unit: str) -> list[str]:
    needed: list[tuple[str, object]] = []
    if unit == "counts":
        needed.append(("the counting time", conditions.counting_time_min))
    if unit in ("counts", "cpm"):
        needed.append(("the counting efficiency", conditions.counting_efficiency))
    if unit in ("counts", "cpm", "dpm"):
        needed.append(("the specific activity", conditions.specific_activity_Ci_per_mmol))
        needed.append(("the volume", conditions.volume_uL))
    if unit != "fmol/mg":
        needed.append(("the protein in the well", conditions.protein_ug))
    return [name for name, value in needed if value is None]


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
    if conditions.specific_activity_Ci_per_mmol is None or unit not in ("counts", "cpm", "dpm"):
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


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
