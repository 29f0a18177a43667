"""From what a request sets to values of parameters: phenotypes and single values, refused where no animal could have them.

What is possible but outside the range of the library becomes a remark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tricyclic.core.format import figures
from tricyclic.core.model_unit import model_unit
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs._simulate_ask import WEIGHT, split

if TYPE_CHECKING:
    from tricyclic.core.constant import Constant
    from tricyclic.simulation.model import Composed

ACTIVITY = {
    "poor": 0.0,
    "intermediate": 0.5,
    "extensive": 1.0,
    "normal": 1.0,
    "rapid": 1.5,
    "ultrarapid": 2.0,
}
ENZYMES = ("CYP2C19", "CYP2D6")
_ACTIVITY_OF = "subject.activity_"
# Names of shares, as the drugs and mechanisms write them; other shares say so in words.
_SHARE = re.compile(r"fu(_\w+)?|F(_\w+)?|share_\w+|\w+_share|\w+_to_\w+")
_SAYS_SHARE = re.compile(r"\b(share|fraction)\b")


def phenotypes(texts: tuple[str, ...] | str, composed: Composed) -> dict[str, float]:
    """The activity of each enzyme that "CYP2D6=poor" names, by the parameter that holds it.

    Raises
    ------
    UnknownNameError
        If the enzyme or the phenotype is not known.
    InputError
        If the model has no enzymes, or an activity is below 0.
    """
    found = {}
    for text in split(texts):
        enzyme, equals, word = (part.strip() for part in text.partition("="))
        if enzyme.upper() not in ENZYMES or not equals:
            raise UnknownNameError.among("enzyme", enzyme, ENZYMES, where=f"phenotype '{text}'")
        name = f"{_ACTIVITY_OF}{enzyme.upper()}"
        if name not in composed.parameters:
            raise InputError("has no enzymes to vary", where=f"phenotype '{text}', {composed.name}")
        if word.lower() in ACTIVITY:
            found[name] = ACTIVITY[word.lower()]
            continue
        try:
            found[name] = float(word)
        except ValueError:
            raise UnknownNameError.among("phenotype", word, ACTIVITY, where=enzyme) from None
        if not (math.isfinite(found[name]) and found[name] >= 0):
            raise InputError(f"the activity is {word}", where=enzyme, allowed="0 or more")
    return found


def values_of(texts: tuple[str, ...] | str, composed: Composed) -> dict[str, float]:
    """The value of each parameter that "net_cortex.Km=400" sets, by its full name.

    Raises
    ------
    UnknownNameError
        If there is no such parameter; the nearest are suggested.
    InputError
        If it cannot be set, or the value is no number.
    """
    found = {}
    for text in split(texts):
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(
                f"'{text}' sets nothing", where="set", allowed="Write it like net_cortex.Km=400"
            )
        full = _parameter(name, composed)
        if full == WEIGHT:
            raise InputError(
                "doses are divided by it when they are read",
                where=f"set {name}",
                do=f'State --weight "{number.removesuffix("kg").strip()} kg"',
            )
        found[full] = _number(number, composed.parameters[full])
    return found


def _parameter(name: str, composed: Composed) -> str:
    """The full name of a parameter; its symbol alone is enough where only one part has it."""
    parameters = composed.parameters
    if name in parameters:
        return name
    same = [full for full in parameters if full.rpartition(".")[2] == name]
    if len(same) == 1:
        return same[0]
    if same:
        raise InputError(
            f"'{name}' is a parameter of several parts",
            where="set",
            do=f"Name one of them: {', '.join(same[:12])}",
        )
    if name in composed.quantities or _wire(name, composed):
        raise InputError(
            f"'{name}' {_not_set(name, composed)}", where="set", do=_instead(name, composed)
        )
    raise UnknownNameError.among("parameter", name, parameters, where=composed.name)


def _not_set(name: str, composed: Composed) -> str:
    """Why a quantity that is there cannot be set."""
    if wire := _wire(name, composed):
        return f"is wired to {wire} and cannot be set by itself"
    return "is part of a dose" if _is_dosing(name, composed) else "is computed and cannot be set"


def _instead(name: str, composed: Composed) -> str:
    if _is_dosing(name, composed):
        return "Use --dose, --every, --doses, --start, or the words of the regimen"
    if (wire := _wire(name, composed)) in composed.parameters:
        return f"Set {wire}"
    return f"Set a parameter; `tricyclic simulate {composed.name} --list` names them"


def _is_dosing(name: str, composed: Composed) -> bool:
    return name in composed.quantities and composed.quantities[name].kind == "dosing"


def _wire(name: str, composed: Composed) -> str:
    """What a port of a part is fed by; empty where it is none."""
    part, _, symbol = name.partition(".")
    return next(
        (one.wires.get(symbol, "") for one in composed.scenario.parts if one.name == part), ""
    )


def _number(text: str, constant: Constant) -> float:
    match = re.fullmatch(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", text)
    says = model_unit(constant.unit).says
    if not match or match[2].strip() not in ("", constant.unit, says):
        raise InputError(
            f"'{text}' is no value",
            where=f"set {constant.name}",
            allowed=f"A number{f' in {says}' if says else ''}",
        )
    return float(match[1])


def check_possible(values: Mapping[str, float], composed: Composed) -> None:
    """Refuse what no animal and no drug could have.

    Raises
    ------
    InputError
        If a share is outside 0 to 1, or anything that has a unit is not above 0 (0 is allowed where the library's range holds it), or a
        pure number is below 0 that the library keeps above.
    """
    for name, value in values.items():
        constant = composed.parameters[name]
        if allowed := _allowed(name, value, constant):
            raise InputError(f"{name} is {value:.6g}", where="set", allowed=allowed)


def _allowed(name: str, value: float, constant: Constant) -> str:
    """What would be allowed; empty where the value is."""
    if not math.isfinite(value):
        return "A finite number"
    zero = constant.low <= 0 or constant.value == 0
    if constant.unit not in ("dimensionless", "identifier"):
        if value < 0 or (value == 0 and not zero):
            says = model_unit(constant.unit).says
            return f"It is {'0 or more' if zero else 'above 0'}{f', in {says}' if says else ''}"
        return ""
    if _is_share(name.rpartition(".")[2], constant):
        return "" if 0 <= value <= 1 else "A share is 0 to 1"
    return "It is 0 or more" if value < 0 <= constant.low else ""


def _is_share(symbol: str, constant: Constant) -> bool:
    if _SHARE.fullmatch(symbol):
        return not constant.value > 1
    return bool(_SAYS_SHARE.search(constant.says)) and constant.low >= 0 and constant.high <= 1


def without_effect(
    varied: Mapping[str, float], values: Mapping[str, float], composed: Composed
) -> tuple[str, ...]:
    """A remark for each enzyme that is varied and clears no drug of the model."""
    found = []
    for name in varied:
        enzyme = name.removeprefix(_ACTIVITY_OF)
        shares = [f"{drug}.share_{enzyme}" for drug in composed.drugs]
        known = {
            share: composed.parameters[share].value
            for share in shares
            if share in composed.parameters
        }
        if not any(values.get(share, value) > 0 for share, value in known.items()):
            who = {"rat": "in the rat", "human": "in people"}[composed.scenario.species]
            found.append(
                f"No drug of this model is cleared by {enzyme} {who}: its phenotype changes nothing"
            )
    return tuple(found)


def beyond(name: str, value: float, constant: Constant) -> str:
    """A remark on a value outside the range of the library; empty inside it."""
    if not (value < constant.low or value > constant.high):
        return ""
    return f"{name} is {figures(value)}, outside the range {figures(constant.low)} to {figures(constant.high)} held possible"
