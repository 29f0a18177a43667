"""Status and checks of one fit, in the words of a file of many curves.

A sigmoid gets the verdict of `numerics.batch.verdict`, from the numbers of its own fit. Other
curves get the checks that apply to every fit, and that of the range of their doses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.check import Check, Level
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit, FittedParameter, FittedPart
from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.fitting.check_texts import (
    AGM,
    DEFAULT,
    MESSAGES,
    MIN_HIGHEST_OVER_KD,
    CheckText,
    concentration_name,
    few_settings,
    format_molar,
    lack_of_fit_text,
    residual_runs_text,
)
from tricyclic.fitting.fit import FitPart, predict
from tricyclic.fitting.likelihood_verdict import (
    counts_dispersion,
    likelihood_checks,
    status_of_counts,
)
from tricyclic.fitting.outcome import not_converged
from tricyclic.fitting.problem import curve_columns
from tricyclic.fitting.profiles import ROUNDING
from tricyclic.fitting.replicates import without_scatter
from tricyclic.numerics.batch.compiler import interpreted
from tricyclic.numerics.batch.fit import HILL_BOUNDS, STATUS, fit_batch
from tricyclic.numerics.batch.layout import FITTED, NOT_CONVERGED
from tricyclic.numerics.batch.rules import CHECKS
from tricyclic.numerics.batch.verdict import (
    FAILS,
    LACK_OF_FIT_LEVEL,
    MIN_READINGS_FOR_RUNS,
    PLATEAU_TOLERANCE,
    RUNS_LEVEL,
    SigmoidFacts,
    Verdicts,
    assess,
    lack_of_fit_p,
)
from tricyclic.stats.patterns import few_runs_p

DOSE_COLUMNS = ("concentration_M", "competitor_M")
_BATCH_CHECKS = frozenset(CHECKS) - {"fit_failed", "converged"}


def with_verdict(fit: Fit, parts: Sequence[FitPart]) -> Fit:
    """The fit with its status and with all checks of curves.

    Parameters
    ----------
    fit : Fit
        As `fit` returned it.
    parts : sequence of FitPart
        What was fitted.

    Returns
    -------
    Fit
        The same estimates. An IC50 or EC50 that lies three decades or more beyond the doses is
        marked as lying at the bound of the search, and a limit there is open.
    """
    if not fit.ok:
        return fit
    if math.isfinite(fit.deviance):
        of_counts = likelihood_checks(fit, parts)
        own = [*_range_checks(fit, parts), *_settings_checks(fit, parts), *of_counts]
        status = status_of_counts(fit, of_counts, _status(fit, parts))
        return replace(fit, checks=_sorted([*fit.checks, *own]), status=status)
    if len(parts) == 1 and _is_sigmoid(parts[0].model, fit):
        with interpreted():
            return _sigmoid(fit, parts[0])
    own = [*_range_checks(fit, parts), *_settings_checks(fit, parts), *_residual_checks(fit, parts)]
    checks = _sorted([*fit.checks, *own, *counts_dispersion(fit)])
    return replace(fit, checks=checks, status=_status(fit, parts))


def _is_sigmoid(model: CurveModel, fit: Fit) -> bool:
    needed = [column.name for column in model.columns if column.default is None]
    return bool(model.sigmoid) and len(needed) == 1 and needed[0] in DOSE_COLUMNS


def _sigmoid(fit: Fit, part: FitPart) -> Fit:
    series, model = fit.parts[0].series, part.model
    x, y, weight = _arrays(fit.parts[0], model)
    facts = _of_many(_facts(fit, part, x, y, weight), fit, part, (x, y, weight))
    verdict = assess(facts, x, y, weight)
    target = part.name_of(model.target)
    names = {name for bit, name in enumerate(CHECKS) if int(verdict.checks[0]) >> bit & 1}
    own = [check for check in fit.checks if check.name not in _BATCH_CHECKS]
    status = STATUS[int(verdict.status[0])]
    own = [
        check
        for check in own
        if (check.name == "converged" and check.name in names)
        # Otherwise the status states what is not determined.
        or (check.name == "not_determined" and status == "fitted")
        or check.name == "no_scatter"
    ]
    if "converged" in names and not any(check.name == "converged" for check in own):
        own.append(not_converged())
    made = [
        _sigmoid_check(name, verdict, facts, series, concentration_name(target), fit)
        for name in CHECKS
        if name in _BATCH_CHECKS and (name in names or name in _shown_when_passed(verdict, status))
    ]
    without = any(check.name == "no_scatter" for check in own)
    parameters = tuple(
        _open_limits(_closed_limits(parameter, facts) if without else parameter, verdict)
        if parameter.name == target
        else parameter
        for parameter in fit.parameters
    )
    return replace(
        fit,
        parameters=parameters,
        checks=_sorted([*own, *made, *counts_dispersion(fit)]),
        status=status,
    )


def _of_many(
    facts: SigmoidFacts,
    fit: Fit,
    part: FitPart,
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray | None],
) -> SigmoidFacts:
    """The facts as the search of many curves has them, where it can fit the model.

    On a ridge, where parameters compensate each other, two searches end at different places of
    equal residual sum. The verdict is that of one of them, whatever the route.
    """
    hill, bottom, top = (fit[part.name_of(name)] for name in ("hill", "bottom", "top"))
    is_unit = hill.fixed and abs(hill.value) == 1.0
    others = {part.name_of(name) for name in ("hill", "bottom", "top", part.model.target)}
    if fit[part.name_of(part.model.target)].fixed or {p.name for p in fit.parameters} - others:
        return facts
    x, y, weight = arrays
    size = y**2 if weight is None else weight * y**2
    rounding = (10 * ROUNDING) ** 2 * float(size.sum())
    # A hill that is fixed by default leaves the direction open, as in a 3PL.
    direction_is_fixed = hill.fixed and not part.model.parameter("hill").fixed_by_default
    many = fit_batch(
        x,
        y,
        weight=weight,
        model="3pl" if is_unit else "4pl",
        hill=hill.value if hill.fixed and (direction_is_fixed or not is_unit) else None,
        top=top.value if top.fixed else None,
        bottom=bottom.value if bottom.fixed else None,
        confidence=fit.confidence,
    )
    if not np.isfinite(many.log10_ic50[0]) or not _same_minimum(
        many.rss[0], facts.rss[0], rounding
    ):
        return facts
    rises = bool(many.hill[0] > 0)
    low, high = (many.bottom, many.top) if rises else (many.top, many.bottom)
    low_known, high_known = (bottom.fixed, top.fixed) if rises else (top.fixed, bottom.fixed)
    hill_bits = int(many.checks[0]) >> CHECKS.index("parameter_at_bound") & 1
    at_limit = abs(many.hill) >= HILL_BOUNDS[1] * (1 - 1e-9)
    at_limit |= abs(many.hill) <= HILL_BOUNDS[0] * (1 + 1e-9)
    return replace(
        facts,
        status=many.status.astype(np.int64),
        log10_ic50=many.log10_ic50,
        log10_ic50_low=many.log10_ic50_low,
        log10_ic50_high=many.log10_ic50_high,
        steepness=np.abs(many.hill),
        low_dose=low,
        high_dose=high,
        low_is_known=np.array([low_known]),
        high_is_known=np.array([high_known]),
        hill_at_bound=(at_limit & (not hill.fixed)) | bool(hill_bits),
        f_flat=many.f_flat,
        rss=many.rss,
        pure=many.pure_error_rss,
    )


def _same_minimum(one: float, other: float, rounding: float) -> bool:
    return abs(one - other) <= max(1e-6 * max(one, other), rounding)


def _arrays(
    part: FittedPart, model: CurveModel
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Doses, shape (n,); readings and weights, shape (1, n, 1)."""
    series = part.series
    name = next(name for name in DOSE_COLUMNS if name in {c.name for c in model.columns})
    dose = np.asarray(series.x[name], float)
    x = np.log10(dose, out=np.full(series.n, -np.inf), where=dose > 0)
    columns = curve_columns(series, model)
    if "specific" in columns:
        x = np.where(columns["specific"] == 0, np.inf, x)
    sd = np.asarray(part.sd)
    even = not np.isfinite(sd).all() or np.ptp(sd) <= 1e-9 * np.abs(sd).max()
    weight = None if even else (float(np.mean(sd)) / sd)[None, :, None] ** 2
    return x, np.ascontiguousarray(series.y[None, :, None]), weight


