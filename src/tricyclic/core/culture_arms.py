"""Arms of an experiment on cultures: drug, concentration, stimulus, antagonist."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class CultureArm:
    """What the cells of a well were treated with.

    Parameters
    ----------
    drug : str
        "" for the vehicle alone.
    concentration : float
        Of the drug, in `unit`; nan where it is not stated, 0 without drug.
    unit : str
        "uM"; "" where no concentration is stated.
    stimulus : str
        Growth factor or other stimulus ("NGF"); "" without.
    antagonist : str
        "" without.
    """

    drug: str = ""
    concentration: float = 0.0
    unit: str = ""
    stimulus: str = ""
    antagonist: str = ""

    @property
    def treatment(self) -> str:
        """The drug with its concentration, "vehicle" without."""
        if not self.drug:
            return "vehicle"
        if math.isnan(self.concentration):
            return self.drug
        return f"{self.drug} {self.concentration:.6g} {self.unit}".rstrip()

    @property
    def vehicle(self) -> CultureArm:
        """The same arm without the drug."""
        return replace(self, drug="", concentration=0.0, unit="")

    def label(self, stimulus: str = "") -> str:
        """The arm in words: "imipramine 1 uM + NE-100, no NGF".

        Parameters
        ----------
        stimulus : str
            The usual stimulus of the experiment, which is named only where it is absent.
        """
        text = " + ".join([self.treatment, *([self.antagonist] if self.antagonist else [])])
        if stimulus and not self.stimulus:
            return f"{text}, no {stimulus}"
        return text if self.stimulus == stimulus else f"{text}, {self.stimulus}"


def arm_order(arm: CultureArm, stimulus: str) -> tuple[object, ...]:
    """Key of the usual order: without stimulus first, then vehicle, drugs by concentration, then
    with antagonists.
    """
    return (
        bool(arm.stimulus),
        arm.stimulus != stimulus,
        arm.stimulus,
        bool(arm.antagonist),
        arm.antagonist,
        bool(arm.drug),
        arm.drug.lower(),
        math.isnan(arm.concentration),
        0.0 if math.isnan(arm.concentration) else arm.concentration,
    )
