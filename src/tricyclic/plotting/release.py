"""Draws evoked release: the arms with the cultures joined, and effects with an antagonist."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from tricyclic.core.culture_arms import CultureArm, arm_order
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_p, pluralize
from tricyclic.plotting import style
from tricyclic.plotting.curve_axes import millimetres_wide
from tricyclic.results.release import ReleaseEffect, ReleaseResult

HEIGHT_MM, LEFT_MM, RIGHT_MM = 66.0, 16.0, 4.0
# Part of the width of an arm that its name may take, and its lines.
GAP, NAME_LINES, NAME_LINE_MM = 0.92, 4, 3.4
# Arms that fit beside each other in a column.
IN_COLUMN = 4
FOOT_MM = 3.2
# Orders of magnitude below which an axis has plain steps.
PLAIN_DECADES = 0.8


def release_arms(result: ReleaseResult, *, pdf: bool = True) -> Figure:
    """Draw the net release of each culture by arm, 84 mm wide, 174 mm for more than four arms."""
    with style.publication_style():
        arms = _arms(result)
        width: style.Width = "column" if len(arms) <= IN_COLUMN else "full"
        each = GAP * (style.page_mm(width) - LEFT_MM - RIGHT_MM) / max(len(arms), 1)
        lines = max((_name(result, arm, each).count("\n") for arm in arms), default=0)
        foot = FOOT_MM if result.synthetic else 0.0
        height = style.page_height_mm(HEIGHT_MM + NAME_LINE_MM * lines + foot)
        canvas, axes = style.sheet(
            width,
            height,
            left_mm=LEFT_MM,
            right_mm=RIGHT_MM,
            bottom_mm=10.0 + NAME_LINE_MM * lines + foot,
            top_mm=13.5,
        )
        draw_release_arms(axes, result)
        style.draw_title(canvas, title_of(result), width=width, height_mm=height, lines=1)
        draw_synthetic(canvas, result, height, width)
        n = pluralize(len(result.cultures), "independent culture")
        test = f" {result.main.test[:1].upper()}{result.main.test[1:]}." if result.main else ""
        return style.finish(
            canvas,
            name="arms",
            caption=f"Net {what_of(result)} in percent of the vehicle of the same culture: "
            f"{n} (thin lines, wells averaged), means with {100 * result.confidence:g} % CI; "
            f"P adjusted.{test}{_note(result)}",
            alt=f"Net {what_of(result)} by arm in {n}.",
            width=width,
            pdf=pdf,
        )


def draw_release_arms(axes: Axes, result: ReleaseResult) -> None:
    """Draw the arms into axes, logarithmic where every culture's release is above 0."""
    arms = _arms(result)
    percent = percents(result, arms)
    logarithmic = bool((percent[np.isfinite(percent)] > 0).all()) if percent.size else False
    axes.axhline(100.0, color=style.GREY, linewidth=0.6, zorder=1)
    place = np.arange(len(arms))
    drugs = [k for k, arm in enumerate(arms) if not arm.antagonist]
    blocked = [k for k, arm in enumerate(arms) if arm.antagonist]
    for row in percent:
        for part in (drugs, blocked):
            axes.plot(place[part], row[part], color=style.GREY, linewidth=0.6, zorder=2)
        axes.plot(
            place,
            row,
            linestyle="none",
            zorder=2.5,
            marker="o",
            markersize=2.4,
            markerfacecolor="white",
            markeredgecolor=style.GREY,
            markeredgewidth=0.6,
        )
    every = percent[np.isfinite(percent)].tolist()
    family = {e.arm: e for e in result.ratio.effects} if result.ratio else {}
    for k, arm in enumerate(arms):
        colour = 0 if not arm.antagonist else 1
        effect = family.get(arm.label(result.stimulus))
        if effect is not None and math.isfinite(effect.low) and math.isfinite(effect.high):
            ends = [100.0 * v for v in (effect.value, effect.low, effect.high)]
            every += ends
            axes.errorbar(
                [k],
                [ends[0]],
                [[ends[0] - ends[1]], [ends[2] - ends[0]]],
                fmt="none",
                ecolor=style.colour(colour),
                elinewidth=1.0,
                capsize=style.current().cap_pt,
                zorder=4,
            )
            centre = ends[0]
        else:
            own = percent[:, k][np.isfinite(percent[:, k])]
            if not own.size:
                continue
            centre = float(np.exp(np.log(own).mean())) if logarithmic else float(own.mean())
        axes.plot([k], [centre], linestyle="none", zorder=5, **style.marker(colour, 5.0))
    value_axis(axes, every, logarithmic=logarithmic)
    axes.set_xlim(-0.6, len(arms) - 0.4)
    each = GAP * millimetres_wide(axes) / max(len(arms), 1)
    axes.set_xticks(place, [_name(result, arm, each) for arm in arms], fontsize=style.small_pt())
    axes.tick_params(axis="x", length=0, pad=4)
    axes.set_ylabel(f"net {result.transmitter or 'release'} (% of vehicle)")
    if style.current().estimates:
        _estimates(axes, result, arms)


def release_antagonists(result: ReleaseResult, *, pdf: bool = True) -> Figure:
    """Draw the effect of a drug without and with an antagonist, 84 mm wide."""
    with style.publication_style():
        effects = result.antagonists
        names = max((len(one.antagonist) for one in effects), default=8)
        left = min(44.0, 20.0 + 1.1 * max(names, 14))
        foot = FOOT_MM if result.synthetic else 0.0
        height = style.page_height_mm(22.0 + 13.0 * len(effects) + foot)
        canvas, axes = style.sheet(
            "column", height, left_mm=left, right_mm=5.0, bottom_mm=11.0 + foot, top_mm=8.0
        )
        draw_release_antagonists(axes, result)
        style.draw_title(
            canvas, f"{title_of(result)}: antagonists", width="column", height_mm=height, lines=1
        )
        draw_synthetic(canvas, result, height, "column")
        return style.finish(
            canvas,
            name="antagonists",
            caption=f"Effect of the drug on net {what_of(result)} alone and under an antagonist, "
            f"and their {'ratio' if effects[0].change.scale == 'ratio' else 'difference'} (the "
            f"interaction), with {100 * result.confidence:g} % CI over cultures.{_note(result)}",
            alt="Effects of the drug without and with antagonists, with their interactions.",
            width="column",
            pdf=pdf,
        )


