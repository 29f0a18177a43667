"""Fits a logistic to every curve of a file, by the options of `fit`."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.core.weight_formula import weight_formula
from tricyclic.errors import InputError
from tricyclic.fitting.many import BatchFitOptions
from tricyclic.io.curves.columns import ColumnNames
from tricyclic.io.curves.frame_rows import FrameInput
from tricyclic.results.curves import BatchFitResult
from tricyclic.workflows.curves.batch_source import ReadSettings
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.workflows.curves.option_values import (
    BATCH_MODELS,
    check_molar_mass,
    fixed_value,
)
from tricyclic.workflows.curves.options import FitOptions

BATCH_PARAMETERS = ("hill", "top", "bottom")


def fit_every_curve(
    options: FitOptions, on_progress: ProgressCallback | None = None
) -> BatchFitResult:
    """Fit every curve of a file or a table.

    Raises
    ------
    InputError
        If an option is not for many curves, or the file cannot be used.
    """
    if options.curve and options.curve not in BATCH_MODELS:
        raise InputError(
            f"'{options.curve}' cannot be fitted to a file of many curves",
            where="curve",
            allowed=f"It is {' or '.join(BATCH_MODELS)}",
            do="To fit it to one table, add --y and --x",
        )
    if isinstance(options.file, str) and not Path(options.file).exists():
        raise InputError("does not exist", where=options.file, do="Check the name and the folder")
    check_molar_mass(options.molar_mass)
    fixed = dict(fixed_value(text, BATCH_PARAMETERS) for text in options.fixed)
    batch = BatchFitOptions(
        model=BATCH_MODELS.get(options.curve, "4pl"),
        confidence=None if options.no_intervals else options.confidence,
        **fixed,
    )
    return fit_file(
        _source(options),
        options.out,
        batch,
        columns=ColumnNames(
            options.curve_column,
            options.x_column,
            options.x_unit,
            options.y_column,
            _column_of_weights(options),
            options.keep,
            options.molar_mass,
        ),
        reading=ReadSettings(options.sheet, options.table, options.reader),
        workers=options.workers,
        scheduler=options.scheduler,
        rows_per_block=options.chunk,
        on_progress=on_progress,
    )


def _source(options: FitOptions) -> str | DataTable | FrameInput:
    """The file, or the table in memory."""
    return cast("str | DataTable | FrameInput", options.file)


def _column_of_weights(options: FitOptions) -> str:
    """The column of weights of a file of many curves, which takes no formula."""
    if weight_formula(options.weights) is not None:
        raise InputError(
            f"'{options.weights}' is a formula",
            where="weights",
            allowed="For many curves it is a column of weights, 1 / variance of each reading",
            do="Write the weights into a column, and name it",
        )
    return options.weights
