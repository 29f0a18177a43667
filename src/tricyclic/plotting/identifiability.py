"""From an ensemble to two figures: how far each parameter narrowed, and which observation narrowed it."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas

from tricyclic.core.document import Figure
from tricyclic.core.ensemble import Ensemble
from tricyclic.core.format import figures
from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError
from tricyclic.plotting import style

ROW_MM, LABEL_MM, NUMBER_MM = 5.0, 46.0, 67.0
# Where the three columns of text begin, right of the axes, and how wide they are.
COLUMNS_MM = ((2.0, 8.0), (10.0, 23.0), (33.0, 32.0))
CELL_MM, CELL_HIGH_MM, NAME_MM, HEAD_MM = 4.0, 3.6, 34.0, 40.0
WORTH, TOLD = 0.03, 0.05


def identifiability(
    found: Ensemble, *, name: str, title: str, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw each parameter's prior and what the observations left of it, 174 mm wide.

    Parameters
    ----------
    found : Ensemble
        With what was learnt of each parameter.

    Raises
    ------
    InputError
        If nothing is told about a parameter.
    """
    if len(found.identified) != len(found.priors):
        raise InputError("does not say what was learnt of each parameter", where=found.name)
    n = len(found.priors)
    with style.publication_style(text_as):
        lines = style.wrapped(title, 170.0, bold=True).count("\n")
        height = 26.0 + 3.5 * lines + ROW_MM * n
        canvas, axes = style.sheet(
            "full",
            height,
            left_mm=LABEL_MM + 3.0,
            right_mm=NUMBER_MM,
            bottom_mm=13.0,
            top_mm=10.0 + 3.5 * lines,
        )
        for k, (prior, item) in enumerate(zip(found.priors, found.identified, strict=True)):
            low, high = _ninety_percent(*prior.standard([prior.low, prior.high]).tolist())
            axes.fill_between([low, high], k - 0.36, k + 0.36, color=style.PALE, linewidth=0)
            band = prior.standard([item.low, item.middle, item.high])
            axes.plot(
                band[[0, 2]], [k, k], color=style.COLOURS[0], linewidth=2.2, solid_capstyle="butt"
            )
            axes.plot(band[1], k, marker="o", color=style.COLOURS[0], markersize=3.4)
            unit = model_unit(prior.unit).says
            told = (
                f"{item.width:.2f}",
                f"{figures(item.middle)}{' ' + unit if unit else ''}",
                ", ".join(row for row, _ in item.rows[:2]) or "nothing but its prior",
            )
            for text, (place, room) in zip(told, COLUMNS_MM, strict=True):
                axes.annotate(
                    style.fitted(text, room, size_pt=style.TINY_PT),
                    (1.0, k),
                    xycoords=("axes fraction", "data"),
                    xytext=(place * 72 * style.MM, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=style.TINY_PT,
                )
        axes.axvline(0.0, color=style.INK, linewidth=0.6, zorder=0)
        axes.set_xlim(-2.3, 2.3)
        axes.set_ylim(n - 0.4, -0.6)
        axes.set_yticks(
            range(n),
            [
                style.fitted(prior.name, LABEL_MM - 2.0, size_pt=style.TINY_PT)
                for prior in found.priors
            ],
            fontsize=style.TINY_PT,
        )
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("standard deviations of the prior from the start value")
        canvas.text(
            2.0 / 174,
            1 - 1.2 / height,
            style.wrapped(title, 170.0, bold=True),
            va="top",
            weight="bold",
        )
        for text, (place, _) in zip(
            ("width", "median", "learnt most from"), COLUMNS_MM, strict=True
        ):
            canvas.text(
                (174.0 - NUMBER_MM + place) / 174,
                1 - (7.0 + 3.5 * lines) / height,
                text,
                fontsize=style.TINY_PT,
                va="top",
                color=style.GREY,
            )
        open_ones = [item.name for item in found.identified if item.width > 0.9]
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Grey: 90 % of the prior; blue: median and 90 % of what the observations admit; width: its standard "
            f"deviation over that of the prior. {len(open_ones)} of {n} parameters are as wide as their prior: the observations say "
            "next to nothing about them.",
            alt=f"{title}: "
            + "; ".join(f"{item.name} width {item.width:.2f}" for item in found.identified)
            + ".",
            width="full",
            pdf=pdf,
        )


