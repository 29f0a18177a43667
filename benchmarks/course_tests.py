"""How often tests of time courses find a difference that is not there, and one that is.

Animals of two groups (or a control and three doses) with a level of their own, readings that
correlate over time and scatter more the later they are. Prints, for each test, the share of
p < 0.05 with its Monte Carlo error.

    python benchmarks/course_tests.py [--runs 2000] [--n 5 8] [--seed 1]
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from tricyclic.stats.controls import compare_with_control
from tricyclic.stats.repeated_measures import compare_courses
from tricyclic.stats.statistics import welch

BASELINE, AFTER = 4, 9
WITHIN, BETWEEN = 0.25, 0.40
TIMES = np.arange(1, BASELINE + AFTER + 1) * 20.0


def simulate(
    rng: np.random.Generator, n: int, groups: int, correlation: float, peak: float
) -> tuple[np.ndarray, np.ndarray]:
    """Concentrations, shape (animals, samples), and the group of each animal.

    The last group rises to `peak` times its baseline and falls again. The standard deviation of
    the logarithm of a reading grows from WITHIN to 1.5 WITHIN.
    """
    k = BASELINE + AFTER
    gaps = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    root = np.linalg.cholesky(correlation**gaps if correlation else np.eye(k))
    group = np.repeat(np.arange(groups), n)
    sd = WITHIN * np.concatenate([np.ones(BASELINE), np.linspace(1.0, 1.5, AFTER)])
    logs = rng.normal(0.0, BETWEEN, (group.size, 1))
    logs = logs + (rng.normal(size=(group.size, k)) @ root.T) * sd
    rise = np.concatenate([np.zeros(BASELINE), np.log(peak) * np.sin(np.linspace(0.3, 2.8, AFTER))])
    logs[group == groups - 1] += rise
    return np.exp(logs), group


def p_values(values: np.ndarray, group: np.ndarray) -> Iterator[tuple[str, float]]:
    """Name of each test with its p."""
    base, after = values[:, :BASELINE], values[:, BASELINE:]
    log_ratio = np.log(after.mean(axis=1) / base.mean(axis=1))
    names = [f"group {one}" for one in group]
    if group.max() == 1:
        yield "primary: Welch, log ratio", welch(log_ratio[group == 1], log_ratio[group == 0]).p
    else:
        obtained = compare_with_control(log_ratio, names, "group 0")
        yield "primary: Dunnett, log ratio", min(d.p for d in obtained.differences)
    covered = compare_with_control(
        np.log(after.mean(axis=1)), names, "group 0", covariate=np.log(base.mean(axis=1))
    )
    yield "primary: ANCOVA on logs", min(d.p for d in covered.differences)
    logs = np.log(after / base.mean(axis=1)[:, None])
    times = TIMES[BASELINE:]
    complete = compare_courses(logs, group, times, method="anova")
    yield "RM-ANOVA, Greenhouse-Geisser: interaction", complete.interaction.p
    yield "RM-ANOVA, Greenhouse-Geisser: groups", complete.groups.p
    lost = logs.copy()
    lost[1, 3] = lost[group.size - 2, 6] = lost[group.size // 2, 0] = np.nan
    for errors in ("serial", "independent"):
        mixed = compare_courses(lost, group, times, errors=errors)  # type: ignore[arg-type]
        yield f"mixed model, {errors} errors, 3 lost: interaction", mixed.interaction.p
        yield f"mixed model, {errors} errors, 3 lost: groups", mixed.groups.p


def shares(
    simulated: Callable[[], tuple[np.ndarray, np.ndarray]], runs: int
) -> dict[str, list[bool]]:
    obtained: dict[str, list[bool]] = {}
    for _ in range(runs):
        for name, p in p_values(*simulated()):
            obtained.setdefault(name, []).append(p < 0.05)
    return obtained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--n", type=int, nargs="+", default=[5, 8])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cases = [(0.0, 1.0), (0.6, 1.0), (0.85, 1.0), (0.6, 1.6)]
    for groups in (2, 4):
        for correlation, peak in cases:
            for n in options.n:
                rng = np.random.default_rng([options.seed, groups, int(100 * correlation), n])
                obtained = shares(
                    lambda: simulate(rng, n, groups, correlation, peak),  # noqa: B023
                    options.runs,
                )
                truth = "no effect" if peak == 1.0 else f"peak x {peak:g}"
                print(f"\n{truth}, correlation {correlation:g}, {groups} groups of {n}")
                for name, hits in obtained.items():
                    share = float(np.mean(hits))
                    error = (share * (1 - share) / len(hits)) ** 0.5
                    print(f"  {name:<55} {100 * share:5.1f} ± {100 * error:.1f} %")


if __name__ == "__main__":
    main()
