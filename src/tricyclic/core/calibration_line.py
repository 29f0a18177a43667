"""A calibration line of a chromatographic batch, and what it gives for a response."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Weighting = Literal["1", "1/x", "1/x2"]
# Power of the amount that a weight is the reciprocal of.
POWERS: dict[Weighting, float] = {"1": 0.0, "1/x": 1.0, "1/x2": 2.0}
WEIGHTINGS: tuple[Weighting, ...] = tuple(POWERS)
# Deviation from the nominal amount that a batch allows, and that at the lowest standard [%].
WITHIN, WITHIN_LOWEST = 15.0, 20.0
# Amounts that agree within this part are one level.
_SAME_LEVEL = 1e-3
Range = Literal["within", "above the top standard", "below the lowest standard"]


@dataclass(frozen=True)
class CalibrationStandard:
    """One injection of a standard.

    Parameters
    ----------
    name : str
    amount : float
        Nominal, above 0, in the unit of the line.
    response : float
        Area of the analyte, or its ratio to that of the internal standard.
    excluded : str
        Reason for which it is left out of the fit; it is shown all the same.
    """

    name: str
    amount: float
    response: float
    excluded: str = ""


@dataclass(frozen=True)
class BackCalculated:
    """A standard read from the line that it helped to draw."""

    standard: CalibrationStandard
    amount: float

    @property
    def error_percent(self) -> float:
        """Deviation from the nominal amount [%]."""
        return 100.0 * (self.amount / self.standard.amount - 1.0)


@dataclass(frozen=True)
class LimitDefinition:
    """Limits of detection and quantification by one definition, in the unit of the line.

    Attributes
    ----------
    definition : str
        What sigma is, in words: the limits of one line differ several times between definitions.
    sigma : float
        In the unit of the response; nan for signal to noise.
    lod, loq : float
    """

    definition: str
    sigma: float
    lod: float
    loq: float


def is_same_level(amount: float, level: float) -> bool:
    """Whether an amount agrees with a level within 0.1 %."""
    return abs(amount - level) <= _SAME_LEVEL * level


def levels_of(amounts: Iterable[float]) -> tuple[float, ...]:
    """Different amounts, increasing; those that agree within 0.1 % are one level."""
    levels: list[float] = []
    for amount in sorted(amounts):
        if not levels or amount > levels[-1] * (1.0 + _SAME_LEVEL):
            levels.append(amount)
    return tuple(levels)


@dataclass(frozen=True)
class CalibrationLine:
    """Response = intercept + slope amount, by weighted least squares.

    Attributes
    ----------
    analyte, unit : str
    weighting : {"1", "1/x", "1/x2"}
        Weight of a standard of amount x.
    chosen : bool
        Whether the weighting was chosen by the errors of the back-calculated standards.
    slope, intercept : float
    slope_se, intercept_se, covariance : float
    residual_sd : float
        Of a response of weight 1; the standard deviation at amount x is residual_sd / sqrt(weight).
    df : float
    standards : tuple of BackCalculated
        All, excluded ones included, in the order given.
    mean_errors : tuple of (weighting, float)
        Mean absolute error of the back-calculated standards under each weighting [%].
    """

    analyte: str
    unit: str
    weighting: Weighting
    chosen: bool
    slope: float
    intercept: float
    slope_se: float
    intercept_se: float
    covariance: float
    residual_sd: float
    df: float
    standards: tuple[BackCalculated, ...]
    mean_errors: tuple[tuple[Weighting, float], ...]

    @property
    def levels(self) -> tuple[float, ...]:
        """Amounts of the standards in the fit, increasing."""
        return levels_of(b.standard.amount for b in self.standards if not b.standard.excluded)

    @property
    def lowest(self) -> float:
        """Amount of the lowest standard in the fit."""
        return self.levels[0]

    def is_lowest(self, amount: float) -> bool:
        """Whether an amount is the lowest level in the fit."""
        return is_same_level(amount, self.lowest)

    @property
    def highest(self) -> float:
        """Amount of the top standard in the fit."""
        return self.levels[-1]

    def scatter(self, amount: float) -> float:
        """Standard deviation of a response at an amount, not below that at the lowest standard."""
        x = max(amount, self.lowest)
        return float(self.residual_sd * x ** (0.5 * POWERS[self.weighting]))

    def amount(self, response: float) -> float:
        """Amount that gives a response; negative for a response below the intercept."""
        return (response - self.intercept) / self.slope

    def amount_se(self, response: float, response_se: float = math.nan) -> float:
        """Standard error of the amount of one injection.

        Parameters
        ----------
        response : float
        response_se : float
            Of this response, as the fit of its peak states it; used where it is above the scatter
            of the standards.
        """
        x = self.amount(response)
        scatter = self.scatter(x)
        if response_se > scatter:
            scatter = response_se
        line = self.intercept_se**2 + x**2 * self.slope_se**2 + 2.0 * x * self.covariance
        return math.sqrt(scatter**2 + max(line, 0.0)) / abs(self.slope)

    def range_of(self, amount: float) -> Range:
        """Whether an amount lies within the standards."""
        # A standard read back is within its own scatter of the edge.
        if amount > self.highest * (1.0 + 1e-9):
            return "above the top standard"
        if amount < self.lowest * (1.0 - 1e-9):
            return "below the lowest standard"
        return "within"
