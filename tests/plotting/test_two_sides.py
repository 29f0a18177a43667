"""The figure of a comparison has the runs, pairs, pooled values, bounds, and the ratio in words."""

from __future__ import annotations

import math

import pytest
from matplotlib.figure import Figure

from tricyclic.assays.compare_measurements import compare_measurements
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.estimate import Estimate
from tricyclic.plotting.two_sides import draw_two_sides, two_sides
from tricyclic.reports.plots.comparison import compare_drawings
from tricyclic.results.comparison import CompareResult, MeasuredQuantity


def side(name, values, *, sign="=", unit="nM", endpoint="Ki", source="s"):
    runs = tuple(
        (
            f"run{k}",
            Estimate(endpoint, v, unit, v if sign == ">" else math.nan, math.nan, qualifier=sign),
        )
        for k, v in enumerate(values)
    )
    pooled = pool_estimates([e for _, e in runs], runs=[run for run, _ in runs])
    return MeasuredQuantity(endpoint, pooled, runs, name, "NET", source=source)


def compared(a, b):
    return compare_measurements(a, b, (a.compound, b.compound))


DMI, IMI = side("DMI", [0.9, 1.1, 0.8]), side("IMI", [41.0, 52.0, 36.0])


def axes_of(comparison):
    axes = Figure().add_subplot()
    draw_two_sides(axes, comparison)
    return axes


def test_runs_pairs_and_pooled_values_are_drawn_on_a_log_axis():
    axes = axes_of(compared(DMI, IMI))
    assert axes.get_yscale() == "log" and axes.get_ylabel() == "Ki (nM)"
    lines = [list(map(float, line.get_ydata())) for line in axes.lines]
    assert [0.9, 1.1, 0.8] in lines and [41.0, 52.0, 36.0] in lines
    for pair in ([0.9, 41.0], [1.1, 52.0], [0.8, 36.0]):
        assert any(line == pytest.approx(pair) for line in lines)
    low, high = axes.get_ylim()
    assert low < DMI.pooled.low and high > IMI.pooled.high


def test_unpaired_runs_are_not_joined():
    axes = axes_of(compared(DMI, side("IMI", [41.0, 52.0], source="other")))
    lines = [list(map(float, line.get_ydata())) for line in axes.lines]
    assert not any(line == pytest.approx([0.9, 41.0]) for line in lines)


def test_the_ratio_with_its_interval_and_p_stands_above():
    comparison = compared(DMI, IMI)
    (text,) = [t.get_text() for t in axes_of(comparison).texts if "ratio" in t.get_text()]
    limits = f"{comparison.ratio.low:.1f}–{comparison.ratio.high:.1f}"
    assert text == f"ratio 45.9 ({limits}), p < 0.0001"


def test_a_bound_has_an_arrow_and_a_sign():
    axes = axes_of(compared(DMI, side("CIT", [1000.0, 1000.0], sign=">")))
    texts = [t.get_text() for t in axes.texts]
    assert any(t.startswith("ratio > ") for t in texts)
    # Two runs and the pooled bound.
    assert sum(t == "" for t in texts) == 3


def test_a_slope_has_a_linear_axis_and_a_difference():
    a = side("DMI", [1.0, 0.95, 1.1], unit="", endpoint="nH")
    b = side("IMI", [0.8, 0.7, 0.9], unit="", endpoint="nH")
    axes = axes_of(compared(a, b))
    assert axes.get_yscale() == "linear" and axes.get_ylabel() == "nH"
    assert any(t.get_text().startswith("difference -0.217") for t in axes.texts)


def test_the_caption_is_the_statement_with_what_the_symbols_are():
    comparison = compared(DMI, IMI)
    figure = two_sides(comparison, name="x", pdf=False)
    assert figure.caption.startswith(f"{comparison.statement}. Circles: single runs; lines join")
    assert "DMI n = 3, IMI n = 3" in figure.caption


@pytest.mark.parametrize(("number", "names"), [(1, 1), (2, 3)])
def test_several_comparisons_have_a_figure_of_all_ratios(number, names):
    result = CompareResult("a", "b", (compared(DMI, IMI), compared(IMI, DMI))[:number])
    drawings = compare_drawings(result)
    assert len(drawings) == names and ("ratios" in drawings) == (number > 1)
    assert next(iter(drawings.values())).make().svg
