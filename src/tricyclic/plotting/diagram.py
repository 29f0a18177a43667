"""From what Graphviz draws to a drawing on the sheet of the house, at true size, with a title and a key.

The drawing is scaled down only where it is wider or taller than the page. Ids get the name of the figure in front,
so that several stand in one page; text is text, in the font of the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape

from tricyclic.core.network import LinkKind, Network, NodeKind
from tricyclic.errors import TricyclicError
from tricyclic.plotting import style
from tricyclic.plotting.node_shapes import LINKS, LOOKS, RED, Fold

TALLEST_MM = 215.0
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
GAP = 6.0
# room that a frame needs around what it holds, and above it for its label
FRAME_PT = 12.0
LABEL_PT = 24.0
HEAD_LINE_PT = 10.5
FOLD_SAYS = "change against the drug-free rest; grey: none at rest, or not part of the result"
# What a key calls a kind, where its name alone says too little.
KIND_SAYS: dict[NodeKind, str] = {"transporter": "transporter, channel"}


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Band:
    """A compartment: its label, its colours, and the names of the nodes that it holds."""

    label: str
    fill: str
    edge: str
    holds: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """The inside of a drawing by Graphviz with its size [pt], and its bands with the boxes that they must hold.

    Boxes are left, top, right, bottom, in points from the top left. `sideways`: the bands stand side by side.
    """

    body: str
    wide: float
    high: float
    bands: tuple[tuple[Band, Box], ...] = ()
    sideways: bool = False

    def scale(self, width: style.Width) -> float:
        """How much it must shrink to fit the page; 1 where it fits."""
        around = 36.0 if self.bands and self.sideways else 0.0
        more = LABEL_PT + FRAME_PT if self.bands else 0.0
        return min(
            1.0, page_wide(width) / (self.wide + around), _points(TALLEST_MM) / (self.high + more)
        )


@dataclass(frozen=True)
class KeyItem:
    """One entry of a key: a symbol 20 pt wide and 10 pt high, and what it means."""

    symbol: str
    says: str


def read(svg: str, bands: Sequence[Band] = (), *, sideways: bool = False) -> Drawing:
    """Take the drawing out of the SVG that Graphviz wrote.

    Parameters
    ----------
    svg : str
    bands : sequence of Band
        Compartments to be framed.
    sideways : bool
        Whether the graph runs from left to right.
    """
    size = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    origin = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", svg)
    start, end = svg.find('<g id="graph0"'), svg.rfind("</svg>")
    if size is None or origin is None or start < 0 or end < 0:
        raise TricyclicError("Graphviz gave a drawing of a form that is not known")
    body = re.sub(r"<!--.*?-->\s*", "", svg[start:end], flags=re.DOTALL)
    body = re.sub(r'(<g id="graph0"[^>]*>\s*)<title>.*?</title>\s*', r"\1", body, flags=re.DOTALL)
    boxes = _boxes(body, float(origin[1]), float(origin[2]))
    framed = tuple((band, _around([boxes[name] for name in band.holds])) for band in bands)
    return Drawing(_typeset(body.strip()), float(size[1]), float(size[2]), framed, sideways)


def _boxes(body: str, x: float, y: float) -> dict[str, Box]:
    """Where each node lies."""
    found: dict[str, Box] = {}
    for name, drawn in re.findall(
        r'<g id="[^"]*" class="node[^>]*>\s*<title>(.*?)</title>(.*?)</g>', body, re.DOTALL
    ):
        corners: list[Box] = []
        for cx, cy, rx, ry in re.findall(r'cx="(.*?)" cy="(.*?)" rx="(.*?)" ry="(.*?)"', drawn):
            corners.append(
                (
                    float(cx) - float(rx),
                    float(cy) - float(ry),
                    float(cx) + float(rx),
                    float(cy) + float(ry),
                )
            )
        for path in re.findall(r' (?:points|d)="([^"]*)"', drawn):
            numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
            corners.append(
                (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))
            )
        if corners:
            left, top, right, bottom = _around(corners)
            found[unescape(name)] = (left + x, top + y, right + x, bottom + y)
    return found


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _framed(
    drawing: Drawing, across: float, down: float, scale: float, wide: float
) -> tuple[str, str]:
    """Draw the frames, which lie below the drawing, and their labels, which lie above it."""
    frames, labels = [], []
    above, below = LABEL_PT * scale, FRAME_PT * scale
    size = style.SMALL_PT * max(scale, 0.75)
    for band, (left, top, right, bottom) in drawing.bands:
        x0, x1, y0, y1 = 0.5, wide - 0.5, down + top * scale - above, down + bottom * scale + below
        if drawing.sideways:
            x0, x1 = across + (left - 17.0) * scale, across + (right + 17.0) * scale
            y0, y1 = down - above, down + drawing.high * scale + below
        frames.append(
            f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" rx="7" fill="{band.fill}" stroke="{band.edge}" stroke-width="0.8"/>'
        )
        # a rim of the band's own colour keeps the words off the lines that they cross
        rim = (
            f'stroke="{band.fill}" stroke-width="2.5" stroke-linejoin="round" paint-order="stroke"'
        )
        room = (x1 - x0 - 12) / 72 * 25.4 * style.FONT_PT / size
        for number, line in enumerate(style.wrapped(band.label, room, bold=True).split("\n")):
            labels.append(
                f'<text x="{x0 + 7:.2f}" y="{y0 + (3.5 + size) + 1.2 * size * number:.2f}" font-size="{size:.2f}" font-weight="bold" fill="#4A4A4A" {rim}>{lowered(escape(line))}</text>'
            )
    return "\n".join(frames), "\n".join(labels)


def page(
    drawing: Drawing,
    *,
    name: str,
    title: str,
    alt: str,
    width: style.Width,
    key: Sequence[Sequence[KeyItem]] = (),
    fold: Fold | None = None,
) -> str:
    """Set a drawing under its title and above its key, at the width of a column or a page; gives SVG.

    A second line of the title is set below it, on two lines where it is long.
    """
    first_line, _, more = title.partition("\n")
    below_it = style.wrapped(more, style.WIDTHS_MM[width] - 2).split("\n") if more else []
    wide, scale = page_wide(width), drawing.scale(width)
    # a frame stands out above and below what it holds, where that lies at the edge of the drawing
    first = min((box[1] for _, box in drawing.bands), default=LABEL_PT)
    above = 1.0 + max(LABEL_PT - first, 0.0) * scale if not drawing.sideways else LABEL_PT * scale
    top = (15.0 if title else 0.0) + HEAD_LINE_PT * len(below_it) + above
    end = top + (drawing.high + (FRAME_PT if drawing.bands else 0.0)) * scale
    below, key_high = _key(key, fold, wide)
    high = end + (GAP + key_high if key_high else 0.0)
    across = (wide - drawing.wide * scale) / 2
    frames, labels = _framed(drawing, across, top, scale, wide)
    parts = []
    if title:
        parts.append(heading(first_line, width))
    parts += [
        f'<text x="0" y="{9 + HEAD_LINE_PT * number:.1f}" font-size="{style.FONT_PT:g}">{lowered(escape(line))}</text>'
        for number, line in enumerate(below_it, start=1)
    ]
    size = "" if scale == 1 else f" scale({scale:.4f})"
    parts += [
        frames,
        f'<g transform="translate({across:.2f} {top:.2f}){size}">{drawing.body}</g>',
        labels,
    ]
    if key_high:
        parts.append(f'<g transform="translate(0 {end + GAP:.2f})">{below}</g>')
    return sheet(
        "\n".join(part for part in parts if part), name=name, alt=alt, wide=wide, high=high
    )


def sheet(body: str, *, name: str, alt: str, wide: float, high: float) -> str:
    """Close a drawing of a size [pt] up as SVG: ids get the figure's name in front, and it says what it shows."""
    mine = style.slug(name)
    body = re.sub(r'\sid="([^"]+)"', lambda match: f' id="{mine}-{match[1]}"', body)
    return (
        f'<svg role="img" aria-label="{escape(style.one_line(alt), quote=True)}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{wide:.2f}pt" height="{high:.2f}pt" '
        f'viewBox="0 0 {wide:.2f} {high:.2f}" font-family="{FONTS}" fill="{style.INK}">\n{body}\n</svg>'
    )


