"""Results of comparing two compounds, conditions, assays or studies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.estimate import Estimate
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class MeasuredQuantity:
    """One quantity of one compound under one condition: its runs, or what a table states of them.

    Parameters
    ----------
    endpoint : str
        The quantity ("Ki", "Bmax", "nH").
    pooled : Estimate
        Over the runs.
    runs : tuple of (str, Estimate)
        Name of the independent run, and its estimate; several plates of a run have one name. Empty
        where only the pooled number is known.
    compound, target, group, assay : str
        What it was measured of; empty where unknown.
    source : str
        File, folder or result that it comes from.
    """

    endpoint: str
    pooled: Estimate
    runs: tuple[tuple[str, Estimate], ...] = ()
    compound: str = ""
    target: str = ""
    group: str = ""
    assay: str = ""
    source: str = ""


@dataclass(frozen=True)
class MeasurementComparison:
    """Two measurements compared.

    Parameters
    ----------
    a, b : MeasuredQuantity
        The reference, and what is compared with it.
    names : tuple of two str
        What distinguishes them ("desipramine", "imipramine").
    ratio : Estimate or None
        b / a with its interval; a bound where a side is one. None for quantities that are compared
        as differences.
    difference : Estimate or None
        b - a: of the negative logarithms (pKi) where there is a ratio; None without one.
    test : str
        The test in words.
    statistic, df, p
        Of that test; nan where there is none.
    p_adjusted : float
        By Holm, over all comparisons of the result.
    pairs : tuple of (str, float, float)
        Run, and the values of a and b, where runs were paired.
    statement : str
        The finding as a sentence.
    remarks : tuple of str
        What has to be known to use it.
    """

    a: MeasuredQuantity
    b: MeasuredQuantity
    names: tuple[str, str]
    ratio: Estimate | None
    difference: Estimate | None
    test: str
    statistic: float = math.nan
    df: tuple[float, ...] = ()
    p: float = math.nan
    p_adjusted: float = math.nan
    pairs: tuple[tuple[str, float, float], ...] = ()
    statement: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def endpoint(self) -> str:
        """The quantity that is compared."""
        return self.a.endpoint


@dataclass(frozen=True, repr=False)
class CompareResult(Renderable):
    """Comparisons of A with B, one for each quantity, compound or target that both have.

    Parameters
    ----------
    a, b : str
        What was compared, as it was given.
    comparisons : tuple of MeasurementComparison
    unmatched : tuple of str
        Measurements of one side that the other does not have.
    """

    a: str
    b: str
    comparisons: tuple[MeasurementComparison, ...]
    unmatched: tuple[str, ...] = ()
