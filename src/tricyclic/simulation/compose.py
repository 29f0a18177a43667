"""Composes a scenario, its mechanisms, drugs and doses into one Antimony model.

Each component is a copy of its mechanism with its symbols renamed (`net_cortex__Km`), its ports
wired and its values written in. Each drug adds its kinetics, each binding site the sum over its
ligands of free concentration over Ki, each dosing schedule its events. A mechanism is never edited
for a dose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.scenario import BindingSite, Component, Scenario
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.annotations import annotation_lines, find_identifiers, identified
from tricyclic.simulation.antimony import parse_statement, rename_symbols, symbols, to_identifier
from tricyclic.simulation.components import all_components, drugs_in_model
from tricyclic.simulation.dose_events import SWITCH, dose_inputs, write_doses
from tricyclic.simulation.model import ComposedModel, QuantityKind
from tricyclic.simulation.model_text import ModelText, quoted
from tricyclic.simulation.network import scenario_network

# The word by which a mechanism names the compartment of its component.
RESERVED = "place"
KINDS: dict[str, QuantityKind] = {"state": "state", "species": "species"}


def compose(
    scenario: Scenario,
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
    dosing: Sequence[Dosing] = (),
) -> ComposedModel:
    """Compose a scenario into one model.

    Parameters
    ----------
    scenario : Scenario
    mechanisms, drugs : mapping by name
        The library; only entries that the scenario and the doses need are read.
    dosing : sequence of Dosing
        May be empty: the drug-free subject.

    Returns
    -------
    ComposedModel
        Antimony text with every value, its quantities, doses and network.

    Raises
    ------
    UnknownNameError
        If a mechanism, drug, route, port or quantity is not known.
    InputError
        If a drug has no value for a constant that its kinetics need, a port is not wired and
        has no value, or an observable is not in the unit of its quantity.
    """
    for one in dosing:
        if one.route not in scenario.routes:
            raise UnknownNameError.among("route", one.route, scenario.routes, where=scenario.name)
    given = drugs_in_model(scenario, drugs, dosing)
    components, values = all_components(scenario, given, dosing)
    known = _wirable(components, mechanisms, scenario, given, dosing)
    text = ModelText()
    write_doses(text, dosing)
    for component in components:
        mechanism = _mechanism(mechanisms, component, scenario.name)
        _write_component(
            text, component, mechanism, values.get(component.name, {}), known, scenario
        )
    _write_drug_links(text, scenario, given, dosing)
    for site in scenario.binding_sites:
        _write_site(text, site, scenario.species, given)
    _identify_drugs(text, given)
    _check_units(scenario, text)
    text.lines += annotation_lines(text.quantities.values(), scenario.species)
    return ComposedModel(
        name=scenario.name,
        text="\n".join([*_head(text, scenario, dosing), *text.lines, "end", ""]),
        quantities=text.quantities,
        doses=dose_inputs(dosing),
        network=scenario_network(scenario, components, mechanisms, given),
        scenario=scenario,
        drugs=given,
    )


def _check_units(scenario: Scenario, text: ModelText) -> None:
    """Refuse observables in another unit than that of their quantity: no value is converted."""
    for observable in scenario.observables:
        quantity = text.quantities.get(observable.quantity)
        if quantity is not None and quantity.unit != observable.unit:
            raise InputError(
                f"unit is '{observable.unit}', and {observable.quantity} is in '{quantity.unit}'",
                where=f"{scenario.name}, observable '{observable.name}'",
                do=f'Write unit = "{quantity.unit}"',
            )


def _head(text: ModelText, scenario: Scenario, dosing: Sequence[Dosing]) -> list[str]:
    """Title, doses, units and compartments."""
    used = {item.unit for item in text.quantities.values()} | {"nM", "hour", "per_h"}
    lines = [
        f"// {scenario.title}",
        *(f"//   {one.description or one.drug}" for one in dosing),
        f"model {scenario.name}()",
        (
            "  unit substance = 1e-9 mole; unit extent = 1e-9 mole; unit volume = litre; "
            "unit time_unit = 3600 second"
        ),
    ]
    lines += [
        f"  unit {unit.name} = {unit.definition}"
        for unit in MODEL_UNITS.values()
        if unit.definition and unit.name in used
    ]
    compartments = [(one.name, one.description) for one in scenario.compartments]
    for name, description in [*compartments, ("body", "whole body")]:
        lines += [
            f"  compartment {name} = 1; {name} has litre",
            f'  {name} is "{quoted(description)}"',
        ]
    return lines


def _mechanism(mechanisms: Mapping[str, Mechanism], component: Component, where: str) -> Mechanism:
    if component.mechanism not in mechanisms:
        raise UnknownNameError.among(
            "mechanism", component.mechanism, mechanisms, where=f"{where}, {component.name}"
        )
    return mechanisms[component.mechanism]


def _wirable(
    components: Sequence[Component],
    mechanisms: Mapping[str, Mechanism],
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    dosing: Sequence[Dosing],
) -> set[str]:
    """Names of all quantities that a wire may name."""
    known = {SWITCH}
    for component in components:
        mechanism = _mechanism(mechanisms, component, scenario.name)
        known |= {f"{component.name}.{port.name}" for port in mechanism.ports}
        known |= {f"{component.name}.{row.name}" for row in mechanism.constants}
    for site in scenario.binding_sites:
        known |= {f"{site.name}.{symbol}" for symbol in ("load", "effect", "occupancy")}
    for dose in dose_inputs(dosing):
        known |= {f"{dose.name}.{symbol}" for symbol in ("rate", "dose", "given")}
    for name, drug in drugs.items():
        known |= {f"{name}.in_{fluid.name}" for fluid in scenario.fluids}
        known |= {f"{name}.{row.name}" for row in drug.constants}
    return known


def _write_component(
    text: ModelText,
    component: Component,
    mechanism: Mechanism,
    values: Mapping[str, Constant],
    known: set[str],
    scenario: Scenario,
) -> None:
    where = f"{scenario.name}, {component.name}"
    used = {name for line in mechanism.body for name in symbols(line.replace("'", " "))}
    used -= {RESERVED}
    constants = mechanism.constants_for(component.name, scenario.species)
    constants |= {
        name: row for name, row in values.items() if name in used and mechanism.port(name) is None
    }
    _check_symbols(component, mechanism, constants, where)
    text.comment(f"{component.name}: {mechanism.name}. {mechanism.description}")
    names = {RESERVED: component.compartment}
    names |= _write_ports(text, component, mechanism, constants, used, known, where)
    names |= _write_constants(text, component, mechanism, constants, known, where)
    for line in mechanism.body:
        statement = parse_statement(line, component.name, names, where=f"{where}, '{line}'")
        text.lines.append(f"  {statement}")


def _check_symbols(
    component: Component, mechanism: Mechanism, constants: Mapping[str, Constant], where: str
) -> None:
    """Refuse wires to what is not an input, and identifiers or labels of unknown symbols."""
    for wire in component.wires:
        port = mechanism.port(wire)
        if (port is None and wire not in constants) or (port is not None and port.kind != "in"):
            allowed = [p.name for p in mechanism.ports_of_kind("in")] + list(constants)
            raise UnknownNameError.among("port", wire, allowed, where=where)
    for symbol in (*component.identifiers, *component.labels, *component.symbol_compartments):
        if mechanism.port(symbol) is None:
            allowed = [p.name for p in mechanism.ports]
            raise UnknownNameError.among("symbol", symbol, allowed, where=where)


def _write_ports(
    text: ModelText,
    component: Component,
    mechanism: Mechanism,
    constants: Mapping[str, Constant],
    used: set[str],
    known: set[str],
    where: str,
) -> dict[str, str]:
    """Declare states and outputs, and give the text that replaces each port."""
    names = {}
    for port in mechanism.ports:
        name = f"{component.name}.{port.name}"
        names[port.name] = to_identifier(name)
        if port.kind != "in":
            identifiers = component.identifiers.get(port.name) or tuple(
                identifier for symbol, identifier in mechanism.identifiers if symbol == port.name
            )
            text.add(
                name,
                port.unit,
                port.description,
                KINDS.get(port.kind, "computed"),
                compartment=component.compartment,
                identifiers=identifiers,
                mechanism=mechanism.name,
            )
        elif port.name in component.wires:
            wire = component.wires[port.name]
            names[port.name] = _wired(wire, known, where=f"{where}, wire {port.name}")
        elif port.name not in constants and port.name in used:
            raise InputError(
                f"the port '{port.name}' ({port.description}) is not wired and has no value",
                where=where,
                do=f"Wire it, or add a row {port.name} to {mechanism.name}.csv",
            )
    return names


def _write_constants(
    text: ModelText,
    component: Component,
    mechanism: Mechanism,
    constants: Mapping[str, Constant],
    known: set[str],
    where: str,
) -> dict[str, str]:
    names = {}
    for name, row in constants.items():
        if name in component.wires:
            names[name] = _wired(component.wires[name], known, where=f"{where}, wire {name}")
            continue
        full_name = f"{component.name}.{name}"
        names[name] = to_identifier(full_name)
        text.add(
            full_name,
            row.unit,
            row.description or name,
            "parameter",
            compartment=component.compartment,
            constant=row,
            mechanism=mechanism.name,
        )
    return names


def _wired(expression: str, known: set[str], *, where: str) -> str:
    def identifier(symbol: str) -> str:
        if symbol not in known:
            raise UnknownNameError.among("quantity", symbol, known, where=where)
        return to_identifier(symbol)

    written = rename_symbols(expression, identifier)
    is_name = expression.strip().replace(".", "").replace("_", "").isalnum()
    return written if is_name else f"({written})"


def _write_drug_links(
    text: ModelText, scenario: Scenario, drugs: Mapping[str, Drug], dosing: Sequence[Dosing]
) -> None:
    """Write each drug's affinities and its free concentration in each fluid."""
    targets = sorted({site.target for site in scenario.binding_sites})
    for name, drug in drugs.items():
        text.comment(f"{name}: affinities and concentrations")
        rows = [
            (row, f"{name}, {'affinity for' if kind == 'Ki' else 'efficacy at'} {target}")
            for target in targets
            for kind in ("Ki", "efficacy")
            if (row := drug.constant(f"{kind}_{target}", scenario.species)) is not None
            and (kind == "Ki" or row.value != 0)
        ]
        rows += [(row, row.name) for _, _, row in drug.metabolites(scenario.species)]
        for row, description in rows:
            text.add(
                f"{name}.{row.name}",
                row.unit,
                row.description or description,
                "parameter",
                constant=row,
            )
        probes = {one.route for one in dosing if one.drug == name}
        for fluid in scenario.fluids:
            terms = {
                "brain": [f"{name}_brain__free"],
                "plasma": [f"{name}__plasma_free"],
                "bath": [f"{name}__medium_free"],
            }[fluid.drug_source]
            if f"probe_{fluid.name}" in probes:
                terms.append(f"{name}_probe_{fluid.name}__tissue")
            text.add(
                f"{name}.in_{fluid.name}",
                "nM",
                f"free {name}, {fluid.description or fluid.name}",
                "computed",
            )
            text.lines.append(f"  {name}__in_{fluid.name} := {' + '.join(terms)}")


