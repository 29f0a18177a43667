"""Document and its blocks: the content of a report, from which HTML, PDF and Markdown are made."""

from __future__ import annotations

from dataclasses import dataclass, field

from tricyclic.core.check import Check
from tricyclic.core.evidence import Source

# Suffixes of the file of a figure.
FIGURE_SUFFIXES = (".png", ".tiff", ".tif", ".svg", ".pdf")


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a section, and `appendix` is whether it stands after the report."""

    text: str
    level: int = 1
    anchor: str = ""
    appendix: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Running text; `kind` is "text", "lead", "note", "equation", "code", or "copy" for a text that
    is taken over as a whole.
    """

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows of cells below column heads.

    `anchors` has a link target for each row, `anchor` one for the table; a table that is
    `on_screen_only` is left out of print.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...] = ()
    anchors: tuple[str, ...] = ()
    links: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    collapsed: bool = False
    anchor: str = ""
    on_screen_only: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing: SVG for a page, PDF for print, and the name of its files."""

    name: str
    svg: str
    caption: str
    pdf: bytes = b""
    alt: str = ""
    width: str = "full"

    def files(self, name: str = "") -> dict[str, bytes]:
        """Its SVG, and its PDF where it has one, by the names of their files.

        Parameters
        ----------
        name : str
            Without the ending; default: its own.
        """
        stem = name or self.name
        files = {f"{stem}.svg": self.svg.encode("utf-8")}
        return files | {f"{stem}.pdf": self.pdf} if self.pdf else files


@dataclass(frozen=True)
class CheckList:
    """Checks as a block of the report."""

    checks: tuple[Check, ...]
    title: str = "Checks"


Block = Heading | Paragraph | Table | Figure | CheckList


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=())
    synthetic: bool = False
