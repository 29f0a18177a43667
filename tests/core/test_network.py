"""A network holds together when it is made, and is cut and coloured without being changed."""

from __future__ import annotations

import pytest

from tricyclic.core.network import Edge, Network, Node
from tricyclic.errors import InputError, UnknownNameError

NE = Node("NE", "norepinephrine", "transmitter", "fluid")
NET = Node("NET", "transporter", "transporter", "membrane")
BETA = Node("beta1", "beta1 adrenoceptor", "receptor", "membrane")
PLACES = (("fluid", "extracellular fluid"), ("membrane", "membrane"))
CLEARS, BINDS = Edge("NET", "NE", "inhibits"), Edge("NE", "beta1", "binds")


def whole() -> Network:
    return Network("synapse", "a synapse", (NE, NET, BETA), (CLEARS, BINDS), PLACES)


def test_an_edge_to_a_node_that_is_not_there_names_the_nearest_one():
    with pytest.raises(
        UnknownNameError, match=r"no node is called 'beta'\. Did you mean 'beta1'\?"
    ):
        Network("synapse", "", (NE, BETA), (Edge("NE", "beta", "binds"),), PLACES)


def test_a_node_in_a_place_that_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="no place is called 'fluid'"):
        Network("synapse", "", (NE,), (), (("membrane", "membrane"),))


@pytest.mark.parametrize(
    "fields", [{"nodes": (NE, NE)}, {"nodes": (NE,), "places": (*PLACES, PLACES[0])}]
)
def test_two_of_one_name_are_refused(fields):
    with pytest.raises(InputError, match="has two"):
        Network("synapse", "", **{"places": PLACES, **fields})


def test_a_kind_that_does_not_exist_is_refused_in_words():
    with pytest.raises(
        UnknownNameError, match=r"no kind of link is called 'inhibit'\. Did you mean 'inhibits'"
    ):
        Edge("NE", "NE", "inhibit")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="no kind of node is called 'channel'"):
        Node("x", "x", "channel")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_fold_change_is_a_number_from_nought(value):
    with pytest.raises(InputError, match="fold change is"):
        Node("NE", "", "transmitter", value=value)


def test_colouring_gives_a_new_network_and_forgets_earlier_values():
    first = whole().coloured({"NE": 3.1})
    second = first.coloured({"beta1": 0.6})
    assert [node.value for node in whole().nodes] == [None, None, None]
    assert [node.value for node in first.nodes] == [3.1, None, None]
    assert [node.value for node in second.nodes] == [None, None, 0.6]
    with pytest.raises(UnknownNameError, match="no node is called 'NA'"):
        first.coloured({"NA": 2.0})


def test_a_part_keeps_the_order_the_edges_among_its_nodes_and_their_places():
    part = whole().part(["beta1", "NE"])
    assert [node.name for node in part.nodes] == ["NE", "beta1"]
    assert part.edges == (BINDS,)
    assert whole().part(["NE"]).places == (PLACES[0],)
    assert whole().part(["NE", "NET", "beta1"]) == whole()
