"""What is wrong with a model, in sentences: its units, its validity, and what the solver would get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libsbml

from tricyclic.errors import InputError
from tricyclic.sbml.parts import each, formula, formulas, nodes, parse, things, told


def unit_complaints(text: str, where: str = "") -> tuple[str, ...]:
    """Say where units do not balance, or are missing so that it cannot be known.

    Returns
    -------
    tuple of str
        One sentence per error or warning of libSBML's unit check, with the line; empty if all is well.
    """
    return _complaints(text, where, units=True, worst_only=False)


def validation_complaints(text: str, where: str = "") -> tuple[str, ...]:
    """Say what makes the file invalid: every error of libSBML's checks, units aside."""
    return _complaints(text, where, units=False, worst_only=True)


def refuse_unsafe(text: str, where: str = "") -> None:
    """Refuse what the solver accepts and then gets wrong.

    Raises
    ------
    InputError
        At the first delay, `fast` reaction, algebraic rule, or thing called `time`; also for a model whose
        meaning lies in a package that the solver does not know.
    """
    document = parse(text, where)
    model = document.getModel()
    for found in _unsafe(document, model):
        raise InputError(
            f"{found}, which the solver gets wrong or cannot run",
            where=where,
            do="write the model without it",
        )


def _complaints(text: str, where: str, *, units: bool, worst_only: bool) -> tuple[str, ...]:
    document = parse(text, where)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, units)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.checkConsistency()
    found = [document.getError(position) for position in range(document.getNumErrors())]
    unit_codes = {
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_STRICT_UNITS_CONSISTENCY,
    }
    least = libsbml.LIBSBML_SEV_ERROR if worst_only else libsbml.LIBSBML_SEV_WARNING
    return tuple(
        told(error)
        for error in found
        if error.getSeverity() >= least and (not units or error.getCategory() in unit_codes)
    )


def _unsafe(document: Any, model: Any) -> Iterator[str]:
    for package in ("comp", "fbc", "multi", "arrays", "spatial"):
        if document.getPlugin(package) is not None and document.getPackageRequired(package):
            yield f"the model rests on the SBML package '{package}'"
    for thing in [model, *things(model)]:
        if thing.isSetIdAttribute() and thing.getIdAttribute() == "time":
            yield "something is called 'time'"
    for event in each(model, "Event"):
        if event.isSetDelay():
            yield f"the event '{event.getIdAttribute()}' waits by a delay"
    for reaction in each(model, "Reaction"):
        if reaction.isSetFast() and reaction.getFast():
            yield f"the reaction '{reaction.getIdAttribute()}' is 'fast'"
    for rule in each(model, "Rule"):
        if rule.isAlgebraic():
            yield f"0 = {formula(rule.getMath())} is an algebraic rule"
    for where, math in formulas(model):
        if any(node.getType() == libsbml.AST_FUNCTION_DELAY for node in nodes(math)):
            yield f"'{where}' looks back in time by a delay"
