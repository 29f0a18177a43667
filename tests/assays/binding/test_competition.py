"""Laws that any competition plate must obey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate, analyse_table
from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Role
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.numerics.equilibrium import exact_ic50


def main_estimates(plate, net) -> dict[tuple[str, str], Estimate]:
    """Estimates of the main fit by name and subject, without the comparisons of other models."""
    readings = plate_readings(plate, net, "competition")
    analysis = CompetitionPlate(readings, CURVES, AnalysisOptions(), plate.name)
    return {(one.name, one.subject): one for one in analysis.estimates(analysis.fit())}


def ki(plate, net) -> float:
    return main_estimates(plate, net)["Ki", "desipramine"].value


def test_swapping_replicate_wells_changes_no_ki(net: BindingConditions, make_plate) -> None:
    plate = make_plate(3)
    b, c = (next(w for w in plate.wells if w.name == name) for name in ("B04", "C04"))
    swapped = {"B04": c.value, "C04": b.value}
    other = replace(
        plate, wells=tuple(replace(w, value=swapped.get(w.name, w.value)) for w in plate.wells)
    )
    assert ki(other, net) == pytest.approx(ki(plate, net), rel=1e-7)


def test_the_ki_is_the_same_in_cpm_dpm_and_counts(net: BindingConditions, make_plate) -> None:
    plate = make_plate(3)
    in_dpm = replace(
        plate, unit="dpm", wells=tuple(replace(w, value=w.value / 0.45) for w in plate.wells)
    )
    in_counts = replace(
        plate, unit="counts", wells=tuple(replace(w, value=w.value * 2.0) for w in plate.wells)
    )
    assert ki(in_dpm, net) == pytest.approx(ki(plate, net), rel=1e-6)
    assert ki(in_counts, net) == pytest.approx(ki(plate, net), rel=1e-6)


def test_twice_the_protein_stated_halves_the_bmax_and_leaves_the_ki(
    net: BindingConditions, make_plate
) -> None:
    plate = make_plate(3)
    assert net.protein_ug is not None
    double = replace(net, protein_ug=MeasuredValue(2 * net.protein_ug.value, "ug"))
    one, two = (main_estimates(plate, conditions) for conditions in (net, double))
    name = ("Ki", "desipramine")
    assert two[name].value == pytest.approx(one[name].value, rel=1e-9)
    bmax = ("Bmax", net.radioligand)
    assert two[bmax].value == pytest.approx(one[bmax].value / 2, rel=1e-9)


def test_depletion_biases_cheng_prusoff_and_not_the_exact_ki(
    net: BindingConditions, make_plate
) -> None:
    dense = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=8000.0, ki_nM={"desipramine": 0.9})
    result = analyse_plate(
        make_plate(4, truth=dense, cv=0.02), net, kind="competition", curves=CURVES
    )
    cheng_prusoff = result.classical[0][1][1]
    assert result.estimate("Ki").value == pytest.approx(0.9, rel=0.1)
    # What the exact IC50 of this plate becomes under Cheng-Prusoff.
    sites = 8000.0 * 30.0 * 1e-3 / 250e-6 * 1e-15
    half = exact_ic50(sites, 1e-9, 0.8e-9, 0.9e-9, radioligand_sink=dense.nonspecific) * 1e9
    assert cheng_prusoff.value == pytest.approx(half / (1 + 1.0 / 0.8), rel=0.1)
    assert cheng_prusoff.low > result.estimate("Ki").high
    assert any(check.name == "tracer_bound" and check.level == "warn" for check in result.checks)


def test_two_compounds_on_one_plate_share_its_sites_and_keep_their_own_ki(
    net: BindingConditions, make_plate
) -> None:
    plate = make_plate(5)
    rows = {"B": "desipramine", "C": "nisoxetine", "D": "desipramine"}
    both = replace(
        plate,
        wells=tuple(
            replace(w, compound=rows[w.name[0]]) if w.role is Role.COMPETITION else w
            for w in plate.wells
        ),
    )
    result = main_estimates(both, net)
    for compound in ("desipramine", "nisoxetine"):
        assert result["Ki", compound].low < 0.9 < result["Ki", compound].high
    assert [name for name, _ in result].count("Bmax") == 1


def test_without_a_kd_there_is_no_ki(net: BindingConditions, make_plate) -> None:
    with pytest.raises(
        InputError,
        match=r"^plate: the Kd of the radioligand is missing, and a Ki needs it\. Provide "
        r'radioligand_kd_nM, or choose the model "one_site_competition" for an IC50 alone\.$',
    ):
        analyse_plate(
            make_plate(1), replace(net, radioligand_kd_nM=None), kind="competition", curves=CURVES
        )
    method = AnalysisOptions(model="one_site_competition")
    result = analyse_plate(
        make_plate(1),
        replace(net, radioligand_kd_nM=None),
        kind="competition",
        curves=CURVES,
        method=method,
    )
    assert [e.name for e in result.estimates] == ["IC50", "Hill slope"]


def test_counts_that_cannot_be_converted_are_fitted_without_depletion(
    net: BindingConditions, make_plate
) -> None:
    result = analyse_plate(
        make_plate(1),
        replace(net, specific_activity_Ci_per_mmol=None),
        kind="competition",
        curves=CURVES,
    )
    assert result.model == "competition_ki"
    assert any(check.name == "conversion" and check.level != "pass" for check in result.checks)


@pytest.mark.slow
def test_calibrated_tests_are_marked_in_the_result(net: BindingConditions, make_plate) -> None:
    result = analyse_plate(
        make_plate(1), net, kind="competition", curves=CURVES, method=AnalysisOptions(calibrate=5)
    )
    calibrated = {c.name: c.p_calibrated for c in result.comparisons if c.name != "replicates test"}
    assert set(calibrated) == {"Hill slope = 1", "one site or two"}
    assert all(0 < p <= 1 for p in calibrated.values())


def test_the_background_of_the_counter_is_not_binding_under_any_curve(
    net: BindingConditions, make_plate
) -> None:
    noisy = replace(net, background_cpm=220.0)
    plate = make_plate(1)
    plate = replace(
        plate, wells=tuple(replace(well, value=well.value + 200.0) for well in plate.wells)
    )
    shares = []
    for model in ("auto", "one_site_competition"):
        result = analyse_plate(
            plate, noisy, kind="competition", curves=CURVES, method=AnalysisOptions(model=model)
        )
        shares += [check.value for check in result.checks if check.name == "nsb_percent"]
    assert shares[1] == pytest.approx(shares[0], rel=1e-6) and shares[0] < 20


def test_the_published_competition_table_gives_its_printed_ki() -> None:
    """Koncevicius 2016, Binding Assay Exercise, compound 1: IC50 by 3PL, [L] 0.6 nM, Kd 1.4 nM."""
    log10 = np.array([-6, -6.5, -7, -7.5, -8, -8.5, -9, -9.5, -10, -10.5, -11])
    y = np.array([0, 6, 1, 3, 61, 88, 93, 114, 116, 125, 128.0])
    x = {"competitor_M": 10.0**log10, "radioligand_M": np.full(11, 0.6e-9)}
    conditions = BindingConditions(
        radioligand_nM=MeasuredValue(0.6, "nM"), radioligand_kd_nM=MeasuredValue(1.4, "nM")
    )
    result = analyse_table(
        Series("compound 1", y, "fmol/mg", x),
        conditions,
        kind="competition",
        curves=CURVES,
        compound="compound 1",
    )
    assert result.estimate("Ki").value == pytest.approx(5.07, abs=0.005)
    factor = 1 / (1 + 0.6 / 1.4)
    assert result.estimate("Ki").low == pytest.approx(10**-8.4325 * 1e9 * factor, rel=1e-3)
    assert result.estimate("Ki").high == pytest.approx(10**-7.8648 * 1e9 * factor, rel=1e-3)


def test_wells_blocked_with_the_compound_itself_are_part_of_its_curve(
    net: BindingConditions, make_plate
) -> None:
    """10 uM desipramine leaves 1.3 % of the sites to the tracer where its Ki is 300 nM; taken as
    none, the Ki would be 20 % low.
    """
    weak = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 300.0})
    result = [ki(make_plate(seed, truth=weak), net) for seed in range(8)]
    assert abs(np.mean(np.log10(result)) - np.log10(300.0)) < 0.03
    other = replace(net, nsb_drug="mazindol")
    taken_as_none = [ki(make_plate(seed, truth=weak), other) for seed in range(8)]
    assert np.mean(np.log10(taken_as_none)) < np.log10(300.0) - 0.06


def test_a_compound_that_displaces_too_little_is_a_bound(
    net: BindingConditions, make_plate
) -> None:
    inert = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 30_000.0})
    result = analyse_plate(
        make_plate(2, truth=inert), net, kind="competition", curves=CURVES
    ).estimate("Ki")
    assert result.qualifier == ">"
    assert result.value <= 3000.0 / (1 + 1.0 / 0.8) * 1.001
    assert result.high == np.inf


def test_two_sites_and_the_slope_are_tested_against_the_mass_balance(
    net: BindingConditions, make_plate
) -> None:
    # 0.096 nM of sites against Ki of 0.9 and 0.03 nM: in the second both ligands are depleted, and
    # an empirical slope is not 1, but that of the mass balance is.
    for ki in (0.9, 0.03):
        truth = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": ki})
        result = analyse_plate(make_plate(1, truth=truth), net, kind="competition", curves=CURVES)
        tests = {c.name: c for c in result.comparisons}
        assert {"Hill slope = 1", "one site or two"} <= set(tests)
        assert all(test.p > 0.01 and test.tests_fit for test in tests.values())
        slope = result.estimate("Hill slope")
        assert slope.low < 1 < slope.high


def test_the_budget_marks_what_all_runs_share(net: BindingConditions, make_plate) -> None:
    stated = replace(net, radioligand_nM=MeasuredValue(1.0, "nM", 0.2))
    budget = {
        s.name: s
        for s in analyse_plate(make_plate(1), stated, kind="competition", curves=CURVES).budget
        if s.quantity == "Ki"
    }
    assert budget["radioligand added"].shared
    # Nothing much is bound, so the leverage is that of Cheng and Prusoff: r / (1 + r) with r =
    # 1.25.
    assert budget["radioligand added"].log10_se == pytest.approx(
        1.25 / 2.25 * 0.2 / np.log(10), rel=0.12
    )
    assert budget["Kd of the radioligand"].log10_se == pytest.approx(
        1.25 / 2.25 * 0.1 / np.log(10), rel=0.12
    )
    assert budget["protein"].log10_se == 0.0
    counted = replace(stated, radioligand_nM=MeasuredValue(1.0, "nM", 0.02, per_run=True))
    again = {
        s.name: s
        for s in analyse_plate(make_plate(1), counted, kind="competition", curves=CURVES).budget
        if s.quantity == "Ki"
    }
    assert not again["radioligand added"].shared
