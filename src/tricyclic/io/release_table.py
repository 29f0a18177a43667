"""Reads samples of evoked-release experiments from a table, or from plates with a table of their
design.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import list_names
from tricyclic.core.release import (
    PER_CELLS,
    PER_PROTEIN,
    ReleaseReading,
    ReleaseTable,
    SampleKind,
    SampleState,
)
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.io.culture_arms import ArmColumns, read_arms
from tricyclic.io.culture_columns import find_columns, plain_heading
from tricyclic.io.fraction_cells import STATES
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.open import read_tables
from tricyclic.io.release_amounts import InjectedAmounts
from tricyclic.io.release_plates import PlatesOfDesign
from tricyclic.io.release_words import RELEASE_ROLES, SAMPLES
from tricyclic.numerals import NumberFormat, column_mark
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import convert, dimension, known_unit

_BOUND = re.compile(r"([<≤>≥])\s*=?\s*(\S+).*")
TABLES = (".csv", ".tsv", ".txt", ".xlsx")
# Value, state and bound.
Cell: TypeAlias = tuple[float, SampleState, float]
_YES = frozenset({"1", "x", "yes", "true", "excluded"})


@dataclass(frozen=True)
class ReleaseReadOptions:
    """What the user states about a table.

    Parameters
    ----------
    columns : mapping of str to str
        Columns by role, "" where none was named.
    stimulus, transmitter : str
        Names of the usual stimulus and of what is measured.
    unit, level_unit, concentration_unit : str
        Of the values, the standards and the drug, where the table states none.
    antagonists : tuple of str
        Further names of antagonists.
    sheet, decimal : str
    per : {"auto", "protein", "cells", "well"}
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    stimulus: str = "BDNF"
    transmitter: str = "glutamate"
    unit: str = ""
    level_unit: str = ""
    concentration_unit: str = ""
    antagonists: tuple[str, ...] = ()
    sheet: str = ""
    decimal: str = ""
    per: str = "auto"


def read_release_table(
    source: str | Path | DataTable,
    options: ReleaseReadOptions,
    *,
    plates: Sequence[str | Path | DataTable] = (),
    plate_unit: str = "",
    amounts: str | Path | DataTable = "",
    injected_uL: float = math.nan,
) -> ReleaseTable:
    """Read one row per sample, or one row per well with a column for each sample.

    Parameters
    ----------
    source : path or DataTable
        The samples, or with `plates` the design: what each well of the plates has.
    options : ReleaseReadOptions
    plates : sequence of path
        Files of plate readers with the readings; matched by the name or number of the plate.
    plate_unit : str
        Of their readings, where they state none.
    amounts : path or DataTable
        Amounts of injections, which the table assigns to samples by the injection.
    injected_uL : float
        Volume of an injection, by which amounts are concentrations.

    Raises
    ------
    InputError
        If a needed column is missing, a cell cannot be read, or a well has no reading.
    """
    tables = read_tables(
        source,
        # Wells beside values are a list of a plate to other readers, with each well once.
        reader=_reader(source),
        sheet=options.sheet or None,
        decimal=options.decimal or None,
    )
    table, more = tables[0], [one.name for one in tables[1:]]
    name = table.file or table.name
    injected = (amounts, injected_uL)
    elsewhere = bool(plates) or bool(amounts)
    used = _columns(table, options, name, has_plates=bool(plates), elsewhere=elsewhere)
    samples = _samples(table, used, name)
    arms, notes = _arms(table, used, options, samples)
    per, of_wells = _amounts(table, used, options.per, name)
    levels, level_unit = _levels(table, used, options, samples)
    values, unit, note = _read_values(table, used, options, name, plates, plate_unit, injected)
    notes = (*notes, *note)
    dilution, order = (_numbers(table, used, role) for role in ("dilution", "order"))
    texts = {
        role: table.texts(used[role]) if role in used else ("",) * len(table)
        for role in ("culture", "plate", "well", "excluded")
    }
    readings = []
    for row in range(len(table)):
        for role in values:
            value, state, bound = values[role][row]
            kind = samples[row] if role == "value" else SAMPLES[role]
            if role != "value" and samples[row] in ("standard", "blank"):
                kind = samples[row]
            empty = state == "lost" and kind in ("standard", "blank")
            if empty:
                continue
            readings.append(
                ReleaseReading(
                    value,
                    kind,
                    texts["culture"][row].strip(),
                    texts["plate"][row].strip(),
                    texts["well"][row].strip(),
                    arms[row],
                    levels[row] if kind == "standard" else 0.0 if kind == "blank" else math.nan,
                    1.0 if math.isnan(dilution[row]) else dilution[row],
                    of_wells[row],
                    order[row],
                    state,
                    bound,
                    _reason(texts["excluded"][row]),
                    f"{name}, {table.place(row)}",
                )
            )
    _check_cultures(readings, name)
    unused = [one for one in table.columns if one not in used.values()]
    return ReleaseTable(
        tuple(readings),
        unit,
        level_unit,
        per,
        name,
        ("; ".join(f"{role} in '{column}'" for role, column in used.items()), *notes),
        (*table.unused, *quoted("column", unused), *quoted("table", more)),
    )


