"""Rows and numbers of the CSV tables of the library."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import csv_of
from tricyclic.io.library.folders import bytes_of
from tricyclic.numerals import digits_advice, parse_number

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NOT_FINITE = {"inf", "infinity", "nan"}


def table_number(text: str, where: str) -> float:
    """Number in a cell; nan for an empty cell.

    Raises
    ------
    InputError
        If the cell is not a finite number.
    """
    if not text:
        return math.nan
    value = math.inf if text.lstrip("+-").lower() in _NOT_FINITE else parse_number(text)
    if value is None:
        raise InputError(
            f"'{text}' is not a number",
            where=where,
            allowed=digits_advice(text) or "Write it with a decimal point",
        )
    if not math.isfinite(value):
        raise InputError(
            f"'{text}' is not finite", where=where, do="Leave the cell empty if there is no value"
        )
    return value


def table_rows(
    file: Traversable, needed: tuple[str, ...], optional: tuple[str, ...]
) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of every row of a CSV table; a missing optional column is empty.

    Raises
    ------
    InputError
        If the file is not UTF-8, a needed column is missing, a column is unknown, or a row has more
        cells than the header.
    """
    try:
        text = bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "is not UTF-8", where=file.name, do="Save the table as CSV UTF-8"
        ) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="\0more")
    with csv_of(file.name):
        header = list(reader.fieldnames or ())
        read = [(reader.line_num, row) for row in reader]
    for name in needed:
        if name not in header:
            raise InputError(
                f"has no column '{name}'",
                where=file.name,
                allowed=f"Columns are {', '.join(needed + optional)}",
            )
    for name in header:
        if name not in needed + optional:
            raise UnknownNameError.among("column", name, needed + optional, where=file.name)
    rows = []
    for line, row in read:
        if "\0more" in row:
            raise InputError(
                "has more cells than the header",
                where=f"{file.name}, line {line}",
                do="Put a cell that contains a comma into quotation marks",
            )
        cells = {name: (row.get(name) or "").strip() for name in needed + optional}
        rows.append((line, cells))
    return rows
