"""The tables of a result as CSV, Markdown or an Excel workbook: what `--format` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tricyclic.core.format import format_number
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.frames import Columns
from tricyclic.io.write_tables import Cell, csv_rows, inferred_parquet_bytes
from tricyclic.io.write_workbook import WorkbookSheet, workbook_bytes
from tricyclic.registry import RENDERERS as _RENDERERS

RENDERERS: dict[str, str] = {"Renderable": "tricyclic.reports.frame_files:frame_bytes"}
FORMATS = ("csv", "md", "xlsx")
# Rows of a sheet below its head, and characters of its name, of a spreadsheet program.
MAX_ROWS, MAX_NAME = 1_048_575, 31
# Significant figures of a number in a table for reading; CSV and workbooks have all digits.
DIGITS = 4
# Longer cells do not widen the other rows of a column of Markdown.
WIDEST = 40


def frames_of(result: object) -> Mapping[str, Columns]:
    """The tables of a result by name, the main one first.

    Parameters
    ----------
    result
        Any result.

    Raises
    ------
    InputError
        If this kind of result has no tables.
    """
    render = _RENDERERS.find("frames", type(result), missing_ok=True)
    if render is None:
        raise InputError(
            "this command has no table",
            where="format",
            allowed="It has text and JSON",
            do="Use --format json",
        )
    frames: Mapping[str, Columns] = render(result)
    return frames


def frame_bytes(result: object, format: str, frame: str = "") -> bytes:
    """A table of a result in a format; a workbook without `frame` has all tables as sheets.

    Parameters
    ----------
    result
        Any result.
    format : {"csv", "md", "xlsx", "parquet"}
        CSV as RFC 4180 describes it, with all digits; a table of GitHub's Markdown, with four
        figures; a workbook; Parquet, with all digits.
    frame
        Name of the table; empty for the main one.

    Raises
    ------
    InputError
        If the result has no such table, or one is too long for a workbook.
    """
    frames = frames_of(result)
    if frame and frame not in frames:
        raise UnknownNameError.among("table of this result", frame, frames, where="frame")
    if format == "xlsx":
        chosen = {frame: frames[frame]} if frame else frames
        return workbook_bytes(_sheets(chosen))
    columns = frames[frame or next(iter(frames))]
    if format == "parquet":
        return inferred_parquet_bytes({name: _plain(v) for name, v in columns.items()})
    if format == "csv":
        return csv_rows(list(columns), _rows(columns), digits=None)
    return markdown_table(list(columns), _rows(columns)).encode("utf-8")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Rows as a table of GitHub's Markdown, in columns of equal width; numbers at the right.

    Parameters
    ----------
    head
        Names of the columns.
    rows
        Cells; None and nan are empty.
    """
    texts = [[_text(cell) for cell in row] for row in rows]
    names = [_escaped(name) for name in head]
    numeric = [
        any(_is_number(row[k]) for row in rows)
        and all(_is_number(row[k]) or _text(row[k]) == "" for row in rows)
        for k in range(len(names))
    ]
    widths = [
        min(max(3, *(len(line[k]) for line in (names, *texts))), WIDEST) for k in range(len(names))
    ]
    lines = [
        [
            cell.rjust(w) if right else cell.ljust(w)
            for cell, w, right in zip(line, widths, numeric, strict=True)
        ]
        for line in (names, *texts)
    ]
    rule = [
        "-" * (w - 1) + ":" if right else "-" * w for w, right in zip(widths, numeric, strict=True)
    ]
    ordered = [lines[0], rule, *lines[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in ordered)


def _rows(columns: Columns) -> list[tuple[Cell, ...]]:
    return list(zip(*(_plain(values) for values in columns.values()), strict=True))


def _plain(values: Sequence[Any] | np.ndarray) -> list[Cell]:
    """A column as values of Python; objects as their text."""
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return [_cell(value) for value in listed]


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, np.generic):
        plain: Cell = value.item()
        return plain
    return str(value)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _text(cell: Cell) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        if cell in (float("inf"), float("-inf")):
            return "inf" if cell > 0 else "-inf"
        is_whole = cell.is_integer() and abs(cell) < 10**DIGITS
        return f"{cell:.0f}" if is_whole else format_number(cell, DIGITS)
    return str(cell) if isinstance(cell, int) else _escaped(cell)


def _escaped(text: str) -> str:
    """Text on one line that ends no cell and begins no markup."""
    one_line = re.sub(r"([\\`*|<>\[\]~])", r"\\\1", " ".join(text.split()))
    # Inside a word an underscore is no markup.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", one_line)


def _sheets(frames: Mapping[str, Columns]) -> list[WorkbookSheet]:
    sheets: list[WorkbookSheet] = []
    for number, (name, columns) in enumerate(frames.items(), 1):
        rows = _rows(columns)
        if len(rows) > MAX_ROWS:
            raise InputError(
                f"'{name}' has {len(rows)} rows",
                where="format",
                allowed=f"A sheet has at most {MAX_ROWS}",
                do="Use --format csv",
            )
        plain = re.sub(r"[\\/*?:\[\]]", " ", name)[:MAX_NAME].strip("' ") or f"table {number}"
        sheets.append(WorkbookSheet(_unused(plain, sheets), list(columns), rows, frozen=1))
    return sheets


def _unused(name: str, sheets: Sequence[WorkbookSheet]) -> str:
    """A name that no sheet has; programs do not distinguish capital letters."""
    used = {sheet.name.casefold() for sheet in sheets}
    numbered, number = name, 2
    while numbered.casefold() in used:
        numbered = f"{name[: MAX_NAME - 4]} {number}"
        number += 1
    return numbered
