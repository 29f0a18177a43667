"""Draws the bands of a population over time: median, central 50 % and central 90 % of the subjects,
and a few single subjects.

Panels are in rows of one, two or three. The darker tint covers half of the subjects, the lighter
one 90 %; thin grey lines are single subjects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.core.population import PercentileBand
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.course import draw_time_axis, panels_across
from tricyclic.plotting.curve_axes import millimetres_high, millimetres_wide
from tricyclic.plotting.network import typeset

PANEL_MM, LEFT_MM, BETWEEN_MM, RIGHT_MM, HEAD_MM, FOOT_MM = 34.0, 15.5, 17.5, 3.0, 10.5, 13.0
OUTER, INNER = (5.0, 95.0), (25.0, 75.0)
OUTER_TINT, INNER_TINT = 0.18, 0.38
# A course that stays within this fraction of itself is flat.
FLAT = 1e-3
# Time before the start that is drawn, as a share of the run.
LEAD = 0.05
# Occupancy [%] above which an axis ends at 100 %.
HALF = 50.0


def plot_population(
    bands: Sequence[PercentileBand],
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
    bands : sequence of PercentileBand
        With the percentiles 5, 25, 50, 75 and 95.
    name, title : str
        Name of the files; title of the figure.
    subjects : int
        Number of subjects behind the bands.

    Raises
    ------
    InputError
        If there is no band, or one lacks a percentile.
    """
    if not bands:
        raise InputError("has no quantity to draw", where=f"population {name}")
    for band in bands:
        if not {*OUTER, *INNER, 50.0} <= set(band.percentiles):
            raise InputError("lacks one of the percentiles 5, 25, 50, 75, 95", where=band.name)
    # A quantity that is flat in every subject is left out, except where all are.
    varying = [band for band in bands if _varies(band)] or list(bands)
    flat, bands = [band.description for band in bands if band not in varying], varying
    width: style.Width = "column" if len(bands) == 1 else "full"
    wide, scale = style.page_mm(width), style.current().scale
    across = panels_across(len(bands), wide)
    each = (wide - LEFT_MM * scale - RIGHT_MM - (across - 1) * BETWEEN_MM * scale) / across
    has_title = style.current().title
    heading = style.wrapped(title, wide - 4, bold=True) if has_title else ""
    top = 6.0 + 3.5 * heading.count("\n") if heading else 1.0
    # Lines are measured at the size of titles.
    larger = style.font_pt() / style.small_pt()
    note = style.wrapped(_marks(subjects, bands), (wide - 4) * larger, lines=3) if has_title else ""
    foot = 3.1 * scale * (note.count("\n") + 1) + 2.0 if note else 0.0
    rows, high_panel, around = math.ceil(len(bands) / across), PANEL_MM, (HEAD_MM + FOOT_MM) * scale
    if style.current().height_mm:
        high_panel = max((style.current().height_mm - top - foot) / rows - around, 10.0)
    row = around + high_panel
    high = top + rows * row + foot
    with style.publication_style(text_as):
        canvas = style.blank(wide, high)
        for k, band in enumerate(bands):
            left = LEFT_MM * scale + (k % across) * (each + BETWEEN_MM * scale)
            above = top + (k // across) * row + HEAD_MM * scale
            axes = canvas.add_axes(
                (left / wide, 1 - (above + high_panel) / high, each / wide, high_panel / high)
            )
            style.offset_spines(axes)
            draw_band(axes, band)
            axes.yaxis.set_label_coords(-11.5 * scale / each, 0.5)
            axes.set_title(
                style.wrapped(typeset(band.description), (each + 12.0) * larger, lines=2),
                fontsize=style.small_pt(),
                weight="normal",
                x=-10.0 / each,
                pad=7,
            )
        canvas.text(2.0 / wide, 1 - 1.2 / high, heading, va="top", weight="bold")
        canvas.text(2.0 / wide, 1.2 / high, note, va="bottom", fontsize=style.small_pt())
        return style.finish(
            canvas,
            name=name,
            caption=_caption(title, subjects, bands, flat),
            alt=f"{title}: " + "; ".join(_in_words(band) for band in bands) + ".",
            width=width,
            pdf=pdf,
        )


def _caption(
    title: str, subjects: int, bands: Sequence[PercentileBand], flat: Sequence[str]
) -> str:
    parts = [f"{style.one_line(title)}. {_marks(subjects, bands)}"]
    if flat:
        parts.append(f"Not drawn, because constant: {'; '.join(flat)}.")
    return " ".join(parts)


def _marks(subjects: int, bands: Sequence[PercentileBand]) -> str:
    """What the marks mean."""
    text = f"Line: median of {subjects:,} subjects; darker band: 25 to 75 %; "
    text += "lighter band: 5 to 95 %."
    single = any(band.example_trajectories.size for band in bands)
    return text + (" Grey: single subjects." if single else "")


def draw_band(axes: Axes, band: PercentileBand) -> None:
    """Draw the bands of one quantity into axes, in the current style.

    Parameters
    ----------
    axes : Axes
        Its ranges, ticks and axis titles are set; it gets no title.
    band : PercentileBand
    """
    band = _with_baseline(band)
    factor, unit = style.time_axis(float(band.time_h[-1]))
    x, colour = band.time_h * factor, style.colour(0)
    for course in band.example_trajectories:
        axes.plot(x, course, color=style.GREY, linewidth=0.3, alpha=0.5, zorder=1)
    for (low, high), tint in ((OUTER, OUTER_TINT), (INNER, INNER_TINT)):
        edges = band.at(low), band.at(high)
        axes.fill_between(x, *edges, color=colour, alpha=tint, linewidth=0, zorder=2)
    # The edge of the outer band stays visible under the grey of subjects outside it.
    for edge in OUTER:
        axes.plot(x, band.at(edge), color=colour, linewidth=0.5, alpha=0.8, zorder=2.5)
    width = 0.75 * style.current().line_width_pt
    axes.plot(x, band.at(50.0), color=colour, linewidth=width, zorder=3)
    draw_time_axis(axes, (float(x[0]), float(x[-1])), millimetres_wide(axes), unit)
    lowest, highest = float(band.at(OUTER[0]).min()), float(band.at(OUTER[1]).max())
    margin = 0.05 * (highest - lowest) or 0.5
    # From 0 where 0 is near, so that a small change does not look large; full occupancy is the
    # scale of targets that come near it.
    if _is_occupancy(band) and highest > HALF:
        axes.set_ylim(0.0, 103.0)
    else:
        axes.set_ylim(0.0 if 0 <= lowest < 0.6 * highest else lowest - margin, highest + margin)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(f"time ({unit})")
    axes.set_ylabel(style.fitted(band.unit or "relative", millimetres_high(axes)))


def _with_baseline(band: PercentileBand) -> PercentileBand:
    """The band with the drug-free state before the start, where it is known: percentages."""
    if band.unit != "%" or band.time_h[0] != 0 or band.time_h[-1] <= 0:
        return band
    before = 0.0 if _is_occupancy(band) else 100.0
    courses = band.example_trajectories
    return replace(
        band,
        time_h=np.r_[-LEAD * band.time_h[-1], 0.0, band.time_h],
        y=np.pad(band.y, ((0, 0), (2, 0)), constant_values=before),
        example_trajectories=np.pad(courses, ((0, 0), (2, 0)), constant_values=before)
        if courses.size
        else courses,
    )


def _varies(band: PercentileBand) -> bool:
    """Whether any percentile leaves its start value by more than the solver's error."""
    reach = float(np.max(np.abs(band.y)))
    return float(np.max(np.abs(band.y - band.y[:, :1]))) > FLAT * reach if reach > 0 else False


def _is_occupancy(band: PercentileBand) -> bool:
    """Whether a quantity is an occupancy, whose axis is 0 to 100 %."""
    is_relative = band.description.endswith("baseline")
    return band.unit == "%" and not is_relative and "occupancy" in f"{band.name} {band.description}"


def _in_words(band: PercentileBand) -> str:
    last = [format_number(float(value)) for value in band.y[:, -1]]
    unit = f" {band.unit}" if band.unit else ""
    index = {p: k for k, p in enumerate(band.percentiles)}
    low, median, high = (last[index[p]] for p in (OUTER[0], 50.0, OUTER[1]))
    peak = float(np.max(band.at(50.0)))
    return (
        f"{band.description} ends at {median}{unit} ({low} to {high}), "
        f"its median is at most {format_number(peak)}"
    )
