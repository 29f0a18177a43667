"""Checks of the range of a binding curve: concentrations over Kd or IC50, parameters at bounds."""

from __future__ import annotations

import numpy as np

from tricyclic.assays.binding.check_limits import (
    AGM,
    DEFAULT,
    PLATEAU_TOLERANCE,
)
from tricyclic.assays.binding.fitted_wells import FittedWells
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.fitting.check_texts import MIN_HIGHEST_OVER_KD
from tricyclic.fitting.fit import predict
from tricyclic.numerics.batch.compiler import interpreted
from tricyclic.numerics.batch.monotone import MIN_DOSES, MIN_SHARE, monotone_test
from tricyclic.unit_table import UNKNOWN


def saturation_range(wells: FittedWells) -> tuple[Check, ...]:
    """Whether the radioligand of a saturation is on both sides of its Kd and reaches saturation."""
    hot = wells.column("radioligand_M", 0.0)[wells.is_total]
    if "log10_kd" not in wells.fit or np.unique(hot).size < 4:
        return ()
    if wells.per_molar is not None:
        # Free radioligand is what was added less what is bound.
        hot = np.maximum(hot - wells.expected[wells.is_total] / wells.per_molar, 1e-18)
    kd = wells.fit["log10_kd"]
    if kd.fixed:
        return ()
    value, lowest, highest = 10**kd.value, float(hot[hot > 0].min()), float(hot.max())
    ligand = "free radioligand" if wells.per_molar is not None else "radioligand"
    message = (
        f"the {ligand} goes from {format_number(lowest * 1e9)} to "
        f"{format_number(highest * 1e9)} nM, its Kd is {format_number(value * 1e9)} nM"
    )
    if not lowest <= value <= highest:
        return (
            Check(
                "kd_outside_range",
                "fail" if value > highest else "warn",
                message,
                value=value * 1e9,
                limit=highest * 1e9,
                unit="nM",
                source=AGM,
                advice="Choose concentrations from a tenth to ten times the Kd",
            ),
        )
    reach = highest / value
    short = reach < MIN_HIGHEST_OVER_KD
    occupied = format_number(100 * reach / (1 + reach), 2)
    return (
        Check(
            "plateau_missing",
            "warn" if short else "pass",
            f"{message}: {occupied} % of the sites are occupied at most",
            value=reach,
            limit=MIN_HIGHEST_OVER_KD,
            unit="x Kd",
            source=DEFAULT,
            advice="Bmax is extrapolated: add higher concentrations" if short else "",
        ),
    )


def competition_range(wells: FittedWells, model: CurveModel) -> tuple[Check, ...]:
    """Whether the concentrations of each compound cross its IC50 and reach both plateaus, and a
    failed check where its readings rise and fall.
    """
    columns = {column.name for column in model.columns}
    name = next((one for one in ("competitor_M", "concentration_M") if one in columns), "")
    if not name or wells.over_time:
        return ()
    checks: list[Check] = []
    for k, series in enumerate(wells.series):
        dose = series.x.get(name)
        if dose is None or not (dose > 0).any():
            continue
        checks += _not_monotone(series, dose)
        rows = np.flatnonzero(dose > 0)
        settings = {key: float(column[rows[0]]) for key, column in series.x.items()}
        lowest, highest = float(dose[rows].min()), float(dose[rows].max())
        doses = np.array([lowest * 1e-12, lowest, highest, highest * 1e12])
        top, first, last, bottom = predict(wells.fit, model, {**settings, name: doses}, part=k)
        if not np.isfinite([top, first, last, bottom]).all() or top == bottom:
            continue
        left = (100.0 * float((y - bottom) / (top - bottom)) for y in (first, last))
        checks.append(_range_check(series.name, lowest, highest, *left))
    return tuple(checks)


