"""Draws the overview of a chromatographic batch: what the injections did in their order, and the
calibration with its residuals.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from tricyclic.core.calibration_line import WITHIN, WITHIN_LOWEST
from tricyclic.core.document import Figure
from tricyclic.core.peak import InjectionPeaks
from tricyclic.core.sample_list import SampleRole, SampleRow
from tricyclic.plotting import style
from tricyclic.results.chromatography import AnalyteBatch, BatchResult

HIGH_MM, TITLE_MM, FOOT_MM = 124.0, 9.0, 18.0
LEFT_MM, SPLIT_MM, RIGHT_MM = 17.0, 106.0, 4.0
GAP_MM, MIDDLE_MM = 7.0, 19.0
# Where an axis of percent is cut, so that one failed injection does not flatten the others.
MOST_PERCENT = 60.0
# Colour and symbol of each role.
ROLES: dict[SampleRole, tuple[int, str, str]] = {
    "standard": (0, "o", "standards"),
    "suitability": (0, "D", "repeated standard"),
    "quality control": (1, "s", "quality controls"),
    "sample": (2, ".", "samples"),
    "blank": (3, "v", "blanks"),
}


@dataclass(frozen=True)
class _Point:
    """One injection in a panel over the order."""

    row: SampleRow
    value: float


def batch_overview(
    result: BatchResult,
    analyte: str,
    *,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the overview of one analyte, 174 mm wide.

    Parameters
    ----------
    result : BatchResult
    analyte : str
    pdf : bool
    text_as : {"text", "path"}
    """
    one = result[analyte]
    wide = style.page_mm("full")
    with style.publication_style(text_as):
        canvas = style.blank(wide, HIGH_MM)
        panels = _over_order(result, one)
        for place, (title, unit, points) in enumerate(panels):
            axes = _axes(canvas, wide, place, len(panels))
            _draw_points(axes, points, unit)
            axes.set_title(title, fontsize="small", pad=3.0, weight="normal")
            axes.set_xlim(0.0, max(row.order for row in result.samples) + 1.0)
            if place + 1 < len(panels):
                axes.set_xticklabels([])
            else:
                axes.set_xlabel("place in the batch")
        upper = _right(canvas, wide, 0)
        _draw_line(upper, result, one)
        _draw_residuals(_right(canvas, wide, 1), one, result.unit)
        _legend(canvas, result, wide)
        title = f"{result.title}: {analyte}" if result.title else f"{analyte} over the batch"
        style.draw_title(canvas, title, width="full", height_mm=HIGH_MM, lines=1)
        words = _words(result, one)
        return style.finish(
            canvas,
            name=f"batch-{analyte}",
            caption=f"{words} Left, over the order of the injections: {_listed(panels)}. Right: "
            f"the calibration (weight {one.line.weighting}) and the errors of the standards that "
            f"it gives back; dashed: {WITHIN:g} % ({WITHIN_LOWEST:g} % at the lowest level). "
            "Open symbols are excluded; triangles at the edge of a panel are beyond it.",
            alt=words,
            width="full",
            pdf=pdf,
        )


def _listed(panels: Sequence[tuple[str, str, list[_Point]]]) -> str:
    return ", ".join(
        title[0].lower() + title[1:] if title[1:2].islower() else title for title, _, _ in panels
    )


def _words(result: BatchResult, one: AnalyteBatch) -> str:
    injections = len(result.samples.injected)
    return (
        f"Batch of {injections} injections, {one.analyte}: {len(one.line.standards)} standards at "
        f"{len(one.line.levels)} levels, {one.line.lowest:g} to {one.line.highest:g} {result.unit}."
    )


