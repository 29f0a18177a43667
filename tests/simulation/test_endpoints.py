"""Endpoints of courses that are known without simulating."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.scenario import Watch
from tricyclic.simulation.endpoints import Reduction, endpoints_of

OF = Reduction((Watch("w", "net.occupancy", "dimensionless", "occupancy"),))
TIME = np.linspace(0.0, 48.0, 97)


def told(course):
    values = endpoints_of(OF, TIME, course[:, None], course[:1])
    return dict(
        zip([endpoint.name.removeprefix("w.") for endpoint in OF.endpoints], values, strict=True)
    )


def test_a_triangle_has_its_peak_area_and_last_day():
    found = told(np.minimum(TIME, 48.0 - TIME) / 24.0)
    assert (found["peak"], found["peak_h"], found["trough"], found["end"]) == (1.0, 24.0, 0.0, 0.0)
    assert found["auc_over_rest"] == pytest.approx(24.0)
    assert found["last_day"] == pytest.approx(0.5)


def test_the_solvers_undershoot_below_nothing_is_nothing():
    course = np.minimum(TIME, 48.0 - TIME) / 24.0
    course[-3:] = -1e-9
    found = told(course)
    assert (found["trough"], found["trough_h"], found["end"]) == (0.0, 0.0, 0.0)


def test_what_is_truly_below_nothing_stays_there():
    found = told(-TIME)
    assert (found["trough"], found["trough_h"], found["peak"]) == (-48.0, 48.0, 0.0)
    assert told(0.01 - TIME / 48.0)["end"] == pytest.approx(-0.99)
