"""From a Document to one HTML file that needs nothing else: no script, no address loaded, drawings inside."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from tricyclic.core.document import Document
from tricyclic.reports.layout import clean, laid_out
from tricyclic.reports.words import SIGNS, level_of, sentence

LONG_WORD = 24


def to_html(document: Document) -> str:
    """Write the document as a page.

    All text is escaped; the drawings, which the figures room made, stand in it as they are. The page has a skip
    link, a contents list that stays in view, light and dark colours and a print style.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=clean(document.title),
            subtitle=clean(document.subtitle),
            facts=[(clean(name), clean(value)) for name, value in document.facts],
            synthetic=document.synthetic,
            parts=laid_out(document),
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
    environment.filters["level"] = level_of
    environment.filters["sentence"] = sentence
    environment.filters["long"] = _long
    return environment


def _long(cell: str) -> str:
    """A class for cells that hold a word too long to stand on one line."""
    return " long" if any(len(word) > LONG_WORD for word in cell.split()) else ""
