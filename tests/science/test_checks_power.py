"""The benchmark of checks runs, covers every check of the documentation, and its results hold."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import checks_power as bench  # noqa: E402


def test_every_check_is_simulated_or_named_as_a_rule():
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8").split("## How often")[0]
    documented = {
        name
        for line in page.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([a-z0-9_]+)`", line.split("|")[1])
    }
    simulated = {
        check
        for group in bench.GROUPS.values()
        for fault in group.faults()
        for check in fault.checks
    }
    assert documented - simulated - set(bench.RULES) == set()
    assert set(bench.RULES) <= documented


def test_every_check_that_spoilt_data_raise_is_raised_in_a_test():
    folders = ("assays", "workflows")
    files = [path for one in folders for path in (ROOT / "tests" / one).rglob("test_*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in bench.SPOILT if f'"{name}"' not in text] == []


@pytest.mark.parametrize("name", ["msr", "charts"])
def test_faults_of_assays_over_time_are_flagged(name):
    rows = bench.rows_of(name, 4, seed=3)
    assert all(row.bad.flagged >= 0.7 * row.bad.size for row in rows if row.fault), rows


def test_an_edge_and_an_outlier_are_flagged_and_a_good_plate_is_not():
    faults = {f.name: f for f in bench.GROUPS["plates"].faults()}
    listed = list(faults)
    good = bench.count("plates", 0, 2, seed=5)
    assert good.total() <= 1
    for name, check in (
        ("edge 15 % low, scattered wells", "edge_effect"),
        ("one well at 3 times", "outlier"),
    ):
        k = [f.name for f in bench.GROUPS["plates"].faults()].index(name) + 1
        assert name in listed
        assert bench.count("plates", k, 2, seed=5)[check] == 2


def test_a_table_of_the_documentation_has_every_row():
    rows = bench.rows_of("charts", 1, seed=1)
    table = bench.as_table(rows, 1, 1)
    assert table.count("\n| control chart") == len(rows)
    assert "--size 1 --seed 1 --write" in table


@pytest.mark.parametrize("name", ["responders", "parabolas"])
def test_scatter_beyond_the_model_and_a_turn_are_flagged(name):
    rows = bench.rows_of(name, 4, seed=3)
    assert all(row.bad.flagged >= 0.5 * row.bad.size for row in rows if row.fault), rows
    assert all(row.good.flagged <= 0.1 * row.good.size for row in rows), rows
