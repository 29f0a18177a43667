"""From a user's own SBML to a composed model: it runs as it stands, from its own start, with doses laid beside it.

Nothing of it is renamed or changed. Time is in the file's own unit, and so are amounts: a dose of 100 adds
100 to the species or parameter it goes into.
"""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen
from tricyclic.core.network import Edge, Network, Node
from tricyclic.core.scenario import Scenario, Watch
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.ode.solver import antimony_of
from tricyclic.sbml.document import Tables, refuse_unsafe, tables
from tricyclic.simulation.model import Composed, Dose, Quantity, QuantityKind

INTO = "into"


def imported(
    sbml: str, name: str, regimens: Sequence[Regimen] = (), *, where: str = ""
) -> Composed:
    """Make a model that can be run of a user's SBML.

    Parameters
    ----------
    sbml : str
        Text of the file.
    name : str
        What to call it.
    regimens : sequence of Regimen
        Doses by the route "into": `drug` is the id of the species or parameter that each dose is added to.
    where : str
        File, for errors.

    Returns
    -------
    Composed
        Runs start at the file's own initial values, not at a steady state.

    Raises
    ------
    InputError
        If it does not parse, or holds what the solver cannot do (delays, fast reactions, algebraic rules).
    UnknownNameError
        If a dose goes into what the file does not hold.
    """
    refuse_unsafe(sbml, where or name)
    rows = tables(sbml, where or name)
    quantities = _quantities(rows)
    doses = tuple(
        _dose(regimen, k, quantities, where or name) for k, regimen in enumerate(regimens, start=1)
    )
    text = ""
    if doses:
        text = _with_events(antimony_of(sbml, where or name), doses)
        for dose in doses:
            quantities[dose.amount] = Quantity(
                dose.amount, dose.amount, "dimensionless", f"dose into {dose.feeds}", "dosing"
            )
    watched = [item for item in quantities.values() if item.kind in ("species", "state")] or [
        item for item in quantities.values() if item.kind == "computed"
    ]
    scenario = Scenario(
        name=name,
        title=f"{name} (your own SBML)",
        says="A model read from SBML.",
        species="",  # type: ignore[arg-type]
        system="animal",
        routes=(INTO,),
        places=(),
        fluids=(),
        sites=(),
        parts=(),
        watches=tuple(Watch(item.name, item.name, item.unit, item.says, False) for item in watched),
    )
    return Composed(
        name=name,
        text=text,
        quantities=quantities,
        doses=doses,
        network=_network(name, rows),
        scenario=scenario,
        drugs={},
        sbml=sbml,
        at_rest=False,
    )


def _quantities(rows: Tables) -> dict[str, Quantity]:
    rates = {rule.target for rule in rows.rules if rule.kind == "rate"}
    computed = {rule.target for rule in rows.rules if rule.kind == "assigned"}
    changed = {target for event in rows.events for target, _ in event.changes}
    found = {}
    for group, rest in (
        (rows.species, "species"),
        (rows.parameters, "parameter"),
        (rows.compartments, "parameter"),
    ):
        for one in group:
            kind: QuantityKind = (
                "computed" if one.id in computed else "state" if one.id in rates else rest  # type: ignore[assignment]
            )
            if kind == "state" and rest == "species":
                kind = "species"
            if kind == "parameter" and one.id in changed:
                kind = "state"
            says = (one.name or one.id) + (f" [{one.unit}]" if one.unit else "")
            constant = None
            if kind == "parameter" and one.value is not None:
                constant = Constant(
                    one.id,
                    float(one.value),
                    "dimensionless",
                    says=f"{says}, of the file",
                    certainty="assumed",
                )
            found[one.id] = Quantity(
                one.id,
                one.id,
                "dimensionless",
                says,
                kind,
                constant=constant,
                identifiers=rows.annotations.get(one.id, ()),
            )
    return found


def _dose(regimen: Regimen, k: int, quantities: dict[str, Quantity], where: str) -> Dose:
    fed = [name for name, item in quantities.items() if item.kind in ("species", "state")]
    if regimen.drug not in fed:
        raise UnknownNameError.among("species or state", regimen.drug, fed, where=where)
    if regimen.route != INTO:
        raise InputError(
            f"the route is '{regimen.route}'",
            where=where,
            allowed="A model of your own is dosed by the route 'into'",
        )
    return Dose(regimen, f"dose{k}", f"dose{k}_amount", regimen.drug, False)


def _with_events(text: str, doses: Sequence[Dose]) -> str:
    lines = []
    for k, dose in enumerate(doses, start=1):
        regimen = dose.regimen
        lines.append(f"  {dose.amount} = {regimen.amount!r}")
        first = regimen.start_h + (regimen.every_h if regimen.at_start else 0.0)
        n = regimen.n - (1 if regimen.at_start else 0)
        if n <= 0:
            continue
        given = f"dose{k}_given"
        lines.append(f"  {given} = 0")
        lines.append(
            f"  dose{k}_event: at (time >= {first!r} + {given}*{regimen.every_h!r} && {given} < {n}): "
            f"{given} = {given} + 1, {dose.feeds} = {dose.feeds} + {dose.amount}"
        )
    body, end, rest = text.rpartition("\nend")
    return "\n".join([body, "  // doses", *lines]) + end + rest


def _network(name: str, rows: Tables) -> Network:
    """Species, and what reactions turn into what; modifiers act on the products."""
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
