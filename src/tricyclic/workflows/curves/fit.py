"""Fits a curve model to columns of a table, or a logistic to every curve of a large file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.many import BatchFitOptions
from tricyclic.fitting.variance_model import weight_formula
from tricyclic.io.curves.columns import ColumnNames
from tricyclic.results.curves import BatchFitResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.curves.batch_source import ReadSettings
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.workflows.curves.fit_table import check_molar_mass, fit_table, fixed_value
from tricyclic.workflows.curves.options import FitOptions
from tricyclic.workflows.curves.prism_table import has_data_sets
from tricyclic.workflows.output import check_output_folder

# Curve models that can be fitted to every curve of a file -> name in the batch engine.
BATCH_MODELS: dict[str, Literal["4pl", "3pl"]] = {"logistic_4pl": "4pl", "logistic_3pl": "3pl"}
BATCH_PARAMETERS = ("hill", "top", "bottom")
ONLY_ONE_CURVE = (
    "free",
    "variance",
    "trials",
    "outliers",
    "folder",
    "decimal",
    "y_unit",
    "by",
    "share",
    "own_scatter",
    "compare",
    "ec",
    "absolute",
    "ec_name",
    "predict",
    "interval",
)
COLUMNS_OF_MANY = ("curve_column", "x_column", "y_column", "keep")
PARQUET = (".parquet", ".pq")
# A name of --out with which a table is written instead of a folder.
TABLES = (".csv", ".md", ".xlsx")


def run(
    options: FitOptions, on_progress: ProgressCallback | None = None
) -> CurveFitResult | BatchFitResult:
    """Fit one curve where columns are named, else every curve of the file."""
    if _is_batch(options):
        refuse_without_effect(options, ONLY_ONE_CURVE, "one curve, and this file has many")
        if options.no_intervals:
            refuse_without_effect(
                options, ("confidence",), "intervals, and --no-intervals omits them"
            )
        try:
            return _fit_batch(options, on_progress)
        except UnknownNameError:
            if not _may_be_data_sets(options) or not has_data_sets(options):
                raise
            # A small table of doses and readings has no column of curves: its columns are these.
            options = replace(options, curve=options.curve or "logistic_4pl")
            return fit_table(options, on_progress)
    refuse_without_effect(
        options,
        (*COLUMNS_OF_MANY, "no_intervals", "scheduler", "chunk")
        + (() if options.by else ("workers",)),
        "a file of many curves, and --x or --y names one curve",
    )
    if not options.share and not options.compare:
        refuse_without_effect(options, ("own_scatter",), "--share or --compare")
    if Path(options.out).suffix.lower() not in TABLES:
        check_output_folder(options.out)
    if (_is_prism(options) or options.by) and not options.curve:
        options = replace(options, curve="logistic_4pl")
    return fit_table(options, on_progress)


def _is_batch(options: FitOptions) -> bool:
    if options.y or options.x or _is_prism(options):
        return False
    is_batch_model = options.curve in ("", *BATCH_MODELS)
    names_columns = any(getattr(options, name) for name in COLUMNS_OF_MANY)
    return names_columns or bool(options.out) or is_batch_model or _is_parquet(options)


def _may_be_data_sets(options: FitOptions) -> bool:
    """Whether no option is for a file of many curves."""
    of_many = (*COLUMNS_OF_MANY, "no_intervals", "scheduler", "chunk")
    default = FitOptions(file="")
    return not _is_parquet(options) and all(
        getattr(options, name) == getattr(default, name) for name in of_many
    )


def _is_prism(options: FitOptions) -> bool:
    """Whether the file is a Prism project, whose tables have the shape of Prism."""
    return isinstance(options.file, str) and options.file.lower().endswith((".pzfx", ".prism"))


def _source(options: FitOptions) -> str | DataTable:
    """The file, or the table in memory."""
    return cast("str | DataTable", options.file)


def _is_parquet(options: FitOptions) -> bool:
    return isinstance(options.file, str) and Path(options.file).suffix.lower() in PARQUET


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


def _fit_batch(options: FitOptions, on_progress: ProgressCallback | None) -> BatchFitResult:
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
