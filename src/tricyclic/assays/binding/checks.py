"""From a fitted plate to remarks on its quality: each a sentence with its value, its limit and what to do.

The limits are those of the Assay Guidance Manual where it gives one; the others are the house's own and say so. "look" is a doubt
to read, "stop" a number that must not be used as it is. What is left in the residuals is judged in `residual_checks`.
"""

from __future__ import annotations

import math

import numpy as np

from tricyclic.assays.binding.fitted_wells import FittedWells
from tricyclic.assays.binding.radioactivity import conversion_checks
from tricyclic.assays.binding.residual_checks import residual_checks
from tricyclic.core.check import Check, Level
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.format import figures
from tricyclic.core.plate import Plate
from tricyclic.core.series import Series
from tricyclic.fitting.fit import predict

Floats = np.ndarray

AGM = "Assay Guidance Manual, receptor binding assays"
HOUSE = "limit of the house"

SPECIFIC_AT_LEAST = 80.0  # % of total binding, at a radioligand near its Kd
STICKING_AT_MOST = 2.0  # % of the added radioligand on a washed filter
BOUND_AT_MOST = 10.0  # % of the added radioligand
BOUND_IGNORED_AT_MOST = 30.0  # %, where the curve does not reckon with depletion
OVER_KD_AT_MOST = 1.3  # the manual says 1; 30 % allowed for the errors of both
Z_PRIME_AT_LEAST = 0.4
WINDOW_AT_LEAST = 2.0
COUNTING_SHARE_AT_MOST = 50.0  # % of the variance of a total well
COUNTING_CV_AT_MOST = 5.0  # % of the specific reading
CONTROLS_AT_LEAST = 3
HALF_LIVES, HALF_LIVES_TOO_FEW = 5.0, 2.0
PLATEAU_WITHIN = 20.0  # % of the span that the outermost wells may be from the plateau
SATURATED = 3.0  # highest radioligand over Kd: three quarters of the sites


def plate_checks(
    plate: Plate | None,
    series: tuple[Series, ...],
    fit: Fit,
    model: CurveModel,
    conditions: BindingConditions,
    estimates: tuple[Estimate, ...] = (),
) -> tuple[Check, ...]:
    """Make every check that the wells, the fit and the conditions allow.

    Parameters
    ----------
    plate : Plate or None
        None for a table of amounts: what needs places on a plate is left out.
    series : tuple of Series
        What was fitted, in the order of the fit's parts.
    fit : Fit
        A fit that failed gets no checks here: it carries its own.
    model : CurveModel
        The fitted curve.
    conditions : BindingConditions
    estimates : tuple of Estimate
        Told beside; their `where` names the plate in the checks.

    Returns
    -------
    tuple of Check
        Those within their limit too, as "fine".
    """
    if not fit.ok:
        return ()
    wells = FittedWells(tuple(series), fit, conditions)
    made: list[Check] = list(conversion_checks(conditions, series[0].y_unit))
    if {"specific", "radioligand_M"} & {column.name for column in model.columns}:
        made += [
            *control_wells(wells),
            *background_level(wells),
            *non_specific(wells),
            *window(wells),
            *tracer_bound(wells, model),
            *counting_error(wells),
            *radioligand_over_kd(wells),
            *incubation(wells),
            *saturation_range(wells),
        ]
    made += [*competition_range(wells, model), *bound_touched(fit)]
    made += residual_checks(plate, series, fit, model)
    where = (
        plate.name
        if plate is not None
        else next((e.where for e in estimates if e.where), series[0].name)
    )
    return tuple(check if check.where else _at(check, where) for check in made)


def control_wells(wells: FittedWells) -> tuple[Check, ...]:
    """Enough total and non-specific wells to know their scatter."""
    tabulated = not (wells.total.size or wells.nonspecific.size)
    if not wells.competes or wells.over_time or tabulated:
        return ()
    counts = {"total": wells.total.size, "non-specific": wells.nonspecific.size}
    fewest = min(counts.values())
    level: Level = "look" if fewest < CONTROLS_AT_LEAST else "fine"
    says = " and ".join(f"{n} {name} wells" for name, n in counts.items())
    return (
        Check(
            "few_control_wells",
            level,
            f"the plate has {says}",
            value=float(fewest),
            limit=float(CONTROLS_AT_LEAST),
            advice="Give each kind of control three wells or more" if level == "look" else "",
            source=HOUSE,
        ),
    )


