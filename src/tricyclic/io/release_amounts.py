"""Amounts of injections, as `tricyclic microdialysis quantify` writes them, which a table of a
design assigns to samples of cultures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.release import SampleState
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.io.culture_columns import find_columns
from tricyclic.io.fraction_cells import STATES
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.open import read_tables
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert, dimension

ROLES: Mapping[str, tuple[str, ...]] = {
    "injection": ("injection", "name", "sample name", "sample", "sample id", "vial"),
    "analyte": ("analyte", "compound", "transmitter"),
    "amount": (
        *("amount", "value", "concentration", "conc", "result"),
        *(f"amount {unit}" for unit in ("fmol", "pmol", "nmol", "umol", "fg", "pg", "ng", "ug")),
    ),
    "state": ("state", "status"),
    "lod": ("lod", *(f"lod {unit}" for unit in ("fmol", "pmol", "nmol", "umol"))),
}


@dataclass(frozen=True)
class InjectedAmounts:
    """Value, state and bound of each injection, and their unit."""

    values: Mapping[str, tuple[float, SampleState, float]]
    unit: str
    note: str

    @classmethod
    def read(
        cls,
        source: str | Path | DataTable,
        *,
        analyte: str,
        injected_uL: float = math.nan,
        decimal: str = "",
    ) -> InjectedAmounts:
        """Read a table of amounts.

        Parameters
        ----------
        source : path or DataTable
        analyte : str
            The one whose rows are read, where the table has several.
        injected_uL : float
            Volume of an injection: amounts are then concentrations; nan where not stated.
        decimal : str

        Raises
        ------
        InputError
            If it has no column of injections or amounts, several analytes of which none is the
            transmitter, or a volume is stated and the values are no amounts.
        """
        table = read_tables(source, decimal=decimal or None)[0]
        name = table.file or table.name
        used = find_columns(table, ROLES, {}, name=name)
        for role in ("injection", "amount"):
            if role not in used:
                listed = list_names([f"'{one}'" for one in table.columns], 8)
                raise InputError(f"no column of {role}s is recognised among {listed}", where=name)
        rows = _rows(table, used, analyte, name)
        unit, factor = _unit(used["amount"], injected_uL, name)
        numbers = table.numbers(used["amount"])
        lods = table.numbers(used["lod"]) if "lod" in used else None
        states = table.texts(used["state"]) if "state" in used else ("",) * len(table)
        names = table.texts(used["injection"])
        values: dict[str, tuple[float, SampleState, float]] = {}
        for row in rows:
            if names[row] in values:
                raise InputError(
                    f"injection {names[row]} has two amounts",
                    where=f"{name}, {table.place(row)}",
                    do="Keep one row for each injection and analyte",
                )
            bound = math.nan if lods is None else float(lods[row]) * factor
            values[names[row]] = _value(float(numbers[row]) * factor, states[row], bound)
        return cls(values, unit, f"amounts of {name} in '{used['amount']}'")

    def value(self, injection: str, where: str) -> tuple[float, SampleState, float]:
        """The amount of an injection.

        Parameters
        ----------
        injection : str
        where : str
            Row of the design, for an error.
        """
        if injection.strip() not in self.values:
            raise UnknownNameError.among("injection", injection, self.values, where=where)
        return self.values[injection.strip()]


def _rows(table: DataTable, used: Mapping[str, str], analyte: str, name: str) -> list[int]:
    """Rows of the analyte; all where the table has one."""
    if "analyte" not in used:
        return list(range(len(table)))
    names = table.texts(used["analyte"])
    known = list(dict.fromkeys(filter(None, names)))
    wanted = next((one for one in known if one.lower() == analyte.strip().lower()), "")
    if len(known) > 1 and not wanted:
        raise InputError(
            f"has amounts of {list_names(known, 8)}, and none is called {analyte}",
            where=name,
            do=f'Add --transmitter "{known[0]}"',
        )
    return [row for row, one in enumerate(names) if len(known) < 2 or one == wanted]


def _unit(column: str, injected_uL: float, name: str) -> tuple[str, float]:
    """Unit of the results, and the factor to it."""
    unit = unit_in_column_name(column)
    unit = "" if unit == UNKNOWN else unit
    if math.isnan(injected_uL):
        return unit, 1.0
    try:
        is_amount = bool(unit) and dimension(unit) == "amount"
    except UnitError:
        is_amount = False
    if not is_amount:
        raise InputError(
            f"the values are in {unit or 'no unit'}",
            where=f"{name}, column '{column}'",
            allowed="With the volume of an injection, they are amounts, such as fmol",
            do="Omit --injected-volume, or write the unit into the heading: 'amount_fmol'",
        )
    # fmol / uL = nM.
    return "nM", convert(1.0, unit, "fmol") / injected_uL


def _value(value: float, state: str, lod: float) -> tuple[float, SampleState, float]:
    meaning = STATES.get(state.strip().lower(), "quantified")
    if meaning == "quantified" and math.isfinite(value):
        return value, "measured", math.nan
    if meaning in ("below LOQ", "below LOD", "not found"):
        return math.nan, "below", lod
    return math.nan, "lost", math.nan
