"""From a simulation to its figures: every watch over time, first against last dose, occupancy, concentrations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.course_plot import CoursePanel, CoursePicture
from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.core.time_course import Course
from tricyclic.jobs._simulate_ask import unit_says
from tricyclic.jobs._simulate_compare import Compared
from tricyclic.jobs._simulate_text import duration
from tricyclic.jobs._simulated import Simulated

if TYPE_CHECKING:
    from tricyclic.core.time_course import Floats

PANELS_A_FIGURE = 12
LINES_A_PANEL = 6
LEAST_OCCUPANCY = 1.0
LONGEST_STRETCH_H = 24.0
# A sustained dose that lasts less than this share of the run gets a figure of its own.
SHORT = 0.1
# Courses in percent of rest that differ by less than this fraction everywhere are one curve.
SAME = 1e-3


def pictures_of(found: Simulated) -> tuple[CoursePicture, ...]:
    """All figures of a simulation; those with nothing to show are left out."""
    still = {key.name for key in found.keys if key.unchanged}
    moved = [course for course in found.courses if course.name not in still]
    measured: dict[str, list[Compared]] = {}
    for one in found.compared:
        measured.setdefault(one.name, []).append(one)
    pictures: list[CoursePicture] = []
    told = _once(moved, frozenset(measured))
    panels = [_panel(course, measured.get(course.name, [])) for course in told]
    for number, first in enumerate(range(0, len(panels), PANELS_A_FIGURE), start=1):
        name = "courses" if len(panels) <= PANELS_A_FIGURE else f"courses-{number}"
        pictures.append(
            _picture(found, name, found.title, tuple(panels[first : first + PANELS_A_FIGURE]))
        )
    pictures += _acute_and_chronic(
        found, [course for course in told if course.relative is not None]
    )
    pictures += _short_exposure(found, told)
    held = sorted(
        (c for c in found.occupied if c.y.max() >= LEAST_OCCUPANCY), key=lambda c: -float(c.y.max())
    )
    if held:
        halves = [held[k : k + LINES_A_PANEL] for k in range(0, len(held), LINES_A_PANEL)]
        panels = [
            CoursePanel(
                (held[0].says if len(held) == 1 else "occupancy")
                if len(halves) == 1
                else f"occupancy, {'most' if k == 0 else 'less'} held targets",
                "%",
                tuple(Trace(_short(c.name), c.time_h, c.y, c.low, c.high) for c in half),
                tuple(
                    _points(one, _short(c.name)) for c in half for one in measured.get(c.name, [])
                ),
                top=100.0,
            )
            for k, half in enumerate(halves[:2])
        ]
        pictures.append(_picture(found, "occupancy", "Occupancy of targets", tuple(panels)))
    levels = [course for course in found.levels if course.y.max() > 1e-3]
    if levels:
        places = dict.fromkeys(course.name.partition(", ")[2] for course in levels)
        panels = [
            CoursePanel(
                place,
                "nM",
                tuple(_named(c) for c in levels if c.name.partition(", ")[2] == place)[
                    :LINES_A_PANEL
                ],
                log=_is_wide(found),
            )
            for place in places
        ]
        pictures.append(_picture(found, "concentrations", "Drug concentrations", tuple(panels)))
    return tuple(pictures)


def _once(courses: Sequence[Course], measured: frozenset[str]) -> list[Course]:
    """Courses less those that are, in percent of rest, one that comes before: dialysate beside the level it is read as.

    A course with readings beside it stays.
    """
    kept: list[Course] = []
    for course in courses:
        drawn = course.relative
        twin = drawn is not None and any(
            other.relative is not None and np.allclose(other.relative, drawn, rtol=SAME, atol=0.0)
            for other in kept
        )
        if not twin or course.name in measured:
            kept.append(course)
    return kept


def _panel(course: Course, measured: Sequence[Compared]) -> CoursePanel:
    relative = course.relative is not None
    if relative:
        assert course.relative is not None
        trace = Trace(
            course.name, course.time_h, course.relative, course.relative_low, course.relative_high
        )
    else:
        trace = Trace(course.name, course.time_h, course.y, course.low, course.high)
    # A level read in nM stands in a panel of percent by the rest of the simulation.
    points = tuple(
        _points(one, course.name, 100.0 / course.rest if relative and not one.relative else 1.0)
        for one in measured
    )
    return CoursePanel(
        course.says,
        "% of rest" if relative else unit_says(course.unit) or "relative",
        (trace,),
        points,
        level=100.0 if relative else course.rest or math.nan,
    )


def _points(measured: Compared, name: str, scale: float = 1.0) -> PointSet:
    errors = np.array([point.error for point in measured.points]) * scale
    return PointSet(
        name,
        np.array([point.time_h for point in measured.points]),
        np.array([point.measured for point in measured.points]) * scale,
        error=errors if np.isfinite(errors).any() else None,
    )


def _acute_and_chronic(found: Simulated, courses: Sequence[Course]) -> list[CoursePicture]:
    """The hours after the first and after the last dose of a repeated regimen, on the same axes."""
    repeated = [one for one in found.regimens if one.n > 1 and not is_sustained(one.route)]
    if not repeated or not courses:
        return []
    leading: Regimen = max(repeated, key=lambda one: one.n)
    first = leading.start_h
    last = first + (leading.n - 1) * leading.every_h
    stretch = min(leading.every_h, found.horizon_h - last, LONGEST_STRETCH_H)
    if stretch <= 0:
        return []
    panels = tuple(
        CoursePanel(
            course.says,
            "% of rest",
            (
                _stretch("first dose", course, first, stretch),
                _stretch(f"dose {leading.n}", course, last, stretch),
            ),
            level=100.0,
        )
        for course in courses[:PANELS_A_FIGURE]
    )
    return [
        CoursePicture(
            "acute-and-chronic",
            "After the first and after the last dose",
            panels,
            leading.says,
            "time after the dose",
            band_says=_band(found),
        )
    ]


def _short_exposure(found: Simulated, courses: Sequence[Course]) -> list[CoursePicture]:
    """What happens while something is given for so short a time that the whole run hides it, as BDNF after two days."""
    short = [
        one
        for one in found.regimens
        if is_sustained(one.route) and 0 < one.duration_h < SHORT * found.horizon_h
    ]
    pictures = []
    for number, one in enumerate(short[:2], start=1):
        length = min(3 * one.duration_h, found.horizon_h - one.start_h)
        panels = []
        for course in courses[:PANELS_A_FIGURE]:
            relative = course.relative is not None
            unit = "% of rest" if relative else unit_says(course.unit) or "relative"
            level = 100.0 if relative else course.rest or math.nan
            trace = _stretch(course.name, course, one.start_h, length)
            panels.append(CoursePanel(course.says, unit, (trace,), level=level))
        if panels:
            pictures.append(
                CoursePicture(
                    "short-exposure" if len(short) == 1 else f"short-exposure-{number}",
                    f"While {one.drug} is given, and after",
                    tuple(panels),
                    one.says,
                    f"time after {duration(one.start_h)}",
                    sustained_h=((0.0, one.duration_h),),
                    band_says=_band(found),
                )
            )
    return pictures


def _stretch(name: str, course: Course, start: float, length: float) -> Trace:
    inside = (course.time_h > start) & (course.time_h < start + length)
    time = np.r_[start, course.time_h[inside], start + length]

    def cut(y: Floats) -> Floats:
        return np.asarray(np.interp(time, course.time_h, y))

    middle, low, high = (
        (course.y, course.low, course.high)
        if course.relative is None
        else (course.relative, course.relative_low, course.relative_high)
    )
    return Trace(
        name,
        time - start,
        cut(middle),
        None if low is None else cut(low),
        None if high is None else cut(high),
    )


def _named(course: Course) -> Trace:
    return Trace(course.name.partition(", ")[0], course.time_h, course.y, course.low, course.high)


def _short(name: str) -> str:
    """A target as a key names it: "net_occupancy_lc" is NET, lc."""
    first, *more = name.replace("_occupancy", "").replace("_site", "").split("_")
    first = first.upper() if first in ("net", "sert", "dat") else first
    return ", ".join(
        [
            first.replace("HT", "5-HT") if first.startswith("HT") else first,
            *([" ".join(more)] if more else []),
        ]
    )


def _is_wide(found: Simulated) -> bool:
    """Whether drug levels differ so much that a logarithmic axis tells more: anything but baths."""
    return not all(is_sustained(one.route) and one.route == "bath" for one in found.regimens)


def _picture(
    found: Simulated, name: str, title: str, panels: tuple[CoursePanel, ...]
) -> CoursePicture:
    doses = sorted(
        {
            one.start_h + k * one.every_h
            for one in found.regimens
            if not is_sustained(one.route)
            for k in range(one.n)
        }
    )
    bars = [
        (
            one.start_h + k * one.every_h,
            min(one.start_h + k * one.every_h + one.duration_h, found.horizon_h),
        )
        for one in found.regimens
        if is_sustained(one.route)
        for k in range(one.n)
    ]
    who = "; ".join(one.says for one in found.regimens) or "no drug"
    return CoursePicture(
        name,
        title,
        panels,
        who,
        "time",
        tuple(doses),
        tuple(bars),
        _band(found),
        ""
        if math.isclose(found.horizon_h, 0)
        else f"Scenario {', '.join(filter(None, (found.scenario, found.species)))}.",
        found.time_unit,
    )


def _band(found: Simulated) -> str:
    return (
        f"{100 * found.share:g} % of {found.members} members of the ensemble {found.ensemble}"
        if found.members > 1
        else ""
    )
