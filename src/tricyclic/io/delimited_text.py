"""Tables of cells from text files; encoding, delimiter and decimal mark are detected.

Every decision is recorded in the notes of the sheet. A file that can be read in two ways ("4,630"
is 4630 or 4.63) is refused until the user specifies the decimal mark.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from tricyclic.core.formulas import formula_error, is_formula
from tricyclic.core.text_column import is_date
from tricyclic.errors import InputError
from tricyclic.io.merged_cells import MergedArea
from tricyclic.numerals import (
    GROUPING_SPACES,
    LONGEST_NUMBER,
    NumberFormat,
    decimal_of,
    digits_advice,
    plain_marks,
)

# A screen of 1,000 plates of 1536 wells has 60 MB; a text file is in memory as a whole.
MAX_BYTES = 512 * 2**20
# Cells of a workbook, whose size in memory the size of the file does not limit.
MAX_CELLS = 2_000_000
NOT_COUNTED = frozenset({"-", "--", "–", "—", "n.a.", "n/a", "na", "nan", "#n/a", "n.d."})

_DELIMITER_NAMES = {"\t": "tab", ";": "semicolon", ",": "comma", " ": "white space", "": "none"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# A grouping space between a digit and three digits is inside a number, not between two cells.
_BETWEEN_CELLS = re.compile(
    rf"(?:[^\S{GROUPING_SPACES}]|(?<![0-9])[{GROUPING_SPACES}]"
    rf"|[{GROUPING_SPACES}](?![0-9]{{3}}(?![0-9])))+"
)
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Of a workbook whose contents are encrypted: the name of a part of the container.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WEB_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|table)\b", re.IGNORECASE)
_JUNK = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Sheet:
    """Rows of text cells with their line numbers.

    Parameters
    ----------
    rows : tuple of tuples of str
        Cells without surrounding blanks; an empty line is a row without cells.
    lines : tuple of int
        Line, or row of the spreadsheet, of each row, from 1.
    name : str
        Name of the spreadsheet's sheet; empty for a text file.
    delimiter : str
        Separator of the cells; "" in a spreadsheet.
    decimal : str or None
        Decimal mark, if the user specified it or the format fixes it.
    notes : tuple of str
        Decisions about the file.
    merged : tuple of MergedArea
        Merged areas whose text is in each of their cells.
    remarks : tuple of str
        What a spreadsheet program shows beside the numbers, such as hidden rows.
    percent : frozenset of (int, int)
        Cells whose number is shown as percent: 0.45 as 45 %.
    """

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    name: str = ""
    delimiter: str = ""
    decimal: str | None = None
    notes: tuple[str, ...] = field(default=())
    merged: tuple[MergedArea, ...] = ()
    remarks: tuple[str, ...] = ()
    percent: frozenset[tuple[int, int]] = frozenset()

    @cached_property
    def numbers(self) -> NumberFormat:
        """Format of the numbers.

        Raises
        ------
        InputError
            If the file can be read in two ways.
        """
        return NumberFormat(self.decimal) if self.decimal else NumberFormat(_decimal_mark(self))

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, with the decimal mark."""
        if not self.delimiter:
            return self.notes
        return (*self.notes, f"decimal {'comma' if self.numbers.decimal == ',' else 'point'}")

    def where(self, index: int) -> str:
        """Location of a row in the file, by its index."""
        if self.name:
            return f"sheet '{self.name}', row {self.lines[index]}"
        return f"line {self.lines[index]}"

    def refuse_merged_readings(self, cells: Iterable[tuple[int, int]]) -> None:
        """Refuse one reading for several wells: readings in cells (row, column) that are merged.

        Raises
        ------
        InputError
            If two of the cells are in one merged area and are not empty.
        """
        wanted = [(row, column) for row, column in cells if self.rows[row][column]]
        for area in self.merged:
            inside = [(row, column) for row, column in wanted if area.covers(row, column)]
            if len(inside) > 1:
                row, column = inside[0]
                raise InputError(
                    f"'{shortened(self.rows[row][column])}' is one merged cell over "
                    f"{len(inside)} readings",
                    where=self.where(row),
                    allowed="Each well has its own reading",
                    do="Unmerge the cells, and write the reading of each well",
                )

    def number(self, text: str, where: str) -> float:
        """Read a number.

        Raises
        ------
        InputError
            If the cell is not a number, or the number is too large.
        """
        if is_formula(text):
            raise formula_error(text, where)
        # A number of a workbook has no comma, so this one is a text.
        if self.name and decimal_of(text)[1] == ",":
            plain = plain_marks(text)
            raise InputError(
                f"'{plain}' is a text and may be {plain.replace(',', '')} or "
                f"{plain.replace(',', '.')}",
                where=where,
                do="Convert such cells to numbers in the spreadsheet program",
            )
        value = self.numbers.read(text)
        if value is None and (error := date_error(text, where)) is not None:
            raise error
        if value is None:
            other = "," if self.numbers.decimal == "." else "."
            mixed = len(text) <= LONGEST_NUMBER and re.fullmatch(
                rf"[-+]?[0-9]+{re.escape(other)}[0-9]+", plain_marks(text)
            )
            advice = digits_advice(text)
            raise InputError(
                f"'{shortened(text)}' is not a number",
                where=where,
                allowed=f"The decimal mark elsewhere in this file is '{self.numbers.decimal}'"
                if mixed
                else advice,
                do="Type the number again" if advice else "",
            )
        if value in (float("inf"), float("-inf")):
            raise InputError(f"'{shortened(text)}' is too large to be a reading", where=where)
        return value


