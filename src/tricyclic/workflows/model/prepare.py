"""Prepares a run from its options: scenario, doses, horizon and changed values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.numerals import NUMBER
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dose_units import parse_hours
from tricyclic.simulation.dosing import build_dosing, check_within_horizon, parse_dosing
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.model.options import DosingOptions
from tricyclic.workflows.model.parameters import (
    BODY_WEIGHT,
    check_possible,
    parse_values,
    phenotypes,
    range_warning,
    unused_phenotypes,
)
from tricyclic.workflows.model.prepare_sbml import is_sbml_file, prepare_sbml_run
from tricyclic.workflows.model.prepared import PreparedRun

DEFAULT_HORIZON_H = 24.0
UNREACHABLE_H = 1e7
MAX_HORIZON_H = 24.0 * 366
MIN_HORIZON_H = 1e-6
MAX_DOSES = 2000
SPECIES_NAMES = {"rat": "the rat", "human": "people"}


def prepare_run(options: DosingOptions, library: Library) -> PreparedRun:
    """Compose the scenario with its drugs and doses, and check the options.

    Raises
    ------
    InputError
        If a name, dose, time or value is not possible; the message names it.
    """
    if is_sbml_file(options.scenario):
        return prepare_sbml_run(options)
    scenario = library.scenario(options.scenario)
    native_species = scenario.species
    if options.species:
        scenario = replace(scenario, species=options.species)  # type: ignore[arg-type]
    weight_kg = _body_weight_kg(options, scenario, library.mechanisms)
    dosing, horizon_h = _dosing(options, scenario, library.drugs, weight_kg)
    check_within_horizon(dosing, horizon_h)
    n_doses = sum(one.n_doses for one in dosing)
    if n_doses > MAX_DOSES:
        raise InputError(f"{n_doses} doses are given", allowed=f"At most {MAX_DOSES}")
    composed = compose(scenario, library.mechanisms, library.drugs, dosing)
    varied = phenotypes(options.phenotype, composed)
    values = {**varied, **parse_values(options.set, composed)}
    check_possible(values, composed)
    if options.weight and weight_kg is not None and BODY_WEIGHT in composed.parameters:
        values[BODY_WEIGHT] = weight_kg
    default_dose = options.drug and not (options.dose or options.rate)
    remarks = [
        f"{dosing[0].description}: default dose of the drug's table" if default_dose else "",
        *unused_phenotypes(varied, values, composed),
        *_other_species(scenario, native_species),
        *(range_warning(name, value, composed.parameters[name]) for name, value in values.items()),
    ]
    return PreparedRun(
        scenario,
        library.mechanisms,
        composed,
        dosing,
        horizon_h,
        values,
        tuple(remark for remark in remarks if remark),
        native_species,
    )


def _other_species(scenario: Scenario, native_species: str) -> tuple[str, ...]:
    """A remark where a scenario is used for a species that it was not written for."""
    if scenario.species == native_species:
        return ()
    own, other = SPECIES_NAMES[native_species], SPECIES_NAMES[scenario.species]
    return (
        (
            f"{scenario.name} is written for {own}: the drugs' kinetics are those of {other}, "
            "everything else is not"
        ),
    )


def _dosing(
    options: DosingOptions,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    weight_kg: float | None,
) -> tuple[tuple[Dosing, ...], float]:
    """All doses, and the end of the simulation [h]."""
    _check_dosing_options(options)
    washout_h = parse_hours(options.washout, where="washout") if options.washout else 0.0
    start_h = parse_hours(options.start, where="start")
    route = options.route or ("pump" if options.rate and "pump" in scenario.routes else "")
    texts = [(text, 0.0) for one in options.dose_event for text in one.split(";") if text.strip()]
    texts += [(text, start_h) for text in options.antagonist]

    def all_until(until_h: float) -> list[Dosing]:
        dosing = []
        if options.drug:
            dosing.append(
                build_dosing(
                    options.drug,
                    scenario,
                    drugs,
                    dose=options.dose or options.rate,
                    route=route,
                    start=start_h,
                    every=options.every,
                    n=options.doses,
                    duration=options.duration,
                    until_h=until_h,
                    weight_kg=weight_kg,
                )
            )
        dosing += [
            parse_dosing(text, scenario, drugs, start=when, until_h=until_h, weight_kg=weight_kg)
            for text, when in texts
        ]
        return dosing

    if options.days is not None or options.hours is not None:
        hours = options.days * 24 if options.days is not None else float(options.hours or 0.0)
        if not (math.isfinite(hours) and hours > 0):
            raise InputError(f"the time to simulate is {hours:g} h", allowed="It is above 0")
        if hours < MIN_HORIZON_H:
            raise InputError(
                f"the time to simulate is {hours:g} h", allowed=f"It is {MIN_HORIZON_H:g} h or more"
            )
    else:
        # A dose without an end is recognised by an end that it cannot reach.
        hours = max((_end_h(one) for one in all_until(UNREACHABLE_H)), default=DEFAULT_HORIZON_H)
    if hours + washout_h > MAX_HORIZON_H:
        raise InputError(
            f"{(hours + washout_h) / 24:g} days are to be simulated",
            allowed=f"At most {MAX_HORIZON_H / 24:g}",
        )
    return tuple(all_until(hours)), hours + washout_h


def _check_dosing_options(options: DosingOptions) -> None:
    """Refuse options that contradict each other."""
    if options.days is not None and options.hours is not None:
        raise InputError("both days and hours are given", do="Give one of them")
    if options.dose and options.rate:
        raise InputError("both a dose and a rate are given", do="Give one of them")
    if options.drug:
        return
    if not (options.antagonist or options.dose_event):
        refuse_without_effect(options, ("start",), "doses, and none is given")
    for name in ("dose", "rate", "route", "every", "doses", "duration"):
        if getattr(options, name):
            raise InputError("is given without a drug", where=name, do="Add --drug")


def _end_h(dosing: Dosing) -> float:
    """Default end of a run.

    The end of a sustained dose; a day or an interval after the last bolus; a day or two intervals
    of a dose without an end.
    """
    if dosing.last_h >= UNREACHABLE_H / 2:
        return dosing.start_h + max(DEFAULT_HORIZON_H, 2 * dosing.every_h)
    if is_sustained(dosing.route):
        return dosing.last_h
    return dosing.last_h + (dosing.every_h or DEFAULT_HORIZON_H)


def _body_weight_kg(
    options: DosingOptions, scenario: Scenario, mechanisms: Mapping[str, Mechanism]
) -> float | None:
    if options.weight:
        return _parse_weight_kg(options.weight)
    if scenario.species != "human":
        # A dose for a whole rat is more often a missing "/kg" than meant.
        return None
    rows = mechanisms["subject"].constants if "subject" in mechanisms else ()
    return next(
        (row.value for row in rows if row.name == "body_weight" and row.applies_to == "human"), None
    )


def _parse_weight_kg(text: str) -> float:
    match = re.fullmatch(rf"\s*({NUMBER})\s*(kg|g)?\s*", text)
    value = float(match[1]) * (1e-3 if match[2] == "g" else 1.0) if match else math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(
            f"'{text}' is not a weight", where="weight", allowed='Write it like "80 kg"'
        )
    return value
