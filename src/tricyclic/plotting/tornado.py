"""Draws a tornado plot of one endpoint: its most influential parameters, longest bar on top.

Elasticities point right, in orange, where the endpoint rises with the parameter and left, in blue,
where it falls. For Sobol indices the solid bar is what a parameter explains alone and the open bar
what it explains with its interactions, with the bootstrap interval.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, pluralize
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.plotting import style
from tricyclic.plotting.node_shapes import LESS, MORE
from tricyclic.results.sensitivity import ElasticityTable, SobolTable

Floats = NDArray[np.float64]
ROW_MM, LABEL_MM, NUMBER_MM = 4.8, 66.0, 17.0
MAX_BARS = 15
# Colour of a bar on the scale of the diagrams: readable, not the darkest.
BAR_COLOUR = 2


def tornado(
    table: ElasticityTable,
    endpoint: str,
    *,
    name: str,
    title: str,
    most: int = MAX_BARS,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the elasticities of one endpoint, 174 mm wide.

    Parameters
    ----------
    table : ElasticityTable
    endpoint : str
        Name of one of its endpoints.
    most : int
        Largest number of bars; the caption states how many parameters were left out.

    Raises
    ------
    InputError
        If the endpoint has no elasticity.
    """
    column = _column([one.name for one in table.endpoints], endpoint, name)
    values = table.table[:, column]
    order = _order(np.abs(values), most, endpoint)
    labels = [_label(table.parameters[k].name, table.parameters[k].description) for k in order]
    with style.publication_style(text_as):
        canvas, axes, high = _sheet(title, len(order))
        _draw_elasticities(axes, values[order])
        _finish_axes(axes, labels, "elasticity: % change of the endpoint per % of the parameter")
        style.draw_title(canvas, title, width="full", height_mm=high)
        left_out = int(np.isfinite(values).sum()) - len(order)
        description = style.one_line(table.endpoints[column].description)
        sentence = f"{description[:1].upper()}{description[1:]}"
        at = format_number(float(table.typical[column]))
        unit = f" {table.endpoints[column].unit}" if table.endpoints[column].unit else ""
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. {sentence}, {at}{unit} in the "
            "typical subject: d ln endpoint / d ln parameter by central differences, each subject "
            "from its own drug-free steady state."
            + (
                f" Not drawn: {pluralize(left_out, 'parameter')} of less influence."
                if left_out
                else ""
            ),
            alt=f"{title}: "
            + "; ".join(f"{table.parameters[k].name} {values[k]:+.2f}" for k in reversed(order))
            + ".",
            width="full",
            pdf=pdf,
        )


def sobol_tornado(
    table: SobolTable,
    endpoint: str,
    *,
    name: str,
    title: str,
    most: int = MAX_BARS,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the Sobol indices of one endpoint, 174 mm wide.

    Parameters
    ----------
    table : SobolTable
    endpoint : str
        Name of one of its endpoints.
    most : int
        Largest number of bars.

    Raises
    ------
    InputError
        If the endpoint does not vary.
    """
    column = _column([one.name for one in table.endpoints], endpoint, name)
    first, total = table.first[:, column], table.total[:, column]
    order = _order(total, most, endpoint)
    labels = [_label(table.parameters[k].name, table.parameters[k].description) for k in order]
    with style.publication_style(text_as):
        canvas, axes, high = _sheet(title, len(order))
        _draw_indices(axes, table, order, column)
        _finish_axes(axes, labels, "share of the variance of the endpoint")
        style.draw_title(canvas, title, width="full", height_mm=high)
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. "
            "Solid: first order, what a parameter explains alone; open: total order, with its "
            "interactions, and its "
            f"{table.confidence * 100:g} % bootstrap CI; "
            f"{table.n} base points, {table.runs:,} runs.",
            alt=f"{title}: "
            + "; ".join(
                f"{table.parameters[k].name} {first[k]:.2f} alone, {total[k]:.2f} in total"
                for k in reversed(order)
            )
            + ".",
            width="full",
            pdf=pdf,
        )


def _draw_elasticities(axes: Axes, values: Floats) -> None:
    """One bar per value, the last on top."""
    for row, value in enumerate(values.tolist()):
        colours = MORE if value >= 0 else LESS
        axes.barh(row, value, height=0.68, color=colours[BAR_COLOUR], linewidth=0)
        label = style.signed(value) if abs(value) >= 0.005 else style.signed(value, ".1e")
        _number(axes, label, max(0.0, value), row)
    low, top = min(0.0, float(values.min())), max(0.0, float(values.max()))
    axes.set_xlim(low - 0.02 * (top - low), top + 0.02 * (top - low))


def _draw_indices(axes: Axes, table: SobolTable, order: Sequence[int], column: int) -> None:
    """Total order as a pale bar with its interval, first order as a dark one on it."""
    for row, k in enumerate(order):
        first, total = float(table.first[k, column]), float(table.total[k, column])
        low, high = float(table.total_low[k, column]), float(table.total_high[k, column])
        axes.barh(row, max(0.0, total), height=0.68, facecolor=style.PALE, linewidth=0)
        axes.barh(
            row,
            max(0.0, first),
            height=0.40,
            facecolor=style.COLOURS[0],
            linewidth=0,
            zorder=2,
        )
        axes.plot([low, high], [row, row], color=style.INK, linewidth=0.8, zorder=3)
        _number(axes, f"{total:.2f}", max(total, high, first), row)
    widest = float(np.nanmax(table.total_high[order, column]))
    axes.set_xlim(0.0, max(1e-6, widest, 0.05) * 1.02)


def _number(axes: Axes, text: str, x: float, row: int) -> None:
    axes.annotate(
        text,
        (x, row),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontsize=style.small_pt(),
    )


def _column(names: Sequence[str], endpoint: str, where: str) -> int:
    if endpoint not in names:
        raise UnknownNameError.among("endpoint", endpoint, names, where=where)
    return names.index(endpoint)


def _order(size: Floats, most: int, endpoint: str) -> list[int]:
    """The most influential parameters, the largest last, as axes count upwards."""
    known = np.flatnonzero(np.isfinite(size))
    if known.size == 0:
        raise InputError("does not depend on any parameter", where=endpoint)
    return [int(k) for k in known[np.argsort(-size[known], kind="stable")][:most][::-1]]


def _label(name: str, description: str) -> str:
    """The name, and below it the description up to the first colon, semicolon or comma."""
    shown = style.fitted(
        re.split(r"[:;,]\s|[:;,]$", description, maxsplit=1)[0],
        LABEL_MM - 4.0,
        size_pt=style.tiny_pt(),
    )
    return f"{name}\n{shown}" if description else name


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
    axes.set_yticks(range(len(labels)), labels, fontsize=style.tiny_pt())
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.set_xlabel(x_title)
