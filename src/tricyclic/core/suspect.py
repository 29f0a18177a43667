"""Suspect: a reading that stands out, suggested for a look and never left out by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suspect:
    """A reading far off its curve.

    Parameters
    ----------
    series : str
        Series that holds it.
    index : int
        Its position there, from 0.
    label : str
        Where it comes from ("net_run1.csv A01"); empty where unknown.
    observed, expected : float
        What was read, and what the robust curve has there, in the unit of the series.
    distance : float
        Their difference in robust standard deviations, with its sign.
    p : float
        Two-sided, for one reading looked at alone.
    """

    series: str
    index: int
    label: str
    observed: float
    expected: float
    distance: float
    p: float
