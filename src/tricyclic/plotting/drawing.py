"""Named drawings of a result: as files in any format, in a notebook, or in the user's own axes.

Curves and time courses are laid out for the width of the style. Other figures have a fixed layout,
84 or 174 mm wide, and are scaled to another width as a whole.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from tricyclic.core.document import Figure
from tricyclic.errors import InputError
from tricyclic.plotting import style as styling
from tricyclic.plotting.plot_style import PlotStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as MatplotlibFigure

Canvas: TypeAlias = "MatplotlibFigure"

DPI = 300
# A figure of fixed layout is scaled to no less than this share, where its notes have 4 pt.
LEAST_SCALE = 0.65
MAX_PIXELS = 120_000_000
_SIZE = re.compile(r'\s(width|height)="([\d.]+)(pt|mm|px)?"')
# Points, millimetres and pixels in a millimetre.
POINTS = {"pt": 72 / 25.4, "mm": 1.0, "px": 96 / 25.4, None: 96 / 25.4}


@dataclass(frozen=True)
class Drawing:
    """One figure of a result.

    Parameters
    ----------
    make : function without arguments
        Draws the figure in the current style.
    on_axes : function of Axes, or None
        Draws it into axes of the user; None for figures of several panels.
    is_part : bool
        Whether it is a part of another figure, and drawn only where it is named.
    is_flexible : bool
        Whether it is laid out for the width of the style.
    is_diagram : bool
        Whether it is drawn as SVG and not with matplotlib.
    has_readings : bool
        Whether it draws single readings, or their means in the style of `points`.
    book : function without arguments, or None
        Makes the PDF of a figure of several pages, of which `make` draws the first.
    """

    make: Callable[[], Figure]
    on_axes: Callable[[Axes], None] | None = None
    is_part: bool = False
    is_flexible: bool = False
    is_diagram: bool = False
    has_readings: bool = False
    book: Callable[[], bytes] | None = None


def raster_bytes(drawing: Drawing, suffix: str, look: PlotStyle, dpi: float = DPI) -> bytes:
    """A drawing as PNG or TIFF; the same drawing gives the same bytes.

    Parameters
    ----------
    drawing : Drawing
    suffix : {".png", ".tif", ".tiff"}
        TIFF is compressed without loss (LZW).
    look : PlotStyle
    dpi : float
        Pixels per inch; the file states it.

    Raises
    ------
    InputError
        If the width is less than the content needs, or the picture has too many pixels.
    """
    with _look(drawing, look), styling.publication_style():
        canvas = styling.captured(drawing.make).canvas
        wide, high = (side / styling.MM for side in canvas.get_size_inches())
        scale = 1.0 if drawing.is_flexible else scale_to(look.width_mm, wide)
        # The renderer cuts to whole pixels; a size of exactly so many keeps the width.
        pixels = [round(side * scale * styling.MM * dpi) for side in (wide, high)]
        check_pixels((pixels[0], pixels[1]), dpi)
        canvas.set_dpi(dpi * scale)
        canvas.set_size_inches(*((n + 1e-6) / (dpi * scale) for n in pixels))
        agg = FigureCanvasAgg(canvas)
        agg.draw()  # type: ignore[no-untyped-call]
        size = agg.get_width_height(physical=True)
        pixels_of = agg.buffer_rgba()  # type: ignore[no-untyped-call]
        picture = Image.frombuffer("RGBA", size, pixels_of, "raw", "RGBA", 0, 1)
        return encode_picture(picture, suffix, dpi)


def svg_bytes(drawing: Drawing, look: PlotStyle) -> bytes:
    """A drawing as SVG, its text as text.

    Raises
    ------
    InputError
        If the width is less than the content needs.
    """
    with _look(drawing, look), styling.svg_alone():
        svg = drawing.make().svg
    first, content = svg[: svg.index(">")], svg[svg.index(">") :]
    sizes = {match[1]: float(match[2]) / POINTS[match[3]] for match in _SIZE.finditer(first)}
    if not look.width_mm or "width" not in sizes:
        return svg.encode("utf-8")
    scale = look.width_mm / sizes["width"]
    if not drawing.is_flexible:
        scale = scale_to(look.width_mm, sizes["width"])

    def in_mm(match: re.Match[str]) -> str:
        return f' {match[1]}="{round(sizes[match[1]] * scale, 4):g}mm"'

    return (_SIZE.sub(in_mm, first) + content).encode("utf-8")


def pdf_bytes(drawing: Drawing, look: PlotStyle) -> bytes:
    """A drawing as PDF in its own size; empty where a figure of fixed layout has another width."""
    with _look(drawing, look):
        if drawing.book is not None and not look.width_mm:
            return drawing.book()
        return drawing.make().pdf if drawing.is_flexible or not look.width_mm else b""


def encode_picture(picture: Image.Image, suffix: str, dpi: float) -> bytes:
    """A picture as PNG or TIFF without transparency, its resolution in the file."""
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    sink = io.BytesIO()
    if suffix == ".png":
        page.save(sink, "PNG", dpi=(dpi, dpi))
    else:
        page.save(sink, "TIFF", dpi=(dpi, dpi), compression="tiff_lzw")
    return sink.getvalue()


def read_picture(png: bytes) -> Image.Image:
    """A picture from the bytes of a PNG."""
    return PngImageFile(io.BytesIO(png))


def check_pixels(size: tuple[int, int], dpi: float) -> None:
    """Refuse a picture that would fill the memory.

    Raises
    ------
    InputError
        With the largest number of pixels.
    """
    wide, high = size
    if wide * high > MAX_PIXELS:
        raise InputError(
            f"is {dpi:g}, which makes {wide} x {high} pixels",
            where="dpi",
            allowed=f"A picture has at most {MAX_PIXELS // 10**6} million pixels",
        )


@contextmanager
def _look(drawing: Drawing, look: PlotStyle) -> Iterator[None]:
    """The style of a drawing; the size applies to those that are laid out for it."""
    own = look if drawing.is_flexible else replace(look, width_mm=0.0, height_mm=0.0)
    with styling.use_style(own):
        yield


def show(drawing: Drawing, look: PlotStyle) -> Canvas:
    """A drawing as a figure of matplotlib's pyplot, which a notebook shows."""
    import matplotlib.pyplot as plt

    def new_canvas(size: tuple[float, float]) -> Canvas:
        return plt.figure(figsize=size)

    with _look(drawing, look), styling.publication_style():
        return styling.captured(drawing.make, new_canvas).canvas


