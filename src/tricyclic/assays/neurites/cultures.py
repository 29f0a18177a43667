"""Values of the arms of cultures, from their fields and cells; n is the number of cultures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.neurites.scatter import field_correlation
from tricyclic.core.culture_arms import CultureArm, arm_order
from tricyclic.core.neurites import NeuriteCell, NeuriteTable
from tricyclic.results.neurites import ArmSummary, CultureValue, Measure
from tricyclic.stats.beta_binomial import proportion_limits
from tricyclic.stats.blocks import BlockTable
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval

NOTHING = MeanEstimate(math.nan, math.nan, 0.0, math.nan, math.nan)


def culture_values(table: NeuriteTable, threshold: int) -> tuple[CultureValue, ...]:
    """Cells of all fields of each arm of each culture, in the usual order of the arms.

    Every counted cell has the same weight, so that a field with few cells does not count as much as
    one with many.

    Parameters
    ----------
    table : NeuriteTable
    threshold : int
        Index into its thresholds.
    """
    counts: dict[tuple[str, CultureArm], list[tuple[str, int, int]]] = {}
    for one in table.fields:
        if not one.excluded:
            row = (one.well, one.cells, one.positive[threshold])
            counts.setdefault((one.culture, one.arm), []).append(row)
    lengths: dict[tuple[str, CultureArm], list[NeuriteCell]] = {}
    for cell in table.cells:
        if cell.state != "excluded" and cell.arm is not None:
            lengths.setdefault((cell.culture, cell.arm), []).append(cell)
    used = [one for one in table.fields if not one.excluded]
    correlation = field_correlation(used, threshold)
    correlation = correlation if correlation > 0 else 0.0
    cultures = list(dict.fromkeys(culture for culture, _ in counts))
    arms = sorted({arm for _, arm in counts}, key=lambda arm: arm_order(arm, table.stimulus))
    values = []
    for arm in arms:
        for culture in cultures:
            rows = counts.get((culture, arm))
            if not rows:
                continue
            cells, positive = sum(n for _, n, _ in rows), sum(y for _, _, y in rows)
            own = proportion_limits([y for _, _, y in rows], [n for _, n, _ in rows], correlation)
            longest, total = _lengths(lengths.get((culture, arm), ()))
            values.append(
                CultureValue(
                    culture,
                    arm,
                    len({well for well, _, _ in rows if well}),
                    len(rows),
                    cells,
                    positive,
                    100.0 * positive / cells,
                    100.0 * own.low,
                    100.0 * own.high,
                    longest,
                    total,
                )
            )
    return tuple(values)


def _lengths(cells: Sequence[NeuriteCell]) -> tuple[float, float]:
    longest = [c.longest for c in cells if c.longest > 0]
    total = [c.total for c in cells if math.isfinite(c.total)]
    return (
        float(np.mean(longest)) if longest else math.nan,
        float(np.mean(total)) if total else math.nan,
    )


def on_test_scale(value: CultureValue, measure: Measure) -> float:
    """A value on the scale of its test: percent, logit of the share, logarithm of a length.

    The logit is that of (positive + 1/2) / (cells + 1) [Haldane 1956,
    doi:10.1111/j.1469-1809.1955.tb01285.x], which exists for no or only positive cells.
    """
    if measure == "percent":
        return value.percent
    if measure == "odds":
        return math.log((value.positive + 0.5) / (value.cells - value.positive + 0.5))
    length = value.longest if measure == "longest" else value.total
    return math.log(length) if length > 0 else math.nan


def block_table(values: Sequence[CultureValue], measure: Measure) -> BlockTable:
    """Values of one measure on the scale of its test, cultures by arms."""
    cultures = list(dict.fromkeys(value.culture for value in values))
    arms = list(dict.fromkeys(value.arm for value in values))
    numbers = np.full((len(cultures), len(arms)), np.nan)
    for value in values:
        place = cultures.index(value.culture), arms.index(value.arm)
        numbers[place] = on_test_scale(value, measure)
    return BlockTable(tuple(cultures), tuple(arm_key(arm) for arm in arms), numbers)


def arm_key(arm: CultureArm) -> str:
    """An arm in words that differ for all arms."""
    return f"{arm.label()}|{arm.stimulus}"


def arm_summaries(
    values: Sequence[CultureValue], *, confidence: float = 0.95
) -> tuple[ArmSummary, ...]:
    """Means over cultures of each arm, in the order of the values."""
    summaries = []
    for arm in dict.fromkeys(value.arm for value in values):
        own = [value for value in values if value.arm == arm]
        cells, positive = sum(v.cells for v in own), sum(v.positive for v in own)
        # Exact for no success among independent cells.
        none = 100.0 * (1.0 - (1.0 - confidence) ** (1.0 / cells))
        most = none if positive == 0 else math.nan
        summaries.append(
            ArmSummary(
                arm,
                len(own),
                cells,
                positive,
                _within(mean_with_interval([v.percent for v in own], confidence=confidence)),
                _geometric([v.longest for v in own], confidence),
                _geometric([v.total for v in own], confidence),
                most,
            )
        )
    return tuple(summaries)


def _within(mean: MeanEstimate) -> MeanEstimate:
    """Limits of a percentage, which end at 0 and 100."""
    return MeanEstimate(
        mean.value, mean.se, mean.df, max(mean.low, 0.0), min(mean.high, 100.0), mean.p
    )


def _geometric(lengths: Sequence[float], confidence: float) -> MeanEstimate:
    logs = [math.log(one) for one in lengths if one > 0]
    if not logs or len(logs) < len(lengths):
        return NOTHING
    mean = mean_with_interval(logs, confidence=confidence)
    return MeanEstimate(
        math.exp(mean.value),
        mean.se,
        mean.df,
        math.exp(mean.low),
        math.exp(mean.high) if math.isfinite(mean.high) else math.inf,
    )
