"""Every scenario has consistent units, a drug-free steady state and complete diagrams."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_names
from tricyclic.sbml.checks import find_unit_problems
from tricyclic.simulation.compose import compose
from tricyclic.simulation.network import pathway_network
from tricyclic.simulation.run import Simulator

pytestmark = pytest.mark.usefixtures("equal_models_once")

SCENARIOS = list(scenario_names())
DAY = 24.0


@cache
def simulator(name: str, dosed: bool) -> Simulator:
    chosen = scenario(name)
    dosing = []
    if dosed:
        for route in chosen.routes[:3]:
            amount = {"pump": 1000.0, "bath": 1000.0}.get(
                route, 1000.0 if is_sustained(route) else 20_000.0
            )
            dosing.append(
                Dosing(
                    "imipramine", route, amount, 1.0, 12.0, 2, 4.0 if is_sustained(route) else 0.0
                )
            )
    return Simulator(compose(chosen, mechanisms(), drugs(), dosing))


def states_of(name: str, dosed: bool) -> list[str]:
    quantities = simulator(name, dosed).composed.quantities
    return [key for key, item in quantities.items() if item.kind in ("state", "species")]


def has_own_states(name: str) -> bool:
    return any(
        mechanisms()[component.mechanism].ports_of_kind("state", "species")
        for component in scenario(name).components
    )


# Calcium oscillates in calcium_minutes, and a scenario of kinetics has no state without a drug.
WITH_STEADY_STATE = [
    name for name in SCENARIOS if name != "calcium_minutes" and has_own_states(name)
]


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("dosed", [False, True])
def test_every_scenario_passes_the_unit_check_without_a_warning(name, dosed):
    assert find_unit_problems(simulator(name, dosed).sbml) == ()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_observable_is_a_quantity_of_the_scenario(name):
    composed = simulator(name, False).composed
    for observable in composed.scenario.observables:
        composed.quantity(observable.quantity)


@pytest.mark.parametrize("name", WITH_STEADY_STATE)
def test_the_drug_free_steady_state_is_stable_for_sixty_days(name):
    states = states_of(name, False)
    table = simulator(name, False).run(np.linspace(0, 60 * DAY, 61), states)
    baseline = table[0]
    change = np.abs(table - baseline).max(axis=0) / np.maximum(np.abs(baseline), 1e-6)
    worst = int(change.argmax())
    assert change[worst] < 1e-5, f"{states[worst]} changes by {change[worst]:.2g}"


def test_scenarios_without_that_steady_state_oscillate_or_have_no_state_without_a_drug():
    others = [name for name in SCENARIOS if name not in WITH_STEADY_STATE]
    assert "calcium_minutes" in others
    assert not any(states_of(name, False) for name in others if name != "calcium_minutes")


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_state_becomes_negative(name):
    states = states_of(name, True)
    table = simulator(name, True).run(np.linspace(0, 3 * DAY, 400), states)
    sizes = np.maximum(np.abs(table).max(axis=0), 1e-3)
    lowest = (table / sizes).min(axis=0)
    assert lowest.min() > -1e-6, states[int(lowest.argmin())]


@pytest.mark.parametrize("name", WITH_STEADY_STATE)
def test_a_dose_of_zero_changes_nothing(name):
    chosen = scenario(name)
    route = chosen.routes[0]
    nothing = Dosing("imipramine", route, 0.0, 0.0, 12.0, 2, 1.0 if is_sustained(route) else 0.0)
    dosed = Simulator(compose(chosen, mechanisms(), drugs(), [nothing]))
    states = states_of(name, False)
    time = np.linspace(0, 2 * DAY, 20)
    np.testing.assert_allclose(
        dosed.run(time, states), simulator(name, False).run(time, states), rtol=2e-5, atol=1e-7
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_pathway_has_links(name):
    composed = simulator(name, True).composed
    for pathway in composed.scenario.pathways:
        network = pathway_network(composed.network, composed.scenario, pathway.name)
        assert len(network.edges) >= 3 and len(network.nodes) >= 4, pathway.name
        joined = {end for edge in network.edges for end in (edge.start, edge.end)}
        alone = [node.name for node in network.nodes if node.name not in joined]
        assert not alone, f"{pathway.name}: {alone} have no link"