def _read_values(
    table: DataTable,
    used: Mapping[str, str],
    options: ReleaseReadOptions,
    name: str,
    plates: Sequence[str | Path | DataTable],
    plate_unit: str,
    injected: tuple[str | Path | DataTable, float],
) -> tuple[dict[str, list[Cell]], str, tuple[str, ...]]:
    """Cells of each column of values, their unit, and where they are from if not from the table."""
    if plates:
        read = PlatesOfDesign.read(plates, plate_unit)
        of_plates = [read.value(table, used, row) for row in range(len(table))]
        return {"value": of_plates}, options.unit or read.unit, (read.note,)
    if injected[0]:
        amounts = _injected(table, used, injected[0], injected[1], options, name)
        names = table.texts(used["injection"])
        cells = [amounts.value(one, f"{name}, {table.place(k)}") for k, one in enumerate(names)]
        return {"value": cells}, options.unit or amounts.unit, (amounts.note,)
    roles = [role for role in ("value", "basal", "stimulated") if role in used]
    values = {role: _values(table, used[role]) for role in roles}
    return values, options.unit or _unit(table, [used[role] for role in roles]), ()


def _injected(
    table: DataTable,
    used: Mapping[str, str],
    amounts: str | Path | DataTable,
    injected_uL: float,
    options: ReleaseReadOptions,
    name: str,
) -> InjectedAmounts:
    if "injection" not in used:
        listed = list_names([f"'{one}'" for one in table.columns], 8)
        raise InputError(
            f"no column of injections is recognised among {listed}",
            where=name,
            do="Add --injection COLUMN",
        )
    return InjectedAmounts.read(
        amounts, analyte=options.transmitter, injected_uL=injected_uL, decimal=options.decimal
    )


def _reader(source: str | Path | DataTable) -> str | None:
    if isinstance(source, DataTable):
        return None
    return "plain_table" if Path(source).suffix.lower() in TABLES else None


def _columns(
    table: DataTable,
    options: ReleaseReadOptions,
    name: str,
    *,
    has_plates: bool,
    elsewhere: bool,
) -> dict[str, str]:
    transmitter = plain_heading(options.transmitter)
    words = dict(RELEASE_ROLES)
    words["value"] = (*words["value"], *((transmitter,) if transmitter else ()))
    for role in ("basal", "stimulated"):
        usual = words[role]
        words[role] = (*usual, *(f"{w} {transmitter}" for w in usual if transmitter))
    # Treatments in words are read where they were named, or there is no column of drugs.
    try:
        used = find_columns(table, words, options.columns, name=name)
    except InputError as error:
        raise _in_own_words(error) from error
    if "drug" in used and "treatment" in used:
        named = options.columns.get("treatment") and not options.columns.get("drug")
        del used["drug" if named else "treatment"]
    if "basal" in used and "stimulated" in used and not options.columns.get("value"):
        used.pop("value", None)
    free = [f"'{one}'" for one in table.columns if one not in used.values()]
    if "culture" not in used:
        raise InputError(
            f"no column of cultures is recognised among {list_names(free, 8)}"
            if free
            else "it has no column of cultures",
            where=name,
            allowed="Each sample has the name of its independent culture; n is their number",
            do="Add --culture COLUMN",
        )
    both = "basal" in used and "stimulated" in used
    if not elsewhere and not both and "value" not in used:
        raise InputError(
            f"no column of values is recognised among {list_names(free, 8)}"
            if free
            else "it has no column of values",
            where=name,
            do="Add --value COLUMN, or --basal COLUMN and --stimulated COLUMN for one row per well",
        )
    if has_plates and "well" not in used and "read_well" not in used:
        raise InputError("the design has no column of wells", where=name, do="Add --well COLUMN")
    return used


