"""Plates and wells: the readings, and the contents of each well."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PLATE_SHAPES: dict[int, tuple[int, int]] = {
    6: (2, 3),
    12: (3, 4),
    24: (4, 6),
    48: (6, 8),
    96: (8, 12),
    384: (16, 24),
    1536: (32, 48),
}
# Sizes of which a file may contain a part, the most common first.
_OFTEN_IN_PART = (96, 384, 1536)


class Role(StrEnum):
    """Purpose of a well."""

    TOTAL = "total"
    NON_SPECIFIC = "non_specific"
    COMPETITION = "competition"
    BACKGROUND = "background"
    ADDED = "added"
    RESPONSE = "response"
    EMPTY = "empty"


@dataclass(frozen=True)
class Well:
    """One well: its reading and its contents.

    Parameters
    ----------
    name : str
        Row letter(s) and column number, two digits ("A01").
    value : float
        Reading in the unit of the plate; nan where the well was not counted.
    role : Role
        total (no competitor), non_specific (the NSB drug), competition (a compound), background (no
        radioactivity), added (the radioligand solution itself, unfiltered), response (a functional
        reading), empty.
    compound : str
        Competitor (or agonist) in the well.
    concentration_M : float
        Its concentration in the well [M]; 0 where there is none.
    radioligand_nM : float or None
        Added radioligand [nM]; None: that of the assay.
    time_min : float or None
        Incubation time [min]; None: that of the assay.
    modulator : str
        Second substance (antagonist, allosteric modulator, masking ligand).
    modulator_M : float
        Its concentration [M].
    group : str
        Condition of the well ("vehicle", "treated"); empty where there is only one.
    flag : str
        Remark of the instrument.
    excluded : str
        Reason why the well is left out of fits; empty where it is used.
    """

    name: str
    value: float
    role: Role = Role.EMPTY
    compound: str = ""
    concentration_M: float = 0.0
    radioligand_nM: float | None = None
    time_min: float | None = None
    modulator: str = ""
    modulator_M: float = 0.0
    group: str = ""
    flag: str = ""
    excluded: str = ""

    @property
    def row(self) -> int:
        """Row of the well, from 0."""
        return well_position(self.name)[0]

    @property
    def column(self) -> int:
        """Column of the well, from 0."""
        return well_position(self.name)[1]

    @property
    def counted(self) -> bool:
        """Whether there is a reading."""
        return not math.isnan(self.value)

    @property
    def used(self) -> bool:
        """Whether the well is used in fits: counted, not empty, not excluded."""
        return self.counted and not self.excluded and self.role is not Role.EMPTY


@dataclass(frozen=True)
class ListBeside:
    """Concentrations or times that a sheet lists beside a plate, one for each row or column.

    Parameters
    ----------
    heading : str
        Heading of the list ("conc (uM)").
    place : str
        As messages name it: "column O beside the plate ('conc (uM)')".
    of_rows : bool
        Whether there is one value for each row of the plate, else one for each column.
    values : tuple of float
        In `unit`; nan where the list has none.
    unit : str
        "M" or "min".
    """

    heading: str
    place: str
    of_rows: bool
    values: tuple[float, ...]
    unit: str


@dataclass(frozen=True)
class SheetHeadings:
    """What a sheet states about the wells around a plate.

    Parameters
    ----------
    columns, rows : tuple of str
        Heading of each column ("Total", "NSB", "DMI") or row of the plate; "" where there is none.
    lists : tuple of ListBeside
        Concentrations and times.
    rows_place : str
        Where the headings of the rows stand, as messages name it.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    lists: tuple[ListBeside, ...] = ()
    rows_place: str = ""


