"""From the mechanisms' links and a scenario's wires to the Network of a diagram.

A link names symbols of its own mechanism; a port that is wired stands for what feeds it, so links of
different mechanisms meet in one node. A drug acts on the receptor of its site: it activates it where it has efficacy,
inhibits it where it is an antagonist or what it holds is blocked, else it binds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.network import Edge, LinkKind, Network, Node, NodeKind
from tricyclic.core.scenario import Part, Scenario
from tricyclic.errors import UnknownNameError
from tricyclic.simulation.antimony import symbols

TRANSPORTERS = ("NET", "SERT", "DAT")
LABELS = {
    "alpha1": "α₁ adrenoceptor",
    "alpha2": "α₂ adrenoceptor",
    "beta1": "β₁ adrenoceptor",
    "sigma1": "σ₁ receptor",
    "sigma2": "σ₂ receptor",
    "HT1A": "5-HT₁A receptor",
    "HT2A": "5-HT₂A receptor",
    "H1": "H₁ receptor",
    "M1": "M₁ receptor",
    "D2": "D₂ receptor",
}


def network_of(
    scenario: Scenario,
    parts: Sequence[Part],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> Network:
    """Draw up the whole network of a scenario; `pathway_of` cuts out one diagram.

    Nodes are named as the quantities are ("cortex.NE"), drugs by theirs. A site is drawn as the receptor, transporter or
    enzyme that it acts on where there is one, else as a node of its own by its name.
    """
    own = [part for part in scenario.parts if part.name in {one.name for one in parts}]
    naming = _Naming(scenario, own, mechanisms)
    bound = {
        site.name
        for site in scenario.sites
        if any(
            drug.constant(f"Ki_{site.target}", scenario.species) is not None
            for drug in drugs.values()
        )
    }
    links = [
        (start, end, link.kind)
        for part in own
        for link in mechanisms[part.mechanism].links
        for start in naming.behind(f"{part.name}.{link.start}")
        for end in naming.behind(f"{part.name}.{link.end}")
    ]
    blocked = {
        (part.wires[link.start].partition(".")[0], f"{part.name}.{link.end}")
        for part in own
        for link in mechanisms[part.mechanism].links
        if link.kind == "inhibits" and part.wires.get(link.start, "").endswith(".load")
    }
    stands_for = _merged(naming, links)
    # What only a drug can hold is not there without one.
    fed = {end for start, end, _ in links if start not in naming.sites}
    absent = {site for site in naming.sites if site not in bound}
    absent |= {stands_for[site] for site in absent & set(stands_for) if stands_for[site] not in fed}
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, LinkKind], Edge] = {}
    for start, end, kind in links:
        if start in absent or end in absent:
            continue
        if start in naming.sites and stands_for.get(start) == end:  # said by the drug's own link
            found = naming.node(end)
            if found is not None:
                nodes.setdefault(end, found)
            continue
        start, end = stands_for.get(start, start), stands_for.get(end, end)
        here, there = naming.node(start), naming.node(end)
        if here is None or there is None or start == end:
            continue
        nodes.setdefault(start, here)
        nodes.setdefault(end, there)
        edges[start, end, kind] = Edge(start, end, kind)
    for site in scenario.sites:
        for name, drug in drugs.items():
            if drug.constant(f"Ki_{site.target}", scenario.species) is None:
                continue
            target = stands_for.get(site.name, site.name)
            held = naming.node(target)
            if held is None:
                continue
            nodes.setdefault(target, held)
            nodes.setdefault(
                name,
                Node(name, spoken(drug), "transmitter" if drug.identifier("uniprot") else "drug"),
            )
            kind = _effect(drug, site.target, scenario.species, (site.name, target) in blocked)
            edges[name, target, kind] = Edge(name, target, kind)
    for parent in drugs.values():
        for _, child, _ in parent.metabolites(scenario.species):
            if parent.name in nodes and child in nodes:
                edges[parent.name, child, "converts"] = Edge(parent.name, child, "converts")
    used = {node.place for node in nodes.values()}
    places = tuple((place.name, place.says) for place in scenario.places if place.name in used)
    known = {name for name, _ in places}
    return Network(
        scenario.name,
        scenario.title,
        tuple(
            node if node.place in known else Node(node.name, node.says, node.kind)
            for node in nodes.values()
        ),
        tuple(edges.values()),
        places,
    )


class _Naming:
    """Which node a symbol of a part stands for, and how that node looks."""

    def __init__(
        self, scenario: Scenario, parts: Sequence[Part], mechanisms: Mapping[str, Mechanism]
    ) -> None:
        self.sites = {site.name: site for site in scenario.sites}
        self.parts = {part.name: part for part in parts}
        self.mechanisms = {part.name: mechanisms[part.mechanism] for part in parts}

    def behind(self, name: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The nodes that a symbol stands for: what feeds it, where it is wired."""
        part_name, _, symbol = name.partition(".")
        if part_name in self.sites:
            return (part_name,)
        if part_name not in self.parts or name in seen:
            return (name,)
        wire = self.parts[part_name].wires.get(symbol)
        if wire is not None:
            found = (
                node for source in symbols(wire) for node in self.behind(source, (*seen, name))
            )
            return tuple(dict.fromkeys(found))
        return (f"{part_name}.{self.mechanisms[part_name].same.get(symbol, symbol)}",)

    def node(self, name: str) -> Node | None:
        """How a node looks; none for a port to which nothing is wired, or where the part gives it an empty label."""
        if name in self.sites:
            site = self.sites[name]
            kind: NodeKind = "transporter" if site.target in TRANSPORTERS else "receptor"
            return Node(name, LABELS.get(site.target, site.target), kind, site.place)
        part_name, _, symbol = name.partition(".")
        if part_name not in self.parts:
            return None
        part, mechanism = self.parts[part_name], self.mechanisms[part_name]
        place = part.places.get(symbol, part.place)
        look = next((look for look in mechanism.drawn if look.symbol == symbol), None)
        port = mechanism.port(symbol)
        if look is not None:
            says = part.labels.get(symbol, look.says)
            return Node(name, says, look.kind, place) if says else None
        if port is not None and port.kind == "in":
            return None
        says = part.labels.get(symbol, port.says.split(",")[0] if port else symbol)
        return Node(name, says, "signal", place)


