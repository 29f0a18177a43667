"""The plot of a fitted curve has its readings, its curve and its half-way concentration."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.fitting.curve_plot import title_of_doses, title_of_readings
from tricyclic.reports.figures import drawings_of
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import FitOptions

X = ("concentration_M=conc_nM:nM",)


def fitted(tmp_path, *, doses=(0.0, 0.1, 1.0, 10.0, 100.0, 1000.0), **options):
    rng = np.random.default_rng(1)
    rows = [
        f"{dose:g},{10 + 90 / (1 + dose / 10) + rng.normal(0, 1):.4f}"
        for dose in doses
        for _ in range(2)
    ]
    path = tmp_path / "doses.csv"
    path.write_text("conc_nM,response\n" + "\n".join(rows) + "\n", encoding="utf-8")
    given = {"curve": "logistic_4pl", "y": ("response",), "x": X, "y_unit": "cpm", **options}
    return run(FitOptions(str(path), **given))


def test_readings_are_drawn_at_the_logarithm_of_their_concentration(tmp_path):
    plot = fitted(tmp_path).curve_plots()[0]
    (points,) = plot.points
    assert points.x == pytest.approx(np.repeat([-10, -9, -8, -7, -6], 2))
    assert len(points.labels) == 10
    (zero,) = plot.levels
    assert (zero.name, zero.y.size) == ("0", 2)
    assert plot.x_title == "concentration of the drug (log10 M)"
    assert plot.y_title == "response (cpm)"


def test_the_curve_passes_through_the_fitted_values(tmp_path):
    result = fitted(tmp_path)
    (plot,) = result.curve_plots()
    (trace,) = plot.traces
    (part,) = result.fit.parts
    used = part.series.x["concentration_M"] > 0
    drawn = np.interp(np.log10(part.series.x["concentration_M"][used]), trace.x, trace.mean)
    assert drawn == pytest.approx(part.expected[used], abs=0.1)
    assert (trace.low < trace.mean).all() and (trace.mean < trace.high).all()
    assert (trace.x[0], trace.x[-1]) == pytest.approx((-10.3, -5.7))


def test_the_half_way_concentration_is_marked_with_its_interval(tmp_path):
    result = fitted(tmp_path)
    ec50 = result.fit["log10_ec50"]
    (plot,) = result.curve_plots()
    (mark,) = plot.marks
    assert (mark.name, mark.x, mark.low, mark.high) == ("EC50", ec50.value, ec50.low, ec50.high)
    low, high = (f"{10 ** (limit + 9):.3g}" for limit in (ec50.low, ec50.high))
    assert mark.label == f"EC50 {10 ** (ec50.value + 9):.2f} nM ({low}–{high})"


def test_the_band_has_the_confidence_level_of_the_fit(tmp_path):
    (plot,) = fitted(tmp_path, confidence=0.9).curve_plots()
    assert plot.band_label.startswith("90 % confidence band")


def test_a_model_with_several_independent_variables_has_no_plot(tmp_path):
    path = tmp_path / "schild.csv"
    lines = ["agonist_nM,antagonist_nM,response"]
    for antagonist in (0.0, 10.0, 100.0):
        for agonist in (1.0, 10.0, 100.0, 1000.0, 10000.0):
            y = 100 * agonist / (agonist + 30 * (1 + antagonist / 10))
            lines.append(f"{agonist},{antagonist},{y + 0.1 * (len(lines) % 3):.4f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = FitOptions(
        str(path),
        curve="gaddum_schild",
        y=("response",),
        x=("agonist_M=agonist_nM:nM", "antagonist_M=antagonist_nM:nM"),
    )
    assert run(options).curve_plots() == ()


@pytest.mark.parametrize(
    ("column", "unit", "title"),
    [
        ("response", "%", "response (%)"),
        ("pct_inhibition", "%", "inhibition (%)"),
        ("% of control", "%", "% of control"),
        ("percent", "%", "reading (%)"),
        ("inhibition [%]", "%", "inhibition (%)"),
        ("bound_cpm", "cpm", "bound (cpm)"),
        ("bound (cpm)", "cpm", "bound (cpm)"),
        ("OD", "unknown", "OD"),
    ],
)
def test_the_axis_of_readings_has_the_name_of_their_column_and_the_unit_once(column, unit, title):
    assert title_of_readings(column, Series("s", [1.0, 2.0], unit, {})) == title


@pytest.mark.parametrize(
    ("column", "unit", "title"),
    [
        ("dose_ug", "ug", "dose (log10 ug)"),
        ("dose_g_per_ha", "g/ha", "dose (log10 g/ha)"),
        ("Dose (mg/kg)", "mg/kg", "Dose (log10 mg/kg)"),
        ("mg/kg", "mg/kg", "dose (log10 mg/kg)"),
        ("conc_nM", "M", "concentration of the drug (log10 M)"),
    ],
)
def test_an_axis_of_doses_that_are_no_concentrations_has_the_name_of_their_column(
    column, unit, title
):
    assert title_of_doses(column, f"concentration of the drug (log10 {unit})") == title


def test_a_figure_of_one_curve_is_headed_by_what_was_fitted_and_states_it_once(tmp_path):
    (plot,) = fitted(tmp_path).curve_plots()
    assert plot.title == "Logistic with a slope (4PL)"
    assert plot.title not in plot.caption


def test_curves_that_share_parameters_are_marked_by_their_ec50_with_the_name_once(tmp_path):
    path = tmp_path / "two.csv"
    rows = [
        f"{compound},{dose},{100 / (1 + dose / ec50) + 0.4 * (k % 3 - 1):.3f}"
        for compound, ec50 in (("DMI", 3.0), ("IMI", 40.0))
        for k, dose in enumerate((0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000))
    ]
    path.write_text("compound,conc_nM,response\n" + "\n".join(rows) + "\n", encoding="utf-8")
    options = FitOptions(
        str(path),
        curve="logistic_4pl",
        y=("response",),
        x=X,
        by=("compound",),
        share=("bottom", "top"),
    )
    plots = run(options).curve_plots()
    assert [mark.name for plot in plots for mark in plot.marks] == ["EC50", "EC50"]
    assert all(plot.marks[0].label.startswith("EC50 ") for plot in plots)


def test_readings_without_a_curve_are_drawn_beside_those_with_one():
    doses = np.repeat(np.logspace(-1, 4, 8), 2)
    noise = np.tile([2.0, -2.0], 8)
    readings = {
        "A": 100 / (1 + doses / 30) + noise,
        "equal": np.full(16, 50.0),
        "flat": 100 + noise,
    }
    rows = [
        {"compound": name, "conc_nM": dose, "pct_control": value}
        for name, values in readings.items()
        for dose, value in zip(doses, values, strict=True)
    ]
    result = tca.fit(rows, x="conc_nM", y="pct_control", by="compound", x_unit="nM")
    steep, equal, flat = result.curve_plots()
    assert "EC50 30." in steep.marks[0].label
    assert (len(equal.traces), equal.points[0].y.size, equal.marks) == (0, 16, ())
    assert [mark.label for mark in flat.marks] == ["EC50 > 10000 nM"]
    assert math.isnan(flat.marks[0].x)
    svg = drawings_of(result)["curves"].make().svg
    assert all(f">{name}<" in svg for name in readings)
