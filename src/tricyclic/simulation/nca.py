"""Non-compartmental analysis of a concentration over time: area, peak, half-life, accumulation.

Areas are linear-up logarithmic-down trapezoids. The terminal phase is the line through the last
points, at least three, with the best adjusted R2; among equal ones the longest. It counts only
where it lasts a half-life or more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.dosing import Dosing
from tricyclic.core.exposure import Exposure
from tricyclic.errors import InputError

Floats = NDArray[np.float64]
MIN_POINTS = 3
MIN_HALF_LIVES = 1.0
# Lines whose adjusted R2 differ by less are equally good, and the longest is taken (the usual rule
# of NCA programs).
R2_SAME = 1e-4
# Where all lines that last a half-life fit worse by this than a shorter one, they include an
# earlier phase.
R2_WORSE = 1e-2
# Below this share of the peak a simulated concentration is within the solver's tolerance, like a
# reading below the limit of quantification of an assay.
FLOOR = 1e-6
PEAKS_SAME = 1e-4
DAY_H = 24.0


def analyse_exposure(
    time_h: Floats,
    concentration_nM: Floats,
    *,
    first_h: float = 0.0,
    last_h: float = 0.0,
    tau_h: float = math.nan,
    infused_h: float = 0.0,
    doses_h: Sequence[float] = (),
) -> Exposure:
    """Analyse a concentration over time.

    Parameters
    ----------
    time_h : array, shape (times,)
        Hours, not decreasing; a time may occur twice, before and after a bolus.
    concentration_nM : array, shape (times,)
        Concentration, 0 or more.
    first_h, last_h : float
        Start of the first and of the last dose [h].
    tau_h : float
        Dosing interval [h]; nan for a single dose, and where doses or intervals differ.
    infused_h : float
        Duration of the last dose [h]; 0 for a bolus.
    doses_h : sequence of float
        Start of every dose [h]; default: the first and the last.

    Returns
    -------
    Exposure

    Raises
    ------
    InputError
        If there are fewer than two times, or they decrease.

    Notes
    -----
    Accumulation is AUC over the last interval / AUC over the first. A last interval that the course
    does not cover is not reported: its mean would be that of its peak. The peak is then that of the
    whole course, timed from the dose before it. Half-life is ln 2 / lambda_z after the end of the
    last dose. Where less than one half-life was simulated there is no lambda_z, no half-life and no
    area to infinity: after repeated doses simulate a washout. Below two half-lives they are
    uncertain. MRT = AUMC / AUC - infused / 2, of a single dose only. A course that does not fall at
    its end has no half-life.
    """
    time, level = (
        np.asarray(time_h, dtype=float),
        np.maximum(np.asarray(concentration_nM, dtype=float), 0.0),
    )
    if time.ndim != 1 or time.shape != level.shape or time.size < 2 or (np.diff(time) < 0).any():
        raise InputError("an exposure needs two or more times that do not decrease")
    given = time >= first_h
    peak = find_first_peak(np.where(given, level, 0.0))
    end = float(time[-1])
    auc_last, aumc_last = integrate_area(time, level, first_h, end)
    whole = math.isfinite(tau_h) and last_h > first_h and end >= (last_h + tau_h) * (1 - 1e-9)
    starts = np.array(sorted(doses_h) or [first_h, last_h])
    last_peak = find_first_peak(np.where(time >= last_h, level, 0.0)) if whole else peak
    numbers = {
        "cmax": float(level[peak]),
        "tmax_h": _time_after_dose(time[peak], starts),
        "tmax_last_h": _time_after_dose(time[last_peak], starts),
        "auc_last": auc_last,
    }
    rate, points, r2, terminal_h = fit_terminal_phase(time, level, after_h=last_h + infused_h)
    if rate > 0:
        numbers |= {
            "lambda_z_per_h": rate,
            "half_life_h": math.log(2) / rate,
            "points": points,
            "r2": r2,
            "terminal_h": terminal_h,
        }
        tail = float(level[-1]) / rate
        numbers |= {"auc_inf": auc_last + tail, "extrapolated": tail / (auc_last + tail)}
        if not last_h > first_h and len(doses_h) < 2:
            aumc = aumc_last + tail * (end - first_h) + tail / rate
            numbers["mrt_h"] = aumc / (auc_last + tail) - infused_h / 2
    if math.isfinite(tau_h) and last_h > first_h:
        numbers |= {
            "tau_h": tau_h,
            "auc_tau_first": integrate_area(time, level, first_h, first_h + tau_h)[0],
        }
        if whole:
            final = min(last_h + tau_h, end)
            numbers |= _interval_levels(time, level, last_h, final)
            numbers["auc_tau_last"] = integrate_area(time, level, last_h, final)[0]
    elif infused_h > DAY_H:
        stop = min(last_h + infused_h, end)
        numbers |= _interval_levels(time, level, stop - DAY_H, stop)
    return Exposure(**numbers)  # type: ignore[arg-type]


def _time_after_dose(time_h: float, starts: Floats) -> float:
    """Time since the start of the last dose that is not later [h]."""
    before = starts[starts <= time_h]
    return max(float(time_h - (before[-1] if before.size else starts[0])), 0.0)


def analyse_exposure_of_doses(
    dosing: tuple[Dosing, ...], time_h: Floats, concentration_nM: Floats
) -> Exposure:
    """Analyse a course under all doses of its drug (of its parents, for a metabolite).

    A dosing interval, and an accumulation, exist only where all doses are equal and equally spaced;
    not with a loading dose.
    """
    if not dosing:
        return analyse_exposure(time_h, concentration_nM)
    doses = sorted(
        ((one.start_h + k * one.every_h, one) for one in dosing for k in range(one.n_doses)),
        key=lambda dose: dose[0],
    )
    starts = [start for start, _ in doses]
    ends = [(start + one.duration_h, start, one) for start, one in doses]
    _, last_h, leading = max(ends, key=lambda end: end[:2])
    return analyse_exposure(
        time_h,
        concentration_nM,
        first_h=starts[0],
        last_h=last_h,
        tau_h=_interval(starts, [one for _, one in doses]),
        infused_h=leading.duration_h,
        doses_h=starts,
    )


def _interval(starts: Sequence[float], given: Sequence[Dosing]) -> float:
    """The interval between equal and equally spaced doses [h]; nan where they are not, or there is
    one.
    """
    kinds = {(one.drug, one.route, one.amount, one.duration_h) for one in given}
    steps = np.diff(starts)
    if (
        len(kinds) > 1
        or not steps.size
        or not np.allclose(steps, steps[0], rtol=1e-9, atol=0.0)
        or not steps[0] > 0
    ):
        return math.nan
    return float(steps[0])


def find_first_peak(y: Floats) -> int:
    """Index of the highest peak; the first of peaks that differ by less than the solver's
    tolerance, as at steady state.

    Parameters
    ----------
    y : array, shape (times,)
        0 or more.
    """
    beside = np.r_[-np.inf, y, -np.inf]
    local = (y >= beside[:-2]) & (y >= beside[2:])
    return int(np.flatnonzero(local & (y >= (1 - PEAKS_SAME) * y.max()))[0])


def integrate_area(time_h: Floats, y: Floats, start_h: float, end_h: float) -> tuple[float, float]:
    """Area under a course, and under its first moment about `start_h`, from start to end [y h, y
    h2]; linear up, logarithmic down.
    """
    time, level = _cut(time_h, y, start_h, end_h)
    t, c, dt = time - start_h, level, np.diff(time)
    before, after = c[:-1], c[1:]
    ratio = np.divide(before, after, out=np.ones_like(before), where=after > 0)
    # Near 1 the logarithm loses its digits, and the two trapezoids agree.
    falls = (after > 0) & (ratio > 1 + 1e-6) & (dt > 0)
    rate = np.divide(np.log(np.where(falls, ratio, np.e)), dt, out=np.ones_like(dt), where=falls)
    straight = dt * (before + after) / 2
    moment = dt * (t[:-1] * before + t[1:] * after) / 2
    curved = (before - after) / rate
    curved_moment = (t[:-1] * before - t[1:] * after) / rate + (before - after) / rate**2
    auc = np.where(falls, curved, straight).sum()
    aumc = np.where(falls, curved_moment, moment).sum()
    return float(auc), float(aumc)


def fit_terminal_phase(
    time_h: Floats, y: Floats, *, after_h: float = 0.0
) -> tuple[float, int, float, float]:
    """Rate of the terminal phase [1/h], its number of points, adjusted R2 and length [h]; (nan, 0,
    nan, nan) where there is none.

    Points up to the peak that follows `after_h` are left out. A line shorter than its own half-life
    does not count: on so short a time absorption and distribution look like elimination. The usual
    rule of thumb is two half-lives.
    """
    none = (math.nan, 0, math.nan, math.nan)
    late = np.flatnonzero(time_h >= after_h)
    if late.size == 0:
        return none
    peak = late[int(np.argmax(y[late]))]
    use = np.arange(peak + 1, y.size)
    use = use[y[use] > FLOOR * max(float(y.max()), 1e-300)]
    if use.size < MIN_POINTS:
        return none
    # Sums over the last n points, for every n at once, relative to the last point: little cancels.
    x = (time_h[use] - time_h[use[-1]])[::-1]
    z = (np.log(y[use]) - math.log(y[use[-1]]))[::-1]
    n = np.arange(1, use.size + 1)
    sum_x, sum_z = np.cumsum(x), np.cumsum(z)
    spread = np.cumsum(x * x) - sum_x**2 / n
    spread_z = np.cumsum(z * z) - sum_z**2 / n
    shared = np.cumsum(x * z) - sum_x * sum_z / n
    falls = (n >= MIN_POINTS) & (spread > 0) & (spread_z > 0) & (shared < 0)
    if not falls.any():
        return none
    r2 = np.divide(shared**2, spread * spread_z, out=np.zeros_like(spread), where=falls)
    adjusted = np.where(falls, 1 - (1 - r2) * (n - 1) / np.maximum(n - 2, 1), -np.inf)
    rates = np.divide(-shared, spread, out=np.zeros_like(spread), where=falls)
    lasting = falls & (-x * rates >= MIN_HALF_LIVES * math.log(2))
    if not lasting.any():
        return none
    best = adjusted[lasting].max()
    if best < adjusted.max() - R2_WORSE:
        return none
    chosen = int(np.flatnonzero(lasting & (adjusted > best - R2_SAME))[-1])
    rate = float(rates[chosen])
    return rate, int(n[chosen]), float(min(adjusted[chosen], 1.0)), float(-x[chosen])


def _interval_levels(time: Floats, level: Floats, start: float, end: float) -> dict[str, float]:
    """Maximum, minimum and mean concentration of an interval."""
    _, values = _cut(time, level, start, end)
    mean = integrate_area(time, level, start, end)[0] / (end - start) if end > start else math.nan
    return {"cmax_last": float(values.max()), "cmin_last": float(values.min()), "cavg_last": mean}


def _cut(time: Floats, y: Floats, start: float, end: float) -> tuple[Floats, Floats]:
    """The course from start to end, interpolated at its ends; of two values at one time, the inner
    one.
    """
    inside = (time > start) & (time < end)
    first, last = (
        np.searchsorted(time, start, side="right") - 1,
        np.searchsorted(time, end, side="left"),
    )
    at_start = y[first] if first >= 0 and time[first] == start else np.interp(start, time, y)
    at_end = y[last] if last < time.size and time[last] == end else np.interp(end, time, y)
    return np.r_[start, time[inside], end], np.r_[at_start, y[inside], at_end]
