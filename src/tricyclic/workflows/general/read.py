"""Shows the content of a raw file: the reader, its decisions, the plates and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tricyclic.core.plate import Plate
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.open import read_plates, read_tables
from tricyclic.results.files import FileContentResult, FileItem
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.general.options import ReadFileOptions


def run(options: ReadFileOptions, on_progress: ProgressCallback | None = None) -> FileContentResult:
    """Read the file with the reader that accepts it."""
    source = file_or_table(options.file)
    items = _read(source, options)
    in_memory = isinstance(source, DataTable) and isinstance(items[0], DataTable)
    return FileContentResult(
        file=source_name(source) if isinstance(source, DataTable) else str(options.file),
        reader="DataFrame" if in_memory else items[0].notes[0].removeprefix("read by "),
        sha256=items[0].sha256,
        items=tuple(_plate(item) if isinstance(item, Plate) else _table(item) for item in items),
    )


def _read(
    source: Path | DataTable, options: ReadFileOptions
) -> tuple[Plate, ...] | tuple[DataTable, ...]:
    """The plates of the file, or its tables if it has no plate."""
    settings: dict[str, Any] = {
        "decimal": options.decimal or None,
        "reader": options.reader or None,
        "sheet": options.sheet or None,
    }
    try:
        return read_plates(
            source,
            keep_negative=True,
            unit=options.unit or None,
            plate_size=options.plate_size,
            **settings,
        )
    except InputError as no_plates:
        try:
            tables = read_tables(source, **settings)
        except InputError:
            raise no_plates from None
    refuse_without_effect(options, ("unit", "plate_size"), "plates, and this file contains tables")
    return tables


def _plate(plate: Plate) -> FileItem:
    grid = tuple(
        tuple(None if value != value else float(value) for value in row)
        for row in plate.grid().tolist()
    )
    flags = tuple(f"{well.name}: {well.flag}" for well in plate.wells if well.flag)
    return FileItem(
        "plate", plate.name, plate.size, plate.unit, plate.notes, flags, (), grid, plate.unused
    )


def _table(table: DataTable) -> FileItem:
    columns = tuple(f"{name} [{table.units.get(name, 'text')}]" for name in table.columns)
    return FileItem("table", table.name, len(table), "", table.notes, (), columns, (), table.unused)
