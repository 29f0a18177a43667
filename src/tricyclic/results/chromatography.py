"""Results of a chromatographic batch: peaks, calibration, amounts, acceptance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tricyclic.core.calibration_line import CalibrationLine, LimitDefinition, Range
from tricyclic.core.check import Check
from tricyclic.core.chromatogram import InjectionTrace
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.peak import InjectionPeaks, PeakState
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.errors import UnknownNameError
from tricyclic.results.base import Renderable
from tricyclic.stats.statistics import MeanEstimate

NO_INTERNAL_STANDARD = "no internal standard"
SENSITIVITY = "response of the repeated standard"


@dataclass(frozen=True)
class SensitivityDrift:
    """Change of the response of one standard over a batch.

    Attributes
    ----------
    per_injection : MeanEstimate
        Slope of the natural logarithm of the response over the injection order.
    total_percent : float
        Change from the first to the last of these standards by that slope [%].
    orders, responses : tuple
        What was injected, in order.
    """

    per_injection: MeanEstimate
    total_percent: float
    orders: tuple[float, ...]
    responses: tuple[float, ...]

    def factor(self, order: float) -> float:
        """What a response is multiplied by to read as at the middle of these standards.

        Between two standards the logarithm is interpolated; outside of them, the nearest counts.
        """
        logs = [math.log(response) for response in self.responses]
        return math.exp(sum(logs) / len(logs) - _interpolated(order, self.orders, logs))


def _interpolated(x: float, at: tuple[float, ...], y: list[float]) -> float:
    if x <= at[0]:
        return y[0]
    for k in range(1, len(at)):
        if x <= at[k]:
            share = (x - at[k - 1]) / (at[k] - at[k - 1])
            return y[k - 1] + share * (y[k] - y[k - 1])
    return y[-1]


CriterionKind = Literal[
    "levels",
    "standards",
    "number of controls",
    "controls",
    "controls of a level",
    "carry-over",
    "carry-over of the internal standard",
]


@dataclass(frozen=True)
class Criterion:
    """One limit and whether a batch meets it.

    Attributes
    ----------
    kind : str
        What it limits, for checks.
    name, value, limit : str
        As shown.
    meets : bool or None
        None where it cannot be read.
    names : tuple of str
        The injections that do not meet it.
    """

    kind: CriterionKind
    name: str
    value: str
    limit: str
    meets: bool | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suitability:
    """How repeated injections of standards agree, for one compound.

    Attributes
    ----------
    compound : str
    injections : int
    retention_rsd_percent, area_rsd_percent : float
        Relative standard deviation of the retention, and of the response of repeated injections
        within their levels; nan where nothing was repeated.
    tailing, plates : float
        Median over the standards.
    resolution : float
        Smallest over the standards; nan where no neighbour was seen.
    """

    compound: str
    injections: int
    retention_rsd_percent: float
    area_rsd_percent: float
    tailing: float
    plates: float
    resolution: float


@dataclass(frozen=True)
class QuantifiedAmount:
    """Amount of one analyte in one injection.

    Attributes
    ----------
    row : SampleRow
    analyte : str
    response : float
        Area, or area over that of the internal standard; nan where there is no number.
    amount, amount_se : float
        In the unit of the line; nan where there is no number.
    state : str
        Of the peak, or "below LOQ" where the amount is below the limit of quantification.
    range : str or None
        Whether the amount lies within the standards.
    lod, loq : float
        Limits that the state was decided by, in that unit.
    drift_factor : float
        What the response was multiplied by; 1 where drift is not corrected.
    remarks : tuple of str
    """

    row: SampleRow
    analyte: str
    response: float
    amount: float
    amount_se: float
    state: PeakState
    range: Range | None
    lod: float
    loq: float
    drift_factor: float = 1.0
    remarks: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The state, or that there is no internal standard to read the peak by."""
        has_number = self.state in ("quantified", "below LOQ")
        return NO_INTERNAL_STANDARD if has_number and math.isnan(self.amount) else self.state


@dataclass(frozen=True)
class VendorArea:
    """An area as the program of the instrument integrated it, beside that of the fit.

    Attributes
    ----------
    injection, compound : str
    retention_min : float
        As the program has it.
    area : float or None
        Of the fit, in `area_unit`; in signal x s where units are not known.
    vendor_area : float
        In `area_unit`.
    area_unit : str or None
        None where the file does not state it, or it is not one of the trace.
    """

    injection: str
    compound: str
    retention_min: float
    area: float | None
    vendor_area: float
    area_unit: str | None

    @property
    def difference_percent(self) -> float:
        """That of the fit less that of the program, over the latter [%]; nan without units."""
        if self.area_unit is None or self.area is None or not self.vendor_area:
            return math.nan
        return 100.0 * (self.area / self.vendor_area - 1.0)


@dataclass(frozen=True)
class AnalyteBatch:
    """One analyte of a batch: its line, limits and amounts."""

    line: CalibrationLine
    limits: tuple[LimitDefinition, ...]
    amounts: tuple[QuantifiedAmount, ...]
    criteria: tuple[Criterion, ...]
    drift: SensitivityDrift | None
    drift_corrected: bool

    @property
    def analyte(self) -> str:
        """Name of the analyte."""
        return self.line.analyte

    def amount_of(self, injection: str) -> QuantifiedAmount:
        """The amount in an injection.

        Raises
        ------
        UnknownNameError
            If there is no such injection.
        """
        by_name = {a.row.name: a for a in self.amounts}
        if injection not in by_name:
            raise UnknownNameError.among("injection", injection, by_name)
        return by_name[injection]


@dataclass(frozen=True, repr=False)
class BatchResult(Renderable):
    """A quantified batch. `result["NE"]` is that analyte.

    Parameters
    ----------
    title : str
    samples : SampleList
    internal_standard : str
        Name of the compound; empty for external calibration.
    injections : tuple of InjectionPeaks
        In the order of the list.
    analytes : tuple of AnalyteBatch
    suitability : tuple of Suitability
    remarks : tuple of str
    checks : tuple of Check
    unit : str
        Of the amounts.
    method : ChromatographyMethod or None
    vendor : tuple of VendorArea
        Areas of the program of the instrument, where the files have them.
    traces : tuple of InjectionTrace
        What was fitted, for figures; in the order of the injections, or none.
    unused : tuple of str
        What was read and not used.
    """

    title: str
    samples: SampleList
    internal_standard: str
    injections: tuple[InjectionPeaks, ...]
    analytes: tuple[AnalyteBatch, ...]
    suitability: tuple[Suitability, ...] = ()
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    unit: str = ""
    method: ChromatographyMethod | None = None
    vendor: tuple[VendorArea, ...] = ()
    traces: tuple[InjectionTrace, ...] = ()
    unused: tuple[str, ...] = ()

    def __getitem__(self, analyte: str) -> AnalyteBatch:
        """An analyte by its name.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        by_name = {one.analyte: one for one in self.analytes}
        if analyte not in by_name:
            raise UnknownNameError.among("analyte", analyte, by_name)
        return by_name[analyte]

    def __iter__(self) -> Iterator[str]:
        return (one.analyte for one in self.analytes)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)
