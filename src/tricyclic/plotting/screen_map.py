"""Draws Z' and controls over the plates of a screen, and the median residual at each position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.core.plate import row_letters
from tricyclic.plotting import style
from tricyclic.plotting.thumbnails import MISSING
from tricyclic.results.screening import PlateQuality

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap

WIDTH_MM = style.WIDTHS_MM["full"]
MANY_PLATES = 200
# Less to more effect than the compound's own, in percent of the window; orange and blue are
# distinguishable with every kind of colour vision.
EDGES = (-20.0, -10.0, -5.0, -2.0, 2.0, 5.0, 10.0, 20.0)
SHADES = (
    "#7F3B08",
    "#C4700F",
    "#F1B25F",
    "#FBE3BF",
    "#F4F5F6",
    "#D3E3F1",
    "#92C0DE",
    "#3E86BD",
    "#0B4A87",
)


def plate_course(
    plates: Sequence[PlateQuality],
    *,
    limit: float,
    name: str = "over-plates",
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw Z' and the mean controls of every plate in their order, 174 mm wide.

    Parameters
    ----------
    plates : sequence of PlateQuality
        One or more, in order.
    limit : float
        Limit of Z', drawn as a line.
    """
    order = np.array([plate.order for plate in plates])
    z_prime = np.array([plate.z_prime for plate in plates])
    with style.publication_style(text_as):
        height = 78.0
        canvas, lower = style.sheet(
            "full", height, left_mm=20.0, right_mm=4.0, bottom_mm=12.0, top_mm=46.0
        )
        upper = canvas.add_axes(
            (20.0 / WIDTH_MM, 42.0 / height, (WIDTH_MM - 24.0) / WIDTH_MM, 28.0 / height)
        )
        style.offset_spines(upper)
        _draw_z_prime(upper, order, z_prime, limit)
        _draw_controls(lower, order, plates)
        low = int((z_prime < limit).sum())
        count = f"{low} of {len(plates)} plates have a Z' below {limit:g}"
        return style.finish(
            canvas,
            name=name,
            width="full",
            pdf=pdf,
            caption=f"Z' (squares: below {limit:g}; shown down to -1) and mean controls over the "
            f"plates; {count}.",
            alt=f"Z' and mean controls of {len(plates)} plates in order; {count}.",
        )


def _draw_z_prime(axes: Axes, order: np.ndarray, z_prime: np.ndarray, limit: float) -> None:
    below = z_prime < limit
    axes.axhline(limit, color=style.GREY, linewidth=0.8, linestyle="--")
    finite = np.where(np.isfinite(z_prime), z_prime, 0.0)
    lowest = max(min(float(np.nanmin(finite)), 0.0), -1.0)
    shown = np.maximum(z_prime, lowest)
    for mask, marker, colour in ((~below, "o", 0), (below, "s", 1)):
        axes.plot(
            order[mask],
            shown[mask],
            linestyle="none",
            marker=marker,
            markersize=_marker_size(order.size),
            color=style.colour(colour),
            markeredgewidth=0,
        )
    axes.set_ylim(lowest - 0.05, 1.0)
    axes.set_ylabel("Z'")
    axes.tick_params(labelbottom=False)
    _scale_order(axes, order)


def _draw_controls(axes: Axes, order: np.ndarray, plates: Sequence[PlateQuality]) -> None:
    from matplotlib.ticker import MaxNLocator

    for index, (label, values) in enumerate(
        (
            ("high control", [plate.high.mean for plate in plates]),
            ("low control", [plate.low.mean for plate in plates]),
        )
    ):
        axes.plot(
            order,
            values,
            linestyle="none",
            marker=style.symbol(index),
            markersize=_marker_size(order.size),
            color=style.colour(index),
            markeredgewidth=0,
            label=label,
        )
    _scale_order(axes, order)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("plate, in the order run")
    axes.set_ylabel("mean reading")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, handletextpad=0.1)


def _scale_order(axes: Axes, order: np.ndarray) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(0.0, float(order.max()) + 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_label_coords(-15.5 / (WIDTH_MM - 24.0), 0.5)


def _marker_size(plates: int) -> float:
    return 2.6 if plates > MANY_PLATES else 3.6


def median_map(
    residual: np.ndarray,
    *,
    plates: int,
    name: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the median residual of compound wells at each position, 84 mm wide.

    Parameters
    ----------
    residual : array, shape (rows, columns)
        Effect minus that of the compound [% of the control window], nan where no compound was.
    plates : int
        Number of plates behind the medians.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap

    rows, columns = residual.shape
    with style.publication_style(text_as):
        cell = min(66.0 / columns, 40.0 / rows)
        height = rows * cell + 22.0
        margin = 8.0
        canvas, axes = style.sheet(
            "column",
            height,
            left_mm=margin,
            right_mm=84.0 - margin - columns * cell,
            bottom_mm=14.0,
            top_mm=8.0,
        )
        colours = ListedColormap(list(SHADES), bad=MISSING)
        axes.pcolormesh(
            np.ma.masked_invalid(residual),
            cmap=colours,
            norm=BoundaryNorm([-1e9, *EDGES, 1e9], len(SHADES)),
            edgecolors="white",
            linewidth=0.3 if columns <= 24 else 0.1,
        )
        _label_positions(axes, rows, columns)
        key = canvas.add_axes((margin / 84.0, 7.5 / height, 66.0 / 84.0, 2.4 / height))
        _draw_key(key, colours)
        return style.finish(
            canvas,
            name=name,
            width="column",
            pdf=pdf,
            caption=f"Median over {plates} plates of {rows * columns} wells of the residual at "
            "each position after subtraction of the compound's effect; a pattern here belongs to "
            "the plate, not to the compounds. Grey: no compounds.",
            alt="Map of the median effect beyond the compound's own at each of "
            f"{rows * columns} positions over {plates} plates.",
        )


def _label_positions(axes: Axes, rows: int, columns: int) -> None:
    """Numbers of columns and letters of rows around the map."""
    axes.set_ylim(rows, 0)
    step = 1 if columns <= 12 else 2 if columns <= 24 else 4
    axes.set_xticks(
        np.arange(0, columns, step) + 0.5, [str(c + 1) for c in range(0, columns, step)]
    )
    axes.set_yticks(np.arange(0, rows, step) + 0.5, [row_letters(r) for r in range(0, rows, step)])
    axes.xaxis.tick_top()
    _plain_frame(axes)


def _draw_key(axes: Axes, colours: ListedColormap) -> None:
    axes.pcolormesh(
        np.arange(len(SHADES))[None, :], cmap=colours, vmin=-0.5, vmax=len(SHADES) - 0.5
    )
    axes.set_xticks(np.arange(1, len(SHADES)), [f"{edge:g}" for edge in EDGES])
    axes.set_yticks([])
    _plain_frame(axes)
    axes.set_xlabel(
        "effect beyond the compound's own (% of the window)",
        fontsize=style.small_pt(),
        labelpad=1.5,
    )


def _plain_frame(axes: Axes) -> None:
    axes.tick_params(length=0, labelsize=style.tiny_pt(), pad=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
