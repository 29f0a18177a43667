"""Optimal designs: the shares of wells that determine parameters best, and expected intervals.

A row contains the slopes of one kind of well in all fitted parameters, divided by the standard
deviation of that well; shares of wells over the rows make a design.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.errors import InputError
from tricyclic.stats.statistics import t_quantile

Floats = NDArray[np.float64]

# A share below this is rounding of the linear programme.
MIN_SHARE = 1e-9


def parameter_variance(rows: ArrayLike, wells: ArrayLike, wanted: ArrayLike) -> float:
    """Variance of a combination of the parameters; inf where the wells do not determine it.

    Parameters
    ----------
    rows : array, shape (m, p)
        Slopes over standard deviation of each kind of well.
    wells : array, shape (m,)
        Wells of each kind, or shares of one.
    wanted : array, shape (p,)
        The combination: 1 at the parameter of interest, 0 elsewhere.
    """
    f, n, c = np.asarray(rows, float), np.asarray(wells, float), np.asarray(wanted, float)
    size = np.sqrt(np.einsum("i,ij->j", n, f**2))
    if np.any((size == 0) & (c != 0)):
        return float("inf")
    used = size > 0
    scaled = f[:, used] / size[used]
    part = c[used] / size[used]
    information = scaled.T @ (n[:, None] * scaled)
    values, vectors = np.linalg.eigh(information)
    along = vectors.T @ part
    known = values > 1e-12 * values.max(initial=0.0)
    if np.any(np.abs(along[~known]) > 1e-6 * np.linalg.norm(part)):
        return float("inf")
    return float(np.sum(along[known] ** 2 / values[known]))


def c_optimal(rows: ArrayLike, wanted: ArrayLike) -> tuple[Floats, float]:
    """Shares of wells that determine one combination of the parameters best.

    Parameters
    ----------
    rows : array, shape (m, p)
        Slopes over standard deviation of each kind of well that is possible.
    wanted : array, shape (p,)

    Returns
    -------
    shares : array, shape (m,)
        Adding up to 1; most are 0.
    variance : float
        Of the combination, with one well in all: divide by the number of wells.

    Raises
    ------
    InputError
        If no share of these wells determines the combination.

    Notes
    -----
    Elfving's theorem as a linear programme [Elfving 1952; Harman and Jurik 2008,
    doi:10.1016/j.csda.2008.06.023]: the least sum of |u| with F' u = c; shares are |u| over that
    sum, and the variance is its square.
    """
    from scipy.optimize import linprog

    f, c = np.asarray(rows, float), np.asarray(wanted, float)
    size = np.abs(f).max(axis=0)
    if np.any((size == 0) & (c != 0)):
        raise InputError("none of these wells depends on the wanted parameters")
    size = np.where(size > 0, size, 1.0)
    scaled, part = f / size, c / size
    unit = np.linalg.norm(part)
    m = f.shape[0]
    solution = linprog(
        np.ones(2 * m),
        A_eq=np.hstack([scaled.T, -scaled.T]),
        b_eq=part / unit,
        bounds=(0, None),
        method="highs",
    )
    if solution.status != 0 or solution.x is None:
        raise InputError("these wells do not determine the wanted parameters")
    amount = solution.x[:m] + solution.x[m:]
    total = float(amount.sum())
    shares = np.where(amount > MIN_SHARE * total, amount / total, 0.0)
    return np.asarray(shares / shares.sum()), float((total * unit) ** 2)


def d_optimal(rows: ArrayLike, *, tolerance: float = 1e-5, max_rounds: int = 20_000) -> Floats:
    """Shares of wells that determine all parameters together best, shape (m,).

    Parameters
    ----------
    rows : array, shape (m, p)
        Together they determine all parameters.
    tolerance : float
        Relative excess over p of the prediction variance of any well at which the search stops.

    Notes
    -----
    Multiplicative algorithm [Silvey, Titterington and Torsney 1978]; at the optimum no well has a
    variance of its prediction above p [Kiefer and Wolfowitz 1960].
    """
    f = np.asarray(rows, float)
    m, p = f.shape
    f = f / np.abs(f).max(axis=0)
    shares = np.full(m, 1.0 / m)
    for _ in range(max_rounds):
        information = f.T @ (shares[:, None] * f)
        variance = np.einsum("ij,jk,ik->i", f, np.linalg.pinv(information, hermitian=True), f)
        shares = shares * variance / p
        shares /= shares.sum()
        if variance.max() <= p * (1.0 + tolerance):
            break
    return shares


def typical_fold(sd_log10: float, n: int, *, confidence: float = 0.95) -> float:
    """Median width, high over low, of the t interval of n values with a given sd of the log10.

    Parameters
    ----------
    sd_log10 : float
        Standard deviation of the decadic logarithm, 0 or more.
    n : int
        Values; of fewer than 2 there is no interval.

    Returns
    -------
    float
        Half of all experiments have a narrower interval.

    Notes
    -----
    10 ** (2 t s / sqrt(n)) with s the median of the sample standard deviation, sd sqrt(median of
    chi2(n-1) / (n-1)).
    """
    from scipy.special import gammaincinv

    if n < 2:
        return float("inf")
    df = n - 1.0
    s = sd_log10 * np.sqrt(2.0 * float(gammaincinv(df / 2.0, 0.5)) / df)
    return float(10.0 ** min(2.0 * t_quantile(df, confidence) * s / np.sqrt(n), 300.0))
