"""Least squares within bounds."""

from __future__ import annotations

import numpy as np

from tricyclic.numerics.box_least_squares import least_squares_in_box


def test_a_step_that_gains_far_more_than_it_promised_does_not_overflow() -> None:
    """Slopes that all but vanish promise nothing of a step that the bounds cut short."""
    end = least_squares_in_box(
        lambda x: x - 0.5,
        lambda x: np.array([[1e-110]]),
        np.array([0.0]),
        np.array([-1.0]),
        np.array([1.0]),
        tolerance=1e-10,
    )
    assert np.isfinite(end.cost) and -1 <= end.x[0] <= 1
