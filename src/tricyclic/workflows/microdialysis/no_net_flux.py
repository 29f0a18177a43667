"""No net flux from a table of inlet and outlet concentrations."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import cast

from tricyclic.assays.microdialysis.flux_study import FluxPoint, flux_study
from tricyclic.core.format import list_names
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import source_name
from tricyclic.io.headings import minutes_in_column_name, unit_in_column_name
from tricyclic.io.open import read_tables
from tricyclic.results.no_net_flux import NoNetFluxResult
from tricyclic.study.missing_words import words_as_missing
from tricyclic.units import convert, is_concentration
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
_UNIT = re.compile(r"[\s_]*(?:[(\[][^()\[\]]*[)\]]|_?(?:[fpnum]M|min|h))\s*$")


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
    columns = _columns(table, options, name)
    (table,), words = words_as_missing((table,), table, [columns["outlet"]])
    points, unit = _points(table, columns, options.unit)
    result = flux_study(points, unit=unit, control=options.control, confidence=options.confidence)
    read = [f"{role} in '{column}'" for role, column in columns.items()]
    unused = [one for one in table.columns if one not in columns.values()]
    return replace(
        result,
        file=table.file or name,
        read_as=("; ".join(read),),
        unused=(*table.unused, *quoted("column", unused), *quoted("table", more), *words),
    )


def _columns(table: DataTable, options: NoNetFluxOptions, name: str) -> dict[str, str]:
    """Columns by their role: those that the user named, and those with a usual name."""
    columns: dict[str, str] = {}
    for role, pattern in _PATTERNS.items():
        stated = getattr(options, role)
        if stated:
            if stated not in table.columns:
                raise UnknownNameError.among("column", stated, table.columns, where=role)
            columns[role] = stated
            continue
        free = [one for one in table.columns if one not in columns.values()]
        hits = [one for one in free if pattern.fullmatch(_UNIT.sub("", one.strip()))]
        if len(hits) == 1:
            columns[role] = hits[0]
        elif role in ("inlet", "outlet"):
            listed = list_names([f"'{one}'" for one in (hits or free)], 8)
            raise InputError(
                f"the column of {role} concentrations may be {listed}"
                if hits
                else f"no column of {role} concentrations is recognised among {listed}",
                where=name,
                do=f"Add --{role} COLUMN",
            )
    return columns


def _points(table: DataTable, columns: dict[str, str], stated: str) -> tuple[list[FluxPoint], str]:
    inlet, outlet = table.numbers(columns["inlet"]), table.numbers(columns["outlet"])
    own = [unit_in_column_name(columns[role]) for role in ("inlet", "outlet")]
    own = [unit if is_concentration(unit) else "" for unit in own]
    units = [unit or stated for unit in own]
    if stated and not is_concentration(stated):
        raise InputError(
            f"is '{stated}'", where="unit", allowed="It is a concentration, such as nM"
        )
    if bool(units[0]) != bool(units[1]):
        known = units[0] or units[1]
        raise InputError(
            f"one of the concentrations is in {known}, and the unit of the other is not stated",
            where="unit",
            do=f"Add --unit {known}, which applies where the table states none",
        )
    unit = stated or units[0]
    if units[0] != units[1] or (unit and unit != units[0]):
        factors = [convert(1.0, one, unit) for one in units]
        inlet, outlet = inlet * factors[0], outlet * factors[1]
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
        if math.isfinite(inlet[row]) or math.isfinite(outlet[row])
    ]
    return points, unit or "unknown"
