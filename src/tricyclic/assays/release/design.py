"""Plan of an evoked-release study: cultures and wells for a wanted power."""

from __future__ import annotations

import math

from tricyclic.assays.release.power import (
    MOST_CULTURES,
    log_ratio_sd,
    needed_cultures,
    power_of,
)
from tricyclic.core.check import Check
from tricyclic.errors import InputError
from tricyclic.results.release import ReleaseScatter
from tricyclic.results.release_design import PlannedCultures, ReleaseDesignResult
from tricyclic.stats.control_rules import variance_limits

# Numbers of wells of the figure, and its largest number of cultures.
WELLS, LARGEST = (1, 2, 3, 6), 15
FEW = 3
# Level of the two-sided limits whose upper one is that of 80 %, one-sided.
CAUTIOUS = 0.6


def plan_release(
    scatter: ReleaseScatter,
    *,
    ratio: float,
    power: float,
    wells: int,
    cultures: int | None = None,
    arms: int = 1,
    source: str = "",
) -> ReleaseDesignResult:
    """Cultures that show a ratio of net release.

    Parameters
    ----------
    scatter : ReleaseScatter
    ratio : float
        Above 0 and not 1.
    power : float
        From 0 to 1.
    wells : int
        Of each arm in each culture.
    cultures : int, optional
        As planned; default: what is needed.
    arms : int
        Arms compared with the vehicle; each is tested at 5 % over their number, as for the
        smallest p by Holm.
    source : str

    Raises
    ------
    InputError
        If a number is out of its range, or there is no scatter.
    """
    for where, value, good, allowed in (
        ("ratio", ratio, ratio > 0 and ratio != 1 and math.isfinite(ratio), "above 0 and not 1"),
        ("power", power, 0 < power < 1, "between 0 and 1"),
        ("wells", wells, 1 <= wells <= 100, "1 to 100"),
        ("arms", arms, 1 <= arms <= 50, "1 to 50"),
        ("cultures", cultures, cultures is None or 2 <= cultures <= MOST_CULTURES, "2 to 200"),
    ):
        if not good:
            raise InputError(f"is {value:g}", where=where, allowed=f"It is {allowed}")
    if not (scatter.well_sd > 0 or scatter.effect_sd > 0):
        raise InputError("the scatter is 0", where="scatter", do="State it with --well-cv")
    alpha = 0.05 / arms

    def planned(n: int, m: int) -> PlannedCultures:
        sd = log_ratio_sd(scatter, m)
        return PlannedCultures(n, m, sd, power_of(ratio, sd, n, alpha=alpha))

    count = needed_cultures(ratio, log_ratio_sd(scatter, wells), power, alpha=alpha)
    plan = planned(cultures or count or MOST_CULTURES, wells)
    curves = tuple(
        (m, tuple(planned(n, m) for n in range(2, max(LARGEST, plan.cultures) + 1)))
        for m in sorted({*WELLS, wells})
    )
    factor = cautious_factor(scatter)
    wider = log_ratio_sd(scatter, wells) * factor
    cautious = None
    if math.isfinite(factor):
        cautious = needed_cultures(ratio, wider, power, alpha=alpha)
    few = plan.cultures < FEW
    return ReleaseDesignResult(
        scatter,
        source,
        ratio,
        power,
        arms,
        plan,
        planned(count, wells) if count is not None else None,
        PlannedCultures(cautious, wells, wider, power_of(ratio, wider, cautious, alpha=alpha))
        if cautious is not None
        else None,
        factor,
        _detectable(plan, power, alpha),
        curves,
        (
            Check(
                "release_planned_cultures",
                "warn" if few else "pass",
                f"{plan.cultures} independent cultures are planned",
                value=plan.cultures,
                limit=FEW,
                advice="Two cultures hardly estimate a scatter; plan three or more" if few else "",
            ),
        ),
    )


def cautious_factor(scatter: ReleaseScatter) -> float:
    """Upper limit (80 %, one-sided) of the scatter of effects between cultures, over its estimate;
    nan where it is not from a study.
    """
    if scatter.cultures < 2 or not scatter.log_ratio_sd > 0:
        return math.nan
    high = variance_limits(scatter.log_ratio_sd**2, scatter.cultures - 1, CAUTIOUS)[1]
    return math.sqrt(high) / scatter.log_ratio_sd


def _detectable(plan: PlannedCultures, power: float, alpha: float) -> float:
    """Smallest ratio above 1 with the wanted power, by halving."""
    low, high = 0.0, 10.0
    if power_of(math.exp(high), plan.sd, plan.cultures, alpha=alpha) < power:
        return math.inf
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = power_of(math.exp(middle), plan.sd, plan.cultures, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return math.exp(high)
