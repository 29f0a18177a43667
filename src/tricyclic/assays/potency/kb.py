"""KB of a functional antagonist from an IC50, with the errors of all numbers that enter it.

For the readings of an inhibition curve use the curve `leff_dougall`, for whole agonist curves
`gaddum_schild`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number
from tricyclic.core.stated_number import StatedInput, StatedNumber, propagate_errors
from tricyclic.curves.leff_dougall import shift
from tricyclic.results.ki import KbResult

IC50, AGONIST, EC50, SLOPE = "IC50", "agonist", "EC50 of the agonist", "slope of the agonist curve"
LEFF_DOUGALL = (
    "KB = IC50 / ((2 + (A / EC50)^n)^(1/n) - 1), with agonist A and slope n of its curve "
    "(Leff and Dougall 1993)"
)
# Below this agonist over EC50 the response to be halved is a small part of the maximum.
LEAST_OVER_EC50 = 0.2


def kb_of_ic50(
    ic50: StatedNumber,
    agonist: StatedNumber,
    ec50: StatedNumber,
    slope: StatedNumber,
    *,
    confidence: float = 0.95,
    n: int = 1,
    compound: str = "",
) -> KbResult:
    """KB from an IC50, with its interval.

    Parameters
    ----------
    ic50 : StatedNumber
        Antagonist that halves the response to the agonist.
    agonist, ec50 : StatedNumber
        Agonist that is present, and its EC50 without antagonist, in the unit of `ic50`.
    slope : StatedNumber
        Slope of the agonist curve, 1 for a rectangular hyperbola.
    confidence : float
        Level of the limits of all numbers, and of the KB.
    n : int
        Independent runs of the IC50.
    compound : str

    Returns
    -------
    KbResult

    Notes
    -----
    Leff & Dougall 1993, doi:10.1016/0165-6147(93)90080-4. On the log scale the standard errors add
    as squares, each times the change of log10 KB per change of its number.
    """
    stated = {IC50: ic50, AGONIST: agonist, EC50: ec50, SLOPE: slope}

    def estimate(
        numbers: Mapping[str, StatedNumber], method: str
    ) -> tuple[Estimate, tuple[StatedInput, ...]]:
        best = _log10_kb({name: number.value for name, number in numbers.items()})
        inputs, se, low, high = propagate_errors(numbers, best, _log10_kb)
        return Estimate(
            "KB",
            10.0**best,
            "nM",
            10.0**low,
            10.0**high,
            confidence,
            log10_se=se,
            n_experiments=n,
            method=method,
            subject=compound,
        ), inputs

    kb, inputs = estimate(stated, "Leff-Dougall")
    # With a slope of 1 the equation is that of Cheng and Prusoff: IC50 / (1 + A / EC50).
    simple, _ = estimate({**stated, SLOPE: StatedNumber(1.0, unit="")}, "Cheng-Prusoff")
    simple = replace(simple, name="KB (Cheng-Prusoff)")
    over = agonist.value / ec50.value
    return KbResult(kb, simple, inputs, LEFF_DOUGALL, over, (_agonist_check(over),))


def _log10_kb(values: Mapping[str, float]) -> float:
    over = float(shift(values[AGONIST], math.log10(values[EC50]), values[SLOPE]))
    return math.log10(values[IC50] / over)


def _agonist_check(over: float) -> Check:
    """Whether there is a response to be halved."""
    low = over < LEAST_OVER_EC50
    return Check(
        "agonist_over_ec50",
        "warn" if low else "pass",
        f"the agonist is {format_number(over, 2)} times its EC50",
        value=over,
        limit=LEAST_OVER_EC50,
        unit="x EC50",
        advice="Little of the response is left to be inhibited: measure the IC50 beside an agonist "
        "concentration of about its EC50 to EC80"
        if low
        else "",
        source="default threshold",
    )
