"""Reads a table of concentrations of bath, perfusate and dialysate of probes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tricyclic.core.flow_unit import flow_factor
from tricyclic.core.format import list_names
from tricyclic.core.probe_reading import ProbeReading
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError
from tricyclic.io.concentration_columns import columns_by_role, in_one_unit
from tricyclic.io.exclusion_cells import excluded_rows
from tricyclic.io.fraction_columns import name_and_unit
from tricyclic.io.missing_words import words_as_missing
from tricyclic.io.open import read_tables

PATTERNS = {
    "dialysate": re.compile(
        r"(?:c[\s_]*)?(?:dialy[sz]ate?s?|out(?:let|flow)?)(?:[\s_]*conc\w*)?|perfusate[\s_]*out",
        re.IGNORECASE,
    ),
    "bath": re.compile(
        r"(?:c[\s_]*)?(?:bath|bad|beaker|losung|lösung|vial|medium|external|outside)(?:[\s_]*conc\w*)?",
        re.IGNORECASE,
    ),
    "perfusate": re.compile(
        r"(?:c[\s_]*)?(?:perfusate?|in(?:let|flow)?)(?:[\s_]*conc\w*)?|perfusate[\s_]*in",
        re.IGNORECASE,
    ),
    "probe": re.compile(
        r"(?:probe|membrane?|sonde)(?:[\s_]*(?:id|no|nr|name|number))?|animal|rat|tier|ratte",
        re.IGNORECASE,
    ),
    "flow": re.compile(r"flow(?:[\s_]*rate)?|fluss(?:rate)?", re.IGNORECASE),
}


@dataclass(frozen=True)
class RecoveryTable:
    """Readings of probes as they were read.

    Parameters
    ----------
    readings : tuple of ProbeReading
    unit : str
        Of all concentrations.
    file : str
    read_as, unused : tuple of str
    """

    readings: tuple[ProbeReading, ...]
    unit: str
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def read_recovery_table(
    source: str | Path | DataTable,
    name: str,
    *,
    columns: Mapping[str, str] | None = None,
    unit: str = "",
    sheet: str = "",
    decimal: str = "",
) -> RecoveryTable:
    """Read a row for each fraction, with its concentrations and where stated the probe and flow.

    Parameters
    ----------
    source : path or DataTable
    name : str
        For errors.
    columns : dict of str to str, optional
        Columns by their role (dialysate, bath, perfusate, probe, flow), where they are not
        recognised by their names.
    unit : str
        Of the concentrations where the table states none.
    sheet, decimal : str

    Raises
    ------
    InputError
        If there is no column of dialysate, or neither one of the bath nor one of the perfusate, or
        the units do not agree.
    """
    try:
        return _read(source, name, columns or {}, unit, sheet, decimal)
    except InputError as error:
        if columns is None and "COLUMN" in error.do:
            # The columns of a file that is named beside other tables have no options.
            advice = "Name its columns dialysate, and bath or perfusate"
            error = InputError(error.problem, where=error.where, do=advice)
        raise error from error.__cause__


def _read(
    source: str | Path | DataTable,
    name: str,
    columns: Mapping[str, str],
    unit: str,
    sheet: str,
    decimal: str,
) -> RecoveryTable:
    tables = read_tables(source, sheet=sheet or None, decimal=decimal or None)
    table, more = tables[0], [one.name for one in tables[1:]]
    used = columns_by_role(table, PATTERNS, columns, ("dialysate",), name)
    around = [role for role in ("bath", "perfusate") if role in used]
    if not around:
        free = [f"'{one}'" for one in table.columns if one not in used.values()]
        raise InputError(
            f"no column of bath or perfusate concentrations is recognised among "
            f"{list_names(free, 8)}"
            if free
            else "it has no column of bath or perfusate concentrations",
            where=name,
            do="Add --bath COLUMN for recovery from a bath, or --perfusate COLUMN for loss to it",
        )
    roles = ["dialysate", *around]
    (table,), words = words_as_missing((table,), table, [used[role] for role in roles])
    values, unit = in_one_unit(table, [used[role] for role in roles], unit)
    of = dict(zip(roles, values, strict=True))
    empty = [math.nan] * len(table)
    excluded = excluded_rows(table, used.values())
    flows = table.numbers(used["flow"]) * _factor(used["flow"], name) if "flow" in used else empty
    probes = table.texts(used["probe"]) if "probe" in used else ("",) * len(table)
    bath, perfusate = of.get("bath", empty), of.get("perfusate", empty)
    readings = tuple(
        ProbeReading(
            float(of["dialysate"][row]),
            float(bath[row]),
            float(perfusate[row]),
            probes[row],
            float(flows[row]),
            f"{table.file or table.name}, {table.place(row)}",
        )
        for row in range(len(table))
        if row not in excluded.reasons and any(math.isfinite(of[role][row]) for role in roles)
    )
    _check_flows(readings)
    unused = [one for one in table.columns if one not in {*used.values(), *excluded.columns}]
    return RecoveryTable(
        readings,
        unit,
        table.file or name,
        ("; ".join(f"{role} in '{column}'" for role, column in used.items()),),
        (
            *table.unused,
            *quoted("column", unused),
            *quoted("table", more),
            *words,
            *as_remarks(excluded.phrases(table)),
        ),
    )


def _factor(column: str, name: str) -> float:
    """The flow of a column in uL/min is its number times this."""
    unit = name_and_unit(column)[1]
    factor = flow_factor(column) if unit else 1.0
    if factor is None:
        raise InputError(
            f"the flow of '{column}' is in '{unit}'",
            where=name,
            allowed="A flow is in uL/min, nL/min or mL/h",
            do='Call the column "flow (uL/min)", with its numbers in this unit',
        )
    return factor


def _check_flows(readings: Sequence[ProbeReading]) -> None:
    for one in readings:
        flow = one.flow_uL_per_min
        if math.isfinite(flow) and not flow > 0:
            raise InputError(
                f"a flow of {flow:g} uL/min",
                where=one.where,
                allowed="A flow is above 0",
                do="Correct the number, or leave the cell empty where it is not known",
            )
