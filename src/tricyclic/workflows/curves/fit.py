"""Fits a curve model to columns of a table, or a logistic to every curve of a large file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

from tricyclic.core.analysis_options import Variance
from tricyclic.core.concentrations import log10_of
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.curves import CURVES
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.many import BatchFitOptions
from tricyclic.fitting.verdict import with_verdict
from tricyclic.io.curves.columns import ColumnNames
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables
from tricyclic.numerals import parse_number
from tricyclic.results.curves import BatchFitResult, CurveFitResult
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table, column_setting, series_from, unused_parts
from tricyclic.units import dimension
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.curves.batch_source import ReadSettings
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.workflows.curves.options import FitOptions
from tricyclic.workflows.curves.plot import fit_plot
from tricyclic.workflows.output import check_output_folder

# Curve models that can be fitted to every curve of a file -> name in the batch engine.
BATCH_MODELS: dict[str, Literal["4pl", "3pl"]] = {"logistic_4pl": "4pl", "logistic_3pl": "3pl"}
BATCH_PARAMETERS = ("hill", "top", "bottom")
ONLY_ONE_CURVE = ("free", "variance", "folder", "decimal", "y_unit")
COLUMNS_OF_MANY = ("curve_column", "x_column", "x_unit", "y_column", "weights_column", "keep")
PARQUET = (".parquet", ".pq")


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
        return _fit_batch(options, on_progress)
    refuse_without_effect(
        options,
        (*COLUMNS_OF_MANY, "no_intervals", "workers", "scheduler", "chunk"),
        "a file of many curves, and --x or --y names one curve",
    )
    return _fit_one(options, on_progress)


def _is_batch(options: FitOptions) -> bool:
    if options.y or options.x:
        return False
    is_batch_model = options.curve in ("", *BATCH_MODELS)
    names_columns = any(getattr(options, name) for name in COLUMNS_OF_MANY)
    return names_columns or bool(options.out) or is_batch_model or _is_parquet(options)


def _source(options: FitOptions) -> str | DataTable:
    """The file, or the table in memory."""
    return cast("str | DataTable", options.file)


def _is_parquet(options: FitOptions) -> bool:
    return isinstance(options.file, str) and Path(options.file).suffix.lower() in PARQUET


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
    _check_molar_mass(options.molar_mass)
    fixed = dict(_fixed_value(text, BATCH_PARAMETERS) for text in options.fixed)
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
            options.weights_column,
            options.keep,
            options.molar_mass,
        ),
        reading=ReadSettings(options.sheet, options.table, options.reader),
        workers=options.workers,
        scheduler=options.scheduler,
        rows_per_block=options.chunk,
        on_progress=on_progress,
    )


def _fit_one(options: FitOptions, on_progress: ProgressCallback | None) -> CurveFitResult:
    check_output_folder(options.out)
    if not options.curve:
        raise InputError(
            "no curve model is named",
            where="curve",
            do="Add --curve NAME; see: tricyclic curves models",
        )
    curves = CURVES.copy()
    if options.folder:
        curves.add_folder(options.folder)
    model: CurveModel = curves[options.curve]
    if not options.y:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN")
    report_progress(on_progress, 0, 2, f"reading {source_name(_source(options))}")
    tables = read_tables(
        _source(options),
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    _check_molar_mass(options.molar_mass)
    plan = TablePlan(
        file=source_name(_source(options)),
        run="1",
        unit=options.y_unit,
        table=options.table,
        response=options.y,
        x=_columns(options, model, _units_of(tables, options)),
        where=source_name(_source(options)),
        molar_mass_g_per_mol=options.molar_mass,
        any_dose_unit=model.takes_any_dose,
    )
    series = series_from(tables, plan, name=model.name)
    doses = [unit for name, (_, unit) in plan.x.items() if name.endswith("_M")]
    if not any(dimension(log10_of(unit) or unit) == "mass concentration" for unit in doses):
        refuse_without_effect(
            options, ("molar_mass",), "concentrations in mass per volume, such as mg/L"
        )
    names = tuple(parameter.name for parameter in model.parameters)
    _check_free(options, model)
    report_progress(on_progress, 1, 2, f"fitting {model.name}")
    fitted = fit(
        series,
        model,
        fixed=dict(_fixed_value(text, names) for text in options.fixed),
        free=options.free,
        variance=cast("Variance", options.variance),
        confidence=options.confidence,
    )
    fitted = with_verdict(fitted, (FitPart(series, model),))
    plot = fit_plot(series, model, fitted)
    return CurveFitResult(model.name, model.description, fitted, plot, unused_parts(tables, plan))


def _check_free(options: FitOptions, model: CurveModel) -> None:
    """Refuse to free a parameter that the model fits anyway."""
    fixed = [parameter.name for parameter in model.parameters if parameter.fixed_by_default]
    known = {parameter.name for parameter in model.parameters}
    for name in options.free:
        if name in known and name not in fixed:
            raise InputError(
                f"{model.name} fits {name} anyway",
                where="free",
                allowed=f"It fixes {', '.join(fixed)}" if fixed else "It fixes no parameter",
                do=f"Omit --free {name}",
            )


def _check_molar_mass(molar_mass: float | None) -> None:
    if molar_mass is not None and not 0 < molar_mass < math.inf:
        raise InputError(
            f"is {molar_mass:g}", where="molar_mass", allowed="A molar mass in g/mol is above 0"
        )


def _units_of(tables: Sequence[DataTable], options: FitOptions) -> dict[str, str]:
    """Units of the columns as the file states them, of the table that is fitted."""
    file = source_name(_source(options))
    table = chosen_table(tables, TablePlan(file, "1", "", table=options.table, where=file))
    return {column: unit for column, unit in table.units.items() if unit not in ("", "unknown")}


def _columns(
    options: FitOptions, model: CurveModel, in_file: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Column of the table and its unit, stated or that of the file, for each column of the
    model.
    """
    known = [column.name for column in model.columns]
    columns: dict[str, tuple[str, str]] = {}
    for text in options.x:
        name, column, unit = column_setting(text, "concentration_M=conc_nM:nM")
        unit = unit or in_file.get(column, "")
        if name not in known:
            raise UnknownNameError.among(f"column of {model.name}", name, known, where="x")
        if not unit and (name == "time_min" or name.endswith("_M")):
            raise InputError(
                f"'{text}' has no unit",
                where="x",
                do=f"Write {name}={column}:nM, or another unit"
                + (", such as mg/L, g/ha or dimensionless" if model.takes_any_dose else "")
                if name.endswith("_M")
                else f"Write {name}={column}:min, or another unit",
            )
        columns[name] = (column, unit)
    for needed in model.columns:
        if needed.default is None and needed.name not in columns:
            raise InputError(
                f"{model.name} also needs {needed.name}, {needed.description}",
                where="x",
                do=f"Add --x {needed.name}=COLUMN:UNIT",
            )
    return columns


def _fixed_value(text: str, known: tuple[str, ...]) -> tuple[str, float]:
    """Name and number of "log10_kd=-9.1"."""
    name, _, value = text.partition("=")
    if name.strip() not in known:
        raise UnknownNameError.among("parameter", name.strip(), known, where="fixed")
    number = parse_number(value)
    if number is None:
        raise InputError(
            f"'{text}' is not name=number", where="fixed", allowed="Such as log10_kd=-9.1"
        )
    return name.strip(), number
