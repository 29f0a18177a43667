"""How often tests of neurites find an effect that is not there, and limits hold the truth.

Cultures with a level of their own, wells in cultures, fields in wells and cells in fields. Each
test of `tricyclic neurites analyse` is applied to the counts of the cultures; beside them the tests
that take cells or fields as independent. Prints the share of p < 0.05 with its Monte Carlo error.

    python benchmarks/neurites_tests.py [--runs 4000] [--curves 300] [--docs]

The tests of blocks in general (Dunnett's with one scatter, lost values) are in block_tests.py.
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import chdtrc, expit, logit
from scipy.stats import ttest_ind
from shared import fill, machine

from tricyclic.numerics.binomial_curve import BinomialCurve, fit_binomial_curve
from tricyclic.stats.blocks import (
    BlockTable,
    block_contrast,
    block_downturn,
    block_trend,
    compare_within_blocks,
)
from tricyclic.stats.statistics import t_quantile

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
# Vehicle, five concentrations, antagonist alone, antagonist with the highest concentration.
CONCENTRATIONS = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
WELLS, FIELDS, CELLS = 2, 3, 60
LEVEL_SD, CORRELATION = 0.25, 0.01
BOTTOM, TOP, EC50 = 0.28, 0.58, 0.6
# Of the requirement on tests of no effect, and on coverage.
MOST_PERCENT, LEAST, MOST = 6.0, 93.0, 97.0


@dataclass(frozen=True)
class Case:
    """What cultures differ in beside their level."""

    label: str
    effect_sd: float = 0.0
    share: float = BOTTOM


CASES = (
    Case("cultures respond alike"),
    Case("responses differ, SD 0.2", 0.2),
    Case("few cells positive (5 %)", 0.1, 0.05),
)


def counts(
    rng: np.random.Generator, shares: np.ndarray, cultures: int, effect_sd: float
) -> tuple[np.ndarray, np.ndarray]:
    """Positive cells and cells of each field, shape (cultures, arms, wells, fields)."""
    logits = logit(shares) + rng.normal(0, LEVEL_SD, (cultures, 1))
    mean = expit(logits + rng.normal(0, effect_sd, (cultures, shares.shape[-1])))
    spread = (1 - CORRELATION) / CORRELATION
    of_wells = rng.beta(
        (mean * spread)[..., None], ((1 - mean) * spread)[..., None], (*mean.shape, WELLS)
    )
    of_wells = np.clip(of_wells, 1e-9, 1 - 1e-9)
    of_fields = rng.beta(
        (of_wells * spread)[..., None],
        ((1 - of_wells) * spread)[..., None],
        (*of_wells.shape, FIELDS),
    )
    cells = rng.poisson(CELLS, of_fields.shape)
    return rng.binomial(cells, of_fields), cells


def null_tests(y: np.ndarray, n: np.ndarray) -> Iterator[tuple[str, bool]]:
    """Name of each test without an effect, and whether it finds one at 5 %."""
    positive, total = y.sum(axis=(2, 3)), n.sum(axis=(2, 3))
    names = tuple(str(k) for k in range(8))
    cultures = tuple(str(k) for k in range(len(y)))
    percent = BlockTable(cultures, names, 100 * positive / total)
    odds = BlockTable(cultures, names, np.log((positive + 0.5) / (total - positive + 0.5)))
    yield "paired t: percentage", block_contrast(percent, {"5": 1, "0": -1}).estimate.p < 0.05
    yield "paired t: odds", block_contrast(odds, {"5": 1, "0": -1}).estimate.p < 0.05
    five = compare_within_blocks(percent, "0", names[1:6])
    yield "any of 5 arms (Holm)", min(one.p_adjusted for one in five.contrasts) < 0.05
    interaction = {"7": 1, "6": -1, "5": -1, "0": 1}
    yield "interaction", block_contrast(percent, interaction).estimate.p < 0.05
    yield "trend", block_trend(percent, names[:6]).estimate.p < 0.05
    yield "downturn", block_downturn(percent, names[1:6]).p < 0.05
    yield "cells as n (chi-squared)", cells_as_n(positive[:, [0, 5]], total[:, [0, 5]]) < 0.05
    share = y / n
    fields = ttest_ind(share[:, 5].ravel(), share[:, 0].ravel()).pvalue
    yield "fields as n (t test)", bool(fields < 0.05)


def cells_as_n(positive: np.ndarray, total: np.ndarray) -> float:
    """P of Pearson's chi-squared of all cells of two arms."""
    y, n = positive.sum(axis=0), total.sum(axis=0)
    p = y.sum() / n.sum()
    return float(chdtrc(1.0, ((y - n * p) ** 2 / (n * p * (1 - p))).sum()))


