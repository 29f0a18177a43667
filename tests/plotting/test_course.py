"""Time courses are drawn at their values, with bands, readings and doses."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.course_plot import TimeCoursePanel, TimeCoursePlot
from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.course import plot_courses

TIME = np.linspace(0, 336, 200)


def panel(title="norepinephrine", names=("cortex",), scale=100.0, **more) -> TimeCoursePanel:
    traces = tuple(Trace(name, TIME, scale * (1 + k + TIME / 336)) for k, name in enumerate(names))
    return TimeCoursePanel(title, "% of baseline", traces, level=scale, **more)


def plot(*panels: TimeCoursePanel, **more) -> TimeCoursePlot:
    return TimeCoursePlot("course", "What follows", panels or (panel(),), **more)


def test_the_time_axis_is_in_days_hours_or_minutes(drawn):
    for end, unit in ((336.0, "time (days)"), (24.0, "time (h)"), (0.5, "time (min)")):
        trace = Trace("a", np.linspace(0, end, 50), np.linspace(1, 2, 50))
        one = TimeCoursePlot("p", "p", (TimeCoursePanel("a", "nM", (trace,)),))
        assert unit in drawn(plot_courses(one, pdf=False)).texts


def test_weeks_of_treatment_have_ticks_at_weeks_or_days(drawn):
    texts = drawn(plot_courses(plot(panel(), panel(), panel()), pdf=False)).texts
    assert {"0", "7", "14"} <= set(texts)


def test_heights_are_proportional_to_values(drawn):
    """Three courses at 1, 2 and 4: the second distance is twice the first."""
    flat = tuple(
        Trace(name, TIME, np.full(200, height))
        for name, height in (("a", 1.0), ("b", 2.0), ("c", 4.0))
    )
    drawing = drawn(plot_courses(plot(TimeCoursePanel("p", "nM", flat)), pdf=False))
    first, second, third = (
        max(drawing.lines(style.colour(k), dashed=False), key=lambda line: np.ptp(line[:, 0]))[0, 1]
        for k in range(3)
    )
    assert (second - third) / (first - second) == pytest.approx(2.0, rel=1e-3)
    assert third < second < first  # y of a page grows downward


def test_a_band_reaches_from_its_low_to_its_high(drawn):
    mean = np.full(200, 2.0)
    with_band = TimeCoursePanel("p", "nM", (Trace("a", TIME, mean, mean - 1, mean + 1),))
    figure = plot_courses(plot(with_band, band_label="90 % of 40 parameter sets"), pdf=False)
    assert "Shaded: 90 % of 40 parameter sets." in figure.caption
    assert "opacity: 0.18" in figure.svg


def test_readings_lie_on_their_own_course(drawn):
    at = np.array([0.0, 168.0, 336.0])
    points = PointSet(
        "cortex", at, np.interp(at, TIME, panel().traces[0].mean), error=np.array([5.0, 5.0, 5.0])
    )
    drawing = drawn(plot_courses(plot(panel(points=(points,))), pdf=False))
    (line,) = drawing.lines(style.colour(0), dashed=False)
    symbols = [
        place
        for place in drawing.symbols(style.INK)
        if line[:, 0].min() - 1 <= place[0] <= line[:, 0].max() + 1
    ]
    on_line = [(x, y) for x, y in symbols if abs(np.interp(x, line[:, 0], line[:, 1]) - y) < 0.6]
    assert len(on_line) >= 3


def test_every_dose_is_a_tick_and_a_pump_is_a_bar(drawn):
    doses = tuple(12.0 * k for k in range(28))
    ticks = drawn(plot_courses(plot(doses_h=doses), pdf=False)).symbols(style.INK)
    without = drawn(plot_courses(plot(), pdf=False)).symbols(style.INK)
    assert len(ticks) - len(without) == 28
    figure = plot_courses(plot(sustained_h=((0.0, 168.0),)), pdf=False)
    assert "Bar: while the drug is given." in figure.caption


def test_a_legend_is_drawn_once_where_all_panels_share_it(drawn):
    both = ("first dose", "dose 28")
    shared = drawn(plot_courses(plot(panel(names=both), panel(names=both)), pdf=False)).texts
    assert shared.count("first dose") == 1
    own = drawn(plot_courses(plot(panel(names=both), panel(names=("a", "b"))), pdf=False)).texts
    assert {"first dose", "a"} <= set(own)


def test_titles_have_greek_letters_and_subscripts(drawn):
    texts = " ".join(
        drawn(plot_courses(plot(panel("alpha2 receptors of terminals")), pdf=False)).texts
    )
    assert "α₂ receptors" in texts


def test_a_logarithmic_axis_accepts_a_course_that_starts_at_0(drawn):
    trace = Trace("drug", TIME, np.r_[0.0, np.geomspace(1e-9, 1e3, 199)])
    figure = plot_courses(plot(TimeCoursePanel("plasma", "nM", (trace,), log=True)), pdf=False)
    assert "1000" in drawn(figure).texts


def test_the_same_plot_gives_the_same_bytes():
    one, other = (plot_courses(plot(doses_h=(0.0, 12.0))) for _ in range(2))
    assert (one.svg, one.pdf) == (other.svg, other.pdf)


def test_the_baseline_is_a_dashed_line(drawn):
    assert drawn(plot_courses(plot(), pdf=False)).lines(style.GREY, dashed=True)


def test_a_figure_without_panels_is_refused():
    with pytest.raises(InputError, match="no panel"):
        TimeCoursePlot("p", "p", ())
    with pytest.raises(InputError, match="no course"):
        TimeCoursePanel("a", "nM", ())
