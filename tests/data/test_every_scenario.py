"""Every scenario composes, balances its units, rests when left alone, and draws only what its equations do."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario, scenario_names
from tricyclic.sbml.document import unit_complaints
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Bench

SCENARIOS = list(scenario_names())
DAY = 24.0


@cache
def bench(name: str, dosed: bool) -> Bench:
    found = scenario(name)
    regimens = []
    if dosed:
        for route in found.routes[:3]:
            amount = {"pump": 1000.0, "bath": 1000.0}.get(
                route, 1000.0 if is_sustained(route) else 20_000.0
            )
            regimens.append(
                Regimen(
                    "imipramine", route, amount, 1.0, 12.0, 2, 4.0 if is_sustained(route) else 0.0
                )
            )
    return Bench(compose(found, mechanisms(), drugs(), regimens))


def states_of(name: str, dosed: bool) -> list[str]:
    quantities = bench(name, dosed).composed.quantities
    return [key for key, item in quantities.items() if item.kind in ("state", "species")]


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("dosed", [False, True])
def test_every_scenario_passes_the_unit_check_without_a_warning(name, dosed):
    assert unit_complaints(bench(name, dosed).sbml) == ()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_watch_names_a_quantity_of_the_scenario(name):
    composed = bench(name, False).composed
    for watch in composed.scenario.watches:
        composed.quantity(watch.quantity)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "calcium_minutes"])
def test_a_drug_free_subject_rests_for_sixty_days(name):
    states = states_of(name, False)
    if not states:
        pytest.skip("nothing moves in it until a drug is given")
    table = bench(name, False).run(np.linspace(0, 60 * DAY, 61), states)
    rest = table[0]
    moved = np.abs(table - rest).max(axis=0) / np.maximum(np.abs(rest), 1e-6)
    worst = int(moved.argmax())
    assert moved[worst] < 1e-5, f"{states[worst]} moves by {moved[worst]:.2g}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_amount_becomes_negative(name):
    states = states_of(name, True)
    table = bench(name, True).run(np.linspace(0, 3 * DAY, 400), states)
    sizes = np.maximum(np.abs(table).max(axis=0), 1e-3)
    lowest = (table / sizes).min(axis=0)
    assert lowest.min() > -1e-6, states[int(lowest.argmin())]


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "calcium_minutes"])
def test_a_regimen_of_nothing_changes_nothing(name):
    found = scenario(name)
    route = found.routes[0]
    nothing = Regimen("imipramine", route, 0.0, 0.0, 12.0, 2, 1.0 if is_sustained(route) else 0.0)
    dosed = Bench(compose(found, mechanisms(), drugs(), [nothing]))
    states = states_of(name, False)
    if not states:
        pytest.skip("nothing moves in it until a drug is given")
    time = np.linspace(0, 2 * DAY, 20)
    np.testing.assert_allclose(
        dosed.run(time, states), bench(name, False).run(time, states), rtol=2e-5, atol=1e-7
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_pathway_has_links(name):
    from tricyclic.simulation.network import pathway_of

    composed = bench(name, True).composed
    for pathway in composed.scenario.pathways:
        network = pathway_of(composed.network, composed.scenario, pathway.name)
        assert len(network.edges) >= 3 and len(network.nodes) >= 4, pathway.name
        joined = {end for edge in network.edges for end in (edge.start, edge.end)}
        alone = [node.name for node in network.nodes if node.name not in joined]
        assert not alone, f"{pathway.name}: {alone} stand alone"
