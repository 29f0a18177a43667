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
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import format_number, format_quantity
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.units import convert

Kind = Literal["heading", "run", "pooled", "guide", "published"]
ROW_MM = 4.6
# Columns of a page of 174 mm: labels before the axis; number of runs and values behind it.
LABELS_MM, VALUES_MM = 50.0, 54.0
# Gaps: between the columns, of the numbers of runs, and the narrowest axis.
GAP_MM, N_MM, LEAST_AXIS_MM = 2.0, 6.0, 22.0
# Height of a further line of a label, and what a label has beside it before the axis.
LINE_MM, BESIDE_LABEL_MM = 3.2, 8.5
MOST_LINES = 3
LEAST_WIDTH_MM = 60.0


@dataclass(frozen=True)
class _ForestColumns:
    """Widths of a forest plot [mm]: of the page, before the axis, behind it; whether runs are
    counted, and the lines that a label may have.
    """

    wide: float
    left: float
    right: float
    has_n: bool = True
    label_lines: int = 1

    @property
    def axis(self) -> float:
        """Width of the axis."""
        return self.wide - self.left - self.right

    @property
    def row_mm(self) -> float:
        """Height of a row."""
        return ROW_MM + LINE_MM * (self.label_lines - 1)

    @property
    def values_at(self) -> float:
        """Where the values begin."""
        return self.wide - self.right + (N_MM if self.has_n else GAP_MM)


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
    numbers = f"{sign}{format_quantity(estimate.value, estimate.unit)}"
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
    reference: float | None = None,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
) -> Figure:
    """Draw rows from top to bottom on one logarithmic axis, 174 mm wide, or as the style states.

    Parameters
    ----------
    rows : sequence of ForestRow
        All in one unit, above 0; kind "heading" starts a group.
    name, title, x_title : str
        Name of the files; title of the figure; axis title with unit.
    reference : float or None
        Value of a vertical line, such as 1 for ratios.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.

    Raises
    ------
    InputError
        If no row has a number above 0, or the style is too narrow.
    """
    ends = [x for row in rows for x in (row.value, row.low, row.high) if math.isfinite(x) and x > 0]
    if not ends:
        raise InputError("has no number above 0", where=f"forest plot {name}")
    ends += [reference] if reference is not None else []
    with style.publication_style(text_as):
        removed = 0.0 if show_title else 5.0
        columns = _columns(rows)
        height = style.page_height_mm(
            (17.0 + 9.0 - removed + columns.row_mm * len(rows)) * style.current().scale
        )
        wide, scale = columns.wide, style.current().scale
        canvas, axes = style.sheet(
            "full",
            height,
            left_mm=columns.left / scale,
            right_mm=columns.right / scale,
            bottom_mm=13.0,
            top_mm=11.5 - removed,
        )
        low, high = math.log10(min(ends)), math.log10(max(ends))
        pad = max(0.15, 0.06 * (high - low))
        axes.set_xscale("log")
        axes.set_xlim(10 ** (low - pad), 10 ** (high + pad))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        _ticks(axes, low - pad, high + pad)
        if reference is not None:
            axes.axvline(reference, color=style.GREY, linewidth=0.6, linestyle="--", zorder=1)
        for place, row in enumerate(rows):
            _row(axes, place, row, columns)
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        _write_x_title(canvas, axes, x_title, columns)
        top = 1 - (7.2 - removed) * scale / height
        if show_title and style.current().title:
            canvas.text(
                2.0 / wide,
                1 - 1.2 / height,
                style.fitted(title, wide - 6.0, bold=True),
                va="top",
                weight="bold",
            )
        heads = [(columns.values_at, "value (interval)", "left")]
        if columns.has_n:
            heads.append((columns.values_at - 4.0, "n", "center"))
        for x, head, side in heads:
            canvas.text(
                x / wide, top, head, va="top", ha=side, fontsize=style.small_pt(), color=style.GREY
            )
        return style.finish(
            canvas,
            name=name,
            caption=_caption(rows, title),
            alt=_alt(rows, title),
            width="full",
            pdf=pdf,
        )


