"""Size and power of every check and test, on simulated good and bad data.

    python benchmarks/checks_power.py [--size 60] [--seed 1] [--only plates] [--write]

The share of good data sets that a check flags (its size), the fault that is simulated, and the
share of faulty data sets that it flags (its power), with binomial standard errors. All draws come
from one seed. `--write` puts the table into docs/checks.md. Checks that compare a stated number
with a limit are exact; RULES lists them.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from power_assays import (
    count_faults,
    counts,
    cycle_faults,
    cycles,
    parabola,
    parabola_faults,
    responder_faults,
    responders,
    standard_curve,
    standard_faults,
    time_course,
    time_course_faults,
)
from power_binding import (
    SITES,
    good_runs,
    plate,
    plate_faults,
    run_faults,
    saturation,
    saturation_faults,
    simulated,
    test_faults,
    tests,
)
from power_curves import curve, curve_faults
from power_screens import (
    chart,
    chart_faults,
    long_screen_faults,
    parallel,
    parallel_faults,
    potencies,
    screen,
    screen_faults,
    time_faults,
)
from power_shared import Fault, Trial
from shared import fill

PAGE = Path(__file__).parents[1] / "docs" / "checks.md"
# Checks of microdialysis and chromatograms: each is raised by a spoilt batch, table or study of the
# tests.
SPOILT = (
    "ambiguous_cells",
    "animals_left_out",
    "baseline_unstable",
    "baselines_of_groups",
    "carry_over",
    "cells_used",
    "controls_outside",
    "copied_between_animals",
    "copied_values",
    "design_scatter",
    "detector_saturated",
    "few_animals",
    "few_levels",
    "few_quality_controls",
    "flux_bounded",
    "flux_crosses",
    "flux_points",
    "fractions_below_loq",
    "groups_compared",
    "image_saturated",
    "image_scale",
    "image_usable",
    "implausible_jump",
    "internal_standard_area",
    "internal_standard_missing",
    "manual_limits",
    "method_window",
    "missing_fractions",
    "neurite_cells",
    "neurite_cultures",
    "neurite_density",
    "neurite_design_scatter",
    "neurite_fields",
    "neurite_left_out",
    "neurite_signal",
    "neurite_stimulus",
    "neurite_threshold",
    "neurite_vehicle",
    "no_quality_controls",
    "plates_low",
    "recovery_methods",
    "recovery_range",
    "recovery_readings",
    "recovery_scatter",
    "release_basal_change",
    "release_copied_wells",
    "release_cultures",
    "release_edge_wells",
    "release_evoked",
    "release_missing_samples",
    "release_negative_net",
    "release_no_stimulus_missing",
    "release_outside_standards",
    "release_planned_cultures",
    "release_plates",
    "release_positive_control",
    "release_reading_order",
    "release_standards_drift",
    "release_unstimulated",
    "release_vehicle_missing",
    "release_well_scatter",
    "resolution_low",
    "response_before_drug",
    "retention_drift",
    "returns_to_baseline",
    "run_length",
    "samples_above_top",
    "sensitivity_drift",
    "single_times",
    "standards_outside",
    "tailing_high",
    "trace_constant",
    "trace_copied",
    "trace_short",
    "treatment_within_fraction",
    "unassigned_length",
    "unequal_windows",
    "unlisted_peak",
    "unfitted_readings",
    "vendor_areas",
    "window_coverage",
    "zero_values",
)
# Checks of what is stated, without error (they compare a number, or its absence, with a limit), and
# those whose simulations are elsewhere.
RULES = dict.fromkeys(SPOILT, "a spoilt batch, table or study in tests/") | {
    "independent_runs": "number of runs",
    "protocol_defaults": "what is stated",
    "conversion": "what is stated",
    "decay": "dates",
    "rates_apart": "number of concentrations",
    "wells_without_role": "layout",
    "wells_not_counted": "layout",
    "setting_not_used": "columns of the file",
    "nonspecific_not_measured": "columns of the file",
    "top_below_bottom": "fixed plateaus",
    "converged": "the search itself",
    "fit_failed": "the search itself",
    "not_determined": "the search itself",
    "no_scatter": "exact readings only",
    "joint_runs": "assays of the runs",
    "joint_limits": "every joint fit",
    "parameter_at_bound": "the search itself",
    "copied_runs": "exact comparison",
    "copied_readings": "exact comparison; equal ones by chance in tests/fitting",
    "pooled_bounds": "values and bounds of the runs",
    "baseline_runs": "number of runs",
    "compounds": "number of compounds",
    "excluded": "missing values",
    "kd_error": "what is stated",
    "masked_signal": "what is stated",
    "masked_site_affinity": "what is stated",
    "drift_resolution": "layout",
    "unequal_scatter": "level and power in tests/api/test_compare_unequal_scatter.py",
    "agonist_over_ec50": "what is stated",
    "units": "the model",
    "engines": "the model",
    "provenance": "the model",
    "ensemble": "the model",
    "misfit": "the model",
    "identifiability": "the model",
}


@dataclass(frozen=True)
class Share:
    """Flagged among simulated data sets."""

    flagged: int
    size: int

    def __str__(self) -> str:
        if self.size == 0:
            return ""
        share = self.flagged / self.size
        # Two successes and two failures added, so that the error is never 0 [Agresti & Coull 1998].
        p = (self.flagged + 2) / (self.size + 4)
        return f"{100 * share:.0f} ± {100 * math.sqrt(p * (1 - p) / (self.size + 4)):.0f} %"


@dataclass(frozen=True)
class Row:
    """A line of the table: a check, one fault, and how often it is flagged."""

    group: str
    check: str
    good: Share
    fault: str
    bad: Share


@dataclass(frozen=True)
class Group:
    """Good data of one kind, and its faults."""

    name: str
    good: Trial
    faults: Callable[[], Iterator[Fault]]
    # Share of `--size`: a screen takes longer than a ratio.
    weight: float = 1.0


GROUPS = {
    "plates": Group("competition plate", plate(), plate_faults),
    "tests": Group("competition plate", lambda rng: tests(simulated(rng)), test_faults, 2.0),
    "saturations": Group("saturation plate", saturation(SITES), saturation_faults),
    "curves": Group("single curve", curve(), curve_faults, 5.0),
    "runs": Group("three runs", good_runs, run_faults, 0.5),
    "screens": Group("screen", screen(), screen_faults, 0.3),
    "long screens": Group("screen of 24 plates", screen(plates=24), long_screen_faults, 0.3),
    "msr": Group("replicate experiment", potencies, time_faults, 5.0),
    "charts": Group("control chart, 20 runs", chart, chart_faults, 5.0),
    "parallelism": Group("relative potency", parallel, parallel_faults, 2.0),
    "standards": Group("standard curve", standard_curve(), standard_faults, 5.0),
    "parabolas": Group("standards along a parabola", parabola(), parabola_faults, 5.0),
    "sensorgrams": Group("sensorgrams, 4 cycles", cycles(), cycle_faults, 0.5),
    "time courses": Group("association plate", time_course(), time_course_faults, 2.0),
    "responders": Group("shares of 20 subjects", responders(), responder_faults, 5.0),
    "counts": Group("counts, 8 doses in triplicate", counts(), count_faults, 5.0),
}


def count(name: str, k: int, size: int, seed: int) -> Counter[str]:
    """How often each check is flagged in data sets of a group: good ones for k = 0, else those with
    its kth fault.
    """
    group = GROUPS[name]
    trial = group.good if k == 0 else list(group.faults())[k - 1].trial
    rng = np.random.default_rng([seed, k])
    return Counter(check for _ in range(size) for check in trial(rng))


def rows_of(name: str, size: int, seed: int, pool: Executor | None = None) -> list[Row]:
    """The lines of a group: those of its faults, then checks that only good data raise."""
    group = GROUPS[name]
    n = max(1, round(size * group.weight))
    faults = list(group.faults())
    jobs = [(name, k, n, seed) for k in range(len(faults) + 1)]
    good, *bad = pool.map(count, *zip(*jobs, strict=True)) if pool else starmap(count, jobs)
    rows = [
        Row(group.name, check, Share(good[check], n), fault.name, Share(counts[check], n))
        for fault, counts in zip(faults, bad, strict=True)
        for check in fault.checks
    ]
    named = {row.check for row in rows}
    rows += [
        Row(group.name, check, Share(k, n), "", Share(0, 0))
        for check, k in sorted(good.items())
        if check not in named
    ]
    return rows


def as_table(rows: Sequence[Row], size: int, seed: int) -> str:
    """The table of the documentation."""
    lines = [
        "| data | check or test | flagged in good data | fault | flagged in faulty data | N |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.group} | `{r.check}` | {r.good} | {r.fault} | {r.bad} | {r.good.size} |"
        for r in rows
    ]
    lines += ["", f"`python benchmarks/checks_power.py --size {size} --seed {seed} --write`"]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into the documentation."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=60, help="data sets for each share")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", choices=GROUPS, action="append", help="one kind of data")
    parser.add_argument("--write", action="store_true", help="fill the table into docs/checks.md")
    options = parser.parse_args()
    rows: list[Row] = []
    with ProcessPoolExecutor(options.processes) as pool:
        for name in options.only or GROUPS:
            rows += rows_of(name, options.size, options.seed, pool)
            print(f"{name}: done", file=sys.stderr, flush=True)
    table = as_table(rows, options.size, options.seed)
    print(table)
    if options.write:
        fill("checks-power", table, PAGE)


if __name__ == "__main__":
    main()
