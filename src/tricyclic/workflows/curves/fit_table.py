"""Fits a curve model to the readings of a table: one curve, or one for each combination of values
in columns, with what is computed from the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.concentrations import log10_of
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.curves import CURVES
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.curve_fits import CurveFitResult, FitQueries
from tricyclic.fitting.curve_plot import name_of_readings
from tricyclic.fitting.curve_predictions import Band
from tricyclic.fitting.effective_dose import dose_column
from tricyclic.fitting.fit_groups import GroupedReadings, fit_groups
from tricyclic.fitting.fitted_curve import FitSettings, Intervals
from tricyclic.fitting.outlier_checks import outlier_rate
from tricyclic.io.curves.columns import effect_in_column_name
from tricyclic.io.files import source_name
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.open import read_tables
from tricyclic.io.table_labels import unit_above, unit_note
from tricyclic.numerals import parse_number
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import (
    chosen_table,
    column_setting,
    group_texts,
    grouped_series,
    unused_parts,
)
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import dimension
from tricyclic.workflows.base import available_cores, refuse_without_effect
from tricyclic.workflows.curves.option_values import check_molar_mass, fixed_value
from tricyclic.workflows.curves.options import FitOptions
from tricyclic.workflows.curves.prism_table import with_recognised_columns
from tricyclic.workflows.curves.weights import weights_of

# Curves without a reading that are named.
MAX_NAMED = 12


def fit_table(
    options: FitOptions,
    on_progress: ProgressCallback | None = None,
    *,
    model: CurveModel | None = None,
    intervals: Intervals = "auto",
) -> CurveFitResult:
    """Fit the readings of a table.

    Parameters
    ----------
    options : FitOptions
        Without `y`, a table in Prism's shape.
    on_progress : callable, optional
    model : CurveModel, optional
        The model itself instead of the name in the options.
    intervals : {"auto", "all", "target", "none"} or sequence of str
        Parameters that get profile-likelihood limits.
    """
    model = model or named_model(options)
    check_queries(options)
    if options.workers is not None and options.workers < 1:
        raise InputError(f"is {options.workers}", where="workers", allowed="A whole number from 1")
    read_as: tuple[str, ...] = ()
    named = bool(options.y)
    if not named:
        options, read_as = with_recognised_columns(options)
    tables, table, plan = _read(options, model, on_progress)
    if named:
        read_as = tuple(note for note in table.notes if note.startswith("columns shown as "))
    unit, text = unit_above(table, plan.response)
    if unit and plan.unit == UNKNOWN:
        plan = replace(plan, unit=unit)
        read_as = (*read_as, unit_note(unit, text))
    by = _columns_by(options, table)
    _check_each_has_one_role(plan, by)
    tables, table, weight, formula = weights_of(tables, table, options.weights)
    tables, words = words_as_missing(tables, table, plan.response)
    groups = tuple(
        GroupedReadings(key, series)
        for key, series in grouped_series(
            tables, plan, by, name=model.name, weight=weight, trials=options.trials
        )
    )
    _check_molar_mass_has_effect(options, plan)
    _check_free(options, model)
    names = tuple(parameter.name for parameter in model.parameters)
    settings = FitSettings(
        fixed=dict(fixed_value(text, names) for text in options.fixed),
        free=options.free,
        variance=cast("FitVariance", options.variance),
        weights=formula,
        intervals=intervals,
        confidence=options.confidence,
        outliers=outlier_rate(options.outliers),
        own_scatter=options.own_scatter,
        ec_name=options.ec_name,
    )
    report_progress(on_progress, 1, 2, f"fitting {model.name}")
    made = fit_groups(
        groups,
        model,
        settings,
        share=_words(options.share),
        workers=options.workers or available_cores(),
        on_progress=on_progress if len(groups) > 1 else None,
    )
    x_name, x_unit = _axis(model, plan)
    effect = effect_in_column_name(" ".join((*options.y, text)))
    result = CurveFitResult(
        curve=model.name or model.description,
        description=model.description,
        curves=tuple(replace(curve, effect=effect) for curve in made.curves),
        settings=settings,
        by=by,
        joint=made.joint,
        joint_parts=tuple(curve.part for curve in made.curves) if made.joint else (),
        fits=made.fits,
        x_name=x_name,
        x_unit=x_unit,
        y_name=name_of_readings(options.y),
        molar_mass=options.molar_mass,
        unused=(
            *unused_parts(tables, plan, by=by, weight=weight, trials=options.trials),
            *_without_readings(table, plan, by, [group.key for group in groups]),
            *words,
        ),
        read_as=read_as,
    )
    return with_queries(result, options, on_progress)


def _without_readings(
    table: DataTable, plan: TablePlan, by: Sequence[str], fitted: Sequence[tuple[str, ...]]
) -> tuple[str, ...]:
    """The curves of a table of which no reading is used, as one phrase: they have no row."""
    columns = [group_texts(table, column, plan) for column in by]
    keys = dict.fromkeys(key for key in zip(*columns, strict=True) if all(key))
    known = set(fitted)
    lost = [", ".join(key) for key in keys if key not in known]
    if not lost:
        return ()
    listed = list_names([f"'{name}'" for name in lost], MAX_NAMED)
    return (f"{pluralize(len(lost), 'curve')} without a reading: {listed}",)


def _read(
    options: FitOptions, model: CurveModel, on_progress: ProgressCallback | None
) -> tuple[tuple[DataTable, ...], DataTable, TablePlan]:
    """All tables of the source, the one that is fitted, and the meaning of its columns."""
    source = cast("str | DataTable", options.file)
    name = source_name(source)
    report_progress(on_progress, 0, 2, f"reading {name}")
    tables = read_tables(
        source,
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    check_molar_mass(options.molar_mass)
    table = chosen_table(tables, TablePlan(name, "1", "", table=options.table, where=name))
    plan = TablePlan(
        file=name,
        run="1",
        unit=options.y_unit,
        table=options.table,
        response=table.with_replicates(options.y),
        x=_columns(options, model, table),
        where=name,
        molar_mass_g_per_mol=options.molar_mass,
        any_dose_unit=model.takes_any_dose,
    )
    return tables, table, plan


def with_queries(
    result: CurveFitResult, options: FitOptions, on_progress: ProgressCallback | None
) -> CurveFitResult:
    """The result with effective doses, predictions and comparison, where they are requested."""
    levels = _numbers(options.ec, "ec", "10, or 10,50,90")
    x = _numbers(options.predict, "predict", "100, or 1,10,100, in the unit of x")
    if not (levels or x or options.compare):
        return result
    band = cast("Band", options.interval)
    return replace(
        result,
        queries=FitQueries(
            effective=result.effective_doses(levels, absolute=options.absolute) if levels else (),
            predictions=result.predictions(np.array(x), interval=band) if x else (),
            band=band,
            comparison=result.comparison(_words(options.compare), on_progress=on_progress)
            if options.compare
            else None,
        ),
    )


def check_queries(options: FitOptions) -> None:
    """Refuse what has no effect without what it belongs to."""
    if not options.ec:
        refuse_without_effect(options, ("absolute",), "effective doses, which --ec requests")
    if not options.predict:
        refuse_without_effect(options, ("interval",), "predictions, which --predict requests")


def named_model(options: FitOptions) -> CurveModel:
    """The curve model of the options, of the user's folder too."""
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
    return model


