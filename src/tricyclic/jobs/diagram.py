"""A pathway is drawn from the model itself: who binds, activates, inhibits and becomes what, coloured by what a drug changed."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._simulate_ask import Dosing

if TYPE_CHECKING:
    from tricyclic.core.network import Network
    from tricyclic.jobs._simulate_ask import Asked

# A rest below this is none, and nothing can be told relative to it.
LEAST_REST = 1e-9


@dataclass(frozen=True)
class Request(Dosing):
    """Draw the pathways of a scenario as SVG and DOT; with a drug, coloured by the change against rest.

    `tricyclic diagram noradrenergic_synapse --pathway gs --drug desipramine --dose "10 mg/kg" --route ip --at 1h`
    """

    member: int | None = asked(
        "Member of the calibrated ensemble whose values hold, 0 the best; the library's values where left out",
        default=None,
    )
    pathway: tuple[str, ...] = asked(
        "Which diagram; all of the scenario where left out", default=()
    )
    at: str = asked("Time at which changes are shown; the end where left out", default="")
    to: str = asked("Folder for the files", default=".", path=True)


@dataclass(frozen=True)
class Drawn:
    """One diagram: its network, with fold changes where a drug was given."""

    name: str
    title: str
    nodes: int
    links: int
    folds: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class Result:
    """Diagrams and their files."""

    scenario: str
    drawn: tuple[Drawn, ...]
    remarks: tuple[str, ...] = ()
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return {
            "scenario": self.scenario,
            "diagrams": as_plain(self.drawn),
            "remarks": list(self.remarks),
        }

    def as_text(self) -> str:
        """What was drawn, and what changed."""
        from tricyclic.core.format import figures
        from tricyclic.jobs._simulate_text import aligned

        lines = []
        for one in self.drawn:
            lines.append(f"{one.name}   {one.title}   {one.nodes} nodes, {one.links} links")
            rows = [(name, f"{figures(fold, 2)}-fold", says) for name, says, fold in one.folds]
            lines += aligned(rows) if rows else []
        lines += [f"  look   {remark}" for remark in self.remarks]
        return "\n".join(lines)


def run(request: Request) -> Generator[Progress, None, Result]:
    """Compose, simulate where a drug is given, cut out the pathways, draw."""
    from tricyclic.jobs._simulate_ask import ask, split
    from tricyclic.jobs._simulate_ensemble import at_member
    from tricyclic.plotting.network import dot_of, network_svg
    from tricyclic.simulation.network import pathway_of

    ready, at_values = at_member(ask(request), request.member, request.folder)
    names = split(request.pathway) or [pathway.name for pathway in ready.scenario.pathways]
    if not names:
        raise InputError("has no pathway to draw", where=ready.scenario.name)
    networks = [pathway_of(ready.composed.network, ready.scenario, name) for name in names]
    if ready.regimens:
        folds, levels, told = yield from _changes(ready, request.at, networks)
        networks = [_coloured(network, folds, levels, told) for network in networks]
    elif request.at:
        raise InputError("is stated, and nothing is given", where="at", do="Add --drug")
    files: dict[str, bytes] = {}
    drawn = []
    for number, network in enumerate(networks):
        yield Progress(number, len(networks), f"drawing {network.name}")
        files[str(Path(request.to) / f"{network.name}.dot")] = dot_of(network).encode("utf-8")
        files[str(Path(request.to) / f"{network.name}.svg")] = network_svg(network).encode("utf-8")
        changed = tuple(
            (node.name, " ".join(node.says.split()), node.value)
            for node in network.nodes
            if node.value is not None
        )
        drawn.append(
            Drawn(network.name, network.title, len(network.nodes), len(network.edges), changed)
        )
    return Result(
        ready.scenario.name,
        tuple(drawn),
        (at_values,) if at_values and ready.regimens else (),
        files,
    )


def _coloured(
    network: Network, folds: Mapping[str, float], levels: Mapping[str, str], told: str
) -> Network:
    """The network with its fold changes, and with the level of what is none at rest."""
    nodes = (
        replace(node, says=f"{node.says}\n{levels[node.name]}") if node.name in levels else node
        for node in network.nodes
    )
    known = {node.name: folds[node.name] for node in network.nodes if node.name in folds}
    return replace(network, nodes=tuple(nodes), title=f"{network.title}\n{told}").coloured(known)


def _changes(
    ready: Asked, at: str, networks: list[Network]
) -> Generator[Progress, None, tuple[dict[str, float], dict[str, str], str]]:
    """Of every node that is a quantity, in one run: its fold change, or its level where it rests at 0; and when, in words."""
    import numpy as np

    from tricyclic.jobs._simulate_run import run_members
    from tricyclic.jobs._simulate_text import duration
    from tricyclic.simulation.dosing import hours

    time = hours(at, where="at") if at else ready.horizon_h * (1 - 1e-9)
    if time > ready.horizon_h:
        raise InputError(
            f"is {time:g} h, and the simulation ends at {ready.horizon_h:g} h",
            where="at",
            do="Simulate longer",
        )
    quantities = ready.composed.quantities
    names = sorted(
        {node.name for network in networks for node in network.nodes if node.name in quantities}
    )
    runs = yield from run_members(ready, names, np.unique([0.0, time]))
    folds, levels = {}, {}
    for name in names:
        rest, value = float(runs.rest_of(name)[0]), float(runs.of(name)[0, -1])
        if not np.isfinite(value):
            continue
        if rest > LEAST_REST:
            folds[name] = max(value / rest, 0.0)
        else:
            levels[name] = _level(value, quantities[name].unit)
    who = "; ".join(regimen.says for regimen in ready.regimens)
    return folds, levels, f"{duration(time)} after the start of {who}"


def _level(value: float, unit: str) -> str:
    """What is none at rest as a person reads it; a share in percent."""
    from tricyclic.core.format import figures
    from tricyclic.core.model_unit import model_unit

    if unit == "dimensionless" and value <= 1:
        return f"{figures(100 * value, 2)} %"
    return f"{figures(value, 2)} {model_unit(unit).says}".rstrip()


JOB = Job("diagram", "Draw the pathways of a scenario from its model", Request, run)
