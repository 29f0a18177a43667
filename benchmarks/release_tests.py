"""How often the tests of evoked release find an effect that is not there, and how often the limits
of the net ratio contain the truth, beside wells counted as n.

Studies from samples on: cultures with a level and a response of their own, three wells of each arm,
a basal and a stimulated sample of each well with reading error. Prints the share of p < 0.05 and
the coverage with their Monte Carlo errors.

    python benchmarks/release_tests.py [--runs 1000] [--n 3 4 6] [--docs]
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shared import PAGE, fill, machine

from tricyclic.assays.release.analysis import ReleaseAnalysis, analyse_release
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.release import ReleaseReading, Sampling
from tricyclic.results.release import ConvertedSamples, ReleaseResult
from tricyclic.stats.statistics import welch

WELLS, CONCENTRATIONS = 3, (0.1, 0.3, 1.0, 3.0, 10.0)
CULTURE_SD, WELL_SD, READING = 0.25, 0.12, 0.03
BASAL_UM, NET_PMOL = 0.7, 300.0
SAMPLING = Sampling(well_uL=500.0, sample_uL=100.0)
SHOWN = "imipramine 10 uM"
# Of the requirements: size of a test, coverage of limits.
MOST_PERCENT, COVERAGE = 6.0, (93.0, 97.0)


@dataclass(frozen=True)
class Case:
    """Logarithm of the effect of each concentration, and its standard deviation over cultures."""

    label: str
    log_effect: float
    effect_sd: float


CASES = (
    Case("no effect", 0.0, 0.0),
    Case("none on average, cultures differ", 0.0, 0.2),
    Case("1.5-fold", math.log(1.5), 0.0),
    Case("1.5-fold, cultures differ", math.log(1.5), 0.2),
)


def simulate(rng: np.random.Generator, n: int, case: Case) -> ConvertedSamples:
    """Samples of a study; the antagonist changes nothing."""
    arms = [CultureArm(stimulus="BDNF"), CultureArm()]
    arms += [CultureArm("imipramine", c, "uM", "BDNF") for c in CONCENTRATIONS]
    arms += [CultureArm("", 0.0, "", "BDNF", "NE-100")]
    arms += [CultureArm("imipramine", CONCENTRATIONS[-1], "uM", "BDNF", "NE-100")]
    readings = []
    left = SAMPLING.well_uL - SAMPLING.sample_uL
    for culture in range(n):
        level = math.exp(rng.normal(0, CULTURE_SD))
        response = case.log_effect + case.effect_sd * rng.standard_normal()
        for a, arm in enumerate(arms):
            for w in range(WELLS):
                cells = level * math.exp(rng.normal(0, WELL_SD))
                net = NET_PMOL * math.exp(response if arm.drug else 0.0) if arm.stimulus else 0.0
                before = BASAL_UM * cells
                after = before + net * cells / left
                for kind, value in (("basal", before), ("stimulated", after)):
                    measured = value * (1.0 + READING * rng.standard_normal())
                    name = f"{a}.{w}"
                    readings.append(
                        ReleaseReading(measured, kind, str(culture), "1", name, arm)  # type: ignore[arg-type]
                    )
    return ConvertedSamples(tuple(readings), "uM")


def wells_as_n(result: ReleaseResult) -> float:
    """P of Welch's test of all wells in percent of the vehicle of their culture."""
    vehicle = {
        m.culture: m.net for m in result.means if m.arm == CultureArm(stimulus=result.stimulus)
    }

    def wells(label: str) -> list[float]:
        return [w.net / vehicle[w.culture] for w in result.wells if w.arm.label("BDNF") == label]

    return welch(wells(SHOWN), wells("vehicle")).p


def outcomes(result: ReleaseResult, case: Case) -> Iterator[tuple[str, bool]]:
    """Name of each test or interval, and whether it is positive or contains the truth."""
    shown = result[SHOWN]
    difference = next(e for e in result.difference.effects if e.arm == SHOWN)
    curve, antagonist = result.curves[0], result.antagonists[0]
    yield "ratio, one arm", shown.p < 0.05
    yield "ratio, any of five (Holm)", min(e.p_adjusted for e in result.ratio.effects) < 0.05
    yield "difference, one arm", difference.p < 0.05
    yield "basal, any of five (Holm)", min(e.p_adjusted for e in result.basal.effects) < 0.05
    yield "trend", curve.trend_p < 0.05
    yield "downturn", curve.downturn_p < 0.05
    yield "interaction", antagonist.change.p < 0.05
    yield "wells as n", wells_as_n(result) < 0.05
    yield "coverage of the ratio", shown.low <= math.exp(case.log_effect) <= shown.high


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--n", type=int, nargs="+", default=[3, 4, 6])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docs", action="store_true", help="fill the table of docs/statistics.md")
    options = parser.parse_args()
    lines: list[list[str]] = []
    over = []
    for c, case in enumerate(CASES):
        for n in options.n:
            rng = np.random.default_rng([options.seed, c, n])
            counts: dict[str, int] = {}
            for _ in range(options.runs):
                result = analyse_release(simulate(rng, n, case), SAMPLING, ReleaseAnalysis())
                for name, is_hit in outcomes(result, case):
                    counts[name] = counts.get(name, 0) + is_hit
            if not lines:
                lines = [["truth", "cultures", *counts], ["---"] * (2 + len(counts))]
            cells = []
            for name, count in counts.items():
                share = count / options.runs
                error = 100 * (share * (1 - share) / options.runs) ** 0.5
                cells.append(f"{100 * share:.1f} ± {error:.1f}")
                if is_over(name, case, 100 * share, error):
                    over.append(f"{name}, {case.label}, {n} cultures: {100 * share:.1f} %")
            lines.append([case.label, str(n), *cells])
            print(lines[-1], flush=True)
    text = "\n\n".join(
        [
            "\n".join(f"| {' | '.join(line)} |" for line in lines),
            (
                f"Percentage of simulated studies with p < 0.05, and of 95 % limits of the net "
                f"ratio that contain the truth, with Monte Carlo errors; {options.runs} studies. "
                f"Every concentration has the effect; the drug acts under the antagonist as "
                f"without. {WELLS} wells of an arm; standard deviation of logarithms between "
                f"cultures {CULTURE_SD:g}, of wells {WELL_SD:g}, of the effect between cultures "
                f"0 or 0.2; reading error {100 * READING:g} %. {machine()}."
            ),
            f"Above {MOST_PERCENT:g} % without an effect, or a coverage outside {COVERAGE[0]:g} to "
            f"{COVERAGE[1]:g} %, by more than the Monte Carlo error: "
            + ("; ".join(over) or "none")
            + ".",
        ]
    )
    print(text)
    if options.docs:
        fill("release tests", text, PAGE.with_name("statistics.md"))


def is_over(name: str, case: Case, percent: float, error: float) -> bool:
    """Whether a size or a coverage is outside its requirement by more than the error."""
    if name.startswith("coverage"):
        return percent + error < COVERAGE[0] or percent - error > COVERAGE[1]
    # Concentrations that act alike: no downturn, no interaction, and basal release is unchanged.
    null = case.log_effect == 0 or name.split(",")[0] in ("downturn", "interaction", "basal")
    return null and percent - error > MOST_PERCENT


if __name__ == "__main__":
    main()
