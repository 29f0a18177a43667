"""What a spreadsheet program shows beside its numbers: hidden rows and columns, filters, comments,
cells that are struck through, coloured, or errors.

Such cells are read like all others. A laboratory may mean by them that a reading does not count, so
each is named in a remark.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from tricyclic.core.format import pluralize
from tricyclic.io.delimited_text import shortened
from tricyclic.io.merged_cells import column_number, elements_of, parts_of_sheets

# Rows, columns and cells that a remark lists, and comments that it quotes.
MAX_LISTED, MAX_COMMENTS = 12, 5
# Colours mark readings only where most readings have none: colours of whole tables are decoration.
MAX_SHARE_OF_MARKED = 0.25
_ROW = re.compile(rb"<(?:\w+:)?row\b((?:[^>]*[^>/])?)>(.*?)</(?:\w+:)?row>", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_FILTER = re.compile(rb"<(?:\w+:)?filterColumn\b")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)<")
_ATTRIBUTE = re.compile(rb'\b(r|s|t|ht|hidden|min|max|width)="([^"]*)"')
_THREADED = re.compile(r"^\[Threaded comment\].*?Comment:\s*", re.DOTALL)


@dataclass(frozen=True)
class _Style:
    """What a style of cells shows: a line through the text, a filled cell, coloured letters."""

    struck: bool = False
    filled: bool = False
    coloured: bool = False


@dataclass(frozen=True)
class _Marks:
    """Cells of a sheet by what they show, and its hidden rows and columns that have cells."""

    rows: tuple[int, ...]
    columns: tuple[str, ...]
    filtered: bool
    struck: tuple[str, ...]
    filled: tuple[str, ...]
    coloured: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]


def remarks_of_sheets(parts: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Remarks about each sheet of a workbook, by its name.

    Parameters
    ----------
    parts : mapping of str to bytes
        XML parts of the workbook, by their names in the archive.
    """
    styles = _styles(parts)
    remarks: dict[str, tuple[str, ...]] = {}
    for name, part in parts_of_sheets(parts).items():
        marks = _marks(parts.get(part, b""), styles)
        remarks[name] = tuple(
            f"sheet '{name}': {text}" for text in (*_phrases(marks), *_comments(parts, part))
        )
    return remarks


def percent_cells(parts: Mapping[str, bytes]) -> dict[str, frozenset[tuple[int, int]]]:
    """Cells (row and column from 0) of each sheet whose number is shown as percent: 0.45 as 45 %.

    Parameters
    ----------
    parts : mapping of str to bytes
        XML parts of the workbook, by their names in the archive.
    """
    name = "xl/styles.xml"
    own = {
        one.get("numFmtId", ""): re.sub(r'"[^"]*"', "", one.get("formatCode", ""))
        for one in elements_of(parts, name, "numFmt")
    }
    # Formats 9 and 10 are percent in every workbook.
    known = {"9", "10"} | {number for number, code in own.items() if "%" in code}
    styles = {
        str(k).encode()
        for group in elements_of(parts, name, "cellXfs")
        for k, one in enumerate(group)
        if one.get("numFmtId", "0") in known
    }
    cells: dict[str, frozenset[tuple[int, int]]] = {}
    for sheet, part in parts_of_sheets(parts).items() if styles else ():
        attributes = (_attributes(cell[1]) for cell in _CELL.finditer(parts.get(part, b"")))
        names = [
            one[b"r"].decode() for one in attributes if one.get(b"s") in styles and b"r" in one
        ]
        letters = [name.rstrip("0123456789") for name in names]
        cells[sheet] = frozenset(
            (int(name[len(column) :]) - 1, column_number(column) - 1)
            for name, column in zip(names, letters, strict=True)
        )
    return cells


def _phrases(marks: _Marks) -> Iterable[str]:
    if marks.rows:
        how = "by a filter " if marks.filtered else ""
        verb, they = ("is", "it is") if len(marks.rows) == 1 else ("are", "they are")
        rows = [str(row) for row in marks.rows]
        yield f"{pluralize(len(rows), 'row')} {verb} hidden {how}({_listed(rows)}); {they} read"
    if marks.columns:
        verb, they = ("is", "it is") if len(marks.columns) == 1 else ("are", "they are")
        number = pluralize(len(marks.columns), "column")
        yield f"{number} {verb} hidden ({_listed(marks.columns)}); {they} read"
    for cells, what in (
        (marks.struck, "struck through"),
        (marks.filled, "in a coloured cell"),
        (marks.coloured, "in coloured letters"),
    ):
        if cells:
            verb, they = ("is", "it is") if len(cells) == 1 else ("are", "they are")
            if what.startswith("in a") and len(cells) > 1:
                what = "in coloured cells"
            yield (
                f"{pluralize(len(cells), 'number')} {verb} {what} ({_listed(cells)}); {they} read "
                "unless excluded"
            )
    if marks.errors:
        verb = "is an error" if len(marks.errors) == 1 else "are errors"
        listed = _listed([f"{text} in {cell}" for cell, text in marks.errors])
        number = pluralize(len(marks.errors), "cell")
        yield f"{number} {verb} of the spreadsheet ({listed}); missing"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_LISTED]) + (", …" if len(names) > MAX_LISTED else "")


