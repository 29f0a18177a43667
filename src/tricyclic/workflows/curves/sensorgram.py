"""Rates and affinity from the sensorgrams of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

import numpy as np

from tricyclic.assays.sensorgrams.analysis import SWITCH_TIMES, fit_sensorgrams
from tricyclic.assays.sensorgrams.traces import CycleTrace, Injection
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables
from tricyclic.numerals import parse_number
from tricyclic.results.sensorgram import SensorgramResult
from tricyclic.study.plan import TablePlan
from tricyclic.study.tables import chosen_table
from tricyclic.units import convert, quantity
from tricyclic.workflows.curves.option_values import fixed_value
from tricyclic.workflows.curves.options import SensorgramOptions
from tricyclic.workflows.output import check_output_folder

SHARED = ("background", "bulk", "drift", "delay_min")
FREE = (*SHARED, SWITCH_TIMES)
TIME_UNITS = ("s", "min", "h")
# Columns that a message lists.
MAX_LISTED = 12
PARAMETERS = ("rmax", "log10_kon", "log10_koff", *SHARED)


def run(
    options: SensorgramOptions, on_progress: ProgressCallback | None = None
) -> SensorgramResult:
    """Fit one site to all cycles of a table."""
    check_output_folder(options.out)
    for name in options.free:
        if name not in FREE:
            raise UnknownNameError.among("parameter", name, FREE, where="free")
    if not options.y:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN=10nM")
    if not options.injection:
        raise InputError(
            "no injection is stated", where="injection", do="Add --injection START:END"
        )
    name = source_name(cast("str | DataTable", options.file))
    report_progress(on_progress, 0, 2, f"reading {name}")
    tables = read_tables(
        cast("str | DataTable", options.file),
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    table = chosen_table(tables, TablePlan(name, "1", "", table=options.table, where=name))
    column, unit = _time(options, table, name)
    factor = convert(1.0, unit, "min", where="x_unit")
    time = table.numbers(column) * factor
    traces = tuple(_trace(text, options.injection, table, time, factor, unit) for text in options.y)
    used = {column, *(trace.name for trace in traces)}
    unused = (
        *table.unused,
        *quoted("column", [other for other in table.columns if other not in used]),
        *quoted("table", [other.name for other in tables if other is not table]),
    )
    report_progress(on_progress, 1, 2, f"fitting {pluralize(len(traces), 'cycle')}")
    return fit_sensorgrams(
        traces,
        free=options.free,
        fixed=dict(fixed_value(text, PARAMETERS) for text in options.fixed),
        confidence=options.confidence,
        y_unit=options.y_unit,
        time_unit=unit,
        unused=unused,
    )


def _time(options: SensorgramOptions, table: DataTable, name: str) -> tuple[str, str]:
    column, unit = options.x or _only_time(table, name), options.x_unit
    if column not in table.columns and ":" in column:
        column, _, unit = column.rpartition(":")
    stated = table.units.get(column, "unknown")
    unit = unit.strip() or (stated if stated != "unknown" else "")
    if not unit:
        raise InputError(
            f"column '{column}' has no unit", where="x", do="Add --x-unit s, or another unit"
        )
    return column.strip(), unit


def _only_time(table: DataTable, name: str) -> str:
    """The column of times where the name of one alone states it."""
    times = [
        column
        for column in table.values
        if re.match(r"time|t\b|zeit|temps", column.strip(), re.IGNORECASE)
        or (table.units.get(column) in TIME_UNITS)
    ]
    if len(times) == 1:
        return times[0]
    quotes = list_names([f"'{column}'" for column in table.columns], MAX_LISTED)
    raise InputError(
        f"no column of times is named. Columns of {name} are {quotes}",
        where="x",
        do=f'Add --x "{next(iter(times or table.columns))}"',
    )


def _trace(
    text: str,
    injections: Sequence[str],
    table: DataTable,
    time: np.ndarray,
    factor: float,
    unit: str,
) -> CycleTrace:
    """One cycle: a column, with its concentration where the injections do not state theirs."""
    column, stated = text, ""
    if text not in table.columns and "=" in text:
        column, _, stated = text.rpartition("=")
    column = column.strip()
    own = _concentration(stated, "y") if stated else None
    used = table.used(column) & np.isfinite(time)
    if not used.any():
        raise InputError(f"column '{column}' has no readings", where=table.name)
    order = np.argsort(time[used], kind="stable")
    listed = sorted(
        (_injection(one, own, column, factor, unit) for one in injections),
        key=lambda one: one.start_min,
    )
    return CycleTrace(column, time[used][order], table.numbers(column)[used][order], tuple(listed))


def _injection(text: str, own: float | None, column: str, factor: float, unit: str) -> Injection:
    start, _, others = text.partition(":")
    end, _, stated = others.partition(":")
    numbers = [parse_number(part.strip()) for part in (start, end)]
    if None in numbers:
        raise InputError(
            f"is '{text}'",
            where="injection",
            allowed=f"It is START:END in {unit}, or START:END:CONCENTRATION, such as 60:180:10nM",
        )
    if stated.strip():
        concentration = _concentration(stated, "injection")
    elif own is not None:
        concentration = own
    else:
        raise InputError(
            f"the concentration of '{text}' in column '{column}' is not stated",
            where="injection",
            do=f'Write --injection "{text}:10nM", or with the column: --y "{column}=10nM"',
        )
    first, last = (cast("float", number) * factor for number in numbers)
    return Injection(first, last, concentration)


def _concentration(text: str, where: str) -> float:
    amount = quantity(text.strip(), where=where, example="10 nM")
    value = convert(amount.value, amount.unit, "M", where=where)
    if not value >= 0:
        raise InputError(f"a concentration is {text}", where=where, allowed="It is 0 or more")
    return value
