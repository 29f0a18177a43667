"""Tables of the documentation, made from what stands on the shelves when the pages are built.

`{curve-table}` lists every curve that can be fitted, `{curve-details}` tells each with its equation and
its numbers; `{reader-table}`, `{protocol-table}`, `{verb-table}` and `{source-table}` list what we read, how we know to measure,
and where numbers come from; `{package-tree}` gives every source file with its opening sentence. A new file
appears by being there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tricyclic
from tricyclic.core.curve_model import CurveModel
from tricyclic.curves import SHELF as CURVES
from tricyclic.io.library import protocols as library
from tricyclic.io.open import SHELF as READERS
from tricyclic.jobs import SHELF as JOBS


class Told(SphinxDirective):
    """A directive that writes Markdown and has it read as if it stood on the page."""

    has_content: ClassVar[bool] = False

    def lines(self) -> Iterable[str]:
        """Give the Markdown, line by line."""
        return ()

    def run(self) -> list[nodes.Node]:
        """Read the lines as Markdown."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class CurveTable(Told):
    """One row per curve."""

    def lines(self) -> Iterable[str]:
        """Name, what it says, the number it answers, what it needs."""
        yield "| curve | says | answers | when |"
        yield "| --- | --- | --- | --- |"
        for name, model in CURVES.items():
            yield f"| [`{name}`](#{name.replace('_', '-')}) | {cell(model.says)} | `{model.target}` | {cell(model.when)} |"


class CurveDetails(Told):
    """One paragraph and one table per curve."""

    def lines(self) -> Iterable[str]:
        """Equation, columns, parameters, sources of every curve."""
        for name, model in CURVES.items():
            yield from told_curve(name, model)


class ReaderTable(Told):
    """One row per file format, those of one instrument first."""

    def lines(self) -> Iterable[str]:
        """Name, what it says."""
        yield from ("| reader | reads |", "| --- | --- |")
        for name, reader in sorted(READERS.items(), key=lambda item: (item[1].generic, item[0])):
            yield f"| `{name}` | {cell(reader.says)} |"


class ProtocolTable(Told):
    """One row per protocol."""

    def lines(self) -> Iterable[str]:
        """Name, title."""
        yield from ("| protocol | measures |", "| --- | --- |")
        for name in library.protocols():
            yield f"| `{name}` | {cell(library.protocol(name).title)} |"


class VerbTable(Told):
    """One row per command."""

    def lines(self) -> Iterable[str]:
        """Verb, what it does."""
        yield from ("| command | does |", "| --- | --- |")
        for job in sorted((JOBS[name] for name in JOBS), key=lambda job: job.verb):
            yield f"| <code>tricyclic {job.verb}</code> | {cell(job.says)} |"


class SourceTable(Told):
    """One row per source of the library."""

    def lines(self) -> Iterable[str]:
        """Key, citation with a link where there is one."""
        yield from ("| key | source |", "| --- | --- |")
        for key, source in sorted(library.sources().items()):
            address = f"https://doi.org/{source.doi}" if source.doi else source.address
            yield f"| `{key}` | {cell(source.citation)}{f' [link](<{address}>)' if address else ''} |"


class PackageTree(Told):
    """Every source file with its opening sentence, room by room."""

    def lines(self) -> Iterable[str]:
        """One row per file."""
        package = Path(tricyclic.__file__).parent
        yield from ("| file | says |", "| --- | --- |")
        for file in sorted(package.rglob("*.py"), key=lambda path: (path.parent != package, path)):
            says = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split(
                "\n\n"
            )[0]
            if file.name != "__init__.py" or file.parent == package:
                yield f"| `{file.relative_to(package).as_posix()}` | {cell(says)} |"


def told_curve(name: str, model: CurveModel) -> Iterable[str]:
    """Tell one curve in Markdown."""
    yield from (
        f"({name.replace('_', '-')})=",
        f"### {name}",
        "",
        f"{model.says[:1].upper()}{model.says[1:]}.",
        "",
    )
    if model.equation:
        yield from ("```text", model.equation, "```", "")
    yield from (plain(model.when), "")
    yield from ("| number | unit | what it is | |", "| --- | --- | --- | --- |")
    for p in model.parameters:
        part = (
            "given" + (f", {p.default:g} if left out" if p.default is not None else "")
            if p.given
            else "fitted"
        )
        yield f"| `{p.name}` | {p.unit} | {cell(p.says)} | {part} |"
    yield from (
        "",
        "Varied: "
        + "; ".join(f"`{column.name}` ({plain(column.says)})" for column in model.columns)
        + ".",
        "",
    )
    if model.nests:
        yield from (
            "Holds as special cases: " + ", ".join(f"`{other}`" for other in model.nests) + ".",
            "",
        )
    yield from ("Sources: " + ", ".join(f"`{source}`" for source in model.sources) + ".", "")


def cell(text: str) -> str:
    """Make a text safe inside a table cell."""
    return plain(text).replace("|", "\\|")


def plain(text: str) -> str:
    """Keep "[3H](+)-pentazocine" from being read as a link, and a lone star as emphasis."""
    return " ".join(text.split()).replace("[", "\\[").replace("*", "\\*")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
    app.add_directive("curve-table", CurveTable)
    app.add_directive("curve-details", CurveDetails)
    app.add_directive("reader-table", ReaderTable)
    app.add_directive("protocol-table", ProtocolTable)
    app.add_directive("verb-table", VerbTable)
    app.add_directive("source-table", SourceTable)
    app.add_directive("package-tree", PackageTree)
    return {"parallel_read_safe": True}
