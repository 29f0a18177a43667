"""Draws a forest plot: single runs, pooled runs, the vendor guide's range and published values.

One line per number on a logarithmic axis: runs are open circles, pooled values filled diamonds,
ranges bars, published values squares. An unbounded interval ends in an arrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import format_number
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.units import convert

Kind = Literal["heading", "run", "pooled", "guide", "published"]
ROW_MM = 4.6


@dataclass(frozen=True)
class ForestRow:
    """One line of the plot; numbers in the unit of the axis, nan where there is none."""

    label: str
    kind: Kind
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    relation: Literal["=", ">", "<"] = "="
    n: str = ""
    numbers: str = ""


def estimate_row(
    estimate: Estimate, label: str, kind: Literal["run", "pooled"], unit: str
) -> ForestRow | None:
    """An estimate as a row in the unit of the axis; None where it cannot be converted."""
    factor = _factor(estimate.unit, unit)
    if factor is None or not estimate.value > 0:
        return None
    sign = "" if estimate.qualifier == "=" else f"{estimate.qualifier} "
    limits = format_interval(estimate)
    numbers = f"{sign}{format_number(estimate.value)} {estimate.unit}"
    numbers += f" ({limits})" if limits else ""
    return ForestRow(
        label,
        kind,
        estimate.value * factor,
        estimate.low * factor,
        estimate.high * factor,
        estimate.qualifier,
        str(estimate.n_experiments),
        numbers,
    )


def evidence_row(evidence: Evidence, unit: str, parameter: str = "Ki") -> ForestRow | None:
    """A published value as a row in the unit of the axis; None where it cannot be drawn there.

    Numbers are printed as they were published; the label names the quantity where it is not
    `parameter`.
    """
    factor = _factor(evidence.unit, unit)
    known = [
        x for x in (evidence.value, evidence.low, evidence.high) if not math.isnan(x) and x > 0
    ]
    if factor is None or not known:
        return None
    guide = evidence.certainty == "vendor guide"
    label = "vendor guide" if guide else (evidence.source or "published")
    other = evidence.parameter if evidence.parameter != parameter else ""
    about = ", ".join(part for part in (other, evidence.species) if part)
    ranged = not (math.isnan(evidence.low) or math.isnan(evidence.high))
    sign = "" if evidence.qualifier == "=" else f"{evidence.qualifier} "
    numbers = f"{sign}{evidence.value:g}" if not math.isnan(evidence.value) else ""
    if ranged:
        spread = f"{evidence.low:g} to {evidence.high:g}"
        numbers = f"{numbers} ({spread})" if numbers else spread
    return ForestRow(
        f"{label} ({about})" if about else label,
        "guide" if guide else "published",
        evidence.value * factor,
        evidence.low * factor,
        evidence.high * factor,
        evidence.qualifier,
        "",
        numbers.replace(" (", f" {evidence.unit} (", 1)
        if numbers.endswith(")")
        else f"{numbers} {evidence.unit}",
    )


def forest(
    rows: Sequence[ForestRow],
    *,
    name: str,
    title: str,
    x_title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
) -> Figure:
    """Draw rows from top to bottom on one logarithmic axis, 174 mm wide.

    Parameters
    ----------
    rows : sequence of ForestRow
        All in one unit, above 0; kind "heading" starts a group.
    name, title, x_title : str
        Name of the files; title of the figure; axis title with unit.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.

    Raises
    ------
    InputError
        If no row has a number above 0.
    """
    ends = [x for row in rows for x in (row.value, row.low, row.high) if math.isfinite(x) and x > 0]
    if not ends:
        raise InputError("has no number above 0", where=f"forest plot {name}")
    with style.publication_style(text_as):
        removed = 0.0 if show_title else 5.0
        height = 17.0 + 9.0 - removed + ROW_MM * len(rows)
        left = 50.0
        canvas, axes = style.sheet(
            "full", height, left_mm=left, right_mm=54.0, bottom_mm=13.0, top_mm=11.5 - removed
        )
        low, high = math.log10(min(ends)), math.log10(max(ends))
        pad = max(0.15, 0.06 * (high - low))
        axes.set_xscale("log")
        axes.set_xlim(10 ** (low - pad), 10 ** (high + pad))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        _ticks(axes, low - pad, high + pad)
        for place, row in enumerate(rows):
            _row(axes, place, row, left)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.set_xlabel(style.fitted(x_title, 90.0))
        top = 1 - (7.2 - removed) / height
        if show_title:
            canvas.text(
                2.0 / 174.0,
                1 - 1.2 / height,
                style.fitted(title, 168.0, bold=True),
                va="top",
                weight="bold",
            )
        for x, head, side in ((122.0, "n", "center"), (126.0, "value (interval)", "left")):
            canvas.text(
                x / 174.0, top, head, va="top", ha=side, fontsize=style.small_pt(), color=style.GREY
            )
        return style.finish(
            canvas,
            name=name,
            caption=_caption(rows, title),
            alt=_alt(rows, title),
            width="full",
            pdf=pdf,
        )


def _factor(unit: str, wanted: str) -> float | None:
    if unit == wanted:
        return 1.0
    try:
        return convert(1.0, unit, wanted)
    except InputError:
        return None


def _ticks(axes: Axes, low: float, high: float) -> None:
    decades = high - low
    marks = (1.0,) if decades > 3 else (1.0, 3.0) if decades > 1.2 else (1.0, 2.0, 3.0, 5.0)
    axes.xaxis.set_major_locator(LogLocator(10, subs=marks, numticks=12))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: format_number(x, 1) if x < 1e6 else f"1e{math.log10(x):.0f}")
    )
    if decades <= 6:
        axes.xaxis.set_minor_locator(LogLocator(10, subs=tuple(range(2, 10)), numticks=60))
    else:
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=1.6, width=0.5)


def _row(axes: Axes, place: int, row: ForestRow, left_mm: float) -> None:
    canvas = axes.get_figure(root=True)
    assert canvas is not None
    across = axes.get_yaxis_transform()
    per_mm = 1 / (174.0 - left_mm - 54.0)
    bold = row.kind in ("heading", "pooled")
    indent = 0.0 if row.kind == "heading" else 2.5
    axes.text(
        (2.0 + indent - left_mm) * per_mm,
        place,
        style.fitted(
            row.label, 165.0 if row.kind == "heading" else left_mm - 6.0 - indent, bold=bold
        ),
        transform=across,
        va="center",
        weight="bold" if bold else "normal",
    )
    if row.kind == "heading":
        if place:
            axes.plot(
                [(2.0 - left_mm) * per_mm, (172.0 - left_mm) * per_mm],
                [place - 0.5] * 2,
                transform=across,
                color=style.PALE,
                linewidth=0.5,
                clip_on=False,
            )
        return
    weight = "bold" if row.kind == "pooled" else "normal"
    axes.text(
        (122.0 - left_mm) * per_mm,
        place,
        row.n,
        transform=across,
        va="center",
        ha="center",
        fontsize=style.small_pt(),
        weight=weight,
    )
    numbers = style.fitted(row.numbers, 47.0, size_pt=style.small_pt(), bold=bold)
    axes.text(
        (126.0 - left_mm) * per_mm,
        place,
        numbers,
        transform=across,
        va="center",
        fontsize=style.small_pt(),
        weight=weight,
    )
    _symbol(axes, place, row)


def _symbol(axes: Axes, place: int, row: ForestRow) -> None:
    first, last = axes.get_xlim()
    low = (
        row.low
        if math.isfinite(row.low) and row.low > 0
        else (math.nan if math.isnan(row.low) else first)
    )
    high = row.high if math.isfinite(row.high) else (math.nan if math.isnan(row.high) else last)
    if row.kind == "guide":
        if not math.isnan(low) and not math.isnan(high):
            axes.plot(
                [low, high],
                [place, place],
                color="#E69F00",
                linewidth=5.5,
                solid_capstyle="butt",
                alpha=0.85,
            )
        if row.value > 0:
            axes.plot([row.value], [place], marker="|", color=style.INK, markersize=7)
        return
    colour = {"run": style.COLOURS[0], "pooled": style.INK, "published": style.COLOURS[2]}[row.kind]
    wide = 1.8 if row.kind == "pooled" else 1.0
    if not math.isnan(low) and not math.isnan(high):
        axes.plot([low, high], [place, place], color=colour, linewidth=wide, zorder=2)
    # An unbounded end, or a value that is only a bound, is an arrow.
    for end, opens in ((first, _opens_down(row)), (last, _opens_up(row))):
        if opens:
            start = row.value if row.value > 0 else (low if end == last else high)
            axes.annotate(
                "",
                xy=(end, place),
                xytext=(start, place),
                arrowprops={
                    "arrowstyle": "->",
                    "color": colour,
                    "lw": wide,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
    if row.value > 0:
        marker, size, face = {
            "run": ("o", 4.2, "white"),
            "pooled": ("D", 5.2, colour),
            "published": ("s", 4.0, colour),
        }[row.kind]
        axes.plot(
            [row.value],
            [place],
            marker=marker,
            markersize=size,
            markerfacecolor=face,
            markeredgecolor=colour,
            markeredgewidth=1.0,
            zorder=3,
        )


def _opens_up(row: ForestRow) -> bool:
    return row.relation == ">" or (math.isinf(row.high) and row.high > 0)


def _opens_down(row: ForestRow) -> bool:
    return row.relation == "<" or (
        not math.isnan(row.low) and (row.low <= 0 or math.isinf(row.low))
    )


def _caption(rows: Sequence[ForestRow], title: str) -> str:
    kinds = {row.kind for row in rows}
    words = {
        "run": "circles: single runs with their intervals",
        "pooled": "diamonds: runs pooled on the log scale, n runs",
        "guide": "orange bars: range on the web page of a vendor, for orientation",
        "published": "squares: published values",
    }
    legend = "; ".join(words[kind] for kind in words if kind in kinds)
    arrows = (
        " Arrow: the interval is unbounded."
        if any(_opens_up(r) or _opens_down(r) for r in rows)
        else ""
    )
    return f"{style.one_line(title)}. {legend[:1].upper()}{legend[1:]}.{arrows}"


def _alt(rows: Sequence[ForestRow], title: str) -> str:
    return (
        f"{title}: "
        + "; ".join(f"{row.label} {row.numbers}" for row in rows if row.kind in ("pooled", "guide"))
        + "."
    )
