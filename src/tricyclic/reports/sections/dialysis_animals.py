"""Appendix of microdialysis: every animal, its collection and fractions, and absolute levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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

# Fractions beside each other in a table.
ACROSS = 14


def write(report: ReportData) -> Sequence[Block]:
    """For each experiment a table of its animals, of their collection, and of all fractions."""
    blocks: list[Block] = [Heading("Animals", 1, "animals")]
    experiments = report.experiments_of(DialysisExperiment)
    for _, one in experiments:
        if len(experiments) > 1:
            blocks.append(Heading(one.title, 2))
        blocks += _experiment(one, report.study)
    return blocks


def _experiment(one: DialysisExperiment, study: StudyResult) -> Iterator[Block]:
    result = one.response
    yield _responses(result)
    if one.animals:
        yield _collection(one)
    if result.unit != PERCENT:
        plain = replace(result, synthetic="")
        yield figure_of(one, study, dialysis_course(plain, "absolute", pdf=False))
    yield from _fractions(result)


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


def _fractions(result: MicrodialysisResult) -> Iterator[Table]:
    """A row for each animal and a column for each fraction: levels, percent and times, as far
    beside each other as a page is wide; then what is remarked about single fractions.
    """
    unit = "" if result.unit == PERCENT else f" in {result.unit}"
    longest = max(len(r.course.fractions) for r in result.responses)
    marked = any(
        f.state != "quantified" and math.isfinite(f.value)
        for r in result.responses
        for f in r.course.fractions
    )
    left_out = any(f.excluded for r in result.responses for f in r.course.fractions)
    notes = ["b: baseline"]
    notes += ["*: state among the remarks"] if marked else []
    notes += ["in parentheses: excluded"] if left_out else []
    for first in range(0, longest, ACROSS):
        places = range(first, min(first + ACROSS, longest))
        span = f"fractions {places[0] + 1} to {places[-1] + 1}" if longest > 1 else "fraction 1"
        yield _wide(result, places, f"Level of {span}{unit}.", _level, f"{'; '.join(notes)}.")
        if result.unit != PERCENT:
            yield _wide(result, places, f"Percent of baseline of {span}.", _percent)
        yield _wide(
            result,
            places,
            f"Begin of {span}, in min after the treatment: when the fluid passed the membrane.",
            lambda response, k: f"{response.course.fractions[k].start_min:.0f}",
        )
    remarks = tuple(_remarks(result))
    if remarks:
        yield Table(
            "Remarks about fractions.", ("Animal", "Fraction", "Remark"), remarks, collapsed=True
        )


def _wide(
    result: MicrodialysisResult,
    places: range,
    title: str,
    cell: Callable[[AnimalResponse, int], str],
    note: str = "",
) -> Table:
    rows = tuple(
        (
            r.course.animal,
            *(cell(r, k) if k < len(r.course.fractions) else "" for k in places),
        )
        for r in result.responses
    )
    return Table(
        title,
        ("Animal", *(f"{k + 1}" for k in places)),
        rows,
        (False, *([True] * len(places))),
        note=note,
        collapsed=True,
    )


def _level(response: AnimalResponse, k: int) -> str:
    fraction = response.course.fractions[k]
    text = format_optional(fraction.value)
    if not text:
        return fraction.state
    if fraction.excluded:
        return f"({text})"
    mark = "" if fraction.state == "quantified" else "*"
    return f"{text}{mark} b" if fraction.name in response.baseline.names else f"{text}{mark}"


def _percent(response: AnimalResponse, k: int) -> str:
    return format_optional(float(response.percent[k]))


def _remarks(result: MicrodialysisResult) -> Iterator[tuple[str, str, str]]:
    for response in result.responses:
        for fraction in response.course.fractions:
            state = "" if fraction.state == "quantified" else fraction.state
            excluded = f"excluded: {fraction.excluded}" if fraction.excluded else ""
            words = [part for part in (state, excluded, fraction.note) if part]
            if words:
                yield response.course.animal, fraction.name, "; ".join(words)


SECTION = ReportSection(
    order=86,
    appendix=True,
    applies=lambda report: bool(report.experiments_of(DialysisExperiment)),
    write=write,
)
