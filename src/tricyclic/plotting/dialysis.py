"""Draws microdialysis: time courses of the groups, and the response of each animal."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_p
from tricyclic.core.fractions import PERCENT
from tricyclic.plotting import style
from tricyclic.plotting.bracket import draw_bracket
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.plotting.dialysis_note import caption_note, draw_note, foot_mm, note_lines
from tricyclic.results.microdialysis import CourseMean, MicrodialysisResult
from tricyclic.stats.statistics import t_quantile

Scale = Literal["percent", "absolute"]
HEIGHT_MM = 66.0
LEFT_MM, RIGHT_MM, TITLE_MM, LEGEND_LINE_MM = 16.0, 4.0, 7.5, 3.8
# Line and symbol beside a name in the legend, with the gaps; and the longest name.
HANDLE_MM, LONGEST_NAME_MM = 8.0, 40.0
# Part of the width of a group that its name and its ratio may take; lines of a name.
GAP, NAME_LINES = 0.9, 3
NAME_LINE_MM, RATIO_LINE_MM = 3.4, 2.8
# Nice steps of an axis in minutes.
MINUTE_STEPS = [1, 2, 3, 4, 6, 10]


def dialysis_course(
    result: MicrodialysisResult, scale: Scale = "percent", *, pdf: bool = True
) -> Figure:
    """Draw the courses of all groups, 84 mm wide.

    Parameters
    ----------
    result : MicrodialysisResult
    scale : {"percent", "absolute"}
        Percent of baseline, or the unit of the values.
    pdf : bool
        Whether the PDF is written too.
    """
    with style.publication_style():
        note = note_lines(result)
        foot = foot_mm(note)
        across = _legend_columns(result, style.page_mm("column") - LEFT_MM - RIGHT_MM)
        rows = math.ceil(len(result.groups) / across) if style.current().legend else 0
        top = (TITLE_MM if style.current().title else 1.5) + LEGEND_LINE_MM * rows
        height = style.page_height_mm(HEIGHT_MM + foot + LEGEND_LINE_MM * max(rows - 1, 0))
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=12.5 + foot / style.current().scale,
            top_mm=top,
        )
        draw_dialysis_course(axes, result, scale)
        style.draw_title(canvas, _title(result), width="column", height_mm=height, lines=1)
        draw_note(canvas, note, height)
        low, high = result.settings.window_min
        words = f"window of the primary result {low:g} to {high:g} min (grey)"
        return style.finish(
            canvas,
            name="time_course" if scale == "percent" else "time_course_absolute",
            caption=f"{_what(result, scale)} around the treatment (dashed line): animals (thin), "
            f"mean ± {_error_name()} of {_counts(result)}. {_fewer(result)}Horizontal bars: when "
            f"the fluid passed the membrane; {words}.{caption_note(result)}",
            alt=f"{_what(result, scale)} over time of {_counts(result)}; {words}.",
            width="column",
            pdf=pdf,
        )


def draw_dialysis_course(axes: Axes, result: MicrodialysisResult, scale: Scale = "percent") -> None:
    """Draw the courses into axes."""
    low, high = result.settings.window_min
    axes.axvspan(low, high, color=style.PALE, alpha=0.35, linewidth=0, zorder=0)
    axes.axvline(0.0, color=style.INK, linewidth=0.8, linestyle=style.DASHES[1], zorder=1)
    if scale == "percent":
        axes.axhline(100.0, color=style.GREY, linewidth=0.6, zorder=1)
    for k, group in enumerate(result.groups):
        for response in result.responses:
            if response.course.group == group:
                values = response.percent
                if scale == "absolute":
                    values = values * response.baseline.mean / 100.0
                middles = [f.middle_min for f in response.course.fractions]
                axes.plot(
                    middles, values, color=style.colour(k), linewidth=0.5, alpha=0.35, zorder=2
                )
        of_group = [m for m in result.means if m.group == group and m.n]
        _means(axes, of_group, k, _label(result, group), scale)
    axes.set_xlabel("time after treatment (min)")
    unit = "" if result.unit in ("unknown", PERCENT) else f" ({result.unit})"
    name = result.analyte or "dialysate"
    axes.set_ylabel(f"{name} (% of baseline)" if scale == "percent" else f"{name}{unit}")
    axes.set_ylim(bottom=0.0)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=MINUTE_STEPS))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().legend and len(result.groups) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.01),
            ncols=_legend_columns(result, millimetres_wide(axes)),
            columnspacing=1.0,
            handletextpad=0.4,
            labelspacing=0.25,
        )


def _legend_columns(result: MicrodialysisResult, wide_mm: float) -> int:
    """Columns of the legend that fit beside each other."""
    labels = [_label(result, group) for group in result.groups]
    widths = [style.width_mm(text, size_pt=style.small_pt()) + HANDLE_MM for text in labels]
    if len(widths) <= 3 and sum(widths) <= wide_mm + RIGHT_MM:
        return len(widths)
    return max(1, min(len(labels), 3, int(wide_mm // max(widths))))


def _label(result: MicrodialysisResult, group: str) -> str:
    """Name of a group with its number of animals."""
    count = sum(r.course.group == group for r in result.responses)
    beside = style.width_mm(f" (n = {count})", size_pt=style.small_pt()) + HANDLE_MM
    longest = min(LONGEST_NAME_MM, style.page_mm("column") - LEFT_MM - beside)
    name = style.fitted(group, longest, size_pt=style.small_pt())
    return f"{name} (n = {count})"


def _fewer(result: MicrodialysisResult) -> str:
    """Where means are of fewer animals than the group has: how many; empty where none are."""
    parts = []
    for group in result.groups:
        count = sum(r.course.group == group for r in result.responses)
        least = min((m.n for m in result.means if m.group == group and m.n), default=count)
        if least < count:
            parts.append(f"{least} to {count} of {group}")
    return (
        f"A mean is of the animals with a value at its time: {', '.join(parts)}. " if parts else ""
    )


def _means(axes: Axes, means: list[CourseMean], k: int, label: str, scale: Scale) -> None:
    if not means:
        return
    percent = scale == "percent"
    centre = np.array([m.percent if percent else m.value for m in means])
    error = np.array([_error(m, percent) for m in means])
    middle = np.array([m.middle_min for m in means])
    axes.errorbar(
        middle,
        centre,
        error,
        [0.5 * (m.end_min - m.start_min) for m in means],
        fmt="none",
        ecolor=style.colour(k),
        elinewidth=0.8,
        capsize=0,
        zorder=3,
    )
    axes.plot(
        middle,
        centre,
        color=style.colour(k),
        linestyle=style.dashes(k),
        label=label,
        zorder=4,
        **style.marker(k),
    )


def _error(mean: CourseMean, percent: bool) -> float:
    sem = mean.percent_sem if percent else mean.value_sem
    points = style.current().points
    if points == "mean_sd":
        return sem * math.sqrt(mean.n)
    if points == "mean_ci" and mean.n > 1:
        return sem * t_quantile(mean.n - 1.0, 0.95)
    return sem


def _error_name() -> str:
    return {"mean_sd": "SD", "mean_ci": "95 % CI"}.get(style.current().points, "SEM")


def dialysis_animals(result: MicrodialysisResult, *, pdf: bool = True) -> Figure:
    """Draw the window of each animal as percent of baseline with the effect, 84 mm wide; 174 mm
    where the names and ratios of many groups need it.
    """
    with style.publication_style():
        width = _animals_width(result)
        each = _each_mm(result, width)
        note = note_lines(result, width)
        foot = foot_mm(note)
        names = max(_group_name(g, each).count("\n") for g in _compared(result))
        labels = max((text.count("\n") for text in _ratios(result, each)), default=0)
        more_mm = NAME_LINE_MM * max(names - 1, 0)
        top_mm = 14.0 + RATIO_LINE_MM * max(labels - 1, 0)
        height = style.page_height_mm(HEIGHT_MM + foot + more_mm + top_mm - 14.0)
        canvas, axes = style.sheet(
            width,
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=11.0 + more_mm + foot / style.current().scale,
            top_mm=top_mm,
        )
        draw_dialysis_animals(axes, result)
        style.draw_title(canvas, _title(result), width=width, height_mm=height, lines=1)
        draw_note(canvas, note, height, width)
        low, high = result.settings.window_min
        test = f". {result.effects.test}." if result.effects else ""
        level = f"{100 * result.confidence:g} % CI"
        return style.finish(
            canvas,
            name="animals",
            caption=f"Mean of {low:g} to {high:g} min after the treatment as percent of baseline: "
            f"animals, and geometric means of the groups with their {level} "
            f"({_counts(result)}).{_sentence_of_effects(result)}{test}"
            f"{caption_note(result)}",
            alt=f"Response of each animal by group: {_counts(result)}. "
            f"{'; '.join(_effect_words(result))}",
            width=width,
            pdf=pdf,
        )


def _compared(result: MicrodialysisResult) -> tuple[str, ...]:
    """Groups in the order in which they are drawn."""
    summaries = [s.group for s in result.effects.summaries] if result.effects else []
    return tuple(summaries) or result.groups


def _each_mm(result: MicrodialysisResult, width: style.Width) -> float:
    """Width of the axes for each group, with a gap [mm]."""
    return GAP * (style.page_mm(width) - LEFT_MM - RIGHT_MM) / len(_compared(result))


def _animals_width(result: MicrodialysisResult) -> style.Width:
    """A column, where the words of the groups and the limits of their ratios fit beside each
    other; else the page.
    """
    each = _each_mm(result, "column")
    words = [word for group in _compared(result) for word in style.one_line(group).split()]
    names = max(style.width_mm(word, size_pt=style.small_pt()) for word in words)
    ratios = max((_wide_mm(text) for text in _ratios(result, 0.0)), default=0.0)
    return "column" if max(names, ratios) <= each else "full"


def _wide_mm(text: str) -> float:
    """Width of the longest line of small print [mm]."""
    return max(style.width_mm(line, size_pt=style.tiny_pt()) for line in text.split("\n"))


def _group_name(group: str, wide_mm: float) -> str:
    """Name of a group below the axis, on up to three lines."""
    return style.wrapped(group, wide_mm * style.font_pt() / style.small_pt(), lines=NAME_LINES)


def _ratios(result: MicrodialysisResult, wide_mm: float) -> list[str]:
    """Ratio of each of several groups to the control, with its limits on a line of their own where
    they do not fit beside it.
    """
    if result.effects is None or len(_compared(result)) == 2 or not style.current().estimates:
        return []
    texts = []
    for one in result.effects.effects:
        ratio = format_number(one.ratio)
        limits = f"({format_number(one.low)}–{format_number(one.high)})"
        p = format_p(one.p, below="<")
        text = f"{ratio} {limits}\n{p}"
        texts.append(text if _wide_mm(text) <= wide_mm else f"{ratio}\n{limits}\n{p}")
    return texts


def draw_dialysis_animals(axes: Axes, result: MicrodialysisResult) -> None:
    """Draw the response of each animal into axes, logarithmic as it is tested."""
    summaries = {s.group: s for s in result.effects.summaries} if result.effects else {}
    groups = _compared(result)
    every = []
    axes.axhline(100.0, color=style.GREY, linewidth=0.6, zorder=1)
    for k, group in enumerate(groups):
        place = result.groups.index(group)
        values = np.array(
            [100.0 * math.exp(r.log_ratio) for r in result.responses if r.course.group == group]
        )
        every += values[values > 0].tolist()
        axes.plot(
            k - 0.14 + _spread(values), values, linestyle="none", zorder=3, **style.marker(place)
        )
        one = summaries.get(group)
        if one is not None and math.isfinite(one.low) and one.low > 0:
            every += [one.low, one.high]
            axes.errorbar(
                [k + 0.2],
                [one.percent],
                [[one.percent - one.low], [one.high - one.percent]],
                fmt="none",
                ecolor=style.colour(place),
                elinewidth=1.0,
                capsize=style.current().cap_pt,
                zorder=4,
            )
            axes.plot(
                [k + 0.1, k + 0.3],
                [one.percent] * 2,
                color=style.colour(place),
                linewidth=2.0,
                solid_capstyle="butt",
                zorder=5,
            )
    axes.set_yscale("log")
    _log_limits(axes, every)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    each = GAP * millimetres_wide(axes) / len(groups)
    axes.set_xticks(
        range(len(groups)), [_group_name(g, each) for g in groups], fontsize=style.small_pt()
    )
    axes.tick_params(axis="x", length=0, pad=4)
    low, high = result.settings.window_min
    axes.set_ylabel(f"{low:g} to {high:g} min (% of baseline)")
    if style.current().estimates and result.effects is not None:
        _effects(axes, result, groups, each)


def _effects(
    axes: Axes, result: MicrodialysisResult, groups: tuple[str, ...], each_mm: float
) -> None:
    """Ratios to the control: over a bracket for two groups, else above each group."""
    assert result.effects is not None
    if len(groups) == 2:
        for one in result.effects.effects:
            limits = f"{format_number(one.low)}–{format_number(one.high)}"
            p = format_p(one.p, below="<")
            draw_bracket(axes, [f"ratio {format_number(one.ratio)} ({limits})", p])
        return
    for one, text in zip(result.effects.effects, _ratios(result, each_mm), strict=True):
        axes.annotate(
            text,
            (groups.index(one.group), 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 3.0),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.tiny_pt(),
        )


def _log_limits(axes: Axes, every: list[float]) -> None:
    low, high = min([*every, 100.0]), max([*every, 100.0])
    margin = max(0.06 * math.log10(high / low), 0.5 * (0.35 - math.log10(high / low)), 0.03)
    axes.set_ylim(low * 10**-margin, high * 10**margin)
    decades = math.log10(high / low) + 2 * margin
    if decades < 0.8:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        numbers = (1.0, 2.0, 5.0) if decades <= 2 else (1.0,)
        axes.yaxis.set_major_locator(LogLocator(subs=numbers, numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _spread(values: np.ndarray) -> np.ndarray:
    """Places beside each other in order of the values, so that equal ones do not coincide."""
    n = values.size
    offsets = np.linspace(-0.12, 0.12, n) if n > 1 else np.zeros(n)
    places = np.empty(n)
    # Neighbours in value go to the two sides in turn.
    order = np.argsort(values, kind="stable")
    places[order] = offsets[np.argsort(np.arange(n) * 2 % max(n, 1), kind="stable")]
    return places


def _effect_words(result: MicrodialysisResult) -> list[str]:
    """Each effect in words: "desipramine 2.31-fold of vehicle (2.09–2.55), p = 0.01"."""
    if result.effects is None:
        return []
    return [
        f"{one.group} / {one.control} {format_number(one.ratio)} "
        f"({format_number(one.low)}–{format_number(one.high)}), {format_p(one.p)}"
        for one in result.effects.effects
    ]


def _sentence_of_effects(result: MicrodialysisResult) -> str:
    words = _effect_words(result)
    return f" {'; '.join(words)}" if words else ""


def _title(result: MicrodialysisResult) -> str:
    return result.title or (
        f"Microdialysis: {result.analyte}" if result.analyte else "Microdialysis"
    )


def _what(result: MicrodialysisResult, scale: Scale) -> str:
    name = result.analyte or "dialysate"
    return f"{name} in percent of baseline" if scale == "percent" else f"{name} in {result.unit}"


def _counts(result: MicrodialysisResult) -> str:
    groups = [r.course.group for r in result.responses]
    return ", ".join(f"{name} n = {groups.count(name)}" for name in result.groups)