def _facts(
    fit: Fit, part: FitPart, x: np.ndarray, y: np.ndarray, weight: np.ndarray | None
) -> SigmoidFacts:
    def parameter(name: str) -> FittedParameter:
        return fit[part.name_of(name)]

    def array(value: float | bool) -> np.ndarray:
        return np.array([value])

    hill, bottom, top = parameter("hill"), parameter("bottom"), parameter("top")
    target = parameter(part.model.target)
    low, high = (bottom, top) if hill.value > 0 else (top, bottom)
    values, w = y.ravel(), np.ones(y.size) if weight is None else weight.ravel()
    _, index = np.unique(x, return_inverse=True)
    mean = (np.bincount(index, w * values) / np.bincount(index, w))[index]
    pure = float(w @ (values - mean) ** 2)
    expected = fit.parts[0].expected
    rss = float(w @ (values - expected) ** 2)
    more = len(fit.free) - (not bottom.fixed and not top.fixed)
    level = float(w @ values / w.sum())
    if low.fixed or high.fixed:
        level = low.value if low.fixed else high.value
    gain = max(float(w @ (values - level) ** 2) - rss, 0.0) / more
    distinct = int(index.max()) + 1
    return SigmoidFacts(
        status=np.array(
            [NOT_CONVERGED if any(c.name == "converged" for c in fit.checks) else FITTED]
        ),
        log10_ic50=array(target.value),
        log10_ic50_low=array(target.low),
        log10_ic50_high=array(target.high),
        steepness=array(abs(hill.value)),
        low_dose=array(low.value),
        high_dose=array(high.value),
        low_is_known=array(low.fixed),
        high_is_known=array(high.fixed),
        top_below_bottom=array(top.value < bottom.value),
        hill_at_bound=array(bool(hill.at_bound) or not hill.determined),
        f_flat=array(gain / (rss / fit.df) if rss > 0 else math.inf),
        rss=array(rss),
        pure=array(pure),
        df=array(float(fit.df)),
        df_pure=array(float(y.size - distinct)),
        more=more,
        log10_asymmetry=fit.values.get(part.name_of("log10_asymmetry"), 0.0),
        asymmetric_end=fit.values.get(part.name_of("asymmetric_end"), -1.0),
    )


