"""Additions to an SBML model: names, notes, annotations, uncertainty, initial values.

Each function takes SBML text and returns new text. Only `derive_always` changes equations: it
writes the same model in a form that a solver keeps up to date.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import libsbml

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.sbml.parts import (
    annotation_addresses,
    elements,
    event_assignments,
    formula_symbols,
    named_elements,
    parse,
)

_XHTML = "http://www.w3.org/1999/xhtml"


class SbmlUncertainty(NamedTuple):
    """Uncertainty of a value.

    Attributes
    ----------
    mean, sd : float, optional
        In the unit of the value itself, also where the distribution is log-normal.
    low, high : float, optional
        Range of the value.
    distribution : str
        "normal" or "lognormal" (need mean and sd), "uniform" (needs low and high), or empty.
    """

    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    distribution: str = ""

    def formula(self, name: str) -> str:
        """The distribution in the notation of SBML's distrib package, where `lognormal` takes the
        moments of the logarithm.

        Raises
        ------
        InputError
            If the distribution is not known, or its numbers are missing.
        """
        if self.distribution == "uniform" and self.low is not None and self.high is not None:
            return f"uniform({self.low!r}, {self.high!r})"
        if self.mean is not None and self.sd is not None:
            if self.distribution == "normal":
                return f"normal({self.mean!r}, {self.sd!r})"
            if self.distribution == "lognormal" and self.mean > 0.0:
                variance = math.log1p((self.sd / self.mean) ** 2)
                mean = math.log(self.mean) - 0.5 * variance
                return f"lognormal({mean!r}, {math.sqrt(variance)!r})"
        raise InputError(
            f"the distribution of '{name}' is '{self.distribution}' with mean {self.mean}, "
            f"sd {self.sd}, low {self.low}, high {self.high}",
            allowed="normal and lognormal need a mean and an sd (lognormal a mean above 0), "
            "uniform needs low and high",
        )


def annotate(text: str, addresses: Mapping[str, Sequence[str]]) -> str:
    """Add identifiers.org addresses (MIRIAM, qualifier `is`).

    Parameters
    ----------
    text : str
    addresses : mapping of str to sequence of str
        Id of a quantity, reaction or the model, and its addresses.

    Raises
    ------
    UnknownNameError
        If the model has no such id.
    """
    document = parse(text)
    for name, element in _named(document.getModel(), addresses):
        if not element.isSetMetaId():
            element.setMetaId(f"meta_{name}")
        known = set(annotation_addresses(element))
        term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
        term.setBiologicalQualifierType(libsbml.BQB_IS)
        for address in addresses[name]:
            if address not in known:
                term.addResource(address)
        if term.getNumResources():
            _check(element.addCVTerm(term), f"annotate '{name}'")
    return _text(document)


def with_uncertainty(text: str, uncertainties: Mapping[str, SbmlUncertainty]) -> str:
    """Add uncertainties of parameters, species or compartments, in SBML's distrib package.

    Raises
    ------
    InputError
        If a distribution is not known, or its numbers are missing.
    UnknownNameError
        If the model has no such id.
    """
    document = parse(text)
    _enable_distrib(document)
    for name, element in _named(document.getModel(), uncertainties):
        uncertainty = element.getPlugin("distrib").createUncertainty()
        _write_uncertainty(uncertainty, uncertainties[name], name)
    return _text(document)


def with_initial_values(text: str, values: Mapping[str, float]) -> str:
    """Replace initial values: a steady state, with the doses of time 0 added.

    Parameters
    ----------
    text : str
    values : mapping of str to float
        Id of a parameter, species or compartment, and its value at time 0; of a species in the
        meaning of its symbol: a concentration, or an amount where the file declares it.

    Raises
    ------
    InputError
        If a rule assigns the value at all times.
    UnknownNameError
        If the model has no such id.
    """
    document = parse(text)
    model = document.getModel()
    for name, element in _named(model, values):
        if model.getAssignmentRule(name) is not None:
            raise InputError(f"'{name}' has no initial value: a rule assigns it at all times")
        if model.getInitialAssignment(name) is not None:
            model.removeInitialAssignment(name)
        _set_value(element, float(values[name]))
    return _text(document)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Add readable names to elements; ids stay."""
    document = parse(text)
    for name, element in _named(document.getModel(), names):
        _check(element.setName(names[name]), f"name '{name}'")
    return _text(document)


def with_notes(text: str, notes: Mapping[str, str]) -> str:
    """Add plain notes to elements, such as the source of a value; one paragraph per line."""
    document = parse(text)
    for name, element in _named(document.getModel(), notes):
        lines = "".join(
            f"<p>{escape(line)}</p>" for line in notes[name].splitlines() if line.strip()
        )
        body = f'<body xmlns="{_XHTML}">{lines}</body>'
        _check(element.setNotes(body), f"write notes on '{name}'")
    return _text(document)


