"""Neurites: the effects with their tests, concentrations, antagonists, cultures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Paragraph, Table
from tricyclic.core.format import format_number, format_p, format_quantity, pluralize
from tricyclic.plotting.neurites import (
    dose_response_plot,
    neurite_arms_plot,
    thresholds_plot,
)
from tricyclic.reports.section import ReportData, ReportSection, experiment_blocks, figure_of
from tricyclic.reports.text.neurites import effect_limits, effect_number, threshold_words
from tricyclic.reports.words import format_p_value, sentence
from tricyclic.results.binding import StudyResult
from tricyclic.results.neurites import (
    MEASURES,
    Measure,
    NeuriteAntagonism,
    NeuriteEffect,
    NeuriteResponse,
    NeuritesResult,
)
from tricyclic.results.neurites_study import NeuritesExperiment


def write(report: ReportData) -> Sequence[Block]:
    """For each experiment the findings, its tables and figures."""
    return experiment_blocks(report, NeuritesExperiment, _experiment)


def _experiment(one: NeuritesExperiment, study: StudyResult) -> Iterator[Block]:
    # The report states at its head that data are synthetic.
    result = replace(one.response, synthetic="")
    lead, *others = findings(result)
    yield Paragraph(lead, "lead")
    yield from (Paragraph(text) for text in others)
    yield figure_of(one, study, neurite_arms_plot(result, pdf=False))
    if result.families:
        yield _effects_table(result)
    for response in result.responses:
        if response.measure == "percent":
            yield figure_of(one, study, dose_response_plot(result, response, pdf=False))
    if result.antagonists:
        yield _antagonists_table(result.antagonists)
    if len({e.threshold for e in result.over_thresholds}) > 1:
        yield figure_of(one, study, thresholds_plot(result, pdf=False))
    yield _cultures_table(result)


_OF: dict[Measure, str] = {
    "percent": "The percentage of cells with neurites",
    "odds": "The ratio of cells with to cells without neurites",
    "longest": "The length of the longest neurite",
    "total": "The total length per cell",
}


def findings(result: NeuritesResult) -> list[str]:
    """What the study shows, in sentences; the primary result first."""
    texts = []
    primary = result.primary
    if primary is None:
        texts.append("No drug was compared: there is no drug with its vehicle.")
    else:
        level = f"{100 * result.confidence:g} % CI"
        texts += [
            _sentence(result.label(arm), result.vehicle, e, level)
            for arm, e in zip(primary.arms, primary.effects, strict=True)
        ]
        texts.append(
            f"Primary result: {MEASURES[primary.measure]} ({threshold_words(result)}), "
            f"{primary.question}. Test: {sentence(f'{primary.test}, {primary.reason}')} Family: "
            f"{sentence(primary.adjustment)}"
        )
    texts += [_of_response(r) for r in result.responses if r.measure == "percent"]
    texts += [_of_antagonist(a) for a in result.antagonists if a.measure == "percent"]
    for e in result.stimulus_effects[:1]:
        texts.append(
            f"{result.stimulus} changed the percentage of cells with neurites by "
            f"{effect_number(e)}{_limits_and_p(e)}."
        )
    cells = sum(value.cells for value in result.values)
    fields = sum(value.fields for value in result.values)
    texts.append(
        f"{pluralize(len(result.cultures), 'independent culture')}, {pluralize(fields, 'field')}, "
        f"{pluralize(cells, 'cell')}; n counts cultures. "
        f"{pluralize(len(result.left_out), 'field')} left out."
    )
    return texts


def _sentence(arm: str, vehicle: str, e: NeuriteEffect, level: str) -> str:
    if not math.isfinite(e.value):
        return f"{e.name} is not defined: {e.undefined}."
    limits = effect_limits(e)
    beside = f"{level} {limits}; {format_p(e.p_adjusted)}; " if limits else ""
    if e.scale == "difference":
        differed = f"differed from that under {vehicle} by {effect_number(e)}"
    else:
        differed = f"was {format_number(e.value)} times that under {vehicle}"
    return f"{_OF[e.measure]} under {arm} {differed} ({beside}n = {e.n} cultures)."


def _limits_and_p(e: NeuriteEffect) -> str:
    limits = effect_limits(e)
    return f" ({limits}; {format_p(e.p)})" if limits else ""


def _of_response(response: NeuriteResponse) -> str:
    name = response.drug
    if math.isfinite(response.ec50):
        return (
            f"{name}: EC50 {format_quantity(response.ec50, response.unit)} "
            f"({format_number(response.ec50_low)}–{format_number(response.ec50_high)}, limits over "
            "cultures)."
        )
    trend = f"trend {format_p(response.trend.p)}" if response.trend.n > 1 else "no test"
    return f"{name}: no EC50, {response.reason}; {trend}."


def _of_antagonist(one: NeuriteAntagonism) -> str:
    return (
        f"Under {one.antagonist} the effect of {one.drug} was {effect_number(one.remaining)}"
        f"{_limits_and_p(one.remaining)}, a change of {effect_number(one.change)}"
        f"{_limits_and_p(one.change)}."
    )


def _effects_table(result: NeuritesResult) -> Table:
    rows = [
        (
            f"{MEASURES[family.measure]}{' (primary)' if family.primary else ''}",
            e.name,
            effect_number(e),
            effect_limits(e) or e.undefined,
            format_p_value(e.p_adjusted),
            format_p_value(e.p),
            str(e.n),
        )
        for family in result.families
        for e in family.effects
    ]
    return Table(
        "Effects against the vehicle.",
        ("Measure", "Arms", "Effect", f"{100 * result.confidence:g} % CI", "P", "P alone", "n"),
        tuple(rows),
        (False, False, True, True, True, True, True),
        note="n counts independent cultures; the cells of all fields and wells of an arm of a "
        "culture are one value. P is adjusted as stated above, P alone is that of one comparison. "
        "Limits are of one comparison each.",
    )


def _antagonists_table(antagonists: Sequence[NeuriteAntagonism]) -> Table:
    rows = []
    for one in antagonists:
        for label, e in (
            (f"{one.drug}, alone", one.effect),
            (f"{one.drug}, under {one.antagonist}", one.remaining),
            ("interaction", one.change),
            (f"{one.antagonist} alone, to the vehicle", one.alone),
        ):
            rows.append(
                (
                    MEASURES[one.measure],
                    label,
                    effect_number(e),
                    effect_limits(e) or e.undefined,
                    format_p_value(e.p),
                    str(e.n),
                )
            )
    return Table(
        "Antagonists (secondary): effects of the drug without and with an antagonist.",
        ("Measure", "Arms", "Effect", "CI", "P", "n"),
        tuple(rows),
        (False, False, True, True, True, True),
    )


def _cultures_table(result: NeuritesResult) -> Table:
    by_place = {(value.culture, value.arm): value for value in result.values}
    rows = []
    for one in result.summaries:
        own = [by_place.get((culture, one.arm)) for culture in result.cultures]
        rows.append(
            (
                result.label(one.arm),
                *(f"{v.percent:.1f} ({v.cells})" if v else "-" for v in own),
            )
        )
    return Table(
        "Cells with neurites of each culture (%), with the number of cells.",
        ("Arm", *(f"Culture {culture}" for culture in result.cultures)),
        tuple(rows),
        (False, *([True] * len(result.cultures))),
    )


SECTION = ReportSection(
    order=17, applies=lambda report: bool(report.experiments_of(NeuritesExperiment)), write=write
)
