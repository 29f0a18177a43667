"""Writes a Document as Markdown (GitHub flavour); figures are links to files beside it."""

from __future__ import annotations

import re

from tricyclic.core.check import Check
from tricyclic.core.document import CheckList, Document, Heading, Paragraph, Table
from tricyclic.reports.layout import LayoutItem, clean, lay_out
from tricyclic.reports.words import SIGNS, sentence


def to_markdown(document: Document, *, figures_at: str = "figures/") -> str:
    """Write the document as Markdown.

    Parameters
    ----------
    document : Document
    figures_at : str
        Folder of the SVG files, relative to the Markdown file.
    """
    lines = [f"# {_text(document.title)}", ""]
    if document.subtitle:
        lines += [_text(document.subtitle), ""]
    if document.synthetic:
        lines += [
            "> **Synthetic data.** These readings were simulated, not measured.",
            "",
        ]
    lines += [f"- {_text(name)}: {_text(value)}" for name, value in document.facts]
    parts = lay_out(document)
    first = next((part for part in parts if part.appendix), None)
    for part in parts:
        lines += ["", "# Appendix"] if part is first else []
        lines += ["", f'<a id="{part.anchor}"></a>', "", f"## {_text(part.title)}"]
        for item in part.items:
            lines += ["", *_item(item, figures_at)]
    return "\n".join(lines).rstrip() + "\n"


def _item(item: LayoutItem, figures_at: str) -> list[str]:
    block = item.block
    if isinstance(block, Heading):
        return [f'<a id="{block.anchor}"></a>', "", f"### {_text(block.text)}"]
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Table):
        return _table(block, item.number)
    if isinstance(block, CheckList):
        return [f"**{_text(block.title)}**", "", *(_check(check) for check in block.checks)]
    lines: list[str] = []
    for number, figure in block:
        lines += [
            f"![{_text(figure.alt)}]({figures_at}{figure.name}.svg)",
            "",
            f"**Figure {number}.** {_text(figure.caption)}",
            "",
        ]
    return lines[:-1]


def _check(check: Check) -> str:
    where = f"{_text(check.where)}: " if check.where else ""
    advice = f" {_text(sentence(check.advice))}" if check.advice else ""
    level = f"{SIGNS[check.level]} **{check.level}**"
    return f"- {level} {where}{_text(sentence(check.message))}{advice}"


def _paragraph(paragraph: Paragraph) -> list[str]:
    if paragraph.kind == "code":
        fence = "`" * max(
            3, 1 + max((len(run) for run in re.findall(r"`+", paragraph.text)), default=0)
        )
        return [fence + "console", paragraph.text, fence]
    return [f"> {_text(paragraph.text)}" if paragraph.kind == "note" else _text(paragraph.text)]


def _table(table: Table, number: str) -> list[str]:
    lines = [f'<a id="{table.anchor}"></a>', ""] if table.anchor else []
    lines += [f"**Table {number}.** {_text(table.caption)}", ""] if table.caption else []
    lines.append("| " + " | ".join(_text(column) or " " for column in table.columns) + " |")
    lines.append("|" + "|".join("---:" if numeric else "---" for numeric in table.numeric) + "|")
    for r, row in enumerate(table.rows):
        cells = []
        for c, cell in enumerate(row):
            link = table.links[r][c] if table.links else ""
            text = _text(cell)
            cells.append(f"[{text}]({link})" if link and text else text)
        mark = f'<a id="{table.anchors[r]}"></a>' if table.anchors else ""
        lines.append("| " + mark + " | ".join(cells) + " |")
    return [*lines, "", _text(table.note)] if table.note else lines


_MARKUP = re.compile(r"([\\`*_\[\]<>|#~$&])")


def _text(text: str) -> str:
    """Text with all markup escaped."""
    escaped = _MARKUP.sub(r"\\\1", clean(text)).strip()
    # A list, a quotation or a rule begins with one of these; "://" would become a link by itself.
    escaped = re.sub(r"^([-+=]|\d+[.)])(?=\s|$|[-+=])", r"\\\1", escaped)
    return escaped.replace("://", ":\u200b//")
