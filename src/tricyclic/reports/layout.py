"""The layout of a Document: sections, numbered figures and tables, valid links.

HTML, PDF and Markdown share it, so that a table has the same number in all of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from tricyclic.core.document import Block, CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.core.typeset import typeset

# Figures of a width that stand beside each other.
BESIDE = {"half": 2, "third": 3}


@dataclass(frozen=True)
class LayoutItem:
    """A block of a section with its kind and number ("3", in the appendix "A3").

    `kind` is "heading", "paragraph", "table", "figures" or "checks".
    """

    kind: str
    block: Any
    number: str = ""


@dataclass(frozen=True)
class LayoutSection:
    """A section: heading, anchor, items, and its sub-headings for the table of contents."""

    title: str
    anchor: str
    items: tuple[LayoutItem, ...]
    contents: tuple[tuple[str, str], ...] = field(default=())
    appendix: bool = False


def lay_out(document: Document) -> tuple[LayoutSection, ...]:
    """Lay out the blocks of a document.

    Every heading gets a unique anchor; figures and captioned tables are numbered from 1, in the
    appendix from A1; neighbouring narrow figures are put side by side as ("figures",
    [(number, figure), ...]).
    Links to missing anchors, and links other than https addresses, files beside the report and
    anchors, are removed, as are control characters.
    """
    builder = _LayoutBuilder(_anchors(document))
    for block in document.blocks:
        builder.add(block)
    return tuple(builder.sections)


class _LayoutBuilder:
    """Collects the blocks of a document, section by section."""

    def __init__(self, anchors: set[str]) -> None:
        self.sections: list[LayoutSection] = []
        self._anchors, self._used_anchors = anchors, set[str]()
        self._figures = self._tables = 0
        self._prefix = ""

    def add(self, block: Block) -> None:
        """Add a block to the current section; a heading of level 1 begins a new one."""
        if isinstance(block, Heading) and block.level == 1:
            self._begin_section(block)
            return
        if not self.sections:
            self._begin_section(Heading("Report"))
        if isinstance(block, Heading):
            self._add_heading(block)
        elif isinstance(block, Paragraph):
            text = clean(block.text, keep_lines=block.kind == "code")
            self._append(LayoutItem("paragraph", replace(block, text=text)))
        elif isinstance(block, Table):
            self._tables += bool(block.caption)
            number = f"{self._prefix}{self._tables}" if block.caption else ""
            self._append(LayoutItem("table", _table(block, self._anchors), number))
        elif isinstance(block, Figure):
            self._add_figure(block)
        else:
            self._append(LayoutItem("checks", _checks(block)))

    def _begin_section(self, heading: Heading) -> None:
        if heading.appendix and not self._prefix:
            self._prefix, self._figures, self._tables = "A", 0, 0
        anchor = _unique_anchor(heading, self._used_anchors)
        section = LayoutSection(clean(heading.text), anchor, (), appendix=heading.appendix)
        self.sections.append(section)

    def _add_heading(self, heading: Heading) -> None:
        anchor = _unique_anchor(heading, self._used_anchors)
        heading = replace(heading, text=clean(heading.text), anchor=anchor)
        section = self.sections[-1]
        entry = (heading.text, heading.anchor)
        self.sections[-1] = replace(section, contents=(*section.contents, entry))
        self._append(LayoutItem("heading", heading))

    def _add_figure(self, figure: Figure) -> None:
        self._figures += 1
        figure = replace(figure, caption=clean(figure.caption), alt=clean(figure.alt))
        numbered = (f"{self._prefix}{self._figures}", figure)
        items = self.sections[-1].items
        beside = items[-1].block if items and items[-1].kind == "figures" else []
        most = BESIDE.get(figure.width, 1)
        if 0 < len(beside) < most and beside[0][1].width == figure.width:
            self._replace_items(*items[:-1], LayoutItem("figures", [*beside, numbered]))
        else:
            self._append(LayoutItem("figures", [numbered]))

    def _append(self, item: LayoutItem) -> None:
        self._replace_items(*self.sections[-1].items, item)

    def _replace_items(self, *items: LayoutItem) -> None:
        self.sections[-1] = replace(self.sections[-1], items=items)


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Remove control characters, unpaired surrogates, and marks of the reading direction."""
    kept = "".join(
        c if c == "\n" and keep_lines else " " if c in "\n\t\r" else c
        for c in text
        if c in "\n\t\r"
        or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _DIRECTION_MARKS)
    )
    return kept if keep_lines else typeset(kept)


_DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINK = re.compile(
    r"^(#[A-Za-z0-9-]+|https://[^\s\"'<>]+|(?:\.\./)*[A-Za-z0-9%_.~-]+(?:/[A-Za-z0-9%_.~()-]+)*)$"
)


def valid_link(link: str, anchors: set[str]) -> str:
    """The link if it is an existing anchor, a file beside the report or https; else ""."""
    if not _LINK.match(link) or (link.startswith("#") and link[1:] not in anchors):
        return ""
    return link


def _anchors(document: Document) -> set[str]:
    anchors = {b.anchor for b in document.blocks if isinstance(b, Heading) and b.anchor}
    for block in document.blocks:
        if isinstance(block, Table):
            anchors.update(block.anchors)
            anchors |= {block.anchor} - {""}
    return anchors


def _unique_anchor(heading: Heading, used: set[str]) -> str:
    """The anchor of a heading, or one made from its text; never one that is already used."""
    plain = unicodedata.normalize("NFKD", heading.text).encode("ascii", "ignore").decode().lower()
    base = anchor = heading.anchor or re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "part"
    number = 2
    while anchor in used:
        anchor, number = f"{base}-{number}", number + 1
    used.add(anchor)
    return anchor


def _table(table: Table, anchors: set[str]) -> Table:
    return replace(
        table,
        caption=clean(table.caption),
        columns=tuple(clean(column) for column in table.columns),
        rows=tuple(tuple(clean(cell) for cell in row) for row in table.rows),
        numeric=table.numeric or (False,) * len(table.columns),
        links=tuple(tuple(valid_link(link, anchors) for link in row) for row in table.links),
        note=clean(table.note),
    )


def _checks(checks: CheckList) -> CheckList:
    return replace(
        checks,
        title=clean(checks.title),
        checks=tuple(
            replace(
                c,
                message=clean(c.message),
                where=clean(c.where),
                advice=clean(c.advice),
                name=clean(c.name),
            )
            for c in checks.checks
        ),
    )
