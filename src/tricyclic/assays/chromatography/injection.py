"""Fit the peaks of one injection jointly with the local baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.model import PeakModel
from tricyclic.assays.chromatography.reference import TALL, Reference
from tricyclic.assays.chromatography.trace import EvenTrace, usual_bend
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.numerics.peaks.window import FREE, Bend, PeakPlaces, Window, WindowFit

FloatArray = NDArray[np.float64]

# Extents of the window of a compound before and behind its apex, in widths: the widest in which
# the readings beside the peaks are those of a baseline.
EXTENTS = ((12.0, 15.0), (9.0, 12.0), (7.0, 9.0))
# The least of them. An unknown peak beyond it is none of the neighbours of the compound.
FRONT, BACK = EXTENTS[-1]
# Nearest to the ends of a window that unknown peaks are searched for, and the steps, in widths.
_FROM_END, _STEP = 1.0, 0.4
# Names of the neighbours that no method lists.
UNKNOWN, DIP = "unknown", "dip"
# Root mean square of what a fit leaves of its window, over the noise, from which on the window has
# more than peaks on a baseline: at most 1.07 in simulations without a step or a dip, with one 1.6.
LARGEST_MISFIT = 1.3
# Widths of a dip over that of the compound, which is no compound of the column.
_DIP_WIDTHS = (0.7, 1.0, 1.4, 2.0)
# Unknown neighbours that a window may have.
MOST_UNKNOWNS = 2
# Nearest an unknown peak may be to a listed one, in widths: closer, the two are one.
NEAREST = 0.6
# Nearest a dip may be to a listed peak: closer, a taller peak and a deeper dip cancel each other.
_NEAREST_DIP = 3.0
# An unknown below this part of the tallest peak near it is a misfit of that peak's shape.
LEAST_UNKNOWN = 0.02
# Place and area of an unknown are two parameters; that the place was searched for is a third.
UNKNOWN_PARAMETERS = 3.0
# Largest shift in standard deviations of its prior.
_BOUND_SD = 5.0
_DEGREE = 3
# Degrees of a polynomial that a baseline has not, if its window is not too wide for it.
_MORE_DEGREES = 2


@dataclass(frozen=True)
class CompoundFit:
    """A compound's peak with all that is fitted in its window.

    Attributes
    ----------
    compound : Compound
        The compound.
    time : ndarray
        Readings of the window, min.
    fit : WindowFit
        First peak: the compound; then listed neighbours, then unknown ones.
    names : tuple of str
        Of the peaks; an unlisted one is "unknown", and one that points downwards a "dip".
    window : Window
        The readings.
    """

    compound: Compound
    time: FloatArray
    fit: WindowFit
    names: tuple[str, ...]
    window: Window

    @property
    def unknowns(self) -> int:
        """Number of neighbours that no method lists."""
        return len(self.neighbours)

    @property
    def neighbours(self) -> tuple[int, ...]:
        """Places of the neighbours that no method lists, among the peaks."""
        apart = (self.fit.center - self.fit.center[0]) / self.fit.places.width[0]
        near = (apart > -FRONT) & (apart < BACK)
        return tuple(k for k, name in enumerate(self.names) if name == UNKNOWN and near[k])


def fit_compound(
    trace: EvenTrace,
    method: ChromatographyMethod,
    compound: Compound,
    reference: Reference,
    model: PeakModel,
    *,
    unlisted: bool = True,
) -> CompoundFit:
    """Fit a compound, its listed neighbours and, where BIC favours them, unlisted ones.

    A wide window separates the peak from slow noise; where BIC favours a baseline that bends
    more, or still more peaks far from the compound, the window is narrower. So is that of a tall
    reference peak, for which noise is no matter.
    """
    tall = compound.name == reference.compound.name and reference.signal_to_noise > TALL
    for extent in () if tall else EXTENTS[:-1]:
        fit = _fit_extent(trace, method, compound, reference, model, extent, unlisted)
        if _is_supported(fit):
            return fit
    return _fit_extent(trace, method, compound, reference, model, EXTENTS[-1], unlisted)


def _fit_extent(
    trace: EvenTrace,
    method: ChromatographyMethod,
    compound: Compound,
    reference: Reference,
    model: PeakModel,
    extent: tuple[float, float],
    unlisted: bool,
) -> CompoundFit:
    places = {one.name: _place(one, reference, model) for one in method}
    center, width, _ = places[compound.name]
    start, end = center - extent[0] * width, center + extent[1] * width
    if compound.name == reference.compound.name:
        start, end = max(start, reference.limits[0]), min(end, reference.limits[1])
    part = trace.between(start, end)
    # A listed peak whose foot is in the window.
    near = [
        one
        for one in method
        if one.name != compound.name
        and places[one.name][0] + BACK * places[one.name][1] > start
        and places[one.name][0] - 4.0 * places[one.name][1] < end
    ]
    peaks = [places[one.name] for one in (compound, *near)]
    centers, widths, sds = (np.array(values) for values in zip(*peaks, strict=True))
    listed = PeakPlaces(centers, widths, sds, np.clip(_BOUND_SD * sds, 0.1, 1.0))
    span = float(np.ptp(trace.signal[part]))
    noise = reference.noise.with_misfit(span, width / trace.step)
    bend = usual_bend(trace, reference.quiet, center, part.stop - part.start)
    names = (compound.name, *(one.name for one in near))
    most = MOST_UNKNOWNS if unlisted else 0
    # Front and tail of a tall peak look like dips and bends.
    is_tall = span > TALL * reference.noise.rms

    def fitted(known: Bend) -> CompoundFit:
        window = Window(trace.time[part], trace.signal[part], model.shape, noise, _DEGREE, known)
        fit = _with_unknowns(window, window.fit(listed), center, width, most)
        if most and not is_tall and window_misfit(window, fit, trace.resolution):
            more = _with_unknowns(window, window.fit(listed), center, width, most, dips=True)
            fit = min(fit, more, key=lambda one: one.deviance)
        beside = [
            DIP if k in fit.places.dips else UNKNOWN for k in range(len(names), fit.area.size)
        ]
        return CompoundFit(compound, window.time, fit, (*names, *beside), window)

    first = fitted(bend)
    log_count = float(np.log(first.window.count))
    if is_tall or first.window.strain(first.fit) <= len(bend.sd) * log_count:
        return first
    # The readings here bend more than those beside the peak.
    free = fitted(FREE)
    gain = first.fit.deviance - free.fit.deviance
    more_unknowns = len(free.names) - len(first.names)
    least = len(bend.sd) + UNKNOWN_PARAMETERS * more_unknowns
    return free if gain > least * log_count else first


def _is_supported(fit: CompoundFit) -> bool:
    """Whether what a wide window has beside the fitted peaks is noise on its baseline."""
    window, result = fit.window, fit.fit
    log_count = float(np.log(window.count))
    if window.bending(result, _MORE_DEGREES) > _MORE_DEGREES * log_count:
        return False
    center, width = float(result.places.center[0]), float(result.places.width[0])
    grid = _free_times(window.time, width, result)
    beyond = grid[(grid < center - FRONT * width) | (grid > center + BACK * width)]
    gain = window.improvement(result, beyond, width * beyond / center)
    return bool(gain.max(initial=0.0) <= UNKNOWN_PARAMETERS * log_count)


def _free_times(
    time: FloatArray, width: float, fit: WindowFit, nearest: float | FloatArray = NEAREST
) -> FloatArray:
    """Times at which one more peak may be; `nearest` to each of the others, in widths."""
    grid = np.arange(time[0] + _FROM_END * width, time[-1] - _FROM_END * width, _STEP * width)
    distance = np.abs(grid[:, None] - fit.center) / fit.places.width
    return np.asarray(grid[(distance > nearest).all(axis=1)])


def _place(one: Compound, reference: Reference, model: PeakModel) -> tuple[float, float, float]:
    here, base = model.expected[one.name], model.expected[reference.compound.name]
    center = reference.peak.center * here.retention / base.retention
    width = reference.peak.width * here.width / base.width
    if one.name == reference.compound.name:
        return center, width, 0.3
    return center, width, here.shift_sd if reference.present else one.window_min / width / 3.0


def window_misfit(window: Window, fit: WindowFit, resolution: float) -> float:
    """Root mean square of what a fit leaves of its window, over the noise; 0 where that is noise.

    Parameters
    ----------
    window : Window
    fit : WindowFit
    resolution : float
        Smallest step between two readings: rounding, of which half a step is left, is no misfit.
    """
    ratio = float(np.sqrt(fit.deviance / window.count))
    left = window.signal - fit.baseline - fit.peaks.sum(axis=1)
    rounding = LARGEST_MISFIT * 0.5 * resolution
    is_noise = ratio <= LARGEST_MISFIT or float(np.sqrt(np.mean(left**2))) <= rounding
    return 0.0 if is_noise else ratio


def _with_unknowns(
    window: Window, fit: WindowFit, center: float, width: float, most: int, *, dips: bool = False
) -> WindowFit:
    """The fit with unlisted peaks, or with dips as well, as long as BIC favours one more."""
    for _ in range(most):
        trials = [
            more
            for dip in ((False, True) if dips else (False,))
            for scale in (_DIP_WIDTHS if dip else (1.0,))
            if (more := _with_unknown(window, fit, center, width, scale=scale, dip=dip)) is not None
        ]
        if not trials:
            break
        fit = min(trials, key=lambda one: one.deviance)
    return fit


def _with_unknown(
    window: Window, fit: WindowFit, center: float, width: float, *, scale: float, dip: bool
) -> WindowFit | None:
    """The fit with one more peak or dip, or None where BIC does not favour it."""
    # Unlisted peaks have no prior of their place.
    listed = np.isfinite(fit.places.prior_sd)
    nearest = np.where(dip & listed, _NEAREST_DIP, NEAREST)
    grid = _free_times(window.time, width, fit, nearest)
    if not grid.size:
        return None
    widths = scale * width * grid / center
    gain = window.improvement(fit, grid, widths, dip=dip)
    penalty = UNKNOWN_PARAMETERS * float(np.log(window.count))
    tops = [
        i
        for i in range(grid.size)
        if gain[i] > 0.5 * penalty and gain[i] >= gain[max(i - 1, 0) : i + 2].max()
    ]
    best: WindowFit | None = None
    for i in sorted(tops, key=lambda i: -gain[i])[:2]:
        places = fit.places.with_peak(float(grid[i]), float(widths[i]), np.inf, 1.0, dip=dip)
        trial = window.fit(places, np.append(fit.shift, 0.0))
        if best is None or trial.deviance < best.deviance:
            best = trial
    if best is None or fit.deviance - best.deviance <= penalty:
        return None
    heights = best.area / best.places.width
    close = np.abs(best.center - best.center[-1]) < 5.0 * width
    if heights[-1] < LEAST_UNKNOWN * heights[close].max() or not best.area[-1] > 0.0:
        return None
    apart = np.abs(best.center[:-1] - best.center[-1]) / best.places.width[:-1]
    # One that has moved into a listed peak only splits it.
    if (apart < nearest).any() or (best.area[:-1] == 0.0)[fit.area > 0.0].any():
        return None
    return best