def _samples(table: DataTable, used: Mapping[str, str], name: str) -> list[SampleKind]:
    """Kind of each row; a row without is a stimulated sample."""
    if "sample" not in used:
        return ["stimulated"] * len(table)
    kinds: list[SampleKind] = []
    for row, cell in enumerate(table.texts(used["sample"])):
        plain = plain_heading(cell)
        word = SAMPLES.get(plain) or SAMPLES.get(plain.rstrip("0123456789 ").split(" ")[0])
        if word is None and plain and plain != "unknown":
            raise InputError(
                f"the sample is '{cell}'",
                where=f"{name}, {table.place(row)}",
                allowed="Samples are basal, stimulated, standard or blank",
                do="Correct the cell, or name the column with --sample",
            )
        kinds.append(word or "stimulated")
    return kinds


def _arms(
    table: DataTable,
    used: Mapping[str, str],
    options: ReleaseReadOptions,
    samples: Sequence[SampleKind],
) -> tuple[tuple[CultureArm, ...], tuple[str, ...]]:
    """Arms of the rows; those of standards and blanks are not read."""
    rows = [k for k, kind in enumerate(samples) if kind in ("basal", "stimulated")]
    if not rows:
        raise InputError("has no samples, only standards", where=table.file or table.name)
    how = ArmColumns(used, options.stimulus, options.concentration_unit, options.antagonists)
    try:
        part, notes = read_arms(_with_rows(table, rows), how)
    except InputError as error:
        raise _in_own_words(error) from error
    arms = [CultureArm()] * len(table)
    for row, arm in zip(rows, part, strict=True):
        arms[row] = arm
    return tuple(arms), notes


def _in_own_words(error: InputError) -> InputError:
    """An error about arms in the options of this command: --unit is that of the values here."""
    names = {"unit": "concentration_unit", "stimulus": "stimulus_column"}
    if isinstance(error, UnknownNameError):
        return error
    return error.reworded(
        names.get(error.where, error.where),
        lambda text: text.replace("--unit ", "--concentration-unit ").replace(
            "--stimulus COLUMN", "--stimulus-column COLUMN"
        ),
    )


def _with_rows(table: DataTable, rows: Sequence[int]) -> DataTable:
    keep = np.array(rows, int)
    return DataTable(
        table.name,
        table.columns,
        {name: values[keep] for name, values in table.values.items()},
        {name: tuple(cells[k] for k in rows) for name, cells in table.text.items()},
        table.units,
        file=table.file,
        lines=tuple(table.place(k) for k in rows),
    )


def _values(table: DataTable, column: str) -> list[tuple[float, SampleState, float]]:
    """Value, state and bound of each cell."""
    if column in table.values:
        return [
            (float(v), "measured" if math.isfinite(v) else "lost", math.nan)
            for v in np.where(table.used(column), table.values[column], np.nan)
        ]
    cells = [cell.strip() for cell in table.words(column)]
    numbers = NumberFormat(column_mark(cells) or ".")
    read = []
    for row, cell in enumerate(cells):
        one = _cell(cell, numbers)
        if one is None:
            raise InputError(
                f"'{cell[:40]}' is no value",
                where=f"{table.file or table.name}, {table.place(row)}, column '{column}'",
                allowed='A value is a number, "<LOD", "<0.05", ">20", "n.d.", "lost" or empty',
            )
        read.append(one)
    return read


