"""Seeded chromatograms with known areas, for the benchmark and the tests of peak fitting.

The peaks are of families that the fit does not have (but for the EMG); their areas are numerical
integrals. A trace is 14 min at 5 Hz: norepinephrine among its usual neighbours on the tail of the
solvent, with drift, white noise, autocorrelated noise, pump noise and a drift of retention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.signal import lfilter
from scipy.special import erf
from scipy.stats import exponnorm

FloatArray = NDArray[np.float64]

NAMES = ("NE", "E", "DHBA", "DOPAC", "DA")
RETENTION_MIN = np.array([3.8, 4.9, 5.8, 6.9, 8.6])
# Heights over that of norepinephrine.
HEIGHTS = np.array([1.0, 0.6, 10.0, 3.0, 1.5])
PLATES = 8000.0
VOID_MIN = 1.2


def _gauss(u: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * u * u))


def _skew_normal(u: FloatArray) -> FloatArray:
    return np.asarray(_gauss(u) * (1.0 + erf(3.0 * u / np.sqrt(2.0))))


def _fraser_suzuki(u: FloatArray) -> FloatArray:
    asymmetry = 0.3
    argument = 1.0 + 2.0 * asymmetry * u / 2.3548
    logs = np.log(np.maximum(argument, 1e-300))
    return np.where(argument > 0.0, np.exp(-np.log(2.0) * (logs / asymmetry) ** 2), 0.0)


def _gauss_then_exponential(u: FloatArray) -> FloatArray:
    return np.where(u < 1.0, _gauss(u), np.exp(0.5 - u))


def _gauss_with_slow_sites(u: FloatArray) -> FloatArray:
    # 15 % of the molecules pass sites of slow desorption.
    tail = exponnorm.pdf(u, 3.0)
    return np.asarray(0.85 * _gauss(u) / np.sqrt(2.0 * np.pi) + 0.15 * tail)


def _hybrid(u: FloatArray) -> FloatArray:
    # Exponential-Gaussian hybrid, Lan & Jorgenson 2001, doi:10.1016/S0021-9673(01)00594-5.
    width = 2.0 + 0.5 * u
    return np.where(width > 0.0, np.exp(-u * u / np.maximum(width, 1e-9)), 0.0)


FAMILIES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "EMG": lambda u: np.asarray(exponnorm.pdf(u, 0.7)),
    "Gaussian": _gauss,
    "skew-normal": _skew_normal,
    "Fraser-Suzuki": _fraser_suzuki,
    "Gaussian + exponential": _gauss_then_exponential,
    "Gaussian + slow sites": _gauss_with_slow_sites,
    "EG hybrid": _hybrid,
    # The mirror of a tail: an overloaded column, or a sample in a strong solvent.
    "fronting": lambda u: np.asarray(exponnorm.pdf(-u, 1.0)),
}


@dataclass(frozen=True)
class PeakProfile:
    """A peak with area 1, its apex at 0 and a width at half height of 2.3548."""

    density: CubicSpline
    start: float
    end: float
    height: float

    def __call__(self, u: FloatArray) -> FloatArray:
        """Density at reduced times."""
        inside = (u > self.start) & (u < self.end)
        return np.where(inside, self.density(np.clip(u, self.start, self.end)), 0.0)


def profile(form: Callable[[FloatArray], FloatArray] | str) -> PeakProfile:
    """The reduced profile of a family, or of a function of time."""
    function = FAMILIES[form] if isinstance(form, str) else form
    u = np.linspace(-12.0, 40.0, 20801)
    return tabulated(u, function(u))


def tabulated(u: FloatArray, signal: FloatArray) -> PeakProfile:
    """The reduced profile of a peak given by its signal at times."""
    area = float(np.trapezoid(signal, u))
    top = int(np.argmax(signal))
    half = 0.5 * signal[top]
    left = float(np.interp(half, signal[: top + 1], u[: top + 1]))
    right = float(np.interp(-half, -signal[top:], u[top:]))
    width = (right - left) / 2.3548
    v = (u - u[top]) / width
    density = signal / area * width
    return PeakProfile(CubicSpline(v, density), float(v[0]), float(v[-1]), float(density[top]))


@dataclass(frozen=True)
class Scene:
    """What a trace has besides its family of peaks.

    Attributes
    ----------
    sn : float
        Height of norepinephrine at amount 1 over the standard deviation of the noise.
    tail : float
        Height of the solvent's tail under norepinephrine over the height of that.
    overlap : (float, float) or None
        Resolution and height ratio of an unlisted peak just behind norepinephrine.
    shares : (float, float, float)
        Of the variance of the noise: white, autocorrelated with 0.9, pump.
    tail_cv : float
        Coefficient of variation of the tail of every single peak.
    """

    sn: float = 100.0
    tail: float = 0.3
    overlap: tuple[float, float] | None = None
    shares: tuple[float, float, float] = (0.5, 0.4, 0.1)
    tail_cv: float = 0.0


@dataclass(frozen=True)
class KnownTrace:
    """A trace and the areas of its peaks, in signal x s."""

    time_min: FloatArray
    signal: FloatArray
    areas: dict[str, float] = field(default_factory=dict)


def simulate(
    rng: np.random.Generator,
    shape: PeakProfile,
    scene: Scene,
    amount: float = 1.0,
    *,
    form: Callable[[float], PeakProfile] | None = None,
) -> KnownTrace:
    """One chromatogram.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of every random number.
    shape : PeakProfile
        Of all peaks.
    scene : Scene
        Noise, tail, overlap.
    amount : float
        Of norepinephrine; 0 is a blank.
    form : callable, optional
        Profile of a peak by the factor of its tail, with `Scene.tail_cv`.
    """
    time = np.arange(14 * 60 * 5) / 300.0
    stretch = 1.0 + 0.006 * rng.standard_normal()
    centers = RETENTION_MIN * stretch * (1.0 + 2e-4 * rng.standard_normal(RETENTION_MIN.size))
    widths = centers / np.sqrt(PLATES)
    unit = RETENTION_MIN[0] / np.sqrt(PLATES) / shape.height  # area of NE with height 1
    areas = HEIGHTS * unit * np.where(np.arange(HEIGHTS.size) == 0, amount, 1.0)
    signal = np.zeros_like(time)
    for center, width, area in zip(centers, widths, areas, strict=True):
        own = shape
        if form is not None and scene.tail_cv > 0.0:
            own = form(max(0.1, 1.0 + scene.tail_cv * rng.standard_normal()))
        signal += area * own((time - center) / width) / width
    if scene.overlap is not None:
        separation, ratio = scene.overlap
        # Resolution by widths at half height: 1.18 dt / (W1 + W2).
        center = centers[0] + separation * 2.0 * 2.3548 * widths[0] / 1.18 * 1.01
        width = center / np.sqrt(PLATES)
        signal += ratio * areas[0] * shape((time - center) / width) / width
    signal += 30.0 * np.exp(-0.5 * ((time - 1.1 * stretch) / 0.04) ** 2)
    decay = np.exp(-(time - VOID_MIN) / 0.9) / np.exp(-(RETENTION_MIN[0] - VOID_MIN) / 0.9)
    signal += np.where(time > VOID_MIN, scene.tail * decay, 0.0)
    part = time / 14.0
    signal += rng.uniform(-0.3, 0.3) * part + rng.uniform(-0.1, 0.1) * part**2
    signal += 0.1 * np.sin(2.0 * np.pi * (time / rng.uniform(8.0, 20.0) + rng.uniform()))
    signal += noise(rng, time, scene.shares) / scene.sn
    return KnownTrace(time, signal, dict(zip(NAMES, 60.0 * areas, strict=True)))


def noise(
    rng: np.random.Generator, time: FloatArray, shares: tuple[float, float, float]
) -> FloatArray:
    """Noise of variance 1: white, autocorrelated with 0.9, and of a pump with a stroke of 3-6 s."""
    white = rng.standard_normal(time.size)
    slow = lfilter([1.0], [1.0, -0.9], rng.standard_normal(time.size + 200))[200:]
    stroke_min = rng.uniform(3.0, 6.0) / 60.0
    pump = np.sqrt(2.0) * np.sin(2.0 * np.pi * (time / stroke_min + rng.uniform()))
    parts = (white, slow * np.sqrt(1.0 - 0.81), pump)
    return np.asarray(sum(np.sqrt(s) * p for s, p in zip(shares, parts, strict=True)))
