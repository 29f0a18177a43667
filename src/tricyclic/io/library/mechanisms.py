"""From the library, and a user's own folder of the same form, to Mechanism, Drug and Scenario.

A mechanism is `mechanisms/NAME.ant` (equations and a header that declares every symbol) beside `NAME.csv` (its
values); a drug is `drugs/NAME.csv`; a scenario is `scenarios/NAME.toml`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from tricyclic.core.constant import SURENESSES, Constant
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import PORT_KINDS, Drawn, Link, Mechanism, Port
from tricyclic.core.network import LinkKind, NodeKind
from tricyclic.core.scenario import (
    FLUIDS,
    SPECIES,
    SYSTEMS,
    Fluid,
    Part,
    Pathway,
    Place,
    Scenario,
    Site,
    Watch,
)
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.protocols import (
    bytes_of,
    library_places,
    listed,
    sources,
    table_number,
    table_rows,
)
from tricyclic.io.toml_schema import AnyKeys, Flag, ListOf, Table, Text, checked_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Thing = TypeVar("Thing")

COLUMNS = ("name", "value", "unit")
MORE_COLUMNS = ("for", "low", "high", "cv", "free", "says", "source", "certainty")
_PLACE = Table({"name": Text(required=True), "says": Text(required=True)})
_FLUID = Table(
    {"name": Text(required=True), "holds": Text(required=True, one_of=FLUIDS), "says": Text()}
)
_SITE = Table(
    {key: Text(required=True) for key in ("name", "target", "fluid", "place")}
    | {"says": Text(required=True)}
)
_PART = Table(
    {key: Text(required=True) for key in ("name", "mechanism", "place")}
    | {key: AnyKeys(Text()) for key in ("wires", "is", "labels", "places")}
)
_WATCH = Table(
    {
        "name": Text(required=True),
        "quantity": Text(required=True),
        "unit": Text(required=True),
        "says": Text(required=True),
        "relative": Flag(default=False),
    }
)
SCENARIO = Table(
    {
        "title": Text(required=True),
        "says": Text(required=True),
        "species": Text(required=True, one_of=SPECIES),
        "system": Text(required=True, one_of=SYSTEMS),
        "routes": ListOf(Text()),
        "ensemble": Text(),
        "place": ListOf(_PLACE),
        "fluid": ListOf(_FLUID),
        "site": ListOf(_SITE),
        "part": ListOf(_PART),
        "watch": ListOf(_WATCH),
        "pathway": ListOf(
            Table(
                {"name": Text(required=True), "title": Text(required=True), "parts": ListOf(Text())}
            )
        ),
    }
)
_HEADER = re.compile(r"^//\s*(in|out|state|species|local|link|node|id|lacks)\s+(.*)$")


class OnDemand(Mapping[str, Thing]):
    """Things by name, each read when it is first asked for."""

    def __init__(self, names: Sequence[str], read: Callable[[str], Thing]) -> None:
        self._names, self._read = tuple(names), read
        self._found: dict[str, Thing] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Thing:
        if name not in self._found:
            if name not in self._names:
                raise KeyError(name)
            self._found[name] = self._read(name)
        return self._found[name]


def mechanisms(folder: str | Path | None = None) -> Mapping[str, Mechanism]:
    """All mechanisms by name, read on demand; those of a user's folder win."""
    known = sources(folder)
    return OnDemand(
        _names("mechanisms", ".ant", folder),
        lambda name: mechanism(name, folder=folder, known_sources=known),
    )


def mechanism(
    name: str,
    *,
    folder: str | Path | None = None,
    known_sources: Mapping[str, object] | None = None,
) -> Mechanism:
    """Read a mechanism; `known_sources` spares reading the table of sources again.

    Raises
    ------
    UnknownNameError
        If there is none of that name, or a source is not known.
    InputError
        If its text or table is not as it should be.
    """
    text = bytes_of(_file("mechanism", "mechanisms", name, ".ant", folder)).decode("utf-8")
    table = _find("mechanisms", name, ".csv", folder)
    known = sources(folder) if known_sources is None else known_sources
    constants = _constants(table, known) if table is not None else ()
    return mechanism_from_text(text, constants, name=name, where=f"{name}.ant")