def draw_release_antagonists(axes: Axes, result: ReleaseResult) -> None:
    """Draw effects and interactions as a forest into axes."""
    rows: list[tuple[str, ReleaseEffect, int]] = []
    for one in result.antagonists:
        rows += [
            (one.drug, one.effect, 0),
            (f"with {one.antagonist}", one.remaining, 1),
            ("interaction", one.change, 2),
        ]
    ratio = not rows or rows[0][1].scale == "ratio"
    axes.axvline(1.0 if ratio else 0.0, color=style.GREY, linewidth=0.6, zorder=1)
    ends: list[float] = [1.0 if ratio else 0.0]
    for k, (_, effect, colour) in enumerate(rows):
        if not math.isfinite(effect.value):
            continue
        known = [v for v in (effect.low, effect.high) if math.isfinite(v)]
        ends += [effect.value, *known]
        if len(known) == 2:
            axes.plot(known, [k, k], color=style.colour(colour), linewidth=1.2, zorder=3)
        axes.plot([effect.value], [k], linestyle="none", zorder=4, **style.marker(colour, 4.5))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    labels = [style.one_line(label) for label, _, _ in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=style.small_pt())
    axes.tick_params(axis="y", length=0)
    if ratio and min(ends) > 0:
        axes.set_xscale("log")
        low, high = min(ends), max(ends)
        margin = max(0.06 * math.log10(high / low), 0.04)
        axes.set_xlim(low * 10**-margin, high * 10**margin)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.set_xlabel(
        "ratio of net release" if ratio else f"difference of net release ({result.unit})"
    )


def percents(result: ReleaseResult, arms: Sequence[CultureArm]) -> np.ndarray:
    """Net release in percent of the culture's vehicle, shape (cultures, arms); nan without."""
    by_cell = {(m.culture, m.arm): m.net for m in result.means if m.n}
    vehicle = CultureArm(stimulus=result.stimulus)
    rows = []
    for culture in result.cultures:
        base = by_cell.get((culture, vehicle), math.nan)
        base = base if base > 0 else math.nan
        rows.append([100.0 * by_cell.get((culture, arm), math.nan) / base for arm in arms])
    return np.array(rows, float).reshape(-1, len(arms))


def value_axis(axes: Axes, every: Sequence[float], *, logarithmic: bool) -> None:
    """Range and ticks of the axis of percentages."""
    low, high = min([*every, 100.0]), max([*every, 100.0])
    if not logarithmic or low <= 0:
        margin = 0.06 * (high - low)
        axes.set_ylim(min(low - margin, 0.0), high + margin)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        return
    span = math.log10(high / low)
    margin = max(0.06 * span, 0.5 * (0.35 - span), 0.03)
    # The range comes first, since equal values have none of their own.
    axes.set_ylim(low * 10**-margin, high * 10**margin)
    axes.set_yscale("log")
    if span + 2 * margin < PLAIN_DECADES:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def title_of(result: ReleaseResult) -> str:
    """Title of the figures."""
    return result.title or f"{result.stimulus}-evoked {result.transmitter or ''} release".replace(
        "  ", " "
    )


def what_of(result: ReleaseResult) -> str:
    """What is measured, in words."""
    return f"{result.transmitter} release" if result.transmitter else "release"


def draw_synthetic(
    canvas: object, result: ReleaseResult, height: float, width: style.Width
) -> None:
    """Write that data are simulated at the foot of a figure."""
    if not result.synthetic or not style.current().title:
        return
    canvas.text(  # type: ignore[attr-defined]
        2.0 / style.page_mm(width),
        1.2 / height,
        style.fitted(result.synthetic, style.page_mm(width) - 4.0, size_pt=style.tiny_pt()),
        va="bottom",
        fontsize=style.tiny_pt(),
        color=style.GREY,
    )


def _arms(result: ReleaseResult) -> list[CultureArm]:
    arms = {m.arm for m in result.means if m.arm.stimulus == result.stimulus and m.n}
    return sorted(arms, key=lambda arm: arm_order(arm, result.stimulus))


def _name(result: ReleaseResult, arm: CultureArm, wide_mm: float) -> str:
    scaled = wide_mm * style.font_pt() / style.small_pt()
    return style.wrapped(arm.label(result.stimulus), scaled, lines=NAME_LINES)


def _estimates(axes: Axes, result: ReleaseResult, arms: Sequence[CultureArm]) -> None:
    """Ratio and adjusted p above each arm that was compared."""
    family = {e.arm: e for e in result.ratio.effects} if result.ratio else {}
    for k, arm in enumerate(arms):
        effect = family.get(arm.label(result.stimulus))
        if effect is None:
            continue
        text = (
            "not\ndefined"
            if effect.undefined
            else f"{format_number(effect.value)}\n{format_p(effect.p_adjusted, below='<')}"
        )
        axes.annotate(
            text,
            (k, 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 2.0),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.tiny_pt(),
        )


def _note(result: ReleaseResult) -> str:
    if not result.synthetic:
        return ""
    return f" {result.synthetic[0].upper()}{result.synthetic[1:]}."
