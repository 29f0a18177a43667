"""The network of a scenario's diagrams, from the links of its mechanisms and its wiring.

A link names symbols of its own mechanism. A wired port is drawn as the node that feeds it, so that
links of different mechanisms meet. A drug activates the receptor of its binding site where it has
efficacy, inhibits it where it is an antagonist or where occupancy blocks it, and otherwise binds
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.network import Edge, LinkKind, Network, Node, NodeKind
from tricyclic.core.scenario import BindingSite, Component, Scenario
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
Link = tuple[str, str, LinkKind]


def scenario_network(
    scenario: Scenario,
    components: Sequence[Component],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> Network:
    """The whole network of a scenario with its drugs; `pathway_network` cuts out one diagram.

    Nodes have the names of quantities ("cortex.NE"), drugs their own. A binding site is drawn as
    the receptor, transporter or enzyme that it acts on, and only where there is none as a node of
    its own.
    """
    builder = _Builder(scenario, components, mechanisms, drugs)
    builder.add_links()
    builder.add_drugs()
    builder.add_metabolites()
    return builder.network()


def pathway_network(network: Network, scenario: Scenario, name: str) -> Network:
    """One pathway of a scenario's network: its components, its sites, and the drugs that act on
    them.

    Raises
    ------
    UnknownNameError
        If the scenario has no pathway of that name.
    """
    pathway = next((one for one in scenario.pathways if one.name == name), None)
    if pathway is None:
        known = [one.name for one in scenario.pathways]
        raise UnknownNameError.among("pathway", name, known, where=scenario.name)
    kept = {
        node.name
        for node in network.nodes
        if node.name in pathway.components or _owner(node.name) in pathway.components
    }
    own = {site.name for site in scenario.binding_sites}
    own |= {component.name for component in scenario.components}
    drugs = {node.name for node in network.nodes if _owner(node.name) not in own}
    acting = {edge.start for edge in network.edges if edge.start in drugs and edge.end in kept}
    part = network.subnetwork([node.name for node in network.nodes if node.name in kept | acting])
    return replace(part, name=pathway.name, title=pathway.title)


def drug_label(drug: Drug) -> str:
    """The name of a drug in a diagram."""
    return (drug.identifier("name") or drug.name.replace("_", " ")).replace("hydroxy", "OH-")


class _Builder:
    """Collects the nodes and edges of a network, each once, in the order of their first use."""

    def __init__(
        self,
        scenario: Scenario,
        components: Sequence[Component],
        mechanisms: Mapping[str, Mechanism],
        drugs: Mapping[str, Drug],
    ) -> None:
        names = {one.name for one in components}
        self.scenario, self.drugs, self.mechanisms = scenario, drugs, mechanisms
        self.components = [one for one in scenario.components if one.name in names]
        self.symbols = _Symbols(scenario, self.components, mechanisms)
        self.links = self._mechanism_links()
        self.drawn_as = _sites_drawn_as(self.symbols, self.links)
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Link, Edge] = {}

    def add_links(self) -> None:
        """Add the links of the mechanisms."""
        absent = self._absent()
        for start, end, kind in self.links:
            if start in absent or end in absent:
                continue
            if start in self.symbols.sites and self.drawn_as.get(start) == end:
                # The link of the drug itself shows this; only the node is added.
                self._add_node(end)
                continue
            start, end = self.drawn_as.get(start, start), self.drawn_as.get(end, end)
            if start != end:
                self._add_edge(start, end, kind)

    def add_drugs(self) -> None:
        """Add each drug with its links to the sites that it binds."""
        blocked = self._blocked()
        for site in self.scenario.binding_sites:
            target = self.drawn_as.get(site.name, site.name)
            for name, drug in self._ligands(site):
                if not self._add_node(target):
                    continue
                look: NodeKind = "transmitter" if drug.identifier("uniprot") else "drug"
                self.nodes.setdefault(name, Node(name, drug_label(drug), look))
                is_blocked = (site.name, target) in blocked
                kind = _effect(drug, site.target, self.scenario.species, is_blocked)
                self.edges[name, target, kind] = Edge(name, target, kind)

    def add_metabolites(self) -> None:
        """Add a link from each drug to the metabolites that act as well."""
        for parent in self.drugs.values():
            for _, child, _ in parent.metabolites(self.scenario.species):
                if parent.name in self.nodes and child in self.nodes:
                    edge = Edge(parent.name, child, "converts")
                    self.edges[parent.name, child, "converts"] = edge

    def network(self) -> Network:
        """The network, with the compartments that contain a node."""
        used = {node.compartment for node in self.nodes.values()}
        compartments = tuple(
            (one.name, one.description) for one in self.scenario.compartments if one.name in used
        )
        known = {name for name, _ in compartments}
        nodes = tuple(
            node if node.compartment in known else replace(node, compartment="")
            for node in self.nodes.values()
        )
        edges = tuple(self.edges.values())
        return Network(self.scenario.name, self.scenario.title, nodes, edges, compartments)

    def _mechanism_links(self) -> list[Link]:
        """Links of all components, from node to node."""
        return [
            (start, end, link.kind)
            for component in self.components
            for link in self.mechanisms[component.mechanism].diagram_edges
            for start in self.symbols.nodes_behind(f"{component.name}.{link.start}")
            for end in self.symbols.nodes_behind(f"{component.name}.{link.end}")
        ]

    def _absent(self) -> set[str]:
        """Sites that no drug binds, and nodes that only such a site feeds."""
        absent = {site.name for site in self.scenario.binding_sites if not self._ligands(site)}
        fed = {end for start, end, _ in self.links if start not in self.symbols.sites}
        return absent | {
            self.drawn_as[site]
            for site in absent
            if site in self.drawn_as and self.drawn_as[site] not in fed
        }

    def _blocked(self) -> set[tuple[str, str]]:
        """Site and node where the occupancy of the site inhibits the node."""
        return {
            (_owner(component.wires[link.start]), f"{component.name}.{link.end}")
            for component in self.components
            for link in self.mechanisms[component.mechanism].diagram_edges
            if link.kind == "inhibits" and component.wires.get(link.start, "").endswith(".load")
        }

    def _ligands(self, site: BindingSite) -> list[tuple[str, Drug]]:
        """The drugs that bind a site, by name."""
        affinity, species = f"Ki_{site.target}", self.scenario.species
        return [
            (name, drug)
            for name, drug in self.drugs.items()
            if drug.constant(affinity, species) is not None
        ]

    def _add_node(self, name: str) -> bool:
        """Add a node where it can be drawn; gives whether it can."""
        node = self.symbols.node(name)
        if node is not None:
            self.nodes.setdefault(name, node)
        return node is not None

    def _add_edge(self, start: str, end: str, kind: LinkKind) -> None:
        if self.symbols.node(start) is not None and self.symbols.node(end) is not None:
            self._add_node(start)
            self._add_node(end)
            self.edges[start, end, kind] = Edge(start, end, kind)


class _Symbols:
    """The node that a symbol of a component is drawn as, and how that node looks."""

    def __init__(
        self,
        scenario: Scenario,
        components: Sequence[Component],
        mechanisms: Mapping[str, Mechanism],
    ) -> None:
        self.sites = {site.name: site for site in scenario.binding_sites}
        self.components = {one.name: one for one in components}
        self.mechanisms = {one.name: mechanisms[one.mechanism] for one in components}

    def nodes_behind(self, name: str, visited: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The nodes that a symbol is drawn as: what feeds it, where it is wired."""
        owner, _, symbol = name.partition(".")
        if owner in self.sites:
            return (owner,)
        if owner not in self.components or name in visited:
            return (name,)
        wire = self.components[owner].wires.get(symbol)
        if wire is None:
            return (f"{owner}.{self.mechanisms[owner].same.get(symbol, symbol)}",)
        nodes = (
            node for source in symbols(wire) for node in self.nodes_behind(source, (*visited, name))
        )
        return tuple(dict.fromkeys(nodes))

    def node(self, name: str) -> Node | None:
        """How a node looks; None for a port without a wire, or where the component gives it an
        empty label.
        """
        if name in self.sites:
            site = self.sites[name]
            kind: NodeKind = "transporter" if site.target in TRANSPORTERS else "receptor"
            return Node(name, LABELS.get(site.target, site.target), kind, site.compartment)
        owner, _, symbol = name.partition(".")
        if owner not in self.components:
            return None
        component, mechanism = self.components[owner], self.mechanisms[owner]
        compartment = component.symbol_compartments.get(symbol, component.compartment)
        look = next((one for one in mechanism.diagram_nodes if one.symbol == symbol), None)
        if look is not None:
            label = component.labels.get(symbol, look.label)
            return Node(name, label, look.kind, compartment) if label else None
        port = mechanism.port(symbol)
        if port is not None and port.kind == "in":
            return None
        default = port.description.split(",")[0] if port else symbol
        label = component.labels.get(symbol, default)
        return Node(name, label, "signal", compartment)


