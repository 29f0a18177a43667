"""The bracket above two conditions that were compared, with the finding in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.transforms import ScaledTranslation

from tricyclic.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_bracket(axes: Axes, words: Sequence[str], conditions: int = 2) -> None:
    """Write the words above the axes, over a bracket where there are two conditions.

    Parameters
    ----------
    axes
        Conditions are at x = 0, 1, ...
    words
        Parts of the text, such as a ratio and its p.
    conditions
        Number of conditions.
    """
    up = axes.get_xaxis_transform() + ScaledTranslation(0, 6 / 72, axes.figure.dpi_scale_trans)
    if conditions == 2:
        axes.plot(
            [0, 0, 1, 1],
            [0.98, 1.0, 1.0, 0.98],
            transform=up,
            color=style.INK,
            linewidth=0.8,
            clip_on=False,
        )
    axes.annotate(
        style.fitted(",  ".join(words), 66.0, size_pt=style.small_pt()),
        ((conditions - 1) / 2, 1.0),
        xycoords=up,
        xytext=(0, 2.5),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=style.small_pt(),
    )
