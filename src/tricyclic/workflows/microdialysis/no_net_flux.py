"""No net flux from a table of inlet and outlet concentrations."""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import replace
from typing import cast

from tricyclic.assays.microdialysis.flux_study import FluxPoint, flux_study
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.io.concentration_columns import columns_by_role, in_one_unit
from tricyclic.io.exclusion_cells import excluded_rows
from tricyclic.io.files import source_name
from tricyclic.io.headings import minutes_in_column_name
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.open import read_tables
from tricyclic.results.no_net_flux import NoNetFluxResult
from tricyclic.workflows.extraction import extraction_note
from tricyclic.workflows.microdialysis.options import NoNetFluxOptions
from tricyclic.workflows.output import check_output_folder

_PATTERNS = {
    "inlet": re.compile(
        r"(?:c[\s_]*)?in(?:let|flow)?(?:[\s_]*conc\w*)?|perfusate|perfused|added|c_?in",
        re.IGNORECASE,
    ),
    "outlet": re.compile(
        r"(?:c[\s_]*)?out(?:let|flow)?(?:[\s_]*conc\w*)?|dialysate|measured|c_?out", re.IGNORECASE
    ),
    "animal": re.compile(r"animal|rat|mouse|subject|id|animal[\s_]id", re.IGNORECASE),
    "group": re.compile(r"group|treatment|condition|drug", re.IGNORECASE),
    "time": re.compile(r"time|t|middle|mid|time[\s_]?point|bin", re.IGNORECASE),
}


def run(options: NoNetFluxOptions, on_progress: ProgressCallback | None = None) -> NoNetFluxResult:
    """Read the points of the table, and fit each animal or each time."""
    check_output_folder(options.out)
    name = source_name(cast("str | DataTable", options.table))
    report_progress(on_progress, 0, 1, f"reading {name}")
    tables = read_tables(
        cast("str | DataTable", options.table),
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    table, more = tables[0], [one.name for one in tables[1:]]
    stated = {role: getattr(options, role) for role in _PATTERNS}
    columns = columns_by_role(table, _PATTERNS, stated, ("inlet", "outlet"), name)
    (table,), words = words_as_missing((table,), table, [columns["outlet"]])
    excluded = excluded_rows(table, columns.values())
    points, unit = _points(table, columns, options.unit, excluded.reasons)
    result = flux_study(points, unit=unit, control=options.control, confidence=options.confidence)
    read = [f"{role} in '{column}'" for role, column in columns.items()]
    unused = [one for one in table.columns if one not in {*columns.values(), *excluded.columns}]
    groups = dict.fromkeys(point.group for point in points)
    return replace(
        result,
        extraction_note=extraction_note(tuple(groups), "", "", options.analyte),
        file=table.file or name,
        read_as=("; ".join(read),),
        unused=(
            *table.unused,
            *quoted("column", unused),
            *quoted("table", more),
            *words,
            *as_remarks(excluded.phrases(table)),
        ),
    )


def _points(
    table: DataTable, columns: dict[str, str], stated: str, excluded: Container[int]
) -> tuple[list[FluxPoint], str]:
    (inlet, outlet), unit = in_one_unit(table, [columns["inlet"], columns["outlet"]], stated)
    time = columns.get("time")
    minutes = table.numbers(time) if time else [math.nan] * len(table)
    factor = (minutes_in_column_name(time) or 1.0) if time else 1.0
    animals, groups = (
        table.texts(columns[role]) if role in columns else ("",) * len(table)
        for role in ("animal", "group")
    )
    points = [
        FluxPoint(
            float(inlet[row]),
            float(outlet[row]),
            animals[row],
            groups[row],
            float(minutes[row]) * factor,
            f"{table.file or table.name}, {table.place(row)}",
        )
        for row in range(len(table))
        if row not in excluded and (math.isfinite(inlet[row]) or math.isfinite(outlet[row]))
    ]
    return points, unit
