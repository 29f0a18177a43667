"""Appendix of microdialysis: every animal, its collection and fractions, and absolute levels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Heading, Table
from tricyclic.core.format import format_number
from tricyclic.core.fractions import PERCENT
from tricyclic.numerals import parse_number
from tricyclic.plotting.dialysis import dialysis_course
from tricyclic.reports.section import ReportData, ReportSection, figure_of
from tricyclic.reports.words import format_optional
from tricyclic.results.binding import StudyResult
from tricyclic.results.dialysis_study import DialysisExperiment
from tricyclic.results.microdialysis import AnimalResponse, MicrodialysisResult


def write(report: ReportData) -> Sequence[Block]:
    """For each experiment a table of its animals, of their collection, and of all fractions."""
    blocks: list[Block] = [Heading("Animals", 1, "animals")]
    for one in report.study.dialysis:
        if len(report.study.dialysis) > 1:
            blocks.append(Heading(one.title, 2))
        blocks += _experiment(one, report.study)
    return blocks


def _experiment(one: DialysisExperiment, study: StudyResult) -> Iterator[Block]:
    result = one.response
    yield _responses(result)
    if one.animals:
        yield _collection(one)
    if result.unit != PERCENT:
        plain = replace(result, extraction_note="", synthetic="")
        yield figure_of(one, study, dialysis_course(plain, "absolute", pdf=False))
    for response in result.responses:
        yield _fractions(response, result.unit)


def _responses(result: MicrodialysisResult) -> Table:
    unit = f" ({result.unit})" if result.unit != PERCENT else ""
    return Table(
        "Response of each animal.",
        (
            "Animal",
            "Group",
            f"Baseline{unit}",
            "CV (%)",
            "Window (%)",
            "Measured (%)",
            "AUC net (% min)",
            "Rises alone",
            "Cmax (%)",
            "tmax (min)",
            "Return (min)",
        ),
        tuple(
            (
                r.course.animal,
                r.course.group,
                format_number(r.baseline.mean),
                format_optional(r.baseline.cv_percent, 2),
                format_number(100.0 * math.exp(r.log_ratio)),
                f"{100 * r.coverage:.0f}",
                format_optional(r.auc_net, 4),
                format_optional(r.auc_positive, 4),
                format_optional(r.cmax_percent),
                format_optional(r.tmax_min),
                format_optional(r.return_min),
            )
            for r in result.responses
        ),
        (False, False, *([True] * 9)),
        note="AUC: percent of baseline less 100 over the measured part of the window, net of falls "
        "and of rises alone. Return: the first of two fractions in a row within "
        f"{result.settings.return_percent:g} % of baseline after the maximum; empty where there "
        "is none.",
    )


def _collection(one: DialysisExperiment) -> Table:
    with_notes = any(animal.note for animal in one.animals)
    in_minutes = all(parse_number(a.treated) is not None for a in one.animals if a.treated)
    treated, times = ("Treated (min)", "times in min") if in_minutes else ("Treated", "times")
    columns = ("Animal", "Group", treated, "Flow (uL/min)", "Dead volume (uL)", "Note")
    rows = [(a.name, a.group, a.treated, a.flow, a.dead_volume, a.note) for a in one.animals]
    kept = len(columns) if with_notes else len(columns) - 1
    return Table(
        f"Collection, as study.toml states it; {times} on the clock of each animal.",
        columns[:kept],
        tuple(row[:kept] for row in rows),
    )


def _fractions(response: AnimalResponse, unit: str) -> Table:
    course = response.course
    rows = []
    for fraction, percent in zip(course.fractions, response.percent, strict=True):
        state = "" if fraction.state == "quantified" else fraction.state
        in_baseline = "baseline" if fraction.name in response.baseline.names else ""
        excluded = f"excluded: {fraction.excluded}" if fraction.excluded else ""
        words = [part for part in (state, in_baseline, excluded, fraction.note) if part]
        rows.append(
            (
                fraction.name,
                f"{fraction.start_min:.1f}",
                f"{fraction.end_min:.1f}",
                format_optional(fraction.value),
                format_optional(float(percent)),
                "; ".join(words),
            )
        )
    return Table(
        f"Fractions of {course.animal}, {course.group}; times in min after the treatment, when the "
        "fluid passed the membrane.",
        ("Fraction", "Start", "End", f"Value ({unit})", "% of baseline", "Remark"),
        tuple(rows),
        (False, True, True, True, True, False),
        collapsed=True,
    )


SECTION = ReportSection(
    order=86, appendix=True, applies=lambda report: bool(report.study.dialysis), write=write
)
