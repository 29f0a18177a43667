"""How figures look: font, symbols, lines, axes and size, as one value that a laboratory can own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Points = Literal["wells", "mean_sem", "mean_sd", "mean_ci"]
Fill = Literal["closed", "open", "closed_then_open", "alternate"]
Ticks = Literal["out", "in"]
ConcentrationAxis = Literal["log10", "power", "pM", "nM", "uM", "mM", "M"]

# Okabe and Ito's colours, in the order in which neighbours differ most; black is the last.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Names of symbols and their codes in matplotlib.
MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "triangle_down": "v",
    "plus": "P",
    "pentagon": "p",
    "hexagon": "h",
    "star": "*",
}
SYMBOLS = ("circle", "square", "triangle", "diamond", "triangle_down", "plus", "pentagon")
INK = "#222222"
FONT = "DejaVu Sans"
FONT_PT = 8.0


@dataclass(frozen=True)
class PlotStyle:
    """The look of all figures.

    Parameters
    ----------
    font : str
        Font family. Arial and Helvetica fall back to fonts of the same widths, then to DejaVu Sans.
    font_size_pt : float
        Size of titles and axis titles; numbers and legends are 7/8, notes 6/8 of it.
    line_width_pt : float
        Width of curves.
    axis_width_pt : float
        Width of axes and ticks.
    axis_offset_pt : float
        Gap between the axes and the plot; 0 joins the two axes.
    ticks : {"out", "in"}
        Direction of the ticks.
    symbols : tuple of str
        Symbols of the curves, in their order.
    symbol_size_pt : float
        Diameter of the symbols.
    fill : {"closed", "open", "closed_then_open", "alternate"}
        Filled symbols; open ones; all symbols filled and then all open (circle, square, ..., open
        circle, open square, ...); or each symbol filled and then open.
    halo : bool
        Whether filled symbols have a thin white edge.
    colours : tuple of str
        Colours of the curves, in their order; one colour for all curves is possible.
    cap_pt : float
        Half length of the caps of error bars; 0 for none.
    points : {"wells", "mean_sem", "mean_sd", "mean_ci"}
        Single wells, or means with the standard error, the standard deviation or the 95 % CI.
    title : bool
        Whether the title is in the figure; journals want it in the legend only.
    estimates : bool
        Whether Ki, Kd or EC50 are marked and written into the figure.
    band : bool
        Whether confidence bands are drawn.
    legend : bool
        Whether several curves have a legend.
    grid : bool
        Whether grid lines are drawn.
    percent_axis : bool
        Whether a competition has a second axis in percent of specific binding.
    concentration_axis : {"log10", "power", "pM", "nM", "uM", "mM", "M"}
        Numbers on logarithmic axes of concentration: log10 of M, powers of ten in M, or
        concentrations in a unit.
    width_mm : float
        Width of a figure; 0: 84 or 174 mm, as its content needs.
    height_mm : float
        Height of a figure; 0: as its content needs.
    """

    font: str = FONT
    font_size_pt: float = FONT_PT
    line_width_pt: float = 1.2
    axis_width_pt: float = 0.8
    axis_offset_pt: float = 5.0
    ticks: Ticks = "out"
    symbols: tuple[str, ...] = SYMBOLS
    symbol_size_pt: float = 4.2
    fill: Fill = "closed"
    halo: bool = True
    colours: tuple[str, ...] = COLOURS
    cap_pt: float = 2.0
    points: Points = "wells"
    title: bool = True
    estimates: bool = True
    band: bool = True
    legend: bool = True
    grid: bool = False
    percent_axis: bool = True
    concentration_axis: ConcentrationAxis = "log10"
    width_mm: float = 0.0
    height_mm: float = 0.0

    @property
    def scale(self) -> float:
        """Size of the text relative to the default, by which margins grow."""
        return self.font_size_pt / FONT_PT


DEFAULT = PlotStyle()
PRESETS: dict[str, PlotStyle] = {
    "default": DEFAULT,
    "prism": PlotStyle(
        font="Arial",
        line_width_pt=1.0,
        axis_width_pt=1.0,
        axis_offset_pt=0.0,
        symbols=("circle", "square", "triangle", "triangle_down", "diamond"),
        symbol_size_pt=4.6,
        fill="closed_then_open",
        halo=False,
        colours=("#000000",),
        cap_pt=2.5,
        points="mean_sem",
        title=False,
        estimates=False,
        band=False,
        percent_axis=False,
    ),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "points": get_args(Points),
    "fill": get_args(Fill),
    "ticks": get_args(Ticks),
    "concentration_axis": get_args(ConcentrationAxis),
}
# Lowest and highest value of each number.
LIMITS: dict[str, tuple[float, float]] = {
    "font_size_pt": (4.0, 24.0),
    "line_width_pt": (0.1, 10.0),
    "axis_width_pt": (0.1, 10.0),
    "axis_offset_pt": (0.0, 30.0),
    "symbol_size_pt": (0.5, 30.0),
    "cap_pt": (0.0, 20.0),
    "width_mm": (30.0, 500.0),
    "height_mm": (25.0, 500.0),
}
