"""From the runs of all members to key numbers: where each watch went, how full each target was, how much drug there was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.drug import metabolite_names
from tricyclic.core.exposure import Exposure
from tricyclic.core.scenario import Watch
from tricyclic.core.time_course import Course
from tricyclic.jobs._simulate_ask import Asked, unit_says
from tricyclic.jobs._simulate_run import Runs
from tricyclic.jobs._simulated import Exposed, Key, Occupied, Span

if TYPE_CHECKING:
    from tricyclic.core.dosing import Regimen

# A change below this share of rest is not told.
UNCHANGED = 1e-3
# Less drug than this [nM] is none: a metabolite that is not formed, plasma beside a probe.
NO_DRUG_NM = 1e-6
BY_PROBE = " by the probe, free"


def is_occupancy(watch: Watch) -> bool:
    """Whether a watch is a share of a target that ligands hold, told in percent."""
    return watch.quantity.endswith(".occupancy") and watch.unit == "dimensionless"


def occupancy_watches(asked: Asked, watches: Sequence[Watch]) -> tuple[Watch, ...]:
    """The occupancies among the watches; of all sites where the scenario watches none."""
    told = tuple(watch for watch in watches if is_occupancy(watch))
    if told or any(is_occupancy(watch) for watch in asked.scenario.watches):
        return told
    return tuple(
        Watch(site.name, f"{site.name}.occupancy", "dimensionless", site.says)
        for site in asked.scenario.sites
    )


def drug_places(asked: Asked) -> tuple[tuple[str, str, str], ...]:
    """Where each drug is told: (drug, place in words, quantity)."""
    found = []
    for drug in asked.composed.drugs:
        if asked.scenario.system == "culture":
            found.append((drug, "medium, free", f"{drug}.medium_free"))
            continue
        found += [
            (drug, "plasma, total", f"{drug}.plasma_total"),
            (drug, "brain, free", f"{drug}_brain.free"),
        ]
        for regimen in asked.regimens:
            if regimen.drug == drug and regimen.route.startswith("probe_"):
                fluid = regimen.route.removeprefix("probe_")
                found.append((drug, f"{fluid}{BY_PROBE}", f"{drug}.in_{fluid}"))
    return tuple(dict.fromkeys(found))


def key_of(course: Course) -> Key:
    """The key numbers of a watch."""
    from tricyclic.simulation.nca import first_peak

    away = np.abs(course.y - course.rest)
    at = first_peak(away)
    scale = max(abs(course.rest), float(np.abs(course.y).max()), 1e-300)
    unchanged = bool(away[at] <= UNCHANGED * scale)
    end = course.time_h.size - 1
    return Key(
        course.name,
        course.says,
        unit_says(course.unit),
        Span(course.rest),
        _at(course, at),
        float(course.time_h[at]),
        _at(course, end),
        _percent_at(course, at),
        _percent_at(course, end),
        bool(course.y[at] < course.rest),
        unchanged,
    )


def occupied_of(course: Course) -> Occupied:
    """The key numbers of an occupancy in percent."""
    from tricyclic.simulation.nca import first_peak

    at = first_peak(np.maximum(course.y, 0.0))
    return Occupied(
        course.name,
        course.says,
        _at(course, at),
        float(course.time_h[at]),
        _at(course, course.y.size - 1),
    )


def exposures_of(asked: Asked, runs: Runs, share: float) -> tuple[Exposed, ...]:
    """Non-compartmental analysis of each drug and metabolite in each place where there is any; none in a culture."""
    from tricyclic.simulation.nca import exposure_to

    if asked.scenario.system == "culture":
        return ()
    found = []
    for drug, place, quantity in drug_places(asked):
        levels = runs.of(quantity)
        if not (levels.max() > NO_DRUG_NM):
            continue
        regimens = _behind(asked, drug)
        # What a probe gives stays in its fluid, where it adds to what the blood brings.
        probe = f"probe_{quantity.rpartition('.in_')[2]}" if place.endswith(BY_PROBE) else ""
        regimens = tuple(
            one for one in regimens if one.route == probe or not one.route.startswith("probe_")
        )
        each = [exposure_to(regimens, runs.time_h, level) for level in levels]
        names = [*(one.name for one in fields(Exposure)), "accumulation"]
        mass = asked.composed.drugs[drug].constant("molar_mass")
        found.append(
            Exposed(
                drug,
                place,
                mass.value if mass is not None else float("nan"),
                {name: span([float(getattr(one, name)) for one in each], share) for name in names},
            )
        )
    return tuple(found)


def unseen_half_lives(exposures: Sequence[Exposed]) -> tuple[str, ...]:
    """Which drugs fall for too short a time for a half-life, in a line; none where all are told."""
    unseen = tuple(
        dict.fromkeys(
            one.drug for one in exposures if not np.isfinite(one.numbers["half_life_h"].value)
        )
    )
    if not unseen:
        return ()
    return (
        f"no half-life of {', '.join(unseen)}: less than one of them is seen after the last dose; a --washout shows it",
    )


def span(values: Sequence[float], share: float) -> Span:
    """Median and band; only of the members that have the number, where over half of them do."""
    known = np.array([value for value in values if np.isfinite(value)])
    if known.size * 2 <= len(values):
        return Span(float("nan"))
    middle, low, high = np.percentile(known, [50.0, 50 * (1 - share), 50 * (1 + share)])
    return Span(float(middle)) if len(values) == 1 else Span(float(middle), float(low), float(high))


def _behind(asked: Asked, drug: str) -> tuple[Regimen, ...]:
    """The regimens that a drug comes from: its own, and those of what becomes it."""
    drugs, species = asked.composed.drugs, asked.scenario.species
    return tuple(
        one for one in asked.regimens if drug in metabolite_names(drugs, species, [one.drug])
    )


def _at(course: Course, index: int) -> Span:
    if course.low is None or course.high is None:
        return Span(float(course.y[index]))
    return Span(float(course.y[index]), float(course.low[index]), float(course.high[index]))


def _percent_at(course: Course, index: int) -> Span:
    if course.relative is None:
        return Span(float("nan"))
    if course.relative_low is None or course.relative_high is None:
        return Span(float(course.relative[index]))
    return Span(
        float(course.relative[index]),
        float(course.relative_low[index]),
        float(course.relative_high[index]),
    )
