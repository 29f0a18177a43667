"""Suggested outliers of a plate: the estimates without them, beside the ones with all wells."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.suspect import SuspectedOutlier
from tricyclic.errors import InputError
from tricyclic.results.binding import PlateResult

LABEL = "without the suggested outliers"
# Suffix of the name of a pooled estimate in which the runs are without their suggested outliers.
SUFFIX = f", {LABEL}"
# Quantities that are pooled without them as well.
QUANTITIES = ("Ki", "Kd", "Bmax", "IC50", "kon", "koff", "KB", "pA2")

Labelled = tuple[tuple[str, tuple[Estimate, ...]], ...]


class _Analysis(Protocol):
    def fit(self) -> Fit:
        """The curve of the wells."""

    def estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """What the curve determines."""


def without_suspects(
    build: Callable[[PlateReadings], _Analysis],
    readings: PlateReadings,
    suspects: Sequence[SuspectedOutlier],
) -> Labelled:
    """The estimates of a plate without its suspects, under `LABEL`; empty without suspects, or
    where the other wells do not determine the curve.

    Parameters
    ----------
    build : callable
        The analysis of a plate from its readings.
    readings : PlateReadings
        Of all wells.
    suspects : sequence of SuspectedOutlier
        Suggested in these readings.
    """
    if not suspects:
        return ()
    left_out = {(suspect.series, suspect.index) for suspect in suspects}
    series = []
    for compound, one in readings.series:
        kept = np.array([(one.name, i) not in left_out for i in range(one.n)])
        if not kept.any():
            return ()
        series.append((compound, one.keep(kept)))
    try:
        analysis = build(replace(readings, series=tuple(series)))
        result = analysis.fit()
    except InputError:
        # Too few concentrations or times are left for the curve.
        return ()
    estimates = analysis.estimates(result) if result.ok else ()
    return ((LABEL, estimates),) if estimates else ()


def pooled_without_suspects(
    plates: Sequence[PlateResult], pooled: Estimate, group: str, confidence: float
) -> tuple[Estimate, ...]:
    """A pooled number over the same runs, each without its suggested outliers.

    Parameters
    ----------
    plates : sequence of PlateResult
        The runs that count.
    pooled : Estimate
        From all wells.
    group : str
        Of the runs that it is the mean of.
    confidence : float

    Returns
    -------
    tuple of Estimate
        Empty where no run has suggested outliers.
    """
    if pooled.name not in QUANTITIES:
        return ()
    same: list[tuple[str, Estimate]] = []
    changed = False
    for plate in plates:
        if plate.group != group:
            continue
        others = dict(plate.classical).get(LABEL)
        if others is not None and all(e.name != pooled.name for e in others):
            # The IC50 of a logistic beside a Ki is not fitted again without them.
            return ()
        changed |= others is not None
        same += [
            (plate.experiment, e)
            for e in (plate.estimates if others is None else others)
            if (e.name, e.subject) == (pooled.name, pooled.subject) and not math.isnan(e.value)
        ]
    if not changed or not same:
        return ()
    again = pool_estimates(
        [e for _, e in same],
        runs=[run for run, _ in same],
        confidence=confidence,
        where=pooled.where,
    )
    return (replace(again, name=f"{pooled.name}{SUFFIX}"),)
