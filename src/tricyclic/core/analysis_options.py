"""BindingMethod: the choices an analysis was made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tricyclic.errors import InputError

Variance = Literal["constant", "proportional", "poisson", "counting"]


@dataclass(frozen=True)
class BindingMethod:
    """How plates are analysed; every field is printed in the report's methods.

    Parameters
    ----------
    model : str
        Name of a curve on the shelf, or "auto": the exact mass balance where the wells' counts can become
        moles, the same model without depletion where they cannot.
    variance : str
        "counting" (Poisson plus proportional), "poisson", "proportional", "constant", or "auto":
        counting where the readings are counts, else constant.
    confidence : float
        Of all intervals.
    calibrate : int
        Simulations that calibrate the nested model tests for the design; 0 gives the nominal test only.
    outliers : {"none", "suggest"}
        ROUT suggestions as checks; wells are never dropped by the program itself.
    outlier_q : float
        False discovery rate of the suggestions.
    classical : bool
        Also show what subtract-then-fit and normalise-then-fix give.
    seed : int
        Of every simulation in the analysis.
    """

    model: str = "auto"
    variance: Variance | Literal["auto"] = "auto"
    confidence: float = 0.95
    calibrate: int = 0
    outliers: Literal["none", "suggest"] = "none"
    outlier_q: float = 0.01
    classical: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise InputError(
                f"confidence is {self.confidence:g}",
                allowed="It lies between 0.5 and 1, such as 0.95",
            )
        if not 0 < self.outlier_q < 0.5:
            raise InputError(
                f"outlier_q is {self.outlier_q:g}",
                allowed="It lies between 0 and 0.5, such as 0.01",
            )
        if self.calibrate < 0:
            raise InputError(
                f"calibrate is {self.calibrate}",
                allowed="It is 0 or a number of simulations such as 499",
            )