def _merged(naming: _Naming, links: Sequence[tuple[str, str, LinkKind]]) -> dict[str, str]:
    """Sites that are drawn as what they act on: the one receptor or transporter, or else the one enzyme, that they feed.

    Where two parts share a site, they share what it is drawn as.
    """
    found: dict[str, str] = {}
    for site in naming.sites:
        fed = list(dict.fromkeys(end for start, end, _ in links if start == site))
        kinds = {name: node.kind for name in fed if (node := naming.node(name)) is not None}
        molecules = [name for name in kinds if kinds[name] in ("receptor", "transporter")]
        molecules = molecules or [name for name in kinds if kinds[name] == "enzyme"]
        if len({name.partition(".")[2] for name in molecules}) == 1:
            found |= dict.fromkeys((site, *molecules[1:]), molecules[0])
    return found


def _effect(drug: Drug, target: str, species: str, blocked: bool) -> LinkKind:
    """What a drug does to its target: by its efficacy, or where none is stated, by whether what it holds is blocked."""
    efficacy = drug.constant(f"efficacy_{target}", species)
    if efficacy is not None:
        return "activates" if efficacy.value > 0 else "inhibits"
    return "inhibits" if blocked else "binds"


def spoken(drug: Drug) -> str:
    """A drug's name as a diagram writes it."""
    return (drug.identifier("name") or drug.name.replace("_", " ")).replace("hydroxy", "OH-")


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
    kept = {
        node.name
        for node in network.nodes
        if node.name in pathway.parts or node.name.partition(".")[0] in pathway.parts
    }
    names = {site.name for site in scenario.sites} | {part.name for part in scenario.parts}
    given = {node.name for node in network.nodes if node.name.partition(".")[0] not in names}
    acting = {edge.start for edge in network.edges if edge.start in given and edge.end in kept}
    wanted = [node.name for node in network.nodes if node.name in kept or node.name in acting]
    part = network.part(wanted)
    return Network(pathway.name, pathway.title, part.nodes, part.edges, part.places)
