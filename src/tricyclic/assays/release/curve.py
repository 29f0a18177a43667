"""Potentiation over the concentrations of a drug: EC50 where they bracket it, trend, downturn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.release.effects import ArmMeans, effect_of, net
from tricyclic.core.culture_arms import CultureArm
from tricyclic.results.release import CurveStatus, EffectScale, PotentiationCurve
from tricyclic.stats.block_curve import Ec50, fit_ec50, hill_shape
from tricyclic.stats.blocks import BlockTable, block_contrast, block_downturn, block_trend
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval, t_quantile

Floats = NDArray[np.float64]
# Concentrations that an EC50 needs.
FEWEST_CONCENTRATIONS = 5
GRID = 120
# Below this p, the highest concentration lies below a lower one, and no plateau exists.
DOWNTURN_P = 0.05


def potentiation_curve(
    data: ArmMeans, drug: str, *, hill: float = 1.0, confidence: float = 0.95
) -> PotentiationCurve:
    """Net release over the concentrations of one drug.

    Parameters
    ----------
    data : ArmMeans
    drug : str
    hill : float
        Slope of the curve, fixed.
    confidence : float
    """
    arms = [arm for arm in data.drugs if arm.drug == drug and arm.concentration > 0]
    series = (data.vehicle, *arms)
    logs, without = data.table(net, series, logarithms=True)
    plain, _ = data.table(net, series, logarithms=False)
    relative = _relative(plain)
    use_logs = not without
    table = logs if use_logs else relative
    concentrations = np.array([arm.concentration for arm in arms])
    percent, low, high, n = _percents(logs, plain, table.arms, confidence)
    trend = down = None
    if len(arms) >= 2:
        trend = block_trend(table, table.arms, confidence=confidence)
        down = block_downturn(table, table.arms[1:], confidence=confidence)
    scale: EffectScale = "ratio" if use_logs else "difference"
    shown = effect_of(trend, "", scale) if trend is not None else None
    # A change per step in percent of the vehicle.
    unit = 1.0 if use_logs else 100.0 / float(np.nanmean(relative.values[:, 0]))
    down_p = down.p if down is not None else math.nan
    ec50, status, reason = _ec50(relative, concentrations, hill, down_p, confidence)
    fitted = _drawn(ec50, concentrations, hill, confidence)
    nan = math.nan
    return PotentiationCurve(
        drug=drug,
        unit=arms[0].unit,
        concentrations=concentrations,
        percent=percent,
        low=low,
        high=high,
        n=n,
        status=status,
        reason=reason,
        ec50=10.0**ec50.log10_ec50 if ec50 else nan,
        ec50_low=10.0**ec50.low if ec50 else nan,
        ec50_high=10.0**ec50.high if ec50 else nan,
        max_percent=fitted.top.value,
        max_low=fitted.top.low,
        max_high=fitted.top.high,
        hill=hill,
        trend=shown.value * unit if shown else nan,
        trend_low=shown.low * unit if shown else nan,
        trend_high=shown.high * unit if shown else nan,
        trend_scale=scale,
        trend_p=shown.p if shown else nan,
        downturn_p=down_p,
        downturn_from=down.arm if down is not None else "",
        grid=fitted.grid,
        curve=fitted.mean,
        curve_low=fitted.low,
        curve_high=fitted.high,
    )


def _relative(plain: BlockTable) -> BlockTable:
    """Net release over the mean of the culture's arms, which takes its level away."""
    level = np.nanmean(plain.values, axis=1, keepdims=True)
    return BlockTable(plain.blocks, plain.arms, plain.values / np.abs(level))


def _ec50(
    relative: BlockTable,
    concentrations: Floats,
    hill: float,
    downturn_p: float,
    confidence: float,
) -> tuple[Ec50 | None, CurveStatus, str]:
    """The EC50, or why there is none."""
    k = concentrations.size
    if k < FEWEST_CONCENTRATIONS:
        return (
            None,
            "too few concentrations",
            f"{k} concentrations, and an EC50 needs {FEWEST_CONCENTRATIONS} that bracket it",
        )
    complete = np.isfinite(relative.values).all(axis=1)
    if complete.sum() < 2:
        return None, "not bracketed", "fewer than two cultures have every concentration"
    if downturn_p < DOWNTURN_P:
        return (
            None,
            "not bracketed",
            "the highest concentration lies below a lower one, so that there is no plateau",
        )
    fitted = fit_ec50(relative.values[complete], concentrations, hill=hill, confidence=confidence)
    x = np.log10(concentrations)
    if fitted is None or not x[1] <= fitted.log10_ec50 <= x[-2]:
        return (
            None,
            "not bracketed",
            "the best EC50 does not lie within the tested concentrations, two on either side",
        )
    return fitted, "ec50", ""


@dataclass(frozen=True)
class _Drawn:
    grid: Floats
    mean: Floats
    low: Floats
    high: Floats
    top: MeanEstimate


def _drawn(ec50: Ec50 | None, concentrations: Floats, hill: float, confidence: float) -> _Drawn:
    """The curve of the cultures in percent of their vehicle, with its band at the fitted EC50."""
    nan = math.nan
    if ec50 is None or not (ec50.bottom > 0).all():
        empty = np.zeros(0)
        return _Drawn(empty, empty, empty, empty, MeanEstimate(nan, nan, nan, nan, nan))
    x = np.log10(concentrations)
    grid = np.linspace(x[0], x[-1], GRID)
    share = hill_shape(ec50.log10_ec50, grid, hill)[1:]
    percent = 100.0 * (1.0 + np.outer(ec50.span / ec50.bottom, share))
    n = percent.shape[0]
    mean, se = percent.mean(axis=0), percent.std(axis=0, ddof=1) / math.sqrt(n)
    reach = t_quantile(n - 1.0, confidence) * se
    top = mean_with_interval(100.0 * (1.0 + ec50.span / ec50.bottom), confidence=confidence)
    return _Drawn(10.0**grid, mean, mean - reach, mean + reach, top)


def _percents(
    logs: BlockTable, plain: BlockTable, arms: Sequence[str], confidence: float
) -> tuple[Floats, Floats, Floats, tuple[int, ...]]:
    """Percent of the vehicle at each concentration; limits where the logarithms exist."""
    rows = []
    for k, arm in enumerate(arms[1:], 1):
        pair = plain.values[:, [0, k]]
        both = pair[np.isfinite(pair).all(axis=1)]
        if both.size and (both > 0).all():
            one = block_contrast(logs, {arm: 1.0, arms[0]: -1.0}, arm, confidence=confidence)
            rows.append(
                [
                    *(
                        100.0 * math.exp(min(v, 700.0)) if math.isfinite(v) else math.nan
                        for v in (one.estimate.value, one.estimate.low, one.estimate.high)
                    ),
                    one.n,
                ]
            )
        elif both.size and both[:, 0].mean() > 0:
            rows.append(
                [100.0 * both[:, 1].mean() / both[:, 0].mean(), math.nan, math.nan, len(both)]
            )
        else:
            rows.append([math.nan, math.nan, math.nan, len(both)])
    table = np.array(rows, float).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], tuple(int(v) for v in table[:, 3])


def drugs_of(data: ArmMeans) -> list[str]:
    """Drugs with two concentrations or more."""
    arms: Sequence[CultureArm] = data.drugs
    names = dict.fromkeys(arm.drug for arm in arms)
    return [
        name
        for name in names
        if len([a for a in arms if a.drug == name and a.concentration > 0]) >= 2
    ]
