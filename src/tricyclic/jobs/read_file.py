"""A raw file becomes a description of what is in it: who read it, what was decided, plates and tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """Say what is in a raw file: reader, notes, plates, tables; nothing is analysed."""

    file: str = asked("The raw file", place=True, path=True)
    unit: str = asked("Unit of the readings where the file does not say", default="")
    plate_size: int | None = asked("Wells of the plate where the file does not say", default=None)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    reader: str = asked("Reader to use where none or several claim the file", default="")
    sheet: str = asked("Sheet of a workbook", default="")


@dataclass(frozen=True)
class Held:
    """One plate or table of a file; `values` of a plate is its grid, None where nothing was counted."""

    what: str
    name: str
    size: int
    unit: str
    notes: tuple[str, ...]
    flags: tuple[str, ...]
    columns: tuple[str, ...] = ()
    values: tuple[tuple[float | None, ...], ...] = ()


@dataclass(frozen=True)
class Result:
    """What a file holds."""

    file: str
    reader: str
    sha256: str
    held: tuple[Held, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Result:
    """Read the file with the reader that knows it."""
    from tricyclic.io.open import read_plates, read_tables

    stated: dict[str, Any] = {
        "unit": request.unit or None,
        "plate_size": request.plate_size,
        "decimal": request.decimal or None,
        "reader": request.reader or None,
        "sheet": request.sheet or None,
    }
    given = {name: value for name, value in stated.items() if value is not None}
    for_tables = {
        name: value for name, value in given.items() if name not in ("unit", "plate_size")
    }
    plates: tuple[Any, ...] = ()
    tables: tuple[Any, ...] = ()
    try:
        plates = read_plates(request.file, keep_negative=True, **given)
    except InputError as no_plates:
        try:
            tables = read_tables(request.file, **for_tables)
        except InputError:
            raise no_plates from None
    held = [_plate(plate) for plate in plates] + [_table(table) for table in tables]
    first = (*plates, *tables)[0]
    return Result(request.file, first.notes[0].removeprefix("read by "), first.sha256, tuple(held))


def _plate(plate: Any) -> Held:
    grid = tuple(
        tuple(None if value != value else float(value) for value in row)
        for row in plate.grid().tolist()
    )
    flags = tuple(f"{well.name}: {well.flag}" for well in plate.wells if well.flag)
    return Held("plate", plate.name, plate.size, plate.unit, plate.notes, flags, values=grid)


def _table(table: Any) -> Held:
    columns = tuple(f"{name} [{table.units.get(name, 'text')}]" for name in table.columns)
    return Held("table", table.name, len(table), "", table.notes, (), columns)


JOB = Job("read", "Say what is in a raw file", Request, run)
