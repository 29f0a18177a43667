"""A planned experiment as a short report, and as plain data: what is expected, how sure it will be, what to change first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tricyclic.core.format import figures
from tricyclic.core.serialize import as_plain

if TYPE_CHECKING:
    from tricyclic.assays.binding.design.dilutions import Series
    from tricyclic.assays.binding.design.trial import Performance
    from tricyclic.jobs._designed import Designed


def text_of(found: Designed) -> str:
    """The report, a screen or two."""
    return "\n".join(
        [
            found.title,
            *_planned(found),
            "",
            "1  What is bound",
            *_bound(found),
            "",
            "2  Time to equilibrium",
            *_time(found),
            "",
            "3  Counts",
            *_counts(found),
            "",
            "4  How sure it will be",
            *_sure(found),
            "",
            "5  Concentrations",
            *_series(found),
            "",
            "6  Replicates and runs",
            *_runs(found),
            "",
            "7  What to change first",
            *_changes(found),
            *_taken(found),
        ]
    )


def json_of(found: Designed) -> dict[str, Any]:
    """Everything the report rests on, as plain data."""
    plan = found.plan
    return {
        "title": found.title,
        "kind": plan.kind,
        "compound": plan.compound,
        "truth": as_plain(plan.truth),
        "conditions": as_plain(plan.conditions),
        "cv": plan.cv,
        "runs": plan.runs,
        "between_run_sd": plan.between_run_sd,
        "as_incubated": plan.as_incubated,
        "proposed": found.proposed,
        "wells": [
            {
                "well": w.name,
                "role": w.role.value,
                "compound": w.compound,
                "concentration_M": as_plain(w.concentration_M),
                "radioligand_nM": as_plain(w.radioligand_nM),
            }
            for w in plan.wells
        ],
        "assumed": as_plain(found.taken),
        "depletion": as_plain(found.depletion),
        "time_to_equilibrium": as_plain(found.times),
        "counts": as_plain(found.counts),
        "predicted": as_plain(found.widths),
        "series": as_plain(found.series),
        "optimal": as_plain(found.optima),
        "doubts": as_plain(found.doubts),
        "wished": as_plain(found.wished),
        "runs_table": [
            dict(
                zip(
                    ("runs", "planned", "twice_the_wells", "endless_wells"),
                    as_plain(row),
                    strict=True,
                )
            )
            for row in found.runs_table
        ],
        "changes": as_plain(found.changes),
        "simulated": as_plain(found.performance),
        "checks_fired": [{"check": name, "share_of_plates": share} for name, share in found.fired],
        "seed": found.seed,
    }


def _planned(found: Designed) -> list[str]:
    plan = found.plan
    roles = [w.role.value for w in plan.wells]
    told = ", ".join(
        f"{roles.count(role)} {role.replace('_', '-')}" for role in dict.fromkeys(roles)
    )
    which = "proposed plate" if found.proposed else "your plate"
    return [
        f"  {which}: {len(roles)} of {plan.layout.size} wells ({told}); {plan.runs} run{'s' if plan.runs > 1 else ''} that differ by SD {plan.between_run_sd:g} (log10); wells scatter by {100 * plan.cv:g} %"
    ]


def _bound(found: Designed) -> list[str]:
    d = found.depletion
    lines = [
        (
            f"  {figures(d.radioligand_nM)} nM radioligand ({figures(d.radioligand_over_kd, 2)} Kd), {figures(d.sites_nM, 2)} nM sites: total wells bind {figures(d.bound_percent, 2)} % of it; "
            f"{figures(d.specific_percent, 3)} % of that is specific"
        )
    ]
    if not math.isnan(d.ic50_nM):
        lines.append(
            f"  IC50 {figures(d.ic50_nM)} nM; Cheng-Prusoff would make Ki {figures(d.cheng_prusoff_nM)} nM of it, {figures(d.cheng_prusoff_ratio)} times the truth (the fit solves the mass balance)"
        )
    return lines + [f"  look   {says}" for says in found.doubts.values()]


def _time(found: Designed) -> list[str]:
    c = found.plan.conditions
    at = f" at {c.temperature_C:g} degC" if c.temperature_C is not None else ""
    lines = []
    if found.times[0].assumed:
        alone = found.plan.truth.kon_per_M_min is not None
        lines.append(
            f"  the rate{'' if alone else 's'} {'of the competitor is' if alone else 'are'} not known{at}; for assumed ones, in minutes:"
        )
    elif found.plan.as_incubated:
        lines.append(
            f"  simulated as read after {figures(c.incubation_min or 0.0)} min{at}, with these rates, in minutes:"
        )
    lines.append(
        "  kon /(M min)   koff /min   5 half-lives"
        + ("   competitor koff   all wells within 3 %" if found.plan.kind == "competition" else "")
    )
    for t in found.times:
        line = (
            f"  {t.kon_per_M_min:>12.3g}   {t.koff_per_min:>9.2g}   {figures(t.alone_min, 2):>12}"
        )
        if found.plan.kind == "competition":
            line += (
                f"   {t.competitor_koff_per_min:>15.2g}   {figures(t.with_competitor_min, 2):>20}"
            )
        lines.append(line + ("   assumed" if t.assumed else ""))
    if c.incubation_min is not None:
        lines.append(f"  planned: {figures(c.incubation_min)} min")
    return lines


def _counts(found: Designed) -> list[str]:
    return ["  wells                      cpm   counts   counting error   of the variance"] + [
        f"  {w.kind:<20} {figures(w.cpm):>9}   {figures(w.counts):>6}   {figures(w.counting_percent, 2):>12} %   {100 * w.counting_share:>13.0f} %"
        for w in found.counts
    ]


def _sure(found: Designed) -> list[str]:
    lines = [
        f"  predicted  {w.name}: one plate {_fold(w.one_plate)}, {found.plan.runs} runs {_fold(w.pooled)} (high over low of the 95 % interval)"
        for w in found.widths
    ]
    if not found.performance:
        return [*lines, "  nothing was simulated"]
    for p in found.performance:
        lines += _simulated(p, found.plan.runs)
    told = ", ".join(f"{name} {100 * share:.3g} %" for name, share in found.fired) or "none"
    return [*lines, f"  checks that would fire, % of plates: {told}"]


def _simulated(p: Performance, runs: int) -> list[str]:
    lines = [
        (
            f"  simulated  {p.name} {figures(p.true)} {p.unit}, {p.plates} plates: one plate {_fold(p.width)} (nine in ten: {_fold(p.width_90)}), "
            f"holds the {p.name} of its own run in {_percent(p.covers_own, p.error)}, that of all runs in {100 * p.covers:.3g} %"
        ),
        f"             mean over truth {figures(p.bias, 4)}; no answer on {100 * p.failed:.2g} % of plates, an open end on {100 * p.open_ended:.2g} %",
    ]
    if runs > 1:
        lines.append(
            f"             {p.experiments} experiments of {runs} runs: {_fold(p.pooled_width)} (nine in ten: {_fold(p.pooled_width_90)}), holds the truth in {_percent(p.pooled_covers, p.pooled_error)}"
        )
    return lines


def _series(found: Designed) -> list[str]:
    unit, factor = ("nM", 1e9) if found.plan.kind == "competition" else ("nM", 1.0)
    lines = [
        f"  {'series':<16} {'from':>9} {'to':>9} nM   points x wells   controls   wells   efficiency   over the range   one plate"
    ]
    lines += [_one_series(s, factor) for s in found.series]
    lines.append(
        f"  efficiency: against the best that as many wells could do if the value were exactly as expected [{unit}]"
    )
    lines += [
        f"  {o.criterion}: " + ", ".join(f"{100 * share:.0f} % {well}" for well, share in o.shares)
        for o in found.optima
    ]
    return lines


def _one_series(s: Series, factor: float) -> str:
    controls = f"{s.totals} + {s.nonspecific}" if s.totals else f"{s.nonspecific} each"
    return (
        f"  {s.name:<16} {figures(s.lowest * factor):>9} {figures(s.highest * factor):>9}      {f'{s.points} x {s.replicates}':>14} {controls:>10} {s.wells:>7} "
        f"{100 * s.efficiency:>10.0f} % {100 * s.over_range:>14.0f} %   {_fold(s.width)}"
    )


def _runs(found: Designed) -> list[str]:
    lines = [f"  {found.wished.says}"] if found.wished else []
    lines.append("  runs   as planned   twice the wells   endless wells")
    lines += [
        f"  {n:>4}   {_fold(a):>10}   {_fold(b):>15}   {_fold(c):>13}"
        for n, a, b, c in found.runs_table
    ]
    return lines


def _changes(found: Designed) -> list[str]:
    lines = []
    for number, c in enumerate(found.changes, 1):
        notes = [
            f"mends {', '.join(c.mends)}" if c.mends else "",
            f"but raises {', '.join(c.costs)}" if c.costs else "",
        ]
        bound = f"{figures(c.bound_percent, 2)} % bound"
        lines.append(
            f"  {number}  {c.what}: {c.says}. Pooled {_fold(c.pooled)} ({_percent_of(c.gain)}), one plate {_fold(c.one_plate)} ({_percent_of(c.gain_one_plate)}); "
            + ", ".join([bound, *(note for note in notes if note)])
        )
    return lines


def _percent_of(gain: float) -> str:
    return (
        "as before"
        if abs(gain) < 0.005
        else f"{100 * abs(gain):.0f} % {'narrower' if gain > 0 else 'wider'}"
    )


def _taken(found: Designed) -> list[str]:
    if not found.taken:
        return []
    return [
        "",
        "Not stated by you, taken instead",
        *(f"  {t.name}: {t.value} ({t.source})" for t in found.taken),
    ]


def _percent(share: float, error: float) -> str:
    return f"{100 * share:.3g} ± {100 * error:.1g} %"


def _fold(width: float) -> str:
    return "open" if math.isinf(width) else f"{figures(width)} fold"


__all__: Sequence[str] = ["json_of", "text_of"]
