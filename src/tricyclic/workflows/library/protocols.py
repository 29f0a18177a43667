"""Describes the assay protocols of the library: conditions, steps and sources."""

from __future__ import annotations

from typing import Any

from tricyclic.core.conditions import CONDITION_NAMES, MeasuredValue
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.protocol import Protocol
from tricyclic.io.library.library import Library
from tricyclic.results.library import ProtocolDescription, ProtocolsResult
from tricyclic.study.conditions import NUMBERS
from tricyclic.workflows.library.options import ProtocolsOptions


def run(options: ProtocolsOptions, on_progress: ProgressCallback | None = None) -> ProtocolsResult:
    """Describe one protocol, or all."""
    library = Library(options.library)
    names = [options.name] if options.name else library.protocol_names
    return ProtocolsResult(
        tuple(_describe(library.protocol(name)) for name in names), full=bool(options.name)
    )


def _describe(protocol: Protocol) -> ProtocolDescription:
    values = ((name, getattr(protocol.conditions, name)) for name in CONDITION_NAMES)
    return ProtocolDescription(
        name=protocol.name,
        title=protocol.title,
        kind=protocol.kind,
        description=protocol.description,
        conditions=tuple(
            _condition(name, value) for name, value in values if value is not None and value != ""
        ),
        steps=tuple((step.name, step.instruction) for step in protocol.steps),
        sources=protocol.sources,
        assumed=protocol.assumed,
        layout=protocol.layout,
    )


def _condition(name: str, value: Any) -> tuple[str, str, str]:
    """Name, value with its unit, and source."""
    if isinstance(value, MeasuredValue):
        error = f" +/- {value.se:g}" if value.se else ""
        return name, f"{value.value:g}{error} {value.unit}".strip(), value.source
    if isinstance(value, (int, float)):
        return name, f"{value:g} {NUMBERS[name][0]}".strip(), ""
    return name, str(value), ""