def _columns_by(options: FitOptions, table: DataTable) -> tuple[str, ...]:
    """Columns that distinguish the curves: one for each option, or "compound,plate"."""
    return tuple(
        part
        for text in options.by
        for part in ([text] if text in table.columns else _words([text]))
    )


def _check_each_has_one_role(plan: TablePlan, by: Sequence[str]) -> None:
    doses = [column for column, _ in plan.x.values()]
    for where, names, others in (("y", plan.response, doses), ("by", by, plan.response)):
        for name in names:
            if name in others:
                role = "the x of this fit" if where == "y" else "the readings of this fit"
                raise InputError(f"the column '{name}' has {role}", where=where, do="Name another")


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    """Words of an option that is given once or several times: "bottom", "bottom,top"."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _axis(model: CurveModel, plan: TablePlan) -> tuple[str, str]:
    """Column and unit of the independent variable; empty where there are several."""
    needed = [column.name for column in model.columns if column.default is None]
    return plan.x[dose_column(model)] if len(needed) == 1 else ("", "")


def _numbers(texts: Sequence[str], option: str, example: str) -> list[float]:
    """Numbers of an option that is given once or several times: "10", "10,50"."""
    entry = []
    for text in texts:
        for part in text.split(","):
            number = parse_number(part.strip())
            if number is None:
                raise InputError(
                    f"'{part.strip()}' is not a number", where=option, allowed=f"Such as {example}"
                )
            entry.append(number)
    return entry


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


def _check_molar_mass_has_effect(options: FitOptions, plan: TablePlan) -> None:
    doses = [unit for name, (_, unit) in plan.x.items() if name.endswith("_M")]
    if not any(dimension(log10_of(unit) or unit) == "mass concentration" for unit in doses):
        refuse_without_effect(
            options, ("molar_mass",), "concentrations in mass per volume, such as mg/L"
        )


def _units_of(table: DataTable) -> dict[str, str]:
    """Units of the columns as the file states them."""
    return {column: unit for column, unit in table.units.items() if unit not in ("", "unknown")}


def _columns(
    options: FitOptions, model: CurveModel, table: DataTable
) -> dict[str, tuple[str, str]]:
    """Column of the table and its unit, stated or that of the file, for each column of the
    model.
    """
    known = [column.name for column in model.columns]
    needed = [column for column in model.columns if column.default is None]
    columns: dict[str, tuple[str, str]] = {}
    in_file = _units_of(table)
    for text in options.x:
        if "=" in text:
            name, column, unit = column_setting(text, "concentration_M=conc_nM:nM")
        else:
            name, column, unit = _only_axis(text, model, options)
        if unit:
            refuse_without_effect(options, ("x_unit",), f"a column without a unit, unlike '{text}'")
        unit = unit or options.x_unit or in_file.get(column, "")
        if name not in known:
            raise UnknownNameError.among(f"column of {model.name}", name, known, where="x")
        if column not in table.columns:
            file = source_name(cast("str | DataTable", options.file))
            raise UnknownNameError.among("column", column, table.columns, where=file)
        # Before the unit: a column of plates or dates has none.
        table.numbers(column)
        if not unit and (name == "time_min" or name.endswith("_M")):
            example = "nM" if name.endswith("_M") else "min"
            raise InputError(
                f"'{text}' has no unit",
                where="x",
                do=(
                    f"Write {name}={column}:{example}, or another unit"
                    if "=" in text
                    else f"Add --x-unit {example}, or another unit"
                )
                + _other_units(model, name),
            )
        columns[name] = (column, unit)
    for one in needed:
        if one.name not in columns:
            raise InputError(
                f"{model.name} also needs {one.name}, {one.description}",
                where="x",
                do=f"Add --x {one.name}=COLUMN:UNIT" if len(needed) > 1 else "Add --x COLUMN",
            )
    if len(options.x) > 1 or not any(name.endswith(("_M", "_min")) for name in columns):
        refuse_without_effect(
            options, ("x_unit",), "one column of concentrations or times; write name=column:unit"
        )
    return columns


def _other_units(model: CurveModel, name: str) -> str:
    is_any = model.takes_any_dose and name.endswith("_M")
    return ", such as mg/L, g/ha or dimensionless" if is_any else ""


def _only_axis(text: str, model: CurveModel, options: FitOptions) -> tuple[str, str, str]:
    """The independent variable that a column without a name can only be."""
    needed = [column.name for column in model.columns if column.default is None]
    if len(needed) != 1 or len(options.x) > 1:
        raise InputError(
            f"'{text}' is not name=column:unit",
            where="x",
            allowed=f"A column of {model.name} needs the name that it is for: {', '.join(needed)}",
            do=f"Write it like {needed[0]}={text}:nM",
        )
    column, colon, unit = text.rpartition(":")
    return (needed[0], column, unit) if colon else (needed[0], text, "")
