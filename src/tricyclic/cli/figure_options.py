"""The options with which a command writes a figure: --plot and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tricyclic.cli.options import PanelOption
from tricyclic.errors import InputError
from tricyclic.io.atomic import write_files
from tricyclic.numerals import parse_number

if TYPE_CHECKING:
    from tricyclic.reports.figures import FigureOptions

PANEL = "Figure"
POINTS = ("wells", "mean_sem", "mean_sd", "mean_ci")
NAMES = ("plot", "figure", "dpi", "width", "height", "style", "points")


def figure_parameters(*, has_readings: bool) -> list[click.Parameter]:
    """The options, for the commands whose result has a figure; --points where it has readings."""
    texts = {
        "plot": ("FILE", "Write the figure to this file: .png, .tiff, .svg or .pdf."),
        "figure": ("NAME", "Which figure; default: all main ones, as FILE-NAME.png where several."),
        "dpi": ("NUMBER", "Pixels per inch of .png and .tiff. Default: 300."),
        "width": ("LENGTH", "Width, such as 85mm or 3.35in. Default: 84 or 174 mm."),
        "height": ("LENGTH", "Height, such as 60mm. Default: as the content needs."),
        "style": ("FILE", "Style: prism, or a style file (.toml) of your laboratory."),
    }
    parameters: list[click.Parameter] = [
        PanelOption([f"--{name}", name], metavar=metavar, help=text, panel=PANEL)
        for name, (metavar, text) in texts.items()
    ]
    if not has_readings:
        return parameters
    points = PanelOption(
        ["--points", "points"],
        type=click.Choice(POINTS),
        help="Symbols: single wells, or means with SEM, SD or 95 % CI. Default: wells.",
        panel=PANEL,
    )
    return [*parameters, points]


def take_figure_options(typed: dict[str, Any]) -> dict[str, Any]:
    """Remove the options of the figure from what was typed; gives those that were typed."""
    taken = {name: typed.pop(name, None) for name in NAMES}
    return {name: value for name, value in taken.items() if value is not None}


def checked_figure(given: Mapping[str, Any]) -> FigureOptions | None:
    """The options of the figure, before anything is computed; None without --plot.

    Raises
    ------
    InputError
        If one is not allowed, or is given without --plot.
    """
    if not given:
        return None
    if "plot" not in given:
        name = next(iter(given))
        raise InputError(
            "has no effect here", where=f"--{name}", do=f"Add --plot FILE, or omit --{name}"
        )
    # Figures need matplotlib, which the help must not load.
    from tricyclic.reports.figures import figure_options

    look = {name: value for name, value in given.items() if name != "plot"}
    if "dpi" in look:
        look["dpi"] = _number(look["dpi"])
    try:
        return figure_options(given["plot"], **look)
    except InputError as error:
        raise _reworded(error) from error


def write_figures(result: object, options: FigureOptions) -> list[Path]:
    """Write the figures of a result; gives their paths.

    Raises
    ------
    InputError
        If the result has no figure, or none of this name.
    """
    try:
        files = options.files_of(result)
    except InputError as error:
        raise _reworded(error) from error
    write_files(files)
    if options.remark:
        click.echo(f"note     {options.remark}", err=True)
    return sorted(files)


def _number(text: str) -> Any:
    number = parse_number(text)
    return text if number is None else number


def _reworded(error: InputError) -> InputError:
    """The location as it is typed: --width."""
    first, comma, more = error.where.partition(",")
    where = f"--{first}{comma}{more}" if first in NAMES else error.where
    return error.reworded(where, str)
