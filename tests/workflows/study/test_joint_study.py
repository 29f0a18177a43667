"""Joint fits of saturation and competition of one day, and a plate with two groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.cli.main import main
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.workflows.study.run import run_study

pytestmark = pytest.mark.usefixtures("equal_fits_once")

TRUTH = TrueValues(
    kd_nM=0.8,
    bmax_fmol_per_mg=800.0,
    ki_nM={"desipramine": 0.9},
    group_bmax_fmol_per_mg={"treated": 400.0, "vehicle": 800.0},
)
ADDED_NM = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4]
COUNTER = """
counting_efficiency = 0.45
counting_time_min = 2.0
background_cpm = 20.0
"""
STUDY = f"""
schema_version = 1
title = "Synthetic: two assays of one day"
synthetic = true

[[assay]]
name = "saturation"
kind = "saturation"
protocol = "net-nisoxetine"
layout = "saturation.toml"
[assay.conditions]
{COUNTER}
[[assay.plate]]
file = "raw/saturation.csv"
run = "day1"

[[assay]]
name = "competition"
layout = "competition.toml"
protocol = "net-nisoxetine"
[assay.conditions]
{COUNTER}
[[assay.plate]]
file = "raw/competition.csv"
run = "day1"

[[joint]]
name = "together"
assays = ["saturation", "competition"]

[report]
formats = ["html"]
"""


def conditions():
    return replace(
        protocol("net-nisoxetine").conditions,
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=2.0,
        background_cpm=20.0,
    )


def saturation_layout(group_rows: str = "") -> str:
    blocks = ["plate = 96"]
    for k, nM in enumerate(ADDED_NM):
        group = f'\ngroup = "{"vehicle" if k < 4 else "treated"}"' if group_rows else ""
        for wells, role in (
            (f"A{k + 1}:C{k + 1}", "total"),
            (f"D{k + 1}:F{k + 1}", "non_specific"),
        ):
            blocks.append(
                f'[[block]]\nwells = "{wells}"\nrole = "{role}"\nradioligand = "{nM} nM"{group}'
            )
    return "\n\n".join(blocks) + "\n"


def grid(wells) -> str:
    values = {well.name: well.value for well in wells}
    lines = [",".join(["cpm", *map(str, range(1, 13))])]
    for row in "ABCDEFGH":
        lines.append(",".join([row, *(str(values.get(f"{row}{c:02d}", "")) for c in range(1, 13))]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "saturation.toml").write_text(saturation_layout(), encoding="utf-8")
    (tmp_path / "competition.toml").write_text(protocol("net-nisoxetine").layout, encoding="utf-8")
    plans = {"saturation": saturation_layout(), "competition": protocol("net-nisoxetine").layout}
    for seed, (name, plan) in enumerate(plans.items()):
        wells = layout_from_toml(plan).planned_wells.values()
        plate = simulate_plate(
            conditions(), list(wells), TRUTH, np.random.default_rng(seed), name=name
        )
        (tmp_path / "raw" / f"{name}.csv").write_text(grid(plate.wells), encoding="utf-8")
    return tmp_path


def test_assays_of_one_day_share_their_kd(folder):
    result = run_study(folder)
    joint = result["together"]
    (fitted,) = joint.plates
    assert fitted.fit.n == sum(
        result[name].plates[0].fit.n for name in ("saturation", "competition")
    )
    assert [p.name for p in fitted.fit.free] == [
        "log10_bmax",
        "log10_kd",
        "nonspecific",
        "log10_ki",
    ]
    for name, truth in (("Kd", 0.8), ("Bmax", 800.0), ("Ki", 0.9)):
        estimate = next(e for e in joint.pooled if e.name == name)
        assert abs(np.log10(estimate.value / truth)) < 3 * estimate.log10_se
    assert "fitted together" in joint.methods
    done = CliRunner().invoke(main, ["study", "verify", str(folder), "--quiet"])
    assert done.exit_code == 0, done.output


def test_a_run_without_one_of_the_assays_is_named_beside_the_joint_fit(folder):
    wells = layout_from_toml(saturation_layout()).planned_wells.values()
    plate = simulate_plate(
        conditions(), list(wells), TRUTH, np.random.default_rng(9), name="saturation"
    )
    (folder / "raw" / "second.csv").write_text(grid(plate.wells), encoding="utf-8")
    first = '[[assay.plate]]\nfile = "raw/saturation.csv"\nrun = "day1"\n'
    second = first.replace("saturation.csv", "second.csv").replace("day1", "day2")
    (folder / "study.toml").write_text(STUDY.replace(first, first + second), encoding="utf-8")
    result = run_study(folder)
    joint = result["together"]
    assert [plate.experiment for plate in joint.plates] == ["day1"]
    (left_out,) = [check for check in joint.checks if check.name == "joint_runs"]
    assert left_out.level == "warn"
    assert left_out.message == "run day2 is left out of the joint fit: it has no competition"
    (limits,) = [check for check in joint.checks if check.name == "joint_limits"]
    assert "contain no stated errors of concentrations" in limits.message
    assert left_out.message in result.summary() and limits.message in result.summary()


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (
            'assays = ["saturation", "competition"]',
            'assays = ["saturation"]',
            "joint 'together': has 1 assay. A joint fit needs two or more",
        ),
        (
            'assays = ["saturation", "competition"]',
            'assays = ["saturation", "competitor"]',
            "Did you mean 'competition'",
        ),
        (
            'file = "raw/competition.csv"\nrun = "day1"',
            'file = "raw/competition.csv"\nrun = "day2"',
            "no run of the same name",
        ),
        (
            "counting_efficiency = 0.45\n",
            "",
            "readings in cpm cannot be converted to moles in the well, which a joint fit needs",
        ),
    ],
)
def test_an_impossible_joint_fit_is_refused_in_one_line(folder, old, new, part):
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = CliRunner().invoke(main, ["study", "run", str(folder), "--quiet"])
    assert done.exit_code == 3, done.output
    assert part in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_two_groups_on_one_plate_are_two_results(folder):
    competition = protocol("net-nisoxetine").layout
    blocks = competition.split("[[block]]")
    rows = {"vehicle": "B1:B12", "treated": "C1:C12"}
    head, body = blocks[:3], blocks[3]
    grouped = "[[block]]".join(head) + "".join(
        f'[[block]]{body.replace("B1:D12", wells).rstrip()}\ngroup = "{group}"\n\n'
        for group, wells in rows.items()
    )
    (folder / "grouped.toml").write_text(grouped, encoding="utf-8")
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8").replace('"competition.toml"', '"grouped.toml"')
    path.write_text(
        text[: text.index("[[joint]]")] + '[report]\nformats = ["html"]\n', encoding="utf-8"
    )
    result = run_study(folder)
    affinities = [e for e in result["competition"].pooled if e.name == "Ki"]
    assert {e.where for e in affinities} == {"vehicle", "treated"}
