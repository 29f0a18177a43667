"""Reproducibility of potencies: minimum significant ratio, control charts, relative potency."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tricyclic.core.check import Check
from tricyclic.core.plot_data import CurvePlot
from tricyclic.results.base import Renderable
from tricyclic.results.binding import GroupComparison


@dataclass(frozen=True, repr=False)
class MsrResult(Renderable):
    """Two runs of the same compounds: mean ratio, minimum significant ratio, limits of agreement.

    Parameters
    ----------
    compounds : tuple of str
        Those with a potency in both runs.
    geometric_means : tuple of float
        Of each compound's two potencies, in the unit of the potencies.
    ratios : tuple of float
        Potency of the first run over that of the second, by compound.
    mean_ratio, mean_ratio_low, mean_ratio_high : float
        Geometric mean of the ratios and its t limits.
    sd : float
        Standard deviation of the differences of log10 potencies.
    msr, msr_low, msr_high : float
        10^(2 sd) with limits from the chi-squared distribution of the variance.
    agreement_low, agreement_high : float
        Limits of agreement: mean ratio over and times the MSR.
    confidence : float
    left_out : tuple of str
        Compounds with a bound or without a number in one of the runs.
    unit : str
        Unit of the potencies.
    checks : tuple of Check
    """

    compounds: tuple[str, ...]
    geometric_means: tuple[float, ...]
    ratios: tuple[float, ...]
    mean_ratio: float
    mean_ratio_low: float
    mean_ratio_high: float
    sd: float
    msr: float
    msr_low: float
    msr_high: float
    agreement_low: float
    agreement_high: float
    confidence: float = 0.95
    left_out: tuple[str, ...] = ()
    unit: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def n_compounds(self) -> int:
        """Compounds with a potency in both runs."""
        return len(self.compounds)


@dataclass(frozen=True)
class ControlMSR:
    """Minimum significant ratio of a control compound over `n` runs: 10^(2 sqrt(2) sd), limits."""

    n: int
    sd: float
    msr: float
    msr_low: float
    msr_high: float


@dataclass(frozen=True)
class RuleViolation:
    """A violated run rule: the rule, the run that completes the pattern, and the chart."""

    rule: str
    run: str
    chart: str


@dataclass(frozen=True, repr=False)
class ControlChartResult(Renderable):
    """A pair of control charts: of log10 potencies (I or X-bar) and of their scatter (MR or S).

    Parameters
    ----------
    kind : {"I-MR", "Xbar-S"}
    subject : str
        The control compound.
    runs : tuple of str
        In order.
    values : tuple of float
        log10 potency of each run; the mean of a run with several.
    scatter : tuple of float
        Moving range (nan for the first run), or standard deviation within the run.
    sizes : tuple of int
        Potencies in each run.
    centre, sigma : float
        Centre line, and standard deviation of one potency as the chart estimates it.
    lower, upper : tuple of float
        Control limits by run; equal if all runs have the same size.
    scatter_centre, scatter_lower, scatter_upper : tuple of float
        By run; the lower limit is 0 if there is none.
    baseline : int
        Number of runs that set the limits.
    scale : str
        Scale of the values: "log10 of nM", "pIC50".
    rules : str
        Name of the set of run rules.
    violations : tuple of RuleViolation
    cumulative, recent : tuple of (ControlMSR or None)
        By run: of all runs so far, and of the last `window`; None before there are two (or
        `window`) runs.
    window : int
    checks : tuple of Check
    """

    kind: str
    subject: str
    runs: tuple[str, ...]
    values: tuple[float, ...]
    scatter: tuple[float, ...]
    sizes: tuple[int, ...]
    centre: float
    sigma: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    scatter_centre: tuple[float, ...]
    scatter_lower: tuple[float, ...]
    scatter_upper: tuple[float, ...]
    baseline: int
    scale: str
    rules: str
    violations: tuple[RuleViolation, ...]
    cumulative: tuple[ControlMSR | None, ...]
    recent: tuple[ControlMSR | None, ...]
    window: int = 6
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class ShapeDifference:
    """Difference of one property of the curve between sample and reference, with its margin.

    `low` and `high` are limits at `confidence` (90 %: two one-sided tests at 5 %); a difference
    between `margin_low` and `margin_high` is of no consequence, and one outside of `wide_low` to
    `wide_high` is never parallel.
    """

    name: str
    statement: str
    difference: float
    low: float
    high: float
    margin_low: float
    margin_high: float
    confidence: float = 0.9
    wide_low: float = -math.inf
    wide_high: float = math.inf

    @property
    def equivalent(self) -> bool:
        """Whether the whole interval lies inside the margin."""
        return self.margin_low < self.low and self.high < self.margin_high

    @property
    def similar(self) -> bool:
        """Whether the whole interval lies inside the wide margin."""
        return self.wide_low < self.low and self.high < self.wide_high


@dataclass(frozen=True)
class RelativePotency:
    """Potency of a sample relative to a reference, and whether the curves are parallel.

    Parameters
    ----------
    reference, sample : str
    potency, low, high : float
        Reference EC50 over sample EC50 under common plateaus and slope, with profile-likelihood
        limits.
    confidence : float
    ec50_reference_M : float
        Under the common curve [M]; nan where the doses are in another unit.
    test : GroupComparison
        F test of common against separate plateaus and slope.
    shape : tuple of ShapeDifference
        Equivalence of slope and plateaus.
    ratio_at_own_shape : float
        Ratio of the EC50s if each curve has its own plateaus and slope.
    checks : tuple of Check
    slope_test : GroupComparison or None
        F test of a common slope with separate plateaus; None where the slope is fixed.
    alpha : float
        Level of both F tests together.
    ec50_reference : float
        Under the common curve, in `dose_unit`.
    dose_unit : str
        Unit of the doses, "M" for concentrations.
    plot : CurvePlot or None
        Readings of both with the common curve, shifted by the potency; with curves of their own
        where they are not parallel. Not part of the JSON.
    """

    reference: str
    sample: str
    potency: float
    low: float
    high: float
    confidence: float
    ec50_reference_M: float
    test: GroupComparison
    shape: tuple[ShapeDifference, ...]
    ratio_at_own_shape: float
    checks: tuple[Check, ...] = ()
    slope_test: GroupComparison | None = None
    alpha: float = 0.05
    ec50_reference: float = math.nan
    dose_unit: str = "M"
    plot: CurvePlot | None = field(default=None, repr=False, compare=False)

    @property
    def differs(self) -> bool:
        """Whether the curves differ significantly: F of the shape, or of the slope alone, each at
        half of `alpha`.
        """
        tests = [self.test, *([self.slope_test] if self.slope_test else [])]
        return any(test.p < self.alpha / len(tests) for test in tests)

    @property
    def parallel(self) -> bool:
        """Whether slope and plateaus were shown to be equivalent: all inside the margins, or inside
        the wide margins without a significant difference.
        """
        if all(item.equivalent for item in self.shape):
            return True
        return all(item.similar for item in self.shape) and not self.differs

    @property
    def failed(self) -> bool:
        """Whether the curves are not parallel, so that there is no potency to report."""
        return any(check.level == "fail" for check in self.checks)


@dataclass(frozen=True, repr=False)
class RelativePotencyResult(Renderable):
    """One relative potency per sample."""

    potencies: tuple[RelativePotency, ...]

    @property
    def failed(self) -> bool:
        """Whether a sample is not parallel to the reference."""
        return any(potency.failed for potency in self.potencies)
