"""Thumbnails of many fitted curves, 54 on a page, in the order of the file.

All panels have the same axis of doses, whose numbers stand below the last of each column. Those of
readings are the same where readings are percent, with numbers at the left, else each panel has its
own, with its ends written beside it. The colour of a curve is its status.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from tricyclic.core.curve_sheet import WITHOUT_LINE, CurveSheet, Outcome, SmallCurve
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, pluralize
from tricyclic.plotting import style

COLUMNS, ROWS = 6, 9
PER_PAGE = COLUMNS * ROWS
# Millimetres of an A4 page: page, margins, head; panel with its gaps.
WIDE, HIGH, MARGIN, HEAD = 210.0, 297.0, 10.0, 13.0
FOOT = 12.0
GAP_X, GAP_Y = 5.0, 9.5
CELL_X, CELL_Y = (WIDE - 2 * MARGIN) / COLUMNS, (HIGH - HEAD - FOOT) / ROWS
SMALL, TINY = 5.5, 4.5
POINTS = 40
PERCENT_RANGE = (-25.0, 125.0)
COLOURS: dict[Outcome, str] = {
    "value": style.COLOURS[0],
    "limit": style.COLOURS[4],
    "flat": style.GREY,
    "none": style.COLOURS[1],
}


@dataclass(frozen=True)
class _Scale:
    """From positions of the axis to millimetres of a panel, and the values that are marked."""

    low: float
    high: float
    is_log: bool = True

    def across(self, x: np.ndarray) -> np.ndarray:
        return (x - self.low) / (self.high - self.low) * (CELL_X - GAP_X)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Positions and texts: decades of doses, a few round numbers of a linear axis."""
        if not self.is_log:
            places = MaxNLocator(nbins=4).tick_values(self.low, self.high)
            inside = [float(at) for at in places if self.low <= at <= self.high]
            return [(at, f"{at:g}") for at in inside]
        first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
        decades = range(first, last + 1, max(1, math.ceil((last - first + 1) / 4)))
        return [(float(decade), _power(decade)) for decade in decades]


def number_of_pages(sheet: CurveSheet) -> int:
    """Pages of the curves of a sheet."""
    return math.ceil(len(sheet.curves) / PER_PAGE)


def curve_book(sheet: CurveSheet, numbers: Sequence[int] = ()) -> bytes:
    """Pages as one PDF.

    Parameters
    ----------
    sheet : CurveSheet
        With at least one curve.
    numbers : sequence of int
        Numbers of the pages, from 1; empty for all.
    """
    sink = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Producer", "CreationDate", "ModDate"))
    with style.publication_style(), PdfPages(sink, metadata=nothing) as book:
        for number in numbers or range(1, number_of_pages(sheet) + 1):
            book.savefig(_page(sheet, number - 1))
    return sink.getvalue()


def curve_page(sheet: CurveSheet, number: int) -> Figure:
    """Draw one page, numbered from 1, as SVG; `curve_book` makes the PDF."""
    first, last = (number - 1) * PER_PAGE, min(number * PER_PAGE, len(sheet.curves))
    of = f" of {sheet.title}" if sheet.title else ""
    caption = (
        f"{pluralize(last - first, 'curve')}{of}, page {number} of "
        f"{number_of_pages(sheet)}, in the order of the file."
    )
    with style.publication_style():
        return style.finish(
            _page(sheet, number - 1),
            name="thumbnails" if number == 1 else f"page-{number}",
            caption=caption,
            alt=caption,
            width="full",
            pdf=False,
        )


def _scale_of(sheet: CurveSheet) -> _Scale:
    """The axis of doses of all panels."""
    x = np.concatenate([curve.x for curve in sheet.curves])
    inside = x[np.isfinite(x)]
    low, high = (float(inside.min()), float(inside.max())) if inside.size else (0.0, 1.0)
    if not sheet.is_log:
        margin = 0.03 * (high - low) or 1.0
        return _Scale(low - margin, high + margin, is_log=False)
    return _Scale(low - 0.15, max(high, low + 0.5) + 0.15)


