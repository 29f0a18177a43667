"""How the scatter of readings grows with the reading, estimated from the residuals themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Scatter of a reading of zero over that of the largest, on which the growth of scatter is searched:
# from as good as proportional (or, for variances, as good as counting) to as good as constant.
_FLOORS = np.geomspace(0.0005, 3.0, 17)
# Tails of the distribution of residuals, so that single outliers hardly influence the scatter.
_T_DF = 4.0
_ROUNDS = 40
# Gain in log likelihood that one more parameter of the scatter needs (AIC).
_PENALTY = 1.0


def growth_of_scatter(
    residuals: np.ndarray, expected: np.ndarray, spans: Sequence[slice]
) -> np.ndarray:
    """Relative standard deviation of each reading, 1 for all where the scatter does not grow.

    Parameters
    ----------
    residuals : array, shape (n,)
        Readings less expected readings, in the standard deviation of their series.
    expected : array, shape (n,)
        Expected readings.
    spans : sequence of slice
        Readings of one series each, in which the growth is relative to the largest reading.

    Returns
    -------
    array, shape (n,)
        With a mean square of 1 in each series.

    Notes
    -----
    Candidates are a constant scatter, a standard deviation with a constant and a proportional part
    (variance a + b m^2 of an expected reading m), and a variance with a constant and a counting
    part (a + b m). The one of highest likelihood is taken, with residuals of t on four degrees of
    freedom [Lange, Little & Taylor 1989, doi:10.1080/01621459.1989.10478852]; growth has to gain
    more than its parameter costs by AIC. Variance functions: Carroll & Ruppert 1988,
    Transformation and Weighting in Regression, chapter 3.
    """
    best = np.ones_like(expected)
    highest = _log_likelihood(residuals, best) + _PENALTY
    size = np.zeros_like(expected)
    for span in spans:
        largest = float(np.abs(expected[span]).max())
        size[span] = np.abs(expected[span]) / largest if largest > 0 else 1.0
    for power in (2.0, 1.0):
        for floor in _FLOORS:
            growth = np.sqrt(floor**2 + size**power)
            for span in spans:
                growth[span] /= np.sqrt(np.mean(growth[span] ** 2))
            reached = _log_likelihood(residuals, growth)
            if reached > highest:
                best, highest = growth, reached
    return best


def _log_likelihood(residuals: np.ndarray, growth: np.ndarray) -> float:
    """Of residuals with t scatter of the best common scale, up to a constant."""
    z2 = (residuals / growth) ** 2
    variance = float(np.median(z2))
    if not variance > 0:
        variance = float(np.mean(z2))
    if not variance > 0:
        return 0.0
    for _ in range(_ROUNDS):
        terms = (_T_DF + 1.0) / (_T_DF + z2 / variance) * z2
        variance = float(terms.sum()) / terms.size
    terms = np.log1p(z2 / variance / _T_DF) * (_T_DF + 1.0) / 2.0
    return float(-np.sum(terms + np.log(growth)) - 0.5 * z2.size * np.log(variance))
