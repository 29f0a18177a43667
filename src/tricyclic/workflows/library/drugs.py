"""Describes the drugs of the library: values with ranges and sources, and alternatives."""

from __future__ import annotations

import math

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug
from tricyclic.core.format import format_number
from tricyclic.core.model_unit import model_unit
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.library import DrugDescription, DrugsResult, DrugValue
from tricyclic.workflows.library.options import DrugsOptions

# Published values of one constant that differ by this factor or more are a conflict.
CONFLICT_FACTOR = 2.0
STRONGEST_TARGETS = 3


def run(options: DrugsOptions, on_progress: ProgressCallback | None = None) -> DrugsResult:
    """Describe one drug with its sources, or all drugs."""
    library = Library(options.library)
    if not options.name:
        described = (_describe(drug, options.species) for drug in library.drugs.values())
        return DrugsResult(tuple(described), full=False)
    if options.name not in library.drugs:
        raise UnknownNameError.among("drug", options.name, library.drugs)
    one = _describe(library.drugs[options.name], options.species)
    keys = sorted({row.source for row in one.rows if row.source})
    return DrugsResult(
        (one,), full=True, sources=tuple((key, library.sources[key].citation) for key in keys)
    )


def _describe(drug: Drug, species: str) -> DrugDescription:
    rows: list[DrugValue] = []
    conflicts: list[str] = []
    for constant in drug.constants:
        if constant.name == "name" or (species and constant.applies_to not in ("", species)):
            continue
        rows.append(_row(constant, used=True))
        rows += [_row(other, used=False) for other in constant.alternatives]
        if conflict := _conflict(constant):
            conflicts.append(conflict)
    mass = drug.constant("molar_mass")
    names = (row.description for row in drug.constants if row.name == "name" and row.description)
    return DrugDescription(
        name=drug.name,
        description=next(names, drug.description),
        chebi=drug.identifier("chebi"),
        molar_mass=mass.value if mass is not None else None,
        strongest=_strongest_targets(drug),
        rows=tuple(rows),
        conflicts=tuple(conflicts),
    )


def _strongest_targets(drug: Drug) -> tuple[tuple[str, float], ...]:
    """Targets with the lowest Ki; of several values of one target the first counts."""
    affinities: dict[str, float] = {}
    for row in drug.constants:
        if row.name.startswith("Ki_"):
            affinities.setdefault(row.name.removeprefix("Ki_"), row.value)
    return tuple(sorted(affinities.items(), key=lambda item: item[1])[:STRONGEST_TARGETS])


def _row(constant: Constant, *, used: bool) -> DrugValue:
    has_range = not (math.isnan(constant.low) and math.isnan(constant.high))
    digits = 5 if constant.name == "molar_mass" else 3
    return DrugValue(
        name=constant.name,
        applies_to=constant.applies_to,
        value=constant.text or format_number(constant.value, digits),
        unit=model_unit(constant.unit).label,
        range=f"{format_number(constant.low)} to {format_number(constant.high)}"
        if has_range
        else "",
        description=constant.description,
        source=constant.source,
        certainty=constant.certainty,
        used=used,
    )


def _conflict(constant: Constant) -> str:
    """One sentence if the published values of a constant differ twofold or more."""
    if constant.name == "usual_dose":
        return ""
    values = [
        row.value
        for row in (constant, *constant.alternatives)
        if row.value > 0 and row.unit == constant.unit
    ]
    if len(values) < 2 or max(values) < CONFLICT_FACTOR * min(values):
        return ""
    species = f" ({constant.applies_to})" if constant.applies_to else ""
    fold = format_number(max(values) / min(values), 2)
    return (
        f"{constant.name}{species}: {len(values)} values from {format_number(min(values))} to "
        f"{format_number(max(values))}, {fold}-fold; {format_number(constant.value)} is used"
    )
