"""Figures of a simulation: every observable over time, first against last dose, occupancies and
drug concentrations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.course_plot import TimeCoursePanel, TimeCoursePlot
from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.format import format_duration
from tricyclic.core.model_unit import unit_label
from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.core.time_course import Floats, TimeCourse
from tricyclic.results.simulation import CourseComparison, SimulationResult

PANELS_PER_FIGURE = 12
LINES_PER_PANEL = 6
# Targets that are occupied less than this are not drawn [%].
MIN_OCCUPANCY = 1.0
# Drugs whose concentration never exceeds this are not drawn [nM].
MIN_NM = 1e-3
# Longest stretch after a dose that is compared [h].
MAX_STRETCH_H = 24.0
# A sustained dose that lasts less than this share of the run gets a figure of its own, for at most
# so many doses.
SHORT, MAX_SHORT = 0.1, 2
# Courses in percent of baseline that differ by less than this fraction everywhere are one curve.
SAME = 1e-3
BASELINE_TITLE = "% of baseline"
RELATIVE_TITLE = "relative to baseline"
# Parts of a description, between commas, that the title over a small panel has.
TITLE_PARTS = 2
# Time before the first dose that is drawn, as a share of the run.
LEAD = 0.05
# Occupancy [%] above which an axis ends at 100 %.
HALF = 50.0


def simulation_plots(result: SimulationResult) -> tuple[TimeCoursePlot, ...]:
    """All figures of a simulation, without those that have nothing to show."""
    unchanged = {row.name for row in result.observables if row.unchanged}
    changed = [course for course in result.observable_courses if course.name not in unchanged]
    measured: dict[str, list[CourseComparison]] = {}
    for one in result.comparisons:
        measured.setdefault(one.name, []).append(one)
    shown = _without_duplicates(changed, frozenset(measured))
    relative = [course for course in shown if course.percent_of_baseline is not None]
    plots = (
        *_observables(result, shown, measured),
        *_acute_and_chronic(result, relative),
        *_short_exposures(result, shown),
        *_occupancies(result, measured),
        *_concentrations(result),
    )
    reason = next((course.no_band for course in result.courses if course.no_band), "")
    return tuple(
        replace(plot, no_band=reason) if reason and _lacks_bands(plot) else plot for plot in plots
    )


def output_plot(result: SimulationResult, name: str) -> TimeCoursePlot:
    """The figure of one output alone.

    Parameters
    ----------
    result : SimulationResult
    name : str
        One of its outputs.

    Raises
    ------
    KeyError
        If there is no such output.
    """
    course = result[name]
    measured = [one for one in result.comparisons if one.name == name]
    if any(course is one for one in result.occupancy_courses):
        trace = Trace(_target(name), course.time_h, course.y, course.low, course.high)
        panel = TimeCoursePanel(
            course.description,
            "occupancy (%)",
            (_with_baseline(result, trace, 0.0),),
            tuple(_points(one, _target(name)) for one in measured),
            top=100.0 if float(course.y.max()) > HALF else math.nan,
        )
    elif any(course is one for one in result.concentration_courses):
        panel = TimeCoursePanel(
            course.description or name, "nM", (_drug(course),), log=_is_logarithmic(result)
        )
    else:
        panel = _panel(result, course, measured)
    return _plot(result, name, result.title, (panel,))


def _lacks_bands(plot: TimeCoursePlot) -> bool:
    """Whether a course of a figure has no band."""
    return any(trace.low is None for panel in plot.panels for trace in panel.traces)


def _observables(
    result: SimulationResult,
    courses: Sequence[TimeCourse],
    measured: dict[str, list[CourseComparison]],
) -> list[TimeCoursePlot]:
    panels = [_panel(result, course, measured.get(course.name, [])) for course in courses]
    plots = []
    for number, first in enumerate(range(0, len(panels), PANELS_PER_FIGURE), start=1):
        name = "courses" if len(panels) <= PANELS_PER_FIGURE else f"courses-{number}"
        page = tuple(panels[first : first + PANELS_PER_FIGURE])
        plots.append(_plot(result, name, result.title, page))
    return plots


def _occupancies(
    result: SimulationResult, measured: dict[str, list[CourseComparison]]
) -> list[TimeCoursePlot]:
    occupied = sorted(
        (course for course in result.occupancy_courses if course.y.max() >= MIN_OCCUPANCY),
        key=lambda course: -float(course.y.max()),
    )
    if not occupied:
        return []
    groups = [occupied[k : k + LINES_PER_PANEL] for k in range(0, len(occupied), LINES_PER_PANEL)]
    titles = ["most occupied targets", "less occupied targets"]
    if len(groups) == 1:
        titles = [occupied[0].description if len(occupied) == 1 else "occupied targets"]
    panels = [
        TimeCoursePanel(
            title,
            "occupancy (%)",
            tuple(
                _with_baseline(result, Trace(_target(c.name), c.time_h, c.y, c.low, c.high), 0.0)
                for c in group
            ),
            tuple(_points(one, _target(c.name)) for c in group for one in measured.get(c.name, [])),
            # Full occupancy is the scale of what comes near it; weaker targets have their own.
            top=100.0 if max(float(c.y.max()) for c in group) > HALF else math.nan,
        )
        for title, group in zip(titles, groups, strict=False)
    ]
    return [_plot(result, "occupancy", "Occupancy of targets", tuple(panels))]


def _concentrations(result: SimulationResult) -> list[TimeCoursePlot]:
    courses = [course for course in result.concentration_courses if course.y.max() > MIN_NM]
    if not courses:
        return []
    panels = []
    for compartment in dict.fromkeys(course.description.partition(", ")[2] for course in courses):
        traces = [_drug(c) for c in courses if c.description.partition(", ")[2] == compartment]
        panels.append(
            TimeCoursePanel(
                compartment, "nM", tuple(traces[:LINES_PER_PANEL]), log=_is_logarithmic(result)
            )
        )
    return [_plot(result, "concentrations", "Drug concentrations", tuple(panels))]


def _without_duplicates(
    courses: Sequence[TimeCourse], measured: frozenset[str]
) -> list[TimeCourse]:
    """Courses without those that equal an earlier one in percent of baseline, as a dialysate equals
    the concentration it is computed from.

    A course with readings beside it is kept.
    """
    kept: list[TimeCourse] = []
    for course in courses:
        percent = _percent(course)
        duplicate = percent is not None and any(
            (one := _percent(other)) is not None and np.allclose(one, percent, rtol=SAME, atol=0.0)
            for other in kept
        )
        if not duplicate or course.name in measured:
            kept.append(course)
    return kept


def _percent(course: TimeCourse) -> Floats | None:
    """The course in percent of baseline; None where it has none."""
    if course.percent_of_baseline is None and course.description.endswith(RELATIVE_TITLE):
        return np.multiply(course.y, 100.0)
    return course.percent_of_baseline


def _panel(
    result: SimulationResult, course: TimeCourse, measured: Sequence[CourseComparison]
) -> TimeCoursePanel:
    relative = course.percent_of_baseline is not None
    y, low, high = _drawn(course)
    # Readings in nM are drawn in percent of the simulated baseline.
    points = tuple(
        _points(one, course.name, 100.0 / course.baseline if relative and not one.relative else 1.0)
        for one in measured
    )
    before = 100.0 if relative else course.baseline
    return TimeCoursePanel(
        _title(course),
        _y_title(course),
        (_with_baseline(result, Trace(course.name, course.time_h, y, low, high), before),),
        points,
        level=_level(course),
    )


def _title(course: TimeCourse) -> str:
    """The description without what follows its second comma."""
    return ", ".join(course.description.split(", ")[:TITLE_PARTS]).removesuffix(
        f", {RELATIVE_TITLE}"
    )


def _with_baseline(result: SimulationResult, trace: Trace, before: float) -> Trace:
    """The course with the drug-free baseline before the first dose, so that its rise shows.

    A first dose that is later has its baseline in the run; without a dose there is nothing before.
    """
    starts = [one.start_h for one in result.dosing]
    first = float(trace.x[0])
    if not starts or min(starts) > first or not math.isfinite(before) or result.horizon_h <= 0:
        return trace
    start = first - LEAD * result.horizon_h
    known = math.isclose(float(trace.mean[0]), before, rel_tol=1e-3, abs_tol=1e-12)

    def longer(limit: Floats | None) -> Floats | None:
        if limit is None:
            return None
        edge = float(limit[0]) if known else before
        return np.concatenate([[edge, edge], limit])

    return Trace(
        trace.name,
        np.r_[start, first, trace.x],
        np.r_[before, before, trace.mean],
        longer(trace.low),
        longer(trace.high),
    )


def _drawn(course: TimeCourse) -> tuple[Floats, Floats | None, Floats | None]:
    """The course and its band, in percent of baseline where it has one."""
    if course.percent_of_baseline is None:
        return course.y, course.low, course.high
    return course.percent_of_baseline, course.percent_low, course.percent_high


def _y_title(course: TimeCourse) -> str:
    if course.percent_of_baseline is not None:
        return BASELINE_TITLE
    # A user's own file may declare no unit.
    if course.description.endswith(RELATIVE_TITLE):
        return RELATIVE_TITLE
    return unit_label(course.unit) or ("relative" if course.unit else "file's own unit")


def _level(course: TimeCourse) -> float:
    """The baseline as a line; nan where it is 0."""
    return 100.0 if course.percent_of_baseline is not None else course.baseline or math.nan


def _points(measured: CourseComparison, name: str, scale: float = 1.0) -> PointSet:
    errors = np.array([point.error for point in measured.points]) * scale
    return PointSet(
        name,
        np.array([point.time_h for point in measured.points]),
        np.array([point.measured for point in measured.points]) * scale,
        error=errors if np.isfinite(errors).any() else None,
    )


def _acute_and_chronic(
    result: SimulationResult, courses: Sequence[TimeCourse]
) -> list[TimeCoursePlot]:
    """The hours after the first and after the last of repeated doses, on the same axes."""
    repeated = [one for one in result.dosing if one.n_doses > 1 and not is_sustained(one.route)]
    if not repeated or not courses:
        return []
    leading: Dosing = max(repeated, key=lambda one: one.n_doses)
    first = leading.start_h
    last = first + (leading.n_doses - 1) * leading.every_h
    length = min(leading.every_h, result.horizon_h - last, MAX_STRETCH_H)
    if length <= 0:
        return []
    panels = tuple(
        TimeCoursePanel(
            _title(course),
            BASELINE_TITLE,
            (
                _stretch("first dose", course, first, length),
                _stretch(f"dose {leading.n_doses}", course, last, length),
            ),
            level=100.0,
        )
        for course in courses[:PANELS_PER_FIGURE]
    )
    return [
        TimeCoursePlot(
            "acute-and-chronic",
            "After the first and after the last dose",
            panels,
            leading.description,
            "time after the dose",
            band_label=_band_label(result),
        )
    ]


def _short_exposures(
    result: SimulationResult, courses: Sequence[TimeCourse]
) -> list[TimeCoursePlot]:
    """The time during and after a short exposure that the whole run hides, as 15 min of BDNF after
    two days.
    """
    short = [
        one
        for one in result.dosing
        if is_sustained(one.route) and 0 < one.duration_h < SHORT * result.horizon_h
    ]
    if not courses:
        return []
    plots = []
    for number, one in enumerate(short[:MAX_SHORT], start=1):
        length = min(3 * one.duration_h, result.horizon_h - one.start_h)
        panels = tuple(
            TimeCoursePanel(
                _title(course),
                _y_title(course),
                (_stretch(course.name, course, one.start_h, length),),
                level=_level(course),
            )
            for course in courses[:PANELS_PER_FIGURE]
        )
        plots.append(
            TimeCoursePlot(
                "short-exposure" if len(short) == 1 else f"short-exposure-{number}",
                f"While {one.drug} is given, and after",
                panels,
                one.description,
                f"time after {format_duration(one.start_h)}",
                sustained_h=((0.0, one.duration_h),),
                band_label=_band_label(result),
            )
        )
    return plots


def _stretch(name: str, course: TimeCourse, start: float, length: float) -> Trace:
    inside = (course.time_h > start) & (course.time_h < start + length)
    time = np.r_[start, course.time_h[inside], start + length]

    def cut(y: Floats) -> Floats:
        return np.asarray(np.interp(time, course.time_h, y))

    y, low, high = _drawn(course)
    return Trace(
        name,
        time - start,
        cut(y),
        None if low is None else cut(low),
        None if high is None else cut(high),
    )


def _drug(course: TimeCourse) -> Trace:
    return Trace(
        course.description.partition(", ")[0], course.time_h, course.y, course.low, course.high
    )


def _target(name: str) -> str:
    """A target in a legend: "net_occupancy_lc" becomes "NET, lc"."""
    first, *more = name.replace("_occupancy", "").replace("_site", "").split("_")
    first = first.upper() if first in ("net", "sert", "dat") else first
    first = first.replace("HT", "5-HT") if first.startswith("HT") else first
    return ", ".join([first, *([" ".join(more)] if more else [])])


def _is_logarithmic(result: SimulationResult) -> bool:
    """Whether concentrations span enough for a logarithmic axis: with any dose but a bath."""
    return not all(is_sustained(one.route) and one.route == "bath" for one in result.dosing)


def _plot(
    result: SimulationResult, name: str, title: str, panels: tuple[TimeCoursePanel, ...]
) -> TimeCoursePlot:
    scenario = ", ".join(filter(None, (result.scenario, result.species)))
    return TimeCoursePlot(
        name,
        title,
        panels,
        "; ".join(one.description for one in result.dosing) or "no drug",
        "time",
        _bolus_times(result),
        _sustained_times(result),
        _band_label(result),
        "" if math.isclose(result.horizon_h, 0) else f"Scenario {scenario}.",
        result.time_unit,
    )


def _bolus_times(result: SimulationResult) -> tuple[float, ...]:
    times = {
        one.start_h + k * one.every_h
        for one in result.dosing
        if not is_sustained(one.route)
        for k in range(one.n_doses)
    }
    return tuple(sorted(times))


def _sustained_times(result: SimulationResult) -> tuple[tuple[float, float], ...]:
    """Start and end of every sustained dose, cut at the end of the run."""
    bars = []
    for one in result.dosing:
        if is_sustained(one.route):
            for k in range(one.n_doses):
                start = one.start_h + k * one.every_h
                bars.append((start, min(start + one.duration_h, result.horizon_h)))
    return tuple(bars)


def _band_label(result: SimulationResult) -> str:
    if result.ensemble_size <= 1:
        return ""
    return (
        f"{100 * result.coverage:g} % of {result.ensemble_size} parameter sets "
        f"of the ensemble {result.ensemble}"
    )
