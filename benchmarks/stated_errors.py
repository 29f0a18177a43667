"""Coverage of Bmax and Kd where specific activity, efficiency, protein and Kd carry stated errors.

    python benchmarks/stated_errors.py [--size 200]

Each study has four runs. Its stated numbers are wrong by one draw of their errors, which all runs
share. Shown is how often the interval of repeated runs and the interval with the errors all runs
share contain the true value. All draws come from one seed.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.simulate_plate import one_run, simulate_plate
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.curves import CURVES
from tricyclic.results.binding import WITH_SHARED

RUNS, SD_LOG10_BMAX = 4, 0.035
# Relative standard errors of the stated numbers.
ERRORS = {
    "specific_activity_Ci_per_mmol": 0.023,
    "counting_efficiency": 0.027,
    "protein_ug": 0.05,
    "radioligand_kd_nM": 0.10,
}
TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=300.0, ki_nM={"drug": 5.0})
STATED = BindingConditions(
    radioligand="[3H]nisoxetine",
    specific_activity_Ci_per_mmol=MeasuredValue(80.0, "Ci/mmol", 80.0 * 0.023),
    counting_efficiency=MeasuredValue(0.45, "", 0.45 * 0.027),
    protein_ug=MeasuredValue(30.0, "ug", 30.0 * 0.05),
    radioligand_kd_nM=MeasuredValue(0.8, "nM", 0.8 * 0.10),
    radioligand_nM=MeasuredValue(1.0, "nM"),
    volume_uL=250.0,
    counting_time_min=2.0,
)
SATURATION_NM = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
COMPETITION_NM = np.geomspace(0.05, 5000.0, 10)


def named(wells: list[tuple[Role, dict[str, float | str]]]) -> list[Well]:
    """Wells in the order of the plate."""
    return [
        Well(f"{row_letters(k // 12)}{k % 12 + 1:02d}", 0.0, role, **more)  # type: ignore[arg-type]
        for k, (role, more) in enumerate(wells)
    ]


def saturation_wells() -> list[Well]:
    """Seven concentrations, three total and two non-specific wells each."""
    roles = [Role.TOTAL] * 3 + [Role.NON_SPECIFIC] * 2
    return named([(role, {"radioligand_nM": nM}) for nM in SATURATION_NM for role in roles])


def competition_wells() -> list[Well]:
    """Ten concentrations in triplicate, with six wells of each control."""
    wells: list[tuple[Role, dict[str, float | str]]] = [
        (Role.COMPETITION, {"compound": "drug", "concentration_nM": float(nM)})
        for nM in COMPETITION_NM
        for _ in range(3)
    ]
    wells += [(Role.TOTAL, {})] * 6 + [(Role.NON_SPECIFIC, {})] * 6
    return named(wells)


def true_conditions(rng: np.random.Generator) -> tuple[BindingConditions, TrueValues]:
    """What holds in a laboratory whose stated numbers are wrong by a draw of their errors."""
    changed = {}
    for name, relative in ERRORS.items():
        number = getattr(STATED, name)
        factor = math.exp(relative * rng.normal())
        changed[name] = replace(number, value=factor * number.value)
    kd = changed["radioligand_kd_nM"].value
    return replace(STATED, **changed), replace(TRUTH, kd_nM=kd)


def coverage(
    kind: str, wells: Callable[[], list[Well]], quantity: str, size: int, seed: int
) -> tuple[float, float]:
    """Coverage of the interval of repeated runs, and of that with the errors all runs share."""
    rng = np.random.default_rng(seed)
    narrow = wide = 0
    for study in range(size):
        conditions, truth = true_conditions(rng)
        plates = []
        for run in range(RUNS):
            of_run = one_run(truth, rng, sd_log10_bmax=SD_LOG10_BMAX)
            plate: Plate = simulate_plate(
                conditions, wells(), of_run, rng, name=f"study {study} run {run}"
            )
            result = analyse_plate(plate, STATED, kind=kind, curves=CURVES)
            plates.append(replace(result, experiment=str(run)))
        assay = analyse_runs(plates, name="assay", title="NET", kind=kind)
        pooled = {estimate.name: estimate for estimate in assay.pooled}
        true = truth.bmax_fmol_per_mg if quantity == "Bmax" else truth.kd_nM
        own = pooled[quantity]
        shared = pooled.get(f"{quantity}{WITH_SHARED}", own)
        narrow += own.low <= true <= own.high
        wide += shared.low <= true <= shared.high
    return narrow / size, wide / size


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=200, help="simulated studies per row")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    error = 100 * math.sqrt(0.95 * 0.05 / options.size)
    print(f"Nominal 95 %; {options.size} studies per row, Monte Carlo error {error:.1f} %\n")
    print("| estimate | interval of repeated runs | with the errors all runs share |")
    print("| --- | --- | --- |")
    rows: list[tuple[str, str, Callable[[], list[Well]], str]] = [
        ("Bmax of a saturation", "saturation", saturation_wells, "Bmax"),
        ("Kd of a saturation", "saturation", saturation_wells, "Kd"),
        ("Bmax of a competition, Kd ± 10 %", "competition", competition_wells, "Bmax"),
    ]
    for label, kind, wells, quantity in rows:
        narrow, wide = coverage(kind, wells, quantity, options.size, options.seed)
        print(f"| {label} | {100 * narrow:.1f} % | {100 * wide:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
