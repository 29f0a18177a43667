"""Curves and readings are drawn at their values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.curve import _legend_place, curve, draw_curve
from tricyclic.plotting.curve_axes import _y_range


def test_used_wells_are_symbols_and_excluded_ones_crosses(competition, drawn):
    without_controls = replace(competition, levels=())
    symbols = drawn(curve(without_controls, pdf=False)).symbols(style.COLOURS[0])
    assert len(symbols) == 36
    figure = curve(without_controls, pdf=False)
    assert "Crosses: 1 reading left out of the fit." in figure.caption


def test_heights_of_readings_are_proportional_to_their_values(drawn):
    picture = CurvePlot("p", "p", "x", "y", points=(PointSet("a", [-9, -8, -6], [0, 10, 40]),))
    (x0, y0), (x1, y1), (x2, y2) = drawn(curve(picture, pdf=False)).symbols(style.COLOURS[0])
    assert (x2 - x0) / (x1 - x0) == pytest.approx(3)
    assert (y2 - y0) / (y1 - y0) == pytest.approx(4)
    assert y2 < y0


def test_a_curve_is_solid_where_it_was_measured_and_dashed_beyond(drawn):
    dense = np.linspace(-10, -4, 601)
    points = PointSet("a", [-9.0, -7.0, -5.0], [3, 2, 1])
    picture = CurvePlot(
        "p", "p", "x", "y", traces=(Trace("a", dense, np.linspace(3, 1, 601)),), points=(points,)
    )
    drawing = drawn(curve(picture, pdf=False))
    left, _, right = (x for x, _ in drawing.symbols(style.COLOURS[0]))
    step = (right - left) / 400
    solid = max(drawing.lines(style.COLOURS[0], dashed=False), key=len)
    assert solid[0, 0] == pytest.approx(left, abs=2 * step)
    assert solid[-1, 0] == pytest.approx(right, abs=2 * step)
    dashed = drawing.lines(style.COLOURS[0], dashed=True)
    assert len(dashed) == 2
    assert min(piece[:, 0].min() for piece in dashed) < left - 90 * step
    assert max(piece[:, 0].max() for piece in dashed) > right + 90 * step


def test_a_curve_inside_the_measured_range_is_not_dashed(drawn):
    dense = np.linspace(-9, -5, 101)
    picture = CurvePlot(
        "p",
        "p",
        "x",
        "y",
        traces=(Trace("a", dense, dense + 12),),
        points=(PointSet("a", [-9, -5], [3, 7]),),
    )
    drawing = drawn(curve(picture, pdf=False))
    assert not [
        line for line in drawing.lines(style.COLOURS[0], dashed=True) if np.ptp(line[:, 0]) > 2
    ]


def test_the_axis_of_a_competition_has_whole_decades_and_the_controls_their_names(
    competition, drawn
):
    texts = drawn(curve(competition, width="full", pdf=False)).texts
    assert {"−11", "−9", "−5", "total", "NSB", "100", "75", "50", "25", "0"} <= set(texts)
    assert "Ki 1.26 nM (1.00 to 1.58)" in texts


def test_the_percent_axis_has_100_at_the_expected_totals(competition, drawn):
    wells = PointSet("a", [-9.0, -7.0], [500.0, 5500.0])
    picture = CurvePlot("p", "p", "x", "y", points=(wells,), percent_window=(500.0, 5500.0))
    drawing = drawn(curve(picture, pdf=False))
    (_, zero), (_, hundred) = drawing.symbols(style.COLOURS[0])
    ticks = sorted(
        {
            y
            for x, y in drawing.symbols(style.INK)
            if x > max(x for x, _ in drawing.symbols(style.COLOURS[0]))
        }
    )
    assert ticks[0] == pytest.approx(hundred, abs=0.01)
    assert ticks[-1] == pytest.approx(zero, abs=0.01)


def test_several_runs_have_a_legend(drawn):
    runs = tuple(PointSet(f"run {n}", [-9, -8], [n, n + 1]) for n in range(1, 4))
    assert {"run 1", "run 2", "run 3"} <= set(
        drawn(curve(CurvePlot("p", "p", "x", "y", points=runs), pdf=False)).texts
    )


@pytest.mark.parametrize(
    ("low", "high"),
    [(float("-inf"), -8.0), (-9.0, float("inf")), (float("nan"), float("nan")), (-9.0, -8.0)],
)
def test_an_open_interval_of_a_mark_is_drawn_to_the_edge(competition, drawn, low, high):
    drawing = drawn(
        curve(replace(competition, marks=(AxisMark("Ki", -8.5, low, high),)), pdf=False)
    )
    assert "nan" not in " ".join(path.get("d", "") for path in drawing.root.iter())


def test_a_single_reading_and_a_reading_of_nan_can_be_drawn(drawn):
    lone = CurvePlot("p", "p", "x", "y", points=(PointSet("a", [-8.0], [0.0]),))
    assert len(drawn(curve(lone, pdf=False)).symbols(style.COLOURS[0])) == 1
    odd = CurvePlot(
        "p", "p", "x", "y", "linear", points=(PointSet("a", [1.0, 2.0, 3.0], [np.nan, 1.0, 2.0]),)
    )
    assert len(drawn(curve(odd, pdf=False)).symbols(style.COLOURS[0])) == 2


def test_markup_in_names_stays_text(drawn):
    nasty = "<script>&\"' $\\frac{1}{2}$ \x00\x1b 長い " + "long" * 60
    picture = CurvePlot(
        nasty,
        nasty,
        nasty,
        nasty,
        traces=(Trace(nasty, [-9, -8], [1, 2]),),
        points=(PointSet("b", [-9, -8], [1, 2]),),
        levels=(ControlLevel(nasty, [1.0]),),
        marks=(AxisMark(nasty, -8.5, label=nasty),),
    )
    figure = curve(picture)
    assert any(text.startswith("<script>&\"' $\\frac{1}{2}$") for text in drawn(figure).texts)
    assert "<script" not in figure.svg


def test_a_plot_without_data_or_with_columns_of_different_length_is_refused():
    with pytest.raises(InputError, match="neither curve nor reading"):
        CurvePlot("p", "p", "x", "y")
    with pytest.raises(InputError, match="shape"):
        PointSet("a", [1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="exclusion flags"):
        PointSet("a", [1, 2, 3], [1, 2, 3], [True])
    with pytest.raises(InputError, match="has only one limit of a band"):
        Trace("a", [1, 2], [1, 2], low=[0, 1])


def test_control_wells_of_all_curves_have_the_colour_of_none(drawn):
    points = [PointSet(name, [-9.0, -7.0], [3, 2]) for name in "ab"]
    shared = ControlLevel("total", np.array([4.0, 4.2]))
    of_b = ControlLevel("total", np.array([4.0, 4.2]), subject="b")
    two = CurvePlot("p", "p", "x", "y", points=tuple(points), levels=(shared,), x_scale="log10_M")
    counts = [
        len(drawn(curve(one, pdf=False)).symbols(style.COLOURS[k]))
        for one, k in (
            (two, 0),
            (replace(two, levels=(of_b,)), 1),
            (replace(two, points=tuple(points[:1])), 0),
        )
    ]
    # One symbol more where there is a legend.
    assert counts == [2 + 1, 4 + 1, 4]


def test_a_curve_that_leaves_the_readings_beyond_their_range_does_not_set_the_axis():
    dense = np.linspace(-10.3, -5.0, 200)
    mean = np.where(dense < -10, -9000.0, 100.0)
    points = PointSet("a", np.linspace(-10, -5, 8), np.linspace(95, 105, 8))
    plot = CurvePlot("p", "p", "x", "y", traces=(Trace("a", dense, mean),), points=(points,))
    low, high = _y_range(plot)
    assert -10 < low <= 0
    assert 105 < high < 120


def test_an_interval_over_the_whole_axis_is_not_shaded():
    points = PointSet("a", np.linspace(-10, -5, 8), np.linspace(95, 105, 8))
    fields = []
    for low, high in ((-np.inf, np.inf), (-8.0, -7.0), (-np.inf, -7.0)):
        mark = AxisMark("EC50", -7.5, low, high, "EC50 32 nM")
        with style.publication_style():
            axes = Canvas().add_subplot()
            draw_curve(axes, CurvePlot("p", "p", "x", "y", points=(points,), marks=(mark,)))
        fields.append(len(axes.patches))
    assert fields == [0, 1, 1]


def test_names_that_begin_alike_differ_in_a_legend():
    names = [f"3-(10,11-dihydro-5H-dibenzo[b,f]azepin-5-yl)propylamine {k}" for k in range(3)]
    cut = style.fitted_apart([*names, "imipramine"], 31.0)
    assert cut["imipramine"] == "imipramine"
    assert [cut[name][-1] for name in names] == ["0", "1", "2"]
    assert all(style.width_mm(cut[name]) <= 31.0 for name in names)


def test_a_single_reading_stands_in_the_middle_of_its_axis():
    with style.publication_style():
        axes = Canvas().add_subplot()
        draw_curve(axes, CurvePlot("p", "p", "x", "y", points=(PointSet("a", [-8.0], [50.0]),)))
    low, high = axes.spines["bottom"].get_bounds()
    assert (low, high) == (-8.5, -7.5)


@pytest.mark.parametrize(
    ("count", "wide", "high", "place"),
    [
        (1, 84, 30, "none"),
        (6, 84, 31, "below"),
        (6, 84, 50, "inside"),
        (7, 84, 50, "below"),
        (3, 174, 60, "inside"),
        (6, 174, 60, "beside"),
    ],
)
def test_a_legend_that_would_cover_the_axes_stands_outside(count, wide, high, place):
    assert _legend_place([f"compound {k}" for k in range(count)], wide, high) == place
