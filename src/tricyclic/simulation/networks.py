"""From the mechanisms' links and a scenario's wires to the Network of a diagram.

A link names symbols of its own mechanism; a port that is wired stands for what feeds it, so links of
different mechanisms meet in one node. A site is one node, and each drug that has an affinity binds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.errors import UnknownNameError
from tricyclic.records.drug import Drug
from tricyclic.records.mechanism import Drawn, Mechanism
from tricyclic.records.network import Edge, Network, Node, NodeKind
from tricyclic.records.scenario import Part, Scenario
from tricyclic.simulation.statements import symbols

TRANSPORTERS = ("NET", "SERT", "DAT")
LABELS = {
    "alpha1": "α₁ adrenoceptor", "alpha2": "α₂ adrenoceptor", "beta1": "β₁ adrenoceptor", "sigma1": "σ₁ receptor",
    "sigma2": "σ₂ receptor", "HT1A": "5-HT₁A receptor", "HT2A": "5-HT₂A receptor", "H1": "H₁ receptor", "M1": "M₁ receptor",
    "D2": "D₂ receptor",
}  # fmt: skip


def network_of(
    scenario: Scenario, parts: Sequence[Part], mechanisms: Mapping[str, Mechanism], drugs: Mapping[str, Drug]
) -> Network:
    """Draw up the whole network of a scenario; `pathway_of` cuts out one diagram.

    Nodes are named as the quantities are ("cortex.NE"), sites by their name, drugs by theirs.
    """
    sites = {site.name: site for site in scenario.sites}
    own = {part.name for part in scenario.parts}
    drawn: dict[str, tuple[Drawn, str]] = {}
    feeds: dict[tuple[str, str], tuple[str, ...]] = {}
    for part in parts:
        mechanism = mechanisms[part.mechanism]
        for look in mechanism.drawn:
            drawn[f"{part.name}.{look.symbol}"] = (look, part.place)
        for port, wire in part.wires.items():
            feeds[part.name, port] = symbols(wire)

    def behind(name: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The nodes that a symbol stands for: what feeds it, where it is wired."""
        part, _, symbol = name.partition(".")
        if part in sites:
            return (part,)
        if (part, symbol) in feeds and name not in seen:
            return tuple(
                dict.fromkeys(
                    node for source in feeds[part, symbol] for node in behind(source, (*seen, name))
                )
            )
        return (name,)

    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    bound = {
        site.name
        for site in scenario.sites
        if any(drug.constant(f"Ki_{site.target}", scenario.species) is not None for drug in drugs.values())
    }

    def place_node(name: str) -> None:
        if name in nodes:
            return
        if name in sites:
            if name not in bound:  # an empty site does nothing
                return
            site = sites[name]
            kind: NodeKind = "transporter" if site.target in TRANSPORTERS else "receptor"
            nodes[name] = Node(name, LABELS.get(site.target, site.target), kind, site.place)
            return
        part_name, _, symbol = name.partition(".")
        part = next((part for part in parts if part.name == part_name), None)
        if name in drawn:
            look, place = drawn[name]
            nodes[name] = Node(name, look.says, look.kind, place)
        elif part is not None:
            port = mechanisms[part.mechanism].port(symbol)
            if port is not None and port.kind == "in":  # nothing is wired to it
                return
            says = port.says.split(",")[0] if port else symbol
            nodes[name] = Node(name, says, "signal", part.place)

    for part in parts:
        if part.name not in own:
            continue
        for link in mechanisms[part.mechanism].links:
            for start in behind(f"{part.name}.{link.start}"):
                for end in behind(f"{part.name}.{link.end}"):
                    place_node(start)
                    place_node(end)
                    if start in nodes and end in nodes and start != end:
                        edges[start, end, link.kind] = Edge(start, end, link.kind)
    for site in scenario.sites:
        for name, drug in drugs.items():
            if drug.constant(f"Ki_{site.target}", scenario.species) is None:
                continue
            place_node(site.name)
            nodes.setdefault(name, Node(name, spoken(name), "drug"))
            edges[name, site.name, "binds"] = Edge(name, site.name, "binds")
    for parent in drugs.values():
        for _, child, _ in parent.metabolites(scenario.species):
            if parent.name in nodes and child in nodes:
                edges[parent.name, child, "converts"] = Edge(parent.name, child, "converts")
    used = {node.place for node in nodes.values()}
    places = tuple((place.name, place.says) for place in scenario.places if place.name in used)
    known = {name for name, _ in places}
    return Network(
        scenario.name, scenario.title,
        tuple(node if node.place in known else Node(node.name, node.says, node.kind) for node in nodes.values()),
        tuple(edges.values()), places,
    )  # fmt: skip


def spoken(drug: str) -> str:
    """A drug's file name as a diagram writes it."""
    return {"bdnf": "BDNF", "ngf": "NGF", "rx821002": "RX821002", "ne_100": "NE-100", "bd1047": "BD1047", "u73122": "U73122", "pentazocine": "(+)-pentazocine", "hydroxydesipramine": "2-OH-desipramine"}.get(drug, drug.replace("_", " "))  # fmt: skip


def pathway_of(network: Network, scenario: Scenario, name: str) -> Network:
    """Cut one pathway out of a scenario's network: its parts, its sites, and the drugs that bind them.

    Raises
    ------
    UnknownNameError
        If the scenario has no pathway of that name.
    """
    pathway = next((pathway for pathway in scenario.pathways if pathway.name == name), None)
    if pathway is None:
        raise UnknownNameError.among(
            "pathway", name, [p.name for p in scenario.pathways], where=scenario.name
        )
    kept = [node.name for node in network.nodes if node.name.partition(".")[0] in pathway.parts]
    sites = {site.name for site in scenario.sites if site.name in kept}
    binders = {edge.start for edge in network.edges if edge.kind == "binds" and edge.end in sites}
    wanted = [node.name for node in network.nodes if node.name in kept or node.name in binders]
    part = network.part(wanted)
    return Network(pathway.name, pathway.title, part.nodes, part.edges, part.places)
