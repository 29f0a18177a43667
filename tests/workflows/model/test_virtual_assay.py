"""Simulated experiments estimate the true values of their model, and every output states that its
data are synthetic.
"""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.reports.files.virtual_assay import power_table, virtual_assay_files
from tricyclic.results.virtual_assay import PowerEstimate
from tricyclic.simulation.virtual.common import Arm
from tricyclic.simulation.virtual.microdialysis import DialysisAssay, dialysate_course
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual.cultures import well_names
from tricyclic.workflows.model.virtual.curves import CultureCurves
from tricyclic.workflows.model.virtual.experiment import ArmReadings, Effect
from tricyclic.workflows.model.virtual.glutamate import GlutamateExperiment
from tricyclic.workflows.model.virtual_assay import run

WITHOUT_ERROR = ("culture_cv=0,well_cv=0,reading_cv=0,reading_sd_nM=0",)


def virtual_assay(assay: str, **options):
    return run(VirtualAssayOptions(assay, **options))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def truths(result) -> dict[str, float]:
    return {one.estimate.name: one.truth for one in result.endpoints}


@pytest.fixture(scope="module")
def glutamate():
    return virtual_assay("glutamate", seed=3, experiments=50)


@pytest.fixture(scope="module")
def neurites():
    return virtual_assay("neurites", seed=3, experiments=0, cultures=6)


@pytest.fixture(scope="module")
def microdialysis():
    return virtual_assay("microdialysis", seed=3, animals=6, experiments=50)


@pytest.fixture(scope="module")
def glutamate_files(glutamate):
    return virtual_assay_files(glutamate)


@pytest.fixture(scope="module")
def microdialysis_files(microdialysis):
    return virtual_assay_files(microdialysis)


# ---- glutamate


def test_without_errors_the_estimates_are_the_ec50_and_the_fold_of_the_model():
    result = virtual_assay(
        "glutamate",
        concentrations="0.03, 0.1, 0.3, 1, 3, 10, 100 uM",
        assume=WITHOUT_ERROR,
        experiments=0,
        cultures=6,
    )
    by_name = {one.estimate.name: one for one in result.endpoints}
    for name in ("EC50", "EC50, one for all cultures", "maximum fold"):
        assert by_name[name].estimate.value == pytest.approx(by_name[name].truth, rel=0.15)
    assert 1.7 < by_name["maximum fold"].truth < 2.2
    assert 300 < by_name["EC50"].truth < 1200


@pytest.mark.slow
def test_the_interval_of_a_pooled_ec50_contains_the_true_value_in_most_experiments():
    contained, ratios = [], []
    for seed in range(12):
        result = virtual_assay("glutamate", antagonist="none", seed=seed, experiments=0, cultures=5)
        one = next(one for one in result.endpoints if one.estimate.name == "EC50")
        contained.append(one.estimate.low <= one.truth <= one.estimate.high)
        ratios.append(math.log(one.estimate.value / one.truth))
    assert sum(contained) >= 9
    assert abs(np.mean(ratios)) < 3 * np.std(ratios) / math.sqrt(12)


def test_the_antagonist_abolishes_the_potentiation_and_does_little_alone(glutamate):
    alone, blocked = (
        {
            group.name: group.estimates[k].value
            for group in glutamate.groups
            if group.estimates[k] is not None
        }
        for k in (0, 1)
    )
    assert alone["10 uM"] > 1.5 > alone["0.1 uM"]
    assert all(0.8 < fold < 1.3 for fold in blocked.values())
    (comparison,) = glutamate.comparisons
    assert comparison.ratio.value < 0.8


def test_each_well_has_a_row_and_its_net_release_is_the_difference_of_its_readings(glutamate_files):
    table = rows(glutamate_files["wells.csv"])
    assert len(table) == 4 * 13 * 3
    assert len({(row["culture"], row["well"]) for row in table}) == len(table)
    for row in table:
        net = float(row["glutamate_after_nM"]) - float(row["baseline_glutamate_nM"])
        assert float(row["net_glutamate_nM"]) == pytest.approx(net, abs=1e-6)


