"""The content of a raw file, and a converted quantity."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.chromatogram import ChromatogramFile
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class FileItem:
    """One plate, table or chromatogram of a file.

    Parameters
    ----------
    kind : {"plate", "table", "chromatogram"}
    name : str
    size : int
        Wells of a plate, rows of a table, readings of a chromatogram.
    unit : str
        Unit of the readings of a plate or chromatogram.
    notes, flags : tuple of str
        What the reader decided; wells that the instrument flagged.
    columns : tuple of str
        Columns of a table, with their units.
    values : tuple of rows
        Readings of a plate; None where nothing was read.
    unused : tuple of str
        Parts of the file that were not read.
    """

    kind: str
    name: str
    size: int
    unit: str
    notes: tuple[str, ...]
    flags: tuple[str, ...]
    columns: tuple[str, ...] = ()
    values: tuple[tuple[float | None, ...], ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class FileContentResult(Renderable):
    """The content of one or more raw files, the readers that read them, and their hash.

    Parameters
    ----------
    file : str
        Name of the file; of several, their number.
    reader : str
        Name of the reader; several, divided by commas.
    sha256 : str
        Hash of the bytes; of several files, of their hashes.
    items : tuple of FileItem
        Plates, tables and chromatograms, in the order of the files.
    injections : tuple of ChromatogramFile
        The chromatograms with their readings, and the peaks that the program integrated.
    """

    file: str
    reader: str
    sha256: str
    items: tuple[FileItem, ...]
    injections: tuple[ChromatogramFile, ...] = ()


@dataclass(frozen=True, repr=False)
class ConvertResult(Renderable):
    """A quantity in its new unit, and the steps of the conversion."""

    input: str
    value: float
    unit: str
    steps: tuple[str, ...]
