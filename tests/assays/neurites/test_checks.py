"""Each check of a neurite experiment: passes in a good one and is raised by its fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.neurites.analysis import analyse_neurites
from tricyclic.assays.neurites.plan import NeuritePlan, plan_neurites
from tricyclic.simulation.virtual.neurite_counts import (
    NeuriteTruth,
    synthetic_cells,
    synthetic_counts,
)

GOOD = NeuriteTruth()


def made(truth=GOOD, seed=21):
    return synthetic_counts(np.random.default_rng(seed), truth)


def raised(table):
    return {check.name for check in analyse_neurites(table).checks if check.level != "pass"}


def without_vehicle(table):
    fields = tuple(f for f in table.fields if f.culture != "c1" or f.arm.drug or not f.arm.stimulus)
    return replace(table, fields=fields)


def dense(table):
    """Fields of the highest concentration have half of the cells."""
    return replace(
        table,
        fields=tuple(
            replace(f, cells=f.cells // 2, positive=(f.positive[0] // 2,))
            if f.arm.concentration == 10.0
            else f
            for f in table.fields
        ),
    )


def excluded_cells(_table):
    cells = synthetic_cells(np.random.default_rng(3), replace(GOOD, cultures=3, cells=60))
    marked = tuple(
        replace(cell, state="excluded", reason="border") if k % 3 == 0 else cell
        for k, cell in enumerate(cells.cells)
    )
    return replace(cells, cells=marked)


def reversed_by_threshold(_table):
    table = made()
    fields = tuple(
        replace(f, positive=(f.positive[0], (f.positive[0] // 8 if f.arm.drug else f.positive[0])))
        for f in table.fields
    )
    return replace(table, fields=fields, thresholds=(1.0, 2.0))


FAULTS = {
    "neurite_vehicle": without_vehicle,
    "neurite_cultures": lambda _: made(replace(GOOD, cultures=2)),
    "neurite_stimulus": lambda _: made(replace(GOOD, unstimulated=0.28)),
    "neurite_cells": lambda _: made(replace(GOOD, cells=10)),
    "neurite_fields": lambda _: made(replace(GOOD, field_correlation=0.1)),
    "neurite_density": dense,
    "neurite_left_out": excluded_cells,
    "neurite_threshold": reversed_by_threshold,
}


def test_a_good_experiment_raises_no_check():
    assert raised(made()) == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_is_raised_by_its_fault(name):
    assert name in raised(FAULTS[name](made()))


def test_no_vehicle_anywhere_fails():
    table = made()
    fields = tuple(f for f in table.fields if f.arm.drug)
    checks = {c.name: c.level for c in analyse_neurites(replace(table, fields=fields)).checks}
    assert checks["neurite_vehicle"] == "fail"


def test_one_culture_fails_and_gives_no_interval():
    result = analyse_neurites(made(replace(GOOD, cultures=1)))
    assert {c.name: c.level for c in result.checks}["neurite_cultures"] == "fail"
    assert not np.isfinite(result["imipramine 1 uM"].high)
    assert "1 culture" in str(result)


def test_an_unstated_threshold_is_a_warning():
    assert "neurite_threshold" in raised(replace(made(), thresholds=(float("nan"),)))


@pytest.mark.parametrize(("cultures", "level"), [(3, "warn"), (6, "pass")])
def test_a_plan_from_few_cultures_is_a_warning(cultures, level):
    truth = replace(GOOD, cultures=cultures, concentrations_uM=(3.0,))
    scatter = analyse_neurites(made(truth)).scatter
    planned = plan_neurites(scatter, NeuritePlan(15.0, 30.0, cultures=6))
    assert {c.name: c.level for c in planned.checks} == {"neurite_design_scatter": level}
