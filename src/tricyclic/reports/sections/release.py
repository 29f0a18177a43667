"""Evoked release: the effects with their tests, potentiation, antagonists, cultures, standards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Paragraph, Table
from tricyclic.core.format import format_number, format_p, format_quantity, list_names, pluralize
from tricyclic.plotting.release import release_antagonists, release_arms
from tricyclic.plotting.release_curve import curve_words, release_curve
from tricyclic.reports.section import ReportData, ReportSection, experiment_blocks, figure_of
from tricyclic.reports.text.release import antagonist_verdict
from tricyclic.reports.words import format_p_value, sentence
from tricyclic.results.binding import StudyResult
from tricyclic.results.release import EffectFamily, ReleaseEffect, ReleaseResult
from tricyclic.results.release_study import ReleaseExperiment


def write(report: ReportData) -> Sequence[Block]:
    """For each experiment the findings, its tables and figures."""
    return experiment_blocks(report, ReleaseExperiment, _experiment)


def _experiment(one: ReleaseExperiment, study: StudyResult) -> Iterator[Block]:
    # The report states at its head that data are synthetic.
    result = replace(one.response, synthetic="")
    lead, *others = findings(result)
    yield Paragraph(lead, "lead")
    yield from (Paragraph(text) for text in others)
    families = [f for f in (result.ratio, result.difference, result.basal) if f is not None]
    if families:
        yield _effects_table(result, families)
    yield figure_of(one, study, release_arms(result, pdf=False))
    for curve in result.curves:
        yield figure_of(one, study, release_curve(result, curve, pdf=False))
    if result.antagonists:
        yield figure_of(one, study, release_antagonists(result, pdf=False))
        yield _antagonists_table(result)
    yield _cultures_table(result)
    if result.standards:
        yield _standards_table(result)


def findings(result: ReleaseResult) -> list[str]:
    """What the study shows, in sentences; the primary result first."""
    texts = []
    main = result.main
    if main is None:
        texts.append("No drug was compared: there is no drug with its vehicle.")
    else:
        chosen = [e for e in main.effects if result.primary_arm in ("", e.arm)]
        texts += [_sentence(e, result) for e in chosen]
        stated = (
            f"stated in advance ({result.primary_arm})"
            if result.primary_arm
            else "all arms, as none was stated in advance"
        )
        texts.append(
            f"Primary result: {main.quantity}, {main.scale}, {stated}. Test: "
            f"{sentence(main.test or 'none')} Family: {sentence(main.adjustment or 'none')}"
        )
    for curve in result.curves:
        texts.append(f"{curve.drug}: {sentence(curve_words(curve, result.confidence))}")
    texts += [antagonist_verdict(one) for one in result.antagonists]
    if result.evoked is not None:
        against = f" less that {result.evoked.against}" if result.evoked.against else ""
        texts.append(
            f"Net release of the {result.evoked.arm}{against} was "
            f"{format_quantity(result.evoked.value, result.unit)} ({format_p(result.evoked.p)})."
        )
    left = list_names([name for name, _ in result.left_out], 8) or "none"
    wells = sum(not well.excluded for well in result.wells)
    texts.append(
        f"{pluralize(len(result.cultures), 'independent culture')}, {pluralize(wells, 'well')}; "
        f"net release is the {result.basis}. Wells without a result: {left}."
    )
    return texts


def _sentence(e: ReleaseEffect, result: ReleaseResult) -> str:
    if e.undefined:
        return f"The ratio of {e.arm} is not defined: {e.undefined}. The difference stands."
    level = f"{100 * result.confidence:g} % CI"
    what = f"{result.stimulus}-evoked {result.transmitter or ''} release".replace("  ", " ")
    size = (
        f"{format_number(e.value)} times that of the {e.against}"
        if e.scale == "ratio"
        else f"{format_quantity(e.value, result.unit)} above that of the {e.against}"
    )
    return (
        f"{what} under {e.arm} was {size} ({level} {format_number(e.low)}–"
        f"{format_number(e.high)}; {format_p(e.p_adjusted)}; n = {e.n} cultures)."
    )


def _limits(e: ReleaseEffect) -> str:
    if not (math.isfinite(e.low) and math.isfinite(e.high)):
        return ""
    return f"{format_number(e.low)}–{format_number(e.high)}"


def _effects_table(result: ReleaseResult, families: Sequence[EffectFamily]) -> Table:
    rows = []
    for family in families:
        for e in family.effects:
            primary = family is result.main and result.primary_arm in ("", e.arm)
            rows.append(
                (
                    f"{family.quantity}, {family.scale}{' (primary)' if primary else ''}",
                    e.arm,
                    "not defined" if e.undefined else format_number(e.value),
                    _limits(e),
                    format_p_value(e.p_adjusted),
                    format_p_value(e.p),
                    str(e.n),
                )
            )
    return Table(
        f"Effects against the vehicle; differences in {result.unit or 'the unit of the samples'}.",
        ("Quantity", "Arm", "Effect", f"{100 * result.confidence:g} % CI", "P", "P alone", "n"),
        tuple(rows),
        (False, False, True, True, True, True, True),
        note="n counts independent cultures; wells are averaged first. P is adjusted as stated "
        "above, P alone is that of one comparison. Limits are of one comparison each.",
    )


def _antagonists_table(result: ReleaseResult) -> Table:
    rows = []
    for one in result.antagonists:
        for label, e in (
            (f"{one.drug}, alone", one.effect),
            (f"{one.drug}, under {one.antagonist}", one.remaining),
            ("interaction", one.change),
            (f"{one.antagonist} alone, to the vehicle", one.alone),
        ):
            value = "not defined" if e.undefined else format_number(e.value)
            rows.append((label, value, _limits(e), format_p_value(e.p), str(e.n)))
    return Table(
        "Antagonists (secondary): effects of the drug without and with an antagonist.",
        ("Effect", result.antagonists[0].change.scale.capitalize(), "CI", "P", "n"),
        tuple(rows),
        (False, True, True, True, True),
    )


def _cultures_table(result: ReleaseResult) -> Table:
    arms = [a for a in dict.fromkeys(m.arm for m in result.means) if a.stimulus == result.stimulus]
    by_cell = {(m.culture, m.arm): m for m in result.means}
    rows = []
    for arm in arms:
        cells = [by_cell.get((culture, arm)) for culture in result.cultures]
        rows.append(
            (
                arm.label(result.stimulus),
                *(format_number(m.net) if m is not None and m.n else "-" for m in cells),
            )
        )
    return Table(
        f"Net release of each culture{f' ({result.unit})' if result.unit else ''}, mean of its "
        "wells.",
        ("Arm", *(f"Culture {culture}" for culture in result.cultures)),
        tuple(rows),
        (False, *([True] * len(result.cultures))),
    )


def _standards_table(result: ReleaseResult) -> Table:
    rows = []
    for name, curve in result.standards:
        known = [s.recovery_percent for s in curve.standards if math.isfinite(s.recovery_percent)]
        recovery = f"{min(known):.0f}–{max(known):.0f}" if known else ""
        rows.append(
            (
                name,
                curve.description,
                f"{format_number(curve.lowest)}–{format_number(curve.highest)}",
                recovery,
                str(len(curve.standards)),
            )
        )
    return Table(
        "Standards.",
        ("Plate", "Curve", f"Range ({result.value_unit})", "Recovery (%)", "Levels"),
        tuple(rows),
        (False, False, True, True, True),
    )


SECTION = ReportSection(
    order=16, applies=lambda report: bool(report.experiments_of(ReleaseExperiment)), write=write
)
