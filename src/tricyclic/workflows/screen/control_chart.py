"""Control charts and minimum significant ratio of a control compound over the runs of an assay."""

from __future__ import annotations

import math
from typing import cast

from tricyclic.assays.potency.control_chart import Rules, control_chart
from tricyclic.core.estimate import Estimate
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.results.reproducibility import ControlChartResult
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.screen.options import ControlChartOptions
from tricyclic.workflows.screen.potencies import (
    PotencyScale,
    column_called,
    first_potency_column,
    potency_scale,
    read_potencies,
    read_potency_table,
    row_place,
    text_column,
)


def run(
    options: ControlChartOptions, on_progress: ProgressCallback | None = None
) -> ControlChartResult:
    """Read the table and chart the potencies of one compound."""
    check_output_folder(options.out)
    table = read_potency_table(options.file, decimal=options.decimal, sheet=options.sheet)
    column = options.value or first_potency_column(table)
    scale = potency_scale(table, column)
    compounds = _compounds(options, table)
    return control_chart(
        _potencies_by_run(options, table, column, scale, compounds),
        subject=options.only or (compounds[0] if compounds else ""),
        scale=scale.axis_label,
        baseline=options.baseline,
        rules=cast("Rules", options.rules),
        window=options.window,
    )


def _compounds(options: ControlChartOptions, table: DataTable) -> tuple[str, ...]:
    """Compound of each row; empty texts if the table has one compound only."""
    if not options.compound:
        names: tuple[str, ...] = ("",) * len(table)
    else:
        names = text_column(table, options.compound)
        if not options.only and len(set(names)) > 1:
            raise InputError(
                f"the table has {len(set(names))} compounds",
                where=table.file,
                do="Name the one to chart with --only",
            )
    if options.only and options.only not in names:
        raise InputError(
            f"no row has the compound '{options.only}'",
            where=table.file,
            do="Write it as in the table, and name the column with --compound",
        )
    return names


def _potencies_by_run(
    options: ControlChartOptions,
    table: DataTable,
    column: str,
    scale: PotencyScale,
    compounds: tuple[str, ...],
) -> dict[str, list[float]]:
    """log10 potencies, or pIC50, of the charted compound by run, in the order of the file."""
    runs = text_column(table, column_called(table, options.run, "run"))
    rows = [str(k) for k in range(len(runs))]
    by_row = {one.subject: one for one in read_potencies(table, column, rows)}
    by_run: dict[str, list[float]] = {}
    for row, run_name, compound in zip(rows, runs, compounds, strict=True):
        if options.only and compound != options.only:
            continue
        estimate = _checked(
            by_row.get(row), run_name, f"{table.file}, {row_place(table, int(row))}"
        )
        log = math.log10(estimate.value)
        by_run.setdefault(run_name, []).append(-log if scale.kind == "negative log10" else log)
    return by_run


def _checked(estimate: Estimate | None, run_name: str, where: str) -> Estimate:
    """The potency of a row; a chart has no gaps and no bounds."""
    if estimate is None:
        raise InputError(
            f"run {run_name} has no potency",
            where=where,
            do="A chart compares neighbouring runs: write the potency, or remove the row from a "
            "copy of the file",
        )
    if estimate.qualifier != "=":
        raise InputError(
            f"run {run_name} has a bound, {estimate.qualifier} {estimate.value:g} {estimate.unit}",
            where=where,
            do="Choose a control compound whose potency lies in the tested range; leave the run "
            "out and state why",
        )
    return estimate
