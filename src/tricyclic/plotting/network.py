"""From a Network to the diagram of a pathway, drawn as a textbook draws one.

Compartments are tinted frames, the kind of a thing is its shape and colour, the kind of a link is its line and
its end. A network that carries fold changes is coloured by them, blue for less and orange for more, on a scale of
logarithms around 1. The DOT text is the source; `graphviz.py` lays it out and `diagram.py` sets it on the sheet.
"""

from __future__ import annotations

import re
from typing import Literal

from tricyclic.core.document import Figure
from tricyclic.core.format import figures
from tricyclic.core.network import Edge, LinkKind, Network, Node
from tricyclic.errors import InputError
from tricyclic.plotting import diagram, style
from tricyclic.plotting.graphviz import Engine, svg_of_dot
from tricyclic.plotting.layers import Rows, rows_of
from tricyclic.plotting.node_shapes import LINKS, LOOKS, NO_VALUE, PLACES, UNKNOWN, Fold

Direction = Literal["TB", "LR"]

LABEL_MM = 30.0
LABEL_LINES = 3
EDGE_PT = 6.5
LINE_PT = 9.6
GAP_PT = 14.0
# Room of a row across the page: 174 mm less the frame, or the height that a page has.
ROW_PT: dict[Direction, float] = {"TB": 470.0, "LR": 540.0}


def dot_of(
    network: Network, *, direction: Direction = "TB", legend: bool = True, frames: bool = True
) -> str:
    """Write a network in the DOT language.

    Parameters
    ----------
    network : Network
    direction : {"TB", "LR"}
        From top to bottom, or from left to right.
    legend : bool
        Whether a table below the graph says what shapes, lines and colours mean.
    frames : bool
        Whether each place is a cluster with a frame; `network_svg` draws the frames itself, as wide as the page.

    Returns
    -------
    str
        DOT text, the same for the same network. Nodes are named as in the network and carry their kind as `class`.
        A link against the order of the rows is written from its end to its start with `dir=back`, as Graphviz
        then leads it around what it passes.
    """
    if direction not in ("TB", "LR"):
        raise InputError(
            f"direction is '{direction}'",
            where=f"network {network.name}",
            allowed="It is 'TB' or 'LR'",
        )
    fold = Fold.of(network)
    rows = rows_of(
        network,
        room_of=lambda node: _size(node)[direction == "LR"] + GAP_PT,
        limit=ROW_PT[direction],
    )
    row = {node.name: number for number, nodes in enumerate(rows) for node in nodes}
    lines = [
        f"digraph {_name(network.name)} {{",
        f'  graph [rankdir={direction}, nodesep={GAP_PT / 72:.3f}, ranksep=0.3, splines=true, newrank=true, outputorder=edgesfirst, pad=0.05, bgcolor=transparent, fontname="DejaVu Sans", fontsize=7, fontcolor="{style.INK}"];',
        f'  node [fixedsize=true, penwidth=1, fontname="DejaVu Sans", fontsize={style.FONT_PT:g}, fontcolor="{style.INK}", margin=0];',
        f'  edge [fontname="DejaVu Sans", fontsize={EDGE_PT:g}, fontcolor="#555555", arrowsize=0.6, penwidth=1];',
    ]
    for number, (place, label) in enumerate(network.places):
        inside = [node for node in network.nodes if node.place == place]
        if inside and frames:
            fill, edge = PLACES[number % len(PLACES)]
            lines += [
                f"  subgraph {_name('cluster_' + place)} {{",
                f'    graph [label={_quoted(typeset(label))}, labeljust=l, style="filled,rounded", fillcolor="{fill}", color="{edge}", penwidth=0.8, margin=9, class="place"];',
                *(f"    {_node(node, fold)}" for node in inside),
                "  }",
            ]
    lines += [f"  {_node(node, fold)}" for node in network.nodes if not (frames and node.place)]
    # A link told twice by two mechanisms is one arrow.
    lines += [
        f"  {_edge(edge, back=row[edge.start] > row[edge.end])}"
        for edge in dict.fromkeys(network.edges)
    ]
    lines += _in_rows(rows)
    if legend and network.nodes:
        lines.append(f"  label=<{_legend(network, fold)}>; labelloc=b; labeljust=c;")
    return "\n".join([*lines, "}", ""])


