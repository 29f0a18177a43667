"""Errors of common shortcuts: the same simulated plates, analysed as is usual and by tricyclic.

    python benchmarks/traps.py [--plates 1500]

Prints a table of docs/statistics.md, and with --write puts it there. All plates are synthetic.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from shared import fill

from tricyclic.assays.binding.classical import scale_to_controls
from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.saturation import SaturationPlate
from tricyclic.assays.binding.simulate_plate import one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Role, Well, row_letters
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.io.library.protocols import protocol
from tricyclic.numerics.equilibrium import exact_ic50

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
KI_NM = 0.9
SPARSE = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=150.0, ki_nM={"desipramine": KI_NM})
CV = 0.05


def conditions() -> BindingConditions:
    """The NET assay with little radioligand bound, so that only the analyses differ."""
    return replace(
        protocol("net-nisoxetine").conditions,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
        radioligand_kd_nM=MeasuredValue(0.8, "nM"),
        nsb_drug="another blocker",
    )


def well_name(i: int) -> str:
    """Name of a well, in row order."""
    return f"{row_letters(i // 12)}{i % 12 + 1:02d}"


def competition_wells() -> list[Well]:
    """Three total and three non-specific wells, ten half-log doses in triplicate."""
    roles = [(Role.TOTAL, 0.0)] * 3 + [(Role.NON_SPECIFIC, 0.0)] * 3
    roles += [
        (Role.COMPETITION, float(dose))
        for dose in np.repeat(10.0 ** np.arange(-11.5, -6.9, 0.5), 3)
    ]
    return [
        Well(well_name(i), 0.0, role, "desipramine" if dose else "", dose)
        for i, (role, dose) in enumerate(roles)
    ]


def saturation_wells() -> list[Well]:
    """Eight radioligand doses, three total and three non-specific wells each."""
    doses = np.repeat([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4], 6)
    return [
        Well(
            well_name(i),
            0.0,
            Role.NON_SPECIFIC if i % 6 > 2 else Role.TOTAL,
            radioligand_nM=float(nM),
        )
        for i, nM in enumerate(doses)
    ]


def covers(estimate: object, truth: float) -> bool:
    """Whether an interval contains the true value."""
    return bool(estimate.low <= truth <= estimate.high)  # type: ignore[attr-defined]


def one_plate(plates: int) -> tuple[float, float]:
    """Coverage of the plateau-fixing analysis, and of the fit of the raw wells."""
    fixed, raw = [], []
    for seed in range(plates):
        plate = simulate_plate(
            conditions(), competition_wells(), SPARSE, np.random.default_rng(seed), cv=CV
        )
        task = CompetitionPlate(
            plate_readings(plate, conditions(), "competition"), CURVES, AnalysisOptions(), "plate"
        )
        raw.append(covers(task.estimates(task.fit())[0], KI_NM))
        fixed.append(covers(task._classical(scale_to_controls)[1], KI_NM))
    return float(np.mean(fixed)), float(np.mean(raw))


def saturation(plates: int) -> tuple[float, float, float]:
    """Error of log Kd after subtraction relative to the joint fit, and the coverage of both."""
    errors: dict[str, list[float]] = {"subtracted": [], "joint": []}
    covered: dict[str, list[bool]] = {"subtracted": [], "joint": []}
    for seed in range(plates):
        plate = simulate_plate(
            conditions(), saturation_wells(), SPARSE, np.random.default_rng(seed), cv=CV
        )
        task = SaturationPlate(
            plate_readings(plate, conditions(), "saturation"),
            CURVES,
            AnalysisOptions(),
            "plate",
            "saturation",
        )
        main = task.fit()
        alternatives = dict(task.alternatives(main))
        subtracted = alternatives["non-specific subtracted, then fitted"]
        for name, estimates in (("joint", task.estimates(main)), ("subtracted", subtracted)):
            kd = next(one for one in estimates if one.name == "Kd")
            errors[name].append(np.log10(kd.value / 0.8))
            covered[name].append(covers(kd, 0.8))
    rms = {name: float(np.sqrt(np.mean(np.square(values)))) for name, values in errors.items()}
    return (
        rms["subtracted"] / rms["joint"],
        float(np.mean(covered["subtracted"])),
        float(np.mean(covered["joint"])),
    )


def three_runs(studies: int) -> tuple[float, float]:
    """Coverage when the wells of three runs (SD 0.15 between days) go into one fit, and of the t
    interval of the runs.
    """
    together, apart = [], []
    for seed in range(studies):
        rng = np.random.default_rng(seed)
        tasks = []
        for k in range(3):
            truth = one_run(SPARSE, rng, sd_log10_ki=0.15)
            plate = simulate_plate(conditions(), competition_wells(), truth, rng, cv=CV)
            tasks.append(
                CompetitionPlate(
                    plate_readings(plate, conditions(), "competition"),
                    CURVES,
                    AnalysisOptions(),
                    f"run {k}",
                )
            )
        candidate = tasks[0].candidate_model()
        parts = [
            FitPart(t.readings.series[0][1], t.model, {}, f"run {k}") for k, t in enumerate(tasks)
        ]
        joint = fit(parts, fixed=candidate.fixed, variance="counting", intervals=["log10_ki"])[
            "log10_ki"
        ]
        together.append(joint.low <= np.log10(KI_NM * 1e-9) <= joint.high)
        apart.append(
            covers(pool_estimates([t.estimates(t.fit(intervals=False))[0] for t in tasks]), KI_NM)
        )
    return float(np.mean(together)), float(np.mean(apart))


def cheng_prusoff(bound: float, ki_over_kd: float) -> float:
    """Ki by Cheng and Prusoff over the true Ki, at a fraction of radioligand that is bound without
    competitor, and [L] = Kd / 2.
    """
    kd, total = 1e-9, 0.5e-9
    bound_M = bound * total
    sites = bound_M * (kd + total - bound_M) / (total - bound_M)
    ki = ki_over_kd * kd
    return float(exact_ic50(sites, total, kd, ki)) / (1.0 + total / kd) / ki


def table(plates: int) -> str:
    """The Markdown table."""
    fixed, raw = one_plate(plates)
    ratio, subtracted, joint = saturation(plates // 3)
    together, apart = three_runs(plates // 3)
    weak, tight = cheng_prusoff(0.44, 1000.0), cheng_prusoff(0.44, 0.1)
    third = plates // 3
    return "\n".join(
        [
            (
                f"| common way | what it costs (simulated: {plates} plates; {third} saturations; "
                f"{third} times three runs) |"
            ),
            "| --- | --- |",
            (
                "| scale to 0-100 % of three control wells each, plateaus fixed "
                f"| 95 % intervals cover {100 * fixed:.0f} %; the raw fit of the same wells covers "
                f"{100 * raw:.0f} % |"
            ),
            (
                "| subtract the mean of the non-specific wells, then fit a saturation "
                f"| error of log Kd {ratio:.1f} times that of the joint fit; coverage "
                f"{100 * subtracted:.0f} %, joint {100 * joint:.0f} % |"
            ),
            (
                "| fit the wells of three runs as if they were one "
                f"| coverage {100 * together:.0f} %; a t interval of the runs covers "
                f"{100 * apart:.0f} % |"
            ),
            (
                "| Cheng-Prusoff with 44 % of the radioligand bound, [L] at half its Kd "
                f"| Ki {weak:.1f} times too high for a weak competitor, {tight:.1f} times where "
                "Ki is a tenth of Kd |"
            ),
        ]
    )


def main() -> None:
    """Print the table, or put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", type=int, default=1500)
    parser.add_argument("--write", action="store_true", help="put it into docs/statistics.md")
    options = parser.parse_args()
    text = table(options.plates)
    sys.stdout.write(f"{text}\n")
    if options.write:
        fill("traps", text, PAGE)


if __name__ == "__main__":
    main()
