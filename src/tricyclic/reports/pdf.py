"""From a Document to a PDF on A4, set by Typst with the fonts of the figures.

The document goes in as data and its strings are shown as strings, so nothing in a name can become markup. The
same document gives the same bytes: no clock, no random id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader

from tricyclic.core.document import CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.errors import TricyclicError
from tricyclic.plotting.style import font_folder
from tricyclic.reports.layout import Item, clean, laid_out
from tricyclic.reports.words import SIGNS, level_of, sentence

HEX = set("0123456789abcdef")
LONG_WORD = 22
MOST_ROWS = 150
PAGE_LETTERS = 105
EPOCH = 0
DRAWING_PAGE = """
#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")
"""


def to_pdf(document: Document, *, all_rows: bool = False) -> bytes:
    """Set the document on A4.

    Parameters
    ----------
    document : Document
    all_rows : bool
        Whether the rows of wells, and tables longer than 150 rows, are printed in full; else a line says how
        many rows they have and where they are.

    Raises
    ------
    TricyclicError
        If the typesetter fails, with what it said; that is our fault.
    """
    source, _, _ = PackageLoader("tricyclic.reports", "templates").get_source(
        Environment(autoescape=True), "report.typ"
    )
    data = json.dumps(_plain(document, all_rows), ensure_ascii=False, allow_nan=False)
    return _set(source, {"document": data})


def drawing_to_pdf(svg: str) -> bytes:
    """Set one drawing on a page of its own size; its text stays text, in an embedded TrueType font.

    A tenth of the time that the drawing library takes to write PDF itself.
    """
    return _set(DRAWING_PAGE, {"svg": svg})


def _set(source: str, inputs: dict[str, str]) -> bytes:
    import typst

    try:
        made = typst.compile(
            source.encode(), format="pdf", font_paths=_fonts(), sys_inputs=inputs, timestamp=EPOCH
        )
    except (RuntimeError, typst.TypstError) as error:
        raise TricyclicError(f"could not be set as PDF: {error}") from error
    return made


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """The fonts of the figures, and no other: the page looks the same on every machine."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[font_folder()])


def _plain(document: Document, all_rows: bool) -> dict[str, Any]:
    parts = laid_out(document)
    facts = [(clean(name), clean(value)) for name, value in document.facts]
    program = next((value for name, value in facts if name == "Program"), "tricyclic")
    title = clean(document.title)
    return {
        "title": breakable(title),
        "short_title": title if len(title) <= 90 else title[:89] + "…",
        "subtitle": breakable(clean(document.subtitle)),
        "author": next((value for name, value in facts if name == "Author"), ""),
        "program": program if len(program) <= 60 else program[:59] + "…",
        "facts": [(name, breakable(value)) for name, value in facts],
        "synthetic": document.synthetic,
        "parts": [
            {
                "title": breakable(part.title),
                "anchor": part.anchor,
                "items": [_item(item, all_rows) for item in part.items],
            }
            for part in parts
        ],
    }


def _item(item: Item, all_rows: bool) -> dict[str, Any]:
    block = item.block
    if isinstance(block, Heading):
        return {"kind": "heading", "text": breakable(block.text), "anchor": block.anchor}
    if isinstance(block, Paragraph):
        return {
            "kind": "paragraph",
            "style": block.kind,
            "text": block.text if block.kind == "code" else breakable(block.text),
        }
    if isinstance(block, Table):
        return _table(block, item.number, all_rows)
    if isinstance(block, CheckList):
        return {
            "kind": "checks",
            "title": breakable(block.title),
            "checks": [
                {
                    "level": c.level,
                    "sign": SIGNS[c.level],
                    "where": breakable(c.where),
                    "says": breakable(sentence(c.says)),
                    "advice": breakable(sentence(c.advice)),
                }
                for c in block.checks
            ],
        }
    return {"kind": "figures", "figures": [_figure(number, figure) for number, figure in block]}


def _figure(number: int, figure: Figure) -> dict[str, Any]:
    return {
        "number": number,
        "svg": figure.svg,
        "alt": figure.alt,
        "caption": breakable(figure.caption),
        "width": figure.width,
    }


def _table(table: Table, number: int, all_rows: bool) -> dict[str, Any]:
    # rows of wells carry anchors; they fill pages and stand whole in the page and in wells.csv
    left_out = (
        table.collapsed and not all_rows and (bool(table.anchors) or len(table.rows) > MOST_ROWS)
    )
    links = table.links or tuple(("",) * len(table.columns) for _ in table.rows)
    return {
        "kind": "table",
        "number": number,
        "caption": breakable(table.caption),
        "columns": [breakable(column) for column in table.columns],
        "rows": []
        if left_out
        else [
            [
                {
                    "text": cell if _hashes([cell]) else breakable(cell),
                    "link": link if _printed(link) else "",
                    "level": level_of(cell),
                }
                for cell, link in zip(row, row_links, strict=True)
            ]
            for row, row_links in zip(table.rows, links, strict=True)
        ],
        "count": len(table.rows),
        "widths": _widths(table),
        "numeric": list(table.numeric),
        "anchors": [] if left_out else list(table.anchors),
        "note": breakable(table.note),
        "left_out": left_out,
    }


def _printed(link: str) -> bool:
    """Paper keeps links within itself and to the web; a path beside the page leads nowhere from a PDF."""
    return link.startswith(("#", "https://"))


def _widths(table: Table) -> list[float]:
    """Width of each column: 0 as wide as its text, else a share of what is left.

    Columns of text share the room by how much they have to say, so that one long column does not starve the rest;
    where the columns that want their full width would leave too little, all share.
    """
    cells = [[row[c] for row in table.rows] for c in range(len(table.columns))]
    longest = [
        max(map(len, [*column, *head.split()]), default=0)
        for column, head in zip(cells, table.columns, strict=True)
    ]
    whole = [
        length <= (34 if numeric else 24) or _hashes(column)
        for length, numeric, column in zip(longest, table.numeric, cells, strict=True)
    ]
    if sum(length + 2 for length, fits in zip(longest, whole, strict=True) if fits) > PAGE_LETTERS:
        whole = [False] * len(whole)
    return [
        0.0 if fits else float(min(max(length, 12), 60)) ** 0.5
        for length, fits in zip(longest, whole, strict=True)
    ]


def _hashes(cells: Sequence[str]) -> bool:
    """Whether all are sha256 sums, which stay on one line to be compared by eye."""
    return bool(cells) and all(len(cell) == 64 and set(cell) <= HEX for cell in cells)


def breakable(text: str) -> str:
    """Let long words break, after a hyphen or the like where they have one: a zero-width space says where."""
    return " ".join(word if len(word) <= LONG_WORD else _broken(word) for word in text.split(" "))


def _broken(word: str) -> str:
    pieces = [piece for piece in _JOINT.split(word) if piece]
    return "\u200b".join(
        piece[start : start + LONG_WORD]
        for piece in pieces
        for start in range(0, len(piece), LONG_WORD)
    )


_JOINT = re.compile(r"(?<=[-_/.,:;+])")
