"""One row of results per curve from the rows of many curves.

How a curve is fitted depends on the curve and on its file as a whole, never on the curves that
happen to be fitted beside it. So its numbers are the same to the last bit however the file is
divided and whoever computes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from tricyclic.core.coded_text import CodedText
from tricyclic.core.curve_batch import CurveBatch, dose_series_keys
from tricyclic.core.potency_columns import PotencyColumns
from tricyclic.errors import InputError
from tricyclic.fitting.copied_rows import NO_SCATTER, copied_rows
from tricyclic.fitting.potency import PotencyInput, potency_columns
from tricyclic.numerics.batch.fit import (
    STATUS,
    BatchFits,
    at_hill_bound,
    fit_batch,
    fit_series_batch,
)
from tricyclic.numerics.batch.rules import CHECKS, FIT_FAILED
from tricyclic.numerics.batch.verdict import check_names, lack_of_fit_p

NUMBERS = (
    "log10_ic50",
    "log10_ic50_low",
    "log10_ic50_high",
    "hill",
    "top",
    "bottom",
    "residual_sd",
    "p_replicates",
)
# Bit of the check of copied readings, behind those of the fits.
COPIED = 1 << len(CHECKS)
# Distance in decades from the doses of the last curve at which the doses of a dummy curve begin.
DUMMY_DISTANCE = 100.0


@dataclass(frozen=True)
class BatchFitOptions:
    """How every curve of a file is fitted.

    Parameters
    ----------
    model : {"4pl", "3pl"}
        3pl fixes the absolute hill at 1.
    hill, top, bottom : float or None
        Values at which these are fixed.
    confidence : float or None
        Confidence level of the limits of log10 IC50; None omits them.
    """

    model: Literal["4pl", "3pl"] = "4pl"
    hill: float | None = None
    top: float | None = None
    bottom: float | None = None
    confidence: float | None = 0.95

    def __post_init__(self) -> None:
        for name in ("hill", "top", "bottom"):
            value = getattr(self, name)
            if value is not None and not np.isfinite(value):
                raise InputError(
                    f"is fixed at {value}", where=name, allowed="A fixed value is a finite number"
                )
        if self.hill == 0:
            raise InputError(
                "is fixed at 0",
                where="hill",
                allowed="Above 0 for curves that rise with dose, below 0 for curves that fall",
            )
        if self.confidence is not None and not 0 < self.confidence < 1:
            raise InputError(
                f"is {self.confidence:g}",
                where="confidence",
                allowed="Between 0 and 1, such as 0.95",
            )


class _Table(NamedTuple):
    """Curves of one length: doses, shape (curves, points) or (1, points) where all share them;
    readings and weights, shape (curves, points).
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    def select(self, curves: np.ndarray) -> _Table:
        """The table of some of the curves."""
        weight = None if self.weight is None else self.weight[curves]
        return _Table(self.x[curves], self.y[curves], weight)


def fit_rows(
    rows: CurveBatch,
    options: BatchFitOptions,
    shared: np.ndarray,
    *,
    ic50_unit: str = "nM",
    effect: str = "",
    workers: int = 1,
) -> dict[str, Any]:
    """Fit every curve.

    Parameters
    ----------
    rows : CurveBatch
    options : BatchFitOptions
    shared : array of uint64
        Keys, ascending, of the series of doses that many curves of the whole file share (see
        `dose_series_keys`); not used where every row has one reading per dose.
    ic50_unit : str
        Unit of IC50: nM where doses are log10 molar, else the unit whose logarithm they are.
    effect : str
        "inhibition" or "remaining" where readings are percent of it.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    dict of arrays, shape (curves,)
        The columns `fit_columns`; nan where a number does not exist. Those of text are
        `CodedText`.
    """
    curves = len(rows)
    out: dict[str, Any] = {}
    level, copied = np.full(curves, np.nan), np.zeros(curves, bool)
    for of_length, table in _of_equal_length(rows):
        for of_series, fits in _fit_table(
            table, options, shared, wide=rows.y.ndim == 2, workers=workers
        ):
            place = of_length[of_series]
            if place.size == curves and isinstance(of_series, slice):
                out = {name: getattr(fits, source) for name, source in _SOURCES.items()}
                continue
            for name, source in _SOURCES.items():
                own = getattr(fits, source)
                out.setdefault(name, np.empty(curves, own.dtype))[place] = own
        copied[of_length] = _is_copied(table, out, of_length)
        if effect:
            level[of_length] = _mean_readings(table)
    out["p_replicates"] = lack_of_fit_p(*(out.pop(name) for name in _FOR_LACK_OF_FIT))
    status = out.pop("status")
    out["status"] = CodedText(status, STATUS)
    out["checks"] = _named_checks(out["checks"] | np.where(copied, COPIED, 0))
    # The bound of the search is no estimate.
    at_bound = out.pop("_at_bound")
    out["log10_ic50"] = np.where(at_bound != 0, np.nan, out["log10_ic50"])
    if options.hill is None and options.model == "4pl":
        out["hill"] = np.where(at_hill_bound(out["hill"]), np.nan, out["hill"])
    potency = PotencyInput(
        out["log10_ic50"],
        out["log10_ic50_low"],
        out["log10_ic50_high"],
        out.pop("_lowest"),
        out.pop("_highest"),
        at_bound,
        status,
        level,
        effect,
    )
    columns = {**potency_columns(potency, ic50_unit), **out}
    return {name: columns[name] for name in fit_columns(ic50_unit)}


