"""From counts to moles: what was counted, with the conditions it was counted under, becomes dpm, fmol and fmol/mg.

Readings are gross: the counter's background is still in them until `less_background` takes it out. What cannot be
converted stays in counts, and a Check says what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.errors import InputError, UnitError
from tricyclic.units import HALF_LIFE_DAYS, decay_factor, dpm_per_fmol

Floats = np.ndarray

# 1 uL holds 1e-6 L, and 1 mol is 1e15 fmol.
FMOL_PER_MOLAR_UL = 1e9
LADDER = ("dpm", "fmol", "fmol/mg")


@dataclass(frozen=True)
class Amounts:
    """Readings as far up the ladder counts, dpm, fmol, fmol/mg as the conditions allow; `checks` say what stopped them."""

    values: Floats
    unit: str
    checks: tuple[Check, ...] = ()


def share_left(conditions: BindingConditions) -> float | None:
    """Share of the activity of the reference date that is left on the day of the assay; None where a date is missing.

    Raises
    ------
    InputError
        If the isotope is not known.
    """
    if conditions.reference_date is None or conditions.assay_date is None or not conditions.isotope:
        return None
    return decay_factor(conditions.isotope, conditions.reference_date, conditions.assay_date)


def specific_activity_on_the_day(conditions: BindingConditions) -> float | None:
    """Specific activity of the intact radioligand on the day of the assay [Ci/mmol]; None where it is not stated.

    Notes
    -----
    Two conventions. "specific_activity_falls": the molecules that decayed are still ligand, unlabelled (carrier; 3H practice), so
    activity per mole of ligand falls. "concentration_falls": a molecule that decays is ligand no more (carrier-free 125I),
    so activity per mole of what is left stays, and there is less of it. Without both dates nothing is corrected.
    """
    stated = conditions.specific_activity_Ci_per_mmol
    if stated is None:
        return None
    if not stated.value > 0:
        raise InputError(
            f"the specific activity is {stated.value:g} Ci/mmol", allowed="It is above 0"
        )
    left = share_left(conditions)
    if left is None or conditions.decay_convention == "concentration_falls":
        return stated.value
    return stated.value * left


def radioligand_on_the_day(labelled_nM: float, conditions: BindingConditions) -> float:
    """Concentration of intact radioligand on the day [nM], of one reckoned from the label of the reference date.

    Only "concentration_falls" changes it. A concentration counted from the hot mix on the day needs no correction.
    """
    left = share_left(conditions)
    return (
        labelled_nM
        if left is None or conditions.decay_convention == "specific_activity_falls"
        else labelled_nM * left
    )


def signal_per_M(conditions: BindingConditions, unit: str) -> float | None:
    """Reading, in `unit`, of one molar of radioligand bound in the well; None where the conditions do not say.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        "counts", "cpm", "dpm", "fmol" (a well) or "fmol/mg"; None comes back for any other.

    Notes
    -----
    1 M in V uL is V 1e9 fmol; times 2.22 dpm/fmol per Ci/mmol; times efficiency it is cpm; times minutes it is counts.
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
    """Counting variance of a reading as (slope, offset): slope * expected reading + offset; None where it is not known.

    Parameters
    ----------
    conditions : BindingConditions
    unit : str
        "counts", "cpm" or "dpm".
    background_subtracted : bool
        Whether the readings come without the counter's background, as some instruments write them.

    Notes
    -----
    The gross counts N of a well are Poisson, so their variance is their mean. A gross rate y = N / t has variance y / t, and
    in dpm y = N / (efficiency t) has y / (efficiency t): the background counts with the rest. Where the background b was
    taken out, the gross rate behind y is y + b, which is the offset; the error of b itself, common to all wells, is
    no part of the scatter of a well.
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
    """The counter's background in the unit of the readings; None where it is not stated or cannot be told in it."""
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
    """Readings without the counter's background; unchanged where no background is stated.

    Parameters
    ----------
    values : array, any shape
        Gross readings in `unit`. A well at background comes out scattered about 0: negative values are kept.
    """
    return np.asarray(values, float) - (background_in(conditions, unit) or 0.0)


