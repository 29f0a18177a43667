"""From Elasticities or Sobol indices of one endpoint to a tornado: the parameters that matter most, longest bar on top.

Elasticities point right, in orange, where the endpoint rises with the parameter and left, in blue, where it falls. Of Sobol indices the solid bar is
what a parameter explains alone, the open bar what it explains with its interactions, with the limits of the bootstrap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.document import Figure
from tricyclic.core.format import figures
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.plotting import style
from tricyclic.plotting.node_shapes import LESS, MORE
from tricyclic.results.sensitivity import Elasticities, SobolTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Floats = NDArray[np.float64]
ROW_MM, LABEL_MM, NUMBER_MM = 4.8, 66.0, 17.0
MOST = 15
# Which of the colours of a diagram's scale a bar has: readable, not the darkest.
FULL = 2


def tornado(
    found: Elasticities,
    endpoint: str,
    *,
    name: str,
    title: str,
    most: int = MOST,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the elasticities of one endpoint, 174 mm wide.

    Parameters
    ----------
    found : Elasticities
    endpoint : str
        Name of one of its endpoints.
    most : int
        Parameters that are drawn; the caption says how many were left out.

    Raises
    ------
    InputError
        If the endpoint has no elasticity.
    """
    column = _column([one.name for one in found.endpoints], endpoint, name)
    values = found.table[:, column]
    order = _order(np.abs(values), most, endpoint)
    labels = [_label(found.parameters[k].name, found.parameters[k].says) for k in order]
    with style.publication_style(text_as):
        canvas, axes, high = _sheet(title, len(order))
        for row, k in enumerate(order):
            value = float(values[k])
            axes.barh(
                row, value, height=0.68, color=(MORE if value >= 0 else LESS)[FULL], linewidth=0
            )
            reach = max(0.0, value)
            axes.annotate(
                f"{value:+.2f}" if abs(value) >= 0.005 else f"{value:+.1e}",
                (reach, row),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=style.SMALL_PT,
            )
        low, top = min(0.0, float(values[order].min())), max(0.0, float(values[order].max()))
        axes.set_xlim(low - 0.02 * (top - low), top + 0.02 * (top - low))
        _finish_axes(axes, labels, "elasticity: % change of the endpoint per % of the parameter")
        canvas.text(
            2.0 / 174,
            1 - 1.2 / high,
            style.wrapped(title, 170.0, bold=True),
            va="top",
            weight="bold",
        )
        left_out = int(np.isfinite(values).sum()) - len(order)
        at = figures(float(found.typical[column]))
        unit = f" {found.endpoints[column].unit}" if found.endpoints[column].unit else ""
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. {style.one_line(found.endpoints[column].says).capitalize()}, {at}{unit} in the typical "
            f"subject: d ln endpoint / d ln parameter by central differences, each subject at its own drug-free rest."
            + (f" {left_out} parameters of less influence are not drawn." if left_out else ""),
            alt=f"{title}: "
            + "; ".join(f"{found.parameters[k].name} {values[k]:+.2f}" for k in reversed(order))
            + ".",
            width="full",
            pdf=pdf,
        )


def sobol_tornado(
    found: SobolTable,
    endpoint: str,
    *,
    name: str,
    title: str,
    most: int = MOST,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the Sobol indices of one endpoint, 174 mm wide.

    Parameters
    ----------
    found : SobolTable
    endpoint : str
        Name of one of its endpoints.
    most : int
        Parameters that are drawn.

    Raises
    ------
    InputError
        If the endpoint does not vary.
    """
    column = _column([one.name for one in found.endpoints], endpoint, name)
    first, total = found.first[:, column], found.total[:, column]
    order = _order(total, most, endpoint)
    labels = [_label(found.parameters[k].name, found.parameters[k].says) for k in order]
    with style.publication_style(text_as):
        canvas, axes, high = _sheet(title, len(order))
        for row, k in enumerate(order):
            axes.barh(
                row, max(0.0, float(total[k])), height=0.68, facecolor=style.PALE, linewidth=0
            )
            axes.barh(
                row,
                max(0.0, float(first[k])),
                height=0.40,
                facecolor=style.COLOURS[0],
                linewidth=0,
                zorder=2,
            )
            axes.plot(
                [found.total_low[k, column], found.total_high[k, column]],
                [row, row],
                color=style.INK,
                linewidth=0.8,
                zorder=3,
            )
            axes.annotate(
                f"{total[k]:.2f}",
                (max(float(total[k]), float(found.total_high[k, column]), float(first[k])), row),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=style.SMALL_PT,
            )
        axes.set_xlim(
            0.0, max(1e-6, float(np.nanmax(found.total_high[order, column])), 0.05) * 1.02
        )
        _finish_axes(axes, labels, "share of the variance of the endpoint")
        canvas.text(
            2.0 / 174,
            1 - 1.2 / high,
            style.wrapped(title, 170.0, bold=True),
            va="top",
            weight="bold",
        )
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Solid: first order, what a parameter explains alone; open: total order, with its "
            f"interactions, and its {found.confidence * 100:g} % bootstrap limits; {found.n} base points, {found.runs:,} runs.",
            alt=f"{title}: "
            + "; ".join(
                f"{found.parameters[k].name} {first[k]:.2f} alone, {total[k]:.2f} in total"
                for k in reversed(order)
            )
            + ".",
            width="full",
            pdf=pdf,
        )


def _column(names: Sequence[str], endpoint: str, where: str) -> int:
    if endpoint not in names:
        raise UnknownNameError.among("endpoint", endpoint, names, where=where)
    return names.index(endpoint)


def _order(size: Floats, most: int, endpoint: str) -> list[int]:
    """The parameters of most influence, the greatest last: axes count upwards."""
    known = np.flatnonzero(np.isfinite(size))
    if known.size == 0:
        raise InputError("does not hang on any parameter", where=endpoint)
    return [int(k) for k in known[np.argsort(-size[known], kind="stable")][:most][::-1]]


def _label(name: str, says: str) -> str:
    """The name, and below it what stands in the words before the first colon, semicolon or comma."""
    shown = style.fitted(
        re.split(r"[:;,]\s|[:;,]$", says, maxsplit=1)[0], LABEL_MM - 4.0, size_pt=style.TINY_PT
    )
    return f"{name}\n{shown}" if says else name


def _sheet(title: str, rows: int) -> tuple[Canvas, Axes, float]:
    lines = style.wrapped(title, 170.0, bold=True).count("\n")
    height = 20.0 + 3.5 * lines + max(rows, 3) * (ROW_MM + 1.6)
    canvas, axes = style.sheet(
        "full",
        height,
        left_mm=LABEL_MM + 4.0,
        right_mm=NUMBER_MM,
        bottom_mm=11.0,
        top_mm=7.0 + 3.5 * lines,
    )
    return canvas, axes, height


def _finish_axes(axes: Axes, labels: Sequence[str], x_title: str) -> None:
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(labels)), labels, fontsize=style.TINY_PT)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.set_xlabel(x_title)
