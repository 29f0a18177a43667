"""No net flux of a study: fits of animals, means over animals, and courses between animals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tricyclic.assays.microdialysis.groups import at_common_times
from tricyclic.assays.microdialysis.recovery import FEW_POINTS, dynamic_no_net_flux, no_net_flux
from tricyclic.core.check import Check
from tricyclic.core.format import list_names
from tricyclic.errors import InputError
from tricyclic.results.microdialysis import DynamicNoNetFlux
from tricyclic.results.no_net_flux import (
    AnimalNoNetFlux,
    GroupDynamic,
    GroupNoNetFlux,
    NoNetFluxRatio,
    NoNetFluxResult,
)
from tricyclic.stats.statistics import mean_with_interval, welch

# Name of the one animal of a table without a column of animals.
ONE = "all points"
GROUP = "all animals"


@dataclass(frozen=True)
class FluxPoint:
    """One inlet concentration and the outlet concentration that it gave.

    Parameters
    ----------
    inlet, outlet : float
        In one unit; the outlet is nan where it was not measured.
    animal, group : str
    time_min : float
        Middle of the fraction; nan where not stated.
    where : str
        Place in the file.
    """

    inlet: float
    outlet: float
    animal: str = ""
    group: str = ""
    time_min: float = math.nan
    where: str = ""


def flux_study(
    points: Sequence[FluxPoint], *, unit: str = "nM", control: str = "", confidence: float = 0.95
) -> NoNetFluxResult:
    """Fit no net flux to the points of a study.

    Parameters
    ----------
    points : sequence of FluxPoint
    unit : str
    control : str
        Group that the others are compared with; empty for the first.
    confidence : float

    Returns
    -------
    NoNetFluxResult
        Each animal by itself where its inlet was varied; each time between animals where every
        animal was perfused with one concentration and times are stated.

    Raises
    ------
    InputError
        If too few points are left, or the inlet was not varied.
    """
    if not 0 < confidence < 1:
        raise InputError(f"is {confidence:g}", where="confidence", allowed="It is between 0 and 1")
    for point in points:
        if not (math.isfinite(point.inlet) and point.inlet >= 0):
            raise InputError(
                f"the inlet concentration is {point.inlet:g}",
                where=point.where,
                allowed="It is a number of 0 or more",
            )
    used = [p for p in points if math.isfinite(p.outlet)]
    missing = len(points) - len(used)
    remarks = [f"{missing} of {len(points)} points have no outlet concentration"] if missing else []
    named = [replace(p, animal=p.animal or ONE, group=p.group or GROUP) for p in used]
    if not named:
        raise InputError("no point has an outlet concentration", where="no net flux")
    groups = list(dict.fromkeys(p.group for p in named))
    if control and control not in groups:
        raise InputError(
            f"no group is called '{control}'",
            where="control",
            allowed=f"Groups are {', '.join(groups)}",
        )
    ordered = [control, *(g for g in groups if g != control)] if control else groups
    inlets = {a: {p.inlet for p in named if p.animal == a} for a in {p.animal for p in named}}
    timed = all(math.isfinite(p.time_min) for p in named)
    single = len(inlets) > 1 and all(len(one) == 1 for one in inlets.values())
    if single and timed:
        dynamic = [_dynamic(name, named, confidence, remarks) for name in ordered]
        return NoNetFluxResult(
            unit, (), dynamic=tuple(dynamic), confidence=confidence, remarks=tuple(remarks)
        )
    if single:
        # Between animals without times: one line through all animals of a group.
        named = _one_point_each(named)
        remarks.append(
            "each animal has one inlet concentration: one line through the means of the animals"
        )
    animals = [_animal(name, named, confidence) for name in dict.fromkeys(p.animal for p in named)]
    animals.sort(key=lambda one: ordered.index(one.group))
    means = tuple(_group(name, animals, confidence) for name in ordered)
    return NoNetFluxResult(
        unit,
        tuple(animals),
        () if single or len(animals) == 1 else means,
        () if single else _ratios(animals, ordered, confidence),
        confidence=confidence,
        remarks=tuple(remarks),
        checks=tuple(_checks(animals, unit)),
    )


def _one_point_each(points: Sequence[FluxPoint]) -> list[FluxPoint]:
    """The mean of each animal, as a point of the one line of its group."""
    means = []
    for name in dict.fromkeys(p.animal for p in points):
        own = [p for p in points if p.animal == name]
        mean = float(np.mean([p.outlet for p in own]))
        means.append(replace(own[0], outlet=mean, animal=f"group {own[0].group}"))
    return means


def _animal(name: str, points: Sequence[FluxPoint], confidence: float) -> AnimalNoNetFlux:
    own = [p for p in points if p.animal == name]
    groups = {p.group for p in own}
    if len(groups) > 1:
        raise InputError(
            f"has the groups {' and '.join(sorted(groups))}",
            where=f"animal {name}",
            allowed="An animal has one group",
            do="Give each condition of an animal its own name, such as r1 before and r1 after",
        )
    inlet, outlet = np.array([p.inlet for p in own]), np.array([p.outlet for p in own])
    where = name if name == ONE or name.startswith("group ") else f"animal {name}"
    fit = no_net_flux(inlet, outlet, confidence=confidence, where=where)
    return AnimalNoNetFlux(name, own[0].group, inlet, outlet, fit)


def _group(name: str, animals: Sequence[AnimalNoNetFlux], confidence: float) -> GroupNoNetFlux:
    own = [one.fit for one in animals if one.group == name]
    concentrations = np.array([f.concentration for f in own])
    geometric = bool((concentrations > 0).all())
    if geometric:
        logs = mean_with_interval(np.log(concentrations), confidence=confidence)
        value, low, high = (math.exp(one) for one in (logs.value, logs.low, logs.high))
        concentration = replace(logs, value=value, se=value * logs.se, low=low, high=high)
    else:
        concentration = mean_with_interval(concentrations, confidence=confidence)
    return GroupNoNetFlux(
        name,
        len(own),
        concentration,
        mean_with_interval([f.extraction.value for f in own], confidence=confidence),
        geometric,
    )


def _ratios(
    animals: Sequence[AnimalNoNetFlux], ordered: Sequence[str], confidence: float
) -> tuple[NoNetFluxRatio, ...]:
    """Ratios to the control over animals; none where a group has one animal or a value below 0."""
    of = {name: [one.fit for one in animals if one.group == name] for name in ordered}
    ratios = []
    for name in ordered[1:]:
        sides = of[name], of[ordered[0]]
        if min(map(len, sides)) < 2:
            continue
        if any(not f.concentration > 0 or not f.extraction.value > 0 for s in sides for f in s):
            continue
        both = []
        for values in (
            [[f.concentration for f in side] for side in sides],
            [[f.extraction.value for f in side] for side in sides],
        ):
            d = welch(np.log(values[0]), np.log(values[1]), confidence=confidence)
            both.append((math.exp(d.value), math.exp(d.low), math.exp(d.high), d.p))
        ratios.append(NoNetFluxRatio(name, ordered[0], both[0], both[1]))
    return tuple(ratios)


def _dynamic(
    name: str, points: Sequence[FluxPoint], confidence: float, remarks: list[str]
) -> GroupDynamic:
    own = [p for p in points if p.group == name]
    animals = list(dict.fromkeys(p.animal for p in own))
    of_animals = [sorted(p.time_min for p in own if p.animal == a) for a in animals]
    gaps = np.concatenate([np.diff(one) for one in of_animals])
    step = float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else 1.0
    bins = at_common_times(
        [(p.time_min, animals.index(p.animal), k) for k, p in enumerate(own)], step
    )
    outlet = np.full((len(animals), len(bins)), np.nan)
    inlet = np.array([next(p.inlet for p in own if p.animal == a) for a in animals])
    for animal, times in zip(animals, of_animals, strict=True):
        for before, after in pairwise(times):
            if after == before:
                raise InputError(f"has two values at {after:g} min", where=f"animal {animal}")
    for column, one in enumerate(bins):
        for _, row, k in one:
            outlet[row, column] = own[k].outlet
    middles = [float(np.mean([at for at, _, _ in one])) for one in bins]
    kept: list[int] = []
    few: list[int] = []
    for k in range(len(bins)):
        here = np.isfinite(outlet[:, k])
        enough = here.sum() >= 3 and np.unique(inlet[here]).size >= 2
        (kept if enough else few).append(k)
    if not kept:
        raise InputError(
            f"group {name} has no time with three animals at two inlet concentrations or more",
            where="dynamic no net flux",
            do="Leave the times out to fit each animal by itself, if its inlet was varied",
        )
    if few:
        listed = list_names([f"{middles[k]:g} min" for k in few], 6)
        remarks.append(f"group {name}: too few animals at {listed}, which are left out")
    course: DynamicNoNetFlux = dynamic_no_net_flux(
        inlet,
        np.array([outlet[:, k] for k in kept]).T,
        [middles[k] for k in kept],
        confidence=confidence,
        where=f"group {name}",
    )
    return GroupDynamic(name, len(animals), course)


def _checks(animals: Sequence[AnimalNoNetFlux], unit: str) -> list[Check]:
    checks = []
    for one in animals:
        fit, where = one.fit, one.animal if one.animal == ONE else f"animal {one.animal}"
        inside = one.inlet.min() <= fit.concentration <= one.inlet.max()
        checks += [
            Check(
                "flux_bounded",
                "pass" if fit.bounded else "warn",
                "the limits of the concentration are bounded"
                if fit.bounded
                else "the concentration of no net flux is not bounded: the slope does not differ "
                "from 0",
                where,
                advice="" if fit.bounded else "Add points, and inlet concentrations further apart",
            ),
            Check(
                "flux_points",
                "pass" if fit.points >= FEW_POINTS else "warn",
                f"{fit.points} points",
                where,
                fit.points,
                FEW_POINTS,
                advice="Limits are often not bounded with so few; three points at each inlet "
                "concentration are usual"
                if fit.points < FEW_POINTS
                else "",
            ),
            Check(
                "flux_crosses",
                "pass" if inside else "warn",
                f"the concentration of no net flux is {fit.concentration:.3g} {unit}, and the "
                f"inlet was {one.inlet.min():g} to {one.inlet.max():g}",
                where,
                advice="" if inside else "It is extrapolated; add inlet concentrations around it",
            ),
        ]
    return checks
