"""Tables of a simulation and of a population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tricyclic.core.model_unit import unit_label
from tricyclic.core.time_course import TimeCourse
from tricyclic.io.frames import Columns
from tricyclic.reports.files.population import band_table, endpoint_table, subject_table
from tricyclic.reports.files.simulation import (
    comparison_table,
    exposure_table,
    observable_table,
)
from tricyclic.reports.frames.columns import from_rows, with_unit
from tricyclic.results.population import PopulationResult
from tricyclic.results.simulation import SimulationResult

# Columns of a course with one value for each time -> field of the TimeCourse.
_VALUES = {
    "value": "y",
    "low": "low",
    "high": "high",
    "percent_of_baseline": "percent_of_baseline",
    "percent_low": "percent_low",
    "percent_high": "percent_high",
}


def simulation_frames(result: SimulationResult) -> dict[str, Columns]:
    """One row for each output and time; "wide": one column for each output; key numbers."""
    time = "time_h" if result.time_unit else "time"
    frames = {
        "courses": course_columns(result.courses, time),
        "wide": _wide(result.courses, time),
        "summary": observable_table(result),
        "occupancy": _occupancy(result),
        "exposure": exposure_table(result),
    }
    if result.comparisons:
        frames["compared"] = comparison_table(result)
    return frames


def course_columns(courses: tuple[TimeCourse, ...], time: str = "time_h") -> Columns:
    """Time courses as tidy columns; nan where a course has no band or no baseline."""
    sizes = [course.time_h.size for course in courses]
    units = [unit_label(course.unit) for course in courses]
    columns: dict[str, list[str] | np.ndarray] = {
        "output": [c.name for c, size in zip(courses, sizes, strict=True) for _ in range(size)],
        "unit": [unit for unit, size in zip(units, sizes, strict=True) for _ in range(size)],
        time: np.concatenate([np.empty(0), *(course.time_h for course in courses)]),
    }
    for column, name in _VALUES.items():
        parts = [getattr(course, name) for course in courses]
        columns[column] = np.concatenate(
            [
                np.empty(0),
                *(
                    np.full(size, np.nan) if part is None else part
                    for part, size in zip(parts, sizes, strict=True)
                ),
            ]
        )
    return columns


def _wide(courses: tuple[TimeCourse, ...], time: str) -> Columns:
    """One row for each time, one column for each output, its unit in the name."""
    if not courses:
        return {time: []}
    grid = courses[0].time_h
    columns: dict[str, np.ndarray] = {time: grid}
    for course in courses:
        own = course.time_h.size == grid.size and bool((course.time_h == grid).all())
        name = with_unit(course.name, unit_label(course.unit))
        columns[name] = course.y if own else np.interp(grid, course.time_h, course.y)
    return columns


def _occupancy(result: SimulationResult) -> Columns:
    head = (
        "target",
        "description",
        "peak_percent",
        "peak_low_percent",
        "peak_high_percent",
        "t_peak_h",
        "end_percent",
        "end_low_percent",
        "end_high_percent",
    )
    rows = (
        (
            row.name,
            row.description,
            row.peak.value,
            row.peak.low,
            row.peak.high,
            row.t_peak_h,
            row.end.value,
            row.end.low,
            row.end.high,
        )
        for row in result.occupancies
    )
    return from_rows(head, rows)


def population_frames(result: PopulationResult) -> dict[str, Columns]:
    """One row for each subject; bands over time; percentiles of endpoints; responders."""
    responders = from_rows(
        ("rule", "count", "n_subjects", "share", "share_low", "share_high"),
        (
            (one.rule, one.count, one.n_subjects, one.share, one.low, one.high)
            for one in result.responders
        ),
    )
    return {
        "subjects": _subjects(result),
        "bands": band_table(result),
        "endpoints": endpoint_table(result),
        "responders": responders,
    }


def _subjects(result: PopulationResult) -> Columns:
    """The table of subjects, its columns named like "NET_occupancy_peak_percent"."""
    columns: dict[str, Sequence[Any]] = {}
    for head, values in subject_table(result).items():
        name, _, unit = head.partition(" [")
        plain = name.replace(" ", "_").replace(".", "_")
        columns[with_unit(plain, unit.removesuffix("]"))] = values
    return columns | {"subject": [int(number) for number in columns["subject"]]}
