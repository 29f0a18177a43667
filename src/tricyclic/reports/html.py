"""Writes a Document as one self-contained HTML file: no script, nothing loaded, figures inside."""

from __future__ import annotations

import re
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from tricyclic.core.document import Document
from tricyclic.reports.layout import clean, lay_out
from tricyclic.reports.words import SIGNS, keep_together, level_of_cell, sentence

LONG_WORD = 24


def to_html(document: Document) -> str:
    """Write the document as a page.

    All text is escaped; the figures, drawn by `tricyclic.plotting`, are inserted unchanged. The
    page has a skip link, a table of contents that stays in view, light and dark colours and a print
    style.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=clean(document.title),
            subtitle=clean(document.subtitle),
            facts=[(clean(name), clean(value)) for name, value in document.facts],
            synthetic=document.synthetic,
            parts=lay_out(document),
            signs=SIGNS,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tricyclic.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["level"] = level_of_cell
    environment.filters["sentence"] = sentence
    environment.filters["together"] = keep_together
    environment.filters["long"] = _long
    environment.filters["cell_class"] = _cell_class
    return environment


def _cell_class(cell: str) -> str:
    """The CSS class of cells that are a number with its unit and interval, or have a long word."""
    return " value" if _VALUE.fullmatch(cell) else _long(cell)


# A number with its unit and interval stays on one line.
_VALUE = re.compile(r"[<>] ?[0-9][^()]{0,24}|[-−]?[0-9][^()]{0,24}\([^()]{3,32}\)")


def _long(cell: str) -> str:
    """The CSS class of cells with a word that is too long for one line."""
    return " long" if any(len(word) > LONG_WORD for word in cell.split()) else ""