def heading(title: str, width: style.Width) -> str:
    """The title of a figure, bold, at its top left."""
    line = style.fitted(title, style.WIDTHS_MM[width] - 2, bold=True)
    return f'<text x="0" y="9" font-size="{style.FONT_PT:g}" font-weight="bold">{lowered(escape(line))}</text>'


def key_of(network: Network) -> tuple[tuple[KeyItem, ...], ...]:
    """The kinds of nodes and of links that a network uses, each a row of a key."""
    coloured = Fold.of(network) is not None
    nodes = [kind for kind in LOOKS if any(node.kind == kind for node in network.nodes)]
    links = [kind for kind in LINKS if any(edge.kind == kind for edge in network.edges)]
    return (
        tuple(
            KeyItem(
                node_symbol(kind, hollow=coloured and kind != "drug"), KIND_SAYS.get(kind, kind)
            )
            for kind in nodes
        ),
        tuple(KeyItem(link_symbol(kind), kind) for kind in links),
    )


def node_symbol(kind: NodeKind, *, hollow: bool = False) -> str:
    """Draw the shape of a kind of node, 20 by 10 pt."""
    look = LOOKS[kind]
    paint = f'fill="{"#FFFFFF" if hollow else look.fill}" stroke="{look.edge}" stroke-width="1"'
    shapes = {
        "ellipse": f'<ellipse cx="10" cy="5" rx="9.5" ry="4.5" {paint}/>',
        "hexagon": f'<polygon points="0.5,5 4,0.5 16,0.5 19.5,5 16,9.5 4,9.5" {paint}/>',
        "polygon": f'<polygon points="4,0.5 19.5,0.5 16,9.5 0.5,9.5" {paint}/>',
        "cylinder": f'<path d="M3 2 V8 C3 10,17 10,17 8 V2 C17 0,3 0,3 2 C3 4,17 4,17 2" {paint}/>',
    }
    if look.double:
        frame = f'<rect x="0.5" y="0.5" width="19" height="9" fill="#FFFFFF" stroke="{look.edge}" stroke-width="0.8"/>'
        return frame + f'<rect x="2.5" y="2.5" width="15" height="5" {paint}/>'
    corner = ' rx="3"' if "rounded" in look.style else ""
    return shapes.get(look.shape, f'<rect x="0.5" y="0.5" width="19" height="9"{corner} {paint}/>')


