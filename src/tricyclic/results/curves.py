"""Results of curve fits, and descriptions of the curve models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.estimate import Fit
from tricyclic.core.plot_data import CurvePlot
from tricyclic.results.base import Renderable


@dataclass(frozen=True, repr=False)
class CurveFitResult(Renderable):
    """One curve fitted to the columns of a table.

    `plot` is None where the fit failed or the model has several independent variables; `unused`
    names what the file contains beside the fitted readings: tables, columns, rows.
    """

    curve: str
    description: str
    fit: Fit
    plot: CurvePlot | None = None
    unused: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether no optimum was reached, or a check failed."""
        return not self.fit.ok or any(check.level == "fail" for check in self.fit.checks)


@dataclass(frozen=True, repr=False)
class BatchFitResult(Renderable):
    """The fits of all curves of a file; the fits themselves are in the file `out`.

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
