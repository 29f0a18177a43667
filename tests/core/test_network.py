"""Networks are checked when they are made; subnetworks and colours leave them unchanged."""

from __future__ import annotations

import re

import pytest

from tricyclic.core.network import Edge, Network, Node
from tricyclic.errors import InputError, UnknownNameError

NE = Node("NE", "norepinephrine", "transmitter", "fluid")
NET = Node("NET", "transporter", "transporter", "membrane")
BETA = Node("beta1", "beta1 adrenoceptor", "receptor", "membrane")
COMPARTMENTS = (("fluid", "extracellular fluid"), ("membrane", "membrane"))
CLEARS, BINDS = Edge("NET", "NE", "inhibits"), Edge("NE", "beta1", "binds")


def whole() -> Network:
    return Network("synapse", "a synapse", (NE, NET, BETA), (CLEARS, BINDS), COMPARTMENTS)


def test_an_edge_to_an_unknown_node_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError) as refused:
        Network("synapse", "", (NE, BETA), (Edge("NE", "beta", "binds"),), COMPARTMENTS)
    assert str(refused.value) == (
        "network synapse, link NE -> beta: no node is called 'beta'. Did you mean 'beta1'? "
        "There are: NE, beta1."
    )


def test_a_node_in_an_unknown_compartment_is_refused():
    sentence = "network synapse, node NE: no compartment is called 'fluid'. There are: membrane."
    with pytest.raises(UnknownNameError, match=f"^{re.escape(sentence)}$"):
        Network("synapse", "", (NE,), (), (("membrane", "membrane"),))


@pytest.mark.parametrize(
    ("fields", "kind", "name"),
    [
        ({"nodes": (NE, NE)}, "node", "NE"),
        (
            {"nodes": (NE,), "compartments": (*COMPARTMENTS, COMPARTMENTS[0])},
            "compartment",
            "fluid",
        ),
    ],
)
def test_two_of_one_name_are_refused(fields, kind, name):
    with pytest.raises(InputError) as refused:
        Network("synapse", "", **{"compartments": COMPARTMENTS, **fields})
    assert str(refused.value) == (
        f"network synapse: has two {kind}s called '{name}'. Give each {kind} a name of its own."
    )


def test_a_node_without_a_name_is_refused():
    with pytest.raises(InputError) as refused:
        Node("", "release", "process")
    assert str(refused.value) == "node 'release': has no name."


def test_a_kind_that_does_not_exist_is_refused_in_words():
    with pytest.raises(UnknownNameError) as refused:
        Edge("NE", "NE", "inhibit")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "link NE -> NE: no kind of link is called 'inhibit'. Did you mean 'inhibits'? "
        "There are: activates, binds, converts, inhibits."
    )
    with pytest.raises(UnknownNameError) as refused:
        Node("x", "x", "channel")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "node x: no kind of node is called 'channel'. There are: drug, enzyme, gene, messenger, "
        "process, receptor, signal, transmitter, transporter."
    )


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_fold_change_is_a_finite_number_of_0_or_more(value):
    with pytest.raises(InputError) as refused:
        Node("NE", "", "transmitter", value=value)
    assert str(refused.value) == (
        f"node NE: fold change is {value:g}. A fold change is 0 or more. "
        "Divide by the value at baseline."
    )


def test_colouring_gives_a_new_network_without_earlier_values():
    first = whole().coloured({"NE": 3.1})
    second = first.coloured({"beta1": 0.6})
    assert [node.value for node in whole().nodes] == [None, None, None]
    assert [node.value for node in first.nodes] == [3.1, None, None]
    assert [node.value for node in second.nodes] == [None, None, 0.6]
    with pytest.raises(UnknownNameError, match="no node is called 'NA'"):
        first.coloured({"NA": 2.0})


def test_a_subnetwork_keeps_order_edges_and_compartments_of_its_nodes():
    part = whole().subnetwork(["beta1", "NE"])
    assert [node.name for node in part.nodes] == ["NE", "beta1"]
    assert part.edges == (BINDS,)
    assert whole().subnetwork(["NE"]).compartments == (COMPARTMENTS[0],)
    assert whole().subnetwork(["NE", "NET", "beta1"]) == whole()
