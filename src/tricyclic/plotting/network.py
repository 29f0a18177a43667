"""Draws a Network as a pathway diagram.

Compartments are frames, the kind of a node is its shape and colour, the kind of a link is its line
and its end. Nodes with fold changes are coloured by them, blue for a decrease and orange for an
increase, on a logarithmic scale. The DOT text is laid out by `graphviz.py` and set on a page by
`diagram.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.core.network import Edge, LinkKind, Network, Node
from tricyclic.errors import InputError
from tricyclic.plotting import diagram, style
from tricyclic.plotting.graphviz import Engine, render_dot
from tricyclic.plotting.layers import Rows, layer_rows
from tricyclic.plotting.node_shapes import (
    COMPARTMENT_COLOURS,
    EDGE_STYLES,
    NO_VALUE,
    NODE_STYLES,
    OCCUPIED,
    UNKNOWN,
    FoldChangeScale,
    OccupancyScale,
)

Direction = Literal["TB", "LR"]

# Widest label, and the width below which it is not made narrower [mm].
LABEL_MM, MIN_LABEL_MM = 30.0, 6.0
LABEL_LINES = 3
EDGE_PT = 6.5
LINE_PT = 9.6
GAP_PT = 14.0
# Length of a row: the width of the page less the frame, or the height of the page.
ROW_PT: dict[Direction, float] = {"TB": 470.0, "LR": 540.0}


def to_dot(
    network: Network, *, direction: Direction = "TB", legend: bool = True, frames: bool = True
) -> str:
    """Write a network in the DOT language.

    Parameters
    ----------
    network : Network
    direction : {"TB", "LR"}
        From top to bottom, or from left to right.
    legend : bool
        Whether a table below the graph explains shapes, lines and colours.
    frames : bool
        Whether each compartment is a cluster with a frame; `network_svg` draws the frames itself,
        as wide as the page.

    Returns
    -------
    str
        DOT text, the same for the same network. Nodes have their names in the network and their
        kind as `class`. A link against the order of the rows is written from its end to its start
        with `dir=back`, because Graphviz then routes it around other nodes.

    Raises
    ------
    InputError
        If there is no such direction.
    """
    if direction not in ("TB", "LR"):
        raise InputError(
            f"direction is '{direction}'",
            where=f"network {network.name}",
            allowed="It is 'TB' or 'LR'",
        )
    scale = FoldChangeScale.of(network)
    rows = layer_rows(
        network,
        width_of=lambda node: _size(node)[direction == "LR"] + GAP_PT,
        limit=ROW_PT[direction],
    )
    row = {node.name: number for number, nodes in enumerate(rows) for node in nodes}
    lines = [f"digraph {_name(network.name)} {{", *_defaults(direction)]
    if frames:
        lines += _clusters(network, scale)
    lines += [
        f"  {_node(node, scale)}" for node in network.nodes if not (frames and node.compartment)
    ]
    # The same link of two mechanisms is one arrow.
    lines += [
        f"  {_edge(edge, back=row[edge.start] > row[edge.end])}"
        for edge in dict.fromkeys(network.edges)
    ]
    lines += _in_rows(rows)
    if legend and network.nodes:
        lines.append(f"  label=<{_legend(network, scale)}>; labelloc=b; labeljust=c;")
    return "\n".join([*lines, "}", ""])


def _defaults(direction: Direction) -> list[str]:
    """Attributes of all nodes and edges."""
    font = f'fontname="DejaVu Sans", fontsize={style.FONT_PT:g}, fontcolor="{style.INK}"'
    return [
        (
            f"  graph [rankdir={direction}, nodesep={GAP_PT / 72:.3f}, ranksep=0.3, splines=true, "
            "newrank=true, outputorder=edgesfirst, pad=0.05, bgcolor=transparent, "
            f'fontname="DejaVu Sans", fontsize=7, fontcolor="{style.INK}"];'
        ),
        f"  node [fixedsize=true, penwidth=1, {font}, margin=0];",
        (
            f'  edge [fontname="DejaVu Sans", fontsize={EDGE_PT:g}, fontcolor="#555555", '
            "arrowsize=0.6, penwidth=1];"
        ),
    ]


def _clusters(network: Network, scale: FoldChangeScale | None) -> list[str]:
    """Each compartment that has nodes, as a cluster with a frame."""
    lines: list[str] = []
    for box, name in _framed(network):
        lines += [
            f"  subgraph {_name('cluster_' + name)} {{",
            (
                f"    graph [label={_quoted(box.label)}, labeljust=l, "
                f'style="filled,rounded", fillcolor="{box.fill}", color="{box.edge}", '
                'penwidth=0.8, margin=9, class="compartment"];'
            ),
            *(f"    {_node(node, scale)}" for node in network.nodes if node.compartment == name),
            "  }",
        ]
    return lines


def _framed(network: Network) -> list[tuple[diagram.CompartmentBox, str]]:
    """The compartments that have nodes, with their colours, and their names."""
    boxes = []
    for number, (name, label) in enumerate(network.compartments):
        inside = tuple(node.name for node in network.nodes if node.compartment == name)
        colours = COMPARTMENT_COLOURS[number % len(COMPARTMENT_COLOURS)]
        if inside:
            boxes.append((diagram.CompartmentBox(typeset(label), *colours, inside), name))
    return boxes


def _in_rows(rows: Rows) -> list[str]:
    """Keep the nodes in their rows; an empty row between two compartments is space for frames."""
    lines = [
        f"  {{ rank=same; {' '.join(_name(node.name) + ';' for node in nodes)} }}" for nodes in rows
    ]
    chain: list[str] = []
    for number, nodes in enumerate(rows):
        if number and rows[number - 1][0].compartment != nodes[0].compartment:
            chain.append(f"above row {number + 1}")
            lines.append(f'  "{chain[-1]}" [style=invis, shape=point, width=0.01, height=0.01];')
        chain.append(nodes[len(nodes) // 2].name)
    if len(chain) > 1:
        lines.append(f"  {' -> '.join(_name(name) for name in chain)} [style=invis, weight=0];")
    return lines


def network_svg(
    network: Network,
    *,
    direction: Direction | Literal["auto"] = "auto",
    legend: bool = True,
    width: style.Width = "full",
    engine: Engine = "auto",
) -> str:
    """Draw a network as SVG at the width of a journal's column or page.

    Parameters
    ----------
    network : Network
    direction : {"auto", "TB", "LR"}
        "auto": the one in which the drawing is scaled down less.
    legend : bool
    width : {"column", "full"}
        84 or 174 mm.
    engine : {"auto", "dot"}
        As in `render_dot`.

    Returns
    -------
    str
        SVG that can be part of a page: ids begin with the network's name, and the element of a node
        has its name as title. The same bytes for the same network.

    Raises
    ------
    InputError
        If the network has no node, or Graphviz is not installed.
    """
    if not network.nodes:
        raise InputError("has no node to draw", where=f"network {network.name}")
    directions: tuple[Direction, ...] = ("TB", "LR") if direction == "auto" else (direction,)
    boxes = compartment_boxes(network)
    drawings = [
        diagram.read_graphviz(
            render_dot(to_dot(network, direction=one, legend=False, frames=False), engine=engine),
            boxes,
            sideways=one == "LR",
        )
        for one in directions
    ]
    largest = max(drawings, key=lambda drawing: round(drawing.scale(width), 1))
    return diagram.set_on_page(
        largest,
        diagram.PageTexts(network.name, typeset(network.title), _alt(network)),
        width,
        legend=diagram.legend_items(network) if legend else (),
        scale=FoldChangeScale.of(network) if legend else None,
        occupancy=OccupancyScale.of(network) if legend else None,
    )


def compartment_boxes(network: Network) -> tuple[diagram.CompartmentBox, ...]:
    """The compartments that have nodes, with their colours."""
    return tuple(box for box, _ in _framed(network))


def network_figure(
    network: Network,
    *,
    direction: Direction | Literal["auto"] = "auto",
    width: style.Width = "full",
    caption: str = "",
    engine: Engine = "auto",
) -> Figure:
    """Draw a network as a Figure for a report; arguments as in `network_svg`."""
    coloured = any(node.value is not None for node in network.nodes)
    note = " Colour and number: change from the drug-free baseline." if coloured else ""
    if any(node.occupancy is not None for node in network.nodes):
        note += " Thick outline and percentage: share of the target that drugs occupy."
    return Figure(
        name=network.name,
        svg=network_svg(network, direction=direction, width=width, engine=engine),
        caption=caption or f"{style.one_line(network.title)}.{note}",
        alt=_alt(network),
        width="half" if width == "column" else "full",
    )


def typeset(text: str) -> str:
    """Greek letters, subscripts and superscripts for names in ASCII: β₁, α₂, Ca²⁺, IP₃, PLCγ."""
    line = style.typeset(text)
    for pattern, sign in _SIGNS:
        line = pattern.sub(sign, line)
    return line


_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "kappa": "κ",
    "mu": "μ",
    "sigma": "σ",
}
_SIGNS = (
    (
        re.compile(r"\b(alpha|beta|gamma|delta|kappa|mu|sigma)[- ]?(\d)"),
        lambda m: _GREEK[m[1]] + m[2].translate(_LOW),
    ),
    (
        re.compile(r"(?<=PLC)[- ]?(beta|gamma|delta)(\d?)"),
        lambda m: _GREEK[m[1]] + m[2].translate(_LOW),
    ),
    (re.compile(r"\b(alpha|beta|gamma|delta|kappa|sigma)\b"), lambda m: _GREEK[m[1]]),
    (re.compile(r"([αβγδκμσ])-?(\d)"), lambda m: m[1] + m[2].translate(_LOW)),
    (re.compile(r"\bCa2\+"), lambda m: "Ca²⁺"),
    (re.compile(r"\bIP([234])(?![\dA-Za-z])"), lambda m: "IP" + m[1].translate(_LOW)),
    (re.compile(r"\bPIP2\b"), lambda m: "PIP₂"),
    (re.compile(r"\b5-HT(\d)"), lambda m: "5-HT" + m[1].translate(_LOW)),
)


def node_label(node: Node) -> tuple[str, ...]:
    """The lines of a node's text: its label, then its fold change."""
    lines = [
        line
        for part in typeset(node.label or node.name).split("\n")
        for line in _balanced(part, bold=node.kind == "drug")
    ]
    if node.occupancy is not None:
        return (*lines, occupancy_text(node.occupancy))
    return (*lines, fold_text(node.value)) if node.value is not None else tuple(lines)


