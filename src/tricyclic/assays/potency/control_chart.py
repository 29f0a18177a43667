"""Control charts of the potency of a control compound over the runs of an assay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tricyclic.assays.potency.msr import MAX_MSR, MAX_NAMES_LISTED, control_msr
from tricyclic.core.check import Check
from tricyclic.core.format import format_confidence_interval, format_number, list_names
from tricyclic.errors import InputError
from tricyclic.results.reproducibility import ControlChartResult, ControlMSR, RuleViolation
from tricyclic.stats.control_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    c4,
    range_constants,
    rule_violations,
)

AGM_MSR = (
    "Assay Guidance Manual, minimum significant ratio; Eastwood et al. 2006, "
    "doi:10.1177/1087057105285611"
)
# Digits of a single potency that two runs do not share by chance.
MIN_DIGITS = 5
MAX_COPIES_LISTED = 5
MIN_RUNS = 3
# An MSR needs two runs.
MIN_WINDOW = 2
# With fewer runs the control limits are provisional.
MIN_BASELINE = 6

Rules = Literal["western electric", "nelson"]
RULES = {"western electric": WESTERN_ELECTRIC, "nelson": NELSON}


@dataclass(frozen=True)
class _Limits:
    """Centre, sigma and limits of both charts, arrays of shape (runs,)."""

    kind: Literal["I-MR", "Xbar-S"]
    centre: float
    sigma: float
    scatter: np.ndarray
    scatter_centre: np.ndarray
    scatter_lower: np.ndarray
    scatter_upper: np.ndarray


def control_chart(
    runs: Mapping[str, Sequence[float]],
    *,
    subject: str = "",
    scale: str = "log10 potency",
    baseline: int | None = None,
    rules: Rules = "western electric",
    window: int = 6,
) -> ControlChartResult:
    """Chart the potency of a control compound over runs.

    Parameters
    ----------
    runs : mapping of str to sequence of float
        log10 potencies (or pIC50) by run, in the order of the runs. One per run gives an I-MR
        chart, two or more in every run an Xbar-S chart.
    subject, scale : str
        The compound, and what the values are, for sentences and axes.
    baseline : int, optional
        Number of runs, from the first, that set the limits; default: all.
    rules : {"western electric", "nelson"}
        Run rules for the I or Xbar chart; the scatter chart has one rule, points outside limits.
    window : int
        Runs of the moving MSR.

    Raises
    ------
    InputError
        If there are fewer than three runs, a value is not a number, runs of one and of several
        potencies are mixed, or the baseline or the window is too short.

    Notes
    -----
    I-MR: sigma = mean moving range / d2(2), limits 3 sigma; moving range up to its mean (1 + 3
    d3/d2). Xbar-S: sigma = mean of s_i / c4(n_i), weighted by 1 / its variance; limits 3 sigma /
    sqrt(n_i), and sigma (c4 +/- 3 sqrt(1 - c4^2)) [Montgomery, Introduction to Statistical Quality
    Control, chapter 6]. Potencies are charted on the log scale because their scatter is
    proportional.
    """
    if window < MIN_WINDOW:
        raise InputError(
            f"is {window}", where="window", allowed=f"A whole number from {MIN_WINDOW}"
        )
    names = tuple(runs)
    groups = [np.asarray(runs[name], float) for name in names]
    used = _checked_baseline(names, groups, baseline)
    values = np.array([float(group.mean()) for group in groups])
    sizes = np.array([group.size for group in groups])
    limits = _individuals(values, used) if sizes.max() == 1 else _means(groups, values, sizes, used)
    if not limits.sigma > 0:
        raise InputError(
            "all potencies of the control compound are equal",
            do="Chart potencies as they were measured, not rounded",
        )
    root_n = np.sqrt(sizes.astype(float))
    half_width = 3.0 * limits.sigma / root_n
    z = (values - limits.centre) / (limits.sigma / root_n)
    chart = ControlChartResult(
        kind=limits.kind,
        subject=subject,
        runs=names,
        values=_floats(values),
        scatter=_floats(limits.scatter),
        sizes=tuple(int(size) for size in sizes),
        centre=limits.centre,
        sigma=limits.sigma,
        lower=_floats(limits.centre - half_width),
        upper=_floats(limits.centre + half_width),
        scatter_centre=_floats(limits.scatter_centre),
        scatter_lower=_floats(limits.scatter_lower),
        scatter_upper=_floats(limits.scatter_upper),
        baseline=used,
        scale=scale,
        rules=rules,
        violations=_violations(limits, z, names, rules),
        cumulative=_cumulative_msr(values),
        recent=_recent_msr(values, window),
        window=window,
    )
    return replace(chart, checks=(*_checks(chart), _copy_check(names, groups)))


def _copy_check(names: Sequence[str], groups: Sequence[np.ndarray]) -> Check:
    """Whether a run has the potencies of another: all of its replicates, or a single one with so
    many digits that two runs do not agree by chance.
    """
    first: dict[tuple[float, ...], str] = {}
    pairs = []
    for name, group in zip(names, groups, strict=True):
        values = tuple(sorted(float(value) for value in group))
        original = first.setdefault(values, name)
        if original != name and (len(set(values)) > 1 or _digits(values[0]) >= MIN_DIGITS):
            pairs.append(f"{name} = {original}")
    listed = f" ({list_names(pairs, MAX_COPIES_LISTED)})" if pairs else ""
    return Check(
        "copied_runs",
        "fail" if pairs else "pass",
        f"{len(pairs)} of {len(names)} runs have the potencies of an earlier one{listed}",
        value=float(len(pairs)),
        limit=0.0,
        source="exact comparison",
        advice="A copied run narrows the limits: correct its potency, or remove the row"
        if pairs
        else "",
    )


def _digits(log10_potency: float) -> int:
    """Significant digits with which a potency was written, as a logarithm or as a concentration."""
    written = (abs(log10_potency), 10.0 ** (log10_potency % 1.0))
    return min(len(f"{x:.12g}".replace(".", "").strip("0")) for x in written)


def _checked_baseline(
    names: Sequence[str], groups: Sequence[np.ndarray], baseline: int | None
) -> int:
    """Number of runs that set the limits, after all runs were checked."""
    if len(groups) < MIN_RUNS:
        raise InputError(
            f"there are {len(groups)} runs",
            allowed="A control chart needs three runs or more; limits are reliable from twenty",
        )
    for name, group in zip(names, groups, strict=True):
        if not group.size or not np.isfinite(group).all():
            raise InputError(
                "a potency is missing or not a number",
                where=f"run {name}",
                do="Leave the run out and state why",
            )
    sizes = [group.size for group in groups]
    if min(sizes) == 1 < max(sizes):
        raise InputError(
            f"run {names[sizes.index(1)]} has one potency and others have several",
            do="Chart one value per run (its mean), or several in every run",
        )
    used = len(groups) if baseline is None else baseline
    if not MIN_RUNS <= used <= len(groups):
        raise InputError(
            f"is {used} runs",
            where="baseline",
            allowed=f"From {MIN_RUNS} to {len(groups)}, the number of runs",
        )
    return used


def _individuals(values: np.ndarray, used: int) -> _Limits:
    """Limits of individual values, from the moving range."""
    scatter = np.abs(np.diff(values, prepend=np.nan))
    d2, d3 = range_constants(2)
    mean_range = float(np.nanmean(scatter[:used]))
    return _Limits(
        "I-MR",
        centre=float(values[:used].mean()),
        sigma=mean_range / d2,
        scatter=scatter,
        scatter_centre=np.full(values.size, mean_range),
        scatter_lower=np.zeros(values.size),
        scatter_upper=np.full(values.size, mean_range * (1.0 + 3.0 * d3 / d2)),
    )


def _means(
    groups: Sequence[np.ndarray], values: np.ndarray, sizes: np.ndarray, used: int
) -> _Limits:
    """Limits of means, from the standard deviations within the runs."""
    n = sizes.astype(float)
    scatter = np.array([float(group.std(ddof=1)) for group in groups])
    ratio = np.array([c4(int(size)) for size in sizes])
    weight = ratio**2 / (1.0 - ratio**2)
    sigma = float((weight * scatter / ratio)[:used].sum() / weight[:used].sum())
    middle = sigma * ratio
    half_width = 3.0 * sigma * np.sqrt(1.0 - ratio**2)
    return _Limits(
        "Xbar-S",
        centre=float((n * values)[:used].sum() / n[:used].sum()),
        sigma=sigma,
        scatter=scatter,
        scatter_centre=middle,
        scatter_lower=np.maximum(middle - half_width, 0.0),
        scatter_upper=middle + half_width,
    )


def _violations(
    limits: _Limits, z: np.ndarray, names: Sequence[str], rules: Rules
) -> tuple[RuleViolation, ...]:
    values_chart, scatter_chart = limits.kind.split("-")
    violations = [
        RuleViolation(rule.description, names[at], values_chart)
        for rule, at in rule_violations(z, rules=RULES[rules])
    ]
    # The tolerance keeps a point on its limit inside it.
    outside = (limits.scatter > limits.scatter_upper * (1 + 1e-12)) | (
        limits.scatter < limits.scatter_lower * (1 - 1e-12)
    )
    violations += [
        RuleViolation("one point outside its limits", names[int(at)], scatter_chart)
        for at in np.flatnonzero(outside)
    ]
    return tuple(violations)


def _cumulative_msr(values: np.ndarray) -> tuple[ControlMSR | None, ...]:
    return tuple(control_msr(values[: k + 1].tolist()) if k else None for k in range(values.size))


def _recent_msr(values: np.ndarray, window: int) -> tuple[ControlMSR | None, ...]:
    return tuple(
        control_msr(values[k + 1 - window : k + 1].tolist()) if k + 1 >= window else None
        for k in range(values.size)
    )


def _checks(chart: ControlChartResult) -> tuple[Check, ...]:
    checks = [_baseline_check(chart), *_rule_checks(chart)]
    for label, msr in (
        ("all runs", chart.cumulative[-1]),
        (f"the last {chart.window} runs", chart.recent[-1]),
    ):
        if msr is not None:
            checks.append(_msr_check(chart, label, msr))
    return tuple(checks)


def _baseline_check(chart: ControlChartResult) -> Check:
    few = chart.baseline < MIN_BASELINE
    return Check(
        "baseline_runs",
        "warn" if few else "pass",
        f"{chart.baseline} runs set the control limits",
        where=chart.subject,
        value=float(chart.baseline),
        limit=float(MIN_BASELINE),
        source="default threshold",
        advice="Treat the limits as provisional until there are more runs" if few else "",
    )


def _rule_checks(chart: ControlChartResult) -> list[Check]:
    """One warning per violated rule; only the first has the advice."""
    if not chart.violations:
        return [
            Check(
                "run_rule",
                "pass",
                f"no {chart.rules} rule is violated",
                where=chart.subject,
                value=0.0,
                limit=0.0,
            )
        ]
    runs_by_rule: dict[tuple[str, str], list[str]] = {}
    for violation in chart.violations:
        runs_by_rule.setdefault((violation.chart, violation.rule), []).append(violation.run)
    advice = (
        "Identify what changed before that run (lot, plate, operator, reader); do not drop the run "
        "for this alone"
    )
    return [
        Check(
            "run_rule",
            "warn",
            f"{which} chart: {rule}, at run {list_names(runs, MAX_NAMES_LISTED)}",
            where=chart.subject,
            value=float(len(runs)),
            limit=0.0,
            source="Western Electric 1956; Nelson 1984",
            advice="" if number else advice,
        )
        for number, ((which, rule), runs) in enumerate(runs_by_rule.items())
    ]


def _msr_check(chart: ControlChartResult, label: str, msr: ControlMSR) -> Check:
    over = msr.msr > MAX_MSR
    interval = format_confidence_interval(msr.msr_low, msr.msr_high)
    return Check(
        "control_msr",
        "warn" if over else "pass",
        f"the minimum significant ratio over {label} is {format_number(msr.msr)} ({interval})",
        where=chart.subject,
        value=msr.msr,
        limit=MAX_MSR,
        source=AGM_MSR,
        advice=f"Potencies that differ less than {format_number(msr.msr)}-fold cannot be "
        "distinguished; average more runs"
        if over
        else "",
    )


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
