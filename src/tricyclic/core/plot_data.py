"""Fitted curves as plot data: curves with their bands over a dense x, and readings.

The analysis computes everything; the plotting code draws it without further computation. A figure
of one plate names the plate. A figure of an assay has one Trace and one PointSet per run (equal
names share colour and symbol) and an empty `plate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tricyclic.core.series import Floats, frozen_array
from tricyclic.errors import InputError

XScale = Literal["log10_M", "linear"]
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Trace:
    """One curve over a dense x.

    Parameters
    ----------
    name : str
        Name in the legend; a PointSet of the same name has its colour and symbol.
    x, mean : array, shape (n,)
        The curve, in the axis units of its plot; x increases.
    low, high : array, shape (n,), or None
        Its confidence band.
    subject : str
        What independent runs have in common (the compound), where runs are drawn on one scale and
        may be averaged; else empty.
    dashed : bool
        Drawn dashed, as the simpler one of two fits of the same readings.
    """

    name: str
    x: Floats
    mean: Floats
    low: Floats | None = None
    high: Floats | None = None
    subject: str = ""
    dashed: bool = False

    def __post_init__(self) -> None:
        _freeze(self, f"trace {self.name}", "x", "mean", "low", "high")
        if (self.low is None) != (self.high is None):
            raise InputError(
                "has only one limit of a band",
                where=f"trace {self.name}",
                do="Give low and high, or neither",
            )


@dataclass(frozen=True)
class PointSet:
    """Readings to be drawn as symbols.

    Parameters
    ----------
    name : str
        Name in the legend.
    x, y : array, shape (n,)
        The readings, in the axis units of their plot.
    excluded : array of bool, shape (n,), or empty
        True for readings left out of the fit; drawn as crosses.
    labels : tuple of str, length n, or empty
        Where each reading comes from ("net_run1.csv A03").
    error : array, shape (n,), or None
        Half length of the error bar where the symbols are means; `CurvePlot.points_label` names it.
    subject : str
        As of a Trace.
    """

    name: str
    x: Floats
    y: Floats
    excluded: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    labels: tuple[str, ...] = ()
    error: Floats | None = None
    subject: str = ""

    def __post_init__(self) -> None:
        _freeze(self, f"points {self.name}", "x", "y", "error")
        object.__setattr__(
            self, "excluded", _flags(self.excluded, self.y.size, f"points {self.name}")
        )
        if self.labels and len(self.labels) != self.y.size:
            raise InputError(
                f"{len(self.labels)} labels for {self.y.size} readings", where=f"points {self.name}"
            )


@dataclass(frozen=True)
class ControlLevel:
    """Control wells, which have no position on a logarithmic axis and are drawn beside it.

    Parameters
    ----------
    name : str
        Label below them ("total", "NSB").
    y : array, shape (n,)
        Their readings.
    side : {"left", "right"}
        Beside which end of the x axis.
    excluded : array of bool, shape (n,), or empty
        True for wells left out of the fit.
    subject : str
        Name of the PointSet whose colour and symbol they have; empty: they belong
        to all, and are drawn neutrally where there are several.
    """

    name: str
    y: Floats
    side: Side = "left"
    excluded: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    subject: str = ""

    def __post_init__(self) -> None:
        _freeze(self, f"controls {self.name}", "y")
        object.__setattr__(
            self, "excluded", _flags(self.excluded, self.y.size, f"controls {self.name}")
        )


@dataclass(frozen=True)
class AxisMark:
    """A marked position on the x axis (a Ki) with its interval.

    `low`, `high` are in axis units; -inf or inf where a limit is unbounded, nan where there is
    none. `label` is the text beside it ("Ki 0.83 nM (0.71–0.97)").
    """

    name: str
    x: float
    low: float = float("nan")
    high: float = float("nan")
    label: str = ""


@dataclass(frozen=True)
class CurvePlot:
    """Curves, bands and readings of one plate or of one assay over its runs.

    Parameters
    ----------
    name : str
        File name of the figure, without suffix; unique in a report.
    title : str
        What is shown ("desipramine at NET").
    x_title, y_title : str
        Axis titles with their units.
    x_scale : {"log10_M", "linear"}
        "log10_M": x are log10 of molar concentrations; "linear": x in the unit of the axis title.
    traces : tuple of Trace
    points : tuple of PointSet
    levels : tuple of ControlLevel
    marks : tuple of AxisMark
    tested : (float, float) or None
        Range of x that was measured; curves are dashed beyond. None: the range of the points.
    percent_window : (float, float) or None
        Readings y that are 0 % and 100 % on a second axis.
    points_label : str
        What one symbol is ("single wells", "mean +/- SD of 3 wells").
    band_label : str
        What the band is.
    caption : str
        Last sentence of the caption (the model, what was fixed).
    notes : tuple of str
        Lines below the names in the legend, such as a test of the curves.
    assay, plate : str
        `name` of its AssayResult and PlateResult; `plate` empty for a figure of all runs.
    """

    name: str
    title: str
    x_title: str
    y_title: str
    x_scale: XScale = "log10_M"
    traces: tuple[Trace, ...] = ()
    points: tuple[PointSet, ...] = ()
    levels: tuple[ControlLevel, ...] = ()
    marks: tuple[AxisMark, ...] = ()
    tested: tuple[float, float] | None = None
    percent_window: tuple[float, float] | None = None
    points_label: str = "single wells"
    band_label: str = "95 % confidence band of the curve"
    caption: str = ""
    notes: tuple[str, ...] = ()
    assay: str = ""
    plate: str = ""

    def __post_init__(self) -> None:
        if not self.traces and not self.points:
            raise InputError("has neither curve nor reading", where=f"plot {self.name}")
        if self.percent_window is not None and not self.percent_window[0] != self.percent_window[1]:
            raise InputError("has 0 % and 100 % at the same reading", where=f"plot {self.name}")


def readings_by_curve(
    plots: Sequence[CurvePlot], names: Sequence[str]
) -> tuple[tuple[PointSet, ...], tuple[ControlLevel, ...]]:
    """Readings and controls of plots that are drawn as one, each in the colour of its curve.

    Parameters
    ----------
    plots : sequence of CurvePlot
    names : sequence of str
        Of their curves, one for each plot.
    """
    pairs = tuple(zip(plots, names, strict=True))
    points = (replace(one, name=name) for plot, name in pairs for one in plot.points)
    levels = (replace(one, subject=name) for plot, name in pairs for one in plot.levels)
    return tuple(points), tuple(levels)


def _freeze(record: object, where: str, *names: str) -> None:
    size = -1
    for name in names:
        if getattr(record, name) is None:
            continue
        array = frozen_array(getattr(record, name))
        size = array.size if size < 0 else size
        if array.shape != (size,):
            raise InputError(f"{name} has shape {array.shape} beside {size} values", where=where)
        object.__setattr__(record, name, array)


def _flags(flags: object, size: int, where: str) -> np.ndarray:
    array = np.array(flags, dtype=bool)
    if array.size == 0:
        array = np.zeros(size, bool)
    if array.shape != (size,):
        raise InputError(f"{array.size} exclusion flags for {size} readings", where=where)
    array.setflags(write=False)
    return array
