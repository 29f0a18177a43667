"""A sensitivity analysis as it is asked for on the command line."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.jobs.sensitivity import Request, run

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
            "drug": "reboxetine", "rate": "1 mg/kg/d", "route": "pump", "hours": 300.0, "workers": 1,
            "parameter": NAMES, "endpoint": ("occupancy.end",),
        }  # fmt: skip
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
    assert {"elasticities.csv", "elasticities.svg", "tornado_occupancy.end.svg", "result.json"} <= set(files)
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
