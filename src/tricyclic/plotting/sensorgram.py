"""Draws sensorgrams: readings of each cycle with the fitted curve."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tricyclic.core.document import Figure
from tricyclic.core.format import format_quantity
from tricyclic.plotting import style
from tricyclic.results.sensorgram import SensorgramResult

# Most readings of a cycle that are drawn; the curve goes through all.
MOST_POINTS = 400
# Up to so many readings of a cycle the symbols do not overlap, and are larger.
FEW_POINTS = 60
# Most cycles that a legend names.
MOST_NAMED = 8
PER_UNIT = {"s": 60.0, "min": 1.0, "h": 1 / 60.0}


def sensorgram(
    result: SensorgramResult, *, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw all cycles over each other, 84 mm wide."""
    with style.publication_style(text_as):
        height = style.page_height_mm(68.0)
        canvas, axes = style.sheet(
            "column", height, left_mm=16.5, right_mm=4.0, bottom_mm=13.0, top_mm=8.0
        )
        draw_sensorgram(axes, result)
        style.draw_title(canvas, "Sensorgrams", width="column", height_mm=height, lines=1)
        kd = result.estimates[0]
        words = f"Kd {format_quantity(kd.value, kd.unit)}"
        return style.finish(
            canvas,
            name="sensorgram",
            caption=f"Readings of {len(result.cycles)} cycles and the common fit of one site "
            f"(black); {words}. Grey: injections.",
            alt=f"Sensorgrams of {len(result.cycles)} cycles with the fitted curve; {words}.",
            width="column",
            pdf=pdf,
        )


def draw_sensorgram(axes: Axes, result: SensorgramResult) -> None:
    """Draw the cycles into axes."""
    factor = PER_UNIT.get(result.time_unit, 1.0)
    unit = result.time_unit if result.time_unit in PER_UNIT else "min"
    spans = {(start, end) for one in result.cycles for start, end, _ in one.injections}
    for start, end in sorted(spans):
        axes.axvspan(start * factor, end * factor, color=style.PALE, alpha=0.45, linewidth=0)
    for number, cycle in enumerate(result.cycles):
        time, reading, curve = result.of_cycle(number)
        every = max(1, time.size // MOST_POINTS)
        axes.plot(
            time[::every] * factor,
            reading[::every],
            linestyle="none",
            marker="o",
            markersize=1.4 if time.size > FEW_POINTS else 2.6,
            markeredgewidth=0,
            color=style.colour(number % len(style.COLOURS[:-1])),
            label=_label(cycle.injections, cycle.name),
        )
        axes.plot(time * factor, curve, color=style.INK, linewidth=0.7)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(f"time ({unit})")
    unit = result.fit.parts[0].series.y_unit
    axes.set_ylabel("response" if unit == "unknown" else f"response ({unit})")
    if 1 < len(result.cycles) <= MOST_NAMED:
        axes.legend(loc="upper right", handletextpad=0.2, markerscale=2.5, borderpad=0.1)


def _label(injections: tuple[tuple[float, float, float], ...], name: str) -> str:
    levels = np.unique([level for _, _, level in injections])
    return f"{float(levels[0]) * 1e9:.4g} nM" if levels.size == 1 else name
