"""From a scenario, its mechanisms and drugs to a short hash: the same as long as the same numbers come out.

Equations, wires, values and limits of free parameters count; words, sources, diagrams and spreads between animals
do not, so that a better sentence does not make an ensemble old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug, metabolite_names
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.scenario import Scenario

# Mechanisms that doses bring along.
OF_DOSES = ("drug_bath", "drug_body", "drug_brain", "drug_depot", "drug_probe", "subject")


def model_hash(
    scenarios: Sequence[Scenario],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
    drug_names: Sequence[str],
    watched: Collection[str] = (),
) -> str:
    """Hash what the runs of these scenarios with these drugs depend on, 16 hexadecimal digits.

    `watched` names the watches that are asked for; what they stand for counts as well.
    """
    told: list[str] = []
    used: set[str] = set()
    for scenario in sorted(scenarios, key=lambda one: one.name):
        used |= {part.mechanism for part in scenario.parts} | set(OF_DOSES)
        told += [scenario.name, scenario.species, scenario.system]
        told += sorted(
            f"{watch.name} {watch.quantity}" for watch in scenario.watches if watch.name in watched
        )
        told += sorted(f"{fluid.name} {fluid.holds}" for fluid in scenario.fluids)
        told += sorted(f"{site.name} {site.target} {site.fluid}" for site in scenario.sites)
        told += sorted(
            f"{part.name} {part.mechanism} {sorted(part.wires.items())}" for part in scenario.parts
        )
    for name in sorted(used & set(mechanisms)):
        mechanism = mechanisms[name]
        told += [
            name,
            *mechanism.body,
            *(f"{port.name} {port.kind} {port.unit}" for port in mechanism.ports),
        ]
        told += _numbers(mechanism.constants)
    for species in sorted({scenario.species for scenario in scenarios}):
        for name in sorted(set(metabolite_names(drugs, species, list(drug_names)))):
            told += [name, *_numbers(drugs[name].constants)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _numbers(constants: Sequence[Constant]) -> list[str]:
    return sorted(
        f"{row.holds_for} {row.name} {row.value!r} {row.unit}"
        + (f" {row.low!r} {row.high!r}" if row.free else "")
        for row in constants
        if row.unit != "identifier"
    )