def _not_monotone(series: Series, dose: np.ndarray) -> tuple[Check, ...]:
    """A failed check of a compound whose readings rise and then fall, or fall and then rise."""
    used = np.ones(series.n, bool)
    for name, missing in (("specific", 1.0), ("radioligand_M", None)):
        if name in series.x:
            settings = series.x[name]
            # Several concentrations of the radioligand are several curves.
            if missing is None and np.unique(settings[used]).size > 1:
                return ()
            used &= settings != 0
    doses, y = dose[used], series.y[used]
    levels = np.unique(doses)
    if levels.size < MIN_DOSES:
        return ()
    means = np.array([y[doses == level].mean() for level in levels])
    rise = float((means - np.minimum.accumulate(means)).max())
    fall = float((np.maximum.accumulate(means) - means).max())
    # The test compares means of several doses, which differ by no more than these.
    if min(rise, fall) < MIN_SHARE * max(rise, fall):
        return ()
    with np.errstate(divide="ignore"), interpreted():
        test = monotone_test(np.log10(doses), y[None])
    if not test.not_monotone[0]:
        return ()
    words = ("rise", "fall") if test.turn[0] > 0 else ("fall", "rise")
    before, after = (format_number(abs(float(v[0]))) for v in (test.before, test.after))
    unit = f" {series.y_unit}" if series.y_unit not in ("", UNKNOWN) else ""
    return (
        Check(
            "not_monotone",
            "fail",
            f"the readings {words[0]} by {before} and then {words[1]} by {after}{unit} (t = "
            f"{format_number(float(test.t[0]), 2)}, critical "
            f"{format_number(float(test.critical[0]), 2)} at 1 %)",
            where=series.name,
            value=float(test.t[0]),
            limit=float(test.critical[0]),
            advice="No competition curve has a turn: this Ki means nothing, but is stated and "
            "counts in the pooled value. Look for effects on the radioligand or the membranes, "
            "insolubility, or exchanged wells, and exclude those wells or remove the run",
            source="simulated distribution of flat readings",
        ),
    )


def parameter_at_bound(fit: Fit) -> tuple[Check, ...]:
    """Whether a fitted parameter is at a bound; nothing where the fit itself reports it."""
    if any(check.name == "parameter_at_bound" for check in fit.checks):
        return ()
    at_bound = [parameter for parameter in fit.free if parameter.at_bound]
    if not at_bound:
        return (
            Check(
                "parameter_at_bound",
                "pass",
                "no fitted parameter is at a bound",
                value=0.0,
                limit=0.0,
                source=DEFAULT,
            ),
        )
    names = ", ".join(parameter.description for parameter in at_bound)
    return (
        Check(
            "parameter_at_bound",
            "warn",
            f"at a bound: {names}",
            value=float(len(at_bound)),
            limit=0.0,
            source=DEFAULT,
            advice="The readings do not determine it; interpret the other parameters with caution",
        ),
    )


def _range_check(curve: str, lowest: float, highest: float, first: float, last: float) -> Check:
    """`first` and `last`: binding left at the lowest and highest concentration, % of the span."""
    tested = f"{_molar(lowest)} to {_molar(highest)}"
    if first < 50.0 or last > 50.0:
        side, sign, end = ("below", "<", lowest) if first < 50.0 else ("above", ">", highest)
        return Check(
            "ic50_outside_range",
            "fail",
            f"the IC50 lies {side} the tested {tested}",
            where=curve,
            value=first if first < 50 else last,
            limit=50.0,
            unit="% of the span",
            advice=f"Report an IC50 {sign} {_molar(end)}, or test further in that direction",
            source=AGM,
        )
    missing = [
        f"the {which} plateau is not reached: {format_number(left, 2)} % of specific binding is "
        f"left at {_molar(dose)}"
        for which, left, dose, is_missing in (
            ("top", first, lowest, first < 100.0 - PLATEAU_TOLERANCE),
            ("bottom", last, highest, last > PLATEAU_TOLERANCE),
        )
        if is_missing
    ]
    if missing:
        return Check(
            "plateau_missing",
            "warn",
            "; ".join(missing),
            where=curve,
            value=first if first < 100.0 - PLATEAU_TOLERANCE else last,
            limit=PLATEAU_TOLERANCE,
            unit="% of the span",
            source=AGM,
            advice="The plateau comes from the control wells; widen the range of concentrations",
        )
    return Check(
        "plateau_missing",
        "pass",
        f"{tested} reach from {format_number(first, 2)} to {format_number(last, 2)} % "
        "of specific binding",
        where=curve,
        value=max(100.0 - first, last),
        limit=PLATEAU_TOLERANCE,
        unit="% of the span",
        source=AGM,
    )


def _molar(value: float) -> str:
    for unit, factor in (("mM", 1e3), ("uM", 1e6), ("nM", 1e9), ("pM", 1e12)):
        if value * factor >= 1.0 or unit == "pM":
            return f"{format_number(value * factor)} {unit}"
    return f"{value:g} M"
