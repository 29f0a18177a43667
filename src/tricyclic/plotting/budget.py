"""Draws an error budget: the share of each source in the variance of a number."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from tricyclic.core.document import Figure
from tricyclic.core.format import format_number
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.results.binding import ErrorShare

ROW_MM = 6.0


def budget(
    shares: Sequence[ErrorShare],
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
    explain: bool = True,
) -> Figure:
    """Draw the shares of the variance as bars, the largest on top, 84 mm wide.

    Parameters
    ----------
    shares : sequence of ErrorShare
        `share` from 0 to 1; hatched where the same value enters every run.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.
    explain : bool
        Whether the caption explains what is drawn; False where the text does so for all figures.

    Raises
    ------
    InputError
        If there is no share to draw.
    """
    ordered = sorted((s for s in shares if math.isfinite(s.share)), key=lambda s: -s.share)
    if not ordered:
        raise InputError("has no share of error", where=f"budget {name}")
    with style.publication_style(text_as):
        top = 7.5 if show_title else 3.0
        height = 12.5 + top + ROW_MM * len(ordered)
        left = 32.0
        canvas, axes = style.sheet(
            "column", height, left_mm=left, right_mm=16.0, bottom_mm=12.0, top_mm=top
        )
        _draw_bars(axes, ordered, left)
        if show_title:
            style.draw_title(canvas, title, width="column", height_mm=height, lines=1)
        listed = "; ".join(f"{s.name} {s.share * 100:.0f} %" for s in ordered)
        whole = math.sqrt(sum(s.log10_se**2 for s in ordered if math.isfinite(s.log10_se)))
        common = (
            " Hatched: the same value enters every run, so more runs do not shrink it."
            if explain and any(s.shared for s in ordered)
            else ""
        )
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Together a standard error of "
            f"{format_number(whole, 2)} on the log10 scale "
            f"(a factor of {format_number(10**whole, 3)}).{common}",
            alt=f"{title}: {listed}.",
            width="column",
            pdf=pdf,
        )


def _draw_bars(axes: Axes, shares: Sequence[ErrorShare], label_mm: float) -> None:
    """One bar per source of error, the first on top."""
    for row, share in enumerate(shares):
        axes.barh(
            row,
            share.share * 100,
            height=0.62,
            color="#DCE9F3" if share.shared else style.COLOURS[0],
            edgecolor=style.COLOURS[0],
            linewidth=0.8,
            hatch="////" if share.shared else None,
        )
        axes.text(
            -0.06,
            row,
            style.fitted(share.name, label_mm - 5.0, size_pt=style.small_pt()),
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=style.small_pt(),
        )
        axes.annotate(
            f"{share.share * 100:.0f} %" if share.share >= 0.005 else "< 1 %",
            (share.share * 100, row),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.small_pt(),
        )
    axes.set_ylim(len(shares) - 0.45, -0.55)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("share of the variance (%)")
