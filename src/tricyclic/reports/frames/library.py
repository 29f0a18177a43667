"""Tables of the library, of files and of conversions."""

from __future__ import annotations

import math
from itertools import product

from tricyclic.core.plate import row_letters
from tricyclic.io.frames import Columns
from tricyclic.reports.frames.chromatograms import chromatogram_frames
from tricyclic.reports.frames.columns import from_records, from_rows, with_unit
from tricyclic.results.files import ConvertResult, FileContentResult
from tricyclic.results.library import DrugsResult, DrugValue, ProtocolsResult, ScenariosResult


def drugs_frames(result: DrugsResult) -> dict[str, Columns]:
    """One row for each drug; "values", the main table of one drug; sources."""
    drugs = (
        (
            drug.name,
            drug.description,
            drug.chebi,
            math.nan if drug.molar_mass is None else drug.molar_mass,
            "; ".join(f"{target} {ki:g}" for target, ki in drug.strongest),
        )
        for drug in result.drugs
    )
    head = ("drug", "description", "chebi", "molar_mass_g_per_mol", "strongest_Ki_nM")
    values = [(drug.name, row) for drug in result.drugs for row in drug.rows]
    frames = {
        "drugs": from_rows(head, drugs),
        "values": {
            "drug": [name for name, _ in values],
            **from_records(DrugValue, [row for _, row in values]),
        },
        "sources": from_rows(("source", "citation"), result.sources),
    }
    return _first("values", frames) if result.full else frames


def protocols_frames(result: ProtocolsResult) -> dict[str, Columns]:
    """One row for each protocol; conditions, the main table of one protocol; steps."""
    protocols = (
        (one.name, one.title, one.kind, one.description, "; ".join(one.sources))
        for one in result.protocols
    )
    conditions = ((one.name, *row) for one in result.protocols for row in one.conditions)
    steps = ((one.name, *row) for one in result.protocols for row in one.steps)
    frames = {
        "protocols": from_rows(("protocol", "title", "kind", "description", "sources"), protocols),
        "conditions": from_rows(("protocol", "condition", "value", "source"), conditions),
        "steps": from_rows(("protocol", "step", "instruction"), steps),
    }
    return _first("conditions", frames) if result.full else frames


def scenarios_frames(result: ScenariosResult) -> dict[str, Columns]:
    """One row for each scenario; its observables; its components."""
    scenarios = (
        (
            one.name,
            one.title,
            one.species,
            one.system,
            ", ".join(one.routes),
            ", ".join(one.targets),
            one.description,
        )
        for one in result.scenarios
    )
    head = ("scenario", "title", "species", "system", "routes", "targets", "description")
    observables = ((one.name, *row) for one in result.scenarios for row in one.observables)
    components = ((one.name, *row) for one in result.scenarios for row in one.components)
    return {
        "scenarios": from_rows(head, scenarios),
        "observables": from_rows(("scenario", "observable", "description"), observables),
        "components": from_rows(("scenario", "component", "mechanism"), components),
    }


def file_content_frames(result: FileContentResult) -> dict[str, Columns]:
    """One row for each well or trace that was read; "content": one for each plate or table."""
    if result.injections:
        return chromatogram_frames(result)
    wells = [
        (item.name, f"{row_letters(row)}{column + 1:02d}", value, item.unit)
        for item in result.items
        if item.kind == "plate" and item.values
        for row, column in product(range(len(item.values)), range(len(item.values[0])))
        if (value := item.values[row][column]) is not None
    ]
    content = (
        (
            item.kind,
            item.name,
            item.size,
            item.unit,
            ", ".join(item.columns),
            "; ".join(item.unused),
        )
        for item in result.items
    )
    frames = {
        "wells": from_rows(("plate", "well", "value", "unit"), wells),
        "content": from_rows(("kind", "name", "size", "unit", "columns", "unused"), content),
    }
    return frames if wells else {"content": frames["content"], "wells": frames["wells"]}


def convert_frames(result: ConvertResult) -> dict[str, Columns]:
    """One row: what was converted, and its value."""
    return {
        "value": {
            "input": [result.input],
            with_unit("value", result.unit): [result.value],
            "steps": ["; ".join(result.steps)],
        }
    }


def _first(name: str, frames: dict[str, Columns]) -> dict[str, Columns]:
    """The tables with one of them as the main one."""
    return {name: frames[name], **frames}
