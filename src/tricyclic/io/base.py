"""Reader: what knows one file format; Raw and Options: what it is handed; Reading: what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from tricyclic.core.plate import Plate
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, read_text, text_sheet
from tricyclic.io.xlsx import is_zip, workbook_sheets, zip_names


@dataclass(frozen=True)
class Options:
    """What the user states about a file, where the file does not."""

    unit: str | None = None
    plate_size: int | None = None
    counting_time_min: float | None = None
    keep_negative: bool = False


@dataclass(frozen=True)
class Raw:
    """A file as it lies on the disk: its name and bytes; text and sheets are made on first look."""

    name: str
    data: bytes
    sheet: str | int | None = None
    decimal: str | None = None

    @property
    def stem(self) -> str:
        """Name without the ending."""
        return self.name.rsplit(".", 1)[0] if "." in self.name[1:] else self.name

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts where the file is a zip archive, else none."""
        return zip_names(self.data) if is_zip(self.data) else ()

    @cached_property
    def text(self) -> str:
        """The decoded text; empty where the file is no text (for those who only want to look)."""
        if is_zip(self.data):
            return ""
        try:
            return read_text(self.data)[0]
        except InputError:
            return ""

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The tables: one for a text file, one for each visible sheet of a workbook.

        Raises
        ------
        InputError
            If the file is neither, or is damaged.
        """
        if is_zip(self.data):
            return workbook_sheets(self.data, only=self.sheet)
        if self.sheet is not None:
            raise InputError("has no sheets", do="Leave out the sheet")
        return (text_sheet(self.data, decimal=self.decimal),)

    @property
    def looked_at(self) -> tuple[Sheet, ...]:
        """The tables, none where there are none (for those who only want to look)."""
        if is_zip(self.data) and "xl/workbook.xml" not in self.parts:
            return ()
        return self.sheets if is_zip(self.data) or self.text else ()


@dataclass(frozen=True)
class Reading:
    """What a file held: plates, tables, or both."""

    plates: tuple[Plate, ...] = ()
    tables: tuple[DataTable, ...] = ()


@dataclass(frozen=True)
class Reader:
    """One file format.

    Parameters
    ----------
    says : str
        What the format is, for the list of readers.
    sniff : function of Raw
        How sure the reader is that the file is its own, 0 to 1; from 0.5 it claims the file.
    read : function of Raw and Options
        The plates and tables of the file.
    generic : bool
        Whether it stands back where a reader of one instrument claims the file.
    name : str
        Given by the shelf.
    """

    says: str
    sniff: Callable[[Raw], float]
    read: Callable[[Raw, Options], Reading]
    generic: bool = False
    name: str = ""

    def named(self, name: str) -> Reader:
        """Give the reader under the name of its file."""
        return replace(self, name=name)
