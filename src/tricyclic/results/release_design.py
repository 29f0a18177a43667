"""Result of planning an evoked-release study."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable
from tricyclic.results.release import ReleaseScatter


@dataclass(frozen=True)
class PlannedCultures:
    """Power of the paired comparison for one size of a study.

    Attributes
    ----------
    cultures, wells : int
        Independent cultures, and wells of each arm in each.
    sd : float
        Of the logarithm of the effect between cultures, with so many wells.
    power : float
    """

    cultures: int
    wells: int
    sd: float
    power: float


@dataclass(frozen=True, repr=False)
class ReleaseDesignResult(Renderable):
    """Cultures and wells for a wanted power.

    Parameters
    ----------
    scatter : ReleaseScatter
    source : str
        Where the scatter is from, in words.
    ratio : float
        Of net release.
    target : float
        Wanted power, from 0 to 1.
    arms : int
        Arms compared with the vehicle; each is tested at 5 % over their number.
    plan : PlannedCultures
        As planned, or what is needed.
    needed : PlannedCultures or None
        None where more than 200 cultures are needed.
    needed_cautious : PlannedCultures or None
        The same if the scatter of effects between cultures is at its upper limit (80 %,
        one-sided); None where that is not known or more than 200 are needed.
    cautious_factor : float
        Upper limit of that scatter over its estimate; nan where it is stated.
    detectable : float
        Smallest ratio above 1 that the plan shows with the wanted power.
    curves : tuple of (int, tuple of PlannedCultures)
        Power over the number of cultures, by wells.
    checks, remarks : tuple
    """

    scatter: ReleaseScatter
    source: str
    ratio: float
    target: float
    arms: int
    plan: PlannedCultures
    needed: PlannedCultures | None
    needed_cautious: PlannedCultures | None
    cautious_factor: float
    detectable: float
    curves: tuple[tuple[int, tuple[PlannedCultures, ...]], ...]
    checks: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