def link_symbol(kind: LinkKind) -> str:
    """Draw the line and the end of a kind of link, 20 by 10 pt."""
    colour = LINKS[kind].colour
    line = (
        f'<path d="M0 5 H{{end}}" fill="none" stroke="{colour}" stroke-width="{{thick}}"{{more}}/>'
    )
    if kind == "binds":
        ring = f'<circle cx="17" cy="5" r="2.4" fill="none" stroke="{colour}"/>'
        return line.format(end=14.6, thick=1, more=' stroke-dasharray="3 2"') + ring
    if kind == "inhibits":
        return (
            line.format(end=18, thick=1.2, more="")
            + f'<path d="M18.5 1.5 V8.5" stroke="{RED}" stroke-width="1.6"/>'
        )
    if kind == "converts":
        lines = "".join(
            f'<path d="M0 {y} H13.5" stroke="{colour}" stroke-width="1"/>' for y in (4, 6)
        )
        return lines + f'<polygon points="13.5,2 19.5,5 13.5,8" fill="#FFFFFF" stroke="{colour}"/>'
    return (
        line.format(end=14, thick=1, more="")
        + f'<polygon points="13.5,2.4 19.5,5 13.5,7.6" fill="{colour}"/>'
    )


def _key(rows: Sequence[Sequence[KeyItem]], fold: Fold | None, wide: float) -> tuple[str, float]:
    """Set the rows of a key, each broken where the page ends; gives SVG and its height [pt]."""
    parts: list[str] = []
    y = 0.0
    for row in rows:
        x = 0.0
        for item in row:
            room = 23 + _text_wide(item.says) + 9
            if x > 0 and x + room - 9 > wide:
                x, y = 0.0, y + 14.0
            parts.append(
                f'<g transform="translate({x:.2f} {y + 3:.2f})">{item.symbol}'
                f'<text x="23" y="7.5" font-size="{style.SMALL_PT:g}">{escape(item.says)}</text></g>'
            )
            x += room
        y += 14.0 if row else 0.0
    if fold is not None:
        parts.append(f'<g transform="translate(0 {y + 4:.2f})">{_colour_bar(fold)}</g>')
        y += 26.0
    if not parts:
        return "", 0.0
    rule = f'<path d="M0 0 H{wide:.2f}" stroke="{style.PALE}" stroke-width="0.6"/>'
    return rule + "".join(parts), y + 3.0


