"""From fitted windows to peaks with a state: what can be stated about each compound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.injection import (
    BACK,
    DIP,
    FRONT,
    CompoundFit,
    window_misfit,
)
from tricyclic.assays.chromatography.integration import (
    by_drop_line,
    over_line,
    smoothed,
    tangent_feet,
    within_limits,
)
from tricyclic.assays.chromatography.quality import (
    LEAST_SN_MEASURED,
    half_width,
    measured_form,
    peak_to_peak,
    plate_number,
    resolution,
    shared_form,
)
from tricyclic.assays.chromatography.reference import Reference
from tricyclic.assays.chromatography.trace import EvenTrace
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.peak import (
    OUTSIDE_WINDOW,
    UNFITTED,
    FittedWindow,
    InjectionPeaks,
    ManualLimits,
    Peak,
    PeakState,
    UnknownPeak,
)
from tricyclic.numerics.peaks.noise import LEAST_MISFIT, misfit_share

FloatArray = NDArray[np.float64]

# Heights over the standard deviation of the noise, as in ICH Q2(R1), 6.2 and 7.2: limits of
# detection and of quantification.
LOD_SN, LOQ_SN = 3.0, 10.0
# Below this many standard errors of its area there is no peak.
NOT_FOUND_SE = 2.0
# Areas of two methods of integration that differ by more are remarked on, in percent.
LARGEST_DIFFERENCE_PERCENT = 5.0
# Peaks nearer than this many widths are one group for the drop line.
_GROUP = 6.0
_SECONDS = 60.0
# Residual beyond which a shape is remarked on: in noise, and in heights.
_MISFIT_NOISE, _MISFIT_HEIGHT = 3.0, 0.03
# The core of a peak either way, in widths.
_CORE = 2.0


def quantify(
    name: str,
    chromatogram: Chromatogram,
    trace: EvenTrace,
    reference: Reference,
    fits: Sequence[CompoundFit],
    manual: Mapping[str, ManualLimits],
) -> InjectionPeaks:
    """The peaks of an injection from the fits of its windows."""
    clear = _clear_peaks(fits)
    peaks = tuple(
        _with_manual(
            _peak(fit, trace, reference, clear), trace, float(fit.fit.places.width[0]), manual, name
        )
        for fit in fits
    )
    expected = reference.compound.retention_min
    return InjectionPeaks(
        injection=name,
        peaks=peaks,
        unknown=_unknown(fits),
        signal_unit=chromatogram.signal_unit,
        noise_rms=reference.noise.rms,
        noise_autocorrelation=reference.noise.lag_one,
        shift_percent=100.0 * (reference.peak.center / expected - 1.0)
        if reference.present
        else 0.0,
        reference=reference.compound.name if reference.present else "",
        remarks=_remarks(trace, reference),
        windows=tuple(_window(fit) for fit in fits),
    )


def _peak(
    fit: CompoundFit,
    trace: EvenTrace,
    reference: Reference,
    clear: Sequence[tuple[str, float, float]],
) -> Peak:
    result, shape, noise = fit.fit, fit.window.shape, reference.noise
    misfit = window_misfit(fit.window, result, trace.resolution)
    area, se = float(result.area[0]), float(result.area_se[0]) * max(misfit, 1.0)
    center, width = float(result.center[0]), float(result.places.width[0])
    height = area * shape.height / width
    ratio = height / noise.rms
    detectable = LOD_SN * noise.rms * width / shape.height * _SECONDS
    blank = Peak(
        fit.compound.name,
        fit.compound.role,
        "not found",
        float(result.places.center[0]),
        area_detectable=detectable,
    )
    outside = abs(center - fit.compound.retention_min) > fit.compound.window_min
    if area < NOT_FOUND_SE * se or outside:
        remark = f"a peak at {center:.3f} min {OUTSIDE_WINDOW}"
        return replace(blank, remarks=(remark,)) if outside and area >= LOD_SN * se else blank
    if ratio < LOD_SN or area < LOD_SN * se:
        return replace(blank, state="below LOD", retention_min=center, signal_to_noise_rms=ratio)
    state: PeakState = "quantified" if ratio >= LOQ_SN else "below LOQ"
    form = shared_form(shape, width)
    if ratio >= LEAST_SN_MEASURED:
        cleaned = fit.window.signal - result.baseline - result.peaks[:, 1:].sum(axis=1)
        form = measured_form(fit.time, cleaned, center, width) or form
    nearest, separation = _nearest(fit, clear)
    quiet = peak_to_peak(
        reference.quiet, center, int(np.ceil(5.0 * half_width(width) / trace.step))
    )
    skim, drop, between = _integrated(fit, trace)
    share = 1.0 if misfit else misfit_share(height, noise.rms)
    systematic = max(_shape_error(fit, noise.rms, height), share * _line_error(fit, between))
    return Peak(
        compound=fit.compound.name,
        role=fit.compound.role,
        state=state,
        expected_min=blank.expected_min,
        retention_min=center,
        area=area * _SECONDS,
        area_se=float(np.hypot(se, systematic)) * _SECONDS,
        area_detectable=detectable,
        height=height,
        signal_to_noise_rms=ratio,
        signal_to_noise_usp=2.0 * height / quiet if quiet else None,
        width_half_height_min=form[0],
        tailing=form[1],
        plates=plate_number(center, form[0]),
        resolution=separation,
        nearest=nearest,
        area_tangent=skim * _SECONDS,
        area_drop_line=drop * _SECONDS,
        remarks=(
            *_peak_remarks(fit, reference, area, height, skim, drop),
            *([f"{UNFITTED}, by {misfit:.1f} times the noise"] if misfit else ()),
        ),
    )


def _integrated(fit: CompoundFit, trace: EvenTrace) -> tuple[float, float, float]:
    """Areas over the tangent and by drop line, and between tangent and baseline, signal x min."""
    result, shape = fit.fit, fit.window.shape
    center, width = float(result.center[0]), float(result.places.width[0])
    front, back = shape.extent(0.002)
    peaks = [k for k, name in enumerate(fit.names) if k and name != DIP]
    others = np.sort(result.center[peaks][result.area[peaks] > 0.0])
    group_start, group_end = center + front * width, center + back * width
    near: list[float] = []
    for other in others[others < center][::-1]:
        if other + _GROUP * width < group_start + 2.0 * width:
            break
        near.append(float(other))
        group_start = min(group_start, float(other) + front * width)
    for other in others[others > center]:
        if other - _GROUP * width > group_end - 2.0 * width:
            break
        near.append(float(other))
        group_end = max(group_end, float(other) + back * width)
    low, high = float(trace.time[0]), float(trace.time[-1])
    group = (max(group_start, low), min(group_end, high))
    reach = (max(center - 6.0 * width, low), min(center + 8.0 * width, high))
    smooth = smoothed(trace, width)
    feet = tangent_feet(trace, smooth, center, reach)
    inside = (fit.time >= feet[0]) & (fit.time <= feet[1])
    time = fit.time[inside]
    tangent = np.interp(time, feet, np.interp(feet, trace.time, smooth))
    return (
        over_line(trace, smooth, *feet),
        by_drop_line(trace, smooth, center, group, np.array(near)),
        float(np.trapezoid(tangent - result.baseline[inside], time)),
    )


def _clear_peaks(fits: Sequence[CompoundFit]) -> list[tuple[str, float, float]]:
    """Name, apex and width at half height of every peak above the limit of detection."""
    clear = []
    for fit in fits:
        for k, name in enumerate(fit.names):
            if k > 0 and name != "unknown":
                continue
            if fit.fit.area[k] > LOD_SN * fit.fit.area_se[k]:
                width = half_width(float(fit.fit.places.width[k]))
                clear.append((name, float(fit.fit.center[k]), width))
    return clear


def _nearest(
    fit: CompoundFit, clear: Sequence[tuple[str, float, float]]
) -> tuple[str, float | None]:
    """The peak with the poorest resolution from this one."""
    own, center = fit.compound.name, float(fit.fit.center[0])
    width = half_width(float(fit.fit.places.width[0]))
    pairs = [
        (resolution(center, other, width, its_width), name)
        for name, other, its_width in clear
        if name != own
    ]
    if not pairs:
        return "", None
    separation, name = min(pairs)
    return name, separation


def _peak_remarks(
    fit: CompoundFit,
    reference: Reference,
    area: float,
    height: float,
    skim: float,
    drop: float,
) -> tuple[str, ...]:
    remarks = []
    differing = [
        f"{name} {100.0 * (other / area - 1.0):+.0f} %"
        for name, other in (("tangent", skim), ("drop line", drop))
        if abs(other / area - 1.0) * 100.0 > LARGEST_DIFFERENCE_PERCENT
        and abs(other - area) > NOT_FOUND_SE * float(fit.fit.area_se[0])
    ]
    if differing:
        remarks.append(f"integration of the trace differs from the fit: {', '.join(differing)}")
    beside = [float(fit.fit.center[k]) for k in fit.neighbours]
    for center in sorted(beside):
        remarks.append(f"an unlisted peak at {center:.3f} min is fitted beside it")
    for center in sorted(fit.fit.center[[name == DIP for name in fit.names]].tolist()):
        remarks.append(f"a dip at {center:.3f} min is fitted beside it")
    if abs(fit.fit.shift[0]) >= 0.99 * fit.fit.places.bound[0] > 0.0:
        remarks.append("its retention is at the limit of what the standards allow")
    misfit = _core_residual(fit)
    if misfit > max(_MISFIT_NOISE * reference.noise.rms, _MISFIT_HEIGHT * height):
        remarks.append(
            f"its shape differs from that of the others by {100.0 * misfit / height:.0f} % of the "
            "height"
        )
    return tuple(remarks)


def _core_residual(fit: CompoundFit) -> float:
    """Root mean square of what the fit leaves of the core of a peak."""
    width, center = float(fit.fit.places.width[0]), float(fit.fit.center[0])
    core = np.abs(fit.time - center) < _CORE * width
    residual = fit.window.signal - fit.fit.baseline - fit.fit.peaks.sum(axis=1)
    return float(np.sqrt(np.mean(residual[core] ** 2))) if core.any() else 0.0


def _shape_error(fit: CompoundFit, noise: float, height: float) -> float:
    """Standard error of an area from the shape and the baseline, signal x min.

    The least misfit of a shape, as in `NoiseModel.with_misfit`, has one sign along the window of
    the peak, where a wing of the peak cannot be distinguished from the baseline; it counts where
    it exceeds the error that the noise gives the area. What the fit leaves beyond the noise is in
    the core.
    """
    width = float(fit.fit.places.width[0])
    least = (FRONT + BACK) * width * LEAST_MISFIT * height
    of_noise = float(fit.fit.area_se[0])
    counted = least * max(1.0 - (of_noise / least) ** 2, misfit_share(height, noise))
    beyond = np.sqrt(max(_core_residual(fit) ** 2 - (_MISFIT_NOISE * noise) ** 2, 0.0))
    return float(np.hypot(counted, width * 2.0 * _CORE * beyond))


def _line_error(fit: CompoundFit, between: float) -> float:
    """Standard error of an area from the choice of its baseline, signal x min.

    On a hump, or between the feet of neighbours, the readings do not distinguish the baseline of
    the fit from the tangent; the truth is taken as anywhere between the two. Not beside a peak
    that overlaps, from which a tangent does not separate it.
    """
    width = float(fit.fit.places.width[0])
    apart = np.abs(fit.fit.center - fit.fit.center[0])[1:]
    if (apart[fit.fit.area[1:] > 0.0] < 2.0 * _CORE * width).any():
        return 0.0
    return abs(between) / float(np.sqrt(3.0))


def _with_manual(
    peak: Peak, trace: EvenTrace, width: float, manual: Mapping[str, ManualLimits], name: str
) -> Peak:
    limits = manual.get(peak.compound)
    if limits is None:
        return peak
    where = f"{name}, {peak.compound}"
    area = within_limits(trace, limits.start_min, limits.end_min, width, where)
    part = trace.between(limits.start_min, limits.end_min)
    top = part.start + int(np.argmax(trace.signal[part]))
    line = np.interp(
        trace.time[top],
        trace.time[[part.start, part.stop - 1]],
        trace.signal[[part.start, part.stop - 1]],
    )
    fitted = "no area" if peak.area is None else f"{peak.area:.4g}"
    return replace(
        peak,
        state="quantified",
        retention_min=float(trace.time[top]),
        area=area * _SECONDS,
        area_se=None,
        height=float(trace.signal[top] - line),
        remarks=(
            *peak.remarks,
            (
                f"limits set by hand, {limits.start_min:g} to {limits.end_min:g} min: "
                f"{limits.reason} (the fit gives {fitted})"
            ),
        ),
        manual=limits,
    )


def _unknown(fits: Sequence[CompoundFit]) -> tuple[UnknownPeak, ...]:
    """Unlisted peaks, each once: two windows may hold the same one."""
    peaks: list[UnknownPeak] = []
    for fit in fits:
        for k in fit.neighbours:
            center, width = float(fit.fit.center[k]), float(fit.fit.places.width[k])
            if any(abs(center - one.retention_min) < 0.5 * width for one in peaks):
                continue
            peaks.append(
                UnknownPeak(
                    fit.compound.name,
                    center,
                    float(fit.fit.area[k]) * _SECONDS,
                    float(fit.fit.area_se[k]) * _SECONDS,
                )
            )
    return tuple(sorted(peaks, key=lambda one: one.retention_min))


def _window(fit: CompoundFit) -> FittedWindow:
    return FittedWindow(
        fit.compound.name,
        fit.time,
        fit.window.signal,
        fit.fit.baseline,
        fit.fit.peaks,
        fit.names,
    )


def _remarks(trace: EvenTrace, reference: Reference) -> tuple[str, ...]:
    remarks = []
    if not reference.present:
        remarks.append(
            f"no peak of {reference.compound.name} stands out, so that retention times are those "
            "of the method"
        )
    if trace.resampled:
        remarks.append("the steps of time are uneven; readings were interpolated to even ones")
    if trace.spikes:
        remarks.append(
            f"{trace.spikes} single reading{'s' if trace.spikes > 1 else ''} far from both "
            "neighbours (spikes) replaced by interpolation"
        )
    if not reference.quiet:
        remarks.append("no stretch of the trace is free of peaks to measure the noise in")
    return tuple(remarks)
