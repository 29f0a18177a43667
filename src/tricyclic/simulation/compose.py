"""From a Scenario, its mechanisms, drugs and regimens to one model text.

Each part is a copy of its mechanism with its symbols renamed (`net_cortex__Km`), its ports wired and its values
written in. Each drug brings its kinetics, each site the sum over its ligands of free concentration over Ki,
each regimen its events; a mechanism is never edited for a dose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.core.drug import Drug, metabolite_names
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.scenario import Part, Scenario
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.annotations import annotation_lines, identified, identifiers_of
from tricyclic.simulation.antimony import flat, renamed, statement_of, symbols
from tricyclic.simulation.model import Composed, Dose, Quantity, QuantityKind
from tricyclic.simulation.network import network_of

RESERVED = "place"
DOSES = "doses"


class _Text:
    """The model text while it grows, with the quantities that it names."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.quantities: dict[str, Quantity] = {}

    def add(
        self,
        name: str,
        unit: str,
        says: str,
        kind: QuantityKind,
        *,
        place: str = "",
        constant: Constant | None = None,
        identifiers: tuple[str, ...] = (),
        mechanism: str = "",
    ) -> None:
        self.quantities[name] = Quantity(
            name, flat(name), unit, says, kind, place, constant, identifiers, mechanism
        )
        identifier = flat(name)
        if constant is not None:
            self.lines.append(f"  {identifier} = {constant.value!r}")
        if kind == "species":
            self.lines.append(f"  species {identifier} in {place}")
        else:
            self.lines.append(f"  {identifier} has {unit}")
        self.lines.append(f'  {identifier} is "{_quoted(says)}"')

    def say(self, comment: str) -> None:
        self.lines += ["", f"  // {comment}"]


def compose(
    scenario: Scenario,
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
    regimens: Sequence[Regimen] = (),
) -> Composed:
    """Compose a scenario into one model.

    Parameters
    ----------
    scenario : Scenario
    mechanisms, drugs : mapping by name
        The library; only those that are used are looked at.
    regimens : sequence of Regimen
        May be empty: the drug-free subject.

    Returns
    -------
    Composed
        Antimony text with every value, its quantities, doses and network.

    Raises
    ------
    UnknownNameError
        If a mechanism, drug, route, port or quantity is not known.
    InputError
        If a drug lacks a constant that its kinetics need, or a port is not wired and has no value.
    """
    for regimen in regimens:
        if regimen.route not in scenario.routes:
            raise UnknownNameError.among(
                "route", regimen.route, scenario.routes, where=scenario.name
            )
    given = {
        name: drugs[name]
        for name in metabolite_names(
            drugs, scenario.species, list(dict.fromkeys(r.drug for r in regimens))
        )
    }
    if scenario.system == "culture":
        given = {
            name: drug for name, drug in given.items() if any(r.drug == name for r in regimens)
        }
    taken = {part.name for part in scenario.parts} | {site.name for site in scenario.sites}
    for name in given:
        if name in taken:
            raise InputError(
                f"has a part called '{name}', which is the name of a drug that is given",
                where=scenario.name,
                do="Give the part another name",
            )
    text = _Text()
    parts, values = _all_parts(scenario, given, regimens)
    known = _symbols_of(parts, mechanisms, scenario, given, regimens)
    _doses(text, regimens, given, parts)
    for part in parts:
        _write_part(
            text,
            part,
            _mechanism(mechanisms, part, scenario.name),
            values.get(part.name, {}),
            known,
            scenario,
        )
    _drug_links(text, scenario, given, regimens)
    _sites(text, scenario, given)
    _identify_drugs(text, given)
    text.lines += annotation_lines(text.quantities.values(), scenario.species)
    head = [
        f"// {scenario.title}",
        *(f"//   {regimen.says or regimen.drug}" for regimen in regimens),
    ]
    head += [
        f"model {scenario.name}()",
        "  unit substance = 1e-9 mole; unit extent = 1e-9 mole; unit volume = litre; unit time_unit = 3600 second",
    ]
    used = {item.unit for item in text.quantities.values()} | {"nM", "hour", "per_h"}
    head += [
        f"  unit {unit.name} = {unit.definition}"
        for unit in MODEL_UNITS.values()
        if unit.definition and unit.name in used
    ]
    for name, says in [
        *((place.name, place.says) for place in scenario.places),
        ("body", "whole body"),
    ]:
        head += [f"  compartment {name} = 1; {name} has litre", f'  {name} is "{_quoted(says)}"']
    return Composed(
        name=scenario.name,
        text="\n".join([*head, *text.lines, "end", ""]),
        quantities=text.quantities,
        doses=_dose_table(regimens),
        network=network_of(scenario, parts, mechanisms, given),
        scenario=scenario,
        drugs=given,
    )