def _colour_bar(fold: Fold) -> str:
    """A bar of the colours of fold changes with its ticks, and what it says beside it."""
    cells, wide = 60, 150.0
    bar = "".join(
        f'<rect x="{n * wide / cells:.2f}" y="0" width="{wide / cells + 0.1:.2f}" height="8" fill="{fold.colour(fold.most ** (2 * (n + 0.5) / cells - 1))}"/>'
        for n in range(cells)
    )
    frame = f'<rect x="0" y="0" width="{wide:g}" height="8" fill="none" stroke="{style.GREY}" stroke-width="0.5"/>'
    ticks = "".join(
        f'<text x="{(fold.place(tick) + 1) / 2 * wide:.2f}" y="16" text-anchor="middle" font-size="{style.TINY_PT:g}">{told}</text>'
        for tick, told in fold.ticks
    )
    says = f'<text x="{wide + 14:g}" y="7" font-size="{style.SMALL_PT:g}">{FOLD_SAYS}</text>'
    return f'<g transform="translate(8 0)">{bar}{frame}{ticks}{says}</g>'


def _typeset(body: str) -> str:
    """Fonts of the house, bold where a label leads, the letter of a G protein set low."""
    body = body.replace('font-family="DejaVu Sans" ', "").replace(' xml:space="preserve"', "")
    body = re.sub(
        r'(<g id="[^"]*" class="(?:cluster|node drug)[^>]*>.*?</g>)', _bold, body, flags=re.DOTALL
    )
    body = re.sub(r"<text ([^>]*>[\d.e]+ ×</text>)", r'<text font-weight="bold" \1', body)
    return re.sub(r"(?<=>)([^<>]*)(?=</text>)", lambda text: lowered(text[1]), body)


def lowered(text: str) -> str:
    """Set the letter of a G protein low, in text that is already escaped."""
    return _G_PROTEIN.sub(_LOWERED, text)


_G_PROTEIN = re.compile(r"\bG([isq])(?![\w₀-₉])")
_LOWERED = r'G<tspan font-size="75%" dy="1.6">\1</tspan><tspan dy="-1.6">&#8203;</tspan>'


def _bold(group: re.Match[str]) -> str:
    return group[0].replace("<text ", '<text font-weight="bold" ')


def page_wide(width: style.Width) -> float:
    """Width of a column or a page [pt]."""
    return _points(style.WIDTHS_MM[width])


def _points(mm: float) -> float:
    return mm / 25.4 * 72


def _text_wide(text: str) -> float:
    return _points(style.width_mm(text, size_pt=style.SMALL_PT))
