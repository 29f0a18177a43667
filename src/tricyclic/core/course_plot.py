"""Simulated time courses as plot data: panels over time with bands, readings and doses.

The workflow decides what is shown together; the plotting code computes positions only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.errors import InputError


@dataclass(frozen=True)
class TimeCoursePanel:
    """One pair of axes.

    Parameters
    ----------
    title : str
        What is shown ("extracellular norepinephrine, cortex").
    y_title : str
        Axis title with its unit ("nM", "% of baseline").
    traces : tuple of Trace
        x in hours; low and high are the band.
    points : tuple of PointSet
        Readings; a name that a trace has shares its colour.
    level : float
        A horizontal line, the baseline; nan for none.
    top : float
        Upper end of the axis where it is fixed (100 for percent); nan: from the data.
    log : bool
        Whether y is logarithmic.
    """

    title: str
    y_title: str
    traces: tuple[Trace, ...]
    points: tuple[PointSet, ...] = ()
    level: float = math.nan
    top: float = math.nan
    log: bool = False

    def __post_init__(self) -> None:
        if not self.traces:
            raise InputError("has no course", where=f"panel {self.title}")


@dataclass(frozen=True)
class TimeCoursePlot:
    """A figure of one or more panels.

    Parameters
    ----------
    name, title, subtitle : str
        File name without suffix; what is shown; the dosing.
    panels : tuple of TimeCoursePanel
        All over the same time range.
    x_title : str
        Title of the time axis ("time after the first dose").
    doses_h : tuple of float
        Times of single doses, drawn as ticks under the axes.
    sustained_h : tuple of (float, float)
        Start and end of each pump, probe or bath, drawn as bars under the axes.
    band_label, caption : str
        What the band is; a sentence for the caption.
    points_label : str
        What the symbols are ("measured").
    no_band : str
        Why courses have no band where others of the simulation have one; empty where all have.
    time_unit : str
        "h"; empty where the unit of time is not known.
    """

    name: str
    title: str
    panels: tuple[TimeCoursePanel, ...]
    subtitle: str = ""
    x_title: str = "time"
    doses_h: tuple[float, ...] = ()
    sustained_h: tuple[tuple[float, float], ...] = ()
    band_label: str = ""
    caption: str = ""
    time_unit: str = "h"
    no_band: str = ""
    points_label: str = "measured"

    def __post_init__(self) -> None:
        if not self.panels:
            raise InputError("has no panel", where=f"plot {self.name}")
