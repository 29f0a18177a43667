"""Plates and tables of any file that a reader claims; the one place where such files are opened.

Readers of one instrument are tried first, the general readers (grid, list, table) only if none of
them claims the file. `READERS.add_folder` adds readers of the user, and the entry points
`tricyclic.readers` those of installed packages.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.plate import Plate
from tricyclic.core.table import DataTable
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import shortened
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.table_text import table_as_csv
from tricyclic.io.xlsx import other_sheets
from tricyclic.numerals import parse_number
from tricyclic.registry import Registry

logger = logging.getLogger(__name__)

READERS = Registry("reader", "tricyclic.io.instruments", "READER", "tricyclic.readers")
CLAIM = 0.5
# Plates that a message lists.
MAX_LISTED = 4


def read_plates(
    path: str | Path | DataTable,
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
    path : str, Path or DataTable
        The file, or a table in memory, such as that of a DataFrame.
    unit : str, optional
        Unit of the readings if the file has none; if it has several (counts, cpm, dpm), the one
        to read.
    plate_size : int, optional
        Wells of the plate, if the file contains only part of it.
    counting_time_min : float, optional
        Counting time of each well [min], if the file does not contain it.
    reader : str, optional
        Name of the reader, if several claim the file or none does.
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1.
    decimal : str, optional
        "." or ",", if the file can be read in two ways.
    keep_negative : bool
        Whether negative counts are accepted, because a layout that is applied later excludes their
        wells (`PlateLayout.apply` checks them).

    Returns
    -------
    tuple of Plate
        One or more, with file name, hash and decisions of the reader.

    Raises
    ------
    InputError
        If the file cannot be read, no reader claims it, or it contains no plate.
    """
    raw = _raw(path, sheet, decimal)
    options = ReadOptions(unit, plate_size, counting_time_min, keep_negative)
    content, name = _read(raw, options, reader)
    if not content.plates:
        raise InputError(
            f"contains tables, but no plate (read by {name})",
            where=raw.name,
            do="Add --reader NAME if another reader should read it",
        )
    return content.plates


def has_plates(
    path: str | Path | DataTable,
    *,
    reader: str | None = None,
    sheet: str | int | None = None,
    decimal: str | None = None,
) -> bool:
    """Whether a file has plates; else it has tables.

    Parameters and errors are those of `read_plates`.
    """
    content, _ = _read(_raw(path, sheet, decimal), ReadOptions(keep_negative=True), reader)
    return bool(content.plates)


def one_reading_each(plates: Sequence[Plate], file: str, *, do: str) -> None:
    """Refuse several readings of the same wells, each of which would count as a plate of its own.

    Parameters
    ----------
    plates : sequence of Plate
        The plates of a file.
    file : str
        Its name.
    do : str
        Advice, in the words of the command line.

    Raises
    ------
    InputError
        If two plates are readings of one plate, at other times, wavelengths or isotopes.
    """
    for what, number in Counter(plate.reading_of for plate in plates if plate.reading_of).items():
        if number > 1:
            names = [plate.name for plate in plates if plate.reading_of == what]
            raise InputError(
                f"contains {number} readings of {what}: {list_names(names, MAX_LISTED)}",
                where=file,
                allowed="A plate has one reading of each well",
                do=do,
            )


def with_reading(plates: Sequence[Plate], name: str) -> tuple[Plate, ...]:
    """The plates of one reading ("485,528") of a file with several; none if none is called so.

    The names of the other plates are added to what is not used.

    Parameters
    ----------
    plates : sequence of Plate
        The plates of a file.
    name : str
        Name of the reading; case does not matter.
    """
    wanted = name.strip().lower()
    chosen = [plate for plate in plates if wanted and plate.reading.lower() == wanted]
    others = quoted("plate", [plate.name for plate in plates if plate not in chosen])
    return tuple(replace(plate, unused=plate.unused + others) for plate in chosen)


def read_tables(
    path: str | Path | DataTable,
    *,
    reader: str | None = None,
    sheet: str | int | None = None,
    decimal: str | None = None,
) -> tuple[DataTable, ...]:
    """Read the tables of a file, in the order of the file.

    Parameters
    ----------
    path : str, Path or DataTable
        The file; a table is given back as it is.
    reader : str, optional
        Reader to use if none or several accept the file.
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1.
    decimal : {".", ","}, optional
        Decimal mark if the file can be read in two ways.

    Returns
    -------
    tuple of DataTable
        One or more, with file name, hash and decisions of the reader.

    Raises
    ------
    InputError
        If no reader, or more than one, accepts the file, or its content is not clear.
    """
    if isinstance(path, DataTable):
        _refuse_options_of_files(path.name, reader, sheet, decimal)
        return (replace(path, file=path.name, sha256=_sha256(table_as_csv(path))),)
    raw = _raw(path, sheet, decimal)
    content, name = _read(raw, ReadOptions(), reader)
    if not content.tables:
        raise InputError(
            f"contains plates, but no table (read by {name})",
            where=raw.name,
            do="Read it as plates",
        )
    return content.tables


def sniff(path: str | Path | DataTable) -> tuple[tuple[str, float], ...]:
    """Readers that claim a file, with their certainty, the most certain first."""
    raw = _raw(path, None, None)
    try:
        return claims(raw)
    except InputError as error:
        raise at_file(error, raw.name) from error.__cause__


