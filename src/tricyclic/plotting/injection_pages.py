"""Pages with a small picture of each injection: trace, baseline, fitted peaks, residual, state."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_quantity, pluralize
from tricyclic.core.peak import FittedWindow, InjectionPeaks
from tricyclic.plotting import style
from tricyclic.results.chromatography import (
    NO_INTERNAL_STANDARD,
    BatchResult,
    QuantifiedAmount,
)

COLUMNS, ROWS = 4, 6
PER_PAGE = COLUMNS * ROWS
# Millimetres of an A4 page: page, margins, head; panel with its gaps.
WIDE, HIGH, MARGIN, HEAD, FOOT = 210.0, 297.0, 10.0, 17.0, 10.0
GAP_X, TOP, STRIP, BELOW = 7.0, 7.5, 5.0, 6.5
CELL_X, CELL_Y = (WIDE - 2 * MARGIN) / COLUMNS, (HIGH - HEAD - FOOT) / ROWS
# The peak fills no less than this share of its panel; what is taller beside it is cut.
LEAST_SHARE = 0.35
# The strip of the residual has this height in standard deviations of the noise, or more.
NOISE_HIGH = 8.0
COLOURS = {"quantified": 0, "below LOQ": 4, "below LOD": 1, "not found": 1}


@dataclass(frozen=True)
class _Picture:
    """One analyte in one injection."""

    injection: InjectionPeaks
    amount: QuantifiedAmount
    window: FittedWindow


def _pictures(result: BatchResult) -> list[_Picture]:
    by_name = {one.injection: one for one in result.injections}
    pictures = []
    for analyte in result.analytes:
        for amount in analyte.amounts:
            injection = by_name[amount.row.name]
            window = next((w for w in injection.windows if w.compound == analyte.analyte), None)
            if window is not None:
                pictures.append(_Picture(injection, amount, window))
    return pictures


def number_of_pages(result: BatchResult) -> int:
    """Pages of the pictures of a batch."""
    return max(1, math.ceil(len(_pictures(result)) / PER_PAGE))


def injection_book(result: BatchResult, numbers: Sequence[int] = ()) -> bytes:
    """Pages as one PDF; of these numbers, from 1, or all."""
    sink = io.BytesIO()
    pictures = _pictures(result)
    nothing = dict.fromkeys(("Creator", "Producer", "CreationDate", "ModDate"))
    with style.publication_style(), PdfPages(sink, metadata=nothing) as book:
        for number in numbers or range(1, number_of_pages(result) + 1):
            book.savefig(_page(result, pictures, number))
    return sink.getvalue()


def injection_page(result: BatchResult, number: int) -> Figure:
    """Draw one page, numbered from 1, as SVG; `injection_book` makes the PDF."""
    pictures = _pictures(result)
    first, last = (number - 1) * PER_PAGE, min(number * PER_PAGE, len(pictures))
    caption = (
        f"{pluralize(last - first, 'injection')}, page {number} of {number_of_pages(result)}: "
        "readings, fitted baseline and peaks, and the residual below."
    )
    with style.publication_style():
        return style.finish(
            _page(result, pictures, number),
            name="injections" if number == 1 else f"injections-{number}",
            caption=caption,
            alt=caption,
            width="full",
            pdf=False,
        )


def _page(result: BatchResult, pictures: Sequence[_Picture], number: int) -> Canvas:
    rows = math.ceil(len(pictures) / COLUMNS)
    # One page is as high as it needs; of several, all are whole pages.
    high = HIGH if rows >= ROWS else HEAD + rows * CELL_Y + FOOT
    canvas = Canvas(figsize=(WIDE * style.MM, high * style.MM))
    axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, WIDE), ylim=(high, 0.0))
    axes.axis("off")
    span = pictures[(number - 1) * PER_PAGE : number * PER_PAGE]
    _head(axes, result, pictures, number)
    panels = _PeakPanels(axes, result.unit)
    for place, picture in enumerate(span):
        row, column = divmod(place, COLUMNS)
        panels.draw(picture, MARGIN + column * CELL_X + GAP_X, HEAD + row * CELL_Y + TOP)
    panels.finish()
    return canvas


def _head(axes: Axes, result: BatchResult, pictures: Sequence[_Picture], number: int) -> None:
    title = style.fitted(result.title or "Injections of the batch", 110.0, bold=True)
    axes.text(MARGIN, 9.5, title, weight="bold", size=9, va="bottom")
    last = min(number * PER_PAGE, len(pictures))
    shown = f"{(number - 1) * PER_PAGE + 1} to {last} of {len(pictures)}"
    axes.text(WIDE - MARGIN, 9.5, shown, size=7, va="bottom", ha="right", color=style.GREY)
    left = MARGIN
    for words, colour, wide in (
        ("readings", style.GREY, 0.6),
        ("baseline and fit", style.INK, 0.9),
        ("analyte", style.colour(0), 3.0),
        ("listed neighbour", style.colour(2), 3.0),
        ("unlisted peak", style.colour(1), 3.0),
    ):
        alpha = 0.45 if wide > 1 else 1.0
        axes.plot([left, left + 4.0], [12.6, 12.6], color=colour, linewidth=wide, alpha=alpha)
        axes.text(left + 5.2, 12.6, words, size=6.5, va="center")
        left += 12.0 + 1.35 * len(words)
    units = {one.signal_unit for one in result.injections}
    unit = units.pop() if len(units) == 1 else None
    axes.text(
        WIDE - MARGIN,
        12.6,
        f"signal{f' ({unit})' if unit else ''} against time (min); below: residual",
        size=6.5,
        va="center",
        ha="right",
    )


class _PeakPanels:
    """Collects the strokes of the pictures of a page, which are then drawn at once."""

    def __init__(self, axes: Axes, unit: str) -> None:
        self.axes, self.unit = axes, unit
        self.high = CELL_Y - TOP - STRIP - BELOW
        self.wide = CELL_X - GAP_X - 2.0
        self.lines: dict[tuple[str, float], list[NDArray[np.float64]]] = {}
        self.areas: dict[str, list[NDArray[np.float64]]] = {}

    def draw(self, picture: _Picture, left: float, top: float) -> None:
        """One picture with its left upper corner [mm]."""
        window, amount = picture.window, picture.amount
        time = window.time_min
        low, high = _range(picture)

        def at(values: NDArray[np.float64]) -> NDArray[np.float64]:
            x = left + (time - time[0]) / (time[-1] - time[0]) * self.wide
            share = np.clip((values - low) / (high - low), -0.02, 1.0)
            return np.column_stack([x, top + (1.0 - share) * self.high])

        base = at(window.baseline)
        # What the fit left of a peak that was not found is no peak.
        shown = np.ones(len(window.names), dtype=bool)
        shown[0] = amount.state != "not found"
        for k, name in enumerate(window.names):
            peak = at(window.baseline + window.peaks[:, k])
            if not shown[k] or float(window.peaks[:, k].max()) <= 0.0:
                continue
            colour = style.colour(0 if k == 0 else 1 if name == "unknown" else 2)
            self.areas.setdefault(colour, []).append(np.vstack([peak, base[::-1]]))
        self._stroke(style.GREY, 0.5, at(window.signal))
        self._stroke(style.INK, 0.5, base)
        self._stroke(style.INK, 0.8, at(window.baseline + window.peaks[:, shown].sum(axis=1)))
        self._residual(picture, left, top + self.high + 1.0)
        self._words(picture, left, top, amount)
        self._scales(time, (low, high), left, top)

    def _stroke(self, colour: str, wide: float, points: NDArray[np.float64]) -> None:
        self.lines.setdefault((colour, wide), []).append(points)

    def _residual(self, picture: _Picture, left: float, top: float) -> None:
        time, residual = picture.window.time_min, picture.window.residual
        noise = picture.injection.noise_rms
        reach = max(0.5 * NOISE_HIGH * noise, float(np.abs(residual).max())) or 1.0
        x = left + (time - time[0]) / (time[-1] - time[0]) * self.wide
        middle = top + 0.5 * STRIP
        y = middle - 0.5 * STRIP * residual / reach
        self._stroke(style.PALE, 0.5, np.array([[left, middle], [left + self.wide, middle]]))
        self._stroke(style.GREY, 0.4, np.column_stack([x, y]))
        text = f"±{format_number(reach, 2)}"
        self.axes.text(left - 0.8, middle, text, size=4.5, ha="right", va="center")

    def _words(self, picture: _Picture, left: float, top: float, amount: QuantifiedAmount) -> None:
        row = amount.row
        name = style.fitted(row.name, self.wide, size_pt=6.0, bold=True)
        self.axes.text(left, top - 3.6, name, size=6.0, weight="bold", va="bottom")
        colour = style.colour(COLOURS.get(amount.outcome, 1))
        text = f"{amount.analyte} {amount.outcome}"
        if amount.outcome == NO_INTERNAL_STANDARD:
            text = f"{amount.analyte}: {amount.outcome}, no amount"
        if math.isfinite(amount.amount):
            text = f"{amount.analyte} {format_quantity(amount.amount, self.unit)}"
            text += f", {amount.state}" if amount.state != "quantified" else ""
        if row.excluded:
            text, colour = f"excluded: {row.excluded}", style.GREY
        text = style.fitted(text, self.wide, size_pt=5.5)
        self.axes.text(left, top - 1.0, text, size=5.5, va="bottom", color=colour)
        marks = picture.injection[amount.analyte].manual
        if marks is not None:
            self.axes.text(
                left + self.wide, top + 1.0, "limits by hand", size=4.5, ha="right", va="top"
            )

    def _scales(
        self, time: NDArray[np.float64], span: tuple[float, float], left: float, top: float
    ) -> None:
        bottom = top + self.high + 1.0 + STRIP
        self._stroke(style.INK, 0.4, np.array([[left, top], [left, top + self.high]]))
        self._stroke(style.INK, 0.4, np.array([[left, bottom], [left + self.wide, bottom]]))
        for value in MaxNLocator(3).tick_values(*span):
            if span[0] <= value <= span[1]:
                y = top + (1.0 - (value - span[0]) / (span[1] - span[0])) * self.high
                self._stroke(style.INK, 0.4, np.array([[left - 0.6, y], [left, y]]))
                self.axes.text(left - 0.9, y, f"{value:.4g}", size=4.5, ha="right", va="center")
        first, last = float(time[0]), float(time[-1])
        for value in MaxNLocator(5).tick_values(first, last):
            if first <= value <= last:
                x = left + (value - first) / (last - first) * self.wide
                self._stroke(style.INK, 0.4, np.array([[x, bottom], [x, bottom + 0.6]]))
                self.axes.text(x, bottom + 0.9, f"{value:.4g}", size=4.5, ha="center", va="top")

    def finish(self) -> None:
        """Draw what was collected."""
        for colour, shapes in self.areas.items():
            self.axes.add_collection(
                PolyCollection(shapes, facecolors=colour, alpha=0.35, linewidths=0)
            )
        for (colour, wide), strokes in self.lines.items():
            self.axes.add_collection(
                LineCollection(strokes, colors=colour, linewidths=wide, capstyle="round")
            )


def _range(picture: _Picture) -> tuple[float, float]:
    """Ends of the axis of the signal: the window, cut where a neighbour is much taller."""
    window = picture.window
    low = float(min(window.signal.min(), window.baseline.min()))
    high = float(window.signal.max())
    own = window.peaks[:, 0]
    height = float(own.max())
    if height > 0.0 and picture.amount.state in ("quantified", "below LOQ"):
        top = float((window.baseline + own).max())
        high = min(high, top + height / LEAST_SHARE - height)
        high = max(high, top + 0.1 * height)
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin
