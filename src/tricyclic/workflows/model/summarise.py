"""Reduces the runs of an ensemble to key numbers: observables, occupancies, exposures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import metabolite_names
from tricyclic.core.exposure import Exposure
from tricyclic.core.model_unit import unit_label
from tricyclic.core.scenario import Observable
from tricyclic.core.time_course import TimeCourse, are_equal
from tricyclic.results.simulation import (
    ExposureSummary,
    Interval,
    ObservableSummary,
    OccupancySummary,
    PotencyShift,
)
from tricyclic.simulation.endpoints import is_occupancy
from tricyclic.simulation.nca import analyse_exposure_of_doses, find_first_peak
from tricyclic.workflows.model.prepared import PreparedRun
from tricyclic.workflows.model.run_ensemble import EnsembleRuns

# A change below this share of the baseline counts as none.
UNCHANGED = 1e-3
# Concentrations below this [nM] count as none: a metabolite that is not formed, plasma beside a
# probe.
NO_DRUG_NM = 1e-6
BY_PROBE = " by the probe, free"


def occupancy_observables(
    prepared: PreparedRun, observables: Sequence[Observable]
) -> tuple[Observable, ...]:
    """The occupancies among the observables; of all binding sites where the scenario lists none."""
    listed = tuple(one for one in observables if is_occupancy(one))
    if listed or any(is_occupancy(one) for one in prepared.scenario.observables):
        return listed
    return tuple(
        Observable(site.name, f"{site.name}.occupancy", "dimensionless", site.description)
        for site in prepared.scenario.binding_sites
    )


def drug_compartments(prepared: PreparedRun) -> tuple[tuple[str, str, str], ...]:
    """Where the concentration of each drug is reported: (drug, compartment in words, quantity)."""
    listed = []
    for drug in prepared.composed.drugs:
        if prepared.scenario.system == "culture":
            listed.append((drug, "medium, free", f"{drug}.medium_free"))
            continue
        listed += [
            (drug, "plasma, total", f"{drug}.plasma_total"),
            (drug, "brain, free", f"{drug}_brain.free"),
        ]
        for dosing in prepared.dosing:
            if dosing.drug == drug and dosing.route.startswith("probe_"):
                fluid = dosing.route.removeprefix("probe_")
                listed.append((drug, f"{fluid}{BY_PROBE}", f"{drug}.in_{fluid}"))
    return tuple(dict.fromkeys(listed))


def concentration_name(drug: str, compartment: str) -> str:
    """Name of a concentration as an output, also of a column: "desipramine_plasma_total"."""
    return "_".join(re.findall(r"\w+", f"{drug} {compartment}"))


def summarise_observable(course: TimeCourse) -> ObservableSummary:
    """The key numbers of an observable."""
    # A formula of a user's own file may have no finite value at some times.
    finite = np.isfinite(course.y)
    with np.errstate(invalid="ignore"):
        change = np.where(finite, np.nan_to_num(np.abs(course.y - course.baseline), posinf=0.0), 0)
    at = find_first_peak(change)
    largest = float(np.abs(course.y[finite]).max(initial=0.0))
    scale = max(abs(np.nan_to_num(course.baseline, posinf=0.0, neginf=0.0)), largest, 1e-300)
    end = course.time_h.size - 1
    return ObservableSummary(
        name=course.name,
        description=course.description,
        unit=unit_label(course.unit),
        baseline=Interval(course.baseline),
        peak=_at(course, at),
        t_peak_h=float(course.time_h[at]),
        end=_at(course, end),
        peak_percent_of_baseline=_percent_at(course, at),
        end_percent_of_baseline=_percent_at(course, end),
        peak_is_minimum=bool(course.y[at] < course.baseline),
        unchanged=bool(finite.all() and change[at] <= UNCHANGED * scale),
    )


def summarise_occupancy(
    course: TimeCourse, potency_shift: PotencyShift | None = None
) -> OccupancySummary:
    """The key numbers of an occupancy [%], with the loss of potency it was computed with."""
    at = find_first_peak(np.maximum(course.y, 0.0))
    return OccupancySummary(
        course.name,
        course.description,
        _at(course, at),
        float(course.time_h[at]),
        _at(course, course.y.size - 1),
        potency_shift,
    )


def summarise_exposures(
    prepared: PreparedRun, runs: EnsembleRuns, coverage: float
) -> tuple[ExposureSummary, ...]:
    """Non-compartmental analysis of each drug and metabolite in each compartment; none in a
    culture.
    """
    if prepared.scenario.system == "culture":
        return ()
    summaries = []
    for drug, compartment, quantity in drug_compartments(prepared):
        concentrations = runs.values(quantity)
        if not (concentrations.max() > NO_DRUG_NM):
            continue
        # What a probe delivers stays in its fluid, where it adds to what the blood delivers.
        probe = f"probe_{quantity.rpartition('.in_')[2]}" if compartment.endswith(BY_PROBE) else ""
        dosing = tuple(
            one
            for one in _contributing(prepared, drug)
            if one.route == probe or not one.route.startswith("probe_")
        )
        analysed = [
            analyse_exposure_of_doses(dosing, runs.time_h, level) for level in concentrations
        ]
        names = [*(field.name for field in fields(Exposure)), "accumulation"]
        mass = prepared.composed.drugs[drug].constant("molar_mass")
        summaries.append(
            ExposureSummary(
                drug,
                compartment,
                mass.value if mass is not None else float("nan"),
                {
                    name: median_interval(
                        [float(getattr(one, name)) for one in analysed],
                        coverage,
                        runs.no_band_reason,
                    )
                    for name in names
                },
            )
        )
    return tuple(summaries)


def missing_half_lives(exposures: Sequence[ExposureSummary]) -> tuple[str, ...]:
    """A remark on drugs that were followed for too short a time to give a half-life; none where all
    have one.
    """
    missing = tuple(
        dict.fromkeys(
            one.drug for one in exposures if not np.isfinite(one.numbers["half_life_h"].value)
        )
    )
    if not missing:
        return ()
    names = ", ".join(missing)
    after = 'less than one lies after the last dose; add --washout "2 d" or longer'
    return (f"no half-life of {names}: {after}",)


def median_interval(values: Sequence[float], coverage: float, no_band_reason: str = "") -> Interval:
    """Median and band of the parameter sets that have the number, where over half of them do; no
    band where they are equal.
    """
    known = np.array([value for value in values if np.isfinite(value)])
    if known.size * 2 <= len(values):
        return Interval(float("nan"))
    median, low, high = np.percentile(known, [50.0, 50 * (1 - coverage), 50 * (1 + coverage)])
    if len(values) == 1:
        return Interval(float(median))
    if are_equal(known):
        return Interval(float(median), no_band=no_band_reason)
    return Interval(float(median), float(low), float(high))


def _contributing(prepared: PreparedRun, drug: str) -> tuple[Dosing, ...]:
    """The doses that a drug comes from: its own, and those of its parents."""
    drugs, species = prepared.composed.drugs, prepared.scenario.species
    return tuple(
        one for one in prepared.dosing if drug in metabolite_names(drugs, species, [one.drug])
    )


def _at(course: TimeCourse, index: int) -> Interval:
    if course.low is None or course.high is None:
        return Interval(float(course.y[index]), no_band=course.no_band)
    return Interval(float(course.y[index]), float(course.low[index]), float(course.high[index]))


def _percent_at(course: TimeCourse, index: int) -> Interval:
    if course.percent_of_baseline is None:
        return Interval(float("nan"))
    if course.percent_low is None or course.percent_high is None:
        return Interval(float(course.percent_of_baseline[index]), no_band=course.no_band)
    return Interval(
        float(course.percent_of_baseline[index]),
        float(course.percent_low[index]),
        float(course.percent_high[index]),
    )
