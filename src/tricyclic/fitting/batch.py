"""From many Series, or one long table, to a potency with limits for each: the record-level face of the batch engine.

The same curves as `one_site_competition` (3PL) and `logistic_4pl` (4PL) with one standard deviation per curve, fitted a million a
second instead of a hundred; where both engines answer the same question they give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.estimate import Estimate
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.numerics.batch.fit import STATUS, BatchFits, fit_batch

__all__ = [
    "STATUS",
    "BatchFits",
    "Gathered",
    "NullF",
    "estimates",
    "fit_series",
    "gather",
    "null_f",
    "replicates_p",
]


@dataclass(frozen=True)
class Gathered:
    """Readings of many curves as the engine wants them.

    Parameters
    ----------
    names : array, shape (curves,)
        Curve of each row, in order of first appearance.
    log10_molar : array, shape (points,) where all curves share their doses in one order, otherwise (curves, points)
        nan where a curve has fewer points than the longest.
    y, weight : array, shape (curves, points); weight None where none was given
    """

    names: np.ndarray
    log10_molar: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None


def gather(
    curve: ArrayLike, log10_molar: ArrayLike, response: ArrayLike, weight: ArrayLike | None = None
) -> Gathered:
    """Turn a long table, one reading per row, into one row per curve.

    Parameters
    ----------
    curve, log10_molar, response, weight : array, shape (readings,)
        Name of the curve; log10 M, -inf for a well without compound; reading, nan where missing; 1 / variance.
        Rows of a curve may lie anywhere in the table.

    Raises
    ------
    InputError
        If the columns differ in length.
    """
    names = np.asarray(curve)
    columns = [np.asarray(log10_molar, float), np.asarray(response, float)]
    columns += [] if weight is None else [np.asarray(weight, float)]
    if any(column.shape != names.shape for column in columns) or names.ndim != 1:
        raise InputError(
            "the columns of the table differ in length",
            allowed="Every reading has a curve, a dose and a response",
        )
    if names.size == 0:
        return Gathered(
            names, np.zeros(0), np.zeros((0, 0)), None if weight is None else np.zeros((0, 0))
        )
    start = np.concatenate([[True], names[1:] != names[:-1]])
    runs = np.flatnonzero(start)
    unique, first, number = np.unique(names[runs], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    length = np.diff(np.append(runs, names.size))
    of = np.repeat(rank[number], length)
    if unique.size < runs.size:
        # Some curve lies in pieces: bring them together, in the order in which its readings stand.
        sorting = np.argsort(of, kind="stable")
        of = of[sorting]
        columns = [column[sorting] for column in columns]
    many = np.bincount(of, minlength=unique.size)
    points = int(many.max())
    if (many == points).all():
        tables = [column.reshape(unique.size, points) for column in columns]
    else:
        within = np.arange(of.size) - np.repeat(np.cumsum(many) - many, many)
        tables = []
        for column in columns:
            table = np.full((unique.size, points), np.nan)
            table[of, within] = column
            tables.append(table)
    x = tables[0]
    if (x == x[0]).all():
        x = x[0]
    return Gathered(unique[order], x, tables[1], tables[2] if weight is not None else None)


def fit_series(
    series: Sequence[Series],
    *,
    column: str = "competitor_M",
    model: str = "4pl",
    limits: float | None = 0.95,
    **held: object,
) -> BatchFits:
    """Fit every series on its own.

    Parameters
    ----------
    series : sequence of Series
        Readings against `column`, a concentration in M, 0 where there is no compound. A well whose column
        `specific` is 0 counts as saturated.
    column : str
    model, limits, held
        As in `numerics.batch.fit_batch`: hill, top, bottom, bounds, hill_bounds, workers.

    Returns
    -------
    BatchFits
        In the order of the series.

    Raises
    ------
    InputError
        If a series lacks the column.
    """
    names, doses, readings = [], [], []
    for number, one in enumerate(series):
        if column not in one.x:
            raise InputError(
                f"has no column {column}",
                where=one.name,
                allowed=f"Its columns are: {', '.join(one.x) or 'none'}",
            )
        concentration = one.x[column]
        log10 = np.log10(concentration, out=np.full(one.n, -np.inf), where=concentration > 0)
        if "specific" in one.x:
            log10 = np.where(one.x["specific"] == 0, np.inf, log10)
        names.append(np.full(one.n, number))
        doses.append(log10)
        readings.append(one.y)
    if not names:
        raise InputError("there is nothing to fit", do="Hand in at least one series")
    table = gather(np.concatenate(names), np.concatenate(doses), np.concatenate(readings))
    return fit_batch(table.log10_molar, table.y, model=model, limits=limits, **held)  # type: ignore[arg-type]


def estimates(fits: BatchFits, names: Sequence[str], *, confidence: float = 0.95) -> list[Estimate]:
    """IC50 of every curve as an Estimate in M, censored where a side is open.

    A curve that is open above tells `> lower limit`, one that is open below `< upper limit`; a flat one, one open on both
    sides and one without a fit have no value.
    """
    told = []
    for i, name in enumerate(names):
        word = STATUS[int(fits.status[i])]
        low, high = _power(fits.log10_ic50_low[i]), _power(fits.log10_ic50_high[i])
        value, relation = _power(fits.log10_ic50[i]), "="
        if word == "open above":
            value, relation = low, ">"
        elif word == "open below":
            value, relation = high, "<"
        elif word not in ("fits", "bound touched"):
            value = low = high = float("nan")
        told.append(
            Estimate(
                "IC50",
                value,
                "M",
                low,
                high,
                confidence,
                relation,  # type: ignore[arg-type]
                float(fits.se_log10_ic50[i]),
                method="profile likelihood",
                subject=str(name),
            )
        )
    return told


def _power(exponent: float) -> float:
    return float(10.0 ** np.float64(exponent))


def replicates_p(fits: BatchFits) -> np.ndarray:
    """P of the replicates test (lack of fit) of every curve, shape (curves,); nan without replicates or spare doses.

    F of (scatter of replicate means about the curve) over (scatter of replicates) [Bates & Watts 1988, section 3.12].
    """
    from scipy.special import fdtrc

    between, within = fits.df - fits.df_pure, fits.df_pure
    can = (between > 0) & (within > 0) & np.isfinite(fits.rss) & (fits.pure_error_rss > 0)
    p = np.full(len(fits), np.nan)
    lack = np.maximum(fits.rss[can] - fits.pure_error_rss[can], 0.0) / between[can]
    p[can] = fdtrc(between[can], within[can], lack / (fits.pure_error_rss[can] / within[can]))
    return p


@dataclass(frozen=True)
class NullF:
    """How F against no curve is distributed where there is no curve, for one design.

    Parameters
    ----------
    simulated : array, shape (simulations,)
        F of flat curves, sorted.
    more, df : int
        Degrees of freedom of the nominal F.
    """

    simulated: np.ndarray
    more: int
    df: int

    def p(self, f: ArrayLike) -> np.ndarray:
        """Chance of an F this large or larger without any curve, same shape as f; nan stays nan.

        Counted among the simulated ones up to their 99.5 % point. Beyond it the nominal tail, times the
        ratio found at that point: the chance that a best-fitting curve takes nearly all scatter falls off as the nominal F's
        does, since both are the share of a sphere near a surface [Hotelling 1939; Johansen & Johnstone 1990].
        """
        from scipy.special import fdtrc

        f = np.asarray(f, float)
        known = np.isfinite(f) | (f == np.inf)
        value = np.where(known, f, 0.0)
        n = self.simulated.size
        above = n - np.searchsorted(self.simulated, value, side="left")
        counted = (above + 1.0) / (n + 1.0)
        rare = max(int(np.ceil(0.005 * n)), 1)
        point = self.simulated[n - rare]
        ratio = (rare / n) / fdtrc(float(self.more), float(self.df), point)
        tail = ratio * fdtrc(
            float(self.more), float(self.df), np.where(np.isinf(value), 1e300, value)
        )
        return np.asarray(
            np.where(known, np.where(value > point, np.minimum(tail, counted), counted), np.nan)
        )


def null_f(
    log10_molar: ArrayLike,
    replicates: int = 1,
    *,
    rng: np.random.Generator,
    simulations: int = 100_000,
    model: str = "4pl",
    weight: ArrayLike | None = None,
    **held: object,
) -> NullF:
    """Simulate F against no curve for a design, with the engine itself.

    Parameters
    ----------
    log10_molar : array, shape (points,)
        Doses of one curve.
    replicates : int
        Readings per point.
    rng : numpy.random.Generator
        Where chance comes from.
    simulations : int
        Flat curves to draw, Gaussian scatter.
    model, held
        As for the fits that are to be judged: hill, bounds, hill_bounds, reach.
    weight : array, shape (points,) or (points, replicates), optional
        1 / variance.

    Returns
    -------
    NullF
        Its `p` turns the `f_flat` of fits of this design into calibrated p values.

    Notes
    -----
    Under no curve the IC50 is not there to be estimated, so F is not F-distributed [Davies 1987, doi:10.1093/biomet/74.1.33].
    """
    x = np.asarray(log10_molar, float)
    if x.ndim != 1:
        raise InputError("a design is one series of doses", do="Call null_f once per design")
    if {"top", "bottom"} & held.keys():
        raise InputError(
            "a null distribution is simulated about a level that is fitted",
            do="Leave top and bottom free",
        )
    y = rng.standard_normal((simulations, x.size, replicates))
    w = None
    if weight is not None:
        w = np.broadcast_to(np.asarray(weight, float).reshape(x.size, -1), (x.size, replicates))
        y /= np.sqrt(w)
        w = np.broadcast_to(w, y.shape)
    fits = fit_batch(x, y, model=model, weight=w, limits=None, **held)  # type: ignore[arg-type]
    f = fits.f_flat[np.isfinite(fits.f_flat)]
    if f.size == 0:
        raise InputError(
            f"a design of {x.size} points cannot bear the curve", do="Add doses or replicates"
        )
    more = 3 if model == "4pl" and held.get("hill") is None else 2
    return NullF(np.sort(f), more, int(fits.df[0]))
