"""Draws no net flux: inlet less outlet over inlet, and extraction and concentration over time."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.plotting import style
from tricyclic.results.microdialysis import NoNetFlux
from tricyclic.results.no_net_flux import AnimalNoNetFlux, NoNetFluxResult
from tricyclic.stats.statistics import t_quantile

Quantity = Literal["concentration", "extraction"]
HEIGHT_MM = 66.0
# Distance of the bars of two groups.
LANE_PT = 5.0


def no_net_flux_plot(result: NoNetFluxResult, *, pdf: bool = True) -> Figure:
    """Draw the points of all animals with their lines, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(HEIGHT_MM)
        canvas, axes = style.sheet(
            "column", height, left_mm=17.0, right_mm=4.0, bottom_mm=13.0, top_mm=11.0
        )
        draw_no_net_flux(axes, result)
        style.draw_title(canvas, "No net flux", width="column", height_mm=height, lines=1)
        words = "; ".join(_words(result))
        band = (
            f"its {100 * result.confidence:g} % confidence band, and the concentration without net "
            "flux with Fieller's limits (bar)"
            if len(result.animals) == 1
            else "and the mean of the concentration without net flux over animals with its limits "
            "(bars)"
        )
        return style.finish(
            canvas,
            name="no_net_flux",
            caption=f"Inlet less outlet concentration over the inlet: points, fitted line, {band}. "
            f"{words}.",
            alt=f"No net flux. {words}.",
            width="column",
            pdf=pdf,
        )


def draw_no_net_flux(axes: Axes, result: NoNetFluxResult) -> None:
    """Draw the lines of all animals into axes."""
    axes.axhline(0.0, color=style.GREY, linewidth=0.6, zorder=1)
    groups = list(dict.fromkeys(one.group for one in result.animals))
    alone = len(result.animals) == 1
    shown: set[str] = set()
    for one in result.animals:
        k = groups.index(one.group)
        label = one.group if len(groups) > 1 and one.group not in shown else None
        shown.add(one.group)
        axes.plot(
            one.inlet,
            one.inlet - one.outlet,
            linestyle="none",
            label=label,
            zorder=3,
            **style.marker(k, 3.4 if not alone else 0.0),
        )
        _line(axes, one, k, alone, result.confidence)
    if alone:
        _crossing(axes, result.animals[0].fit)
    for group in result.groups:
        mean = group.concentration
        if math.isfinite(mean.low) and math.isfinite(mean.high):
            place = groups.index(group.group)
            colour = style.colour(place) if len(groups) > 1 else style.INK
            _bar(axes, mean.value, mean.low, mean.high, colour, place)
    unit = "" if result.unit == "unknown" else f" ({result.unit})"
    axes.set_xlabel(f"inlet concentration{unit}")
    axes.set_ylabel(f"inlet − outlet{unit}")
    # The symbols at 0 are drawn whole.
    axes.set_xlim(left=-0.02 * max(float(one.inlet.max()) for one in result.animals))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().legend and len(groups) > 1:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, handletextpad=0.2)


def _line(axes: Axes, one: AnimalNoNetFlux, k: int, alone: bool, confidence: float) -> None:
    fit = one.fit
    x = np.linspace(0.0, float(one.inlet.max()), 60)
    y = fit.intercept.value + fit.extraction.value * x
    axes.plot(
        x, y, color=style.colour(k), linewidth=1.2 if alone else 0.6, alpha=1.0 if alone else 0.6
    )
    if not alone or not style.current().band:
        return
    centre = float(one.inlet.mean())
    sxx = float(((one.inlet - centre) ** 2).sum())
    variance = fit.extraction.se**2 * sxx
    reach = t_quantile(fit.points - 2.0, confidence) * np.sqrt(
        variance * (1.0 / fit.points + (x - centre) ** 2 / sxx)
    )
    axes.fill_between(x, y - reach, y + reach, color=style.colour(k), alpha=0.18, linewidth=0)