def _is_copied(table: _Table, fits: dict[str, np.ndarray], curves: np.ndarray) -> np.ndarray:
    """Whether a replicate of a curve repeats another; `curves` are the places in the fits."""
    x, y, weight = table
    if weight is not None:
        y = np.where(weight > 0, y, np.nan)
    which = copied_rows(x, y, fits["n"][curves] == y.shape[1])
    copied = np.zeros(len(y), bool)
    if which.size:
        own = curves[which]
        largest = np.nanmax(np.abs(y[which]), axis=1)
        scatters = fits["residual_sd"][own] >= NO_SCATTER * largest
        copied[which] = scatters & (fits["checks"][own] & FIT_FAILED == 0)
    return copied


def _named_checks(bits: np.ndarray) -> CodedText:
    """Names of the checks of every curve; many curves have the same ones."""
    different = np.flatnonzero(np.bincount(bits))
    place = np.zeros(int(different[-1]) + 1 if different.size else 0, np.int64)
    place[different] = np.arange(different.size)
    words = [
        ", ".join(filter(None, (word, "copied_readings"))) if value & COPIED else word
        for value, word in zip(
            different.tolist(), check_names(different & (COPIED - 1)).tolist(), strict=True
        )
    ]
    return CodedText(place[bits], words)


def fit_columns(ic50_unit: str) -> tuple[str, ...]:
    """Names of the columns of a result, without those that name the curves."""
    return (*PotencyColumns(ic50_unit).names, *NUMBERS, "status", "n", "checks")


def _mean_readings(table: _Table) -> np.ndarray:
    """Mean reading of every curve; nan where none is finite."""
    used = np.isfinite(table.y)
    if table.weight is not None:
        used &= table.weight > 0
    count = used.sum(axis=1)
    total = np.where(used, table.y, 0.0).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


# Columns of the result by the arrays of BatchFits that they come from.
_FOR_LACK_OF_FIT = ("_rss", "_pure", "_df", "_df_pure")
_SOURCES = {
    "log10_ic50": "log10_ic50",
    "log10_ic50_low": "log10_ic50_low",
    "log10_ic50_high": "log10_ic50_high",
    "hill": "hill",
    "top": "top",
    "bottom": "bottom",
    "residual_sd": "sd",
    "n": "n",
    "status": "status",
    "checks": "checks",
    "_at_bound": "at_bound",
    "_lowest": "log10_lowest_dose",
    "_highest": "log10_highest_dose",
    "_rss": "rss",
    "_pure": "pure_error_rss",
    "_df": "df",
    "_df_pure": "df_pure",
}


def _of_equal_length(rows: CurveBatch) -> Iterator[tuple[np.ndarray, _Table]]:
    """Curves with the same number of rows, as indices and a table with ascending doses."""
    lengths = np.diff(rows.starts)
    wide = rows.y.ndim == 2
    points = rows.log10_molar.size if wide else 1
    for length in np.unique(lengths):
        curves = np.flatnonzero(lengths == length)
        all_curves = curves.size == lengths.size
        of_rows = (
            slice(None)
            if all_curves
            else (rows.starts[curves][:, None] + np.arange(length)).ravel()
        )
        y = rows.y[of_rows].reshape(-1, length * points)
        weight = None if rows.weight is None else rows.weight[of_rows].reshape(y.shape)
        if wide or rows.same_doses:
            x = np.tile(rows.log10_molar, length if wide else 1)[None]
        else:
            x = rows.log10_molar[of_rows].reshape(y.shape)
            if (x == x[0]).all():
                x = x[:1]
        if not (x[:, 1:] >= x[:, :-1]).all():
            order = np.argsort(x, axis=1, kind="stable")
            x = np.take_along_axis(x, order, axis=1)
            y = np.take_along_axis(y, order, axis=1)
            weight = None if weight is None else np.take_along_axis(weight, order, axis=1)
        yield curves, _Table(x, y, weight)


