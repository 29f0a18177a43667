"""Readings of samples converted to concentrations by the standards of their plate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.standards.interpolation import (
    InterpolationMethod,
    SampleReadings,
    StandardReadings,
    interpolate_samples,
)
from tricyclic.core.check import Check
from tricyclic.core.format import list_names
from tricyclic.core.release import ReleaseReading, ReleaseTable, SampleState
from tricyclic.errors import InputError
from tricyclic.results.release import ConvertedSamples
from tricyclic.results.standard_curve import InterpolationResult

# Levels that a plate's own curve needs.
FEWEST_LEVELS = 3
# Difference of the sensitivity between plates that is flagged where one curve serves several [%].
DRIFT_PERCENT = 15.0
ALL_PLATES = "all plates"
_STATES: dict[str, SampleState] = {
    "in range": "measured",
    "below range": "below",
    "above range": "above",
    "not determined": "lost",
}


def convert_samples(table: ReleaseTable, method: InterpolationMethod) -> ConvertedSamples:
    """Concentrations of the samples of a table.

    Parameters
    ----------
    table : ReleaseTable
        Without standards, its values are concentrations or amounts already.
    method : InterpolationMethod

    Returns
    -------
    ConvertedSamples
        A plate with three levels of standards or more has a curve of its own; others use the
        standards of all plates. A sample outside the range has no value: it is below or above a
        bound.

    Raises
    ------
    InputError
        If the standards cannot determine a curve.
    """
    standards = [r for r in table.readings if r.sample in ("standard", "blank") and not r.excluded]
    samples = [r for r in table.readings if r.sample in ("basal", "stimulated")]
    if not standards:
        diluted = tuple(
            replace(r, value=r.value * r.dilution, bound=r.bound * r.dilution) for r in samples
        )
        return ConvertedSamples(diluted, table.unit, table.per)
    plates = list(dict.fromkeys(r.plate for r in samples))
    own = {plate: [s for s in standards if s.plate == plate] for plate in plates}
    has_own = {plate: len({s.level for s in own[plate]}) >= FEWEST_LEVELS for plate in plates}
    groups: dict[str, tuple[list[ReleaseReading], list[ReleaseReading]]] = {}
    for plate in plates:
        name = (plate and f"plate {plate}") if has_own[plate] and len(plates) > 1 else ALL_PLATES
        if name == ALL_PLATES:
            # Plates without standards of their own share those of all plates.
            groups.setdefault(name, (standards, []))[1].extend(
                r for r in samples if r.plate == plate
            )
        else:
            groups[name] = (own[plate], [r for r in samples if r.plate == plate])
    converted: dict[int, ReleaseReading] = {}
    curves = []
    for name, (of_group, unknowns) in groups.items():
        curve, results = _convert(table, name, of_group, unknowns, method)
        curves.append((name, curve))
        for reading, result in zip(unknowns, results, strict=True):
            converted[id(reading)] = result
    readings = tuple(converted[id(r)] for r in samples)
    checks = (_outside(readings), _drift(own, has_own, plates), *_acceptance(curves))
    return ConvertedSamples(readings, table.level_unit, table.per, tuple(curves), checks)


def _convert(
    table: ReleaseTable,
    name: str,
    standards: Sequence[ReleaseReading],
    unknowns: Sequence[ReleaseReading],
    method: InterpolationMethod,
) -> tuple[InterpolationResult, list[ReleaseReading]]:
    measured = [s for s in standards if math.isfinite(s.value)]
    if len({s.level for s in measured}) < 2:
        raise InputError(
            f"{len({s.level for s in measured})} levels of standards",
            where=f"{table.file or 'the table'}, {name}",
            allowed="A curve needs two levels or more",
        )
    present = [r for r in unknowns if math.isfinite(r.value)]
    result = interpolate_samples(
        StandardReadings(
            np.array([s.level for s in measured]),
            np.array([s.value for s in measured]),
            name=f"standards of {name}",
            unit=table.level_unit,
            y_unit=table.unit or "unknown",
        ),
        [SampleReadings(r.where or r.well, np.array([r.value]), r.dilution) for r in present],
        method,
    )
    by_reading = {
        id(r): replace(
            r,
            value=sample.concentration,
            state=_STATES[sample.status],
            bound=sample.bound,
        )
        for r, sample in zip(present, result.samples, strict=True)
    }
    return result, [by_reading.get(id(r), r) for r in unknowns]


def _outside(readings: Sequence[ReleaseReading]) -> Check:
    names = [
        f"{r.sample} sample of culture {r.culture} {r.well} ({r.state})"
        for r in readings
        if r.state in ("below", "above") and not r.excluded
    ]
    return Check(
        "release_outside_standards",
        "warn" if names else "pass",
        f"{len(names)} of {len(readings)} samples lie outside the range of the standards and have "
        f"no value: {list_names(names, 6)}"
        if names
        else "all samples lie within the range of the standards",
        value=len(names),
        limit=0,
        advice="Dilute those above, and add lower standards for those below" if names else "",
    )


def _drift(
    own: dict[str, list[ReleaseReading]], has_own: dict[str, bool], plates: Sequence[str]
) -> Check:
    """Readings of the standards that plates have in common, relative to their mean over plates."""
    with_standards = [plate for plate in plates if own[plate]]
    levels = [
        {s.level for s in own[plate] if s.level > 0 and math.isfinite(s.value)}
        for plate in with_standards
    ]
    common = sorted(set.intersection(*levels)) if levels else []
    if len(with_standards) < 2 or not common:
        return Check(
            "release_standards_drift", "pass", "the standards were read on one plate", value=0.0
        )
    readings = np.array(
        [
            [
                float(
                    np.mean(
                        [s.value for s in own[p] if s.level == level and s.value > 0] or [np.nan]
                    )
                )
                for level in common
            ]
            for p in with_standards
        ]
    )
    relative = np.nanmean(readings / np.nanmean(readings, axis=0), axis=1)
    change = 100.0 * float(np.nanmax(relative) / np.nanmin(relative) - 1.0)
    corrected = all(has_own[plate] for plate in plates)
    drifts = change > DRIFT_PERCENT
    return Check(
        "release_standards_drift",
        "warn" if drifts and not corrected else "pass",
        f"readings of the same standards differ by {change:.3g} % between plates"
        + (", and each plate has a curve of its own" if corrected else ""),
        value=change,
        limit=DRIFT_PERCENT,
        unit="%",
        advice="Read standards on every plate, three levels or more"
        if drifts and not corrected
        else "",
    )


def _acceptance(curves: Sequence[tuple[str, InterpolationResult]]) -> list[Check]:
    """Checks of the curves that are not about samples, with their plate."""
    return [
        replace(check, where=f"standards of {name}")
        for name, curve in curves
        for check in curve.checks
        if check.name != "samples_outside_range"
    ]