def derive_always(text: str) -> str:
    """Turn constants that are computed once, at the start, into rules that apply at all times.

    The model stays the same, because such a constant depends only on values that never change. But
    with rules a solver computes it again when a parameter is set. A constant that depends on a
    state at time 0 is still computed once.
    """
    document = parse(text)
    model = document.getModel()
    variable = _variable_symbols(model)
    pending = [
        one.getSymbol()
        for one in elements(model, "InitialAssignment")
        if one.isSetMath()
        and model.getParameter(one.getSymbol()) is not None
        and one.getSymbol() not in variable
    ]
    # A constant that depends on one that is computed once must be computed once too.
    while True:
        kept = [
            name
            for name in pending
            if not formula_symbols(model.getInitialAssignment(name).getMath()) & variable
        ]
        if kept == pending:
            break
        variable |= set(pending) - set(kept)
        pending = kept
    for name in pending:
        rule = model.createAssignmentRule()
        rule.setVariable(name)
        rule.setMath(model.getInitialAssignment(name).getMath())
        model.removeInitialAssignment(name)
        model.getParameter(name).setConstant(False)
        model.getParameter(name).unsetValue()
    return _text(document) if pending else text


def _variable_symbols(model: Any) -> set[str]:
    """Symbols that change over time: states, targets of events, the time, and all that is computed
    from them.
    """
    variable = {
        "time",
        *(
            one.getIdAttribute()
            for kind in ("Species", "Reaction")
            for one in elements(model, kind)
        ),
    }
    rules = elements(model, "Rule")
    variable |= {one.getVariable() for one in rules if one.isRate()}
    for event in elements(model, "Event"):
        variable |= {change.getVariable() for change in event_assignments(event)}
    assigned = {
        one.getVariable(): formula_symbols(one.getMath()) for one in rules if one.isAssignment()
    }
    while more := {name for name, used in assigned.items() if used & variable} - variable:
        variable |= more
    return variable


def _named(model: Any, names: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each name with its element.

    Raises
    ------
    UnknownNameError
        If the model has no such id.
    """
    known = {
        one.getIdAttribute(): one
        for one in [*named_elements(model), model]
        if one.isSetIdAttribute()
    }
    for name in names:
        if name not in known:
            raise UnknownNameError.among("quantity of the model", name, known)
        yield name, known[name]


def _set_value(element: Any, value: float) -> None:
    if isinstance(element, libsbml.Parameter):
        element.setValue(value)
    elif isinstance(element, libsbml.Compartment):
        element.setSize(value)
    elif isinstance(element, libsbml.SpeciesReference):
        element.setStoichiometry(value)
    elif isinstance(element, libsbml.Species):
        if element.getHasOnlySubstanceUnits():
            element.unsetInitialConcentration()
            element.setInitialAmount(value)
        else:
            element.unsetInitialAmount()
            element.setInitialConcentration(value)
    else:
        raise InputError(
            f"'{element.getIdAttribute()}' is a {element.getElementName()} and has no value"
        )


def _enable_distrib(document: Any) -> None:
    if document.getPlugin("distrib") is None:
        address = libsbml.DistribExtension.getXmlnsL3V1V1()
        _check(document.enablePackage(address, "distrib", True), "write uncertainties")
        _check(document.setPackageRequired("distrib", True), "write uncertainties")


def _write_uncertainty(element: Any, known: SbmlUncertainty, name: str) -> None:
    for kind, number in (("Mean", known.mean), ("StandardDeviation", known.sd)):
        if number is not None:
            one = element.createUncertParameter()
            one.setType(getattr(libsbml, f"DISTRIB_UNCERTTYPE_{kind.upper()}"))
            one.setValue(number)
    if known.low is not None and known.high is not None:
        span = element.createUncertSpan()
        span.setType(libsbml.DISTRIB_UNCERTTYPE_RANGE)
        span.setValueLower(known.low)
        span.setValueUpper(known.high)
    if known.distribution:
        one = element.createUncertParameter()
        one.setType(libsbml.DISTRIB_UNCERTTYPE_DISTRIBUTION)
        formula = libsbml.parseL3Formula(known.formula(name))
        _check(one.setMath(formula), f"write the distribution of '{name}'")


def _text(document: Any) -> str:
    return str(libsbml.writeSBMLToString(document))


def _check(code: int, action: str) -> None:
    if code != libsbml.LIBSBML_OPERATION_SUCCESS:
        reason = libsbml.OperationReturnValue_toString(code)
        raise InputError(f"libSBML cannot {action}: {reason}")
