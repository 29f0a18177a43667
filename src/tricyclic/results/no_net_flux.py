"""Result of no net flux in one or several animals, or over time between animals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable
from tricyclic.results.microdialysis import DynamicNoNetFlux, NoNetFlux
from tricyclic.stats.statistics import MeanEstimate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AnimalNoNetFlux:
    """No net flux in one animal.

    Attributes
    ----------
    animal, group : str
    inlet, outlet : array, shape (points,)
    fit : NoNetFlux
    """

    animal: str
    group: str
    inlet: Floats
    outlet: Floats
    fit: NoNetFlux


@dataclass(frozen=True)
class GroupNoNetFlux:
    """Means over the animals of one group; n is the number of animals.

    Attributes
    ----------
    group : str
    n : int
    concentration : MeanEstimate
        Geometric mean; the arithmetic one where a concentration is not above 0.
    extraction : MeanEstimate
        Limits of one animal are infinite.
    geometric : bool
        Whether the mean of the concentrations is the geometric one.
    """

    group: str
    n: int
    concentration: MeanEstimate
    extraction: MeanEstimate
    geometric: bool = True


@dataclass(frozen=True)
class NoNetFluxRatio:
    """One group over the control, as ratios of geometric means over animals.

    Attributes
    ----------
    group, control : str
    concentration, extraction : tuple of float
        Ratio, its limits and p (Welch on logarithms), of this comparison alone.
    """

    group: str
    control: str
    concentration: tuple[float, float, float, float]
    extraction: tuple[float, float, float, float]


@dataclass(frozen=True)
class GroupDynamic:
    """Dynamic no net flux in the animals of one group, each perfused with one concentration.

    Attributes
    ----------
    group : str
    animals : int
    course : DynamicNoNetFlux
    """

    group: str
    animals: int
    course: DynamicNoNetFlux


@dataclass(frozen=True, repr=False)
class NoNetFluxResult(Renderable):
    """Concentration in the tissue and extraction of the probe from several inlet concentrations.

    `result["r1"]` is the fit of that animal.

    Parameters
    ----------
    unit : str
        Of all concentrations.
    animals : tuple of AnimalNoNetFlux
        Empty for dynamic no net flux.
    groups : tuple of GroupNoNetFlux
    ratios : tuple of NoNetFluxRatio
        Where there are several groups with two animals or more each.
    dynamic : tuple of GroupDynamic
    confidence : float
    extraction_note : str
        What applies to the treatments, as far as they are known; empty if none blocks uptake.
    file : str
    read_as, unused, remarks : tuple of str
    checks : tuple of Check
    """

    unit: str
    animals: tuple[AnimalNoNetFlux, ...]
    groups: tuple[GroupNoNetFlux, ...] = ()
    ratios: tuple[NoNetFluxRatio, ...] = ()
    dynamic: tuple[GroupDynamic, ...] = ()
    confidence: float = 0.95
    extraction_note: str = ""
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    def __getitem__(self, animal: str) -> NoNetFlux:
        for one in self.animals:
            if one.animal == animal:
                return one.fit
        raise KeyError(animal)
