"""Result of planning a microdialysis study."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable
from tricyclic.results.microdialysis import PlannedPower, ScatterOfFractions


@dataclass(frozen=True, repr=False)
class MicrodialysisDesignResult(Renderable):
    """Power and sample size of a microdialysis study with two groups.

    Parameters
    ----------
    scatter : ScatterOfFractions
    source : str
        Where the scatter is from, in words.
    ratio : float
        Window over baseline of one group over that of the other.
    target : float
        Wanted power, from 0 to 1.
    plan : PlannedPower
        The study as planned: with the stated number of animals, or that which is needed.
    needed : PlannedPower or None
        Smallest number of animals with the wanted power; None where more than 200 are needed.
    needed_cautious : PlannedPower or None
        The same if the scatter is at its upper limit (80 %, one-sided); None where that is not
        known or more than 200 are needed.
    cautious_factor : float
        Upper limit of the scatter over its estimate; nan where the scatter is stated.
    detectable : float
        Smallest ratio above 1 that the planned study shows with the wanted power.
    curves : tuple of (int, tuple of PlannedPower)
        Power over the number of animals, for several numbers of baseline fractions.
    grid : tuple of PlannedPower
        Smallest studies with the wanted power, by baseline and window fractions.
    fraction_min : float
        Length of the fractions of the study [min]; nan where unknown.
    checks, remarks : tuple
    read_as, unused : tuple of str
        What was recognised in a table of values, and what was not used.
    """

    scatter: ScatterOfFractions
    source: str
    ratio: float
    target: float
    plan: PlannedPower
    needed: PlannedPower | None
    needed_cautious: PlannedPower | None
    cautious_factor: float
    detectable: float
    curves: tuple[tuple[int, tuple[PlannedPower, ...]], ...]
    grid: tuple[PlannedPower, ...]
    fraction_min: float
    checks: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
