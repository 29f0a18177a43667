"""Draws neurite outgrowth: arms with their cultures, concentrations, thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_p, format_quantity, pluralize
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.results.neurites import ArmSummary, Measure, NeuriteResponse, NeuritesResult

HEIGHT_MM, TITLE_MM, NAMES_MM, LEFT_MM, RIGHT_MM = 66.0, 8.0, 15.0, 15.0, 4.0
EFFECTS_MM = 6.0
# Arms that fit in one column; lines of a name.
COLUMN_ARMS, NAME_LINES = 5, 4
GAP = 0.92
# Distance of the vehicle from the lowest concentration, in decades.
VEHICLE_AT = 0.6
GRID = 200
_UNITS: dict[Measure, str] = {
    "percent": "cells with neurites (%)",
    "odds": "cells with neurites (%)",
    "longest": "longest neurite",
    "total": "total length per cell",
}


def neurite_arms_plot(
    result: NeuritesResult, measure: Measure = "percent", *, pdf: bool = True
) -> Figure:
    """Draw the cultures of each arm, joined, with means; 84 mm wide, or 174 mm for many arms."""
    with style.publication_style():
        wide: style.Width = "column" if len(result.summaries) <= COLUMN_ARMS else "full"
        height = style.page_height_mm(HEIGHT_MM + NAMES_MM - 8.0)
        canvas, axes = style.sheet(
            wide,
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=NAMES_MM,
            top_mm=(TITLE_MM if style.current().title else 1.5)
            + (EFFECTS_MM if style.current().estimates else 0.0),
        )
        draw_neurite_arms(axes, result, measure)
        style.draw_title(canvas, _title(result), width=wide, height_mm=height, lines=1)
        words = "; ".join(_effect_words(result, measure))
        level = f"{100 * result.confidence:g} % CI"
        return style.finish(
            canvas,
            name="arms" if measure == "percent" else measure,
            caption=f"{_capital(_label(result, measure))}: "
            f"{pluralize(len(result.cultures), 'culture')} (symbols, each culture joined), means "
            f"over cultures with their {level} (bars). {words}.",
            alt=f"{_label(result, measure)} by arm. {words}.",
            width=wide,
            pdf=pdf,
        )


def draw_neurite_arms(axes: Axes, result: NeuritesResult, measure: Measure = "percent") -> None:
    """Draw the cultures of each arm, joined, with means, into axes."""
    arms = [one.arm for one in result.summaries]
    for culture in result.cultures:
        own = {v.arm: _value(v, measure) for v in result.values if v.culture == culture}
        drawn = [own.get(arm, math.nan) for arm in arms]
        axes.plot(
            np.arange(len(arms)) - 0.12, drawn, color=style.GREY, linewidth=0.5, alpha=0.6, zorder=2
        )
    for k, one in enumerate(result.summaries):
        values = [_value(v, measure) for v in result.values if v.arm == one.arm]
        axes.plot(
            np.full(len(values), k - 0.12),
            values,
            linestyle="none",
            zorder=3,
            **style.marker(_group(result, one.arm), 3.2),
        )
        _mean(axes, one, measure, k + 0.16, style.colour(_group(result, one.arm)))
    axes.set_xlim(-0.6, len(arms) - 0.4)
    each = GAP * millimetres_wide(axes) / len(arms)
    names = [
        style.wrapped(
            result.label(arm), each * style.font_pt() / style.small_pt(), lines=NAME_LINES
        )
        for arm in arms
    ]
    axes.set_xticks(range(len(arms)), names, fontsize=style.small_pt())
    axes.tick_params(axis="x", length=0, pad=4)
    axes.set_ylabel(_label(result, measure))
    axes.set_ylim(bottom=0.0)
    if measure == "percent":
        axes.set_ylim(0.0, min(100.0, 1.15 * max(v.percent for v in result.values) + 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().estimates:
        _effects(axes, result, measure, arms)


def _effects(
    axes: Axes, result: NeuritesResult, measure: Measure, arms: Sequence[CultureArm]
) -> None:
    """Effect and p above each drug arm."""
    family = next((one for one in result.families if one.measure == measure), None)
    if family is None:
        return
    for arm, one in zip(family.arms, family.effects, strict=True):
        if not math.isfinite(one.value):
            continue
        size = f"{one.value:+.1f}" if one.scale == "difference" else f"×{format_number(one.value)}"
        p = format_p(one.p_adjusted, below="<") if math.isfinite(one.p_adjusted) else ""
        axes.annotate(
            f"{size}\n{p}".rstrip(),
            (arms.index(arm), 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 3.0),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.tiny_pt(),
        )


def dose_response_plot(
    result: NeuritesResult, response: NeuriteResponse, *, pdf: bool = True
) -> Figure:
    """Draw one measure over concentration, 84 mm wide."""
    with style.publication_style():
        height = style.page_height_mm(HEIGHT_MM)
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=12.0,
            top_mm=TITLE_MM if style.current().title else 1.5,
        )
        draw_dose_response(axes, result, response)
        style.draw_title(
            canvas, result.title or response.drug, width="column", height_mm=height, lines=1
        )
        level = f"{100 * result.confidence:g} % CI"
        words = _dose_words(response)
        band = " Curve of the mean culture with its band." if response.curve is not None else ""
        return style.finish(
            canvas,
            name=f"dose_response_{style.slug(response.drug)}_{response.measure}",
            caption=f"{_capital(_label(result, response.measure))} over the concentration of "
            f"{response.drug}: cultures (small), means with their {level}.{band} {words}.",
            alt=f"{_label(result, response.measure)} over the concentration of {response.drug}. "
            f"{words}.",
            width="column",
            pdf=pdf,
        )


def draw_dose_response(axes: Axes, result: NeuritesResult, response: NeuriteResponse) -> None:
    """Draw one measure over concentration into axes."""
    vehicle = CultureArm(stimulus=result.stimulus)
    lowest, highest = response.concentrations[0], response.concentrations[-1]
    left = lowest / 10**VEHICLE_AT
    arms = {
        one.arm: left if one.arm == vehicle else one.arm.concentration
        for one in result.summaries
        if one.arm == vehicle or (one.arm.drug == response.drug and one.arm.vehicle == vehicle)
    }
    ink, place = style.colour(0), style.marker(0, 5.0)
    for value in result.values:
        if value.arm in arms:
            axes.plot(
                [arms[value.arm]],
                [_value(value, response.measure)],
                marker=style.symbol(0),
                markersize=2.4,
                color=style.GREY,
                linestyle="none",
                alpha=0.7,
                zorder=2,
            )
    for one in result.summaries:
        if one.arm in arms:
            _mean(axes, one, response.measure, arms[one.arm], ink, marker=place)
    if response.curve is not None and response.measure == "percent":
        x = np.geomspace(lowest / 10**0.25, highest * 1.3, GRID)
        low, high = response.curve.band(x)
        axes.plot(
            x,
            100.0 * response.curve.proportion(x),
            color=ink,
            linewidth=style.current().line_width_pt,
            zorder=3,
        )
        if np.isfinite(low).all():
            axes.fill_between(x, 100.0 * low, 100.0 * high, color=ink, alpha=0.12, linewidth=0)
    axes.set_xscale("log")
    axes.set_xlim(left / 10**0.25, highest * 10**0.25)
    axes.xaxis.set_major_locator(LogLocator(numticks=8))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    ticks = [
        left,
        *(
            10.0**k
            for k in range(
                math.ceil(math.log10(lowest) - 1e-9), math.floor(math.log10(highest) + 1e-9) + 1
            )
        ),
    ]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: "vehicle" if math.isclose(value, left) else f"{value:g}")
    )
    unit = f" ({response.unit})" if response.unit else ""
    axes.set_xlabel(style.one_line(f"{response.drug}{unit}"))
    axes.set_ylabel(_label(result, response.measure))
    axes.set_ylim(bottom=0.0)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().estimates:
        axes.annotate(
            style.one_line(_note(response)),
            (0.03, 0.97),
            xycoords="axes fraction",
            ha="left",
            va="top",
            fontsize=style.tiny_pt(),
        )


def thresholds_plot(result: NeuritesResult, *, pdf: bool = True) -> Figure:
    """Draw the effects over the threshold, 84 mm wide."""
    with style.publication_style():
        arms = list(dict.fromkeys(one.arm for one in result.over_thresholds))
        rows = math.ceil(len(arms) / 2) if style.current().legend and len(arms) > 1 else 0
        height = style.page_height_mm(HEIGHT_MM + 3.8 * rows)
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=12.0,
            top_mm=(TITLE_MM if style.current().title else 1.5) + 3.8 * rows,
        )
        draw_thresholds(axes, result)
        style.draw_title(canvas, _title(result), width="column", height_mm=height, lines=1)
        level = f"{100 * result.confidence:g} % CI"
        bands = f"band of {arms[-1].treatment}" if len(arms) > 2 else "bands"
        return style.finish(
            canvas,
            name="thresholds",
            caption="Difference of the percentage of cells with neurites to the vehicle over the "
            f"length that counts, in soma diameters; {bands}: {level} of each threshold alone. "
            f"Dashed: the threshold of the result, {result.threshold:g}.",
            alt="Effect over the threshold of the length of a neurite.",
            width="column",
            pdf=pdf,
        )


def draw_thresholds(axes: Axes, result: NeuritesResult) -> None:
    """Draw the effects over the threshold into axes."""
    arms = list(dict.fromkeys(one.arm for one in result.over_thresholds))
    axes.axhline(0.0, color=style.GREY, linewidth=0.6, zorder=1)
    axes.axvline(
        result.threshold, color=style.INK, linewidth=0.8, linestyle=style.DASHES[1], zorder=1
    )
    banded = {arms[-1]} if len(arms) > 2 else set(arms)
    for k, arm in enumerate(arms):
        own = [one for one in result.over_thresholds if one.arm == arm]
        x = [one.threshold for one in own]
        axes.plot(
            x,
            [one.difference for one in own],
            color=style.colour(k),
            linestyle=style.DASHES[k % len(style.DASHES)],
            linewidth=style.current().line_width_pt,
            label=style.one_line(arm.treatment),
            zorder=3,
        )
        if arm in banded:
            low, high = ([getattr(one, end) for one in own] for end in ("low", "high"))
            if np.isfinite(low).all():
                axes.fill_between(x, low, high, color=style.colour(k), alpha=0.1, linewidth=0)
    axes.set_xlabel("length that counts (soma diameters)")
    axes.set_ylabel("difference to vehicle (points)")
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if style.current().legend and len(arms) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.01),
            ncols=2,
            columnspacing=1.0,
            handletextpad=0.4,
            labelspacing=0.25,
        )


def _mean(
    axes: Axes,
    one: ArmSummary,
    measure: Measure,
    at: float,
    colour: str,
    marker: dict[str, object] | None = None,
) -> None:
    """A mean with its limits; a line alone where it has none."""
    mean = getattr(one, "percent" if measure == "odds" else measure)
    if not math.isfinite(mean.value):
        return
    look: dict[str, object] = marker or {"marker": "_", "markersize": 7.0, "color": colour}
    axes.plot([at], [mean.value], linestyle="none", zorder=5, **look)  # type: ignore[arg-type]
    if math.isfinite(mean.low) and math.isfinite(mean.high):
        axes.errorbar(
            [at],
            [mean.value],
            [[mean.value - mean.low], [mean.high - mean.value]],
            fmt="none",
            ecolor=colour,
            elinewidth=1.0,
            capsize=style.current().cap_pt,
            zorder=4,
        )


def _value(value: object, measure: Measure) -> float:
    return float(getattr(value, "percent" if measure == "odds" else measure))


def _group(result: NeuritesResult, arm: CultureArm) -> int:
    """Colour of an arm: without stimulus, vehicle, drug, with an antagonist."""
    if arm.antagonist:
        return 3
    if arm.drug:
        return 1
    return 0 if arm.stimulus == result.stimulus else 2


def _label(result: NeuritesResult, measure: Measure) -> str:
    unit = f" ({result.length_unit})" if result.length_unit else ""
    return style.one_line(_UNITS[measure] + (unit if measure in ("longest", "total") else ""))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _title(result: NeuritesResult) -> str:
    return result.title or "Neurite outgrowth"


def _effect_words(result: NeuritesResult, measure: Measure) -> Sequence[str]:
    family = next((one for one in result.families if one.measure == measure), None)
    if family is None:
        return ()
    out = []
    for one in family.effects:
        size = (
            f"{one.value:+.1f} points ({one.low:+.1f} to {one.high:+.1f})"
            if one.scale == "difference"
            else f"{format_number(one.value)} ({format_number(one.low)}–{format_number(one.high)})"
        )
        out.append(f"{one.name} {size}, {format_p(one.p_adjusted)}" if one.n > 1 else one.name)
    return out


def _note(response: NeuriteResponse) -> str:
    if math.isfinite(response.ec50):
        limits = f"{format_number(response.ec50_low)}–{format_number(response.ec50_high)}"
        return f"EC50 {format_quantity(response.ec50, response.unit)} ({limits})"
    return f"trend {format_p(response.trend.p, below='<')}" if response.trend.n > 1 else ""


def _dose_words(response: NeuriteResponse) -> str:
    text = _note(response)
    return text or "No test"
