"""The job `simulate`, held to closed forms on a small scenario of the tests' own, and to its word on the shipped ones."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.jobs._job import Progress
from tricyclic.jobs.simulate import Request, run

SCENARIO = """
title = "A site in the brain and what it blocks"
says = "For tests."
species = "rat"
system = "animal"
routes = ["ip", "iv", "pump", "po", "probe_cortex"]
[[place]]
name = "fluid"
says = "fluid of the cortex"
[[fluid]]
name = "cortex"
holds = "brain"
[[site]]
name = "net_site"
target = "NET"
fluid = "cortex"
place = "fluid"
says = "transporter"
[[part]]
name = "amine"
mechanism = "blocked_uptake"
place = "fluid"
wires = { load = "net_site.load" }
[[watch]]
name = "amine"
quantity = "amine.level"
unit = "nM"
says = "amine in the fluid"
relative = true
[[watch]]
name = "blocked"
quantity = "net_site.occupancy"
unit = "dimensionless"
says = "transporter that drugs hold"
[[pathway]]
name = "uptake"
title = "Uptake"
parts = ["amine", "net_site"]
"""
MECHANISM = """
// An amine is released evenly and cleared; a blocker slows its clearance.
// in    load   dimensionless  sum of free concentration over Ki
// state level  nM             amine
// node  level  transmitter    amine
// link  load -> level activates
model blocked_uptake()
  level' = k * (rest - level / (1 + load))
  level = rest
