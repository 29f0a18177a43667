"""How often tests of time courses find a difference that is not there, and one that is.

Animals of two groups (or a control and three doses) with a level of their own, readings that
correlate over time and scatter more the later they are. Prints, for each test, the share of
p < 0.05 with its Monte Carlo error. The mixed model is slow and has runs of its own.

    python benchmarks/course_tests.py [--runs 4000] [--mixed-runs 1000] [--n 5 8] [--docs]

Tests of whole courses run with two groups; with four they take eight times as long.
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from shared import PAGE, fill, machine

from tricyclic.stats.controls import compare_with_control
from tricyclic.stats.repeated_measures import compare_courses
from tricyclic.stats.statistics import t_probability, welch

BASELINE, AFTER = 4, 9
WITHIN, BETWEEN = 0.25, 0.40
TIMES = np.arange(1, BASELINE + AFTER + 1) * 20.0


@dataclass(frozen=True)
class Case:
    """What the animals do: serial correlation, size of the peak, growth of the scatter."""

    label: str
    correlation: float
    peak: float = 1.0
    growth: float = 1.5


CASES = (
    Case("no effect, correlation 0", 0.0),
    Case("no effect, correlation 0.6", 0.6),
    Case("no effect, correlation 0.85", 0.85),
    Case("no effect, correlation 0, constant scatter", 0.0, growth=1.0),
    Case("peak x 1.6, correlation 0.6", 0.6, 1.6),
)
# Of the requirement on tests of no effect.
MOST_PERCENT = 6.0


def simulate(
    rng: np.random.Generator, n: int, groups: int, case: Case
) -> tuple[np.ndarray, np.ndarray]:
    """Concentrations, shape (animals, samples), and the group of each animal.

    The last group rises to `peak` times its baseline and falls again. The standard deviation of
    the logarithm of a reading grows from WITHIN to `growth` times it.
    """
    k = BASELINE + AFTER
    gaps = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    root = np.linalg.cholesky(case.correlation**gaps if case.correlation else np.eye(k))
    group = np.repeat(np.arange(groups), n)
    sd = WITHIN * np.concatenate([np.ones(BASELINE), np.linspace(1.0, case.growth, AFTER)])
    logs = rng.normal(0.0, BETWEEN, (group.size, 1))
    logs = logs + (rng.normal(size=(group.size, k)) @ root.T) * sd
    rise = np.concatenate(
        [np.zeros(BASELINE), np.log(case.peak) * np.sin(np.linspace(0.3, 2.8, AFTER))]
    )
    logs[group == groups - 1] += rise
    return np.exp(logs), group


def primary_tests(values: np.ndarray, group: np.ndarray) -> Iterator[tuple[str, bool]]:
    """Name of each primary test, and whether it finds a difference at 5 %."""
    base, after = values[:, :BASELINE].mean(axis=1), values[:, BASELINE:].mean(axis=1)
    log_ratio = np.log(after / base)
    names = [f"group {one}" for one in group]
    if group.max() == 1:
        yield (
            "log ratio (Welch, Dunnett)",
            welch(log_ratio[group == 1], log_ratio[group == 0]).p < 0.05,
        )
    else:
        yield "log ratio (Welch, Dunnett)", with_control(log_ratio, names, None)
    yield "ANCOVA", with_control(np.log(after), names, np.log(base))


def with_control(y: np.ndarray, names: Sequence[str], covariate: np.ndarray | None) -> bool:
    """Whether a group differs from the control at 5 % of all groups together.

    The adjusted p lies between the smallest p alone and that times the number of groups
    (Bonferroni), so that the integral of the multivariate t is needed between them only.
    """
    ordered = list(dict.fromkeys(names))
    k = len(ordered) - 1
    columns = np.array([[float(name == one) for one in ordered[1:]] for name in names])
    columns = np.column_stack([np.ones(y.size), columns])
    if covariate is not None:
        columns = np.column_stack([columns, covariate - covariate.mean()])
    gram = np.linalg.inv(columns.T @ columns)
    beta = gram @ columns.T @ y
    df = y.size - columns.shape[1]
    variance = ((y - columns @ beta) ** 2).sum() / df
    t = beta[1 : k + 1] / np.sqrt(variance * np.diag(gram)[1 : k + 1])
    alone = t_probability(float(np.abs(t).max()), float(df))
    if alone >= 0.05 or alone * k < 0.05:
        return alone < 0.05
    compared = compare_with_control(y, names, ordered[0], covariate=covariate)
    return min(d.p for d in compared.differences) < 0.05


def complete_courses(values: np.ndarray, group: np.ndarray) -> Iterator[tuple[str, bool]]:
    """The same for the tests of whole courses, all readings there."""
    complete = compare_courses(log_courses(values), group, TIMES[BASELINE:], method="anova")
    yield "RM-ANOVA: interaction", complete.interaction.p < 0.05
    yield "RM-ANOVA: groups", complete.groups.p < 0.05


def courses_with_gaps(values: np.ndarray, group: np.ndarray) -> Iterator[tuple[str, bool]]:
    """The same for the tests of whole courses with three lost readings."""
    lost = log_courses(values)
    lost[1, 3] = lost[group.size - 2, 6] = lost[group.size // 2, 0] = np.nan
    mixed = compare_courses(lost, group, TIMES[BASELINE:])
    yield "mixed model: interaction", mixed.interaction.p < 0.05
    yield "mixed model: groups", mixed.groups.p < 0.05


def log_courses(values: np.ndarray) -> np.ndarray:
    """Logarithms of the readings after the baseline over the mean of that, by animal."""
    return np.log(values[:, BASELINE:] / values[:, :BASELINE].mean(axis=1)[:, None])


def shares(
    simulated: Callable[[], tuple[np.ndarray, np.ndarray]],
    tests: Callable[[np.ndarray, np.ndarray], Iterator[tuple[str, bool]]],
    runs: int,
) -> dict[str, tuple[float, float]]:
    """Percentage of differences by each test, with its Monte Carlo error."""
    hits: dict[str, list[bool]] = {}
    for _ in range(runs):
        for name, is_hit in tests(*simulated()):
            hits.setdefault(name, []).append(is_hit)
    obtained = {}
    for name, all_hits in hits.items():
        share = float(np.mean(all_hits))
        obtained[name] = (100 * share, 100 * (share * (1 - share) / len(all_hits)) ** 0.5)
    return obtained


def main() -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--runs", type=int, default=4000, help="of the primary tests and of RM-ANOVA"
    )
    parser.add_argument("--mixed-runs", type=int, default=1000, help="of the mixed model")
    parser.add_argument("--n", type=int, nargs="+", default=[5, 8])
    parser.add_argument("--groups", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docs", action="store_true", help="fill the table of docs/statistics.md")
    options = parser.parse_args()
    rows: list[tuple[list[str], dict[str, tuple[float, float]]]] = []
    over = []
    for groups in options.groups:
        for c, case in enumerate(CASES):
            for n in options.n:
                rng = np.random.default_rng([options.seed, groups, c, n])

                def draw(
                    rng: np.random.Generator = rng,
                    n: int = n,
                    groups: int = groups,
                    case: Case = case,
                ) -> tuple[np.ndarray, np.ndarray]:
                    return simulate(rng, n, groups, case)

                obtained = shares(draw, primary_tests, options.runs)
                if groups == 2:
                    obtained |= shares(draw, complete_courses, options.runs)
                    obtained |= shares(draw, courses_with_gaps, options.mixed_runs)
                rows.append(([case.label, f"{groups} of {n}"], obtained))
                over += [
                    f"{name}, {case.label}, {groups} groups of {n}: {share:.1f} %"
                    for name, (share, error) in obtained.items()
                    if case.peak == 1.0 and share - error > MOST_PERCENT
                ]
                print(rows[-1], flush=True)
    tests = list(dict.fromkeys(name for _, obtained in rows for name in obtained))
    lines = [["truth", "groups of animals", *tests], ["---"] * (2 + len(tests))]
    for first, obtained in rows:
        cells = [obtained.get(name) for name in tests]
        lines.append([*first, *("-" if c is None else f"{c[0]:.1f} ± {c[1]:.1f}" for c in cells)])
    text = "\n\n".join(
        [
            "\n".join(f"| {' | '.join(line)} |" for line in lines),
            (
                f"Percentage of simulated studies with p < 0.05, with its Monte Carlo error; "
                f"{options.runs} studies, {options.mixed_runs} for the mixed model. "
                f"Four groups are a control and three doses, any of which differs by Dunnett's "
                f"test. RM-ANOVA: every reading there, correction of Greenhouse & Geisser. Mixed "
                f"model: three readings lost, serial errors, Kenward & Roger. "
                f"{BASELINE} fractions of baseline and {AFTER} after, standard deviation of a "
                f"reading {100 * WITHIN:g} % growing {Case.growth:g}-fold (constant where stated), "
                f"between "
                f"animals {100 * BETWEEN:g} %. {machine()}."
            ),
            f"Above {MOST_PERCENT:g} % without an effect, by more than the Monte Carlo error: "
            + ("; ".join(over) or "none")
            + ".",
        ]
    )
    print(text)
    if options.docs:
        fill("course tests", text, PAGE.with_name("statistics.md"))


if __name__ == "__main__":
    main()
