"""Masked sites: the numbers that a fit under a mask uses, and checks of what they do to the Ki."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.binding.check_limits import DEFAULT, MAX_MASKED_SIGNAL_PERCENT
from tricyclic.core.check import Check
from tricyclic.core.condition_text import DEFAULT_MARK
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.curves.competition_under_mask import MaskPerformance, occupancy_under_mask

CURVE = "competition_under_mask"
# Condition, fixed parameter of the curve, and what it is.
AFFINITIES = (
    ("mask_kd_masked_nM", "log10_mask_kd_masked", "Kd of the mask at the masked site"),
    ("mask_kd_wanted_nM", "log10_mask_kd", "Kd of the mask at the target site"),
    ("radioligand_kd_masked_nM", "log10_kd_masked", "Kd of the radioligand at the masked site"),
    ("competitor_ki_masked_nM", "log10_ki_masked", "Ki of the competitor at the masked site"),
)
RATIO = ("masked_bmax_ratio", "masked_ratio", "masked sites per target site")
# The Ki at the masked site is varied by this factor where it is not stated.
UNKNOWN_FACTOR = 10.0


def is_masked(conditions: BindingConditions) -> bool:
    """Whether a mask is in the wells."""
    return bool(conditions.mask and conditions.mask_M)


def fixed_values_under_mask(conditions: BindingConditions) -> dict[str, float]:
    """Fixed parameters of a curve with a masking ligand, from the conditions."""
    values = {}
    for field, parameter, _ in AFFINITIES:
        number: MeasuredValue | None = getattr(conditions, field)
        if number is not None:
            values[parameter] = float(np.log10(number.value * 1e-9))
    if conditions.masked_bmax_ratio is not None:
        values[RATIO[1]] = conditions.masked_bmax_ratio.value
    return values


def measured_under_mask(conditions: BindingConditions) -> dict[str, MeasuredValue | None]:
    """The same numbers with their errors, by what they are; empty without a mask."""
    if not is_masked(conditions):
        return {}
    return {name: getattr(conditions, field) for field, _, name in (*AFFINITIES, RATIO)}


def conditions_field(name: str) -> str:
    """The condition of a number by what it is."""
    return next(field for field, _, of_field in (*AFFINITIES, RATIO) if of_field == name)


def mask_checks(
    fit: Fit,
    series: Sequence[Series],
    conditions: BindingConditions,
    compounds: Sequence[str],
    otherwise: Sequence[float] = (),
) -> tuple[Check, ...]:
    """Whether the Ki at the masked site is known, and how much of the signal comes from that site.

    Parameters
    ----------
    fit : Fit
        Of `competition_under_mask`.
    series : sequence of Series
    conditions : BindingConditions
    compounds : sequence of str
    otherwise : sequence of float
        Ki [nM] of the first compound where its Ki at the masked site, if it is not stated, is
        `UNKNOWN_FACTOR` times lower and higher.
    """
    performance = _in_total_wells(fit, series)
    if performance is None:
        return ()
    share = 100.0 * float(np.max(performance.signal_from_masked))
    lost = 100.0 * float(np.max(performance.target_sites_bound_by_mask))
    return (
        _signal_check(share, lost, conditions),
        _competitor_check(share, conditions, compounds, otherwise),
    )


def masked_sentence(c: BindingConditions) -> str:
    """The sentences of the methods on a mask, with every number that the fit uses."""
    if not (is_masked(c) and c.mask_M):
        return ""
    site, target = c.masked_site or "masked", c.target or "target"
    ligand = c.radioligand or "the radioligand"
    mark = f" {DEFAULT_MARK}" if c.is_default("mask_M") else ""
    numbers = [
        (f"Kd of {c.mask} at {site}", c.mask_kd_masked_nM, " nM"),
        (f"Kd of {c.mask} at {target}", c.mask_kd_wanted_nM, " nM"),
        (f"Kd of {ligand} at {site}", c.radioligand_kd_masked_nM, " nM"),
        (f"{site} sites per {target} site", c.masked_bmax_ratio, ""),
    ]
    listed = "; ".join(
        f"{name} {_with_error(number, unit)}{_mark(c, number)}"
        for name, number, unit in numbers
        if number
    )
    competitor = (
        f"The Ki of the competitor at {site} was fixed at "
        f"{_with_error(c.competitor_ki_masked_nM, ' nM')}{_mark(c, c.competitor_ki_masked_nM)}."
        if c.competitor_ki_masked_nM
        else f"The Ki of the competitor at {site} was not stated and was taken to be its Ki at "
        f"{target}."
    )
    return (
        f"{c.mask} ({format_number(c.mask_M * 1e9)} nM{mark}) masked the {site} sites; the {site} "
        f"sites that it leaves free, and the {target} sites that it occupies, are part of the fit"
        f"{f' ({listed})' if listed else ''}. {competitor}"
    )


def _mark(c: BindingConditions, number: MeasuredValue) -> str:
    """The mark of a number that the protocol provides."""
    fields = (field for field, _, _ in (*AFFINITIES, RATIO) if getattr(c, field) is number)
    return f" {DEFAULT_MARK}" if any(c.is_default(field) for field in fields) else ""


def _with_error(number: MeasuredValue, unit: str) -> str:
    origin = f", {number.source}" if number.source == "assumed" else ""
    error = f" ± {format_number(number.se, 2)} (SE)" if number.se else ""
    return f"{format_number(number.value)}{error}{unit}{origin}"


def _in_total_wells(fit: Fit, series: Sequence[Series]) -> MaskPerformance | None:
    """Occupancies in the wells without competitor."""
    for one in series:
        total = (one.x.get("competitor_M", np.zeros(one.n)) == 0) & (
            one.x.get("specific", np.ones(one.n)) > 0
        )
        if total.any() and "log10_bmax" in fit:
            values = fit.values
            return occupancy_under_mask(
                radioligand_M=one.x["radioligand_M"][total],
                mask_M=one.x["modulator_M"][total],
                sites_M=10.0 ** values["log10_bmax"],
                masked_ratio=values["masked_ratio"],
                log10_kd=values["log10_kd"],
                log10_kd_masked=values["log10_kd_masked"],
                log10_mask_kd=values["log10_mask_kd"],
                log10_mask_kd_masked=values["log10_mask_kd_masked"],
                nonspecific=values["nonspecific"],
            )
    return None


def _signal_check(share: float, lost: float, conditions: BindingConditions) -> Check:
    site, target = conditions.masked_site or "masked", conditions.target or "target"
    much = share > MAX_MASKED_SIGNAL_PERCENT
    return Check(
        "masked_signal",
        "warn" if much else "pass",
        f"{format_number(share, 2)} % of the specific signal of total wells comes from {site} "
        f"sites; {conditions.mask} occupies {format_number(lost, 2)} % of the {target} sites",
        value=share,
        limit=MAX_MASKED_SIGNAL_PERCENT,
        unit="%",
        advice="Use more of the mask: the more signal comes from the masked sites, the more the Ki "
        "depends on the affinities there"
        if much
        else "",
        source=DEFAULT,
    )


def _competitor_check(
    share: float,
    conditions: BindingConditions,
    compounds: Sequence[str],
    otherwise: Sequence[float],
) -> Check:
    site, target = conditions.masked_site or "masked", conditions.target or "target"
    stated = conditions.competitor_ki_masked_nM
    if stated is not None and len(compounds) < 2:
        return Check(
            "masked_site_affinity",
            "pass",
            f"the Ki of the competitor at {site} sites is {_with_error(stated, ' nM')}",
            source=DEFAULT,
        )
    if stated is not None:
        names = ", ".join(compounds)
        return Check(
            "masked_site_affinity",
            "warn",
            f"one Ki at {site} sites ({_with_error(stated, ' nM')}) is used for {names}",
            advice="Analyse each competitor by itself, with its own Ki at the masked site",
            source=DEFAULT,
        )
    known = [ki for ki in otherwise if math.isfinite(ki)]
    range_of_ki = (
        f"; a Ki there {UNKNOWN_FACTOR:g} times lower or higher would give "
        f"{' or '.join(f'{format_number(ki)} nM' for ki in known)}"
        if known
        else ""
    )
    return Check(
        "masked_site_affinity",
        "warn",
        f"the Ki of the competitor at {site} sites is not stated and is taken to be its Ki at "
        f"{target}; {format_number(share, 2)} % of the specific signal comes from {site}"
        f"{range_of_ki}",
        value=share,
        unit="%",
        advice="State competitor_ki_masked_nM, with its standard error if there is one",
        source=DEFAULT,
    )
