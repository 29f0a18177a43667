"""Whether a curve rises significantly and falls significantly: bell-shaped and U-shaped curves.

No monotone model describes such a curve, and its fit as a sigmoid is not evidence that nothing
happens. The size of the test does not depend on the shape of the monotone curve.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.inputs import check_arrays
from tricyclic.numerics.batch.layout import read_only

# Probability that a monotone curve is called not monotone, at most.
LEVEL = 0.01
# The smaller of rise and fall must be this share of the larger one (default threshold): a plateau
# that declines a little leaves a sigmoid a good description.
MIN_SHARE = 0.2
# With fewer different doses a turn is one reading between two.
MIN_DOSES = 4
# More doses than this are merged with their neighbours, which leaves a monotone curve monotone.
MAX_LEVELS = 24
# Curves of which the designs are taken before the others are tested.
_TRIED = 256
_SIMULATIONS = 40_000
_SEED = 20_261_129
TURN_ROWS = 6
_DIRECTION, _RISE, _FALL, _T, _LEVELS, _DF_PURE = range(TURN_ROWS)


@dataclass(frozen=True)
class MonotoneTest:
    """Test of many curves; all arrays have shape (curves,).

    Parameters
    ----------
    turn : array of int
        1 where the curve rises significantly and then falls significantly (a bell), -1 where it
        falls and then rises, 0 elsewhere.
    before, after : array
        Change from the first doses to the turn and from there to the last doses, in the units of
        the readings, of the most significant turn; nan where the curve has too few doses.
    t, critical : array
        The smaller of the two t statistics, and its critical value for the design; nan likewise.
    """

    turn: np.ndarray
    before: np.ndarray
    after: np.ndarray
    t: np.ndarray
    critical: np.ndarray

    @property
    def not_monotone(self) -> np.ndarray:
        """Whether each curve is called not monotone, shape (curves,)."""
        return np.asarray(self.turn != 0)


def monotone_test(
    log10_molar: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    level: float = LEVEL,
    min_share: float = MIN_SHARE,
    significant_only: bool = False,
) -> MonotoneTest:
    """Test every curve for a significant rise and a significant fall.

    Parameters
    ----------
    log10_molar : array, shape (points,) or (curves, points)
        Dose of each point as log10 of molar; -inf is a well without compound, inf one with
        saturating compound, nan a missing point. Points with equal dose are replicates.
    y : array, shape (curves, points) or (curves, points, replicates)
        Readings in any unit; nan is missing.
    weight : array, shape of y, or broadcasting to it, optional
        1 / variance of each reading up to a common factor; a reading of weight nan or 0 is not
        used.
    level : float
        Probability that a monotone curve is called not monotone, at most.
    min_share : float
        Share of the larger of rise and fall that the smaller one must have.
    significant_only : bool
        Whether `before`, `after` and `t` may be 0 for curves without a significant turn, which is
        several times as fast.

    Returns
    -------
    MonotoneTest

    Raises
    ------
    InputError
        If shapes do not fit together.

    Notes
    -----
    For every block of neighbouring doses the mean of the block is compared with the mean of the
    first doses and with that of the last doses; the statistic is the smaller of the two t, at the
    block and the doses where it is largest (intersection-union: both must be significant). Where
    the mean rises with dose, a comparison of a block with later doses expects no fall at any block,
    so its largest t is at most that of readings without any trend, whose distribution is simulated
    for the number of doses and of degrees of freedom. So the size is at most `level` whatever the
    monotone curve; it is attained by none, because the rise must be significant too.

    The variance is that among replicates where there are as many degrees of freedom as doses.
    Otherwise the squared distances of each dose from the mean of its two neighbours are added: they
    overestimate the variance of a curved mean and never underestimate it on average [Gasser, Sroka
    & Jennen-Steinmetz 1986, doi:10.1093/biomet/73.3.625].
    """
    arrays = check_arrays(log10_molar, y, weight)
    curves = arrays.n_curves
    x = arrays.x if arrays.x.ndim == 2 else arrays.x[None]
    order = np.argsort(x, axis=1, kind="stable")
    unit = np.ones((1, 1, 1))
    out = np.full((TURN_ROWS, curves), np.nan)
    doses = np.ascontiguousarray(np.take_along_axis(x, order, axis=1))
    places = np.ascontiguousarray(order.astype(np.int64))
    weighted = arrays.weight is not None
    critical = np.full(curves, np.nan)
    known = np.zeros((MAX_LEVELS + 1, arrays.y.shape[1] * arrays.y.shape[2] + 1))
    # The first curves show which designs there are; for others no t is too small to be looked at.
    for first, end in ((0, min(_TRIED, curves)), (_TRIED, curves)):
        if first >= end:
            continue
        part = slice(first, end)
        # An array of its own: one more copy of the kernel would be compiled for a part of another.
        scanned = np.full((TURN_ROWS, end - first), np.nan)
        _scan(
            doses[part] if len(doses) > 1 else doses,
            places[part] if len(places) > 1 else places,
            read_only(arrays.y[part]),
            read_only(arrays.weight[part] if arrays.weight is not None else unit),
            weighted,
            known,
            scanned,
        )
        out[:, part] = scanned
        critical[part] = _critical(out[:, part], level, known if significant_only else None)
    rise, fall, t = out[_RISE], out[_FALL], out[_T]
    with np.errstate(invalid="ignore"):
        share = np.minimum(np.abs(rise), np.abs(fall)) / np.maximum(np.abs(rise), np.abs(fall))
        turns = (t > critical) & (share >= min_share)
    turn = np.where(turns, np.nan_to_num(out[_DIRECTION]), 0.0).astype(np.int64)
    return MonotoneTest(turn, rise, -fall, t, critical)


def _critical(out: np.ndarray, level: float, known: np.ndarray | None) -> np.ndarray:
    """Critical t of each curve by its design; also written to `known`, shape (levels, df)."""
    critical = np.full(out.shape[1], np.nan)
    tested = np.isfinite(out[_LEVELS])
    designs = np.where(tested, out[_LEVELS] * 1e7 + out[_DF_PURE], -1.0)
    for design in np.unique(designs[tested]):
        levels, df = divmod(int(design), 10_000_000)
        value = critical_t(levels, df, level)
        critical[designs == design] = value
        if known is not None:
            known[levels, df] = value
    return critical


@lru_cache(maxsize=4096)
def critical_t(levels: int, df_pure: int, level: float = LEVEL) -> float:
    """Value that the largest t of a fall exceeds with probability `level` where nothing changes.

    Parameters
    ----------
    levels : int
        Different doses, from 4.
    df_pure : int
        Degrees of freedom among replicates.
    level : float
    """
    largest, second = _flat_curves(levels)
    rng = np.random.default_rng((_SEED, levels, df_pure))
    pure = rng.chisquare(df_pure, largest.size) if df_pure else np.zeros(largest.size)
    variance = pure / df_pure if df_pure >= levels else (pure + second) / (df_pure + levels - 2)
    return float(np.quantile(largest / np.sqrt(variance), 1.0 - level))


@lru_cache(maxsize=MAX_LEVELS)
def _flat_curves(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest contrast of a fall of simulated flat curves with unit variance, and their sum of
    squared second differences, two arrays of shape (simulations,).
    """
    rng = np.random.default_rng((_SEED, levels))
    y = rng.standard_normal((_SIMULATIONS, levels))
    sums = np.zeros((levels + 1, _SIMULATIONS))
    np.cumsum(y.T, axis=0, out=sums[1:])
    largest = np.full(_SIMULATIONS, -np.inf)

    def raise_to(a: int, b: int, c: int, d: int) -> None:
        """Mean of doses a to b less that of doses c to d (ends excluded), per standard error."""
        first, second = float(b - a), float(d - c)
        change = (sums[b] - sums[a]) * second - (sums[d] - sums[c]) * first
        np.maximum(largest, change / math.sqrt(first * second * (first + second)), out=largest)

    for i in range(levels - 1):
        for j in range(i, levels - 1):
            # The block i to j against the last doses, and the first doses against it.
            for last in range(j + 1, levels):
                raise_to(i, j + 1, last, levels)
            for end in range(1, i + 1):
                raise_to(0, end, i, j + 1)
    off = y[:, 1:-1] - 0.5 * (y[:, :-2] + y[:, 2:])
    return largest, np.asarray((off**2).sum(axis=1) / 1.5)


