"""Opens a file or a table of many curves, and converts all but Parquet to Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.curves.cells import CellRemarks
from tricyclic.io.curves.columns import ColumnNames
from tricyclic.io.curves.csv import CurveText, is_parquet
from tricyclic.io.curves.frame_rows import FrameInput, FrameRows
from tricyclic.io.curves.parquet import CurveFile
from tricyclic.io.curves.store import CurveStore
from tricyclic.io.curves.streams import BatchStream, BlockStream, ParquetStream
from tricyclic.io.curves.tables import CurveTable
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables

# Files that are read as tables; others are Parquet, or text that is read row by row.
TABLE_FORMATS = (".xlsx", ".xlsm", ".pzfx", ".prism")


@dataclass(frozen=True)
class ReadSettings:
    """Which part of a workbook or of a file of tables is read; empty for what is recognised."""

    sheet: str = ""
    table: str = ""
    reader: str = ""


@dataclass(frozen=True)
class OpenedSource:
    """A source whose columns are known: a Parquet file, or text or a table to convert to one."""

    name: str
    content: CurveFile | CurveText | CurveTable | FrameRows
    unused: tuple[str, ...]

    def with_words(self) -> OpenedSource:
        """The same text with words among its readings as missing."""
        assert isinstance(self.content, CurveText)
        return replace(self, content=replace(self.content, with_words=True))

    def stream(self, store: CurveStore, rows_per_block: int) -> BlockStream:
        """Its blocks in their order.

        Parameters
        ----------
        store : CurveStore
            Keeps blocks of text that are needed again.
        rows_per_block : int
            Least number of readings in a block.
        """
        content = self.content
        if isinstance(content, CurveFile):
            return ParquetStream(content, rows_per_block)
        return BatchStream(content, self.name, store, rows_per_block, content.share)


def open_source(
    source: str | DataTable | FrameInput, columns: ColumnNames | None, reading: ReadSettings
) -> OpenedSource:
    """Find the columns of a file or table of many curves.

    Parameters
    ----------
    source : str, DataTable or FrameInput
        A file (.parquet, .csv, .csv.gz, .xlsx, .pzfx, .prism), or a table in memory.
    columns : ColumnNames or None
        Names of the columns, if they are not the standard ones.
    reading : ReadSettings
        Which part of the file is read.

    Raises
    ------
    InputError
        If the file cannot be read, or has no column of a role.
    """
    name = source_name(source)
    if isinstance(source, str) and is_parquet(source):
        _refuse_reading(reading, name)
        file = CurveFile.of(Path(source).absolute(), named=name, chosen=columns)
        names = [field.name for field in file.schema]
        return OpenedSource(name, file, quoted("column", file.layout.unused(names)))
    if isinstance(source, str) and Path(source).suffix.lower() not in TABLE_FORMATS:
        _refuse_reading(reading, name)
        text = CurveText.of(source, columns)
        unused = quoted("column", text.layout.unused(text.names))
        return OpenedSource(name, text, (*unused, *text.skipped_lines))
    if isinstance(source, FrameInput):
        rows = FrameRows.of(source, columns) if reading == ReadSettings() else None
        if rows is not None:
            unused = quoted("column", rows.layout.unused(rows.columns))
            return OpenedSource(name, rows, (*unused, *rows.copies))
        source = source.whole_table()
    tables = read_tables(
        source if isinstance(source, DataTable) else Path(source),
        reader=reading.reader or None,
        sheet=reading.sheet or None,
    )
    if reading.table:
        tables = (_named(tables, reading.table, name),)
    table, others = CurveTable.of(tables, columns, where=name)
    unused = quoted("column", table.layout.unused(table.table.columns))
    return OpenedSource(name, table, (*unused, *others))


def _named(tables: Sequence[DataTable], name: str, where: str) -> DataTable:
    """The table of a name, or of a number from 1."""
    for number, table in enumerate(tables, start=1):
        if name in (table.name, str(number)):
            return table
    raise UnknownNameError.among("table", name, [table.name for table in tables], where=where)


def _refuse_reading(reading: ReadSettings, name: str) -> None:
    """Refuse what only a workbook or a file of tables has."""
    for option in ("sheet", "table", "reader"):
        if getattr(reading, option):
            raise InputError("is read row by row, not as tables", where=name, do=f"Omit --{option}")


def as_parquet(
    opened: OpenedSource, store: CurveStore, on_progress: ProgressCallback | None
) -> CurveFile:
    """The source as a Parquet file; any other is converted in the folder of parts.

    Parameters
    ----------
    opened : OpenedSource
    store : CurveStore
        Its folder of parts takes the converted file.
    on_progress : callable or None

    Raises
    ------
    InputError
        If a cell is not a number, or the file is damaged.
    """
    content = opened.content
    if isinstance(content, CurveFile):
        return content
    _convert(content, store, on_progress)
    # The columns have their names and roles; those of a file of text are numbers and text by now.
    return CurveFile(str(store.spooled.absolute()), content.layout, opened.name)


def _convert(
    content: CurveText | CurveTable | FrameRows,
    store: CurveStore,
    on_progress: ProgressCallback | None,
) -> None:
    remarks = CellRemarks()
    digest = content.digest()
    for rows in store.spool(
        content.batches(remarks), f"{digest} {content.layout}", remarks.phrases
    ):
        report_progress(on_progress, rows, rows, "rows read")
