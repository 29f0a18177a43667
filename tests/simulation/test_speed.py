"""What is promised of speed, in CPU time at its best of a few, so that other work on the machine counts little."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.readers.mechanisms import drugs, mechanisms, scenario
from tricyclic.records.regimen import Regimen
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Bench


def best(work, rounds: int = 5) -> float:
    least = np.inf
    for _ in range(rounds):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


@pytest.fixture(scope="module")
def composed():
    shelf = drugs()
    given = Regimen("desipramine", "ip", shelf["desipramine"].nmol_per_kg(10.0), 0.0, 12.0, 28)
    return compose(scenario("noradrenergic_synapse"), mechanisms(), shelf, [given])


def test_a_composed_scenario_compiles_in_half_a_second(composed):
    Bench(composed)  # libraries are loaded here, and are not part of it
    head, _, _ = composed.text.rpartition("end")
    numbers = iter(range(1, 10))
    # One more parameter each time: what the solver keeps of a model that it has seen is of no use.
    took = best(lambda: Bench(replace(composed, text=f"{head}  unseen_{next(numbers)} = 1\nend\n")), 3)
    assert took < 0.5


def test_a_warm_run_of_28_doses_in_14_days_takes_fifty_milliseconds(composed):
    bench = Bench(composed)
    rest = bench.rest()
    times, names = np.linspace(0, 336, 337), [watch.quantity for watch in composed.scenario.watches]
    assert best(lambda: bench.run(times, names, rest=rest)) < 0.050


def test_the_rest_of_a_subject_takes_less_than_a_run(composed):
    bench = Bench(composed)
    assert best(bench.rest) < 0.010
