"""Elasticities and Sobol indices of models with known analytical results."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import Drug
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario_from_toml
from tricyclic.numerics.sobol import saltelli_design, sobol_indices
from tricyclic.results.sensitivity import VariedParameter
from tricyclic.simulation.compose import compose
from tricyclic.simulation.endpoints import build_reduction
from tricyclic.simulation.parallel import PopulationTask
from tricyclic.simulation.sampling import output_times
from tricyclic.simulation.sensitivity import (
    elasticities,
    sobol_table,
    spread_over,
    varied_parameters,
)

SMALL = """
title = "Kinetics of one drug"
description = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "pump"]
[[compartment]]
name = "cortex_fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "plasma"
[[binding_site]]
name = "net"
target = "NET"
fluid = "cortex"
compartment = "cortex_fluid"
description = "norepinephrine transporter"
[[observable]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
description = "NET occupancy"
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
ONCE = Dosing("simple", "ip", 1000.0)
# Two weeks of pump: a steady state whose plasma level is rate / clearance.
PUMP = Dosing("simple", "pump", 20.0, 0.0, 0.0, 1, 400.0)


def make_task(dosing: Dosing, horizon: float):
    scenario = scenario_from_toml(SMALL, name="small", where="small.toml")
    composed = compose(scenario, mechanisms(), {"simple": SIMPLE}, [dosing])
    return PopulationTask(
        composed, output_times([dosing], horizon), build_reduction(composed, scenario.observables)
    )


def value(table, parameter: str, endpoint: str) -> float:
    row = [one.name for one in table.parameters].index(parameter)
    return float(table.table[row, [one.name for one in table.endpoints].index(endpoint)])


def test_the_area_is_inversely_proportional_to_clearance_and_independent_of_volume():
    task = make_task(ONCE, 300.0)
    table = elasticities(task, varied_parameters(task.composed))
    assert value(table, "simple.CL", "simple.auc_inf") == pytest.approx(-1, abs=2e-3)
    assert value(table, "simple.V", "simple.auc_inf") == pytest.approx(0, abs=2e-3)
    assert value(table, "simple.V", "simple.half_life_h") == pytest.approx(1, abs=2e-3)
    assert value(table, "simple.CL", "simple.half_life_h") == pytest.approx(-1, abs=2e-3)
    assert value(table, "simple.Ki_NET", "simple.cmax") == 0


def test_the_elasticity_of_occupancy_at_steady_state_is_the_unoccupied_fraction():
    task = make_task(PUMP, 400.0)
    table = elasticities(task, varied_parameters(task.composed))
    # load = fu * rate / CL / Ki = 2, occupancy = load / (1 + load), d ln / d ln load = 1 -
    # occupancy.
    assert value(table, "simple.Ki_NET", "occupancy.end") == pytest.approx(-1 / 3, abs=1e-4)
    assert value(table, "simple.CL", "occupancy.end") == pytest.approx(-1 / 3, abs=1e-4)
    assert value(table, "simple.V", "occupancy.end") == pytest.approx(0, abs=1e-4)


def test_an_endpoint_of_0_has_no_elasticity_and_times_of_peaks_are_left_out():
    task = make_task(ONCE, 300.0)
    table = elasticities(task, varied_parameters(task.composed))
    assert np.isnan(value(table, "simple.CL", "occupancy.baseline"))
    assert not [one.name for one in table.endpoints if one.name.endswith("t_peak_h")]


def test_elasticities_apply_at_the_values_that_were_set():
    task = make_task(PUMP, 400.0)
    values = {"simple.Ki_NET": 4.0}
    table = elasticities(task, varied_parameters(task.composed, values), values)
    assert value(table, "simple.Ki_NET", "occupancy.end") == pytest.approx(-2 / 3, abs=1e-4)


def test_sobol_indices_equal_those_of_the_formula_at_the_same_points():
    task = make_task(PUMP, 400.0)
    varied = varied_parameters(task.composed, ranges=True)
    assert [one.name for one in varied] == ["simple.V", "simple.CL", "simple.Ki_NET"]
    table = sobol_table(task, varied, 32, 1)
    names = [endpoint.name for endpoint in table.endpoints]
    design = saltelli_design(3, 32, 1)
    volume, clearance, ki = (spread_over(one, design[:, k]) for k, one in enumerate(varied))
    at_end = 20.0 / clearance * (1 - np.exp(-clearance / volume * 400.0))
    load = 0.2 * at_end / ki
    exact = sobol_indices(load / (1 + load), 3, 1)
    column = names.index("occupancy.end")
    assert table.first[:, column] == pytest.approx(exact.first, abs=1e-4)
    assert table.total[:, column] == pytest.approx(exact.total, abs=1e-4)
    assert table.total_low[:, column] == pytest.approx(exact.total_low, abs=1e-4)
    assert table.total[0, column] < 0.01 < table.total[1, column]
    assert np.isnan(table.total[:, names.index("occupancy.baseline")]).all()
    assert (table.runs, table.failed) == (32 * 5, 0)


def test_an_endpoint_that_varies_only_by_the_solvers_error_has_no_indices():
    # Four months after one dose nothing is left: the minimum and the last occupancy are 0 within
    # the solver's error.
    task = make_task(ONCE, 3000.0)
    table = sobol_table(task, varied_parameters(task.composed, ranges=True), 16, 1)
    names = [endpoint.name for endpoint in table.endpoints]
    for kind in ("baseline", "trough", "t_trough_h", "last_day", "end"):
        assert np.isnan(table.total[:, names.index(f"occupancy.{kind}")]).all(), kind
    for kind in ("peak", "t_peak_h", "auc_over_baseline"):
        assert np.isfinite(table.total[:, names.index(f"occupancy.{kind}")]).all(), kind
    assert np.isfinite(table.total[:, names.index("simple.cmax")]).all()


def test_a_range_is_covered_uniformly_on_its_scale():
    even = np.array([0.0, 0.5, 1.0])
    assert spread_over(VariedParameter("k", "", "", 1, 0.1, 10, "log"), even) == pytest.approx(
        [0.1, 1, 10]
    )
    assert spread_over(VariedParameter("k", "", "", 1, 1, 2, "linear"), even) == pytest.approx(
        [1, 1.5, 2]
    )


def test_free_parameters_are_varied_by_default_and_all_on_request():
    composed = make_task(ONCE, 24.0).composed
    assert {one.name for one in varied_parameters(composed)} == {
        "simple.V",
        "simple.CL",
        "simple.Ki_NET",
    }
    assert [one.name for one in varied_parameters(composed, names=["simple.fu"])] == ["simple.fu"]
    everything = {one.name for one in varied_parameters(composed, every=True)}
    assert {"simple.fu", "simple_brain.Kpuu", "subject.activity_CYP2D6"} <= everything
    assert "simple.share_CYP2D6" not in everything  # it is 0


def test_a_parameter_that_cannot_be_varied_is_refused():
    composed = make_task(ONCE, 24.0).composed
    with pytest.raises(UnknownNameError, match=r"simple\.CL"):
        varied_parameters(composed, names=["simple.CLL"])
    with pytest.raises(InputError, match="computed"):
        varied_parameters(composed, names=["net.occupancy"])
    with pytest.raises(InputError, match="no elasticity"):
        varied_parameters(composed, names=["simple.share_CYP2D6"])
