"""Reads a table of concentrations of bath, perfusate and dialysate of probes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.probe_reading import ProbeReading
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.concentration_columns import columns_by_role, in_one_unit
from tricyclic.io.open import read_tables
from tricyclic.study.missing_words import words_as_missing

_UNIT_OF_FLOW = re.compile(r"([nuµμm])L[\s_]*(?:/|per)[\s_]*(min|h)")
PATTERNS = {
    "dialysate": re.compile(
        r"(?:c[\s_]*)?(?:dialy[sz]ates?|out(?:let|flow)?)(?:[\s_]*conc\w*)?|perfusate[\s_]*out",
        re.IGNORECASE,
    ),
    "bath": re.compile(
        r"(?:c[\s_]*)?(?:bath|beaker|vial|medium|external|outside)(?:[\s_]*conc\w*)?",
        re.IGNORECASE,
    ),
    "perfusate": re.compile(
        r"(?:c[\s_]*)?(?:perfusate|in(?:let|flow)?)(?:[\s_]*conc\w*)?|perfusate[\s_]*in",
        re.IGNORECASE,
    ),
    "probe": re.compile(
        r"(?:probe|membrane)(?:[\s_]*(?:id|no|name|number))?|animal|rat", re.IGNORECASE
    ),
    "flow": re.compile(r"flow(?:[\s_]*rate)?", re.IGNORECASE),
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
    tables = read_tables(source, sheet=sheet or None, decimal=decimal or None)
    table, more = tables[0], [one.name for one in tables[1:]]
    used = columns_by_role(table, PATTERNS, columns or {}, ("dialysate",), name)
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
    flows = table.numbers(used["flow"]) * _factor(used["flow"]) if "flow" in used else empty
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
        if any(math.isfinite(of[role][row]) for role in roles)
    )
    unused = [one for one in table.columns if one not in used.values()]
    return RecoveryTable(
        readings,
        unit,
        table.file or name,
        ("; ".join(f"{role} in '{column}'" for role, column in used.items()),),
        (*table.unused, *quoted("column", unused), *quoted("table", more), *words),
    )


def _factor(column: str) -> float:
    """The flow of a column in uL/min is its number times this."""
    unit = _UNIT_OF_FLOW.search(column)
    if unit is None:
        return 1.0
    return {"n": 1e-3, "u": 1.0, "µ": 1.0, "μ": 1.0, "m": 1e3}[unit[1]] / (
        60.0 if unit[2] == "h" else 1.0
    )
