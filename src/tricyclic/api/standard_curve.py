"""Concentrations of unknowns from a standard curve."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import TableSource, Texts, call, path, table_source, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.standard_curve import InterpolationResult
from tricyclic.workflows.curves.interpolate import run
from tricyclic.workflows.curves.options import InterpolateOptions


@checked_arguments
def interpolate(
    file: TableSource,
    *,
    x: str = "",
    y: Texts = (),
    x_unit: str = "",
    sample: str = "",
    role: str = "",
    dilution: str = "",
    unknowns: TableSource = "",
    curve: str = "logistic_4pl",
    weights: str = "",
    variance: str = "constant",
    confidence: float = 0.95,
    accept: float | None = None,
    accept_at_lloq: float | None = None,
    table: str = "",
    reader: str = "",
    sheet: str = "",
    decimal: str = "",
    y_unit: str = "unknown",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> InterpolationResult:
    """Concentrations of unknowns from a standard curve: ELISA, RIA, protein assays.

    Rows with a concentration are standards, rows without are unknowns. Rows of one name and one
    dilution are replicates. Nothing is extrapolated beyond the standards. Columns that are not
    named are recognised by their names where only one could be meant.

    Parameters
    ----------
    file
        Table of standards and unknowns: a DataFrame, or a file (.csv, .xlsx, .pzfx, .prism).
    x
        Column of the concentrations of the standards, with its unit: "conc:ng/mL".
    y
        Column of readings; replicates are further columns.
    x_unit
        Unit of x, where neither its name nor the file states it.
    sample
        Column of sample names.
    role
        Column that names standards, unknowns, qc and blanks; default: a row with a concentration
        is a standard.
    dilution
        Column of dilution factors: 10, 1:10.
    unknowns
        Another table with the unknowns, in columns of the same names.
    curve
        Curve of the standards. One of "logistic_4pl", "logistic_5pl", "logistic_3pl",
        "straight_line", "quadratic", "log_log".
    weights
        Column of weights (1 / variance) of the standards, or a formula: "1/y", "1/y^2" (of the
        curve), "1/x", "1/x^2", "1/sd^2" (of replicates); "1/SD^2" with SD a column of standard
        deviations.
    variance
        Variance model. One of "constant", "proportional", "power".
    confidence
        Confidence level of the limits.
    accept
        Largest deviation [%] of the recovery of a standard from 100 %, and of its variation; the
        range of the results ends at the outermost standards within it.
    accept_at_lloq
        The same for the lowest accepted standard [%].
    table
        Table of a file with several tables.
    reader
        Reader to use if none or several accept the file.
    sheet
        Sheet of a workbook.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    y_unit
        Unit of the readings.
    out
        Folder for tables and figure.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    InterpolationResult
        `.samples` (one for each sample and dilution), `.standards`, `.fit`, `.checks`;
        `.to_frame()`, `.to_frame("standards")`.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = InterpolateOptions(
        file=table_source(file),
        x=x,
        y=texts(y),
        x_unit=x_unit,
        sample=sample,
        role=role,
        dilution=dilution,
        unknowns=table_source(unknowns),
        curve=curve,
        weights=weights,
        variance=variance,
        confidence=confidence,
        accept=accept,
        accept_at_lloq=accept_at_lloq,
        table=table,
        reader=reader,
        sheet=sheet,
        decimal=decimal,
        y_unit=y_unit,
        out=path(out),
    )
    return call(run, options, on_progress)
