"""The population command: tables, figures, percentiles, responders and refused options."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from tricyclic.core.format import format_number
from tricyclic.core.population import PERCENTILES
from tricyclic.core.progress import Progress
from tricyclic.errors import InputError
from tricyclic.reports.files.population import population_files
from tricyclic.results.population import PopulationResult
from tricyclic.workflows.model.options import PopulationOptions
from tricyclic.workflows.model.population import run

# 95 % quantile of the normal distribution, two-sided, squared.
Z2 = 1.959964**2


@pytest.fixture
def rats(occupancy_scenario):
    """Simulate rats that get desipramine, with further options by name."""

    def call(**more) -> PopulationResult:
        usual = {
            "drug": "desipramine",
            "dose": "5 mg/kg",
            "route": "ip",
            "hours": 48.0,
            "workers": 1,
            "subjects": 12,
        }
        return run(PopulationOptions(occupancy_scenario("rat"), **{**usual, **more}))

    return call


@pytest.fixture
def people(occupancy_scenario):
    """Simulate people who get one dose of desipramine, with further options by name."""

    def call(**more) -> PopulationResult:
        usual = {"drug": "desipramine", "dose": "50 mg", "route": "po", "workers": 1}
        return run(PopulationOptions(occupancy_scenario("human"), **{**usual, **more}))

    return call


def test_an_observable_with_a_baseline_of_0_is_reported_as_a_level(rats):
    # Any computed quantity may be shown in percent of its baseline; the brain has no drug before
    # the dose.
    result = rats(observable=("desipramine_brain.free",))
    percentiles = result.percentiles()["desipramine_brain.free.last_day"]
    last_day = dict(zip(PERCENTILES, percentiles, strict=True))
    assert last_day[50] > 0
    lines = result.summary().splitlines()
    (line,) = [line for line in lines if line.startswith("desipramine_brain.free ")]
    assert f"{format_number(last_day[50])} nM" in line and "nan" not in line


def test_occupancies_are_in_percent(rats):
    result = rats(subjects=5)
    (band,) = result.population.bands
    endpoints = {endpoint.name: endpoint.unit for endpoint in result.population.endpoints}
    assert (band.unit, endpoints["occupancy.peak"]) == ("%", "%")
    assert endpoints["occupancy.auc_over_baseline"] == "% h"
    peaks = result.population.endpoint("occupancy.peak")
    assert (peaks > 50).all() and (peaks < 100).all()
    assert band.y.max() == pytest.approx(np.percentile(peaks, 95), rel=0.02)


def test_percentiles_are_those_of_the_table_of_subjects(rats):
    result = rats(n_examples=2)
    files = population_files(result)
    assert files.keys() == {
        "subjects.csv",
        "subjects.parquet",
        "bands.csv",
        "summary.csv",
        "summary.txt",
        "result.json",
        "population.svg",
        "population.pdf",
    }
    rows = list(csv.DictReader(files["subjects.csv"].decode().splitlines()))
    cmax = np.array([float(row["desipramine.cmax [nM]"]) for row in rows])
    percentiles = result.percentiles()["desipramine.cmax"]
    assert percentiles == pytest.approx(np.percentile(cmax, [5, 25, 50, 75, 95]), rel=1e-8)
    document = json.loads(files["result.json"])
    assert document["schema"] == "tricyclic-model-population/2"
    assert document["result"]["subjects"] == 12 and document["result"]["failed"] == []
    clearance = {float(row["desipramine.CL"]) for row in rows}
    assert len(clearance) == 12


def test_the_tables_have_their_columns(rats):
    files = population_files(rats(subjects=3))

    def head(name: str) -> list[str]:
        return files[name].decode().splitlines()[0].split(",")

    assert head("bands.csv") == ["observable", "unit", "time_h", "p5", "p25", "p50", "p75", "p95"]
    assert head("summary.csv") == [
        "endpoint",
        "unit",
        "p5",
        "p25",
        "p50",
        "p75",
        "p95",
        "description",
    ]
    columns = head("subjects.csv")
    assert columns[0] == "subject"
    assert {"desipramine.CL", "occupancy.last_day [%]", "desipramine.half_life_h [h]"} <= set(
        columns
    )
    rows = list(csv.DictReader(files["summary.csv"].decode().splitlines()))
    first = rows[0]
    assert (first["endpoint"], first["unit"]) == ("occupancy.baseline", "%")
    assert first["description"] == "drug-free baseline of NET occupancy"


def test_the_progress_counts_every_subject(rats, occupancy_scenario):
    steps: list[Progress] = []
    options = PopulationOptions(
        occupancy_scenario("rat"),
        drug="desipramine",
        dose="5 mg/kg",
        route="ip",
        subjects=6,
        workers=1,
    )
    run(options, steps.append)
    assert (steps[0].done, steps[-1].done, steps[-1].total) == (0, 6, 6)
    assert {step.message for step in steps} == {"subjects simulated"}


def test_a_subject_that_clears_faster_has_a_smaller_exposure(rats):
    population = rats(subjects=30, hours=400.0).population
    dose, share = 5e6 / 266.38, population.parameters["desipramine_dose1.F"]
    expected = dose * share / population.parameters["desipramine.CL"]
    assert population.endpoint("desipramine.auc_inf") == pytest.approx(expected, rel=0.01)


def test_the_same_seed_gives_the_same_files_and_another_seed_does_not(rats):
    files = [population_files(rats(subjects=5, seed=seed)) for seed in (1, 1, 2)]
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_people_have_phenotypes_and_poor_metabolisers_have_the_largest_exposure(people):
    result = people(hours=400.0, subjects=120, seed=3)
    phenotypes = np.array(result.population.phenotypes["subject.activity_CYP2D6"])
    exposure = result.population.endpoint("desipramine.auc_last")
    poor, extensive = exposure[phenotypes == "poor"], exposure[phenotypes == "extensive"]
    assert poor.size and extensive.size
    assert np.median(poor) > 1.5 * np.median(extensive)
    assert "CYP2D6: " in result.summary() and "european" in result.summary()


def test_one_phenotype_may_be_set_for_all(people):
    population = people(hours=24.0, subjects=6, phenotype=("CYP2D6=poor",)).population
    assert (population.parameters["subject.activity_CYP2D6"] == 0).all()
    assert "subject.activity_CYP2D6" not in population.phenotypes


def test_a_fixed_parameter_is_the_same_in_all_subjects(rats):
    result = rats(fixed=("desipramine.CL",))
    assert "desipramine.CL" not in result.varied
    assert "desipramine.CL" not in result.population.parameters


def test_responders_have_wilsons_confidence_interval(rats):
    result = rats(responder=("occupancy.peak >= 50", "occupancy.peak < 0"))
    every, none = result.responders
    assert (every.count, every.n_subjects, every.share) == (12, 12, 1.0)
    # Wilson 1927 for 12 of 12: n / (n + z2).
    assert every.low == pytest.approx(12 / (12 + Z2)) and every.high == pytest.approx(1)
    assert none.count == 0 and none.high == pytest.approx(Z2 / (12 + Z2))
    assert (
        "occupancy.peak >= 50: 12 of 12, 100.0 %   95 % CI 75.8–100.0 %"
        in result.summary().splitlines()
    )


def test_a_band_contains_its_share_of_the_subjects(rats):
    (band,) = rats(subjects=40, n_examples=40).population.bands
    examples = band.example_trajectories
    inside = (examples >= band.at(5.0)) & (examples <= band.at(95.0))
    assert 0.85 <= inside.mean() <= 0.95
    assert band.at(50.0) == pytest.approx(np.median(examples, axis=0))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subjects": 0}, "subjects: is 0. A whole number from 1 to 100000."),
        ({"seed": -1}, "seed: is -1. A whole number from 0 to 9223372036854775808."),
        ({"workers": 0}, "workers: is 0. A whole number from 1 to 1024."),
        ({"n_examples": 101}, "n_examples: is 101. A whole number from 0 to 100."),
        (
            {"population": "european"},
            (
                "population: 'european' is a population of people, and the scenario is for the "
                "rat. "
                "Leave it out, or add --species human."
            ),
        ),
        (
            {"responder": ("occupancy.peak",)},
            (
                "responder: 'occupancy.peak' is not a rule. "
                'Write it like "cortex_NE.last_day_percent >= 200".'
            ),
        ),
        (
            {"out": "out.csv"},
            (
                "out: 'out.csv' looks like a file. It is a folder for several files. "
                "Name a folder, such as 'out'."
            ),
        ),
        (
            {"dose": "5"},
            'dose of desipramine: \'5\' has no unit. Write it like "10 mg/kg" or "37 umol/kg".',
        ),
        (
            {"ensemble_size": 5},
            "small_rat: has no calibrated ensemble. Leave the ensemble size out.",
        ),
    ],
)
def test_impossible_options_are_refused_in_a_whole_sentence(rats, change, sentence):
    with pytest.raises(InputError) as error:
        rats(**change)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"responder": ("occupancy.peek > 1",)},
            "responder: no endpoint is called 'occupancy.peek'. Did you mean 'occupancy.peak'",
        ),
        (
            {"fixed": ("desipramine.CLL",)},
            "small_rat: no quantity is called 'desipramine.CLL'. Did you mean 'desipramine.CL'",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(rats, change, sentence):
    with pytest.raises(InputError) as error:
        rats(**change)
    assert str(error.value).startswith(sentence)


def test_an_unknown_population_is_refused_with_the_known_ones(people):
    with pytest.raises(InputError) as error:
        people(hours=24.0, population="martian")
    assert str(error.value) == ("No population is called 'martian'. There are: european, japanese.")