def occupancy_text(occupancy: float) -> str:
    """An occupancy as text: "98 %"."""
    return f"{format_number(100 * occupancy, 2)} %"


def fold_text(value: float) -> str:
    """A fold change as text: "2.9 ×"."""
    return f"{format_number(value, 2)} ×"


def _balanced(text: str, *, bold: bool) -> list[str]:
    """A label in few lines of about the same length."""
    width_mm = LABEL_MM
    lines = style.wrapped(text, width_mm, lines=LABEL_LINES, bold=bold)
    while width_mm > MIN_LABEL_MM:
        width_mm -= 1.0
        narrower = style.wrapped(text, width_mm, lines=LABEL_LINES, bold=bold)
        if narrower.count("\n") > lines.count("\n") or "…" in narrower:
            break
        lines = narrower
    return lines.split("\n")


def _node(node: Node, scale: FoldChangeScale | None) -> str:
    look, (width, height) = NODE_STYLES[node.kind], _size(node)
    fill, ink = look.fill, look.ink
    # A ligand that is given belongs to no compartment and keeps its colours, as a drug does.
    is_given = node.kind == "drug" or (
        node.kind == "transmitter" and not node.compartment and node.value is None
    )
    if scale is not None and not is_given:
        fill = scale.colour(node.value) if node.value is not None else UNKNOWN
        ink = scale.ink(node.value) if node.value is not None else NO_VALUE
    outline = {"color": look.edge}
    if node.occupancy is not None:
        occupied = OccupancyScale()
        fill, ink = occupied.colour(node.occupancy), occupied.ink(node.occupancy)
        outline = {"color": OCCUPIED, "penwidth": "2"}
    attributes = {
        "label": "\n".join(node_label(node)),
        "shape": look.shape,
        "style": look.style,
        "fillcolor": fill,
        **outline,
        "fontcolor": ink,
        "width": f"{width / 72:.3f}",
        "height": f"{height / 72:.3f}",
        "class": node.kind,
        **look.dot_attributes(width),
    }
    return f"{_name(node.name)} [{_attributes(attributes)}];"


