"""Diagrams, exported models and PEtab problems as text."""

from __future__ import annotations

from tricyclic.core.format import align_columns, format_number, pluralize, wrap_line
from tricyclic.core.network import Network, Node
from tricyclic.results.model_exports import (
    DiagramResult,
    ExportResult,
    PetabProblemSummary,
    PetabResult,
)


def diagram_text(result: DiagramResult) -> str:
    """Size of each diagram, and the fold changes of its nodes."""
    lines = [line for network in result.diagrams for line in _diagram(network)]
    return "\n".join([*lines, *_remarks(result.remarks)])


def export_text(result: ExportResult) -> str:
    """Size of the model, its files, and what libSBML reports."""
    lines = [
        (
            f"{result.scenario}   {result.n_states} states   "
            f"{result.n_parameters} parameters with these doses"
        )
    ]
    lines += [f"  {name}" for name in result.contents]
    lines += _remarks(result.problems) or [
        "  pass   libSBML reports no error, and every unit balances"
    ]
    return "\n".join([*lines, *_remarks(result.remarks)])


def petab_text(result: PetabResult) -> str:
    """Observations of each problem, and why others are left out."""
    return "\n".join(line for problem in result.problems for line in _problem(problem))


def _diagram(network: Network) -> list[str]:
    title, _, doses = network.title.partition("\n")
    size = f"{pluralize(len(network.nodes), 'node')}, {pluralize(len(network.edges), 'link')}"
    lines = [f"{network.name}   {title}   {size}"]
    lines += [wrap_line(f"  {doses}")] if doses else []
    rows = [
        (node.name, change, " ".join(node.label.split()))
        for node in network.nodes
        if (change := _change(node))
    ]
    return [*lines, *(align_columns(rows) if rows else [])]


def _change(node: Node) -> str:
    """What a drug does to a node: "2.2-fold", "98 % occupied"; empty where it is not known."""
    if node.occupancy is not None:
        return f"{format_number(100 * node.occupancy, 2)} % occupied"
    return "" if node.value is None else f"{format_number(node.value, 2)}-fold"


def _problem(problem: PetabProblemSummary) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, reason in problem.left_out:
        reasons.setdefault(reason, []).append(name)
    return [
        (
            f"{problem.scenario}   {pluralize(len(problem.observations), 'observation')}   "
            f"{len(problem.left_out)} that PEtab cannot express"
        ),
        *(
            wrap_line(f"  warn   {len(names)} left out: {reason}")
            for reason, names in reasons.items()
        ),
    ]


def _remarks(remarks: tuple[str, ...]) -> list[str]:
    return [wrap_line(f"  warn   {remark}") for remark in remarks]
