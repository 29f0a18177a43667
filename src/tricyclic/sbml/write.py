"""The same model with more said in it: names, notes, addresses, uncertainty, start values.

Each function takes SBML text and gives new text. The equations are changed by none but `derive_always`, which
says the same in a form that a solver keeps up to date.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import libsbml

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.sbml.parts import addresses_of, each, parse, things, uses

_XHTML = "http://www.w3.org/1999/xhtml"


class Uncertain(NamedTuple):
    """How well a value is known.

    Attributes
    ----------
    mean, sd : float, optional
        In the unit of the value itself, also where the distribution is log-normal.
    low, high : float, optional
        Range in which the value lies.
    distribution : str
        "normal" or "lognormal" (need mean and sd), "uniform" (needs low and high), or empty.
    """

    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    distribution: str = ""

    def formula(self, name: str) -> str:
        """Write the distribution as SBML's distrib package does, where `lognormal` takes moments of the log."""
        if self.distribution == "uniform" and self.low is not None and self.high is not None:
            return f"uniform({self.low!r}, {self.high!r})"
        if self.mean is not None and self.sd is not None:
            if self.distribution == "normal":
                return f"normal({self.mean!r}, {self.sd!r})"
            if self.distribution == "lognormal" and self.mean > 0.0:
                spread = math.log1p((self.sd / self.mean) ** 2)
                return f"lognormal({math.log(self.mean) - 0.5 * spread!r}, {math.sqrt(spread)!r})"
        raise InputError(
            f"the distribution of '{name}' is '{self.distribution}' with mean {self.mean}, sd {self.sd}, low {self.low}, high {self.high}",
            allowed="normal and lognormal need a mean and an sd (lognormal a mean above 0), uniform needs low and high",
        )


def annotate(text: str, addresses: Mapping[str, Sequence[str]]) -> str:
    """Say what things are, by identifiers.org addresses (MIRIAM, qualifier `is`).

    Parameters
    ----------
    text : str
    addresses : mapping of sequences of str
        Id of a quantity, reaction or the model to its addresses.

    Raises
    ------
    UnknownNameError
        If an id is not in the model.
    """
    document = parse(text)
    for name, found in _named(document.getModel(), addresses):
        if not found.isSetMetaId():
            found.setMetaId(f"meta_{name}")
        known = set(addresses_of(found))
        term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
        term.setBiologicalQualifierType(libsbml.BQB_IS)
        for address in addresses[name]:
            if address not in known:
                term.addResource(address)
        if term.getNumResources():
            _done(found.addCVTerm(term), f"annotate '{name}'")
    return _text(document)


def with_uncertainty(text: str, uncertain: Mapping[str, Uncertain]) -> str:
    """State how well values are known, in SBML's distrib package.

    Parameters
    ----------
    text : str
    uncertain : mapping of Uncertain
        Id of a parameter, species or compartment to its mean, standard deviation, interval and distribution.

    Raises
    ------
    InputError
        If a distribution is unknown or lacks what defines it.
    """
    document = parse(text)
    _enable_distrib(document)
    for name, found in _named(document.getModel(), uncertain):
        _write_uncertainty(found.getPlugin("distrib").createUncertainty(), uncertain[name], name)
    return _text(document)


