"""Draws net release over the concentrations of a drug, with the fitted curve and its band."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_p, format_quantity
from tricyclic.plotting import style
from tricyclic.plotting.release import (
    FOOT_MM,
    draw_synthetic,
    percents,
    title_of,
    value_axis,
    what_of,
)
from tricyclic.results.release import PotentiationCurve, ReleaseResult

HEIGHT_MM = 64.0


def release_curve(result: ReleaseResult, curve: PotentiationCurve, *, pdf: bool = True) -> Figure:
    """Draw the potentiation by one drug, 84 mm wide."""
    with style.publication_style():
        foot = FOOT_MM if result.synthetic else 0.0
        height = style.page_height_mm(HEIGHT_MM + foot)
        canvas, axes = style.sheet(
            "column", height, left_mm=16.0, right_mm=4.0, bottom_mm=12.5 + foot, top_mm=12.0
        )
        draw_release_curve(axes, result, curve)
        style.draw_title(canvas, title_of(result), width="column", height_mm=height, lines=1)
        draw_synthetic(canvas, result, height, "column")
        words = curve_words(curve, result.confidence)
        return style.finish(
            canvas,
            name="potentiation",
            caption=f"Net {what_of(result)} over {curve.drug} in percent of the vehicle of the "
            "same culture: cultures (thin lines), geometric means with "
            f"{100 * result.confidence:g} % CI"
            f"{', and the band of the curve over cultures at this EC50' if curve.grid.size else ''}"
            f". {words}.",
            alt=f"Net {what_of(result)} over {curve.drug}. {words}.",
            width="column",
            pdf=pdf,
        )


def curve_words(curve: PotentiationCurve, confidence: float) -> str:
    """EC50 with its limits, or why there is none with the trend."""
    if curve.status == "ec50":
        ends = [
            "no limit" if v == 0 or math.isinf(v) else format_number(v)
            for v in (curve.ec50_low, curve.ec50_high)
        ]
        return (
            f"EC50 {format_quantity(curve.ec50, curve.unit)} ({100 * confidence:g} % CI {ends[0]} "
            f"to {ends[1]})"
        )
    trend = f"; trend {format_p(curve.trend_p)}" if math.isfinite(curve.trend_p) else ""
    return f"No EC50: {curve.reason}{trend}"


def draw_release_curve(axes: Axes, result: ReleaseResult, curve: PotentiationCurve) -> None:
    """Draw cultures, means and the curve into axes."""
    x = curve.concentrations
    arms = [CultureArm(curve.drug, float(c), curve.unit, stimulus=result.stimulus) for c in x]
    own = percents(result, arms)
    place = np.log10(x)
    for row in own:
        axes.plot(place, row, color=style.GREY, linewidth=0.5, alpha=0.7, zorder=2)
    axes.axhline(100.0, color=style.GREY, linewidth=0.6, zorder=1)
    every = own[np.isfinite(own)].tolist()
    if curve.grid.size:
        grid = np.log10(curve.grid)
        axes.fill_between(
            grid,
            curve.curve_low,
            curve.curve_high,
            color=style.colour(0),
            alpha=0.15,
            linewidth=0,
            zorder=2,
        )
        axes.plot(grid, curve.curve, color=style.colour(0), zorder=3)
    else:
        axes.plot(place, curve.percent, color=style.colour(0), linestyle=style.DASHES[1], zorder=3)
    with_limits = np.isfinite(curve.low) & np.isfinite(curve.high)
    if with_limits.any():
        centre = curve.percent[with_limits]
        axes.errorbar(
            place[with_limits],
            centre,
            np.array([centre - curve.low[with_limits], curve.high[with_limits] - centre]),
            fmt="none",
            ecolor=style.colour(0),
            elinewidth=0.9,
            capsize=style.current().cap_pt,
            zorder=4,
        )
        every += [*curve.low[with_limits], *curve.high[with_limits]]
    axes.plot(place, curve.percent, linestyle="none", zorder=5, **style.marker(0))
    if curve.status == "ec50":
        axes.axvline(
            math.log10(curve.ec50),
            color=style.INK,
            linewidth=0.8,
            linestyle=style.DASHES[1],
            zorder=1.5,
        )
        axes.annotate(
            style.one_line(f"EC50 {format_quantity(curve.ec50, curve.unit)}"),
            (math.log10(curve.ec50), 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 2.0),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.small_pt(),
        )
    logarithmic = bool(every) and min(every) > 0
    value_axis(axes, every, logarithmic=logarithmic)
    axes.set_xlim(place[0] - 0.15, place[-1] + 0.15)
    axes.xaxis.set_major_locator(FixedLocator(place.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{10**v:.4g}"))
    axes.set_xlabel(style.one_line(f"{curve.drug} ({curve.unit})"))
    axes.set_ylabel(f"net {result.transmitter or 'release'} (% of vehicle)")
