"""The components of a dosed scenario: its own, and those of the kinetics of each drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.drug import Drug, metabolite_names
from tricyclic.core.scenario import Component, Scenario
from tricyclic.errors import InputError

# Values of a component that a drug sets instead of the mechanism's own table.
Values = Mapping[str, Constant]


def drugs_in_model(
    scenario: Scenario, drugs: Mapping[str, Drug], dosing: Sequence[Dosing]
) -> dict[str, Drug]:
    """The drugs that are given and their metabolites; no metabolites in a culture.

    Raises
    ------
    InputError
        If a component of the scenario has the name of a drug.
    """
    given = list(dict.fromkeys(one.drug for one in dosing))
    names = metabolite_names(drugs, scenario.species, given)
    in_model = {
        name: drugs[name] for name in names if scenario.system != "culture" or name in given
    }
    taken = {component.name for component in scenario.components}
    taken |= {site.name for site in scenario.binding_sites}
    for name in in_model:
        if name in taken:
            raise InputError(
                f"has a component called '{name}', which is the name of a drug that is given",
                where=scenario.name,
                do="Give the component another name",
            )
    return in_model


def all_components(
    scenario: Scenario, drugs: Mapping[str, Drug], dosing: Sequence[Dosing]
) -> tuple[list[Component], dict[str, Values]]:
    """The scenario's components and those of the drugs; and the values that drugs set, by
    component.
    """
    components: list[Component] = []
    values: dict[str, Values] = {}
    if scenario.system == "animal":
        components.append(Component("subject", "subject", "body"))
    for name, drug in drugs.items():
        numbered = [(k, one) for k, one in enumerate(dosing, start=1) if one.drug == name]
        if scenario.system == "culture":
            brought, own = _in_culture(scenario, drug, numbered)
        else:
            brought, own = _in_body(scenario, drug, drugs, numbered)
        components += brought
        values |= own
    return components + list(scenario.components), values


def _in_culture(
    scenario: Scenario, drug: Drug, dosing: Sequence[tuple[int, Dosing]]
) -> tuple[list[Component], dict[str, Values]]:
    levels = " + ".join(f"{drug.name}_dose{k}.rate" for k, _ in dosing)
    bath = Component(drug.name, "drug_bath", _bath_compartment(scenario), {"level": levels})
    return [bath], {drug.name: _constants(drug, scenario.species)}


def _in_body(
    scenario: Scenario,
    drug: Drug,
    drugs: Mapping[str, Drug],
    dosing: Sequence[tuple[int, Dosing]],
) -> tuple[list[Component], dict[str, Values]]:
    """Body, brain, a depot for each absorbed dose, and a probe for each perfused region."""
    name, species = drug.name, scenario.species
    own = _constants(drug, species)
    depots = {
        f"{name}_dose{k}": one
        for k, one in dosing
        if not is_sustained(one.route) and one.route != "iv"
    }
    components = [
        Component(name, "drug_body", "body", _body_wires(drug, drugs, species, dosing, depots)),
        Component(f"{name}_brain", "drug_brain", "body", {"plasma_free": f"{name}.plasma_free"}),
    ]
    values: dict[str, Values] = {name: own, f"{name}_brain": own}
    for depot, one in depots.items():
        components.append(Component(depot, "drug_depot", "body"))
        values[depot] = {
            symbol: _constant_of_route(drug, symbol, one.route, species) for symbol in ("ka", "F")
        }
    for route in dict.fromkeys(one.route for _, one in dosing if one.route.startswith("probe_")):
        levels = " + ".join(f"{name}_dose{k}.rate" for k, one in dosing if one.route == route)
        probe = f"{name}_{route}"
        components.append(Component(probe, "drug_probe", "body", {"perfusate": levels}))
        values[probe] = own
    return components, values


def _body_wires(
    drug: Drug,
    drugs: Mapping[str, Drug],
    species: str,
    dosing: Sequence[tuple[int, Dosing]],
    depots: Mapping[str, Dosing],
) -> dict[str, str]:
    """What flows into the body of a drug: absorption, infusion, and formation from its parents."""
    wires = {
        "activity_CYP2C19": "subject.activity_CYP2C19",
        "activity_CYP2D6": "subject.activity_CYP2D6",
    }
    pumps = [f"{drug.name}_dose{k}.rate" for k, one in dosing if one.route in ("pump", "infusion")]
    if depots:
        wires["absorbed"] = " + ".join(f"{depot}.absorbed" for depot in depots)
        wires["first_pass"] = " + ".join(f"{depot}.first_pass" for depot in depots)
    if pumps:
        wires["infused"] = " + ".join(pumps)
    formed = [
        f"{parent.name}.by_{path}*{parent.name}.{row.name}"
        for parent in drugs.values()
        for path, child, row in parent.metabolites(species)
        if child == drug.name
    ]
    if formed:
        wires["formed"] = " + ".join(formed)
    return wires


def _constants(drug: Drug, species: str) -> dict[str, Constant]:
    """The constants of a drug for a species, by name, without its identifiers."""
    rows = (drug.constant(name, species) for name in dict.fromkeys(c.name for c in drug.constants))
    return {row.name: row for row in rows if row is not None and row.unit != "identifier"}


def _constant_of_route(drug: Drug, symbol: str, route: str, species: str) -> Constant:
    row = drug.constant(f"{symbol}_{route}", species)
    if row is None:
        drug.value(f"{symbol}_{route}", species)
    assert row is not None
    return row


def _bath_compartment(scenario: Scenario) -> str:
    """The medium of the culture; else its first compartment."""
    names = [one.name for one in scenario.compartments]
    return "medium" if "medium" in names else names[0]
