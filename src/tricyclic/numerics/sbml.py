"""The one door to libSBML: a model as SBML text becomes tables and complaints, or the same model with more said in it.

Every function takes SBML text and leaves it alone; those that add something give new text. The equations are
changed by none but `derive_always`, which says the same in a form that a solver keeps up to date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import libsbml

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.sbml_tables import Event, Quantity, Reaction, Rule, Tables, Uncertain

__all__ = [
    "Event",
    "Quantity",
    "Reaction",
    "Rule",
    "Tables",
    "Uncertain",
    "annotate",
    "derive_always",
    "parse",
    "refuse_unsafe",
    "tables",
    "unit_complaints",
    "validation_complaints",
    "with_initial_values",
    "with_names",
    "with_notes",
    "with_uncertainty",
]

_XHTML = "http://www.w3.org/1999/xhtml"


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
        With a model in it.

    Raises
    ------
    InputError
        If it is no SBML, or none that can be read; says the line.
    """
    document = libsbml.readSBMLFromString(text)
    for position in range(document.getNumErrors()):
        error = document.getError(position)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(f"this is no SBML that can be read: {_told(error)}", where=where)
    if document.getModel() is None:
        raise InputError("this SBML holds no model", where=where)
    return document


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


def tables(text: str, where: str = "") -> Tables:
    """Take a model apart into rows.

    Returns
    -------
    Tables
        Parameters, species and compartments with id, name, value, unit and whether they are constant; rules,
        reactions and events as text; and the addresses by which things are annotated.
    """
    model = parse(text, where).getModel()
    start = {
        one.getSymbol(): _formula(one.getMath())
        for one in _each(model, "InitialAssignment")
        if one.isSetMath()
    }
    return Tables(
        parameters=tuple(
            _quantity(one, one.getValue() if one.isSetValue() else None, start)
            for one in _each(model, "Parameter")
        ),
        species=tuple(_quantity(one, _content(one), start) for one in _each(model, "Species")),
        compartments=tuple(
            _quantity(one, one.getSize() if one.isSetSize() else None, start)
            for one in _each(model, "Compartment")
        ),
        rules=tuple(
            Rule("rate" if one.isRate() else "assigned", one.getVariable(), _formula(one.getMath()))
            for one in _each(model, "Rule")
            if not one.isAlgebraic()
        ),
        reactions=tuple(_reaction(one) for one in _each(model, "Reaction")),
        events=tuple(
            Event(
                one.getIdAttribute() or f"event {position + 1}",
                _formula(one.getTrigger().getMath()),
                tuple(
                    (change.getVariable(), _formula(change.getMath()))
                    for change in (one.getEventAssignment(i) for i in range(one.getNumEventAssignments()))
                ),
            )
            for position, one in enumerate(_each(model, "Event"))
        ),
        annotations={
            one.getIdAttribute(): addresses
            for one in [model, *_things(model)]
            if one.isSetIdAttribute() and (addresses := _addresses(one))
        },
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
        known = set(_addresses(found))
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
        lines = "".join(f"<p>{escape(line)}</p>" for line in notes[name].splitlines() if line.strip())
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
        for one in _each(model, "InitialAssignment")
        if model.getParameter(one.getSymbol()) is not None and one.getSymbol() not in moving
    ]
    # What is derived from something that stays derived once must stay so too.
    while True:
        kept = [name for name in pending if not _uses(model.getInitialAssignment(name).getMath()) & moving]
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


def _complaints(text: str, where: str, *, units: bool, worst_only: bool) -> tuple[str, ...]:
    document = parse(text, where)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, units)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.checkConsistency()
    found = [document.getError(position) for position in range(document.getNumErrors())]
    unit_codes = {libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, libsbml.LIBSBML_CAT_STRICT_UNITS_CONSISTENCY}
    least = libsbml.LIBSBML_SEV_ERROR if worst_only else libsbml.LIBSBML_SEV_WARNING
    return tuple(
        _told(error)
        for error in found
        if error.getSeverity() >= least and (not units or error.getCategory() in unit_codes)
    )


def _told(error: Any) -> str:
    words = " ".join(error.getMessage().split()) or error.getShortMessage()
    return f"line {error.getLine()}: {words}"


def _unsafe(document: Any, model: Any) -> Iterator[str]:
    for package in ("comp", "fbc", "multi", "arrays", "spatial"):
        if document.getPlugin(package) is not None and document.getPackageRequired(package):
            yield f"the model rests on the SBML package '{package}'"
    for thing in [model, *_things(model)]:
        if thing.isSetIdAttribute() and thing.getIdAttribute() == "time":
            yield "something is called 'time'"
    for event in _each(model, "Event"):
        if event.isSetDelay():
            yield f"the event '{event.getIdAttribute()}' waits by a delay"
    for reaction in _each(model, "Reaction"):
        if reaction.isSetFast() and reaction.getFast():
            yield f"the reaction '{reaction.getIdAttribute()}' is 'fast'"
    for rule in _each(model, "Rule"):
        if rule.isAlgebraic():
            yield f"0 = {_formula(rule.getMath())} is an algebraic rule"
    for where, math in _all_math(model):
        if any(node.getType() == libsbml.AST_FUNCTION_DELAY for node in _nodes(math)):
            yield f"'{where}' looks back in time by a delay"


