"""Parts of an SBML model: the document, its elements by kind, and its formulas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libsbml

from tricyclic.errors import InputError

KINDS = ("Parameter", "Species", "Compartment", "Reaction", "Event", "FunctionDefinition")


def parse(text: str, where: str = "") -> Any:
    """Read SBML.

    Parameters
    ----------
    text : str
    where : str
        Name of the file in an error.

    Returns
    -------
    libsbml.SBMLDocument
        With a model. Keep a reference to it: libSBML frees the model with its document, and a later
        access crashes.

    Raises
    ------
    InputError
        If the text is not SBML or has no model; with the line.
    """
    document = libsbml.readSBMLFromString(text)
    for position in range(document.getNumErrors()):
        error = document.getError(position)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(f"this is not valid SBML: {problem_text(error)}", where=where)
    if document.getModel() is None:
        raise InputError("this SBML has no model", where=where)
    return document


def elements(model: Any, kind: str) -> list[Any]:
    """All elements of a kind ("Parameter", "Rule", ...), in the order of the file."""
    plural = kind if kind == "Species" else f"{kind}s"
    count, get = getattr(model, f"getNum{plural}"), getattr(model, f"get{kind}")
    return [get(position) for position in range(count())]


def named_elements(model: Any) -> list[Any]:
    """All elements that can have an id, a name and notes."""
    return [
        *(element for kind in KINDS for element in elements(model, kind)),
        *(one for one in stoichiometries(model) if one.isSetIdAttribute()),
    ]


def stoichiometries(model: Any) -> list[Any]:
    """The reactants and products of all reactions."""
    return [
        one
        for reaction in elements(model, "Reaction")
        for one in (*reaction.getListOfReactants(), *reaction.getListOfProducts())
    ]


def annotation_addresses(element: Any) -> tuple[str, ...]:
    """Addresses of an element in public databases."""
    terms = [element.getCVTerm(i) for i in range(element.getNumCVTerms())]
    return tuple(term.getResourceURI(i) for term in terms for i in range(term.getNumResources()))


def all_formulas(model: Any) -> Iterator[tuple[str, Any]]:
    """Every formula of a model with the id of what it determines."""
    for one in elements(model, "FunctionDefinition"):
        yield one.getIdAttribute(), one.getMath()
    for one in elements(model, "InitialAssignment"):
        yield one.getSymbol(), one.getMath()
    for one in elements(model, "Rule"):
        yield one.getVariable(), one.getMath()
    for one in elements(model, "Reaction"):
        if one.isSetKineticLaw():
            yield one.getIdAttribute(), one.getKineticLaw().getMath()
    for one in stoichiometries(model):
        if one.isSetStoichiometryMath():
            yield one.getSpecies(), one.getStoichiometryMath().getMath()
    for one in elements(model, "Event"):
        yield one.getIdAttribute(), one.getTrigger().getMath() if one.isSetTrigger() else None
        yield one.getIdAttribute(), one.getDelay().getMath() if one.isSetDelay() else None
        yield one.getIdAttribute(), one.getPriority().getMath() if one.isSetPriority() else None
        for assignment in event_assignments(one):
            yield assignment.getVariable(), assignment.getMath()


def event_assignments(event: Any) -> list[Any]:
    """What an event sets."""
    return [event.getEventAssignment(i) for i in range(event.getNumEventAssignments())]


def formula_text(math: Any) -> str:
    """A formula as text; empty for none."""
    return "" if math is None else str(libsbml.formulaToL3String(math))


def formula_symbols(math: Any) -> set[str]:
    """Every symbol of a formula; the simulation time counts as one, called time."""
    return {
        "time" if node.getType() == libsbml.AST_NAME_TIME else node.getName()
        for node in formula_nodes(math)
        if node.isName() and node.getName()
    }


def formula_nodes(math: Any) -> Iterator[Any]:
    """Every node of the syntax tree of a formula; none where there is no formula."""
    if math is not None:
        yield math
        for position in range(math.getNumChildren()):
            yield from formula_nodes(math.getChild(position))


def problem_text(error: Any) -> str:
    """An error of libSBML as one line, with its line number."""
    text = " ".join(error.getMessage().split()) or error.getShortMessage()
    return f"line {error.getLine()}: {text}"