def _marks(sheet: bytes, styles: Sequence[_Style]) -> _Marks:
    head = sheet[: max(sheet.find(b"sheetData"), 0)]
    hidden_columns = [
        (int(own[b"min"]), int(own[b"max"]))
        for match in _COLUMN.finditer(head)
        if _is_hidden(own := _attributes(match[1]), b"width") and {b"min", b"max"} <= own.keys()
    ]
    plain = not any(style != _Style() for style in styles)
    if not hidden_columns and plain and b"hidden=" not in sheet and b't="e"' not in sheet:
        return _Marks((), (), False, (), (), (), ())
    rows: list[int] = []
    columns: dict[str, None] = {}
    shown: dict[str, list[str]] = {"struck": [], "filled": [], "coloured": []}
    errors: list[tuple[str, str]] = []
    numbers = 0
    for number, row in enumerate(_ROW.finditer(sheet), 1):
        own = _attributes(row[1])
        filled = False
        for cell in _CELL.finditer(row[2]):
            value = _VALUE.search(cell[2])
            if value is None and b"<" not in cell[2]:
                continue
            filled = True
            attributes = _attributes(cell[1])
            name = attributes.get(b"r", b"").decode()
            letters = name.rstrip("0123456789")
            if any(low <= column_number(letters) <= high for low, high in hidden_columns):
                columns[letters] = None
            kind = attributes.get(b"t", b"n")
            if kind == b"e" and value is not None:
                errors.append((name, value[1].decode("utf-8", "replace")))
            if kind == b"n" and value is not None:
                numbers += 1
                style = int(attributes.get(b"s", b"0"))
                own_style = styles[style] if style < len(styles) else _Style()
                for what, cells in shown.items():
                    if getattr(own_style, what):
                        cells.append(name)
        if filled and _is_hidden(own, b"ht"):
            rows.append(int(own.get(b"r", str(number).encode())))
    few = {
        what: tuple(cells) if len(cells) <= MAX_SHARE_OF_MARKED * numbers else ()
        for what, cells in shown.items()
    }
    return _Marks(
        tuple(rows),
        tuple(columns),
        _FILTER.search(sheet) is not None,
        tuple(shown["struck"]),
        few["filled"],
        few["coloured"],
        tuple(errors),
    )


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(text))


def _is_hidden(attributes: Mapping[bytes, bytes], size: bytes) -> bool:
    """Whether a row or column is hidden, or has a height or width of 0."""
    return attributes.get(b"hidden") in (b"1", b"true") or attributes.get(size) in (b"0", b"0.0")


def _styles(parts: Mapping[str, bytes]) -> list[_Style]:
    """The styles of cells by their number."""
    name = "xl/styles.xml"
    fonts = [_font(one) for group in elements_of(parts, name, "fonts") for one in group]
    fills = [_is_fill(one) for group in elements_of(parts, name, "fills") for one in group]
    styles = []
    for group in elements_of(parts, name, "cellXfs"):
        for one in group:
            font, fill = (int(one.get(key, "0")) for key in ("fontId", "fillId"))
            struck, coloured = fonts[font] if font < len(fonts) else (False, False)
            styles.append(_Style(struck, fill < len(fills) and fills[fill], coloured))
    return styles


def _font(font: ElementTree.Element) -> tuple[bool, bool]:
    """Whether the letters are struck through, and whether they have another colour than black."""
    struck = coloured = False
    for part in font:
        tag = part.tag.rpartition("}")[2]
        if tag == "strike":
            struck = part.get("val", "1") not in ("0", "false")
        elif tag == "color":
            rgb = part.get("rgb", "")[-6:].upper()
            coloured = (rgb not in ("", "000000", "FFFFFF")) or int(part.get("theme", "0")) > 3
    return struck, coloured


def _is_fill(fill: ElementTree.Element) -> bool:
    """Whether cells are filled with another colour than white."""
    for pattern in fill:
        if pattern.get("patternType") != "solid":
            continue
        for colour in pattern:
            if colour.tag.rpartition("}")[2] == "fgColor":
                rgb = colour.get("rgb", "")[-6:].upper()
                theme = colour.get("theme")
                return (rgb not in ("", "FFFFFF")) or (theme is not None and theme != "0")
    return False


def _comments(parts: Mapping[str, bytes], part: str) -> Iterable[str]:
    """Comments of a sheet, quoted briefly."""
    folder, file = posixpath.split(part)
    relations = f"{folder}/_rels/{file}.rels"
    for relation in elements_of(parts, relations, "Relationship"):
        if not relation.get("Type", "").endswith("/comments"):
            continue
        target = relation.get("Target", "")
        name = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        listed = elements_of(parts, posixpath.normpath(name), "comment")
        for comment in listed[:MAX_COMMENTS]:
            text = "".join(
                one.text or "" for one in comment.iter() if one.tag.rpartition("}")[2] == "t"
            )
            text = shortened(_THREADED.sub("", text), 60)
            if text:
                yield f"comment at {comment.get('ref', '')}: '{text}'"
        if len(listed) > MAX_COMMENTS:
            yield f"{len(listed) - MAX_COMMENTS} more comments"