def _sites_drawn_as(drawn: _Symbols, links: Sequence[Link]) -> dict[str, str]:
    """Sites that are drawn as the node that they act on: the one receptor or transporter, or else
    the one enzyme, that they feed.

    Where two components share a site, their nodes are drawn as one.
    """
    drawn_as: dict[str, str] = {}
    for site in drawn.sites:
        fed = dict.fromkeys(end for start, end, _ in links if start == site)
        kinds = {name: node.kind for name in fed if (node := drawn.node(name)) is not None}
        molecules = [name for name in kinds if kinds[name] in ("receptor", "transporter")]
        molecules = molecules or [name for name in kinds if kinds[name] == "enzyme"]
        if len({name.partition(".")[2] for name in molecules}) == 1:
            drawn_as |= dict.fromkeys((site, *molecules[1:]), molecules[0])
    return drawn_as


def _effect(drug: Drug, target: str, species: str, blocked: bool) -> LinkKind:
    """How a drug acts on its target: by its efficacy, or where the table has none, by whether its
    occupancy blocks.
    """
    efficacy = drug.constant(f"efficacy_{target}", species)
    if efficacy is not None:
        return "activates" if efficacy.value > 0 else "inhibits"
    return "inhibits" if blocked else "binds"


def _owner(name: str) -> str:
    """The component or site of a quantity."""
    return name.partition(".")[0]
