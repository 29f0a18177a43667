"""ReplicateMSR, ControlMSR, ControlChart, RelativePotency: how well an assay repeats itself, in numbers that reports show."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.results.binding import Comparison


@dataclass(frozen=True)
class ReplicateMSR:
    """Two runs of the same compounds: their mean ratio, minimum significant ratio and limits of agreement.

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
        Of the potencies.
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
    def n(self) -> int:
        """Compounds in both runs."""
        return len(self.compounds)


@dataclass(frozen=True)
class ControlMSR:
    """The minimum significant ratio of a control compound over `n` runs: 10^(2 sqrt(2) sd), with its limits."""

    n: int
    sd: float
    msr: float
    msr_low: float
    msr_high: float


@dataclass(frozen=True)
class Broken:
    """A run rule that a chart breaks: which, the run that completes the pattern, the runs of the pattern's last point."""

    rule: str
    run: str
    chart: str


@dataclass(frozen=True)
class ControlChart:
    """A pair of control charts: of log10 potencies (I or X-bar) and of their scatter (MR or S).

    Parameters
    ----------
    kind : {"I-MR", "Xbar-S"}
    subject : str
        The control compound.
    runs : tuple of str
        In order.
    values : tuple of float
        log10 potency of each run; its mean where a run has several.
    scatter : tuple of float
        Moving range (nan for the first run), or standard deviation within the run.
    sizes : tuple of int
        Potencies in each run.
    centre, sigma : float
        Centre line, and the standard deviation of one potency as the chart has it.
    lower, upper : tuple of float
        Control limits by run; equal where the runs are of one size.
    scatter_centre, scatter_lower, scatter_upper : tuple of float
        By run; lower 0 where there is none.
    baseline : int
        Runs that the limits rest on.
    scale : str
        What the values are: "log10 of nM", "pIC50".
    rules : str
        Name of the set of run rules.
    broken : tuple of Broken
    cumulative, recent : tuple of (ControlMSR or None)
        By run: of all runs so far, and of the last `window`; None before there are two (or `window`) of them.
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
    broken: tuple[Broken, ...]
    cumulative: tuple[ControlMSR | None, ...]
    recent: tuple[ControlMSR | None, ...]
    window: int = 6
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class SharedShape:
    """How one property of the curve differs between sample and reference, against a margin of equivalence.

    `difference` with its limits at `confidence` (90 % makes two one-sided tests at 5 %); `margin_low`, `margin_high` hold
    what still counts as the same; `equivalent` says whether the limits lie inside.
    """

    name: str
    says: str
    difference: float
    low: float
    high: float
    margin_low: float
    margin_high: float
    confidence: float = 0.9

    @property
    def equivalent(self) -> bool:
        """Whether the whole interval lies inside the margin."""
        return self.margin_low < self.low and self.high < self.margin_high


@dataclass(frozen=True)
class RelativePotency:
    """A sample against a reference: how many times as potent, and whether the curves are parallel.

    Parameters
    ----------
    reference, sample : str
    potency, low, high : float
        Reference EC50 over sample EC50 under common plateaus and slope, with profile-likelihood limits.
    confidence : float
    ec50_reference_M : float
        Under the common curve [M].
    test : Comparison
        F test of common against separate plateaus and slope.
    shape : tuple of SharedShape
        Equivalence of slope and plateaus.
    ratio_at_own_shape : float
        Ratio of the EC50s where each curve keeps its own plateaus and slope.
    checks : tuple of Check
    """

    reference: str
    sample: str
    potency: float
    low: float
    high: float
    confidence: float
    ec50_reference_M: float
    test: Comparison
    shape: tuple[SharedShape, ...]
    ratio_at_own_shape: float
    checks: tuple[Check, ...] = ()

    @property
    def parallel(self) -> bool:
        """Whether slope and plateaus were shown to be equivalent."""
        return all(item.equivalent for item in self.shape)
