"""The hash of a model depends on its numbers and equations, not on descriptions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario
from tricyclic.simulation.model_hash import model_hash

RAT = scenario("kinetics_and_occupancy")
MECHANISMS = dict(mechanisms())
DRUGS = {name: drugs()[name] for name in ("desipramine", "hydroxydesipramine", "imipramine")}


def hash_of(
    scenario=RAT,
    mechanisms=MECHANISMS,
    drugs=DRUGS,
    names=("desipramine",),
    observables=("NET_occupancy",),
):
    return model_hash([scenario], mechanisms, drugs, names, observables)


def with_row(name, row_name, **changes):
    drug = DRUGS[name]
    rows = tuple(
        replace(row, **changes) if row.name == row_name and row.unit != "identifier" else row
        for row in drug.constants
    )
    return DRUGS | {name: replace(drug, constants=rows)}


def test_descriptions_spreads_and_sources_do_not_count():
    assert (
        hash_of(drugs=with_row("desipramine", "fu", description="better words", cv=0.31))
        == hash_of()
    )
    assert hash_of(replace(RAT, title="another title")) == hash_of()
    assert (
        hash_of(drugs=DRUGS | {"imipramine": replace(DRUGS["imipramine"], constants=())})
        == hash_of()
    )


def test_a_value_of_a_drug_counts_and_so_does_that_of_its_metabolite():
    assert hash_of(drugs=with_row("desipramine", "k_brain", value=7.0)) != hash_of()
    assert hash_of(drugs=with_row("hydroxydesipramine", "k_brain", value=7.0)) != hash_of()


def test_limits_count_only_where_a_calibration_may_change_the_value():
    assert hash_of(drugs=with_row("desipramine", "CL", high=3.3)) != hash_of()
    assert hash_of(drugs=with_row("desipramine", "k_brain", high=30.0)) == hash_of()


def test_an_equation_counts():
    body = MECHANISMS["drug_body"].body
    changed = replace(MECHANISMS["drug_body"], body=(*body[:-1], body[-1] + " "))
    assert hash_of(mechanisms=MECHANISMS | {"drug_body": changed}) != hash_of()


def test_a_wire_counts():
    component = next(component for component in RAT.components if component.wires)
    rewired = replace(component, wires={name: wire + " " for name, wire in component.wires.items()})
    assert (
        hash_of(
            replace(
                RAT,
                components=tuple(rewired if one is component else one for one in RAT.components),
            )
        )
        != hash_of()
    )


@pytest.mark.parametrize(("name", "counts"), [("NET_occupancy", True), ("SERT_occupancy", False)])
def test_an_observable_counts_where_an_observation_uses_it(name, counts):
    changed = tuple(
        replace(one, quantity="NET.load") if one.name == name else one for one in RAT.observables
    )
    assert (hash_of(replace(RAT, observables=changed)) != hash_of()) == counts
