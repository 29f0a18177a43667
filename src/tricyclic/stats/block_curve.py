"""EC50 that blocks (cultures) share, each with a bottom and a range of its own.

The interval of the EC50 is that of a t test over blocks: at a stated EC50 the curve is linear in
the bottom and the range of a block, and the block's residual in the direction of a change of the
EC50 has a mean of 0 over blocks. The interval has the EC50s that this test does not reject.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.stats.statistics import t_quantile

Floats = NDArray[np.float64]
# Decades beyond the concentrations that are searched, and the points of the search.
BEYOND, STEPS = 1.5, 1200


@dataclass(frozen=True)
class Ec50:
    """EC50 with limits in log10 units, and per culture bottom and range of the curve there."""

    log10_ec50: float
    low: float
    high: float
    bottom: Floats
    span: Floats


def fit_ec50(
    values: Floats, concentrations: Floats, *, hill: float = 1.0, confidence: float = 0.95
) -> Ec50 | None:
    """EC50 that cultures share, with a bottom and a range of their own.

    Parameters
    ----------
    values : array, shape (cultures, 1 + k)
        The vehicle, then the concentrations; cultures without gaps, two or more.
    concentrations : array, shape (k,)
        Above 0, increasing, three or more.
    hill, confidence : float

    Returns
    -------
    Ec50 or None
        None where no EC50 within 1.5 decades of the concentrations fits best. Limits are infinite
        where the test rejects none up to there.
    """
    x = np.log10(concentrations)
    at = np.linspace(x[0] - BEYOND, x[-1] + BEYOND, STEPS)
    mean = values.mean(axis=0)
    rss = np.array([_residual(mean, hill_shape(c, x, hill)) for c in at])
    best = int(np.argmin(rss))
    if best in (0, STEPS - 1):
        return None
    t = np.array([_score(values, x, c, hill) for c in at])
    critical = t_quantile(values.shape[0] - 1.0, confidence)
    log10_ec50 = _root(values, x, hill, at, best)
    shape = hill_shape(log10_ec50, x, hill)
    design = np.column_stack([np.ones(shape.size), shape])
    coefficients = np.linalg.lstsq(design, values.T, rcond=None)[0]
    return Ec50(
        log10_ec50,
        _limit(at, t, best, -1, critical),
        _limit(at, t, best, 1, critical),
        coefficients[0],
        coefficients[1],
    )


def hill_shape(log10_ec50: float, x: Floats, hill: float) -> Floats:
    """Share of the effect at the vehicle and each concentration.

    Parameters
    ----------
    log10_ec50 : float
    x : array, shape (k,)
        log10 of the concentrations.
    hill : float
    """
    share = 1.0 / (1.0 + 10.0 ** (hill * (log10_ec50 - x)))
    return np.concatenate([[0.0], share])


def _direction(log10_ec50: float, x: Floats, hill: float) -> Floats:
    """Direction of a change of the EC50 that bottom and range cannot follow, of length 1."""
    shape = hill_shape(log10_ec50, x, hill)
    slope = shape * (1.0 - shape)
    design = np.column_stack([np.ones(shape.size), shape])
    remainder = slope - design @ np.linalg.lstsq(design, slope, rcond=None)[0]
    return np.asarray(remainder / max(float(np.linalg.norm(remainder)), 1e-300))


def _residual(mean: Floats, shape: Floats) -> float:
    design = np.column_stack([np.ones(shape.size), shape])
    remainder = mean - design @ np.linalg.lstsq(design, mean, rcond=None)[0]
    return float(remainder @ remainder)


def _score(values: Floats, x: Floats, log10_ec50: float, hill: float) -> float:
    """Student's t over cultures of the component in the direction of a change of the EC50."""
    own = values @ _direction(log10_ec50, x, hill)
    se = float(own.std(ddof=1)) / math.sqrt(own.size)
    return float(own.mean()) / se if se > 0 else math.copysign(math.inf, float(own.mean()))


def _root(values: Floats, x: Floats, hill: float, at: Floats, best: int) -> float:
    from scipy.optimize import minimize_scalar

    mean = values.mean(axis=0)
    between = (float(at[best - 1]), float(at[best + 1]))
    result = minimize_scalar(
        lambda c: _residual(mean, hill_shape(c, x, hill)),
        bounds=between,
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(result.x)


def _limit(at: Floats, t: Floats, best: int, step: int, critical: float) -> float:
    """First EC50 from the best one on that the test rejects; infinite where there is none."""
    k = best
    while 0 <= k < at.size and abs(t[k]) <= critical:
        k += step
    if not 0 <= k < at.size:
        return step * math.inf
    inner = k - step
    share = (critical - abs(t[inner])) / (abs(t[k]) - abs(t[inner])) if k != best else 0.0
    return float(at[inner] + share * (at[k] - at[inner]))