def _in_rows(rows: Rows) -> list[str]:
    """Hold the nodes in their rows; between two places an empty row leaves room for their frames."""
    lines = [
        f"  {{ rank=same; {' '.join(_name(node.name) + ';' for node in nodes)} }}" for nodes in rows
    ]
    chain: list[str] = []
    for number, nodes in enumerate(rows):
        if number and rows[number - 1][0].place != nodes[0].place:
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
        "auto": the one in which the drawing stays larger on the page.
    legend : bool
    width : {"column", "full"}
        84 or 174 mm.
    engine : {"auto", "dot"}
        As in `svg_of_dot`.

    Returns
    -------
    str
        SVG that can stand in a page: ids begin with the network's name, the element of a node carries its name
        as title. Same bytes for the same network.

    Raises
    ------
    InputError
        If the network has no node, or no Graphviz is there.
    """
    if not network.nodes:
        raise InputError("has no node to draw", where=f"network {network.name}")
    ways: tuple[Direction, ...] = ("TB", "LR") if direction == "auto" else (direction,)
    laid_out = [
        diagram.read(
            svg_of_dot(dot_of(network, direction=way, legend=False, frames=False), engine=engine),
            bands_of(network),
            sideways=way == "LR",
        )
        for way in ways
    ]
    best = max(laid_out, key=lambda drawing: round(drawing.scale(width), 1))
    return diagram.page(
        best,
        name=network.name,
        title=typeset(network.title),
        alt=_alt(network),
        width=width,
        key=diagram.key_of(network) if legend else (),
        fold=Fold.of(network) if legend else None,
    )


def bands_of(network: Network) -> tuple[diagram.Band, ...]:
    """The places of a network that hold a node, with their colours."""
    bands = (
        diagram.Band(
            typeset(label),
            *PLACES[number % len(PLACES)],
            tuple(n.name for n in network.nodes if n.place == place),
        )
        for number, (place, label) in enumerate(network.places)
    )
    return tuple(band for band in bands if band.holds)


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
    told = " Colour and number: change against the drug-free rest." if coloured else ""
    return Figure(
        name=network.name,
        svg=network_svg(network, direction=direction, width=width, engine=engine),
        caption=caption or f"{style.one_line(network.title)}.{told}",
        alt=_alt(network),
        width="half" if width == "column" else "full",
    )


def typeset(text: str) -> str:
    """Set a label as a printer would: β₁, α₂, σ₁, Ca²⁺, IP₃, PLCγ, where the data say it in ASCII."""
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


def label_of(node: Node) -> tuple[str, ...]:
    """Lines that stand on a node: its label, then its fold change."""
    lines = [
        line
        for part in typeset(node.says or node.name).split("\n")
        for line in _balanced(part, bold=node.kind == "drug")
    ]
    return (*lines, fold_text(node.value)) if node.value is not None else tuple(lines)


def _balanced(text: str, *, bold: bool) -> list[str]:
    """Break a label into few lines of about the same length."""
    room = LABEL_MM
    lines = style.wrapped(text, room, lines=LABEL_LINES, bold=bold)
    while room > 6.0:
        room -= 1.0
        tighter = style.wrapped(text, room, lines=LABEL_LINES, bold=bold)
        if tighter.count("\n") > lines.count("\n") or "…" in tighter:
            break
        lines = tighter
    return lines.split("\n")


def fold_text(value: float) -> str:
    """Write a fold change: "2.9 ×"."""
    return f"{figures(value, 2)} ×"


def _node(node: Node, fold: Fold | None) -> str:
    look, (wide, high) = LOOKS[node.kind], _size(node)
    fill, ink = look.fill, look.ink
    # a ligand that is given lies in no compartment and keeps its look, as a drug does
    given = node.kind == "drug" or (
        node.kind == "transmitter" and not node.place and node.value is None
    )
    if fold is not None and not given:
        fill = fold.colour(node.value) if node.value is not None else UNKNOWN
        ink = fold.ink(node.value) if node.value is not None else NO_VALUE
    wanted = {
        "label": "\n".join(label_of(node)),
        "shape": look.shape,
        "style": look.style,
        "fillcolor": fill,
        "color": look.edge,
        "fontcolor": ink,
        "width": f"{wide / 72:.3f}",
        "height": f"{high / 72:.3f}",
        "class": node.kind,
        **look.more(wide),
    }
    return f"{_name(node.name)} [{', '.join(f'{key}={_quoted(value)}' for key, value in wanted.items())}];"


def _size(node: Node) -> tuple[float, float]:
    """Width and height of a node [pt], from the true widths of its letters."""
    lines = label_of(node)
    text = max(style.width_mm(line, bold=node.kind == "drug") for line in lines) / 25.4 * 72
    return LOOKS[node.kind].size(text, LINE_PT * len(lines))


def _edge(edge: Edge, *, back: bool) -> str:
    wanted = dict(LINKS[edge.kind].dot)
    start, end = edge.start, edge.end
    if back:
        start, end = end, start
        wanted |= {"dir": "back", "arrowtail": wanted.pop("arrowhead")}
    if edge.says:
        # blanks keep the words off the line
        wanted["label"] = f" {typeset(edge.says)} "
    wanted["class"] = edge.kind
    told = ", ".join(f"{key}={_quoted(value)}" for key, value in wanted.items())
    return f"{_name(start)} -> {_name(end)} [{told}];"


def _alt(network: Network) -> str:
    verb: dict[LinkKind, str] = {
        "binds": "binds",
        "activates": "activates",
        "inhibits": "inhibits",
        "converts": "becomes",
    }
    says = {node.name: " ".join(typeset(node.says or node.name).split()) for node in network.nodes}
    links = [f"{says[e.start]} {verb[e.kind]} {says[e.end]}" for e in dict.fromkeys(network.edges)]
    return f"{typeset(network.title)}: {'; '.join(links or says.values())}."


def _legend(network: Network, fold: Fold | None) -> str:
    """An HTML-like table for those who open the DOT elsewhere."""
    kinds = [kind for kind in LOOKS if any(node.kind == kind for node in network.nodes)]
    links = [kind for kind in LINKS if any(edge.kind == kind for edge in network.edges)]
    cells = [
        f'<TD BORDER="1" STYLE="ROUNDED" COLOR="{LOOKS[kind].edge}" BGCOLOR="{LOOKS[kind].fill}"><FONT COLOR="{LOOKS[kind].ink}">{kind}</FONT></TD>'
        for kind in kinds
    ]
    cells += [
        f'<TD><FONT COLOR="{LINKS[kind].colour}">{LINKS[kind].glyph}</FONT> {kind}</TD>'
        for kind in links
    ]
    if fold is not None:
        cells += [
            f'<TD BGCOLOR="{fold.colour(tick)}"><FONT COLOR="{fold.ink(tick)}">{told}</FONT></TD>'
            for tick, told in fold.ticks
        ]
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="2"><TR>{"".join(cells)}</TR></TABLE>'


def _name(text: str) -> str:
    """Quote a name: unlike a label, DOT takes its backslashes as they are."""
    return _quoted(text).replace("\\\\", "\\") if not text.endswith("\\") else _quoted(text)


def _quoted(text: str) -> str:
    plain = "".join(c for c in text if c == "\n" or ord(c) >= 32)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
