"""How often intervals hold the truth and tests cry wolf: simulated runs with a known answer.

    python benchmarks/interval_coverage.py [--size 4000] [--plates 300]

prints the tables that the documentation quotes. Everything is drawn from one seed.
"""

# ruff: noqa: T201

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
from tricyclic.curves import SHELF
from tricyclic.errors import InputError
from tricyclic.fitting.choose import calibrate, compare_models
from tricyclic.fitting.fit import fit
from tricyclic.fitting.outliers import rout
from tricyclic.stats.random_effects import mean_with_known_errors
from tricyclic.stats.statistics import mean_of

# True Ki is 1 nM, so the truth is 0 on the log scale.
TRUTH = 0.0


def drawn_runs(
    rng: np.random.Generator, counts: Sequence[int], between: float, within: float
) -> tuple[np.ndarray, list[str]]:
    """log10 Ki of each plate, and the run it belongs to."""
    names = [f"run {i}" for i, count in enumerate(counts) for _ in range(count)]
    runs = np.repeat(rng.normal(TRUTH, between, len(counts)), counts)
    return runs + rng.normal(0.0, within, runs.size), names


def holds(estimate: Estimate) -> bool:
    """Whether the interval holds the truth."""
    return estimate.low <= 10**TRUTH <= estimate.high


def pooled_coverage(
    rng: np.random.Generator, size: int, counts: Sequence[int], between: float, within: float
) -> tuple[float, float, float]:
    """Coverage of the mixed model, of the t interval of run means, and of plates taken for runs."""
    mixed = by_run = naive = 0
    edges = np.cumsum([0, *counts])
    for _ in range(size):
        logs, names = drawn_runs(rng, counts, between, within)
        estimates = [Estimate("Ki", 10**value, "nM") for value in logs]
        mixed += holds(pool_estimates(estimates, runs=names, unequal="mixed"))
        means = mean_of([logs[a:b].mean() for a, b in itertools.pairwise(edges)])
        by_run += means.low <= TRUTH <= means.high
        wells = mean_of(logs)
        naive += wells.low <= TRUTH <= wells.high
    return mixed / size, by_run / size, naive / size


def censored_coverage(
    rng: np.random.Generator, size: int, runs: int, limit_sd: float
) -> tuple[float, float, float, float]:
    """Coverage with runs above a limit carried as bounds, left out, or read as the limit; and the share of sets with a value.

    `limit_sd` is where the highest dose lies, in between-run standard deviations above the truth.
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
            Estimate("Ki", 10 ** min(value, limit), "nM", relation=">" if value > limit else "=")
            for value in logs
        ]
        tobit += holds(pool_estimates(estimates))
        dropped += holds(pool_estimates([e for e in estimates if e.relation == "="]))
        as_limit = mean_of(np.minimum(logs, limit))
        replaced += as_limit.low <= TRUTH <= as_limit.high
    return tobit / answered, dropped / answered, replaced / answered, answered / size


def known_error_coverage(
    rng: np.random.Generator, size: int, runs: int, between: float
) -> tuple[float, float]:
    """Coverage of Hartung-Knapp limits, plain and never narrower than the known errors say."""
    plain = guarded = 0
    for _ in range(size):
        se = rng.uniform(0.02, 0.10, runs)
        values = rng.normal(TRUTH, np.sqrt(between**2 + se**2))
        for narrow in (False, True):
            found = mean_with_known_errors(values, se, never_narrower=narrow)
            inside = found.low <= TRUTH <= found.high
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
    """Share of one-site plates that the nominal F (p < 0.05) and AICc hold for more."""
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
    """Share of one-site plates that the calibrated p (< 0.05) holds for more."""
    found = 0
    for series in one_site_plates(rng, size, dose):
        found += calibrate(series, simple, full, rng=rng, simulations=simulations) < 0.05
    return found / size


def false_alarms(rng: np.random.Generator, size: int, variance: str) -> float:
    """Share of clean counted plates (Poisson and 5 % pipetting, triplicates) in which ROUT suspects a well."""
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
        alarms += bool(rout(series, SHELF["one_site_competition"], variance=variance))  # type: ignore[arg-type]
    return alarms / size


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=4000, help="simulated studies per row")
    parser.add_argument(
        "--plates", type=int, default=300, help="simulated plates per row of the fits"
    )
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    print(
        f"Nominal 95 %; {asked.size} studies per row, Monte Carlo error {100 * math.sqrt(0.95 * 0.05 / asked.size):.1f} %\n"
    )
    print(
        "| plates per run | SD between, within | mixed model | t of run means | plates taken for runs |\n|---|---|---|---|---|"
    )
    for counts in ((1, 1, 1), (3, 3, 3), (3, 1, 1), (5, 1, 1), (1, 1, 2, 4), (1, 2, 2, 3, 4, 5)):
        for between, within in ((0.15, 0.05), (0.10, 0.10), (0.03, 0.15)):
            row = pooled_coverage(rng, asked.size, counts, between, within)
            cells = " | ".join(f"{100 * share:.1f} %" for share in row)
            print(f"| {', '.join(map(str, counts))} | {between}, {within} | {cells} |", flush=True)
    print(
        "\n| runs | highest dose | Tobit | bounds left out | bounds read as values | studies with a value |\n|---|---|---|---|---|---|"
    )
    for runs in (3, 4, 6, 10):
        for limit in (0.0, 0.5, 1.0):
            row4 = censored_coverage(rng, asked.size // 4, runs, limit)
            cells = " | ".join(f"{100 * share:.1f} %" for share in row4)
            print(f"| {runs} | {limit} SD above the truth | {cells} |", flush=True)
    print(
        "\n| runs with known errors | SD between | Hartung-Knapp | never narrower |\n|---|---|---|---|"
    )
    for runs in (3, 5):
        for between in (0.0, 0.05, 0.15):
            row2 = known_error_coverage(rng, asked.size, runs, between)
            print(
                f"| {runs} | {between} | {100 * row2[0]:.1f} % | {100 * row2[1]:.1f} % |",
                flush=True,
            )
    print(
        f"\nOne site, slope 1 is true; {asked.plates} plates per row, a third of them calibrated with 99 simulations"
    )
    print("| question | design | nominal F | AICc | calibrated |\n|---|---|---|---|---|")
    one = SHELF["one_site_competition"]
    for name, question in (
        ("one_site_competition_hill", "slope = 1"),
        ("two_site_competition", "one site or two"),
    ):
        for design, dose in DESIGNS.items():
            nominal, aicc = false_positives(rng, asked.plates, one, SHELF[name], dose)
            try:
                calibrated = f"{100 * calibrated_false_positives(rng, asked.plates // 3, one, SHELF[name], dose, 99):.1f} %"
            except InputError as error:
                calibrated = str(error)
            print(
                f"| {question} | {design} | {100 * nominal:.1f} % | {100 * aicc:.1f} % | {calibrated} |",
                flush=True,
            )
    print("\n| ROUT at Q = 1 %, variance model | clean plates with a suspect |\n|---|---|")
    for variance in ("counting", "proportional", "constant"):
        print(
            f"| {variance} | {100 * false_alarms(rng, asked.plates, variance):.1f} % |", flush=True
        )


if __name__ == "__main__":
    main()