def _mechanism(mechanisms: Mapping[str, Mechanism], part: Part, where: str) -> Mechanism:
    if part.mechanism not in mechanisms:
        raise UnknownNameError.among(
            "mechanism", part.mechanism, mechanisms, where=f"{where}, {part.name}"
        )
    return mechanisms[part.mechanism]


def _all_parts(
    scenario: Scenario, drugs: Mapping[str, Drug], regimens: Sequence[Regimen]
) -> tuple[list[Part], dict[str, dict[str, Constant]]]:
    """The scenario's parts and those that the drugs bring, with the values that drugs lay over a mechanism's own."""
    parts: list[Part] = []
    values: dict[str, dict[str, Constant]] = {}
    species = scenario.species
    if scenario.system == "animal":
        parts.append(Part("subject", "subject", "body"))
    for name, drug in drugs.items():
        own = {
            row.name: row
            for row in (
                drug.constant(key, species) for key in dict.fromkeys(c.name for c in drug.constants)
            )
            if row is not None and row.unit != "identifier"
        }
        mine = [(k, regimen) for k, regimen in enumerate(regimens, start=1) if regimen.drug == name]
        if scenario.system == "culture":
            levels = " + ".join(f"{name}_dose{k}.rate" for k, _ in mine)
            parts.append(Part(name, "drug_bath", _bath_place(scenario), {"level": levels}))
            values[name] = own
            continue
        wires = {
            "activity_CYP2C19": "subject.activity_CYP2C19",
            "activity_CYP2D6": "subject.activity_CYP2D6",
        }
        depots = [
            f"{name}_dose{k}"
            for k, regimen in mine
            if not is_sustained(regimen.route) and regimen.route != "iv"
        ]
        pumps = [
            f"{name}_dose{k}.rate" for k, regimen in mine if regimen.route in ("pump", "infusion")
        ]
        if depots:
            wires["absorbed"] = " + ".join(f"{depot}.absorbed" for depot in depots)
            wires["first_pass"] = " + ".join(f"{depot}.first_pass" for depot in depots)
        if pumps:
            wires["infused"] = " + ".join(pumps)
        formed = [
            f"{parent.name}.{path}*{parent.name}.{row.name}"
            for parent in drugs.values()
            for path_name, child, row in parent.metabolites(species)
            for path in [f"by_{path_name}"]
            if child == name
        ]
        if formed:
            wires["formed"] = " + ".join(formed)
        parts.append(Part(name, "drug_body", "body", wires))
        parts.append(
            Part(f"{name}_brain", "drug_brain", "body", {"plasma_free": f"{name}.plasma_free"})
        )
        values[name] = values[f"{name}_brain"] = own
        for k, regimen in mine:
            if f"{name}_dose{k}" in depots:
                parts.append(Part(f"{name}_dose{k}", "drug_depot", "body"))
                values[f"{name}_dose{k}"] = {
                    symbol: _for_route(drug, symbol, regimen.route, species)
                    for symbol in ("ka", "F")
                }
        for route in dict.fromkeys(
            regimen.route for _, regimen in mine if regimen.route.startswith("probe_")
        ):
            levels = " + ".join(
                f"{name}_dose{k}.rate" for k, regimen in mine if regimen.route == route
            )
            parts.append(Part(f"{name}_{route}", "drug_probe", "body", {"perfusate": levels}))
            values[f"{name}_{route}"] = own
    parts += scenario.parts
    return parts, values


