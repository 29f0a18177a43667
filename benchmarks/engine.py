"""Curves per second and core of the batch engine, by kind of curve: the rows of docs/benchmarks.md.

    python benchmarks/engine.py [--curves 200000] [--rounds 7] [--docs]

Synthetic, seeded counts, 10 doses over 6 decades in triplicate. Given is the best CPU time of one core over the rounds, so that
other work on the machine counts as little as can be. With --docs the table replaces the one in docs/benchmarks.md.
"""

# ruff: noqa: E402, T201

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

# numba looks for a library called coverage, and would find the file of that name that lies here.
sys.path[:] = [
    place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent
]

import numpy as np

from tricyclic.numerics.batch.fit import BatchFits, fit_batch

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
X = np.linspace(-10.0, -4.0, 10)


def counts(
    n: int, rng: np.random.Generator, kind: str = "easy", replicates: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Readings, shape (n, 10, replicates), and true log10 IC50: top 1.5-6 k, bottom 5-20 %, Poisson and 5 % pipetting.

    easy: IC50 within the middle two decades, hill 0.7-1.3. hard: anywhere in and a decade beyond the doses, hill 0.4-2.5, 10 % flat.
    """
    top = rng.uniform(1500, 6000, n)
    bottom = top * rng.uniform(0.05, 0.2, n)
    low, high, least, most = (-8.0, -6.0, 0.7, 1.3) if kind == "easy" else (-11.0, -3.0, 0.4, 2.5)
    c, hill = rng.uniform(low, high, n), rng.uniform(least, most, n)
    if kind == "hard":
        bottom = np.where(rng.random(n) < 0.1, top, bottom)
    mean = bottom[:, None] + (top - bottom)[:, None] / (
        1 + 10 ** (hill[:, None] * (X - c[:, None]))
    )
    sd = np.sqrt(mean + (0.05 * mean) ** 2)
    return rng.normal(mean[..., None], sd[..., None], (n, X.size, replicates)), c


def rate(fit: Callable[[], BatchFits], rounds: int) -> float:
    """Curves per second of CPU, the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        fits = fit()
        best = max(best, len(fits) / (time.process_time() - start))
    return best


def cases(n: int) -> list[tuple[str, np.ndarray, np.ndarray, dict[str, object]]]:
    """What is timed: name, doses, readings, settings."""
    rng = np.random.default_rng(20260301)
    easy, _ = counts(n, rng)
    hard, _ = counts(n, rng, "hard")
    ragged = easy.copy()
    ragged[rng.random(ragged.shape) < 0.05] = np.nan
    own = X + rng.uniform(-0.05, 0.05, (n, X.size))
    weight = 1.0 / np.maximum(easy, 10.0)
    return [
        ("10 x 3, four parameters", X, easy, {}),
        ("the same, hill held at 1", X, easy, {"model": "3pl"}),
        (
            "the same, plateaus held",
            X,
            easy / easy.max(axis=(1, 2), keepdims=True),
            {"top": 1.0, "bottom": 0.1},
        ),
        ("5 % of readings missing", X, ragged, {}),
        ("a weight per reading", X, easy, {"weight": weight}),
        ("doses of its own per curve", own, easy, {}),
        ("hard curves, 10 % flat", X, hard, {}),
    ]


def table(n: int, rounds: int) -> str:
    """The rates as a Markdown table."""
    lines = [
        "| curves | fits per second and core | with both profile limits |",
        "|---|---|---|",
    ]
    for name, x, y, settings in cases(n):
        fit_batch(x, y, limits=None, **settings)  # type: ignore[arg-type]
        plain = rate(lambda: fit_batch(x, y, limits=None, **settings), rounds)  # type: ignore[arg-type]  # noqa: B023
        limits = rate(lambda: fit_batch(x, y, **settings), rounds)  # type: ignore[arg-type]  # noqa: B023
        lines.append(f"| {name} | {plain:,.0f} | {limits:,.0f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def fill(mark: str, text: str) -> None:
    """Put text between the markers of a name in docs/benchmarks.md."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, rest = page.split(begin, 1)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def machine() -> str:
    """The processor, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    """Time, print, and fill the page where asked."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--curves", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--docs", action="store_true", help="fill docs/benchmarks.md")
    given = asked.parse_args()
    text = table(given.curves, given.rounds)
    text += f"\n\n{given.curves:,} curves a row, best CPU time of {given.rounds} rounds on one core; {machine()}, Python {platform.python_version()}."
    print(text.splitlines()[-1])
    if given.docs:
        fill("engine", text)


if __name__ == "__main__":
    main()
