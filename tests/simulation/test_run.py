"""A subject without doses stays at its drug-free steady state."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.run import Simulator


@pytest.mark.parametrize(
    "doses", ["desipramine 10 mg/kg ip every 12 h x 2", "desipramine 10 mg/kg/d pump for 24 h"]
)
def test_no_dose_is_given_where_dosing_is_off_not_even_that_at_time_0(doses):
    synapse, known = scenario("kinetics_and_occupancy"), drugs()
    simulator = Simulator(
        compose(synapse, mechanisms(), known, parse_all_dosing(doses, synapse, known))
    )
    time, names = np.linspace(0.0, 24.0, 25), ["desipramine.plasma_total"]
    assert simulator.run(time, names).max() > 100
    assert simulator.run(time, names, {"subject.dosing": 0.0}).max() == pytest.approx(0.0, abs=1e-9)
