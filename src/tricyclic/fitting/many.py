"""From the rows of many curves to one row of results per curve.

Which way a curve takes through the engine depends on the curve and on its file as a whole, never on the curves that happen
to be fitted beside it. So its numbers are the same to the last bit however the file is cut and whoever computes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tricyclic.core.curve_batch import CurveRows, dose_keys
from tricyclic.errors import InputError

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


@dataclass(frozen=True)
class Asked:
    """What is asked of every curve of a file.

    Parameters
    ----------
    model : {"4pl", "3pl"}
        3pl holds hill at 1.
    hill, top, bottom : float or None
        Values to hold these at.
    limits : float or None
        Confidence of the limits of log10 IC50; None leaves them out.
    """

    model: Literal["4pl", "3pl"] = "4pl"
    hill: float | None = None
    top: float | None = None
    bottom: float | None = None
    limits: float | None = 0.95

    def __post_init__(self) -> None:
        for name in ("hill", "top", "bottom"):
            value = getattr(self, name)
            if value is not None and not np.isfinite(value):
                raise InputError(
                    f"is held at {value}", where=name, allowed="A held value is a finite number"
                )
        if self.hill is not None and self.hill <= 0:
            raise InputError(
                f"is held at {self.hill:g}",
                where="hill",
                allowed="It is above 0",
                do="A curve that rises with dose has its top below its bottom, not a hill below 0",
            )
        if self.limits is not None and not 0 < self.limits < 1:
            raise InputError(
                f"is {self.limits:g}",
                where="limits",
                allowed="Between 0 and 1, such as 0.95, or none",
            )


def fit_rows(
    rows: CurveRows, asked: Asked, shared: np.ndarray, *, workers: int = 1
) -> dict[str, np.ndarray]:
    """Fit every curve.

    Parameters
    ----------
    rows : CurveRows
    asked : Asked
    shared : array of uint64
        Keys, ascending, of the series of doses that many curves of the whole file share (see `dose_keys`); not used
        where every row holds one reading per dose.
    workers : int
        Threads; the result does not depend on it.

    Returns
    -------
    dict of arrays, shape (curves,)
        The columns NUMBERS, `n` and `status`; nan where a number does not exist.
    """
    from tricyclic.numerics.batch.fit import STATUS

    curves = len(rows)
    out: dict[str, np.ndarray] = {name: np.full(curves, np.nan) for name in NUMBERS}
    out["n"], out["status"] = np.zeros(curves, np.int64), np.zeros(curves, np.uint8)
    for members, x, y, weight in _of_equal_length(rows):
        for chosen, fits in _fitted(
            x, y, weight, asked, shared, wide=rows.y.ndim == 2, workers=workers
        ):
            place = members if chosen is None else (chosen if members is None else members[chosen])
            _put(out, slice(None) if place is None else place, fits)
    out["p_replicates"] = _p_replicates(
        out.pop("_rss"), out.pop("_pure"), out.pop("_df"), out.pop("_df_pure")
    )
    out["status"] = np.asarray(STATUS)[out["status"]]
    return out


def _of_equal_length(
    rows: CurveRows,
) -> Iterator[tuple[np.ndarray | None, np.ndarray, np.ndarray, np.ndarray | None]]:
    """Curves of the same number of rows as tables: which curves (None: all), doses, readings, weights, points ascending."""
    lengths = np.diff(rows.starts)
    wide = rows.y.ndim == 2
    points = rows.log10_molar.size if wide else 1
    for length in np.unique(lengths):
        members = None if (lengths == length).all() else np.flatnonzero(lengths == length)
        which = (
            slice(None)
            if members is None
            else (rows.starts[members][:, None] + np.arange(length)).ravel()
        )
        y = rows.y[which].reshape(-1, length * points)
        weight = None if rows.weight is None else rows.weight[which].reshape(y.shape)
        x = (
            np.tile(rows.log10_molar, length)[None]
            if wide
            else rows.log10_molar[which].reshape(y.shape)
        )
        if (x == x[0]).all():
            x = x[:1]
        if not (x[:, 1:] >= x[:, :-1]).all():
            order = np.argsort(x, axis=1, kind="stable")
            x = np.take_along_axis(x, order, axis=1)
            y = np.take_along_axis(y, order, axis=1)
            weight = None if weight is None else np.take_along_axis(weight, order, axis=1)
        yield members, x, y, weight


def _fitted(
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    asked: Asked,
    shared: np.ndarray,
    *,
    wide: bool,
    workers: int,
) -> Iterator[tuple[np.ndarray | None, Any]]:
    """Curves that share a series with many fitted together, all others each with its own doses."""
    keys = dose_keys(x.ravel(), np.arange(0, x.size + 1, x.shape[1]))
    if len(x) == 1 and (wide or keys[0] in shared):
        yield None, _fit_shared(x[0], y, weight, asked, workers)
        return
    if len(x) == 1:
        x, keys = np.broadcast_to(x, y.shape), np.broadcast_to(keys, len(y))
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    alone = []
    for chosen in np.split(order, cuts):
        if keys[chosen[0]] in shared and (x[chosen] == x[chosen[0]]).all():
            yield (
                chosen,
                _fit_shared(
                    x[chosen[0]],
                    y[chosen],
                    None if weight is None else weight[chosen],
                    asked,
                    workers,
                ),
            )
        else:
            alone.append(chosen)
    if alone:
        chosen = np.sort(np.concatenate(alone))
        yield (
            chosen,
            _fit_alone(
                x[chosen], y[chosen], None if weight is None else weight[chosen], asked, workers
            ),
        )


def _fit_shared(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray | None, asked: Asked, workers: int
) -> Any:
    if weight is None:
        return _fit(x, y, None, asked, workers)
    # The engine lays out its table of starts for the weights of the first complete curve; make that always the same one.
    fits = _fit(x, _after_a_line(y), np.concatenate([np.ones((1, x.size)), weight]), asked, workers)
    return _without(fits, 0)


def _fit_alone(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray | None, asked: Asked, workers: int
) -> Any:
    # One more curve whose doses nobody has keeps the engine from taking equal neighbours for a shared series.
    other = x[-1] - 100.0 - np.arange(x.shape[1])
    other[~np.isfinite(other)] = -1000.0
    fits = _fit(
        np.concatenate([other[None], x]),
        _after_a_line(y),
        None if weight is None else np.concatenate([np.ones((1, x.shape[1])), weight]),
        asked,
        workers,
    )
    return _without(fits, 0)


def _after_a_line(y: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(float(y.shape[1]))[None], y])


def _fit(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray | None, asked: Asked, workers: int
) -> Any:
    from tricyclic.numerics.batch.fit import fit_batch

    return fit_batch(
        x,
        y,
        weight=weight,
        model=asked.model,
        hill=asked.hill,
        top=asked.top,
        bottom=asked.bottom,
        limits=asked.limits,
        workers=workers,
    )


def _without(fits: Any, place: int) -> Any:
    from dataclasses import fields, replace

    return replace(
        fits, **{field.name: np.delete(getattr(fits, field.name), place) for field in fields(fits)}
    )


_FROM = {
    "log10_ic50": "log10_ic50",
    "log10_ic50_low": "log10_ic50_low",
    "log10_ic50_high": "log10_ic50_high",
    "hill": "hill",
    "top": "top",
    "bottom": "bottom",
    "residual_sd": "sd",
    "n": "n",
    "status": "status",
    "_rss": "rss",
    "_pure": "pure_error_rss",
    "_df": "df",
    "_df_pure": "df_pure",
}


def _put(out: dict[str, np.ndarray], place: Any, fits: Any) -> None:
    curves = out["n"].size
    for name, source in _FROM.items():
        out.setdefault(name, np.full(curves, np.nan))[place] = getattr(fits, source)


def _p_replicates(
    rss: np.ndarray, pure: np.ndarray, df: np.ndarray, df_pure: np.ndarray
) -> np.ndarray:
    """Lack-of-fit F test: the misfit of the dose means against the scatter of replicates; nan where there are none."""
    from scipy.special import fdtrc

    df_lack = df - df_pure
    with np.errstate(invalid="ignore", divide="ignore"):
        f = np.maximum(rss - pure, 0.0) / df_lack / (pure / df_pure)
        exists = (df_lack > 0) & (df_pure > 0) & np.isfinite(rss) & (pure > 0)
        return np.asarray(np.where(exists, fdtrc(df_lack, df_pure, f), np.nan))
