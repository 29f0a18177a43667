"""Plates of a screen from a long table: plate, well, role, reading, compound, concentration.

One row per well. `role` is total (high, max, neutral), non_specific (low, min), competition
(compound, sample, test), response or empty. The name of the concentration column contains the unit
("concentration_uM", "log10_conc_nM"). A second table may assign compounds to wells.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tricyclic.core.concentrations import is_molar_unit, log10_of, to_molar_values
from tricyclic.core.format import pluralize
from tricyclic.core.plate import (
    Plate,
    Role,
    Well,
    in_row_order,
    plate_size,
    well_name,
    well_position,
)
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import source_name
from tricyclic.io.headings import agreed_unit
from tricyclic.io.open import read_tables

# Rows that a phrase lists.
MAX_LISTED = 6
_NAMES = {
    "plate": {"plate", "plate id", "plate name", "plateid", "barcode", "plate number"},
    "well": {"well", "wells", "well id", "well name", "wellid", "position"},
    "value": {
        "value",
        "reading",
        "readings",
        "signal",
        "response",
        "raw",
        "counts",
        "cpm",
        "dpm",
        "rfu",
        "rlu",
        "od",
    },
    "role": {"role", "well role", "type", "well type", "content"},
    "compound": {"compound", "compound id", "sample", "sample id", "substance"},
}
_ROLES = {
    "high": Role.TOTAL,
    "max": Role.TOTAL,
    "maximum": Role.TOTAL,
    "neutral": Role.TOTAL,
    "vehicle": Role.TOTAL,
    "dmso": Role.TOTAL,
    "low": Role.NON_SPECIFIC,
    "min": Role.NON_SPECIFIC,
    "minimum": Role.NON_SPECIFIC,
    "nsb": Role.NON_SPECIFIC,
    "inhibitor": Role.NON_SPECIFIC,
    "compound": Role.COMPETITION,
    "sample": Role.COMPETITION,
    "test": Role.COMPETITION,
    "blank": Role.BACKGROUND,
    "": Role.EMPTY,
}


def read_screen_table(
    path: str | Path | DataTable,
    *,
    sheet: str | int | None = None,
    decimal: str | None = None,
    unit: str = "",
    plate_size: int | None = None,
) -> tuple[Plate, ...]:
    """Read the plates of a long table, in the order of the file; none for another kind of file.

    Parameters
    ----------
    path : str or Path
        CSV, TSV or XLSX with a header.
    unit : str
        Unit of the readings, if the name of their column has none.
    plate_size : int, optional
        Wells of a plate; by default the size that the wells fill, else the smallest of 96, 384
        and 1536 that has all of them.

    Raises
    ------
    InputError
        If a column is missing, a role is unknown, a well is repeated on a plate, or a
        concentration has no unit.
    """
    try:
        tables = _tables(path, sheet=sheet, decimal=decimal)
    except InputError:
        return ()
    if len(tables) != 1 or not {"well", "role"} <= _known(tables[0]).keys():
        return ()
    table = tables[0]
    columns = _columns(table, need=("plate", "well", "value", "role"), of="a table of a screen")
    by_plate = _wells_by_plate(table, columns)
    without = _without_role(table, columns)
    size = plate_size or _size({name for wells in by_plate.values() for name in wells}, table.file)
    in_name = columns["value"] not in ("value", "reading")
    stated = table.units[columns["value"]] if in_name else ""
    unit = agreed_unit([stated if stated != "unknown" else ""], unit or None, table.file)
    unused = table.unused + quoted("column", _unread(table, columns))
    return tuple(
        Plate(
            name,
            size,
            in_row_order(wells.values()),
            unit=unit,
            file=table.file,
            sha256=table.sha256,
            notes=table.notes,
            unused=unused,
            unassigned=tuple(
                well.name
                for well in in_row_order(wells.values())
                if well.role is Role.EMPTY and well.counted and well.name in without.get(name, ())
            ),
        )
        for name, wells in by_plate.items()
    )


def _without_role(table: DataTable, columns: Mapping[str, str]) -> dict[str, set[str]]:
    """Wells whose cell in the column of roles is empty, by plate."""
    names, wells, roles = (_text(table, columns[key]) for key in ("plate", "well", "role"))
    without: dict[str, set[str]] = {}
    for k, role in enumerate(roles):
        if not role:
            without.setdefault(names[k], set()).add(_well(wells[k], table, k))
    return without


def _unread(table: DataTable, columns: Mapping[str, str]) -> list[str]:
    """Columns that are neither among the named ones nor the concentration."""
    used = {*columns.values(), *_dose_columns(table)[:1]}
    return [column for column in table.columns if column not in used]


def _dose_columns(table: DataTable) -> list[str]:
    """Columns of concentrations, that which is read first."""
    units = table.units
    logs = [c for c in units if is_molar_unit(units[c]) and log10_of(units[c])]
    plain = [c for c in table.columns if c.lower().startswith(("conc", "dose")) and c not in logs]
    return plain + logs


def _wells_by_plate(table: DataTable, columns: Mapping[str, str]) -> dict[str, dict[str, Well]]:
    names, wells, roles = (_text(table, columns[key]) for key in ("plate", "well", "role"))
    values = table.numbers(columns["value"])
    compounds = _text(table, columns["compound"]) if "compound" in columns else ("",) * len(table)
    molar = _molar(table)
    by_plate: dict[str, dict[str, Well]] = {}
    # Well names and roles repeat, so each spelling is read once.
    standard: dict[str, str] = {}
    known: dict[str, Role] = {}
    for k, name in enumerate(names):
        if wells[k] not in standard:
            standard[wells[k]] = _well(wells[k], table, k)
        if roles[k] not in known:
            known[roles[k]] = _role(roles[k], table, k)
        on_plate = by_plate.setdefault(name, {})
        well = standard[wells[k]]
        if well in on_plate:
            raise InputError(
                f"well {well} of plate '{name}' appears twice",
                where=f"{table.file}, row {k + 2}",
                do="Keep one reading of each well",
            )
        on_plate[well] = Well(
            well,
            float(values[k]),
            role=known[roles[k]],
            compound=compounds[k],
            concentration_M=molar[k],
        )
    return by_plate


def _tables(
    path: str | Path | DataTable, *, sheet: str | int | None = None, decimal: str | None = None
) -> tuple[DataTable, ...]:
    if isinstance(path, DataTable):
        return read_tables(path, sheet=sheet, decimal=decimal)
    return read_tables(path, reader="plain_table", sheet=sheet, decimal=decimal)


def read_compounds(
    path: str | Path | DataTable, *, decimal: str | None = None
) -> Mapping[tuple[str, str], tuple[str, float]]:
    """Compounds of wells: (plate, well) -> (compound, concentration [M]); plate "" is every plate.

    Raises
    ------
    InputError
        If `well` or `compound` is missing, a well is repeated, or a concentration has no unit.
    """
    (table,) = _one(_tables(path, decimal=decimal), path)
    columns = _columns(table, need=("well", "compound"), of="a table of compounds")
    wells, compounds = _text(table, columns["well"]), _text(table, columns["compound"])
    plates = _text(table, columns["plate"]) if "plate" in columns else ("",) * len(table)
    molar = _molar(table)
    by_well: dict[tuple[str, str], tuple[str, float]] = {}
    for k, well in enumerate(wells):
        key = (plates[k], _well(well, table, k))
        if key in by_well:
            raise InputError(
                f"well {key[1]} appears twice",
                where=f"{table.file}, row {k + 2}",
                do="Add a column 'plate'",
            )
        by_well[key] = (compounds[k], molar[k])
    return by_well


def with_compounds(plate: Plate, compounds: Mapping[tuple[str, str], tuple[str, float]]) -> Plate:
    """The plate with the compounds and concentrations of a table of compounds."""
    filled = []
    for well in plate.wells:
        content = compounds.get((plate.name, well.name)) or compounds.get(("", well.name))
        if content and well.role in (Role.COMPETITION, Role.RESPONSE):
            compound, molar = content
            well = replace(well, compound=compound, concentration_M=molar or well.concentration_M)
        filled.append(well)
    return replace(plate, wells=tuple(filled))


def unused_compounds(
    path: str | Path | DataTable,
    compounds: Mapping[tuple[str, str], tuple[str, float]],
    plates: Sequence[Plate],
    *,
    decimal: str | None = None,
) -> tuple[str, ...]:
    """Columns and rows of a table of compounds that no plate uses, as phrases.

    Parameters
    ----------
    path : str or Path
        The table.
    compounds : mapping
        As `read_compounds` returned it.
    plates : sequence of Plate
        All plates of the screen.
    decimal : str, optional
        As for `read_compounds`.
    """
    (table,) = _one(_tables(path, decimal=decimal), path)
    columns = _columns(table, need=("well", "compound"), of="a table of compounds")
    tested = {
        (name, well.name)
        for plate in plates
        for well in plate.wells
        if well.role in (Role.COMPETITION, Role.RESPONSE)
        for name in (plate.name, "")
    }
    rows = [f"{plate} {well}".strip() for plate, well in compounds if (plate, well) not in tested]
    listed = ", ".join(rows[:MAX_LISTED]) + (", …" if len(rows) > MAX_LISTED else "")
    parts = table.unused + quoted("column", _unread(table, columns))
    if rows:
        parts += (f"{pluralize(len(rows), 'row')} of wells that are not tested ({listed})",)
    return tuple(f"{table.file}: {part}" for part in parts)


def _one(tables: Sequence[DataTable], path: str | Path | DataTable) -> Sequence[DataTable]:
    if len(tables) != 1:
        listed = ", ".join(table.name for table in tables)
        raise InputError(
            f"contains {len(tables)} tables ({listed})",
            where=source_name(path),
            do="Choose one sheet",
        )
    return tables


def _known(table: DataTable) -> dict[str, str]:
    plain = {column: " ".join(column.lower().replace("_", " ").split()) for column in table.columns}
    return {
        key: next(c for c in table.columns if plain[c] in names)
        for key, names in _NAMES.items()
        if names & set(plain.values())
    }


def _columns(table: DataTable, *, need: Sequence[str], of: str) -> dict[str, str]:
    columns = _known(table)
    for key in need:
        if key not in columns:
            raise UnknownNameError(
                f"{of} has no column '{key}'",
                where=table.file,
                allowed=f"Its columns are {', '.join(table.columns)}",
                do=f"Needed are columns {', '.join(need)}",
            )
    if "value" in need and columns["value"] not in table.values:
        raise InputError(
            f"column '{columns['value']}' contains cells that are not numbers",
            where=table.file,
            do="Leave the cell of a well without reading empty",
        )
    return columns


def _text(table: DataTable, column: str) -> tuple[str, ...]:
    if column in table.text:
        return tuple(cell.strip() for cell in table.words(column))
    # A barcode of digits stays a whole number.
    return tuple(
        "" if math.isnan(v) else str(int(v)) if v.is_integer() else repr(v)
        for v in table.values[column].tolist()
    )


def _molar(table: DataTable) -> list[float]:
    column = next(iter(_dose_columns(table)), None)
    if column is None or (
        column in table.text and not any(cell.strip() for cell in table.text[column])
    ):
        return [0.0] * len(table)
    unit = table.units.get(column, "unknown")
    if not is_molar_unit(unit):
        raise InputError(
            f"the unit of column '{column}' is {unit}",
            where=table.file,
            allowed="It must be a unit of concentration, as in concentration_uM or conc (nM)",
            do="Write the unit in the name of the column",
        )
    values = table.numbers(column)
    negative = np.flatnonzero(values < 0)
    if negative.size and not log10_of(unit):
        row = int(negative[0])
        raise InputError(
            f"a concentration is {values[row]:g} {unit}",
            where=f"{table.file}, row {row + 2}",
            allowed="It is 0 or more",
        )
    molar = to_molar_values(values, unit, where=f"{table.file}, column '{column}'")
    return [float(value) for value in np.where(np.isnan(molar), 0.0, molar)]


def _role(text: str, table: DataTable, row: int) -> Role:
    plain = text.lower().replace("-", "_").replace(" ", "_")
    if plain in set(Role):
        return Role(plain)
    if plain in _ROLES:
        return _ROLES[plain]
    raise UnknownNameError.among(
        "role",
        text,
        [*Role, *(word for word in _ROLES if word)],
        where=f"{table.file}, row {row + 2}",
    )


def _well(text: str, table: DataTable, row: int) -> str:
    try:
        return well_name(text)
    except InputError as error:
        raise error.at(f"{table.file}, row {row + 2}") from error


def _size(wells: Iterable[str], where: str) -> int:
    places = {well_position(name) for name in wells}
    if size := plate_size(places):
        return size
    worst = max(places)
    raise InputError(
        f"a well is in row {worst[0] + 1}, column {worst[1] + 1}",
        where=where,
        allowed="Plates have up to 32 rows and 48 columns",
    )
