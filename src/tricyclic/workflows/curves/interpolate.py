"""Concentrations of unknowns from a standard curve in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from tricyclic.assays.standards.interpolation import InterpolationMethod, interpolate_samples
from tricyclic.assays.standards.table import StandardColumns, read_standards
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.fitting.curve_plot import name_of_readings, title_of_readings
from tricyclic.io.files import source_name
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.open import read_tables
from tricyclic.results.standard_curve import InterpolationResult
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table
from tricyclic.workflows.curves.options import InterpolateOptions
from tricyclic.workflows.curves.standard_columns import with_standard_columns
from tricyclic.workflows.curves.weights import weights_of
from tricyclic.workflows.output import check_output_folder


def run(
    options: InterpolateOptions, on_progress: ProgressCallback | None = None
) -> InterpolationResult:
    """Fit the standards of a table and read the unknowns from the curve."""
    check_output_folder(options.out)
    name = source_name(cast("str | DataTable", options.file))
    report_progress(on_progress, 0, 2, f"reading {name}")
    tables = _tables(options.file, options)
    table, others = _chosen(tables, options.table, name)
    options, read_as = with_standard_columns(options, table, name)
    column, unit = _column_and_unit(options.x, options.x_unit, table)
    _, table, weight, formula = weights_of(tables, table, options.weights)
    table, words = _without_words(table, options.y)
    samples: tuple[DataTable, ...] = ()
    if options.unknowns:
        unknowns = source_name(cast("str | DataTable", options.unknowns))
        own, more = _chosen(_tables(options.unknowns, options), "", unknowns)
        own, of_unknowns = _without_words(own, options.y)
        words = (*words, *of_unknowns)
        samples, others = (own,), (*others, *more)
    columns = StandardColumns(
        column,
        table.with_replicates(options.y),
        sample=options.sample,
        role=options.role,
        dilution=options.dilution,
        weight=weight,
    )
    standards, readings, unused = read_standards(
        (table, *samples), columns, unit=unit, y_unit=_y_unit(table, options), name=name
    )
    report_progress(on_progress, 1, 2, f"fitting {options.curve}")
    method = InterpolationMethod(
        curve=options.curve,
        variance=cast("FitVariance", options.variance),
        weights=formula,
        confidence=options.confidence,
        acceptance_percent=math.nan if options.accept is None else options.accept,
        acceptance_at_lloq_percent=math.nan
        if options.accept_at_lloq is None
        else options.accept_at_lloq,
    )
    if options.accept is None and options.accept_at_lloq is not None:
        raise InputError(
            "has no effect here",
            where="accept_at_lloq",
            allowed="It goes with a limit for all standards",
            do="Add --accept 20, or omit --accept-at-lloq",
        )
    result = interpolate_samples(
        standards, readings, method, unused=(*unused, *words, *quoted("table", others))
    )
    title = title_of_readings(name_of_readings(options.y), result.fit.parts[0].series)
    return replace(result, y_title=title, read_as=read_as)


def _tables(source: str | TableInput, options: InterpolateOptions) -> tuple[DataTable, ...]:
    return read_tables(
        cast("str | DataTable", source),
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )


def _without_words(table: DataTable, readings: Sequence[str]) -> tuple[DataTable, tuple[str, ...]]:
    """A table with words among its readings as missing, and phrases that name them."""
    columns = [name for name in table.with_replicates(readings) if name in table.columns]
    (changed,), words = words_as_missing((table,), table, columns)
    return changed, words


def _chosen(
    tables: Sequence[DataTable], wanted: str, name: str
) -> tuple[DataTable, tuple[str, ...]]:
    table = chosen_table(tables, TablePlan(name, "1", "", table=wanted, where=name))
    return table, tuple(other.name for other in tables if other is not table)


def _column_and_unit(text: str, stated: str, table: DataTable) -> tuple[str, str]:
    """Column and unit of "conc:ng/mL"; the unit of the file where none is stated."""
    column, unit = text, ""
    if text not in table.columns and ":" in text:
        column, _, unit = text.rpartition(":")
    column, unit = column.strip(), unit.strip()
    if unit and stated and unit != stated:
        raise InputError(
            f"is {stated}, and x states {unit}", where="x_unit", do="State the unit once"
        )
    in_file = table.units.get(column, "unknown")
    unit = unit or stated.strip() or (in_file if in_file != "unknown" else "")
    if unit.startswith("log"):
        raise InputError(
            f"column '{column}' has logarithms ({unit})",
            where="x",
            allowed="Standards are concentrations",
            do="Write the concentrations themselves",
        )
    return column, unit


def _y_unit(table: DataTable, options: InterpolateOptions) -> str:
    if options.y_unit != "unknown":
        return options.y_unit
    columns = table.with_replicates(options.y)
    stated = {table.units.get(column, "unknown") for column in columns} - {"unknown", ""}
    return stated.pop() if len(stated) == 1 else "unknown"