@compiled(entry=True)
def _scan(doses, order, y, weight, weighted, known, out):
    """Fill the columns of `out`, one per curve; doses ascend, and `order` sorts the readings. Turns
    of a t below that in `known`, shape (levels, df), are not searched.
    """
    curves, points, _ = y.shape
    mean, total = np.zeros(points), np.zeros(points)
    sums = np.zeros((2, points + 1))
    ends = np.zeros((4, points + 1))
    of_curve = np.zeros(out.shape[0])
    for k in range(curves):
        of_curve[:] = math.nan
        scan_turns(
            doses[k if doses.shape[0] > 1 else 0],
            order[k if doses.shape[0] > 1 else 0],
            y[k],
            weight[k if weighted else 0],
            weighted,
            known,
            mean,
            total,
            sums,
            ends,
            of_curve,
        )
        out[:, k] = of_curve


@compiled(allocates=False)
def scan_turns(doses, order, y, weight, weighted, known, mean, total, sums, ends, out):
    """Fill `out`, shape (TURN_ROWS,), for one curve.

    Parameters
    ----------
    doses, order : array, shape (points,)
        In ascending order, nan last; place of each among the points of the readings.
    y, weight : array, shape (points, replicates)
        weight is used where `weighted`.
    known : array, shape (levels, df)
        Smallest t that is looked for.
    mean, total, sums, ends : array, shape (points,), (points,), (2, points + 1), (4, points + 1)
        Scratch.
    """
    points, replicates = y.shape
    levels = 0
    pure, df = 0.0, 0
    p = 0
    lowest, highest = math.inf, -math.inf
    usable = True
    while p < points:
        dose = doses[p]
        if math.isnan(dose):
            break
        end = p
        sum_w = sum_wy = 0.0
        n = 0
        while end < points and doses[end] == dose:
            at = order[end]
            for r in range(replicates):
                w = weight[at, r] if weighted else 1.0
                if not math.isnan(y[at, r]) and w > 0.0:
                    sum_w += w
                    sum_wy += w * y[at, r]
                    n += 1
            end += 1
        if n:
            level = sum_wy / sum_w
            usable = usable and math.isfinite(level) and math.isfinite(sum_w)
            for q in range(p, end):
                at = order[q]
                for r in range(replicates):
                    w = weight[at, r] if weighted else 1.0
                    if not math.isnan(y[at, r]) and w > 0.0:
                        pure += w * (y[at, r] - level) ** 2
            mean[levels], total[levels] = level, sum_w
            lowest, highest = min(lowest, level), max(highest, level)
            df += n - 1
            levels += 1
        p = end
    if levels < MIN_DOSES or not usable or not math.isfinite(pure):
        return
    levels = _merge(mean, total, levels)
    if df >= levels:
        variance = pure / df
    else:
        second = _second_differences(mean, total, levels)
        variance = (pure + second) / (df + levels - 2)
    # Readings without scatter, as a table of calculated values has them.
    least = 1e-9 * (highest - lowest)
    mean_weight = total[:levels].sum() / levels
    variance = max(variance, least * least * mean_weight)
    if not variance > 0.0:
        return
    _cumulate(mean, total, levels, sums)
    _extremes(mean, levels, ends)
    _largest_turn(sums, ends, levels, math.sqrt(variance), known[levels, df], out)
    out[_LEVELS], out[_DF_PURE] = levels, df


