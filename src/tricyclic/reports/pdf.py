"""Writes a Document as PDF on A4, typeset by Typst with the fonts of the figures.

The document is passed as data, so that no text in it can become markup. The same document gives the
same bytes: no time, no random id.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader

from tricyclic.core.document import CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.plotting.font_widths import advance
from tricyclic.plotting.plot_style import FONT
from tricyclic.plotting.typst_pages import typeset
from tricyclic.reports.layout import LayoutItem, LayoutSection, clean, lay_out
from tricyclic.reports.words import SIGNS, keep_together, level_of_cell, sentence

HEX = set("0123456789abcdef")
LONG_WORD = 22
# Words of fewer characters do not break, in the narrowest column either.
SHORTEST_PIECE = 10
# Words of up to so many characters, such as names of compounds, stay on one line where possible.
WHOLE_WORD = 20
MAX_ROWS = 150
# A character, as the unit of widths of columns: a little more than a digit is wide, in em.
CHARACTER_EM = 0.6
# Characters on a line of a table with more than so many columns, whose type is smaller.
CAPACITY = ((9, 134), (6, 124), (-1, 114))
# A word may have more wide letters than the text of its column.
WIDE_WORD = 0.91
# Longest text and number of a column that is as wide as its text.
SHORT_TEXT, SHORT_NUMBER = 24, 34
# Columns of fewer characters are as wide as if they had so many, where all columns share the page.
MIN_LENGTH = 7
# Longer texts get no wider column.
MAX_LENGTH = 200
# Characters that a column of long text needs to be read.
MIN_LONG_COLUMN = 24


def to_pdf(document: Document, *, all_rows: bool = False) -> bytes:
    """Typeset the document on A4.

    Parameters
    ----------
    document : Document
    all_rows : bool
        Whether the readings of wells, and tables longer than 150 rows, are printed in full;
        otherwise a line gives their number of rows and where they are.

    Raises
    ------
    TricyclicError
        If the typesetter fails, an internal error; with its message.
    """
    return bytes(typeset(*_source(document, all_rows)))


def to_page_svgs(document: Document) -> tuple[str, ...]:
    """The pages of the printed report as drawings, for a preview.

    Parameters
    ----------
    document : Document

    Raises
    ------
    TricyclicError
        If the typesetter fails, an internal error; with its message.
    """
    pages: bytes | list[bytes] = typeset(*_source(document, False), form="svg")
    several = [pages] if isinstance(pages, bytes) else pages
    return tuple(page.decode("utf-8") for page in several)


def _source(document: Document, all_rows: bool) -> tuple[str, dict[str, str]]:
    """The template and the document as its data."""
    source, _, _ = PackageLoader("tricyclic.reports", "templates").get_source(
        Environment(autoescape=True), "report.typ"
    )
    data = json.dumps(_plain(document, all_rows), ensure_ascii=False, allow_nan=False)
    return source, {"document": data}


def _plain(document: Document, all_rows: bool) -> dict[str, Any]:
    parts = lay_out(document)
    if not all_rows:
        parts = tuple(_without_screen_only(part) for part in parts)
    targets = _targets(parts, all_rows)
    facts = [(clean(name), clean(value)) for name, value in document.facts]
    program = next((value for name, value in facts if name == "Program"), "tricyclic")
    title = clean(document.title)
    return {
        "title": breakable(title),
        "short_title": title if len(title) <= 90 else title[:89] + "…",
        "subtitle": breakable(clean(document.subtitle)),
        "author": next((value for name, value in facts if name == "Author"), ""),
        "program": program if len(program) <= 60 else program[:59] + "…",
        # The program stands at the foot of every page.
        "facts": [(name, breakable(value)) for name, value in facts if name != "Program"],
        "synthetic": document.synthetic,
        "parts": [
            {
                "title": breakable(part.title),
                "anchor": part.anchor,
                "appendix": part.appendix,
                "items": [_item(item, all_rows, targets) for item in part.items],
            }
            for part in parts
        ],
    }


def _without_screen_only(part: LayoutSection) -> LayoutSection:
    """A section without the tables that only a page on the screen has."""
    items = tuple(
        item
        for item in part.items
        if not (isinstance(item.block, Table) and item.block.on_screen_only)
    )
    return replace(part, items=items)


def _targets(parts: Sequence[LayoutSection], all_rows: bool) -> set[str]:
    """The anchors that the printed document has."""
    targets = {part.anchor for part in parts} - {""}
    for part in parts:
        for item in part.items:
            if isinstance(item.block, Heading):
                targets.add(item.block.anchor)
            elif isinstance(item.block, Table):
                targets |= {item.block.anchor} - {""}
                if not _left_out(item.block, all_rows):
                    targets.update(item.block.anchors)
    return targets


def _left_out(table: Table, all_rows: bool) -> bool:
    """Whether only the number of its rows is printed: rows of wells, which have anchors, and long
    tables; the HTML report and the tables beside it have all.
    """
    return table.collapsed and not all_rows and (bool(table.anchors) or len(table.rows) > MAX_ROWS)


def _item(item: LayoutItem, all_rows: bool, targets: set[str]) -> dict[str, Any]:
    block = item.block
    if isinstance(block, Heading):
        return {"kind": "heading", "text": breakable(block.text), "anchor": block.anchor}
    if isinstance(block, Paragraph):
        return {
            "kind": "paragraph",
            "style": block.kind,
            "text": block.text if block.kind == "code" else breakable(keep_together(block.text)),
        }
    if isinstance(block, Table):
        return _table(block, item.number, all_rows, targets)
    if isinstance(block, CheckList):
        return {
            "kind": "checks",
            "title": breakable(block.title),
            "checks": [
                {
                    "level": c.level,
                    "sign": SIGNS[c.level],
                    "where": breakable(c.where),
                    "message": breakable(sentence(c.message)),
                    "advice": breakable(sentence(c.advice)),
                }
                for c in block.checks
            ],
        }
    return {"kind": "figures", "figures": [_figure(number, figure) for number, figure in block]}


def _figure(number: str, figure: Figure) -> dict[str, Any]:
    return {
        "number": number,
        "svg": figure.svg,
        "alt": figure.alt,
        "caption": breakable(figure.caption),
        "width": figure.width,
    }


def _table(table: Table, number: str, all_rows: bool, targets: set[str]) -> dict[str, Any]:
    left_out = _left_out(table, all_rows)
    links = table.links or tuple(("",) * len(table.columns) for _ in table.rows)
    widths = _widths(table)
    longest = _longest_words(table, widths)
    return {
        "kind": "table",
        "number": number,
        "caption": breakable(table.caption),
        "columns": _heads(table, widths, longest),
        "rows": []
        if left_out
        else [
            [
                {
                    "text": _cell_text(cell, limit),
                    "link": _printed(link, targets),
                    "level": level_of_cell(cell),
                }
                for cell, link, limit in zip(row, row_links, longest, strict=True)
            ]
            for row, row_links in zip(table.rows, links, strict=True)
        ],
        "count": len(table.rows),
        "widths": widths,
        "whole": _has_whole_words(table, widths),
        "numeric": list(table.numeric),
        "anchors": [] if left_out else list(table.anchors),
        "anchor": table.anchor,
        "note": breakable(table.note),
        "left_out": left_out,
    }


def _cell_text(cell: str, longest: int) -> str:
    """A cell with its possible breaks; sums of files and levels of checks stay on one line."""
    if _hashes([cell]):
        return cell
    one_line = level_of_cell(cell) or (longest == LONG_WORD and len(cell) <= SHORT_TEXT)
    # No break after the dash of an interval, and on one line none at a space.
    joined = cell.replace("–", "–\u2060")
    return joined.replace(" ", "\u00a0") if one_line else breakable(joined, longest)


def _printed(link: str, targets: set[str]) -> str:
    """The link in a PDF: within what is printed and to the web, not to files beside it.

    Readings that are not printed have their plate in the table of plates instead.
    """
    if link.startswith("#"):
        anchors = (link[1:], link[1:].replace("rows-", "origin-", 1))
        return next((f"#{anchor}" for anchor in anchors if anchor in targets), "")
    return link if link.startswith("https://") else ""


def _widths(table: Table) -> list[float]:
    """Width of each column: 0 as wide as its text, else a share of the width that is left.

    Where each row fits on one line, all columns are as wide as their text. Columns of long text
    share the width by the root of their length, so that one long column leaves width for others;
    where the short columns leave less than MIN_LONG_COLUMN for each long one, the longest of them
    share it as well.
    """
    columns = [[row[c] for row in table.rows] for c in range(len(table.columns))]
    lengths = [
        max(map(len, [*column, *head.split()]), default=0)
        for column, head in zip(columns, table.columns, strict=True)
    ]
    short = [
        length <= (SHORT_NUMBER if numeric else SHORT_TEXT) or _hashes(column)
        for length, numeric, column in zip(lengths, table.numeric, columns, strict=True)
    ]
    sizes = _text_widths(table)
    if _fits_on_lines(table, sizes):
        return [0.0] * len(sizes)
    while any(short) and _taken(sizes, short) > _left_for_short(table, short):
        # The longest of the short columns shares the page too.
        short[max((c for c in range(len(short)) if short[c]), key=lambda c: sizes[c])] = False
    shares = [
        0.0 if is_short else float(min(max(length, MIN_LENGTH), MAX_LENGTH)) ** 0.5
        for length, is_short in zip(lengths, short, strict=True)
    ]
    left = WIDE_WORD * (_capacity(table) - _taken(sizes, short))
    least = [
        (_longest_whole_word([*column, head]) + 2) * sum(shares) / left if share and left > 0 else 0
        for column, head, share in zip(columns, table.columns, shares, strict=True)
    ]
    # Names of compounds are not hyphenated where the page has the width for them.
    return [max(pair) for pair in zip(shares, least, strict=True)]


def _fits_on_lines(table: Table, sizes: Sequence[float]) -> bool:
    """Whether the longest texts and the names of all columns fit beside each other."""
    heads = [_text_width(head, bold=True) for head in table.columns]
    whole = [max(pair) for pair in zip(sizes, heads, strict=True)]
    return _taken(whole, [True] * len(whole)) <= _capacity(table)


def _longest_whole_word(cells: Sequence[str]) -> int:
    """Characters of the longest word that is not to be broken."""
    sizes = [len(word) for cell in cells for word in cell.split()]
    return max((size for size in sizes if size <= WHOLE_WORD), default=0)


def _has_whole_words(table: Table, widths: Sequence[float]) -> bool:
    """Whether the words of the first column, often names of compounds, fit without a hyphen."""
    if not table.rows or not widths[0]:
        return True
    size = max((len(word) for row in table.rows for word in row[0].split()), default=0)
    left = WIDE_WORD * (
        _capacity(table) - _taken(_text_widths(table), [not share for share in widths])
    )
    return size + 2 <= widths[0] / sum(widths) * left + 1e-9


def _heads(table: Table, widths: Sequence[float], limits: Sequence[int]) -> list[str]:
    """Names of the columns; beside columns that share the page, on lines as long as their text.

    A column as wide as its text would take the width of its name on one line from the others.
    """
    heads = [breakable(head, limit) for head, limit in zip(table.columns, limits, strict=True)]
    if not any(widths):
        return heads
    texts = [max((len(row[c]) for row in table.rows), default=0) for c in range(len(widths))]
    return [
        head if share else _on_lines(head, max(text, *map(len, head.split()), 1))
        for head, share, text in zip(heads, widths, texts, strict=True)
    ]


def _on_lines(text: str, longest: int) -> str:
    return "\n".join(textwrap.wrap(text, longest, break_long_words=False, break_on_hyphens=False))


def _text_widths(table: Table) -> list[float]:
    """Width of each column with its longest text on one line, in characters."""
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    return [
        max(
            *(_text_width(word, bold=True) for word in head.split() or [""]),
            *(_text_width(cell, bold=level_of_cell(cell) in ("warn", "fail")) for cell in column),
            0.0,
        )
        for head, column in zip(table.columns, columns, strict=True)
    ]


@lru_cache(maxsize=4096)
def _text_width(text: str, *, bold: bool) -> float:
    return sum(advance(character, bold, FONT) for character in text) / CHARACTER_EM


def _taken(widths: Sequence[float], short: Sequence[bool]) -> float:
    """Characters of the short columns, with two of space after each."""
    return sum(width + 2 for width, is_short in zip(widths, short, strict=True) if is_short)


def _left_for_short(table: Table, short: Sequence[bool]) -> int:
    """Characters for the short columns, so that each long one can be read."""
    return _capacity(table) - MIN_LONG_COLUMN * short.count(False)


def _capacity(table: Table) -> int:
    """Characters on a line of a table."""
    return next(characters for columns, characters in CAPACITY if len(table.columns) > columns)


def _longest_words(table: Table, widths: Sequence[float]) -> list[int]:
    """Characters of a word that fit into each column: any word in a column as wide as its text."""
    taken = _taken(_text_widths(table), [not share for share in widths])
    left = WIDE_WORD * max(_capacity(table) - taken, 0) / (sum(widths) or 1.0)
    return [
        min(LONG_WORD, max(int(share * left) - 2, SHORTEST_PIECE)) if share else LONG_WORD
        for share in widths
    ]


def _hashes(cells: Sequence[str]) -> bool:
    """Whether all are sha256 sums, which stay on one line so that they can be compared by eye."""
    return bool(cells) and all(len(cell) == 64 and set(cell) <= HEX for cell in cells)


def breakable(text: str, longest: int = LONG_WORD) -> str:
    """Let long words break, after a hyphen or the like where possible, by a zero-width space.

    Parameters
    ----------
    text
        Words with spaces between them.
    longest
        Characters of a word that stays whole.
    """
    return " ".join(word if len(word) <= longest else _broken(word) for word in text.split(" "))


def _broken(word: str) -> str:
    # Without a joint, a word is hyphenated by the typesetter, and cut only where it is very long.
    pieces = [piece for piece in _JOINT.split(word) if piece]
    return "\u200b".join(
        piece[start : start + LONG_WORD]
        for piece in pieces
        for start in range(0, len(piece), LONG_WORD)
    )


# A number stays whole: no break at its decimal point.
_JOINT = re.compile(r"(?<=[-–_/:;+])(?!\u2060)|(?<=[.,])(?![0-9])")
