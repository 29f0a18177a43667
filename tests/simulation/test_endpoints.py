"""Endpoints of time courses with known results."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Dosing
from tricyclic.core.scenario import Observable
from tricyclic.simulation.endpoints import EndpointReduction, compute_endpoints

REDUCTION = EndpointReduction((Observable("w", "net.occupancy", "dimensionless", "occupancy"),))
TIME = np.linspace(0.0, 48.0, 97)


def endpoints_of(course):
    values = compute_endpoints(REDUCTION, TIME, course[:, None], course[:1])
    return dict(
        zip(
            [endpoint.name.removeprefix("w.") for endpoint in REDUCTION.endpoints],
            values,
            strict=True,
        )
    )


def test_a_triangle_has_its_peak_area_and_last_day():
    values = endpoints_of(np.minimum(TIME, 48.0 - TIME) / 24.0)
    assert (values["peak"], values["t_peak_h"], values["trough"], values["end"]) == (
        1.0,
        24.0,
        0.0,
        0.0,
    )
    assert values["auc_over_baseline"] == pytest.approx(24.0)
    assert values["last_day"] == pytest.approx(0.5)


def test_a_small_undershoot_of_the_solver_counts_as_0():
    course = np.minimum(TIME, 48.0 - TIME) / 24.0
    course[-3:] = -1e-9
    values = endpoints_of(course)
    assert (values["trough"], values["t_trough_h"], values["end"]) == (0.0, 0.0, 0.0)


def test_values_clearly_below_0_are_kept():
    values = endpoints_of(-TIME)
    assert (values["trough"], values["t_trough_h"], values["peak"]) == (-48.0, 48.0, 0.0)
    assert endpoints_of(0.01 - TIME / 48.0)["end"] == pytest.approx(-0.99)


def test_occupancies_are_reported_in_percent_and_concentrations_in_their_unit():
    reduction = EndpointReduction(
        (
            Observable("bound", "net.occupancy", "dimensionless", "occupancy"),
            Observable("level", "cortex.NE", "nM", "norepinephrine", relative_to_baseline=True),
        ),
        ("a",),
        ((Dosing("a", "ip", 1.0),),),
    )
    units = {endpoint.name: endpoint.unit for endpoint in reduction.endpoints}
    factors = dict(zip(units, reduction.endpoint_factors.tolist(), strict=True))
    for kind in ("baseline", "peak", "trough", "last_day", "end"):
        assert (units[f"bound.{kind}"], factors[f"bound.{kind}"]) == ("%", 100.0)
        assert (units[f"level.{kind}"], factors[f"level.{kind}"]) == ("nM", 1.0)
    assert (units["bound.auc_over_baseline"], factors["bound.auc_over_baseline"]) == ("% h", 100.0)
    assert (units["bound.t_peak_h"], factors["bound.t_peak_h"]) == ("h", 1.0)
    assert (units["level.peak_percent"], factors["level.peak_percent"]) == ("%", 1.0)
    assert (units["a.cmax"], factors["a.cmax"]) == ("nM", 1.0)