def background_level(wells: FittedWells) -> tuple[Check, ...]:
    """Whether readings from which the background was already taken had it stated once more."""
    if not (wells.background > 0 and wells.nonspecific.size):
        return ()
    net = float(wells.nonspecific.mean())
    twice = net <= 0.0
    return (
        Check(
            "background_level",
            "look" if twice else "fine",
            f"non-specific wells read {figures(net + wells.background)} on average, the background is {figures(wells.background)}",
            value=net + wells.background,
            limit=wells.background,
            unit=wells.series[0].y_unit,
            advice="If the counter has taken the background off already, state none"
            if twice
            else "",
        ),
    )


def non_specific(wells: FittedWells) -> tuple[Check, ...]:
    """Specific share of binding; where it is small, whether the filter holds too much or the sites are too few."""
    if not (wells.total.size and wells.nonspecific.size):
        return ()
    total, blank = float(wells.total.mean()), float(wells.nonspecific.mean())
    if total <= 0:
        return (
            Check(
                "specific_percent",
                "stop",
                "total wells read no more than background",
                advice="Look at the file and at the background that was stated",
            ),
        )
    specific = 100.0 * (1.0 - blank / total)
    hot = wells.column("radioligand_M", 0.0)[wells.is_total & wells.at_reference]
    added = wells.per_molar * float(hot.mean()) if wells.per_molar and hot.size else 0.0
    sticking = 100.0 * blank / added if added > 0 else math.nan
    held = f" ({figures(sticking, 2)} % of what was added)" if sticking == sticking else ""
    shares = f"non-specific binding is {figures(100 - specific, 2)} % of total binding{held}, specific {figures(specific, 2)} %"
    if specific >= SPECIFIC_AT_LEAST:
        return (
            Check(
                "nsb_percent",
                "fine",
                shares,
                value=100 - specific,
                limit=100 - SPECIFIC_AT_LEAST,
                unit="%",
                source=AGM,
            ),
            Check(
                "specific_percent",
                "fine",
                f"{figures(specific, 2)} % of total binding is specific",
                value=specific,
                limit=SPECIFIC_AT_LEAST,
                unit="%",
                source=AGM,
            ),
        )
    hopeless = not _above(wells.total, wells.nonspecific)
    if hopeless:
        return (
            Check(
                "specific_percent",
                "stop",
                f"total wells do not read more than non-specific ones: {shares}",
                value=specific,
                limit=SPECIFIC_AT_LEAST,
                unit="%",
                source=AGM,
                advice="There is no specific binding to analyse; check tissue, radioligand and the wells' roles",
            ),
        )
    # One finding, one remark: much on the filter is one fault, few sites another.
    if not sticking <= STICKING_AT_MOST:
        return (
            Check(
                "nsb_percent",
                "look",
                shares,
                value=100 - specific,
                limit=100 - SPECIFIC_AT_LEAST,
                unit="%",
                source=AGM,
                advice="Soak the filters in polyethyleneimine, wash longer or colder, use less radioligand or membrane",
            ),
        )
    return (
        Check(
            "specific_percent",
            "look",
            shares,
            value=specific,
            limit=SPECIFIC_AT_LEAST,
            unit="%",
            source=AGM,
            advice="The filter is clean but there are few sites: use more protein, or tissue with more of the target",
        ),
    )


def window(wells: FittedWells) -> tuple[Check, ...]:
    """Z' and signal window between total and non-specific wells."""
    if min(wells.total.size, wells.nonspecific.size) < CONTROLS_AT_LEAST:
        return ()
    total, blank = float(wells.total.mean()), float(wells.nonspecific.mean())
    sd_total, sd_blank = float(wells.total.std(ddof=1)), float(wells.nonspecific.std(ddof=1))
    span = total - blank
    if span <= 0 or sd_total <= 0:
        return ()
    z = 1.0 - 3.0 * (sd_total + sd_blank) / span
    wide = (span - 3.0 * (sd_total + sd_blank)) / sd_total
    z_low, wide_low = z < Z_PRIME_AT_LEAST, wide < WINDOW_AT_LEAST
    advice = "Find what makes the control wells scatter: pipetting, harvesting, counting time"
    return (
        Check(
            "z_prime",
            "look" if z_low else "fine",
            f"Z' of the control wells is {figures(z, 2)}",
            value=z,
            limit=Z_PRIME_AT_LEAST,
            advice=advice if z_low else "",
            source=f"{AGM}; Zhang et al. 1999",
        ),
        Check(
            "signal_window",
            "look" if wide_low else "fine",
            f"total and non-specific wells are {figures(wide, 2)} standard deviations apart, beyond three of each",
            value=wide,
            limit=WINDOW_AT_LEAST,
            unit="SD",
            advice=advice if wide_low else "",
            source=AGM,
        ),
    )


