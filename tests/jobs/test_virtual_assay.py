"""Virtual assays from the command line: what they find agrees with the truth they were made from, and says what it is."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.jobs.virtual_assay import Request, run

QUIET = ("culture_cv=0,well_cv=0,reading_cv=0,reading_sd_nM=0",)


def done(request: Request):
    work = run(request)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def call(*args: str):
    return CliRunner().invoke(main, ["virtual-assay", *args])


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


@pytest.fixture(scope="module")
def glutamate(tmp_path_factory):
    return done(
        Request("glutamate", seed=3, experiments=50, to=str(tmp_path_factory.mktemp("glutamate")))
    )


@pytest.fixture(scope="module")
def neurites():
    return done(Request("neurites", seed=3, experiments=0, cultures=6))


@pytest.fixture(scope="module")
def microdialysis(tmp_path_factory):
    return done(
        Request(
            "microdialysis",
            seed=3,
            animals=6,
            experiments=50,
            to=str(tmp_path_factory.mktemp("rats")),
        )
    )


def file_of(found, name: str) -> bytes:
    (data,) = (data for place, data in found.to_write.items() if place.endswith(f"/{name}"))
    return data


# ---- glutamate


def test_without_errors_the_assay_finds_the_ec50_and_the_fold_that_the_model_has():
    found = done(
        Request(
            "glutamate",
            concentrations="0.03, 0.1, 0.3, 1, 3, 10, 100 uM",
            assume=QUIET,
            experiments=0,
            cultures=6,
        )
    )
    by_name = {one.estimate.name: one for one in found.found}
    for name in ("EC50", "EC50, one for all cultures", "maximum fold"):
        assert by_name[name].estimate.value == pytest.approx(by_name[name].truth, rel=0.15)
    assert 1.7 < by_name["maximum fold"].truth < 2.2
    assert 300 < by_name["EC50"].truth < 1200


def test_what_a_pooled_ec50_says_holds_the_truth_in_most_experiments():
    held, ratios = [], []
    for seed in range(12):
        found = done(Request("glutamate", antagonist="none", seed=seed, experiments=0, cultures=5))
        one = next(one for one in found.found if one.estimate.name == "EC50")
        held.append(one.estimate.low <= one.truth <= one.estimate.high)
        ratios.append(math.log(one.estimate.value / one.truth))
    assert sum(held) >= 9
    assert abs(np.mean(ratios)) < 3 * np.std(ratios) / math.sqrt(12)


def test_the_antagonist_takes_the_potentiation_away_and_does_little_alone(glutamate):
    plain, held = (
        {
            group.name: group.estimates[k].value
            for group in glutamate.groups
            if group.estimates[k] is not None
        }
        for k in (0, 1)
    )
    assert plain["10 uM"] > 1.5 > plain["0.1 uM"]
    assert all(0.8 < fold < 1.3 for fold in held.values())
    (comparison,) = glutamate.comparisons
    assert comparison.ratio.value < 0.8


def test_each_well_has_its_row_and_its_net_release_is_the_difference_of_its_readings(glutamate):
    table = rows(file_of(glutamate, "wells.csv"))
    assert len(table) == 4 * 13 * 3
    assert len({(row["culture"], row["well"]) for row in table}) == len(table)
    for row in table:
        net = float(row["glutamate_after_nM"]) - float(row["baseline_glutamate_nM"])
        assert float(row["net_glutamate_nM"]) == pytest.approx(net, abs=1e-6)


def test_the_groups_are_the_means_of_the_wells_in_the_table(glutamate):
    table = rows(file_of(glutamate, "wells.csv"))

    def mean(culture: str, condition: str) -> float:
        return float(
            np.mean(
                [
                    float(r["net_glutamate_nM"])
                    for r in table
                    if (r["culture"], r["condition"]) == (culture, condition)
                ]
            )
        )

    folds = [mean(k, "imipramine 1 uM") / mean(k, "vehicle") for k in "1234"]
    (group,) = (group for group in glutamate.groups if group.name == "1 uM")
    assert group.estimates[0].value == pytest.approx(
        float(np.exp(np.mean(np.log(folds)))), rel=1e-6
    )


def test_every_table_and_document_says_that_it_is_synthetic(glutamate, microdialysis):
    for found in (glutamate, microdialysis):
        tables = [data for place, data in found.to_write.items() if place.endswith(".csv")]
        assert len(tables) >= 2
        for data in tables:
            assert "synthetic" in data.decode().splitlines()[0]
            assert all(
                row["synthetic"].startswith("simulated, no experiment") for row in rows(data)
            )
        assert "synthetic" in json.loads(file_of(found, "result.json"))["result"]["synthetic"]
        assert "SYNTHETIC" in file_of(found, "summary.txt").decode().splitlines()[0]
        assert any(
            "simulated" in data.decode()
            for place, data in found.to_write.items()
            if place.endswith(".svg")
        )


def test_a_seed_gives_the_same_bytes_and_another_seed_others(glutamate, tmp_path):
    again = done(Request("glutamate", seed=3, experiments=50, to=str(tmp_path)))
    other = done(Request("glutamate", seed=4, experiments=50, to=str(tmp_path)))
    names = {place.rsplit("/", 1)[1] for place in again.to_write}
    assert all(file_of(again, name) == file_of(glutamate, name) for name in names)
    assert file_of(other, "wells.csv") != file_of(glutamate, "wells.csv")


def test_cultures_of_a_small_experiment_are_the_first_of_a_large_one(glutamate):
    small = done(Request("glutamate", seed=3, experiments=0, cultures=2, antagonist="none"))
    large = rows(file_of(glutamate, "dose_response.csv"))
    assert [f"{value:.10g}" for value in small.tables["dose_response"]["net_glutamate_nM"]] == [
        row["net_glutamate_nM"] for row in large if row["culture"] in "12"
    ]


def test_more_cultures_never_show_an_effect_much_less_often(glutamate):
    for need in glutamate.needs:
        assert all(
            later >= earlier - 0.15
            for earlier, later in zip(need.power, need.power[1:], strict=False)
        )
    by_dose = [need.power[2] for need in glutamate.needs[:5]]
    assert by_dose[0] < by_dose[2] <= by_dose[4] + 0.1


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
middle = 0.3
from = 0.1
to = 0.5
width = 1.0
"""


