"""Draws a control chart with its moving MSR, and the agreement of two runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.results.reproducibility import ControlChartResult, MsrResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

HEIGHT_MM = 112.0
LEAST_WIDTH_MM = 70.0
LEFT_MM, RIGHT_MM = 20.0, 18.0
MSR_LIMIT = 3.0
# First run whose cumulative MSR is drawn.
FIRST_MSR_RUN = 3
# Space that the name of a run takes along the axis.
NAME_MM = 4.5
RATIO_TICKS = (0.01, 0.03, 0.1, 0.2, 0.33, 0.5, 1, 2, 3, 5, 10, 30, 100)


@dataclass(frozen=True)
class _ChartLines:
    """Values, control limits and centre line of one chart, by run."""

    values: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    centre: tuple[float, ...]


def control_chart_plot(
    chart: ControlChartResult,
    *,
    name: str = "control-chart",
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the pair of charts and the moving MSR, 174 mm wide or as the style states.

    Runs that violate a rule are squares; the limits are lines with their names at the right.
    """
    values_kind, scatter_kind = chart.kind.split("-")
    violating = {item.run for item in chart.violations}
    n = len(chart.runs)
    with style.publication_style(text_as):
        canvas, values_axes, scatter_axes, msr_axes = _panels()
        _draw_chart(
            values_axes,
            _ChartLines(chart.values, chart.lower, chart.upper, (chart.centre,) * n),
            _is_flagged(chart, values_kind),
        )
        _draw_chart(
            scatter_axes,
            _ChartLines(
                chart.scatter, chart.scatter_lower, chart.scatter_upper, chart.scatter_centre
            ),
            _is_flagged(chart, scatter_kind),
        )
        _draw_msr(msr_axes, chart)
        scatter_label = "moving range" if scatter_kind == "MR" else "SD in run"
        _label_axes(values_axes, _scale_title(chart.scale), n, ticks=5)
        _label_axes(scatter_axes, scatter_label, n, ticks=4)
        _label_axes(msr_axes, "MSR", n, ticks=4)
        _label_runs(msr_axes, chart.runs)
        title = f"{chart.subject}: {chart.kind} chart" if chart.subject else f"{chart.kind} chart"
        if style.current().title:
            wide, high = (side / style.MM for side in canvas.get_size_inches())
            text = style.fitted(title, wide - 6.0, bold=True)
            canvas.text(2.0 / wide, 1 - 1.4 / high, text, va="top", weight="bold")
        count = (
            f"{len(violating)} of {n} runs violate a rule"
            if violating
            else "no run violates a rule"
        )
        return style.finish(
            canvas,
            name=name,
            width="full",
            pdf=pdf,
            caption=f"{style.one_line(title)}; limits at three sigma from the first "
            f"{chart.baseline} runs, {count} ({chart.rules}). Below, the minimum significant "
            f"ratio (dashed: {MSR_LIMIT:g}).",
            alt=f"{title}: {count} ({chart.rules}).",
        )


def _panels() -> tuple[Canvas, Axes, Axes, Axes]:
    """The canvas, and the axes of values, scatter and MSR from top to bottom."""
    wide, scale = style.page_mm("full", least_mm=LEAST_WIDTH_MM), style.current().scale
    high = style.page_height_mm(HEIGHT_MM * scale)
    # Heights from the bottom, of a figure of the usual height with the usual text.
    part = high / HEIGHT_MM
    canvas, msr_axes = style.sheet(
        "full",
        high,
        left_mm=LEFT_MM,
        right_mm=RIGHT_MM,
        bottom_mm=18.0 * part / scale,
        top_mm=74.0 * part / scale,
    )
    left = LEFT_MM * scale / wide
    width = 1.0 - left - RIGHT_MM * scale / wide
    scatter_axes = canvas.add_axes((left, 43.0 / HEIGHT_MM, width, 20.0 / HEIGHT_MM))
    values_axes = canvas.add_axes((left, 70.0 / HEIGHT_MM, width, 34.0 / HEIGHT_MM))
    for axes in (values_axes, scatter_axes):
        style.offset_spines(axes)
        axes.tick_params(labelbottom=False)
    return canvas, values_axes, scatter_axes, msr_axes


def _is_flagged(chart: ControlChartResult, kind: str) -> np.ndarray:
    """Which runs violate a rule of one of the two charts."""
    flagged = {item.run for item in chart.violations if item.chart == kind}
    return np.array([run in flagged for run in chart.runs])


def _draw_chart(axes: Axes, lines: _ChartLines, flagged: np.ndarray) -> None:
    values, lower, upper, centre = (np.asarray(line, float) for line in astuple(lines))
    order = np.arange(1, values.size + 1)
    axes.step(order, centre, where="mid", color=style.GREY, linewidth=0.8)
    for limit in (lower, upper):
        axes.step(order, limit, where="mid", color=style.colour(1), linewidth=0.8, linestyle="--")
    axes.plot(order, values, color=style.colour(0), linewidth=0.8)
    for mask, marker, size, colour in ((~flagged, "o", 3.4, 0), (flagged, "s", 4.6, 1)):
        axes.plot(
            order[mask],
            values[mask],
            linestyle="none",
            marker=marker,
            markersize=size,
            color=style.colour(colour),
            markeredgewidth=0,
        )
    line_ends = [("centre", centre[-1]), ("limit", upper[-1])]
    if lower[-1] > 0 or values[1:].min() < 0:
        line_ends.append(("limit", lower[-1]))
    decimals = _decimals([height for _, height in line_ends])
    for label, height in line_ends:
        axes.annotate(
            f"{label} {height:.{decimals}f}".replace("-", "−"),
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.tiny_pt(),
            annotation_clip=False,
        )
    shown = np.concatenate([values[np.isfinite(values)], lower, upper])
    margin = 0.08 * float(np.ptp(shown)) or 1.0
    axes.set_ylim(float(shown.min()) - margin, float(shown.max()) + margin)


