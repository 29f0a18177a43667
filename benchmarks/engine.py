"""Speed of the batch engine by kind of curve, in curves per second and core; a table of
docs/benchmarks.md.

    python benchmarks/engine.py [--curves 200000] [--rounds 7] [--docs]

Synthetic, seeded counts, 10 doses over 6 decades in triplicate. Both rates include status and
checks; the parts are listed beside them. The best CPU time of all rounds on one core is reported,
because other work on the machine affects it least. With --docs the table replaces the one in
docs/benchmarks.md.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from shared import fill, machine

from tricyclic.numerics.batch import fit as engine

X = np.linspace(-10.0, -4.0, 10)
SEED = 20260301


class Case(NamedTuple):
    """One row of the table: doses, readings and settings of the fit."""

    name: str
    x: np.ndarray
    y: np.ndarray
    settings: Mapping[str, Any]


def counts(
    n: int, rng: np.random.Generator, kind: str = "easy", replicates: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Readings of falling curves, shape (n, 10, replicates), and the true log10 IC50.

    Top 1500 to 6000, bottom 5 to 20 % of it, Poisson scatter and 5 % pipetting error. easy: IC50
    within the middle two decades, slope 0.7 to 1.3. hard: within the doses and one decade beyond,
    slope 0.4 to 2.5, 10 % flat.
    """
    top = rng.uniform(1500, 6000, n)
    bottom = top * rng.uniform(0.05, 0.2, n)
    low, high, shallow, steep = (-8.0, -6.0, 0.7, 1.3)
    if kind == "hard":
        low, high, shallow, steep = (-11.0, -3.0, 0.4, 2.5)
    c, hill = rng.uniform(low, high, n), rng.uniform(shallow, steep, n)
    if kind == "hard":
        bottom = np.where(rng.random(n) < 0.1, top, bottom)
    mean = bottom[:, None] + (top - bottom)[:, None] / (
        1 + 10 ** (hill[:, None] * (X - c[:, None]))
    )
    sd = np.sqrt(mean + (0.05 * mean) ** 2)
    return rng.normal(mean[..., None], sd[..., None], (n, X.size, replicates)), c


def cases(n: int) -> list[Case]:
    """The rows of the table."""
    rng = np.random.default_rng(SEED)
    easy, _ = counts(n, rng)
    hard, _ = counts(n, rng, "hard")
    ragged = easy.copy()
    ragged[rng.random(ragged.shape) < 0.05] = np.nan
    own = X + rng.uniform(-0.05, 0.05, (n, X.size))
    normalised = easy / easy.max(axis=(1, 2), keepdims=True)
    return [
        Case("10 x 3, four parameters", X, easy, {}),
        Case("the same, Hill slope fixed at 1", X, easy, {"model": "3pl"}),
        Case("the same, plateaus fixed", X, normalised, {"top": 1.0, "bottom": 0.1}),
        Case("5 % of readings missing", X, ragged, {}),
        Case("a weight per reading", X, easy, {"weight": 1.0 / np.maximum(easy, 10.0)}),
        Case("doses of its own per curve", own, easy, {}),
        Case("hard curves, 10 % flat", X, hard, {}),
    ]


class Cost(NamedTuple):
    """CPU time per curve [us] of all and of status and checks, the least of some rounds."""

    total: float
    checks: float


def cost(case: Case, rounds: int, confidence: float | None) -> Cost:
    """What a curve of a case costs, with limits unless confidence is None."""
    spent: list[float] = []
    assess_many = engine.assess_many

    def timed(*arguments: Any) -> Any:
        start = time.process_time()
        findings = assess_many(*arguments)
        spent.append(time.process_time() - start)
        return findings

    totals = []
    engine.assess_many = timed
    try:
        # The first call compiles.
        for _ in range(rounds + 1):
            start = time.process_time()
            engine.fit_batch(case.x, case.y, confidence=confidence, **case.settings)
            totals.append(time.process_time() - start)
    finally:
        engine.assess_many = assess_many
    per_curve = 1e6 / len(case.y)
    return Cost(min(totals[1:]) * per_curve, min(spent[1:]) * per_curve)


def row(case: Case, rounds: int) -> str:
    """The rates of a case without and with limits, and its parts, as a row of the table."""
    fit, limits = cost(case, rounds, None), cost(case, rounds, 0.95)
    parts = (fit.total - fit.checks, limits.total - limits.checks, fit.checks)
    cells = [
        f"{1e6 / fit.total:,.0f}",
        f"{1e6 / limits.total:,.0f}",
        f"{parts[0]:.2f}",
        f"{parts[1] - parts[0]:.2f}",
        f"{parts[2]:.2f}",
    ]
    return f"| {case.name} | " + " | ".join(cells) + " |"


def table(n: int, rounds: int) -> str:
    """The rates as a Markdown table."""
    lines = [
        (
            "| curves | fits per second and core | with both profile limits "
            "| µs a curve: fit | its limits | its status and checks |"
        ),
        "|---|---|---|---|---|---|",
    ]
    for case in cases(n):
        lines.append(row(case, rounds))
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    """Time, print, and fill the page if --docs is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--curves", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--docs", action="store_true", help="fill docs/benchmarks.md")
    options = parser.parse_args()
    text = table(options.curves, options.rounds)
    note = (
        f"{options.curves:,} curves a row, best CPU time of {options.rounds} rounds on one core; "
        f"{machine()}, Python {platform.python_version()}."
    )
    print(note)
    if options.docs:
        fill("engine", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
