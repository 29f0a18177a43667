"""Good and faulty binding plates and runs, for `checks_power.py`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from power_shared import Fault, Spoil, Trial, changed_wells, check_names

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.checks import plate_checks
from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.saturation import SaturationPlate
from tricyclic.assays.binding.simulate_plate import PlateFaults, one_run, simulate_plate
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.curves import CURVES
from tricyclic.fitting.outliers import detect_outliers_rout, suspects_as_checks
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.results.binding import PlateResult

ALPHA = 0.05


def _bench(name: str, truth: TrueValues, **stated: Any) -> tuple[BindingConditions, list[Well]]:
    chosen = protocol(name)
    conditions = replace(
        chosen.conditions,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=25.0,
        **stated,
    )
    return conditions, list(layout_from_toml(chosen.layout).planned_wells.values())


NET_TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=600.0, ki_nM={"desipramine": 0.83})
NET, NET_WELLS = _bench(
    "net-nisoxetine",
    NET_TRUTH,
    kon_per_M_min=1e8,
    koff_per_min=0.08,
    radioligand_kd_nM=MeasuredValue(0.8, "nM", 0.04),
)
SITES = TrueValues(kd_nM=0.13, bmax_fmol_per_mg=73.3, nonspecific=0.003)
BETA1, BETA1_WELLS = _bench(
    "beta1-iodopindolol",
    SITES,
    kon_per_M_min=1e9,
    koff_per_min=0.13,
    reference_date=date(2026, 3, 2),
    assay_date=date(2026, 3, 2),
)
METHOD = AnalysisOptions(outliers="suggest")


def scattered(wells: Sequence[Well], rng: np.random.Generator) -> list[Well]:
    """The wells of a plan, each at the place of another."""
    places = [well.name for well in wells]
    return [
        replace(well, name=places[k])
        for well, k in zip(wells, rng.permutation(len(places)), strict=True)
    ]


def simulated(
    rng: np.random.Generator,
    *,
    truth: TrueValues = NET_TRUTH,
    wells: Sequence[Well] | None = None,
    usual_layout: bool = False,
    spoil: Spoil | None = None,
    conditions: BindingConditions = NET,
    **options: Any,
) -> Plate:
    """One plate of readings."""
    plan = list(NET_WELLS if wells is None else wells)
    if not usual_layout:
        plan = scattered(plan, rng)
    plate = simulate_plate(conditions, plan, truth, rng, **options)
    return spoil(plate) if spoil else plate


def analysed(plate: Plate) -> PlateResult:
    """The whole analysis of a competition plate."""
    return analyse_plate(plate, NET, kind="competition", curves=CURVES)


def flagged(
    plate: Plate, conditions: BindingConditions = NET, kind: Any = "competition"
) -> set[str]:
    """Checks of a plate that do not pass: those of `analyse_plate`, without intervals, which no
    check uses, and without the analyses for comparison.
    """
    readings = plate_readings(plate, conditions, kind)
    analysis: CompetitionPlate | SaturationPlate
    if kind == "competition":
        analysis = CompetitionPlate(readings, CURVES, METHOD, plate.name)
        main = analysis.fit(intervals=False)
    else:
        analysis = SaturationPlate(readings, CURVES, METHOD, plate.name, kind)
        main = analysis.fit(intervals="none")
    checks = list(main.checks)
    if main.ok:
        series = tuple(one for _, one in readings.series)
        estimates = analysis.fitted_estimates(main)
        checks += plate_checks(plate, series, main, analysis.model, readings.conditions, estimates)
        suspects = detect_outliers_rout(
            analysis.candidate_model().parts,
            fixed=analysis.candidate_model().fixed,
            variance=analysis.variance,
            q=METHOD.outlier_q,
        )
        checks += suspects_as_checks(suspects)
    return check_names(checks)


def tests(plate: Plate) -> set[str]:
    """Tests of the curve of a plate with p below 0.05."""
    readings = plate_readings(plate, NET, "competition")
    analysis = CompetitionPlate(readings, CURVES, METHOD, plate.name)
    main = analysis.fit(intervals=False)
    misfit = lack_of_fit(main)
    made = [*analysis.comparisons(main), *([misfit] if misfit is not None else [])]
    return {f"{test.name} (p < 0.05)" for test in made if test.p < ALPHA}


def plate(kind: str = "competition", conditions: BindingConditions = NET, **given: Any) -> Trial:
    """A trial of one plate."""
    return lambda rng: flagged(simulated(rng, conditions=conditions, **given), conditions, kind)


def one_well(factor: float) -> Spoil:
    """The first competition well multiplied."""

    def spoil(plate: Plate) -> Plate:
        name = next(w.name for w in plate.wells if w.role is Role.COMPETITION and w.value > 400)
        return changed_wells(lambda w: w.value * factor, lambda w: w.name == name)(plate)

    return spoil


def half_blocked(plate: Plate) -> Plate:
    """Non-specific wells that keep 40 % of specific binding."""
    total = float(np.mean([w.value for w in plate.wells if w.role is Role.TOTAL]))
    return changed_wells(
        lambda w: 0.6 * w.value + 0.4 * total, lambda w: w.role is Role.NON_SPECIFIC
    )(plate)


def doses(top_M: float, dilution: float) -> list[Well]:
    """The plan with other concentrations of the compound."""
    return [
        replace(well, concentration_M=top_M / dilution**well.column)
        if well.role is Role.COMPETITION
        else well
        for well in NET_WELLS
    ]


def two_sites(rng: np.random.Generator, ratio: float = 100.0) -> Plate:
    """A plate on which half of the sites bind the compound `ratio` times more weakly."""
    plan = scattered(NET_WELLS, rng)
    strong, weak = (
        simulate_plate(NET, plan, replace(NET_TRUTH, ki_nM={"desipramine": ki}), rng, cv=0.055)
        for ki in (0.83, 0.83 * ratio)
    )
    # The mean of two plates is the mixture; its scatter is that of one plate with a CV of 4 %.
    wells = [
        replace(a, value=0.5 * (a.value + b.value))
        for a, b in zip(strong.wells, weak.wells, strict=True)
    ]
    return replace(strong, wells=tuple(wells))


def plate_faults() -> Iterator[Fault]:
    """Faults of competition plates."""
    stated = lambda **given: {"conditions": replace(NET, **given)}  # noqa: E731
    few = [w for w in NET_WELLS if w.role is not Role.TOTAL]
    few += [w for w in NET_WELLS if w.role is Role.TOTAL][:2]
    yield Fault("two total wells", ("few_control_wells",), plate(wells=few))
    yield Fault(
        "background subtracted twice",
        ("background_level",),
        plate(
            truth=replace(NET_TRUTH, nonspecific=0.0003),
            spoil=changed_wells(lambda w: max(w.value - 25.0, 0.0), lambda w: True),
        ),
    )
    yield Fault(
        "sticky filters", ("nsb_percent",), plate(truth=replace(NET_TRUTH, nonspecific=0.04))
    )
    yield Fault(
        "few sites",
        ("specific_percent",),
        plate(truth=replace(NET_TRUTH, bmax_fmol_per_mg=200.0), **stated(counting_time_min=10.0)),
    )
    yield Fault("CV 25 %", ("z_prime", "signal_window", "replicate_scatter"), plate(cv=0.25))
    yield Fault(
        "counted for 9 s",
        ("counting_error_share",),
        plate(cv=0.02, **stated(counting_time_min=0.15)),
    )
    yield Fault(
        "membranes bind 40 % of the tracer",
        ("tracer_bound",),
        plate(truth=replace(NET_TRUTH, bmax_fmol_per_mg=4000.0)),
    )
    yield Fault(
        "radioligand at 4 Kd",
        ("radioligand_over_kd",),
        plate(
            truth=replace(NET_TRUTH, bmax_fmol_per_mg=2000.0),
            **stated(radioligand_nM=MeasuredValue(3.2, "nM")),
        ),
    )
    yield Fault(
        "stopped after 2 half-lives",
        ("incubation_long_enough",),
        plate(
            truth=replace(
                NET_TRUTH, kon_per_M_min=2e6, competitor_koff_per_min={"desipramine": 0.1}
            ),
            design="as_incubated",
            **stated(kon_per_M_min=2e6, koff_per_min=1.6e-3, incubation_min=500.0),
        ),
    )
    yield Fault("upper plateau not reached", ("plateau_missing",), plate(wells=doses(1e-6, 1.85)))
    yield Fault("tested too low", ("ic50_outside_range",), plate(wells=doses(1e-10, 3.16)))
    yield Fault(
        "two sites, 100-fold apart", ("residual_runs",), lambda rng: flagged(two_sites(rng))
    )
    yield Fault("one well at 3 times", ("outlier",), plate(spoil=one_well(3.0)))
    yield Fault("one well at a fifth", ("outlier",), plate(spoil=one_well(0.2)))
    for check, fault, text in (
        ("edge_effect", PlateFaults(edge=-0.15), "edge 15 % low"),
        ("row_drift", PlateFaults(row_drift=0.2), "rows drift 20 %"),
        ("column_drift", PlateFaults(column_drift=0.2), "columns drift 20 %"),
    ):
        yield Fault(f"{text}, scattered wells", (check,), plate(faults=fault))
        yield Fault(
            f"{text}, doses along columns", (check,), plate(faults=fault, usual_layout=True)
        )
    yield Fault(
        "totals 40 % high", ("plateaus_against_controls",), plate(faults=PlateFaults(controls=0.4))
    )
    yield Fault("40 % left unblocked", ("bottom_against_controls",), plate(spoil=half_blocked))


def test_faults() -> Iterator[Fault]:
    """Curves that one site does not describe."""
    made = ("Hill slope = 1", "one site or two", "replicates test")
    names = tuple(f"{test} (p < 0.05)" for test in made)
    for ratio in (10.0, 30.0):
        yield Fault(
            f"two sites, {ratio:g}-fold apart",
            names,
            lambda rng, ratio=ratio: tests(two_sites(rng, ratio)),
        )


def saturation_faults() -> Iterator[Fault]:
    """Faults of saturations."""
    for kd, check, text in (
        (0.4, "plateau_missing", "top at 1.6 Kd"),
        (2.0, "kd_outside_range", "top below the Kd"),
    ):
        truth = replace(SITES, kd_nM=kd, bmax_fmol_per_mg=73.3 * kd / 0.13)
        yield Fault(text, (check,), saturation(truth))


def saturation(truth: TrueValues) -> Trial:
    """A trial of one saturation."""
    return plate(kind="saturation", conditions=BETA1, wells=BETA1_WELLS, truth=truth)


def _assay(
    rng: np.random.Generator, trial: Callable[[np.random.Generator], PlateResult]
) -> set[str]:
    plates = [replace(trial(rng), name=f"run {k}", experiment=f"run {k}") for k in range(3)]
    return check_names(analyse_runs(plates, name="net", title="NET", kind="competition").checks)


def good_runs(rng: np.random.Generator) -> set[str]:
    """Three independent runs."""
    return _assay(
        rng, lambda r: analysed(simulated(r, truth=one_run(NET_TRUTH, r, sd_log10_ki=0.05)))
    )


def run_faults() -> Iterator[Fault]:
    """Faults of three runs."""
    yield Fault(
        "two sites, 30-fold apart",
        ("model_fits",),
        lambda rng: _assay(rng, lambda r: analysed(two_sites(r, 30.0))),
    )

    def copied(rng: np.random.Generator) -> set[str]:
        one = analysed(simulated(rng))
        return _assay(rng, lambda r: one)

    yield Fault("one plate named three times", ("runs_excluded",), copied)

    def swapped(plate: Plate) -> Plate:
        roles = {Role.TOTAL: Role.NON_SPECIFIC, Role.NON_SPECIFIC: Role.TOTAL}
        return replace(
            plate, wells=tuple(replace(w, role=roles.get(w.role, w.role)) for w in plate.wells)
        )

    yield Fault(
        "totals and non-specific wells exchanged",
        ("runs_excluded",),
        lambda rng: _assay(rng, lambda r: analysed(simulated(r, spoil=swapped))),
    )