def _for_route(drug: Drug, symbol: str, route: str, species: str) -> Constant:
    found = drug.constant(f"{symbol}_{route}", species)
    if found is None:
        drug.value(f"{symbol}_{route}", species)
    assert found is not None
    return found


def _bath_place(scenario: Scenario) -> str:
    """The place of the first site that a bath reaches; the medium of the culture."""
    return next(
        (place.name for place in scenario.places if place.name == "medium"), scenario.places[0].name
    )


def _symbols_of(
    parts: Sequence[Part],
    mechanisms: Mapping[str, Mechanism],
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    regimens: Sequence[Regimen],
) -> set[str]:
    """Names of all quantities that a wire may name."""
    known = {"subject.dosing"}
    for part in parts:
        mechanism = _mechanism(mechanisms, part, scenario.name)
        known |= {f"{part.name}.{port.name}" for port in mechanism.ports}
        known |= {f"{part.name}.{row.name}" for row in mechanism.constants}
    for site in scenario.sites:
        known |= {f"{site.name}.{symbol}" for symbol in ("load", "effect", "occupancy")}
    for k, regimen in enumerate(regimens, start=1):
        known |= {f"{regimen.drug}_dose{k}.{symbol}" for symbol in ("rate", "dose", "given")}
    for name, drug in drugs.items():
        known |= {f"{name}.in_{fluid.name}" for fluid in scenario.fluids}
        known |= {f"{name}.{row.name}" for row in drug.constants}
    return known


def _write_part(
    text: _Text,
    part: Part,
    mechanism: Mechanism,
    values: Mapping[str, Constant],
    known: set[str],
    scenario: Scenario,
) -> None:
    where = f"{scenario.name}, {part.name}"
    constants = mechanism.constants_for(part.name, scenario.species)
    wanted = {name for statement in mechanism.body for name in symbols(statement.replace("'", " "))}
    wanted -= {RESERVED}
    constants |= {
        name: row for name, row in values.items() if name in wanted and mechanism.port(name) is None
    }
    names: dict[str, str] = {RESERVED: part.place}
    for wire in part.wires:
        port = mechanism.port(wire)
        if (port is None and wire not in constants) or (port is not None and port.kind != "in"):
            allowed = [p.name for p in mechanism.of_kind("in")] + list(constants)
            raise UnknownNameError.among("port", wire, allowed, where=where)
    for symbol in (*part.identifiers, *part.labels, *part.places):
        if mechanism.port(symbol) is None:
            raise UnknownNameError.among(
                "symbol", symbol, [p.name for p in mechanism.ports], where=where
            )
    text.say(f"{part.name}: {mechanism.name}. {mechanism.says}")
    for port in mechanism.ports:
        name = f"{part.name}.{port.name}"
        names[port.name] = flat(name)
        if port.kind != "in":
            kind: QuantityKind = {"state": "state", "species": "species"}.get(port.kind, "computed")  # type: ignore[assignment]
            ids = part.identifiers.get(port.name) or tuple(
                identifier for symbol, identifier in mechanism.identifiers if symbol == port.name
            )
            text.add(
                name,
                port.unit,
                port.says,
                kind,
                place=part.place,
                identifiers=ids,
                mechanism=mechanism.name,
            )
        elif port.name in part.wires:
            names[port.name] = _wired(
                part.wires[port.name], known, where=f"{where}, wire {port.name}"
            )
        elif port.name in constants:
            continue
        elif port.name in wanted:
            raise InputError(
                f"the port '{port.name}' ({port.says}) is not wired and has no value of its own",
                where=where,
                do=f"Wire it, or add a row {port.name} to {mechanism.name}.csv",
            )
    for name, row in constants.items():
        if name in part.wires:
            names[name] = _wired(part.wires[name], known, where=f"{where}, wire {name}")
        else:
            names[name] = flat(f"{part.name}.{name}")
            text.add(
                f"{part.name}.{name}",
                row.unit,
                row.says or name,
                "parameter",
                place=part.place,
                constant=row,
                mechanism=mechanism.name,
            )
    for statement in mechanism.body:
        text.lines.append(
            "  " + statement_of(statement, part.name, names, where=f"{where}, '{statement}'")
        )