def _open_limits(parameter: FittedParameter, verdict: Verdicts) -> FittedParameter:
    if parameter.fixed:
        return parameter
    at = int(verdict.at_bound[0])
    return replace(
        parameter,
        low=-math.inf if verdict.open_below[0] else parameter.low,
        high=math.inf if verdict.open_above[0] else parameter.high,
        at_bound="high" if at > 0 else "low" if at < 0 else "",
        se=math.nan if at else parameter.se,
        determined=parameter.determined and not at,
    )


def _closed_limits(parameter: FittedParameter, facts: SigmoidFacts) -> FittedParameter:
    """Limits of readings without scatter: the value itself, or none where the search of many curves
    has none.
    """
    if parameter.fixed or not facts.hill_at_bound[0]:
        return parameter
    low, high = float(facts.log10_ic50_low[0]), float(facts.log10_ic50_high[0])
    return replace(
        parameter,
        low=min(low, parameter.value) if math.isfinite(low) else math.nan,
        high=max(high, parameter.value) if math.isfinite(high) else math.nan,
    )


def _shown_when_passed(verdict: Verdicts, status: str) -> set[str]:
    """Checks that are listed although they pass: those with a number to be read."""
    shown = {"ic50_outside_range"} if status != "flat" else set()
    if not math.isnan(verdict.p_replicates[0]):
        shown.add("lack_of_fit")
    if not math.isnan(verdict.p_runs[0]):
        shown.add("residual_runs")
    return shown if "not" not in status.split() and status != "flat" else set()


def _sigmoid_check(
    name: str, verdict: Verdicts, facts: SigmoidFacts, series: Series, target: str, fit: Fit
) -> Check:
    raised = bool(int(verdict.checks[0]) >> CHECKS.index(name) & 1)
    both_open = bool(verdict.open_below[0] and verdict.open_above[0])
    fails = name in FAILS or (name == "ci_unbounded" and both_open)
    text = MESSAGES[name](verdict, facts, target, fit)
    level: Level = ("fail" if fails else "warn") if raised else "pass"
    return _check(name, level, text, series.name)