def read_text(data: bytes) -> tuple[str, str]:
    """Text of a file with "\\n" as line end, and a note about its encoding.

    Raises
    ------
    InputError
        If the file is empty or is not text.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise InputError("the file is empty", do="Export it again from the instrument")
    if data.startswith(_OLD_WORKBOOK) and _ENCRYPTED in data:
        raise InputError(
            "is a workbook with a password",
            do="Open it, remove the password and save it as XLSX or CSV",
        )
    if data.startswith(_OLD_WORKBOOK):
        raise InputError("is a workbook of the old form (.xls)", do="Save it as XLSX or CSV")
    text, name = _decoded(data)
    ends = "lines end in CR" if "\r" in text and "\n" not in text else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x1b", "")
    if _WEB_PAGE.match(text):
        raise InputError(
            "is a web page (HTML), whatever its name",
            do="Open it in a spreadsheet program and save it as XLSX or CSV",
        )
    junk = _JUNK.search(text)
    if junk:
        line = text.count("\n", 0, junk.start()) + 1
        raise InputError(
            "is not a text file", where=f"line {line}", do="Export it as CSV, text or XLSX"
        )
    return text, f"read as {name}" + (f", {ends}" if ends else "")


def text_sheet(data: bytes, *, decimal: str | None = None) -> Sheet:
    """Read the bytes of a text file as one table.

    Parameters
    ----------
    data : bytes
        The whole file.
    decimal : str, optional
        "." or ","; detected if not specified.

    Raises
    ------
    InputError
        If the file is empty, is not text, or a quotation mark is out of place.
    """
    text, encoding = read_text(data)
    delimiter = _delimiter(text)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    if delimiter == " ":
        for number, line in enumerate(text.split("\n"), 1):
            rows.append(_words(line))
            lines.append(number)
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ",", strict=True)
        first = 1
        try:
            # Cells repeat (plates, roles, concentrations): each text is kept once.
            kept: dict[str, str] = {}
            for row in reader:
                rows.append(tuple([kept.setdefault(cell, cell.strip()) for cell in row]))
                lines.append(first)
                first = reader.line_num + 1
        except csv.Error as error:
            raise InputError(
                "a quotation mark is out of place",
                where=f"line {first}",
                do="Export the file again",
            ) from error
    return Sheet(
        rows=tuple(rows),
        lines=tuple(lines),
        delimiter=delimiter or "none",
        decimal=decimal,
        notes=(encoding, f"delimiter {_DELIMITER_NAMES[delimiter]}"),
    )


def shortened(text: str, most: int = 40) -> str:
    """A text cut to a length for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def date_error(text: str, where: str) -> InputError | None:
    """The refusal of a date where a number is needed; None of another text."""
    if not is_date(text):
        return None
    return InputError(
        f"'{text[:10]}' is a date, not a number",
        where=where,
        allowed="Spreadsheet programs turn numbers such as 3-4 and 1.2 into dates",
        do="Format the cell as a number and type its reading again",
    )


def is_number_like(cell: str) -> bool:
    """Whether a cell is a number with one decimal mark or the other."""
    return _POINT.read(cell) is not None or (
        any(character.isdigit() for character in cell) and _COMMA.read(cell) is not None
    )


def is_not_counted(cell: str) -> bool:
    """Whether a cell is a mark for a missing reading."""
    return cell.strip().lower() in NOT_COUNTED


_POINT, _COMMA = NumberFormat("."), NumberFormat(",")


def _decoded(data: bytes) -> tuple[str, str]:
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return _with_codec(data, codec, name)
    if (wide := utf16_without_mark(data)) is not None:
        return _with_codec(data, wide, "UTF-16 without a mark")
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _with_codec(data, "cp1252", "Windows-1252")


