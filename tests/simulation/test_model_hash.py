"""The hash of a model follows its numbers and equations, and no word about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
from tricyclic.simulation.model_hash import model_hash

RAT = scenario("kinetics_and_occupancy")
MECHANISMS = dict(mechanisms())
DRUGS = {name: drugs()[name] for name in ("desipramine", "hydroxydesipramine", "imipramine")}


def hashed(
    scenario=RAT,
    mechanisms=MECHANISMS,
    drugs=DRUGS,
    names=("desipramine",),
    watched=("NET_occupancy",),
):
    return model_hash([scenario], mechanisms, drugs, names, watched)


def with_row(name, row_name, **changes):
    drug = DRUGS[name]
    rows = tuple(
        replace(row, **changes) if row.name == row_name and row.unit != "identifier" else row
        for row in drug.constants
    )
    return DRUGS | {name: replace(drug, constants=rows)}


def test_words_spreads_and_sources_do_not_count():
    assert hashed(drugs=with_row("desipramine", "fu", says="better words", cv=0.31)) == hashed()
    assert hashed(replace(RAT, title="another title")) == hashed()
    assert (
        hashed(drugs=DRUGS | {"imipramine": replace(DRUGS["imipramine"], constants=())}) == hashed()
    )


def test_a_value_of_a_drug_counts_and_so_does_that_of_its_metabolite():
    assert hashed(drugs=with_row("desipramine", "k_brain", value=7.0)) != hashed()
    assert hashed(drugs=with_row("hydroxydesipramine", "k_brain", value=7.0)) != hashed()


def test_limits_count_only_where_a_calibration_may_move_the_value():
    assert hashed(drugs=with_row("desipramine", "CL", high=3.3)) != hashed()
    assert hashed(drugs=with_row("desipramine", "k_brain", high=30.0)) == hashed()


def test_an_equation_counts():
    body = MECHANISMS["drug_body"].body
    changed = replace(MECHANISMS["drug_body"], body=(*body[:-1], body[-1] + " "))
    assert hashed(mechanisms=MECHANISMS | {"drug_body": changed}) != hashed()


def test_a_wire_counts():
    part = next(part for part in RAT.parts if part.wires)
    rewired = replace(part, wires={name: wire + " " for name, wire in part.wires.items()})
    assert (
        hashed(replace(RAT, parts=tuple(rewired if one is part else one for one in RAT.parts)))
        != hashed()
    )


@pytest.mark.parametrize(("name", "counts"), [("NET_occupancy", True), ("SERT_occupancy", False)])
def test_a_watch_counts_where_an_observation_asks_for_it(name, counts):
    watches = tuple(
        replace(one, quantity="NET.load") if one.name == name else one for one in RAT.watches
    )
    assert (hashed(replace(RAT, watches=watches)) != hashed()) == counts
