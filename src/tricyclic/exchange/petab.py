"""From a scenario and its observations to a PEtab v2 problem: the calibration as other programs read it.

The model comes without doses: they are conditions that set a rate or add to a depot, at times that an experiment lists after a
pre-equilibration. What an observation is relative to is stored in parameters of the model that conditions set: the level at
rest, the level at the start of a window, the same measure in another arm, which then comes first. A mean is a state that is
switched on where its window begins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.observation import REST, Observation
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.exchange.petab_tables import problem_yaml, readme, table
from tricyclic.ode.base import HORIZON
from tricyclic.ode.solver import sbml_of
from tricyclic.sbml.document import with_notes
from tricyclic.simulation.antimony import flat
from tricyclic.simulation.calibration.parameters import priors_of
from tricyclic.simulation.calibration.predict import (
    factor_of,
    quantities_of,
    route_parameters,
    window_of,
)
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import regimens_of
from tricyclic.simulation.model import Composed, Dose
from tricyclic.simulation.run import Bench

# Between an arm that others are relative to and the arm itself, in one animal: long enough to be at rest again.
GAP = HORIZON
EXTREMES = ("peak", "trough", "closest")
_OF_DOSES = re.compile(
    r"  (?:\w+_dose\d+__(?:dose|first|every|n|given|lasts)|subject__dosing)\b|  \w+: at \("
)
_RATE = re.compile(r"(  \w+_dose\d+__rate) = .*")


@dataclass(frozen=True)
class PetabProblem:
    """The files of one problem by name, the observations that it holds, and those that it cannot hold, with the reason."""

    name: str
    files: Mapping[str, str]
    held: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass
class _Writing:
    """What the tables will hold, while it grows."""

    composed: Composed
    doses: Mapping[tuple[str, str], Dose]
    extra: dict[str, str] = field(default_factory=dict)
    observables: dict[str, tuple[str, str]] = field(default_factory=dict)
    conditions: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)
    experiments: dict[tuple[tuple[float, str], ...], str] = field(default_factory=dict)
    measurements: list[tuple[object, ...]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def stored(self, prefix: str, name: str) -> str:
        """A parameter that conditions set to a value of a quantity."""
        item = self.composed.quantity(name)
        stored = f"{prefix}_{item.id}"
        self.extra[stored] = f"  var {stored}\n  {stored} = 1\n  {stored} has {item.unit}"
        return stored

    def mean(self, name: str) -> tuple[str, str]:
        """A state that is the mean of a quantity over a window, and the parameter that opens the window."""
        item = self.composed.quantity(name)
        mean, gate = f"mean_of_{item.id}", f"open_{item.id}"
        self.extra[mean] = (
            f"  var {gate}\n  {gate} = 0\n  {gate} has per_h\n  {mean} has {item.unit}\n"
            f"  {mean}' = {gate} * {item.id}\n  {mean} = 0"
        )
        return mean, gate


def petab_problem(
    scenario: Scenario,
    observations: Sequence[Observation],
    mechanisms: Mapping[str, Mechanism],
    drugs: Mapping[str, Drug],
) -> PetabProblem:
    """Write the calibration of one scenario as a PEtab v2 problem.

    Parameters
    ----------
    scenario : Scenario
    observations : sequence of Observation
        Those of other scenarios are passed over.
    mechanisms, drugs : mapping by name

    Returns
    -------
    PetabProblem
        problem.yaml, model.xml, the six tables and README.md.

    Raises
    ------
    InputError
        If PEtab can hold none of the observations; says why of each.
    """
    own = [item for item in observations if item.scenario == scenario.name]
    left_out = [(item.id, reason) for item in own if (reason := _reason(item))]
    kept = [item for item in own if is_said(item)]
    if not kept:
        raise InputError(
            f"has no observation that PEtab can hold ({'; '.join(f'{name}: {why}' for name, why in left_out) or 'it has none'})",
            where=scenario.name,
        )
    arms = {
        text: regimens_of(text, scenario, drugs)
        for item in kept
        for text in (item.regimens, *_reference(item))
    }
    ways = dict.fromkeys((given.drug, given.route) for arm in arms.values() for given in arm)
    plain = [
        Regimen(drug, route, 1.0, duration_h=1.0 if is_sustained(route) else 0.0)
        for drug, route in ways
    ]
    composed = compose(scenario, mechanisms, drugs, plain)
    writing = _Writing(composed, dict(zip(ways, composed.doses, strict=True)))
    for item in kept:
        benches = {
            text: Bench(compose(scenario, mechanisms, drugs, arms[text]))
            for text in (item.regimens, *_reference(item))
            if item.measure in EXTREMES
        }
        _write(item, writing, arms, benches)
    return PetabProblem(
        scenario.name,
        _files(scenario, writing, left_out),
        tuple(item.id for item in kept),
        tuple(left_out),
    )


def is_said(item: Observation) -> bool:
    """Whether PEtab can hold an observation."""
    return not _reason(item)


def _reason(item: Observation) -> str:
    """Why PEtab cannot hold an observation; empty where it can."""
    if not item.fitted:
        return "is shown beside what it conflicts with, and no calibration is held to it"
    if item.relation != "is":
        return "is a limit, and PEtab has no inequalities"
    if "|" in item.reference:
        return "is relative to two other arms"
    if " / " in item.quantity and item.measure != "at":
        return "is a ratio of two quantities that each have a time of their own"
    return ""


def _reference(item: Observation) -> tuple[str, ...]:
    return () if item.reference in ("", REST) else (item.reference,)


def _write(
    item: Observation,
    writing: _Writing,
    arms: Mapping[str, Sequence[Regimen]],
    benches: Mapping[str, Bench],
) -> None:
    """Put one observation into the tables: its observable, its experiment, its measurement."""
    composed = writing.composed
    names = quantities_of(item, composed)
    changes: dict[float, dict[str, str]] = {}
    factor = f"{100.0 if item.unit == '%' else 1.0!r} * "
    rest = item.measure == "recovery" or item.reference == REST
    marks = {name: writing.stored("rest_of", name) for name in names} if rest else {}
    changes[0.0] = {mark: composed.quantity(name).id for name, mark in marks.items()}
    start = 0.0
    formula = ""
    for other in _reference(item):
        _dosed(writing, changes, arms[other], 0.0)
        told, at = _measured(item, names[0], writing, changes, 0.0, marks, benches.get(other))
        stored = writing.stored("reference_of", names[0])
        changes.setdefault(at, {})[stored] = told
        start, formula = GAP, f" / {stored}"
    _dosed(writing, changes, arms[item.regimens], start)
    parts, at = [], 0.0
    for name in names:
        told, at = _measured(item, name, writing, changes, start, marks, benches.get(item.regimens))
        scaled = told if _reference(item) else f"{factor_of(item, name, composed)!r} * {told}"
        relative = item.reference == REST and item.measure != "recovery"
        parts.append(f"{scaled} / {marks[name]}" if relative else scaled)
    formula = factor + " / ".join(f"({part})" for part in parts) + formula
    formula = formula.replace("1.0 * ", "")
    observable = writing.observables.setdefault(
        formula,
        (
            f"observed_{len(writing.observables) + 1}",
            f"{item.quantity}, {item.measure} [{item.unit}]",
        ),
    )[0]
    periods = tuple(
        (
            time,
            writing.conditions.setdefault(key, f"change_{len(writing.conditions) + 1}")
            if key
            else "",
        )
        for time, key in sorted(
            (time, tuple(sorted(rows.items()))) for time, rows in changes.items()
        )
    )
    experiment = writing.experiments.setdefault(periods, f"experiment_{item.id}")
    writing.measurements.append((observable, experiment, item.value, at, item.sd_log, item.id))


def _measured(
    item: Observation,
    name: str,
    writing: _Writing,
    changes: dict[float, dict[str, str]],
    start: float,
    marks: Mapping[str, str],
    bench: Bench | None,
) -> tuple[str, float]:
    """The formula of a measure, and the time at which it is taken; what it needs before that becomes changes."""
    identifier = writing.composed.quantity(name).id
    first, last = start + item.from_h, start + item.to_h
    if item.measure in EXTREMES:
        assert bench is not None
        at = _time_of(item, name, bench)
        writing.remarks.append(
            f"{item.id}: its {'closest value' if item.measure == 'closest' else item.measure} between {item.from_h:g} and "
            f"{item.to_h:g} h is taken at {at:g} h, where the nominal values put it."
        )
        return identifier, start + at
    if item.measure in ("mean", "auc"):
        mean, gate = writing.mean(name)
        hours = item.to_h - item.from_h
        changes.setdefault(first, {}).update({mean: "0", gate: repr(1.0 / hours)})
        return (f"{hours!r} * {mean}" if item.measure == "auc" else mean), last
    if item.measure in ("rise", "recovery"):
        mark = writing.stored("start_of", name)
        changes.setdefault(first, {})[mark] = identifier
        if item.measure == "rise":
            return f"({identifier} - {mark})", last
        left = f"({identifier} - {marks[name]}) / ({mark} - {marks[name]})"
        return f"{math.log(2.0) * (item.to_h - item.from_h)!r} / (-ln({left}))", last
    return identifier, last


def _time_of(item: Observation, name: str, bench: Bench) -> float:
    """When the nominal values reach the peak, the trough or the stated value, on the grid of the measure."""
    window = window_of(item)
    course = bench.run(window, [name])[:, 0]
    if item.measure == "closest":
        rest = bench.rest_of([name])[0] if item.reference == REST else 1.0
        goal = item.target / (100.0 if item.unit == "%" else 1.0)
        return float(window[np.argmin(np.abs(np.log(np.maximum(course / rest, 1e-6) / goal)))])
    return float(window[np.argmax(course) if item.measure == "peak" else np.argmin(course)])


def _dosed(
    writing: _Writing, changes: dict[float, dict[str, str]], arm: Sequence[Regimen], start: float
) -> None:
    """Add what an arm is given: a bolus adds to its depot, a pump, bath or probe sets its rate."""
    rates: dict[str, list[tuple[float, float]]] = {}
    boluses: dict[tuple[float, str], float] = {}
    for regimen in arm:
        fed = flat(writing.doses[regimen.drug, regimen.route].feeds)
        for k in range(regimen.n):
            time = start + regimen.start_h + k * regimen.every_h
            if is_sustained(regimen.route):
                rates.setdefault(fed, []).extend(
                    [(time, regimen.amount), (time + regimen.duration_h, -regimen.amount)]
                )
            else:
                boluses[time, fed] = boluses.get((time, fed), 0.0) + regimen.amount
    for (time, fed), amount in boluses.items():
        changes.setdefault(time, {})[fed] = f"{fed} + {amount!r}"
    for fed, steps in rates.items():
        for time in sorted({time for time, _ in steps}):
            rate = sum(amount for when, amount in steps if when <= time)
            changes.setdefault(time, {})[fed] = repr(rate if abs(rate) > 1e-12 else 0.0)


def _files(
    scenario: Scenario, writing: _Writing, left_out: Sequence[tuple[str, str]]
) -> dict[str, str]:
    composed = writing.composed
    copies = {name: quantity for quantity, name in route_parameters(composed).items()}
    priors = priors_of([composed])
    remarks = list(writing.remarks)
    parameters = []
    for prior in priors:
        quantity = copies.get(prior.name, prior.name)
        middle, sd = prior.middle_and_sd
        log = prior.scale == "log"
        if prior.scale == "logit":
            middle, sd = prior.start, (prior.high - prior.low) / 3.92
            remarks.append(
                f"{prior.name}: its prior is normal on the logit scale, which PEtab lacks; a normal of the same width stands for it."
            )
        parameters.append(
            (
                flat(quantity),
                prior.name,
                prior.low,
                prior.high,
                prior.start,
                "true",
                "log-normal" if log else "normal",
                f"{middle!r};{sd!r}",
            )
        )
    name = scenario.name
    return {
        "problem.yaml": problem_yaml(name),
        "model.xml": _model(writing),
        "parameters.tsv": table(
            "parameterId parameterName lowerBound upperBound nominalValue estimate priorDistribution priorParameters",
            parameters,
        ),
        "observables.tsv": table(
            "observableId observableName observableFormula noiseFormula noiseDistribution noisePlaceholders",
            [
                (k, says, formula, f"noise_of_{k}", "log-normal", f"noise_of_{k}")
                for formula, (k, says) in writing.observables.items()
            ],
        ),
        "conditions.tsv": table(
            "conditionId targetId targetValue",
            [
                (k, target, value)
                for rows, k in writing.conditions.items()
                for target, value in rows
            ],
        ),
        "experiments.tsv": table(
            "experimentId time conditionId",
            [
                (k, time, change)
                for periods, k in writing.experiments.items()
                for time, change in (("-inf", ""), *periods)
            ],
        ),
        "measurements.tsv": table(
            "observableId experimentId measurement time noiseParameters datasetId",
            writing.measurements,
        ),
        "README.md": readme(scenario, [row[-1] for row in writing.measurements], left_out, remarks),
    }


def _model(writing: _Writing) -> str:
    """The drug-free model as SBML, with what the conditions set."""
    composed = writing.composed
    lines = [line for line in composed.text.splitlines() if not _OF_DOSES.match(line)]
    body, end, _ = "\n".join(_RATE.sub(r"\1 = 0", line) for line in lines).rpartition("\nend")
    varied = [f"  var {flat(dose.feeds)}" for dose in composed.doses if dose.sustained]
    text = (
        "\n".join([body, "", "  // what conditions set", *varied, *writing.extra.values()])
        + end
        + "\n"
    )
    says = [composed.scenario.title, " ".join(composed.scenario.says.split())]
    says.append(
        "Without doses: the conditions of the PEtab problem give them. Time is in hours, concentrations are in nM."
    )
    return with_notes(sbml_of(text, composed.name), {composed.name: "\n".join(says)})