def _all_math(model: Any) -> Iterator[tuple[str, Any]]:
    for one in _each(model, "FunctionDefinition"):
        yield one.getIdAttribute(), one.getMath()
    for one in _each(model, "InitialAssignment"):
        yield one.getSymbol(), one.getMath()
    for one in _each(model, "Rule"):
        yield one.getVariable(), one.getMath()
    for one in _each(model, "Reaction"):
        if one.isSetKineticLaw():
            yield one.getIdAttribute(), one.getKineticLaw().getMath()
    for one in _each(model, "Event"):
        yield one.getIdAttribute(), one.getTrigger().getMath() if one.isSetTrigger() else None
        for position in range(one.getNumEventAssignments()):
            yield one.getEventAssignment(position).getVariable(), one.getEventAssignment(position).getMath()


def _nodes(math: Any) -> Iterator[Any]:
    if math is not None:
        yield math
        for position in range(math.getNumChildren()):
            yield from _nodes(math.getChild(position))


def _uses(math: Any) -> set[str]:
    """Name every symbol in a formula; the clock counts as one, called time."""
    return {
        "time" if node.getType() == libsbml.AST_NAME_TIME else node.getName()
        for node in _nodes(math)
        if node.isName() and node.getName()
    }


def _moving(model: Any) -> set[str]:
    """Name what does not stay as it starts: states, what events change, the clock, and all derived from them."""
    moving = {
        "time",
        *(one.getIdAttribute() for kind in ("Species", "Reaction") for one in _each(model, kind)),
    }
    moving |= {one.getVariable() for one in _each(model, "Rule") if one.isRate()}
    for event in _each(model, "Event"):
        moving |= {event.getEventAssignment(i).getVariable() for i in range(event.getNumEventAssignments())}
    assigned = {one.getVariable(): _uses(one.getMath()) for one in _each(model, "Rule") if one.isAssignment()}
    while more := {name for name, used in assigned.items() if used & moving} - moving:
        moving |= more
    return moving


def _quantity(one: Any, value: float | None, start: Mapping[str, str]) -> Quantity:
    name = one.getIdAttribute()
    return Quantity(name, one.getName(), value, _unit(one), bool(one.getConstant()), start.get(name, ""))


def _unit(one: Any) -> str:
    if isinstance(one, libsbml.Parameter | libsbml.Compartment) and one.isSetUnits():
        return str(one.getUnits())
    derived = one.getDerivedUnitDefinition()
    if derived is None or one.getModel() is None:
        return ""
    for known in _each(one.getModel(), "UnitDefinition"):
        if libsbml.UnitDefinition.areIdentical(known, derived):
            return str(known.getIdAttribute())
    return "" if one.containsUndeclaredUnits() else str(libsbml.UnitDefinition.printUnits(derived, True))


def _content(species: Any) -> float | None:
    if species.isSetInitialConcentration():
        return float(species.getInitialConcentration())
    return float(species.getInitialAmount()) if species.isSetInitialAmount() else None


def _reaction(one: Any) -> Reaction:
    def side(count: int, get: Any) -> tuple[tuple[float, str], ...]:
        return tuple((float(get(i).getStoichiometry()), get(i).getSpecies()) for i in range(count))

    return Reaction(
        one.getIdAttribute(),
        one.getName(),
        side(one.getNumReactants(), one.getReactant),
        side(one.getNumProducts(), one.getProduct),
        tuple(one.getModifier(i).getSpecies() for i in range(one.getNumModifiers())),
        _formula(one.getKineticLaw().getMath()) if one.isSetKineticLaw() else "",
    )


def _formula(math: Any) -> str:
    return "" if math is None else str(libsbml.formulaToL3String(math))


def _each(model: Any, kind: str) -> list[Any]:
    plural = kind if kind == "Species" else f"{kind}s"
    count, get = getattr(model, f"getNum{plural}"), getattr(model, f"get{kind}")
    return [get(position) for position in range(count())]


def _things(model: Any) -> list[Any]:
    kinds = ("Parameter", "Species", "Compartment", "Reaction", "Event", "FunctionDefinition")
    return [one for kind in kinds for one in _each(model, kind)]


def _named(model: Any, wanted: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    known = {one.getIdAttribute(): one for one in [*_things(model), model] if one.isSetIdAttribute()}
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("quantity of the model", name, known)
        yield name, known[name]


def _addresses(thing: Any) -> tuple[str, ...]:
    terms = [thing.getCVTerm(i) for i in range(thing.getNumCVTerms())]
    return tuple(term.getResourceURI(i) for term in terms for i in range(term.getNumResources()))


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
        raise InputError(f"'{found.getIdAttribute()}' is a {found.getElementName()} and has no value")


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
