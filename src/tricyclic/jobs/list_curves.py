"""The curves on the shelf, told: what each is for, its equation, its parameters, its sources."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """List the curves that can be fitted, or tell one in full."""

    name: str = asked("A curve to tell in full", default="", place=True)
    folder: str = asked("Your own folder of curves, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Told:
    """One curve in words."""

    name: str
    says: str
    when: str
    equation: str
    target: str
    columns: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str, str, bool], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """Curves; `full` where one was asked for."""

    curves: tuple[Told, ...]
    full: bool

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Result:
    """Look at the shelf."""
    from tricyclic.curves import SHELF

    shelf = type(SHELF)(SHELF.kind, SHELF.package, SHELF.attribute)
    if request.folder:
        shelf.add_folder(request.folder)
    names = [request.name] if request.name else list(shelf)
    return Result(tuple(_told(shelf[name]) for name in names), bool(request.name))


def _told(curve: Any) -> Told:
    return Told(
        curve.name,
        curve.says,
        curve.when,
        curve.equation,
        curve.target,
        tuple((column.name, column.says) for column in curve.columns),
        tuple((p.name, p.unit, p.says, p.given) for p in curve.parameters),
        curve.sources,
    )


JOB = Job("curves", "List the curves that can be fitted", Request, run)
