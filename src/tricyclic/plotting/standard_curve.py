"""Draws a standard curve: standards, curve with its band, and the samples read from it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_high
from tricyclic.plotting.means import LABELS, mean_and_error
from tricyclic.results.standard_curve import InterpolationResult

# Readings over this range are drawn on a logarithmic axis.
LOG_FROM = 30.0


def standard_curve(
    result: InterpolationResult, *, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw standards and samples, 84 mm wide."""
    with style.publication_style(text_as):
        height = style.page_height_mm(70.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=16.5, right_mm=4.0, bottom_mm=13.0, top_mm=12.0
        )
        draw_standard_curve(axes, result)
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 1.01),
            ncols=2,
            columnspacing=1.0,
            handletextpad=0.3,
        )
        style.draw_title(canvas, "Standard curve", width="column", height_mm=height, lines=1)
        inside = sum(one.status == "in range" for one in result.samples)
        ends = f"{format_number(result.lowest)} to {format_number(result.highest)} {result.unit}"
        words = (
            f"{inside} of {len(result.samples)} samples lie within {ends.strip()} (grey lines)"
            if result.samples
            else f"Range {ends.strip()} (grey lines)"
        )
        return style.finish(
            canvas,
            name="standard_curve",
            caption=f"Standards{_shown()}, {result.description} with its "
            f"{100 * result.confidence:g} % confidence band, and samples with the limits of their "
            "concentrations "
            f"({result.weighting}). {words}.",
            alt=f"Standard curve with {len(result.standards)} standards. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_standard_curve(axes: Axes, result: InterpolationResult) -> None:
    """Draw a standard curve into axes."""
    course = result.course
    for end in (result.lowest, result.highest):
        axes.axvline(end, color=style.PALE, linewidth=0.8, zorder=0)
    axes.fill_between(
        course.concentration,
        course.low,
        course.high,
        color=style.colour(0),
        alpha=0.18,
        linewidth=0,
    )
    axes.plot(course.concentration, course.reading, color=style.colour(0), linewidth=1.0)
    _standards(axes, result)
    inside = [one for one in result.samples if one.status == "in range"]
    if inside:
        at = np.array([one.concentration / one.dilution for one in inside])
        low = np.array([max(one.low / one.dilution, result.lowest) for one in inside])
        high = np.array([min(one.high / one.dilution, result.highest) for one in inside])
        axes.errorbar(
            at,
            [one.reading for one in inside],
            xerr=np.maximum([at - low, high - at], 0.0),
            linestyle="none",
            marker=style.symbol(3),
            color=style.colour(1),
            markersize=3.4,
            elinewidth=0.7,
            capsize=0,
            label="samples",
        )
    _axes(axes, result)


def _shown() -> str:
    """What the symbols of the standards are, where they are not single readings."""
    points = style.current().points
    return "" if points == "wells" else f" ({LABELS[points]})"


def _standards(axes: Axes, result: InterpolationResult) -> None:
    """Readings of the standards above 0, or their means with the error bars of the style."""
    x, y = result.concentrations, result.readings
    x, y = x[x > 0], y[x > 0]
    error = None
    if style.current().points != "wells":
        levels = np.unique(x)
        means = [mean_and_error(y[x == level], style.current().points) for level in levels]
        x, y, error = levels, np.array([m for m, _ in means]), np.array([e for _, e in means])
    axes.errorbar(
        x,
        y,
        error,
        linestyle="none",
        marker=style.symbol(0),
        color=style.colour(0),
        markersize=3.6,
        markeredgecolor="white",
        markeredgewidth=0.3,
        elinewidth=0.8,
        capsize=style.current().cap_pt,
        label="standards",
    )


def _axes(axes: Axes, result: InterpolationResult) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=8))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    y = result.readings
    positive = y[y > 0]
    if positive.size == y.size and positive.max() / positive.min() > LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel("concentration" + (f" ({result.unit})" if result.unit else ""))
    unit = result.y_unit
    reading = "reading" + (f" ({unit})" if unit not in ("", "unknown") else "")
    high = millimetres_high(axes)
    axes.set_ylabel(style.fitted(result.y_title or reading, high + 6.0))
