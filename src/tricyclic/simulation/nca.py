"""From a concentration course to its Exposure: area, peak, half-life and accumulation, without a compartment.

Rising stretches are summed by the linear, falling ones by the logarithmic trapezoid. The terminal phase is the line
through the last points, at least three, whose adjusted R2 is best; among equals the longest.
It counts only where it lasts a half-life or more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.dosing import Regimen
from tricyclic.core.exposure import Exposure
from tricyclic.errors import InputError

Floats = NDArray[np.float64]
LEAST_POINTS = 3
LEAST_HALF_LIVES = 1.0
# Lines whose adjusted R2 differ by less are equally good, and the longest is taken (the usual rule of NCA programs).
R2_ALIKE = 1e-4
# Where all lines that last a half-life fit worse by this than a shorter one, they hold an earlier phase as well.
R2_WORSE = 1e-2
# Below this share of the peak a simulated level is the solver's tolerance, as an assay has its limit of quantification.
FLOOR = 1e-6
PEAKS_ALIKE = 1e-4
DAY_H = 24.0


def exposure(
    time_h: Floats,
    nM: Floats,
    *,
    first_h: float = 0.0,
    last_h: float = 0.0,
    tau_h: float = math.nan,
    infused_h: float = 0.0,
    doses_h: Sequence[float] = (),
) -> Exposure:
    """Analyse a concentration course.

    Parameters
    ----------
    time_h : array, shape (times,)
        Hours, not decreasing; a time may stand twice, before and after a bolus.
    nM : array, shape (times,)
        Concentration, 0 or more.
    first_h, last_h : float
        Start of the first and of the last dose [h].
    tau_h : float
        Dosing interval [h]; nan for a single dose, and where doses or intervals differ.
    infused_h : float
        How long the last dose lasts [h]; 0 for a bolus.
    doses_h : sequence of float
        Start of every dose [h]; the first and the last where left out.

    Returns
    -------
    Exposure

    Raises
    ------
    InputError
        If there are fewer than two times, or they decrease.

    Notes
    -----
    Accumulation is AUC over the last interval / AUC over the first. A last interval that the course does not reach the end of
    is not told: its mean would be that of its peak. The peak is then that of the whole course, timed from the dose before it.
    Half-life is ln 2 / lambda_z of what follows the end of the last dose. Where less than one half-life of it was simulated there is no
    lambda_z, no half-life and no area to infinity: after repeated doses let the drug wash out. Below two half-lives take them with care.
    MRT = AUMC / AUC - infused / 2, of a single dose only. A course that does not fall at its end has no half-life.
    """
    time, level = np.asarray(time_h, dtype=float), np.maximum(np.asarray(nM, dtype=float), 0.0)
    if time.ndim != 1 or time.shape != level.shape or time.size < 2 or (np.diff(time) < 0).any():
        raise InputError("an exposure needs two or more times that do not decrease")
    given = time >= first_h
    peak = first_peak(np.where(given, level, 0.0))
    end = float(time[-1])
    auc_last, aumc_last = area(time, level, first_h, end)
    whole = math.isfinite(tau_h) and last_h > first_h and end >= (last_h + tau_h) * (1 - 1e-9)
    found = {"cmax": float(level[peak]), "tmax_h": float(time[peak]), "auc_last": auc_last}
    starts = np.array(sorted(doses_h) or [first_h, last_h])
    at = first_peak(np.where(time >= last_h, level, 0.0)) if whole else peak
    before = starts[starts <= time[at]]
    found["tmax_last_h"] = max(float(time[at] - (before[-1] if before.size else first_h)), 0.0)
    rate, points, r2, terminal_h = terminal(time, level, after_h=last_h + infused_h)
    if rate > 0:
        found |= {
            "lambda_z_per_h": rate,
            "half_life_h": math.log(2) / rate,
            "points": points,
            "r2": r2,
            "terminal_h": terminal_h,
        }
        tail = float(level[-1]) / rate
        found |= {"auc_inf": auc_last + tail, "extrapolated": tail / (auc_last + tail)}
        if not last_h > first_h and len(doses_h) < 2:
            aumc = aumc_last + tail * (end - first_h) + tail / rate
            found["mrt_h"] = aumc / (auc_last + tail) - infused_h / 2
    if math.isfinite(tau_h) and last_h > first_h:
        found |= {"tau_h": tau_h, "auc_tau_first": area(time, level, first_h, first_h + tau_h)[0]}
        if whole:
            final = min(last_h + tau_h, end)
            found |= _stretch(time, level, last_h, final)
            found["auc_tau_last"] = area(time, level, last_h, final)[0]
    elif infused_h > DAY_H:
        stop = min(last_h + infused_h, end)
        found |= _stretch(time, level, stop - DAY_H, stop)
    return Exposure(**found)  # type: ignore[arg-type]


def exposure_to(regimens: tuple[Regimen, ...], time_h: Floats, nM: Floats) -> Exposure:
    """Analyse a course under all regimens of its drug (of its parents, for a metabolite).

    There is an interval, and an accumulation, only where all doses are equal and equally spaced: a loading dose breaks it.
    """
    if not regimens:
        return exposure(time_h, nM)
    doses = sorted(
        ((one.start_h + k * one.every_h, one) for one in regimens for k in range(one.n)),
        key=lambda dose: dose[0],
    )
    starts = [start for start, _ in doses]
    ends = [(start + one.duration_h, start, one) for start, one in doses]
    _, last_h, leading = max(ends, key=lambda end: end[:2])
    return exposure(
        time_h,
        nM,
        first_h=starts[0],
        last_h=last_h,
        tau_h=_interval(starts, [one for _, one in doses]),
        infused_h=leading.duration_h,
        doses_h=starts,
    )


def _interval(starts: Sequence[float], given: Sequence[Regimen]) -> float:
    """The interval between equal and equally spaced doses [h]; nan where they are not, or there is one."""
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


def first_peak(y: Floats) -> int:
    """Index of the highest peak; of peaks that differ by less than the solver's tolerance, as at steady state, the first.

    Parameters
    ----------
    y : array, shape (times,)
        0 or more.
    """
    beside = np.r_[-np.inf, y, -np.inf]
    local = (y >= beside[:-2]) & (y >= beside[2:])
    return int(np.flatnonzero(local & (y >= (1 - PEAKS_ALIKE) * y.max()))[0])


def area(time_h: Floats, y: Floats, start_h: float, end_h: float) -> tuple[float, float]:
    """Area under a course, and under its first moment about `start_h`, from start to end [y h, y h2]; linear up, logarithmic down."""
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


def terminal(time_h: Floats, y: Floats, *, after_h: float = 0.0) -> tuple[float, int, float, float]:
    """Rate of the terminal phase [1/h], how many points it rests on, its adjusted R2 and length [h]; (nan, 0, nan, nan) where there is none.

    Points before the peak that follows `after_h` take no part, nor does the peak itself. A line that is shorter than the half-life that
    it tells is none: on such a sliver absorption and distribution pass for elimination. The usual rule of thumb is twice that.
    """
    none = (math.nan, 0, math.nan, math.nan)
    late = np.flatnonzero(time_h >= after_h)
    if late.size == 0:
        return none
    peak = late[int(np.argmax(y[late]))]
    use = np.arange(peak + 1, y.size)
    use = use[y[use] > FLOOR * max(float(y.max()), 1e-300)]
    if use.size < LEAST_POINTS:
        return none
    # Sums over the last n points, for every n at once; counted from the last point, so that little cancels.
    x = (time_h[use] - time_h[use[-1]])[::-1]
    z = (np.log(y[use]) - math.log(y[use[-1]]))[::-1]
    n = np.arange(1, use.size + 1)
    sum_x, sum_z = np.cumsum(x), np.cumsum(z)
    spread = np.cumsum(x * x) - sum_x**2 / n
    sway = np.cumsum(z * z) - sum_z**2 / n
    shared = np.cumsum(x * z) - sum_x * sum_z / n
    falls = (n >= LEAST_POINTS) & (spread > 0) & (sway > 0) & (shared < 0)
    if not falls.any():
        return none
    r2 = np.divide(shared**2, spread * sway, out=np.zeros_like(spread), where=falls)
    adjusted = np.where(falls, 1 - (1 - r2) * (n - 1) / np.maximum(n - 2, 1), -np.inf)
    rates = np.divide(-shared, spread, out=np.zeros_like(spread), where=falls)
    lasting = falls & (-x * rates >= LEAST_HALF_LIVES * math.log(2))
    if not lasting.any():
        return none
    best = adjusted[lasting].max()
    if best < adjusted.max() - R2_WORSE:
        return none
    chosen = int(np.flatnonzero(lasting & (adjusted > best - R2_ALIKE))[-1])
    rate = float(rates[chosen])
    return rate, int(n[chosen]), float(min(adjusted[chosen], 1.0)), float(-x[chosen])


def _stretch(time: Floats, level: Floats, start: float, end: float) -> dict[str, float]:
    """Highest, lowest and mean level of a stretch."""
    _, values = _cut(time, level, start, end)
    mean = area(time, level, start, end)[0] / (end - start) if end > start else math.nan
    return {"cmax_last": float(values.max()), "cmin_last": float(values.min()), "cavg_last": mean}


def _cut(time: Floats, y: Floats, start: float, end: float) -> tuple[Floats, Floats]:
    """The course from start to end, its ends read between the stored times; of two values at one time, the inner one."""
    inside = (time > start) & (time < end)
    first, last = (
        np.searchsorted(time, start, side="right") - 1,
        np.searchsorted(time, end, side="left"),
    )
    at_start = y[first] if first >= 0 and time[first] == start else np.interp(start, time, y)
    at_end = y[last] if last < time.size and time[last] == end else np.interp(end, time, y)
    return np.r_[start, time[inside], end], np.r_[at_start, y[inside], at_end]
