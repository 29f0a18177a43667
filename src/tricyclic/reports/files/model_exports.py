"""Diagrams as DOT and SVG; exported models and PEtab problems as they are."""

from __future__ import annotations

from tricyclic.plotting.network import network_svg, to_dot
from tricyclic.results.model_exports import DiagramResult, ExportResult, PetabResult


def diagram_files(result: DiagramResult) -> dict[str, bytes]:
    """DOT and SVG of each diagram."""
    files: dict[str, bytes] = {}
    for network in result.diagrams:
        files[f"{network.name}.dot"] = to_dot(network).encode("utf-8")
        files[f"{network.name}.svg"] = network_svg(network).encode("utf-8")
    return files


def export_files(result: ExportResult) -> dict[str, bytes]:
    """SBML, Antimony, SED-ML, table of values and COMBINE archive."""
    return dict(result.contents)


def petab_files(result: PetabResult) -> dict[str, bytes]:
    """The files of each problem in a folder of the scenario's name."""
    return dict(result.contents)