def test_a_row_of_the_wells_has_the_concentrations_of_its_condition(glutamate_files):
    table = rows(glutamate_files["wells.csv"])
    by_condition = {row["condition"]: row for row in table}
    bdnf_nM = 50e3 / 27000
    for condition, (drug, antagonist, bdnf) in {
        "vehicle": (0.0, 0.0, bdnf_nM),
        "imipramine 3 uM": (3000.0, 0.0, bdnf_nM),
        "BD1047": (0.0, 1000.0, bdnf_nM),
        "imipramine 0.3 uM + BD1047": (300.0, 1000.0, bdnf_nM),
        "vehicle, no BDNF": (0.0, 0.0, 0.0),
    }.items():
        row = by_condition[condition]
        assert float(row["drug_nM"]) == pytest.approx(drug)
        assert float(row["antagonist_nM"]) == antagonist
        assert float(row["BDNF_nM"]) == pytest.approx(bdnf, rel=0.05)
    first = [row["replicate"] for row in table[:4]]
    assert first == ["1", "2", "3", "1"]


def test_the_dose_response_table_has_the_wells_without_antagonist(glutamate_files):
    wells = rows(glutamate_files["wells.csv"])
    alone = [
        row
        for row in wells
        if float(row["antagonist_nM"]) == 0 and row["condition"] != "vehicle, no BDNF"
    ]
    table = rows(glutamate_files["dose_response.csv"])
    names = ("culture", "drug_nM", "net_glutamate_nM")
    assert [[row[name] for name in names] for row in table] == [
        [row[name] for name in names] for row in alone
    ]


def test_the_groups_are_the_means_of_the_wells_in_the_table(glutamate, glutamate_files):
    table = rows(glutamate_files["wells.csv"])

    def mean(culture: str, condition: str) -> float:
        values = [
            float(row["net_glutamate_nM"])
            for row in table
            if (row["culture"], row["condition"]) == (culture, condition)
        ]
        return float(np.mean(values))

    folds = [mean(k, "imipramine 1 uM") / mean(k, "vehicle") for k in "1234"]
    (group,) = (group for group in glutamate.groups if group.name == "1 uM")
    geometric_mean = float(np.exp(np.mean(np.log(folds))))
    assert group.estimates[0].value == pytest.approx(geometric_mean, rel=1e-6)


def test_the_curve_table_has_the_parameters_of_each_culture(glutamate, glutamate_files):
    table = rows(glutamate_files["cultures.csv"])
    assert [row["culture"] for row in table] == ["1", "2", "3", "4"]
    for row in table:
        assert float(row["low"]) < float(row["log10_ec50_M"]) < float(row["high"])
        assert float(row["baseline"]) < float(row["plateau"])
        assert row["hill"] == "" and row["message"] == "fitted"
    pooled = next(one.estimate for one in glutamate.endpoints if one.estimate.name == "EC50")
    mean = np.mean([float(row["log10_ec50_M"]) for row in table])
    assert math.log10(pooled.value * 1e-9) == pytest.approx(mean, abs=0.5)


def test_every_table_and_document_states_that_it_is_synthetic(glutamate_files, microdialysis_files):
    for files in (glutamate_files, microdialysis_files):
        tables = [data for name, data in files.items() if name.endswith(".csv")]
        assert len(tables) >= 2
        for data in tables:
            assert "synthetic" in data.decode().splitlines()[0]
            assert all(
                row["synthetic"].startswith("simulated, no experiment") for row in rows(data)
            )
        assert "synthetic" in json.loads(files["result.json"])["result"]["synthetic"]
        assert "SYNTHETIC" in files["summary.txt"].decode().splitlines()[0]
        assert any(
            "simulated" in data.decode() for name, data in files.items() if name.endswith(".svg")
        )


def test_a_seed_gives_the_same_bytes_and_another_seed_others(glutamate_files):
    again = virtual_assay_files(virtual_assay("glutamate", seed=3, experiments=50))
    other = virtual_assay_files(virtual_assay("glutamate", seed=4, experiments=0))
    assert again == glutamate_files
    assert other["wells.csv"] != glutamate_files["wells.csv"]


def test_cultures_of_a_small_experiment_are_the_first_of_a_large_one(glutamate_files):
    small = virtual_assay("glutamate", seed=3, experiments=0, cultures=2, antagonist="none")
    large = rows(glutamate_files["dose_response.csv"])
    assert [f"{value:.10g}" for value in small.tables["dose_response"]["net_glutamate_nM"]] == [
        row["net_glutamate_nM"] for row in large if row["culture"] in "12"
    ]


