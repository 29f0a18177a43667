"""Measured and simulated values side by side: the misfit of each reading, as a ratio and in its own
standard errors.

An occupancy may be measured in percent or as a fraction. A reading in percent is compared with
percent of baseline where the observable has one; else it is converted to the unit of the
observable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.measured_course import MeasuredTimeCourse
from tricyclic.core.model_unit import unit_label
from tricyclic.core.scenario import Observable
from tricyclic.core.time_course import Floats, TimeCourse
from tricyclic.errors import InputError, UnitError
from tricyclic.results.simulation import ComparedReading, CourseComparison
from tricyclic.units import convert
from tricyclic.workflows.model.prepared import PreparedRun

PERCENT = ("%", "percent", "% of baseline", "% baseline", "% of basal", "% of control")
FOLD = ("fold", "x", "times")
FRACTION = ("", "1", "fraction", "share", "dimensionless")


def compare_courses(
    prepared: PreparedRun,
    observables: Sequence[Observable],
    courses: Sequence[TimeCourse],
    measured: Sequence[MeasuredTimeCourse],
) -> tuple[CourseComparison, ...]:
    """Compare each measured series with the course of its observable."""
    by_name = {course.name: course for course in courses}
    by_observable = {one.name: one for one in observables}
    by_observable |= {one.quantity: one for one in observables}
    comparisons = []
    for series in measured:
        observable = by_observable[series.name]
        comparisons.append(_compare(prepared, observable, by_name[observable.name], series))
    return tuple(comparisons)


def check_times(measured: Sequence[MeasuredTimeCourse], horizon_h: float) -> None:
    """Refuse readings after the end of the simulation."""
    for series in measured:
        if series.time_h.max() > horizon_h:
            raise InputError(
                f"was measured at {series.time_h.max():g} h, "
                f"and the simulation ends at {horizon_h:g} h",
                where=series.name,
                do="Simulate longer",
            )


def _compare(
    prepared: PreparedRun, observable: Observable, course: TimeCourse, measured: MeasuredTimeCourse
) -> CourseComparison:
    relative, factor = _scale(prepared, observable, course, measured.unit)
    median, low, high = (
        (course.percent_of_baseline, course.percent_low, course.percent_high)
        if relative
        else (course.y, course.low, course.high)
    )
    assert median is not None
    single_run = low is None or high is None
    points = []
    for time, y, error in zip(
        measured.time_h, measured.y * factor, measured.error * factor, strict=True
    ):
        simulated = _interpolate(course.time_h, median, time)
        lower = math.nan if low is None else _interpolate(course.time_h, low, time)
        upper = math.nan if high is None else _interpolate(course.time_h, high, time)
        points.append(
            ComparedReading(
                time_h=float(time),
                measured=float(y),
                error=float(error),
                simulated=simulated,
                low=lower,
                high=upper,
                ratio=simulated / y if y else math.nan,
                errors=(simulated - y) / error,
                inside=bool(lower <= y <= upper),
            )
        )
    logs = np.log([point.ratio for point in points if point.ratio > 0])
    errors = np.array([point.errors for point in points if math.isfinite(point.errors)])
    return CourseComparison(
        name=observable.name,
        unit="% of baseline" if relative else unit_label(course.unit),
        relative=relative,
        points=tuple(points),
        fold=float(np.exp(np.abs(logs).mean())) if logs.size == len(points) else math.nan,
        rms_errors=float(np.sqrt((errors**2).mean())) if errors.size else math.nan,
        share_inside=math.nan if single_run else float(np.mean([p.inside for p in points])),
    )


def _scale(
    prepared: PreparedRun, observable: Observable, course: TimeCourse, unit: str
) -> tuple[bool, float]:
    """Whether readings of a unit are compared with percent of baseline, and their factor."""
    plain = " ".join(unit.lower().split())
    own = unit_label(course.unit)
    if plain in (*PERCENT, *FOLD):
        factor = 1.0 if plain in PERCENT else 100.0
        if course.percent_of_baseline is not None:
            return True, factor
        if own == "%":
            return False, factor
        if own == "":
            return False, factor / 100
        raise UnitError(
            f"'{observable.name}' has no percent of baseline, and a reading is in '{unit}'",
            where="compare",
            do=f"Give the readings in {own}",
        )
    if plain in FRACTION and own == "%":
        return False, 100.0
    if plain in FRACTION and own == "":
        return False, 1.0
    if plain in (own.lower(), observable.unit.lower()):
        return False, 1.0
    if not own or own == "%":
        raise UnitError(
            f"'{observable.name}' has no unit, and a reading is in '{unit}'", where="compare"
        )
    drug_name = observable.quantity.partition(".")[0].removesuffix("_brain")
    drug = prepared.composed.drugs.get(drug_name)
    mass = drug.constant("molar_mass") if drug is not None else None
    return False, convert(
        1.0,
        unit,
        own,
        molar_mass_g_per_mol=mass.value if mass is not None else None,
        where=f"compare, {observable.name}",
    )


def _interpolate(time_h: Floats, y: Floats, time: float) -> float:
    return float(np.interp(time, time_h, y))
