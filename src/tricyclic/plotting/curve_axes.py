"""The axes of a CurvePlot: ranges, ticks and titles, on the scale that the style names."""

from __future__ import annotations

import math
import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting import style

# Gap between the axis and the control wells beside it, and width of one group of control wells.
GUTTER_MM, PLACE_MM = 7.0, 6.0
# Distance of the title of the y axis from the axis.
LABEL_MM = 11.3
# log10 of the unit in M.
UNITS = {"pM": -12, "nM": -9, "uM": -6, "mM": -3, "M": 0}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Title of a logarithmic axis: "log10 [DMI] (M)", or "competitor (log10 M)".
_LOG_TITLE = re.compile(r"^(?:log10|log₁₀) (.*) \(M\)$|^(.*) \((?:log10|log₁₀) M\)$")


def tested_range(plot: CurvePlot) -> tuple[float, float]:
    """Range of x that was measured."""
    if plot.tested is not None:
        return plot.tested
    x = np.concatenate([p.x for p in plot.points] or [t.x for t in plot.traces])
    x = x[np.isfinite(x)]
    return (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)


def millimetres_wide(axes: Axes) -> float:
    """Width of the axes on paper."""
    return float(axes.get_position().width * axes.get_figure(root=True).get_figwidth() / style.MM)  # type: ignore[union-attr]


def millimetres_high(axes: Axes) -> float:
    """Height of the axes on paper."""
    return float(axes.get_position().height * axes.get_figure(root=True).get_figheight() / style.MM)  # type: ignore[union-attr]


def set_y_range(axes: Axes, plot: CurvePlot) -> None:
    """From 0, or the lowest reading, to the highest of readings, curves and most of the bands."""
    axes.set_ylim(*_y_range(plot))


def draw_x_axis(
    axes: Axes, plot: CurvePlot, tested: tuple[float, float], *, alone: bool = False
) -> None:
    """Range, ticks and title of the x axis; a logarithmic one has space for control wells.

    The title may be as long as the figure is wide where the axes stand `alone` in it.
    """
    ends = [value for t in plot.traces for value in (t.x[np.isfinite(t.x)]) if t.x.size]
    low, high = min([tested[0], *ends]), max([tested[1], *ends])
    if plot.x_scale == "linear":
        low = min(0.0, low)
        pad = 0.02 * ((high - low) or 1.0)
        axes.set_xlim(low - (pad if low < 0 else 0.0), high + pad)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    else:
        if low == high:
            low, high = low - 0.5, high + 0.5
        elif math.floor(high) - math.ceil(low) < 1:
            # At least a decade, so that the axis can be read.
            low, high = min(low, math.floor(low)), max(high, math.floor(low) + 1.0)
        margin = {side: _margin_mm(plot, side) for side in ("left", "right")}
        per_decade = (millimetres_wide(axes) - margin["left"] - margin["right"]) / (high - low)
        axes.set_xlim(low - margin["left"] / per_decade, high + margin["right"] / per_decade)
        step = max(1, math.ceil(_label_mm() / per_decade))
        axes.set_xticks(range(math.floor(high + 1e-9), math.ceil(low - 1e-9) - 1, -step))
        axes.spines["bottom"].set_bounds(low, high)
        axes.xaxis.set_major_formatter(FuncFormatter(_decade))
    wide = millimetres_wide(axes) + 8
    axes.set_xlabel(style.fitted(x_title(plot), max(wide, _centred_mm(axes)) if alone else wide))


def _centred_mm(axes: Axes) -> float:
    """Width that a text centred on the axes has within its figure [mm]."""
    box = axes.get_position()
    page = axes.get_figure(root=True).get_figwidth() / style.MM  # type: ignore[union-attr]
    middle = (box.x0 + box.x1) / 2
    return float(2 * page * min(middle, 1 - middle)) - 2.0


def x_title(plot: CurvePlot) -> str:
    """Title of the x axis on the scale that the style names."""
    kind = style.current().concentration_axis
    match = _LOG_TITLE.match(plot.x_title)
    if plot.x_scale != "log10_M" or kind == "log10" or match is None:
        return plot.x_title
    unit = "M" if kind == "power" else kind.replace("u", "µ")
    return f"{match[1] or match[2]} ({unit})"


def _label_mm() -> float:
    """Space that the number at a tick takes."""
    kind = style.current().concentration_axis
    widest = {"log10": 6.5, "power": 7.5}.get(kind, 9.0)
    return widest * style.current().scale


def _decade(log10_M: float, _: int) -> str:
    """The number at a tick."""
    kind = style.current().concentration_axis
    if kind == "log10":
        return f"{log10_M:g}".replace("-", "−")
    exponent = round(log10_M) - UNITS.get(kind, 0)
    if kind == "power" or not -4 <= exponent <= 4:
        return "10" + str(exponent).translate(_SUPERSCRIPT)
    return f"{10.0**exponent:g}"


def _margin_mm(plot: CurvePlot, side: str) -> float:
    """Width of the control wells on one side [mm]."""
    places = len({level.name for level in plot.levels if level.side == side})
    return GUTTER_MM + PLACE_MM * (places - 0.5) + 0.5 if places else 1.0