end
"""
VALUES = """for,name,value,low,high,unit,cv,free,says,source,certainty
,k,5,1,10,per_h,,yes,clearance,,assumed
,rest,10,5,20,nM,,,level at rest,,assumed
"""
# One compartment: V 20 L/kg, CL 2 L/(h kg), half of a free tenth in the brain, Ki 5 nM; 250 g/mol, so 1 mg/kg is 4000 nmol/kg.
DRUG = """for,name,value,low,high,unit,cv,free,says,source,certainty
,name,testamine,,,identifier,,,a test compound,,assumed
,molar_mass,250,,,g_per_mol,,,free base,,assumed
,V,20,,,L_per_kg,,,volume,,assumed
,CL,2,1,4,L_per_h_per_kg,,yes,clearance,,assumed
,fu,0.1,,,dimensionless,,,unbound,,assumed
,Kpuu,0.5,,,dimensionless,,,brain,,assumed
,k_brain,6,,,per_h,,,brain,,assumed
,ka_ip,3,,,per_h,,,absorption,,assumed
,F_ip,0.8,,,dimensionless,,,arrives,,assumed
,ka_po,1,,,per_h,,,absorption,,assumed
,F_po,0.5,,,dimensionless,,,arrives,,assumed
,Ki_NET,5,1,10,nM,,,affinity,,assumed
rat,usual_dose,2,,,mg_per_kg,,,i.p.,,assumed
"""
K = 2 / 20


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    for name, text in (
        ("scenarios/small.toml", SCENARIO),
        ("mechanisms/blocked_uptake.ant", MECHANISM),
        ("mechanisms/blocked_uptake.csv", VALUES),
        ("drugs/testamine.csv", DRUG),
        ("drugs/weightless.csv", DRUG.replace("molar_mass", "other_mass")),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def simulate(library):
    def call(scenario="small", **stated):
        work = run(Request(scenario, folder=str(library), **stated))
        while True:
            try:
                assert isinstance(next(work), Progress)
            except StopIteration as end:
                return end.value

    return call


@pytest.fixture(scope="module")
def typed(library):
    def call(*words, scenario="small"):
        arguments = ["simulate", scenario, "--folder", str(library), "--quiet", *words]
        return CliRunner().invoke(main, arguments, prog_name="tricyclic")

    return call


def numbers(found, place="plasma, total"):
    (one,) = [one for one in found.exposures if one.place == place]
    return {name: span.value for name, span in one.numbers.items()}


def test_an_intravenous_dose_shows_its_volume_clearance_and_half_life(simulate):
    found = numbers(simulate(drug="testamine", dose="1 mg/kg", route="iv", days=3))
    assert found["cmax"] == pytest.approx(4000 / 20, rel=1e-5)
    assert found["auc_inf"] == pytest.approx(4000 / 2, rel=1e-4)
    assert found["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-4)
    assert found["mrt_h"] == pytest.approx(1 / K, rel=1e-3)


def test_a_dose_in_the_belly_gives_what_arrives_of_it(simulate):
    found = numbers(simulate(drug="testamine", dose="1 mg/kg", route="ip", days=3))
    assert found["auc_inf"] == pytest.approx(0.8 * 4000 / 2, rel=1e-3)
    assert found["tmax_h"] == pytest.approx(math.log(3 / K) / (3 - K), abs=0.08)


def test_repeated_doses_accumulate_as_exponentials_do(simulate):
    found = numbers(simulate(drug="testamine", dose="1 mg/kg", route="iv", every="12h", days=14))
    assert found["accumulation"] == pytest.approx(1 / (1 - math.exp(-12 * K)), rel=1e-3)
    assert found["cavg_last"] == pytest.approx(4000 / 2 / 12, rel=1e-3)


def test_a_pump_reaches_rate_over_clearance_and_holds_the_share_that_its_free_level_holds(simulate):
    found = simulate(drug="testamine", rate="6 mg/kg/d", days=14)
    level = 6 * 4000 / 24 / 2
    assert numbers(found)["cavg_last"] == pytest.approx(level, rel=1e-4)
    free = level * 0.1 * 0.5
    (occupied,) = found.occupancies
    assert occupied.end.value == pytest.approx(100 * free / (free + 5), rel=1e-4)
    (amine,) = found.keys
    assert amine.end.value == pytest.approx(10 * (1 + free / 5), rel=1e-4)
    assert amine.percent_end.value == pytest.approx(100 * (1 + free / 5), rel=1e-4)


def test_after_the_pump_stops_the_amine_comes_back_to_rest(simulate):
    found = simulate(drug="testamine", rate="6 mg/kg/d", days=7, washout="7 d")
    assert found["amine"].y[-1] == pytest.approx(10.0, rel=1e-3)
    assert numbers(found)["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-3)


def test_a_person_of_twice_the_weight_gets_half_the_level(simulate):
    light, heavy = (
        numbers(
            simulate(drug="testamine", dose="70 mg", route="po", species="human", weight=weight)
        )["cmax"]
        for weight in ("70 kg", "140 kg")
    )
    assert heavy == pytest.approx(light / 2, rel=1e-4)
    assert numbers(simulate(drug="testamine", dose="70 mg", route="po", species="human"))[
        "cmax"
    ] == pytest.approx(light, rel=1e-4)


def test_the_weight_that_divides_a_dose_is_that_of_the_model(simulate):
    asked = {"drug": "testamine", "dose": "70 mg", "route": "po", "species": "human"}
    assert dict(simulate(**asked, weight="80 kg").values) == {"subject.body_weight": 80.0}
    with pytest.raises(InputError, match=r"divided by it when they are read.*--weight \"45 kg\""):
        simulate(**asked, set=("body_weight=45 kg",))


def test_no_weight_differs_between_subjects_whose_doses_are_per_kg():
    assert [row.cv for row in mechanisms()["subject"].constants if row.name == "body_weight"] == [
        0.0,
        0.0,
    ]


def test_the_unit_of_the_dose_changes_nothing(simulate):
    by_mass, by_amount = (
        simulate(drug="testamine", dose=dose, route="ip", hours=12)["amine"].y
        for dose in ("2 mg/kg", "8 umol/kg")
    )
    assert by_mass == pytest.approx(by_amount, rel=1e-12)


def test_no_drug_gives_no_change(simulate):
    found = simulate(days=60)
    assert found["amine"].y == pytest.approx(np.full(found["amine"].y.size, 10.0), rel=1e-6)
    assert "within 0.1 % of rest: amine" in str(found)


def test_a_set_value_moves_what_hangs_on_it_and_says_when_it_is_out_of_range(simulate):
    found = simulate(
        drug="testamine", dose="1 mg/kg", route="iv", days=3, set=("testamine.CL=8", "k=6")
    )
    assert numbers(found)["auc_inf"] == pytest.approx(4000 / 8, rel=1e-3)
    assert dict(found.values) == {"testamine.CL": 8.0, "amine.k": 6.0}
    assert found.remarks == ("testamine.CL is 8.00, outside the range 1.00 to 4.00 held possible",)


def test_the_usual_dose_of_the_table_is_given_where_none_is_stated(simulate):
    usual, stated = (
        simulate(drug="testamine"),
        simulate(drug="testamine", dose="2 mg/kg", route="ip"),
    )
    assert usual["amine"].y == pytest.approx(stated["amine"].y)
    assert usual.horizon_h == 24.0


def test_a_second_ligand_raises_the_load_as_a_first_one_does(simulate):
    both = simulate(
        drug="testamine", dose="1 mg/kg", route="iv", antagonist=("testamine 1 mg/kg iv",), hours=12
    )
    once = simulate(drug="testamine", dose="2 mg/kg", route="iv", hours=12)
    assert both["amine"].y == pytest.approx(once["amine"].y, rel=1e-4)


def test_a_further_regimen_is_given_when_it_says(simulate):
    found = simulate(with_=("testamine 1 mg/kg iv at 6 h",), hours=12)
    level = found["testamine, plasma, total"]
    assert level.y[level.time_h < 6].max() == pytest.approx(0, abs=1e-9)
    assert level.at(6.0) == pytest.approx(200, rel=1e-5)
    assert simulate(with_=("testamine 1 mg/kg iv at 6 h",)).horizon_h == 30.0


def test_a_probe_gives_its_drug_to_the_fluid_and_not_to_the_blood(simulate):
    found = simulate(drug="testamine", dose="1 uM", route="probe_cortex", duration="2 h", hours=6)
    assert [one.place for one in found.exposures] == ["cortex by the probe, free"]
    assert found.keys[0].percent.value > 150


def test_any_quantity_may_be_watched(simulate):
    found = simulate(
        drug="testamine", dose="1 mg/kg", route="iv", watch=("amine.level,testamine.plasma_free",)
    )
    assert [course.name for course in found.courses] == ["amine.level", "testamine.plasma_free"]
    assert found.courses[1].y.max() == pytest.approx(20.0, rel=1e-5)


@pytest.fixture
def measured(tmp_path):
    def write(rows, header="time_h,watch,value,unit,error"):
        path = tmp_path / "measured.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return str(path)

    return write


def test_a_measured_course_that_the_model_gave_has_no_misfit(simulate, measured):
    truth = simulate(drug="testamine", dose="1 mg/kg", route="ip", hours=12)["amine"]
    rows = [f"{t},amine,{truth.at(t) * 10!r},% of baseline,5" for t in (0.5, 2.0, 8.0)]
    found = simulate(drug="testamine", dose="1 mg/kg", route="ip", hours=12, compare=measured(rows))
    (one,) = found.compared
    assert one.unit == "% of rest" and one.fold == pytest.approx(1.0, abs=1e-3)
    assert one.rms_errors < 0.1


@pytest.mark.parametrize(
    ("value", "unit"), [("20", "nM"), ("0.02", "uM"), ("200", "%"), ("2", "fold")]
)
def test_a_reading_is_compared_in_whatever_unit_it_was_taken(simulate, measured, value, unit):
    found = simulate(hours=4, compare=measured([f"1,amine,{value},{unit},"]))
    (point,) = found.compared[0].points
    assert point.ratio == pytest.approx(0.5, rel=1e-6)
    assert math.isnan(found.compared[0].rms_errors)


def test_plasma_in_nanograms_is_compared_through_the_molar_mass(simulate, measured):
    path = measured(["0,testamine.plasma_total,50,ng/mL,10"])
    found = simulate(drug="testamine", dose="1 mg/kg", route="iv", hours=4, compare=path)
    assert found.compared[0].points[0].measured == pytest.approx(200)
    assert found.compared[0].points[0].errors == pytest.approx(0, abs=0.01)


def test_an_occupancy_may_be_compared_in_percent_of_the_target(simulate, measured):
    found = simulate(
        drug="testamine", rate="6 mg/kg/d", days=7, compare=measured(["160,blocked,83,%,5"])
    )
    assert found.compared[0].unit == "%"
    assert found.compared[0].points[0].simulated == pytest.approx(100 * 25 / 30, rel=1e-3)


@pytest.mark.parametrize("unit", ["", "fraction"])
def test_an_occupancy_without_a_unit_is_a_fraction(simulate, measured, unit):
    path = measured([f"160,blocked,0.83,{unit},0.05"])
    found = simulate(drug="testamine", rate="6 mg/kg/d", days=7, compare=path)
    (point,) = found.compared[0].points
    assert (point.measured, point.error) == (pytest.approx(83.0), pytest.approx(5.0))


def test_a_pump_that_is_refilled_gives_each_time_and_one_without_a_pause_never_stops(simulate):
    stated = {"drug": "testamine", "dose": "24 mg/kg/d", "route": "pump", "every": "24h", "days": 3}
    thrice = simulate(**stated, duration="6h", washout="7 d")
    assert thrice.regimens[0].n == 3
    given = 24 * 4000 / 24 * 6 * 3
    assert numbers(thrice)["auc_inf"] == pytest.approx(given / 2, rel=2e-3)
    without = simulate(**stated, duration="24h")
    assert numbers(without)["cavg_last"] == pytest.approx(
        4000 / 2 * (1 - math.exp(-48 * K) * (1 - math.exp(-24 * K)) / (24 * K)), rel=2e-3
    )


def test_a_probe_beside_doses_leaves_the_intervals_of_plasma_alone(simulate):
    stated = {"drug": "testamine", "dose": "1 mg/kg", "route": "iv", "every": "24h", "hours": 48}
    perfused = ("testamine 10 uM probe_cortex from 12 h every 6 h x 4 for 1 h",)
    alone, beside = simulate(**stated), simulate(**stated, with_=perfused)
    for name in ("tau_h", "cavg_last", "accumulation", "half_life_h", "tmax_last_h"):
        assert numbers(beside)[name] == pytest.approx(numbers(alone)[name], rel=1e-3)
    # Around the probe both add up, and have no common interval.
    both = numbers(beside, "cortex by the probe, free")
    assert math.isnan(both["tau_h"]) and math.isnan(both["accumulation"])
    probe = numbers(simulate(hours=48, with_=perfused), "cortex by the probe, free")
    assert probe["tau_h"] == 6.0 and probe["tmax_last_h"] == pytest.approx(1.0, abs=0.05)
    assert probe["accumulation"] == pytest.approx(1.0, rel=1e-3)


def test_the_mean_of_an_interval_that_is_cut_short_is_not_told(simulate):
    found = simulate(drug="testamine", dose="1 mg/kg", route="iv", every="24h", hours=60)
    assert math.isnan(numbers(found)["cavg_last"])
    assert "Cavg" not in str(found) and "accumulation" not in str(found) and "Cmax" in str(found)


def test_a_phenotype_that_no_drug_feels_is_remarked(simulate):
    found = simulate(drug="testamine", dose="1 mg/kg", route="iv", phenotype=("CYP2D6=poor",))
    assert found.remarks == (
        "No drug of this model is cleared by CYP2D6 in the rat: its phenotype changes nothing",
    )
    felt = simulate(
        drug="testamine",
        dose="1 mg/kg",
        route="iv",
        phenotype=("CYP2D6=poor",),
        set=("testamine.share_CYP2D6=0.5",),
        days=4,
    )
    assert not felt.remarks and numbers(felt)["auc_inf"] == pytest.approx(4000 / 1, rel=1e-3)


def test_values_with_which_nothing_can_be_solved_are_named(typed, library, monkeypatch):
    from tricyclic.errors import NumericsError
    from tricyclic.simulation.run import Bench

    def never(*_, **__):
        raise NumericsError("no rest is found")

    monkeypatch.setattr(Bench, "rest", never)
    told = typed("--set", "amine.k=7")
    assert told.exit_code == 3
    assert "cannot be solved with amine.k = 7" in told.stderr and "No rest is found" in told.stderr
    assert typed().exit_code == 1


@pytest.mark.parametrize("days", ["200", "366"])
def test_most_of_a_year_can_be_simulated(typed, days):
    told = typed("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--days", days)
    assert told.exit_code == 0, told.output


ENSEMBLE_TOML = """
scenario = "small"
version = 3
model = "0"
observations = "0"
seed = 1
[[parameter]]
name = "amine.k"
unit = "per_h"
scale = "log"
start = 5.0
low = 1.0
high = 10.0
middle = 5.0
from = 2.0
to = 9.0
width = 0.5
[[parameter]]
name = "testamine.F_ip"
unit = "dimensionless"
scale = "linear"
start = 0.8
low = 0.1
high = 1.0
middle = 0.5
from = 0.1
to = 1.0
width = 1.0
"""


@pytest.fixture
def with_ensemble(library, tmp_path):
    import shutil

    own = tmp_path / "own"
    shutil.copytree(library, own)
    (own / "ensembles").mkdir()
    (own / "ensembles" / "small.toml").write_text(ENSEMBLE_TOML.lstrip("\n"), encoding="utf-8")
    shares = np.linspace(0.2, 1.0, 21)
    rows = [f"{2 + 0.3 * k},{share!r}" for k, share in enumerate(shares.tolist())]
    (own / "ensembles" / "small.csv").write_text(
        "\n".join(["amine.k,testamine.F_ip", *rows]) + "\n", encoding="utf-8"
    )
    return str(own)


def test_the_ensemble_gives_median_and_band_of_its_members(simulate, with_ensemble):
    work = run(
        Request("small", drug="testamine", dose="1 mg/kg", route="ip", days=3, folder=with_ensemble)
    )
    while True:
        try:
            next(work)
        except StopIteration as end:
            found = end.value
            break
    assert (found.members, found.ensemble) == (21, "small, version 3")
    auc = next(one for one in found.exposures if one.place == "plasma, total").numbers["auc_inf"]
    assert auc.value == pytest.approx(0.6 * 2000, rel=1e-3)
    assert (auc.low, auc.high) == (
        pytest.approx(0.24 * 2000, rel=1e-3),
        pytest.approx(0.96 * 2000, rel=1e-3),
    )
    course = found["amine"]
    assert (course.low <= course.y).all() and (course.y <= course.high).all()
    assert "21 members of the ensemble small, version 3; in brackets 90 % of them" in str(found)


def test_no_members_is_a_single_run_and_too_many_are_refused(simulate, typed, with_ensemble):
    alone = typed("--folder", with_ensemble, "--members", "0", "--json")
    assert json.loads(alone.stdout)["result"]["members"] == 1
    refused = typed("--folder", with_ensemble, "--members", "22")
    assert refused.exit_code == 3 and "has 21" in refused.stderr


def test_an_ensemble_of_rats_is_not_taken_for_people(simulate, typed, with_ensemble):
    words = (
        "--folder",
        with_ensemble,
        "--species",
        "human",
        "--drug",
        "testamine",
        "--dose",
        "1 mg/kg",
        "--route",
        "po",
    )
    told = typed(*words, "--json")
    result = json.loads(told.stdout)["result"]
    assert (result["members"], result["ensemble"]) == (1, "")
    assert any("calibrated for the rat" in remark for remark in result["remarks"])
    assert any("written for the rat" in remark for remark in result["remarks"])
    refused = typed(*words, "--members", "5")
    assert refused.exit_code == 3 and "calibrated for the rat" in refused.stderr
    own = typed("--folder", with_ensemble, "--species", "rat", "--json")
    assert json.loads(own.stdout)["result"]["members"] == 21


def test_the_tables_hold_what_the_result_holds_and_the_same_bytes_again(simulate, tmp_path):
    from pyarrow import parquet

    stated = {
        "drug": "testamine",
        "dose": "1 mg/kg",
        "route": "ip",
        "every": "12h",
        "days": 2,
        "to": str(tmp_path / "out"),
    }
    found, again = simulate(**stated), simulate(**stated)
    assert found.to_write == again.to_write
    files = {Path(place).name: data for place, data in found.to_write.items()}
    assert {
        "courses.csv",
        "courses.parquet",
        "summary.csv",
        "exposure.csv",
        "result.json",
        "summary.txt",
    } <= files.keys()
    assert {
        "courses.svg",
        "acute-and-chronic.svg",
        "occupancy.svg",
        "concentrations.pdf",
    } <= files.keys()
    rows = list(csv.DictReader(io.StringIO(files["courses.csv"].decode())))
    amine = [float(row["value"]) for row in rows if row["watch"] == "amine"]
    assert amine == pytest.approx(found["amine"].y.tolist(), rel=1e-8)
    table = parquet.read_table(io.BytesIO(files["courses.parquet"])).to_pydict()
    assert table["value"] == pytest.approx([float(row["value"]) for row in rows], rel=1e-8)
    assert json.loads(files["result.json"])["result"]["scenario"] == "small"


def test_what_can_be_watched_and_set_is_listed(typed):
    told = typed("--drug", "testamine", "--list")
    assert told.exit_code == 0
    for name in ("amine.level", "testamine.plasma_total", "testamine.CL", "1.00 to 4.00", "uptake"):
        assert name in told.stdout


def test_json_is_one_document_with_bands_and_courses(typed):
    told = typed("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--json")
    result = json.loads(told.stdout)["result"]
    assert result["exposures"][0]["numbers"]["cmax"]["value"] == pytest.approx(200, rel=1e-4)
    assert len(result["courses"][0]["time_h"]) == len(result["courses"][0]["y"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--drug", "testamin", "--dose", "1 mg/kg", "--route", "iv"), "Did you mean 'testamine'"),
        (("--set", "amine.kk=3"), "Did you mean 'amine.k'"),
        (("--set", "amine.k"), "sets nothing"),
        (("--set", "amine.k=fast"), "is no value"),
        (("--set", "amine.level=3"), "computed and cannot be set"),
        (("--watch", "amin"), "Did you mean 'amine'"),
        (("--drug", "testamine", "--dose", "1", "--route", "iv"), "has no unit"),
        (("--drug", "weightless", "--dose", "1 mg/kg", "--route", "iv"), "has no molar mass"),
        (
            ("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--start", "-1 h"),
            "A time is 0 or more",
        ),
        (("--hours", "-1"), "above 0"),
        (("--hours", "3", "--days", "1"), "Both days and hours"),
        (("--days", "1e9"), "At most"),
        (("--drug", "testamine", "--dose", "1 mg/kg", "--route", "by mouth"), "no route is called"),
        (
            (
                "--drug",
                "testamine",
                "--dose",
                "1 mg/kg",
                "--route",
                "iv",
                "--every",
                "12h",
                "--doses",
                "9",
                "--days",
                "3",
            ),
            "ends at 72 h",
        ),
        (("--with", "testamine 1 mg/kg iv at 80 h", "--days", "3"), "ends at 72 h"),
        (("--dose", "1 mg/kg"), "no drug is named"),
        (("--members", "3"), "no calibrated ensemble"),
        (("--members", "-3"), "0 for a single run"),
        (("--phenotype", "CYP2D6=slow"), "no phenotype is called"),
        (("--phenotype", "CYP1A2=poor"), "no enzyme is called"),
        (("--weight", "heavy"), "is no weight"),
        (("--compare", "nowhere.csv"), "no such file"),
        (("--to", "out.csv"), "looks like a file"),
        (
            ("--drug", "testamine", "--dose", "1 mg/kg", "--route", "iv", "--duration", "3 h"),
            "given at once",
        ),
        (
            ("--drug", "testamine", "--set", "testamine.V=-5"),
            "testamine.V is -5. It is above 0, in L/kg",
        ),
        (("--drug", "testamine", "--set", "testamine.V=0"), "above 0"),
        (("--drug", "testamine", "--set", "testamine.fu=5"), "A share is 0 to 1"),
        (("--drug", "testamine", "--set", "testamine_dose1.F=3"), "A share is 0 to 1"),
        (("--drug", "testamine", "--set", "testamine.Ki_NET=0"), "above 0"),
        (("--drug", "testamine", "--set", "testamine_dose1.dose=5"), "Use --dose"),
        (("--set", "amine.rest=0"), "above 0, in nM"),
        (("--set", "amine.k=-1"), "above 0, in 1/h"),
        (("--set", "amine.load=1"), "is wired to net_site.load"),
        (
            (
                "--every",
                "1 min",
                "--drug",
                "testamine",
                "--dose",
                "1 mg/kg",
                "--route",
                "iv",
                "--days",
                "30",
            ),
            "doses",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_exit_3(typed, words, says):
    told = typed(*words)
    assert told.exit_code == 3, told.output
    assert says in told.stderr
    assert "Traceback" not in told.output


@pytest.mark.parametrize(
    ("rows", "header", "says"),
    [
        (["99,amine,20,nM,"], "time_h,watch,value,unit,error", "ends at 24 h"),
        (["-1,amine,20,nM,"], "time_h,watch,value,unit,error", "0 or more"),
        (["1,amin,20,nM,"], "time_h,watch,value,unit,error", "Did you mean 'amine'"),
        (["1,amine,20,furlong,"], "time_h,watch,value,unit,error", "no unit that tricyclic knows"),
        (["1,amine,20,mg/kg,"], "time_h,watch,value,unit,error", "cannot become"),
        (["1,amine,much,nM,"], "time_h,watch,value,unit,error", "is no number"),
        (["1,amine,20,nM,0"], "time_h,watch,value,unit,error", "not above 0"),
        (["1,20,nM"], "time_h,value,unit", "no column 'watch'"),
        ([], "time_h,watch,value,unit", "holds no reading"),
    ],
)
def test_a_measured_table_that_cannot_be_used_is_a_sentence(typed, measured, rows, header, says):
    told = typed("--compare", measured(rows, header))
    assert told.exit_code == 3, told.output
    assert says in told.stderr


def test_the_command_line_of_the_guide_runs_on_the_shipped_synapse():
    words = [
        "simulate",
        "noradrenergic_synapse",
        "--drug",
        "desipramine",
        "--dose",
        "10 mg/kg",
        "--route",
        "ip",
    ]
    words += ["--every", "12h", "--days", "14", "--members", "0", "--quiet"]
    told = CliRunner().invoke(main, words, prog_name="tricyclic")
    assert told.exit_code == 0, told.output
    for word in (
        "cortex_NE",
        "firing",
        "% of rest",
        "net_occupancy",
        "desipramine, plasma, total",
        "ng/mL",
        "accumulation",
    ):
        assert word in told.stdout


def test_bdnf_after_two_days_of_imipramine_evokes_more_glutamate_and_no_more_with_ne_100():
    words = [
        "simulate",
        "bdnf_glutamate",
        "--with",
        "BDNF 50 ng/mL bath from 48 h for 0.25 h",
        "--watch",
        "glutamate",
    ]
    words += ["--members", "0", "--json", "--quiet"]

    def net(*more):
        told = CliRunner().invoke(main, [*words, *more], prog_name="tricyclic")
        assert told.exit_code == 0, told.output
        (course,) = json.loads(told.stdout)["result"]["courses"]
        return course["y"][-1] - np.interp(47.999, course["time_h"], course["y"])

    imipramine = ("--drug", "imipramine", "--dose", "1 uM", "--route", "bath")
    alone = net()
    assert net(*imipramine) > 1.2 * alone
    assert net(*imipramine, "--antagonist", "ne_100") < 1.15 * alone


def test_a_half_life_that_a_run_is_too_short_for_is_a_dash_and_a_washout_shows_it(simulate):
    dosing = {"drug": "testamine", "dose": "1 mg/kg", "route": "iv"}
    short = simulate(**dosing, hours=6.0)
    assert math.isnan(numbers(short)["half_life_h"]) and math.isnan(numbers(short)["auc_inf"])
    said = "no half-life of testamine: less than one of them is seen after the last dose; a --washout shows it"
    assert said in short.remarks and f"look   {said}" in short.as_text()
    washed = simulate(**dosing, hours=6.0, washout="3 d")
    assert numbers(washed)["half_life_h"] == pytest.approx(math.log(2) / K, rel=1e-4)
    assert not any("half-life" in remark for remark in washed.remarks)