def _decimals(heights: Sequence[float]) -> int:
    """Decimals that give the smallest of the numbers beside an axis three figures."""
    sizes = [abs(height) for height in heights if height != 0 and math.isfinite(height)]
    return max(0, 2 - math.floor(math.log10(min(sizes)))) if sizes else 0


def _scale_title(scale: str) -> str:
    """Title of the axis of values: "log10 of nM" is "potency (log₁₀ nM)"."""
    unit = scale.removeprefix("log10 of ")
    return scale if unit == scale else style.typeset(f"potency (log10 {unit})")


def _draw_msr(axes: Axes, chart: ControlChartResult) -> None:
    series = (
        # The MSR of two runs has one degree of freedom and would set the scale of the axis.
        ("all runs", chart.cumulative, FIRST_MSR_RUN),
        (f"last {chart.window}", chart.recent, 1),
    )
    for index, (label, msrs, first) in enumerate(series):
        points = [
            (run, msr.msr) for run, msr in enumerate(msrs, 1) if msr is not None and run >= first
        ]
        if points:
            x, y = zip(*points, strict=True)
            axes.plot(
                x,
                y,
                marker=style.symbol(index),
                markersize=3.0,
                color=style.colour(index),
                label=label,
                linewidth=0.9,
            )
    axes.axhline(MSR_LIMIT, color=style.GREY, linewidth=0.8, linestyle="--")
    axes.set_ylim(bottom=1.0)
    axes.legend(
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        fontsize=style.tiny_pt(),
        handlelength=1.2,
        borderaxespad=0.3,
    )


def _label_axes(axes: Axes, label: str, runs: int, *, ticks: int) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(0.5, runs + 0.5)
    axes.set_ylabel(label)
    axes.yaxis.set_label_coords(-15.0 * style.current().scale / millimetres_wide(axes), 0.5)
    axes.yaxis.set_major_locator(MaxNLocator(ticks))
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))


def _label_runs(axes: Axes, runs: Sequence[str]) -> None:
    """Names of the runs, or only their numbers where there is no space for all."""
    # A name at an angle needs the height of its line beside the next.
    if len(runs) * NAME_MM * style.current().scale > millimetres_wide(axes):
        axes.set_xlabel("run")
        return
    axes.set_xticks(
        np.arange(1, len(runs) + 1),
        [style.fitted(run, 20.0, size_pt=style.tiny_pt()) for run in runs],
        rotation=45,
        ha="right",
        rotation_mode="anchor",
        fontsize=style.tiny_pt(),
    )
    axes.set_xlabel("")


def agreement_plot(
    result: MsrResult,
    *,
    name: str = "agreement",
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the ratio of two runs against the mean potency of each compound.

    Lines are the mean ratio and the limits of agreement.
    """
    with style.publication_style(text_as):
        height = style.page_height_mm(66.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=16.0, right_mm=4.0, bottom_mm=13.0, top_mm=9.0
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.axhspan(
            result.mean_ratio_low, result.mean_ratio_high, color=style.PALE, alpha=0.6, linewidth=0
        )
        axes.axhline(1.0, color=style.GREY, linewidth=0.8)
        axes.axhline(result.mean_ratio, color=style.colour(0), linewidth=0.9)
        for limit in (result.agreement_low, result.agreement_high):
            axes.axhline(limit, color=style.colour(1), linewidth=0.9, linestyle="--")
        axes.plot(
            result.geometric_means,
            result.ratios,
            linestyle="none",
            marker="o",
            markersize=3.6,
            color=style.colour(0),
            markeredgecolor="white",
            markeredgewidth=0.3,
        )
        _scale_ratio_axis(axes, result)
        unit = f" ({result.unit})" if result.unit else ""
        # The short title where the figure is narrow.
        full = f"geometric mean of the two runs{unit}"
        space = millimetres_wide(axes) + 8.0
        axes.set_xlabel(full if style.width_mm(full) <= space else f"geometric mean{unit}")
        axes.set_ylabel("ratio, first over second run")
        style.draw_title(canvas, "Replicate experiment", width="column", height_mm=height, lines=1)
        numbers = (
            f"MSR {result.msr:.3g}, mean ratio {result.mean_ratio:.3g}, limits of agreement "
            f"{result.agreement_low:.3g} to {result.agreement_high:.3g}"
        )
        return style.finish(
            canvas,
            name=name,
            width="column",
            pdf=pdf,
            caption=f"Ratio of two runs for {result.n_compounds} compounds: {numbers}. Grey band: "
            "confidence interval of the mean ratio.",
            alt=f"Ratios of two runs against potency, {numbers}.",
        )


def _scale_ratio_axis(axes: Axes, result: MsrResult) -> None:
    """A logarithmic axis, symmetric about 1, with plain numbers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    largest = 1.15 * max(
        3.3,
        *result.ratios,
        *(1 / ratio for ratio in result.ratios),
        result.agreement_high,
        1 / result.agreement_low,
    )
    axes.set_ylim(1 / largest, largest)
    ticks = [tick for tick in RATIO_TICKS if 1 / largest <= tick <= largest]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