def _ninety_percent(low: float, high: float) -> tuple[float, float]:
    """5 and 95 % of a standard normal cut at low and high."""
    normal = NormalDist()
    below, mass = normal.cdf(low), normal.cdf(high) - normal.cdf(low)
    return normal.inv_cdf(below + 0.05 * mass), normal.inv_cdf(below + 0.95 * mass)


def informed_by(
    shares: Mapping[str, Mapping[str, float]],
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw which observation holds which share of what is known about each parameter, 174 mm wide at most.

    Parameters
    ----------
    shares : mapping of observation to mapping of parameter to share
        What is missing to 1 in a parameter's column is the share of its prior.

    Raises
    ------
    InputError
        If there is nothing to draw.
    """
    parameters = list(next(iter(shares.values()), {}))
    rows = [row for row, numbers in shares.items() if max(numbers.values(), default=0.0) >= WORTH]
    if not rows or not parameters:
        raise InputError("no observation says anything about a parameter", where=name)
    table = np.array([[shares[row][parameter] for parameter in parameters] for row in rows])
    prior = 1.0 - np.array(
        [[numbers[parameter] for parameter in parameters] for numbers in shares.values()]
    ).sum(axis=0)
    table = np.concatenate([table, prior[None, :]])
    names = [*rows, "the prior"]
    cell = min(CELL_MM, (171.0 - NAME_MM) / len(parameters))
    with style.publication_style(text_as):
        lines = style.wrapped(title, 170.0, bold=True).count("\n")
        top = HEAD_MM + 6.0 + 3.5 * lines
        high = top + CELL_HIGH_MM * len(names) + 5.0
        canvas = Canvas(figsize=(174.0 * style.MM, high * style.MM))
        wide, tall = cell * len(parameters), CELL_HIGH_MM * len(names)
        axes = canvas.add_axes((NAME_MM / 174.0, 5.0 / high, wide / 174.0, tall / high))
        colours = LinearSegmentedColormap.from_list("tricyclic", ["#FFFFFF", style.COLOURS[0]])
        axes.pcolormesh(
            np.arange(len(parameters) + 1),
            np.arange(len(names) + 1),
            table,
            cmap=colours,
            vmin=0.0,
            vmax=1.0,
            edgecolors="white",
            linewidth=0.5,
        )
        for row, column in np.argwhere(table >= TOLD):
            value = float(table[row, column])
            axes.text(
                column + 0.5,
                row + 0.52,
                f"{100 * value:.0f}",
                ha="center",
                va="center",
                fontsize=4.6,
                color="white" if value > 0.6 else style.INK,
            )
        axes.axhline(len(rows), color=style.INK, linewidth=0.8)
        axes.invert_yaxis()
        axes.xaxis.tick_top()
        axes.set_xticks(
            np.arange(len(parameters)) + 0.5,
            [
                style.fitted(parameter, HEAD_MM - 2.0, size_pt=style.TINY_PT)
                for parameter in parameters
            ],
            rotation=90,
            fontsize=style.TINY_PT,
        )
        axes.set_yticks(
            np.arange(len(names)) + 0.5,
            [style.fitted(row, NAME_MM - 3.0, size_pt=style.TINY_PT) for row in names],
            fontsize=style.TINY_PT,
        )
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        canvas.text(
            2.0 / 174,
            1 - 1.2 / high,
            style.wrapped(title, 170.0, bold=True),
            va="top",
            weight="bold",
        )
        strongest = [
            (parameters[k], names[int(np.argmax(table[:, k]))]) for k in range(len(parameters))
        ]
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Percent of what is known about each parameter (squared slope of the row's residual, in units of the prior, "
            "all other parameters taken as known); the last line is what the prior brings. Rows with less than 3 % everywhere are left out.",
            alt=f"{title}: "
            + "; ".join(f"{parameter} by {row}" for parameter, row in strongest)
            + ".",
            width="full",
            pdf=pdf,
        )
