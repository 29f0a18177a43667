"""Algebraic rules of an SBML model, 0 = f, solved for the one quantity that each determines.

The solver has assignment rules only. A rule that is linear in the quantity becomes one; a rule that
is not, or that leaves open which quantity it determines, stays, and the model is refused.
"""

from __future__ import annotations

from typing import Any

import libsbml

from tricyclic.sbml.parts import (
    elements,
    event_assignments,
    formula_symbols,
    formula_text,
    parse,
    stoichiometries,
)


def solve_algebraic_rules(text: str, where: str = "") -> tuple[str, tuple[str, ...]]:
    """Replace algebraic rules by assignment rules, where each is linear in what it determines.

    Parameters
    ----------
    text : str
    where : str
        File, for errors.

    Returns
    -------
    text : str
        The model; the same text where it has no algebraic rule.
    solved : tuple of str
        What was done, such as "0 = T - S1 - S2 is solved for T".
    """
    document = parse(text, where)
    if not any(rule.isAlgebraic() for rule in elements(document.getModel(), "Rule")):
        return text, ()
    properties = libsbml.ConversionProperties()
    properties.addOption("expandFunctionDefinitions", True)
    document.convert(properties)
    model = document.getModel()
    solved: list[str] = []
    while (step := _next_step(model)) is not None:
        rule, name, solution = step
        solved.append(f"0 = {formula_text(rule.getMath())} is solved for {name}")
        rule.removeFromParentAndDelete()
        assignment = model.createAssignmentRule()
        assignment.setVariable(name)
        assignment.setMath(libsbml.parseL3Formula(solution))
    return str(libsbml.writeSBMLToString(document)), tuple(solved)


def _next_step(model: Any) -> tuple[Any, str, str] | None:
    """An algebraic rule that determines one quantity linearly, the quantity, and its formula."""
    open_ones, changed = _undetermined(model)
    for rule in elements(model, "Rule"):
        if not (rule.isAlgebraic() and rule.isSetMath()):
            continue
        used = formula_symbols(rule.getMath()) & open_ones
        # What an event sets is determined by it, where something else can be solved for.
        candidates = sorted(used - changed or used)
        if len(candidates) != 1:
            continue
        linear = _linear(rule.getMath(), candidates[0])
        if linear is not None and linear[0] is not None:
            slope, offset = linear
            return rule, candidates[0], f"-({offset}) / ({slope})"
    return None


def _undetermined(model: Any) -> tuple[set[str], set[str]]:
    """Quantities that may change and that no rule or reaction determines; targets of events."""
    ruled = {one.getVariable() for one in elements(model, "Rule") if not one.isAlgebraic()}
    reacting = {one.getSpecies() for one in stoichiometries(model)}
    names = {
        one.getIdAttribute()
        for kind in ("Parameter", "Compartment", "Species")
        for one in elements(model, kind)
        if not one.getConstant()
        and not (
            kind == "Species"
            and one.getIdAttribute() in reacting
            and not one.getBoundaryCondition()
        )
    }
    changed = {
        change.getVariable()
        for event in elements(model, "Event")
        for change in event_assignments(event)
    }
    return names - ruled, changed


def _linear(node: Any, name: str) -> tuple[str | None, str] | None:
    """Slope and offset of a formula in a quantity, as text; no slope where the formula does not
    contain it, None where it is not linear.
    """
    if name not in formula_symbols(node):
        return None, f"({formula_text(node)})"
    if node.isName():
        return "1", "0"
    kind = node.getType()
    parts = [_linear(node.getChild(k), name) for k in range(node.getNumChildren())]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if kind == libsbml.AST_PLUS:
        return _sum([slope for slope, _ in known]), " + ".join(offset for _, offset in known)
    if kind == libsbml.AST_MINUS:
        return _difference(known)
    if kind == libsbml.AST_TIMES:
        return _product(known)
    if kind == libsbml.AST_DIVIDE and known[1][0] is None:
        divisor = known[1][1]
        return f"({known[0][0]}) / {divisor}", f"({known[0][1]}) / {divisor}"
    return None


def _sum(slopes: list[str | None]) -> str:
    return " + ".join(f"({slope})" for slope in slopes if slope is not None)


def _difference(parts: list[tuple[str | None, str]]) -> tuple[str | None, str]:
    if len(parts) == 1:
        return f"-({parts[0][0]})", f"-({parts[0][1]})"
    (first, offset), (second, taken) = parts
    slope = "" if first is None else f"({first})"
    slope += "" if second is None else f" - ({second})"
    return slope, f"({offset}) - ({taken})"


def _product(parts: list[tuple[str | None, str]]) -> tuple[str | None, str] | None:
    inside = [part for part in parts if part[0] is not None]
    if len(inside) != 1:
        return None
    factor = " * ".join(offset for slope, offset in parts if slope is None) or "1"
    return f"({inside[0][0]}) * {factor}", f"({inside[0][1]}) * {factor}"