def claims(raw: RawFile) -> tuple[tuple[str, float], ...]:
    """Readers that claim a file, most certain first; general ones only if no other does."""
    claimed: dict[bool, list[tuple[str, float]]] = {False: [], True: []}
    readers: list[Reader] = [READERS[name] for name in READERS]
    for generic in (False, True):
        if generic and claimed[False]:
            continue
        for reader in readers:
            if reader.generic and reader.chromatograms:
                continue
            if reader.generic is generic and (certainty := reader.sniff(raw)) >= CLAIM:
                claimed[generic].append((reader.name, certainty))
    return tuple(sorted(claimed[False] or claimed[True], key=lambda claim: -claim[1]))


def _raw(path: str | Path | DataTable, sheet: str | int | None, decimal: str | None) -> RawFile:
    if decimal not in (None, ".", ","):
        raise InputError(f"the decimal mark is {decimal!r}", allowed='It must be "." or ","')
    data, name = read_bytes(path)
    return RawFile(name, data, sheet=sheet, decimal=decimal)


def _read(raw: RawFile, options: ReadOptions, wanted: str | None) -> tuple[FileContent, str]:
    try:
        if not raw.data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise InputError("the file is empty", do="Export it again from the instrument")
        _check_options(raw)
        chosen: Reader = READERS[wanted] if wanted is not None else _claimant(raw)
        if chosen.chromatograms:
            raise InputError(
                f"contains chromatograms, not plates or tables (read by {chosen.name})",
                do=f"See tricyclic read {shortened(raw.name)}",
            )
        content = chosen.read(raw, options)
        if not content.plates and not content.tables:
            raise InputError(f"contains no readings for the reader {chosen.name}")
    except InputError as error:
        raise at_file(error, raw.name) from error.__cause__
    logger.info("%s: read by %s", raw.name, chosen.name)
    sha256 = _sha256(raw.data)
    by = (f"read by {chosen.name}",)
    others: tuple[str, ...] = ()
    if raw.is_workbook:
        others = quoted("sheet", other_sheets(raw.data, raw.sheets))
        others += as_remarks([text for sheet in raw.sheets for text in sheet.remarks])
    return (
        FileContent(
            tuple(
                replace(
                    plate,
                    file=raw.name,
                    sha256=sha256,
                    notes=by + plate.notes,
                    unused=plate.unused + others,
                )
                for plate in content.plates
            ),
            tuple(
                replace(
                    table,
                    file=raw.name,
                    sha256=sha256,
                    notes=by + table.notes,
                    unused=table.unused + others,
                )
                for table in content.tables
            ),
        ),
        chosen.name,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refuse_options_of_files(
    name: str, reader: str | None, sheet: str | int | None, decimal: str | None
) -> None:
    """Refuse what only a file has, where a table in memory is given."""
    for option, value in (("reader", reader), ("sheet", sheet), ("decimal", decimal)):
        if value is not None:
            raise InputError("is a table in memory, not a file", where=name, do=f"Omit --{option}")


def _check_options(raw: RawFile) -> None:
    """Refuse a sheet or a decimal mark where it has no effect."""
    if raw.sheet is not None and not raw.is_workbook:
        raise InputError("has no sheets", do="Omit --sheet")
    if raw.decimal is not None and raw.is_workbook:
        raise InputError("is a workbook, whose numbers have no decimal mark", do="Omit --decimal")


def _claimant(raw: RawFile) -> Reader:
    claimed = claims(raw)
    if not claimed:
        if not raw.parts and not raw.text:
            _ = raw.sheets  # raises the error that states what is wrong with the file
        if raw.is_workbook and not any(cell for s in raw.sheets for row in s.rows for cell in row):
            raise InputError("is an empty workbook", do="Save it again with its data")
        raise _unrecognised(raw)
    if len(claimed) > 1 and claimed[0][1] - claimed[1][1] < 0.2:
        named = " and ".join(name for name, _ in claimed)
        raise InputError(
            f"{named} claim this file",
            do=f"Name the reader, such as --reader {claimed[0][0]}, or the sheet of a workbook",
        )
    reader: Reader = READERS[claimed[0][0]]
    return reader


# Characters at the beginning of a file in which the name of a program is searched.
_SEARCHED = 20_000


def _unrecognised(raw: RawFile) -> InputError:
    """The refusal of a file: the nearest reader, what to do, then the list of all readers."""
    filled = [row for sheet in raw.sheets_to_sniff for row in sheet.rows if any(row)]
    if len(filled) == 1 and not any(parse_number(cell) is not None for cell in filled[0]):
        headings = list_names([f"'{cell}'" for cell in filled[0] if cell], 6)
        return InputError(f"has the headings {headings} and no rows", do="Add the rows")
    cells = (cell for sheet in raw.sheets_to_sniff for row in sheet.rows[:60] for cell in row)
    text = "\n".join([raw.text[:_SEARCHED], *cells]).lower()
    hint = next(
        (
            f"It contains '{word}', but not in the form that {name} reads"
            for name in READERS
            for word in READERS[name].words
            if word.lower() in text
        ),
        "",
    )
    readers = ", ".join(
        f"{name} ({READERS[name].description})"
        for name in READERS
        if not READERS[name].chromatograms
    )
    return InputError(
        "no reader recognises this file",
        allowed=hint,
        do="Save it as a grid, a list, or a table with column names in the first row, in CSV or "
        f"XLSX; commands that read plates also take --reader NAME. Readers: {readers}",
    )
