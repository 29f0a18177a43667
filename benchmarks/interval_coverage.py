"""Coverage of intervals and false positives of tests, from simulated runs with known true values.

    python benchmarks/interval_coverage.py [--size 4000] [--plates 300]

Prints the tables that the documentation quotes. All draws come from one seed.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.choose import calibrate, compare_models
from tricyclic.fitting.fit import fit
from tricyclic.fitting.outliers import detect_outliers_rout
from tricyclic.stats.random_effects import mean_with_known_errors
from tricyclic.stats.statistics import mean_with_interval

# True Ki is 1 nM, so the truth is 0 on the log scale.
TRUTH = 0.0


def drawn_runs(
    rng: np.random.Generator, counts: Sequence[int], between: float, within: float
) -> tuple[np.ndarray, list[str]]:
    """log10 Ki of each plate, and the run it belongs to."""
    names = [f"run {i}" for i, count in enumerate(counts) for _ in range(count)]
    runs = np.repeat(rng.normal(TRUTH, between, len(counts)), counts)
    return runs + rng.normal(0.0, within, runs.size), names


def covers(estimate: Estimate) -> bool:
    """Whether the interval contains the true value."""
    return estimate.low <= 10**TRUTH <= estimate.high


def pooled_coverage(
    rng: np.random.Generator, size: int, counts: Sequence[int], between: float, within: float
) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Coverage of the mixed model, of the t interval of run means, and with plates as runs; median
    widths (log10) of the first two.
    """
    mixed = by_run = naive = 0
    widths = []
    edges = np.cumsum([0, *counts])
    for _ in range(size):
        logs, names = drawn_runs(rng, counts, between, within)
        estimates = [Estimate("Ki", 10**value, "nM") for value in logs]
        model = pool_estimates(estimates, runs=names, unequal="mixed")
        mixed += covers(model)
        means = mean_with_interval([logs[a:b].mean() for a, b in itertools.pairwise(edges)])
        by_run += means.low <= TRUTH <= means.high
        widths.append((math.log10(model.high / max(model.low, 1e-300)), means.high - means.low))
        wells = mean_with_interval(logs)
        naive += wells.low <= TRUTH <= wells.high
    model_width, mean_width = np.median(widths, axis=0)
    return (mixed / size, by_run / size, naive / size), (float(model_width), float(mean_width))


def censored_coverage(
    rng: np.random.Generator, size: int, runs: int, limit_sd: float
) -> tuple[float, float, float, float]:
    """Coverage with runs above a limit as censored values, left out, or set to the limit; and the
    fraction of studies with a result.

    `limit_sd` is the distance of the highest dose from the true value, in standard deviations
    between runs.
    """
    sd = 0.2
    tobit = dropped = replaced = answered = 0
    for _ in range(size):
        logs = rng.normal(TRUTH, sd, runs)
        limit = TRUTH + limit_sd * sd
        beyond = logs > limit
        if (~beyond).sum() < 2:
            continue
        answered += 1
        estimates = [
            Estimate("Ki", 10 ** min(value, limit), "nM", qualifier=">" if value > limit else "=")
            for value in logs
        ]
        tobit += covers(pool_estimates(estimates))
        dropped += covers(pool_estimates([e for e in estimates if e.qualifier == "="]))
        as_limit = mean_with_interval(np.minimum(logs, limit))
        replaced += as_limit.low <= TRUTH <= as_limit.high
    return tobit / answered, dropped / answered, replaced / answered, answered / size


def known_error_coverage(
    rng: np.random.Generator, size: int, runs: int, between: float
) -> tuple[float, float]:
    """Coverage of Hartung-Knapp limits, plain and never narrower than by the known errors."""
    plain = guarded = 0
    for _ in range(size):
        se = rng.uniform(0.02, 0.10, runs)
        values = rng.normal(TRUTH, np.sqrt(between**2 + se**2))
        for narrow in (False, True):
            mean = mean_with_known_errors(values, se, never_narrower=narrow)
            inside = mean.low <= TRUTH <= mean.high
            plain, guarded = (plain, guarded + inside) if narrow else (plain + inside, guarded)
    return plain / size, guarded / size


DESIGNS = {
    "10 doses, single wells": np.geomspace(1e-10, 1e-5, 10),
    "10 doses, triplicates": np.repeat(np.geomspace(1e-10, 1e-5, 10), 3),
}


def one_site_plates(
    rng: np.random.Generator, size: int, dose: np.ndarray, cv: float = 0.05
) -> Iterator[Series]:
    """Competition plates with one site and slope 1: constant scatter, 5 % of the span."""
    for _ in range(size):
        mean = 300.0 + 2200.0 / (1.0 + dose / 10 ** rng.uniform(-8.5, -7.0))
        yield Series(
            "plate",
            mean + 2200.0 * cv * rng.standard_normal(dose.size),
            "cpm",
            {"competitor_M": dose},
        )


def false_positives(
    rng: np.random.Generator, size: int, simple: CurveModel, full: CurveModel, dose: np.ndarray
) -> tuple[float, float]:
    """Fraction of one-site plates for which the nominal F (p < 0.05) and AICc prefer the full
    model.
    """
    by_f = by_aicc = 0
    for series in one_site_plates(rng, size, dose):
        compared = compare_models(
            fit(series, simple, intervals="none"), fit(series, full, intervals="none")
        )
        by_f += compared.p < 0.05
        by_aicc += dict(compared.details)["AICc difference"] > 0
    return by_f / size, by_aicc / size