def utf16_without_mark(data: bytes) -> str | None:
    """The codec of a text in UTF-16 without a byte order mark, by its zero bytes; None else."""
    head = data[:4096]
    if len(head) > 3 and head[1::2].count(0) > 0.4 * len(head[1::2]):
        return "utf-16-le"
    if len(head) > 3 and head[::2].count(0) > 0.4 * len(head[::2]):
        return "utf-16-be"
    return None


def _with_codec(data: bytes, codec: str, name: str) -> tuple[str, str]:
    try:
        return data.decode(codec), name
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"is not text in {name}", where=f"line {line}", do="Save it again as CSV in UTF-8"
        ) from error


def _delimiter(text: str) -> str:
    lines = [line for line in text.split("\n") if line.strip()][:2000]
    counts = {mark: [_outside_quotes(line, mark) for line in lines] for mark in "\t;,"}
    scores = {mark: _lines_in_runs(counts[mark]) for mark in counts}
    if not any(scores.values()):
        scores = {mark: sum(1 for n in counts[mark] if n) for mark in counts}
    best = max("\t;,", key=lambda mark: scores[mark])
    if scores[best] == 0 or (best == "," and _commas_are_decimal(lines)):
        return (
            " "
            if _lines_in_runs([len(_words(line)) - 1 for line in lines])
            else ("" if scores[best] == 0 else best)
        )
    return best


def _words(line: str) -> tuple[str, ...]:
    if not any(space in line for space in GROUPING_SPACES):
        return tuple(line.split())
    return tuple(word for word in _BETWEEN_CELLS.split(line) if word)


def _outside_quotes(line: str, mark: str) -> int:
    return (
        line.count(mark)
        if '"' not in line
        else sum(part.count(mark) for part in line.split('"')[::2])
    )


def _lines_in_runs(counts: list[int]) -> int:
    """Number of lines next to a line with the same number of marks, one or more."""
    neighbours = zip(counts, [0, *counts[:-1]], [*counts[1:], 0], strict=True)
    return sum(1 for here, above, below in neighbours if here and here in (above, below))


def _commas_are_decimal(lines: list[str]) -> bool:
    """Whether white space separates the cells and every comma is inside a number."""
    with_comma = [line for line in lines if "," in line]
    if _commas_follow_names(with_comma):
        return False
    inside = [
        line
        for line in with_comma
        if line.count(",") == len(re.findall(r"(?<=[0-9]),(?=[0-9])", line))
        and all(token.count(",") <= 1 for token in _words(line))
        and len(_words(line)) > 1
    ]
    return len(inside) > 0.5 * len(with_comma)


def _commas_follow_names(lines: list[str]) -> bool:
    """Whether commas divide the names of columns and, as many in each line, the cells below.

    "plate 1,4500" below "name,y" are two cells, although the comma stands between digits.
    """
    return (
        not re.search(r"[0-9],|,\s*[0-9]", lines[0])
        and len({line.count(",") for line in lines}) == 1
        and not any(re.search(r"[0-9]\s+[-+]?[0-9.]", line) for line in lines)
    )


def _votes(cells: Iterable[str]) -> tuple[Counter[str], dict[str, tuple[str, str]]]:
    """Cells that are sure to have each decimal mark, and the first that may have either."""
    votes: Counter[str] = Counter()
    unsure: dict[str, tuple[str, str]] = {}
    # Cells repeat, so each text is matched once; the first place of each is kept for messages.
    for cell, count in Counter(cells).items():
        decimal, either = decimal_of(cell)
        if decimal:
            votes[decimal] += count
        elif either:
            unsure.setdefault(either, (plain_marks(cell), cell))
    return votes, unsure


def mark_of_texts(cells: Iterable[str]) -> str:
    """Decimal mark of numbers that are texts in a workbook; "" where they do not show it."""
    votes, _ = _votes(cells)
    return "" if votes[","] == votes["."] else "," if votes[","] > votes["."] else "."


def _decimal_mark(sheet: Sheet) -> str:
    votes, unsure = _votes(chain.from_iterable(sheet.rows))
    if votes[","] != votes["."]:
        return "," if votes[","] > votes["."] else "."
    # A point before three digits is a decimal point, unless semicolons separate the cells, as in
    # files of countries with a decimal comma.
    ambiguous = unsure.get(",") or (unsure.get(".") if sheet.delimiter == ";" else None)
    if votes[","]:
        raise InputError(
            "decimals are written with a comma and with a point",
            do='Choose the decimal mark: --decimal "," or --decimal "."',
        )
    if ambiguous:
        text, cell = ambiguous
        index = next(k for k, row in enumerate(sheet.rows) if cell in row)
        ungrouped = text.replace(",", "").replace(".", "")
        raise InputError(
            f"'{text}' may be {ungrouped} or {text.replace(',', '.')}",
            where=sheet.where(index),
            do='Choose the decimal mark: --decimal "," or --decimal "."',
        )
    return "."
