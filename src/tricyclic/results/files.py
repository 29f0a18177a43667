"""The content of a raw file, and a converted quantity."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class FileItem:
    """One plate or table of a file.

    Parameters
    ----------
    kind : {"plate", "table"}
    name : str
    size : int
        Wells of a plate, rows of a table.
    unit : str
        Unit of the readings of a plate.
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
    """The plates and tables of a raw file, the reader that read it, and its hash."""

    file: str
    reader: str
    sha256: str
    items: tuple[FileItem, ...]


@dataclass(frozen=True, repr=False)
class ConvertResult(Renderable):
    """A quantity in its new unit, and the steps of the conversion."""

    input: str
    value: float
    unit: str
    steps: tuple[str, ...]
