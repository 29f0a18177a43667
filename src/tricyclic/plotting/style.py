"""The publication style of all figures, and their output as SVG and PDF.

Figures are 84 mm or 174 mm wide, in 8 pt sans, with colours that colour-blind readers can
distinguish and a different symbol for each, ticks outward, no frame, and axes offset by 5 pt. The
same figure always gives the same bytes: no date and no random id.
"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib
from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ft2font import FT2Font

from tricyclic.core.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Width = Literal["column", "full"]
TextAs = Literal["text", "path"]

MM = 1 / 25.4
WIDTHS_MM: dict[Width, float] = {"column": 84.0, "full": 174.0}
FONT_PT = 8.0
SMALL_PT = 7.0
TINY_PT = 6.0
OFFSET_PT = 5.0

# Okabe and Ito's colours, in the order in which neighbours differ most; black is the last.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
SYMBOLS = ("o", "s", "^", "D", "v", "P", "p")
INK = "#222222"
GREY = "#767676"
PALE = "#D9D9D9"

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": FONT_PT,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": FONT_PT,
    "axes.titlesize": FONT_PT,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.formatter.limits": (-4, 6),
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": False,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "legend.frameon": True,  # white, without edge, so that the text is readable over curves
    "legend.facecolor": "white",
    "legend.edgecolor": "none",
    "legend.framealpha": 0.85,
    "legend.fancybox": False,
    "legend.borderpad": 0.2,
    "legend.fontsize": SMALL_PT,
    "legend.handlelength": 1.4,
    "legend.borderaxespad": 0.0,
    "lines.linewidth": 1.2,
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


@contextmanager
def publication_style(text_as: TextAs = "text") -> Iterator[None]:
    """Draw in the publication style; the settings are restored afterwards."""
    with _LOCK, rc_context(), warnings.catch_warnings():
        # A user's own matplotlibrc must not change a figure.
        rcdefaults()
        rcParams.update(RC)
        rcParams["svg.fonttype"] = "none" if text_as == "text" else "path"
        # A character that the font lacks is still text in the SVG, so a warning is not needed.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        yield


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
    wide = WIDTHS_MM[width]
    canvas = Canvas(figsize=(wide * MM, height_mm * MM))
    axes = canvas.add_axes(
        (
            left_mm / wide,
            bottom_mm / height_mm,
            (wide - left_mm - right_mm) / wide,
            (height_mm - bottom_mm - top_mm) / height_mm,
        )
    )
    for side in ("left", "bottom"):
        axes.spines[side].set_position(("outward", OFFSET_PT))
    return canvas, axes


def draw_title(
    canvas: Canvas, title: str, *, width: Width, height_mm: float, lines: int = 2
) -> None:
    """Write a title at the top left of a figure, on at most so many lines."""
    canvas.text(
        2.0 / WIDTHS_MM[width],
        1 - 1.2 / height_mm,
        wrapped(title, WIDTHS_MM[width] - 4.0, lines=lines, bold=True),
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
    that begin with the figure's name, text as text, and a label for screen readers.
    """
    FigureCanvasSVG(canvas)
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None})
    pages = io.BytesIO()
    if pdf:
        FigureCanvasPdf(canvas)
        nothing = dict.fromkeys(("Creator", "Producer", "CreationDate", "ModDate"))
        canvas.savefig(pages, format="pdf", metadata=nothing)
    return Figure(
        name=name,
        svg=_for_page(text.getvalue(), name, alt),
        caption=caption,
        pdf=pages.getvalue(),
        alt=alt,
        width="half" if width == "column" else "full",
    )


def fitted(text: str, width_mm: float, *, size_pt: float = FONT_PT, bold: bool = False) -> str:
    """Text on one line of at most this width when drawn, cut with an ellipsis."""
    line, available = one_line(text), width_mm * MM * 72 / size_pt
    if sum(_advance(c, bold) for c in line) <= available:
        return line
    used, kept = _advance("…", bold), 0
    for character in line:
        used += _advance(character, bold)
        if used > available:
            break
        kept += 1
    return line[:kept].rstrip() + "…"


def wrapped(text: str, max_mm: float, *, lines: int = 2, bold: bool = False) -> str:
    """Text on at most so many lines of at most this width when drawn, cut with an ellipsis."""
    done: list[str] = []
    words = one_line(text).split(" ")
    while words and len(done) < lines - 1:
        count = len(words)
        while count > 1 and width_mm(" ".join(words[:count]), bold=bold) > max_mm:
            count -= 1
        done.append(fitted(" ".join(words[:count]), max_mm, bold=bold))
        words = words[count:]
    if words:
        done.append(fitted(" ".join(words), max_mm, bold=bold))
    return "\n".join(done)


def width_mm(text: str, *, size_pt: float = FONT_PT, bold: bool = False) -> float:
    """Width of a line of text when drawn [mm]."""
    return sum(_advance(c, bold) for c in text) * size_pt / 72 / MM


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Width of a character in em; a full em where the font lacks it."""
    font = _font(bold)
    glyph = font.get_char_index(ord(character))
    return float(font.load_glyph(glyph).linearHoriAdvance) / 65536 / 100 if glyph else 1.0


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    font = FT2Font(str(Path(font_folder()) / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")))
    font.set_size(100, 72)
    return font


def one_line(text: str) -> str:
    """Text on one line, without control characters and marks that change the reading direction."""
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c
        for c in text
        if c not in _DIRECTION_MARKS
    )
    return typeset(" ".join(kept.split()))


def typeset(text: str) -> str:
    """Replace ASCII notation by symbols: [³H]nisoxetine, log₁₀ [drug], 30 ± 1.5 µg, 4 °C."""
    raised = _ISOTOPE.sub(lambda match: f"[{match[1].translate(_RAISED)}{match[2]}]", text)
    micro = _MICRO.sub(r"\1µ\2", raised)
    return micro.replace("log10 [", "log₁₀ [").replace(" +/- ", " ± ").replace(" degC", " °C")


_MICRO = re.compile(r"(\d |\(|\) )u([gLM])\b")
_ISOTOPE = re.compile(r"\[(\d{1,3})([A-Z][a-z]?)\](?=[A-Za-z(+-])")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
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
    """Colour of the nth curve or group."""
    return COLOURS[index % len(COLOURS)]


def symbol(index: int) -> str:
    """Symbol of the nth curve or group; after seven the symbols shift, so that pairs of colour and
    symbol stay distinct.
    """
    return SYMBOLS[(index + index // len(COLOURS)) % len(SYMBOLS)]


def font_folder() -> str:
    """Folder of the fonts that figures and printed reports share."""
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r'(\sid="|xlink:href="#|href="#|url\(#)([^")]+)')


def _for_page(svg: str, name: str, alt: str) -> str:
    """Remove the prolog, make the ids unique to the figure, and add a label."""
    body = _METADATA.sub("", svg[svg.index("<svg") :])
    mine = slug(name)
    # xlink:href matches before href, so no id gets the prefix twice.
    body = _ID.sub(lambda match: f"{match[1]}{mine}-{match[2]}", body)
    body = body.replace("'DejaVu Sans'", _FALLBACK_FONTS)
    label = f'<svg role="img" aria-label="{escape(one_line(alt), quote=True)}"'
    return body.replace("<svg", label, 1).strip()