def null_shares(case: Case) -> np.ndarray:
    """True shares of all arms of an experiment without an effect."""
    return np.full(8, case.share)


def percent(hits: Sequence[bool]) -> tuple[float, float]:
    """Percentage of hits with its Monte Carlo error."""
    share = float(np.mean(hits))
    return 100 * share, 100 * (share * (1 - share) / len(hits)) ** 0.5


def sizes(runs: int) -> Iterator[tuple[str, int, dict[str, tuple[float, float]]]]:
    """Percentage of effects by each test, for each case and number of cultures."""
    for case in CASES:
        for cultures in (3, 4, 5, 6):
            rng = np.random.default_rng(7000 + cultures)
            hits: dict[str, list[bool]] = {}
            for _ in range(runs):
                y, n = counts(rng, null_shares(case), cultures, case.effect_sd)
                for name, is_hit in null_tests(y, n):
                    hits.setdefault(name, []).append(is_hit)
            yield case.label, cultures, {name: percent(own) for name, own in hits.items()}


def curve_shares(decades: np.ndarray | float = 0.0) -> np.ndarray:
    """True shares over the concentrations; a row for each culture, whose EC50 is so far away."""
    return BOTTOM + (TOP - BOTTOM) * CONCENTRATIONS / (CONCENTRATIONS + EC50 * 10.0**decades)


def mean_difference(effect_sd: float, ec50_sd: float) -> float:
    """Expected difference of the highest concentration and the vehicle over cultures [points]."""
    rng = np.random.default_rng(1)
    level = rng.normal(0, LEVEL_SD, 200_000)
    shares = curve_shares(rng.normal(0, ec50_sd, (level.size, 1)))
    high, low = (
        expit(logit(shares[:, k]) + level + rng.normal(0, effect_sd, level.size)) for k in (-1, 0)
    )
    return 100 * float((high - low).mean())


def coverages(runs: int, curves: int) -> Iterator[tuple[str, int, dict[str, tuple[float, float]]]]:
    """Percentage of limits that hold the truth."""
    for effect_sd, ec50_sd, label in (
        (0.0, 0.0, CASES[0].label),
        (0.2, 0.0, CASES[1].label),
        (0.0, 0.2, "EC50 differs, SD 0.2 decades"),
    ):
        truth = mean_difference(effect_sd, ec50_sd)
        for cultures in (3, 4, 6):
            rng = np.random.default_rng(8000 + cultures)
            held: dict[str, list[bool]] = {"difference": [], "cells as n": []}
            for k in range(runs):
                shares = curve_shares(rng.normal(0, ec50_sd, (cultures, 1)))
                y, n = counts(rng, shares, cultures, effect_sd)
                positive, total = y.sum(axis=(2, 3)), n.sum(axis=(2, 3))
                table = BlockTable(
                    tuple(map(str, range(cultures))), tuple("012345"), 100 * positive / total
                )
                own = block_contrast(table, {"5": 1, "0": -1}).estimate
                held["difference"].append(own.low <= truth <= own.high)
                held["cells as n"].append(holds_for_cells(positive, total, truth))
                if k < curves:
                    fit = fit_binomial_curve(
                        np.tile(CONCENTRATIONS, cultures),
                        positive.ravel(),
                        total.ravel(),
                        [str(c) for c in np.repeat(np.arange(cultures), CONCENTRATIONS.size)],
                    )
                    at = np.log10(EC50)
                    low, high = fit.log10_ec50_profile
                    held.setdefault("EC50", []).append(
                        fit.log10_ec50_low <= at <= fit.log10_ec50_high
                    )
                    held.setdefault("EC50, profile alone", []).append(low <= at <= high)
                    held.setdefault("EC50, jackknife alone", []).append(jackknife(fit, at))
            yield label, cultures, {name: percent(own) for name, own in held.items()}


