"""Compares the profile-likelihood limits of many curves with profiles over a dense grid of slopes.

    python tools/comparisons/limits_and_profiles.py [--curves 1000] [--seed 5]

Seeded hard curves: Poisson counts with midpoints within and beyond the doses and 10 % flat, with
plateaus free and fixed, and curves of few doses a decade apart. The profile at a log10 IC50 is the
least residual sum over 160 slopes from 0.05 to 1000, narrowed twice about the best one; it shares
no code with the fits. Counted are a side that is open although the profile rises above the
criterion within the bounds (`open_wrong`), a limit with higher sums inside (`too_wide`) or with
lower sums just beyond it (`too_narrow`), an optimum that the profile beats (`missed`), an estimate
outside its limits (`excluded`), and limits that are no numbers (`no_number`).
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, stdtrit

from tricyclic.numerics.batch.fit import BatchFits, fit_batch

LN10 = np.log(10.0)
SLOPES = np.concatenate([np.geomspace(0.05, 8.0, 90), np.geomspace(8.2, 1000.0, 70)])
# Slopes of each of the two narrower grids, and decades beyond the doses that are searched.
NARROWER, REACH = 9, 3.0
# By what share of the permitted rise, and of the residual sum, a profile has to be off.
OF_RISE, OF_SUM = 0.01, 1e-9
# How far beyond a limit, as a share of its distance, the profile has to have risen; distances in
# decades below which limits are those of rounding.
BEYOND, LEAST = 0.005, 1e-5
AT_ONCE = 100


@dataclass(frozen=True)
class CurveSet:
    """Readings of shape (curves, doses, replicates) at log10 doses (doses,), and what is fixed."""

    name: str
    x: np.ndarray
    y: np.ndarray
    fixed: dict[str, float]


def curve_sets(curves: int, seed: int) -> Iterator[CurveSet]:
    """The sets that are compared."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-10.0, -4.0, 10)
    top = rng.uniform(1500.0, 6000.0, curves)
    bottom = np.where(rng.random(curves) < 0.1, top, top * rng.uniform(0.05, 0.2, curves))
    middle, hill = rng.uniform(-11.0, -3.0, curves), rng.uniform(0.4, 2.5, curves)
    mean = bottom[:, None] + (top - bottom)[:, None] * _falling(x, middle, hill)
    sd = np.sqrt(mean + (0.05 * mean) ** 2)
    y = rng.normal(mean[..., None], sd[..., None], (curves, x.size, 3))
    for fixed in ({}, {"bottom": 0.0}, {"bottom": 300.0}, {"top": 4000.0}):
        yield CurveSet("counts", x, y, fixed)
    yield CurveSet("counts", x, y, {"bottom": 300.0, "top": 4000.0})
    yield CurveSet("counts, one replicate", x, y[:, :, :1], {})
    for doses, scatter in ((7, 30.0), (5, 10.0)):
        x = np.linspace(-9.0, -3.0 - (7 - doses), doses)
        middle = rng.uniform(x[0] + 0.5, x[-1] - 0.5, curves)
        mean = 100.0 * _falling(x, middle, rng.uniform(0.5, 3.0, curves))
        y = mean[..., None] + rng.normal(0.0, scatter, (curves, doses, 2))
        yield CurveSet(f"{doses} doses a decade apart", x, y, {})


def _falling(x: np.ndarray, middle: np.ndarray, hill: np.ndarray) -> np.ndarray:
    return np.asarray(expit(-LN10 * hill[:, None] * (x - middle[:, None])))