def _over_order(result: BatchResult, one: AnalyteBatch) -> list[tuple[str, str, list[_Point]]]:
    """Title, unit and points of the panels over the order."""
    by_name = {i.injection: i for i in result.injections}
    rows = result.samples.injected
    panels = []
    if result.internal_standard:
        name = result.internal_standard
        areas = [(row, by_name[row.name][name].area) for row in rows if row.internal_standard]
        middle = float(np.median([a for _, a in areas if a])) if any(a for _, a in areas) else 1.0
        points = [_Point(row, 100.0 * (area or 0.0) / middle) for row, area in areas]
        panels.append((f"Area of {name}", "% of median", points))
    known = [
        _Point(a.row, 100.0 * a.amount / a.row.amount)
        for a in one.amounts
        if a.row.amount > 0 and math.isfinite(a.amount)
    ]
    panels.append((f"{one.analyte} read back", "% of nominal", known))
    panels.append(("Retention", "% of method", _shifts(rows, by_name)))
    return panels


def _shifts(rows: Sequence[SampleRow], by_name: dict[str, InjectionPeaks]) -> list[_Point]:
    return [
        _Point(row, 100.0 + by_name[row.name].shift_percent)
        for row in rows
        if by_name[row.name].reference
    ]


def _axes(canvas: Canvas, wide: float, place: int, count: int) -> Axes:
    scale = style.current().scale
    inner = HIGH_MM - TITLE_MM - FOOT_MM - (count - 1) * GAP_MM
    height = inner / count - 2.0
    bottom = FOOT_MM + (count - 1 - place) * (inner / count + GAP_MM)
    left = LEFT_MM * scale
    axes = canvas.add_axes(
        (left / wide, bottom / HIGH_MM, (SPLIT_MM - left) / wide, height / HIGH_MM)
    )
    style.offset_spines(axes)
    return axes


def _right(canvas: Canvas, wide: float, place: int) -> Axes:
    scale = style.current().scale
    left = SPLIT_MM + MIDDLE_MM * scale
    inner = HIGH_MM - TITLE_MM - FOOT_MM - 2 * GAP_MM
    heights = (0.58 * inner, 0.42 * inner - 2.0)
    bottom = FOOT_MM if place else HIGH_MM - TITLE_MM - heights[0] - 2.0
    axes = canvas.add_axes(
        (
            left / wide,
            bottom / HIGH_MM,
            (wide - RIGHT_MM - left) / wide,
            heights[place] / HIGH_MM,
        )
    )
    style.offset_spines(axes)
    return axes


def _draw_points(axes: Axes, points: Sequence[_Point], unit: str) -> None:
    values = np.array([p.value for p in points if not p.row.excluded] or [100.0])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if unit == "% of nominal":
        axes.axhspan(100 - WITHIN, 100 + WITHIN, color=style.PALE, alpha=0.45, linewidth=0)
        low, high = min(low, 82.0), max(high, 118.0)
    low, high = max(low, 100 - MOST_PERCENT), min(high, 100 + MOST_PERCENT)
    margin = 0.08 * (high - low) + 0.02
    axes.axhline(100.0, color=style.GREY, linewidth=0.5, zorder=0)
    for role, (colour, symbol, _) in ROLES.items():
        own = [p for p in points if p.row.role == role]
        if not own:
            continue
        x = np.array([p.row.order for p in own], dtype=float)
        value = np.array([p.value for p in own])
        y = np.clip(value, low - 0.6 * margin, high + 0.6 * margin)
        beyond = ~((low - margin < value) & (value < high + margin))
        out = np.array([bool(p.row.excluded) for p in own])
        for mask, face in ((~out & ~beyond, style.colour(colour)), (out & ~beyond, "white")):
            axes.plot(
                x[mask],
                y[mask],
                linestyle="none",
                marker=symbol,
                markersize=2.6 if symbol != "." else 3.2,
                markerfacecolor=face,
                markeredgecolor=style.colour(colour),
                markeredgewidth=0.5,
            )
        for excluded, above in itertools.product((False, True), repeat=2):
            at = beyond & (out == excluded) & ((value > high) == above)
            axes.plot(
                x[at],
                y[at],
                linestyle="none",
                marker="^" if above else "v",
                markersize=3.4,
                markerfacecolor="white" if excluded else style.colour(colour),
                markeredgecolor=style.colour(colour),
                markeredgewidth=0.6,
            )
    axes.set_ylim(low - margin, high + margin)
    axes.set_ylabel(unit)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))


