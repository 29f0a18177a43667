"""Arms compared within blocks, such as treatments of independent cultures.

One value per block and arm, on a scale on which effects add (a logarithm, a percentage, a logit).
A comparison is a contrast: one weighted sum of arms in each block, so that the level of the block
cancels, and Student's t over the blocks. This holds for any variances of the arms, also where an
effect differs between blocks. Where effects are the same in all blocks, `error="pooled"` takes the
scatter of all arms together. Not for readings of one block that are replicates of an arm: average
them before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError
from tricyclic.stats.controls import many_to_one
from tricyclic.stats.mixed_model import MixedModelFit, fit_mixed_model
from tricyclic.stats.multiple_testing import adjust_by_holm
from tricyclic.stats.statistics import (
    MeanEstimate,
    mean_with_interval,
    t_quantile,
    with_t_interval,
)

Floats = NDArray[np.float64]
BlockError = Literal["own", "pooled"]
# Values of a contrast that differ by no more than this share of the largest value are equal.
ROUNDING = 1e-12


@dataclass(frozen=True)
class BlockTable:
    """One value per block and arm.

    Attributes
    ----------
    blocks, arms : tuple of str
    values : array, shape (blocks, arms)
        nan where a block lacks an arm.
    """

    blocks: tuple[str, ...]
    arms: tuple[str, ...]
    values: Floats

    @classmethod
    def from_rows(
        cls, block: Sequence[str], arm: Sequence[str], values: Sequence[float]
    ) -> BlockTable:
        """A table of rows, blocks and arms in the order in which they first occur.

        Raises
        ------
        InputError
            If a block has two values of one arm, which are replicates and have a mean.
        """
        blocks, arms = tuple(dict.fromkeys(block)), tuple(dict.fromkeys(arm))
        table = np.full((len(blocks), len(arms)), np.nan)
        seen: set[tuple[str, str]] = set()
        for one, of_arm, value in zip(block, arm, values, strict=True):
            if (one, of_arm) in seen:
                raise InputError(
                    f"block {one} has two values of arm {of_arm}",
                    allowed="A block has one value of each arm",
                    do="Average replicates first",
                )
            seen.add((one, of_arm))
            table[blocks.index(one), arms.index(of_arm)] = value
        return cls(blocks, arms, table)

    def column(self, arm: str) -> Floats:
        """Values of one arm, shape (blocks,).

        Raises
        ------
        InputError
            If there is no such arm.
        """
        if arm not in self.arms:
            raise InputError(f"no arm {arm}", allowed=f"Arms are {', '.join(self.arms)}")
        return np.asarray(self.values[:, self.arms.index(arm)])


@dataclass(frozen=True)
class BlockContrast:
    """A weighted sum of arms, over blocks.

    Attributes
    ----------
    name : str
    estimate : MeanEstimate
        With limits and p of this contrast alone.
    p_adjusted, low_joint, high_joint : float
        Adjusted for all contrasts of the family; limits that hold for all of them together.
    blocks, lacking : tuple of str
        Blocks in it, and those that lack one of its arms.
    of_blocks : array, shape (blocks,)
        Its value in each block in it.
    """

    name: str
    estimate: MeanEstimate
    p_adjusted: float
    low_joint: float
    high_joint: float
    blocks: tuple[str, ...]
    lacking: tuple[str, ...]
    of_blocks: Floats

    @property
    def n(self) -> int:
        """Number of blocks in it."""
        return len(self.blocks)


@dataclass(frozen=True)
class BlockComparison:
    """Arms against one control.

    Attributes
    ----------
    control : str
    contrasts : tuple of BlockContrast
    test, reason : str
        Name of the test, and why this one.
    adjustment : str
        Of the p values and the joint limits.
    error : {"own", "pooled"}
    """

    control: str
    contrasts: tuple[BlockContrast, ...]
    test: str
    reason: str
    adjustment: str
    error: BlockError


@dataclass(frozen=True)
class Downturn:
    """Whether the last of ordered arms lies below an earlier one.

    Attributes
    ----------
    p : float
        One-sided, adjusted for the number of earlier arms (Holm).
    arm : str
        Earlier arm with the smallest p.
    estimate : MeanEstimate
        Last arm less that one, limits and two-sided p of this contrast alone.
    """

    p: float
    arm: str
    estimate: MeanEstimate


def block_contrast(
    table: BlockTable, weights: Mapping[str, float], name: str = "", *, confidence: float = 0.95
) -> BlockContrast:
    """A weighted sum of arms in each block, with its t interval and test over the blocks.

    With weights 1 and -1 this is the paired t test; with 1, -1, -1 and 1 the interaction of two
    treatments (the effect of a drug with less that without an antagonist).

    Parameters
    ----------
    table : BlockTable
    weights : mapping of str to float
        By arm. Weights that add to 0 cancel the level of a block.
    name : str
    confidence : float

    Returns
    -------
    BlockContrast
        Of blocks that have every arm with a weight. Limits are infinite for one block and missing
        for none; p is missing where blocks do not differ.

    Raises
    ------
    InputError
        If there is no such arm.
    """
    columns = np.array([table.column(arm) for arm in weights])
    values = np.array(list(weights.values())) @ columns
    return _over_blocks(
        table, values, name, float(np.nanmax(np.abs(columns), initial=0)), confidence
    )


def compare_within_blocks(
    table: BlockTable,
    control: str,
    arms: Sequence[str] = (),
    *,
    error: BlockError = "own",
    confidence: float = 0.95,
) -> BlockComparison:
    """Compare arms with one control within blocks.

    Parameters
    ----------
    table : BlockTable
    control : str
    arms : sequence of str
        Default: all others.
    error : {"own", "pooled"}
        own: the differences of each arm from the control have a scatter of their own, the paired t
        test of each, adjusted by Holm. pooled: one scatter of all arms about the levels of their
        blocks, Dunnett's test; a mixed model with Kenward-Roger degrees of freedom where a block
        lacks an arm. pooled finds smaller effects, but assumes that the effects are the same in
        all blocks: where cultures differ in how they respond, its p is too small.
    confidence : float

    Returns
    -------
    BlockComparison

    Raises
    ------
    InputError
        If there is no such arm, or nothing but the control.
    """
    others = tuple(arms) or tuple(arm for arm in table.arms if arm != control)
    if not others:
        raise InputError(f"only the arm {control}", allowed="One arm or more is compared with it")
    alone = [
        block_contrast(table, {arm: 1.0, control: -1.0}, arm, confidence=confidence)
        for arm in others
    ]
    if len(others) == 1:
        return BlockComparison(
            control,
            tuple(alone),
            "paired t test",
            "because two arms are compared within blocks",
            "one comparison, not adjusted",
            "own",
        )
    if error == "pooled":
        return _pooled(table, control, others, alone, confidence)
    return BlockComparison(
        control,
        _bonferroni_limits(alone, confidence),
        "paired t test of each arm",
        "because the effect of an arm may differ between blocks, so that each comparison has a "
        "scatter of its own",
        f"{len(others)} comparisons: p by Holm, joint limits by Bonferroni",
        "own",
    )


def block_trend(
    table: BlockTable, arms: Sequence[str], *, confidence: float = 0.95
) -> BlockContrast:
    """Slope per step of ordered arms: that of each block by least squares, then Student's t over
    the blocks.

    Parameters
    ----------
    table : BlockTable
    arms : sequence of str
        From the lowest on, three or more; a block has its slope over those that it has, if three.
    confidence : float

    Raises
    ------
    InputError
        If there are fewer than three arms, or one does not exist.
    """
    if len(arms) < 3:
        raise InputError(f"{len(arms)} arms", allowed="A trend is over three arms or more")
    columns = np.array([table.column(arm) for arm in arms]).T
    slopes = np.full(len(table.blocks), np.nan)
    for k, row in enumerate(columns):
        present = np.flatnonzero(np.isfinite(row))
        if present.size >= 3:
            steps = present - present.mean()
            slopes[k] = steps @ row[present] / (steps @ steps)
    size = float(np.nanmax(np.abs(columns), initial=0))
    return _over_blocks(table, slopes, "trend", size, confidence)


def block_downturn(table: BlockTable, arms: Sequence[str], *, confidence: float = 0.95) -> Downturn:
    """Test whether the last of ordered arms lies below any earlier one.

    Parameters
    ----------
    table : BlockTable
    arms : sequence of str
        From the lowest on, two or more.
    confidence : float

    Raises
    ------
    InputError
        If there are fewer than two arms, or one does not exist.
    """
    if len(arms) < 2:
        raise InputError(f"{len(arms)} arms", allowed="A downturn is among two arms or more")
    last = arms[-1]
    each = [
        block_contrast(table, {last: 1.0, arm: -1.0}, arm, confidence=confidence)
        for arm in arms[:-1]
    ]
    one_sided = [
        0.5 * c.estimate.p if c.estimate.value < 0 else 1.0 - 0.5 * c.estimate.p for c in each
    ]
    adjusted = adjust_by_holm(one_sided)
    known = [k for k, p in enumerate(adjusted) if np.isfinite(p)]
    if not known:
        return Downturn(float("nan"), "", each[0].estimate)
    first = min(known, key=lambda k: (one_sided[k], k))
    return Downturn(adjusted[first], each[first].name, each[first].estimate)


def _over_blocks(
    table: BlockTable, values: Floats, name: str, size: float, confidence: float
) -> BlockContrast:
    present = np.isfinite(values)
    blocks = tuple(b for b, is_in in zip(table.blocks, present, strict=True) if is_in)
    lacking = tuple(b for b, is_in in zip(table.blocks, present, strict=True) if not is_in)
    used = values[present]
    nan = float("nan")
    if not used.size:
        estimate = MeanEstimate(nan, nan, 0.0, nan, nan)
    elif used.size > 1 and float(np.ptp(used)) <= ROUNDING * size:
        # Blocks that agree to rounding leave nothing to test against.
        estimate = MeanEstimate(float(used.mean()), 0.0, used.size - 1.0, nan, nan)
    else:
        estimate = mean_with_interval(used, confidence=confidence)
        if used.size > 1:
            estimate = with_t_interval(estimate.value, estimate.se, estimate.df, confidence)
    return BlockContrast(
        name, estimate, estimate.p, estimate.low, estimate.high, blocks, lacking, used
    )


def _bonferroni_limits(
    contrasts: Sequence[BlockContrast], confidence: float
) -> tuple[BlockContrast, ...]:
    adjusted = adjust_by_holm([c.estimate.p for c in contrasts])
    level = 1.0 - (1.0 - confidence) / len(contrasts)
    out = []
    for contrast, p in zip(contrasts, adjusted, strict=True):
        e = contrast.estimate
        reach = t_quantile(e.df, level) * e.se if e.se > 0 else float("nan")
        low, high = (e.value - reach, e.value + reach) if e.se > 0 else (e.low, e.high)
        out.append(replace(contrast, p_adjusted=p, low_joint=low, high_joint=high))
    return tuple(out)


def _pooled(
    table: BlockTable,
    control: str,
    others: Sequence[str],
    alone: Sequence[BlockContrast],
    confidence: float,
) -> BlockComparison:
    arms = (control, *others)
    values = np.array([table.column(arm) for arm in arms]).T
    used = np.isfinite(values).any(axis=1)
    y = values[used]
    rows = np.hstack([-np.ones((len(others), 1)), np.eye(len(others))])
    if np.isfinite(y).all():
        effects, spread, df = _block_model(y, rows)
        test, reason = (
            "Dunnett's test with the error of the block model",
            "every block has each arm",
        )
    else:
        effects, spread, df = _mixed_model(y, rows)
        test = "Dunnett's adjustment of a mixed model with Kenward-Roger degrees of freedom"
        reason = f"{int((~np.isfinite(y)).sum())} cells of blocks and arms are missing"
    joint, _ = many_to_one(effects, spread, float(df.min()), confidence=confidence)
    contrasts = []
    for k, (contrast, both) in enumerate(zip(alone, joint, strict=True)):
        single = with_t_interval(
            float(effects[k]), float(np.sqrt(spread[k, k])), float(df[k]), confidence
        )
        contrasts.append(
            replace(
                contrast,
                estimate=single,
                p_adjusted=max(both.p, single.p),
                low_joint=both.low,
                high_joint=both.high,
            )
        )
    return BlockComparison(
        control,
        tuple(contrasts),
        test,
        f"because {reason} and the effects were stated to be the same in all blocks",
        f"{len(others)} comparisons: p and joint limits by Dunnett",
        "pooled",
    )


def _block_model(y: Floats, rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Contrasts of arms, their covariance and degrees of freedom; y has shape (blocks, arms)."""
    n, k = y.shape
    df = (n - 1) * (k - 1)
    if df < 1:
        raise InputError("one block", allowed="Arms are compared in two blocks or more")
    residual = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    variance = float((residual**2).sum()) / df
    if float(np.ptp(residual)) <= ROUNDING * float(np.abs(y).max()):
        variance = 0.0
    spread = variance / n * rows @ rows.T
    return rows @ y.mean(axis=0), spread, np.full(rows.shape[0], float(df))


def _mixed_model(y: Floats, rows: Floats) -> tuple[Floats, Floats, Floats]:
    block, arm = np.nonzero(np.isfinite(y))
    fit: MixedModelFit = fit_mixed_model(
        y[block, arm], np.eye(y.shape[1])[arm], block, arm.astype(float)
    )
    single = [fit.contrast(row) for row in rows]
    count = rows.shape[0]
    spread = np.diag([e.se**2 for e in single])
    for i in range(count):
        for j in range(i):
            # Of the difference of two contrasts, which has a standard error of its own.
            between = fit.contrast(rows[i] - rows[j]).se ** 2
            spread[i, j] = spread[j, i] = 0.5 * (spread[i, i] + spread[j, j] - between)
    return rows @ fit.coefficients, spread, np.array([e.df for e in single])
