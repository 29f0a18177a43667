"""From a path to the plates or tables in the file: one reader claims it, or the sentence asks which.

Readers of one instrument are asked first; the general readers (grid, list, table) only where none of those
claims the file. `SHELF.add_folder` adds a user's own readers.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from tricyclic.core.plate import Plate
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.files import at_file, read_bytes
from tricyclic.registry import Shelf

SHELF = Shelf("reader", "tricyclic.io.instruments", "READER")
CLAIM = 0.5


def read_plates(
    path: str | Path,
    *,
    unit: str | None = None,
    plate_size: int | None = None,
    counting_time_min: float | None = None,
    reader: str | None = None,
    sheet: str | int | None = None,
    decimal: str | None = None,
    keep_negative: bool = False,
) -> tuple[Plate, ...]:
    """Read the plates of a file, in the order of the file.

    Parameters
    ----------
    path : str or Path
        The file.
    unit : str, optional
        Unit of the readings where the file does not state one; of the two that a counter states (counts,
        cpm, dpm), the one to read.
    plate_size : int, optional
        Wells of the plate, where the file shows only part of it.
    counting_time_min : float, optional
        Time each well was counted [min], where the file does not state it.
    reader : str, optional
        Name of the reader, where several claim the file or none does.
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1.
    decimal : str, optional
        "." or ",", where the file could be read in two ways.
    keep_negative : bool
        Whether negative counts pass, because a layout or an exclusion that follows checks them
        (`Layout.apply` does).

    Returns
    -------
    tuple of Plate
        One or more; file name, hash and the decisions of the reader filled in.

    Raises
    ------
    InputError
        If the file cannot be read, nobody knows it, or it holds no plate.
    """
    raw = _raw(path, sheet, decimal)
    options = Options(unit, plate_size, counting_time_min, keep_negative)
    reading, name = _read(raw, options, reader)
    if not reading.plates:
        raise InputError(
            f"holds tables, but no plate (read by {name})",
            where=raw.name,
            do="Say reader=… if another reader should read it",
        )
    return reading.plates


def read_tables(
    path: str | Path,
    *,
    reader: str | None = None,
    sheet: str | int | None = None,
    decimal: str | None = None,
) -> tuple[DataTable, ...]:
    """Read the tables of a file, in the order of the file.

    Parameters and errors are those of `read_plates`.

    Returns
    -------
    tuple of DataTable
        One or more; file name, hash and the decisions of the reader filled in.
    """
    raw = _raw(path, sheet, decimal)
    reading, name = _read(raw, Options(), reader)
    if not reading.tables:
        raise InputError(
            f"holds plates, but no table (read by {name})", where=raw.name, do="Read it as plates"
        )
    return reading.tables


def sniff(path: str | Path) -> tuple[tuple[str, float], ...]:
    """Say who claims a file: names of readers with their certainty, surest first; none where nobody knows it."""
    raw = _raw(path, None, None)
    try:
        return claims(raw)
    except InputError as error:
        raise at_file(error, raw.name) from error.__cause__


def claims(raw: Raw) -> tuple[tuple[str, float], ...]:
    """Readers that claim a file, surest first; general ones only where no reader of an instrument does."""
    sure: dict[bool, list[tuple[str, float]]] = {False: [], True: []}
    readers: list[Reader] = [SHELF[name] for name in SHELF]
    for generic in (False, True):
        if generic and sure[False]:
            continue
        for reader in readers:
            if reader.generic is generic and (certainty := reader.sniff(raw)) >= CLAIM:
                sure[generic].append((reader.name, certainty))
    return tuple(sorted(sure[False] or sure[True], key=lambda claim: -claim[1]))


def _raw(path: str | Path, sheet: str | int | None, decimal: str | None) -> Raw:
    if decimal not in (None, ".", ","):
        raise InputError(f"the decimal mark is {decimal!r}", allowed='It is "." or ","')
    data, name = read_bytes(path)
    return Raw(name, data, sheet=sheet, decimal=decimal)


def _read(raw: Raw, options: Options, wanted: str | None) -> tuple[Reading, str]:
    try:
        if not raw.data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise InputError("the file is empty", do="Export it again from the instrument")
        chosen: Reader = SHELF[wanted] if wanted is not None else _claimant(raw)
        reading = chosen.read(raw, options)
        if not reading.plates and not reading.tables:
            raise InputError(f"holds no readings that {chosen.name} can find")
    except InputError as error:
        raise at_file(error, raw.name) from error.__cause__
    sha256 = hashlib.sha256(raw.data).hexdigest()
    by = (f"read by {chosen.name}",)
    return (
        Reading(
            tuple(
                replace(plate, file=raw.name, sha256=sha256, notes=by + plate.notes)
                for plate in reading.plates
            ),
            tuple(
                replace(table, file=raw.name, sha256=sha256, notes=by + table.notes)
                for table in reading.tables
            ),
        ),
        chosen.name,
    )


def _claimant(raw: Raw) -> Reader:
    claimed = claims(raw)
    if not claimed:
        if not raw.parts and not raw.text:
            _ = raw.sheets  # says what is wrong with the file
        raise InputError(
            "no reader knows this file",
            allowed=f"There are: {', '.join(f'{name} ({SHELF[name].says})' for name in SHELF)}",
            do="Say reader=… if one of them should read it, or save the file as a grid or a list in CSV or XLSX",
        )
    if len(claimed) > 1 and claimed[0][1] - claimed[1][1] < 0.2:
        named = " and ".join(name for name, _ in claimed)
        raise InputError(
            f"{named} claim this file",
            do=f'Say which: reader="{claimed[0][0]}" (or sheet=… where it is a workbook)',
        )
    reader: Reader = SHELF[claimed[0][0]]
    return reader