def draw_on(drawing: Drawing, axes: Axes, look: PlotStyle) -> None:
    """Draw into axes of the user, whose own settings of matplotlib stay as they are.

    Parameters
    ----------
    drawing : Drawing
        One with `on_axes`.
    axes : Axes
    look : PlotStyle
        Colours, symbols and what is drawn; the size of the text is that of the user's settings.
    """
    assert drawing.on_axes is not None
    size = rcParams["font.size"]
    points = float(size) if isinstance(size, int | float) else styling.font_pt()
    # The axes of the user have their own place: no gap between them and the plot.
    with styling.use_style(replace(look, font_size_pt=points, axis_offset_pt=0.0)):
        drawing.on_axes(axes)


def check_dpi(dpi: Any) -> float:
    """The resolution as a number.

    Raises
    ------
    InputError
        If it is none, or not from 30 to 2400.
    """
    is_number = isinstance(dpi, int | float) and not isinstance(dpi, bool)
    if not is_number or not 30 <= dpi <= 2400:
        raise InputError(
            f"is {dpi}", where="dpi", allowed="It is a number from 30 to 2400; journals want 300"
        )
    return float(dpi)


def scale_to(width_mm: float, own_mm: float) -> float:
    """Factor from the width of a figure of fixed layout to another; 1 for a width of 0.

    Raises
    ------
    InputError
        If its text would become too small.
    """
    if width_mm and width_mm < LEAST_SCALE * own_mm:
        raise InputError(
            f"is {width_mm:g} mm",
            where="width",
            allowed=f"This figure needs at least {LEAST_SCALE * own_mm:.0f} mm",
        )
    return width_mm / own_mm if width_mm else 1.0
