"""GraphPad Prism project in XML (.pzfx): one table per data table.

Replicates of a column become separate columns ("desipramine 1", "desipramine 2"); summary formats
become "desipramine mean", "desipramine SD", "desipramine n".
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import read_text
from tricyclic.io.prism import PrismColumn, prism_table, subcolumn_names
from tricyclic.io.xlsx import refuse_document_type


def sniff(raw: RawFile) -> float:
    """Whether the root of the XML is a Prism file."""
    root = re.search(r"[<{\w][A-Za-z]+", re.sub(r"<[?!][^>]*>", "", raw.text[:4000]))
    return 1.0 if root and root[0] == "<GraphPadPrismFile" else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One table per data table of the project."""
    text, encoding = read_text(raw.data)
    refuse_document_type(text, "")
    # The text is decoded already, so the encoding in the declaration no longer applies.
    body = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text, count=1)
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        line, _ = getattr(error, "position", (0, 0))
        raise InputError(
            "is damaged XML",
            where=f"line {line}" if line else "",
            do="Save the project again from Prism",
        ) from error
    tables: list[DataTable] = []
    for node in root.iter():
        if _local(node) in {"Table", "HugeTable"}:
            table = _table(node, raw.stem, len(tables) + 1, encoding)
            if table is not None:
                tables.append(table)
    return FileContent(tables=tuple(tables))


def _table(node: ElementTree.Element, stem: str, number: int, encoding: str) -> DataTable | None:
    title = _title(node) or f"table {number}"
    y_format = node.get("YFormat", "replicates")
    columns: list[PrismColumn] = []
    for child in node:
        kind = _local(child)
        subcolumns = [sub for sub in child if _local(sub) == "Subcolumn"]
        if kind in {"RowTitlesColumn", "XColumn", "YColumn"} and subcolumns:
            own = (
                {"RowTitlesColumn": "row", "XColumn": _title(child) or "X"}.get(kind)
                or _title(child)
                or f"Y{len(columns) + 1}"
            )
            names = (
                [own]
                if kind == "RowTitlesColumn"
                else subcolumn_names(own, y_format if kind == "YColumn" else "", len(subcolumns))
            )
            for name, sub in zip(names, subcolumns, strict=False):
                cells = [item for item in sub if _local(item) == "d"]
                columns.append(
                    PrismColumn(
                        name,
                        tuple("".join(cell.itertext()).strip() for cell in cells),
                        frozenset(k for k, cell in enumerate(cells) if cell.get("Excluded") == "1"),
                        is_text=kind == "RowTitlesColumn",
                    )
                )
    return prism_table(f"{stem} {title}", columns, (encoding, f"table '{title}'"))


def _title(node: ElementTree.Element) -> str:
    title = next((child for child in node if _local(child) == "Title"), None)
    return " ".join("".join(title.itertext()).split()) if title is not None else ""


def _local(node: ElementTree.Element) -> str:
    return node.tag.rsplit("}", 1)[-1]


READER = Reader(description="GraphPad Prism project in XML (.pzfx)", sniff=sniff, read=read)
