"""A planned binding experiment as text: what is expected, how precise it will be, what to change
first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.condition_text import labelled_value
from tricyclic.core.format import (
    align_columns,
    format_number,
    format_quantity,
    pluralize,
    wrap_line,
)
from tricyclic.results.design import (
    DesignAdvice,
    DesignResult,
    DilutionSeries,
    TrialPerformance,
)

# Conditions that determine the planned readings.
PLANNED_CONDITIONS = (
    "radioligand_nM",
    "radioligand_kd_nM",
    "specific_activity_Ci_per_mmol",
    "counting_efficiency",
    "volume_uL",
    "protein_ug",
    "kon_per_M_min",
    "koff_per_min",
    "incubation_min",
    "temperature_C",
    "nsb_drug",
    "nsb_drug_M",
)


def design_text(result: DesignResult) -> str:
    """The report, a screen or two."""
    sections = (
        ("1  Binding", _binding(result)),
        ("2  Time to equilibrium", _times(result)),
        ("3  Counts", _counts(result)),
        ("4  Precision", _precision(result)),
        ("5  Concentrations", _series(result)),
        ("6  Replicates and runs", _runs(result)),
        ("7  What to change first", _advice(result)),
    )
    lines = [f"{result.title}: planned experiment", _plate(result)]
    for title, content in sections:
        lines += ["", title, *content]
    return "\n".join([*lines, *_defaults(result), *_assumptions(result)])


def _plate(result: DesignResult) -> str:
    plan = result.plan
    roles = [well.role.value for well in plan.wells]
    wells = ", ".join(
        f"{roles.count(role)} {role.replace('_', '-')}" for role in dict.fromkeys(roles)
    )
    which = "proposed plate" if result.proposed else "your plate"
    return wrap_line(
        f"  {which}: {len(roles)} of {plan.layout.size} wells ({wells}); "
        f"{pluralize(plan.runs, 'run')}, SD between runs {plan.between_run_sd:g} (log10); "
        f"CV of wells {100 * plan.cv:g} %"
    )


def _binding(result: DesignResult) -> list[str]:
    d = result.depletion
    lines = [
        (
            f"  {format_number(d.radioligand_nM)} nM radioligand "
            f"({format_number(d.radioligand_over_kd, 2)} Kd), {format_number(d.sites_nM, 2)} nM "
            f"sites: total wells bind {format_number(d.bound_percent, 2)} % of the radioligand; "
            f"{format_number(d.specific_percent, 3)} % of total binding is specific"
        )
    ]
    if not math.isnan(d.ic50_nM):
        lines.append(
            f"  IC50 {format_number(d.ic50_nM)} nM; Cheng-Prusoff would give a Ki of "
            f"{format_number(d.cheng_prusoff_nM)} nM, {format_number(d.cheng_prusoff_ratio)} times "
            "the true one (the fit solves the mass balance)"
        )
    lines += [f"  warn   {sentence}" for sentence in result.warnings.values()]
    return [wrap_line(line) for line in lines]


def _times(result: DesignResult) -> list[str]:
    plan = result.plan
    c = plan.conditions
    competition = plan.kind == "competition"
    at = f" at {c.temperature_C:g} degC" if c.temperature_C is not None else ""
    lines = []
    if result.times[0].assumed:
        unknown = (
            "rate of the competitor is"
            if plan.truth.kon_per_M_min is not None
            else "rates of binding are"
        )
        lines.append(f"  the {unknown} not known{at}; with assumed ones, in minutes:")
    elif plan.as_incubated:
        lines.append(
            f"  simulated as read after {format_number(c.incubation_min or 0.0)} min{at}, "
            "with these rates, in minutes:"
        )
    head = ["kon /(M min)", "koff /min", "5 half-lives"]
    head += ["competitor koff", "all wells within 3 %"] if competition else []
    rows = [[*head, ""]]
    for time in result.times:
        row = [
            format_number(time.kon_per_M_min),
            f"{time.koff_per_min:.2g}",
            format_number(time.alone_min, 2),
        ]
        if competition:
            row += [
                f"{time.competitor_koff_per_min:.2g}",
                format_number(time.with_competitor_min, 2),
            ]
        rows.append([*row, "assumed" if time.assumed else ""])
    lines += align_columns(rows)
    if c.incubation_min is not None:
        lines.append(f"  planned incubation: {format_number(c.incubation_min)} min")
    return lines


def _counts(result: DesignResult) -> list[str]:
    rows = [("wells", "cpm", "counts", "counting error", "share of the variance")]
    rows += [
        (
            well.kind,
            format_number(well.cpm),
            format_number(well.counts),
            f"{format_number(well.counting_percent, 2)} %",
            f"{100 * well.counting_share:.0f} %",
        )
        for well in result.counts
    ]
    return align_columns(rows)


def _precision(result: DesignResult) -> list[str]:
    runs = result.plan.runs
    lines = [
        f"  predicted  {target.name}: one plate {_fold(target.one_plate)}, "
        f"{pluralize(runs, 'run')} {_fold(target.pooled)} (upper over lower limit of the 95 % CI)"
        for target in result.precision
    ]
    if not result.performance:
        return [*lines, "  nothing was simulated"]
    for performance in result.performance:
        lines += _simulated(performance, runs)
    rates = ", ".join(f"{name} {100 * share:.3g} %" for name, share in result.check_rates)
    lines.append(f"  checks that would warn, % of plates: {rates or 'none'}")
    return [wrap_line(line) for line in lines]


def _simulated(p: TrialPerformance, runs: int) -> list[str]:
    lines = [
        (
            f"  simulated  {p.name} {format_quantity(p.true, p.unit)}, {p.plates} plates: one "
            f"plate {_fold(p.width)} (P90 {_fold(p.width_90)}), contains the {p.name} of its own "
            f"run in {_percent(p.coverage_own_run, p.coverage_se)}, that of all runs in "
            f"{100 * p.coverage_overall:.3g} %"
        ),
        (
            f"             mean over true {format_number(p.bias, 4)}; no estimate on "
            f"{100 * p.failed:.2g} % of plates, an unbounded interval on {100 * p.open_ended:.2g} %"
        ),
    ]
    if runs > 1:
        lines.append(
            f"             {p.experiments} experiments of {runs} runs: {_fold(p.pooled_width)} "
            f"(P90 {_fold(p.pooled_width_90)}), contains the true value in "
            f"{_percent(p.pooled_coverage, p.pooled_coverage_se)}"
        )
    return lines


def _series(result: DesignResult) -> list[str]:
    factor = 1e9 if result.plan.kind == "competition" else 1.0
    rows: list[tuple[str, ...]] = [
        (
            "series",
            "from, nM",
            "to, nM",
            "points x wells",
            "controls",
            "wells",
            "efficiency",
            "over the range",
            "one plate",
        )
    ]
    rows += [_series_row(series, factor) for series in result.series]
    lines = align_columns(rows)
    lines.append(
        "  efficiency: relative to the best design with the same wells, if the value is as expected"
    )
    for optimum in result.optima:
        shares = ", ".join(f"{100 * share:.0f} % {well}" for well, share in optimum.shares)
        lines.append(wrap_line(f"  {optimum.criterion}: {shares}"))
    return lines


def _series_row(s: DilutionSeries, factor: float) -> tuple[str, ...]:
    return (
        s.name,
        format_number(s.lowest * factor),
        format_number(s.highest * factor),
        f"{s.points} x {s.replicates}",
        f"{s.totals} + {s.nonspecific}" if s.totals else f"{s.nonspecific} each",
        str(s.wells),
        f"{100 * s.efficiency:.0f} %",
        f"{100 * s.efficiency_over_range:.0f} %",
        _fold(s.width),
    )


def _runs(result: DesignResult) -> list[str]:
    target = result.target_precision
    rows: list[Sequence[str]] = [("runs", "as planned", "twice the wells", "unlimited wells")]
    rows += [
        (
            str(row.runs),
            _fold(row.planned),
            _fold(row.twice_the_wells),
            _fold(row.unlimited_wells),
        )
        for row in result.runs_table
    ]
    return [*([wrap_line(f"  {target.statement}")] if target else []), *align_columns(rows)]


def _advice(result: DesignResult) -> list[str]:
    return [
        wrap_line(f"  {number}  {_advice_line(advice)}")
        for number, advice in enumerate(result.advice, 1)
    ]


def _advice_line(advice: DesignAdvice) -> str:
    effects = [f"{format_number(advice.bound_percent, 2)} % bound"]
    if advice.resolves:
        effects.append(f"resolves {', '.join(advice.resolves)}")
    if advice.raises:
        effects.append(f"but raises {', '.join(advice.raises)}")
    return (
        f"{advice.lever}: {advice.description}. "
        f"Pooled {_fold(advice.pooled)} ({_change(advice.gain)}), "
        f"one plate {_fold(advice.one_plate)} ({_change(advice.gain_one_plate)}); "
        + ", ".join(effects)
    )


def _change(gain: float) -> str:
    if abs(gain) < 0.005:
        return "unchanged"
    return f"{100 * abs(gain):.0f} % {'narrower' if gain > 0 else 'wider'}"


def _defaults(result: DesignResult) -> list[str]:
    """Conditions that only the protocol proposes."""
    if result.protocol is None:
        return []
    c = result.plan.conditions
    names = [name for name in PLANNED_CONDITIONS if name in c.provided() and c.is_default(name)]
    if not names:
        return []
    head = f"Defaults of the protocol '{result.protocol.name}': confirm them"
    return ["", head, *(wrap_line(f"  {labelled_value(c, name)}") for name in names)]


def _assumptions(result: DesignResult) -> list[str]:
    if not result.assumptions:
        return []
    lines = [f"  {one.name}: {one.value} ({one.source})" for one in result.assumptions]
    return ["", "Assumed, because not provided", *(wrap_line(line) for line in lines)]


def _percent(share: float, error: float) -> str:
    return f"{100 * share:.3g} ± {format_number(100 * error, 1)} %"


def _fold(width: float) -> str:
    return "unbounded" if math.isinf(width) else f"{format_number(width)} fold"