@compiled(allocates=False)
def is_turn(out, critical, min_share):
    """Whether a turn of `scan_turns` is significant: its t above that in `critical`, shape (levels,
    df), and the smaller change at least a share `min_share` of the larger.
    """
    if math.isnan(out[_LEVELS]) or out[_DIRECTION] == 0.0:
        return False
    if not out[_T] > critical[int(out[_LEVELS]), int(out[_DF_PURE])]:
        return False
    before, after = abs(out[_RISE]), abs(out[_FALL])
    return min(before, after) / max(before, after) >= min_share


@compiled(allocates=False)
def _merge(mean, total, levels):
    """Merge neighbouring doses into at most MAX_LEVELS groups; gives how many there are."""
    if levels <= MAX_LEVELS:
        return levels
    for g in range(MAX_LEVELS):
        begin, end = g * levels // MAX_LEVELS, (g + 1) * levels // MAX_LEVELS
        sum_w = sum_wy = 0.0
        for i in range(begin, end):
            sum_w += total[i]
            sum_wy += total[i] * mean[i]
        mean[g], total[g] = sum_wy / sum_w, sum_w
    return MAX_LEVELS


@compiled(allocates=False)
def _cumulate(mean, weight, levels, sums):
    """Cumulative weights and weighted means, shape (2, levels + 1)."""
    for i in range(levels):
        sums[0, i + 1] = sums[0, i] + weight[i]
        sums[1, i + 1] = sums[1, i] + weight[i] * mean[i]


