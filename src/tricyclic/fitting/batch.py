"""Batch fits of Series or of a long table: log10 IC50, hill and plateaus with limits for each
curve.

The curves are those of `one_site_competition` and `logistic_3pl` (3pl), `logistic_4pl` and
`one_site_competition_hill` (4pl) with one standard deviation per curve, fitted about a million per
second instead of a hundred. Where both routes can fit a curve, they give the same estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.numerics.batch.fit import STATUS, BatchFits, fit_batch
from tricyclic.numerics.batch.verdict import lack_of_fit_p

__all__ = [
    "STATUS",
    "BatchFits",
    "BatchSettings",
    "CurveArrays",
    "NullDistribution",
    "estimates",
    "fit_series",
    "gather",
    "null_f",
    "replicates_p",
]

# Share of the simulated curves beyond whose F the nominal tail is used.
TAIL_SHARE = 0.005


class BatchSettings(TypedDict, total=False):
    """Optional settings of `numerics.batch.fit.fit_batch`, which describes them."""

    hill: ArrayLike | None
    top: ArrayLike | None
    bottom: ArrayLike | None
    bounds: tuple[float, float] | None
    hill_bounds: tuple[float, float]
    reach: float
    flat_level: float
    workers: int


@dataclass(frozen=True)
class CurveArrays:
    """Readings of many curves as `fit_batch` takes them.

    Parameters
    ----------
    names : array, shape (curves,)
        Curve of each row, in order of first appearance.
    log10_molar : array, shape (points,) where all curves share their doses in one order, otherwise
        (curves, points); nan where a curve has fewer points than the longest.
    y, weight : array, shape (curves, points); weight None where none was given
    """

    names: np.ndarray
    log10_molar: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None


def gather(
    curve: ArrayLike, log10_molar: ArrayLike, response: ArrayLike, weight: ArrayLike | None = None
) -> CurveArrays:
    """Convert a long table, one reading per row, to one row per curve.

    Parameters
    ----------
    curve, log10_molar, response, weight : array, shape (readings,)
        Name of the curve; log10 M, -inf for a well without compound; reading, nan where missing; 1
        / variance. Rows of a curve may be anywhere in the table.

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
        none = np.zeros((0, 0))
        return CurveArrays(names, np.zeros(0), none, None if weight is None else none)
    curves, row = _number_curves(names)
    if (np.diff(row) < 0).any():
        # The rows of some curve are apart: collect them, in the order of the table.
        sorting = np.argsort(row, kind="stable")
        row = row[sorting]
        columns = [column[sorting] for column in columns]
    tables = _one_row_per_curve(row, columns, curves.size)
    x = tables[0]
    if (x == x[0]).all():
        x = x[0]
    return CurveArrays(curves, x, tables[1], tables[2] if weight is not None else None)


def fit_series(
    series: Sequence[Series],
    *,
    column: str = "competitor_M",
    model: Literal["4pl", "3pl"] = "4pl",
    confidence: float | None = 0.95,
    **settings: Unpack[BatchSettings],
) -> BatchFits:
    """Fit every series on its own.

    Parameters
    ----------
    series : sequence of Series
        Readings against `column`, a concentration in M, 0 where there is no compound. A well whose
        column `specific` is 0 counts as saturated.
    column : str
    model, confidence, settings
        As in `numerics.batch.fit.fit_batch`.

    Returns
    -------
    BatchFits
        In the order of the series.

    Raises
    ------
    InputError
        If there is no series, or one has no such column.
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
        raise InputError("there is nothing to fit", do="Pass at least one series")
    table = gather(np.concatenate(names), np.concatenate(doses), np.concatenate(readings))
    return fit_batch(table.log10_molar, table.y, model=model, confidence=confidence, **settings)


def estimates(fits: BatchFits, names: Sequence[str], *, confidence: float = 0.95) -> list[Estimate]:
    """IC50 of every curve as an Estimate in M, censored where its interval is open on one side.

    An interval without upper limit gives `> lower limit`, one without lower limit `< upper limit`.
    Curves with any other status than "fitted" or "parameter at bound" have no value.
    """
    rows = []
    for i, name in enumerate(names):
        status = STATUS[int(fits.status[i])]
        low, high = _power10(fits.log10_ic50_low[i]), _power10(fits.log10_ic50_high[i])
        value = _power10(fits.log10_ic50[i])
        qualifier: Qualifier = "="
        if status == "upper CI unbounded":
            value, qualifier = low, ">"
        elif status == "lower CI unbounded":
            value, qualifier = high, "<"
        elif status not in ("fitted", "parameter at bound"):
            value = low = high = float("nan")
        rows.append(
            Estimate(
                name="IC50",
                value=value,
                unit="M",
                low=low,
                high=high,
                confidence=confidence,
                qualifier=qualifier,
                log10_se=float(fits.se_log10_ic50[i]),
                method="profile likelihood",
                subject=str(name),
            )
        )
    return rows


def replicates_p(fits: BatchFits) -> np.ndarray:
    """P of the replicates test (lack of fit) of every curve, shape (curves,); nan where there are
    no replicates, or no more doses than parameters.

    F of (scatter of replicate means about the curve) over (scatter of replicates) [Bates & Watts
    1988, section 3.12].
    """
    return lack_of_fit_p(fits.rss, fits.pure_error_rss, fits.df, fits.df_pure)


@dataclass(frozen=True)
class NullDistribution:
    """Distribution of F against a flat line where there is no curve, for one design.

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
        """Probability of an F this large or larger without a curve, same shape as f; nan stays nan.

        Counted among the simulated ones up to their 99.5 % point. Beyond it the nominal tail, times
        the ratio of the two at that point: the probability that a best-fitting curve takes nearly
        all scatter decreases as that of the nominal F, since both are the share of a sphere near a
        surface [Hotelling 1939; Johansen & Johnstone 1990].
        """
        from scipy.special import fdtrc

        f = np.asarray(f, float)
        known = np.isfinite(f) | (f == np.inf)
        value = np.where(known, f, 0.0)
        n = self.simulated.size
        above = n - np.searchsorted(self.simulated, value, side="left")
        counted = (above + 1.0) / (n + 1.0)
        in_tail = max(int(np.ceil(TAIL_SHARE * n)), 1)
        point = self.simulated[n - in_tail]
        ratio = (in_tail / n) / fdtrc(float(self.more), float(self.df), point)
        finite = np.where(np.isinf(value), 1e300, value)
        tail = ratio * fdtrc(float(self.more), float(self.df), finite)
        p = np.where(value > point, np.minimum(tail, counted), counted)
        return np.asarray(np.where(known, p, np.nan))