def _page(sheet: CurveSheet, number: int) -> Canvas:
    canvas = Canvas(figsize=(WIDE * style.MM, HIGH * style.MM))
    axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, WIDE), ylim=(HIGH, 0.0))
    axes.axis("off")
    _head(axes, sheet, number)
    span = range(number * PER_PAGE, min((number + 1) * PER_PAGE, len(sheet.curves)))
    _Panels(axes, sheet, _scale_of(sheet)).draw(span)
    return canvas


def _head(axes: Axes, sheet: CurveSheet, number: int) -> None:
    drawn, pages = len(sheet.curves), number_of_pages(sheet)
    name = style.fitted(sheet.title, 110.0, bold=True)
    axes.text(MARGIN, 9.5, name, weight="bold", size=9, va="bottom")
    last = min((number + 1) * PER_PAGE, drawn)
    shown = f"curves {number * PER_PAGE + 1:,} to {last:,} of {sheet.total:,}"
    axes.text(WIDE - MARGIN, 9.5, shown, size=7, va="bottom", ha="right", color=style.GREY)
    left = MARGIN
    words = {
        "value": sheet.value_name,
        "limit": f"limit of {sheet.value_name}",
        "flat": "flat",
        "none": f"no {sheet.value_name}",
    }
    for outcome, colour in COLOURS.items():
        axes.plot([left, left + 4.0], [12.3, 12.3], color=colour, linewidth=1.2)
        axes.plot([left + 2.0], [12.3], "o", color=colour, markersize=2.2)
        axes.text(left + 5.2, 12.3, words[outcome], size=6.5, va="center")
        left += 12.0 + 1.5 * len(words[outcome])
    unit = f" ({sheet.unit})" if sheet.unit else ""
    own = f" ({sheet.value_unit})" if sheet.value_unit else ""
    axes.text(
        WIDE - MARGIN,
        12.3,
        f"readings against {sheet.axis_name}{unit}, with {sheet.value_name}{own}",
        size=6.5,
        va="center",
        ha="right",
    )
    if drawn < sheet.total and number == pages - 1:
        note = f"The first {drawn:,} of {sheet.total:,} curves are drawn."
        axes.text(MARGIN, HIGH - 5.0, note, size=6.5, va="bottom", color=style.GREY)


