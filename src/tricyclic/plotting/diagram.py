"""Sets a drawing by Graphviz on a page: at true size, with frames, a title and a legend.

The drawing is scaled down only where it is larger than the page. The ids of elements begin with the
name of the figure, so that one page can contain several; text stays text, in the fonts of all
figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape

from tricyclic.core.network import LinkKind, Network, NodeKind
from tricyclic.errors import TricyclicError
from tricyclic.plotting import style
from tricyclic.plotting.node_shapes import (
    EDGE_STYLES,
    NODE_STYLES,
    OCCUPIED,
    RED,
    FoldChangeScale,
    OccupancyScale,
)

MAX_HEIGHT_MM = 215.0
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
# All following lengths in points. Between the drawing and the legend.
LEGEND_GAP = 6.0
# Space of a frame around its nodes, and above them for its label; beside them where it is upright.
FRAME_MARGIN, FRAME_LABEL, FRAME_SIDE = 12.0, 24.0, 17.0
TITLE, SUBTITLE_LINE = 15.0, 10.5
LEGEND_ROW, LEGEND_SYMBOL, LEGEND_SPACE = 14.0, 23.0, 9.0
COLOUR_BAR_WIDTH, COLOUR_BAR_CELLS, COLOUR_BAR_ROW = 150.0, 60, 26.0
COLOUR_BAR_LABEL = "change from the drug-free baseline; grey: not simulated, or 0 at baseline"
OCCUPANCY_BAR_LABEL = "occupied by drugs, the direct effect of the dose (thick outline)"
# Labels of kinds whose name alone is not clear.
KIND_LABELS: dict[NodeKind, str] = {"transporter": "transporter, channel"}

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CompartmentBox:
    """A compartment: its label, its colours, and the names of its nodes."""

    label: str
    fill: str
    edge: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class GraphvizDrawing:
    """The inside of a drawing by Graphviz, its size [pt], and the box around the nodes of each
    compartment.

    Boxes are left, top, right, bottom, in points from the top left. `sideways`: the compartments
    lie side by side.
    """

    body: str
    width: float
    height: float
    compartments: tuple[tuple[CompartmentBox, Box], ...] = ()
    sideways: bool = False

    def scale(self, width: style.Width) -> float:
        """Factor by which it is scaled down to fit the page; 1 where it fits."""
        sides = 2 * (FRAME_SIDE + 1) if self.compartments and self.sideways else 0.0
        above = FRAME_LABEL + FRAME_MARGIN if self.compartments else 0.0
        return min(
            1.0,
            page_width(width) / (self.width + sides),
            _points(MAX_HEIGHT_MM) / (self.height + above),
        )


@dataclass(frozen=True)
class LegendItem:
    """One entry of a legend: a symbol 20 pt wide and 10 pt high, and its label."""

    symbol: str
    label: str


@dataclass(frozen=True)
class PageTexts:
    """Name, title and description of a figure; a second line of the title is set below it."""

    name: str
    title: str
    alt: str


def read_graphviz(
    svg: str, compartments: Sequence[CompartmentBox] = (), *, sideways: bool = False
) -> GraphvizDrawing:
    """Take the drawing out of the SVG that Graphviz writes.

    Parameters
    ----------
    svg : str
    compartments : sequence of CompartmentBox
        Those to be framed.
    sideways : bool
        Whether the graph runs from left to right.
    """
    size = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    origin = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", svg)
    start, end = svg.find('<g id="graph0"'), svg.rfind("</svg>")
    if size is None or origin is None or start < 0 or end < 0:
        raise TricyclicError("Graphviz wrote an unknown form of SVG")
    body = re.sub(r"<!--.*?-->\s*", "", svg[start:end], flags=re.DOTALL)
    body = re.sub(r'(<g id="graph0"[^>]*>\s*)<title>.*?</title>\s*', r"\1", body, flags=re.DOTALL)
    boxes = _node_boxes(body, float(origin[1]), float(origin[2]))
    framed = tuple((one, _around([boxes[name] for name in one.nodes])) for one in compartments)
    return GraphvizDrawing(_typeset(body.strip()), float(size[1]), float(size[2]), framed, sideways)


def set_on_page(
    drawing: GraphvizDrawing,
    texts: PageTexts,
    width: style.Width,
    *,
    legend: Sequence[Sequence[LegendItem]] = (),
    scale: FoldChangeScale | None = None,
    occupancy: OccupancyScale | None = None,
) -> str:
    """Set a drawing under its title and above its legend, at the width of a column or a page; gives
    SVG.
    """
    first_line, _, more = texts.title.partition("\n")
    subtitle = style.wrapped(more, style.WIDTHS_MM[width] - 2).split("\n") if more else []
    page, factor = page_width(width), drawing.scale(width)
    # A frame extends above its nodes; where they lie at the edge of the drawing, it needs space.
    first = min((box[1] for _, box in drawing.compartments), default=FRAME_LABEL)
    above = 1.0 + max(FRAME_LABEL - first, 0.0) * factor
    if drawing.sideways:
        above = FRAME_LABEL * factor
    top = (TITLE if texts.title else 0.0) + SUBTITLE_LINE * len(subtitle) + above
    margin = FRAME_MARGIN if drawing.compartments else 0.0
    end = top + (drawing.height + margin) * factor
    left = (page - drawing.width * factor) / 2
    bars = [_fold_bar(scale)] if scale is not None else []
    bars += [_occupancy_bar(occupancy)] if occupancy is not None else []
    legend_svg, legend_height = _legend(legend, bars, page)
    height = end + (LEGEND_GAP + legend_height if legend_height else 0.0)
    frames, labels = _frames(drawing, left, top, factor, page)
    shrink = "" if factor == 1 else f" scale({factor:.4f})"
    parts = [
        title_svg(first_line, width) if texts.title else "",
        *_subtitle(subtitle),
        frames,
        f'<g transform="translate({left:.2f} {top:.2f}){shrink}">{drawing.body}</g>',
        labels,
    ]
    if legend_height:
        parts.append(f'<g transform="translate(0 {end + LEGEND_GAP:.2f})">{legend_svg}</g>')
    body = "\n".join(part for part in parts if part)
    return svg_document(body, texts.name, texts.alt, width=page, height=height)


def svg_document(body: str, name: str, alt: str, *, width: float, height: float) -> str:
    """A drawing of a size [pt] as a complete SVG; ids begin with the name, `alt` describes it."""
    prefix = style.slug(name)
    body = re.sub(r'\sid="([^"]+)"', lambda match: f' id="{prefix}-{match[1]}"', body)
    label = escape(style.one_line(alt), quote=True)
    return (
        f'<svg role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:.2f}pt" height="{height:.2f}pt" '
        f'viewBox="0 0 {width:.2f} {height:.2f}" font-family="{FONTS}" fill="{style.INK}">\n'
        f"{body}\n</svg>"
    )


def title_svg(title: str, width: style.Width) -> str:
    """The title of a figure, bold, at its top left."""
    line = escape(style.fitted(title, style.WIDTHS_MM[width] - 2, bold=True))
    size = f'font-size="{style.FONT_PT:g}" font-weight="bold"'
    return f'<text x="0" y="9" {size}>{with_subscripts(line)}</text>'


def legend_items(network: Network) -> tuple[tuple[LegendItem, ...], ...]:
    """The kinds of nodes and of links in a network, each a row of the legend."""
    coloured = FoldChangeScale.of(network) is not None
    nodes = [kind for kind in NODE_STYLES if any(node.kind == kind for node in network.nodes)]
    links = [kind for kind in EDGE_STYLES if any(edge.kind == kind for edge in network.edges)]
    return (
        tuple(
            LegendItem(
                node_symbol(kind, hollow=coloured and kind != "drug"),
                KIND_LABELS.get(kind, kind),
            )
            for kind in nodes
        ),
        tuple(LegendItem(link_symbol(kind), kind) for kind in links),
    )


def node_symbol(kind: NodeKind, *, hollow: bool = False) -> str:
    """The shape of a kind of node, 20 by 10 pt."""
    look = NODE_STYLES[kind]
    paint = f'fill="{"#FFFFFF" if hollow else look.fill}" stroke="{look.edge}" stroke-width="1"'
    shapes = {
        "ellipse": f'<ellipse cx="10" cy="5" rx="9.5" ry="4.5" {paint}/>',
        "hexagon": f'<polygon points="0.5,5 4,0.5 16,0.5 19.5,5 16,9.5 4,9.5" {paint}/>',
        "polygon": f'<polygon points="4,0.5 19.5,0.5 16,9.5 0.5,9.5" {paint}/>',
        "cylinder": (
            '<path d="M3 2 V8 C3 10,17 10,17 8 V2 C17 0,3 0,3 2 C3 4,17 4,17 2" ' + f"{paint}/>"
        ),
    }
    if look.double:
        frame = (
            '<rect x="0.5" y="0.5" width="19" height="9" fill="#FFFFFF" '
            f'stroke="{look.edge}" stroke-width="0.8"/>'
        )
        return frame + f'<rect x="2.5" y="2.5" width="15" height="5" {paint}/>'
    corner = ' rx="3"' if "rounded" in look.style else ""
    return shapes.get(look.shape, f'<rect x="0.5" y="0.5" width="19" height="9"{corner} {paint}/>')


def link_symbol(kind: LinkKind) -> str:
    """The line and the end of a kind of link, 20 by 10 pt."""
    colour = EDGE_STYLES[kind].colour

    def line(end: float, width: float, more: str = "") -> str:
        paint = f'fill="none" stroke="{colour}" stroke-width="{width:g}"{more}'
        return f'<path d="M0 5 H{end:g}" {paint}/>'

    if kind == "binds":
        ring = f'<circle cx="17" cy="5" r="2.4" fill="none" stroke="{colour}"/>'
        return line(14.6, 1, ' stroke-dasharray="3 2"') + ring
    if kind == "inhibits":
        return line(18, 1.2) + f'<path d="M18.5 1.5 V8.5" stroke="{RED}" stroke-width="1.6"/>'
    if kind == "converts":
        lines = "".join(
            f'<path d="M0 {y} H13.5" stroke="{colour}" stroke-width="1"/>' for y in (4, 6)
        )
        return lines + f'<polygon points="13.5,2 19.5,5 13.5,8" fill="#FFFFFF" stroke="{colour}"/>'
    return line(14, 1) + f'<polygon points="13.5,2.4 19.5,5 13.5,7.6" fill="{colour}"/>'


def with_subscripts(text: str) -> str:
    """Set the letter of a G protein as a subscript, in text that is already escaped."""
    return _G_PROTEIN.sub(_SUBSCRIPT, text)


def page_width(width: style.Width) -> float:
    """Width of a column or a page [pt]."""
    return _points(style.WIDTHS_MM[width])


def _node_boxes(body: str, x: float, y: float) -> dict[str, Box]:
    """The box of each node by its name; `x`, `y` is the origin of the drawing."""
    boxes: dict[str, Box] = {}
    for name, drawn in re.findall(
        r'<g id="[^"]*" class="node[^>]*>\s*<title>(.*?)</title>(.*?)</g>', body, re.DOTALL
    ):
        shapes = [*_ellipses(drawn), *_paths(drawn)]
        if shapes:
            left, top, right, bottom = _around(shapes)
            boxes[unescape(name)] = (left + x, top + y, right + x, bottom + y)
    return boxes


def _ellipses(drawn: str) -> list[Box]:
    pattern = r'cx="(.*?)" cy="(.*?)" rx="(.*?)" ry="(.*?)"'
    numbers = [tuple(map(float, texts)) for texts in re.findall(pattern, drawn)]
    return [(cx - rx, cy - ry, cx + rx, cy + ry) for cx, cy, rx, ry in numbers]


def _paths(drawn: str) -> list[Box]:
    boxes: list[Box] = []
    for path in re.findall(r' (?:points|d)="([^"]*)"', drawn):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
        x, y = numbers[::2], numbers[1::2]
        boxes.append((min(x), min(y), max(x), max(y)))
    return boxes


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _frames(
    drawing: GraphvizDrawing, left: float, top: float, scale: float, page: float
) -> tuple[str, str]:
    """Frames of the compartments, drawn below the drawing, and their labels, drawn above it."""
    frames: list[str] = []
    labels: list[str] = []
    for compartment, box in drawing.compartments:
        x0, x1 = 0.5, page - 0.5
        y0 = top + box[1] * scale - FRAME_LABEL * scale
        y1 = top + box[3] * scale + FRAME_MARGIN * scale
        if drawing.sideways:
            x0 = left + (box[0] - FRAME_SIDE) * scale
            x1 = left + (box[2] + FRAME_SIDE) * scale
            y0 = top - FRAME_LABEL * scale
            y1 = top + drawing.height * scale + FRAME_MARGIN * scale
        frames.append(
            f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" '
            f'rx="7" fill="{compartment.fill}" stroke="{compartment.edge}" stroke-width="0.8"/>'
        )
        labels += _frame_label(compartment, x0, y0, x1 - x0, scale)
    return "\n".join(frames), "\n".join(labels)


def _frame_label(
    compartment: CompartmentBox, x: float, y: float, width: float, scale: float
) -> list[str]:
    """The label of a frame, in lines that fit its width."""
    size = style.SMALL_PT * max(scale, 0.75)
    # An outline in the colour of the frame keeps the text legible above links.
    outline = (
        f'stroke="{compartment.fill}" stroke-width="2.5" stroke-linejoin="round" '
        'paint-order="stroke"'
    )
    max_mm = (width - 12) / 72 * 25.4 * style.FONT_PT / size
    lines = style.wrapped(compartment.label, max_mm, bold=True).split("\n")
    return [
        f'<text x="{x + 7:.2f}" y="{y + (3.5 + size) + 1.2 * size * number:.2f}" '
        f'font-size="{size:.2f}" font-weight="bold" fill="#4A4A4A" {outline}>'
        f"{with_subscripts(escape(line))}</text>"
        for number, line in enumerate(lines)
    ]


def _subtitle(lines: Sequence[str]) -> list[str]:
    return [
        f'<text x="0" y="{9 + SUBTITLE_LINE * number:.1f}" font-size="{style.FONT_PT:g}">'
        f"{with_subscripts(escape(line))}</text>"
        for number, line in enumerate(lines, start=1)
    ]


def _legend(
    rows: Sequence[Sequence[LegendItem]], bars: Sequence[str], page: float
) -> tuple[str, float]:
    """The rows of a legend, each broken at the edge of the page, and the colour bars below them;
    gives SVG and height [pt].
    """
    parts: list[str] = []
    y = 0.0
    for row in rows:
        x = 0.0
        for item in row:
            width = LEGEND_SYMBOL + _text_width(item.label) + LEGEND_SPACE
            if x > 0 and x + width - LEGEND_SPACE > page:
                x, y = 0.0, y + LEGEND_ROW
            parts.append(
                f'<g transform="translate({x:.2f} {y + 3:.2f})">{item.symbol}'
                f'<text x="{LEGEND_SYMBOL:g}" y="7.5" font-size="{style.SMALL_PT:g}">'
                f"{escape(item.label)}</text></g>"
            )
            x += width
        y += LEGEND_ROW if row else 0.0
    for bar in bars:
        parts.append(f'<g transform="translate(0 {y + 4:.2f})">{bar}</g>')
        y += COLOUR_BAR_ROW
    if not parts:
        return "", 0.0
    rule = f'<path d="M0 0 H{page:.2f}" stroke="{style.PALE}" stroke-width="0.6"/>'
    return rule + "".join(parts), y + 3.0


def _fold_bar(scale: FoldChangeScale) -> str:
    """The colours of fold changes with ticks and a label."""
    shares = [(n + 0.5) / COLOUR_BAR_CELLS for n in range(COLOUR_BAR_CELLS)]
    colours = [scale.colour(scale.maximum ** (2 * share - 1)) for share in shares]
    ticks = [((scale.position(tick) + 1) / 2, label) for tick, label in scale.ticks]
    return _colour_bar(colours, ticks, COLOUR_BAR_LABEL, style.GREY, 0.5)


def _occupancy_bar(scale: OccupancyScale) -> str:
    """The colours of occupancies with ticks and a label."""
    shares = [(n + 0.5) / COLOUR_BAR_CELLS for n in range(COLOUR_BAR_CELLS)]
    colours = [scale.colour(share) for share in shares]
    return _colour_bar(colours, scale.ticks, OCCUPANCY_BAR_LABEL, OCCUPIED, 1.2)


def _colour_bar(
    colours: Sequence[str],
    ticks: Sequence[tuple[float, str]],
    label: str,
    outline: str,
    outline_pt: float,
) -> str:
    """A row of colours with ticks at shares of its width, and its label."""
    cell, width = COLOUR_BAR_WIDTH / len(colours), COLOUR_BAR_WIDTH
    bar = "".join(
        f'<rect x="{n * cell:.2f}" y="0" width="{cell + 0.1:.2f}" height="8" fill="{colour}"/>'
        for n, colour in enumerate(colours)
    )
    frame = (
        f'<rect x="0" y="0" width="{width:g}" height="8" fill="none" stroke="{outline}" '
        f'stroke-width="{outline_pt:g}"/>'
    )
    marks = "".join(
        f'<text x="{share * width:.2f}" y="16" text-anchor="middle" '
        f'font-size="{style.TINY_PT:g}">{text}</text>'
        for share, text in ticks
    )
    beside = f'<text x="{width + 14:g}" y="7" font-size="{style.SMALL_PT:g}">{label}</text>'
    return f'<g transform="translate(8 0)">{bar}{frame}{marks}{beside}</g>'


def _typeset(body: str) -> str:
    """Fonts of the figures, bold labels of drugs and fold changes, subscripts of G proteins."""
    body = body.replace('font-family="DejaVu Sans" ', "").replace(' xml:space="preserve"', "")
    body = re.sub(
        r'(<g id="[^"]*" class="(?:cluster|node drug)[^>]*>.*?</g>)', _bold, body, flags=re.DOTALL
    )
    body = re.sub(r"<text ([^>]*>[\d.e]+ ×</text>)", r'<text font-weight="bold" \1', body)
    return re.sub(r"(?<=>)([^<>]*)(?=</text>)", lambda text: with_subscripts(text[1]), body)


_G_PROTEIN = re.compile(r"\bG([isq])(?![\w₀-₉])")
_SUBSCRIPT = r'G<tspan font-size="75%" dy="1.6">\1</tspan><tspan dy="-1.6">&#8203;</tspan>'


def _bold(group: re.Match[str]) -> str:
    return group[0].replace("<text ", '<text font-weight="bold" ')


def _points(mm: float) -> float:
    return mm / 25.4 * 72


def _text_width(text: str) -> float:
    return _points(style.width_mm(text, size_pt=style.SMALL_PT))
