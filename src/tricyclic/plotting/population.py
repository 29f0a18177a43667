"""From the Bands of a population to its figure: median, the middle half and nine tenths of the subjects, and a few of them.

Panels stand in rows of three, two or one. A darker tint holds half of the subjects, a lighter one 90 %; thin grey lines are
single subjects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure as Canvas

from tricyclic.core.document import Figure
from tricyclic.core.format import figures
from tricyclic.core.population import Band
from tricyclic.errors import InputError
from tricyclic.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_MM, LEFT_MM, BETWEEN_MM, RIGHT_MM, HEAD_MM, FOOT_MM = 34.0, 15.5, 17.5, 3.0, 9.5, 13.0
OUTER, INNER = (5.0, 95.0), (25.0, 75.0)
OUTER_TINT, INNER_TINT = 0.18, 0.38
# A course that stays within this fraction of itself is flat.
FLAT = 1e-3


def population(
    bands: Sequence[Band],
    *,
    name: str,
    title: str,
    subjects: int,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the bands of a population over time, one panel each.

    Parameters
    ----------
    bands : sequence of Band
        With the percentiles 5, 25, 50, 75 and 95.
    name, title : str
        Name of the files; what is given to whom.
    subjects : int
        How many the bands rest on.

    Raises
    ------
    InputError
        If there is no band, or one lacks a percentile.
    """
    if not bands:
        raise InputError("holds no quantity to draw", where=f"population {name}")
    for band in bands:
        if not {*OUTER, *INNER, 50.0} <= set(band.percentiles):
            raise InputError("lacks one of the percentiles 5, 25, 50, 75, 95", where=band.name)
    # What is flat in every subject tells nothing; where nothing moves, it is all there is to tell.
    moved = [band for band in bands if _moves(band)] or list(bands)
    still, bands = [band.says for band in bands if band not in moved], moved
    across = 1 if len(bands) == 1 else 2 if len(bands) in (2, 4) else 3
    width: style.Width = "column" if across == 1 else "full"
    wide = style.WIDTHS_MM[width]
    each = (wide - LEFT_MM - RIGHT_MM - (across - 1) * BETWEEN_MM) / across
    row = HEAD_MM + PANEL_MM + FOOT_MM
    heading = style.wrapped(title, wide - 4, bold=True)
    top = 6.0 + 3.5 * heading.count("\n")
    high = top + math.ceil(len(bands) / across) * row
    with style.publication_style(text_as):
        canvas = Canvas(figsize=(wide * style.MM, high * style.MM))
        for k, band in enumerate(bands):
            left = LEFT_MM + (k % across) * (each + BETWEEN_MM)
            above = top + (k // across) * row + HEAD_MM
            axes = canvas.add_axes(
                (left / wide, 1 - (above + PANEL_MM) / high, each / wide, PANEL_MM / high)
            )
            for side in ("left", "bottom"):
                axes.spines[side].set_position(("outward", style.OFFSET_PT))
            _panel(axes, band, each)
        canvas.text(2.0 / wide, 1 - 1.2 / high, heading, va="top", weight="bold")
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Line: median of {subjects:,} subjects; darker band: the middle half; lighter band: "
            f"5 to 95 %.{' Grey: single subjects.' if any(band.some.size for band in bands) else ''}"
            + (f" Not drawn, as they do not move: {'; '.join(still)}." if still else ""),
            alt=f"{title}: " + "; ".join(_told(band) for band in bands) + ".",
            width=width,
            pdf=pdf,
        )


def _panel(axes: Axes, band: Band, each: float) -> None:
    factor, unit = _time_unit(float(band.time_h[-1]))
    percent = _is_share(band)
    scale = 100.0 if percent else 1.0
    x, colour = band.time_h * factor, style.COLOURS[0]
    for course in band.some:
        axes.plot(x, scale * course, color=style.GREY, linewidth=0.3, alpha=0.5, zorder=1)
    for (low, high), tint in ((OUTER, OUTER_TINT), (INNER, INNER_TINT)):
        edges = scale * band.at(low), scale * band.at(high)
        axes.fill_between(x, *edges, color=colour, alpha=tint, linewidth=0, zorder=2)
    # The edge of nine tenths stays visible under the grey of those beyond it.
    for edge in OUTER:
        axes.plot(x, scale * band.at(edge), color=colour, linewidth=0.5, alpha=0.8, zorder=2.5)
    axes.plot(x, scale * band.at(50.0), color=colour, linewidth=0.9, zorder=3)
    axes.set_xlim(float(x[0]), float(x[-1]))
    lowest, highest = float(band.at(OUTER[0]).min()), float(band.at(OUTER[1]).max())
    room = 0.05 * (highest - lowest) or 0.5
    # From 0 where 0 is near, so that a small change does not look large.
    if percent:
        axes.set_ylim(0.0, 100.0)
    else:
        axes.set_ylim(0.0 if 0 <= lowest < 0.6 * highest else lowest - room, highest + room)
    axes.set_xlabel(f"time ({unit})")
    axes.set_ylabel(style.fitted("%" if percent else band.unit or "relative", PANEL_MM))
    axes.yaxis.set_label_coords(-11.5 / each, 0.5)
    axes.set_title(
        style.wrapped(band.says, each + 12.0, lines=2),
        fontsize=style.SMALL_PT,
        weight="normal",
        x=-10.0 / each,
        pad=4,
    )


def _moves(band: Band) -> bool:
    """Whether any percentile leaves where it starts by more than solving does."""
    reach = float(np.max(np.abs(band.y)))
    return float(np.max(np.abs(band.y - band.y[:, :1]))) > FLAT * reach if reach > 0 else False


def _is_share(band: Band) -> bool:
    """Whether a quantity without a unit is a share of targets, which people tell in percent."""
    return band.unit in ("", "dimensionless") and "occupancy" in f"{band.name} {band.says}"


def _time_unit(end_h: float) -> tuple[float, str]:
    if end_h <= 2:
        return 60.0, "min"
    return (1.0, "h") if end_h <= 96 else (1 / 24, "days")


def _told(band: Band) -> str:
    last = [figures(float(value)) for value in band.y[:, -1]]
    unit = f" {band.unit}" if band.unit else ""
    places = {p: k for k, p in enumerate(band.percentiles)}
    low, middle, high = (last[places[p]] for p in (OUTER[0], 50.0, OUTER[1]))
    peak = float(np.max(band.at(50.0)))
    return f"{band.says} ends at {middle}{unit} ({low} to {high}), its median is at most {figures(peak)}"