def _sorted(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Failures first; within a level in the order in which they were made."""
    order = {"fail": 0, "warn": 1, "pass": 2}
    return tuple(sorted(checks, key=lambda check: order[check.level]))


def _status(fit: Fit, parts: Sequence[FitPart]) -> str:
    """The first that applies; the limits are those of what the experiment is done for."""
    targets = {part.name_of(part.model.target) for part in parts} - {""}
    wanted = [parameter for parameter in fit.free if parameter.name in targets]
    below = any(parameter.low == -math.inf for parameter in wanted)
    above = any(parameter.high == math.inf for parameter in wanted)
    if any(check.name == "converged" for check in fit.checks):
        return "not converged"
    if np.isinf(np.diag(fit.covariance)).any():
        return "not determined"
    if below or above:
        sides = "" if below and above else "lower " if below else "upper "
        return f"{sides}CI unbounded"
    at_bound = any(parameter.at_bound for parameter in fit.free)
    return "parameter at bound" if at_bound else "fitted"


def _check(name: str, level: Level, text: CheckText, where: str) -> Check:
    return Check(
        name,
        level,
        text.message,
        where=where,
        value=text.value,
        limit=text.limit,
        unit=text.unit,
        advice="" if level == "pass" else text.advice,
        source=text.source,
    )


def _range_checks(fit: Fit, parts: Sequence[FitPart]) -> list[Check]:
    """Whether the concentrations of each series include what its curve is fitted for."""
    checks = []
    for k, part in enumerate(parts):
        needed = {column.name for column in part.model.columns if column.default is None}
        if "time_min" in needed:
            continue
        target = part.name_of(part.model.target)
        if target not in fit or fit[target].fixed:
            continue
        if part.model.target == "log10_kd" and needed == {"radioligand_M"}:
            checks += _kd_range(part, fit[target].value)
        elif needed & set(DOSE_COLUMNS):
            name = next(one for one in DOSE_COLUMNS if one in needed)
            checks += _midpoint_range(fit, part, k, name)
    return checks


def _kd_range(part: FitPart, log10_kd: float) -> list[Check]:
    """A saturation: the Kd among the concentrations, and three Kd at the highest."""
    series = part.series
    hot = np.asarray(series.x["radioligand_M"])[np.asarray(series.x["radioligand_M"]) > 0]
    if not hot.size:
        return []
    kd, lowest, highest = 10.0**log10_kd, float(hot.min()), float(hot.max())
    message = (
        f"the radioligand goes from {format_molar(lowest)} to {format_molar(highest)}, its Kd is "
        f"{format_molar(kd)}"
    )
    if not lowest <= kd <= highest:
        level: Level = "fail" if kd > highest else "warn"
        advice = "Choose concentrations from a tenth to ten times the Kd"
        limit = highest if kd > highest else lowest
        text = CheckText(message, kd * 1e9, limit * 1e9, "nM", advice, AGM)
        return [_check("kd_outside_range", level, text, series.name)]
    reach = highest / kd
    text = CheckText(
        f"{message}: {format_number(100 * reach / (1 + reach), 2)} % of the sites are occupied at "
        "most",
        reach,
        MIN_HIGHEST_OVER_KD,
        "x Kd",
        "Bmax is extrapolated: add higher concentrations",
        DEFAULT,
    )
    level = "warn" if reach < MIN_HIGHEST_OVER_KD else "pass"
    return [_check("plateau_missing", level, text, series.name)]


def _midpoint_range(fit: Fit, part: FitPart, k: int, name: str) -> list[Check]:
    """A competition: the midpoint and both plateaus of the fitted curve among the doses."""
    series, dose = part.series, np.asarray(part.series.x[name])
    rows = np.flatnonzero(dose > 0)
    if not rows.size:
        return []
    lowest, highest = float(dose[rows].min()), float(dose[rows].max())
    settings = {key: float(column[rows[0]]) for key, column in series.x.items()}
    # Far below the doses, the doses, and far above: a curve between two plateaus, or none.
    doses = lowest * np.array([1e-12, *np.geomspace(1.0, highest / lowest, 30), 0.0])
    doses[-1] = highest * 1e12
    curve = predict(fit, part.model, {**settings, name: doses}, part=k)
    start, first, last, end = curve[[0, 1, -2, -1]]
    steps = np.diff(curve) * np.sign(end - start)
    if not np.isfinite(curve).all() or start == end or steps.min() < -1e-9 * abs(end - start):
        return []
    done = [(start - y) / (start - end) for y in (first, last)]
    tested = f"{format_molar(lowest)} to {format_molar(highest)}"
    if done[0] > 0.5 or done[1] < 0.5:
        side, sign, limit = ("below", "<", lowest) if done[0] > 0.5 else ("above", ">", highest)
        text = CheckText(
            f"the midpoint of the curve lies {side} the tested {tested}",
            100 * (done[0] if done[0] > 0.5 else done[1]),
            50.0,
            "% of the span",
            f"Report an IC50 {sign} {format_molar(limit)}, or test further in that direction",
            AGM,
        )
        return [_check("ic50_outside_range", "fail", text, series.name)]
    missing = max(done[0], 1.0 - done[1])
    text = CheckText(
        f"the tested {tested} reach from {format_number(100 * done[0], 2)} to "
        f"{format_number(100 * done[1], 2)} % of the way between the plateaus",
        100 * missing,
        100 * PLATEAU_TOLERANCE,
        "% of the span",
        "A plateau is extrapolated, or comes from control wells; widen the range of doses",
        AGM,
    )
    controls = bool((dose == 0).any()) and (
        "specific" in series.x and bool((np.asarray(series.x["specific"]) == 0).any())
    )
    level: Level = "warn" if missing > PLATEAU_TOLERANCE and not controls else "pass"
    return [_check("plateau_missing", level, text, series.name)]


def _settings_checks(fit: Fit, parts: Sequence[FitPart]) -> list[Check]:
    settings = sum(int(_settings(part).max()) + 1 for part in parts)
    if settings > len(fit.free) or not fit.free:
        return []
    text = few_settings(len(fit.free), "settings")
    return [_check("few_doses", "warn", text, parts[0].series.name)]


def _settings(part: FitPart) -> np.ndarray:
    """Index of the setting of each reading, shape (n,), by the columns that the curve uses."""
    table = np.column_stack([*curve_columns(part.series, part.model).values()])
    return np.asarray(np.unique(table, axis=0, return_inverse=True)[1]).reshape(-1)


def _residual_checks(fit: Fit, parts: Sequence[FitPart]) -> list[Check]:
    """The replicates test, and runs of the residuals along the curve; none where the readings lie
    exactly on it, since residuals are then errors of computing.
    """
    if without_scatter(fit):
        return []
    pure, rss, settings = 0.0, 0.0, 0
    signs = []
    for part, fitted in zip(parts, fit.parts, strict=True):
        index, weight = _settings(part), 1.0 / np.asarray(fitted.sd) ** 2
        y = fitted.series.y
        mean = (np.bincount(index, weight * y) / np.bincount(index, weight))[index]
        pure += float(weight @ (y - mean) ** 2)
        rss += float(weight @ (y - fitted.expected) ** 2)
        settings += int(index.max()) + 1
        columns = curve_columns(part.series, part.model)
        signs.append((y - fitted.expected)[np.lexsort([*columns.values()][::-1])] > 0)
    if not (math.isfinite(rss) and rss > 0):
        return []
    where = parts[0].series.name
    checks = []
    df, df_pure = fit.df, fit.n - settings
    (p,) = lack_of_fit_p(*(np.array([float(v)]) for v in (rss, pure, df, df_pure)))
    if not math.isnan(p):
        text = lack_of_fit_text(float(p), df - df_pure, df_pure)
        level: Level = "warn" if p < LACK_OF_FIT_LEVEL else "pass"
        checks.append(_check("lack_of_fit", level, text, where))
    together = np.concatenate(signs)
    largest = max(float(np.abs(one.series.y - one.expected).max()) for one in fit.parts)
    size = max(float(np.abs(one.series.y).max()) for one in fit.parts)
    if together.size >= MIN_READINGS_FOR_RUNS and largest > 1e-9 * size:
        p = few_runs_p(together)
        changes = int((together[1:] != together[:-1]).sum())
        text = residual_runs_text(changes, together.size, p)
        level = "warn" if p < RUNS_LEVEL else "pass"
        checks.append(_check("residual_runs", level, text, where))
    return checks
