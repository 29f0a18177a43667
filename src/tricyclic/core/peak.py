"""A quantified peak of a chromatogram, and the peaks of one injection."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]

PeakState = Literal["quantified", "below LOQ", "below LOD", "not found"]
STATES: tuple[PeakState, ...] = get_args(PeakState)
# In the remark about a peak that was seen, and is not that of the compound.
OUTSIDE_WINDOW = "is outside the window of the method"
UNFITTED = "its window has a step, a dip or a drift that is not fitted"


@dataclass(frozen=True)
class ManualLimits:
    """Limits of integration that a person sets for one peak.

    Parameters
    ----------
    injection, compound : str
        Names of the injection and of the compound.
    start_min, end_min : float
        Limits, min; a straight baseline joins the signal at both.
    reason : str
        Why; never empty.

    Raises
    ------
    InputError
        If the reason is empty, or the end is not after the start.
    """

    injection: str
    compound: str
    start_min: float
    end_min: float
    reason: str

    def __post_init__(self) -> None:
        where = f"{self.injection}, {self.compound}"
        if not self.reason.strip():
            raise InputError(
                "the manual limits have no reason", where=where, do="State why they were set"
            )
        if not (
            math.isfinite(self.start_min)
            and math.isfinite(self.end_min)
            and self.end_min > self.start_min
        ):
            raise InputError(
                f"the manual limits are {self.start_min:g} to {self.end_min:g} min",
                where=where,
                allowed="The end must be after the start",
            )


@dataclass(frozen=True)
class Peak:
    """One compound in one injection.

    Parameters
    ----------
    compound, role : str
        As in the method.
    state : str
        "quantified", "below LOQ" (the number is there, and uncertain), "below LOD" or "not found"
        (there is no number).
    retention_min : float or None
        Time of the apex, min.
    expected_min : float
        Where the method and the reference peak of the injection expect it, min.
    area, area_se : float or None
        In signal x s; None below the limit of detection. The standard error is that of the fit
        with the autocorrelated noise of the trace.
    area_detectable : float
        Area of a peak at the limit of detection here, in signal x s.
    height : float or None
        In signal.
    signal_to_noise_rms : float or None
        Height over the standard deviation of the noise.
    signal_to_noise_usp : float or None
        2 H / h, with h the noise from peak to peak over at least five widths at half height; None
        where no stretch of the trace is quiet.
    width_half_height_min : float or None
        Width at half height, min.
    tailing : float or None
        Width at 5 % of the height over twice its front part.
    plates : float or None
        5.54 (t / W_half)^2.
    resolution : float or None
        To the nearest other peak, 1.18 dt / (sum of the widths at half height).
    nearest : str
        That peak; "unknown" for one that the method does not list.
    area_tangent, area_drop_line : float or None
        In signal x s, by integration of the trace: over the tangent below the peak, and over the
        baseline of its group with perpendiculars at the valleys.
    remarks : tuple of str
        What a reader of the number should know.
    manual : ManualLimits or None
        Limits that replaced the fit.
    """

    compound: str
    role: str
    state: PeakState
    expected_min: float
    retention_min: float | None = None
    area: float | None = None
    area_se: float | None = None
    area_detectable: float = math.nan
    height: float | None = None
    signal_to_noise_rms: float | None = None
    signal_to_noise_usp: float | None = None
    width_half_height_min: float | None = None
    tailing: float | None = None
    plates: float | None = None
    resolution: float | None = None
    nearest: str = ""
    area_tangent: float | None = None
    area_drop_line: float | None = None
    remarks: tuple[str, ...] = ()
    manual: ManualLimits | None = None


@dataclass(frozen=True)
class UnknownPeak:
    """A peak that the method does not list, beside one that it lists.

    Parameters
    ----------
    beside : str
        The listed compound.
    retention_min, area, area_se : float
        Min; signal x s.
    """

    beside: str
    retention_min: float
    area: float
    area_se: float


@dataclass(frozen=True)
class FittedWindow:
    """What was fitted around one compound, for a figure.

    Parameters
    ----------
    compound : str
        The compound.
    time_min, signal, baseline : ndarray, shape (readings,)
        The readings of the window and the fitted baseline.
    peaks : ndarray, shape (readings, peaks)
        Signal of each fitted peak over the baseline.
    names : tuple of str
        Of the peaks; "unknown" where the method lists none.
    """

    compound: str
    time_min: Floats
    signal: Floats
    baseline: Floats
    peaks: Floats
    names: tuple[str, ...]

    @property
    def residual(self) -> Floats:
        """Signal minus baseline and peaks."""
        return np.asarray(self.signal - self.baseline - self.peaks.sum(axis=1))


@dataclass(frozen=True)
class InjectionPeaks:
    """The peaks of one injection, in order of retention.

    Parameters
    ----------
    injection : str
        Name of the injection.
    peaks : tuple of Peak
        One for each compound of the method.
    unknown : tuple of UnknownPeak
        Peaks that the method does not list.
    signal_unit : str or None
        As the trace states it; areas are in it x s.
    noise_rms : float
        Standard deviation of the noise, in signal.
    noise_autocorrelation : float
        Of two readings in a row.
    shift_percent : float
        Retention of the reference peak over the one that the method states, less 1, in percent.
    reference : str
        The compound from which shift and width were taken; empty where none stood out.
    remarks : tuple of str
        About the injection as a whole.
    windows : tuple of FittedWindow
        For figures.
    """

    injection: str
    peaks: tuple[Peak, ...]
    unknown: tuple[UnknownPeak, ...] = ()
    signal_unit: str | None = None
    noise_rms: float = math.nan
    noise_autocorrelation: float = 0.0
    shift_percent: float = 0.0
    reference: str = ""
    remarks: tuple[str, ...] = ()
    windows: tuple[FittedWindow, ...] = field(default=(), repr=False)

    def __getitem__(self, compound: str) -> Peak:
        """The peak of a compound.

        Raises
        ------
        UnknownNameError
            If the method has no such compound.
        """
        for peak in self.peaks:
            if peak.compound == compound:
                return peak
        names = [peak.compound for peak in self.peaks]
        raise UnknownNameError.among("compound", compound, names, where=self.injection)