def tracer_bound(wells: FittedWells, model: CurveModel) -> tuple[Check, ...]:
    """Share of the added radioligand that total wells bind."""
    hot = wells.column("radioligand_M", 0.0)
    rows = wells.is_total & (hot > 0)
    if wells.per_molar is None or not rows.any():
        return ()
    share = 100.0 * float((wells.expected[rows] / (wells.per_molar * hot[rows])).max())
    reckoned = any(parameter.name == "signal_per_M" for parameter in model.parameters)
    level: Level = (
        "fine"
        if share <= BOUND_AT_MOST
        else "look"
        if reckoned or share <= BOUND_IGNORED_AT_MOST
        else "stop"
    )
    how = (
        "the fit solves the mass balance"
        if reckoned
        else "the fitted curve takes all of it to be free"
    )
    return (
        Check(
            "tracer_bound",
            level,
            f"total wells bind {figures(share, 2)} % of the added radioligand; {how}",
            value=share,
            limit=BOUND_AT_MOST,
            unit="%",
            source=AGM,
            advice=""
            if level == "fine"
            else "Use less membrane or a larger volume; do not use a Cheng-Prusoff value of this plate",
        ),
    )


def counting_error(wells: FittedWells) -> tuple[Check, ...]:
    """Share of counting in the scatter of total wells."""
    rows = wells.is_total & wells.at_reference
    slope = _joined(tuple(s.counting_slope for s in wells.series))
    offset = _joined(tuple(s.counting_offset for s in wells.series))
    if slope is None or offset is None or not rows.any():
        return ()
    counting = float((slope * (wells.expected + wells.background) + offset)[rows].mean())
    whole = float((np.concatenate([p.sd for p in wells.fit.parts])[rows] ** 2).mean())
    blank = (
        float(wells.expected[wells.is_nonspecific & wells.at_reference].mean())
        if wells.nonspecific.size
        else 0.0
    )
    specific = float(wells.expected[rows].mean()) - blank
    share = min(100.0 * counting / whole, 100.0) if whole > 0 else math.nan
    cv = 100.0 * math.sqrt(counting) / specific if specific > 0 else math.inf
    too_much = share > COUNTING_SHARE_AT_MOST and cv > COUNTING_CV_AT_MOST
    return (
        Check(
            "counting_error_share",
            "look" if too_much else "fine",
            f"counting makes {figures(share, 2)} % of the variance of total wells, {figures(cv, 2)} % of their specific reading",
            value=share,
            limit=COUNTING_SHARE_AT_MOST,
            unit="%",
            source=HOUSE,
            advice=f"Count longer: {COUNTING_CV_AT_MOST:g} % needs {figures((cv / COUNTING_CV_AT_MOST) ** 2, 2)} times the time"
            if too_much
            else "",
        ),
    )


def radioligand_over_kd(wells: FittedWells) -> tuple[Check, ...]:
    """Added radioligand over its Kd, in a competition."""
    hot = wells.column("radioligand_M", 0.0)
    if not wells.competes or wells.kd_M is None or not hot.max() > 0:
        return ()
    ratio = float(hot.max()) / wells.kd_M
    over = ratio > OVER_KD_AT_MOST
    return (
        Check(
            "radioligand_over_kd",
            "look" if over else "fine",
            f"the radioligand is at {figures(ratio, 2)} times its Kd",
            value=ratio,
            limit=OVER_KD_AT_MOST,
            source=f"{AGM}: at or below Kd; 30 % allowed for the errors of both",
            advice="Use less radioligand: the Ki leans on the exact [L] and Kd the more, the larger their ratio"
            if over
            else "",
        ),
    )


