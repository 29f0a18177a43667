"""A sensitivity analysis as it is asked for on the command line."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.jobs.sensitivity import Request, run
from tricyclic.ode.solver import sbml_of

SMALL = """
title = "Kinetics and occupancy"
says = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "pump"]
[[place]]
name = "cortex_fluid"
says = "extracellular fluid"
[[fluid]]
name = "cortex"
holds = "brain"
[[site]]
name = "net"
target = "NET"
fluid = "cortex"
place = "cortex_fluid"
says = "norepinephrine transporter"
[[watch]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
says = "NET occupancy"
"""
NAMES = ("reboxetine.CL", "reboxetine.Ki_NET")


@pytest.fixture
def asked(tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")

    def request(**more) -> Request:
        usual = {
            "drug": "reboxetine",
            "rate": "1 mg/kg/d",
            "route": "pump",
            "hours": 300.0,
            "workers": 1,
            "parameter": NAMES,
            "endpoint": ("occupancy.end",),
        }
        return Request(str(file), **{**usual, **more})

    return request


def finished(request: Request):
    work = run(request)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def test_occupancy_moves_by_the_free_share_per_percent_of_affinity(asked, tmp_path):
    found = finished(asked(to=str(tmp_path / "out")))
    names = [endpoint.name for endpoint in found.elasticities.endpoints]
    column = names.index("occupancy.end")
    free = 1 - found.elasticities.typical[column]
    assert found.elasticities.table[1, column] == pytest.approx(-free, rel=1e-3)
    files = {place.rpartition("/")[2]: data for place, data in found.to_write.items()}
    assert {
        "elasticities.csv",
        "elasticities.svg",
        "tornado_occupancy.end.svg",
        "result.json",
    } <= set(files)
    rows = list(csv.DictReader(files["elasticities.csv"].decode().splitlines()))
    assert [row["parameter"] for row in rows] == list(NAMES)
    assert float(rows[1]["occupancy.end"]) == pytest.approx(-free, rel=1e-3)
    assert json.loads(files["result.json"])["result"]["sobol"] is None
    assert "reboxetine.Ki_NET" in found.as_text()


def test_sobol_indices_come_with_their_figures_and_a_doubt_where_points_are_few(asked, tmp_path):
    found = finished(asked(sobol=16, to=str(tmp_path / "out")))
    names = [endpoint.name for endpoint in found.sobol.endpoints]
    total = found.sobol.total[:, names.index("occupancy.end")]
    assert np.isfinite(total).all() and total.max() > 0.3
    assert found.sobol.runs == 16 * 4
    assert "more base points" in found.as_text()
    files = {place.rpartition("/")[2] for place in found.to_write}
    assert {"sobol.csv", "sobol.svg", "sobol_occupancy.end.svg"} <= files


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parameter": ("reboxetine.CLL",)}, r"reboxetine\.CL"),
        ({"endpoint": ("occupancy.fin",)}, r"occupancy\.end"),
        ({"endpoint": ("occupancy.peak_h",)}, "no endpoint|peak"),
        ({"sobol": 100}, "power of 2"),
        ({"confidence": 1.5}, "0 and 1"),
        ({"to": "table.csv"}, "folder"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(asked, change, words):
    with pytest.raises(InputError, match=words):
        finished(asked(**change))


def test_where_few_parameters_are_free_all_that_have_a_range_are_told_and_a_remark_says_so(asked):
    found = finished(asked(parameter=()))
    told = {one.name for one in found.elasticities.parameters}
    assert len(told) >= 5 and set(NAMES) <= told
    (remark,) = [remark for remark in found.remarks if "have a range" in remark]
    assert f"all {len(told)} that have a range" in remark and remark in found.as_text()
    assert not any("have a range" in remark for remark in finished(asked()).remarks)


def test_one_bar_is_no_tornado(asked, tmp_path):
    found = finished(asked(parameter=NAMES[:1], sobol=8, to=str(tmp_path / "out")))
    files = {place.rpartition("/")[2] for place in found.to_write}
    assert {"elasticities.csv", "sobol.csv"} <= files
    assert not any(name.startswith(("tornado_", "sobol_")) for name in files)


@pytest.mark.parametrize("verb", ["population", "sensitivity"])
@pytest.mark.parametrize(
    ("unit", "exit_code", "says"),
    [
        ("  unit time_unit = 60 second\n", 3, "unit of time is 60 s"),
        ("", 3, "unit of time is not declared"),
        ("  unit time_unit = 3600 second\n", 0, ""),
    ],
)
def test_a_model_of_one_s_own_is_taken_in_hours_only(tmp_path, verb, unit, exit_code, says):
    file = tmp_path / "chain.xml"
    body = f"model chain()\n{unit}  compartment c = 1\n  species A in c\n  A -> ; k*A\n  A = 1; k = 0.5\nend\n"
    file.write_text(sbml_of(body, "chain"), encoding="utf-8")
    words = ["--hours", "2", *(["--all"] if verb == "sensitivity" else ["--subjects", "2"])]
    told = CliRunner().invoke(main, [verb, str(file), "--quiet", "--workers", "1", *words])
    assert told.exit_code == exit_code, told.output
    assert says in told.output
    assert (f"{verb.capitalize()} takes models of your own in hours only" in told.output) is bool(
        exit_code
    )
