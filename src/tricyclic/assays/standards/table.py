"""Standards and samples from the rows of tables, as laboratories write them.

A row with a concentration is a standard, one without is an unknown; a column of roles, where there
is one, takes precedence. Rows of one name and one dilution are replicates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.standards.interpolation import SampleReadings, StandardReadings
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import NumberFormat

STANDARD, UNKNOWN, CONTROL, BLANK = "standard", "unknown", "qc", "blank"
ROLES = {
    **dict.fromkeys(("standard", "std", "calibrator", "cal", "st", "s"), STANDARD),
    **dict.fromkeys(("unknown", "unk", "sample", "smp", "u", "x"), UNKNOWN),
    **dict.fromkeys(("qc", "control", "ctrl", "c"), CONTROL),
    **dict.fromkeys(("blank", "blk", "zero", "b0", "b"), BLANK),
}
# Cells of a column of concentrations that mean that there is none.
NO_CONCENTRATION = frozenset({"", "-", "--", "?", "n/a", "na", "nan", "none"})
MOST_LISTED = 12


@dataclass(frozen=True)
class StandardColumns:
    """Meaning of the columns of a table.

    Parameters
    ----------
    x : str
        Concentrations of standards and controls.
    y : tuple of str
        Readings; replicates are further columns.
    sample, role, dilution, weight : str
        Names of samples; their roles (standard, unknown, qc, blank); dilution factors; weights of
        readings. Empty where there is no such column.
    """

    x: str
    y: tuple[str, ...]
    sample: str = ""
    role: str = ""
    dilution: str = ""
    weight: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are used."""
        others = (self.x, self.sample, self.role, self.dilution, self.weight)
        return tuple(name for name in (*others, *self.y) if name)


@dataclass(frozen=True)
class _Row:
    sample: str
    role: str
    concentration: float
    dilution: float
    weight: float
    readings: tuple[float, ...]


def read_standards(
    tables: Sequence[DataTable], columns: StandardColumns, *, unit: str, y_unit: str, name: str
) -> tuple[StandardReadings, tuple[SampleReadings, ...], tuple[str, ...]]:
    """Standards, samples, and what the tables contain beside them.

    Parameters
    ----------
    tables : sequence of DataTable
        The table of standards, and others with samples in the same columns.
    columns : StandardColumns
    unit, y_unit : str
        Of concentrations and readings.
    name : str
        Where errors are.

    Raises
    ------
    InputError
        If a column is missing, a cell cannot be read, or there are no standards.
    """
    standards: list[_Row] = []
    samples: list[_Row] = []
    unused: list[str] = []
    for number, table in enumerate(tables):
        rows, without = _rows(table, columns, only_samples=number > 0)
        standards += [row for row in rows if row.role in (STANDARD, BLANK)]
        samples += [row for row in rows if row.role in (UNKNOWN, CONTROL)]
        place = f" of {table.name}" if len(tables) > 1 else ""
        unused += [f"{part}{place}" for part in without]
    if not standards:
        raise InputError(
            f"no row has a concentration in column '{columns.x}'",
            where=name,
            do="Name the column of the standards with x",
        )
    x, y, weight = (
        np.array([value for row in standards for value in values(row)])
        for values in (_concentrations, _readings, _weights)
    )
    return (
        StandardReadings(
            x, y, weight if columns.weight else None, name=name, unit=unit, y_unit=y_unit
        ),
        _joined(samples),
        tuple(unused),
    )


def _concentrations(row: _Row) -> list[float]:
    return [row.concentration] * len(row.readings)


def _weights(row: _Row) -> list[float]:
    return [row.weight] * len(row.readings)


def _readings(row: _Row) -> list[float]:
    return list(row.readings)


def _joined(rows: Sequence[_Row]) -> tuple[SampleReadings, ...]:
    """Rows of one sample at one dilution as replicates, in the order of the table."""
    groups: dict[tuple[str, float, str, float], list[float]] = {}
    for row in rows:
        nominal = row.concentration if row.role == CONTROL else math.inf
        groups.setdefault((row.sample, row.dilution, row.role, nominal), []).extend(row.readings)
    return tuple(
        SampleReadings(sample, np.array(values), dilution, nominal if role == CONTROL else math.nan)
        for (sample, dilution, role, nominal), values in groups.items()
    )