def incubation(wells: FittedWells) -> tuple[Check, ...]:
    """Whether five half-lives passed in the wells with least radioligand and no competitor."""
    c = wells.conditions
    if wells.over_time:
        return ()
    if c.incubation_min is None or (c.kon_per_M_min is None and c.koff_per_min is None):
        lacks = (
            "the incubation time is"
            if c.incubation_min is None
            else "kon and koff of the radioligand are"
        )
        return (
            Check(
                "incubation_long_enough",
                "look",
                f"whether equilibrium was reached is unknown: {lacks} not stated",
                limit=HALF_LIVES,
                unit="half-lives",
                source=AGM,
                advice="State what is missing, or show with an association experiment that the time is long enough",
            ),
        )
    hot = wells.column("radioligand_M", 0.0)
    lowest = float(hot[hot > 0].min()) if (hot > 0).any() else 0.0
    kon = c.kon_per_M_min
    koff = c.koff_per_min if c.koff_per_min is not None else (kon or 0.0) * (wells.kd_M or 0.0)
    rate = (kon or 0.0) * lowest + koff
    if not rate > 0:
        return ()
    passed = c.incubation_min * rate / math.log(2.0)
    level: Level = (
        "fine" if passed >= HALF_LIVES else "look" if passed >= HALF_LIVES_TOO_FEW else "stop"
    )
    need = HALF_LIVES * math.log(2.0) / rate
    return (
        Check(
            "incubation_long_enough",
            level,
            f"{figures(c.incubation_min)} min are {figures(passed, 2)} half-lives of the approach to equilibrium at {figures(lowest * 1e9)} nM radioligand",
            value=passed,
            limit=HALF_LIVES,
            unit="half-lives",
            source=f"{AGM}; Hulme and Trevethick 2010",
            advice=""
            if level == "fine"
            else f"Incubate {figures(need, 2)} min or more; a slow competitor needs longer still",
        ),
    )


def saturation_range(wells: FittedWells) -> tuple[Check, ...]:
    """Whether the radioligand of a saturation goes high enough, and lies on both sides of its Kd."""
    hot = wells.column("radioligand_M", 0.0)[wells.is_total]
    if "log10_kd" not in wells.fit or np.unique(hot).size < 4:
        return ()
    if wells.per_molar is not None:
        # What is bound is no longer free to bind.
        hot = np.maximum(hot - wells.expected[wells.is_total] / wells.per_molar, 1e-18)
    kd = wells.fit["log10_kd"]
    if kd.fixed:
        return ()
    value, lowest, highest = 10**kd.value, float(hot[hot > 0].min()), float(hot.max())
    free = "free radioligand" if wells.per_molar is not None else "radioligand"
    says = f"the {free} goes from {figures(lowest * 1e9)} to {figures(highest * 1e9)} nM, its Kd is {figures(value * 1e9)} nM"
    if not lowest <= value <= highest:
        return (
            Check(
                "kd_outside_range",
                "stop" if value > highest else "look",
                says,
                value=value * 1e9,
                limit=highest * 1e9,
                unit="nM",
                source=AGM,
                advice="Choose concentrations from a tenth to ten times the Kd",
            ),
        )
    reach = highest / value
    short = reach < SATURATED
    return (
        Check(
            "plateau_missing",
            "look" if short else "fine",
            f"{says}: {figures(100 * reach / (1 + reach), 2)} % of the sites are filled at most",
            value=reach,
            limit=SATURATED,
            unit="x Kd",
            source=HOUSE,
            advice="Bmax is extrapolated: add higher concentrations" if short else "",
        ),
    )


