"""Tables of the documentation, made from the registries when the pages are built.

`{curve-table}` lists every curve model, `{curve-details}` describes each with its equation and
parameters; `{reader-table}`, `{protocol-table}`, `{verb-table}` and `{source-table}` list file
formats, protocols, commands and sources; `{unit-table}` lists the units, `{study-keys}` the keys of
study.toml, `{style-keys}` those of a style file;
`{package-tree}` lists every source file with the first sentence of its docstring.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tricyclic
from tricyclic.core.curve_model import CurveModel
from tricyclic.curves import CURVES
from tricyclic.io.library.library import Library
from tricyclic.io.open import READERS
from tricyclic.plotting.plot_style import CHOICES, LIMITS, MARKERS, PRESETS, PlotStyle
from tricyclic.study.plan_keys import describe_keys, section_text
from tricyclic.unit_table import DOSE_DIMENSIONS, UNITS, UNKNOWN
from tricyclic.workflows.commands import COMMANDS

library = Library()


class MarkdownDirective(SphinxDirective):
    """A directive that writes Markdown, which is parsed as part of the page."""

    has_content: ClassVar[bool] = False

    def lines(self) -> Iterable[str]:
        """The Markdown, line by line."""
        return ()

    def run(self) -> list[nodes.Node]:
        """Parse the lines as Markdown."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class CurveTable(MarkdownDirective):
    """One row per curve model."""

    def lines(self) -> Iterable[str]:
        """Name, description, main parameter, use."""
        yield "| curve model | description | main parameter | use |"
        yield "| --- | --- | --- | --- |"
        for name, model in CURVES.items():
            link = f"[`{name}`](#{name.replace('_', '-')})"
            yield f"| {link} | {cell(model.description)} | `{model.target}` | {cell(model.when)} |"


class StyleKeys(MarkdownDirective):
    """One row per key of a style file, from the documentation of PlotStyle."""

    def lines(self) -> Iterable[str]:
        """Key, values, default, meaning."""
        yield "| key | values | default | meaning |"
        yield "| --- | --- | --- | --- |"
        presets = " or ".join(f'`"{name}"`' for name in PRESETS)
        yield f"| `preset` | {presets} | | the style that the other keys change |"
        text = inspect.getdoc(PlotStyle) or ""
        entries = re.split(r"^(\w[\w, ]*) : (.+)$", text.partition("----------\n")[2], flags=re.M)
        for names, kind, meaning in zip(entries[1::3], entries[2::3], entries[3::3], strict=True):
            for name in names.split(", "):
                yield (
                    f"| `{name}` | {self.values(name, kind)} | {toml(getattr(PlotStyle(), name))} "
                    f"| {cell(' '.join(meaning.split()))} |"
                )

    @staticmethod
    def values(name: str, kind: str) -> str:
        """What a key accepts."""
        if name in CHOICES:
            return ", ".join(f'`"{word}"`' for word in CHOICES[name])
        if name in LIMITS:
            low, high = LIMITS[name]
            return f"{low:g} to {high:g}"
        if name == "symbols":
            return "a list of " + ", ".join(f'`"{word}"`' for word in MARKERS)
        return {"bool": "`true`, `false`", "str": "a text", "tuple of str": "a list of texts"}[kind]


