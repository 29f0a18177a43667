"""Checks of the radioligand of a binding plate: depletion, concentration over Kd, time to
equilibrium.
"""

from __future__ import annotations

import math

from tricyclic.assays.binding.check_limits import (
    AGM,
    DEFAULT,
    FAIL_HALF_LIVES,
    FAIL_RADIOLIGAND_OVER_KD,
    MAX_BOUND_PERCENT,
    MAX_BOUND_PERCENT_WITHOUT_DEPLETION,
    MAX_RADIOLIGAND_OVER_KD,
    MIN_HALF_LIVES,
)
from tricyclic.assays.binding.fitted_wells import FittedWells
from tricyclic.assays.binding.radioactivity import missing_for_moles
from tricyclic.core.check import Check, Level
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.format import enumerate_words, format_number


def tracer_bound(wells: FittedWells, model: CurveModel) -> tuple[Check, ...]:
    """Share of the added radioligand that total wells bind; the most that any well binds where
    there is none without a competitor.
    """
    hot = wells.column("radioligand_M", 0.0)
    rows = wells.is_total & (hot > 0)
    which = "total wells bind"
    if not rows.any():
        rows, which = ~wells.is_nonspecific & (hot > 0), "wells bind up to"
    if not rows.any():
        return ()
    if wells.per_molar is None:
        return _unknown_share(wells)
    share = 100.0 * float((wells.expected[rows] / (wells.per_molar * hot[rows])).max())
    has_depletion = any(parameter.name == "signal_per_M" for parameter in model.parameters)
    level: Level = "fail"
    if share <= MAX_BOUND_PERCENT:
        level = "pass"
    elif has_depletion or share <= MAX_BOUND_PERCENT_WITHOUT_DEPLETION:
        level = "warn"
    how = (
        "the fit solves the mass balance"
        if has_depletion
        else "the fitted curve assumes that all of it is free"
    )
    advice = "Use less membrane or a larger volume; do not use a Cheng-Prusoff value of this plate"
    return (
        Check(
            "tracer_bound",
            level,
            f"{which} {format_number(share, 2)} % of the added radioligand; {how}",
            value=share,
            limit=MAX_BOUND_PERCENT,
            unit="%",
            source=AGM,
            advice="" if level == "pass" else advice,
        ),
    )


def _unknown_share(wells: FittedWells) -> tuple[Check, ...]:
    missing = missing_for_moles(wells.conditions, wells.series[0].y_unit)
    why = "the readings are not in a unit of radioactivity or amount"
    advice = "Provide the unit of the readings"
    if missing:
        why = f"{enumerate_words(missing)} {'is' if len(missing) == 1 else 'are'} not provided"
        advice = f"Provide {enumerate_words(missing)}; the fit then solves the mass balance"
    return (
        Check(
            "tracer_bound",
            "warn",
            "how much of the added radioligand is bound is not known, and the fitted curve assumes "
            f"that all of it is free: {why}",
            limit=MAX_BOUND_PERCENT,
            unit="%",
            source=AGM,
            advice=advice,
        ),
    )


def radioligand_over_kd(wells: FittedWells) -> tuple[Check, ...]:
    """Added radioligand over its Kd, in a competition."""
    hot = wells.column("radioligand_M", 0.0)
    if not wells.competes or wells.kd_M is None or not hot.max() > 0:
        return ()
    ratio = float(hot.max()) / wells.kd_M
    level: Level = "pass"
    if ratio > MAX_RADIOLIGAND_OVER_KD:
        level = "fail" if ratio > FAIL_RADIOLIGAND_OVER_KD else "warn"
    advice = (
        "Use less radioligand: the larger the ratio, the more the Ki depends on the exact [L] "
        "and Kd"
    )
    return (
        Check(
            "radioligand_over_kd",
            level,
            f"the radioligand is at {format_number(ratio, 2)} times its Kd",
            value=ratio,
            limit=MAX_RADIOLIGAND_OVER_KD,
            source=f"{AGM}: at or below Kd; 30 % allowed for the errors of both",
            advice="" if level == "pass" else advice,
        ),
    )


def kd_error(wells: FittedWells) -> tuple[Check, ...]:
    """Whether the Kd that a Ki is calculated with has a standard error."""
    kd, hot = wells.conditions.radioligand_kd_nM, wells.conditions.radioligand_nM
    if not wells.competes or wells.kd_M is None or kd is None or hot is None:
        return ()
    if kd.se > 0:
        return (
            Check(
                "kd_error",
                "pass",
                f"the Kd of the radioligand is {format_number(kd.value)} ± "
                f"{format_number(kd.se, 2)} nM (SE)",
                value=100.0 * kd.se / kd.value,
                unit="%",
                source=DEFAULT,
            ),
        )
    # Cheng and Prusoff: Ki = IC50 / (1 + L / Kd).
    higher = 1.3 * kd.value
    change = (1.0 + hot.value / kd.value) / (1.0 + hot.value / higher) - 1.0
    return (
        Check(
            "kd_error",
            "warn",
            f"the Kd of the radioligand ({format_number(kd.value)} nM) has no standard error and "
            "is treated as exact: a Kd 30 % higher would make every Ki about "
            f"{format_number(100.0 * change, 2)} % higher, and no interval contains this error",
            unit="%",
            source=DEFAULT,
            advice='State it, such as "0.8 +/- 0.1 nM", or measure it by saturation',
        ),
    )


def incubation(wells: FittedWells) -> tuple[Check, ...]:
    """Whether five half-lives passed in the wells with least radioligand and no competitor."""
    c = wells.conditions
    if wells.over_time:
        return ()
    if c.incubation_min is None or (c.kon_per_M_min is None and c.koff_per_min is None):
        return (_unknown_equilibrium(time_is_missing=c.incubation_min is None),)
    hot = wells.column("radioligand_M", 0.0)
    lowest = float(hot[hot > 0].min()) if (hot > 0).any() else 0.0
    kon = c.kon_per_M_min
    koff = c.koff_per_min if c.koff_per_min is not None else (kon or 0.0) * (wells.kd_M or 0.0)
    rate = (kon or 0.0) * lowest + koff
    if not rate > 0:
        return ()
    passed = c.incubation_min * rate / math.log(2.0)
    level: Level = "fail"
    if passed >= MIN_HALF_LIVES:
        level = "pass"
    elif passed >= FAIL_HALF_LIVES:
        level = "warn"
    needed = format_number(MIN_HALF_LIVES * math.log(2.0) / rate, 2)
    return (
        Check(
            "incubation_long_enough",
            level,
            f"{format_number(c.incubation_min)} min are {format_number(passed, 2)} half-lives of "
            f"the approach to equilibrium at {format_number(lowest * 1e9)} nM radioligand",
            value=passed,
            limit=MIN_HALF_LIVES,
            unit="half-lives",
            source=f"{AGM}; Hulme and Trevethick 2010",
            advice=""
            if level == "pass"
            else f"Incubate {needed} min or more; a slow competitor needs still longer",
        ),
    )


def _unknown_equilibrium(*, time_is_missing: bool) -> Check:
    missing = "the incubation time is" if time_is_missing else "kon and koff of the radioligand are"
    return Check(
        "incubation_long_enough",
        "warn",
        f"whether equilibrium was reached is unknown: {missing} not provided",
        limit=MIN_HALF_LIVES,
        unit="half-lives",
        source=AGM,
        advice="Provide what is missing, or show with an association experiment that the time is "
        "long enough",
    )
