"""A synthetic study of evoked release as a table, and its analysis."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.table import DataTable
from tricyclic.simulation.virtual.release_study import ReleaseDesign, arms_of
from tricyclic.workflows.release.analyse import run
from tricyclic.workflows.release.options import AnalyseReleaseOptions

HEAD = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")


def _rows_of(seed=1, plan=None, *, wells=3):
    """One row per well: culture, well, arm, basal and stimulated sample [uM]."""
    plan = plan or ReleaseDesign()
    rng = np.random.default_rng(seed)
    rows = []
    for culture in range(1, plan.cultures + 1):
        level, response = (
            np.exp(rng.normal(0, plan.culture_sd)),
            np.exp(rng.normal(0, plan.effect_sd)),
        )
        number = 0
        for drug, c, stimulus, antagonist in arms_of(plan):
            for _ in range(wells):
                cells = level * np.exp(rng.normal(0, plan.well_sd))
                fold = 1 + (plan.true_fold(c, blocked=bool(antagonist)) - 1) * response
                net = {"none": 0.0, plan.stimulus: plan.net_pmol * fold}.get(
                    stimulus, plan.positive_pmol
                )
                before = plan.basal_pmol * cells / plan.well_uL
                left = plan.well_uL - plan.sample_uL
                after = before + net * cells / left
                error = np.exp(rng.normal(0, 0.02, 2))
                well = f"{'ABCDEF'[number // 8]}{number % 8 + 1}"
                rows.append(
                    [
                        *(str(culture), well, drug, c, stimulus, antagonist),
                        *(float(before * error[0]), float(after * error[1])),
                    ]
                )
                number += 1
    return rows


def table_of(rows, head=(*HEAD, "basal_uM", "stimulated_uM")):
    """A table in memory from rows."""
    columns = list(zip(*rows, strict=True))
    values, text = {}, {}
    for name, column in zip(head, columns, strict=True):
        if all(isinstance(v, int | float) for v in column):
            values[name] = np.array(column, float)
        else:
            text[name] = tuple(str(v) for v in column)
    return DataTable("samples", tuple(head), values, text)


def _analyse(rows, head=(*HEAD, "basal_uM", "stimulated_uM"), **options):
    """The analysis of rows, with the volumes of the synthetic study."""
    given = {"well_volume": 500.0, "sample_volume": 100.0} | options
    return run(AnalyseReleaseOptions(table=table_of(rows, head), **given))


@pytest.fixture(scope="session")
def rows_of():
    return _rows_of


@pytest.fixture(scope="session")
def analyse():
    return _analyse


@pytest.fixture(scope="session")
def rows():
    return _rows_of()


@pytest.fixture(scope="session")
def result(rows):
    return _analyse(rows)