def jackknife(fit: BinomialCurve, at: float) -> bool:
    """Whether limits of the jackknife alone hold a logarithm of the EC50."""
    own = fit.without_block[:, 2]
    blocks = len(own)
    se = np.sqrt((blocks - 1) / blocks * ((own - own.mean()) ** 2).sum())
    return bool(abs(fit.log10_ec50 - at) <= t_quantile(blocks - 1.0, 0.95) * se)


def holds_for_cells(positive: np.ndarray, total: np.ndarray, truth: float) -> bool:
    """Whether limits of a difference that take cells as independent hold the truth."""
    y, n = positive[:, [5, 0]].sum(axis=0), total[:, [5, 0]].sum(axis=0)
    p = y / n
    half = 1.96 * np.sqrt((p * (1 - p) / n).sum())
    return bool(abs(100 * (p[0] - p[1]) - truth) <= 100 * half)


def table(head: str, rows: Sequence[tuple[str, int, dict[str, tuple[float, float]]]]) -> str:
    """A Markdown table of percentages with their errors."""
    names = list(rows[0][2])
    lines = [f"| {head} | cultures | " + " | ".join(names) + " |"]
    lines.append("| --- " * (len(names) + 2) + "|")
    for label, cultures, values in rows:
        cells = " | ".join(f"{values[n][0]:.1f} ± {values[n][1]:.1f}" for n in names)
        lines.append(f"| {label} | {cultures} | {cells} |")
    return "\n".join(lines)


def outside(rows: Sequence[tuple[str, int, dict[str, tuple[float, float]]]]) -> str:
    """Tests of cultures above their size by more than the Monte Carlo error."""
    wrong = [
        f"{name}, {label}, {cultures} cultures: {value:.1f} %"
        for label, cultures, values in rows
        for name, (value, error) in values.items()
        if " as n" not in name and value - 2 * error > MOST_PERCENT
    ]
    return "; ".join(wrong) or "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--curves", type=int, default=300)
    parser.add_argument("--docs", action="store_true", help="fill the tables of the page")
    args = parser.parse_args()
    null = list(sizes(args.runs))
    held = list(coverages(args.runs, args.curves))
    too_many = (
        f"Above {MOST_PERCENT:g} % by more than two Monte Carlo errors, tests of cultures: "
        f"{outside(null)}."
    )
    how = (
        f"Percentages with their Monte Carlo error; {args.runs} experiments each, "
        f"{args.curves} for the EC50. {WELLS} wells of {FIELDS} fields of {CELLS} cells, "
        f"{100 * BOTTOM:g} % positive unless stated, SD of the level between cultures "
        f"{LEVEL_SD:g} on the logit, intraclass correlation {CORRELATION:g} in fields and in "
        f"wells; for coverage a rise to {100 * TOP:g} % with an EC50 of {EC50:g} uM. {machine()}."
    )
    parts = [table("no effect", null), too_many, table("limits of 95 %", held), how]
    text = "\n\n".join(parts)
    print(text)
    if args.docs:
        fill("neurites tests", text, PAGE)


if __name__ == "__main__":
    main()
