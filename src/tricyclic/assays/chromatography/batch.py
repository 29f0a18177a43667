"""Quantify the peaks of a batch of injections: learn from its standards, then fit each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.chromatography.injection import CompoundFit, fit_compound
from tricyclic.assays.chromatography.model import (
    PeakModel,
    default_model,
    learn_model,
    learn_places,
)
from tricyclic.assays.chromatography.peaks import quantify
from tricyclic.assays.chromatography.places import locate_compounds
from tricyclic.assays.chromatography.reference import TALL, Reference, find_reference, shape_misfit
from tricyclic.assays.chromatography.trace import EvenTrace, prepare_trace
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.peak import InjectionPeaks, ManualLimits
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.errors import InputError
from tricyclic.numerics.peaks.learn import LonePeak, refit

# Areas below this many standard errors do not teach where a compound elutes.
_CLEAR = 10.0
# A tall peak that differs from the batch's shape by more than this part of its height has a shape
# of its own; the reference peak by the second part whatever is beside it.
_OWN_SHAPE, _OTHER_SHAPE = 0.004, 0.015
# A trace rises again beside a peak where it does so by this many times the noise.
_RISE_NOISE = 8.0
# Nearest listed peak and nearest unlisted one, in widths, beside which a peak shows its own shape.
_ALONE, _BESIDE = 8.0, 4.5


@dataclass(frozen=True)
class BatchInjection:
    """One injection of a batch.

    Parameters
    ----------
    name : str
        Name; unique in the batch.
    chromatogram : Chromatogram
        The trace to evaluate.
    standard : bool
        Whether it holds the method's compounds without a matrix, so that their retention and
        width can be learned from it.
    """

    name: str
    chromatogram: Chromatogram
    standard: bool = False


def fit_batch(
    injections: Sequence[BatchInjection],
    method: ChromatographyMethod,
    *,
    manual: Sequence[ManualLimits] = (),
    on_progress: ProgressCallback | None = None,
) -> tuple[InjectionPeaks, ...]:
    """Quantify every compound of the method in every injection.

    Parameters
    ----------
    injections : sequence of BatchInjection
        In any order.
    method : ChromatographyMethod
        The compounds.
    manual : sequence of ManualLimits
        Limits that replace the fit of single peaks.
    on_progress : callable, optional
        Called after each injection.

    Returns
    -------
    tuple of InjectionPeaks
        In the order of the injections.

    Raises
    ------
    InputError
        If there is no injection, two have the same name, manual limits name none of them, or a
        trace does not cover the method.
    """
    _check(injections, method, manual)
    model = learn_batch(injections, method)
    results = []
    for done, injection in enumerate(injections, 1):
        mine = {one.compound: one for one in manual if one.injection == injection.name}
        results.append(fit_injection(injection, method, model, mine))
        report_progress(on_progress, done, len(injections), f"fitting {injection.name}")
    return tuple(results)


def learn_batch(injections: Sequence[BatchInjection], method: ChromatographyMethod) -> PeakModel:
    """Learn shape, retention and widths from the injections of a batch.

    The shape is that of the reference peak in all injections; retention and width of the other
    compounds are learned from the standards. With one injection, from that one.
    """
    model = default_model(method)
    traces = [prepared(one, method) for one in injections]
    references = [find_reference(trace, method, model.shape) for trace in traces]
    model = learn_model(model, references)
    of_standards = [
        (trace, reference)
        for one, trace, reference in zip(injections, traces, references, strict=True)
        if one.standard
    ]
    model = locate_compounds(model, method, of_standards)
    standards = [trace for one, trace in zip(injections, traces, strict=True) if one.standard]
    clear, split = _places_in(standards, method, model)
    # Where most standards show an unlisted peak, a wrong width may have called for it.
    doubtful = {name for name, count in split.items() if count > len(clear.get(name, ()))}
    if doubtful:
        alone, _ = _places_in(standards, method, model, doubtful, unlisted=False)
        model = learn_places(model, alone)
        clear, _ = _places_in(standards, method, model)
    return learn_places(model, clear)


_Places = dict[str, list[tuple[float, float, float, float]]]


def _places_in(
    standards: Sequence[EvenTrace],
    method: ChromatographyMethod,
    model: PeakModel,
    names: Collection[str] | None = None,
    *,
    unlisted: bool = True,
) -> tuple[_Places, dict[str, int]]:
    """Places of clear peaks of compounds in standards; how many have an unlisted one near."""
    clear: _Places = {}
    split: dict[str, int] = {}
    for trace in standards:
        reference = find_reference(trace, method, model.shape)
        if not reference.present:
            continue
        for compound in method:
            if compound.name == reference.compound.name or (names and compound.name not in names):
                continue
            fit = fit_compound(trace, method, compound, reference, model, unlisted=unlisted)
            if fit.fit.area[0] <= _CLEAR * fit.fit.area_se[0]:
                continue
            if fit.unknowns:
                split[compound.name] = split.get(compound.name, 0) + 1
            else:
                clear.setdefault(compound.name, []).append(_place(fit, reference, model))
    return clear, split


def fit_injection(
    injection: BatchInjection,
    method: ChromatographyMethod,
    model: PeakModel | None = None,
    manual: Mapping[str, ManualLimits] | None = None,
) -> InjectionPeaks:
    """Quantify every compound of the method in one injection.

    Parameters
    ----------
    injection : BatchInjection
        The injection.
    method : ChromatographyMethod
        The compounds.
    model : PeakModel, optional
        What was learned from the batch; None learns from the injection itself.
    manual : mapping of str to ManualLimits, optional
        By compound.
    """
    if model is None:
        model = learn_batch([injection], method)
    trace = prepared(injection, method)
    reference = find_reference(trace, method, model.shape)
    if _has_own_shape(reference, model, min(_least_misfit(reference), _OTHER_SHAPE)):
        # An overloaded column, or one that has changed: the shape of this injection is its own.
        model = learn_model(model, [reference])
        reference = find_reference(trace, method, model.shape)
    if not reference.present and model.width_share > 0.0:
        # What stands in its window is noise; the width is that of the other injections.
        peak = reference.peak
        center = reference.compound.retention_min
        width = model.width_share * center
        reference = replace(reference, peak=replace(peak, center=center, width=width))
    fits = [_fit_one(trace, method, one, reference, model) for one in method]
    return quantify(injection.name, injection.chromatogram, trace, reference, fits, manual or {})


def _has_own_shape(reference: Reference, model: PeakModel, least: float) -> bool:
    """Whether a peak is tall and differs from the shared shape by more than its noise.

    `least` is the root mean square by which it has to differ, over its height.
    """
    if reference.signal_to_noise < TALL:
        return False
    misfit = shape_misfit(reference.peak, model.shape)
    return bool(misfit > np.hypot(least, 1.0 / reference.signal_to_noise))


def _least_misfit(reference: Reference) -> float:
    """Misfit from which on a peak has a shape of its own: more, the taller a peak beside it is."""
    peak = reference.peak
    top = int(np.clip(np.searchsorted(peak.time, peak.center), 1, peak.time.size - 1))
    # How far the trace rises again on either side.
    rise = max(
        float((side - np.minimum.accumulate(side)).max())
        for side in (peak.signal[top:], peak.signal[:top][::-1])
    )
    beside = (rise - _RISE_NOISE * reference.noise.rms) / max(reference.height, 1e-300)
    return max(_OWN_SHAPE, 0.5 * beside)


def _fit_one(
    trace: EvenTrace,
    method: ChromatographyMethod,
    compound: Compound,
    reference: Reference,
    model: PeakModel,
) -> CompoundFit:
    """Fit a compound; with a shape of its own where it is tall, alone and not of the shared one."""
    fit = fit_compound(trace, method, compound, reference, model)
    if compound.name == reference.compound.name:
        return fit
    width = float(fit.fit.places.width[0])
    factor = reference.peak.center / reference.compound.retention_min
    middle = float(fit.fit.places.center[0])
    listed = [abs(one.retention_min * factor - middle) for one in method if one is not compound]
    near = trace.signal[trace.between(middle - 3.0 * width, middle + 3.0 * width)]
    # Half, because the noise here may be less than that of the whole trace.
    if min(listed) < _ALONE * width or np.ptp(near) < 0.5 * TALL * reference.noise.rms:
        return fit
    own = find_reference(trace, method, model.shape, compound)
    unknown = fit.fit.center[[name == "unknown" for name in fit.names]]
    apart = np.abs(unknown - own.peak.center) / own.peak.width
    # A tall neighbour that is not listed is not the compound.
    moved = abs(own.peak.center - middle) / own.peak.width
    if moved > 1.0 or min(apart, default=np.inf) < _BESIDE:
        return fit
    if not _has_own_shape(own, model, _least_misfit(own)):
        return fit
    model = learn_model(model, [own])
    own = find_reference(trace, method, model.shape, compound)
    return fit_compound(trace, method, compound, own, model) if own.present else fit


def prepared(injection: BatchInjection, method: ChromatographyMethod) -> EvenTrace:
    """The part of an injection's trace that the method evaluates."""
    chromatogram = injection.chromatogram
    last = max(one.retention_min for one in method)
    if chromatogram.time_min[-1] < last:
        name = next(one.name for one in method if one.retention_min == last)
        raise InputError(
            f"the trace ends at {chromatogram.time_min[-1]:g} min, before {name} at {last:g} min",
            where=injection.name,
            do="Export the whole run, or correct the method",
        )
    return prepare_trace(
        chromatogram,
        start=method.void_min,
        end=method.end_min,
        where=injection.name,
    )