def null_f(
    log10_molar: ArrayLike,
    replicates: int = 1,
    *,
    rng: np.random.Generator,
    simulations: int = 100_000,
    model: Literal["4pl", "3pl"] = "4pl",
    weight: ArrayLike | None = None,
    **settings: Unpack[BatchSettings],
) -> NullDistribution:
    """Simulate F against a flat line for a design, with the batch fit itself.

    Parameters
    ----------
    log10_molar : array, shape (points,)
        Doses of one curve.
    replicates : int
        Readings per point.
    rng : numpy.random.Generator
        Source of the simulated readings.
    simulations : int
        Flat curves to draw, with Gaussian scatter.
    model, settings
        As for the fits to be tested: hill, bounds, hill_bounds, reach.
    weight : array, shape (points,) or (points, replicates), optional
        1 / variance.

    Returns
    -------
    NullDistribution
        Its `p` converts the `f_flat` of fits of this design to calibrated p values.

    Raises
    ------
    InputError
        If the doses are not one series, a plateau is fixed, or the design has too few points.

    Notes
    -----
    Without a curve the IC50 does not exist, so F is not F-distributed [Davies 1987,
    doi:10.1093/biomet/74.1.33].
    """
    x = np.asarray(log10_molar, float)
    if x.ndim != 1:
        raise InputError("a design is one series of doses", do="Call null_f once per design")
    if {"top", "bottom"} & settings.keys():
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
    fits = fit_batch(x, y, model=model, weight=w, confidence=None, **settings)
    f = fits.f_flat[np.isfinite(fits.f_flat)]
    if f.size == 0:
        raise InputError(
            f"a design of {x.size} points cannot determine the curve",
            do="Add doses or replicates",
        )
    more = 3 if model == "4pl" and settings.get("hill") is None else 2
    return NullDistribution(np.sort(f), more, int(fits.df[0]))


def _number_curves(names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different names in order of first appearance, and the number of each row's curve."""
    # Runs of equal names are numbered once per run: tables mostly come sorted by curve.
    start = np.concatenate([[True], names[1:] != names[:-1]])
    runs = np.flatnonzero(start)
    unique, first, number = np.unique(names[runs], return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return unique[order], np.repeat(rank[number], np.diff(np.append(runs, names.size)))


def _one_row_per_curve(
    row: np.ndarray, columns: Sequence[np.ndarray], curves: int
) -> list[np.ndarray]:
    """Columns as tables of one row per curve; `row` ascends. Missing points are nan."""
    counts = np.bincount(row, minlength=curves)
    points = int(counts.max())
    if (counts == points).all():
        return [column.reshape(curves, points) for column in columns]
    within = np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts)
    tables = []
    for column in columns:
        table = np.full((curves, points), np.nan)
        table[row, within] = column
        tables.append(table)
    return tables


def _power10(exponent: float) -> float:
    return float(10.0 ** np.float64(exponent))