def _wired(expression: str, known: set[str], *, where: str) -> str:
    def name_of(symbol: str) -> str:
        if symbol not in known:
            raise UnknownNameError.among("quantity", symbol, known, where=where)
        return flat(symbol)

    written = renamed(expression, name_of)
    return (
        written
        if expression.strip().replace(".", "").replace("_", "").isalnum()
        else f"({written})"
    )


def _drug_links(
    text: _Text, scenario: Scenario, drugs: Mapping[str, Drug], regimens: Sequence[Regimen]
) -> None:
    """Write each drug's affinities and its free concentration in each fluid."""
    targets = {site.target for site in scenario.sites}
    for name, drug in drugs.items():
        text.say(f"{name}: affinities, and where it is")
        for target in sorted(targets):
            for kind in ("Ki", "efficacy"):
                row = drug.constant(f"{kind}_{target}", scenario.species)
                if row is not None and (kind == "Ki" or row.value != 0):
                    says = f"{name}, {'affinity for' if kind == 'Ki' else 'efficacy at'} {target}"
                    text.add(
                        f"{name}.{kind}_{target}",
                        row.unit,
                        row.says or says,
                        "parameter",
                        constant=row,
                    )
        for _, _, row in drug.metabolites(scenario.species):
            text.add(
                f"{name}.{row.name}", row.unit, row.says or row.name, "parameter", constant=row
            )
        for fluid in scenario.fluids:
            terms = {
                "brain": [f"{name}_brain__free"],
                "plasma": [f"{name}__plasma_free"],
                "bath": [f"{name}__medium_free"],
            }[fluid.holds]
            if any(r.drug == name and r.route == f"probe_{fluid.name}" for r in regimens):
                terms.append(f"{name}_probe_{fluid.name}__tissue")
            text.add(
                f"{name}.in_{fluid.name}",
                "nM",
                f"free {name}, {fluid.says or fluid.name}",
                "computed",
            )
            text.lines.append(f"  {name}__in_{fluid.name} := {' + '.join(terms)}")


def _identify_drugs(text: _Text, drugs: Mapping[str, Drug]) -> None:
    """Say of each drug's amounts and concentrations which compound they are of."""
    for drug in drugs.values():
        identifiers = identifiers_of(drug)
        for quantity in identified(text.quantities, drug) if identifiers else ():
            text.quantities[quantity] = replace(text.quantities[quantity], identifiers=identifiers)


def _sites(text: _Text, scenario: Scenario, drugs: Mapping[str, Drug]) -> None:
    """Write each site's load (sum of C/Ki), effect (the same weighted by efficacy) and occupancy."""
    for site in scenario.sites:
        text.say(f"{site.name}: {site.says}")
        loads, effects = [], []
        for name, drug in drugs.items():
            ki = drug.constant(f"Ki_{site.target}", scenario.species)
            if ki is None:
                continue
            term = f"{name}__in_{site.fluid}/{name}__Ki_{site.target}"
            loads.append(term)
            efficacy = drug.constant(f"efficacy_{site.target}", scenario.species)
            if efficacy is not None and efficacy.value != 0:
                effects.append(f"{name}__efficacy_{site.target}*{term}")
        for symbol, says, rule in (
            (
                "load",
                "ligands, sum of free concentration over Ki",
                " + ".join(loads) or "(0 dimensionless)",
            ),
            (
                "effect",
                "the same, weighted by efficacy",
                " + ".join(effects) or "(0 dimensionless)",
            ),
            (
                "occupancy",
                "share that ligands hold",
                f"{site.name}__load/((1 dimensionless) + {site.name}__load)",
            ),
        ):
            text.add(
                f"{site.name}.{symbol}",
                "dimensionless",
                f"{site.says}: {says}",
                "computed",
                place=site.place,
            )
            text.lines.append(f"  {site.name}__{symbol} := {rule}")


