"""Draws the steps of a Protocol from top to bottom, one card each.

A card has the instruction of a step and, at its right, the time, the temperature and the volume.
Values without a source are listed below the steps, so that an assumption is not taken for a method.
"""

from __future__ import annotations

from html import escape

from tricyclic.core.condition_text import condition_label
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.core.protocol import Protocol, Step
from tricyclic.errors import InputError
from tricyclic.plotting import diagram, style
from tricyclic.plotting.network import typeset

# Lengths in points.
LINE_PT, TITLE_LINE, GAP = 9.6, 11.0, 4.0
TEXT_LEFT, TEXT_TOP, CONDITIONS_WIDTH = 26.0, 17.0, 66.0
CONDITION_ROW, CONDITION_COLUMN, ARROW = 13.0, 52.0, 14.0
# A narrower page has the conditions below the text.
NARROW_PAGE = 300.0
CARD_FILL, CARD_EDGE = "#F3F7FB", "#B7CBDD"
COLD, WARM, PLAIN = "#0067A0", "#B35806", "#4A4A4A"
# Below and above these temperatures a step is cold or warm [°C].
COLD_BELOW_C, WARM_ABOVE_C = 15.0, 27.0
DAY_MIN, TWO_DAYS_MIN = 1440.0, 2880.0
ICONS = {
    "time": (
        '<circle cx="5" cy="5" r="4.2" fill="none" stroke="{ink}"/>'
        '<path d="M5 2.4 V5 L7 6" fill="none" stroke="{ink}"/>'
    ),
    "temperature": (
        '<path d="M3.8 6.2 V2 A1.2 1.2 0 0 1 6.2 2 V6.2 A2 2 0 1 1 3.8 6.2 Z" fill="none" '
        'stroke="{ink}"/><circle cx="5" cy="7.6" r="1" fill="{ink}"/>'
    ),
    "volume": (
        '<path d="M2.8 0.8 H7.2 V7 A2.2 2.2 0 0 1 2.8 7 Z M2.8 4.4 H7.2" fill="none" '
        'stroke="{ink}"/>'
    ),
}


def workflow_svg(protocol: Protocol, *, width: style.Width = "full") -> str:
    """Draw the steps of a protocol from top to bottom.

    Parameters
    ----------
    protocol : Protocol
    width : {"column", "full"}
        84 or 174 mm.

    Returns
    -------
    str
        SVG that can be part of a page; the same bytes for the same protocol.

    Raises
    ------
    InputError
        If the protocol has no step.
    """
    if not protocol.steps:
        raise InputError(
            "has no step to draw", where=f"protocol {protocol.name}", do="Add a [[step]] to it"
        )
    page = diagram.page_width(width)
    parts, y = _title(protocol.title, width)
    for number, step in enumerate(protocol.steps, 1):
        card, height = _card(number, step, page)
        parts.append(
            f'<g id="step{number}" class="step" transform="translate(0 {y:.2f})">{card}</g>'
        )
        y += height
        if number < len(protocol.steps):
            parts.append(_arrow(12.0, y))
            y += ARROW
    assumed, y = _assumed(protocol, page, y)
    return diagram.svg_document(
        "\n".join([*parts, *assumed]),
        protocol.name,
        _alt(protocol),
        width=page,
        height=y + GAP,
    )


def workflow_figure(
    protocol: Protocol, *, width: style.Width = "full", caption: str = ""
) -> Figure:
    """Draw the steps of a protocol as a Figure for a report."""
    return Figure(
        name=f"{protocol.name}-workflow",
        svg=workflow_svg(protocol, width=width),
        caption=caption or f"Steps of the protocol. {style.one_line(protocol.title)}.",
        alt=_alt(protocol),
        width="half" if width == "column" else "full",
    )


def step_conditions(step: Step) -> tuple[tuple[str, str], ...]:
    """The conditions of a step as (kind, text): ("time", "3 h"), ("temperature", "4 °C"),
    ("volume", "250 µL").
    """
    conditions = []
    if step.minutes is not None:
        conditions.append(("time", duration(step.minutes)))
    if step.temperature_C is not None:
        conditions.append(("temperature", f"{_temperature(step.temperature_C)} °C"))
    if step.volume_uL is not None:
        uL = step.volume_uL
        conditions.append(("volume", f"{uL:g} µL" if uL < 1000 else f"{uL / 1000:g} mL"))
    return tuple(conditions)


def duration(minutes: float) -> str:
    """A time in its usual unit: "30 s", "70 min", "3 h", "2 d"."""
    if minutes < 1:
        return f"{minutes * 60:g} s"
    if minutes >= TWO_DAYS_MIN and minutes % DAY_MIN == 0:
        return f"{minutes / DAY_MIN:g} d"
    return f"{minutes / 60:g} h" if minutes >= 120 and minutes % 60 == 0 else f"{minutes:g} min"