def test_a_member_of_the_ensemble_can_be_the_truth(tmp_path):
    (tmp_path / "ensembles").mkdir()
    (tmp_path / "ensembles" / "rat.toml").write_text(ENSEMBLE, encoding="utf-8")
    (tmp_path / "ensembles" / "rat.csv").write_text(
        "trkb.sigma_gain\n0.1\n0.35\n0.6\n", encoding="utf-8"
    )

    def truth(**asked) -> float:
        found = done(
            Request(
                "glutamate",
                experiments=0,
                cultures=1,
                antagonist="none",
                folder=str(tmp_path),
                **asked,
            )
        )
        return {one.estimate.name: one.truth for one in found.found}["maximum fold"]

    members = [truth(member=number) for number in (0, 1, 2)]
    assert members[0] < members[1] < members[2]
    assert members[2] == pytest.approx(truth(set=("trkb.sigma_gain=0.6",)))
    result = call("glutamate", "--folder", str(tmp_path), "--member", "3", "--quiet")
    assert result.exit_code == 3 and "0 to 2" in result.stderr


# ---- neurites


def test_without_ngf_no_drug_grows_neurites_and_with_it_the_drug_adds(neurites):
    share = {group.name: [one.value for one in group.estimates] for group in neurites.groups}
    assert all(values[0] < 3 for values in share.values())
    assert share["vehicle"][0] < share["vehicle"][1] < share["vehicle"][2]
    assert share["imipramine 10 uM"][1] > 1.2 * share["vehicle"][1]
    assert share["imipramine 10 uM + NE-100"][1] < 0.9 * share["imipramine 10 uM"][1]


@pytest.mark.parametrize("drug", ["fluvoxamine", "(+)-pentazocine"])
def test_other_sigma_agonists_enhance_at_lower_concentration(drug, neurites):
    found = done(
        Request("neurites", drug=drug, concentrations="1, 10, 100, 1000 nM", experiments=0)
    )
    truth = {one.estimate.name: one.truth for one in found.found}["EC50, one for all cultures"]
    imipramine = {one.estimate.name: one.truth for one in neurites.found}[
        "EC50, one for all cultures"
    ]
    assert truth < 0.3 * imipramine


def test_neurites_are_at_least_as_many_as_the_cells_that_bear_them(neurites):
    table = neurites.tables["wells"]
    assert len(table["cells"]) == 6 * 36 * 3
    assert all(n >= b for n, b in zip(table["neurites"], table["cells_with_neurites"], strict=True))
    assert max(table["cells_with_neurites"]) <= 200