def competition_range(wells: FittedWells, model: CurveModel) -> tuple[Check, ...]:
    """Whether the concentrations of each compound cross its IC50 and reach both plateaus."""
    name = next(
        (c.name for c in model.columns if c.name in ("competitor_M", "concentration_M")), ""
    )
    if not name or wells.over_time:
        return ()
    made = []
    for k, series in enumerate(wells.series):
        dose = series.x.get(name)
        if dose is None or not (dose > 0).any():
            continue
        rows = np.flatnonzero(dose > 0)
        settings = {key: float(column[rows[0]]) for key, column in series.x.items()}
        lowest, highest = float(dose[rows].min()), float(dose[rows].max())
        doses = np.array([lowest * 1e-12, lowest, highest, highest * 1e12])
        top, first, last, bottom = predict(wells.fit, model, {**settings, name: doses}, part=k)
        if not np.isfinite([top, first, last, bottom]).all() or top == bottom:
            continue
        made.append(
            _range_check(
                series.name,
                lowest,
                highest,
                *(100.0 * float((v - bottom) / (top - bottom)) for v in (first, last)),
            )
        )
    return tuple(made)


def bound_touched(fit: Fit) -> tuple[Check, ...]:
    """Whether a fitted parameter ended on a bound; silent where the engine has said so already."""
    stuck = [parameter for parameter in fit.free if parameter.at_bound]
    if any(check.name == "bound_touched" for check in fit.checks):
        return ()
    if not stuck:
        return (
            Check(
                "bound_touched",
                "fine",
                "no fitted parameter lies on a bound",
                value=0.0,
                limit=0.0,
                source=HOUSE,
            ),
        )
    names = ", ".join(parameter.says for parameter in stuck)
    return (
        Check(
            "bound_touched",
            "look",
            f"on its bound: {names}",
            value=float(len(stuck)),
            limit=0.0,
            source=HOUSE,
            advice="The readings do not determine it; read the other parameters with that in mind",
        ),
    )


def _range_check(curve: str, lowest: float, highest: float, first: float, last: float) -> Check:
    """`first` and `last`: binding left at the lowest and highest concentration, % of the span."""
    tested = f"{_molar(lowest)} to {_molar(highest)}"
    if first < 50.0 or last > 50.0:
        side, sign, end = ("below", "<", lowest) if first < 50.0 else ("above", ">", highest)
        return Check(
            "ic50_outside_range",
            "stop",
            f"the IC50 lies {side} the tested {tested}",
            where=curve,
            value=first if first < 50 else last,
            limit=50.0,
            unit="% of the span",
            advice=f"Report {sign} {_molar(end)}, or test further in that direction",
            source=AGM,
        )
    missing = [
        f"the {which} plateau is not reached: {figures(value, 2)} % of specific binding is left at {_molar(dose)}"
        for which, value, dose, is_missing in (
            ("top", first, lowest, first < 100.0 - PLATEAU_WITHIN),
            ("bottom", last, highest, last > PLATEAU_WITHIN),
        )
        if is_missing
    ]
    if missing:
        return Check(
            "plateau_missing",
            "look",
            "; ".join(missing),
            where=curve,
            value=first if first < 100.0 - PLATEAU_WITHIN else last,
            limit=PLATEAU_WITHIN,
            unit="% of the span",
            source=AGM,
            advice="The control wells stand in for it; widen the concentrations",
        )
    return Check(
        "plateau_missing",
        "fine",
        f"{tested} reach from {figures(first, 2)} to {figures(last, 2)} % of specific binding",
        where=curve,
        value=max(100.0 - first, last),
        limit=PLATEAU_WITHIN,
        unit="% of the span",
        source=AGM,
    )


def _above(high: Floats, low: Floats) -> bool:
    """Whether one set of wells reads more than another: their means are over three standard errors apart."""
    if high.size < 2 or low.size < 2:
        return bool(high.mean() > low.mean())
    error = math.sqrt(high.var(ddof=1) / high.size + low.var(ddof=1) / low.size)
    return bool(high.mean() - low.mean() > 3.0 * error)


def _joined(columns: tuple[Floats | None, ...]) -> Floats | None:
    known = [column for column in columns if column is not None]
    return np.concatenate(known) if len(known) == len(columns) else None


def _molar(value: float) -> str:
    for unit, factor in (("mM", 1e3), ("uM", 1e6), ("nM", 1e9), ("pM", 1e12)):
        if value * factor >= 1.0 or unit == "pM":
            return f"{figures(value * factor)} {unit}"
    return f"{value:g} M"


def _at(check: Check, where: str) -> Check:
    return Check(
        check.name,
        check.level,
        check.says,
        where,
        check.value,
        check.limit,
        check.unit,
        check.advice,
        check.source,
    )
