"""Result of planning a neurite experiment."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable
from tricyclic.results.neurites import NeuriteScatter


@dataclass(frozen=True)
class PlannedNeurites:
    """Power of the paired t test for one size of an experiment.

    Attributes
    ----------
    cultures, wells, fields, cells : int
        Wells of an arm in a culture, fields of a well, cells of a field.
    sd : float
        Of the difference of two arms between cultures [percentage points].
    power : float
        Two-sided, from 0 to 1.
    """

    cultures: int
    wells: int
    fields: int
    cells: int
    sd: float
    power: float


@dataclass(frozen=True, repr=False)
class NeuritesDesignResult(Renderable):
    """Power and size of a neurite experiment: cultures, wells, fields, cells.

    Parameters
    ----------
    scatter : NeuriteScatter
    source : str
        Where the scatter is from, in words.
    percent, difference : float
        Cells with neurites without drug [%], and the difference to show [percentage points].
    target : float
        Wanted power, from 0 to 1.
    level : float
        Of the two-sided test: 5 % over the number of comparisons.
    comparisons : int
    plan : PlannedNeurites
        As planned: with the stated number of cultures, or that which is needed.
    needed : PlannedNeurites or None
        Fewest cultures with the wanted power; None where more than 60 are needed.
    detectable : float
        Smallest rise that the plan shows with the wanted power [percentage points]; nan where none.
    grid : tuple of PlannedNeurites
        Fewest cultures with the wanted power, by wells and fields.
    curve : tuple of PlannedNeurites
        Power over cultures.
    floor_sd : float
        Of the difference with any number of cells: what only further cultures reduce.
    checks, remarks : tuple
    read_as, unused : tuple of str
    """

    scatter: NeuriteScatter
    source: str
    percent: float
    difference: float
    target: float
    level: float
    comparisons: int
    plan: PlannedNeurites
    needed: PlannedNeurites | None
    detectable: float
    grid: tuple[PlannedNeurites, ...]
    curve: tuple[PlannedNeurites, ...]
    floor_sd: float
    checks: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