def _doses(
    text: _Text, regimens: Sequence[Regimen], drugs: Mapping[str, Drug], parts: Sequence[Part]
) -> None:
    """Write what each regimen sets, and its events."""
    text.say("doses: events read these; dosing = 0 keeps the subject drug-free")
    switch = Constant(
        "dosing", 1.0, "dimensionless", says="1 gives the doses, 0 gives none", certainty="derived"
    )
    text.quantities["subject.dosing"] = Quantity(
        "subject.dosing", "subject__dosing", "dimensionless", switch.says, "dosing"
    )
    text.lines += ["  subject__dosing = 1", "  subject__dosing has dimensionless"]
    for dose in _dose_table(regimens):
        regimen, own = dose.regimen, flat(dose.name)
        text.say(regimen.says or f"{regimen.drug}, {regimen.route}")
        unit = _amount_unit(regimen.route)
        numbers: tuple[tuple[str, float, str, str], ...] = (
            ("dose", regimen.amount, unit, "amount of one dose"),
            ("first", regimen.start_h, "hour", "time of the first dose"),
            ("every", regimen.every_h, "hour", "interval between doses"),
            ("n", float(regimen.n), "dimensionless", "number of doses"),
            ("given", 1.0 if regimen.at_start else 0.0, "dimensionless", "doses given so far"),
        )
        if dose.sustained:
            numbers += (
                ("lasts", regimen.duration_h, "hour", "how long a dose lasts"),
                ("rate", regimen.amount if regimen.at_start else 0.0, unit, "what is given now"),
            )
        for symbol, value, unit_of, says in numbers:
            name = f"{dose.name}.{symbol}"
            text.quantities[name] = Quantity(
                name, flat(name), unit_of, f"{regimen.drug}: {says}", "dosing"
            )
            text.lines += [f"  {flat(name)} = {value!r}", f"  {flat(name)} has {unit_of}"]
        due = (
            f"time >= {own}__first + {own}__given*{own}__every && {own}__given < {own}__n "
            "&& subject__dosing > (0 dimensionless)"
        )
        count = f"{own}__given = {own}__given + (1 dimensionless)"
        if dose.sustained:
            text.lines.append(f"  {own}_on: at ({due}): {count}, {own}__rate = {own}__dose")
            over = (
                f"time >= {own}__first + ({own}__given - (1 dimensionless))*{own}__every + {own}__lasts "
                f"&& {own}__given > (0 dimensionless) && subject__dosing > (0 dimensionless)"
            )
            zero = f"(0 dimensionless)*{own}__dose"
            text.lines.append(f"  {own}_off: at ({over}): {own}__rate = {zero}")
        elif regimen.n > 1 or not regimen.at_start:
            fed = flat(dose.feeds)
            text.lines.append(f"  {own}_on: at ({due}): {count}, {fed} = {fed} + {own}__dose")


def _dose_table(regimens: Sequence[Regimen]) -> tuple[Dose, ...]:
    found = []
    for k, regimen in enumerate(regimens, start=1):
        name = f"{regimen.drug}_dose{k}"
        sustained = is_sustained(regimen.route)
        feeds = (
            f"{name}.rate"
            if sustained
            else f"{regimen.drug}.central"
            if regimen.route == "iv"
            else f"{name}.amount"
        )
        found.append(Dose(regimen, name, f"{name}.dose", feeds, sustained))
    return tuple(found)


def _amount_unit(route: str) -> str:
    if route in ("pump", "infusion"):
        return "nmol_per_kg_per_h"
    return "nM" if is_sustained(route) else "nmol_per_kg"


def _quoted(text: str) -> str:
    return text.replace('"', "'")
