"""A microdialysis study as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.assays.microdialysis.nominal import nominal_groups
from tricyclic.core.check import Check
from tricyclic.core.format import (
    align_columns,
    format_number,
    list_names,
    number_range,
    pluralize,
    wrap_line,
)
from tricyclic.core.fractions import PERCENT
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.dialysis_model import model_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.reports.words import format_optional, format_p_value, sentence
from tricyclic.results.microdialysis import GroupEffects, MicrodialysisResult
from tricyclic.stats.statistics import TestResult


def microdialysis_text(result: MicrodialysisResult) -> str:
    """Groups, effects with the test and its reason, animals, sensitivity and checks."""
    lines = [_head(result), ""]
    lines += _groups(result)
    if result.effects is not None:
        lines += ["", *_effects(result, result.effects)]
        lines += _sensitivity(result)
        lines += ["", *_secondary(result.effects)]
    lines += model_lines(result)
    lines += ["", *_animals(result), ""]
    if result.extraction_note:
        lines.append(wrap_line(f"  note   {sentence(result.extraction_note)}"))
    if result.synthetic:
        lines.append(wrap_line(f"  synthetic data   {result.synthetic}"))
    lines += check_lines(_together(result.checks))
    lines += [wrap_line(f"  remark    {one}") for one in result.remarks]
    lines += [wrap_line(f"  read as   {one}") for one in result.read_as]
    return "\n".join([*lines, *unused_lines(result.unused)])


def groups_and_effects(result: MicrodialysisResult) -> list[str]:
    """Lines on the groups and the primary result, for reports that have more to state."""
    effects = ["", *_effects(result, result.effects)] if result.effects is not None else []
    return [*_groups(result), *effects]


def _head(result: MicrodialysisResult) -> str:
    name = result.title or "Microdialysis"
    what = f"{result.analyte} in {result.unit}" if result.analyte else f"values in {result.unit}"
    animals = pluralize(len(result.responses), "animal")
    fractions = sum(len(r.course.fractions) for r in result.responses)
    return wrap_line(
        f"{name}   {what}   {animals}   {pluralize(fractions, 'fraction')}   "
        f"window {result.settings.window_text}   "
        f"baseline {_used_fractions(result)}"
    )


def _used_fractions(result: MicrodialysisResult) -> str:
    """Fractions that make the baselines: "4 fractions", or "2 to 4 fractions" of the animals."""
    counts = [len(r.baseline.names) for r in result.responses]
    low, high = min(counts), max(counts)
    if not high:
        return "as the table has it"
    return pluralize(high, "fraction") if low == high else f"{low} to {high} fractions"


def _groups(result: MicrodialysisResult) -> list[str]:
    absolute = result.unit != PERCENT
    unit = f" ({result.unit})" if absolute else ""
    head = ["group", "n", *([f"baseline{unit}", f"window{unit}"] if absolute else [])]
    head += ["window, % of baseline", f"{100 * result.confidence:g} % CI"]
    rows = [tuple(head)]
    summaries = {s.group: s for s in result.effects.summaries} if result.effects else {}
    for group in result.groups:
        animals = [r for r in result.responses if r.course.group == group]
        row = [group, str(len(animals))]
        if absolute:
            row += [
                format_number(sum(r.baseline.mean for r in animals) / len(animals)),
                format_number(sum(r.window_mean for r in animals) / len(animals)),
            ]
        one = summaries.get(group)
        logs = [r.log_ratio for r in animals]
        percent = one.percent if one else 100.0 * math.exp(sum(logs) / len(logs))
        limits = f"{format_number(one.low)}–{format_number(one.high)}" if one else ""
        rows.append((*row, format_number(percent), limits))
    lines = align_columns(rows)
    if not absolute:
        lines.append(
            "  The values are percentages of baseline already; absolute levels are not available."
        )
    if result.recovery is not None and result.unit == "nM":
        lines.append(wrap_line(f"  {nominal_text(result)}"))
    return lines


def nominal_text(result: MicrodialysisResult) -> str:
    """Nominal levels in the tissue by the in vitro recovery, which is stated."""
    assert result.recovery is not None
    share, low, high = result.recovery.value, result.recovery.low, result.recovery.high
    # A stated number without an error has no limits; a share is not below 0 or above 100 %.
    limits = (
        f" ({100 * result.confidence:g} % CI {format_number(100 * max(low, 0.0))}–"
        f"{format_number(100 * min(high, 1.0))} %)"
        if math.isfinite(low) and low < high
        else ""
    )
    parts = []
    for group, mean in nominal_groups(result).items():
        known = math.isfinite(mean.low) and mean.low < mean.high
        span = f" ({format_number(max(mean.low, 0.0))}–{format_number(mean.high)})" if known else ""
        parts.append(f"{group} {format_number(mean.value)}{span}")
    own = [100.0 * one.value for _, one in result.recoveries]
    of = f"recovery of {100 * share:.3g} %{limits}"
    if own:
        of = f"recovery of each probe, {number_range(own)} %"
        if others := len(result.responses) - len(own):
            of += f" ({pluralize(others, 'animal')} by {100 * share:.3g} %{limits})"
    return (
        f"Baseline over the in vitro {of}: {', '.join(parts)} nM, nominal; a bath has neither the "
        "diffusion nor the uptake of tissue. Percent of baseline does not depend on it"
    )


def _effects(result: MicrodialysisResult, effects: GroupEffects) -> list[str]:
    level = f"{100 * result.confidence:g} % CI"
    several = len(effects.effects) > 1
    rows = [
        (
            "primary result",
            "ratio",
            level,
            "P",
            *(["P alone"] if several else []),
        )
    ]
    rows += [
        (
            f"{one.group} / {one.control}",
            format_number(one.ratio),
            f"{format_number(one.low)}–{format_number(one.high)}",
            format_p_value(one.p),
            *([format_p_value(one.p_alone)] if several else []),
        )
        for one in effects.effects
    ]
    lines = align_columns(rows)
    lines.append(wrap_line(f"  test    {effects.test}"))
    lines.append(wrap_line(f"  scale   {effects.scale}"))
    lines.append(wrap_line(f"  family  {effects.family}"))
    counts = ", ".join(f"{s.group} {s.n}" for s in effects.summaries)
    lost = sum(len(r.missing) for r in result.responses)
    left = list_names([name for name, _ in result.left_out], 8) or "none"
    lines.append(
        wrap_line(
            f"  n       animals: {counts}; fractions without a value: {lost}; animals left out: "
            f"{left}"
        )
    )
    if effects.slope is not None:
        lines.append(
            wrap_line(
                f"  slope   of the baseline {format_number(effects.slope.value)} "
                f"({format_number(effects.slope.low)} to {format_number(effects.slope.high)}); "
                "1 is percent of baseline, 0 the level after the treatment alone"
            )
        )
    return lines


def _sensitivity(result: MicrodialysisResult) -> list[str]:
    rows = [("the primary result", "ratio", f"{100 * result.confidence:g} % CI", "P", "n")]
    ways = [(f"values below a limit: {way}", effects) for way, effects in result.sensitivity]
    for names, effects in (
        (result.early, result.without_early),
        (result.flagged, result.without_flagged),
    ):
        if effects is not None:
            ways.append((f"without {list_names(list(names), 6)}", effects))
    for label, effects in ways:
        for k, one in enumerate(effects.effects):
            n = "+".join(str(s.n) for s in effects.summaries)
            named = label if len(effects.effects) == 1 else f"{label}, {one.group}"
            rows.append(
                (
                    named,
                    format_number(one.ratio),
                    f"{format_number(one.low)}–{format_number(one.high)}",
                    format_p_value(one.p),
                    n if k == 0 else "",
                )
            )
    lines = ["", *align_columns(rows)] if len(rows) > 1 else []
    if result.flagged and result.without_flagged is None and result.effects is not None:
        lines.append(
            wrap_line(
                f"  flagged {list_names(list(result.flagged), 8)}: without them fewer than three "
                "animals remain in a group"
            )
        )
    return lines


def _secondary(effects: GroupEffects) -> list[str]:
    lines = ["  Secondary results"]
    if effects.courses is not None:
        tests = effects.courses
        lines.append(wrap_line(f"  courses after the treatment: {effects.courses_test}"))
        rows: list[tuple[str, ...]] = [("", "F", "df", "P")]
        rows += [
            _test("groups", tests.groups),
            _test("times", tests.times),
            _test("groups x times", tests.interaction),
        ]
        lines += align_columns(rows)
        if math.isfinite(tests.epsilon):
            lines.append(f"  epsilon of Greenhouse & Geisser {tests.epsilon:.3f}")
    best = [one for one in effects.at_times if one.p_holm < 0.05]
    if effects.at_times:
        rows = [("single times", "ratio", "P (Holm)", "P alone", "n")]
        rows += [
            (
                f"{one.group}, {one.middle_min:.4g} min",
                format_number(one.ratio),
                format_p_value(one.p_holm),
                format_p_value(one.p_alone),
                f"{one.n[0]}+{one.n[1]}",
            )
            for one in effects.at_times
        ]
        lines += align_columns(rows)
        lines.append(
            wrap_line(
                f"  Welch's test at each time; P adjusted by Holm over all "
                f"{len(effects.at_times)}, {len(best)} of them below 0.05"
            )
        )
    lines += [wrap_line(f"  remark    {one}") for one in effects.remarks]
    return lines


def _test(name: str, test: TestResult) -> tuple[str, ...]:
    df = ", ".join(f"{one:.4g}" for one in test.df)
    return name, f"{test.statistic:.4g}", df, format_p_value(test.p)


def _together(checks: Sequence[Check]) -> list[Check]:
    """The checks with one line for the animals that one of these did not pass."""
    heads = {
        "baseline_unstable": "the baseline scatters by more than its limit",
        "missing_fractions": "fractions without a value",
        "fractions_below_loq": "fractions of baseline and window below a limit",
        "window_coverage": "a part of the window was not measured",
    }
    kept = [c for c in checks if c.level == "pass" or c.name not in heads]
    for name, head in heads.items():
        own = [c for c in checks if c.name == name and c.level != "pass"]
        if not own:
            continue
        parts = []
        for check in own:
            animal = check.where.removeprefix("animal ")
            listed = check.message.partition(": ")[2]
            value = f"{check.value:.0f} %" if check.unit == "%" and check.value is not None else ""
            parts.append(f"{animal} ({listed or value})")
        text = f"{head}: {list_names(parts, 12)}"
        kept.append(replace(own[0], where="", message=text))
    return kept


def _animals(result: MicrodialysisResult) -> list[str]:
    absolute = result.unit != PERCENT
    unit = f" ({result.unit})" if absolute else ""
    rows = [
        (
            "animal",
            "group",
            *([f"baseline{unit}"] if absolute else []),
            "CV %",
            "window %",
            "measured %",
            "AUC net (% min)",
            "rises alone",
            "Cmax %",
            "tmax (min)",
            "return (min)",
        )
    ]
    for one in result.responses:
        rows.append(
            (
                one.course.animal,
                one.course.group,
                *([format_number(one.baseline.mean)] if absolute else []),
                format_optional(one.baseline.cv_percent, 2),
                format_number(100.0 * math.exp(one.log_ratio)),
                f"{100 * one.coverage:.0f}",
                format_optional(one.auc_net, 4),
                format_optional(one.auc_positive, 4),
                format_optional(one.cmax_percent),
                format_optional(one.tmax_min),
                format_optional(one.return_min),
            )
        )
    lines = align_columns(rows)
    lines.append(
        wrap_line(
            "  AUC is that of percent of baseline less 100 over the measured part of the window: "
            "net of falls, and of rises alone"
        )
    )
    lines += [wrap_line(f"  left out  {name}: {reason}") for name, reason in result.left_out]
    gaps = [f"{r.course.animal} {line}" for r in result.responses for line in r.missing]
    if gaps:
        lines.append(wrap_line(f"  missing   {list_names(gaps, 12)}"))
    return lines
