"""Draws a table of parameters by endpoints as a heat map.

Signed tables go from blue (less) through white to orange (more), as in the diagrams; shares of
variance go from white to one colour. Every large cell shows its number, so that the map can be read
without colours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from tricyclic.core.document import Figure
from tricyclic.core.format import pluralize
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.node_shapes import LESS, MORE, ink_on

Floats = NDArray[np.float64]
CELL_MM, CELL_HIGH_MM, LABEL_MM, HEAD_MM = 11.0, 5.2, 44.0, 33.0
# Least and largest width of the colour bar: its numbers have space.
BAR_MM = 26.0, 60.0
# The name of an endpoint is written upright above its column, in at most so many lines.
HEAD_LINES = 4
MAX_ROWS, MAX_COLUMNS = 30, 9
# Below this share of the largest entry a parameter has no row of its own, and a cell no number.
MIN_ROW, MIN_CELL = 0.02, 0.05


def heatmap(
    table: Floats,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    name: str,
    title: str,
    label: str,
    signed: bool,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw a table in colour, 174 mm wide at most.

    Parameters
    ----------
    table : array, shape (rows, columns)
        nan is left grey.
    rows, columns : sequence of str
        Parameters and endpoints. Of more than 30 rows those of most influence are drawn; of more
        than 9 columns the first 9.
    label : str
        Meaning of a number of the table, for the colour bar and the caption.
    signed : bool
        Whether numbers below 0 mean something.

    Raises
    ------
    InputError
        If the shapes do not fit or no number is finite.
    """
    table = np.asarray(table, dtype=float)
    if table.shape != (len(rows), len(columns)):
        raise InputError(
            f"is a table of {table.shape} for {len(rows)} by {len(columns)}", where=name
        )
    if not np.isfinite(table).any():
        raise InputError("has no number", where=f"heat map {name}")
    table, columns = table[:, :MAX_COLUMNS], columns[:MAX_COLUMNS]
    shown, largest = _influential(table)
    left_out = len(rows) - len(shown)
    table, names = table[shown], [rows[k] for k in shown]
    limit = min(largest, 3.0) if signed else 1.0
    with style.publication_style(text_as):
        lines = style.wrapped(title, 170.0, bold=True).count("\n")
        top = HEAD_MM + 6.0 + 3.5 * lines
        high = top + CELL_HIGH_MM * len(names) + 13.0
        canvas = style.blank(174.0, high)
        wide = CELL_MM * len(columns)
        bar_wide = min(max(wide, BAR_MM[0]), BAR_MM[1])
        left = LABEL_MM + 4.0
        axes = canvas.add_axes(
            (
                left / 174.0,
                1 - (top + CELL_HIGH_MM * len(names)) / high,
                wide / 174.0,
                CELL_HIGH_MM * len(names) / high,
            )
        )
        colours = _colours(signed)
        _draw_cells(axes, table, colours, limit, signed=signed)
        _label_axes(axes, names, columns)
        _bar(canvas, colours, limit, signed=signed, left=left, wide=bar_wide, high=high)
        style.draw_title(canvas, title, width="full", height_mm=high)
        beside = left + bar_wide + 4.0
        space = (174.0 - beside - 2.0) * style.font_pt() / style.small_pt()
        canvas.text(
            beside / 174.0,
            5.5 / high,
            style.wrapped(label, space, lines=2),
            fontsize=style.small_pt(),
            va="center",
        )
        row, column = divmod(int(np.nanargmax(np.abs(table))), len(columns))
        caption = f"{style.one_line(title)}. {label[:1].upper()}{label[1:]}; grey: not defined."
        if left_out:
            caption += f" Not drawn: {pluralize(left_out, 'parameter')} of less influence."
        return style.finish(
            canvas,
            name=name,
            caption=caption,
            alt=f"{title}: the largest is {table[row, column]:.2f}, "
            f"of {names[row]} on {columns[column]}.",
            width="full",
            pdf=pdf,
        )


def _influential(table: Floats) -> tuple[list[int], float]:
    """Rows of most influence, the largest first; and the largest number."""
    most = np.nanmax(np.abs(np.where(np.isfinite(table), table, 0.0)), axis=1)
    order = np.argsort(-most, kind="stable")[:MAX_ROWS]
    return [int(k) for k in order if most[k] >= MIN_ROW * most.max()], float(most.max())


def _draw_cells(
    axes: Axes, table: Floats, colours: Colormap, limit: float, *, signed: bool
) -> None:
    """Colour every cell, and write the number into those that are large."""
    axes.pcolormesh(
        np.arange(table.shape[1] + 1),
        np.arange(table.shape[0] + 1),
        np.ma.masked_invalid(table),
        cmap=colours,
        vmin=-limit if signed else 0.0,
        vmax=limit,
        edgecolors="white",
        linewidth=0.6,
    )
    axes.set_facecolor(style.PALE)
    axes.invert_yaxis()
    for row, column in np.argwhere(np.abs(np.nan_to_num(table)) >= MIN_CELL * limit):
        value = float(table[row, column])
        cell = to_hex(colours((value / limit + 1) / 2 if signed else value / limit))
        axes.text(
            column + 0.5,
            row + 0.5,
            style.signed(value) if signed else f"{value:.2f}",
            ha="center",
            va="center",
            fontsize=style.tiny_pt(),
            color=ink_on(cell),
        )


def _label_axes(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Names of the parameters to the left, of the endpoints upright above."""
    axes.set_yticks(
        np.arange(len(rows)) + 0.5,
        [style.fitted(text, LABEL_MM, size_pt=style.tiny_pt()) for text in rows],
        fontsize=style.tiny_pt(),
    )
    axes.xaxis.tick_top()
    axes.set_xticks(
        np.arange(len(columns)) + 0.5,
        [
            style.wrapped(text, HEAD_MM * style.font_pt() / style.tiny_pt(), lines=HEAD_LINES)
            for text in columns
        ],
        rotation=90,
        ha="center",
        va="bottom",
        fontsize=style.tiny_pt(),
        linespacing=1.1,
    )
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _colours(signed: bool) -> Colormap:
    ends = [*reversed(LESS), *MORE[1:]] if signed else ["#FFFFFF", style.COLOURS[0]]
    return LinearSegmentedColormap.from_list("tricyclic", ends)


def _bar(
    canvas: Canvas,
    colours: Colormap,
    limit: float,
    *,
    signed: bool,
    left: float,
    wide: float,
    high: float,
) -> None:
    axes = canvas.add_axes((left / 174.0, 6.0 / high, wide / 174.0, 2.2 / high))
    edges = np.linspace(-limit if signed else 0.0, limit, 65)
    middle = 0.5 * (edges[1:] + edges[:-1])
    axes.pcolormesh(edges, [0.0, 1.0], middle[None], cmap=colours, vmin=edges[0], vmax=limit)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=2.0, labelsize=style.tiny_pt(), pad=1.5)
    for side in axes.spines.values():
        side.set_visible(False)
