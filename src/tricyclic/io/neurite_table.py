"""Reads tables of neurites: cells of each field and those with neurites, or lengths of each cell.

States and words in place of a count are reasons for leaving out a field; nothing missing is 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.neurites import (
    CellState,
    FieldCount,
    NeuriteCell,
    NeuriteTable,
    diameters_text,
    table_of_cells,
)
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.culture_arms import ArmColumns, read_arms
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.neurite_columns import PROPORTION, neurite_columns, unused_columns
from tricyclic.io.open import read_tables

_ARM_ROLES = ("drug", "treatment", "concentration", "stimulus", "antagonist")
_KEYS = ("culture", "plate", "well", "folder", "field")
_YES = frozenset(["1", "yes", "y", "true", "x", "+", "positive", "pos"])
_NO = frozenset(["0", "no", "n", "false", "-", "negative", "neg"]) | {""}
_LENGTHS = {"um": "um", "µm": "um", "μm": "um", "micron": "um", "microns": "um", "px": "px"}
_LENGTHS |= {"pixel": "px", "pixels": "px"}


@dataclass(frozen=True)
class NeuriteReading:
    """How a table of neurites is read.

    Parameters
    ----------
    columns : mapping of str to str
        Columns that the user named, by their role.
    stimulus : str
    unit : str
        Of concentrations without one.
    antagonists : tuple of str
    soma_diameter : float
        Of cells without their own, in the unit of the lengths; nan for none.
    design : DataTable or None
        Arms of wells, for a table without them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    stimulus: str = "NGF"
    unit: str = ""
    antagonists: tuple[str, ...] = ()
    soma_diameter: float = math.nan
    design: DataTable | None = None