# ---- microdialysis


def test_no_rat_is_in_two_groups_and_each_has_a_baseline_of_a_hundred(microdialysis):
    table = rows(file_of(microdialysis, "fractions.csv"))
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


def test_desipramine_raises_norepinephrine_by_dose_and_vehicle_does_not(microdialysis):
    means = [one.estimate.value for one in microdialysis.found]
    assert means[0] == pytest.approx(100, abs=8)
    assert means[0] < means[1] < means[3]
    assert [comparison.p < 0.05 for comparison in microdialysis.comparisons][1:] == [True, True]


def test_the_area_is_the_mean_rise_times_the_hours(microdialysis):
    for one, group in zip(microdialysis.found, microdialysis.groups, strict=True):
        assert group.estimates[1].value == pytest.approx((one.estimate.value - 100) * 3.0)


def test_rats_that_give_no_baseline_are_left_out_and_named():
    found = done(
        Request("microdialysis", animals=2, experiments=5, assume=("reading_sd_fmol=1000",))
    )
    assert all(one.estimate.n <= 2 for one in found.found)
    assert any("rats gave no baseline" in remark for remark in found.remarks)
    assert any("limit of detection" in remark for remark in found.remarks)
    assert "SYNTHETIC" in found.as_text()


def test_reverse_dialysis_acts_where_the_probe_is():
    found = done(
        Request(
            "microdialysis",
            route="probe",
            region="lc",
            concentrations="10 uM",
            experiments=0,
            animals=3,
        )
    )
    assert found.found[1].estimate.value > 150
    assert "perfusate" in found.design[0] and "locus coeruleus" in found.design[0]


# ---- the command line


def test_the_command_prints_ec50_fold_antagonist_and_how_many_it_takes(tmp_path):
    result = call(
        "glutamate",
        "--drug",
        "imipramine",
        "--concentrations",
        "0.1, 0.3, 1, 3, 10 uM",
        "--antagonist",
        "BD1047",
        "--cultures",
        "4",
        "--replicates",
        "3",
        "--seed",
        "1",
        "--experiments",
        "20",
        "--to",
        str(tmp_path / "out"),
        "--quiet",
    )
    assert result.exit_code == 0, result.output
    for words in (
        "SYNTHETIC",
        "EC50",
        "maximum fold",
        "with BD1047 1 uM",
        "how many cultures",
        "assumed:",
        "truth",
    ):
        assert words in result.stdout
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


def test_json_holds_what_was_found_with_its_truth_and_every_assumption():
    document = json.loads(
        call("neurites", "--experiments", "0", "--cultures", "2", "--json", "--quiet").stdout
    )
    result = document["result"]
    assert "synthetic" in result["synthetic"]
    assert {setting["name"] for setting in result["settings"]} >= {
        "days",
        "cells",
        "well_cv",
        "miscalled",
    }
    assert all(one["truth"] is not None for one in result["found"])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("glutamate", "--drug", "imipramin"), "imipramine"),
        (("glutamate", "--concentrations", "1, 10"), "no unit"),
        (("glutamate", "--concentrations", "0, 1 uM"), "vehicle is always there"),
        (("glutamate", "--concentrations", "1 mg/kg"), "concentration"),
        (("glutamate", "--assume", "wel_cv=0.1"), "well_cv"),
        (("glutamate", "--assume", "well_cv=much"), "number"),
        (("glutamate", "--route", "ip"), "not part of"),
        (("glutamate", "--factor", "10, 50 ng/mL"), "Name one"),
        (("glutamate", "--set", "sigma1.expresion=2"), "sigma1.expression"),
        (("glutamate", "--to", "out.csv"), "folder"),
        (("glutamate", "--cultures", "0"), "1 to 200"),
        (("neurites", "--factor", "0 ng/mL"), "0 in every well"),
        (("neurites", "--assume", "cells=10.5"), "whole number"),
        (("microdialysis", "--antagonist", "idazoxan"), "not part of"),
        (("microdialysis", "--concentrations", "1 uM"), "dose"),
        (("microdialysis", "--region", "striatum"), "cortex"),
        (("microdialysis", "--animals", "1"), "2 to 100"),
        (("glutamate", "--member", "-1"), "ensemble"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_3(args, words):
    result = call(*args, "--experiments", "0", "--quiet")
    assert result.exit_code == 3, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
