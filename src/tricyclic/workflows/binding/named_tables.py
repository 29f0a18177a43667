"""The tables of several files, each with the name of its run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tricyclic.core.table import DataTable
from tricyclic.io.files import source_name
from tricyclic.io.open import read_tables


class ReadingOptions(Protocol):
    """How the files are read; empty where not stated."""

    @property
    def reader(self) -> str:
        """Name of the reader."""

    @property
    def sheet(self) -> str:
        """Sheet of a workbook."""

    @property
    def decimal(self) -> str:
        """Decimal mark."""


def named_tables(
    files: Sequence[Path | DataTable], options: ReadingOptions
) -> Iterator[tuple[str, str, tuple[DataTable, ...]]]:
    """Name of the run, name of the file and its tables, for each file.

    A run is named after its file; files of the same name are numbered.
    """
    names = [Path(source_name(file)).stem for file in files]
    for number, (stem, file) in enumerate(zip(names, files, strict=True), 1):
        tables = read_tables(
            file,
            reader=options.reader or None,
            sheet=options.sheet or None,
            decimal=options.decimal or None,
        )
        name = stem if names.count(stem) == 1 else f"{stem} ({number})"
        yield name, source_name(file), tables
