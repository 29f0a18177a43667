"""The parts of an SBML model that others ask for: the document read, its things by kind, its formulas taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libsbml

from tricyclic.errors import InputError


def parse(text: str, where: str = "") -> Any:
    """Read SBML.

    Parameters
    ----------
    text : str
    where : str
        What to call it in an error.

    Returns
    -------
    libsbml.SBMLDocument
        With a model in it. Keep hold of it: libSBML's model is gone with its document, and reading it then crashes.

    Raises
    ------
    InputError
        If it is no SBML, or none that can be read; says the line.
    """
    document = libsbml.readSBMLFromString(text)
    for position in range(document.getNumErrors()):
        error = document.getError(position)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(f"this is no SBML that can be read: {told(error)}", where=where)
    if document.getModel() is None:
        raise InputError("this SBML holds no model", where=where)
    return document


def each(model: Any, kind: str) -> list[Any]:
    """Give all things of a kind ("Parameter", "Rule", ...), in the order of the file."""
    plural = kind if kind == "Species" else f"{kind}s"
    count, get = getattr(model, f"getNum{plural}"), getattr(model, f"get{kind}")
    return [get(position) for position in range(count())]


def things(model: Any) -> list[Any]:
    """Give everything that may carry an id, names and notes."""
    kinds = ("Parameter", "Species", "Compartment", "Reaction", "Event", "FunctionDefinition")
    return [one for kind in kinds for one in each(model, kind)]


def addresses_of(thing: Any) -> tuple[str, ...]:
    """Give the addresses that say what a thing is."""
    terms = [thing.getCVTerm(i) for i in range(thing.getNumCVTerms())]
    return tuple(term.getResourceURI(i) for term in terms for i in range(term.getNumResources()))


def formulas(model: Any) -> Iterator[tuple[str, Any]]:
    """Give every formula of a model with the id of what it determines."""
    for one in each(model, "FunctionDefinition"):
        yield one.getIdAttribute(), one.getMath()
    for one in each(model, "InitialAssignment"):
        yield one.getSymbol(), one.getMath()
    for one in each(model, "Rule"):
        yield one.getVariable(), one.getMath()
    for one in each(model, "Reaction"):
        if one.isSetKineticLaw():
            yield one.getIdAttribute(), one.getKineticLaw().getMath()
    for one in each(model, "Event"):
        yield one.getIdAttribute(), one.getTrigger().getMath() if one.isSetTrigger() else None
        for position in range(one.getNumEventAssignments()):
            yield (
                one.getEventAssignment(position).getVariable(),
                one.getEventAssignment(position).getMath(),
            )


def formula(math: Any) -> str:
    """Write a formula as text."""
    return "" if math is None else str(libsbml.formulaToL3String(math))


def uses(math: Any) -> set[str]:
    """Name every symbol in a formula; the clock counts as one, called time."""
    return {
        "time" if node.getType() == libsbml.AST_NAME_TIME else node.getName()
        for node in nodes(math)
        if node.isName() and node.getName()
    }


def nodes(math: Any) -> Iterator[Any]:
    """Give every node of a formula; none for no formula."""
    if math is not None:
        yield math
        for position in range(math.getNumChildren()):
            yield from nodes(math.getChild(position))


def told(error: Any) -> str:
    """Say one of libSBML's errors with its line."""
    words = " ".join(error.getMessage().split()) or error.getShortMessage()
    return f"line {error.getLine()}: {words}"