def power_of(high: float) -> int:
    """Power of ten by which the numbers of an axis are divided: 0 for those of usual length."""
    if not high > 0 or not math.isfinite(high) or 1e-3 <= high < 1e6:
        return 0
    return math.floor(math.log10(high))


def with_power(title: str, power: int) -> str:
    """The title of an axis whose numbers are divided by a power of ten: "bound (10⁹ cpm)"."""
    if not power:
        return title
    text = "10" + str(power).translate(_SUPERSCRIPT)
    name, bracket, unit = title.rpartition("(")
    return f"{name}({text} {unit}" if bracket and title.endswith(")") else f"{title} ({text})"


def show_power(axes: Axes) -> None:
    """Divide the numbers at the ticks by the power of ten that the title states."""
    power = power_of(max(abs(limit) for limit in axes.get_ylim()))
    if power:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _plain(y / 10.0**power)))


def _plain(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def y_title(plot: CurvePlot) -> str:
    """Title of the y axis, with the power of ten of its numbers."""
    low, high = _y_range(plot)
    return with_power(plot.y_title, power_of(max(abs(low), abs(high))))


def y_label(plot: CurvePlot, high_mm: float, above_mm: float) -> tuple[str, float]:
    """Title of the y axis and its size; one too long is smaller, then on two lines.

    It is centred on axes so high, with so much space above them.
    """
    title, space = y_title(plot), high_mm + min(12.0, 2 * above_mm)
    size_pt = style.font_pt()
    if style.width_mm(style.one_line(title)) > space:
        size_pt = style.small_pt()
    # The lines are measured at the size of titles.
    return style.wrapped(title, space * style.font_pt() / size_pt), size_pt


def draw_y_axis(axes: Axes, plot: CurvePlot, *, place_label: bool = True) -> None:
    """Ticks and title of the y axis, and the axis in percent of specific binding."""
    locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
    axes.yaxis.set_major_locator(locator)
    if style.current().axis_offset_pt == 0:
        # Axes that meet end at a tick, as in Prism.
        low, high = axes.get_ylim()
        axes.set_ylim(
            low, next((tick for tick in locator.tick_values(low, high) if tick >= high), high)
        )
    show_power(axes)
    box = axes.get_position()
    above = millimetres_high(axes) / box.height * (1 - box.y1)
    text, size_pt = y_label(plot, millimetres_high(axes), above)
    axes.set_ylabel(text, fontsize=size_pt)
    if place_label:
        beside = LABEL_MM * style.current().scale + style.current().axis_offset_pt / 72 / style.MM
        axes.yaxis.set_label_coords(-beside / millimetres_wide(axes), 0.5)
    if plot.percent_window is None or not style.current().percent_axis:
        return
    zero, hundred = plot.percent_window

    def to_percent(y: np.ndarray) -> np.ndarray:
        return (y - zero) / (hundred - zero) * 100

    def from_percent(percent: np.ndarray) -> np.ndarray:
        return zero + percent / 100 * (hundred - zero)

    other = axes.secondary_yaxis("right", functions=(to_percent, from_percent))  # type: ignore[arg-type]
    other.set_yticks([0, 25, 50, 75, 100])
    other.spines["right"].set_visible(True)
    other.spines["right"].set_position(("outward", style.current().axis_offset_pt))
    other.spines["right"].set_bounds(0, 100)
    other.set_ylabel("specific binding (%)", labelpad=3)


def _y_range(plot: CurvePlot) -> tuple[float, float]:
    every = [p.y for p in plot.points] + [level.y for level in plot.levels]
    every += [p.y + p.error for p in plot.points if p.error is not None]
    every += [p.y - p.error for p in plot.points if p.error is not None]
    every += _means_in_view(plot, every)
    values = np.concatenate(every)
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = (high - low) or 1.0
    # A band can be far wider than the readings where the fit is uncertain; it may extend the axis
    # only a little.
    bands = [b for t in plot.traces for b in (t.low, t.high) if b is not None]
    if bands:
        band = np.concatenate(bands)
        band = band[np.isfinite(band)]
        if band.size:
            high = max(high, min(float(band.max()), high + 0.15 * span))
            low = min(low, max(float(band.min()), low - 0.10 * span))
    span = (high - low) or 1.0
    return (low - 0.04 * span if low < 0 else low), high + 0.05 * span


def _means_in_view(plot: CurvePlot, readings: list[np.ndarray]) -> list[np.ndarray]:
    """Curves, cut where they leave the readings by far: beyond the range measured by a quarter of
    the height of the readings, within it by the height.
    """
    values = np.concatenate([*readings, np.zeros(0)])
    values = values[np.isfinite(values)]
    if not values.size:
        return [trace.mean for trace in plot.traces]
    low, high = float(values.min()), float(values.max())
    span = (high - low) or abs(high) or 1.0
    first, last = tested_range(plot)
    means = []
    for trace in plot.traces:
        beyond = (trace.x < first - 1e-9) | (trace.x > last + 1e-9)
        reach = np.where(beyond, 0.25, 1.0) * span
        means.append(np.clip(trace.mean, low - reach, high + reach))
    return means
