"""Draws the standardised residuals of a fit against the expected readings.

With the right variance model about one symbol in twenty lies outside the grey field, without a
pattern.
"""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from tricyclic.core.document import Figure
from tricyclic.core.estimate import Fit, FittedPart
from tricyclic.plotting import style


def residuals(
    fit: Fit,
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
    explain: bool = True,
) -> Figure:
    """Draw standardised residuals of all readings of a fit, 84 mm wide.

    Parameters
    ----------
    fit : Fit
        A successful fit (`ok`), with at least one part.
    name, title : str
        Name of the files; title of the figure.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.
    explain : bool
        Whether the caption explains what is drawn; False where the text does so for all figures.
    """
    with style.publication_style(text_as):
        height = 59.0 if show_title else 55.0
        top = 11.0 if show_title else 7.0
        canvas, axes = style.sheet(
            "column", height, left_mm=16.5, right_mm=4.0, bottom_mm=13.0, top_mm=top
        )
        kinds = [kind for part in fit.parts for kind in _kinds(part, len(fit.parts) > 1)]
        every = np.concatenate([r for _, _, r in kinds])
        reach = max(3.0, float(np.abs(every[np.isfinite(every)]).max(initial=0.0)) * 1.08)
        axes.axhspan(-1.96, 1.96, color=style.PALE, alpha=0.5, linewidth=0)
        axes.axhline(0, color=style.GREY, linewidth=0.8)
        for index, (label, expected, residual) in enumerate(kinds):
            axes.plot(
                expected,
                residual,
                linestyle="none",
                marker=style.symbol(index),
                color=style.colour(index),
                markersize=3.4,
                markeredgecolor="white",
                markeredgewidth=0.3,
                label=style.fitted(label, 18.0, size_pt=style.small_pt()),
            )
        axes.set_ylim(-reach, reach)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        unit = fit.parts[0].series.y_unit
        axes.set_xlabel("expected reading" + (f" ({unit})" if unit and unit != "unknown" else ""))
        axes.set_ylabel("standardised residual")
        axes.yaxis.set_label_coords(-10.5 / 63.5, 0.5)
        if 1 < len(kinds) <= 5:
            axes.legend(
                loc="lower right",
                bbox_to_anchor=(1.0, 1.02),
                ncols=min(3, len(kinds)),
                columnspacing=0.8,
                handletextpad=0.1,
            )
        if show_title:
            style.draw_title(canvas, title, width="column", height_mm=height, lines=1)
        outside = int(np.sum(np.abs(every) > 1.96))
        count = f"{outside} of {every.size} outside ±1.96"
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}: (observed − expected) / SD "
            f"under the {fit.variance} variance model; "
            f"{count} (5 % are expected to be)."
            if explain
            else f"{style.one_line(title)}: {count}.",
            alt=f"{title}: standardised residuals against expected readings, {count}.",
            width="column",
            pdf=pdf,
        )


def _kinds(part: FittedPart, several: bool) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Readings of a part by the purpose of their wells, where it is known: (label, expected,
    residual).
    """
    series, residual = part.series, part.residuals
    prefix = f"{series.name} " if several else ""
    if "competitor_M" in series.x and "specific" in series.x:
        nsb = series.x["specific"] == 0
        control = ~nsb & (series.x["competitor_M"] == 0)
        masks = {"competition": ~nsb & ~control, "total": control, "NSB": nsb}
    elif "specific" in series.x:
        nsb = series.x["specific"] == 0
        masks = {"total": ~nsb, "NSB": nsb}
    else:
        masks = {"readings": np.ones(series.n, bool)}
    if several:
        masks = {"": np.ones(series.n, bool)}
    return [
        (f"{prefix}{label}".strip(), part.expected[m], residual[m])
        for label, m in masks.items()
        if m.any()
    ]