def _identify_drugs(text: ModelText, drugs: Mapping[str, Drug]) -> None:
    """Give each amount and concentration of a drug the identifiers of the compound."""
    for drug in drugs.values():
        identifiers = find_identifiers(drug)
        for quantity in identified(text.quantities, drug) if identifiers else ():
            text.quantities[quantity] = replace(text.quantities[quantity], identifiers=identifiers)


def _write_site(
    text: ModelText, site: BindingSite, species: str, drugs: Mapping[str, Drug]
) -> None:
    """Write a site's load (sum of C/Ki), effect (the same weighted by efficacy) and occupancy."""
    text.comment(f"{site.name}: {site.description}")
    loads, effects = [], []
    for name, drug in drugs.items():
        if drug.constant(f"Ki_{site.target}", species) is None:
            continue
        term = f"{name}__in_{site.fluid}/{name}__Ki_{site.target}"
        loads.append(term)
        efficacy = drug.constant(f"efficacy_{site.target}", species)
        if efficacy is not None and efficacy.value != 0:
            effects.append(f"{name}__efficacy_{site.target}*{term}")
    none = "(0 dimensionless)"
    load = f"{site.name}__load"
    for symbol, description, rule in (
        ("load", "normalised concentration, sum of C/Ki over ligands", " + ".join(loads) or none),
        ("effect", "the same, weighted by efficacy", " + ".join(effects) or none),
        ("occupancy", "fraction occupied by ligands", f"{load}/((1 dimensionless) + {load})"),
    ):
        text.add(
            f"{site.name}.{symbol}",
            "dimensionless",
            f"{site.description}: {description}",
            "computed",
            compartment=site.compartment,
        )
        text.lines.append(f"  {site.name}__{symbol} := {rule}")
