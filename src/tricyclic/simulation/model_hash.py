"""A short hash of scenarios, mechanisms and drugs that changes when the numbers of a run change.

Equations, wires, values and limits of free parameters count; descriptions, sources, diagrams and
spreads between animals do not, so that a better sentence does not outdate an ensemble.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug, metabolite_names
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.scenario import Scenario

# Mechanisms that doses add to a model.
DOSE_MECHANISMS = ("drug_bath", "drug_body", "drug_brain", "drug_depot", "drug_probe", "subject")


def model_hash(
    scenarios: Sequence[Scenario],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
    drug_names: Sequence[str],
    observables: Collection[str] = (),
) -> str:
    """Hash everything that the runs of these scenarios with these drugs depend on, 16 hexadecimal
    digits.

    `observables` are the names of the observables that the runs record; their definitions count.
    """
    lines: list[str] = []
    used: set[str] = set()
    for scenario in sorted(scenarios, key=lambda scenario: scenario.name):
        used |= {one.mechanism for one in scenario.components} | set(DOSE_MECHANISMS)
        lines += [scenario.name, scenario.species, scenario.system]
        lines += sorted(
            f"{one.name} {one.quantity}" for one in scenario.observables if one.name in observables
        )
        lines += sorted(f"{fluid.name} {fluid.drug_source}" for fluid in scenario.fluids)
        lines += sorted(
            f"{site.name} {site.target} {site.fluid}" for site in scenario.binding_sites
        )
        lines += sorted(
            f"{one.name} {one.mechanism} {sorted(one.wires.items())}" for one in scenario.components
        )
    for name in sorted(used & set(mechanisms)):
        mechanism = mechanisms[name]
        lines += [
            name,
            *mechanism.body,
            *(f"{port.name} {port.kind} {port.unit}" for port in mechanism.ports),
        ]
        lines += _numbers(mechanism.constants)
    for species in sorted({scenario.species for scenario in scenarios}):
        for name in sorted(set(metabolite_names(drugs, species, list(drug_names)))):
            lines += [name, *_numbers(drugs[name].constants)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _numbers(constants: Sequence[Constant]) -> list[str]:
    return sorted(
        f"{row.applies_to} {row.name} {row.value!r} {row.unit}"
        + (f" {row.low!r} {row.high!r}" if row.free else "")
        for row in constants
        if row.unit != "identifier"
    )
