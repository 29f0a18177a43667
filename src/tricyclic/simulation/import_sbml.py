"""Makes a composed model of a user's own SBML, with doses added.

Nothing in the file is renamed or changed, and runs start at its own initial values. Times and
amounts are in the file's own units: a dose of 100 adds 100 to the species or parameter that it goes
into.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.network import Edge, Network, Node
from tricyclic.core.scenario import Observable, Scenario
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.sbml.checks import refuse_unsafe
from tricyclic.sbml.doses import DoseEvents, add_doses, free_dose_names
from tricyclic.sbml.missing import refuse_unset_values, with_unset_as_nan
from tricyclic.sbml.tables import SbmlTables, tables
from tricyclic.sbml.units import units_of
from tricyclic.simulation.model import ComposedModel, DoseInput, ModelQuantity, QuantityKind

INTO = "into"


def import_sbml(
    sbml: str, name: str, dosing: Sequence[Dosing] = (), *, where: str = ""
) -> ComposedModel:
    """Read a user's SBML as a composed model.

    Parameters
    ----------
    sbml : str
        Text of the file.
    name : str
        Name of the model.
    dosing : sequence of Dosing
        Doses by the route "into": `drug` is the id of the species or parameter that each dose is
        added to.
    where : str
        File, for errors.

    Returns
    -------
    ComposedModel
        Runs start at the file's own initial values, not at a steady state.

    Raises
    ------
    InputError
        If it does not parse, a rate depends on a parameter without a value, or it uses features
        that the solver does not have (delayed values, fast reactions, algebraic rules).
    UnknownNameError
        If a dose goes into a quantity that the file does not have.
    """
    refuse_unsafe(sbml, where or name)
    refuse_unset_values(sbml, where or name)
    sbml = with_unset_as_nan(sbml)
    rows = tables(sbml, where or name)
    quantities = _quantities(rows, units_of(sbml, where or name))
    names = free_dose_names(sbml, len(dosing), where or name)
    doses = tuple(
        _dose(one, dose, quantities, rows, where or name)
        for one, dose in zip(dosing, names, strict=True)
    )
    if doses:
        sbml = add_doses(sbml, [_events(dose) for dose in doses], where or name)
        for dose in doses:
            quantities[dose.amount] = ModelQuantity(
                dose.amount, dose.amount, "dimensionless", f"dose into {dose.feeds}", "dosing"
            )
    observed = [item for item in quantities.values() if item.kind in ("species", "state")] or [
        item for item in quantities.values() if item.kind == "computed"
    ]
    quantities |= _reaction_quantities(rows)
    scenario = Scenario(
        name=name,
        title=f"{name} (your own SBML)",
        description="A model read from SBML.",
        species="",  # type: ignore[arg-type]
        system="animal",
        routes=(INTO,),
        compartments=(),
        fluids=(),
        binding_sites=(),
        components=(),
        observables=tuple(
            Observable(item.name, item.name, item.unit, item.description, False)
            for item in observed
        ),
    )
    return ComposedModel(
        name=name,
        text="",
        quantities=quantities,
        doses=doses,
        network=_network(name, rows),
        scenario=scenario,
        drugs={},
        sbml=sbml,
        has_steady_state=False,
    )


def _quantities(rows: SbmlTables, units: Mapping[str, str]) -> dict[str, ModelQuantity]:
    rates = {rule.target for rule in rows.rules if rule.kind == "rate"}
    computed = {rule.target for rule in rows.rules if rule.kind == "assigned"}
    changed = {target for event in rows.events for target, _ in event.changes}
    quantities = {}
    for group, default in (
        (rows.species, "species"),
        (rows.parameters, "parameter"),
        (rows.compartments, "parameter"),
    ):
        for one in group:
            kind: QuantityKind = (
                "computed" if one.id in computed else "state" if one.id in rates else default  # type: ignore[assignment]
            )
            if kind == "state" and default == "species":
                kind = "species"
            if kind == "parameter" and one.id in changed:
                kind = "state"
            # A pure number is declared; where no unit is declared, none is stated.
            unit = (units[one.id] or "dimensionless") if one.id in units else ""
            description = one.name or one.id
            constant = None
            # A value that is not finite can be in a file, but not be set or varied.
            if kind == "parameter" and one.value is not None and math.isfinite(one.value):
                constant = Constant(
                    one.id,
                    float(one.value),
                    "dimensionless",
                    description=f"{description}, of the file",
                    certainty="assumed",
                )
            quantities[one.id] = ModelQuantity(
                one.id,
                one.id,
                unit,
                description,
                kind,
                constant=constant,
                identifiers=rows.annotations.get(one.id, ()),
            )
    return quantities


def _reaction_quantities(rows: SbmlTables) -> dict[str, ModelQuantity]:
    """Rates of reactions and stoichiometric coefficients, which can be recorded."""
    described = {one.id: f"rate of the reaction {one.name or one.id}" for one in rows.reactions}
    described |= {one: f"stoichiometric coefficient {one}" for one in rows.stoichiometries}
    return {
        one: ModelQuantity(one, one, "dimensionless", description, "computed")
        for one, description in described.items()
        if one
    }


def _dose(
    dosing: Dosing,
    name: str,
    quantities: dict[str, ModelQuantity],
    rows: SbmlTables,
    where: str,
) -> DoseInput:
    fed = [one for one, item in quantities.items() if item.kind in ("species", "state")]
    if dosing.drug not in fed:
        raise UnknownNameError.among("species or state", dosing.drug, fed, where=where)
    if dosing.route != INTO:
        raise InputError(
            f"the route is '{dosing.route}'",
            where=where,
            allowed="A model of your own is dosed by the route 'into'",
        )
    if any(one.id == dosing.drug and one.constant for one in rows.species):
        raise InputError(
            f"the species '{dosing.drug}' is constant, so that no dose can be added to it",
            where=where,
            do='Write constant="false" in the file, or name another species',
        )
    integrated = {one.target for one in rows.rules if one.kind == "rate"} | {
        one.id for one in rows.species if not one.boundary
    }
    if dosing.at_start and dosing.drug not in integrated:
        raise InputError(
            f"'{dosing.drug}' has no rate of change, and a dose at time 0 is added only to a "
            "quantity that has one",
            where=where,
            do="Give the dose just after time 0, with --start",
        )
    return DoseInput(dosing, name, f"{name}_amount", dosing.drug, False)


def _events(dose: DoseInput) -> DoseEvents:
    """The doses after time 0; those of time 0 are added to the start values of a run."""
    dosing = dose.dosing
    return DoseEvents(
        dose.name,
        dose.feeds,
        dosing.amount,
        dosing.start_h + (dosing.every_h if dosing.at_start else 0.0),
        dosing.every_h,
        dosing.n_doses - (1 if dosing.at_start else 0),
    )


def _network(name: str, rows: SbmlTables) -> Network:
    """Species and the reactions between them; modifiers act on the products."""
    nodes = tuple(Node(one.id, one.name or one.id, "messenger") for one in rows.species)
    known = {node.name for node in nodes}
    edges: dict[tuple[str, str, str], Edge] = {}
    for reaction in rows.reactions:
        for _, product in reaction.products:
            for _, reactant in reaction.reactants:
                if reactant in known and product in known and reactant != product:
                    edges[reactant, product, "converts"] = Edge(reactant, product, "converts")
            for modifier in reaction.modifiers:
                if modifier in known and product in known and modifier != product:
                    edges[modifier, product, "activates"] = Edge(modifier, product, "activates")
    return Network(name, name, nodes, tuple(edges.values()))
