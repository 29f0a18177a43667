"""Choices of an analysis of plates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tricyclic.errors import InputError

Variance = Literal["constant", "proportional", "poisson", "counting"]
# Of fits of single curves: also those that are no model of a plate.
FitVariance = Literal[
    "constant",
    "proportional",
    "power",
    "poisson",
    "quasipoisson",
    "binomial",
    "quasibinomial",
    "counting",
]
# Largest number of simulations that calibrate the model tests.
MAX_CALIBRATE = 100_000


@dataclass(frozen=True)
class AnalysisOptions:
    """How plates are analysed; every field is printed in the methods of the report.

    Parameters
    ----------
    model : str
        Name of a curve model, or "auto": the exact mass balance where the counts can be converted
        to amounts, else the same model without depletion.
    variance : str
        "counting" (Poisson plus proportional), "poisson", "proportional", "constant", or "auto":
        counting where the readings are counts, else constant.
    confidence : float
        Confidence level of all intervals.
    calibrate : int
        Simulations that calibrate the nested model tests for the design; 0 gives the nominal test
        only.
    outliers : {"none", "suggest"}
        Whether ROUT suggests outliers as checks, with the result without them beside; wells are
        never excluded automatically.
    outlier_q : float
        False discovery rate of the suggestions.
    classical : bool
        Whether to compute also the two classical analyses: subtract, then fit; normalise, then fix.
    seed : int
        Seed of every simulation in the analysis.
    """

    model: str = "auto"
    variance: Variance | Literal["auto"] = "auto"
    confidence: float = 0.95
    calibrate: int = 0
    outliers: Literal["none", "suggest"] = "suggest"
    outlier_q: float = 0.01
    classical: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise InputError(
                f"is {self.confidence:g}",
                where="confidence",
                allowed="It lies between 0.5 and 1, such as 0.95",
            )
        if not 0 < self.outlier_q < 0.5:
            raise InputError(
                f"outlier_q is {self.outlier_q:g}",
                allowed="It lies between 0 and 0.5, such as 0.01",
            )
        if not 0 <= self.calibrate <= MAX_CALIBRATE:
            raise InputError(
                f"is {self.calibrate}",
                where="calibrate",
                allowed=f"It is 0, or a number of simulations up to {MAX_CALIBRATE}, such as 499",
            )
