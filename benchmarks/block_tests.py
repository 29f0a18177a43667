"""How often tests within blocks (cultures) find a difference that is not there.

Cultures with a level of their own, a control and five concentrations of a drug, an antagonist with
and without the drug. Effects are 0 on average; they are the same in all cultures, differ between
cultures (a culture responds to all concentrations alike), or differ the more the higher the
concentration. Prints, for each test, the share of p < 0.05 with its Monte Carlo error.

    python benchmarks/block_tests.py [--runs 4000] [--n 3 4 6] [--docs]
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache

import numpy as np
from shared import PAGE, fill, machine

from tricyclic.stats.blocks import (
    BlockTable,
    block_contrast,
    block_downturn,
    block_trend,
    compare_within_blocks,
)
from tricyclic.stats.controls import many_to_one

ERROR, LEVEL, EFFECT = 0.2, 0.5, 0.3
CONCENTRATIONS = 5
ARMS = ("vehicle", *(f"c{k}" for k in range(CONCENTRATIONS)), "antagonist", "both")
DRUG = ARMS[1 : 1 + CONCENTRATIONS]
CASES = {
    "the same effect in all cultures": np.zeros(CONCENTRATIONS),
    "effects that differ between cultures": np.full(CONCENTRATIONS, EFFECT),
    "effects that differ, more at higher concentrations": np.linspace(
        0.0, 2.0 * EFFECT, CONCENTRATIONS
    ),
}
# Of the requirement on tests of no effect.
MOST_PERCENT = 6.0


def simulate(rng: np.random.Generator, n: int, effect_sd: np.ndarray) -> BlockTable:
    """One value per culture and arm."""
    y = rng.normal(0, LEVEL, (n, 1)) + rng.normal(0, ERROR, (n, len(ARMS)))
    response = rng.normal(size=(n, 1))
    y[:, 1 : 1 + CONCENTRATIONS] += effect_sd * response
    y[:, -1:] += effect_sd[-1] * rng.normal(size=(n, 1))
    return BlockTable(tuple(f"culture {k + 1}" for k in range(n)), ARMS, y)


@cache
def dunnett_limit(n: int) -> float:
    """The t that the largest of the pooled comparisons exceeds in 5 %."""
    rows = np.hstack([-np.ones((CONCENTRATIONS, 1)), np.eye(CONCENTRATIONS)])
    df = float((n - 1) * CONCENTRATIONS)
    estimates, _ = many_to_one(np.zeros(CONCENTRATIONS), rows @ rows.T, df)
    return estimates[0].high / estimates[0].se


def pooled_differs(table: BlockTable) -> bool:
    """Whether a concentration differs by Dunnett's test with the error of the block model."""
    y = table.values[:, : 1 + CONCENTRATIONS]
    n = y.shape[0]
    residual = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    variance = (residual**2).sum() / ((n - 1) * CONCENTRATIONS)
    differences = y[:, 1:].mean(axis=0) - y[:, 0].mean()
    return bool(np.abs(differences).max() > dunnett_limit(n) * np.sqrt(2.0 * variance / n))


def tests(table: BlockTable) -> Iterator[tuple[str, bool]]:
    """Name of each test, and whether it finds a difference at 5 %."""
    compared = compare_within_blocks(table, "vehicle", DRUG)
    yield "paired t, one arm", compared.contrasts[-1].estimate.p < 0.05
    yield (
        "paired t, any of five arms (Holm)",
        min(c.p_adjusted for c in compared.contrasts) < 0.05,
    )
    yield "trend", block_trend(table, ("vehicle", *DRUG)).estimate.p < 0.05
    yield "downturn", block_downturn(table, DRUG).p < 0.05
    weights = {"both": 1.0, "antagonist": -1.0, DRUG[-1]: -1.0, "vehicle": 1.0}
    yield "interaction", block_contrast(table, weights).estimate.p < 0.05
    yield "pooled error (Dunnett), not the default", pooled_differs(table)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--n", type=int, nargs="+", default=[3, 4, 6])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docs", action="store_true", help="fill the table of docs/statistics.md")
    options = parser.parse_args()
    lines: list[list[str]] = []
    over = []
    for c, (label, effect_sd) in enumerate(CASES.items()):
        for n in options.n:
            rng = np.random.default_rng([options.seed, c, n])
            hits: dict[str, int] = {}
            for _ in range(options.runs):
                for name, is_hit in tests(simulate(rng, n, effect_sd)):
                    hits[name] = hits.get(name, 0) + is_hit
            if not lines:
                lines = [["truth", "cultures", *hits], ["---"] * (2 + len(hits))]
            cells = []
            for name, count in hits.items():
                share = count / options.runs
                error = 100 * (share * (1 - share) / options.runs) ** 0.5
                cells.append(f"{100 * share:.1f} ± {error:.1f}")
                if 100 * share - error > MOST_PERCENT:
                    over.append(f"{name}, {label}, {n} cultures: {100 * share:.1f} %")
            lines.append([label, str(n), *cells])
            print(lines[-1], flush=True)
    text = "\n\n".join(
        [
            "\n".join(f"| {' | '.join(line)} |" for line in lines),
            (
                f"Percentage of simulated studies with p < 0.05, with its Monte Carlo error; "
                f"{options.runs} studies, no effect on average. A control and {CONCENTRATIONS} "
                f"concentrations, an antagonist with and without the drug; on logarithms, standard "
                f"deviation of an arm within its culture {ERROR:g}, between cultures {LEVEL:g}, of "
                f"an effect between cultures {EFFECT:g} on average. {machine()}."
            ),
            f"Above {MOST_PERCENT:g} % by more than the Monte Carlo error: "
            + ("; ".join(over) or "none")
            + ".",
        ]
    )
    print(text)
    if options.docs:
        fill("block tests", text, PAGE.with_name("statistics.md"))


if __name__ == "__main__":
    main()
