"""An evoked-release study as text."""

from __future__ import annotations

import math

from tricyclic.core.format import (
    align_columns,
    format_number,
    format_p,
    format_quantity,
    list_names,
    pluralize,
    wrap_line,
)
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.reports.words import format_p_value
from tricyclic.results.release import (
    AntagonistEffect,
    EffectFamily,
    PotentiationCurve,
    ReleaseEffect,
    ReleaseResult,
)


def release_text(result: ReleaseResult) -> str:
    """Arms, effects with the test and its reason, curve, antagonists, cultures and checks."""
    lines = [_head(result), "", *arm_lines(result), "", *effect_lines(result)]
    lines += ["", *_cultures(result)]
    lines += [wrap_line(f"  left out  {name}: {reason}") for name, reason in result.left_out[:12]]
    if len(result.left_out) > 12:
        lines.append(f"  left out  {len(result.left_out) - 12} more wells")
    lines.append("")
    if result.synthetic:
        lines.append(wrap_line(f"  synthetic data   {result.synthetic}"))
    lines += check_lines(result.checks)
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def effect_lines(result: ReleaseResult) -> list[str]:
    """Primary and secondary effects, the curve and antagonists."""
    lines: list[str] = []
    if (main := result.main) is not None:
        lines += family_lines(result, main, primary=True)
    other = result.difference if result.primary == "ratio" else result.ratio
    for one in (other, result.basal):
        if one is not None:
            lines += ["", *family_lines(result, one, primary=False)]
    for label, one in result.sensitivity:
        lines += ["", wrap_line(f"  With {label}:"), *_table(result, one)]
    for curve in result.curves:
        lines += ["", *curve_lines(curve, result.confidence)]
    for effect in result.antagonists:
        lines += ["", *antagonist_lines(effect, result)]
    return lines


def _head(result: ReleaseResult) -> str:
    name = result.title or f"{(result.transmitter or 'evoked').capitalize()} release"
    wells = sum(not w.excluded for w in result.wells)
    return wrap_line(
        f"{name}   stimulus {result.stimulus}   {result.unit or 'no unit stated'}   "
        f"{pluralize(len(result.cultures), 'culture')}   {pluralize(wells, 'well')}   net release: "
        f"{result.basis}"
    )


def arm_lines(result: ReleaseResult) -> list[str]:
    """Means over cultures of basal and net release and fold of each arm."""
    unit = f" ({result.unit})" if result.unit else ""
    rows: list[tuple[str, ...]] = [
        ("arm", "cultures", "wells", f"basal{unit}", f"net{unit}", "fold")
    ]
    for arm in dict.fromkeys(m.arm for m in result.means):
        own = [m for m in result.means if m.arm == arm and m.n]
        if not own:
            continue
        rows.append(
            (
                arm.label(result.stimulus),
                str(len(own)),
                str(sum(m.n for m in own)),
                *(
                    format_number(_mean([getattr(m, part) for m in own]))
                    for part in ("basal", "net", "fold")
                ),
            )
        )
    return [*align_columns(rows), "  means over cultures, in which wells are averaged first"]


def family_lines(result: ReleaseResult, one: EffectFamily, *, primary: bool) -> list[str]:
    """A family of comparisons with its test."""
    lines = [*_table(result, one)]
    if one.test and primary:
        lines.append(wrap_line(f"  {one.test}"))
        lines.append(wrap_line(f"  {one.adjustment}; n is the number of independent cultures"))
    lines += [
        wrap_line(f"  {e.arm}: not defined, because {e.undefined}; the difference stands")
        for e in one.effects
        if e.undefined
    ]
    if primary:
        arm = result.primary_arm
        lines.append(
            wrap_line(
                f"  primary result: {one.quantity} of {arm}, stated in advance, not adjusted; all "
                "else is secondary"
                if arm
                else f"  primary result: {one.quantity} of all arms (default: no arm was stated in "
                "advance), adjusted together; all else is secondary"
                if len(one.effects) > 1
                else f"  primary result: {one.quantity}; all else is secondary"
            )
        )
    else:
        same = result.main is not None and one.test == result.main.test
        lines.append(
            "  secondary; the same test" if same else wrap_line(f"  secondary; {one.test}")
        )
    return lines


def _table(result: ReleaseResult, one: EffectFamily) -> list[str]:
    several = len(one.effects) > 1
    value = (
        "ratio"
        if one.scale == "ratio"
        else f"difference{f' ({result.unit})' if result.unit else ''}"
    )
    head = (f"{one.quantity}, to the vehicle", value, f"{100 * result.confidence:g} % CI")
    rows: list[tuple[str, ...]] = [(*head, *(("P", "P alone") if several else ("P",)), "n")]
    for e in one.effects:
        alone = (format_p_value(e.p),) if several else ()
        rows.append(
            (
                e.arm,
                format_number(e.value) if not e.undefined else "not defined",
                _limits(e),
                format_p_value(e.p_adjusted),
                *alone,
                _n(e),
            )
        )
    return align_columns(rows)


