"""Elasticities and Sobol indices of models whose answers are known without simulating."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen
from tricyclic.core.drug import Drug
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.mechanisms import mechanisms, scenario_from_toml
from tricyclic.numerics.sobol import indices, saltelli
from tricyclic.results.sensitivity import Varied
from tricyclic.simulation.compose import compose
from tricyclic.simulation.endpoints import reduction_of
from tricyclic.simulation.parallel import Question
from tricyclic.simulation.sampling import times_of
from tricyclic.simulation.sensitivity import elasticities, sobol_table, spread_over, varied_of

SMALL = """
title = "Kinetics of one drug"
says = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "pump"]
[[place]]
name = "cortex_fluid"
says = "extracellular fluid"
[[fluid]]
name = "cortex"
holds = "plasma"
[[site]]
name = "net"
target = "NET"
fluid = "cortex"
place = "cortex_fluid"
says = "norepinephrine transporter"
[[watch]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
says = "NET occupancy"
"""
SIMPLE = Drug(
    "simple",
    "one compartment",
    tuple(
        Constant(name, value, unit, low, high, free=free)
        for name, value, unit, low, high, free in (
            ("V", 20.0, "L_per_kg", 10.0, 40.0, True),
            ("CL", 2.0, "L_per_h_per_kg", 1.0, 4.0, True),
            ("fu", 0.2, "dimensionless", 0.05, 0.4, False),
            ("Kpuu", 1.0, "dimensionless", 0.5, 2.0, False),
            ("k_brain", 4.0, "per_h", 1.0, 8.0, False),
            ("ka_ip", 1.5, "per_h", 1.0, 2.0, False),
            ("F_ip", 0.6, "dimensionless", 0.3, 0.9, False),
            ("Ki_NET", 1.0, "nM", 0.5, 2.0, True),
        )
    ),
)
ONCE = Regimen("simple", "ip", 1000.0)
# Two weeks of pump: a steady state whose plasma level is rate / clearance.
PUMP = Regimen("simple", "pump", 20.0, 0.0, 0.0, 1, 400.0)


def answered(work):
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def question(regimen: Regimen, horizon: float):
    scenario = scenario_from_toml(SMALL, name="small", where="small.toml")
    composed = compose(scenario, mechanisms(), {"simple": SIMPLE}, [regimen])
    return Question(
        composed, times_of([regimen], horizon), reduction_of(composed, scenario.watches)
    )


def told(found, parameter: str, endpoint: str) -> float:
    row = [one.name for one in found.parameters].index(parameter)
    return float(found.table[row, [one.name for one in found.endpoints].index(endpoint)])


def test_the_area_falls_in_proportion_to_clearance_and_does_not_know_the_volume():
    asked = question(ONCE, 300.0)
    found = answered(elasticities(asked, varied_of(asked.composed)))
    assert told(found, "simple.CL", "simple.auc_inf") == pytest.approx(-1, abs=2e-3)
    assert told(found, "simple.V", "simple.auc_inf") == pytest.approx(0, abs=2e-3)
    assert told(found, "simple.V", "simple.half_life_h") == pytest.approx(1, abs=2e-3)
    assert told(found, "simple.CL", "simple.half_life_h") == pytest.approx(-1, abs=2e-3)
    assert told(found, "simple.Ki_NET", "simple.cmax") == 0


def test_occupancy_at_steady_state_moves_by_the_share_that_is_free():
    asked = question(PUMP, 400.0)
    found = answered(elasticities(asked, varied_of(asked.composed)))
    # load = fu * rate / CL / Ki = 2, occupancy = load / (1 + load), d ln / d ln load = 1 - occupancy.
    assert told(found, "simple.Ki_NET", "occupancy.end") == pytest.approx(-1 / 3, abs=1e-4)
    assert told(found, "simple.CL", "occupancy.end") == pytest.approx(-1 / 3, abs=1e-4)
    assert told(found, "simple.V", "occupancy.end") == pytest.approx(0, abs=1e-4)


def test_an_endpoint_that_is_nothing_has_no_elasticity_and_a_time_of_peak_is_not_told():
    asked = question(ONCE, 300.0)
    found = answered(elasticities(asked, varied_of(asked.composed)))
    assert np.isnan(told(found, "simple.CL", "occupancy.rest"))
    assert not [one.name for one in found.endpoints if one.name.endswith("peak_h")]


def test_the_typical_subject_may_be_moved_first():
    asked = question(PUMP, 400.0)
    values = {"simple.Ki_NET": 4.0}
    found = answered(elasticities(asked, varied_of(asked.composed, values), values))
    assert told(found, "simple.Ki_NET", "occupancy.end") == pytest.approx(-2 / 3, abs=1e-4)


def test_sobol_indices_are_those_of_the_formula_on_the_same_points():
    asked = question(PUMP, 400.0)
    varied = varied_of(asked.composed, ranges=True)
    assert [one.name for one in varied] == ["simple.V", "simple.CL", "simple.Ki_NET"]
    found = answered(sobol_table(asked, varied, 32, 1))
    names = [endpoint.name for endpoint in found.endpoints]
    columns = saltelli(3, 32, 1)
    volume, clearance, ki = (spread_over(one, columns[:, k]) for k, one in enumerate(varied))
    at_end = 20.0 / clearance * (1 - np.exp(-clearance / volume * 400.0))
    load = 0.2 * at_end / ki
    exact = indices(load / (1 + load), 3, 1)
    column = names.index("occupancy.end")
    assert found.first[:, column] == pytest.approx(exact.first, abs=1e-4)
    assert found.total[:, column] == pytest.approx(exact.total, abs=1e-4)
    assert found.total_low[:, column] == pytest.approx(exact.total_low, abs=1e-4)
    assert found.total[0, column] < 0.01 < found.total[1, column]
    assert np.isnan(found.total[:, names.index("occupancy.rest")]).all()
    assert (found.runs, found.failed) == (32 * 5, 0)


def test_what_is_nothing_but_the_solvers_error_is_shared_out_among_no_parameters():
    # Four months after one dose nothing is left of it: the lowest and the last occupancy are 0 within the solver's error.
    asked = question(ONCE, 3000.0)
    found = answered(sobol_table(asked, varied_of(asked.composed, ranges=True), 16, 1))
    names = [endpoint.name for endpoint in found.endpoints]
    for kind in ("rest", "trough", "trough_h", "last_day", "end"):
        assert np.isnan(found.total[:, names.index(f"occupancy.{kind}")]).all(), kind
    for kind in ("peak", "peak_h", "auc_over_rest"):
        assert np.isfinite(found.total[:, names.index(f"occupancy.{kind}")]).all(), kind
    assert np.isfinite(found.total[:, names.index("simple.cmax")]).all()


def test_a_range_is_covered_evenly_on_its_scale():
    even = np.array([0.0, 0.5, 1.0])
    assert spread_over(Varied("k", "", "", 1, 0.1, 10, "log"), even) == pytest.approx([0.1, 1, 10])
    assert spread_over(Varied("k", "", "", 1, 1, 2, "linear"), even) == pytest.approx([1, 1.5, 2])


def test_free_parameters_are_taken_where_none_are_named_and_all_on_request():
    composed = question(ONCE, 24.0).composed
    assert {one.name for one in varied_of(composed)} == {"simple.V", "simple.CL", "simple.Ki_NET"}
    assert [one.name for one in varied_of(composed, names=["simple.fu"])] == ["simple.fu"]
    everything = {one.name for one in varied_of(composed, every=True)}
    assert {"simple.fu", "simple_brain.Kpuu", "subject.activity_CYP2D6"} <= everything
    assert "simple.share_CYP2D6" not in everything  # it is 0


def test_what_cannot_be_varied_is_refused_in_words():
    composed = question(ONCE, 24.0).composed
    with pytest.raises(UnknownNameError, match=r"simple\.CL"):
        varied_of(composed, names=["simple.CLL"])
    with pytest.raises(InputError, match="computed"):
        varied_of(composed, names=["net.occupancy"])
    with pytest.raises(InputError, match="no elasticity"):
        varied_of(composed, names=["simple.share_CYP2D6"])
