"""From a long table of a screen (plate, well, role, reading, compound, concentration) to Plates with their roles.

One row per well. `role` says what a well holds: total (high, max, neutral), non_specific (low, min), competition (compound, sample, test),
response, empty. The column of concentrations names its unit ("concentration_uM"). A second, shorter table may say which
compound is in which well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tricyclic.core.plate import (
    PLATE_SHAPES,
    Plate,
    Role,
    Well,
    in_row_order,
    well_name,
    well_position,
)
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.open import read_tables
from tricyclic.units import is_concentration, to_molar

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
    path: str | Path,
    *,
    sheet: str | int | None = None,
    decimal: str | None = None,
    unit: str = "",
    plate_size: int | None = None,
) -> tuple[Plate, ...]:
    """Read the plates of a long table, in the order of the file; none where the file is something else.

    Parameters
    ----------
    path : str or Path
        CSV, TSV or XLSX with a header.
    unit : str
        Of the readings, where their column does not name it.
    plate_size : int, optional
        Wells of a plate; the smallest of 96 and 384 that holds all wells where left out.

    Raises
    ------
    InputError
        If a column is missing, a role is unknown, a well is twice on a plate, or a concentration has no unit.
    """
    try:
        tables = read_tables(path, reader="plain_table", sheet=sheet, decimal=decimal)
    except InputError:
        return ()
    if len(tables) != 1 or not {"well", "role"} <= _known(tables[0]).keys():
        return ()
    table = tables[0]
    found = _columns(table, need=("plate", "well", "value", "role"), of="a long table of a screen")
    names, wells, roles = (_text(table, found[key]) for key in ("plate", "well", "role"))
    values = table.numbers(found["value"])
    compounds = _text(table, found["compound"]) if "compound" in found else ("",) * len(table)
    molar = _molar(table)
    by_plate: dict[str, dict[str, Well]] = {}
    spelt: dict[str, str] = {}
    known: dict[str, Role] = {}
    for k, name in enumerate(names):
        if wells[k] not in spelt:
            spelt[wells[k]] = _spelt(wells[k], table, k)
        if roles[k] not in known:
            known[roles[k]] = _role(roles[k], table, k)
        held = by_plate.setdefault(name, {})
        well = spelt[wells[k]]
        if well in held:
            raise InputError(
                f"well {well} of plate '{name}' appears twice",
                where=f"{table.file}, row {k + 2}",
                do="Keep one reading of each well",
            )
        held[well] = Well(
            well,
            float(values[k]),
            role=known[roles[k]],
            compound=compounds[k],
            concentration_M=molar[k],
        )
    size = plate_size or _size(spelt.values())
    said = unit or (
        table.units[found["value"]] if found["value"] not in ("value", "reading") else "unknown"
    )
    return tuple(
        Plate(
            name,
            size,
            in_row_order(held.values()),
            unit=said,
            file=table.file,
            sha256=table.sha256,
            notes=_notes(table),
        )
        for name, held in by_plate.items()
    )


def read_compounds(
    path: str | Path, *, decimal: str | None = None
) -> Mapping[tuple[str, str], tuple[str, float]]:
    """Read which compound is in which well: (plate, well) -> (compound, concentration in M); plate "" means every plate.

    Raises
    ------
    InputError
        If `well` or `compound` is missing, a well is named twice, or a concentration has no unit.
    """
    (table,) = _one(read_tables(path, reader="plain_table", decimal=decimal), path)
    found = _columns(table, need=("well", "compound"), of="a table of compounds")
    wells, compounds = _text(table, found["well"]), _text(table, found["compound"])
    plates = _text(table, found["plate"]) if "plate" in found else ("",) * len(table)
    molar = _molar(table)
    out: dict[tuple[str, str], tuple[str, float]] = {}
    for k, well in enumerate(wells):
        key = (plates[k], _spelt(well, table, k))
        if key in out:
            raise InputError(
                f"well {key[1]} is named twice",
                where=f"{table.file}, row {k + 2}",
                do="Name the plate of each in a column 'plate'",
            )
        out[key] = (compounds[k], molar[k])
    return out


def with_compounds(plate: Plate, compounds: Mapping[tuple[str, str], tuple[str, float]]) -> Plate:
    """Give the compound wells of a plate what a table of compounds says is in them."""
    filled = []
    for well in plate.wells:
        held = compounds.get((plate.name, well.name)) or compounds.get(("", well.name))
        if held and well.role in (Role.COMPETITION, Role.RESPONSE):
            well = replace(well, compound=held[0], concentration_M=held[1] or well.concentration_M)
        filled.append(well)
    return replace(plate, wells=tuple(filled))


def _one(tables: Sequence[DataTable], path: str | Path) -> Sequence[DataTable]:
    if len(tables) != 1:
        listed = ", ".join(table.name for table in tables)
        raise InputError(
            f"holds {len(tables)} tables ({listed})",
            where=Path(path).name,
            do="Say which with --sheet",
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
    found = _known(table)
    for key in need:
        if key not in found:
            raise UnknownNameError(
                f"{of} has no column '{key}'",
                where=table.file,
                allowed=f"It has: {', '.join(table.columns)}",
                do=f"Name the columns {', '.join(need)}",
            )
    if "value" in need and found["value"] not in table.values:
        raise InputError(
            f"column '{found['value']}' is not all numbers",
            where=table.file,
            do="Leave a well that was not read empty",
        )
    return found


def _text(table: DataTable, column: str) -> tuple[str, ...]:
    if column in table.text:
        return tuple(cell.strip() for cell in table.text[column])
    # A barcode of digits stays what it is.
    return tuple(
        "" if math.isnan(v) else str(int(v)) if v.is_integer() else repr(v)
        for v in table.values[column].tolist()
    )


def _molar(table: DataTable) -> list[float]:
    column = next((c for c in table.columns if c.lower().startswith(("conc", "dose"))), None)
    logs = next(
        (c for c in table.columns if c.lower().startswith("log10") and "molar" in c.lower()), None
    )
    if logs is not None and column is None:
        return [0.0 if math.isnan(v) else 10.0**v for v in table.numbers(logs).tolist()]
    if column is None or (
        column in table.text and not any(cell.strip() for cell in table.text[column])
    ):
        return [0.0] * len(table)
    unit = table.units.get(column, "unknown")
    if not is_concentration(unit):
        raise InputError(
            f"the unit of column '{column}' is {unit}",
            where=table.file,
            allowed="A concentration such as concentration_uM or conc (nM)",
            do="Put the unit into the column's name",
        )
    values = table.numbers(column).tolist()
    for k, value in enumerate(values):
        if value < 0:
            raise InputError(
                f"a concentration is {value:g} {unit}",
                where=f"{table.file}, row {k + 2}",
                allowed="It is 0 or more",
            )
    return [0.0 if math.isnan(v) else to_molar(v, unit) for v in values]


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


def _spelt(text: str, table: DataTable, row: int) -> str:
    try:
        return well_name(text)
    except InputError as error:
        raise error.at(f"{table.file}, row {row + 2}") from error


def _size(wells: object) -> int:
    places = [well_position(name) for name in wells]  # type: ignore[attr-defined]
    for size in (96, 384):
        rows, columns = PLATE_SHAPES[size]
        if all(r < rows and c < columns for r, c in places):
            return size
    worst = max(places)
    raise InputError(
        f"a well lies in row {worst[0] + 1}, column {worst[1] + 1}",
        allowed="Plates have 96 or 384 wells",
    )


def _notes(table: DataTable) -> tuple[str, ...]:
    return tuple(table.notes)