def _cell(cell: str, numbers: NumberFormat) -> tuple[float, SampleState, float] | None:
    value = numbers.read(cell) if cell else math.nan
    if value is not None and not math.isinf(value):
        return value, "measured" if math.isfinite(value) else "lost", math.nan
    state = STATES.get(cell.lower())
    if state is not None and state != "quantified":
        return math.nan, "lost" if state == "lost" else "below", math.nan
    if bound := _BOUND.fullmatch(cell):
        limit = numbers.read(bound[2])
        if limit is not None:
            return math.nan, "below" if bound[1] in "<≤" else "above", limit
    return None


def _unit(table: DataTable, columns: Sequence[str]) -> str:
    units = list(dict.fromkeys(unit_in_column_name(column) for column in columns))
    if len(units) > 1:
        raise InputError(
            f"the samples are in {' and '.join(units)}",
            where=table.file or table.name,
            allowed="Basal and stimulated samples have one unit",
        )
    return "" if units[0] == UNKNOWN else units[0]


def _numbers(table: DataTable, used: Mapping[str, str], role: str) -> list[float]:
    if role not in used:
        return [math.nan] * len(table)
    return [float(v) for v in table.numbers(used[role])]


def _levels(
    table: DataTable,
    used: Mapping[str, str],
    options: ReleaseReadOptions,
    samples: Sequence[SampleKind],
) -> tuple[list[float], str]:
    """Concentrations of the standards, and their unit."""
    if "standard" not in samples:
        return [math.nan] * len(table), ""
    column = used.get("level") or used.get("concentration")
    if column is None:
        raise InputError(
            "the standards have no column of concentrations",
            where=table.file or table.name,
            do="Add --level COLUMN",
        )
    cells = (
        table.values[column]
        if column in table.values
        else [
            NumberFormat(".").read(cell.strip()) if cell.strip() else math.nan
            for cell in table.words(column)
        ]
    )
    levels = [math.nan if v is None else float(v) for v in cells]
    for row, kind in enumerate(samples):
        if kind == "standard" and not levels[row] >= 0:
            raise InputError(
                "a standard has no concentration of 0 or more",
                where=f"{table.file or table.name}, {table.place(row)}",
                do=f"State it in column '{column}'",
            )
    unit = unit_in_column_name(column)
    return levels, options.level_unit or ("" if unit == UNKNOWN else unit)


def _amounts(
    table: DataTable, used: Mapping[str, str], per: str, name: str
) -> tuple[str, list[float]]:
    """Protein [mg] or cells [1e6] of each row, and which."""
    missing = [math.nan] * len(table)
    if per == "well" or (per == "auto" and not {"protein", "cells"} & set(used)):
        return "", missing
    role = per if per != "auto" else "protein" if "protein" in used else "cells"
    if role not in used:
        raise InputError(
            f"has no column of {role}", where=name, do=f'Add --{role} COLUMN, or --per "well"'
        )
    values = [float(v) for v in table.numbers(used[role])]
    if role == "cells":
        return PER_CELLS, [v * 1e-6 for v in values]
    unit = unit_in_column_name(used[role])
    try:
        is_mass = unit != UNKNOWN and dimension(unit) == "mass"
    except UnitError:
        is_mass = False
    if not is_mass:
        raise InputError(
            f"the protein in '{used[role]}' has {'no unit' if unit == UNKNOWN else f'unit {unit}'}",
            where=name,
            allowed="It is the protein of a well, in ug or mg",
            do="Write the unit into the heading: 'protein_ug', or add --per \"well\"",
        )
    factor = convert(1.0, known_unit(unit), "mg")
    return PER_PROTEIN, [v * factor for v in values]


def _reason(cell: str) -> str:
    plain = cell.strip()
    if plain.lower() in ("", "0", "no", "false", "-"):
        return ""
    return "excluded in the table" if plain.lower() in _YES else plain


def _check_cultures(readings: Sequence[ReleaseReading], name: str) -> None:
    lost = [r.where for r in readings if r.sample in ("basal", "stimulated") and not r.culture]
    if lost:
        raise InputError(
            f"{len(lost)} samples have no culture, the first in {lost[0].rpartition(', ')[2]}",
            where=name,
            do="Fill in its name",
        )
