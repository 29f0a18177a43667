"""Fractions of microdialysis with what was measured in them, and the course of one animal."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.peak import PeakState
from tricyclic.errors import InputError

Floats = NDArray[np.float64]

# What became of a fraction, or of the peak in it.
State = PeakState | Literal["lost"]
BelowLimit = Literal["as measured", "half of LOD", "excluded"]
# Unit of a course whose values were related to the baseline before: their baseline is 100.
PERCENT = "% of baseline"
_POOLED = re.compile(r"\b(?:pool(?:ed)?|gepoolt)\b", re.IGNORECASE)
BELOW_LIMIT: tuple[BelowLimit, ...] = ("as measured", "half of LOD", "excluded")


@dataclass(frozen=True)
class MeasuredFraction:
    """One fraction of dialysate.

    Parameters
    ----------
    name : str
        Of the sample; unique in its animal.
    start_min, end_min : float
        Window in which its fluid passed the membrane [min after the treatment]; negative before.
    value : float
        Concentration or amount in the unit of the course; nan where none was measured.
    se : float
        Standard error of the value; nan where unknown.
    state : str
    lod : float
        Limit of detection in that unit; nan where unknown.
    excluded : str
        Reason for which the fraction is left out of the analysis; empty if it is used.
    note : str
        What the laboratory noted: pooled, short, a change of flow.
    """

    name: str
    start_min: float
    end_min: float
    value: float = math.nan
    se: float = math.nan
    state: State = "quantified"
    lod: float = math.nan
    excluded: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.end_min > self.start_min:
            raise InputError(
                f"a window from {self.start_min:g} to {self.end_min:g} min", where=self.name
            )
        if self.state == "quantified" and not self.excluded and not math.isfinite(self.value):
            raise InputError("has no value", where=self.name, do='State it as "lost"')

    @property
    def middle_min(self) -> float:
        """Middle of the window [min after the treatment]."""
        return 0.5 * (self.start_min + self.end_min)

    @property
    def width_min(self) -> float:
        """Length of the window [min]."""
        return self.end_min - self.start_min

    def after(self, time_min: float) -> float:
        """Share of the window after a time, from 0 to 1."""
        return float(np.clip((self.end_min - time_min) / self.width_min, 0.0, 1.0))

    def overlap_min(self, low: float, high: float) -> float:
        """Minutes of the window between two times."""
        return max(0.0, min(self.end_min, high) - max(self.start_min, low))

    def used_value(self, below: BelowLimit) -> float:
        """The value that enters the analysis; nan for a fraction that does not.

        Parameters
        ----------
        below : {"as measured", "half of LOD", "excluded"}
            How a value below the limit of quantification is used. Where nothing was detected, there
            is no measured value, and "as measured" leaves the fraction out.
        """
        if self.excluded or self.state == "lost":
            return math.nan
        if self.state == "quantified" or below == "as measured":
            return self.value
        return 0.5 * self.lod if below == "half of LOD" else math.nan


@dataclass(frozen=True)
class AnimalCourse:
    """The fractions of one animal in their order.

    Parameters
    ----------
    animal, group : str
    unit : str
        Of the values ("nM", "fmol", "fmol/min", or "% of baseline").
    fractions : tuple of MeasuredFraction
        In order of their windows, which do not overlap.
    treated_min : float
        Time of the treatment on the clock of the laboratory, for reports [min]; nan where unknown.
    """

    animal: str
    group: str
    unit: str
    fractions: tuple[MeasuredFraction, ...]
    treated_min: float = math.nan

    def __post_init__(self) -> None:
        if not self.fractions:
            raise InputError("has no fractions", where=f"animal {self.animal}")
        names = [f.name for f in self.fractions]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"two fractions are named {twice}", where=f"animal {self.animal}")
        ordered = sorted(self.fractions, key=lambda f: f.start_min)
        for before, after in pairwise(ordered):
            # Times are written to the second at best.
            if after.start_min < before.end_min - 0.02:
                raise InputError(
                    f"{after.name} starts before {before.name} ends",
                    where=f"animal {self.animal}",
                    allowed="Fractions of one animal do not overlap",
                    do="Mend their times; a pooled sample is one fraction over both times",
                )
        object.__setattr__(self, "fractions", tuple(ordered))

    def values(self, below: BelowLimit = "as measured") -> Floats:
        """Used values in order, shape (fractions,); nan where a fraction has none."""
        return np.array([f.used_value(below) for f in self.fractions])


@dataclass(frozen=True)
class ResponseSettings:
    """How the response of an animal is computed; declared before the analysis.

    Parameters
    ----------
    baseline_fractions : int
        Number of the last fractions before the treatment that make the baseline.
    window_min : tuple of float
        Begin and end of the window of the primary result [min after the treatment].
    cv_max_percent : float
        A baseline that scatters more is flagged, and used.
    return_percent : float
        A fraction within this of the baseline has returned to it [% of baseline].
    early_ratio : float
        The last fraction before the treatment is flagged if it is this many times the mean of the
        others of the baseline.
    below : {"as measured", "half of LOD", "excluded"}
        How values below the limit of quantification are used.
    window_is_default : bool
        Whether the window was not stated, so that it is no declaration of the study.
    """

    baseline_fractions: int = 4
    window_min: tuple[float, float] = (0.0, 120.0)
    cv_max_percent: float = 20.0
    return_percent: float = 20.0
    early_ratio: float = 2.0
    below: BelowLimit = "as measured"
    window_is_default: bool = False

    def __post_init__(self) -> None:
        if self.baseline_fractions < 1:
            raise InputError(
                f"is {self.baseline_fractions}", where="baseline_fractions", allowed="1 or more"
            )
        low, high = self.window_min
        if not (math.isfinite(low) and math.isfinite(high) and 0 <= low < high):
            raise InputError(
                f"is {low:g} to {high:g} min",
                where="window_min",
                allowed="The window of the primary result starts at or after the treatment (0) and "
                "ends after it starts",
            )

    @property
    def window_text(self) -> str:
        """The window of the primary result, as "0 to 120 min" or "0 to 120 min (default)"."""
        low, high = self.window_min
        return f"{low:g} to {high:g} min{' (default)' if self.window_is_default else ''}"


def is_pooled(*texts: str) -> bool:
    """Whether the name or the note of a sample states that it is of several fractions."""
    return any(_POOLED.search(text) for text in texts)