class _Panels:
    """Collects the strokes of the panels of a page, which are then drawn at once."""

    def __init__(self, axes: Axes, sheet: CurveSheet, scale: _Scale) -> None:
        self.axes, self.sheet, self.scale = axes, sheet, scale
        self.grid = np.linspace(scale.low, scale.high, POINTS)
        self.ticks = scale.ticks
        self.frames: list[np.ndarray] = []
        self.guides: list[np.ndarray] = []
        self.lines: dict[Outcome, list[np.ndarray]] = {outcome: [] for outcome in COLOURS}
        self.dots: dict[Outcome, list[np.ndarray]] = {outcome: [] for outcome in COLOURS}

    def draw(self, span: range) -> None:
        for place, k in enumerate(span):
            row, column = divmod(place, COLUMNS)
            left, top = MARGIN + column * CELL_X + GAP_X, HEAD + row * CELL_Y + GAP_Y
            self._panel(self.sheet.curves[k], left, top, is_first=column == 0)
            # All panels have the same axis of doses: its numbers stand below each column.
            self._ticks(left, top + CELL_Y - GAP_Y, is_last=place + COLUMNS >= len(span))
        self.axes.add_collection(LineCollection(self.guides, colors=style.PALE, linewidths=0.3))
        self.axes.add_collection(LineCollection(self.frames, colors=style.GREY, linewidths=0.4))
        for outcome, colour in COLOURS.items():
            own = self.dots[outcome]
            dots = np.concatenate(own) if own else np.zeros((0, 2))
            self.axes.plot(
                dots[:, 0], dots[:, 1], "o", color=colour, markersize=1.7, markeredgewidth=0
            )
            lines = LineCollection(self.lines[outcome], colors=colour, linewidths=0.9)
            self.axes.add_collection(lines)

    def _panel(self, curve: SmallCurve, left: float, top: float, *, is_first: bool) -> None:
        wide, high = CELL_X - GAP_X, CELL_Y - GAP_Y
        x, y = curve.x, curve.y
        values = np.zeros((0, POINTS))
        if curve.expected is not None and curve.status not in WITHOUT_LINE:
            values = np.atleast_2d(curve.expected(self.grid))
            values = values[np.isfinite(values).all(axis=1)]
        if curve.outcome == "flat" and np.isfinite(y).any():
            # The fit of readings without a curve may lead anywhere between two doses.
            values = np.full((1, POINTS), float(np.nanmean(y)))
        percent = self.sheet.is_percent
        low, high_y = PERCENT_RANGE if percent else _range(y, values)

        def up(values: np.ndarray) -> np.ndarray:
            share = (np.clip(values, low, high_y) - low) / (high_y - low)
            return np.asarray(top + high * (1.0 - share))

        self.frames.append(np.array([[left, top], [left, top + high], [left + wide, top + high]]))
        for level in (0.0, 100.0) if percent else ():
            at = float(up(np.array([level]))[0])
            self.guides.append(np.array([[left, at], [left + wide, at]]))
            if is_first:
                self._label(left - 0.6, at, f"{level:g}", ha="right", va="center")
        if not percent:
            self._label(left - 0.6, top, _short(high_y), ha="right", va="center")
            self._label(left - 0.6, top + high, _short(low), ha="right", va="center")
        # Wells without compound stand on the vertical axis.
        across = left + self.scale.across(np.where(np.isfinite(x), x, self.scale.low))
        seen = np.isfinite(y)
        outcome = curve.outcome
        self.dots[outcome].append(np.stack([across[seen], up(y[seen])], axis=1))
        along = left + self.scale.across(self.grid)
        # A line ends where it leaves the panel.
        inside = (values >= low) & (values <= high_y)
        heights = np.where(inside, up(values), np.nan)
        self.lines[outcome] += [np.stack([along, line], axis=1) for line in heights]
        value_mm = 1.9 + 1.05 * len(curve.text)
        name = style.fitted(curve.label, wide + GAP_X - 3.0 - value_mm, size_pt=SMALL)
        self.axes.text(left - GAP_X + 2.0, top - 1.6, name, size=SMALL, va="bottom")
        self.axes.text(
            left + wide,
            top - 1.6,
            curve.text,
            size=SMALL,
            va="bottom",
            ha="right",
            color=COLOURS[outcome],
            weight="bold",
        )

    def _ticks(self, left: float, bottom: float, *, is_last: bool) -> None:
        for place, text in self.ticks:
            at = left + float(self.scale.across(np.array([place]))[0])
            self.frames.append(np.array([[at, bottom], [at, bottom + 0.7]]))
            if is_last:
                self._label(at, bottom + 1.0, text, ha="center", va="top")

    def _label(self, x: float, y: float, text: str, *, ha: str, va: str) -> None:
        self.axes.text(x, y, text, size=TINY, ha=ha, va=va, color=style.GREY)


def _range(y: np.ndarray, curves: np.ndarray) -> tuple[float, float]:
    """Ends of a vertical axis around the readings; a curve far outside does not widen it."""
    known = y[np.isfinite(y)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    spread = max(high - low, 1e-12 * max(abs(high), 1.0)) or 1.0
    if curves.size:
        low = max(min(low, float(curves.min())), low - 0.3 * spread)
        high = min(max(high, float(curves.max())), high + 0.3 * spread)
    if low >= 0.0 and low < 0.3 * high:
        low = 0.0
    return low - (0.05 * spread if low else 0.0), high + 0.05 * spread


def _short(value: float) -> str:
    return format_number(value, 2)


def _power(decade: int) -> str:
    return f"{10.0**decade:g}" if -4 <= decade < 6 else f"1e{decade}"
