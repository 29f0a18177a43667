"""Figures of kinetics have the unit of time of the table, and a band only where there is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import band, fit

SECONDS = np.array([0, 2, 5, 10, 20, 30, 45, 60, 90, 120.0])


def association(column: str, per_unit: float, concentrations: tuple[int, ...]) -> pd.DataFrame:
    """Noisy association with kon 2e7 1/(M s) and koff 0.02 1/s; x in other units of time."""
    rng = np.random.default_rng(3)
    columns = {column: SECONDS / per_unit}
    for nM in concentrations:
        rate = 0.02 * nM + 0.02
        bound = 2000 * 0.02 * nM / rate * (1 - np.exp(-rate * SECONDS))
        columns[f"{nM} nM"] = np.round(bound * (1 + 0.01 * rng.standard_normal(SECONDS.size)), 1)
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("column", "seconds", "unit"),
    [("time (s)", 1.0, "s"), ("time (min)", 60.0, "min"), ("time (h)", 3600.0, "h")],
)
def test_the_time_axis_is_in_the_unit_of_the_table(column, seconds, unit):
    axes = tca.kinetics(association(column, seconds, (2, 5, 10)), unit="cpm").plot()
    assert axes.get_xlabel() == f"time ({unit})"
    readings = [line for line in axes.lines if line.get_linestyle() == "None"]
    drawn = np.unique(np.concatenate([line.get_xdata() for line in readings]))
    assert drawn == pytest.approx(SECONDS / seconds)


def test_what_the_readings_do_not_determine_has_no_value_and_no_band():
    """One concentration determines kon [L] + koff, not the rates: neither is their ratio."""
    result = tca.kinetics(association("time (s)", 1.0, (5,)), unit="cpm", kind="association")
    (assay,) = result.study.assays
    ratios = [e for run in assay.plates for e in run.estimates if e.name == "Kd (koff / kon)"]
    assert [np.isnan(e.value) for e in ratios] == [True]
    assert not list(result.plot().collections)


def test_a_band_is_that_of_the_linear_regression_where_it_is_determined():
    """The band of a straight line, by the formula of linear regression."""
    x = np.array([1.0, 2, 3, 5, 8, 13])
    y = np.array([2.1, 3.9, 6.2, 9.8, 16.3, 25.7])
    model = CURVES["straight_line"]
    series = Series("line", y, "unknown", {model.columns[0].name: x})
    own = fit(series, model)
    at = np.array([0.0, 4.0, 20.0])
    low, high = band(own, model, {model.columns[0].name: at})
    design = np.column_stack([np.ones_like(x), x])
    coefficients, residual, *_ = np.linalg.lstsq(design, y, rcond=None)
    scale = residual[0] / (x.size - 2) * np.linalg.inv(design.T @ design)
    rows = np.column_stack([np.ones_like(at), at])
    sd = np.sqrt(np.einsum("ij,jk,ik->i", rows, scale, rows))
    from scipy.stats import t

    assert low == pytest.approx(rows @ coefficients - t.ppf(0.975, 4) * sd, rel=1e-4)
    assert high == pytest.approx(rows @ coefficients + t.ppf(0.975, 4) * sd, rel=1e-4)


def test_a_figure_is_not_titled_twice_by_the_name_of_a_file_like_its_experiment(tmp_path):
    table = association("time (s)", 1.0, (2, 5, 10))
    for name, title in (("association", "Association"), ("monday", "Association, monday")):
        file = tmp_path / f"{name}.csv"
        table.to_csv(file, index=False)
        result = tca.kinetics(str(file), unit="cpm", kind="association")
        result.save(tmp_path / f"{name}.svg")
        drawn = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert f">{title}<" in drawn