def amounts(values: ArrayLike, unit: str, conditions: BindingConditions) -> Amounts:
    """Turn gross readings into the amount bound, as far as the conditions allow.

    Parameters
    ----------
    values : array, any shape
        Gross readings.
    unit : str
        "counts", "cpm", "dpm"; any other unit is returned as it is, with a Check.
    conditions : BindingConditions

    Returns
    -------
    Amounts
        In "fmol/mg", else "fmol", "dpm", or the unit given; background is taken out wherever dpm is reached.
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
    return Amounts(readings, unit, checks)


def conversion_checks(conditions: BindingConditions, unit: str) -> tuple[Check, ...]:
    """Say what keeps readings in `unit` from becoming fmol/mg, and what stands about decay."""
    missing = _missing(conditions, unit)
    if unit == "unknown":
        conversion = Check(
            "conversion",
            "look",
            "the unit of the readings is not known, so they stay as they are",
            advice="State whether the file holds counts, cpm or dpm",
        )
    elif unit not in ("counts", "cpm", "dpm", "fmol", "fmol/mg"):
        conversion = Check("conversion", "fine", f"readings are in {unit} and are no radioactivity")
    elif missing:
        conversion = Check(
            "conversion",
            "look",
            f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} not stated, so binding cannot be told in fmol/mg",
            advice="State what is missing; without it the tracer that is bound cannot be judged either",
        )
    else:
        conversion = Check("conversion", "fine", f"readings in {unit} become fmol/mg")
    return (conversion, *_decay_check(conditions, unit))


def _missing(conditions: BindingConditions, unit: str) -> list[str]:
    wanted: list[tuple[str, object]] = []
    if unit == "counts":
        wanted.append(("the counting time", conditions.counting_time_min))
    if unit in ("counts", "cpm"):
        wanted.append(("the counting efficiency", conditions.counting_efficiency))
    if unit in ("counts", "cpm", "dpm"):
        wanted.append(("the specific activity", conditions.specific_activity_Ci_per_mmol))
        wanted.append(("the volume", conditions.volume_uL))
    if unit != "fmol/mg":
        wanted.append(("the protein in the well", conditions.protein_ug))
    return [name for name, value in wanted if value is None]


def _decay_check(conditions: BindingConditions, unit: str) -> tuple[Check, ...]:
    if conditions.specific_activity_Ci_per_mmol is None or unit not in ("counts", "cpm", "dpm"):
        return ()
    isotope = conditions.isotope
    if isotope not in HALF_LIFE_DAYS:
        return (
            Check(
                "decay",
                "look",
                f"decay is not corrected: no half-life is known for '{isotope}'",
                advice="State the isotope, as 3H or 125I",
            ),
        )
    left = share_left(conditions)
    if left is None:
        # A month costs 125I 30 % of its activity, and 3H 0.5 %.
        short = HALF_LIFE_DAYS[isotope] < 1000
        return (
            Check(
                "decay",
                "look" if short else "fine",
                f"decay of {isotope} is not corrected: reference and assay date are not both stated",
                advice="State both dates" if short else "",
            ),
        )
    if left > 1.0:
        return (
            Check(
                "decay",
                "look",
                f"the assay date is before the reference date, so activity is reckoned {100 * (left - 1):.2g} % higher",
                advice="See that day and month are not exchanged",
            ),
        )
    what = (
        "specific activity is reckoned"
        if conditions.decay_convention == "specific_activity_falls"
        else "dpm per fmol stays, and the radioligand stated is taken as the concentration on the day of the assay"
    )
    if conditions.decay_convention == "specific_activity_falls":
        what += " that much lower" if left < 1 else " as on the label"
    return (
        Check(
            "decay",
            "fine",
            f"{100 * (1 - left):.3g} % of the {isotope} decayed since the reference date; {what}",
            value=1 - left,
        ),
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _efficiency(conditions: BindingConditions) -> float:
    stated = conditions.counting_efficiency
    if stated is None:
        raise UnitError(
            "cpm cannot become dpm without a counting efficiency", do="Add counting_efficiency"
        )
    if not 0 < stated.value <= 1:
        raise InputError(
            f"the counting efficiency is {stated.value:g}",
            allowed="It is a share above 0 and at most 1",
            do="Write 45 % as 0.45",
        )
    return stated.value


def _time(conditions: BindingConditions) -> float:
    time = conditions.counting_time_min
    if time is None:
        raise UnitError(
            "counts cannot become cpm without a counting time", do="Add counting_time_min"
        )
    if not time > 0:
        raise InputError(f"the counting time is {time:g} min", allowed="It is above 0")
    return time


def _protein_mg(conditions: BindingConditions) -> float:
    protein = conditions.protein_ug
    if protein is None:
        raise UnitError(
            "fmol cannot become fmol/mg without the protein in the well", do="Add protein_ug"
        )
    if not protein.value > 0:
        raise InputError(
            f"the protein in the well is {protein.value:g} ug", allowed="It is above 0"
        )
    return protein.value * 1e-3