def _place(
    fit: CompoundFit, reference: Reference, model: PeakModel
) -> tuple[float, float, float, float]:
    """What `learn_places` takes of one standard."""
    base = model.expected[reference.compound.name]
    center, width = float(fit.fit.center[0]), float(fit.fit.places.width[0])
    alone = fit.window.signal - fit.fit.peaks[:, 1:].sum(axis=1)
    own = refit(LonePeak(fit.time, alone, fit.window.noise, center, width), model.shape)[0]
    return (
        center / reference.peak.center * base.retention,
        own.width / reference.peak.width * base.width,
        width / center,
        float(fit.fit.area_se[0] / fit.fit.area[0]),
    )


def _check(
    injections: Sequence[BatchInjection],
    method: ChromatographyMethod,
    manual: Sequence[ManualLimits],
) -> None:
    if not injections:
        raise InputError("there is no injection to evaluate", do="Name at least one file")
    names = [one.name for one in injections]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"two injections are called '{twice[0]}'", allowed="Each needs its own name"
        )
    for limits in manual:
        if limits.injection not in names:
            raise InputError(
                f"the manual limits are for the injection '{limits.injection}', which is not in "
                "the batch",
                do="Correct the name",
            )
        compound = method.compound(limits.compound)
        low = compound.retention_min - compound.window_min
        high = compound.retention_min + compound.window_min
        if limits.end_min <= low or limits.start_min >= high:
            raise InputError(
                f"the manual limits of {compound.name} are {limits.start_min:g} to "
                f"{limits.end_min:g} min, outside of its window of {low:.4g} to {high:.4g} min",
                where=limits.injection,
                do="Correct the limits, or name the compound that they are for",
            )
