"""Suspected outliers: suggested for inspection, never excluded automatically."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SuspectedOutlier:
    """A reading far from its curve.

    Parameters
    ----------
    series : str
        Name of its series.
    index : int
        Its position in the series, from 0.
    label : str
        File and well ("net_run1.csv A01"); empty where unknown.
    observed, expected : float
        The reading, and the value of the robust curve, in the unit of the series.
    distance : float
        Their difference in robust standard deviations, with its sign.
    p : float
        Two-sided p value of this reading alone.
    """

    series: str
    index: int
    label: str
    observed: float
    expected: float
    distance: float
    p: float
