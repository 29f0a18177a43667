"""From the steps of a Protocol to a drawing of the work at the bench, one card below the other.

A card says what is done; beside it stand how long it takes, how warm it is and in what volume. What no source
supports is named below, so that a guess is not copied as a method.
"""

from __future__ import annotations

import re
from html import escape

from tricyclic.core.document import Figure
from tricyclic.core.format import figures
from tricyclic.core.protocol import Protocol, Step
from tricyclic.errors import InputError
from tricyclic.plotting import diagram, style
from tricyclic.plotting.network import typeset

LINE_PT = 9.6
CARD_FILL, CARD_EDGE = "#F3F7FB", "#B7CBDD"
COLD, WARM, PLAIN = "#0067A0", "#B35806", "#4A4A4A"
ICONS = {
    "time": '<circle cx="5" cy="5" r="4.2" fill="none" stroke="{ink}"/><path d="M5 2.4 V5 L7 6" fill="none" stroke="{ink}"/>',
    "temperature": '<path d="M3.8 6.2 V2 A1.2 1.2 0 0 1 6.2 2 V6.2 A2 2 0 1 1 3.8 6.2 Z" fill="none" stroke="{ink}"/><circle cx="5" cy="7.6" r="1" fill="{ink}"/>',
    "volume": '<path d="M2.8 0.8 H7.2 V7 A2.2 2.2 0 0 1 2.8 7 Z M2.8 4.4 H7.2" fill="none" stroke="{ink}"/>',
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
        SVG that can stand in a page; the same bytes for the same protocol.

    Raises
    ------
    InputError
        If the protocol has no step.
    """
    if not protocol.steps:
        raise InputError(
            "has no step to draw", where=f"protocol {protocol.name}", do="Add a [[step]] to it"
        )
    wide = diagram.page_wide(width)
    parts = []
    y = 0.0
    # A title that does not fit on one line goes on to a second.
    for line in style.wrapped(
        typeset(protocol.title), style.WIDTHS_MM[width] - 4, lines=3, bold=True
    ).split("\n"):
        parts.append(f'<g transform="translate(0 {y:.2f})">{diagram.heading(line, width)}</g>')
        y += 11.0
    y += 4.0
    for number, step in enumerate(protocol.steps, 1):
        card, high = _card(number, step, wide)
        parts.append(
            f'<g id="step{number}" class="step" transform="translate(0 {y:.2f})">{card}</g>'
        )
        y += high
        if number < len(protocol.steps):
            parts.append(_arrow(12.0, y))
            y += 14.0
    if protocol.assumed:
        y += 6.0
        for line in _lines(
            f"Assumed, or recalled without its source: {', '.join(_said(name) for name in protocol.assumed)}.",
            wide,
            style.SMALL_PT,
        ):
            y += 9.0
            parts.append(
                f'<text x="0" y="{y:.2f}" font-size="{style.SMALL_PT:g}" fill="#5A5A5A">{escape(line)}</text>'
            )
    return diagram.sheet(
        "\n".join(parts), name=protocol.name, alt=_alt(protocol), wide=wide, high=y + 4.0
    )


def workflow_figure(
    protocol: Protocol, *, width: style.Width = "full", caption: str = ""
) -> Figure:
    """Draw the steps of a protocol as a Figure for a report."""
    return Figure(
        name=f"{protocol.name}-workflow",
        svg=workflow_svg(protocol, width=width),
        caption=caption or f"Steps at the bench. {style.one_line(protocol.title)}.",
        alt=_alt(protocol),
        width="half" if width == "column" else "full",
    )


def conditions_of(step: Step) -> tuple[tuple[str, str], ...]:
    """What a step fixes, as (kind, words): ("time", "3 h"), ("temperature", "4 °C"), ("volume", "250 µL")."""
    told = []
    if step.minutes is not None:
        told.append(("time", duration(step.minutes)))
    if step.temperature_C is not None:
        told.append(
            (
                "temperature",
                f"{figures(step.temperature_C, 3).rstrip('0').rstrip('.') if step.temperature_C % 1 else round(step.temperature_C)} °C",
            )
        )
    if step.volume_uL is not None:
        told.append(
            (
                "volume",
                f"{step.volume_uL:g} µL"
                if step.volume_uL < 1000
                else f"{step.volume_uL / 1000:g} mL",
            )
        )
    return tuple(told)


def duration(minutes: float) -> str:
    """Write a time as one says it: "30 s", "70 min", "3 h", "2 d"."""
    if minutes < 1:
        return f"{minutes * 60:g} s"
    if minutes >= 2880 and minutes % 1440 == 0:
        return f"{minutes / 1440:g} d"
    return f"{minutes / 60:g} h" if minutes >= 120 and minutes % 60 == 0 else f"{minutes:g} min"


def _card(number: int, step: Step, wide: float) -> tuple[str, float]:
    """One step: its number, its name, what is done, and the conditions at its right; gives SVG and height [pt]."""
    narrow = wide < 300
    beside = 0.0 if narrow else 66.0
    lines = _lines(typeset(step.does), wide - 30.0 - 8.0 - beside, style.FONT_PT)
    conditions = conditions_of(step)
    text_high = 17.0 + LINE_PT * len(lines)
    row = 13.0 * bool(conditions) if narrow else 0.0
    high = max(
        text_high + row + (8.0 if row else 4.0), 0.0 if narrow else 13.0 * len(conditions) + 8.0
    )
    parts = [
        f'<rect x="0.5" y="0.5" width="{wide - 1:.2f}" height="{high - 1:.2f}" rx="6" fill="{CARD_FILL}" stroke="{CARD_EDGE}" stroke-width="0.8"/>',
        f'<circle cx="12" cy="12" r="7.5" fill="{COLD}"/>',
        f'<text x="12" y="14.8" text-anchor="middle" font-size="{style.FONT_PT:g}" font-weight="bold" fill="#FFFFFF">{number}</text>',
        f'<text x="26" y="14.8" font-size="{style.FONT_PT:g}" font-weight="bold">{escape(typeset(style.one_line(step.name)))}</text>',
    ]
    parts += [
        f'<text x="26" y="{26.0 + LINE_PT * n:.2f}" font-size="{style.FONT_PT:g}">{escape(line)}</text>'
        for n, line in enumerate(lines)
    ]
    for n, (kind, words) in enumerate(conditions):
        x, y = (26.0 + 52.0 * n, text_high + 3.0) if narrow else (wide - beside, 6.0 + 13.0 * n)
        ink = _ink(kind, step)
        parts.append(
            f'<g transform="translate({x:.2f} {y:.2f})"><g stroke-width="0.9" stroke-linejoin="round">{ICONS[kind].format(ink=ink)}</g>'
            f'<text x="14" y="8" font-size="{style.FONT_PT:g}" fill="{ink}">{escape(words)}</text></g>'
        )
    return "".join(parts), high


def _ink(kind: str, step: Step) -> str:
    """Cold is blue, warmer than the room orange; the number says it too."""
    if kind != "temperature" or step.temperature_C is None:
        return PLAIN
    return COLD if step.temperature_C < 15 else WARM if step.temperature_C > 27 else PLAIN


def _arrow(x: float, y: float) -> str:
    return f'<path d="M{x:g} {y:.2f} V{y + 9:.2f}" stroke="#333333" fill="none"/><polygon points="{x - 2.8:g},{y + 8:.2f} {x + 2.8:g},{y + 8:.2f} {x:g},{y + 13.5:.2f}" fill="#333333"/>'


def _lines(text: str, room_pt: float, size_pt: float) -> list[str]:
    room_mm = room_pt / 72 * 25.4 * style.FONT_PT / size_pt
    return style.wrapped(text, room_mm, lines=60).split("\n")


def _said(name: str) -> str:
    """A field of the conditions in words: volume_uL is a volume, nsb_drug_M the concentration of a drug."""
    plain = re.sub(r"_(?:nM|M|uL|ug|min|C|Ci_per_mmol)$", "", name)
    plain = (
        f"concentration of {plain}" if re.search(r"(?:radioligand|drug|mask)_n?M$", name) else plain
    )
    words = plain.replace("nsb_drug", "drug in non-specific wells").replace("_", " ")
    return words.replace(" kd", " Kd").replace("bmax", "Bmax")


def _alt(protocol: Protocol) -> str:
    steps = (
        f"{number}. {step.name}: {step.does}{''.join(f', {words}' for _, words in conditions_of(step))}"
        for number, step in enumerate(protocol.steps, 1)
    )
    return f"{protocol.title}. {'; '.join(steps)}."