def read_neurite_table(
    source: str | Path | DataTable,
    name: str,
    how: NeuriteReading | None = None,
    *,
    sheet: str = "",
    decimal: str = "",
) -> NeuriteTable:
    """Read counts of fields, or cells with their lengths.

    Parameters
    ----------
    source : path or DataTable
    name : str
        For errors.
    how : NeuriteReading, optional
    sheet, decimal : str

    Raises
    ------
    InputError
        If there is no column of cultures, of arms, or of counts or lengths, or a cell cannot be
        read.
    """
    how = how or NeuriteReading()
    tables = read_tables(source, sheet=sheet or None, decimal=decimal or None)
    table, more = tables[0], [one.name for one in tables[1:]]
    columns, positives = neurite_columns(
        table, how.columns, name=name, stimulus=how.stimulus, antagonists=how.antagonists
    )
    rows = _Rows.of(table, columns, how, name)
    by_cell = "longest" in columns or ("cell" in columns and "cells" not in columns)
    if by_cell:
        cells = _cells(rows, how, positives)
        read = table_of_cells(
            cells,
            length_unit=_length_unit(columns),
            stimulus=how.stimulus,
            soma_diameter=how.soma_diameter,
            where=name,
        )
        if not any(math.isfinite(c.longest) for c in cells):
            read = replace(read, fields=_scored_fields(rows, positives), thresholds=(math.nan,))
    else:
        fields, thresholds = _fields(rows, positives)
        read = NeuriteTable(fields, thresholds, stimulus=how.stimulus)
    used = [*columns.values(), *(column for _, column in positives)]
    return replace(
        read,
        file=table.file or name,
        read_as=(
            *(f"{role.replace('_', ' ')}: column '{own}'" for role, own in columns.items()),
            *(
                f"cells with a neurite of {diameters_text(k)}: column '{own}'"
                for k, own in positives
                if own not in columns.values()
            ),
            *rows.notes,
            *table.notes,
        ),
        unused=(
            *quoted("column", unused_columns(table, used)),
            *quoted("table", more),
            *table.unused,
        ),
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of a table with their culture, well, field and arm."""

    table: DataTable
    columns: Mapping[str, str]
    name: str
    keys: tuple[tuple[str, str, str], ...]
    arms: tuple[CultureArm, ...]
    excluded: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, table: DataTable, columns: Mapping[str, str], how: NeuriteReading, name: str
    ) -> _Rows:
        if "culture" not in columns and not (how.design and _has_culture(how.design)):
            listed = list_names([f"'{one}'" for one in table.columns], 8)
            raise InputError(
                f"no column of cultures is recognised among {listed}",
                where=name,
                allowed="Cells, fields and wells of one culture share its conditions, so that only "
                "independent cultures count as n",
                do="Add --culture COLUMN; a table of one culture needs a column with its name too",
            )
        texts = {key: table.texts(columns[key]) for key in _KEYS if key in columns}
        culture = _filled_down(texts.get("culture", ("",) * len(table)))
        arms, notes, cultures = _arms(table, columns, how, texts)
        culture = tuple(a or b for a, b in zip(culture, cultures, strict=True))
        for row, one in enumerate(culture):
            if not one.strip():
                raise InputError(
                    "has no culture",
                    where=f"{name}, {table.place(row)}",
                    do="Write the culture of each row",
                )
        plate = texts.get("plate", ("",) * len(table))
        well = texts.get("well", ("",) * len(table))
        named = tuple(" ".join(filter(None, pair)) for pair in zip(plate, well, strict=True))
        fields = texts.get("field", ("",) * len(table))
        keys = tuple(zip(culture, named, fields, strict=True))
        return cls(table, columns, name, keys, arms, _exclusions(table, columns), tuple(notes))

    def place(self, row: int) -> str:
        return f"{self.name}, {self.table.place(row)}"

    def numbers(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Numbers of a column, nan where there is none, and the words there."""
        if column in self.table.values:
            return self.table.values[column], ("",) * len(self.table)
        cells = [cell.strip() for cell in self.table.texts(column)]
        values, words = [], []
        for cell in cells:
            try:
                values.append(float(cell) if cell else math.nan)
                words.append("")
            except ValueError:
                values.append(math.nan)
                words.append(cell)
        if sum(map(bool, words)) * 2 > len(cells):
            self.table.numbers(column)
        return np.array(values), tuple(words)


def _has_culture(design: DataTable) -> bool:
    return "culture" in neurite_columns(design, {}, name=design.name)[0]


def _filled_down(cells: Sequence[str]) -> tuple[str, ...]:
    """Cells with the name above them where they are empty, as in a sheet with one name a block."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell.strip() or (filled[-1] if filled else ""))
    return tuple(filled)


def _arms(
    table: DataTable,
    columns: Mapping[str, str],
    how: NeuriteReading,
    texts: Mapping[str, Sequence[str]],
) -> tuple[tuple[CultureArm, ...], list[str], tuple[str, ...]]:
    """Arms of the rows, how they were read, and cultures that a design states."""
    none = ("",) * len(table)
    own = {role: columns[role] for role in _ARM_ROLES if role in columns}
    settings = ArmColumns(own, how.stimulus, how.unit, how.antagonists)
    if how.design is None:
        arms, notes = read_arms(table, settings)
        return arms, list(notes), none
    design = how.design
    of_design, _ = neurite_columns(
        design, {}, name=design.name, stimulus=how.stimulus, antagonists=how.antagonists
    )
    arms, notes = read_arms(
        design,
        replace(settings, columns={r: of_design[r] for r in _ARM_ROLES if r in of_design}),
    )
    shared = [key for key in _KEYS if key in of_design and key in texts]
    if not shared:
        raise InputError(
            "has no column of wells, plates, cultures or fields in common with the table",
            where=design.name,
            do="Add a column 'well' (and 'culture') to both",
        )
    keys = list(zip(*(design.texts(of_design[key]) for key in shared), strict=True))
    by_key = dict(zip(keys, arms, strict=True))
    twice = next((k for k, arm in zip(keys, arms, strict=True) if by_key[k] != arm), None)
    if twice is not None:
        named = ", ".join(f"{k} {v}" for k, v in zip(shared, twice, strict=True))
        raise InputError(
            f"has two treatments of {named}",
            where=design.name,
            do="Add a column by which its rows differ to both tables, such as 'plate'",
        )
    cultures = (
        dict(zip(keys, design.texts(of_design["culture"]), strict=True))
        if "culture" in of_design
        else {}
    )
    wanted = list(zip(*(texts[key] for key in shared), strict=True))
    lacking = next((one for one in wanted if one not in by_key), None)
    if lacking is not None:
        raise InputError(
            f"has no row for {', '.join(f'{k} {v}' for k, v in zip(shared, lacking, strict=True))}",
            where=design.name,
            do="Add it",
        )
    return (
        tuple(by_key[one] for one in wanted),
        [*notes, f"arms: {design.name}, by {' and '.join(shared)}"],
        tuple(cultures.get(one, "") for one in wanted),
    )


def _exclusions(table: DataTable, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Reason for which each row is left out; "" for none."""
    reasons = table.texts(columns["reason"]) if "reason" in columns else ("",) * len(table)
    if "state" not in columns:
        return ("",) * len(table)
    out = []
    for cell, reason in zip(table.texts(columns["state"]), reasons, strict=True):
        plain = cell.strip().lower()
        used = plain in _NO or plain in ("measured", "ok", "used", "included", "ambiguous")
        given = reason if plain in _YES or plain == "excluded" else cell
        out.append("" if used else given.strip() or reason.strip() or "excluded in the table")
    return tuple(out)


def _fields(
    rows: _Rows, positives: Sequence[tuple[float, str]]
) -> tuple[tuple[FieldCount, ...], tuple[float, ...]]:
    if "cells" not in rows.columns:
        listed = list_names([f"'{one}'" for one in rows.table.columns], 8)
        why = (
            "5 of 10 and 500 of 1000 are both 50 %: the number of cells is needed beside a percent"
            if "percent" in rows.columns
            else "It needs the number of cells of each field, or the longest neurite of each cell"
        )
        raise InputError(
            f"no column of numbers of cells is recognised among {listed}",
            where=rows.name,
            allowed=why,
            do="Add --cells COLUMN",
        )
    cells, cell_words = rows.numbers(rows.columns["cells"])
    counts, thresholds = _counts(rows, cells, positives)
    fields = []
    for row, key in enumerate(rows.keys):
        n, own = float(cells[row]), [float(values[row]) for values, _ in counts]
        words = [cell_words[row], *(w[row] for _, w in counts)]
        excluded = rows.excluded[row] or next(filter(None, words), "")
        if not excluded and not all(map(math.isfinite, (n, *own))):
            excluded = "not counted"
        if not excluded and n == 0:
            excluded = "no cells"
        if not excluded:
            _check_counts(n, own, thresholds, rows.place(row))
        fields.append(
            FieldCount(
                *key,
                rows.arms[row],
                round(n) if math.isfinite(n) else 0,
                tuple(round(one) if math.isfinite(one) else 0 for one in own),
                excluded,
                rows.place(row),
            )
        )
    _refuse_twice(fields)
    return tuple(fields), thresholds


def _counts(
    rows: _Rows, cells: np.ndarray, positives: Sequence[tuple[float, str]]
) -> tuple[list[tuple[np.ndarray, tuple[str, ...]]], tuple[float, ...]]:
    if positives:
        return [rows.numbers(column) for _, column in positives], tuple(k for k, _ in positives)
    if "percent" not in rows.columns:
        listed = list_names([f"'{one}'" for one in rows.table.columns], 8)
        raise InputError(
            f"no column of cells with neurites is recognised among {listed}",
            where=rows.name,
            do="Add --positive COLUMN (a count) or --percent COLUMN",
        )
    column = rows.columns["percent"]
    share, words = rows.numbers(column)
    share = share * (100.0 if PROPORTION.search(column.lower()) else 1.0)
    wrong = np.flatnonzero((share < 0) | (share > 100))
    if wrong.size:
        raise InputError(
            f"is {share[wrong[0]]:g} %",
            where=f"{rows.place(int(wrong[0]))}, column '{column}'",
            allowed="A percentage is 0 to 100",
        )
    return [(np.round(share / 100.0 * cells), words)], (math.nan,)


def _check_counts(n: float, own: Sequence[float], thresholds: Sequence[float], where: str) -> None:
    if n < 0 or n != round(n) or any(one < 0 or one != round(one) for one in own):
        raise InputError(
            f"{own[0]:g} of {n:g} cells", where=where, allowed="Counts are whole numbers from 0 on"
        )
    if any(one > n for one in own):
        raise InputError(
            f"{max(own):g} cells have neurites, of {n:g} cells",
            where=where,
            allowed="Cells with neurites are among those counted",
            do="Exchange --cells and --positive, or correct the row",
        )
    if any(a < b for a, b in pairwise(own)):
        raise InputError(
            "more cells have a neurite of a longer threshold than of a shorter one",
            where=where,
            allowed=f"Counts fall over {', '.join(f'{k:g}' for k in thresholds)} soma diameters",
        )


def _refuse_twice(fields: Sequence[FieldCount]) -> None:
    seen: dict[tuple[str, str, str, CultureArm], FieldCount] = {}
    for one in fields:
        key = (one.culture, one.well, one.field, one.arm)
        if one.field and key in seen:
            raise InputError(
                f"field {one.field} of culture {one.culture}"
                + (f", well {one.well}" if one.well else "")
                + f" is in {seen[key].place.rpartition(', ')[2]} too",
                where=one.place,
                allowed="A field has one row",
                do="Correct its name, or add --well COLUMN where fields are numbered in each well",
            )
        seen[key] = one


def _length_unit(columns: Mapping[str, str]) -> str:
    units = {
        _LENGTHS.get(unit_in_column_name(columns[role]), "")
        or next(
            (u for w, u in _LENGTHS.items() if columns[role].lower().endswith((f"_{w}", f"({w})"))),
            "",
        )
        for role in ("longest", "total", "soma_diameter")
        if role in columns
    } - {""}
    if len(units) > 1:
        raise InputError(
            "lengths are in um and in pixels",
            allowed="All lengths of a table are in one unit",
            do="Convert them with the size of a pixel",
        )
    return units.pop() if units else ""


def _cells(
    rows: _Rows, how: NeuriteReading, positives: Sequence[tuple[float, str]]
) -> tuple[NeuriteCell, ...]:
    empty = np.full(len(rows.table), math.nan)

    def numbers(role: str) -> np.ndarray:
        return rows.numbers(rows.columns[role])[0] if role in rows.columns else empty

    longest, total, soma = (numbers(role) for role in ("longest", "total", "soma_diameter"))
    neurites, branches = numbers("neurites"), numbers("branches")
    names = rows.table.texts(rows.columns["cell"]) if "cell" in rows.columns else ()
    states = rows.table.texts(rows.columns["state"]) if "state" in rows.columns else ()
    reasons = rows.table.texts(rows.columns["reason"]) if "reason" in rows.columns else ()
    for label, values in (("longest neurite", longest), ("total length", total)):
        wrong = np.flatnonzero(values < 0)
        if wrong.size:
            raise InputError(
                f"the {label} is {values[wrong[0]]:g}",
                where=rows.place(int(wrong[0])),
                allowed="Lengths are 0 or more",
            )
    cells = []
    for row, (culture, well, name) in enumerate(rows.keys):
        length = float(longest[row])
        if math.isnan(length) and neurites[row] == 0:
            length = 0.0
        excluded = rows.excluded[row]
        if not excluded and math.isnan(length) and not positives:
            excluded = "no length"
        state: CellState = "excluded" if excluded else "measured"
        if not excluded and states and states[row].strip().lower() == "ambiguous":
            state = "ambiguous"
        cells.append(
            NeuriteCell(
                cell=names[row] if names else str(row + 1),
                longest=length,
                total=0.0 if length == 0 and math.isnan(total[row]) else float(total[row]),
                soma_diameter=float(soma[row]),
                neurites=None if math.isnan(neurites[row]) else int(neurites[row]),
                branches=None if math.isnan(branches[row]) else int(branches[row]),
                state=state,
                reason=excluded or (reasons[row].strip() if reasons else ""),
                culture=culture,
                well=well,
                field=name,
                arm=rows.arms[row],
            )
        )
    return tuple(cells)


def _scored_fields(rows: _Rows, positives: Sequence[tuple[float, str]]) -> tuple[FieldCount, ...]:
    """Fields of a table with a row for each cell that was scored as positive or not."""
    if not positives:
        raise InputError(
            "has cells without a length and without a score",
            where=rows.name,
            do="Add --longest COLUMN, or --positive COLUMN of yes and no",
        )
    column = positives[0][1]
    groups: dict[tuple[str, str, str, CultureArm], list[bool]] = {}
    for row, cell in enumerate(rows.table.texts(column)):
        plain = cell.strip().lower()
        if rows.excluded[row]:
            continue
        if plain not in _YES and plain not in _NO - {""}:
            raise InputError(
                f"is '{cell}'",
                where=f"{rows.place(row)}, column '{column}'",
                allowed="A cell is positive (yes, 1, +) or not (no, 0, -)",
            )
        groups.setdefault((*rows.keys[row], rows.arms[row]), []).append(plain in _YES)
    return tuple(
        FieldCount(*key, len(own), (sum(own),), "", pluralize(len(own), "row"))
        for key, own in groups.items()
    )