def mechanism_from_text(
    text: str, constants: tuple[Constant, ...], *, name: str, where: str
) -> Mechanism:
    """Make a Mechanism of the text of its file.

    Raises
    ------
    InputError
        If a header line or the frame `model … end` is not as it should be.
    """
    says: list[str] = []
    ports, links, drawn, identifiers, lacks = [], [], [], [], []
    same: dict[str, str] = {}
    body: list[str] = []
    inside = ended = headed = False
    for number, line in enumerate(text.splitlines(), start=1):
        place = f"{where}, line {number}"
        stripped = line.strip()
        header = _HEADER.match(stripped) if not inside else None
        if header:
            headed = True
            kind, words = header[1], header[2].split()
            if kind == "link":
                links.append(_link(words, place))
            elif kind == "node" and words[1:2] == ["="] and len(words) == 3:
                same[words[0]] = words[2]
            elif kind == "node":
                drawn.append(_drawn(words, place))
            elif kind == "lacks":
                lacks.append(header[2].strip())
            elif kind == "id":
                if len(words) != 2:
                    raise InputError(
                        "an id line holds a symbol and an identifier",
                        where=place,
                        allowed="// id NET uniprot:P23975",
                    )
                identifiers.append((words[0], words[1]))
            else:
                if len(words) < 3:
                    raise InputError(
                        f"'{stripped}' lacks a name, a unit or words",
                        where=place,
                        allowed=f"// {kind} name unit what it is",
                    )
                assert kind in PORT_KINDS
                ports.append(Port(words[0], kind, words[1], " ".join(words[2:])))  # type: ignore[arg-type]
        elif stripped.startswith("//"):
            if not inside and not headed and stripped.strip("/ "):
                says.append(stripped.lstrip("/ "))
        elif re.match(r"^model\s+\w+\s*(\(.*\))?\s*$", stripped):
            inside = True
        elif stripped == "end" and inside:
            inside, ended = False, True
        elif stripped:
            if not inside:
                raise InputError(f"'{stripped}' stands outside of model … end", where=place)
            statement = stripped.split("//")[0].strip()
            if statement:
                body.append(statement.rstrip("; "))
    if not ended:
        raise InputError("has no 'model NAME()' … 'end'", where=where)
    return Mechanism(
        name=name,
        says=" ".join(says),
        body=tuple(body),
        ports=tuple(ports),
        constants=constants,
        links=tuple(links),
        drawn=tuple(drawn),
        identifiers=tuple(identifiers),
        lacks=tuple(lacks),
        text=text,
        same=same,
    )


def drug_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all drugs."""
    return tuple(_names("drugs", ".csv", folder))


def drugs(folder: str | Path | None = None) -> Mapping[str, Drug]:
    """All drugs by name, read on demand; those of a user's folder win."""
    known = sources(folder)
    return OnDemand(drug_names(folder), lambda name: _drug(name, folder, known))


def drug(name: str, *, folder: str | Path | None = None) -> Drug:
    """Read a drug.

    Raises
    ------
    UnknownNameError
        If there is none of that name; the nearest are suggested.
    InputError
        If its table is not as it should be.
    """
    return _drug(name, folder, sources(folder))


def scenario_names(folder: str | Path | None = None) -> tuple[str, ...]:
    """Names of all scenarios."""
    return tuple(_names("scenarios", ".toml", folder))


def scenario(name: str, *, folder: str | Path | None = None) -> Scenario:
    """Read a scenario; `name` may be the path of a .toml file of that form.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    InputError
        If its file is not as it should be.
    """
    if name.endswith(".toml") and Path(name).is_file():
        own = Path(name)
        return scenario_from_toml(bytes_of(own), name=own.stem, where=own.name)
    file = _file("scenario", "scenarios", name, ".toml", folder)
    return scenario_from_toml(bytes_of(file), name=name, where=f"{name}.toml")


def scenario_from_toml(text: str | bytes, *, name: str, where: str) -> Scenario:
    """Make a Scenario of the text of its file.

    Raises
    ------
    InputError
        If a key is unknown or a name is used that was not declared.
    """
    data = checked_toml(text, SCENARIO, where=where)

    def each(key: str, make: Callable[..., Any]) -> tuple[Any, ...]:
        return tuple(make(**row) for row in data[key])

    return Scenario(
        name=name,
        title=data["title"],
        says=data["says"].strip(),
        species=data["species"],
        system=data["system"],
        routes=tuple(data["routes"]),
        places=each("place", Place),
        fluids=each("fluid", Fluid),
        sites=each("site", Site),
        parts=tuple(_part(row) for row in data["part"]),
        watches=each("watch", Watch),
        pathways=tuple(
            Pathway(row["name"], row["title"], tuple(row["parts"])) for row in data["pathway"]
        ),
        ensemble=data["ensemble"],
    )


