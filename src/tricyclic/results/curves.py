"""Results of comparisons of curves and of fits of many, and descriptions of the curve models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.plot_data import CurvePlot
from tricyclic.errors import UnknownNameError
from tricyclic.io.frames import Columns
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class PlateFits:
    """The curves of one plate, beside those of the other plates of a file.

    Parameters
    ----------
    plate : str
    curves, fitted : int
        Curves, and those with an IC50 or a limit of it.
    median_residual_sd, median_top, median_bottom : float
        Over the curves with a fit, in the unit of the readings; nan without.
    flags : tuple of str
        "scatter", "top", "bottom", "few_fits" where the plate differs from the others.
    """

    plate: str
    curves: int
    fitted: int
    median_residual_sd: float
    median_top: float
    median_bottom: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstCurves:
    """Readings and fits of the first curves of a file, for figures.

    Parameters
    ----------
    starts : array of int, shape (curves + 1,)
        Readings starts[k] to starts[k + 1] belong to curve k.
    log10_dose, y : array, shape (readings,)
        Doses as log10 molar, or as the logarithm of their unit; -inf without compound. Readings,
        nan where missing.
    fits : mapping of str to sequence, length curves
        The rows of the result.
    """

    starts: np.ndarray
    log10_dose: np.ndarray
    y: np.ndarray
    fits: Columns

    @property
    def curves(self) -> int:
        """Number of curves."""
        return int(self.starts.size - 1)


@dataclass(frozen=True, repr=False)
class BatchFitResult(Renderable):
    """The fits of all curves of a file or table; the fits themselves are in the file `out`, or in
    `table` where none is written.

    Parameters
    ----------
    file, out : str
        Input and output file.
    layout : str
        Layout of the input, in words.
    model : str
        Model and fixed parameters, in words.
    confidence : float or None
        Confidence level of the limits of log10 IC50; None if they were not computed.
    curves : int
        Number of curves.
    status : mapping of str to int
        Number of curves by status.
    reused_blocks, blocks : int
        Blocks that an earlier run had finished, and all blocks.
    unused : tuple of str
        What the file contains beside the curves, as phrases.
    keys : tuple of str
        Columns that name the curves.
    ic50_unit : str
        Unit of the columns of IC50.
    effect : str
        "inhibition" or "remaining" where readings are percent of it.
    first : FirstCurves or None
        The first curves with their readings.
    plates : tuple of PlateFits
        One for each plate, where a column of plates names the curves or is kept.
    table : mapping of str to sequence, length curves, or None
        The fits, one row per curve in the order of the file; None where they are in `out`.
    """

    file: str
    out: str
    layout: str
    model: str
    confidence: float | None
    curves: int
    status: Mapping[str, int]
    reused_blocks: int
    blocks: int
    unused: tuple[str, ...] = ()
    keys: tuple[str, ...] = ("curve",)
    ic50_unit: str = "nM"
    effect: str = ""
    first: FirstCurves | None = None
    plates: tuple[PlateFits, ...] = ()
    table: Columns | None = None


@dataclass(frozen=True)
class CurveComparison:
    """Two nested fits of the same readings compared.

    Parameters
    ----------
    name : str
        What is compared: "same EC50".
    simple, full : str
        The simpler and the fuller fit, in words.
    test : str
        "extra sum of squares F"; of counts and shares "likelihood ratio", or "deviance F" where
        their dispersion is estimated.
    statistic : float
    df : tuple of float
    p : float
    aicc_difference : float
        AICc of the simpler less that of the fuller fit; above 0 it favours the fuller one.
    evidence_ratio : float
        Of the better over the other fit: exp(|AICc difference| / 2).
    preferred : str
        The fuller fit where p is below 0.05, else the simpler one.
    preferred_by_aicc : str
        The fit with the lower AICc; empty where it is not defined.
    statement : str
        The finding as a sentence.
    """

    name: str
    simple: str
    full: str
    test: str
    statistic: float
    df: tuple[float, ...]
    p: float
    aicc_difference: float
    evidence_ratio: float
    preferred: str
    preferred_by_aicc: str
    statement: str


@dataclass(frozen=True, repr=False)
class FitComparison(CurveComparison, Renderable):
    """Two nested fits of the same readings compared, with their figure.

    `plots` is empty for many curves and for curves of several independent variables.
    """

    plots: tuple[CurvePlot, ...] = field(default=(), compare=False)


@dataclass(frozen=True, repr=False)
class CurveComparisonResult(Renderable):
    """Whether curves differ: one row per question.

    `curves` are the names of the curves, `shared` the parameters that are shared in both fits of
    every pair, `variance` the variance model, `checks` what the comparisons assume; `plots` are the
    figures of the comparisons of up to twelve curves of one independent variable.
    """

    curve: str
    curves: tuple[str, ...]
    shared: tuple[str, ...]
    variance: str
    comparisons: tuple[CurveComparison, ...]
    checks: tuple[Check, ...] = ()
    plots: tuple[CurvePlot, ...] = field(default=(), compare=False)

    def __getitem__(self, name: str) -> CurveComparison:
        """A comparison by its name."""
        for one in self.comparisons:
            if one.name == name:
                return one
        raise UnknownNameError.among("comparison", name, [c.name for c in self.comparisons])

    def __iter__(self) -> Iterator[str]:
        return (one.name for one in self.comparisons)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)


@dataclass(frozen=True)
class CurveDescription:
    """One curve model.

    `columns` are (name, description); `parameters` are (name, unit, description, fixed by default);
    `target` is the parameter that answers the question.
    """

    name: str
    description: str
    when: str
    equation: str
    target: str
    columns: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str, str, bool], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class CurveModelsResult(Renderable):
    """Curve models; `full` where one was named, to show its details."""

    curves: tuple[CurveDescription, ...]
    full: bool
