"""The whole job: what it says, what it writes, that its study runs, and that cores change nothing."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.cli.main import main
from tricyclic.core.plate import PLATE_SHAPES, Plate
from tricyclic.io.plate_layout import read_layout
from tricyclic.jobs._design_plan import asked_plan
from tricyclic.jobs._design_pool import simulate
from tricyclic.jobs.design import Request, run

NET = Request(
    "binding", "net-nisoxetine", expected_ki="1 nM", expected_bmax="800 fmol/mg", simulations=0
)


def finished(work):
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def typed(*words: str):
    return CliRunner().invoke(main, ["design", "binding", *words], prog_name="tricyclic")


def test_the_command_line_says_what_matters_in_order():
    told = typed(
        "--protocol",
        "net-nisoxetine",
        "--expected-ki",
        "1 nM",
        "--width",
        "2",
        "--simulations",
        "6",
        "--quiet",
    )
    assert told.exit_code == 0, told.output
    heads = [line for line in told.stdout.splitlines() if line[:1].isdigit()]
    assert [head[0] for head in heads] == list("1234567")
    assert "jayanthi_1993" in told.stdout
    assert "the rates are not known at 4 degC; for assumed ones" in told.stdout


def test_json_holds_every_number():
    told = typed(
        "--protocol",
        "net-nisoxetine",
        "--expected-ki",
        "1 nM",
        "--simulations",
        "6",
        "--json",
        "--quiet",
    )
    result = json.loads(told.stdout)["result"]
    assert result["simulated"][0]["plates"] == 6
    assert result["series"][0]["name"] == "proposed"
    assert result["depletion"]["bound_percent"] > 10
    assert {item["name"] for item in result["assumed"]} >= {"counting efficiency", "Bmax"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--protocol", "net-nisoxetine", "--expected-ki", "1"), "'1' has no unit"),
        (("--protocol", "net-nisoxetine", "--expected-ki", "1 mg"), "cannot become"),
        (("--protocol", "net-nisoxetine", "--expected-ki", "soon"), "no number"),
        (("--protocol", "net-nisoxetine"), "expected Ki is not stated"),
        (("--protocol", "net-nisoxetin", "--expected-ki", "1 nM"), "Did you mean 'net-nisoxetine'"),
        (("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--width", "1"), "above 1"),
        (("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--cv", "120%"), "CV of wells"),
        (
            ("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--plate", "97"),
            "a plate of 97 wells",
        ),
        (
            ("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--replicates", "20"),
            "larger plate",
        ),
        (("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--within", "1"), "Above 1"),
        (
            ("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--simulations", "-1"),
            "simulations",
        ),
        (("--protocol", "sert-citalopram", "--expected-ki", "1 nM"), "--expected-bmax"),
        (
            ("--expected-ki", "1 nM", "--expected-bmax", "800 fmol/mg"),
            "not stated, and a plate cannot be designed",
        ),
        (
            ("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--expected-bmax", "800"),
            "has no unit",
        ),
        (("--protocol", "net-nisoxetine", "--expected-ki", "-1 nM"), "expected-ki"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_3(words, says):
    told = typed(*words, "--simulations", "0") if "--simulations" not in words else typed(*words)
    assert told.exit_code == 3, told.output
    assert says in told.stderr
    assert "Traceback" not in told.output


def test_a_folder_that_holds_something_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / "old.txt").write_text("mine")
    told = typed("--protocol", "net-nisoxetine", "--expected-ki", "1 nM", "--out", str(tmp_path))
    assert told.exit_code == 3
    assert "not empty" in told.stderr


@pytest.mark.parametrize(
    "protocol",
    ["dat-win35428", "sert-citalopram", "sigma1-pentazocine", "sigma2-dtg", "net-nisoxetine"],
)
def test_every_competition_protocol_can_be_designed(protocol):
    found = finished(run(replace(NET, protocol=protocol, expected_ki="50 nM", simulations=3)))
    assert found.performance[0].failed == 0.0
    # Three plates: their mean is off by no more than four of its standard errors.
    assert abs(np.log10(found.performance[0].bias)) < 4 * found.widths[0].se_log10 / np.sqrt(3)
    assert found.series[0].over_range > 0.2


def test_a_competition_protocol_can_become_a_saturation():
    found = finished(
        run(replace(NET, kind="saturation", expected_ki="", expected_kd="0.8 nM", width=3.0))
    )
    assert [w.name for w in found.widths] == ["Kd", "Bmax"]
    assert found.wished is not None


def test_a_plate_of_ones_own_is_tried_as_it_is(tmp_path):
    own = 'plate = 96\n[[block]]\nwells = "A1:A3"\nrole = "total"\n[[block]]\nwells = "A4:A6"\nrole = "non_specific"\n'
    own += '[[block]]\nwells = "B1:D6"\nrole = "competition"\ncompound = "desipramine"\ntop = "1 uM"\ndilution = 10\ndirection = "across"\n'
    (tmp_path / "own.toml").write_text(own)
    found = finished(run(replace(NET, layout=str(tmp_path / "own.toml"))))
    assert len(found.plan.wells) == 24
    assert not found.proposed
    assert "concentrations" in {change.what for change in found.changes}


def test_the_study_that_is_written_runs_once_raw_files_are_there(tmp_path):
    folder = tmp_path / "planned"
    request = replace(
        NET,
        out=str(folder),
        efficiency="45 %",
        counting_time_min="2 min",
        background_cpm="20 cpm",
        runs=2,
    )
    found = finished(run(request))
    for place, data in found.to_write.items():
        path = Path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert (
        tomllib.loads((folder / "study.toml").read_text())["assay"][0]["conditions"][
            "counting_time_min"
        ]
        == 2.0
    )
    assert read_layout(folder / "layouts" / "plate.toml").held == found.plan.layout.held
    assert (folder / "plate.svg").read_text().startswith("<")
    assert (folder / "plate.pdf").read_bytes().startswith(b"%PDF")
    for number in (1, 2):
        plate = simulate_plate(
            found.plan.conditions,
            found.plan.layout,
            found.plan.truth,
            np.random.default_rng(number),
        )
        (folder / "raw" / f"run{number}.csv").write_text(as_grid(plate))
    ran = CliRunner().invoke(main, ["run", str(folder), "--json", "--quiet"], prog_name="tricyclic")
    assert ran.exit_code in (0, 4), ran.output
    (ki,) = [
        e for e in json.loads(ran.stdout)["result"]["assays"][0]["estimates"] if e["name"] == "Ki"
    ]
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


def test_the_number_of_workers_changes_no_result():
    plan = asked_plan(NET).plan
    alone, both = (finished(simulate(plan, 192, seed=7, workers=workers)) for workers in (1, 2))
    assert np.array_equal(alone.plates, both.plates)
    assert np.array_equal(alone.pooled, both.pooled)
    assert alone.checks == both.checks
    other = finished(simulate(plan, 3, seed=8, workers=1))
    assert not np.array_equal(other.plates[0], alone.plates[0])


def test_progress_counts_every_plate():
    plan = asked_plan(NET).plan
    steps = list(simulate(plan, 50, seed=1, workers=1))
    assert steps[0].done == 0
    assert steps[-1].done == steps[-1].total == 51


def test_known_rates_make_the_simulation_read_at_the_end_of_the_incubation():
    begun = asked_plan(replace(NET, kon="1e8 1/(M min)", competitor_koff="0.1 1/min"))
    assert begun.plan.as_incubated
    assert not asked_plan(NET).plan.as_incubated
    found = finished(run(replace(NET, kon="1e8 1/(M min)", competitor_koff="0.1 1/min")))
    assert not found.times[0].assumed
