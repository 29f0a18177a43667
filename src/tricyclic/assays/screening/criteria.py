"""When a compound of a screen is a hit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.errors import InputError


@dataclass(frozen=True)
class HitCriteria:
    """Criteria of hits.

    Parameters
    ----------
    fdr : float
        False discovery rate.
    min_effect_percent : float
        Least effect [% of the control window].
    confidence : float
        Confidence level of the limits of IC50.

    Raises
    ------
    InputError
        If a number is out of range.
    """

    fdr: float = 0.05
    min_effect_percent: float = 30.0
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.fdr < 1:
            raise InputError(
                f"the false discovery rate is {self.fdr:g}",
                allowed="It is between 0 and 1, such as 0.05",
            )
        if not 0 <= self.min_effect_percent < math.inf:
            raise InputError(
                f"the least effect of a hit is {self.min_effect_percent:g} %",
                allowed="It is 0 or more",
            )
        if not 0 < self.confidence < 1:
            raise InputError(
                f"the confidence is {self.confidence:g}",
                allowed="It is between 0 and 1, such as 0.95",
            )
