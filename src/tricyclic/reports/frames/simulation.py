"""Tables of a simulation."""

from __future__ import annotations

import numpy as np

from tricyclic.core.time_course import TimeCourse
from tricyclic.io.frames import Columns
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
    """One row for each output and time."""
    return {"courses": course_columns(result.courses)}


def course_columns(courses: tuple[TimeCourse, ...]) -> Columns:
    """Time courses as tidy columns; nan where a course has no band or no baseline."""
    sizes = [course.time_h.size for course in courses]
    columns: dict[str, list[str] | np.ndarray] = {
        "output": [c.name for c, size in zip(courses, sizes, strict=True) for _ in range(size)],
        "unit": [c.unit for c, size in zip(courses, sizes, strict=True) for _ in range(size)],
        "time_h": np.concatenate([course.time_h for course in courses]),
    }
    for column, name in _VALUES.items():
        parts = [getattr(course, name) for course in courses]
        columns[column] = np.concatenate(
            [
                np.full(size, np.nan) if part is None else part
                for part, size in zip(parts, sizes, strict=True)
            ]
        )
    return columns
