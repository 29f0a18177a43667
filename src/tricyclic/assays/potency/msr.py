"""Minimum significant ratio: the smallest ratio of two potencies that is significant.

Potencies are compared as log10, so an IC50 in nM and its pIC50 give the same result. The replicate
experiment (two runs of 20 to 30 compounds) validates an assay before use; a control compound in
every run monitors it in use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_confidence_interval, format_number, list_names, pluralize
from tricyclic.errors import InputError
from tricyclic.results.reproducibility import ControlMSR, MsrResult
from tricyclic.stats.control_rules import variance_limits
from tricyclic.stats.statistics import mean_with_interval
from tricyclic.units import convert

AGM_REPLICATE = "Assay Guidance Manual, replicate-experiment study"
MAX_MSR = 3.0
# Limits of agreement of an assay that can rank compounds.
AGREEMENT = (1.0 / 3.0, 3.0)
MIN_COMPOUNDS = 20
MIN_PAIRS = 3
# Ratio of the highest to the lowest potency of the compounds.
MIN_POTENCY_SPAN = 50.0
# Different potencies that two runs do not share in every digit by chance.
MIN_DIFFERENT = 3
MAX_NAMES_LISTED = 8


def replicate_msr(
    first: Sequence[Estimate], second: Sequence[Estimate], *, confidence: float = 0.95
) -> MsrResult:
    """Minimum significant ratio of an assay from two independent runs of the same compounds.

    Parameters
    ----------
    first, second : sequence of Estimate
        Potencies (IC50, EC50, Ki), one for each `subject`; a bound ("> 10 uM") cannot be paired and
        is listed in `left_out`.
    confidence : float
        Confidence level of the limits of the mean ratio and of the MSR.

    Returns
    -------
    MsrResult
        Ratios are first over second.

    Raises
    ------
    InputError
        If a compound is in a run twice, or fewer than three have a number in both.

    Notes
    -----
    With d the differences of log10 potencies and s their standard deviation: MSR = 10^(2 s), mean
    ratio = 10^mean(d) with t limits, limits of agreement = mean ratio / MSR to mean ratio * MSR
    [AGM, replicate-experiment study]. s is the standard deviation of a difference already, so there
    is no sqrt(2) here.
    """
    one, two = _by_subject(first), _by_subject(second)
    unit = next(iter(one.values())).unit if one else ""
    paired = [name for name in one if name in two and _is_number(one[name], two[name])]
    if len(paired) < MIN_PAIRS:
        raise InputError(
            f"{len(paired)} compounds have a potency in both runs",
            allowed=f"A replicate experiment needs {MIN_PAIRS} or more; {MIN_COMPOUNDS} to 30 are "
            "recommended",
            do="Use the same compound names in both runs",
        )
    log_one, log_two = (
        np.log10([convert(run[name].value, run[name].unit, unit) for name in paired])
        for run in (one, two)
    )
    difference = log_one - log_two
    mean = mean_with_interval(difference, confidence=confidence)
    sd = float(difference.std(ddof=1))
    low, high = variance_limits(sd * sd, len(paired) - 1.0, confidence)
    msr = 10.0 ** (2.0 * sd)
    result = MsrResult(
        compounds=tuple(paired),
        geometric_means=tuple(float(v) for v in 10.0 ** ((log_one + log_two) / 2.0)),
        ratios=tuple(float(v) for v in 10.0**difference),
        mean_ratio=10.0**mean.value,
        mean_ratio_low=10.0**mean.low,
        mean_ratio_high=10.0**mean.high,
        sd=sd,
        msr=msr,
        msr_low=10.0 ** (2.0 * math.sqrt(low)),
        msr_high=_power(2.0 * math.sqrt(high)),
        agreement_low=10.0**mean.value / msr,
        agreement_high=10.0**mean.value * msr,
        confidence=confidence,
        left_out=tuple(name for name in dict.fromkeys([*one, *two]) if name not in paired),
        unit=unit,
    )
    copied = _copy_check(log_one, log_two)
    return replace(result, checks=(*_checks(result), copied))


def control_msr(log10_potencies: Sequence[float], *, confidence: float = 0.95) -> ControlMSR:
    """Minimum significant ratio of two compounds with one potency each, tested in different runs.

    Parameters
    ----------
    log10_potencies : sequence of float
        Potencies of a control compound, one per run, two or more.
    confidence : float
        Confidence level of the limits.

    Raises
    ------
    InputError
        If there are fewer than two runs.

    Notes
    -----
    10^(2 sqrt(2) s), s the standard deviation of the log10 potencies between runs [AGM, minimum
    significant ratio].
    """
    values = np.asarray(log10_potencies, float)
    if values.size < 2:
        raise InputError(
            f"the control compound has {pluralize(values.size, 'run')}",
            allowed="An MSR needs two runs or more",
        )
    sd = float(values.std(ddof=1))
    low, high = variance_limits(sd * sd, values.size - 1.0, confidence)
    factor = 2.0 * math.sqrt(2.0)
    return ControlMSR(
        values.size,
        sd,
        _power(factor * sd),
        _power(factor * math.sqrt(low)),
        _power(factor * math.sqrt(high)),
    )


def _checks(result: MsrResult) -> tuple[Check, ...]:
    checks = [
        _compounds_check(result),
        _span_check(result),
        _msr_check(result),
        _mean_ratio_check(result),
        _agreement_check(result),
    ]
    if result.left_out:
        checks.append(
            Check(
                "excluded",
                "warn",
                "without a number in both runs, so left out: "
                f"{list_names(result.left_out, MAX_NAMES_LISTED)}",
                value=float(len(result.left_out)),
                limit=0.0,
                advice="A bound contains no information on repeatability; choose compounds within "
                "the tested range",
            )
        )
    return tuple(checks)


def _copy_check(first: np.ndarray, second: np.ndarray) -> Check:
    """Whether the second run is a copy of the first: no two experiments agree in all digits of all
    compounds, unless these are few or all alike.
    """
    same = int(np.count_nonzero(first == second))
    copied = same == first.size and np.unique(first).size >= MIN_DIFFERENT
    return Check(
        "copied_runs",
        "fail" if copied else "pass",
        f"{same} of {first.size} compounds have exactly the same potency in both runs",
        value=float(same),
        limit=float(first.size),
        source="exact comparison",
        advice="The second run is a copy of the first: name the columns of two independent runs"
        if copied
        else "",
    )


def _compounds_check(result: MsrResult) -> Check:
    few = result.n_compounds < MIN_COMPOUNDS
    return Check(
        "compounds",
        "warn" if few else "pass",
        f"{result.n_compounds} compounds were tested in both runs",
        value=float(result.n_compounds),
        limit=float(MIN_COMPOUNDS),
        source=AGM_REPLICATE,
        advice="Test 20 to 30 compounds whose potencies span the range in use" if few else "",
    )


def _span_check(result: MsrResult) -> Check:
    span = 10 ** float(np.ptp(np.log10(result.geometric_means)))
    narrow = span < MIN_POTENCY_SPAN
    return Check(
        "potency_span",
        "warn" if narrow else "pass",
        f"their potencies span a factor of {format_number(span, 2)}",
        value=span,
        limit=MIN_POTENCY_SPAN,
        source=AGM_REPLICATE,
        advice="Choose compounds over the concentration range of the assay" if narrow else "",
    )


def _msr_check(result: MsrResult) -> Check:
    wide = result.msr > MAX_MSR
    interval = format_confidence_interval(result.msr_low, result.msr_high, result.confidence)
    return Check(
        "replicate_msr",
        "warn" if wide else "pass",
        f"the minimum significant ratio is {format_number(result.msr)} ({interval})",
        value=result.msr,
        limit=MAX_MSR,
        source=AGM_REPLICATE,
        advice="Reduce the scatter within a run (dilution series, plates, mixing), or average "
        "replicates"
        if wide
        else "",
    )


def _mean_ratio_check(result: MsrResult) -> Check:
    shifted = not result.mean_ratio_low <= 1.0 <= result.mean_ratio_high
    interval = format_confidence_interval(
        result.mean_ratio_low, result.mean_ratio_high, result.confidence
    )
    return Check(
        "mean_ratio",
        "warn" if shifted else "pass",
        f"the potencies of the first run are {format_number(result.mean_ratio)} times those of "
        f"the second ({interval})",
        value=result.mean_ratio,
        limit=1.0,
        source=AGM_REPLICATE,
        advice="The runs differ systematically: look for a change of lot, stock or dilution "
        "between them"
        if shifted
        else "",
    )


def _agreement_check(result: MsrResult) -> Check:
    low, high = result.agreement_low, result.agreement_high
    apart = low < AGREEMENT[0] or high > AGREEMENT[1]
    return Check(
        "limits_of_agreement",
        "warn" if apart else "pass",
        f"95 % of ratios lie between {format_number(low)} and {format_number(high)}",
        value=max(high, 1.0 / low),
        limit=AGREEMENT[1],
        source=AGM_REPLICATE,
        advice="The assay cannot rank compounds yet; improve it and repeat the experiment"
        if apart
        else "",
    )


def _by_subject(estimates: Sequence[Estimate]) -> dict[str, Estimate]:
    by_subject: dict[str, Estimate] = {}
    for estimate in estimates:
        if estimate.subject in by_subject:
            raise InputError(
                f"'{estimate.subject}' is in a run twice",
                do="Give one potency per compound and run, or number its batches",
            )
        by_subject[estimate.subject] = estimate
    return by_subject


def _is_number(*estimates: Estimate) -> bool:
    return all(one.qualifier == "=" and 0 < one.value < math.inf for one in estimates)


def _power(exponent: float) -> float:
    return math.inf if exponent > 300 else 10.0**exponent
