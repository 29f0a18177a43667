"""Scenarios of one species give one answer to one question, and a parameter has one value."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest

from tricyclic.io.library.library import Library
from tricyclic.simulation.calibration.predict import values_for
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.endpoints import is_occupancy
from tricyclic.simulation.run import Simulator

pytestmark = pytest.mark.usefixtures("equal_models_once")

LIBRARY = Library(None)
DOSES = [
    ("desipramine 10 mg/kg ip", "rat"),
    ("citalopram 5 mg/kg sc", "rat"),
    ("imipramine 10 mg/kg ip every 12 h x 2", "rat"),
]


def occupancies(name, doses, parameter_set):
    """The occupancy outputs of a scenario by name in lower case, at the same times."""
    scenario = LIBRARY.scenario(name)
    composed = compose(
        scenario,
        LIBRARY.mechanisms,
        LIBRARY.drugs,
        parse_all_dosing(doses, scenario, LIBRARY.drugs),
    )
    outputs = [one for one in scenario.observables if is_occupancy(one)]
    values = {}
    if parameter_set is not None:
        ensemble = LIBRARY.ensemble(scenario.ensemble)
        values = values_for(composed, ensemble.parameter_set(parameter_set))
    times = np.array([0.0, 1.0, 6.0, 24.0])
    table = Simulator(composed).run(times, [one.quantity for one in outputs], values)
    return {one.name.lower(): column for one, column in zip(outputs, table.T, strict=True)}


@pytest.mark.parametrize("parameter_set", [None, 0, 7])
@pytest.mark.parametrize(("doses", "species"), DOSES)
def test_the_same_occupancy_is_the_same_in_every_scenario_of_an_animal(
    doses, species, parameter_set
):
    names = [
        name
        for name in LIBRARY.scenario_names
        if (LIBRARY.scenario(name).species, LIBRARY.scenario(name).system) == (species, "animal")
    ]
    runs = {name: occupancies(name, doses, parameter_set) for name in names}
    n_compared = 0
    for one, other in itertools.combinations(names, 2):
        for output in runs[one].keys() & runs[other].keys():
            n_compared += 1
            np.testing.assert_allclose(
                runs[one][output],
                runs[other][output],
                rtol=1e-4,
                atol=1e-7,
                err_msg=f"{output} of {one} and {other}",
            )
    assert n_compared >= 8


def test_a_parameter_has_one_value_in_all_scenarios_of_a_species():
    values = defaultdict(dict)
    for name in LIBRARY.scenario_names:
        scenario = LIBRARY.scenario(name)
        for parameter, row in compose(
            scenario, LIBRARY.mechanisms, LIBRARY.drugs, ()
        ).parameters.items():
            values[scenario.species, parameter][name] = (row.value, row.unit)
    assert len(values) > 100
    different = {key: by for key, by in values.items() if len(set(by.values())) > 1}
    assert different == {}


def test_the_loss_of_potency_of_a_transporter_is_written_in_one_table():
    places = defaultdict(list)
    for name in LIBRARY.mechanisms:
        text = LIBRARY.mechanisms[name].text
        own = "// values potency_shift" not in text
        for row in LIBRARY.mechanisms[name].constants:
            if row.name == "potency_shift" and own:
                places[row.applies_to].append(name)
    assert {"net_cortex", "net_lc", "sert", "net_human"} <= places.keys()
    assert all(len(names) == 1 for names in places.values()), dict(places)
