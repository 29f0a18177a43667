"""Merged cells of XLSX sheets, read as a spreadsheet program shows them.

A merged area stores its text in its first cell only; here every cell of the area has it. A title,
an area that is alone in its row below an empty row or at the top, stays one cell.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from tricyclic.errors import InputError

MAX_FILLED = 100_000
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ID = re.compile(r"\{[^}]*/relationships\}id")


@dataclass(frozen=True)
class MergedArea:
    """First and last row and column of merged cells, from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is in the area."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def merged_areas(parts: Mapping[str, bytes]) -> dict[str, tuple[MergedArea, ...]]:
    """Merged areas of each sheet of a workbook, by the name of the sheet.

    Parameters
    ----------
    parts : mapping of str to bytes
        XML parts of the workbook, by their names in the archive.

    Raises
    ------
    InputError
        If a part is damaged.
    """
    areas: dict[str, tuple[MergedArea, ...]] = {}
    for name, part in parts_of_sheets(parts).items():
        if b"mergeCell" in parts.get(part, b""):
            ranges = (cell.get("ref", "") for cell in elements_of(parts, part, "mergeCell"))
            areas[name] = tuple(
                _area(match) for text in ranges if (match := _RANGE.fullmatch(text.upper()))
            )
    return areas


def parts_of_sheets(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Name of the XML part of each sheet of a workbook, by the name of the sheet.

    Raises
    ------
    InputError
        If a part is damaged.
    """
    targets = {
        element.get("Id", ""): posixpath.normpath(
            posixpath.join("/xl", element.get("Target", ""))
        ).lstrip("/")
        for element in elements_of(parts, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    names: dict[str, str] = {}
    for sheet in elements_of(parts, "xl/workbook.xml", "sheet"):
        own = next((value for key, value in sheet.attrib.items() if _ID.fullmatch(key)), "")
        names[sheet.get("name", "")] = targets.get(own, "")
    return names


def fill_merged(
    rows: Sequence[Sequence[str]], areas: Sequence[MergedArea], sheet: str
) -> tuple[tuple[tuple[str, ...], ...], tuple[MergedArea, ...]]:
    """Rows with the text of each merged area in all its cells, and the areas that were filled.

    Raises
    ------
    InputError
        If the merged areas have too many cells.
    """
    filled = [[*row] for row in rows]
    used: list[MergedArea] = []
    left = MAX_FILLED
    for area in areas:
        if not _text_at(rows, area.top, area.left) or _is_title(rows, area):
            continue
        left -= (area.bottom - area.top + 1) * (area.right - area.left + 1)
        if left < 0:
            raise InputError(
                f"has merged areas of more than {MAX_FILLED} cells",
                where=f"sheet '{sheet}'",
                do="Unmerge cells outside of the data",
            )
        filled += [[] for _ in range(len(filled), area.bottom + 1)]
        for row in filled[area.top : area.bottom + 1]:
            row += [""] * (area.right + 1 - len(row))
            width = area.right + 1 - area.left
            row[area.left : area.right + 1] = [rows[area.top][area.left]] * width
        used.append(area)
    return tuple(tuple(row) for row in filled), tuple(used)


def elements_of(parts: Mapping[str, bytes], name: str, tag: str) -> list[ElementTree.Element]:
    """Elements of a tag in an XML part of a workbook; none where there is no such part.

    Raises
    ------
    InputError
        If the part is damaged.
    """
    try:
        root = ElementTree.fromstring(parts.get(name, b"<none/>"))
    except ElementTree.ParseError as error:
        raise InputError(
            "is a damaged workbook",
            where=name,
            do="Open it in a spreadsheet program and save it again",
        ) from error
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def _area(match: re.Match[str]) -> MergedArea:
    left, right = column_number(match[1]) - 1, column_number(match[3]) - 1
    return MergedArea(int(match[2]) - 1, left, int(match[4]) - 1, right)


def column_number(letters: str) -> int:
    """Number of a column of a spreadsheet, from 1: 27 of "AA"."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Letters of a column of a spreadsheet, from 1: "AA" of 27."""
    letters = ""
    while number > 0:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _is_title(rows: Sequence[Sequence[str]], area: MergedArea) -> bool:
    alone = sum(1 for cell in rows[area.top] if cell) == 1
    top = area.top == 0 or not any(rows[area.top - 1])
    # A text over all columns but the first, which has a name below, is the heading of the others.
    below = rows[area.top + 1][: area.left] if area.top + 1 < len(rows) else ()
    return alone and area.top == area.bottom and top and not any(below)


def _text_at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if 0 <= row < len(rows) and column < len(rows[row]) else ""
