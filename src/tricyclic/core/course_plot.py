"""CoursePicture: simulated courses as plain data, ready to be drawn: panels over time with bands, readings and doses.

The job decides what stands together; the room that draws computes nothing but positions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.plot_data import PointSet, Trace
from tricyclic.errors import InputError


@dataclass(frozen=True)
class CoursePanel:
    """One pair of axes.

    Parameters
    ----------
    title : str
        What is shown ("extracellular norepinephrine, cortex").
    y_title : str
        Axis title with its unit ("nM", "% of rest").
    traces : tuple of Trace
        x in hours; low and high are the band.
    points : tuple of PointSet
        Readings; a name that a trace has shares its colour.
    level : float
        A line across: the drug-free rest; nan for none.
    top : float
        Upper end of the axis where it is known beforehand (100 for percent); nan: from the data.
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
class CoursePicture:
    """A figure of one or more panels.

    Parameters
    ----------
    name, title, subtitle : str
        File name without ending; what is shown; who got what.
    panels : tuple of CoursePanel
        All over the same stretch of time.
    x_title : str
        What time counts from ("time after the first dose").
    doses_h : tuple of float
        Times of single doses, ticks under the axes.
    sustained_h : tuple of (float, float)
        Stretches in which a pump, probe or bath gives, bars under the axes.
    band_says, caption : str
    points_say : str
        What the symbols are, as the caption names them ("measured").
    time_unit : str
        "h"; empty where the unit of time is not known.
    """

    name: str
    title: str
    panels: tuple[CoursePanel, ...]
    subtitle: str = ""
    x_title: str = "time"
    doses_h: tuple[float, ...] = ()
    sustained_h: tuple[tuple[float, float], ...] = ()
    band_says: str = ""
    caption: str = ""
    time_unit: str = "h"
    points_say: str = "measured"

    def __post_init__(self) -> None:
        if not self.panels:
            raise InputError("has no panel", where=f"picture {self.name}")
