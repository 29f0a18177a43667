"""Reader: one file format of plates, tables or chromatograms, with its input and its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from tricyclic.core.chromatogram import ChromatogramFile
from tricyclic.core.format import list_names
from tricyclic.core.plate import Plate
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, read_text, text_sheet
from tricyclic.io.xlsx import HIDDEN, is_zip, other_sheets, workbook_sheets, zip_names


@dataclass(frozen=True)
class ReadOptions:
    """What the user specifies about a file that does not contain it."""

    unit: str | None = None
    plate_size: int | None = None
    counting_time_min: float | None = None
    keep_negative: bool = False
    time_unit: str | None = None


def nothing_beside(name: str) -> bytes | None:
    """No file is beside one in memory."""
    return None


@dataclass(frozen=True)
class RawFile:
    """Name and bytes of a file; text and sheets are decoded when they are first used.

    `beside` gives the bytes of another file of its folder, by its name; case does not matter.
    """

    name: str
    data: bytes
    sheet: str | int | None = None
    decimal: str | None = None
    beside: Callable[[str], bytes | None] = nothing_beside

    @property
    def stem(self) -> str:
        """Name without suffix."""
        return self.name.rsplit(".", 1)[0] if "." in self.name[1:] else self.name

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts of a zip archive; none for another file."""
        return zip_names(self.data) if is_zip(self.data) else ()

    @cached_property
    def text(self) -> str:
        """The decoded text; empty for a file that is not text, so that sniffing never fails."""
        if is_zip(self.data):
            return ""
        try:
            return read_text(self.data)[0]
        except InputError:
            return ""

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Tables of cells: one for a text file, one per visible sheet of a workbook.

        Raises
        ------
        InputError
            If the file is neither, or is damaged.
        """
        if is_zip(self.data):
            return workbook_sheets(self.data, only=self.sheet)
        if self.sheet is not None:
            raise InputError("has no sheets", do="Omit --sheet")
        return (text_sheet(self.data, decimal=self.decimal),)

    @property
    def is_workbook(self) -> bool:
        """Whether the file is an XLSX workbook."""
        return "xl/workbook.xml" in self.parts

    @property
    def hidden_note(self) -> str:
        """Sentence about the hidden sheets of a workbook, which are not read; empty without any."""
        others = other_sheets(self.data, self.sheets) if self.is_workbook else ()
        hidden = [name.removesuffix(HIDDEN) for name in others if name.endswith(HIDDEN)]
        return f"Hidden sheets are not read: {list_names(hidden, 6)}" if hidden else ""

    @property
    def sheets_to_sniff(self) -> tuple[Sheet, ...]:
        """The sheets; none for a file without any, so that sniffing need not catch errors."""
        if is_zip(self.data) and not self.is_workbook:
            return ()
        return self.sheets if is_zip(self.data) or self.text else ()


@dataclass(frozen=True)
class FileContent:
    """Plates, tables and injections of a file."""

    plates: tuple[Plate, ...] = ()
    tables: tuple[DataTable, ...] = ()
    injections: tuple[ChromatogramFile, ...] = ()


@dataclass(frozen=True)
class Reader:
    """One file format.

    Parameters
    ----------
    description : str
        The format, for the list of readers.
    sniff : function of RawFile
        Certainty that the file has this format, 0 to 1; from 0.5 the reader claims the file.
    read : function of RawFile and ReadOptions
        The plates, tables or injections of the file.
    generic : bool
        Whether a reader of one instrument takes precedence over this one.
    chromatograms : bool
        Whether it reads chromatograms. A generic one is tried only where chromatograms are wanted.
    seen : str
        The real exports that it was tried with ("Gen5 3.12"); "" if it was written from a
        description of the format.
    words : tuple of str
        Words of the program or instrument, by which a file that no reader recognises is near this
        one.
    name : str
        Set by the registry.
    """

    description: str
    sniff: Callable[[RawFile], float]
    read: Callable[[RawFile, ReadOptions], FileContent]
    generic: bool = False
    chromatograms: bool = False
    seen: str = ""
    words: tuple[str, ...] = ()
    name: str = ""

    def named(self, name: str) -> Reader:
        """The reader with the name of its file."""
        return replace(self, name=name)