@compiled(allocates=False)
def _contrast(sums, a, b, c, d):
    """Mean of doses c to d minus that of doses a to b (ends excluded), per standard deviation of a
    reading of weight 1.
    """
    first, second = sums[0, b] - sums[0, a], sums[0, d] - sums[0, c]
    # (B / second - A / first) / sqrt(1 / first + 1 / second), with one division less.
    change = (sums[1, d] - sums[1, c]) * first - (sums[1, b] - sums[1, a]) * second
    return change / math.sqrt(first * second * (first + second))


@compiled(allocates=False)
def _difference(sums, a, b, c, d):
    return (sums[1, d] - sums[1, c]) / (sums[0, d] - sums[0, c]) - (sums[1, b] - sums[1, a]) / (
        sums[0, b] - sums[0, a]
    )


@compiled(allocates=False)
def _second_differences(mean, weight, levels):
    """Squared distances from the mean of both neighbours, each over its variance."""
    total = 0.0
    for i in range(1, levels - 1):
        off = mean[i] - 0.5 * (mean[i - 1] + mean[i + 1])
        total += off * off / (1.0 / weight[i] + 0.25 * (1.0 / weight[i - 1] + 1.0 / weight[i + 1]))
    return total


@compiled(allocates=False)
def _extremes(mean, levels, ends):
    """Least and largest mean of the first and of the last doses, shape (4, levels + 1)."""
    ends[0, 0], ends[1, 0] = math.inf, -math.inf
    ends[2, levels], ends[3, levels] = math.inf, -math.inf
    for i in range(levels):
        ends[0, i + 1] = min(ends[0, i], mean[i])
        ends[1, i + 1] = max(ends[1, i], mean[i])
    for i in range(levels - 1, -1, -1):
        ends[2, i] = min(ends[2, i + 1], mean[i])
        ends[3, i] = max(ends[3, i + 1], mean[i])


@compiled(allocates=False)
def _can_turn(sums, ends, levels, i, j, best):
    """Whether the block i to j can have a turn of more than `best`: the mean of some of the first
    (last) doses is no further from that of the block than their least or largest one, and their
    weight no more than that of all of them.
    """
    block = sums[0, j] - sums[0, i]
    mean = (sums[1, j] - sums[1, i]) / block
    head, tail = sums[0, i], sums[0, levels] - sums[0, j]
    # Squared contrast per squared difference, a little more against rounding.
    before = 1.0000001 * block * head / (block + head)
    after = 1.0000001 * block * tail / (block + tail)
    slack = 1e-12 * max(abs(ends[0, levels]), abs(ends[1, levels]))
    up, fall = mean - ends[0, i] + slack, mean - ends[2, j] + slack
    down, rise = ends[1, i] - mean + slack, ends[3, j] - mean + slack
    square = best * best
    if up > 0.0 and fall > 0.0 and min(up * up * before, fall * fall * after) > square:
        return True
    return down > 0.0 and rise > 0.0 and min(down * down * before, rise * rise * after) > square


@compiled(allocates=False)
def _largest_turn(sums, ends, levels, sd, least, out):
    """Fill direction, changes and t of the most significant turn; of turns with a t
    below `least`, none.
    """
    best = 0.999999 * least * sd
    out[_DIRECTION], out[_T], out[_RISE], out[_FALL] = 0.0, 0.0, 0.0, 0.0
    for i in range(1, levels - 1):
        for j in range(i + 1, levels):
            # The block i to j (end excluded) against the first and the last doses.
            if best > 0.0 and not _can_turn(sums, ends, levels, i, j, best):
                continue
            up, down, up_head, down_head = -math.inf, -math.inf, 1, 1
            for end in range(1, i + 1):
                t = _contrast(sums, 0, end, i, j)
                if t > up:
                    up, up_head = t, end
                if -t > down:
                    down, down_head = -t, end
            if max(up, down) <= best:
                continue
            falls, rises, falls_tail, rises_tail = -math.inf, -math.inf, j, j
            for last in range(j, levels):
                t = _contrast(sums, i, j, last, levels)
                if -t > falls:
                    falls, falls_tail = -t, last
                if t > rises:
                    rises, rises_tail = t, last
            for direction, before, after, head, tail in (
                (1.0, up, falls, up_head, falls_tail),
                (-1.0, down, rises, down_head, rises_tail),
            ):
                smaller = min(before, after)
                if smaller > best:
                    best = smaller
                    out[_DIRECTION], out[_T] = direction, smaller / sd
                    out[_RISE] = _difference(sums, 0, head, i, j)
                    out[_FALL] = -_difference(sums, i, j, tail, levels)
