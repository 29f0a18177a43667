"""Measured and simulated side by side: the misfit of each reading, in fold and in its own errors.

A share of a target may be stated in percent or as a fraction. A reading in percent is held against percent of rest where the watch is told so; else it is converted to the unit
of the watch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.errors import InputError, UnitError
from tricyclic.jobs._simulate_ask import unit_says

if TYPE_CHECKING:
    from tricyclic.core.measured_course import MeasuredCourse
    from tricyclic.core.scenario import Watch
    from tricyclic.core.time_course import Course, Floats
    from tricyclic.jobs._simulate_ask import Asked

PERCENT = ("%", "percent", "% of rest", "% of baseline", "% baseline", "% of basal", "% of control")
FOLD = ("fold", "x", "times")
FRACTION = ("", "1", "fraction", "share", "dimensionless")


@dataclass(frozen=True)
class Point:
    """One reading beside the simulation; `errors` is their distance in standard errors, nan where none is stated."""

    time_h: float
    measured: float
    error: float
    simulated: float
    low: float
    high: float
    ratio: float
    errors: float
    inside: bool


@dataclass(frozen=True)
class Compared:
    """A measured series beside a watch.

    `unit` is what both are told in; `relative` whether that is percent of rest. `fold` is the geometric mean of how far
    readings and simulation differ, as a factor of 1 or more; `rms_errors` the root mean square of the distances in
    standard errors; `share_inside` how many readings lie in the band, nan for a single run.
    """

    name: str
    unit: str
    relative: bool
    points: tuple[Point, ...]
    fold: float
    rms_errors: float
    share_inside: float


def compare(
    asked: Asked,
    watches: Sequence[Watch],
    courses: Sequence[Course],
    measured: Sequence[MeasuredCourse],
) -> tuple[Compared, ...]:
    """Lay each measured series beside its course."""
    by_name = {course.name: course for course in courses}
    by_watch = {watch.name: watch for watch in watches} | {
        watch.quantity: watch for watch in watches
    }
    return tuple(
        _compared(asked, by_watch[one.name], by_name[by_watch[one.name].name], one)
        for one in measured
    )


def check_times(measured: Sequence[MeasuredCourse], horizon_h: float) -> None:
    """Refuse readings after the end of the simulation."""
    for one in measured:
        if one.time_h.max() > horizon_h:
            raise InputError(
                f"was measured at {one.time_h.max():g} h, and the simulation ends at {horizon_h:g} h",
                where=one.name,
                do="Simulate longer",
            )


def _compared(asked: Asked, watch: Watch, course: Course, measured: MeasuredCourse) -> Compared:
    relative, factor = _scale(asked, watch, course, measured.unit)
    middle, low, high = (
        (course.relative, course.relative_low, course.relative_high)
        if relative
        else (course.y, course.low, course.high)
    )
    assert middle is not None
    alone = low is None or high is None
    points = []
    for time, y, error in zip(
        measured.time_h, measured.y * factor, measured.error * factor, strict=True
    ):
        simulated = _read(course.time_h, middle, time)
        least = math.nan if low is None else _read(course.time_h, low, time)
        most = math.nan if high is None else _read(course.time_h, high, time)
        points.append(
            Point(
                float(time),
                float(y),
                float(error),
                simulated,
                least,
                most,
                simulated / y if y else math.nan,
                (simulated - y) / error,
                bool(least <= y <= most),
            )
        )
    logs = np.log([point.ratio for point in points if point.ratio > 0])
    errors = np.array([point.errors for point in points if math.isfinite(point.errors)])
    return Compared(
        watch.name,
        "% of rest" if relative else unit_says(course.unit),
        relative,
        tuple(points),
        float(np.exp(np.abs(logs).mean())) if logs.size == len(points) else math.nan,
        float(np.sqrt((errors**2).mean())) if errors.size else math.nan,
        math.nan if alone else float(np.mean([point.inside for point in points])),
    )


def _scale(asked: Asked, watch: Watch, course: Course, unit: str) -> tuple[bool, float]:
    """Whether readings of a unit are held against percent of rest, and what they are multiplied with."""
    from tricyclic.units import convert

    plain = " ".join(unit.lower().split())
    own = unit_says(course.unit)
    if plain in (*PERCENT, *FOLD):
        factor = 1.0 if plain in PERCENT else 100.0
        if course.relative is not None:
            return True, factor
        if own == "%":
            return False, factor
        if own == "":
            return False, factor / 100
        raise UnitError(
            f"'{watch.name}' is not told in percent of rest, and a reading is in '{unit}'",
            where="compare",
            do=f"State it in {own}",
        )
    if plain in FRACTION and own == "%":
        return False, 100.0
    if plain in FRACTION and own == "":
        return False, 1.0
    if plain in (own.lower(), watch.unit.lower()):
        return False, 1.0
    if not own or own == "%":
        raise UnitError(
            f"'{watch.name}' is a pure number, and a reading is in '{unit}'", where="compare"
        )
    drug = asked.composed.drugs.get(watch.quantity.partition(".")[0].removesuffix("_brain"))
    mass = drug.constant("molar_mass") if drug is not None else None
    return False, convert(
        1.0,
        unit,
        own,
        molar_mass_g_per_mol=mass.value if mass is not None else None,
        where=f"compare, {watch.name}",
    )


def _read(time_h: Floats, y: Floats, time: float) -> float:
    return float(np.interp(time, time_h, y))
