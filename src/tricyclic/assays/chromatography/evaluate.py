"""A batch from its chromatograms to amounts with checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.assays.chromatography.batch_checks import batch_checks
from tricyclic.assays.chromatography.quantify import quantify_batch
from tricyclic.assays.chromatography.recording import (
    check_peaks_complete,
    check_recordings,
    in_one_unit,
    unusable,
)
from tricyclic.assays.chromatography.recording_checks import recording_checks
from tricyclic.assays.chromatography.vendor_areas import vendor_areas
from tricyclic.core.calibration_line import Weighting
from tricyclic.core.chromatogram import InjectionTrace
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.format import list_names
from tricyclic.core.peak import InjectionPeaks, ManualLimits
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.sample_list import SampleList
from tricyclic.core.unused import as_remarks
from tricyclic.errors import InputError
from tricyclic.results.chromatography import BatchResult

# Names that a message lists.
MAX_LISTED = 4


@dataclass(frozen=True)
class QuantifySettings:
    """How a batch is evaluated.

    Parameters
    ----------
    unit : str
        Of the nominal amounts.
    title : str
    weighting : {"auto", "1", "1/x", "1/x2"}
    correct_drift : bool
        Whether responses are multiplied by what the bracketing standards drifted.
    manual : tuple of ManualLimits
    """

    unit: str
    title: str = ""
    weighting: Weighting | Literal["auto"] = "auto"
    correct_drift: bool = False
    manual: tuple[ManualLimits, ...] = ()


def evaluate_batch(
    samples: SampleList,
    traces: Sequence[InjectionTrace],
    method: ChromatographyMethod,
    settings: QuantifySettings,
    *,
    unused: Sequence[str] = (),
    on_progress: ProgressCallback | None = None,
) -> BatchResult:
    """Fit the peaks of every injection, and read the analytes from the lines of the standards.

    Parameters
    ----------
    samples : SampleList
    traces : sequence of InjectionTrace
        One for each injection of the list; excluded ones may have none.
    method : ChromatographyMethod
    settings : QuantifySettings
    unused : sequence of str
        What was read and not used.
    on_progress : callable, optional

    Returns
    -------
    BatchResult

    Raises
    ------
    InputError
        If the method has no analyte, the list has no standards, a compound is outside its window in
        most standards, or as of `in_one_unit`, `check_recordings`, `fit_batch`,
        `check_peaks_complete` and `quantify_batch`.
    """
    _check_batch(samples, method)
    read = {one.name for one in traces}
    # Files of excluded injections that cannot be read are named where files are read.
    unread = {row.name for row in samples.injected if row.excluded} - read
    lost = unusable(samples, traces, method)
    traces, remarks = in_one_unit([one for one in traces if one.name not in lost])
    samples = replace(
        samples,
        rows=tuple(
            replace(row, file="") if row.name in {*lost, *unread} else row for row in samples
        ),
    )
    remarks += as_remarks([f"{name} is excluded, and not fitted: {lost[name]}" for name in lost])
    check_recordings(
        traces, method, [row.name for row in samples.of("standard") if not row.excluded]
    )
    roles = {row.name: row.role for row in samples.injected}
    injections = fit_batch(
        [
            BatchInjection(
                one.name, one.chromatogram, roles[one.name] in ("standard", "suitability")
            )
            for one in traces
        ],
        method,
        manual=settings.manual,
        on_progress=on_progress,
    )
    _check_windows(samples, injections, method)
    check_peaks_complete(samples, traces, injections)
    result = quantify_batch(
        samples,
        injections,
        method,
        unit=settings.unit,
        title=settings.title,
        weighting=settings.weighting,
        correct_drift=settings.correct_drift,
    )
    complete = replace(
        result,
        traces=tuple(traces),
        vendor=vendor_areas(traces, result.injections, method),
        unused=(*unused, *_amounts_of_none(samples, method), *remarks),
    )
    return replace(complete, checks=(*batch_checks(complete), *recording_checks(complete)))


def _check_batch(samples: SampleList, method: ChromatographyMethod) -> None:
    if not method.analytes:
        raise InputError(
            "has no analyte", where=method.name, do='Give a compound the role "analyte"'
        )
    if not samples.of("standard"):
        raise InputError(
            "has no standards",
            where=samples.file or "sample list",
            do='Give the injections of standards the role "standard", and their amounts',
        )


def _amounts_of_none(samples: SampleList, method: ChromatographyMethod) -> tuple[str, ...]:
    """Phrase for the amounts of what is no analyte of the method."""
    known = {one.name.lower() for one in method.analytes}
    names = dict.fromkeys(name for row in samples for name, _ in row.amounts)
    others = [name for name in names if name.lower() not in known]
    if not others:
        return ()
    return (f"amounts of {list_names(others, MAX_LISTED)}, no analyte of the method",)


def _check_windows(
    samples: SampleList, injections: Sequence[InjectionPeaks], method: ChromatographyMethod
) -> None:
    """Refuse a method that misses a compound in most standards: there would be no line."""
    by_name = {one.injection: one for one in injections}
    standards = [row for row in samples.of("standard") if not row.excluded]
    for compound in (*method.analytes, method.internal_standard):
        if compound is None:
            continue
        missed = [
            row.name
            for row in standards
            if by_name[row.name][compound.name].state in ("not found", "below LOD")
        ]
        if 2 * len(missed) <= len(standards):
            continue
        low = compound.retention_min - compound.window_min
        high = compound.retention_min + compound.window_min
        raise InputError(
            f"{compound.name} has no peak from {low:.2f} to {high:.2f} min in {len(missed)} of "
            f"{len(standards)} standards ({list_names(missed, MAX_LISTED)})",
            where=method.name,
            do=f"Correct the retention_min or the window_min of {compound.name}",
        )
