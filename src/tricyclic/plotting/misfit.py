"""Predictions of an ensemble beside the observations, one row each, relative to the observation.

A published number is a grey bar (95 % of its error) about 1; a published direction is a pale field
on the side that it allows. A line is the 90 % band of the ensemble, a symbol its best set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, NullLocator

from tricyclic.core.document import Figure
from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.format import format_number
from tricyclic.core.observation import Observation
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.results.calibration import MISSED_SD

ROW_MM, LABEL_MM, NUMBER_MM = 4.0, 64.0, 48.0
LOW, HIGH = 0.25, 4.0
TICKS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)
# A prediction below this is written as 0.
NONE = 1e-4
ALLOWED_COLOUR = "#E3F1EA"
Row = tuple[Observation, ObservationMisfit]


def misfit_figure(
    observations: Sequence[Observation],
    predicted: Sequence[ObservationMisfit],
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw predicted over observed, one row per observation, 174 mm wide.

    Parameters
    ----------
    observations : sequence of Observation
    predicted : sequence of ObservationMisfit
        In the same order.

    Raises
    ------
    InputError
        If the predictions are of other observations.
    """
    if [row.id for row in observations] != [row.id for row in predicted] or not observations:
        raise InputError("the predictions are not those of the observations", where=name)
    rows: list[Row] = list(zip(observations, predicted, strict=True))
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
        _prepare_axes(axes, rows)
        for k, row in enumerate(rows):
            _draw_row(axes, k, *row)
        _write_heads(canvas, title, lines, height)
        return style.finish(
            canvas,
            name=name,
            caption=_caption(title, rows),
            alt=_alternative(title, rows),
            width="full",
            pdf=pdf,
        )


def _prepare_axes(axes: Axes, rows: Sequence[Row]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(LOW, HIGH)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(1.0, color=style.INK, linewidth=0.6, zorder=1)
    labels = [_label(observation) for observation, _ in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=style.tiny_pt())
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.set_xlabel("predicted over observed (or over its limit)")


def _draw_row(axes: Axes, k: int, observation: Observation, predicted: ObservationMisfit) -> None:
    target = observation.target
    low, high, field_colour = _allowed(observation)
    axes.fill_between(
        [_inside_axis(low), _inside_axis(high)],
        k - 0.32,
        k + 0.32,
        color=field_colour,
        linewidth=0,
        zorder=0,
    )
    colour = style.COLOURS[1] if _is_missed(observation, predicted) else style.COLOURS[0]
    if predicted.has_band:
        band = [_inside_axis(predicted.low / target), _inside_axis(predicted.high / target)]
        axes.plot(band, [k, k], color=colour, linewidth=1.4, zorder=2)
    at = predicted.best / target
    axes.plot(
        [_inside_axis(at)],
        [k],
        marker="<" if at < LOW else ">" if at > HIGH else "o",
        color=colour,
        markersize=3.6,
        zorder=3,
        clip_on=False,
        markerfacecolor=colour if observation.fitted else "white",
    )
    axes.annotate(
        style.fitted(_numbers(observation, predicted), NUMBER_MM - 4.0, size_pt=style.tiny_pt()),
        (1.0, k),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=style.tiny_pt(),
        color=style.COLOURS[1] if _is_missed(observation, predicted) else style.INK,
    )


def _allowed(observation: Observation) -> tuple[float, float, str]:
    """Limits of the field that the observation allows, relative to its target, and its colour."""
    if observation.qualifier == "is":
        reach = math.exp(1.96 * observation.sd_log)
        return 1 / reach, reach, style.PALE
    target = observation.target
    low = observation.low / target if observation.qualifier != "below" else LOW
    high = observation.high / target if observation.qualifier != "above" else HIGH
    return low, high, ALLOWED_COLOUR


def _write_heads(canvas: Canvas, title: str, lines: int, height: float) -> None:
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
        fontsize=style.tiny_pt(),
        va="top",
        color=style.GREY,
    )


def _caption(title: str, rows: Sequence[Row]) -> str:
    missed = [
        observation.id for observation, predicted in rows if _is_missed(observation, predicted)
    ]
    text = (
        f"{style.one_line(title)}. Grey bar: 95 % of the error of a published number; pale field: "
        "what a published direction (V…) or a limit of the notes on the mechanism (no number) "
        "allows; line: 90 % band of the ensemble; filled symbol: the best set; open symbol: not "
        "fitted; arrow: outside the axis."
    )
    if not all(predicted.has_band for _, predicted in rows):
        text += " Without a line: no calibrated parameter changes the prediction."
    if missed:
        text += f" More than two standard deviations off: {', '.join(missed)}."
    return text


def _alternative(title: str, rows: Sequence[Row]) -> str:
    missed = [
        observation.id for observation, predicted in rows if _is_missed(observation, predicted)
    ]
    n_met = len(rows) - len(missed)
    text = f"{title}: {n_met} of {len(rows)} observations are met within two standard deviations"
    return text + (f"; not met: {', '.join(missed)}." if missed else ".")


def _label(observation: Observation) -> str:
    # The row of the published table is never cut off; a limit that was not published has none.
    origin = "" if observation.row == "band" else f"  {observation.row}"
    width = LABEL_MM - 2.0 - style.width_mm(origin, size_pt=style.tiny_pt())
    return style.fitted(observation.description, width, size_pt=style.tiny_pt()) + origin


def _is_missed(observation: Observation, predicted: ObservationMisfit) -> bool:
    return observation.fitted and abs(predicted.distance) > MISSED_SD


def _inside_axis(ratio: float) -> float:
    return min(max(ratio, LOW), HIGH)


def _numbers(observation: Observation, predicted: ObservationMisfit) -> str:
    observed = {
        "is": format_number(observation.value),
        "above": f"> {format_number(observation.low)}",
        "below": f"< {format_number(observation.high)}",
        "between": f"{format_number(observation.low)} to {format_number(observation.high)}",
    }[observation.qualifier]
    unit = "" if observation.unit in ("fold", "fraction") else f" {observation.unit}"
    others = ", ".join(observation.conflicts_with)
    conflict = f", against {others}" if others else ""
    best = format_number(predicted.best) if predicted.best > NONE else "0"
    return f"{best}; {observed}{unit}{conflict}"
