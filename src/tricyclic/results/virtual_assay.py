"""A simulated experiment: estimates beside the true values, groups, comparisons, power, tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tricyclic.core.course_plot import TimeCoursePlot
from tricyclic.core.estimate import Estimate
from tricyclic.core.plot_data import CurvePlot
from tricyclic.results.base import Renderable
from tricyclic.results.binding import GroupComparison
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.neurites import NeuritesResult
from tricyclic.results.release import ReleaseResult

SYNTHETIC = "synthetic data: simulated wells and animals, no experiment"
ALPHA = 0.05
TARGET_POWER = 0.8


@dataclass(frozen=True)
class VirtualEndpoint:
    """An estimate of the experiment, and the true value of the model's typical subject; nan where
    there is none.
    """

    estimate: Estimate
    truth: float = math.nan


@dataclass(frozen=True)
class VirtualGroup:
    """One row of the table of groups: its name, and one estimate for each column."""

    name: str
    estimates: tuple[Estimate | None, ...]


@dataclass(frozen=True)
class PowerEstimate:
    """Power to show one effect, by the size of the experiment.

    Parameters
    ----------
    effect : str
        "imipramine 1 uM against vehicle".
    sizes : tuple of int
        Independent cultures, or animals in each group.
    power : tuple of float
        Fraction of simulated experiments with a two-sided p below 0.05 in the true direction.
    experiments : int
        Experiments simulated for each size; the standard error of the power is below
        0.5 / sqrt(experiments).
    """

    effect: str
    sizes: tuple[int, ...]
    power: tuple[float, ...]
    experiments: int

    @property
    def required_size(self) -> int | None:
        """The smallest size from which on the power is at least 80 %; None where no size has it."""
        too_low = [k for k, power in enumerate(self.power) if power < TARGET_POWER]
        first = max(too_low) + 1 if too_low else 0
        return self.sizes[first] if first < len(self.sizes) else None


@dataclass(frozen=True)
class AssaySetting:
    """One setting of the assay: its name, its value, and its source (a protocol, "assumed" or
    "specified").
    """

    name: str
    value: float | str
    source: str


@dataclass(frozen=True, repr=False)
class VirtualAssayResult(Renderable):
    """A simulated experiment.

    Parameters
    ----------
    assay, title, scenario : str
        Name of the assay, what is measured, and the scenario that is simulated.
    seed : int
    design : tuple of str
        Doses and sampling, one line each.
    endpoints : tuple of VirtualEndpoint
        The main numbers.
    columns : tuple of str
    groups : tuple of VirtualGroup
        The table of groups, by concentration or dose.
    comparisons : tuple of GroupComparison
    power : tuple of PowerEstimate
        Empty where none was requested.
    sample_unit : str
        "cultures" or "rats in each group".
    settings : tuple of AssaySetting
        All settings of the assay.
    remarks : tuple of str
    tables : mapping of str to (mapping of str to sequence)
        Columns by name, for each table by its file name.
    plots : tuple of CurvePlot or TimeCoursePlot
    microdialysis : MicrodialysisResult or None
        The simulated rats analysed like a measured study; None for other assays, and where the
        groups cannot be analysed.
    neurites : NeuritesResult or None
        The simulated wells analysed like a measured experiment; None for other assays, and where
        nothing could be counted.
    release : ReleaseResult or None
        The simulated cultures analysed like a measured study; None for other assays.
    """

    assay: str
    title: str
    scenario: str
    seed: int
    design: tuple[str, ...]
    endpoints: tuple[VirtualEndpoint, ...]
    columns: tuple[str, ...]
    groups: tuple[VirtualGroup, ...]
    comparisons: tuple[GroupComparison, ...]
    power: tuple[PowerEstimate, ...]
    sample_unit: str
    settings: tuple[AssaySetting, ...]
    remarks: tuple[str, ...] = ()
    tables: Mapping[str, Mapping[str, Sequence[str] | Sequence[float]]] = field(
        default_factory=dict
    )
    plots: tuple[CurvePlot | TimeCoursePlot, ...] = ()
    microdialysis: MicrodialysisResult | None = None
    neurites: NeuritesResult | None = None
    release: ReleaseResult | None = None