@dataclass(frozen=True)
class Plate:
    """One plate as counted, with the contents of each well.

    Parameters
    ----------
    name : str
        Name in checks and reports ("net_run1").
    size : int
        6, 12, 24, 48, 96, 384 or 1536.
    wells : tuple of Well
        The wells of the file, in row order; each name once.
    unit : str
        Unit of the values: "cpm", "dpm", "counts", "unknown", or what the file stated.
    counting_time_min : float or None
        Counting time of each well [min], where the file or the user provides it.
    file : str
        Name of the raw file.
    sha256 : str
        Hash of the raw file's bytes.
    notes : tuple of str
        Decisions of the reader (encoding, delimiter, decimal mark) and remarks of the file.
    unused : tuple of str
        Parts of the file that were not read ("column 'mass'", "sheet 'Notes'").
    reading_of : str
        What was read several times in this file ("section 'Plate1'"): plates with the same text
        are readings of the same wells, such as times, wavelengths or isotopes. Empty for one.
    reading : str
        Which of several readings of the same wells it is ("485,528"); empty for one.
    unassigned : tuple of str
        Counted wells that the layout does not contain.
    headings : SheetHeadings
        Headings and lists around the plate in its sheet.
    """

    name: str
    size: int
    wells: tuple[Well, ...]
    unit: str = "unknown"
    counting_time_min: float | None = None
    file: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())
    unused: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()
    reading_of: str = ""
    reading: str = ""
    headings: SheetHeadings = SheetHeadings()

    def __post_init__(self) -> None:
        if self.size not in PLATE_SHAPES:
            sizes = ", ".join(str(size) for size in PLATE_SHAPES)
            raise InputError(
                f"a plate of {self.size} wells",
                where=self.name,
                allowed=f"Plates have {sizes} wells",
            )
        rows, columns = PLATE_SHAPES[self.size]
        names: set[str] = set()
        for well in self.wells:
            row, column = well_position(well.name)
            if row >= rows or column >= columns:
                raise InputError(
                    f"well {well.name} is outside a {self.size}-well plate",
                    where=self.name,
                    allowed=f"Rows A to {row_letters(rows - 1)}, columns 1 to {columns}",
                )
            if well.name in names:
                raise InputError(
                    f"well {well.name} appears twice",
                    where=self.name,
                    do="Keep one reading of each well",
                )
            names.add(well.name)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return PLATE_SHAPES[self.size]

    def grid(self) -> np.ndarray:
        """Values as an array of shape (rows, columns); nan where nothing was counted."""
        values = np.full(self.shape, np.nan)
        for well in self.wells:
            values[well.row, well.column] = well.value
        return values

    def used(self, *roles: Role) -> tuple[Well, ...]:
        """Wells that are used in fits, of the given roles (all roles if none is given)."""
        return tuple(well for well in self.wells if well.used and (not roles or well.role in roles))

    def excluding(self, reasons: dict[str, str]) -> Plate:
        """The plate with wells excluded, each for its reason.

        Raises
        ------
        InputError
            If a well is not on the plate or a reason is empty.
        """
        named = {well_name(name): reason for name, reason in reasons.items()}
        known = {well.name for well in self.wells}
        for name, reason in named.items():
            if name not in known:
                raise InputError(
                    f"an exclusion names well {name}, which the plate does not have",
                    where=self.name,
                )
            if not reason.strip():
                raise InputError(
                    f"the exclusion of well {name} has no reason", where=self.name, do="Give one"
                )
        return replace(
            self,
            wells=tuple(
                replace(w, excluded=named[w.name]) if w.name in named else w for w in self.wells
            ),
        )


_WELL = re.compile(r"^\s*([A-Za-z]{1,2})\s*0*([1-9][0-9]?)\s*$")


# Names repeat on every plate of a screen.
@lru_cache(maxsize=8192)
def well_position(name: str) -> tuple[int, int]:
    """Row and column, from 0, of a well name such as "B7", "b07" or "AF12".

    Raises
    ------
    InputError
        If the text is not a well name.
    """
    match = _WELL.match(name)
    if not match:
        raise InputError(
            f"'{name}' is not a well",
            allowed="A well is a row letter and a column number, such as B7",
        )
    row = 0
    for letter in match[1].upper():
        row = row * 26 + ord(letter) - ord("A") + 1
    return row - 1, int(match[2]) - 1


def row_letters(row: int) -> str:
    """Letters of a row counted from 0: 0 is A, 26 is AA."""
    return chr(ord("A") + row) if row < 26 else row_letters(row // 26 - 1) + row_letters(row % 26)


def well_name(name: str) -> str:
    """A well name in its standard form: "b7" becomes "B07"."""
    row, column = well_position(name)
    return f"{row_letters(row)}{column + 1:02d}"


def plate_size(wells: Collection[tuple[int, int]]) -> int | None:
    """Size of the plate that a list of wells fills, else of the smallest that contains them.

    Parameters
    ----------
    wells : collection of (int, int)
        Rows and columns, from 0, each once.

    Returns
    -------
    int or None
        A size that the wells fill completely, else 96, 384 or 1536; None if no plate has them.
    """
    rows = 1 + max(row for row, _ in wells)
    columns = 1 + max(column for _, column in wells)
    for size, shape in PLATE_SHAPES.items():
        if (rows, columns) == shape and len(wells) == size:
            return size
    return next(
        (
            size
            for size in _OFTEN_IN_PART
            if rows <= PLATE_SHAPES[size][0] and columns <= PLATE_SHAPES[size][1]
        ),
        None,
    )


def in_row_order(wells: Iterable[Well]) -> tuple[Well, ...]:
    """Wells sorted by row, then column."""
    return tuple(sorted(wells, key=lambda well: (well.row, well.column)))
