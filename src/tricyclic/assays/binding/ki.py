"""Ki from an IC50, with or without depletion, with the errors of all numbers that enter it.

For the readings of a plate use `assays.binding.competition`, which fits the Ki to the wells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number
from tricyclic.core.stated_number import StatedNumber, propagate_errors
from tricyclic.errors import InputError
from tricyclic.numerics.equilibrium import exact_ic50, exact_ki, solve_one_site
from tricyclic.results.ki import KiResult

IC50, KD, RADIOLIGAND, SITES = (
    "IC50",
    "Kd of the radioligand",
    "radioligand added",
    "sites in the well",
)
CHENG_PRUSOFF = "Ki = IC50 / (1 + L / Kd), with L the free radioligand (Cheng and Prusoff 1973)"
EXACT = (
    "Ki = [I] / ([L] / Kd + [R] / Kd + 1), with free competitor [I] and free radioligand [L] where "
    "binding has halved, and free sites [R] without competitor (Nikolovska-Coleska 2004; equal to "
    "Munson and Rodbard 1988)"
)
# Above this share of the radioligand bound, the free radioligand is not that added.
MOST_BOUND_PERCENT = 10.0


def ki_of_ic50(
    ic50: StatedNumber,
    kd: StatedNumber,
    radioligand: StatedNumber,
    sites: StatedNumber | None = None,
    *,
    confidence: float = 0.95,
    n: int = 1,
    compound: str = "",
) -> KiResult:
    """Ki from an IC50, with its interval.

    Parameters
    ----------
    ic50 : StatedNumber
        Competitor added that halves the specifically bound radioligand.
    kd, radioligand : StatedNumber
        Kd of the radioligand, and its concentration: added where `sites` are given, else free.
    sites : StatedNumber, optional
        Concentration of the sites in the well. With it the Ki is exact under depletion.
    confidence : float
        Level of the limits of all numbers, and of the Ki.
    n : int
        Independent runs of the IC50.
    compound : str

    Returns
    -------
    KiResult

    Raises
    ------
    InputError
        If the IC50 is not above the competitor that is bound at the half-way point.

    Notes
    -----
    On the log scale the standard errors add as squares, each times the change of log10 Ki per
    change of its number (first order). The limits are those of each number moved to its own limit,
    the distances added as squares: where the Ki is no straight line in a number they are not
    symmetric, and where the lower limit of the IC50 admits any affinity the Ki has no lower limit.
    """
    stated = {IC50: ic50, KD: kd, RADIOLIGAND: radioligand}
    exact = sites is not None
    if sites is not None:
        stated[SITES] = sites
    values = {name: number.value for name, number in stated.items()}
    best = _log10_ki(values)
    if math.isnan(best):
        least = float(exact_ic50(values[SITES], values[RADIOLIGAND], values[KD], 0.0))
        raise InputError(
            f"is {format_number(ic50.value)} nM",
            where="ic50",
            allowed=f"With {format_number(values[SITES])} nM of sites it is above "
            f"{format_number(least)} nM, the competitor that is bound where half of the "
            "radioligand is displaced",
            do="Check the concentration of sites and the units",
        )
    inputs, se, low, high = propagate_errors(stated, best, _log10_ki)
    ki = _estimate("Ki", best, se, low, high, confidence, n, compound, EXACT if exact else "")
    simple = {name: value for name, value in values.items() if name != SITES}
    _, se_simple, low_simple, high_simple = propagate_errors(
        {name: stated[name] for name in simple}, _log10_ki(simple), _log10_ki
    )
    cheng = _estimate(
        "Ki (Cheng-Prusoff)",
        _log10_ki(simple),
        se_simple,
        low_simple,
        high_simple,
        confidence,
        n,
        compound,
        "",
    )
    bound, free = math.nan, math.nan
    if sites is not None:
        _, (left,), (taken,) = solve_one_site(sites.value, (radioligand.value,), (kd.value,))
        bound, free = 100.0 * float(taken) / radioligand.value, float(left)
    return KiResult(
        ki,
        cheng,
        inputs,
        EXACT if exact else CHENG_PRUSOFF,
        bound,
        sites.value if sites is not None else math.nan,
        free,
        _checks(ki, cheng, bound),
    )


def sites_from_bound_over_free(bound_over_free: float, kd: float, radioligand: float) -> float:
    """Sites in the well from bound over free radioligand without competitor [unit of `kd`].

    The free sites are bound_over_free times the Kd, and the bound ones are the share
    bound_over_free / (1 + bound_over_free) of the radioligand added.
    """
    return bound_over_free * kd + radioligand * bound_over_free / (1.0 + bound_over_free)


def _log10_ki(values: Mapping[str, float]) -> float:
    """log10 of the Ki in nM; nan where no compound has such an IC50."""
    ic50, kd, hot = values[IC50], values[KD], values[RADIOLIGAND]
    if SITES in values:
        ki = float(exact_ki(values[SITES], hot, kd, ic50))
    else:
        ki = float(ki_from_ic50(ic50, radioligand_nM=hot, radioligand_kd_nM=kd))
    return math.log10(ki) if ki > 0 else math.nan


def _estimate(
    name: str,
    best: float,
    se: float,
    low: float,
    high: float,
    confidence: float,
    n: int,
    compound: str,
    formula: str,
) -> Estimate:
    return Estimate(
        name,
        10.0**best,
        "nM",
        0.0 if low == -math.inf else 10.0**low,
        10.0**high,
        confidence,
        log10_se=se,
        n_experiments=n,
        method="exact mass balance" if formula else "Cheng-Prusoff",
        subject=compound,
    )


def _checks(ki: Estimate, cheng: Estimate, bound_percent: float) -> tuple[Check, ...]:
    if math.isnan(bound_percent):
        message = (
            "how much of the radioligand is bound is not known, and all of it is taken as free"
        )
        advice = (
            "State the sites in the well: their concentration, their density with protein and "
            "volume, or bound over free; the Ki is then exact"
        )
        return (Check("tracer_bound", "warn", message, advice=advice),)
    bias = cheng.value / ki.value
    high = bound_percent > MOST_BOUND_PERCENT
    message = (
        f"{format_number(bound_percent, 2)} % of the radioligand is bound to the sites; "
        f"Cheng-Prusoff alone would give {format_number(bias)} times this Ki"
    )
    return (
        Check(
            "tracer_bound",
            "warn" if high else "pass",
            message,
            value=bound_percent,
            limit=MOST_BOUND_PERCENT,
            unit="%",
            advice="Use less membrane; the Ki then depends less on the concentration of sites"
            if high
            else "",
        ),
    )