def _size(node: Node) -> tuple[float, float]:
    """Width and height of a node [pt], from the true widths of its letters."""
    lines = node_label(node)
    text_mm = max(style.width_mm(line, bold=node.kind == "drug") for line in lines)
    return NODE_STYLES[node.kind].size(text_mm / 25.4 * 72, LINE_PT * len(lines))


def _edge(edge: Edge, *, back: bool) -> str:
    attributes = dict(EDGE_STYLES[edge.kind].dot)
    start, end = edge.start, edge.end
    if back:
        start, end = end, start
        attributes |= {"dir": "back", "arrowtail": attributes.pop("arrowhead")}
    if edge.label:
        # Blanks separate the text from the line.
        attributes["label"] = f" {typeset(edge.label)} "
    attributes["class"] = edge.kind
    return f"{_name(start)} -> {_name(end)} [{_attributes(attributes)}];"


def _attributes(attributes: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={_quoted(value)}" for key, value in attributes.items())


def _alt(network: Network) -> str:
    """The links of a network as a sentence, for readers who do not see the drawing."""
    verb: dict[LinkKind, str] = {
        "binds": "binds",
        "activates": "activates",
        "inhibits": "inhibits",
        "converts": "becomes",
    }
    labels = {
        node.name: " ".join(typeset(node.label or node.name).split()) for node in network.nodes
    }
    links = [
        f"{labels[edge.start]} {verb[edge.kind]} {labels[edge.end]}"
        for edge in dict.fromkeys(network.edges)
    ]
    return f"{typeset(network.title)}: {'; '.join(links or labels.values())}."


def _legend(network: Network, scale: FoldChangeScale | None) -> str:
    """An HTML-like table, for readers who open the DOT in another program."""
    kinds = [kind for kind in NODE_STYLES if any(node.kind == kind for node in network.nodes)]
    links = [kind for kind in EDGE_STYLES if any(edge.kind == kind for edge in network.edges)]
    cells = [
        f'<TD BORDER="1" STYLE="ROUNDED" COLOR="{NODE_STYLES[kind].edge}" '
        f'BGCOLOR="{NODE_STYLES[kind].fill}">'
        f'<FONT COLOR="{NODE_STYLES[kind].ink}">{kind}</FONT></TD>'
        for kind in kinds
    ]
    cells += [
        f'<TD><FONT COLOR="{EDGE_STYLES[kind].colour}">{EDGE_STYLES[kind].glyph}</FONT> {kind}</TD>'
        for kind in links
    ]
    if scale is not None:
        cells += [
            f'<TD BGCOLOR="{scale.colour(tick)}">'
            f'<FONT COLOR="{scale.ink(tick)}">{label}</FONT></TD>'
            for tick, label in scale.ticks
        ]
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="2">'
    return f"{table}<TR>{''.join(cells)}</TR></TABLE>"


def _name(text: str) -> str:
    """A name in quotes: unlike in a label, backslashes of a name are taken as they are."""
    return _quoted(text).replace("\\\\", "\\") if not text.endswith("\\") else _quoted(text)


def _quoted(text: str) -> str:
    plain = "".join(c for c in text if c == "\n" or ord(c) >= 32)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
