"""The printed form of a time course."""

from __future__ import annotations

import numpy as np

from tricyclic.core.time_course import TimeCourse, ensemble_time_course

TIME = np.linspace(0, 24, 481)


def test_a_course_prints_baseline_peak_and_end_on_one_line():
    course = TimeCourse(
        "cortex_NE", "norepinephrine", "nM", TIME, 2 + np.sin(np.pi * TIME / 24) ** 2, 2.0
    )
    line = "TimeCourse cortex_NE [nM]: baseline 2, highest 3 at 12 h, end 2 at 24 h, one run"
    assert repr(course) == str(course) == line


def test_a_course_of_an_ensemble_prints_the_number_of_runs():
    rises = np.array([TIME, 2 * TIME, 3 * TIME])
    course = ensemble_time_course("a", "", "", TIME, rises, np.zeros(3), relative=False)
    assert repr(course) == "TimeCourse a: baseline 0, highest 48 at 24 h, end 48 at 24 h, 3 runs"
