"""Draws a standard curve: standards, curve with its band, and the samples read from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_high
from tricyclic.plotting.means import LABELS, mean_and_error
from tricyclic.results.standard_curve import InterpolatedSample, InterpolationResult

# Readings over this range are drawn on a logarithmic axis.
LOG_FROM = 30.0
# Distance of what has no place on the logarithmic axis from its ends and from each other, as a
# share of the axis.
LANE = 0.09
BELOW, ABOVE = "<", ">"


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
            f"({result.weighting}). {words}.{_explained(result)}",
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
    lanes = _lanes(result)
    for label, side in ((BELOW, "below range"), (ABOVE, "above range")):
        beyond = [one for one in result.samples if _side(one, result) == side]
        if beyond:
            axes.plot(
                np.full(len(beyond), lanes[label]),
                [one.reading for one in beyond],
                linestyle="none",
                marker=label,
                markersize=3.8,
                markerfacecolor="white",
                markeredgecolor=style.colour(1),
                markeredgewidth=0.8,
                zorder=3,
            )
    _axes(axes, result, lanes)


def _side(sample: InterpolatedSample, result: InterpolationResult) -> str:
    """The end of the axis beside which a sample is drawn; empty for one within the range."""
    if sample.status != "not determined":
        return "" if sample.status == "in range" else sample.status
    # A reading beyond a plateau is nearer to one end of the curve.
    first, last = result.course.reading[[0, -1]]
    nearer = abs(sample.reading - first) <= abs(sample.reading - last)
    return "below range" if nearer else "above range"


def _lanes(result: InterpolationResult) -> dict[str, float]:
    """Places beside the logarithmic axis: of standards at 0, and of samples out of range."""
    x = result.concentrations
    low, high = np.log10([x[x > 0].min(), x.max()])
    width = LANE * max(high - low, 0.3)
    sides = {_side(one, result) for one in result.samples}
    left = (["0"] if (x == 0).any() else []) + ([BELOW] if "below range" in sides else [])
    places = {name: low - (k + 1) * width for k, name in enumerate(left)}
    if "above range" in sides:
        places[ABOVE] = high + width
    return {name: float(10.0**place) for name, place in places.items()}


def _explained(result: InterpolationResult) -> str:
    """What stands beside the axis, in a sentence; empty where nothing does."""
    lanes = _lanes(result)
    parts = ["standards without analyte at 0"] if "0" in lanes else []
    if BELOW in lanes or ABOVE in lanes:
        parts.append("samples outside the range as open triangles at < and >")
    return f" Beside the axis: {' and '.join(parts)}." if parts else ""


def _shown() -> str:
    """What the symbols of the standards are, where they are not single readings."""
    points = style.current().points
    return "" if points == "wells" else f" ({LABELS[points]})"


def _standards(axes: Axes, result: InterpolationResult) -> None:
    """Readings of the standards, or their means with the error bars of the style."""
    x, y = result.concentrations, result.readings
    error = None
    if style.current().points != "wells":
        levels = np.unique(x)
        means = [mean_and_error(y[x == level], style.current().points) for level in levels]
        x, y, error = levels, np.array([m for m, _ in means]), np.array([e for _, e in means])
    axes.errorbar(
        np.where(x > 0, x, _lanes(result).get("0", np.nan)),
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


def _axes(axes: Axes, result: InterpolationResult, lanes: Mapping[str, float]) -> None:
    axes.set_xscale("log")
    _x_ticks(axes, result, lanes)
    y = np.concatenate([result.readings, [one.reading for one in result.samples]])
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


def _x_ticks(axes: Axes, result: InterpolationResult, lanes: Mapping[str, float]) -> None:
    """Numbers on the logarithmic axis, and a tick at each place beside it."""
    x = result.concentrations
    low, high = float(x[x > 0].min()), float(x.max())
    labels = {place: name for name, place in lanes.items()}
    ends = (low / 1.1, high * 1.1)
    decades = [
        tick for tick in LogLocator(numticks=8).tick_values(*ends) if ends[0] < tick < ends[1]
    ]
    small = [
        tick
        for tick in LogLocator(subs=range(2, 10), numticks=99).tick_values(*ends)
        if ends[0] < tick < ends[1]
    ]
    if len(decades) < 2:
        # Over less than two decades the axis has further numbers.
        decades = sorted(
            {*decades, *(tick for tick in small if f"{tick:g}".lstrip("0.")[0] in "25")}
        )
    axes.xaxis.set_major_locator(FixedLocator([*decades, *labels]))
    axes.xaxis.set_minor_locator(FixedLocator(small))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: labels.get(at, f"{at:g}")))
    axes.xaxis.set_minor_formatter(NullFormatter())
    every = [*ends, *labels]
    margin = 10.0 ** (0.3 * LANE * np.log10(ends[1] / ends[0]))
    axes.set_xlim(min(every) / margin, max(every) * margin)
    axes.spines["bottom"].set_bounds(*ends)