def toml(value: object) -> str:
    """A value as it is written in a TOML file."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{word}"' for word in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`"


class CurveDetails(MarkdownDirective):
    """A section per curve model."""

    def lines(self) -> Iterable[str]:
        """Equation, variables, parameters, sources."""
        for name, model in CURVES.items():
            yield from curve_section(name, model)


class ReaderTable(MarkdownDirective):
    """One row per file format of plates and tables, those of instruments first."""

    chromatograms = False

    def lines(self) -> Iterable[str]:
        """Name, description, and the real exports that it was tried with."""
        yield from ("| reader | format | seen on a real file |", "| --- | --- | --- |")
        for name, reader in sorted(READERS.items(), key=lambda item: (item[1].generic, item[0])):
            if reader.chromatograms is not self.chromatograms:
                continue
            seen = reader.seen or ("any" if reader.generic else "not yet")
            yield f"| `{name}` | {cell(reader.description)} | {cell(seen)} |"


class ChromatogramReaderTable(ReaderTable):
    """One row per file format of chromatograms."""

    chromatograms = True


class UnitTable(MarkdownDirective):
    """One row per dimension with its units, the smallest first."""

    def lines(self) -> Iterable[str]:
        """Dimension and units, and whether a curve takes doses in them."""
        yield from ("| dimension | units | dose |", "| --- | --- | --- |")
        kinds: dict[str, list[tuple[float, str]]] = {}
        for name, (kind, size) in UNITS.items():
            if name and name != UNKNOWN:
                kinds.setdefault(kind, []).append((size, name))
        for kind, units in sorted(kinds.items()):
            listed = ", ".join(f"`{name}`" for _, name in sorted(units))
            yield f"| {kind} | {listed} | {'yes' if kind in DOSE_DIMENSIONS else ''} |"


class ProtocolTable(MarkdownDirective):
    """One row per protocol."""

    def lines(self) -> Iterable[str]:
        """Name and title."""
        yield from ("| protocol | title |", "| --- | --- |")
        for name in library.protocol_names:
            yield f"| `{name}` | {cell(library.protocol(name).title)} |"


class VerbTable(MarkdownDirective):
    """One row per command."""

    def lines(self) -> Iterable[str]:
        """Full name and help, in the order of the command table."""
        yield from ("| command | |", "| --- | --- |")
        for command in COMMANDS:
            yield f"| <code>tricyclic {command.full_name}</code> | {cell(command.help)} |"


class SourceTable(MarkdownDirective):
    """One row per source of the library."""

    def lines(self) -> Iterable[str]:
        """Key, and citation with a link where there is one."""
        yield from ("| key | source |", "| --- | --- |")
        for key, source in sorted(library.sources.items()):
            address = f"https://doi.org/{source.doi}" if source.doi else source.address
            link = f" [link](<{address}>)" if address else ""
            yield f"| `{key}` | {cell(source.citation)}{link} |"


class StudyKeys(MarkdownDirective):
    """A section per table of study.toml, with a row per key."""

    def lines(self) -> Iterable[str]:
        """Key, type, default, allowed values, meaning and an example."""
        section = None
        for key in describe_keys():
            if key.section != section:
                section = key.section
                yield from ("", f"## `{section}`" if section else "## Top of the file", "")
                yield from (cell(section_text(section)), "")
                yield from ("| key | type | default | meaning | example |", "| --- " * 5 + "|")
            unit = f" [{key.unit}]" if key.unit else ""
            default = "**required**" if key.required else cell(key.default)
            allowed = f" ({cell(key.allowed)})" if key.allowed else ""
            meaning = f"{cell(key.description)}{allowed}"
            example = key.example.replace("|", "\\|")
            yield f"| `{key.name}` | {key.type}{unit} | {default} | {meaning} | `{example}` |"


class PackageTree(MarkdownDirective):
    """Every source file with the first sentence of its docstring."""

    def lines(self) -> Iterable[str]:
        """One row per file."""
        package = Path(tricyclic.__file__).parent
        yield from ("| file | content |", "| --- | --- |")
        for file in sorted(package.rglob("*.py"), key=lambda path: (path.parent != package, path)):
            docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            if file.name != "__init__.py" or file.parent == package:
                first = docstring.split("\n\n")[0]
                yield f"| `{file.relative_to(package).as_posix()}` | {cell(first)} |"


def curve_section(name: str, model: CurveModel) -> Iterable[str]:
    """Describe one curve model in Markdown."""
    yield from (
        f"({name.replace('_', '-')})=",
        f"### {name}",
        "",
        f"{model.description[:1].upper()}{model.description[1:]}.",
        "",
    )
    if model.equation:
        yield from ("```text", model.equation, "```", "")
    yield from (plain(model.when), "")
    yield from ("| parameter | unit | description | |", "| --- | --- | --- | --- |")
    for p in model.parameters:
        default = f", default {p.default:g}" if p.default is not None else ""
        role = f"fixed{default}" if p.fixed_by_default else "fitted"
        yield f"| `{p.name}` | {p.unit} | {cell(p.description)} | {role} |"
    variables = [f"`{column.name}` ({plain(column.description)})" for column in model.columns]
    yield from ("", f"Independent variables: {'; '.join(variables)}.", "")
    if model.nests:
        yield f"Special cases: {', '.join(f'`{other}`' for other in model.nests)}."
        yield ""
    yield from ("Sources: " + ", ".join(f"`{source}`" for source in model.sources) + ".", "")


def cell(text: str) -> str:
    """Make a text safe inside a table cell."""
    return plain(text).replace("|", "\\|")


def plain(text: str) -> str:
    """Keep "[3H](+)-pentazocine" from being read as a link, and a lone star as emphasis."""
    return " ".join(text.split()).replace("[", "\\[").replace("*", "\\*")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("curve-table", CurveTable)
    app.add_directive("curve-details", CurveDetails)
    app.add_directive("reader-table", ReaderTable)
    app.add_directive("chromatogram-reader-table", ChromatogramReaderTable)
    app.add_directive("unit-table", UnitTable)
    app.add_directive("protocol-table", ProtocolTable)
    app.add_directive("verb-table", VerbTable)
    app.add_directive("source-table", SourceTable)
    app.add_directive("study-keys", StudyKeys)
    app.add_directive("style-keys", StyleKeys)
    app.add_directive("package-tree", PackageTree)
    return {"parallel_read_safe": True}
