"""IC50 and Hill slope (nH) of a logistic stand beside each Ki, for each run and pooled."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import curve_fit

from tricyclic.assays.binding.analysis import analyse_plate, analyse_table
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import format_p_scale
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.numerics.equilibrium import exact_ic50
from tricyclic.reports.text.study import study_text
from tricyclic.results.binding import StudyResult


def logistic(x, top, bottom, log10_ic50, hill):
    return bottom + (top - bottom) / (1 + 10 ** (hill * (x - log10_ic50)))


# What these numbers do not depend on.
QUICK = AnalysisOptions(classical=False, outliers="none")


def table_of_readings(seed: int) -> tuple[np.ndarray, np.ndarray]:
    log10 = np.repeat(np.linspace(-11, -6, 11), 3)
    noise = np.random.default_rng(seed).normal(0, 3, log10.size)
    return log10, logistic(log10, 120.0, 8.0, -8.3, 0.8) + noise


@pytest.mark.parametrize("seed", range(3))
def test_ic50_and_slope_are_those_of_scipy_for_a_table(seed: int) -> None:
    log10, y = table_of_readings(seed)
    x = {"competitor_M": 10.0**log10, "radioligand_M": np.full(log10.size, 0.6e-9)}
    conditions = BindingConditions(
        radioligand_nM=MeasuredValue(0.6, "nM"), radioligand_kd_nM=MeasuredValue(1.4, "nM")
    )
    result = analyse_table(
        Series("run", y, "fmol/mg", x),
        conditions,
        kind="competition",
        curves=CURVES,
        compound="drug",
        method=AnalysisOptions(variance="constant"),
    )
    best, cov = curve_fit(logistic, log10, y, p0=(110, 0, -8, 1))
    ic50, slope = result.estimate("IC50"), result.estimate("nH")
    assert ic50.value == pytest.approx(10 ** best[2] * 1e9, rel=1e-5)
    assert slope.value == pytest.approx(best[3], rel=1e-5)
    assert ic50.log10_se == pytest.approx(math.sqrt(cov[2, 2]), rel=1e-3)
    assert slope.se == pytest.approx(math.sqrt(cov[3, 3]), rel=1e-3)
    assert ic50.low < ic50.value < ic50.high and slope.low < slope.value < slope.high
    # The slope of the fitted curve is another number only where depletion is modelled.
    assert result.estimate("Hill slope").value == pytest.approx(slope.value, rel=1e-4)


def test_the_ic50_of_plates_is_that_of_the_exact_mass_balance(net, make_plate) -> None:
    sites = 800.0 * 30.0 * 1e-3 / 250e-6 * 1e-15
    truth = exact_ic50(sites, 1e-9, 0.8e-9, 0.9e-9, radioligand_sink=0.005) * 1e9
    logs = [
        math.log10(
            analyse_plate(
                make_plate(seed, cv=0.02), net, kind="competition", curves=CURVES, method=QUICK
            )
            .estimate("IC50")
            .value
        )
        for seed in range(4)
    ]
    error = np.std(logs, ddof=1) / math.sqrt(len(logs))
    assert abs(np.mean(logs) - math.log10(truth)) < 4 * error + 0.01


def test_depletion_makes_nh_steeper_and_leaves_the_slope_of_the_mass_balance(
    net, make_plate
) -> None:
    tight = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=8000.0, ki_nM={"desipramine": 0.02})
    result = analyse_plate(
        make_plate(3, truth=tight, cv=0.02), net, kind="competition", curves=CURVES, method=QUICK
    )
    assert result.estimate("nH").low > 1.1
    slope = result.estimate("Hill slope")
    assert slope.low < 1 < slope.high


@pytest.fixture(scope="module")
def pooled(net, make_plate):
    plates = [
        analyse_plate(
            make_plate(seed, name=f"run{seed}"),
            net,
            kind="competition",
            curves=CURVES,
            experiment=f"run{seed}",
            method=QUICK,
        )
        for seed in range(3)
    ]
    return plates, analyse_runs(plates, name="NET", title="NET", kind="competition")


def test_runs_are_pooled_as_geometric_mean_and_slopes_as_mean(pooled) -> None:
    plates, assay = pooled
    by_name = {e.name: e for e in assay.pooled}
    logs = np.log10([plate.estimate("IC50").value for plate in plates])
    assert by_name["IC50"].value == pytest.approx(10 ** logs.mean(), rel=1e-12)
    assert by_name["IC50"].log10_se == pytest.approx(logs.std(ddof=1) / math.sqrt(3), rel=1e-12)
    slopes = np.array([plate.estimate("nH").value for plate in plates])
    assert by_name["nH"].value == pytest.approx(slopes.mean(), rel=1e-12)
    assert by_name["nH"].n_experiments == by_name["IC50"].n_experiments == 3


def test_the_standard_error_of_pki_is_that_of_the_runs(pooled) -> None:
    plates, assay = pooled
    ki = next(e for e in assay.pooled if e.name == "Ki")
    pkis = np.array([plate.estimate("Ki").p_value for plate in plates])
    se = pkis.std(ddof=1) / math.sqrt(3)
    decimals = len(format_p_scale(ki).split(" ")[0].partition(".")[2])
    assert format_p_scale(ki).startswith(f"{pkis.mean():.{decimals}f} ± {se:.{decimals}f} (")


def test_the_text_has_one_line_of_ic50_and_slope_after_the_ki(pooled) -> None:
    _, assay = pooled
    lines = study_text(StudyResult("x", (assay,)), CURVES).splitlines()
    ki = next(k for k, line in enumerate(lines) if " Ki " in line)
    assert " IC50 " in lines[ki + 1] and " pIC50 " in lines[ki + 1] and " nH " in lines[ki + 1]
    assert lines[ki + 1].endswith("n = 3   logistic, slope free")
    assert sum(" nH " in line for line in lines) == 1


def test_a_compound_that_displaces_too_little_has_a_bound_and_no_slope(net) -> None:
    inert = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 3e6})
    other = replace(net, nsb_drug="mazindol")
    plan = layout_from_toml(protocol("net-nisoxetine").layout)
    for seed in range(3):
        counted = simulate_plate(other, plan, inert, np.random.default_rng(seed))
        plate = analyse_plate(counted, other, kind="competition", curves=CURVES)
        ki, ic50 = plate.estimate("Ki"), plate.estimate("IC50")
        assert ki.qualifier == ic50.qualifier == ">" and ic50.high == math.inf
        # Little is bound, so that both limits differ by 1 + L / Kd.
        assert ic50.value / ki.value == pytest.approx(1 + 1.0 / 0.8, rel=0.1)
        assert "nH" not in {e.name for e in plate.estimates}


def test_an_ic50_model_keeps_its_own_ic50_alone(net, make_plate) -> None:
    result = analyse_plate(
        make_plate(1),
        replace(net, radioligand_kd_nM=None),
        kind="competition",
        curves=CURVES,
        method=AnalysisOptions(model="one_site_competition"),
    )
    assert [e.name for e in result.estimates] == ["IC50", "Hill slope"]


def test_the_pooled_ic50_is_of_all_runs_where_one_has_suggested_outliers(net, make_plate) -> None:
    plate = make_plate(1, name="run1")
    spoilt = next(w for w in plate.wells if w.name == "C06")
    plate = replace(
        plate,
        wells=tuple(
            replace(w, value=w.value * 3) if w.name == spoilt.name else w for w in plate.wells
        ),
    )
    plates = [
        analyse_plate(p, net, kind="competition", curves=CURVES, experiment=p.name)
        for p in (plate, make_plate(2, name="run2"), make_plate(3, name="run3"))
    ]
    assay = analyse_runs(plates, name="NET", title="NET", kind="competition")
    names = [e.name for e in assay.pooled]
    assert "Ki, without the suggested outliers" in names
    assert not any(name.startswith("IC50,") for name in names)