def least_sums(
    curves: CurveSet, means: np.ndarray, middles: np.ndarray, falls: np.ndarray
) -> np.ndarray:
    """Least sum of squares of means (curves, doses) about curves with midpoints (curves, places),
    in the direction `falls` (curves,): shape (curves, places).
    """
    out = np.empty(middles.shape)
    for first in range(0, len(middles), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        slopes = np.broadcast_to(SLOPES, (*middles[some].shape, SLOPES.size))
        best = np.full(middles[some].shape, np.inf)
        for _ in range(3):
            sums = _sums(curves, means[some], middles[some], slopes, falls[some])
            best = np.minimum(best, sums.min(-1))
            at = sums.argmin(-1)[..., None]
            low = np.take_along_axis(slopes, np.maximum(at - 1, 0), -1)
            high = np.take_along_axis(slopes, np.minimum(at + 1, slopes.shape[-1] - 1), -1)
            slopes = low * (high / low) ** np.linspace(0.0, 1.0, NARROWER)
        out[some] = best
    return out


def _sums(
    curves: CurveSet, means: np.ndarray, middles: np.ndarray, slopes: np.ndarray, falls: np.ndarray
) -> np.ndarray:
    """Sums of squares for slopes (curves, places, slopes), free plateaus by least squares."""
    tau = LN10 * slopes[..., None] * (curves.x - middles[..., None, None])
    # Share of the plateau at low doses, and of that at high doses with digits of its own.
    low, high = expit(-tau), expit(tau)
    fixed = curves.fixed
    down = falls[:, None, None, None]
    y = means[:, None, None, :]
    if len(fixed) == 2:
        at_top = np.where(down, low, high)
        readings = y - fixed["bottom"] - (fixed["top"] - fixed["bottom"]) * at_top
        return np.asarray((readings**2).sum(-1))
    if fixed:
        # The free plateau is that at low doses where the lower one is fixed and the curve falls.
        shape = np.where(down == ("bottom" in fixed), low, high)
        readings = y - next(iter(fixed.values()))
    else:
        shape, readings = low - low.mean(-1, keepdims=True), y - y.mean(-1, keepdims=True)
    norm = (shape**2).sum(-1)
    gain = (shape * readings).sum(-1) ** 2 / np.maximum(norm, 1e-28 * curves.x.size)
    return np.asarray((readings**2).sum(-1) - gain)


def counts(curves: CurveSet) -> Counter[str]:
    """What the profiles show about the fits of a set."""
    fits = fit_batch(curves.x, curves.y, **curves.fixed)
    replicates = curves.y.shape[2]
    means, falls = curves.y.mean(2), fits.hill < 0.0
    pure = ((curves.y - means[..., None]) ** 2).sum((1, 2))
    df = curves.x.size * replicates - 4 + len(curves.fixed)
    rise = stdtrit(df, 0.975) ** 2 * fits.rss / df
    spare = OF_RISE * rise + OF_SUM * fits.rss

    def height(middles: np.ndarray) -> np.ndarray:
        sums = replicates * least_sums(curves, means, middles, falls) + pure[:, None]
        return np.asarray(sums - fits.rss[:, None])

    bounds = (curves.x.min() - REACH, curves.x.max() + REACH)
    everywhere = height(np.tile(np.linspace(*bounds, 49), (len(fits), 1)))
    seen = Counter(sides=2 * len(fits), missed=int((everywhere.min(1) < -spare).sum()))
    for side, limit in enumerate((fits.log10_ic50_low, fits.log10_ic50_high)):
        seen += _of_side(fits, height, rise, spare, side, limit, bounds[side])
    return seen


def _of_side(
    fits: BatchFits,
    height: Callable[[np.ndarray], np.ndarray],
    rise: np.ndarray,
    spare: np.ndarray,
    side: int,
    limit: np.ndarray,
    edge: float,
) -> Counter[str]:
    away, own, is_open = 2 * side - 1, fits.log10_ic50, np.isinf(limit)
    end = np.where(is_open, edge, np.where(np.isnan(limit), own, limit))
    share = np.linspace(0.04, 1.0, 25)
    last = np.where(is_open, 1.0, 1.0 - BEYOND)[:, None]
    inside = own[:, None] + (end - own)[:, None] * np.minimum(share, last)
    far = np.abs(end - own) > LEAST
    is_high = far & (height(inside) > (rise + spare)[:, None]).any(1)
    beyond = end + away * np.maximum(BEYOND * np.abs(end - own), LEAST)
    is_low = far & ~is_open & (away * (beyond - edge) < 0.0)
    is_low &= height(beyond[:, None])[:, 0] < rise - spare
    return Counter(
        open=int(is_open.sum()),
        open_wrong=int((is_high & is_open).sum()),
        too_wide=int((is_high & ~is_open).sum()),
        too_narrow=int(is_low.sum()),
        excluded=int((away * (limit - own) < 0.0).sum()),
        no_number=int(np.isnan(limit).sum()),
    )


def main() -> None:
    """Print the counts of every set and of all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--curves", type=int, default=1000, help="curves of a set")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    for curves in curve_sets(options.curves, options.seed):
        seen = counts(curves)
        total += seen
        fixed = ", ".join(f"{name} {value:g}" for name, value in curves.fixed.items())
        print(f"{curves.name} ({fixed or 'nothing fixed'}): {_in_words(seen)}", flush=True)
    print(f"all: {_in_words(total)}")


def _in_words(seen: Counter[str]) -> str:
    names = ("sides", "open", "missed", "open_wrong", "too_wide", "too_narrow", "excluded")
    return ", ".join(f"{name} {seen[name]}" for name in (*names, "no_number"))


if __name__ == "__main__":
    main()
