"""A subject that is given nothing stays at rest, whenever and however its doses would have been given."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import regimens_of
from tricyclic.simulation.run import Bench


@pytest.mark.parametrize(
    "text", ["desipramine 10 mg/kg ip every 12 h x 2", "desipramine 10 mg/kg/d pump for 24 h"]
)
def test_no_dose_is_given_where_dosing_is_off_not_even_that_at_the_start(text):
    synapse, known = scenario("kinetics_and_occupancy"), drugs()
    bench = Bench(compose(synapse, mechanisms(), known, regimens_of(text, synapse, known)))
    time, names = np.linspace(0.0, 24.0, 25), ["desipramine.plasma_total"]
    assert bench.run(time, names).max() > 100
    assert bench.run(time, names, {"subject.dosing": 0.0}).max() == pytest.approx(0.0, abs=1e-9)
