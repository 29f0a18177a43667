"""Figures of any result as files: PNG, TIFF, SVG and PDF.

The command line (--plot) and the Python API (`save`) share these functions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tricyclic.core.document import FIGURE_SUFFIXES
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.plotting.drawing import (
    DPI,
    Drawing,
    check_dpi,
    check_pixels,
    encode_picture,
    pdf_bytes,
    raster_bytes,
    read_picture,
    svg_bytes,
)
from tricyclic.plotting.font_widths import font_remark
from tricyclic.plotting.plot_style import DEFAULT, PlotStyle
from tricyclic.plotting.style import slug
from tricyclic.plotting.style_file import read_style
from tricyclic.plotting.typst_pages import drawing_to_pdf, drawing_to_png
from tricyclic.registry import RENDERERS as _RENDERERS

RENDERERS: dict[str, str] = {"Renderable": "tricyclic.reports.figures:figure_files_at"}
logger = logging.getLogger(__name__)
# Words of the options of a figure, as the command line names them.
OPTIONS = ("figure", "dpi", "width", "height", "style", "points")


@dataclass(frozen=True)
class FigureOptions:
    """How the figures of a result are written.

    Parameters
    ----------
    path : Path
        Ends in one of `FIGURE_SUFFIXES`.
    figure : str
        Name of the figure; empty for all main ones.
    dpi : float
        Pixels per inch of .png and .tiff.
    look : PlotStyle
    stated : tuple of str
        Names of the options that were stated, beside those that come with a style.
    """

    path: Path
    figure: str = ""
    dpi: float = DPI
    look: PlotStyle = DEFAULT
    stated: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """What to know about the files: a font that is not installed."""
        return "" if self.path.suffix.lower() == ".svg" else font_remark(self.look)

    def files_of(self, result: object) -> dict[Path, bytes]:
        """The files of a result's figures; as `figure_files`."""
        return figure_files(result, self)


def figure_options(
    path: str | Path, *, figure: str = "", dpi: Any = None, style: Any = None, **keys: Any
) -> FigureOptions:
    """Check the options of a figure, before anything is computed.

    Parameters
    ----------
    path
        File of the figure.
    figure, dpi, style
        As of `Renderable.save`.
    **keys
        Keys of the style; `width` and `height` with their unit.

    Raises
    ------
    InputError
        If the suffix, a key or a value is not allowed.
    """
    file = Path(path)
    if file.suffix.lower() not in FIGURE_SUFFIXES:
        problem = f"a figure cannot end in '{file.suffix}'" if file.suffix else "has no suffix"
        raise InputError(problem, where=str(path), allowed="It is .png, .tiff, .svg or .pdf")
    resolution = DPI if dpi is None else check_dpi(dpi)
    if dpi is not None and file.suffix.lower() in (".svg", ".pdf"):
        raise InputError(
            "has no effect here",
            where="dpi",
            allowed="It applies to .png and .tiff; .svg and .pdf have no pixels",
        )
    stated = tuple(name for name, value in keys.items() if value is not None)
    return FigureOptions(file, figure, resolution, read_style(style, **keys), stated)


def drawings_of(result: object) -> Mapping[str, Drawing]:
    """All figures of a result by name; none for results that have no figure."""
    render = _RENDERERS.find("plots", type(result), missing_ok=True)
    drawings: Mapping[str, Drawing] = render(result) if render is not None else {}
    return drawings


def figure_files(result: object, options: FigureOptions) -> dict[Path, bytes]:
    """The files of a result's figures: one file, or FILE-NAME.suffix for each of several.

    Raises
    ------
    InputError
        If the result has no figure, none of this name, or none in which an option has an effect.
    """
    chosen = chosen_drawings(result, options.figure)
    check_effects(chosen, options.stated)
    if len(chosen) == 1:
        (drawing,) = chosen.values()
        return {options.path: figure_bytes(drawing, options)}
    path = options.path
    return {
        path.with_name(f"{path.stem}-{name}{path.suffix}"): figure_bytes(drawing, options)
        for name, drawing in chosen.items()
    }


def figure_files_at(result: object, out: Path, look: Mapping[str, Any]) -> dict[Path, bytes]:
    """The files of a result's figures, with options as keyword arguments of the Python API.

    Parameters
    ----------
    result
        Any result.
    out
        File of the figure.
    look
        Options of `figure_options`.
    """
    options = figure_options(out, **look)
    files = figure_files(result, options)
    if options.remark:
        logger.warning("%s", options.remark)
    return files


def figure_bytes(drawing: Drawing, options: FigureOptions) -> bytes:
    """A drawing in the format of the file; the same drawing gives the same bytes."""
    suffix, look = options.path.suffix.lower(), options.look
    if suffix == ".svg":
        return svg_bytes(drawing, look)
    if suffix == ".pdf":
        return pdf_bytes(drawing, look) or drawing_to_pdf(svg_bytes(drawing, look).decode())
    if drawing.is_diagram:
        return _diagram_picture(svg_bytes(drawing, look).decode(), suffix, options.dpi)
    return raster_bytes(drawing, suffix, look, options.dpi)


def chosen_drawings(result: object, figure: str) -> dict[str, Drawing]:
    """The figure of a name; all main ones without a name."""
    drawings = drawings_of(result)
    if not drawings:
        kind = _RENDERERS.find("plots", type(result), missing_ok=True)
        problem = "this result has no figure" if kind else "this kind of result has no figure"
        reason = "A curve of several variables and a list of names have none"
        reason = "" if kind is None else reason
        raise InputError(problem, where="plot", allowed=reason)
    if figure and not isinstance(figure, str):
        raise UnknownNameError.among("figure", figure, drawings, where="figure")
    if figure:
        name = figure if figure in drawings else slug(figure)
        if name not in drawings:
            raise UnknownNameError.among("figure", figure, drawings, where="figure")
        return {name: drawings[name]}
    main = {name: drawing for name, drawing in drawings.items() if not drawing.is_part}
    return main or dict(drawings)


def check_effects(drawings: Mapping[str, Drawing], stated: Iterable[str]) -> None:
    """Refuse options that change none of the figures.

    Parameters
    ----------
    drawings
        The figures that are drawn.
    stated
        Names of the options.

    Raises
    ------
    InputError
        If `points` is stated and no figure draws readings, or a height and all have a fixed layout.
    """
    single = f"The figure '{next(iter(drawings))}'" if len(drawings) == 1 else ""
    reasons = []
    if not any(drawing.has_readings for drawing in drawings.values()):
        verb = "draws" if single else "draw"
        reasons.append(("points", f"{verb} no single readings that could be shown as means"))
    if not any(drawing.is_flexible for drawing in drawings.values()):
        reasons.append(("height", "has a fixed layout" if single else "have a fixed layout"))
    for name, reason in reasons:
        if name in stated or f"{name}_mm" in stated:
            raise InputError(
                "has no effect here",
                where=name,
                allowed=f"{single or 'These figures'} {reason}",
                do="Omit it",
            )


def _diagram_picture(svg: str, suffix: str, dpi: float) -> bytes:
    """A diagram, which is drawn as SVG, as a picture."""
    picture = read_picture(drawing_to_png(svg, dpi))
    check_pixels(picture.size, dpi)
    return encode_picture(picture, suffix, dpi)
