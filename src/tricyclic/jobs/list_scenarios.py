"""The scenarios in the library, told: what each is of, and what it can be asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.core.scenario import Scenario


@dataclass(frozen=True)
class Request:
    """List the scenarios that can be simulated, or tell one in full."""

    name: str = asked("A scenario to tell in full", default="", place=True)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Told:
    """One scenario in words; `parts` are (name, mechanism), `watches` and `pathways` (name, what it is), `targets` where drugs bind."""

    name: str
    title: str
    says: str
    species: str
    system: str
    routes: tuple[str, ...]
    targets: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    watches: tuple[tuple[str, str], ...]
    pathways: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Result:
    """Scenarios; `full` where one was asked for."""

    scenarios: tuple[Told, ...]
    full: bool

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def as_text(self) -> str:
        """One line each, or one on a screen."""
        from tricyclic.jobs._simulate_text import aligned

        if not self.full:
            return "\n".join(aligned([(one.name, one.title) for one in self.scenarios], indent=""))
        (one,) = self.scenarios
        what = "culture" if one.system == "culture" else f"living {one.species}"
        lines = [one.title, *(f"  {line}" for line in one.says.splitlines()), ""]
        lines += [
            f"  {what}; routes: {', '.join(one.routes)}",
            f"  drugs bind: {', '.join(one.targets)}",
        ]
        for head, rows in (
            ("mechanisms", one.parts),
            ("watched", one.watches),
            ("diagrams", one.pathways),
        ):
            lines += ["", head, *aligned(rows)] if rows else []
        return "\n".join([*lines, "", f"Every value: tricyclic simulate {one.name} --list"])


def run(request: Request) -> Result:
    """Look into the library."""
    from tricyclic.io.library.mechanisms import scenario, scenario_names

    folder = request.folder or None
    names = [request.name] if request.name else scenario_names(folder)
    return Result(tuple(_told(scenario(name, folder=folder)) for name in names), bool(request.name))


def _told(one: Scenario) -> Told:
    return Told(
        one.name,
        one.title,
        one.says,
        one.species,
        one.system,
        one.routes,
        tuple(dict.fromkeys(site.target for site in one.sites)),
        tuple((part.name, part.mechanism) for part in one.parts),
        tuple((watch.name, watch.says) for watch in one.watches),
        tuple((pathway.name, pathway.title) for pathway in one.pathways),
    )


JOB = Job("scenarios", "List the scenarios that can be simulated", Request, run)
