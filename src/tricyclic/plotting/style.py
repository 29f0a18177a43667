"""The style in which figures are drawn, and their output as SVG and PDF.

By default figures are 84 mm or 174 mm wide, in 8 pt sans, with colours that colour-blind readers
can distinguish and a different symbol for each, ticks outward, no frame, and axes offset by 5 pt.
`use_style` draws in another style. The same figure always gives the same bytes: no date and no
random id.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from tricyclic.core.document import Figure
from tricyclic.core.typeset import typeset as typeset
from tricyclic.errors import InputError
from tricyclic.plotting.font_widths import advance, installed_font
from tricyclic.plotting.font_widths import font_folder as font_folder
from tricyclic.plotting.plot_style import COLOURS as COLOURS
from tricyclic.plotting.plot_style import DEFAULT, FONT, MARKERS, PlotStyle
from tricyclic.plotting.plot_style import FONT_PT as FONT_PT
from tricyclic.plotting.plot_style import INK as INK
from tricyclic.plotting.typst_pages import drawing_to_pdf

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Width = Literal["third", "column", "full"]
TextAs = Literal["text", "path"]

MM = 1 / 25.4
WIDTHS_MM: dict[Width, float] = {"third": 56.0, "column": 84.0, "full": 174.0}
# Sizes of the default style.
SMALL_PT = 7.0
TINY_PT = 6.0
OFFSET_PT = 5.0
GREY = "#767676"
# Index of readings that belong to all curves of a figure, such as its control wells.
SHARED = -1
PALE = "#D9D9D9"

RC: Any = {
    "font.family": FONT,
    "font.size": FONT_PT,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    # Hinted text of few pixels is wider than it was measured.
    "text.hinting": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.formatter.limits": (-4, 6),
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "legend.frameon": True,  # white, without edge, so that the text is readable over curves
    "legend.facecolor": "white",
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "legend.fancybox": False,
    "legend.borderpad": 0.2,
    "legend.handlelength": 1.4,
    "legend.borderaxespad": 0.0,
    "lines.markersize": 4.0,
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "axes.facecolor": "none",
    "savefig.facecolor": "white",
    "svg.hashsalt": "tricyclic",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "path.simplify": False,
}

# rcParams are one per process; the lock keeps two figures drawn at once from mixing them.
_LOCK = threading.RLock()
_FALLBACK_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
_STYLE: ContextVar[PlotStyle] = ContextVar("style", default=DEFAULT)


@dataclass
class DrawnFigure:
    """A figure as drawn, before it is written: the canvas, and the text that belongs to it."""

    canvas: Canvas
    name: str
    caption: str
    alt: str


@dataclass
class _Capture:
    """Receives the figure instead of a file; `new_canvas` makes the canvas."""

    new_canvas: Callable[[tuple[float, float]], Canvas]
    drawn: DrawnFigure | None = None


_CAPTURE: ContextVar[_Capture | None] = ContextVar("capture", default=None)
_SVG_ALONE: ContextVar[bool] = ContextVar("svg_alone", default=False)


def current() -> PlotStyle:
    """The style in which figures are drawn now."""
    return _STYLE.get()


@contextmanager
def use_style(style: PlotStyle) -> Iterator[None]:
    """Draw in a style; the style before it is restored afterwards."""
    token = _STYLE.set(style)
    try:
        yield
    finally:
        _STYLE.reset(token)


@contextmanager
def svg_alone() -> Iterator[None]:
    """Write figures as SVG and not as PDF, whose fonts take most of the time."""
    token = _SVG_ALONE.set(True)
    try:
        yield
    finally:
        _SVG_ALONE.reset(token)


def captured(
    draw: Callable[[], Figure], new_canvas: Callable[[tuple[float, float]], Canvas] | None = None
) -> DrawnFigure:
    """The canvas that a plotting function draws, instead of its files.

    Parameters
    ----------
    draw
        Calls one plotting function, which ends in `finish`.
    new_canvas
        Makes the canvas of a size in inches; default: one of this package.
    """
    capture = _Capture(new_canvas or (lambda size: Canvas(figsize=size)))
    token = _CAPTURE.set(capture)
    try:
        figure = draw()
    finally:
        _CAPTURE.reset(token)
    assert capture.drawn is not None, f"{figure.name} was not drawn with matplotlib"
    return capture.drawn


def blank(wide_mm: float, high_mm: float) -> Canvas:
    """An empty figure of a size."""
    size = (wide_mm * MM, high_mm * MM)
    capture = _CAPTURE.get()
    return Canvas(figsize=size) if capture is None else capture.new_canvas(size)


def page_mm(width: Width, *, least_mm: float = 0.0) -> float:
    """Width of a figure [mm]: that of the style, else 56, 84 or 174 mm.

    Raises
    ------
    InputError
        If the style is narrower than `least_mm`, which the content needs.
    """
    own = current().width_mm
    if own and own < least_mm:
        raise InputError(
            f"is {own:g} mm",
            where="width",
            allowed=f"This figure needs at least {least_mm:g} mm",
        )
    return own or WIDTHS_MM[width]


def page_height_mm(usual_mm: float) -> float:
    """Height of a figure [mm]: that of the style, else what its content needs."""
    return current().height_mm or usual_mm


def font_pt() -> float:
    """Size of titles and axis titles."""
    return current().font_size_pt


def small_pt() -> float:
    """Size of numbers and legends."""
    return SMALL_PT * current().scale


def tiny_pt() -> float:
    """Size of notes."""
    return TINY_PT * current().scale


@contextmanager
def publication_style(text_as: TextAs = "text") -> Iterator[None]:
    """Draw in the current style; the settings of matplotlib are restored afterwards."""
    with _LOCK, rc_context(), warnings.catch_warnings():
        # A user's own matplotlibrc must not change a figure.
        rcdefaults()
        rcParams.update(RC)
        rcParams.update(_style_settings(current()))
        rcParams["svg.fonttype"] = "none" if text_as == "text" else "path"
        # A character that the font lacks is still text in the SVG, so a warning is not needed.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


def _style_settings(style: PlotStyle) -> Any:
    family = installed_font(style.font)
    settings: dict[str, Any] = {
        "font.family": family if family == FONT else [family, FONT],
        "font.size": style.font_size_pt,
        "axes.labelsize": style.font_size_pt,
        "axes.titlesize": style.font_size_pt,
        "axes.linewidth": style.axis_width_pt,
        "legend.fontsize": SMALL_PT * style.scale,
        "lines.linewidth": style.line_width_pt,
    }
    for axis in ("xtick", "ytick"):
        settings[f"{axis}.direction"] = style.ticks
        settings[f"{axis}.labelsize"] = SMALL_PT * style.scale
        settings[f"{axis}.major.width"] = style.axis_width_pt
    return settings


def sheet(
    width: Width,
    height_mm: float,
    *,
    left_mm: float = 14.0,
    right_mm: float = 3.0,
    bottom_mm: float = 12.0,
    top_mm: float = 6.0,
) -> tuple[Canvas, Axes]:
    """A figure with one pair of axes, offset and frameless, its margins in millimetres."""
    wide, scale = page_mm(width), current().scale
    canvas = blank(wide, height_mm)
    left, right = left_mm * scale / wide, right_mm * scale / wide
    bottom, top = bottom_mm * scale / height_mm, top_mm * scale / height_mm
    axes = canvas.add_axes((left, bottom, 1 - left - right, 1 - bottom - top))
    offset_spines(axes)
    return canvas, axes


def offset_spines(axes: Axes) -> None:
    """Move the left and the bottom axis outward by the gap of the style."""
    for side in ("left", "bottom"):
        axes.spines[side].set_position(("outward", current().axis_offset_pt))


def draw_title(
    canvas: Canvas, title: str, *, width: Width, height_mm: float, lines: int = 2
) -> None:
    """Write a title at the top left of a figure, on so many lines, where the style has one."""
    if not current().title:
        return
    wide = page_mm(width)
    canvas.text(
        2.0 / wide,
        1 - 1.2 / height_mm,
        wrapped(title, wide - 4.0, lines=lines, bold=True),
        va="top",
        weight="bold",
    )


def finish(
    canvas: Canvas,
    *,
    name: str,
    caption: str,
    alt: str,
    width: Width,
    pdf: bool = True,
) -> Figure:
    """Write the drawing as SVG and PDF, as a Figure.

    Call inside `publication_style`. The SVG can be embedded in a page: no prolog, no metadata, ids
    that begin with the figure's name, text as text, and a label for screen readers. Inside
    `captured` nothing is written.
    """
    page_width = {"third": "third", "column": "half"}.get(width, "full")
    capture = _CAPTURE.get()
    if capture is not None:
        # Ticks and legends are laid out while the settings of the style apply.
        canvas.draw_without_rendering()
        capture.drawn = DrawnFigure(canvas, name, caption, alt)
        return Figure(name, "", caption, alt=alt, width=page_width)
    FigureCanvasSVG(canvas)
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None})
    svg = _for_page(text.getvalue(), name, alt)
    return Figure(
        name=name,
        svg=svg,
        caption=caption,
        pdf=_pdf_of(canvas, svg) if pdf and not _SVG_ALONE.get() else b"",
        alt=alt,
        width=page_width,
    )


def _pdf_of(canvas: Canvas, svg: str) -> bytes:
    """The drawing as PDF: from its SVG, which takes a tenth of the time, where its font is ours."""
    if current().font == FONT:
        return drawing_to_pdf(svg)
    FigureCanvasPdf(canvas)
    pages = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Producer", "CreationDate", "ModDate"))
    canvas.savefig(pages, format="pdf", metadata=nothing)
    return pages.getvalue()


def fitted(text: str, width_mm: float, *, size_pt: float = 0.0, bold: bool = False) -> str:
    """Text on one line of at most this width when drawn, cut with an ellipsis.

    A size of 0 is that of titles.
    """
    line, available = one_line(text), width_mm * MM * 72 / (size_pt or font_pt())
    if sum(_advance(c, bold) for c in line) <= available:
        return line
    used, kept = _advance("…", bold), 0
    for character in line:
        used += _advance(character, bold)
        if used > available:
            break
        kept += 1
    return line[:kept].rstrip() + "…"


def fitted_apart(names: Sequence[str], width_mm: float, *, size_pt: float = 0.0) -> dict[str, str]:
    """Names on one line of at most this width each; those that would be cut to the same text are
    cut in the middle, so that their ends differ.
    """
    cut = {name: fitted(name, width_mm, size_pt=size_pt) for name in names}
    alike = [name for name in cut if list(cut.values()).count(cut[name]) > 1]
    for name in alike:
        line = one_line(name)
        start = fitted(line, 0.45 * width_mm, size_pt=size_pt)
        # The same text backwards, so that the end is kept.
        end = fitted(line[::-1], 0.55 * width_mm, size_pt=size_pt)[::-1]
        cut[name] = start + end.removeprefix("…")
    return cut


def wrapped(text: str, max_mm: float, *, lines: int = 2, bold: bool = False) -> str:
    """Text on so many lines of at most this width when drawn, cut with an ellipsis; "3 µM" stays
    together.
    """
    done: list[str] = []
    words = _BREAK.split(one_line(text))
    while words and len(done) < lines - 1:
        count = len(words)
        while count > 1 and width_mm(" ".join(words[:count]), bold=bold) > max_mm:
            count -= 1
        done.append(fitted(" ".join(words[:count]), max_mm, bold=bold))
        words = words[count:]
    if words:
        done.append(fitted(" ".join(words), max_mm, bold=bold))
    return "\n".join(done)


def width_mm(text: str, *, size_pt: float = 0.0, bold: bool = False) -> float:
    """Width of a line of text when drawn [mm]; a size of 0 is that of titles."""
    return sum(_advance(c, bold) for c in text) * (size_pt or font_pt()) / 72 / MM


def _advance(character: str, bold: bool) -> float:
    return advance(character, bold, current().font)


def one_line(text: str) -> str:
    """Text on one line, without control characters and marks that change the reading direction."""
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c
        for c in text
        if c not in _DIRECTION_MARKS
    )
    return typeset(" ".join(kept.split()))


def signed(value: float, form: str = ".2f") -> str:
    """A number with its sign, as a minus and not as a hyphen."""
    return f"{value:+{form}}".replace("-", "−")


# A space at which a line may break: not that of "3 µM".
_BREAK = re.compile(
    r"(?<![0-9]) | (?!(?:[pnµm]?M|[kmµnp]?g|[mµnp]?mol|[mµ]?L|[mµn]m|px|ms|s|min|h|d|Hz|%|°C)"
    r"(?![A-Za-z0-9]))"
)
_DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def time_axis(end_h: float) -> tuple[float, str]:
    """Factor and unit of a time axis that ends at `end_h` hours: minutes, hours or days."""
    if end_h <= 2:
        return 60.0, "min"
    return (1.0, "h") if end_h <= 96 else (1 / 24, "days")


def slug(text: str) -> str:
    """A name for files, anchors and ids: lower case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "figure"