def test_the_power_rises_with_the_size_and_with_the_dose(glutamate):
    for estimate in glutamate.power:
        assert all(
            later >= earlier - 0.15
            for earlier, later in zip(estimate.power, estimate.power[1:], strict=False)
        )
    by_dose = [estimate.power[2] for estimate in glutamate.power[:5]]
    assert by_dose[0] < by_dose[2] <= by_dose[4] + 0.1


def test_the_largest_experiment_is_a_quarter_of_the_simulated_subjects(glutamate, microdialysis):
    assert {estimate.sizes[-1] for estimate in glutamate.power} == {120 // 4}
    assert {estimate.sizes[-1] for estimate in microdialysis.power} == {80 // 4}


def test_the_power_table_has_a_row_per_effect_and_size(glutamate, glutamate_files):
    table = rows(glutamate_files["power.csv"])
    assert len(table) == sum(len(estimate.sizes) for estimate in glutamate.power)
    first = glutamate.power[0]
    own = [row for row in table if row["effect"] == first.effect]
    assert [int(row["n"]) for row in own] == list(first.sizes)
    assert [float(row["power"]) for row in own] == list(first.power)
    assert {row["experiments"] for row in table} == {"50"}
    assert list(power_table(glutamate)) == ["effect", "n", "power", "experiments"]


def test_without_simulated_experiments_there_is_no_power(neurites):
    assert neurites.power == ()
    assert "power.csv" not in virtual_assay_files(neurites)
    assert "power" not in neurites.summary()


@pytest.mark.parametrize(
    ("power", "required"),
    [((0.79, 0.8, 0.9), 4), ((0.9, 0.79, 0.8), 6), ((0.5, 0.6, 0.79), None), ((0.8, 0.8, 0.8), 2)],
)
def test_the_required_size_is_the_one_from_which_the_power_stays_at_80_percent(power, required):
    assert PowerEstimate("effect", (2, 4, 6), power, 100).required_size == required


ENSEMBLE = """scenario = "bdnf_glutamate"
version = 3
model = "0"
observations = "0"
seed = 1
[[parameter]]
name = "trkb.sigma_gain"
unit = "dimensionless"
scale = "linear"
start = 0.35
low = 0.05
high = 1.0
median = 0.3
p5 = 0.1
p95 = 0.5
width = 1.0
"""


def test_a_parameter_set_of_the_ensemble_can_be_the_true_one(tmp_path, call_model):
    (tmp_path / "ensembles").mkdir()
    (tmp_path / "ensembles" / "rat.toml").write_text(ENSEMBLE, encoding="utf-8")
    (tmp_path / "ensembles" / "rat.csv").write_text(
        "trkb.sigma_gain\n0.1\n0.35\n0.6\n", encoding="utf-8"
    )

    def true_fold(**options) -> float:
        result = virtual_assay(
            "glutamate",
            experiments=0,
            cultures=1,
            antagonist="none",
            library=str(tmp_path),
            **options,
        )
        return truths(result)["maximum fold"]

    folds = [true_fold(parameter_set=number) for number in (0, 1, 2)]
    assert folds[0] < folds[1] < folds[2]
    assert folds[2] == pytest.approx(true_fold(set=("trkb.sigma_gain=0.6",)))
    done = call_model(
        "virtual-assay", "glutamate", "--library", str(tmp_path), "--parameter-set", "3"
    )
    assert done.exit_code == 3
    assert "The ensemble 'rat' has sets 0, the best, to 2." in done.stderr


# ---- neurites


def test_without_ngf_no_drug_grows_neurites_and_with_ngf_the_drug_adds(neurites):
    share = {group.name: [one.value for one in group.estimates] for group in neurites.groups}
    assert all(values[0] < 3 for values in share.values())
    assert share["vehicle"][0] < share["vehicle"][1] < share["vehicle"][2]
    assert share["imipramine 10 uM"][1] > 1.2 * share["vehicle"][1]
    assert share["imipramine 10 uM + NE-100"][1] < 0.9 * share["imipramine 10 uM"][1]


@pytest.mark.parametrize("drug", ["fluvoxamine", "(+)-pentazocine"])
def test_other_sigma_agonists_enhance_at_lower_concentration(drug, neurites):
    result = virtual_assay(
        "neurites", drug=drug, concentrations="1, 10, 100, 1000 nM", experiments=0
    )
    name = "EC50, one for all cultures"
    assert truths(result)[name] < 0.3 * truths(neurites)[name]


def test_there_are_at_least_as_many_neurites_as_cells_with_neurites(neurites):
    table = neurites.tables["wells"]
    assert len(table["cells"]) == 6 * 36 * 3
    assert set(table["cells"]) == {200.0}
    assert all(n >= b for n, b in zip(table["neurites"], table["cells_with_neurites"], strict=True))
    assert max(table["cells_with_neurites"]) <= 200
    assert [n / 200 for n in table["neurites"]] == pytest.approx(list(table["neurites_per_cell"]))


def test_the_ngf_of_a_well_is_that_of_its_condition(neurites):
    table = neurites.tables["wells"]
    by_condition = dict(zip(table["condition"], table["NGF_nM"], strict=True))
    assert by_condition["vehicle, NGF 0 ng/mL"] == 0
    ratio = by_condition["vehicle, NGF 50 ng/mL"] / by_condition["vehicle, NGF 2.5 ng/mL"]
    assert ratio == pytest.approx(20.0)


# ---- microdialysis


def test_no_rat_is_in_two_groups_and_each_has_a_baseline_of_100(microdialysis_files):
    table = rows(microdialysis_files["fractions.csv"])
    groups: dict[str, set[str]] = {}
    base: dict[str, list[float]] = {}
    for row in table:
        groups.setdefault(row["rat"], set()).add(row["group"])
        if float(row["end_min"]) <= 0:
            base.setdefault(row["rat"], []).append(float(row["percent_of_baseline"]))
    assert len(groups) == 4 * 6 and all(len(names) == 1 for names in groups.values())
    assert all(
        len(values) == 4 and np.mean(values) == pytest.approx(100) for values in base.values()
    )


def test_a_fraction_has_its_time_its_volume_and_its_concentration(microdialysis_files):
    table = rows(microdialysis_files["fractions.csv"])
    assert [float(row["start_min"]) for row in table[:13]] == [20.0 * k for k in range(-4, 9)]
    assert [row["fraction"] for row in table[:13]] == [str(k) for k in range(1, 14)]
    for row in table:
        assert float(row["end_min"]) - float(row["start_min"]) == 20
        assert float(row["volume_uL"]) == 30
        assert float(row["dialysate_nM"]) == pytest.approx(float(row["norepinephrine_fmol"]) / 30)


def test_desipramine_raises_norepinephrine_by_dose_and_vehicle_does_not(microdialysis):
    means = [one.estimate.value for one in microdialysis.endpoints]
    assert means[0] == pytest.approx(100, abs=8)
    assert means[0] < means[1] < means[3]
    assert [comparison.p < 0.05 for comparison in microdialysis.comparisons][1:] == [True, True]


def test_the_area_is_the_mean_rise_times_the_hours(microdialysis):
    for one, group in zip(microdialysis.endpoints, microdialysis.groups, strict=True):
        assert group.estimates[1].value == pytest.approx((one.estimate.value - 100) * 3.0)


def test_rats_without_a_baseline_are_left_out_and_counted():
    result = virtual_assay(
        "microdialysis", animals=2, experiments=5, assume=("reading_sd_fmol=1000",)
    )
    assert all(one.estimate.n_experiments <= 2 for one in result.endpoints)
    assert any("rats have no baseline" in remark for remark in result.remarks)
    assert any("limit of detection, 3000 fmol" in remark for remark in result.remarks)
    assert "SYNTHETIC" in result.summary()


def test_the_wells_of_neurites_are_analysed_like_a_measured_experiment(neurites):
    result = neurites.neurites
    assert result.cultures == tuple("123456")
    assert "simulated" in result.synthetic
    wells = neurites.tables["wells"]
    tested = next(nM for nM in sorted(set(wells["NGF_nM"])) if nM > 0)
    # A table of the same wells, without those of the highest NGF, gives the same effects.
    keep = [k for k, nM in enumerate(wells["NGF_nM"]) if nM <= tested]
    column = {name: [values[k] for k in keep] for name, values in wells.items()}
    read = tca.analyse_neurites(
        {
            "culture": [f"{int(one)}" for one in column["culture"]],
            "NGF": ["yes" if nM > 0 else "no" for nM in column["NGF_nM"]],
            "drug": ["imipramine" if nM > 0 else "vehicle" for nM in column["drug_nM"]],
            "conc_uM": [nM / 1000 for nM in column["drug_nM"]],
            "antagonist": ["NE-100" if nM > 0 else "none" for nM in column["antagonist_nM"]],
            "cells": column["cells"],
            "positive": column["cells_with_neurites"],
        }
    )
    for one, other in zip(read.primary.effects, result.primary.effects, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-9)
        assert one.p == pytest.approx(other.p, rel=1e-6)
    assert read.stimulus_effects[0].value == pytest.approx(result.stimulus_effects[0].value)
    assert any("another stimulus" in remark for remark in result.remarks)
    assert "analysed like a measured experiment" in neurites.summary()
    files = virtual_assay_files(neurites)
    assert {"arms.csv", "effects.csv", "antagonists.csv", "fields.csv"} <= set(files)
    assert neurites.to_json()["neurites"]["families"]


def test_the_rats_are_analysed_like_those_of_a_measured_study(microdialysis):
    result = microdialysis.microdialysis
    assert [r.course.animal for r in result.responses][:2] == ["r01", "r02"]
    assert len(result.responses) == 4 * 6
    assert result.control == "vehicle"
    assert "simulated" in result.synthetic
    assert "desipramine" in result.extraction_note
    # A table of the same fractions gives the same effects.
    fractions = microdialysis.tables["fractions"]
    delay = 5.0 / 1.5
    read = tca.microdialysis(
        {
            "animal": [f"r{int(name):02d}" for name in fractions["rat"]],
            "group": fractions["group"],
            "start": [one - delay for one in fractions["start_min"]],
            "end": [one - delay for one in fractions["end_min"]],
            "value": fractions["dialysate_nM"],
        },
        unit="nM",
        window=(0.0, 176.0),
    )
    for one, other in zip(read.effects.effects, result.effects.effects, strict=True):
        assert one.ratio == pytest.approx(other.ratio, rel=1e-9)
        assert one.p == pytest.approx(other.p, rel=1e-6)


def test_fractions_of_rats_have_their_time_at_the_membrane_and_their_state():
    assay = DialysisAssay(dead_volume_uL=15.0, reading_sd_fmol=2.0)
    amount = np.array([100.0, 5.9, 6.1, 19.9, 20.1, np.nan, -1.0, 50.0] + [60.0] * 5)
    course = dialysate_course(assay, "r01", "vehicle", amount)
    # 15 uL at 1.5 uL/min are 10 min late.
    assert course.fractions[0].start_min == pytest.approx(-90.0)
    assert course.fractions[4].start_min == pytest.approx(-10.0)
    assert [f.state for f in course.fractions[:7]] == [
        "quantified",
        "below LOD",
        "below LOQ",
        "below LOQ",
        "quantified",
        "lost",
        "below LOD",
    ]
    assert course.fractions[0].value == pytest.approx(100.0 / 30.0)
    assert course.fractions[0].se == pytest.approx(math.hypot(4.0, 2.0) / 30.0)
    assert course.fractions[0].lod == pytest.approx(6.0 / 30.0)


def test_the_lag_of_the_tubing_no_longer_dilutes_the_response():
    # With 20 min of tubing, the first vial after the dose holds fluid from before it.
    late = virtual_assay(
        "microdialysis",
        concentrations="10 mg/kg",
        experiments=0,
        animals=3,
        assume=("dead_volume_uL=30,probe_cv=0,fraction_cv=0,reading_cv=0,reading_sd_fmol=0",),
    )
    treated = [r for r in late.microdialysis.responses if r.course.group != "vehicle"]
    for response in treated:
        assert response.course.fractions[4].end_min == pytest.approx(0.0)
        assert len(response.baseline.names) == 4
    # One of nine fractions after the dose holds fluid of the baseline.
    by_vial = late.endpoints[1].estimate.value
    mean = np.mean([100.0 * math.exp(r.log_ratio) for r in treated])
    assert mean == pytest.approx(100.0 + (by_vial - 100.0) * 9 / 8, rel=0.01)


def test_readings_without_a_logarithm_are_reported_and_not_selected_by_their_outcome():
    result = virtual_assay(
        "microdialysis", animals=3, experiments=0, assume=("reading_sd_fmol=1000",)
    )
    if result.microdialysis is None:
        assert any("cannot be analysed" in remark for remark in result.remarks)
    else:
        assert result.microdialysis.left_out


def test_reverse_dialysis_acts_at_the_probe():
    result = virtual_assay(
        "microdialysis",
        route="probe",
        region="lc",
        concentrations="10 uM",
        experiments=0,
        animals=3,
    )
    assert result.endpoints[1].estimate.value > 150
    assert "perfusate" in result.design[0] and "locus coeruleus" in result.design[0]


# ---- the skeleton


def test_readings_are_taken_by_arm_and_not_by_position():
    first, second = Arm("first"), Arm("second", label="second label")
    outputs = {"amount": np.arange(12.0).reshape(3, 2, 2)}
    readings = ArmReadings((first, second), outputs, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    assert readings.response_of(second).tolist() == [2.0, 4.0, 6.0]
    assert readings.responses([second, first]).tolist() == [[2.0, 1.0], [4.0, 3.0], [6.0, 5.0]]
    assert readings.output("amount", [second])[0, 0].tolist() == [2.0, 3.0]
    assert readings.first(1).response_of(first).tolist() == [1.0]
    assert Effect(second, first).name == "second label against first"


def test_a_culture_that_cannot_be_simulated_is_an_error_and_further_ones_are_ignored():
    options = VirtualAssayOptions("glutamate", cultures=2, antagonist="none")
    experiment = GlutamateExperiment.declare(options, Library())
    response = np.ones((3, len(experiment.arms)))
    response[2, 0] = np.nan
    assert len(experiment.own_cultures(ArmReadings(experiment.arms, {}, response)).response) == 2
    response[1, 0] = np.nan
    with pytest.raises(InputError) as refused:
        experiment.own_cultures(ArmReadings(experiment.arms, {}, response))
    assert str(refused.value) == (
        "bdnf_glutamate: culture 2 cannot be simulated. "
        "Change the values that were set, or the seed."
    )


def test_wells_are_named_row_by_row_and_plate_by_plate():
    names = well_names(98)
    assert [names[k] for k in (0, 11, 12, 95, 96, 97)] == [
        "A01",
        "A12",
        "B01",
        "H12",
        "2:A01",
        "2:A02",
    ]


def test_more_than_three_cultures_without_a_result_are_counted():
    reasons = tuple(f"culture {k} has no curve" for k in range(1, 6))
    curves = CultureCurves((), "logistic_3pl", None, None, None, reasons)
    assert curves.remarks == (*reasons[:3], "and 2 cultures more")


# ---- the command line


def test_the_command_prints_ec50_fold_antagonist_and_power(tmp_path, call_model):
    done = call_model(
        "virtual-assay",
        "glutamate",
        *("--drug", "imipramine", "--concentrations", "0.1, 0.3, 1, 3, 10 uM"),
        *("--antagonist", "BD1047", "--cultures", "4", "--replicates", "3", "--seed", "1"),
        *("--experiments", "20", "--out", str(tmp_path / "out")),
    )
    assert done.exit_code == 0, done.output
    for words in (
        "SYNTHETIC",
        "EC50",
        "maximum fold",
        "with BD1047 1 uM",
        "power by number of cultures",
        "assumed:",
        "true value",
    ):
        assert words in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "wells.csv",
        "dose_response.csv",
        "cultures.csv",
        "power.csv",
        "result.json",
        "summary.txt",
        "dose-response.svg",
        "dose-response.pdf",
    }


def test_json_has_the_estimates_with_their_true_values_and_every_setting(call_model):
    done = call_model(
        "virtual-assay", "neurites", "--experiments", "0", "--cultures", "2", "--json"
    )
    document = json.loads(done.stdout)
    assert document["schema"] == "tricyclic-model-virtual-assay/2"
    result = document["result"]
    assert "synthetic" in result["synthetic"]
    sources = {setting["name"]: setting["source"] for setting in result["settings"]}
    assert sources == dict.fromkeys(
        ("days", "cells", "culture_cv", "well_cv", "false_positive_fraction"), "assumed"
    )
    assert all(one["truth"] is not None for one in result["endpoints"])


def test_a_setting_has_its_source():
    result = virtual_assay(
        "glutamate", assume=("well_cv=20%",), experiments=0, cultures=1, antagonist="none"
    )
    settings = {one.name: (one.value, one.source) for one in result.settings}
    assert settings["well_cv"] == (0.2, "specified")
    assert settings["pretreatment_h"] == (48.0, "guide_imipramine_sigma")
    assert settings["reading_cv"] == (0.04, "assumed")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"assay": "glutamat"},
            (
                "No virtual assay is called 'glutamat'. Did you mean 'glutamate'? "
                "There are: glutamate, microdialysis, neurites."
            ),
        ),
        (
            {"assay": "glutamate", "concentrations": "1, 10"},
            "concentrations: '1, 10' has no unit. Write the series like \"0.1, 1, 10 uM\".",
        ),
        (
            {"assay": "glutamate", "concentrations": "one uM"},
            "concentrations: 'one uM' is not an amount. Write the series like \"0.1, 1, 10 uM\".",
        ),
        (
            {"assay": "glutamate", "concentrations": ","},
            'concentrations: names no amount. Write the series like "0.1, 1, 10 uM".',
        ),
        (
            {"assay": "glutamate", "concentrations": "0, 1 uM"},
            "concentrations: contains 0. Leave 0 out: vehicle is always an arm.",
        ),
        (
            {"assay": "glutamate", "concentrations": ", ".join(f"{k} nM" for k in range(1, 26))},
            "concentrations: names 25 amounts. At most 24.",
        ),
        (
            {"assay": "glutamate", "assume": ("wel_cv=0.1",)},
            (
                "assume: no setting of this assay is called 'wel_cv'. Did you mean 'well_cv'? "
                "There are: culture_cv, equilibration_min, pretreatment_h, reading_cv, "
                "reading_sd_nM, retained_fraction, stimulus_min, well_cv."
            ),
        ),
        (
            {"assay": "glutamate", "assume": ("well_cv=much",)},
            "well_cv: is 'much'. A number, such as 0.1 or 10%.",
        ),
        (
            {"assay": "glutamate", "assume": ("well_cv",)},
            "assume: 'well_cv' is not name=number. Such as well_cv=10%.",
        ),
        (
            {"assay": "glutamate", "route": "ip"},
            "route: is not an option of the glutamate assay. It belongs to microdialysis.",
        ),
        (
            {"assay": "microdialysis", "antagonist": "idazoxan"},
            (
                "antagonist: is not an option of the microdialysis assay. "
                "It belongs to glutamate and neurites."
            ),
        ),
        (
            {"assay": "glutamate", "factor": "10, 50 ng/mL"},
            "factor: names 2 concentrations of BDNF. Name one.",
        ),
        (
            {"assay": "glutamate", "out": "out.csv"},
            (
                "out: 'out.csv' looks like a file. It is a folder for several files. "
                "Name a folder, such as 'out'."
            ),
        ),
        (
            {"assay": "glutamate", "cultures": 0},
            "cultures: is 0. A whole number from 1 to 200.",
        ),
        (
            {"assay": "microdialysis", "animals": 1},
            "animals: is 1. A whole number from 2 to 100.",
        ),
        (
            {"assay": "glutamate", "replicates": 49},
            "replicates: is 49. A whole number from 1 to 48.",
        ),
        (
            {"assay": "glutamate", "experiments": 20_001},
            "experiments: is 20001. A whole number from 0 to 20000.",
        ),
        (
            {"assay": "neurites", "factor": "0 ng/mL"},
            (
                "factor: is 0 in every well. "
                'Add a concentration at which neurites grow: "0, 2.5 ng/mL".'
            ),
        ),
        (
            {"assay": "neurites", "assume": ("cells=10.5",)},
            "cells: is 10.5. A whole number.",
        ),
        (
            {"assay": "microdialysis", "region": "striatum"},
            "No region is called 'striatum'. There are: cortex, lc.",
        ),
    ],
)
def test_options_that_are_not_possible_are_refused_in_a_sentence(options, sentence):
    with pytest.raises(InputError) as refused:
        run(VirtualAssayOptions(**{"experiments": 0, **options}))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("glutamate", "--drug", "imipramin"), "imipramine"),
        (("glutamate", "--concentrations", "1 mg/kg"), "concentration"),
        (("glutamate", "--set", "sigma1.expresion=2"), "sigma1.expression"),
        (("microdialysis", "--concentrations", "1 uM"), "dose"),
        (("glutamate", "--parameter-set", "-1"), "ensemble"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_3(words, hint, call_model):
    done = call_model("virtual-assay", *words, "--experiments", "0")
    assert done.exit_code == 3, done.output
    assert hint in done.stderr
    assert "Traceback" not in done.output
