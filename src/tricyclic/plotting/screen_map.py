"""From the plates of a screen to its course: Z' and controls over the plates, and what is left at each place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.core.plate import row_letters
from tricyclic.plotting import style
from tricyclic.plotting.thumbnails import MISSING
from tricyclic.results.screening import PlateQuality

# Less to more effect than the well's own, in percent of the window; orange and blue stay apart for every eye.
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


def over_plates(
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
        Of Z', drawn as a line.
    """
    from matplotlib.ticker import MaxNLocator

    with style.publication_style(text_as):
        height = 78.0
        canvas, lower = style.sheet(
            "full", height, left_mm=20.0, right_mm=4.0, bottom_mm=12.0, top_mm=46.0
        )
        wide = style.WIDTHS_MM["full"]
        upper = canvas.add_axes((20.0 / wide, 42.0 / height, (wide - 24.0) / wide, 28.0 / height))
        for side in ("left", "bottom"):
            upper.spines[side].set_position(("outward", style.OFFSET_PT))
        order = np.array([plate.order for plate in plates])
        small = 2.6 if len(plates) > 200 else 3.6
        z = np.array([plate.z_prime for plate in plates])
        bad = z < limit
        upper.axhline(limit, color=style.GREY, linewidth=0.8, linestyle="--")
        floor = min(float(np.nanmin(np.where(np.isfinite(z), z, 0.0))), 0.0)
        shown = np.maximum(z, max(floor, -1.0))
        upper.plot(
            order[~bad],
            shown[~bad],
            linestyle="none",
            marker="o",
            markersize=small,
            color=style.colour(0),
            markeredgewidth=0,
        )
        upper.plot(
            order[bad],
            shown[bad],
            linestyle="none",
            marker="s",
            markersize=small,
            color=style.colour(1),
            markeredgewidth=0,
        )
        upper.set_ylim(max(floor, -1.0) - 0.05, 1.0)
        upper.set_ylabel("Z'")
        upper.tick_params(labelbottom=False)
        for index, (label, values) in enumerate(
            (
                ("high control", [p.high.mean for p in plates]),
                ("low control", [p.low.mean for p in plates]),
            )
        ):
            lower.plot(
                order,
                values,
                linestyle="none",
                marker=style.symbol(index),
                markersize=small,
                color=style.colour(index),
                markeredgewidth=0,
                label=label,
            )
        for axes in (upper, lower):
            axes.set_xlim(0.0, float(order.max()) + 1.0)
            axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        lower.set_ylim(bottom=min(0.0, lower.get_ylim()[0]))
        lower.yaxis.set_major_locator(MaxNLocator(4))
        lower.set_xlabel("plate, in the order run")
        lower.set_ylabel("mean reading")
        for axes in (upper, lower):
            axes.yaxis.set_label_coords(-15.5 / (wide - 24.0), 0.5)
        lower.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, handletextpad=0.1)
        told = f"{int(bad.sum())} of {len(plates)} plates have a Z' below {limit:g}"
        return style.finish(
            canvas,
            name=name,
            width="full",
            pdf=pdf,
            caption=f"Z' (squares: below {limit:g}; shown down to -1) and mean controls over the plates; {told}.",
            alt=f"Z' and mean controls of {len(plates)} plates in order; {told}.",
        )


def median_map(
    left: np.ndarray, *, plates: int, name: str, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw the median at each place of what is left of compound wells, 84 mm wide.

    Parameters
    ----------
    left : array, shape (rows, columns)
        Effect beyond the well's own [% of the control window], nan where no compound was.
    plates : int
        How many plates the medians rest on.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap

    rows, columns = left.shape
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
        norm = BoundaryNorm([-1e9, *EDGES, 1e9], len(SHADES))
        axes.pcolormesh(
            np.ma.masked_invalid(left), cmap=colours, norm=norm, edgecolors="white", linewidth=0.3
        )
        axes.set_ylim(rows, 0)
        step = 1 if columns <= 12 else 2
        axes.set_xticks(
            np.arange(0, columns, step) + 0.5, [str(c + 1) for c in range(0, columns, step)]
        )
        axes.set_yticks(
            np.arange(0, rows, step) + 0.5, [row_letters(r) for r in range(0, rows, step)]
        )
        axes.xaxis.tick_top()
        axes.tick_params(length=0, labelsize=style.TINY_PT, pad=1)
        for spine in axes.spines.values():
            spine.set_visible(False)
        key = canvas.add_axes((margin / 84.0, 7.5 / height, 66.0 / 84.0, 2.4 / height))
        key.pcolormesh(
            np.arange(len(SHADES))[None, :], cmap=colours, vmin=-0.5, vmax=len(SHADES) - 0.5
        )
        key.set_xticks(np.arange(1, len(SHADES)), [f"{edge:g}" for edge in EDGES])
        key.set_yticks([])
        key.tick_params(length=0, labelsize=style.TINY_PT, pad=1)
        for spine in key.spines.values():
            spine.set_visible(False)
        key.set_xlabel(
            "effect beyond the well's own (% of the window)", fontsize=style.SMALL_PT, labelpad=1.5
        )
        return style.finish(
            canvas,
            name=name,
            width="column",
            pdf=pdf,
            caption=f"Median over {plates} plates of {rows * columns} wells of what is left at each place after the effect of its compound; a pattern here is the plate's, not the compounds'. Grey: no compounds.",
            alt=f"Map of the median effect beyond the compound's own at each of {rows * columns} places over {plates} plates.",
        )
