"""Two figures of a calibrated ensemble: how far each parameter narrowed, and which observation
informs which parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas

from tricyclic.core.document import Figure
from tricyclic.core.ensemble import Ensemble, Identifiability, Prior
from tricyclic.core.format import format_quantity
from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.results.calibration import NOT_IDENTIFIED

ROW_MM, LABEL_MM, NUMBER_MM = 5.0, 46.0, 67.0
# Start and width of the three columns of text on the right of the axes.
COLUMNS_MM = ((2.0, 8.0), (10.0, 23.0), (33.0, 32.0))
COLUMN_HEADS = ("width", "median", "informed by")
CELL_MM, CELL_HEIGHT_MM, NAME_MM, HEAD_MM = 4.0, 3.6, 34.0, 40.0
# Observations with less than this everywhere get no row; cells with less than this no number.
MIN_SHARE, MIN_SHARE_WRITTEN = 0.03, 0.05


def identifiability_figure(
    ensemble: Ensemble, *, name: str, title: str, pdf: bool = True, text_as: style.TextAs = "text"
) -> Figure:
    """Draw the prior of each parameter and its posterior, 174 mm wide.

    Parameters
    ----------
    ensemble : Ensemble
        With the identifiability of each parameter.

    Raises
    ------
    InputError
        If the identifiability of a parameter is missing.
    """
    if len(ensemble.identifiability) != len(ensemble.priors):
        raise InputError(
            "the identifiability of its parameters is missing",
            where=ensemble.name,
            do="Calibrate again",
        )
    n = len(ensemble.priors)
    with style.publication_style(text_as):
        lines = style.wrapped(title, 170.0, bold=True).count("\n")
        height = 26.0 + 3.5 * lines + ROW_MM * n
        canvas, axes = style.sheet(
            "full",
            height,
            left_mm=LABEL_MM + 3.0,
            right_mm=NUMBER_MM,
            bottom_mm=13.0,
            top_mm=10.0 + 3.5 * lines,
        )
        for k, (prior, row) in enumerate(
            zip(ensemble.priors, ensemble.identifiability, strict=True)
        ):
            _draw_parameter(axes, k, prior, row)
        _prepare_axes(axes, ensemble)
        _write_title(canvas, title, height)
        for text, (left, _) in zip(COLUMN_HEADS, COLUMNS_MM, strict=True):
            canvas.text(
                (174.0 - NUMBER_MM + left) / 174,
                1 - (7.0 + 3.5 * lines) / height,
                text,
                fontsize=style.tiny_pt(),
                va="top",
                color=style.GREY,
            )
        n_open = sum(row.width > NOT_IDENTIFIED for row in ensemble.identifiability)
        widths = [f"{row.name} width {row.width:.2f}" for row in ensemble.identifiability]
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Grey: 90 % of the prior; blue: median and 90 % band "
            "of the posterior; width: posterior over prior standard deviation. "
            f"{n_open} of {n} parameters are as wide as their prior: the observations have next to "
            "no information about them.",
            alt=f"{title}: {'; '.join(widths)}.",
            width="full",
            pdf=pdf,
        )


def information_figure(
    shares: Mapping[str, Mapping[str, float]],
    *,
    name: str,
    title: str,
    pdf: bool = True,
    text_as: style.TextAs = "text",
) -> Figure:
    """Draw the share of each observation in the information about each parameter, as a heat map of
    at most 174 mm.

    Parameters
    ----------
    shares : mapping of observation to mapping of parameter to share
        The shares of a parameter and of its prior add up to 1.

    Raises
    ------
    InputError
        If no observation has information about a parameter.
    """
    parameters = list(next(iter(shares.values()), {}))
    rows = [
        row for row, numbers in shares.items() if max(numbers.values(), default=0.0) >= MIN_SHARE
    ]
    if not rows or not parameters:
        raise InputError("no observation has information about a parameter", where=name)
    everything = np.array([[numbers[name] for name in parameters] for numbers in shares.values()])
    of_prior = 1.0 - everything.sum(axis=0)
    listed = np.array([[shares[row][name] for name in parameters] for row in rows])
    table = np.concatenate([listed, of_prior[None, :]])
    names = [*rows, "the prior"]
    with style.publication_style(text_as):
        canvas, axes, height = _heat_map_axes(title, len(parameters), len(names))
        _draw_cells(axes, table)
        axes.axhline(len(rows), color=style.INK, linewidth=0.8)
        _label_cells(axes, parameters, names)
        _write_title(canvas, title, height)
        most = [
            f"{parameters[k]} by {names[int(np.argmax(table[:, k]))]}"
            for k in range(len(parameters))
        ]
        return style.finish(
            canvas,
            name=name,
            caption=f"{style.one_line(title)}. Percent of the information about each parameter "
            "(squared slope of the residual, in units of the prior, all other parameters taken as "
            "known); the last line is the share of the prior. Observations with less than 3 % "
            "everywhere are left out.",
            alt=f"{title}: {'; '.join(most)}.",
            width="full",
            pdf=pdf,
        )


def _draw_parameter(axes: Axes, k: int, prior: Prior, row: Identifiability) -> None:
    low, high = _ninety_percent(*prior.standard([prior.low, prior.high]).tolist())
    axes.fill_between([low, high], k - 0.36, k + 0.36, color=style.PALE, linewidth=0)
    band = prior.standard([row.low, row.median, row.high])
    axes.plot(band[[0, 2]], [k, k], color=style.COLOURS[0], linewidth=2.2, solid_capstyle="butt")
    axes.plot(band[1], k, marker="o", color=style.COLOURS[0], markersize=3.4)
    unit = model_unit(prior.unit).label
    texts = (
        f"{row.width:.2f}",
        format_quantity(row.median, unit),
        ", ".join(name for name, _ in row.rows[:2]) or "the prior only",
    )
    for text, (left, width) in zip(texts, COLUMNS_MM, strict=True):
        axes.annotate(
            style.fitted(text, width, size_pt=style.tiny_pt()),
            (1.0, k),
            xycoords=("axes fraction", "data"),
            xytext=(left * 72 * style.MM, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.tiny_pt(),
        )


def _prepare_axes(axes: Axes, ensemble: Ensemble) -> None:
    n = len(ensemble.priors)
    axes.axvline(0.0, color=style.INK, linewidth=0.6, zorder=0)
    axes.set_xlim(-2.3, 2.3)
    axes.set_ylim(n - 0.4, -0.6)
    labels = [
        style.fitted(prior.name, LABEL_MM - 2.0, size_pt=style.tiny_pt())
        for prior in ensemble.priors
    ]
    axes.set_yticks(range(n), labels, fontsize=style.tiny_pt())
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("standard deviations of the prior from the start value")


def _write_title(canvas: Canvas, title: str, height: float) -> None:
    canvas.text(
        2.0 / 174,
        1 - 1.2 / height,
        style.wrapped(title, 170.0, bold=True),
        va="top",
        weight="bold",
    )


def _ninety_percent(low: float, high: float) -> tuple[float, float]:
    """5 and 95 % of a standard normal truncated at low and high."""
    normal = NormalDist()
    below, mass = normal.cdf(low), normal.cdf(high) - normal.cdf(low)
    return normal.inv_cdf(below + 0.05 * mass), normal.inv_cdf(below + 0.95 * mass)


def _heat_map_axes(title: str, n_columns: int, n_rows: int) -> tuple[Canvas, Axes, float]:
    """Canvas, axes, and height of the canvas [mm]."""
    cell = min(CELL_MM, (171.0 - NAME_MM) / n_columns)
    lines = style.wrapped(title, 170.0, bold=True).count("\n")
    width, height = cell * n_columns, CELL_HEIGHT_MM * n_rows
    total = HEAD_MM + 6.0 + 3.5 * lines + height + 5.0
    canvas = style.blank(174.0, total)
    axes = canvas.add_axes((NAME_MM / 174.0, 5.0 / total, width / 174.0, height / total))
    return canvas, axes, total


def _draw_cells(axes: Axes, table: np.ndarray) -> None:
    axes.pcolormesh(
        np.arange(table.shape[1] + 1),
        np.arange(table.shape[0] + 1),
        table,
        cmap=LinearSegmentedColormap.from_list("tricyclic", ["#FFFFFF", style.COLOURS[0]]),
        vmin=0.0,
        vmax=1.0,
        edgecolors="white",
        linewidth=0.5,
    )
    for row, column in np.argwhere(table >= MIN_SHARE_WRITTEN):
        value = float(table[row, column])
        axes.text(
            column + 0.5,
            row + 0.52,
            f"{100 * value:.0f}",
            ha="center",
            va="center",
            fontsize=4.6,
            color="white" if value > 0.6 else style.INK,
        )


def _label_cells(axes: Axes, parameters: list[str], names: list[str]) -> None:
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    tiny = style.tiny_pt()
    axes.set_xticks(
        np.arange(len(parameters)) + 0.5,
        [style.fitted(name, HEAD_MM - 2.0, size_pt=tiny) for name in parameters],
        rotation=90,
        fontsize=tiny,
    )
    axes.set_yticks(
        np.arange(len(names)) + 0.5,
        [style.fitted(name, NAME_MM - 3.0, size_pt=tiny) for name in names],
        fontsize=tiny,
    )
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
