"""From what Graphviz draws to a drawing on the sheet of the house, at true size, with a title and a key.

The drawing is scaled down only where it is wider or taller than the page. Ids get the name of the figure in front,
so that several stand in one page; text is text, in the font of the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tricyclic.errors import TricyclicError
from tricyclic.figures import style
from tricyclic.figures.node_shapes import LINKS, LOOKS, RED, Fold
from tricyclic.records.network import LinkKind, Network, NodeKind

TALLEST_MM = 215.0
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
GAP = 6.0
EDGE = 1.0
FOLD_SAYS = "change against the drug-free rest; grey: not part of the result"


@dataclass(frozen=True)
class Drawing:
    """The inside of a drawing by Graphviz, its origin at the top left, and its size [pt]."""

    body: str
    wide: float
    high: float

    def scale(self, width: style.Width) -> float:
        """How much it must shrink to fit the page; 1 where it fits."""
        return min(1.0, _page_wide(width) / self.wide, _points(TALLEST_MM) / self.high)


@dataclass(frozen=True)
class KeyItem:
    """One entry of a key: a symbol 20 pt wide and 10 pt high, and what it means."""

    symbol: str
    says: str


def read(svg: str, *, sideways: bool = False) -> Drawing:
    """Take the drawing out of the SVG that Graphviz wrote; `sideways` if its rows run from top to bottom."""
    size = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    start, end = svg.find('<g id="graph0"'), svg.rfind("</svg>")
    if size is None or start < 0 or end < 0:
        raise TricyclicError("Graphviz gave a drawing of a form that is not known")
    body = re.sub(r"<!--.*?-->\s*", "", svg[start:end], flags=re.DOTALL)
    body = re.sub(
        r'(<g id="(?:graph|clust)\d+" class="[^"]*"[^>]*>\s*)<title>.*?</title>\s*',
        r"\1",
        body,
        flags=re.DOTALL,
    )
    wide, high = float(size[1]), float(size[2])
    return Drawing(_typeset(_bands(body.strip(), wide, high, sideways=sideways)), wide, high)


def _bands(body: str, wide: float, high: float, *, sideways: bool) -> str:
    """Widen the frames of the compartments to the whole drawing, so that they lie as bands below each other."""
    origin = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", body)
    if origin is None:
        return body
    left, top = EDGE - float(origin[1]), EDGE - float(origin[2])
    right, bottom = wide - EDGE - float(origin[1]), high - EDGE - float(origin[2])

    def band(group: re.Match[str]) -> str:
        numbers = [float(x) for x in re.findall(r"-?[\d.]+", group["d"])]
        x0, x1, y0, y1 = min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])
        x0, x1, y0, y1 = (x0, x1, top, bottom) if sideways else (left, right, y0, y1)
        frame = f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" rx="8" {group["paint"]}/>'
        words = re.sub(
            r'text-anchor="\w+" x="[^"]*" y="[^"]*"', f'x="{x0 + 8:.2f}" y="{y0 + 12:.2f}"', group["rest"]
        )
        return f"{group['head']}{frame}{words}"

    return _CLUSTER.sub(band, body)


_CLUSTER = re.compile(
    r'(?P<head><g id="clust\d+"[^>]*>\s*)<path (?P<paint>[^>]*?) d="(?P<d>[^"]*)"/>(?P<rest>.*?</g>)',
    re.DOTALL,
)


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
    """Set a drawing under its title and above its key, at the width of a column or a page; gives SVG."""
    wide, scale = _page_wide(width), drawing.scale(width)
    top = 15.0 if title else 0.0
    below, key_high = _key(key, fold, wide)
    high = top + drawing.high * scale + (GAP + key_high if key_high else 0.0)
    across = (wide - drawing.wide * scale) / 2
    parts = []
    if title:
        line = style.fitted(title, style.WIDTHS_MM[width] - 2, bold=True)
        parts.append(
            f'<text x="0" y="9" font-size="{style.FONT_PT:g}" font-weight="bold">{lowered(escape(line))}</text>'
        )
    size = "" if scale == 1 else f" scale({scale:.4f})"
    parts.append(f'<g transform="translate({across:.2f} {top:.2f}){size}">{drawing.body}</g>')
    if key_high:
        parts.append(f'<g transform="translate(0 {top + drawing.high * scale + GAP:.2f})">{below}</g>')
    mine = style.slug(name)
    body = re.sub(r'\sid="([^"]+)"', lambda match: f' id="{mine}-{match[1]}"', "\n".join(parts))
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{mine}-", body)
    return (
        f'<svg role="img" aria-label="{escape(style.one_line(alt), quote=True)}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" width="{wide:.2f}pt" height="{high:.2f}pt" '
        f'viewBox="0 0 {wide:.2f} {high:.2f}" font-family="{FONTS}" fill="{style.INK}">\n{body}\n</svg>'
    )


def key_of(network: Network) -> tuple[tuple[KeyItem, ...], ...]:
    """The kinds of nodes and of links that a network uses, each a row of a key."""
    coloured = Fold.of(network) is not None
    nodes = [kind for kind in LOOKS if any(node.kind == kind for node in network.nodes)]
    links = [kind for kind in LINKS if any(edge.kind == kind for edge in network.edges)]
    return (
        tuple(KeyItem(node_symbol(kind, hollow=coloured and kind != "drug"), kind) for kind in nodes),
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
    line = f'<path d="M0 5 H{{end}}" fill="none" stroke="{colour}" stroke-width="{{thick}}"{{more}}/>'
    if kind == "binds":
        ring = f'<circle cx="17" cy="5" r="2.4" fill="none" stroke="{colour}"/>'
        return line.format(end=14.6, thick=1, more=' stroke-dasharray="3 2"') + ring
    if kind == "inhibits":
        return (
            line.format(end=18, thick=1.2, more="")
            + f'<path d="M18.5 1.5 V8.5" stroke="{RED}" stroke-width="1.6"/>'
        )
    if kind == "converts":
        lines = "".join(f'<path d="M0 {y} H13.5" stroke="{colour}" stroke-width="1"/>' for y in (4, 6))
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
    body = re.sub(r'(<g id="[^"]*" class="(?:cluster|node drug)[^>]*>.*?</g>)', _bold, body, flags=re.DOTALL)
    body = re.sub(r"<text ([^>]*>[\d.e]+ ×</text>)", r'<text font-weight="bold" \1', body)
    return re.sub(r"(?<=>)([^<>]*)(?=</text>)", lambda text: lowered(text[1]), body)


def lowered(text: str) -> str:
    """Set the letter of a G protein low, in text that is already escaped."""
    return _G_PROTEIN.sub(_LOWERED, text)


_G_PROTEIN = re.compile(r"\bG([isq])(?![\w₀-₉])")
_LOWERED = r'G<tspan font-size="75%" dy="1.6">\1</tspan><tspan dy="-1.6">&#8203;</tspan>'


def _bold(group: re.Match[str]) -> str:
    return group[0].replace("<text ", '<text font-weight="bold" ')


def _page_wide(width: style.Width) -> float:
    return _points(style.WIDTHS_MM[width])


def _points(mm: float) -> float:
    return mm / 25.4 * 72


def _text_wide(text: str) -> float:
    return _points(style.width_mm(text, size_pt=style.SMALL_PT))
