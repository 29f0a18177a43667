"""Potency of samples relative to a reference, and whether the curves are parallel."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from tricyclic.assays.potency.relative_potency import relative_potency
from tricyclic.core.analysis_options import Variance
from tricyclic.core.concentrations import dose_values, is_dose_unit, own_unit, to_molar_values
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.series import Series
from tricyclic.core.table import DataTable
from tricyclic.curves import CURVES
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.curve_plot import title_of_doses, title_of_readings
from tricyclic.io.files import source_name
from tricyclic.results.reproducibility import RelativePotency, RelativePotencyResult
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.screen.options import RelativePotencyOptions
from tricyclic.workflows.screen.potencies import column_called, read_potency_table, text_column


def run(
    options: RelativePotencyOptions, on_progress: ProgressCallback | None = None
) -> RelativePotencyResult:
    """Read the table and compare every sample with the reference."""
    check_output_folder(options.out)
    series = _series(options)
    if options.reference not in series:
        raise UnknownNameError.among("sample", options.reference, series, where="reference")
    samples = [name for name in series if name != options.reference]
    if not samples:
        raise InputError(
            "has only the reference",
            where=source_name(options.file),
            allowed="At least one other sample is compared with it",
        )
    potencies = []
    for done, name in enumerate(samples):
        report_progress(on_progress, done, len(samples), f"comparing {name}")
        potency = relative_potency(
            series[options.reference],
            series[name],
            CURVES["logistic_4pl"],
            variance=cast("Variance", options.variance),
            confidence=options.confidence,
        )
        potencies.append(_with_titles(potency, series[name], options))
    return RelativePotencyResult(tuple(potencies))


def _with_titles(
    potency: RelativePotency, series: Series, options: RelativePotencyOptions
) -> RelativePotency:
    """The axes of the figure in the words of the table."""
    if potency.plot is None:
        return potency
    plot = replace(
        potency.plot,
        x_title=title_of_doses(options.dose, potency.plot.x_title),
        y_title=title_of_readings(options.response, series),
    )
    return replace(potency, plot=plot)


def _series(options: RelativePotencyOptions) -> dict[str, Series]:
    """Readings of each sample against its doses, in the order of the table."""
    table = read_potency_table(options.file, decimal=options.decimal, sheet=options.sheet)
    dose = options.dose or _dose_column(table)
    names = np.array(text_column(table, column_called(table, options.sample, "sample")))
    response = column_called(table, options.response, "response")
    concentration, reading = _concentrations(table, dose), table.numbers(response)
    used = np.isfinite(concentration) & np.isfinite(reading)
    unit = table.units.get(response, "unknown")
    own = own_unit(table.units.get(dose, "unknown"))
    units = {"concentration_M": own} if own else {}
    series = {}
    for name in dict.fromkeys(names[used].tolist()):
        rows = used & (names == name)
        doses = {"concentration_M": concentration[rows]}
        series[name] = Series(name, reading[rows], unit, doses, x_units=units)
    return series


def _dose_column(table: DataTable) -> str:
    for column in table.columns:
        if column.lower().startswith(("conc", "dose", "log10_conc", "log10_dose")):
            return column
    raise InputError(
        "has no column of concentrations",
        where=table.file,
        allowed=f"There are: {', '.join(table.columns)}",
        do="Name it with --dose",
    )


def _concentrations(table: DataTable, column: str) -> np.ndarray:
    """A column of doses, in M or in a unit of their own; nan where a cell is empty."""
    values = table.numbers(column)
    unit = table.units.get(column, "unknown")
    if not is_dose_unit(unit):
        raise InputError(
            f"the unit of column '{column}' is {unit}",
            where=table.file,
            allowed="A dose such as concentration_nM, log10_concentration_nM or dose_IU_mL",
            do="Put the unit into the column's name",
        )
    where = f"{table.file}, column '{column}'"
    if not own_unit(unit):
        return to_molar_values(values, unit, where=where)
    doses = dose_values(values, unit, where=where)
    if own_unit(unit) == "dilution" and (doses > 1).any():
        # At a larger dilution the dose is smaller, which would turn the potency upside down.
        raise InputError(
            f"contains a dilution of {doses[doses > 1][0]:g}",
            where=where,
            allowed="Doses are amounts, so that a sample of twice the dose has twice the potency",
            do="Write 1 / dilution in a column such as dose (dimensionless)",
        )
    return doses