def colour(index: int) -> str:
    """Colour of the nth curve or group; of SHARED, that of wells which belong to all curves."""
    if index == SHARED:
        return INK
    colours = current().colours
    return colours[index % len(colours)]


def symbol(index: int) -> str:
    """Symbol of the nth curve or group, as matplotlib names it.

    Where there are as many colours as symbols, the symbols shift after each round, so that pairs of
    colour and symbol stay distinct.
    """
    style = current()
    n = len(style.symbols)
    index = max(index, 0)
    place = index // 2 if style.fill == "alternate" else index
    place += place // n if n == len(style.colours) else 0
    return MARKERS[style.symbols[place % n]]


def is_filled(index: int) -> bool:
    """Whether the symbol of the nth curve or group is filled."""
    style = current()
    if style.fill == "alternate":
        return index % 2 == 0
    if style.fill == "closed_then_open":
        return index // len(style.symbols) % 2 == 0
    return style.fill == "closed"


def marker(index: int, size: float = 0.0) -> dict[str, Any]:
    """Symbol of the nth curve or group as arguments of `Axes.plot`; a size of 0 is the style's."""
    own, filled = colour(index), is_filled(index)
    edge = "white" if filled and current().halo else own
    return {
        "marker": symbol(index),
        "markersize": size or current().symbol_size_pt,
        "markerfacecolor": own if filled else "white",
        "markeredgecolor": edge,
        "markeredgewidth": 0.4 if edge == "white" else 0.8,
    }


DASHES: tuple[Any, ...] = ("solid", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)))


def dashes(index: int) -> Any:
    """Line of the nth course: solid where colours differ, else dashed in turn."""
    return DASHES[0 if len(current().colours) > 1 else index % len(DASHES)]


_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r'(\sid="|xlink:href="#|href="#|url\(#)([^")]+)')


def _for_page(svg: str, name: str, alt: str) -> str:
    """Remove the prolog, make the ids unique to the figure, and add a label."""
    body = _METADATA.sub("", svg[svg.index("<svg") :])
    mine = slug(name)
    # xlink:href matches before href, so no id gets the prefix twice.
    body = _ID.sub(lambda match: f"{match[1]}{mine}-{match[2]}", body)
    # A program that shows the SVG may have the font that is not installed here.
    own = current().font
    fonts = _FALLBACK_FONTS if own == FONT else f"'{own}', Arial, Helvetica, {_FALLBACK_FONTS}"
    body = body.replace("'DejaVu Sans'", fonts)
    label = f'<svg role="img" aria-label="{escape(one_line(alt), quote=True)}"'
    return body.replace("<svg", label, 1).strip()
