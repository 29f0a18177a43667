"""Runs that are left out of pooled numbers, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from tricyclic.core.check import Check
from tricyclic.results.binding import PlateResult

# Two plates count the same wells to within their counting error, but never to the last digit: with
# half of the readings identical, one file is a copy of the other or the same file named twice.
MIN_SHARE_OF_COPIED_READINGS = 0.5


def with_exclusions(plates: Sequence[PlateResult]) -> tuple[PlateResult, ...]:
    """The plates, each with the reason why it is left out of the pooled numbers, if any.

    A run is left out where its fit failed, where it has no specific binding, and where its readings
    are those of an earlier run: neither the same file nor a copy of it is an independent run.
    """
    checked: list[PlateResult] = []
    for plate in plates:
        reason = _no_result(plate) or _copied(plate, checked)
        checked.append(replace(plate, excluded=reason))
    return tuple(checked)


def exclusion_checks(plates: Sequence[PlateResult]) -> tuple[Check, ...]:
    """A failed check for each run that is left out."""
    return tuple(
        Check(
            "runs_excluded",
            "fail",
            f"left out of the pooled numbers: {plate.excluded}",
            where=plate.name,
            advice="Correct the files or the layout of this run, or remove it",
        )
        for plate in plates
        if plate.excluded
    )


def _no_result(plate: PlateResult) -> str:
    if not plate.fit.ok:
        return f"its fit failed ({plate.fit.message})"
    if any(check.name == "specific_percent" and check.level == "fail" for check in plate.checks):
        return "it has no specific binding"
    return ""


def _copied(plate: PlateResult, earlier: Sequence[PlateResult]) -> str:
    readings = _readings(plate)
    for other in earlier:
        if other.excluded:
            continue
        others = _readings(other)
        same = (readings & others).total()
        fewer = min(readings.total(), others.total())
        # Groups of one plate share its controls, so that only complete copies count.
        needed = MIN_SHARE_OF_COPIED_READINGS if plate.group == other.group else 1.0
        if fewer and same >= needed * fewer:
            copied = f"{same} of its {readings.total()} readings are those of {other.name}"
            return copied + _files(plate, other)
    return ""


def _readings(plate: PlateResult) -> Counter[tuple[Hashable, ...]]:
    """Well and reading of a plate; the columns and the reading of a table."""
    if plate.plate is not None and plate.plate.wells:
        return Counter((well.name, well.value) for well in plate.plate.wells if well.used)
    return Counter(
        (*(float(column[i]) for column in series.x.values()), float(series.y[i]))
        for series in plate.series
        for i in range(series.y.size)
    )


def _files(plate: PlateResult, other: PlateResult) -> str:
    a, b = plate.plate, other.plate
    if a is None or b is None or not a.file or not b.file:
        return ""
    if a.file == b.file:
        return f" (both are {a.file})"
    if a.sha256 and a.sha256 == b.sha256:
        return f" ({a.file} and {b.file} have the same sha256)"
    return f" ({a.file} against {b.file})"
