"""Shows the content of raw files: the readers, their decisions, plates, tables, chromatograms."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tricyclic.core.chromatogram import ChromatogramFile
from tricyclic.core.plate import Plate
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError
from tricyclic.io.chromatograms import has_chromatograms, read_chromatograms
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.open import READERS, read_plates, read_tables
from tricyclic.results.files import FileContentResult, FileItem
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.general.options import ReadFileOptions


def run(options: ReadFileOptions, on_progress: ProgressCallback | None = None) -> FileContentResult:
    """Read each file with the reader that accepts it."""
    if not options.file:
        raise InputError("no file is named", where="file", do="Name one or more files")
    results = [_one(given, options) for given in options.file]
    if not any(result.injections for result in results):
        refuse_without_effect(options, ("time_unit",), "chromatograms, and there is none")
    if len(results) == 1:
        return results[0]
    digests = "\n".join(result.sha256 for result in results)
    return FileContentResult(
        file=f"{len(results)} files",
        reader=", ".join(dict.fromkeys(result.reader for result in results)),
        sha256=hashlib.sha256(digests.encode()).hexdigest(),
        items=tuple(item for result in results for item in result.items),
        injections=tuple(one for result in results for one in result.injections),
    )


def _one(given: str | TableInput, options: ReadFileOptions) -> FileContentResult:
    source = file_or_table(given)
    if isinstance(source, Path) and _is_chromatogram(source, options):
        return _chromatograms(source, options)
    items = _read(source, options)
    in_memory = isinstance(source, DataTable) and isinstance(items[0], DataTable)
    return FileContentResult(
        file=source_name(source) if isinstance(source, DataTable) else str(given),
        reader="DataFrame" if in_memory else items[0].notes[0].removeprefix("read by "),
        sha256=items[0].sha256,
        items=tuple(_plate(item) if isinstance(item, Plate) else _table(item) for item in items),
    )


def _is_chromatogram(path: Path, options: ReadFileOptions) -> bool:
    """Whether the file is read as chromatogram: by the reader that is named, or that claims it."""
    if options.reader:
        return bool(READERS[options.reader].chromatograms)
    return has_chromatograms(path)


def _chromatograms(path: Path, options: ReadFileOptions) -> FileContentResult:
    refuse_without_effect(options, ("unit", "plate_size"), "plates, and this is a chromatogram")
    injections = read_chromatograms(
        path,
        reader=options.reader or None,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
        time_unit=options.time_unit or None,
    )
    digests = "\n".join(one.sha256 for one in injections)
    single = len({one.sha256 for one in injections}) == 1
    return FileContentResult(
        file=str(path),
        reader=", ".join(dict.fromkeys(one.reader for one in injections)),
        sha256=injections[0].sha256 if single else hashlib.sha256(digests.encode()).hexdigest(),
        items=tuple(item for one in injections for item in _traces(one)),
        injections=injections,
    )


def _traces(one: ChromatogramFile) -> tuple[FileItem, ...]:
    by = (f"read by {one.reader}",)
    return tuple(
        FileItem(
            "chromatogram",
            f"{one.file} {trace.name}",
            len(trace),
            trace.signal_unit or "unknown",
            by + one.notes,
            (),
            unused=one.unused,
        )
        for trace in one.traces
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