def with_initial_values(text: str, values: Mapping[str, float]) -> str:
    """Give the model other start values: a rest that was found, with the doses of time 0 added.

    Parameters
    ----------
    text : str
    values : mapping of float
        Id of a parameter (a state or a constant), species (in what its symbol means: concentration, or amount if
        the file says so) or compartment to its value at time 0.

    Raises
    ------
    InputError
        If a rule assigns the value at all times.
    """
    document = parse(text)
    model = document.getModel()
    for name, found in _named(model, values):
        if model.getAssignmentRule(name) is not None:
            raise InputError(f"'{name}' has no start value: a rule assigns it at all times")
        if model.getInitialAssignment(name) is not None:
            model.removeInitialAssignment(name)
        _set_value(found, float(values[name]))
    return _text(document)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Give things names that a person reads; ids stay."""
    document = parse(text)
    for name, found in _named(document.getModel(), names):
        _done(found.setName(names[name]), f"name '{name}'")
    return _text(document)


def with_notes(text: str, notes: Mapping[str, str]) -> str:
    """Write plain notes beside things: where a value comes from, what is assumed; one paragraph per line."""
    document = parse(text)
    for name, found in _named(document.getModel(), notes):
        lines = "".join(
            f"<p>{escape(line)}</p>" for line in notes[name].splitlines() if line.strip()
        )
        _done(found.setNotes(f'<body xmlns="{_XHTML}">{lines}</body>'), f"write notes on '{name}'")
    return _text(document)


def derive_always(text: str) -> str:
    """Turn constants that are derived once, at the start, into rules that hold at all times.

    The model stays the same, as what such a constant is derived from never moves. But a solver derives it anew
    when a parameter is set. What is derived from a state at time 0 stays derived once.
    """
    document = parse(text)
    model = document.getModel()
    moving = _moving(model)
    pending = [
        one.getSymbol()
        for one in each(model, "InitialAssignment")
        if model.getParameter(one.getSymbol()) is not None and one.getSymbol() not in moving
    ]
    # What is derived from something that stays derived once must stay so too.
    while True:
        kept = [
            name
            for name in pending
            if not uses(model.getInitialAssignment(name).getMath()) & moving
        ]
        if kept == pending:
            break
        moving |= set(pending) - set(kept)
        pending = kept
    for name in pending:
        rule = model.createAssignmentRule()
        rule.setVariable(name)
        rule.setMath(model.getInitialAssignment(name).getMath())
        model.removeInitialAssignment(name)
        model.getParameter(name).setConstant(False)
        model.getParameter(name).unsetValue()
    return _text(document) if pending else text


def _moving(model: Any) -> set[str]:
    """Name what does not stay as it starts: states, what events change, the clock, and all derived from them."""
    moving = {
        "time",
        *(one.getIdAttribute() for kind in ("Species", "Reaction") for one in each(model, kind)),
    }
    moving |= {one.getVariable() for one in each(model, "Rule") if one.isRate()}
    for event in each(model, "Event"):
        moving |= {
            event.getEventAssignment(i).getVariable() for i in range(event.getNumEventAssignments())
        }
    assigned = {
        one.getVariable(): uses(one.getMath()) for one in each(model, "Rule") if one.isAssignment()
    }
    while more := {name for name, used in assigned.items() if used & moving} - moving:
        moving |= more
    return moving


def _named(model: Any, wanted: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    known = {one.getIdAttribute(): one for one in [*things(model), model] if one.isSetIdAttribute()}
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("quantity of the model", name, known)
        yield name, known[name]


def _set_value(found: Any, value: float) -> None:
    if isinstance(found, libsbml.Parameter):
        found.setValue(value)
    elif isinstance(found, libsbml.Compartment):
        found.setSize(value)
    elif isinstance(found, libsbml.Species):
        if found.getHasOnlySubstanceUnits():
            found.unsetInitialConcentration()
            found.setInitialAmount(value)
        else:
            found.unsetInitialAmount()
            found.setInitialConcentration(value)
    else:
        raise InputError(
            f"'{found.getIdAttribute()}' is a {found.getElementName()} and has no value"
        )


def _enable_distrib(document: Any) -> None:
    if document.getPlugin("distrib") is None:
        address = libsbml.DistribExtension.getXmlnsL3V1V1()
        _done(document.enablePackage(address, "distrib", True), "state uncertainty")
        _done(document.setPackageRequired("distrib", True), "state uncertainty")


def _write_uncertainty(into: Any, known: Uncertain, name: str) -> None:
    for kind, number in (("Mean", known.mean), ("StandardDeviation", known.sd)):
        if number is not None:
            one = into.createUncertParameter()
            one.setType(getattr(libsbml, f"DISTRIB_UNCERTTYPE_{kind.upper()}"))
            one.setValue(number)
    if known.low is not None and known.high is not None:
        span = into.createUncertSpan()
        span.setType(libsbml.DISTRIB_UNCERTTYPE_RANGE)
        span.setValueLower(known.low)
        span.setValueUpper(known.high)
    if known.distribution:
        one = into.createUncertParameter()
        one.setType(libsbml.DISTRIB_UNCERTTYPE_DISTRIBUTION)
        math = libsbml.parseL3Formula(known.formula(name))
        _done(one.setMath(math), f"state the distribution of '{name}'")


def _text(document: Any) -> str:
    return str(libsbml.writeSBMLToString(document))


def _done(code: int, deed: str) -> None:
    if code != libsbml.LIBSBML_OPERATION_SUCCESS:
        reason = libsbml.OperationReturnValue_toString(code)
        raise InputError(f"libSBML does not {deed}: {reason}")
