"""Columns of times and readings in text exports of chromatography programs.

The decimal mark is read from the numbers themselves. A row that ends early, a word among the
readings and a count that differs from the header's are refused: each is the mark of a file that is
cut off or was saved in another locale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.clock_time import MINUTES_IN
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import is_not_counted, shortened
from tricyclic.numerals import LONGEST_NUMBER, NumberFormat, decimal_of

Floats = NDArray[np.float64]

# Minutes in a unit of time, as programs and spreadsheets write it in a heading, in lower case.
_TIME_UNITS: dict[str, float] = {
    **{name: minutes for name, minutes in MINUTES_IN.items() if name not in ("", "m")},
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1 / 60_000.0),
    "minuten": 1.0,
    "sekunden": 1 / 60.0,
}
_PLAIN = str.maketrans("", "", "0123456789.+-eE")
_MOST_MISSING_LISTED = 3
_DAMAGED = "Export the file again from the instrument"


@dataclass(frozen=True)
class NumberRows:
    """Rows of cells of a file, all of one table of numbers.

    Parameters
    ----------
    rows : sequence of sequences of str
        Cells of each row.
    lines : sequence of int
        Line of each row in the file.
    decimal : str or None
        Decimal mark, if it is known.
    of_workbook : bool
        Whether they are cells of a workbook, whose numbers have no comma.
    """

    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    decimal: str | None = None
    of_workbook: bool = False


@dataclass
class ColumnNotes:
    """What reading a block decided: the decimal mark, and remarks about left-out rows."""

    decimal: str = ""
    remarks: list[str] = field(default_factory=list)


def read_columns(block: NumberRows, wanted: Sequence[int], notes: ColumnNotes) -> Floats:
    """Numbers of some columns, shape (rows, columns); rows without a number are left out and named.

    Parameters
    ----------
    block : NumberRows
    wanted : sequence of int
        Indices of the columns, the first of which is the time.
    notes : ColumnNotes
        Receives the decimal mark and remarks.

    Raises
    ------
    InputError
        If a row ends early, or a cell is neither a number nor a mark for a missing one.
    """
    width = max(wanted) + 1
    cells: list[str] = []
    for row, line in zip(block.rows, block.lines, strict=True):
        if len(row) < width:
            raise InputError(
                f"the row has {len(row)} cell{'s' if len(row) != 1 else ''} instead of {width}",
                where=f"line {line}",
                do=_DAMAGED,
            )
        cells += [row[k] for k in wanted]
    if not cells:
        raise InputError("contains no readings", do=_DAMAGED)
    if block.of_workbook and (text := next((cell for cell in cells if "," in cell), "")):
        raise InputError(
            f"'{shortened(text)}' is a text and may be {shortened(text.replace(',', ''))} or "
            f"{shortened(text.replace(',', '.'))}",
            where=f"row {block.lines[cells.index(text) // len(wanted)]}",
            do="Convert such cells to numbers in the spreadsheet program",
        )
    notes.decimal = block.decimal or _decimal(cells, block, len(wanted))
    if (numbers := _fast(cells, notes.decimal)) is not None:
        return numbers.reshape(-1, len(wanted))
    return _slow(cells, block, len(wanted), notes)


def _fast(cells: list[str], decimal: str) -> Floats | None:
    """All numbers at once where each is plain: digits, one decimal mark, an exponent."""
    joined = "\n".join(cells)
    if decimal == ",":
        if "." in joined:
            return None
        joined = joined.replace(",", ".")
    if joined.translate(_PLAIN).strip(" \n") and joined.translate(_PLAIN).replace(" ", "").strip():
        return None
    try:
        numbers = np.array(joined.split("\n"), dtype=float)
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _slow(cells: list[str], block: NumberRows, width: int, notes: ColumnNotes) -> Floats:
    """Numbers cell by cell: grouped digits, missing readings, and the line of what is neither."""
    form = NumberFormat(notes.decimal)
    kept: list[list[float]] = []
    missing: list[int] = []
    for index, line in enumerate(block.lines):
        row = cells[index * width : (index + 1) * width]
        values = [form.read(cell) for cell in row]
        for cell, value in zip(row, values, strict=True):
            if value in (float("inf"), float("-inf")):
                raise InputError(
                    f"'{shortened(cell)}' is too large to be a reading", where=f"line {line}"
                )
            if value is None and cell.strip() and not is_not_counted(cell):
                raise _not_a_number(cell, line, notes.decimal)
        if None in values:
            if values[0] is None and any(value is not None for value in values[1:]):
                raise InputError("a reading has no time", where=f"line {line}", do=_DAMAGED)
            missing.append(line)
        else:
            kept.append([value for value in values if value is not None])
    if missing:
        lines = ", ".join(map(str, missing[:_MOST_MISSING_LISTED]))
        more = ", …" if len(missing) > _MOST_MISSING_LISTED else ""
        notes.remarks.append(
            f"{len(missing)} time{'s' if len(missing) != 1 else ''} without a reading "
            f"left out (line{'s' if len(missing) != 1 else ''} {lines}{more})"
        )
    if not kept:
        raise InputError("contains no readings", do=_DAMAGED)
    return np.array(kept, dtype=float)


def _not_a_number(cell: str, line: int, decimal: str) -> InputError:
    other = "," if decimal == "." else "."
    mixed = len(cell) <= LONGEST_NUMBER and re.fullmatch(
        rf"[-+]?[0-9]+{re.escape(other)}[0-9]+", cell.strip()
    )
    return InputError(
        f"'{shortened(cell)}' is not a number",
        where=f"line {line}",
        allowed=f"The decimal mark elsewhere in this file is '{decimal}'" if mixed else "",
        do=_DAMAGED,
    )


def _decimal(cells: list[str], block: NumberRows, width: int) -> str:
    """Decimal mark that the numbers show.

    Raises
    ------
    InputError
        If some show a comma and others a point, or all of them may be either ("1,234").
    """
    joined = "\n".join(cells)
    if "," not in joined:
        return "."
    unsure = ""
    votes = {",": 0, ".": 0}
    for cell in cells:
        mark, either = decimal_of(cell)
        if mark:
            votes[mark] += 1
        elif either == ",":
            unsure = unsure or cell.strip()
    if votes[","] and votes["."]:
        # One of them groups digits: "1.234" in a file with decimal commas shows a point.
        least = min(votes.values())
        if least > 0.5 * max(votes.values()):
            raise InputError(
                "decimals are written with a comma and with a point",
                do='Choose the decimal mark: --decimal "," or --decimal "."',
            )
    if votes[","] != votes["."]:
        return "," if votes[","] > votes["."] else "."
    line = block.lines[cells.index(unsure) // width] if unsure in cells else block.lines[0]
    raise InputError(
        f"'{unsure}' may be {unsure.replace(',', '')} or {unsure.replace(',', '.')}",
        where=f"line {line}",
        do='Choose the decimal mark: --decimal "," or --decimal "."',
    )


def header_number(text: str) -> float | None:
    """A number of a header with either decimal mark and no groups; None if it is none."""
    cell = text.strip()
    for decimal in (".", ","):
        if re.fullmatch(rf"[-+]?[0-9]*{re.escape(decimal)}?[0-9]*(?:[eE][-+]?[0-9]+)?", cell):
            return NumberFormat(decimal).read(cell)
    return None


def check_count(read: int, stated: float | None, *, missing: int = 0, where: str = "") -> None:
    """Refuse a table of readings that has not as many rows as its header states.

    Raises
    ------
    InputError
        If the numbers differ.
    """
    if stated is not None and round(stated) != read + missing:
        raise InputError(
            f"has {read + missing} readings, and its header states {stated:g}",
            where=where,
            do="Copy or export the file again; it may be cut off",
        )


def time_factor(unit: str) -> float | None:
    """Minutes in a unit of time ("min", "sec", "Minutes"); None for another text."""
    return _TIME_UNITS.get(unit.strip().strip("()[]").rstrip(".").lower())


_UNIT_IN_HEADING = re.compile(r"^(.*?)\s*[(\[{]\s*([^()\[\]{}]*?)\s*[)\]}]\s*$")
_UNIT_AFTER = re.compile(r"^(.*?)(?:_|\s*[/,]\s*)([A-Za-zµμ%]{1,4})$")


def name_and_unit(heading: str) -> tuple[str, str | None]:
    """Name and unit of a heading "Value (mAU)", "Time [min]", "time / min"; None without a unit."""
    text = " ".join(heading.replace("\ufeff", "").split())
    if match := _UNIT_IN_HEADING.match(text):
        return match[1], match[2] or None
    if (match := _UNIT_AFTER.match(text)) and (time_factor(match[2]) or match[2] in SIGNAL_UNITS):
        return match[1], match[2]
    return text, None


# Units of detector signals, as headings without brackets end in them.
SIGNAL_UNITS = frozenset(
    {"AU", "mAU", "uAU", "µAU", "V", "mV", "uV", "µV", "nA", "pA", "uA", "µA", "nC", "pC", "uC"}
    | {"µC", "uS", "µS", "nS", "LU", "nRIU", "RIU", "counts", "cps", "FU", "RFU"}
)


def repaired(text: str) -> tuple[str, bool]:
    """A text whose UTF-8 was once read as Windows-1252 ("Âµ" for "µ"), and whether it was."""
    if "Â" not in text and "Ã" not in text and "Î" not in text:
        return text, False
    try:
        right = text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text, False
    return right, right != text


def first_value(header: Mapping[str, str], *names: str) -> str:
    """The first value that is not empty among the keys of a header; empty if there is none."""
    return next((header[name].strip() for name in names if header.get(name, "").strip()), "")


def ending_remark(text: str) -> list[str]:
    """A remark where a text does not end with its line, so that the last number may be cut off."""
    if text.endswith("\n"):
        return []
    return ["the last line has no line break; if the file was cut off, its end is missing"]