def _draw_line(axes: Axes, result: BatchResult, one: AnalyteBatch) -> None:
    line = one.line
    grid = np.geomspace(line.lowest, line.highest, 60)
    fitted = line.intercept + line.slope * grid
    axes.plot(grid, fitted, color=style.INK, linewidth=0.9)
    for mask, face in ((False, style.colour(0)), (True, "white")):
        own = [b.standard for b in line.standards if bool(b.standard.excluded) == mask]
        axes.plot(
            [s.amount for s in own],
            [s.response for s in own],
            linestyle="none",
            marker="o",
            markersize=3.0,
            markerfacecolor=face,
            markeredgecolor=style.colour(0),
            markeredgewidth=0.5,
        )
    controls = [
        a for a in one.amounts if a.row.role == "quality control" and math.isfinite(a.response)
    ]
    axes.plot(
        [a.row.amount for a in controls],
        [a.response for a in controls],
        linestyle="none",
        marker="s",
        markersize=2.8,
        markerfacecolor=style.colour(1),
        markeredgewidth=0,
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(line.lowest / 1.4, line.highest * 1.4)
    low, high = axes.get_ylim()
    _log_ticks(axes.xaxis, line.lowest, line.highest)
    _log_ticks(axes.yaxis, low, high)
    axes.set_ylabel(
        f"area / area of {result.internal_standard}" if result.internal_standard else _area(result)
    )
    axes.set_xticklabels([])
    axes.set_title("Calibration", fontsize="small", pad=3.0, weight="normal")


def _area(result: BatchResult) -> str:
    units = {one.signal_unit for one in result.injections}
    unit = units.pop() if len(units) == 1 else None
    return f"area ({unit} s)" if unit else "area"


def _draw_residuals(axes: Axes, one: AnalyteBatch, unit: str) -> None:
    line = one.line
    lowest, edge = line.lowest, math.sqrt(line.lowest * line.levels[1])
    for sign in (-1.0, 1.0):
        axes.plot(
            [lowest / 1.3, edge, edge, line.highest * 1.3],
            [sign * WITHIN_LOWEST, sign * WITHIN_LOWEST, sign * WITHIN, sign * WITHIN],
            color=style.GREY,
            linewidth=0.6,
            dashes=(3, 2),
        )
    axes.axhline(0.0, color=style.GREY, linewidth=0.5, zorder=0)
    for excluded, face in ((False, style.colour(0)), (True, "white")):
        own = [
            b
            for b in line.standards
            if bool(b.standard.excluded) == excluded and math.isfinite(b.error_percent)
        ]
        axes.plot(
            [b.standard.amount for b in own],
            [float(np.clip(b.error_percent, -MOST_PERCENT, MOST_PERCENT)) for b in own],
            linestyle="none",
            marker="o",
            markersize=3.0,
            markerfacecolor=face,
            markeredgecolor=style.colour(0),
            markeredgewidth=0.5,
        )
    axes.set_xscale("log")
    axes.set_xlim(line.lowest / 1.4, line.highest * 1.4)
    _log_ticks(axes.xaxis, line.lowest, line.highest)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.set_xlabel(f"nominal amount ({unit})" if unit else "nominal amount")
    axes.set_ylabel("error (%)")


def _log_ticks(axis: Axis, low: float, high: float) -> None:
    """Numbers at decades; over less than two of them also at 2 and 5."""
    few = low > 0.0 and high < 100.0 * low
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=9))
    axis.set_minor_locator(LogLocator(subs=tuple(range(2, 10)), numticks=99))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _legend(canvas: Canvas, result: BatchResult, wide: float) -> None:
    present = {row.role for row in result.samples.injected}
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=symbol,
            markersize=3.6 if symbol != "." else 5.0,
            markerfacecolor=style.colour(colour),
            markeredgecolor=style.colour(colour),
            label=label,
        )
        for role, (colour, symbol, label) in ROLES.items()
        if role in present
    ]
    canvas.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(LEFT_MM / wide, 1.2 / HIGH_MM),
        ncols=len(handles),
        columnspacing=1.4,
        handletextpad=0.2,
    )