def calibrated_false_positives(
    rng: np.random.Generator,
    size: int,
    simple: CurveModel,
    full: CurveModel,
    dose: np.ndarray,
    simulations: int,
) -> float:
    """Fraction of one-site plates for which the calibrated p (< 0.05) prefers the full model."""
    positive = 0
    for series in one_site_plates(rng, size, dose):
        positive += calibrate(series, simple, full, rng=rng, simulations=simulations) < 0.05
    return positive / size


def false_alarms(rng: np.random.Generator, size: int, variance: str) -> float:
    """Fraction of plates without outliers (Poisson and 5 % pipetting error, triplicates) in which
    ROUT flags a well.
    """
    dose = DESIGNS["10 doses, triplicates"]
    alarms = 0
    for _ in range(size):
        mean = 300.0 + 2200.0 / (1.0 + dose / 10 ** rng.uniform(-8.5, -7.0))
        y = rng.poisson(mean * np.maximum(1.0 + 0.05 * rng.standard_normal(dose.size), 0.1)).astype(
            float
        )
        series = Series(
            "plate",
            y,
            "cpm",
            {"competitor_M": dose},
            counting_slope=np.ones(dose.size),
            counting_offset=np.zeros(dose.size),
        )
        alarms += bool(
            detect_outliers_rout(series, CURVES["one_site_competition"], variance=variance)
        )  # type: ignore[arg-type]
    return alarms / size


def pooling_table(rng: np.random.Generator, size: int) -> None:
    """Coverage for plates in runs."""
    print(
        "| plates per run | SD between, within | mixed model | t of run means "
        "| plates treated as runs | width of the mixed model, of run means (log10) |"
        "\n|---|---|---|---|---|---|"
    )
    for counts in (
        (1, 1, 1),
        (3, 3, 3),
        (3, 1, 1),
        (5, 1, 1),
        (1, 1, 2, 4),
        (1, 2, 2, 3, 4, 5),
        (1, 1, 1, 1, 1, 6),
    ):
        for between, within in ((0.15, 0.05), (0.10, 0.10), (0.03, 0.15), (0.02, 0.10)):
            shares, (model, means) = pooled_coverage(rng, size, counts, between, within)
            design = f"{', '.join(map(str, counts))} | {between}, {within}"
            print(f"| {design} | {percentages(shares)} | {model:.2f}, {means:.2f} |", flush=True)


def censoring_table(rng: np.random.Generator, size: int) -> None:
    """Coverage with runs above the highest dose."""
    print(
        "\n| runs | highest dose | Tobit | bounds left out | bounds read as values "
        "| studies with a value |\n|---|---|---|---|---|---|"
    )
    for runs in (3, 4, 6, 10):
        for limit in (0.0, 0.5, 1.0):
            cells = percentages(censored_coverage(rng, size, runs, limit))
            print(f"| {runs} | {limit} SD above the true value | {cells} |", flush=True)


def known_error_table(rng: np.random.Generator, size: int) -> None:
    """Coverage for runs with known errors."""
    print(
        "\n| runs with known errors | SD between | Hartung-Knapp | never narrower |"
        "\n|---|---|---|---|"
    )
    for runs in (3, 5):
        for between in (0.0, 0.05, 0.15):
            cells = percentages(known_error_coverage(rng, size, runs, between))
            print(f"| {runs} | {between} | {cells} |", flush=True)


def model_choice_table(rng: np.random.Generator, plates: int) -> None:
    """False positives of the choice of a model."""
    print(
        f"\nOne site, slope 1 is true; {plates} plates per row, a third of them calibrated "
        "with 99 simulations"
    )
    print("| question | design | nominal F | AICc | calibrated |\n|---|---|---|---|---|")
    one = CURVES["one_site_competition"]
    for name, question in (
        ("one_site_competition_hill", "slope = 1"),
        ("two_site_competition", "one site or two"),
    ):
        for design, dose in DESIGNS.items():
            cells = percentages(false_positives(rng, plates, one, CURVES[name], dose))
            try:
                rate = calibrated_false_positives(rng, plates // 3, one, CURVES[name], dose, 99)
                calibrated = percentages([rate])
            except InputError as error:
                calibrated = str(error)
            print(f"| {question} | {design} | {cells} | {calibrated} |", flush=True)


def outlier_table(rng: np.random.Generator, plates: int) -> None:
    """False alarms of ROUT."""
    print("\n| ROUT at Q = 1 %, variance model | plates with a false alarm |\n|---|---|")
    for variance in ("counting", "proportional", "constant"):
        print(f"| {variance} | {percentages([false_alarms(rng, plates, variance)])} |", flush=True)


def percentages(fractions: Sequence[float]) -> str:
    """Cells of a table."""
    return " | ".join(f"{100 * fraction:.1f} %" for fraction in fractions)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=4000, help="simulated studies per row")
    parser.add_argument(
        "--plates", type=int, default=300, help="simulated plates per row of the fits"
    )
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    error = 100 * math.sqrt(0.95 * 0.05 / options.size)
    print(f"Nominal 95 %; {options.size} studies per row, Monte Carlo error {error:.1f} %\n")
    pooling_table(rng, options.size)
    censoring_table(rng, options.size // 4)
    known_error_table(rng, options.size)
    model_choice_table(rng, options.plates)
    outlier_table(rng, options.plates)


if __name__ == "__main__":
    main()
