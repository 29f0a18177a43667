"""A simulated course of dialysate beside the measured means of a group."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelledFraction:
    """The model in one window: median of the parameter sets, and their band; nan where a level is
    not compared.

    Attributes
    ----------
    start_min, end_min : float
        When the fluid passed the membrane [min after the treatment].
    percent, percent_low, percent_high : float
        Of the level before the treatment, parameter set by parameter set.
    level_nM, low_nM, high_nM : float
        In dialysate.
    """

    start_min: float
    end_min: float
    percent: float
    percent_low: float
    percent_high: float
    level_nM: float
    low_nM: float
    high_nM: float

    @property
    def middle_min(self) -> float:
        """Middle of the window."""
        return 0.5 * (self.start_min + self.end_min)


@dataclass(frozen=True)
class ModelledCourse:
    """The model for one group of animals.

    Attributes
    ----------
    group, treatment : str
        Treatment in words; empty for a group without drug.
    region : str
    ensemble : str
        Name and version; empty for a run with the library's values.
    runs : int
        Parameter sets.
    coverage : float
        Share of the parameter sets that the band contains.
    fractions : tuple of ModelledFraction
    absolute : bool
        Whether levels in nM can be compared: the recovery of the probe is known.
    remarks : tuple of str
    """

    group: str
    treatment: str
    region: str
    ensemble: str
    runs: int
    coverage: float
    fractions: tuple[ModelledFraction, ...]
    absolute: bool = False
    remarks: tuple[str, ...] = ()
