"""Contents of the wells in the columns of a list: role, compound, concentration, radioligand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tricyclic.core.concentrations import is_molar_unit, log10_of
from tricyclic.core.formulas import refuse_formulas
from tricyclic.core.plate import Plate, Role
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.layout_cells import layout_molar, role_of_word
from tricyclic.units import to_molar

_NAMES: Mapping[str, tuple[str, ...]] = {
    "role": ("role", "well role", "well type", "type", "content", "contents"),
    "compound": ("compound", "drug", "competitor", "inhibitor", "compound name", "compound id"),
    "concentration": ("conc", "concentration", "dose", "competitor conc", "compound conc"),
    "radioligand": ("radioligand", "hot", "radioligand conc", "tracer"),
}
# Names of columns that name the compounds where no other one does.
_SAMPLES = ("sample", "sample name", "sample id", "substance", "treatment", "ligand", "name")
# Doses of a compound, from which on a column of samples names it.
_LEAST_DOSES = 3
_COMPETING = ("competition", "competitor", "compound", "sample", "test", "unknown")


@dataclass(frozen=True)
class ContentColumns:
    """Position of the columns of contents; -1 for a missing one; `units` of the concentrations."""

    role: int = -1
    compound: int = -1
    concentration: int = -1
    radioligand: int = -1
    units: tuple[str, str] = ("", "")

    @property
    def positions(self) -> tuple[int, ...]:
        """Those that are there."""
        all_of = (self.role, self.compound, self.concentration, self.radioligand)
        return tuple(k for k in all_of if k >= 0)


def content_columns(
    sheet: Sheet, header: int, rows: Sequence[int], taken: set[int]
) -> ContentColumns | None:
    """The columns of contents of a list; None where they do not state what is in each well.

    Parameters
    ----------
    sheet : Sheet
    header : int
        Index of the row of names.
    rows : sequence of int
        Indices of the rows of wells.
    taken : set of int
        Columns that are something else.
    """
    names = [_plain(cell) for cell in sheet.rows[header]]
    places = {
        kind: next((k for k, name in enumerate(names) if k not in taken and _is(name, words)), -1)
        for kind, words in _NAMES.items()
    }
    if places["compound"] < 0 and places["concentration"] >= 0:
        samples = (k for k, name in enumerate(names) if k not in taken and _is(name, _SAMPLES))
        of_compounds = (k for k in samples if _has_doses(sheet, rows, k, places["concentration"]))
        places["compound"] = next(of_compounds, -1)
    units = tuple(
        unit_in_column_name(sheet.rows[header][places[kind]]) if places[kind] >= 0 else ""
        for kind in ("concentration", "radioligand")
    )
    columns = ContentColumns(**places, units=(units[0], units[1]))
    if columns.role < 0 and (columns.compound < 0 or columns.concentration < 0):
        return None
    for kind, unit in zip(("concentration", "radioligand"), units, strict=True):
        at = places[kind]
        cells = [_cell(sheet, row, at) for row in rows] if at >= 0 else []
        if not is_molar_unit(unit) and any(is_number_like(cell) and cell != "0" for cell in cells):
            return None
    if columns.role >= 0 and not all(
        _role(_cell(sheet, row, columns.role)) is not None for row in rows
    ):
        return None
    return columns


def _has_doses(sheet: Sheet, rows: Sequence[int], names: int, doses: int) -> bool:
    """Whether the names of a column, but for those of controls, have several doses each."""
    of_name: dict[str, set[str]] = {}
    for row in rows:
        name = _cell(sheet, row, names)
        if name and role_of_word(name.lower()) is None:
            of_name.setdefault(name, set()).add(_cell(sheet, row, doses))
    return bool(of_name) and all(len(own) >= _LEAST_DOSES for own in of_name.values())


def with_contents(
    plate: Plate, sheet: Sheet, columns: ContentColumns, rows: Mapping[str, int]
) -> Plate:
    """The plate with the contents of its wells.

    Parameters
    ----------
    plate : Plate
    sheet : Sheet
    columns : ContentColumns
    rows : mapping of str to int
        Index of the row of each well.

    Raises
    ------
    InputError
        If a concentration is none.
    """
    wells = tuple(
        replace(well, **_contents(sheet, columns, rows[well.name])) if well.name in rows else well
        for well in plate.wells
    )
    return replace(
        plate,
        wells=wells,
        notes=(*plate.notes, "contents of the wells from the columns of the file"),
        unassigned=tuple(w.name for w in wells if w.counted and w.name not in rows),
    )


def _contents(sheet: Sheet, columns: ContentColumns, row: int) -> dict[str, Any]:
    where = sheet.where(row)
    refuse_formulas([_cell(sheet, row, k) for k in columns.positions], where)
    compound = _cell(sheet, row, columns.compound)
    molar = _molar(sheet, row, columns.concentration, columns.units[0], where)
    hot = _molar(sheet, row, columns.radioligand, columns.units[1], where)
    role = _role(_cell(sheet, row, columns.role)) if columns.role >= 0 else None
    if role is None:
        role = role_of_word(compound) if compound else Role.EMPTY
    if role is None:
        role = Role.COMPETITION
    if role is Role.COMPETITION and not molar:
        # No competitor is a total.
        role = Role.TOTAL
    if role is not Role.COMPETITION:
        is_blocker = role is Role.NON_SPECIFIC and role_of_word(compound) is None
        compound, molar = (compound, molar) if is_blocker else ("", 0.0)
    return {
        "role": role,
        "compound": compound,
        "concentration_M": molar,
        "radioligand_nM": float(f"{hot * 1e9:.14g}") if hot else None,
    }


def _molar(sheet: Sheet, row: int, column: int, unit: str, where: str) -> float:
    cell = _cell(sheet, row, column)
    if not cell or is_not_counted(cell):
        return 0.0
    if not is_number_like(cell):
        try:
            return layout_molar(cell)
        except InputError as error:
            raise error.at(where) from error
    value = sheet.number(cell, where)
    if not value and not log10_of(unit):
        return 0.0
    molar = to_molar(10.0**value, log10_of(unit)) if log10_of(unit) else to_molar(value, unit)
    if molar < 0 or not math.isfinite(molar):
        raise InputError(
            f"a concentration is {cell}", where=where, allowed="Concentrations are 0 or more"
        )
    return float(f"{molar:.14g}")


def _role(word: str) -> Role | None:
    plain = word.strip().lower().replace("_", " ")
    if not plain:
        return Role.EMPTY
    if plain in _COMPETING:
        return Role.COMPETITION
    return role_of_word(plain)


def _is(name: str, words: Sequence[str]) -> bool:
    stem = name.split("(")[0].split("[")[0].strip()
    last = stem.rsplit(" ", 1)
    without_unit = last[0] if len(last) == 2 and is_molar_unit(last[1]) else stem
    return without_unit in words


def _plain(name: str) -> str:
    """The name in lower case, but for its unit, in which case matters."""
    words = name.replace("_", " ").split()
    return " ".join(word if is_molar_unit(word) else word.lower() for word in words)


def _cell(sheet: Sheet, at: int, column: int) -> str:
    row = sheet.rows[at]
    return row[column].strip() if 0 <= column < len(row) else ""
