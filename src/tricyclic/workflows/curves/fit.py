"""Fits a curve model to columns of a table, or a logistic to every curve of a large file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import UnknownNameError
from tricyclic.workflows.base import load, refuse_without_effect
from tricyclic.workflows.curves.option_values import BATCH_MODELS
from tricyclic.workflows.curves.options import FitOptions
from tricyclic.workflows.output import check_output_folder

if TYPE_CHECKING:
    from tricyclic.fitting.curve_fits import CurveFitResult
    from tricyclic.results.curves import BatchFitResult

# Loaded when they are needed: a run needs one of the first two, and either takes as long to load as
# the fits of a hundred thousand curves.
EVERY_CURVE = "tricyclic.workflows.curves.fit_every_curve:fit_every_curve"
TABLE = "tricyclic.workflows.curves.fit_table:fit_table"
HAS_DATA_SETS = "tricyclic.workflows.curves.prism_table:has_data_sets"
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
            every: BatchFitResult = load(EVERY_CURVE)(options, on_progress)
            return every
        except UnknownNameError:
            if not _may_be_data_sets(options):
                raise
            options = _with_cells(options)
            if not load(HAS_DATA_SETS)(options):
                raise
            # A small table of doses and readings has no column of curves: its columns are these.
            options = replace(options, curve=options.curve or "logistic_4pl")
            return _fit_table(options, on_progress)
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
    return _fit_table(options, on_progress)


def _fit_table(options: FitOptions, on_progress: ProgressCallback | None) -> CurveFitResult:
    fitted: CurveFitResult = load(TABLE)(_with_cells(options), on_progress)
    return fitted


def _with_cells(options: FitOptions) -> FitOptions:
    """The options with all cells of a table in memory."""
    if isinstance(options.file, str):
        return options
    return replace(options, file=options.file.whole_table())


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


def _is_parquet(options: FitOptions) -> bool:
    return isinstance(options.file, str) and Path(options.file).suffix.lower() in PARQUET
