"""Mechanisms of the library: `mechanisms/NAME.ant` with the equations, `NAME.csv` with the values.

The comment lines before the equations describe the mechanism, declare every symbol (`in`, `out`,
`state`, `species`, `local`), state limitations, and give links and nodes of the diagram. A line
`// values SYMBOL MECHANISM` takes the values of a parameter from the table of another mechanism, so
that a number that several mechanisms use is written once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from tricyclic.core.constant import Constant
from tricyclic.core.mechanism import PORT_KINDS, DiagramEdge, DiagramNode, Mechanism, Port
from tricyclic.core.network import LinkKind, NodeKind
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.constants import read_constants
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.folders import LazyMapping, bytes_of, file_of_kind, files_of_kind

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_DECLARATION = re.compile(r"^//\s*(in|out|state|species|local|link|node|id|limitation)\s+(.*)$")
_VALUES = re.compile(r"^//\s*values\s+(.*)$")
_MODEL = re.compile(r"^model\s+\w+\s*(\(.*\))?\s*$")


def mechanisms(folder: str | Path | None = None) -> Mapping[str, Mechanism]:
    """All mechanisms by name, each read when it is first used."""
    known = sources(folder)
    return LazyMapping(
        tuple(files_of_kind("mechanisms", ".ant", folder)),
        lambda name: mechanism(name, folder=folder, known_sources=known),
    )


def mechanism(
    name: str,
    *,
    folder: str | Path | None = None,
    known_sources: Mapping[str, object] | None = None,
) -> Mechanism:
    """Read a mechanism.

    Parameters
    ----------
    known_sources
        Papers by key, where they have been read already.

    Raises
    ------
    UnknownNameError
        If there is none of that name, or a source is unknown.
    InputError
        If its text or its table cannot be used.
    """
    file = file_of_kind("mechanism", "mechanisms", name, ".ant", folder)
    tables = files_of_kind("mechanisms", ".csv", folder)
    known = sources(folder) if known_sources is None else known_sources
    text = bytes_of(file).decode("utf-8")
    own = read_constants(tables[name], known) if name in tables else ()
    shared = _shared_constants(text, own, tables, known, name)
    return mechanism_from_text(text, (*own, *shared), name=name, where=f"{name}.ant")


def _shared_constants(
    text: str,
    own: tuple[Constant, ...],
    tables: Mapping[str, Traversable],
    known_sources: Mapping[str, object],
    name: str,
) -> tuple[Constant, ...]:
    """The constants that a mechanism takes from the tables of other mechanisms.

    Raises
    ------
    UnknownNameError
        If there is no such table, or it has no such parameter.
    InputError
        If the line cannot be read, or the parameter has a row in the mechanism's own table as well.
    """
    shared: list[Constant] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _VALUES.match(line.strip())
        if match is None:
            continue
        where = f"{name}.ant, line {number}"
        words = match[1].split()
        if len(words) != 2:
            raise InputError(
                f"'values {match[1].strip()}' is not a symbol and a mechanism",
                where=where,
                allowed="It is written // values potency_shift occupancy_in_vivo",
            )
        symbol, other = words
        if other not in tables or other == name:
            others = [one for one in tables if one != name]
            raise UnknownNameError.among("table of a mechanism", other, others, where=where)
        rows = read_constants(tables[other], known_sources)
        if any(row.name == symbol for row in own):
            raise InputError(
                f"'{symbol}' has values in {name}.csv and in {other}.csv",
                where=where,
                do=f"Delete its rows in {name}.csv",
            )
        if not any(row.name == symbol for row in rows):
            raise UnknownNameError.among(
                "parameter", symbol, {row.name for row in rows}, where=where
            )
        shared += [row for row in rows if row.name == symbol]
    return tuple(shared)


def mechanism_from_text(
    text: str, constants: tuple[Constant, ...], *, name: str, where: str
) -> Mechanism:
    """Make a Mechanism of the text of its file.

    Raises
    ------
    InputError
        If a declaration is malformed, or the equations are not inside `model NAME()` … `end`.
    """
    declarations = _Declarations()
    body: list[str] = []
    inside = ended = False
    for number, line in enumerate((one.strip() for one in text.splitlines()), start=1):
        place = f"{where}, line {number}"
        if line.startswith("//"):
            if not inside:
                declarations.add(line, place)
        elif _MODEL.match(line):
            inside = True
        elif line == "end" and inside:
            inside, ended = False, True
        elif line and not inside:
            raise InputError(f"'{line}' is outside of model … end", where=place)
        elif statement := line.split("//")[0].strip():
            body.append(statement.rstrip("; "))
    if not ended:
        raise InputError("has no 'model NAME()' … 'end'", where=where)
    return Mechanism(
        name=name,
        description=" ".join(declarations.description),
        body=tuple(body),
        ports=tuple(declarations.ports),
        constants=constants,
        diagram_edges=tuple(declarations.edges),
        diagram_nodes=tuple(declarations.nodes),
        identifiers=tuple(declarations.identifiers),
        limitations=tuple(declarations.limitations),
        text=text,
        same=declarations.same,
    )


@dataclass
class _Declarations:
    """What the comment lines before the equations declare."""

    description: list[str] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    edges: list[DiagramEdge] = field(default_factory=list)
    nodes: list[DiagramNode] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    limitations: list[str] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    started: bool = False

    def add(self, line: str, where: str) -> None:
        if _VALUES.match(line):
            self.started = True
            return
        match = _DECLARATION.match(line)
        if match is None:
            # Comments below the first declaration are remarks, not part of the description.
            if not self.started and line.strip("/ "):
                self.description.append(line.lstrip("/ "))
            return
        self.started = True
        kind, text = match[1], match[2].strip()
        words = text.split()
        if kind == "limitation":
            self.limitations.append(text)
        elif kind == "link":
            self.edges.append(_edge(words, where))
        elif kind == "node" and words[1:2] == ["="] and len(words) == 3:
            self.same[words[0]] = words[2]
        elif kind == "node":
            self.nodes.append(_node(words, where))
        elif kind == "id":
            self.identifiers.append(_identifier(words, where))
        else:
            self.ports.append(_port(kind, words, line, where))


def _port(kind: str, words: list[str], line: str, where: str) -> Port:
    if len(words) < 3:
        raise InputError(
            f"'{line}' needs a symbol, a unit and a description",
            where=where,
            allowed=f"A declaration is written // {kind} symbol unit description",
        )
    assert kind in PORT_KINDS
    return Port(words[0], kind, words[1], " ".join(words[2:]))  # type: ignore[arg-type]


def _identifier(words: list[str], where: str) -> tuple[str, str]:
    if len(words) != 2:
        raise InputError(
            f"'id {' '.join(words)}' is not a symbol and one identifier",
            where=where,
            allowed="An identifier is written // id NET uniprot:P23975",
        )
    return words[0], words[1]


def _edge(words: list[str], where: str) -> DiagramEdge:
    kinds = get_args(LinkKind)
    if len(words) != 4 or words[1] != "->" or words[3] not in kinds:
        raise InputError(
            f"'link {' '.join(words)}' is not a link",
            where=where,
            allowed=f"A link is written // link a -> b {'|'.join(kinds)}",
        )
    return DiagramEdge(words[0], words[2], words[3])  # type: ignore[arg-type]


def _node(words: list[str], where: str) -> DiagramNode:
    kinds = get_args(NodeKind)
    if len(words) < 3 or words[1] not in kinds:
        raise InputError(
            f"'node {' '.join(words)}' is not a node",
            where=where,
            allowed=f"A node is written // node symbol {'|'.join(kinds)} label, "
            "or // node symbol = other",
        )
    return DiagramNode(words[0], words[1], " ".join(words[2:]))  # type: ignore[arg-type]
