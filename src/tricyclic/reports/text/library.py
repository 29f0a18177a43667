"""Drugs, protocols and scenarios of the library as text: one line each, or one in detail."""

from __future__ import annotations

from collections.abc import Callable

from tricyclic.core.format import align_columns, format_number
from tricyclic.results.library import (
    DrugDescription,
    DrugsResult,
    DrugValue,
    ProtocolsResult,
    ScenariosResult,
)

IDENTITY = ("chebi", "chembl", "cas", "formula", "molar_mass", "pubchem")


def drugs_text(result: DrugsResult) -> str:
    """One line per drug with its strongest targets, or the table of one drug."""
    if not result.full:
        rows = [(one.name, _strongest(one), one.description) for one in result.drugs]
        return "\n".join(align_columns([("", "strongest Ki", ""), *rows], indent=""))
    (drug,) = result.drugs
    lines = [f"{drug.name}   {drug.description}   {drug.chebi}".rstrip(), ""]
    for head, belongs in _GROUPS:
        cells = [_cells(row) for row in drug.rows if belongs(row.name)]
        lines += [head, *align_columns(cells), ""] if cells else []
    if drug.conflicts:
        lines += ["published values that disagree", *(f"  {text}" for text in drug.conflicts), ""]
    if result.sources:
        lines += ["sources", *align_columns(result.sources)]
    return "\n".join(lines).rstrip()


def protocols_text(result: ProtocolsResult) -> str:
    """One line per protocol, or the conditions and steps of one."""
    if not result.full:
        rows = [(one.name, one.title) for one in result.protocols]
        return "\n".join(align_columns(rows, indent=""))
    (protocol,) = result.protocols
    conditions = [
        (name, f"{value}   [{source}]" if source else value)
        for name, value, source in protocol.conditions
    ]
    lines = [protocol.title, f"  {protocol.description}", ""]
    lines += ["conditions", *align_columns(conditions), ""] if conditions else []
    lines += ["steps", *(f"  {name}: {instruction}" for name, instruction in protocol.steps), ""]
    return "\n".join([*lines, f"assumed, no source: {', '.join(protocol.assumed) or 'none'}"])


def scenarios_text(result: ScenariosResult) -> str:
    """One line per scenario, or one scenario in detail."""
    if not result.full:
        rows = [(one.name, one.title) for one in result.scenarios]
        return "\n".join(align_columns(rows, indent=""))
    (one,) = result.scenarios
    system = "culture" if one.system == "culture" else f"living {one.species}"
    lines = [one.title, *(f"  {line}" for line in one.description.splitlines()), ""]
    lines += [
        f"  {system}; routes: {', '.join(one.routes)}",
        f"  binding sites: {', '.join(one.targets)}",
    ]
    for head, entries in (
        ("mechanisms", one.components),
        ("observables", one.observables),
        ("diagrams", one.pathways),
    ):
        lines += ["", head, *align_columns(entries)] if entries else []
    return "\n".join([*lines, "", f"All parameters: tricyclic model simulate {one.name} --list"])


def _strongest(drug: DrugDescription) -> str:
    return ", ".join(f"{target} {format_number(ki, 2)} nM" for target, ki in drug.strongest)


def _cells(row: DrugValue) -> tuple[str, ...]:
    origin = row.source
    if row.certainty != "reported":
        origin = f"{row.source}, {row.certainty}" if row.source else row.certainty
    return (
        row.name if row.used else f"  also {row.name}",
        row.applies_to,
        f"{row.value} {row.unit}".strip(),
        row.range,
        origin,
        row.description,
    )


def _is_affinity(name: str) -> bool:
    return name.startswith("Ki_")


def _is_efficacy(name: str) -> bool:
    return name.startswith("efficacy_")


def _is_identity(name: str) -> bool:
    return name in IDENTITY


def _is_kinetic(name: str) -> bool:
    return not (_is_affinity(name) or _is_efficacy(name) or _is_identity(name))


_GROUPS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("identity", _is_identity),
    ("kinetics and doses", _is_kinetic),
    ("affinities", _is_affinity),
    ("efficacies; not listed means 0, an antagonist", _is_efficacy),
)