def _fit_table(
    table: _Table, options: BatchFitOptions, shared: np.ndarray, *, wide: bool, workers: int
) -> Iterator[tuple[slice | np.ndarray, BatchFits]]:
    """Fit curves of one length: those of a shared series together, the others with own doses."""
    if len(table.x) == 1:
        if wide or dose_series_keys(table.x[0], np.array([0, table.x.size]))[0] in shared:
            yield slice(None), _fit_shared(table, options, workers)
            return
        table = table._replace(x=np.broadcast_to(table.x, table.y.shape))
        yield slice(None), _fit_alone(table, options, workers)
        return
    # Curves of one plate stand together: each run of equal doses is looked at once.
    heads = np.flatnonzero(np.concatenate([[True], (table.x[1:] != table.x[:-1]).any(axis=1)]))
    keys = dose_series_keys(table.x[heads].ravel(), np.arange(heads.size + 1) * table.x.shape[1])
    _, first, of_run = np.unique(keys, return_index=True, return_inverse=True)
    same = (table.x[heads] == table.x[heads[first[of_run]]]).all(axis=1)
    is_pooled = np.isin(keys[first], shared)
    is_pooled[of_run[~same]] = False
    # Series in the order in which they begin, so that curves mostly stay where they are.
    order = np.argsort(np.where(is_pooled, first, len(keys)), kind="stable")
    number = np.full(first.size, -1)
    number[order[: is_pooled.sum()]] = np.arange(is_pooled.sum())
    of_curve = np.repeat(number[of_run], np.diff(np.append(heads, len(table.y))))
    curves = np.flatnonzero(of_curve >= 0)
    if curves.size:
        series = table.x[heads[first[order[: is_pooled.sum()]]]]
        if (np.diff(of_curve[curves]) < 0).any():
            curves = curves[np.argsort(of_curve[curves], kind="stable")]
        in_place = curves.size == len(table.y) and bool((np.diff(curves) == 1).all())
        pooled = table if in_place else table.select(curves)
        yield (
            slice(None) if in_place else curves,
            _fit_pooled(pooled, series, of_curve[curves], options, workers),
        )
    curves = np.flatnonzero(of_curve < 0)
    if curves.size:
        yield curves, _fit_alone(table.select(curves), options, workers)


def _fit_pooled(
    table: _Table,
    series: np.ndarray,
    of_curve: np.ndarray,
    options: BatchFitOptions,
    workers: int,
) -> BatchFits:
    """Fit the curves of several shared series together."""
    return fit_series_batch(
        series,
        of_curve,
        table.y,
        x=table.x,
        weight=table.weight,
        model=options.model,
        hill=options.hill,
        top=options.top,
        bottom=options.bottom,
        confidence=options.confidence,
        workers=workers,
    )


def _fit_shared(table: _Table, options: BatchFitOptions, workers: int) -> BatchFits:
    x = table.x[0]
    if table.weight is None:
        return _fit(x, table.y, None, options, workers)
    # `fit_batch` makes its table of starts for the weights of the first complete curve; a dummy
    # curve of unit weights in front makes that always the same one.
    weight = np.concatenate([np.ones((1, x.size)), table.weight])
    return _without_first(_fit(x, _with_dummy(table.y), weight, options, workers))


def _fit_alone(table: _Table, options: BatchFitOptions, workers: int) -> BatchFits:
    # A dummy curve whose doses are those of no other curve keeps `fit_batch` from taking equal
    # neighbours for a shared series; it has no more different doses than a curve has.
    points = table.x.shape[1]
    doses = table.x[-1] - DUMMY_DISTANCE
    doses[~np.isfinite(doses)] = -1000.0
    x = np.concatenate([doses[None], table.x])
    weight = table.weight
    if weight is not None:
        weight = np.concatenate([np.ones((1, points)), weight])
    return _without_first(_fit(x, _with_dummy(table.y), weight, options, workers))


def _with_dummy(y: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(float(y.shape[1]))[None], y])


def _without_first(fits: BatchFits) -> BatchFits:
    return replace(fits, **{field.name: getattr(fits, field.name)[1:] for field in fields(fits)})


def _fit(
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    options: BatchFitOptions,
    workers: int,
) -> BatchFits:
    return fit_batch(
        x,
        y,
        weight=weight,
        model=options.model,
        hill=options.hill,
        top=options.top,
        bottom=options.bottom,
        confidence=options.confidence,
        workers=workers,
    )
