"""Runs that are left out of pooled numbers, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace

from tricyclic.assays.binding.checks import has_specific_binding
from tricyclic.core.check import Check
from tricyclic.results.binding import AssayResult, PlateResult

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


def copies_across_assays(assays: Sequence[AssayResult]) -> tuple[Check, ...]:
    """A check for each plate that has the readings of a plate of an earlier assay.

    The same plate is no measurement at a second target, and it makes the runs of two assays
    dependent: `fail`. Two analyses of one plate at one target are not two experiments: `warn`. A
    joint fit, which is made of the plates of other assays, is left out.
    """
    checks: list[Check] = []
    earlier: list[tuple[AssayResult, PlateResult]] = []
    for assay in assays:
        if assay.kind == "joint":
            continue
        for plate in assay.plates:
            original = next(
                (
                    (other, of)
                    for other, of in earlier
                    if other.name != assay.name and _is_copy(plate, of, needed=1.0)
                ),
                None,
            )
            if original is not None:
                checks.append(_copied_across(assay, plate, *original))
        earlier += [(assay, plate) for plate in assay.plates]
    return tuple(checks)


def _copied_across(
    assay: AssayResult, plate: PlateResult, other: AssayResult, original: PlateResult
) -> Check:
    one_target = assay.target.casefold() == other.target.casefold()
    return Check(
        "copied_plates",
        "warn" if one_target else "fail",
        f"all its readings are those of {original.name} of {other.name}{_files(plate, original)}",
        where=f"{assay.name}, {plate.name}",
        advice="Two analyses of one plate are not two experiments; do not compare or average them"
        if one_target
        else "Name the file of this assay, or remove the run from one of the two assays",
        source="exact comparison",
    )


def _is_copy(plate: PlateResult, other: PlateResult, needed: float) -> bool:
    readings, others = _readings(plate), _readings(other)
    fewer = min(readings.total(), others.total())
    return fewer > 0 and (readings & others).total() >= needed * fewer


def _no_result(plate: PlateResult) -> str:
    if not plate.fit.ok:
        return f"its fit failed ({plate.fit.message})"
    if not has_specific_binding(plate.checks):
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
        # Groups of one plate share its controls, as tables of several compounds do whose controls
        # were measured once, so that only complete copies count.
        one_kind = plate.group == other.group and _subjects(plate) & _subjects(other)
        needed = MIN_SHARE_OF_COPIED_READINGS if one_kind else 1.0
        if fewer and same >= needed * fewer:
            copied = f"{same} of its {readings.total()} readings are those of {other.name}"
            return copied + _files(plate, other)
    return ""


def _subjects(plate: PlateResult) -> set[str]:
    return {estimate.subject for estimate in plate.estimates}


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
