"""From a Document to its layout: sections, numbered figures and tables, figures side by side, links that lead somewhere.

What every way of writing has in common stands here, so that a table has the same number on screen and in print.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from tricyclic.core.document import CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.plotting.style import typeset


@dataclass(frozen=True)
class Item:
    """One thing in a section: its kind ("heading", "paragraph", "table", "figures", "checks"), it, its number."""

    kind: str
    block: Any
    number: int = 0


@dataclass(frozen=True)
class Part:
    """A section: its heading, its anchor, what stands in it, its sub-headings for the contents."""

    title: str
    anchor: str
    items: tuple[Item, ...]
    contents: tuple[tuple[str, str], ...] = field(default=())


def laid_out(document: Document) -> tuple[Part, ...]:
    """Lay out the blocks of a document.

    Every heading gets an anchor of its own; figures and captioned tables are numbered from 1; neighbouring half
    figures come together as ("figures", [(number, figure), ...]); links to anchors that do not exist, and to
    addresses other than https, files beside the report and anchors, are dropped; control characters go.
    """
    anchors = _anchors(document)
    parts: list[tuple[str, str, list[Item], list[tuple[str, str]]]] = []
    figures = tables = 0
    taken: set[str] = set()
    for block in document.blocks:
        if (isinstance(block, Heading) and block.level == 1) or not parts:
            heading = (
                block if isinstance(block, Heading) and block.level == 1 else Heading("Report")
            )
            parts.append((clean(heading.text), _own(heading, taken), [], []))
            if isinstance(block, Heading) and block.level == 1:
                continue
        _, _, items, contents = parts[-1]
        if isinstance(block, Heading):
            heading = replace(block, text=clean(block.text), anchor=_own(block, taken))
            contents.append((heading.text, heading.anchor))
            items.append(Item("heading", heading))
        elif isinstance(block, Paragraph):
            items.append(
                Item(
                    "paragraph",
                    replace(block, text=clean(block.text, keep_lines=block.kind == "code")),
                )
            )
        elif isinstance(block, Table):
            tables += bool(block.caption)
            items.append(Item("table", _table(block, anchors), tables if block.caption else 0))
        elif isinstance(block, Figure):
            figures += 1
            block = replace(block, caption=clean(block.caption), alt=clean(block.alt))
            beside = items[-1].block if items and items[-1].kind == "figures" else None
            if (
                beside
                and block.width == "half"
                and len(beside) == 1
                and beside[0][1].width == "half"
            ):
                items[-1] = Item("figures", [*beside, (figures, block)])
            else:
                items.append(Item("figures", [(figures, block)]))
        elif isinstance(block, CheckList):
            items.append(Item("checks", _checks(block)))
    return tuple(
        Part(title, anchor, tuple(items), tuple(contents))
        for title, anchor, items, contents in parts
    )


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Drop what no page can show: control characters, unpaired surrogates, marks that turn the reading direction."""
    kept = "".join(
        c if c == "\n" and keep_lines else " " if c in "\n\t\r" else c
        for c in text
        if c in "\n\t\r" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNS)
    )
    return kept if keep_lines else typeset(kept)


_TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINK = re.compile(
    r"^(#[A-Za-z0-9-]+|https://[^\s\"'<>]+|(?:\.\./)*[A-Za-z0-9%_.~-]+(?:/[A-Za-z0-9%_.~()-]+)*)$"
)


def good_link(link: str, anchors: set[str]) -> str:
    """The link, if it leads to an anchor that exists, a file beside the report or an https address; else nothing."""
    if not _LINK.match(link) or (link.startswith("#") and link[1:] not in anchors):
        return ""
    return link


def _anchors(document: Document) -> set[str]:
    found = {b.anchor for b in document.blocks if isinstance(b, Heading) and b.anchor}
    for block in document.blocks:
        if isinstance(block, Table):
            found.update(block.anchors)
    return found


def _own(heading: Heading, taken: set[str]) -> str:
    """The heading's anchor, or one made from its text; never one that another has."""
    plain = unicodedata.normalize("NFKD", heading.text).encode("ascii", "ignore").decode().lower()
    base = anchor = heading.anchor or re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "part"
    number = 2
    while anchor in taken:
        anchor, number = f"{base}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _table(table: Table, anchors: set[str]) -> Table:
    return replace(
        table,
        caption=clean(table.caption),
        columns=tuple(clean(column) for column in table.columns),
        rows=tuple(tuple(clean(cell) for cell in row) for row in table.rows),
        numeric=table.numeric or (False,) * len(table.columns),
        links=tuple(tuple(good_link(link, anchors) for link in row) for row in table.links),
        note=clean(table.note),
    )


def _checks(checks: CheckList) -> CheckList:
    return replace(
        checks,
        title=clean(checks.title),
        checks=tuple(
            replace(
                c,
                says=clean(c.says),
                where=clean(c.where),
                advice=clean(c.advice),
                name=clean(c.name),
            )
            for c in checks.checks
        ),
    )
