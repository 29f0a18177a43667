"""Problems of an SBML model in sentences: its units, its validity, and what the solver would
compute wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libsbml

from tricyclic.errors import InputError
from tricyclic.sbml.parts import (
    all_formulas,
    elements,
    formula_nodes,
    formula_text,
    named_elements,
    parse,
    problem_text,
)

# Packages that change the meaning of a model, and that the solver ignores; submodels are put
# together before (`flatten_submodels`).
PACKAGES = ("comp", "fbc", "multi", "arrays", "spatial")
# Errors of libSBML after which no program can know what is meant: a formula that uses an id that is
# not there, two elements with one id, rules that need each other.
_BROKEN = (10215, 10301, 20906)
_NOT_CHECKED = (
    libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
    libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
    libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    libsbml.LIBSBML_CAT_MODELING_PRACTICE,
)
_CANNOT = "which the solver does not support"
# Functions of the package distrib that draw a number.
_RANDOM = frozenset(
    getattr(libsbml, name) for name in dir(libsbml) if name.startswith("AST_DISTRIB_FUNCTION_")
)


def find_unit_problems(text: str, where: str = "") -> tuple[str, ...]:
    """Units that do not balance, or that are missing, so that the balance is unknown.

    Returns
    -------
    tuple of str
        One sentence per error or warning of libSBML, with its line; empty where there is none.
    """
    return _problems(text, where, units=True, errors_only=False)


def find_validity_problems(text: str, where: str = "") -> tuple[str, ...]:
    """Errors that make the file invalid, apart from units; one sentence each, with its line."""
    return _problems(text, where, units=False, errors_only=True)


def refuse_unsafe(text: str, where: str = "") -> None:
    """Refuse a model that the solver cannot run, or would run differently from what it means.

    Raises
    ------
    InputError
        At an id that is missing or used twice, rules that need each other, or the first delayed
        value, fast reaction, algebraic rule, random number, element called
        `time`, or package that changes the model and is not supported.
    """
    document = parse(text, where)
    _refuse_broken(document, where)
    if _is_flux_balance(document.getModel()):
        raise InputError(
            "the model is a flux-balance problem: it has an objective (package fbc) and no rate, "
            "so that it has no time course",
            where=where,
            do="Use a program for flux-balance analysis",
        )
    for problem in _unsafe(document, document.getModel()):
        raise InputError(problem, where=where, do="Write the model without it")


def _refuse_broken(document: Any, where: str) -> None:
    for category in _NOT_CHECKED:
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    for position in range(document.getNumErrors()):
        error = document.getError(position)
        if error.getErrorId() in _BROKEN:
            sentence = error.getMessage().strip().splitlines()[-1].strip().rstrip(".")
            raise InputError(
                f"this is not valid SBML: line {error.getLine()}: {sentence}",
                where=where,
                do="Correct the ids and rules of the file",
            )


def _problems(text: str, where: str, *, units: bool, errors_only: bool) -> tuple[str, ...]:
    document = parse(text, where)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, units)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.checkConsistency()
    errors = [document.getError(position) for position in range(document.getNumErrors())]
    unit_codes = {
        libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
        libsbml.LIBSBML_CAT_STRICT_UNITS_CONSISTENCY,
    }
    minimum = libsbml.LIBSBML_SEV_ERROR if errors_only else libsbml.LIBSBML_SEV_WARNING
    return tuple(
        problem_text(error)
        for error in errors
        if error.getSeverity() >= minimum and (not units or error.getCategory() in unit_codes)
    )


def _unsafe(document: Any, model: Any) -> Iterator[str]:
    for package in PACKAGES:
        if document.getPlugin(package) is not None and document.getPackageRequired(package):
            yield f"the model needs the SBML package '{package}', which is not supported"
    for element in [model, *named_elements(model)]:
        if element.isSetIdAttribute() and element.getIdAttribute() == "time":
            yield "an element is called 'time', which is the name of the simulated time in results"
    for reaction in elements(model, "Reaction"):
        if reaction.isSetFast() and reaction.getFast():
            yield f"the reaction '{reaction.getIdAttribute()}' is 'fast', {_CANNOT}"
    for rule in elements(model, "Rule"):
        if rule.isAlgebraic():
            yield (
                f"0 = {formula_text(rule.getMath())} is an algebraic rule that is not linear in "
                f"one quantity that nothing else determines, {_CANNOT}"
            )
    for identifier, math in all_formulas(model):
        for node in formula_nodes(math):
            if node.getType() == libsbml.AST_FUNCTION_DELAY:
                yield f"'{identifier}' is computed with a delayed value, {_CANNOT}"
            elif node.getType() in _RANDOM:
                yield (
                    f"'{identifier}' is computed with random numbers ({node.getName()}), "
                    "so that no two runs are the same"
                )


def _is_flux_balance(model: Any) -> bool:
    """Whether a model has an objective of fluxes, and nothing that changes over time."""
    plugin = model.getPlugin("fbc")
    if plugin is None or not plugin.getNumObjectives():
        return False
    moved = any(one.isSetKineticLaw() for one in elements(model, "Reaction"))
    return not moved and not any(one.isRate() for one in elements(model, "Rule"))
