"""A course that shows itself."""

from __future__ import annotations

import numpy as np

from tricyclic.core.time_course import Course, course_of_members

TIME = np.linspace(0, 24, 481)


def test_a_course_prints_as_one_line_of_rest_peak_and_end():
    course = Course(
        "cortex_NE", "norepinephrine", "nM", TIME, 2 + np.sin(np.pi * TIME / 24) ** 2, 2.0
    )
    said = "Course cortex_NE [nM]: rest 2, highest 3 at 12 h, end 2 at 24 h, one run"
    assert repr(course) == str(course) == said


def test_a_course_of_many_says_how_many():
    rises = np.array([TIME, 2 * TIME, 3 * TIME])
    course = course_of_members("a", "", "", TIME, rises, np.zeros(3), relative=False)
    assert repr(course) == "Course a: rest 0, highest 48 at 24 h, end 48 at 24 h, 3 members"
