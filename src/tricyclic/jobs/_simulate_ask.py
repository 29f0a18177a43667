"""What is asked of a scenario, made ready to run: drugs, regimens, horizon, changed values, what to watch.

The fields of `Dosing` are shared by the jobs that simulate; `ask` turns them into an Asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.scenario import SPECIES, Watch
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs._job import asked

if TYPE_CHECKING:
    from tricyclic.core.dosing import Regimen
    from tricyclic.core.drug import Drug
    from tricyclic.core.mechanism import Mechanism
    from tricyclic.core.scenario import Scenario
    from tricyclic.simulation.model import Composed

DEFAULT_H = 24.0
FOREVER_H = 1e7
LONGEST_H = 24.0 * 366
MOST_DOSES = 2000
WEIGHT = "subject.body_weight"


@dataclass(frozen=True)
class Dosing:
    """Who gets what: a scenario, a drug by a regimen, and what else is given or changed."""

    scenario: str = asked(
        "Name of the scenario, or a .toml or SBML (.xml) file of your own; see: tricyclic scenarios",
        place=True,
    )
    drug: str = asked("Drug that is given; see: tricyclic drugs", default="")
    dose: str = asked(
        'One dose, with its unit: "10 mg/kg", "37 umol/kg", "1 uM" for a bath or probe', default=""
    )
    rate: str = asked('Rate of a pump: "15 mg/kg/d"', default="")
    route: str = asked(
        "Route: ip, sc, po, iv, pump, probe_cortex, bath, … as the scenario has them", default=""
    )
    every: str = asked('Interval between doses: "12h"', default="")
    doses: int | None = asked(
        "How many doses; until the end of the treatment where left out", default=None
    )
    start: str = asked("Time of the first dose", default="0 h")
    duration: str = asked(
        "How long a pump, probe or bath gives; until the end where left out", default=""
    )
    days: float | None = asked("Days of treatment, which are simulated", default=None)
    hours: float | None = asked("The same in hours", default=None)
    washout: str = asked('Time simulated after the treatment: "2 d"', default="")
    antagonist: tuple[str, ...] = asked(
        'A second ligand, at its usual dose and the same start, or as "idazoxan 1 mg/kg sc at 24 h"',
        default=(),
    )
    with_: tuple[str, ...] = asked(
        'A further regimen: "BDNF 50 ng/mL bath from 48 h for 0.25 h", "NAME DOSE ROUTE every 12 h for 14 d"',
        default=(),
    )
    set: tuple[str, ...] = asked("A changed value: PART.symbol=number; see --list", default=())
    phenotype: tuple[str, ...] = asked(
        "CYP2C19 or CYP2D6 = poor, intermediate, extensive, ultrarapid, or a number", default=()
    )
    species: str = asked(
        "rat or human; the scenario's own where left out", default="", choices=SPECIES
    )
    weight: str = asked('Body weight, for doses that are not per kg: "80 kg"', default="")
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Asked:
    """A request that is ready to run.

    `values` are the changed parameters; `remarks` what a reader should know, in plain lines; `home` the species that the
    scenario is written and calibrated for. The horizon and the regimens are in the model's unit of time: `hours_per_time`
    says how long that is, nan where a user's own file does not declare it.
    """

    scenario: Scenario
    mechanisms: Mapping[str, Mechanism]
    composed: Composed
    regimens: tuple[Regimen, ...]
    horizon_h: float
    values: dict[str, float]
    remarks: tuple[str, ...]
    home: str = ""
    hours_per_time: float = 1.0


def in_hours_only(asked: Asked, verb: str) -> Asked:
    """The same, where times are hours: endpoints such as the mean of the last day are of no other unit.

    Raises
    ------
    InputError
        If a user's own file declares another unit of time, or none.
    """
    if math.isclose(asked.hours_per_time, 1.0, rel_tol=1e-9):
        return asked
    unit = (
        "not declared"
        if math.isnan(asked.hours_per_time)
        else f"{3600 * asked.hours_per_time:.6g} s"
    )
    raise InputError(
        f"its unit of time is {unit}",
        where=asked.scenario.name,
        allowed=f"{verb} takes models of your own in hours only",
        do="Write the file in hours, or ask simulate",
    )


def ask(request: Dosing) -> Asked:
    """Read the library, compose the scenario with its drugs and regimens, and check what was asked."""
    from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
    from tricyclic.jobs._simulate_own import ask_own, is_own
    from tricyclic.jobs._simulate_values import (
        beyond,
        check_possible,
        phenotypes,
        values_of,
        without_effect,
    )
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.dosing import within

    if is_own(request.scenario):
        return ask_own(request)
    folder = request.folder or None
    chosen = scenario(request.scenario, folder=folder)
    home = chosen.species
    if request.species:
        chosen = replace(chosen, species=request.species)  # type: ignore[arg-type]
    known, parts = drugs(folder), mechanisms(folder)
    weight = _weight(request, chosen, parts)
    regimens, horizon = _regimens(request, chosen, known, weight)
    within(regimens, horizon)
    doses = sum(regimen.n for regimen in regimens)
    if doses > MOST_DOSES:
        raise InputError(f"asks for {doses} doses", allowed=f"At most {MOST_DOSES}")
    composed = compose(chosen, parts, known, regimens)
    varied = phenotypes(request.phenotype, composed)
    values = {**varied, **values_of(request.set, composed)}
    check_possible(values, composed)
    if request.weight and weight is not None and WEIGHT in composed.parameters:
        values[WEIGHT] = weight
    usual = request.drug and not (request.dose or request.rate)
    remarks = [
        f"{regimens[0].says}: usual dose of the drug's table" if usual else "",
        *without_effect(varied, values, composed),
        *_foreign(chosen, home),
        *(beyond(name, value, composed.parameters[name]) for name, value in values.items()),
    ]
    told = tuple(remark for remark in remarks if remark)
    return Asked(chosen, parts, composed, regimens, horizon, values, told, home)


def _foreign(scenario: Scenario, home: str) -> tuple[str, ...]:
    """A remark where a scenario is asked for a species that it is not written for."""
    if scenario.species == home:
        return ()
    names = {"rat": "the rat", "human": "people"}
    return (
        f"{scenario.name} is written for {names[home]}: the drugs' kinetics are those of {names[scenario.species]}, all else is not",
    )


def watches_of(asked: Asked, wanted: Sequence[str]) -> tuple[Watch, ...]:
    """The watches that were asked for, or all that this model holds; any quantity may be watched.

    Raises
    ------
    UnknownNameError
        If a name is neither a watch nor a quantity.
    """
    composed, own = asked.composed, {watch.name: watch for watch in asked.scenario.watches}
    if not wanted:
        return tuple(watch for watch in own.values() if _is_there(watch, composed))
    found = []
    for name in split(wanted):
        if name in own:
            composed.quantity(own[name].quantity)
            found.append(own[name])
        elif name in composed.quantities:
            item = composed.quantities[name]
            relative = item.kind in ("state", "species", "computed")
            found.append(Watch(name, name, item.unit, _says(name, item.says, composed), relative))
        else:
            raise UnknownNameError.among(
                "watch", name, [*own, *composed.quantities], where=composed.name
            )
    return tuple(dict.fromkeys(found))


def split(texts: Iterable[str] | str) -> list[str]:
    """Parts of texts that may hold several, parted by commas."""
    given = [texts] if isinstance(texts, str) else texts
    return [part.strip() for text in given for part in text.split(",") if part.strip()]


def _says(name: str, says: str, composed: Composed) -> str:
    """What a quantity is; "drug in plasma" by the name of the drug."""
    part = name.partition(".")[0]
    drug = next(
        (drug for drug in composed.drugs if part == drug or part.startswith(f"{drug}_")), ""
    )
    if not drug:
        return says
    return says.replace("drug", drug, 1) if "drug" in says.split() else f"{drug}, {says}"


def _is_there(watch: Watch, composed: Composed) -> bool:
    """Whether the model holds a watch; what a drug that is not given would show is left out, an unknown name is told."""
    if watch.quantity in composed.quantities:
        return True
    part = watch.quantity.partition(".")[0]
    own = {one.name for one in composed.scenario.parts} | {
        site.name for site in composed.scenario.sites
    }
    if part in own:
        composed.quantity(watch.quantity)
    return False


def _regimens(
    request: Dosing, scenario: Scenario, drugs: Mapping[str, Drug], weight_kg: float | None
) -> tuple[tuple[Regimen, ...], float]:
    """All regimens and the end of the simulation [h]."""
    from tricyclic.simulation.dosing import hours, regimen, regimen_of

    if request.days is not None and request.hours is not None:
        raise InputError("both days and hours are stated", do="State one of them")
    washout = hours(request.washout, where="washout") if request.washout else 0.0
    start = hours(request.start, where="start")
    if request.dose and request.rate:
        raise InputError("both a dose and a rate are stated", do="State one of them")
    if not request.drug:
        for name in ("dose", "rate", "route", "every", "doses", "duration"):
            if getattr(request, name):
                raise InputError("is stated, and no drug is named", where=name, do="Add --drug")
    route = request.route or ("pump" if request.rate and "pump" in scenario.routes else "")
    texts = [
        (text, 0.0)
        for several in _several(request.with_)
        for text in several.split(";")
        if text.strip()
    ]
    texts += [(text, start) for text in _several(request.antagonist)]

    def all_until(until_h: float) -> list[Regimen]:
        found = []
        if request.drug:
            found.append(
                regimen(
                    request.drug,
                    scenario,
                    drugs,
                    dose=request.dose or request.rate,
                    route=route,
                    start=start,
                    every=request.every,
                    n=request.doses,
                    duration=request.duration,
                    until_h=until_h,
                    weight_kg=weight_kg,
                )
            )
        for text, when in texts:
            found.append(
                regimen_of(text, scenario, drugs, start=when, until_h=until_h, weight_kg=weight_kg)
            )
        return found

    if request.days is not None or request.hours is not None:
        treated = request.days * 24 if request.days is not None else float(request.hours or 0.0)
        if not (math.isfinite(treated) and treated > 0):
            raise InputError(f"the time to simulate is {treated:g} h", allowed="It is above 0")
    else:
        # What lasts until the end is seen by asking for an end that is out of reach.
        ends = [_end(given) for given in all_until(FOREVER_H)]
        treated = max(ends, default=DEFAULT_H)
    if treated + washout > LONGEST_H:
        raise InputError(
            f"asks for {(treated + washout) / 24:g} days", allowed=f"At most {LONGEST_H / 24:g}"
        )
    return tuple(all_until(treated)), treated + washout


def _end(given: Regimen) -> float:
    """When a run that nothing else ends may stop: with a sustained dose, or a day or an interval after the last bolus; of what has no end, a day and two doses."""
    from tricyclic.core.dosing import is_sustained

    if given.last_h >= FOREVER_H / 2:
        return given.start_h + max(DEFAULT_H, 2 * given.every_h)
    return (
        given.last_h if is_sustained(given.route) else given.last_h + (given.every_h or DEFAULT_H)
    )


def _several(texts: tuple[str, ...] | str) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts


def _weight(
    request: Dosing, scenario: Scenario, mechanisms: Mapping[str, Mechanism]
) -> float | None:
    if request.weight:
        match = re.fullmatch(r"\s*([\d.eE+-]+)\s*(kg|g)?\s*", str(request.weight))
        try:
            value = float(match[1]) * (1e-3 if match[2] == "g" else 1.0) if match else math.nan
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            raise InputError(
                f"'{request.weight}' is no weight", where="weight", allowed='Write it like "80 kg"'
            )
        return value
    if scenario.species != "human":
        # A dose for a whole rat is more often a missing "/kg" than meant.
        return None
    rows = mechanisms["subject"].constants if "subject" in mechanisms else ()
    return next(
        (row.value for row in rows if row.name == "body_weight" and row.holds_for == "human"), None
    )


def unit_says(unit: str) -> str:
    """A unit of the models as people read it."""
    return MODEL_UNITS[unit].says if unit in MODEL_UNITS else unit