def _crossing(axes: Axes, fit: NoNetFlux) -> None:
    if fit.bounded:
        _bar(axes, fit.concentration, fit.low, fit.high, style.INK)
    elif math.isfinite(fit.concentration):
        axes.plot([fit.concentration], [0.0], marker="|", color=style.INK, markersize=9, zorder=5)


def _bar(axes: Axes, at: float, low: float, high: float, colour: str, lane: int = 0) -> None:
    """A concentration with its limits on the line of no difference; further ones just below it."""
    below = ScaledTranslation(0, -lane * LANE_PT / 72, axes.figure.dpi_scale_trans)
    place = axes.transData + below
    axes.plot(
        [low, high], [0.0, 0.0], color=colour, linewidth=1.6, marker="|", zorder=5, transform=place
    )
    axes.plot(
        [at],
        [0.0],
        color=colour,
        marker="D",
        markersize=3.4,
        markeredgecolor="white",
        markeredgewidth=0.4,
        zorder=6,
        transform=place,
    )


def flux_course(result: NoNetFluxResult, quantity: Quantity, *, pdf: bool = True) -> Figure:
    """Draw a quantity of dynamic no net flux over time, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(60.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=17.0, right_mm=4.0, bottom_mm=13.0, top_mm=11.0
        )
        draw_flux_course(axes, result, quantity)
        style.draw_title(canvas, "Dynamic no net flux", width="column", height_mm=height, lines=1)
        level = f"{100 * result.confidence:g} % limits"
        counts = ", ".join(f"{g.group} n = {g.animals}" for g in result.dynamic)
        what = "Concentration without net flux" if quantity == "concentration" else "Extraction"
        return style.finish(
            canvas,
            name=quantity,
            caption=f"{what} over time, fitted between animals at each time, with {level} "
            f"({counts}). Limits that are not bounded are not drawn.",
            alt=f"{what} over time ({counts}).",
            width="column",
            pdf=pdf,
        )


def draw_flux_course(axes: Axes, result: NoNetFluxResult, quantity: Quantity) -> None:
    """Draw a quantity over time into axes."""
    for k, group in enumerate(result.dynamic):
        fits = group.course.bins
        if quantity == "concentration":
            rows = [(f.concentration, f.low, f.high) for f in fits]
        else:
            rows = [(f.extraction.value, f.extraction.low, f.extraction.high) for f in fits]
        value, low, high = (np.array(column) for column in zip(*rows, strict=True))
        bounded = np.isfinite(low) & np.isfinite(high)
        times = np.array(group.course.middle_min)
        axes.errorbar(
            times[bounded],
            value[bounded],
            [(value - low)[bounded], (high - value)[bounded]],
            fmt="none",
            ecolor=style.colour(k),
            elinewidth=0.8,
            capsize=style.current().cap_pt,
        )
        axes.plot(
            times,
            value,
            color=style.colour(k),
            linestyle=style.dashes(k),
            label=group.group,
            **style.marker(k),
        )
    unit = "" if result.unit == "unknown" else f" ({result.unit})"
    axes.set_xlabel("time (min)")
    axes.set_ylabel(f"concentration{unit}" if quantity == "concentration" else "extraction")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 3, 4, 6, 10]))
    if style.current().legend and len(result.dynamic) > 1:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, handletextpad=0.4)


def _words(result: NoNetFluxResult) -> list[str]:
    unit = "" if result.unit == "unknown" else f" {result.unit}"
    if len(result.animals) == 1:
        fit = result.animals[0].fit
        limits = (
            f"{format_number(fit.low)} to {format_number(fit.high)}"
            if fit.bounded
            else "not bounded"
        )
        return [
            (
                f"Concentration {format_number(fit.concentration)}{unit} ({limits}), extraction "
                f"{format_number(fit.extraction.value)}"
            )
        ]
    return [
        f"{one.group} (n = {one.n}): concentration {format_number(one.concentration.value)}{unit}, "
        f"extraction {format_number(one.extraction.value)}"
        for one in result.groups
    ] or [f"{len(result.animals)} lines"]
