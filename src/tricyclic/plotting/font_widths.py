"""Fonts of figures: which one is installed, and how wide its characters are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font

from tricyclic.plotting.plot_style import FONT, PlotStyle

# Fonts of the same widths, for one that is not installed.
_SUBSTITUTES = ("Arial", "Helvetica", "Liberation Sans", "Arimo", "Nimbus Sans", "TeX Gyre Heros")


@lru_cache(maxsize=64)
def installed_font(name: str) -> str:
    """The font itself where it is installed; a font of the same widths for Arial and Helvetica;
    else DejaVu Sans, which is always there.
    """
    known = {entry.name.lower(): entry.name for entry in fontManager.ttflist}
    substitutes = _SUBSTITUTES if name in ("Arial", "Helvetica") else ()
    for family in (name, *substitutes):
        if family.lower() in known:
            return known[family.lower()]
    return FONT


def font_remark(style: PlotStyle) -> str:
    """A sentence where the font of a style is not installed; empty where it is."""
    used = installed_font(style.font)
    if used.lower() == style.font.lower():
        return ""
    return f"the font {style.font} is not installed here; {used} is used, except in SVG files"


@lru_cache(maxsize=4096)
def advance(character: str, bold: bool, family: str) -> float:
    """Width of a character in em; a full em where the fonts lack it."""
    for font in (_font(bold, installed_font(family)), _font(bold, FONT)):
        glyph = font.get_char_index(ord(character))
        if glyph:
            return float(font.load_glyph(glyph).linearHoriAdvance) / 65536 / 100
    return 1.0


@lru_cache(maxsize=8)
def _font(bold: bool, family: str) -> FT2Font:
    if family == FONT:
        name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
        font = FT2Font(str(Path(font_folder()) / name))
    else:
        weight = "bold" if bold else "normal"
        font = FT2Font(findfont(FontProperties(family=family, weight=weight)))
    font.set_size(100, 72)
    return font


def font_folder() -> str:
    """Folder of the fonts that figures and printed reports share."""
    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