def _columns(rows: Sequence[ForestRow]) -> _ForestColumns:
    """The columns of the page; narrower than 174 mm, as wide as their text needs."""
    wide = style.page_mm("full", least_mm=LEAST_WIDTH_MM)
    has_n = any(row.n for row in rows)
    if wide >= style.WIDTHS_MM["full"]:
        return _ForestColumns(wide, LABELS_MM, VALUES_MM, has_n)
    numbers = max(
        style.width_mm(row.numbers, size_pt=style.small_pt(), bold=row.kind == "pooled")
        for row in rows
    )
    labels = [(row.label, row.kind == "pooled") for row in rows if row.kind != "heading"]
    longest = max(style.width_mm(style.one_line(text), bold=bold) for text, bold in labels)
    space = wide - LEAST_AXIS_MM
    right = min(numbers + (N_MM if has_n else GAP_MM) + 2 * GAP_MM, 0.6 * space)
    left = min(longest + BESIDE_LABEL_MM, space - right)
    lines = 1
    while lines < MOST_LINES and any(
        style.wrapped(text, left - BESIDE_LABEL_MM, lines=lines, bold=bold).endswith("…")
        for text, bold in labels
    ):
        lines += 1
    return _ForestColumns(wide, left, right, has_n, lines)


def _write_x_title(canvas: Canvas, axes: Axes, x_title: str, columns: _ForestColumns) -> None:
    """The title below the axis, or below the whole figure where the axis is too narrow for it."""
    text = style.one_line(x_title)
    if style.width_mm(text) <= columns.axis + 20.0 or columns.wide >= style.WIDTHS_MM["full"]:
        axes.set_xlabel(style.fitted(text, 90.0))
        return
    bottom = 2.0 / (canvas.get_figheight() / style.MM)
    text = style.fitted(text, columns.wide - 4.0)
    canvas.text(0.5, bottom, text, ha="center", va="bottom")


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
    inside = [x for x in axes.get_xticks() if 10**low <= x <= 10**high]
    if len(inside) < 3:
        # Less than about half a decade: even steps, with as many digits as they need.
        first, last = 10**low, 10**high
        even = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(first, last)
        axes.xaxis.set_major_locator(FixedLocator([x for x in even if first <= x <= last]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.6g}"))
    if decades <= 6:
        axes.xaxis.set_minor_locator(LogLocator(10, subs=tuple(range(2, 10)), numticks=60))
    else:
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=1.6, width=0.5)


def _row(axes: Axes, place: int, row: ForestRow, columns: _ForestColumns) -> None:
    across = axes.get_yaxis_transform()
    left_mm, per_mm = columns.left, 1 / columns.axis
    bold = row.kind in ("heading", "pooled")
    indent = 0.0 if row.kind == "heading" else 2.5
    axes.text(
        (2.0 + indent - left_mm) * per_mm,
        place,
        style.wrapped(
            row.label,
            columns.wide - 9.0 if row.kind == "heading" else left_mm - 6.0 - indent,
            lines=columns.label_lines,
            bold=bold,
        ),
        linespacing=1.0,
        transform=across,
        va="center",
        weight="bold" if bold else "normal",
    )
    if row.kind == "heading":
        if place:
            axes.plot(
                [(2.0 - left_mm) * per_mm, (columns.wide - 2.0 - left_mm) * per_mm],
                [place - 0.5] * 2,
                transform=across,
                color=style.PALE,
                linewidth=0.5,
                clip_on=False,
            )
        return
    weight = "bold" if row.kind == "pooled" else "normal"
    axes.text(
        (columns.values_at - 4.0 - left_mm) * per_mm,
        place,
        row.n,
        transform=across,
        va="center",
        ha="center",
        fontsize=style.small_pt(),
        weight=weight,
    )
    space = columns.wide - 1.0 - columns.values_at
    numbers = style.fitted(row.numbers, space, size_pt=style.small_pt(), bold=bold)
    axes.text(
        (columns.values_at - left_mm) * per_mm,
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
