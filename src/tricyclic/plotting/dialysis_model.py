"""Draws measured dialysate over the simulated course with its band."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.plotting.dialysis import MINUTE_STEPS, Scale
from tricyclic.plotting.dialysis_note import caption_note, draw_note, foot_mm, note_lines
from tricyclic.results.dialysis_model import ModelledCourse
from tricyclic.results.microdialysis import MicrodialysisResult

HEIGHT_MM = 72.0


def dialysis_model(
    result: MicrodialysisResult, scale: Scale = "percent", *, pdf: bool = True
) -> Figure:
    """Draw measured means over the model, 84 mm wide.

    Parameters
    ----------
    result : MicrodialysisResult
        With `modelled` courses.
    scale : {"percent", "absolute"}
        Percent of baseline, or nM.
    pdf : bool
        Whether the PDF is written too.
    """
    with style.publication_style():
        note = note_lines(result)
        foot = foot_mm(note)
        height = style.page_height_mm(HEIGHT_MM + foot)
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=16.0,
            right_mm=4.0,
            bottom_mm=12.5 + foot / style.current().scale,
            top_mm=15.0,
        )
        draw_dialysis_model(axes, result, scale)
        title = result.title or f"Microdialysis: {result.analyte or 'dialysate'}"
        style.draw_title(canvas, f"{title}, and the model", width="column", height_mm=height)
        draw_note(canvas, note, height)
        what = "percent of baseline" if scale == "percent" else "nM in dialysate"
        groups = "; ".join(f"{one.group}: {one.treatment or 'no drug'}" for one in result.modelled)
        one = result.modelled[0]
        band = (
            f"median and {100 * one.coverage:g} % band of {one.runs} sets of {one.ensemble}"
            if one.runs > 1
            else "one run with the library's values"
        )
        caption = (
            f"Measured mean ± SEM (symbols, {what}) over the model of the {one.region} "
            f"(lines; {band}), in the same windows. {groups}. Agreement is not tested."
            f"{caption_note(result)}"
        )
        return style.finish(
            canvas,
            name="model" if scale == "percent" else "model_absolute",
            caption=caption,
            alt=caption,
            width="column",
            pdf=pdf,
        )


def draw_dialysis_model(axes: Axes, result: MicrodialysisResult, scale: Scale = "percent") -> None:
    """Draw measured means over the model into axes."""
    percent = scale == "percent"
    axes.axvline(0.0, color=style.INK, linewidth=0.8, linestyle=style.DASHES[1], zorder=1)
    for course in result.modelled:
        if not percent and not course.absolute:
            continue
        k = result.groups.index(course.group)
        _model(axes, course, k, percent)
        means = [m for m in result.means if m.group == course.group and m.n]
        axes.errorbar(
            [m.middle_min for m in means],
            [m.percent if percent else m.value for m in means],
            [m.percent_sem if percent else m.value_sem for m in means],
            ecolor=style.colour(k),
            elinewidth=0.8,
            capsize=style.current().cap_pt,
            zorder=4,
            label=f"{style.fitted(course.group, 24.0, size_pt=style.small_pt())}, measured",
            **{**style.marker(k), "linestyle": "none"},
        )
    axes.set_xlabel("time after treatment (min)")
    name = result.analyte or "dialysate"
    axes.set_ylabel(f"{name} (% of baseline)" if percent else f"{name} (nM)")
    axes.set_ylim(bottom=0.0)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=MINUTE_STEPS))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().legend:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, columnspacing=1.0)


def _model(axes: Axes, course: ModelledCourse, k: int, percent: bool) -> None:
    middle = [one.middle_min for one in course.fractions]
    centre = [one.percent if percent else one.level_nM for one in course.fractions]
    low = np.array([one.percent_low if percent else one.low_nM for one in course.fractions])
    high = np.array([one.percent_high if percent else one.high_nM for one in course.fractions])
    if np.isfinite(low).all() and math.isfinite(float(high.max())):
        axes.fill_between(
            middle, low, high, color=style.colour(k), alpha=0.18, linewidth=0, zorder=2
        )
    axes.plot(
        middle,
        centre,
        color=style.colour(k),
        linestyle=style.dashes(k),
        linewidth=1.0,
        zorder=3,
        label="model",
    )