def _part(row: Mapping[str, Any]) -> Part:
    """One use of a mechanism; several identifiers of one symbol are parted by blanks."""
    wires, known, labels, places = (
        dict(row[key] or {}) for key in ("wires", "is", "labels", "places")
    )
    identifiers = {symbol: tuple(words.split()) for symbol, words in known.items()}
    return Part(row["name"], row["mechanism"], row["place"], wires, identifiers, labels, places)


def _link(words: list[str], where: str) -> Link:
    kinds = get_args(LinkKind)
    if len(words) != 4 or words[1] != "->" or words[3] not in kinds:
        raise InputError(
            f"'link {' '.join(words)}' is no link",
            where=where,
            allowed=f"// link a -> b {' | '.join(kinds)}",
        )
    return Link(words[0], words[2], words[3])  # type: ignore[arg-type]


def _drawn(words: list[str], where: str) -> Drawn:
    kinds = get_args(NodeKind)
    if len(words) < 3 or words[1] not in kinds:
        raise InputError(
            f"'node {' '.join(words)}' is no node",
            where=where,
            allowed=f"// node symbol {'|'.join(kinds)} its label, or: // node symbol = other",
        )
    return Drawn(words[0], words[1], " ".join(words[2:]))  # type: ignore[arg-type]


def _drug(name: str, folder: str | Path | None, known: Mapping[str, object]) -> Drug:
    file = _file("drug", "drugs", name, ".csv", folder)
    constants = _constants(file, known)
    says = next((row.says for row in constants if row.name == "name"), name)
    return Drug(name, says, constants)


def _constants(file: Traversable | Path, known: Mapping[str, object]) -> tuple[Constant, ...]:
    found: dict[tuple[str, str], Constant] = {}
    for line, row in table_rows(file, COLUMNS, MORE_COLUMNS):
        where = f"{file.name}, line {line}"
        if not row["name"] and not row["value"]:
            continue
        if row["source"] and row["source"] not in known:
            raise UnknownNameError.among("source", row["source"], known, where=where)
        if row["certainty"] and row["certainty"] not in SURENESSES:
            raise UnknownNameError.among("certainty", row["certainty"], SURENESSES, where=where)
        if row["free"] not in ("", "yes", "no"):
            raise InputError(f"free is '{row['free']}'", where=where, allowed="yes, no or empty")
        text = row["value"] if row["unit"] == "identifier" else ""
        numbers: dict[str, float] = {}
        for key in ("value", "low", "high", "cv"):
            if text:
                numbers[key] = math.nan if key != "cv" else 0.0
            else:
                numbers[key] = table_number(row[key], f"{where}, column {key}")
        try:
            constant = Constant(
                row["name"],
                numbers["value"],
                row["unit"],
                numbers["low"],
                numbers["high"],
                0.0 if math.isnan(numbers["cv"]) else numbers["cv"],
                row["free"] == "yes",
                row["says"],
                row["source"],
                row["certainty"] or "assumed",  # type: ignore[arg-type]
                row["for"],
                text,
            )
        except InputError as error:
            raise error.at(where) from None
        key2 = (constant.name, constant.holds_for)
        if key2 in found:
            first = found[key2]
            found[key2] = Constant(**{**_fields(first), "also": (*first.also, constant)})
        else:
            found[key2] = constant
    return tuple(found.values())


def _fields(constant: Constant) -> dict[str, Any]:
    return {name: getattr(constant, name) for name in Constant.__dataclass_fields__}


def _names(room: str, ending: str, folder: str | Path | None) -> list[str]:
    return sorted(
        {
            file.name.removesuffix(ending)
            for place in library_places(folder)
            for file in listed(place / room, ending)
        }
    )


def _find(room: str, name: str, ending: str, folder: str | Path | None) -> Traversable | None:
    found = None
    for place in library_places(folder):
        for file in listed(place / room, ending):
            if file.name == name + ending:
                found = file
    return found


def _file(kind: str, room: str, name: str, ending: str, folder: str | Path | None) -> Traversable:
    found = _find(room, name, ending, folder)
    if found is None:
        raise UnknownNameError.among(kind, name, _names(room, ending, folder))
    return found
