"""A straight line by weighted least squares, with the standard errors of its coefficients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class StraightLine:
    """y = intercept + slope x.

    Attributes
    ----------
    slope, intercept : float
    slope_se, intercept_se, covariance : float
    residual_sd : float
        Of a reading of weight 1; that of a reading is residual_sd / sqrt(weight).
    df : float
        Readings beyond two.
    """

    slope: float
    intercept: float
    slope_se: float
    intercept_se: float
    covariance: float
    residual_sd: float
    df: float


def fit_straight_line(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> StraightLine:
    """Fit a straight line.

    Parameters
    ----------
    x, y : array, shape (n,)
        Three readings or more, at two x or more.
    weights : array, shape (n,), optional
        Above 0, proportional to 1 / variance; default: all 1.
    """
    at, value = np.asarray(x, float), np.asarray(y, float)
    w = np.ones_like(at) if weights is None else np.asarray(weights, float)
    total = float(w.sum())
    centre_x, centre_y = float((w * at).sum()) / total, float((w * value).sum()) / total
    sxx = float((w * (at - centre_x) ** 2).sum())
    slope = float((w * (at - centre_x) * (value - centre_y)).sum()) / sxx
    intercept = centre_y - slope * centre_x
    df = float(at.size - 2)
    # About the centres, where no digits are lost to a large intercept.
    residual = value - centre_y - slope * (at - centre_x)
    variance = float((w * residual**2).sum()) / df
    return StraightLine(
        slope,
        intercept,
        math.sqrt(variance / sxx),
        math.sqrt(variance * (1.0 / total + centre_x**2 / sxx)),
        -centre_x * variance / sxx,
        math.sqrt(variance),
        df,
    )