def curve_lines(curve: PotentiationCurve, confidence: float) -> list[str]:
    """EC50 or why there is none, trend, downturn."""
    level = f"{100 * confidence:g} % CI"
    rows: list[tuple[str, ...]] = [(f"{curve.drug} ({curve.unit})", "% of vehicle", level, "n")]
    rows += [
        (
            f"{c:.6g}",
            format_number(float(p)) if math.isfinite(p) else "not defined",
            f"{format_number(float(low))}–{format_number(float(high))}"
            if math.isfinite(low)
            else "",
            str(n),
        )
        for c, p, low, high, n in zip(
            curve.concentrations, curve.percent, curve.low, curve.high, curve.n, strict=True
        )
    ]
    lines = align_columns(rows)
    if curve.status == "ec50":
        lines.append(
            wrap_line(
                f"  EC50 {format_quantity(curve.ec50, curve.unit)} ({level} "
                f"{_bound(curve.ec50_low)}–{_bound(curve.ec50_high)}), plateau "
                f"{format_number(curve.max_percent)} % of vehicle "
                f"({format_number(curve.max_low)}–{format_number(curve.max_high)}), slope "
                f"fixed at {curve.hill:g}; limits from a t test over cultures"
            )
        )
    else:
        lines.append(wrap_line(f"  no EC50: {curve.reason}"))
    if math.isfinite(curve.trend_p):
        size = (
            f"{format_number(curve.trend)} times per step ({level} "
            f"{format_number(curve.trend_low)}–{format_number(curve.trend_high)})"
            if curve.trend_scale == "ratio"
            else f"{format_number(curve.trend)} % of vehicle per step"
        )
        lines.append(
            wrap_line(
                f"  trend over vehicle and concentrations: {size}, {format_p(curve.trend_p)}; "
                "slope of each culture, t test over cultures"
            )
        )
    if math.isfinite(curve.downturn_p):
        lines.append(
            wrap_line(
                "  downturn: the highest concentration below a lower one, one-sided, P (Holm) "
                f"{format_p_value(curve.downturn_p)}"
                + (f", from {curve.downturn_from}" if curve.downturn_p < 0.05 else "")
            )
        )
    return lines


def antagonist_lines(one: AntagonistEffect, result: ReleaseResult) -> list[str]:
    """Effect of the drug without and with an antagonist, and the interaction."""
    ratio = one.change.scale == "ratio"
    rows = [
        (
            f"{one.antagonist} and {one.drug}",
            "ratio" if ratio else "difference",
            f"{100 * result.confidence:g} % CI",
            "P",
            "n",
        )
    ]
    for label, e in (
        ("effect of the drug", one.effect),
        ("effect under the antagonist", one.remaining),
        (
            "interaction: second over first" if ratio else "interaction: second less first",
            one.change,
        ),
        ("antagonist alone, to the vehicle", one.alone),
    ):
        shown = format_number(e.value) if not e.undefined else "not defined"
        rows.append((label, shown, _limits(e), format_p_value(e.p), _n(e)))
    lines = align_columns(rows)
    lines.append(wrap_line(f"  {antagonist_verdict(one)}"))
    return lines


def antagonist_verdict(one: AntagonistEffect) -> str:
    """What the interaction shows, in a sentence."""
    null = 1.0 if one.change.scale == "ratio" else 0.0
    if one.change.undefined:
        return f"The interaction is not defined, because {one.change.undefined}."
    if not math.isfinite(one.change.p):
        return "The interaction cannot be tested with these cultures."
    smaller = one.change.value < null and one.change.p < 0.05
    remains = one.remaining.p < 0.05 and one.remaining.value > null
    if smaller:
        left = "an effect remains" if remains else "no effect is shown to remain"
        return f"{one.antagonist} reduces the effect of {one.drug}; {left} (secondary)."
    return f"A reduction of the effect of {one.drug} by {one.antagonist} is not shown (secondary)."


def _cultures(result: ReleaseResult) -> list[str]:
    """Net release of each culture and stimulated arm."""
    arms = [a for a in dict.fromkeys(m.arm for m in result.means) if a.stimulus == result.stimulus]
    by_cell = {(m.culture, m.arm): m for m in result.means}
    unit = f" ({result.unit})" if result.unit else ""
    rows = [(f"net release{unit}", *(f"culture {c}" for c in result.cultures))]
    for arm in arms:
        cells = [by_cell.get((c, arm)) for c in result.cultures]
        rows.append(
            (
                arm.label(result.stimulus),
                *(format_number(m.net) if m is not None and m.n else "-" for m in cells),
            )
        )
    return align_columns(rows)


def _mean(values: list[float]) -> float:
    known = [v for v in values if math.isfinite(v)]
    return sum(known) / len(known) if known else math.nan


def _limits(e: ReleaseEffect) -> str:
    if e.undefined or math.isnan(e.low):
        return ""
    if not (math.isfinite(e.low) and math.isfinite(e.high)):
        return "one culture"
    return f"{format_number(e.low)}–{format_number(e.high)}"


def _n(e: ReleaseEffect) -> str:
    if not e.lacking:
        return str(e.n)
    return f"{e.n} (without {list_names(list(e.lacking), 3)})"


def _bound(value: float) -> str:
    return "no limit" if value == 0 or math.isinf(value) else format_number(value)
