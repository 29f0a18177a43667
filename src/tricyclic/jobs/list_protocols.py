"""The protocols in the library, told: what each measures, its conditions, its steps, its sources."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """List the protocols, or tell one in full."""

    name: str = asked("A protocol to tell in full", default="", place=True)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Told:
    """One protocol in words; `conditions` are (name, value with unit, source)."""

    name: str
    title: str
    kind: str
    says: str
    conditions: tuple[tuple[str, str, str], ...]
    steps: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    assumed: tuple[str, ...]
    layout: str


@dataclass(frozen=True)
class Result:
    """Protocols; `full` where one was asked for."""

    protocols: tuple[Told, ...]
    full: bool

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Result:
    """Look into the library."""
    from tricyclic.io.library.protocols import protocol, protocols

    folder = request.folder or None
    names = [request.name] if request.name else protocols(folder)
    return Result(tuple(_told(protocol(name, folder=folder)) for name in names), bool(request.name))


def _told(protocol: Any) -> Told:
    from dataclasses import fields

    from tricyclic.core.conditions import Measured
    from tricyclic.study.conditions import NUMBERS

    rows = []
    for field in fields(protocol.conditions):
        value = getattr(protocol.conditions, field.name)
        if value is None or value == "":
            continue
        if isinstance(value, Measured):
            error = f" +/- {value.se:g}" if value.se else ""
            rows.append((field.name, f"{value.value:g}{error} {value.unit}".strip(), value.source))
        elif isinstance(value, (int, float)):
            rows.append((field.name, f"{value:g} {NUMBERS[field.name][0]}".strip(), ""))
        else:
            rows.append((field.name, str(value), ""))
    return Told(
        protocol.name,
        protocol.title,
        protocol.kind,
        protocol.says,
        tuple(rows),
        tuple((step.name, step.does) for step in protocol.steps),
        protocol.sources,
        protocol.assumed,
        protocol.layout,
    )


JOB = Job("protocols", "List the ways to measure that the library knows", Request, run)
