"""The sequence of a data system without headings, as a table: its columns go by their cells."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.files import read_bytes
from tricyclic.numerals import is_whole_number, parse_number

_FILE = re.compile(r".*[\\/].+|.+\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}", re.IGNORECASE)
LEAST_ROWS = 3


def sequence_table(
    path: Path, known_roles: frozenset[str], headings: frozenset[str]
) -> DataTable | None:
    """The table of a text file whose first row is an injection; None for another file.

    Parameters
    ----------
    path : Path
    known_roles : frozenset of str
        Words for roles, in lower case and without blanks and marks.
    headings : frozenset of str
        Words for headings, in that form.
    """
    data, name = read_bytes(path)
    if data[:4] == b"PK\x03\x04":
        return None
    sheet = text_sheet(data)
    rows = [list(row) for row in sheet.rows if any(cell.strip() for cell in row)]
    if len(rows) < LEAST_ROWS or len({len(row) for row in rows}) > 1:
        return None
    first = [_plain(cell) for cell in rows[0]]
    if sum(cell in headings for cell in first) >= 2 or not any(c in known_roles for c in first):
        return None
    columns = [[row[k].strip() for row in rows] for k in range(len(rows[0]))]
    named = _named(columns, known_roles)
    if "role" not in named:
        return None
    values, text, titles = {}, {}, []
    for k, cells in enumerate(columns):
        title = next((field for field, at in named.items() if at == k), f"column {k + 1}")
        titles.append(title)
        numbers = [parse_number(cell) if cell else np.nan for cell in cells]
        if all(one is not None for one in numbers) and title not in ("name", "file"):
            values[title] = np.array(numbers, dtype=float)
        else:
            text[title] = tuple(cells)
    return DataTable(
        name,
        tuple(titles),
        values,
        text,
        file=name,
        lines=tuple(f"line {line}" for line in sheet.lines[: len(rows)]),
        notes=("the list has no headings; its columns go by their cells",),
    )


def _named(columns: Sequence[Sequence[str]], roles: frozenset[str]) -> dict[str, int]:
    """Column of each meaning that the cells show."""
    named: dict[str, int] = {}
    for k, cells in enumerate(columns):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if "role" not in named and all(_plain(cell) in roles for cell in filled):
            named["role"] = k
        elif "file" not in named and all(_FILE.fullmatch(cell) for cell in filled):
            named["file"] = k
        elif (
            "order" not in named
            and len(filled) == len(cells)
            and all(is_whole_number(cell) for cell in cells)
            and all(int(b) == int(a) + 1 for a, b in itertools.pairwise(cells))
        ):
            named["order"] = k
        elif (
            "name" not in named
            and len(set(cells)) == len(cells) == len(filled)
            and not all(parse_number(cell) is not None for cell in cells)
        ):
            named["name"] = k
    amounts = [
        k
        for k, cells in enumerate(columns)
        if k not in named.values() and _are_amounts(cells, columns, named)
    ]
    if len(amounts) == 1:
        named["amount"] = amounts[0]
    return named


def _are_amounts(
    cells: Sequence[str], columns: Sequence[Sequence[str]], named: dict[str, int]
) -> bool:
    """Whether a column has numbers, three levels or more of them among the standards."""
    if "role" not in named:
        return False
    levels = set()
    for cell, role in zip(cells, columns[named["role"]], strict=True):
        value = parse_number(cell) if cell else None
        if cell and value is None:
            return False
        if value is not None and value > 0 and _plain(role).startswith(("std", "stand", "cal")):
            levels.add(value)
    return len(levels) > 2


def _plain(cell: str) -> str:
    return re.sub(r"[^a-z]+", "", cell.lower())
