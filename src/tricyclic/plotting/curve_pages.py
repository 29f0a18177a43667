"""Thumbnails of many fitted curves, 54 on a page, in the order of the file.

All panels have the same axes of doses; those of readings are the same where readings are percent,
else each panel has its own, with its ends written beside it. The colour of a curve is its status.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, pluralize
from tricyclic.core.potency_columns import LOG10_NM_PER_M, PotencyColumns
from tricyclic.plotting import style
from tricyclic.results.curves import BatchFitResult, FirstCurves

COLUMNS, ROWS = 6, 9
PER_PAGE = COLUMNS * ROWS
# Millimetres of an A4 page: page, margins, head; panel with its gaps.
WIDE, HIGH, MARGIN, HEAD = 210.0, 297.0, 10.0, 13.0
FOOT = 12.0
GAP_X, GAP_Y = 5.0, 9.5
CELL_X, CELL_Y = (WIDE - 2 * MARGIN) / COLUMNS, (HIGH - HEAD - FOOT) / ROWS
SMALL, TINY = 5.5, 4.5
POINTS = 40
# Slope with which a step between two doses is drawn.
STEEP = 30.0
PERCENT_RANGE = (-25.0, 125.0)
# Groups of statuses: words of the legend and colour.
VALUE, BOUND, NO_EFFECT, PROBLEM = range(4)
GROUPS = (
    ("IC50", style.COLOURS[0]),
    ("limit of IC50", style.COLOURS[4]),
    ("flat", style.GREY),
    ("no IC50", style.COLOURS[1]),
)
_FLAT = ("flat", "not distinguishable from flat", "constant readings")
_WITHOUT_LINE = ("not monotone", "not converged")


@dataclass(frozen=True)
class _Scale:
    """From log10 doses to millimetres of a panel, and the decades that are marked."""

    low: float
    high: float

    def across(self, x: np.ndarray) -> np.ndarray:
        return (x - self.low) / (self.high - self.low) * (CELL_X - GAP_X)

    @property
    def decades(self) -> range:
        first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
        return range(first, last + 1, max(1, math.ceil((last - first + 1) / 4)))


def number_of_pages(result: BatchFitResult) -> int:
    """Pages of the curves whose readings the result has."""
    return math.ceil(result.first.curves / PER_PAGE) if result.first is not None else 0


def curve_pages(result: BatchFitResult) -> Figure:
    """Draw the first curves of a file: the PDF has all pages, the SVG the first one.

    Parameters
    ----------
    result : BatchFitResult
        With `first`, whose doses are logarithms in the unit of the fit.
    """
    figure = curve_page(result, 1)
    if not figure.svg:
        return figure
    sink = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Producer", "CreationDate", "ModDate"))
    with style.publication_style(), PdfPages(sink, metadata=nothing) as book:
        for number in range(number_of_pages(result)):
            book.savefig(_page(result, number))
    return replace(figure, pdf=sink.getvalue())


def curve_page(result: BatchFitResult, number: int) -> Figure:
    """Draw one page, numbered from 1, as SVG and PDF."""
    assert result.first is not None
    first, last = (number - 1) * PER_PAGE, min(number * PER_PAGE, result.first.curves)
    caption = (
        f"{pluralize(last - first, 'curve')} of {result.file}, page {number} of "
        f"{number_of_pages(result)}, in the order of the file."
    )
    with style.publication_style():
        return style.finish(
            _page(result, number - 1),
            name="thumbnails" if number == 1 else f"page-{number}",
            caption=caption,
            alt=caption,
            width="full",
        )


def _scale_of(result: BatchFitResult, first: FirstCurves) -> _Scale:
    """The axis of doses of all panels."""
    x = first.log10_dose + (LOG10_NM_PER_M if result.ic50_unit == "nM" else 0.0)
    inside = x[np.isfinite(x)]
    low, high = (float(inside.min()), float(inside.max())) if inside.size else (0.0, 1.0)
    return _Scale(low - 0.15, max(high, low + 0.5) + 0.15)


def _page(result: BatchFitResult, number: int) -> Canvas:
    first = result.first
    assert first is not None
    canvas = Canvas(figsize=(WIDE * style.MM, HIGH * style.MM))
    axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, WIDE), ylim=(HIGH, 0.0))
    axes.axis("off")
    _head(axes, result, first, number, number_of_pages(result))
    span = range(number * PER_PAGE, min((number + 1) * PER_PAGE, first.curves))
    _Panels(axes, result, first, _scale_of(result, first)).draw(span)
    return canvas


def _head(axes: Axes, result: BatchFitResult, first: FirstCurves, number: int, pages: int) -> None:
    name = style.fitted(result.file, 110.0, bold=True)
    axes.text(MARGIN, 9.5, name, weight="bold", size=9, va="bottom")
    shown = (
        f"curves {number * PER_PAGE + 1:,} to "
        f"{min((number + 1) * PER_PAGE, first.curves):,} of {result.curves:,}"
    )
    axes.text(WIDE - MARGIN, 9.5, shown, size=7, va="bottom", ha="right", color=style.GREY)
    left = MARGIN
    for word, colour in GROUPS:
        axes.plot([left, left + 4.0], [12.3, 12.3], color=colour, linewidth=1.2)
        axes.plot([left + 2.0], [12.3], "o", color=colour, markersize=2.2)
        axes.text(left + 5.2, 12.3, word, size=6.5, va="center")
        left += 12.0 + 1.5 * len(word)
    axes.text(
        WIDE - MARGIN,
        12.3,
        f"readings against dose ({result.ic50_unit}), with IC50 ({result.ic50_unit})",
        size=6.5,
        va="center",
        ha="right",
    )
    if first.curves < result.curves and number == pages - 1:
        note = f"The first {first.curves:,} of {result.curves:,} curves are drawn."
        axes.text(MARGIN, HIGH - 5.0, note, size=6.5, va="bottom", color=style.GREY)


class _Panels:
    """Collects the strokes of the panels of a page, which are then drawn at once."""

    def __init__(
        self, axes: Axes, result: BatchFitResult, first: FirstCurves, scale: _Scale
    ) -> None:
        self.axes, self.first, self.scale = axes, first, scale
        self.unit, self.percent = result.ic50_unit, bool(result.effect)
        self.shift = LOG10_NM_PER_M if result.ic50_unit == "nM" else 0.0
        self.labels = _labels(result, first)
        self.frames: list[np.ndarray] = []
        self.guides: list[np.ndarray] = []
        self.lines: dict[int, list[np.ndarray]] = {group: [] for group in range(len(GROUPS))}
        self.dots: dict[int, list[np.ndarray]] = {group: [] for group in range(len(GROUPS))}

    def draw(self, span: range) -> None:
        for place, k in enumerate(span):
            row, column = divmod(place, COLUMNS)
            self._panel(k, MARGIN + column * CELL_X + GAP_X, HEAD + row * CELL_Y + GAP_Y)
        self.axes.add_collection(LineCollection(self.guides, colors=style.PALE, linewidths=0.3))
        self.axes.add_collection(LineCollection(self.frames, colors=style.GREY, linewidths=0.4))
        for group, (_, colour) in enumerate(GROUPS):
            dots = np.concatenate(self.dots[group]) if self.dots[group] else np.zeros((0, 2))
            self.axes.plot(
                dots[:, 0], dots[:, 1], "o", color=colour, markersize=1.7, markeredgewidth=0
            )
            lines = LineCollection(self.lines[group], colors=colour, linewidths=0.9)
            self.axes.add_collection(lines)

    def _panel(self, k: int, left: float, top: float) -> None:
        first = self.first
        wide, high = CELL_X - GAP_X, CELL_Y - GAP_Y
        own = slice(first.starts[k], first.starts[k + 1])
        x, y = first.log10_dose[own] + self.shift, first.y[own]
        fit = {name: first.fits[name][k] for name in ("log10_ic50", "hill", "top", "bottom")}
        status = str(first.fits["status"][k])
        text = str(first.fits[PotencyColumns(self.unit).text][k])
        group = _group(status, text)
        curve = None
        if status not in _WITHOUT_LINE:
            curve = _curve(fit, self.scale, self.shift, rises=_rises(x, y))
        low, high_y = PERCENT_RANGE if self.percent else _range(y, curve)

        def up(values: np.ndarray) -> np.ndarray:
            share = (np.clip(values, low, high_y) - low) / (high_y - low)
            return np.asarray(top + high * (1.0 - share))

        self.frames.append(np.array([[left, top], [left, top + high], [left + wide, top + high]]))
        for level in (0.0, 100.0) if self.percent else ():
            at = float(up(np.array([level]))[0])
            self.guides.append(np.array([[left, at], [left + wide, at]]))
            self._label(left - 0.6, at, f"{level:g}", ha="right", va="center")
        if not self.percent:
            self._label(left - 0.6, top, _short(high_y), ha="right", va="center")
            self._label(left - 0.6, top + high, _short(low), ha="right", va="center")
        self._ticks(left, top + high)
        # Wells without compound stand on the vertical axis.
        across = left + self.scale.across(np.where(np.isfinite(x), x, self.scale.low))
        seen = np.isfinite(y)
        self.dots[group].append(np.stack([across[seen], up(y[seen])], axis=1))
        if curve is not None:
            grid, values = curve
            self.lines[group].append(np.stack([left + self.scale.across(grid), up(values)], axis=1))
        value_mm = 1.9 + 1.05 * len(text)
        name = style.fitted(self.labels[k], wide + GAP_X - 3.0 - value_mm, size_pt=SMALL)
        self.axes.text(left - GAP_X + 2.0, top - 1.6, name, size=SMALL, va="bottom")
        self.axes.text(
            left + wide,
            top - 1.6,
            text,
            size=SMALL,
            va="bottom",
            ha="right",
            color=GROUPS[group][1],
            weight="bold",
        )

    def _ticks(self, left: float, bottom: float) -> None:
        for decade in self.scale.decades:
            at = left + float(self.scale.across(np.array([float(decade)]))[0])
            self.frames.append(np.array([[at, bottom], [at, bottom + 0.7]]))
            self._label(at, bottom + 1.0, _power(decade), ha="center", va="top")

    def _label(self, x: float, y: float, text: str, *, ha: str, va: str) -> None:
        self.axes.text(x, y, text, size=TINY, ha=ha, va=va, color=style.GREY)


def _labels(result: BatchFitResult, first: FirstCurves) -> list[str]:
    """Names of the curves."""
    columns = [[str(part) for part in first.fits[key]] for key in result.keys]
    return [", ".join(parts) for parts in zip(*columns, strict=True)]


def _group(status: str, text: str) -> int:
    if status in _FLAT:
        return NO_EFFECT
    if text.startswith((">", "<")):
        return BOUND
    return PROBLEM if text == "n.d." else VALUE


def _curve(
    fit: dict[str, float], scale: _Scale, shift: float, *, rises: bool
) -> tuple[np.ndarray, np.ndarray] | None:
    """Doses and values of a fitted curve; a step where the hill is missing."""
    c, top, bottom = (float(fit[name]) for name in ("log10_ic50", "top", "bottom"))
    if not np.isfinite([c, top, bottom]).all():
        return None
    hill = float(fit["hill"])
    if math.isnan(hill):
        hill = STEEP if rises else -STEEP
    grid = np.linspace(scale.low, scale.high, POINTS)
    tau = np.clip(hill * math.log(10.0) * (grid - c - shift), -300.0, 300.0)
    return grid, bottom + (top - bottom) / (1.0 + np.exp(-tau))


def _rises(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether readings are higher at high doses, for a step, whose slope has no value."""
    used = np.isfinite(x) & np.isfinite(y)
    return bool(used.any()) and float(np.dot(x[used] - x[used].mean(), y[used])) > 0.0


def _range(y: np.ndarray, curve: tuple[np.ndarray, np.ndarray] | None) -> tuple[float, float]:
    """Ends of a vertical axis around the readings; a curve far outside does not widen it."""
    known = y[np.isfinite(y)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    spread = max(high - low, 1e-12 * max(abs(high), 1.0)) or 1.0
    if curve is not None:
        low = max(min(low, float(curve[1].min())), low - 0.3 * spread)
        high = min(max(high, float(curve[1].max())), high + 0.3 * spread)
    if low >= 0.0 and low < 0.3 * high:
        low = 0.0
    return low - (0.05 * spread if low else 0.0), high + 0.05 * spread


def _short(value: float) -> str:
    return format_number(value, 2)


def _power(decade: int) -> str:
    return f"{10.0**decade:g}" if -4 <= decade < 6 else f"1e{decade}"
