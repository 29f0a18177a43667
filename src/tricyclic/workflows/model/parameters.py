"""Values of parameters from options: phenotypes and single values, refused where they are
impossible.

A value that is possible but lies outside the range of the library gives a remark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from tricyclic.core.constant import Constant
from tricyclic.core.format import format_number
from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import NUMBER, parse_number
from tricyclic.simulation.model import ComposedModel
from tricyclic.workflows.model.prepared import split_list

ACTIVITY = {
    "poor": 0.0,
    "intermediate": 0.5,
    "extensive": 1.0,
    "normal": 1.0,
    "rapid": 1.5,
    "ultrarapid": 2.0,
}
ENZYMES = ("CYP2C19", "CYP2D6")
BODY_WEIGHT = "subject.body_weight"
_ACTIVITY_PREFIX = "subject.activity_"
# Names of fractions, as drugs and mechanisms write them; other fractions are recognised by their
# description.
_FRACTION_NAME = re.compile(r"fu(_\w+)?|F(_\w+)?|share_\w+|\w+_share|\w+_to_\w+")
_FRACTION_WORD = re.compile(r"\b(share|fraction)\b")
_NUMBER = re.compile(rf"({NUMBER})\s*(.*)")


def phenotypes(texts: tuple[str, ...] | str, composed: ComposedModel) -> dict[str, float]:
    """The activity of each enzyme that "CYP2D6=poor" names, by the name of its parameter.

    Raises
    ------
    UnknownNameError
        If the enzyme or the phenotype is not known.
    InputError
        If the model has no enzymes, or an activity is below 0.
    """
    activities = {}
    for text in split_list(texts):
        enzyme, equals, word = (part.strip() for part in text.partition("="))
        if enzyme.upper() not in ENZYMES or not equals:
            raise UnknownNameError.among("enzyme", enzyme, ENZYMES, where=f"phenotype '{text}'")
        name = f"{_ACTIVITY_PREFIX}{enzyme.upper()}"
        if name not in composed.parameters:
            raise InputError("has no enzymes to vary", where=f"phenotype '{text}', {composed.name}")
        activities[name] = _activity(word, enzyme)
    return activities


def parse_values(texts: tuple[str, ...] | str, composed: ComposedModel) -> dict[str, float]:
    """The value of each parameter that "net_cortex.Km=400" sets, by its full name.

    Raises
    ------
    UnknownNameError
        If there is no such parameter; the nearest are suggested.
    InputError
        If it cannot be set, or the value is not a number.
    """
    values = {}
    for text in split_list(texts):
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(
                f"'{text}' sets nothing", where="set", allowed="Write it like net_cortex.Km=400"
            )
        full_name = _parameter_name(name, composed)
        if full_name == BODY_WEIGHT:
            kg = number.removesuffix("kg").strip()
            raise InputError(
                "doses are divided by the body weight when they are read",
                where=f"set {name}",
                do=f'Use --weight "{kg} kg"',
            )
        if full_name in values:
            raise InputError(f"'{full_name}' is set twice", where="set", do="Give one value")
        values[full_name] = _parse_number(number, full_name, composed.parameters[full_name])
    return values


def check_possible(values: Mapping[str, float], composed: ComposedModel) -> None:
    """Refuse values that no subject and no drug can have.

    Raises
    ------
    InputError
        If a fraction is outside 0 to 1, or a value with a unit is not above 0 (0 is allowed where
        the library's range contains it), or a pure number is below 0 that the library keeps above.
    """
    for name, value in values.items():
        if allowed := _allowed(name, value, composed.parameters[name]):
            raise InputError(f"{name} is {value:.6g}", where="set", allowed=allowed)


def unused_phenotypes(
    varied: Mapping[str, float], values: Mapping[str, float], composed: ComposedModel
) -> tuple[str, ...]:
    """A remark for each enzyme that is varied and clears no drug of the model."""
    remarks = []
    for name in varied:
        enzyme = name.removeprefix(_ACTIVITY_PREFIX)
        shares = [f"{drug}.share_{enzyme}" for drug in composed.drugs]
        known = {
            share: composed.parameters[share].value
            for share in shares
            if share in composed.parameters
        }
        if not any(values.get(share, value) > 0 for share, value in known.items()):
            where = {"rat": "in the rat", "human": "in people"}[composed.scenario.species]
            remarks.append(
                f"No drug of this model is cleared by {enzyme} {where}: "
                "its phenotype changes nothing"
            )
    return tuple(remarks)


def range_warning(name: str, value: float, constant: Constant) -> str:
    """A remark on a value outside the range of the library; empty inside it."""
    if not (value < constant.low or value > constant.high):
        return ""
    limits = f"{format_number(constant.low)} to {format_number(constant.high)}"
    return f"{name} is {format_number(value)}, outside the plausible range {limits}"


def _activity(word: str, enzyme: str) -> float:
    if word.lower() in ACTIVITY:
        return ACTIVITY[word.lower()]
    activity = parse_number(word)
    if activity is None:
        raise UnknownNameError.among("phenotype", word, ACTIVITY, where=enzyme)
    if not (math.isfinite(activity) and activity >= 0):
        raise InputError(f"the activity is {word}", where=enzyme, allowed="0 or more")
    return activity


def _parameter_name(name: str, composed: ComposedModel) -> str:
    """The full name of a parameter; its symbol alone is enough where only one component has it."""
    parameters = composed.parameters
    if name in parameters:
        return name
    same = [full for full in parameters if full.rpartition(".")[2] == name]
    if len(same) == 1:
        return same[0]
    if same:
        raise InputError(
            f"'{name}' is a parameter of several components",
            where="set",
            do=f"Name one of them: {', '.join(same[:12])}",
        )
    if name in composed.quantities or _wire(name, composed):
        raise InputError(
            f"'{name}' {_why_not_settable(name, composed)}",
            where="set",
            do=_alternative(name, composed),
        )
    raise UnknownNameError.among("parameter", name, parameters, where=composed.name)


def _why_not_settable(name: str, composed: ComposedModel) -> str:
    """Why a quantity of the model cannot be set."""
    if wire := _wire(name, composed):
        return f"is wired to {wire} and cannot be set by itself"
    return "is part of a dose" if _is_dosing(name, composed) else "is computed and cannot be set"


def _alternative(name: str, composed: ComposedModel) -> str:
    if _is_dosing(name, composed):
        return "Use --dose, --every, --doses, --start or --dose-event"
    if (wire := _wire(name, composed)) in composed.parameters:
        return f"Set {wire}"
    return f"Set a parameter; `tricyclic model simulate {composed.name} --list` lists them"


def _is_dosing(name: str, composed: ComposedModel) -> bool:
    return name in composed.quantities and composed.quantities[name].kind == "dosing"


def _wire(name: str, composed: ComposedModel) -> str:
    """The quantity that feeds a port of a component; empty where it is none."""
    component, _, symbol = name.partition(".")
    return next(
        (
            one.wires.get(symbol, "")
            for one in composed.scenario.components
            if one.name == component
        ),
        "",
    )


def _parse_number(text: str, name: str, constant: Constant) -> float:
    match = _NUMBER.fullmatch(text)
    unit = model_unit(constant.unit).label
    if not match or match[2].strip() not in ("", constant.unit, unit):
        raise InputError(
            f"'{text}' is not a value",
            where=f"set {name}",
            allowed=f"A number{f' in {unit}' if unit else ''}",
        )
    return float(match[1])


def _allowed(name: str, value: float, constant: Constant) -> str:
    """What would be allowed; empty where the value is."""
    if not math.isfinite(value):
        return "A finite number"
    zero_allowed = constant.low <= 0 or constant.value == 0
    if constant.unit not in ("dimensionless", "identifier"):
        if value < 0 or (value == 0 and not zero_allowed):
            unit = model_unit(constant.unit).label
            limit = "0 or more" if zero_allowed else "above 0"
            return f"It is {limit}{f', in {unit}' if unit else ''}"
        return ""
    if _is_fraction(name.rpartition(".")[2], constant):
        return "" if 0 <= value <= 1 else "A fraction is 0 to 1"
    return "It is 0 or more" if value < 0 <= constant.low else ""


def _is_fraction(symbol: str, constant: Constant) -> bool:
    if _FRACTION_NAME.fullmatch(symbol):
        return not constant.value > 1
    described = _FRACTION_WORD.search(constant.description)
    return bool(described) and constant.low >= 0 and constant.high <= 1
