"""From repeated potencies to how far two results must lie apart to differ: MSR, limits of agreement, control charts.

Potencies are compared as log10, so what holds for an IC50 in nM holds for its pIC50. The replicate experiment (two runs
of 20 to 30 compounds) judges an assay before it is used; the control compound in every run judges it while it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import figures
from tricyclic.errors import InputError
from tricyclic.results.reproducibility import Broken, ControlChart, ControlMSR, ReplicateMSR
from tricyclic.stats.control_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    broken_rules,
    c4,
    range_constants,
    variance_limits,
)
from tricyclic.stats.statistics import mean_of
from tricyclic.units import convert

AGM_MSR = "Assay Guidance Manual, minimum significant ratio; Eastwood et al. 2006, doi:10.1177/1087057105285611"
AGM_REPLICATE = "Assay Guidance Manual, replicate-experiment study"
MSR_AT_MOST = 3.0
AGREEMENT = (1.0 / 3.0, 3.0)
COMPOUNDS_AT_LEAST = 20
BASELINE_AT_LEAST = 6

Rules = Literal["western electric", "nelson"]
RULES = {"western electric": WESTERN_ELECTRIC, "nelson": NELSON}


def replicate_msr(
    first: Sequence[Estimate], second: Sequence[Estimate], *, confidence: float = 0.95
) -> ReplicateMSR:
    """Judge an assay by two independent runs of the same compounds.

    Parameters
    ----------
    first, second : sequence of Estimate
        Potencies (IC50, EC50, Ki), one for each `subject`; a bound ("> 10 uM") cannot be paired and is left out by name.
    confidence : float
        Of the limits of the mean ratio and of the MSR.

    Returns
    -------
    ReplicateMSR
        Ratios are first over second.

    Raises
    ------
    InputError
        If a compound is in a run twice, or fewer than three have a number in both.

    Notes
    -----
    With d the differences of log10 potencies and s their standard deviation: MSR = 10^(2 s), mean ratio = 10^mean(d) with t
    limits, limits of agreement = mean ratio / MSR to mean ratio * MSR [AGM, replicate-experiment study]. s already is the
    standard deviation of a difference, so there is no sqrt(2) here.
    """
    a, b = _by_subject(first), _by_subject(second)
    shared = [name for name in a if name in b]
    unit = next(iter(a.values())).unit if a else ""
    paired = [name for name in shared if _is_number(a[name]) and _is_number(b[name])]
    left = [name for name in dict.fromkeys([*a, *b]) if name not in paired]
    if len(paired) < 3:
        raise InputError(
            f"{len(paired)} compounds have a potency in both runs",
            allowed=f"A replicate experiment needs 3 at the very least; {COMPOUNDS_AT_LEAST} to 30 are asked for",
            do="Name the compounds alike in both runs",
        )
    one = np.log10([convert(a[name].value, a[name].unit, unit) for name in paired])
    two = np.log10([convert(b[name].value, b[name].unit, unit) for name in paired])
    d = one - two
    mean = mean_of(d, confidence=confidence)
    sd = float(d.std(ddof=1))
    low, high = variance_limits(sd * sd, len(paired) - 1.0, confidence)
    msr = 10.0 ** (2.0 * sd)
    found = ReplicateMSR(
        compounds=tuple(paired),
        geometric_means=tuple(float(v) for v in 10.0 ** ((one + two) / 2.0)),
        ratios=tuple(float(v) for v in 10.0**d),
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
        left_out=tuple(left),
        unit=unit,
    )
    return _with_checks(found, np.log10(found.geometric_means), d)


def control_msr(log10_potencies: Sequence[float], *, confidence: float = 0.95) -> ControlMSR:
    """MSR of a control compound: how far two compounds of one potency each must lie apart, when tested in different runs.

    Parameters
    ----------
    log10_potencies : sequence of float
        One per run, two or more.

    Notes
    -----
    10^(2 sqrt(2) s), s the standard deviation of the log10 potencies between runs [AGM, minimum significant ratio].
    """
    values = np.asarray(log10_potencies, float)
    if values.size < 2:
        raise InputError(
            f"{values.size} runs of the control", allowed="An MSR needs two runs or more"
        )
    sd = float(values.std(ddof=1))
    low, high = variance_limits(sd * sd, values.size - 1.0, confidence)
    reach = 2.0 * math.sqrt(2.0)
    return ControlMSR(
        values.size,
        sd,
        _power(reach * sd),
        _power(reach * math.sqrt(low)),
        _power(reach * math.sqrt(high)),
    )


def control_chart(
    runs: Mapping[str, Sequence[float]],
    *,
    subject: str = "",
    scale: str = "log10 potency",
    baseline: int | None = None,
    rules: Rules = "western electric",
    window: int = 6,
) -> ControlChart:
    """Chart the potency of a control compound over runs.

    Parameters
    ----------
    runs : mapping of str to sequence of float
        log10 potencies (or pIC50) by run, in the order of the runs. One per run makes an I-MR chart, two or more in every
        run an Xbar-S chart.
    subject, scale : str
        The compound, and what the values are, for sentences and axes.
    baseline : int, optional
        The first so many runs set the limits; all where left out.
    rules : {"western electric", "nelson"}
        Run rules for the I or Xbar chart; the scatter chart knows points outside its limits only.
    window : int
        Runs of the moving MSR.

    Raises
    ------
    InputError
        If there are fewer than three runs, a value is not a number, or runs of one and of several potencies are mixed.

    Notes
    -----
    I-MR: sigma = mean moving range / d2(2), limits 3 sigma; moving range up to its mean (1 + 3 d3/d2). Xbar-S: sigma =
    mean of s_i / c4(n_i), weighted by 1 / its variance; limits 3 sigma / sqrt(n_i), and sigma (c4 +/- 3 sqrt(1 - c4^2))
    [Montgomery, Introduction to Statistical Quality Control, chapter 6]. A reference compound in each run is charted on the
    log scale, as its scatter is in proportion.
    """
    names = tuple(runs)
    groups = [np.asarray(runs[name], float) for name in names]
    if len(groups) < 3:
        raise InputError(
            f"{len(groups)} runs",
            allowed="A control chart needs three runs or more; limits settle after twenty",
        )
    for name, group in zip(names, groups, strict=True):
        if not group.size or not np.isfinite(group).all():
            raise InputError(
                "a potency is missing or not a number",
                where=f"run {name}",
                do="Leave the run out and say why",
            )
    sizes = tuple(group.size for group in groups)
    if min(sizes) == 1 < max(sizes):
        single = names[sizes.index(1)]
        raise InputError(
            f"run {single} has one potency and others have several",
            do="Chart one value per run (its mean), or several in every run",
        )
    used = len(groups) if baseline is None else baseline
    if not 3 <= used <= len(groups):
        raise InputError(
            f"the baseline is {used} runs", allowed=f"From 3 to the {len(groups)} that there are"
        )
    values = np.array([float(group.mean()) for group in groups])
    n = np.array(sizes, float)
    if max(sizes) == 1:
        kind = "I-MR"
        scatter = np.abs(np.diff(values, prepend=np.nan))
        d2, d3 = range_constants(2)
        middle = float(np.nanmean(scatter[:used]))
        sigma = middle / d2
        centre = float(values[:used].mean())
        s_centre = np.full(n.size, middle)
        s_low, s_high = np.zeros(n.size), np.full(n.size, middle * (1.0 + 3.0 * d3 / d2))
    else:
        kind = "Xbar-S"
        scatter = np.array([float(group.std(ddof=1)) for group in groups])
        ratio = np.array([c4(size) for size in sizes])
        weight = ratio**2 / (1.0 - ratio**2)
        sigma = float((weight * scatter / ratio)[:used].sum() / weight[:used].sum())
        centre = float((n * values)[:used].sum() / n[:used].sum())
        s_centre = sigma * ratio
        wide = 3.0 * sigma * np.sqrt(1.0 - ratio**2)
        s_low, s_high = np.maximum(s_centre - wide, 0.0), s_centre + wide
    if not sigma > 0:
        raise InputError(
            "all potencies of the control are equal",
            do="Chart potencies as they were found, not rounded",
        )
    reach = 3.0 * sigma / np.sqrt(n)
    z = (values - centre) / (sigma / np.sqrt(n))
    main, second = kind.split("-")
    broken = [
        Broken(rule.says, names[at], main) for rule, at in broken_rules(z, rules=RULES[rules])
    ]
    out = np.flatnonzero((scatter > s_high * (1 + 1e-12)) | (scatter < s_low * (1 - 1e-12)))
    broken += [Broken("one point outside its limits", names[int(at)], second) for at in out]
    msrs = [control_msr(values[: k + 1].tolist()) if k else None for k in range(n.size)]
    recent = [
        control_msr(values[k + 1 - window : k + 1].tolist()) if k + 1 >= window else None
        for k in range(n.size)
    ]
    chart = ControlChart(
        kind=kind,
        subject=subject,
        runs=names,
        values=_tuple(values),
        scatter=_tuple(scatter),
        sizes=sizes,
        centre=centre,
        sigma=sigma,
        lower=_tuple(centre - reach),
        upper=_tuple(centre + reach),
        scatter_centre=_tuple(s_centre),
        scatter_lower=_tuple(s_low),
        scatter_upper=_tuple(s_high),
        baseline=used,
        scale=scale,
        rules=rules,
        broken=tuple(broken),
        cumulative=tuple(msrs),
        recent=tuple(recent),
        window=window,
    )
    return replace(chart, checks=_chart_checks(chart))


def _chart_checks(chart: ControlChart) -> tuple[Check, ...]:
    where = chart.subject
    made = []
    few = chart.baseline < BASELINE_AT_LEAST
    made.append(
        Check(
            "baseline_runs",
            "look" if few else "fine",
            f"the control limits rest on {chart.baseline} runs",
            where=where,
            value=float(chart.baseline),
            limit=float(BASELINE_AT_LEAST),
            source="limit of the house",
            advice="Read them as provisional until there are more" if few else "",
        )
    )
    if chart.broken:
        by_rule: dict[tuple[str, str], list[str]] = {}
        for item in chart.broken:
            by_rule.setdefault((item.chart, item.rule), []).append(item.run)
        for number, ((which, rule), found) in enumerate(by_rule.items()):
            made.append(
                Check(
                    "run_rule",
                    "look",
                    f"{which} chart: {rule}, at run {_listed(found)}",
                    where=where,
                    value=float(len(found)),
                    limit=0.0,
                    source="Western Electric 1956; Nelson 1984",
                    advice=""
                    if number
                    else "Find what changed before that run (lot, plate, operator, reader); do not drop the run for this alone",
                )
            )
    else:
        made.append(
            Check(
                "run_rule",
                "fine",
                f"no {chart.rules} rule is broken",
                where=where,
                value=0.0,
                limit=0.0,
            )
        )
    whole, last = chart.cumulative[-1], chart.recent[-1]
    for label, found_msr in (("all runs", whole), (f"the last {chart.window} runs", last)):
        if found_msr is None:
            continue
        over = found_msr.msr > MSR_AT_MOST
        made.append(
            Check(
                "control_msr",
                "look" if over else "fine",
                f"the minimum significant ratio over {label} is {figures(found_msr.msr)} "
                f"(95 %: {figures(found_msr.msr_low)} to {figures(found_msr.msr_high)})",
                where=where,
                value=found_msr.msr,
                limit=MSR_AT_MOST,
                source=AGM_MSR,
                advice=f"Potencies that differ less than {figures(found_msr.msr)} times are not told apart; average more runs"
                if over
                else "",
            )
        )
    return tuple(made)


def _with_checks(found: ReplicateMSR, means: np.ndarray, d: np.ndarray) -> ReplicateMSR:
    few, wide = found.n < COMPOUNDS_AT_LEAST, found.msr > MSR_AT_MOST
    shifted = not found.mean_ratio_low <= 1.0 <= found.mean_ratio_high
    apart = found.agreement_low < AGREEMENT[0] or found.agreement_high > AGREEMENT[1]
    reach = 10 ** float(np.ptp(means))
    checks = [
        Check(
            "compounds",
            "look" if few else "fine",
            f"{found.n} compounds were tested in both runs",
            value=float(found.n),
            limit=float(COMPOUNDS_AT_LEAST),
            source=AGM_REPLICATE,
            advice="Test 20 to 30 whose potencies span the range in use" if few else "",
        ),
        Check(
            "potency_span",
            "look" if reach < 50 else "fine",
            f"their potencies span a factor of {figures(reach, 2)}",
            value=reach,
            limit=50.0,
            source=AGM_REPLICATE,
            advice="Take compounds over the concentration range of the assay" if reach < 50 else "",
        ),
        Check(
            "replicate_msr",
            "look" if wide else "fine",
            f"the minimum significant ratio is {figures(found.msr)} (95 %: {figures(found.msr_low)} to {figures(found.msr_high)})",
            value=found.msr,
            limit=MSR_AT_MOST,
            source=AGM_REPLICATE,
            advice="Find what scatters within a run: dilution series, plates, mixing; or average replicates"
            if wide
            else "",
        ),
        Check(
            "mean_ratio",
            "look" if shifted else "fine",
            f"the first run reads {figures(found.mean_ratio)} times the second (95 %: {figures(found.mean_ratio_low)} to {figures(found.mean_ratio_high)})",
            value=found.mean_ratio,
            limit=1.0,
            source=AGM_REPLICATE,
            advice="The runs differ as a whole: look for a change of lot, stock or dilution between them"
            if shifted
            else "",
        ),
        Check(
            "limits_of_agreement",
            "look" if apart else "fine",
            f"95 % of ratios lie between {figures(found.agreement_low)} and {figures(found.agreement_high)}",
            value=max(found.agreement_high, 1.0 / found.agreement_low),
            limit=AGREEMENT[1],
            source=AGM_REPLICATE,
            advice="The assay is not ready to rank compounds; improve it and repeat the experiment"
            if apart
            else "",
        ),
    ]
    if found.left_out:
        checks.append(
            Check(
                "left_out",
                "look",
                f"without a number in both runs, so left out: {_listed(found.left_out)}",
                value=float(len(found.left_out)),
                limit=0.0,
                advice="A bound says nothing about repeatability; choose compounds within the tested range",
            )
        )
    return replace(found, checks=tuple(checks))


def _by_subject(estimates: Sequence[Estimate]) -> dict[str, Estimate]:
    out: dict[str, Estimate] = {}
    for estimate in estimates:
        if estimate.subject in out:
            raise InputError(
                f"'{estimate.subject}' is in a run twice",
                do="Give one potency per compound and run, or number its batches",
            )
        out[estimate.subject] = estimate
    return out


def _is_number(estimate: Estimate) -> bool:
    return estimate.relation == "=" and 0 < estimate.value < math.inf


def _listed(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _tuple(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _power(exponent: float) -> float:
    return math.inf if exponent > 300 else 10.0**exponent
