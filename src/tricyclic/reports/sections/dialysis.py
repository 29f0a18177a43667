"""Microdialysis: the effect with its test, the time course, the animals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.format import format_number, format_p, list_names, pluralize
from tricyclic.core.fractions import PERCENT
from tricyclic.plotting.dialysis import dialysis_animals, dialysis_course
from tricyclic.plotting.dialysis_model import dialysis_model
from tricyclic.reports.section import ReportData, ReportSection, experiment_blocks, figure_of
from tricyclic.reports.text.chromatography import criteria_verdict
from tricyclic.reports.text.microdialysis import nominal_text
from tricyclic.reports.words import format_p_value, sentence
from tricyclic.results.binding import StudyResult
from tricyclic.results.dialysis_study import DialysisExperiment
from tricyclic.results.microdialysis import GroupEffects, MicrodialysisResult, TreatmentEffect

MAX_TIMES = 24


def write(report: ReportData) -> Sequence[Block]:
    """For each experiment the findings, its tables and figures."""
    return experiment_blocks(report, DialysisExperiment, _experiment)


def _experiment(one: DialysisExperiment, study: StudyResult) -> Iterator[Block]:
    result = one.response
    lead, *others = _findings(one)
    yield Paragraph(lead, "lead")
    yield from (Paragraph(text) for text in others)
    if result.effects is not None:
        yield _effects_table(result, result.effects)
    yield _groups_table(result)
    yield figure_of(one, study, dialysis_course(_plain(result), pdf=False))
    yield figure_of(one, study, dialysis_animals(_plain(result), pdf=False))
    if result.modelled:
        yield figure_of(one, study, dialysis_model(_plain(result), pdf=False))
    if any(course.absolute for course in result.modelled):
        yield figure_of(one, study, dialysis_model(_plain(result), "absolute", pdf=False))
    if result.effects is not None:
        yield from _over_time(result, result.effects)


def _plain(result: MicrodialysisResult) -> MicrodialysisResult:
    """The result without what the report states at its head. The note on uptake blockers stays in
    each figure, since figures are copied out of reports.
    """
    return replace(result, synthetic="")


def _findings(one: DialysisExperiment) -> list[str]:
    result, texts = one.response, []
    low, high = result.settings.window_min
    window = f"{low:g} to {high:g} min after the treatment"
    what = result.analyte or "the level"
    effects = result.effects
    if effects is None:
        reason = next((c.message for c in result.checks if c.name == "groups_compared"), "")
        texts.append(f"The groups were not compared: {reason or 'there is one group'}.")
    else:
        n = {s.group: s.n for s in effects.summaries}
        texts += [_effect_sentence(effect, what, window, n, result) for effect in effects.effects]
        texts.append(
            f"Primary test: {sentence(effects.test)} Scale: {sentence(effects.scale)} "
            f"Family: {sentence(effects.family)}"
        )
        if result.settings.window_is_default:
            texts.append(
                f"The window of {result.settings.window_text} was not stated in the study."
            )
    if result.flagged:
        texts.append(_flagged(result))
    for way, other in result.sensitivity:
        if other.effects and way != result.settings.below:
            first = other.effects[0]
            texts.append(
                f"With values below the limit {way}: {first.group} / {first.control} "
                f"{_ratio(first)}."
            )
    if result.recovery is not None and result.unit == "nM":
        texts.append(sentence(nominal_text(result)))
    if one.batch is not None:
        verdicts = [f"{a.analyte} {criteria_verdict(a)}" for a in one.batch.analytes]
        texts.append(
            f"The batch of {len(one.batch.samples.injected)} injections: {'; '.join(verdicts)}."
        )
    missing = sum(len(r.missing) for r in result.responses)
    left = list_names([name for name, _ in result.left_out], 8) or "none"
    texts.append(
        f"{pluralize(len(result.responses), 'animal')}, "
        f"{pluralize(missing, 'fraction')} without a value, animals left out: {left}."
    )
    return texts


def _effect_sentence(
    effect: TreatmentEffect,
    what: str,
    window: str,
    n: dict[str, int],
    result: MicrodialysisResult,
) -> str:
    level = f"{100 * result.confidence:g} % CI"
    verb = "was" if effect.low <= 1 <= effect.high else "rose to" if effect.ratio > 1 else "fell to"
    return (
        f"{what[0].upper()}{what[1:]} from {window} {verb} {format_number(effect.ratio)} times "
        f"that of {effect.control} after {effect.group} ({level} {format_number(effect.low)}–"
        f"{format_number(effect.high)}; {format_p(effect.p)}; n = {n[effect.group]} and "
        f"{n[effect.control]} animals), relative to the baseline of each animal."
    )


def _ratio(effect: TreatmentEffect) -> str:
    return (
        f"{format_number(effect.ratio)} ({format_number(effect.low)}–{format_number(effect.high)}; "
        f"{format_p(effect.p)})"
    )


def _flagged(result: MicrodialysisResult) -> str:
    """Animals with a doubtful baseline, and the result without them."""
    names = list_names(list(result.flagged), 8)
    one = len(result.flagged) == 1
    text = (
        f"{names} {'is' if one else 'are'} flagged for a baseline that scatters or rises before "
        f"the treatment, and {'is' if one else 'are'} used."
    )
    for label, effects in _without(result):
        if effects.effects:
            ratios = "; ".join(f"{e.group} {_ratio(e)}" for e in effects.effects)
            text += f" {label[0].upper()}{label[1:]}: {ratios}."
    return text


def _without(result: MicrodialysisResult) -> list[tuple[str, GroupEffects]]:
    """The primary result without animals that are flagged."""
    pairs = ((result.early, result.without_early), (result.flagged, result.without_flagged))
    return [
        (f"without {list_names(list(names), 4)}", effects)
        for names, effects in pairs
        if effects is not None
    ]


def _effects_table(result: MicrodialysisResult, effects: GroupEffects) -> Table:
    level = f"{100 * result.confidence:g} % CI"
    ways: list[tuple[str, GroupEffects]] = [("primary", effects)]
    ways += [(f"below the limit: {way}", other) for way, other in result.sensitivity]
    ways += _without(result)
    rows = []
    for label, one in ways:
        n = {s.group: s.n for s in one.summaries}
        rows += [
            (
                label,
                f"{e.group} / {e.control}",
                format_number(e.ratio),
                f"{format_number(e.low)}–{format_number(e.high)}",
                format_p_value(e.p),
                f"{n[e.group]} + {n[e.control]}",
            )
            for e in one.effects
        ]
    return Table(
        "Effects of the treatments: ratio of the window over baseline to that of the control.",
        ("Analysis", "Groups", "Ratio", level, "P", "n"),
        tuple(rows),
        (False, False, True, True, True, True),
        note="n counts animals. The primary analysis was declared in study.toml; the others show "
        "how it depends on single decisions.",
    )


def _groups_table(result: MicrodialysisResult) -> Table:
    absolute = result.unit != PERCENT
    summaries = {s.group: s for s in result.effects.summaries} if result.effects else {}
    columns = ["Group", "n"]
    columns += [f"Baseline ({result.unit})", f"Window ({result.unit})"] if absolute else []
    columns += ["Window (% of baseline)", f"{100 * result.confidence:g} % CI"]
    rows = []
    for group in result.groups:
        animals = [r for r in result.responses if r.course.group == group]
        own = summaries.get(group)
        mean_log = sum(r.log_ratio for r in animals) / len(animals)
        levels = (
            [
                format_number(sum(r.baseline.mean for r in animals) / len(animals)),
                format_number(sum(r.window_mean for r in animals) / len(animals)),
            ]
            if absolute
            else []
        )
        rows.append(
            (
                group,
                str(len(animals)),
                *levels,
                format_number(own.percent if own else 100.0 * math.exp(mean_log)),
                f"{format_number(own.low)}–{format_number(own.high)}" if own else "",
            )
        )
    return Table(
        "Groups: means of the animals; percent of baseline as geometric mean.",
        tuple(columns),
        tuple(rows),
        (False, *([True] * (len(columns) - 1))),
    )


def _over_time(result: MicrodialysisResult, effects: GroupEffects) -> Iterator[Block]:
    """Secondary results: tests of the courses, and single times."""
    if effects.courses is None and not effects.at_times:
        return
    yield Heading("Over time (secondary)", 2)
    if effects.courses is not None:
        tests = effects.courses
        parts = [
            f"{name} F({', '.join(f'{df:.4g}' for df in test.df)}) = {test.statistic:.4g}, "
            f"{format_p(test.p)}"
            for name, test in (
                ("groups", tests.groups),
                ("times", tests.times),
                ("groups by times", tests.interaction),
            )
        ]
        yield Paragraph(f"Courses after the treatment, {effects.courses_test}: {'; '.join(parts)}.")
    shown = effects.at_times[:MAX_TIMES]
    if shown:
        yield Table(
            f"Single times: Welch's test; P adjusted by Holm over all {len(effects.at_times)}."
            + (
                f" The first {MAX_TIMES}; all are in times.csv."
                if shown != effects.at_times
                else ""
            ),
            ("Group", "Middle (min)", "Ratio", "P (Holm)", "P alone", "n"),
            tuple(
                (
                    t.group,
                    f"{t.middle_min:.1f}",
                    format_number(t.ratio),
                    format_p_value(t.p_holm),
                    format_p_value(t.p_alone),
                    f"{t.n[0]} + {t.n[1]}",
                )
                for t in shown
            ),
            (False, True, True, True, True, True),
        )


SECTION = ReportSection(
    order=15, applies=lambda report: bool(report.experiments_of(DialysisExperiment)), write=write
)
