"""The design command: what it prints and writes, its errors, and that its study can be run."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.cli.main import main
from tricyclic.core.plate import PLATE_SHAPES, Plate
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.plate_layout import read_layout
from tricyclic.workflows.binding.design import run
from tricyclic.workflows.binding.design_plan import resolve_design
from tricyclic.workflows.binding.design_trials import simulate_trials
from tricyclic.workflows.binding.options import DesignOptions

NET = DesignOptions(
    protocol="net-nisoxetine", expected_ki="1 nM", expected_bmax="800 fmol/mg", simulations=0
)
NET_KI = ("--protocol", "net-nisoxetine", "--expected-ki", "1 nM")


def command(*words: str):
    return CliRunner().invoke(main, ["binding", "design", *words], prog_name="tricyclic")


def test_the_command_prints_seven_sections_and_the_source_of_what_is_assumed():
    done = command(*NET_KI, "--target-width", "2", "--simulations", "6", "--quiet")
    assert done.exit_code == 0, done.output
    heads = [line for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert [head[0] for head in heads] == list("1234567")
    assert done.stdout.startswith("Competition of desipramine at NET: planned experiment\n")
    assert "jayanthi_1993" in done.stdout
    assert "the rates of binding are not known at 4 degC; with assumed ones" in done.stdout


def test_json_contains_every_number():
    done = command(*NET_KI, "--simulations", "6", "--json", "--quiet")
    result = json.loads(done.stdout)["result"]
    assert result["performance"][0]["plates"] == 6
    assert result["series"][0]["name"] == "proposed"
    assert result["depletion"]["bound_percent"] > 10
    assert {item["name"] for item in result["assumptions"]} >= {"counting efficiency", "Bmax"}
    assert [row["runs"] for row in result["runs_table"]] == [2, 3, 4, 5, 6, 8, 10]
    assert len(result["wells"]) > 30


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"expected_ki": "1"},
            "expected_ki: '1' has no unit. Write it like 1 nM.",
        ),
        (
            {"expected_ki": ""},
            'expected_ki: the expected Ki is missing. Add it, such as --expected-ki "1 nM".',
        ),
        (
            {"target_width": 1.0},
            (
                "target_width: the target width is 1 fold. "
                "Upper over lower limit, above 1: 2 means from 0.7 to 1.4 times the value."
            ),
        ),
        (
            {"cv": "120%"},
            "cv: the CV of wells is 1.2. A share from 0 to below 1, such as 0.05 or 5%.",
        ),
        (
            {"plate_size": 97},
            "plate_size: a plate of 97 wells. Plates have 6, 12, 24, 48, 96, 384, 1536 wells.",
        ),
        (
            {"replicates": 20},
            (
                "plate_size: no half-log series in 20 replicates fits a plate of 96 wells and "
                "reaches "
                "both plateaus. Take a larger plate, fewer replicates, or a narrower range with "
                "--within."
            ),
        ),
        (
            {"within": 1.0},
            "within: the range around the expected value is 1 fold. Above 1, such as 3.",
        ),
        ({"simulations": -1}, "simulations: is -1. A whole number from 0 to 1000000."),
        ({"workers": 0}, "workers: is 0. A whole number from 1 to 1024."),
        (
            {"protocol": "sert-citalopram", "expected_bmax": ""},
            (
                "expected_bmax: the density of SERT sites is missing, and the library has none. "
                'Add it, such as --expected-bmax "800 fmol/mg".'
            ),
        ),
        (
            {"protocol": ""},
            (
                "The Kd of the radioligand and the specific activity and the counting efficiency "
                "and "
                "the volume of a well and the protein in a well and the radioligand added are "
                "missing; "
                "a plate cannot be designed without. Add --kd-nM, --specific-activity, "
                "--efficiency, "
                "--volume-uL, --protein-ug, --radioligand-nM, or a --protocol that provides it."
            ),
        ),
        (
            {"expected_bmax": "800"},
            "expected_bmax: '800' has no unit. Write it like 800 fmol/mg.",
        ),
        (
            {"expected_ki": "0.1 fM"},
            "expected_ki: is 1.00e-7 nM. It lies between 1 fM and 100 mM.",
        ),
        (
            {"expected_ki": "-1 nM"},
            "expected_ki: '-1 nM' is not a concentration. Concentrations are 0 or more.",
        ),
        (
            {"nonspecific": 1.5},
            "nonspecific: is 1.5. A share of the radioligand from 0 to below 1, such as 0.005.",
        ),
        (
            {"competitor_koff": "0 1/min"},
            "competitor_koff: is 0 per min. It is above 0.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_input_is_refused_with_one_sentence(changes, sentence):
    with pytest.raises(InputError) as error:
        run(replace(NET, **changes))
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((*NET_KI[:3], "1 mg"), "cannot be converted to 'M', a concentration"),
        ((*NET_KI[:3], "soon"), "'soon' is not a number with a unit"),
        (("--protocol", "net-nisoxetin", *NET_KI[2:]), "Did you mean 'net-nisoxetine'"),
        ((*NET_KI, "--plate-size", "97"), "a plate of 97 wells"),
    ],
)
def test_bad_input_on_the_command_line_ends_with_code_3(words, part):
    done = command(*words, "--simulations", "0")
    assert done.exit_code == 3, done.output
    assert part in done.stderr
    assert "Traceback" not in done.output


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / "old.txt").write_text("mine")
    done = command(*NET_KI, "--out", str(tmp_path))
    assert done.exit_code == 3
    assert "not empty" in done.stderr


@pytest.mark.parametrize(
    "protocol",
    ["dat-win35428", "sert-citalopram", "sigma1-pentazocine", "sigma2-dtg", "net-nisoxetine"],
)
def test_every_competition_protocol_can_be_designed(protocol):
    result = run(replace(NET, protocol=protocol, expected_ki="50 nM", simulations=3))
    assert result.performance[0].failed == 0.0
    # Three plates: their mean is off by no more than four of its standard errors.
    error = abs(np.log10(result.performance[0].bias))
    assert error < 4 * result.precision[0].se_log10 / np.sqrt(3)
    assert result.series[0].efficiency_over_range > 0.2


def test_a_competition_protocol_can_become_a_saturation():
    saturation = replace(
        NET, kind="saturation", expected_ki="", expected_kd="0.8 nM", target_width=3.0
    )
    result = run(saturation)
    assert [target.name for target in result.precision] == ["Kd", "Bmax"]
    assert result.target_precision is not None


def test_a_plate_map_that_is_provided_is_evaluated_as_it_is(tmp_path):
    (tmp_path / "own.toml").write_text(
        'plate = 96\n[[block]]\nwells = "A1:A3"\nrole = "total"\n'
        '[[block]]\nwells = "A4:A6"\nrole = "non_specific"\n'
        '[[block]]\nwells = "B1:D6"\nrole = "competition"\ncompound = "desipramine"\n'
        'top = "1 uM"\ndilution = 10\ndirection = "across"\n'
    )
    result = run(replace(NET, layout=str(tmp_path / "own.toml")))
    assert len(result.plan.wells) == 24
    assert not result.proposed
    assert "concentrations" in {advice.lever for advice in result.advice}


def test_the_study_that_is_written_runs_once_its_raw_files_are_there(tmp_path):
    folder = tmp_path / "planned"
    options = replace(
        NET,
        out=str(folder),
        efficiency="45 %",
        counting_time_min="2 min",
        background_cpm="20 cpm",
        runs=2,
    )
    result = run(options)
    written = {path.relative_to(folder).as_posix() for path in result.save(folder)}
    assert written == {
        "README.txt",
        "design.json",
        "design.txt",
        "exclusions.csv",
        "layouts/plate.toml",
        "plate.pdf",
        "plate.svg",
        "raw/README.txt",
        "study.toml",
    }
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    assert study["assay"][0]["conditions"]["counting_time_min"] == 2.0
    assert read_layout(folder / "layouts" / "plate.toml").planned_wells == (
        result.plan.layout.planned_wells
    )
    assert (folder / "plate.svg").read_text(encoding="utf-8").startswith("<")
    assert (folder / "plate.pdf").read_bytes().startswith(b"%PDF")
    document = json.loads((folder / "design.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-binding-design/2"
    assert document["result"] == result.to_json()
    for number in (1, 2):
        plan = result.plan
        rng = np.random.default_rng(number)
        plate = simulate_plate(plan.conditions, plan.layout, plan.truth, rng)
        (folder / "raw" / f"run{number}.csv").write_text(as_grid(plate))
    done = CliRunner().invoke(
        main, ["run", str(folder), "--json", "--quiet"], prog_name="tricyclic"
    )
    assert done.exit_code in (0, 4), done.output
    estimates = json.loads(done.stdout)["result"]["assays"][0]["estimates"]
    (ki,) = [estimate for estimate in estimates if estimate["name"] == "Ki"]
    assert ki["value"] == pytest.approx(1.0, rel=0.25)


def as_grid(plate: Plate) -> str:
    rows, columns = PLATE_SHAPES[plate.size]
    values = {(w.row, w.column): w.value for w in plate.wells}
    lines = ["Unit: cpm", "," + ",".join(str(c + 1) for c in range(columns))]
    lines += [
        chr(65 + r) + "," + ",".join(f"{values.get((r, c), 0.0):g}" for c in range(columns))
        for r in range(rows)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.mark.slow
def test_the_number_of_workers_changes_no_result(library):
    plan = resolve_design(NET, library).plan
    alone, both = (simulate_trials(plan, 192, seed=7, workers=workers) for workers in (1, 2))
    assert np.array_equal(alone.plates, both.plates)
    assert np.array_equal(alone.pooled, both.pooled)
    assert alone.checks == both.checks
    other = simulate_trials(plan, 3, seed=8, workers=1)
    assert not np.array_equal(other.plates[0], alone.plates[0])


def test_progress_counts_every_plate(library):
    steps = []
    plan = resolve_design(NET, library).plan
    simulate_trials(plan, 8, seed=1, workers=1, on_progress=steps.append)
    assert steps[0].done == 0
    assert steps[-1].done == steps[-1].total == 9
    assert {step.message for step in steps} == {"plates simulated and analysed"}


def test_known_rates_make_the_simulation_read_at_the_end_of_the_incubation(library):
    timed = replace(NET, kon="1e8 1/(M min)", competitor_koff="0.1 1/min")
    assert resolve_design(timed, library).plan.as_incubated
    assert not resolve_design(NET, library).plan.as_incubated
    assert not run(timed).times[0].assumed