def _title(title: str, width: style.Width) -> tuple[list[str], float]:
    """The title on one or more lines; gives SVG and height [pt]."""
    max_mm = style.WIDTHS_MM[width] - 4
    lines = style.wrapped(typeset(title), max_mm, lines=3, bold=True).split("\n")
    parts = [
        f'<g transform="translate(0 {TITLE_LINE * n:.2f})">{diagram.title_svg(line, width)}</g>'
        for n, line in enumerate(lines)
    ]
    return parts, TITLE_LINE * len(lines) + GAP


def _card(number: int, step: Step, page: float) -> tuple[str, float]:
    """One step: its number, its name, the instruction and the conditions; gives SVG and height
    [pt].
    """
    narrow = page < NARROW_PAGE
    beside = 0.0 if narrow else CONDITIONS_WIDTH
    lines = _lines(typeset(step.instruction), page - 38.0 - beside, style.FONT_PT)
    conditions = step_conditions(step)
    text_height = TEXT_TOP + LINE_PT * len(lines)
    row = CONDITION_ROW * bool(conditions) if narrow else 0.0
    height = max(
        text_height + row + (8.0 if row else 4.0),
        0.0 if narrow else CONDITION_ROW * len(conditions) + 8.0,
    )
    size = f'font-size="{style.FONT_PT:g}"'
    name = escape(typeset(style.one_line(step.name)))
    parts = [
        (
            f'<rect x="0.5" y="0.5" width="{page - 1:.2f}" height="{height - 1:.2f}" rx="6" '
            f'fill="{CARD_FILL}" stroke="{CARD_EDGE}" stroke-width="0.8"/>'
        ),
        f'<circle cx="12" cy="12" r="7.5" fill="{COLD}"/>',
        (
            f'<text x="12" y="14.8" text-anchor="middle" {size} font-weight="bold" '
            f'fill="#FFFFFF">{number}</text>'
        ),
        f'<text x="26" y="14.8" {size} font-weight="bold">{name}</text>',
    ]
    parts += [
        f'<text x="26" y="{TEXT_LEFT + LINE_PT * n:.2f}" {size}>{escape(line)}</text>'
        for n, line in enumerate(lines)
    ]
    for n, (kind, text) in enumerate(conditions):
        x, y = page - beside, 6.0 + CONDITION_ROW * n
        if narrow:
            x, y = TEXT_LEFT + CONDITION_COLUMN * n, text_height + 3.0
        parts.append(_condition(kind, text, _ink(kind, step), x, y))
    return "".join(parts), height


def _condition(kind: str, text: str, ink: str, x: float, y: float) -> str:
    """The icon and the text of a condition."""
    icon = ICONS[kind].format(ink=ink)
    return (
        f'<g transform="translate({x:.2f} {y:.2f})">'
        f'<g stroke-width="0.9" stroke-linejoin="round">{icon}</g>'
        f'<text x="14" y="8" font-size="{style.FONT_PT:g}" fill="{ink}">{escape(text)}</text></g>'
    )


def _ink(kind: str, step: Step) -> str:
    """Blue for cold and orange for warm; the number beside it states the same."""
    if kind != "temperature" or step.temperature_C is None:
        return PLAIN
    if step.temperature_C < COLD_BELOW_C:
        return COLD
    return WARM if step.temperature_C > WARM_ABOVE_C else PLAIN


def _arrow(x: float, y: float) -> str:
    corners = f"{x - 2.8:g},{y + 8:.2f} {x + 2.8:g},{y + 8:.2f} {x:g},{y + 13.5:.2f}"
    return (
        f'<path d="M{x:g} {y:.2f} V{y + 9:.2f}" stroke="#333333" fill="none"/>'
        f'<polygon points="{corners}" fill="#333333"/>'
    )


def _assumed(protocol: Protocol, page: float, y: float) -> tuple[list[str], float]:
    """A note on values without a source; gives SVG and the height at its end [pt]."""
    if not protocol.assumed:
        return [], y
    names = ", ".join(condition_label(name) for name in protocol.assumed)
    note = f"Assumed, or from memory without a source: {names}."
    y += 6.0
    parts = []
    for line in _lines(note, page, style.SMALL_PT):
        y += 9.0
        parts.append(
            f'<text x="0" y="{y:.2f}" font-size="{style.SMALL_PT:g}" fill="#5A5A5A">'
            f"{escape(line)}</text>"
        )
    return parts, y


def _lines(text: str, width_pt: float, size_pt: float) -> list[str]:
    max_mm = width_pt / 72 * 25.4 * style.FONT_PT / size_pt
    return style.wrapped(text, max_mm, lines=60).split("\n")


def _temperature(celsius: float) -> str:
    if celsius % 1:
        return format_number(celsius, 3).rstrip("0").rstrip(".")
    return str(round(celsius))


def _alt(protocol: Protocol) -> str:
    """The steps as a sentence, for readers who do not see the drawing."""
    steps = []
    for number, step in enumerate(protocol.steps, 1):
        conditions = "".join(f", {text}" for _, text in step_conditions(step))
        steps.append(f"{number}. {step.name}: {step.instruction}{conditions}")
    return f"{protocol.title}. {'; '.join(steps)}."