def _rows(
    table: DataTable, columns: StandardColumns, *, only_samples: bool
) -> tuple[list[_Row], list[str]]:
    for column in columns.names:
        # A table of samples needs no concentrations and no weights.
        optional = only_samples and column in (columns.x, columns.role, columns.weight)
        if column not in table.columns and not optional:
            raise UnknownNameError.among("column", column, table.columns, where=table.name)
    n = len(table)
    x = _numbers(table, columns.x, NO_CONCENTRATION, ROLES) if columns.x in table.columns else None
    dilution = _factors(table, columns.dilution)
    weight = table.numbers(columns.weight) if columns.weight in table.columns else np.ones(n)
    used = np.column_stack([table.used(column) for column in columns.y])
    readings = np.column_stack([table.numbers(column) for column in columns.y])
    out, empty, refused = [], [], []
    for row in range(n):
        values = tuple(float(value) for value in readings[row][used[row]])
        place = table.lines[row] if row < len(table.lines) else f"row {row + 1}"
        if not values:
            empty.append(row + 1)
            continue
        concentration = math.nan if x is None else float(x[row])
        role = _role(table, columns.role, row, concentration, place, only_samples=only_samples)
        if role == BLANK and math.isnan(concentration):
            concentration = 0.0
        if role in (STANDARD, CONTROL) and math.isnan(concentration):
            raise InputError(
                f"a {role} has no concentration",
                where=f"{table.name}, {place}",
                do=f"State it in column '{columns.x}'",
            )
        if concentration < 0:
            raise InputError(
                f"a concentration is {concentration:g}",
                where=f"{table.name}, {place}",
                allowed="Concentrations are 0 or more",
            )
        if columns.weight and not only_samples and role == STANDARD and not weight[row] > 0:
            refused.append(row + 1)
            continue
        sample = _sample(table, columns.sample, row)
        out.append(
            _Row(sample, role, concentration, float(dilution[row]), float(weight[row]), values)
        )
    unused = list(table.unused)
    unused += quoted("column", [name for name in table.columns if name not in columns.names])
    unused += _listed(empty, "no reading")
    unused += _listed(refused, f"no weight above 0 in '{columns.weight}'")
    return out, unused


def _listed(rows: Sequence[int], reason: str) -> list[str]:
    if not rows:
        return []
    numbers = ", ".join(map(str, rows[:MOST_LISTED]))
    numbers += f", … ({len(rows)} rows)" if len(rows) > MOST_LISTED else ""
    return [f"{'row' if len(rows) == 1 else 'rows'} {numbers} ({reason})"]


def _sample(table: DataTable, column: str, row: int) -> str:
    if not column:
        return f"row {row + 1}"
    if column in table.text:
        return table.words(column)[row].strip() or f"row {row + 1}"
    value = float(table.values[column][row])
    return f"{value:.15g}" if math.isfinite(value) else f"row {row + 1}"


def _role(
    table: DataTable,
    column: str,
    row: int,
    concentration: float,
    place: str,
    *,
    only_samples: bool,
) -> str:
    if not column or column not in table.columns:
        return UNKNOWN if only_samples or math.isnan(concentration) else STANDARD
    if column not in table.text:
        raise InputError(
            f"column '{column}' has numbers",
            where=table.name,
            allowed=f"Roles are {STANDARD}, {UNKNOWN}, {CONTROL} or {BLANK}",
        )
    word = table.words(column)[row].strip().lower().rstrip("0123456789 _-#")
    if word not in ROLES:
        raise InputError(
            f"the role is '{table.text[column][row]}'",
            where=f"{table.name}, {place}",
            allowed=f"Roles are {STANDARD}, {UNKNOWN}, {CONTROL} or {BLANK}",
        )
    return ROLES[word]


def _factors(table: DataTable, column: str) -> np.ndarray:
    """Dilution factors: 10, or "1:10" and "1/10"; 1 where there is none."""
    if not column:
        return np.ones(len(table))
    if column in table.values:
        factors = np.where(np.isnan(table.values[column]), 1.0, table.values[column])
    else:
        factors = np.array([_factor(cell, table.name) for cell in table.words(column)])
    bad = ~np.isfinite(factors) | (factors <= 0)
    if bad.any():
        raise InputError(
            f"a dilution factor is {factors[bad][0]:g}",
            where=f"{table.name}, column '{column}'",
            allowed="Dilution factors are above 0, such as 10 for one part in ten",
        )
    return np.asarray(factors, float)


def _factor(cell: str, where: str) -> float:
    text = cell.strip().lower()
    if text in ("", "-", "neat", "undiluted", "none"):
        return 1.0
    first, mark, second = text.partition(":" if ":" in text else "/")
    numbers = [_number(part) for part in ((first, second) if mark else (first.strip("x "),))]
    if None in numbers or 0 in numbers[:1]:
        raise InputError(
            f"a dilution is '{cell}'", where=where, allowed="Such as 10, 1:10, 1/10 or neat"
        )
    return numbers[1] / numbers[0] if mark else numbers[0]  # type: ignore[operator,return-value]


def _number(cell: str) -> float | None:
    text = cell.strip()
    value = NumberFormat(".").read(text)
    return NumberFormat(",").read(text) if value is None else value


def _numbers(
    table: DataTable, column: str, missing: frozenset[str], words: dict[str, str]
) -> np.ndarray:
    """Numbers of a column, nan for cells that mean that there is none."""
    if column in table.values:
        return np.asarray(table.values[column], float)
    out = np.full(len(table), np.nan)
    for row, cell in enumerate(table.text[column]):
        text = cell.strip().lower()
        if text in missing or text.rstrip("0123456789 _-#") in words:
            continue
        value = _number(cell)
        if value is None:
            place = table.lines[row] if row < len(table.lines) else f"row {row + 1}"
            raise InputError(
                f"'{cell}' is no concentration",
                where=f"{table.name}, {place}",
                allowed="A number for a standard, an empty cell for an unknown",
            )
        out[row] = value
    return out
