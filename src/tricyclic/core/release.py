"""Samples of evoked-release experiments as they were read, and how the wells were sampled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.culture_arms import CultureArm
from tricyclic.errors import InputError

# What a sample was taken for. A well has a basal and a stimulated sample, or one of them.
SampleKind = Literal["basal", "stimulated", "standard", "blank"]
# "below" and "above" are limits of detection or of the range of the standards.
SampleState = Literal["measured", "below", "above", "lost"]
Medium = Literal["kept", "replaced"]
# Unit of a protein, or a number of cells, that results are per.
PER_PROTEIN, PER_CELLS = "mg protein", "1e6 cells"


@dataclass(frozen=True)
class ReleaseReading:
    """One reading of a sample or a standard.

    Parameters
    ----------
    value : float
        In the unit of its table; nan where there is none.
    sample : {"basal", "stimulated", "standard", "blank"}
    culture, plate, well : str
    arm : CultureArm
    level : float
        Of a standard, in the unit of the results.
    dilution : float
        Factor by which the result is multiplied.
    amount_per : float
        Protein [mg] or cells [1e6] of the well; nan where not stated.
    order : float
        Position in the order of reading; nan where not stated.
    state : {"measured", "below", "above", "lost"}
    bound : float
        Limit that the value is below or above; nan where not stated.
    excluded : str
        Reason; empty for one that is used.
    where : str
        Place in its file.
    """

    value: float
    sample: SampleKind
    culture: str
    plate: str
    well: str
    arm: CultureArm
    level: float = math.nan
    dilution: float = 1.0
    amount_per: float = math.nan
    order: float = math.nan
    state: SampleState = "measured"
    bound: float = math.nan
    excluded: str = ""
    where: str = ""


@dataclass(frozen=True)
class ReleaseTable:
    """Readings of a study.

    Parameters
    ----------
    readings : tuple of ReleaseReading
    unit : str
        Of the values: that of a concentration or amount, or of readings ("RFU") that standards
        convert.
    level_unit : str
        Of the standards; empty where there are none.
    per : str
        "mg protein", "1e6 cells", or empty.
    file : str
    read_as, unused : tuple of str
    """

    readings: tuple[ReleaseReading, ...]
    unit: str
    level_unit: str = ""
    per: str = ""
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """Volumes of a well, so that what the first sample removed is accounted for.

    Parameters
    ----------
    well_uL : float
        Medium in the well when the basal sample is taken; nan where no volume is stated.
    sample_uL : float
        Volume of the basal sample.
    added_uL : float
        Volume added between the samples, with the stimulus.
    medium : {"kept", "replaced"}
        replaced: all medium is collected as the basal sample, and fresh medium with the stimulus
        is added.
    basal_min, stimulus_min : float
        Durations of the collections where the medium is replaced.
    """

    well_uL: float = math.nan
    sample_uL: float = 0.0
    added_uL: float = 0.0
    medium: Medium = "kept"
    basal_min: float = math.nan
    stimulus_min: float = math.nan

    def __post_init__(self) -> None:
        for name in ("sample_uL", "added_uL"):
            if not getattr(self, name) >= 0:
                raise InputError(
                    f"is {getattr(self, name):g}", where=_OPTION[name], allowed="It is 0 or more"
                )
        for name in ("well_uL", "basal_min", "stimulus_min"):
            value = getattr(self, name)
            if not math.isnan(value) and not 0 < value < math.inf:
                raise InputError(f"is {value:g}", where=_OPTION[name], allowed="It is above 0")
        if (self.sample_uL or self.added_uL) and not self.has_volumes:
            raise InputError(
                "a volume is sampled or added, and that of the well is not stated",
                where="well_volume",
                do="Add --well-volume",
            )
        if self.has_volumes and self.sample_uL >= self.well_uL and self.medium == "kept":
            raise InputError(
                f"the basal sample of {self.sample_uL:g} uL takes all of the "
                f"{self.well_uL:g} uL of the well",
                where="sample_volume",
                do="Add --medium replaced, where fresh medium was added",
            )
        if math.isnan(self.basal_min) != math.isnan(self.stimulus_min):
            raise InputError(
                "one of the durations is stated",
                where="basal_min",
                do="Add both --basal-min and --stimulus-min, or neither",
            )

    @property
    def has_volumes(self) -> bool:
        """Whether amounts can be computed."""
        return math.isfinite(self.well_uL)

    @property
    def duration_ratio(self) -> float:
        """Duration of the stimulated over that of the basal collection; 1 where not stated."""
        return 1.0 if math.isnan(self.basal_min) else self.stimulus_min / self.basal_min

    def basal_amount(self, basal: float) -> float:
        """What the well contained at the basal sample, in concentration times uL; the concentration
        itself without volumes.
        """
        return basal * (self.well_uL if self.has_volumes else 1.0)

    def net_amount(self, basal: float, stimulated: float) -> float:
        """What the cells released between the samples, in the same unit.

        Notes
        -----
        kept: of the volume V with concentration C_b, V - s remains after the basal sample, and a
        is added; the second sample has C_s. Released are C_s (V - s + a) - C_b (V - s). The
        difference of concentrations counts the glutamate in too large a volume, and takes the
        dilution by a for a fall. replaced: C_s V - C_b V times the ratio of the durations.
        """
        if self.medium == "replaced":
            volume = self.well_uL if self.has_volumes else 1.0
            return volume * (stimulated - basal * self.duration_ratio)
        if not self.has_volumes:
            return stimulated - basal
        left = self.well_uL - self.sample_uL
        return stimulated * (left + self.added_uL) - basal * left

    def fold(self, basal: float, stimulated: float) -> float:
        """What the well had with the stimulus over what it had without; nan where basal is 0."""
        expected = self.basal_amount(basal)
        if self.medium == "replaced":
            expected *= self.duration_ratio
        if not expected > 0:
            return math.nan
        return 1.0 + self.net_amount(basal, stimulated) / expected


_OPTION = {
    "well_uL": "well_volume",
    "sample_uL": "sample_volume",
    "added_uL": "added_volume",
    "basal_min": "basal_min",
    "stimulus_min": "stimulus_min",
}
