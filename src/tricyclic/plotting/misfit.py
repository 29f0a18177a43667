"""From observations and an ensemble's predictions to one figure: what was seen, what is predicted, and where they part.

Each row is drawn relative to its own observation. A published number is a grey bar (95 % of its error) about 1; a
published direction is a pale field on the side that it allows. The members' 90 % is a line, the best member a symbol.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.ticker import FixedLocator, NullLocator

from tricyclic.core.document import Figure
from tricyclic.core.ensemble import Misfit
from tricyclic.core.format import figures
from tricyclic.core.observation import Observation
from tricyclic.errors import InputError
from tricyclic.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_MM, LABEL_MM, NUMBER_MM = 4.0, 64.0, 48.0
LOW, HIGH = 0.25, 4.0
TICKS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)
FAR = 2.0
# What is predicted below this is none.
NONE = 1e-4


def misfit(
    observations: Sequence[Observation],
    predicted: Sequence[Misfit],
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw predicted against observed, one line an observation, 174 mm wide.

    Parameters
    ----------
    observations : sequence of Observation
    predicted : sequence of Misfit
        In the same order.

    Raises
    ------
    InputError
        If the two do not go together.
    """
    if [row.id for row in observations] != [row.id for row in predicted] or not observations:
        raise InputError("the predictions are not those of the observations", where=name)
    rows = list(zip(observations, predicted, strict=True))
    with style.publication_style(text_as):
        lines = style.wrapped(title, 170.0, bold=True).count("\n")
        height = 24.0 + 3.5 * lines + ROW_MM * len(rows)
        canvas, axes = style.sheet(
            "full",
            height,
            left_mm=LABEL_MM + 3.0,
            right_mm=NUMBER_MM,
            bottom_mm=15.0,
            top_mm=8.0 + 3.5 * lines,
        )
        axes.set_xscale("log")
        axes.set_xlim(LOW, HIGH)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.axvline(1.0, color=style.INK, linewidth=0.6, zorder=1)
        labels = []
        for k, (row, found) in enumerate(rows):
            _draw(axes, k, row, found)
            labels.append(_label(row))
            axes.annotate(
                style.fitted(_numbers(row, found), NUMBER_MM - 4.0, size_pt=style.TINY_PT),
                (1.0, k),
                xycoords=("axes fraction", "data"),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=style.TINY_PT,
                color=style.COLOURS[1] if _far(row, found) else style.INK,
            )
        axes.set_yticks(range(len(rows)), labels, fontsize=style.TINY_PT)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(FixedLocator(TICKS))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.set_xlabel("predicted over observed (or over its limit)")
        canvas.text(
            2.0 / 174,
            1 - 1.2 / height,
            style.wrapped(title, 170.0, bold=True),
            va="top",
            weight="bold",
        )
        canvas.text(
            (174.0 - NUMBER_MM + 2.0) / 174,
            1 - (6.0 + 3.5 * lines) / height,
            "predicted; observed",
            fontsize=style.TINY_PT,
            va="top",
            color=style.GREY,
        )
        far = [row.id for row, found in rows if _far(row, found)]
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Grey bar: 95 % of the error of a published number; pale field: what a published direction (V…) or a "
            "limit of the notes on the mechanism (no number) allows; line: 90 % of the members; filled symbol: the best member; open symbol: shown, not fitted; arrow: outside the axis."
            + (f" More than two standard deviations off: {', '.join(far)}." if far else ""),
            alt=f"{title}: {len(rows) - len(far)} of {len(rows)} observations are met within two standard deviations"
            + (f"; not met: {', '.join(far)}." if far else "."),
            width="full",
            pdf=pdf,
        )


def _draw(axes: Axes, k: int, row: Observation, found: Misfit) -> None:
    target = row.target
    if row.relation == "is":
        reach = math.exp(1.96 * row.sd_log)
        axes.fill_between(
            [_shown(1 / reach), _shown(reach)],
            k - 0.32,
            k + 0.32,
            color=style.PALE,
            linewidth=0,
            zorder=0,
        )
    else:
        low = row.low / target if row.relation != "below" else LOW
        high = row.high / target if row.relation != "above" else HIGH
        axes.fill_between(
            [_shown(low), _shown(high)], k - 0.32, k + 0.32, color="#E3F1EA", linewidth=0, zorder=0
        )
    colour = style.COLOURS[1] if _far(row, found) else style.COLOURS[0]
    axes.plot(
        [_shown(found.low / target), _shown(found.high / target)],
        [k, k],
        color=colour,
        linewidth=1.4,
        zorder=2,
    )
    at = found.best / target
    marker = "<" if at < LOW else ">" if at > HIGH else "o"
    axes.plot(
        [_shown(at)],
        [k],
        marker=marker,
        color=colour,
        markersize=3.6,
        zorder=3,
        clip_on=False,
        markerfacecolor=colour if row.fitted else "white",
    )


def _label(row: Observation) -> str:
    # The row of the published table is never cut off; a limit that nobody published is called so.
    from_where = "" if row.row == "band" else f"  {row.row}"
    room = LABEL_MM - 2.0 - style.width_mm(from_where, size_pt=style.TINY_PT)
    return style.fitted(row.says, room, size_pt=style.TINY_PT) + from_where


def _far(row: Observation, found: Misfit) -> bool:
    return row.fitted and abs(found.distance) > FAR


def _shown(ratio: float) -> float:
    return min(max(ratio, LOW), HIGH)


def _numbers(row: Observation, found: Misfit) -> str:
    limits = {
        "is": figures(row.value),
        "above": f"> {figures(row.low)}",
        "below": f"< {figures(row.high)}",
        "between": f"{figures(row.low)} to {figures(row.high)}",
    }
    unit = "" if row.unit in ("fold", "fraction") else f" {row.unit}"
    clash = f", against {', '.join(row.conflicts_with)}" if row.conflicts_with else ""
    best = figures(found.best) if found.best > NONE else "0"
    return f"{best}; {limits[row.relation]}{unit}{clash}"
