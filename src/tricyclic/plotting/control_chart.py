"""From a ControlChart to its drawing: potency over runs with limits, scatter below, and the MSR beside."""

from __future__ import annotations

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.plotting import style
from tricyclic.results.reproducibility import ControlChart, ReplicateMSR


def control_chart(
    chart: ControlChart,
    *,
    name: str = "control-chart",
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the pair of charts and the moving MSR, 174 mm wide.

    Runs that break a rule are squares; the limits are lines with their names at the right.
    """
    from matplotlib.ticker import MaxNLocator

    n = len(chart.runs)
    order = np.arange(1, n + 1)
    main, second = chart.kind.split("-")
    flagged = {item.run for item in chart.broken if item.chart == main}
    spread = {item.run for item in chart.broken if item.chart == second}
    with style.publication_style(text_as):
        height = 112.0
        wide = style.WIDTHS_MM["full"]
        canvas, bottom = style.sheet(
            "full", height, left_mm=20.0, right_mm=18.0, bottom_mm=18.0, top_mm=74.0
        )
        middle = canvas.add_axes((20.0 / wide, 43.0 / height, (wide - 38.0) / wide, 20.0 / height))
        top = canvas.add_axes((20.0 / wide, 70.0 / height, (wide - 38.0) / wide, 34.0 / height))
        for axes in (top, middle):
            for side in ("left", "bottom"):
                axes.spines[side].set_position(("outward", style.OFFSET_PT))
            axes.tick_params(labelbottom=False)
        _chart(
            top,
            order,
            chart.values,
            chart.lower,
            chart.upper,
            [chart.centre] * n,
            [run in flagged for run in chart.runs],
        )
        _chart(
            middle,
            order,
            chart.scatter,
            chart.scatter_lower,
            chart.scatter_upper,
            chart.scatter_centre,
            [run in spread for run in chart.runs],
        )
        for index, (label, found) in enumerate(
            (("all runs", chart.cumulative), (f"last {chart.window}", chart.recent))
        ):
            known = [
                (k, m.msr)
                for k, m in zip(order, found, strict=True)
                if m is not None and (index or k > 2)
            ]
            if known:
                x, y = zip(*known, strict=True)
                bottom.plot(
                    x,
                    y,
                    marker=style.symbol(index),
                    markersize=3.0,
                    color=style.colour(index),
                    label=label,
                    linewidth=0.9,
                )
        bottom.axhline(3.0, color=style.GREY, linewidth=0.8, linestyle="--")
        bottom.set_ylim(bottom=1.0)
        bottom.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2)
        for axes, label in (
            (top, chart.scale),
            (middle, "moving range" if second == "MR" else "SD in run"),
            (bottom, "MSR"),
        ):
            axes.set_xlim(0.5, n + 0.5)
            axes.set_ylabel(label)
            axes.yaxis.set_label_coords(-15.0 / (wide - 38.0), 0.5)
            axes.yaxis.set_major_locator(MaxNLocator(5 if axes is top else 4))
            axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        if n <= 30:
            bottom.set_xticks(
                order,
                [style.fitted(run, 20.0, size_pt=style.TINY_PT) for run in chart.runs],
                rotation=45,
                ha="right",
                rotation_mode="anchor",
                fontsize=style.TINY_PT,
            )
            bottom.set_xlabel("")
        else:
            bottom.set_xlabel("run")
        title = f"{chart.subject}: {chart.kind} chart" if chart.subject else f"{chart.kind} chart"
        canvas.text(
            2.0 / wide,
            1 - 1.4 / height,
            style.fitted(title, 165.0, bold=True),
            va="top",
            weight="bold",
        )
        told = (
            f"{len(flagged | spread)} of {n} runs break a rule ({chart.rules})"
            if flagged | spread
            else f"no run breaks a rule ({chart.rules})"
        )
        return style.finish(
            canvas,
            name=name,
            width="full",
            pdf=pdf,
            caption=f"{style.one_line(title)}; limits at three sigma from the first {chart.baseline} runs, {told}. Below, the minimum significant ratio (dashed: 3).",
            alt=f"{title}: {told}.",
        )


def _chart(axes, order, values, lower, upper, centre, flagged) -> None:  # type: ignore[no-untyped-def]
    values, flagged = np.asarray(values, float), np.asarray(flagged)
    axes.step(order, centre, where="mid", color=style.GREY, linewidth=0.8)
    for limit in (lower, upper):
        axes.step(order, limit, where="mid", color=style.colour(1), linewidth=0.8, linestyle="--")
    axes.plot(order, values, color=style.colour(0), linewidth=0.8)
    axes.plot(
        order[~flagged],
        values[~flagged],
        linestyle="none",
        marker="o",
        markersize=3.4,
        color=style.colour(0),
        markeredgewidth=0,
    )
    axes.plot(
        order[flagged],
        values[flagged],
        linestyle="none",
        marker="s",
        markersize=4.6,
        color=style.colour(1),
        markeredgewidth=0,
    )
    ends = [("centre", centre[-1]), ("limit", upper[-1])] + (
        [("limit", lower[-1])] if lower[-1] > 0 or values[1:].min() < 0 else []
    )
    for label, height in ends:
        axes.annotate(
            f"{label} {height:.3g}",
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.TINY_PT,
            annotation_clip=False,
        )
    seen = np.concatenate([values[np.isfinite(values)], lower, upper])
    pad = 0.08 * float(np.ptp(seen)) or 1.0
    axes.set_ylim(float(seen.min()) - pad, float(seen.max()) + pad)


def agreement_plot(
    found: ReplicateMSR,
    *,
    name: str = "agreement",
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the ratio of two runs against the mean potency of each compound, with mean ratio and limits of agreement."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    with style.publication_style(text_as):
        height = 66.0
        canvas, axes = style.sheet(
            "column", height, left_mm=16.0, right_mm=4.0, bottom_mm=13.0, top_mm=9.0
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.axhspan(
            found.mean_ratio_low, found.mean_ratio_high, color=style.PALE, alpha=0.6, linewidth=0
        )
        axes.axhline(1.0, color=style.GREY, linewidth=0.8)
        axes.axhline(found.mean_ratio, color=style.colour(0), linewidth=0.9)
        for limit in (found.agreement_low, found.agreement_high):
            axes.axhline(limit, color=style.colour(1), linewidth=0.9, linestyle="--")
        axes.plot(
            found.geometric_means,
            found.ratios,
            linestyle="none",
            marker="o",
            markersize=3.6,
            color=style.colour(0),
            markeredgecolor="white",
            markeredgewidth=0.3,
        )
        reach = (
            max(
                3.3,
                *found.ratios,
                *(1 / ratio for ratio in found.ratios),
                found.agreement_high,
                1 / found.agreement_low,
            )
            * 1.15
        )
        axes.set_ylim(1 / reach, reach)
        ticks = [
            t
            for t in (0.01, 0.03, 0.1, 0.2, 0.33, 0.5, 1, 2, 3, 5, 10, 30, 100)
            if 1 / reach <= t <= reach
        ]
        axes.yaxis.set_major_locator(FixedLocator(ticks))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axes.set_xlabel(
            f"geometric mean of the two runs ({found.unit})"
            if found.unit
            else "geometric mean of the two runs"
        )
        axes.set_ylabel("ratio, first over second run")
        canvas.text(2.0 / 84.0, 1 - 1.2 / height, "Replicate experiment", va="top", weight="bold")
        told = f"MSR {found.msr:.3g}, mean ratio {found.mean_ratio:.3g}, limits of agreement {found.agreement_low:.3g} to {found.agreement_high:.3g}"
        return style.finish(
            canvas,
            name=name,
            width="column",
            pdf=pdf,
            caption=f"Ratio of two runs for {found.n} compounds: {told}. Grey band: interval of the mean ratio.",
            alt=f"Ratios of two runs against potency, {told}.",
        )
