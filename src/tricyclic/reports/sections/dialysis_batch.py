"""Appendix of microdialysis: calibration, acceptance, suitability, and the injections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.format import format_number, list_names
from tricyclic.plotting.batch import batch_overview
from tricyclic.plotting.injection_pages import injection_page, number_of_pages
from tricyclic.reports.dialysis_output import INJECTIONS
from tricyclic.reports.experiments import name_in_study
from tricyclic.reports.section import ReportData, ReportSection, figure_of
from tricyclic.reports.text.chromatography import criteria_verdict
from tricyclic.reports.words import format_optional
from tricyclic.results.binding import StudyResult
from tricyclic.results.chromatography import AnalyteBatch, BatchResult
from tricyclic.results.dialysis_study import DialysisExperiment


def write(report: ReportData) -> Sequence[Block]:
    """For each batch its line, limits and criteria, an overview, and a page of injections."""
    blocks: list[Block] = [Heading("Chromatography", 1, "chromatography")]
    experiments = report.experiments_of(DialysisExperiment)
    for _, one in experiments:
        if one.batch is None:
            continue
        if len(experiments) > 1:
            blocks.append(Heading(one.title, 2))
        blocks += _batch(one, one.batch, report.study)
    return blocks


def _batch(one: DialysisExperiment, batch: BatchResult, study: StudyResult) -> Iterator[Block]:
    # What was decided comes first; the short tables fill the page before the tall figure.
    for number, analyte in enumerate(batch.analytes):
        yield Paragraph(_line(analyte, batch))
        yield _criteria(analyte)
        if batch.suitability and number == 0:
            yield _suitability(batch)
        yield figure_of(one, study, batch_overview(batch, analyte.analyte, pdf=False))
        yield _standards(analyte, batch.unit)
        yield _limits(analyte, batch.unit)
    if one.manual:
        yield Table(
            "Limits of peaks that were set by hand.",
            ("Injection", "Compound", "Start (min)", "End (min)", "Reason"),
            tuple(
                (m.injection, m.compound, f"{m.start_min:g}", f"{m.end_min:g}", m.reason)
                for m in one.manual
            ),
            (False, False, True, True, False),
        )
    if batch.traces:
        pages = number_of_pages(batch)
        page = figure_of(one, study, injection_page(batch, 1))
        more = (
            f" All {pages} pages are in {name_in_study(one, study, INJECTIONS, '-')}."
            if pages > 1
            else ""
        )
        yield Heading("Injections", 2)
        yield replace(page, caption=f"{page.caption}{more}")


def _line(analyte: AnalyteBatch, batch: BatchResult) -> str:
    line = analyte.line
    response = "area ratio" if batch.internal_standard else "area"
    chosen = "chosen by the back-calculated error" if line.chosen else "as declared"
    text = (
        f"{analyte.analyte}: {response} = {format_number(line.slope)} (SE "
        f"{format_number(line.slope_se, 2)}) x {batch.unit} + {format_number(line.intercept)} (SE "
        f"{format_number(line.intercept_se, 2)}), weights {line.weighting}, {chosen}; "
        f"{criteria_verdict(analyte)}."
    )
    if analyte.drift is not None:
        done = "corrected" if analyte.drift_corrected else "not corrected"
        text += (
            f" Drift of the repeated standard over the batch: {analyte.drift.total_percent:+.1f} "
            f"%, {done}."
        )
    return text


def _standards(analyte: AnalyteBatch, unit: str) -> Table:
    return Table(
        f"Standards of {analyte.analyte}, read back from the line.",
        ("Standard", f"Nominal ({unit})", f"Read back ({unit})", "Error (%)", "Excluded"),
        tuple(
            (
                b.standard.name,
                format_number(b.standard.amount),
                format_optional(b.amount),
                f"{b.error_percent:+.1f}" if math.isfinite(b.error_percent) else "",
                b.standard.excluded,
            )
            for b in analyte.line.standards
        ),
        (False, True, True, True, False),
    )


def _limits(analyte: AnalyteBatch, unit: str) -> Table:
    return Table(
        f"Limits of {analyte.analyte}, each by its definition.",
        ("Definition", f"LOD ({unit})", f"LOQ ({unit})"),
        tuple(
            (one.definition, format_optional(one.lod), format_optional(one.loq))
            for one in analyte.limits
        ),
        (False, True, True),
    )


def _criteria(analyte: AnalyteBatch) -> Table:
    words = {True: "meets", False: "does not meet", None: "could not be read"}
    return Table(
        f"Limits for the batch in the style of ICH M10, {analyte.analyte}.",
        ("Limit", "Value", "Allowed", "", "Outside"),
        tuple(
            (c.name, c.value, c.limit, words[c.meets], list_names(list(c.names), 8))
            for c in analyte.criteria
        ),
        note="A batch that meets them is not thereby a validated method.",
    )


def _suitability(batch: BatchResult) -> Table:
    return Table(
        "System suitability: repeated injections of standards.",
        (
            "Compound",
            "n",
            "RSD of time (%)",
            "RSD of response (%)",
            "Tailing",
            "Plates",
            "Resolution",
        ),
        tuple(
            (
                s.compound,
                str(s.injections),
                format_optional(s.retention_rsd_percent),
                format_optional(s.area_rsd_percent),
                format_optional(s.tailing),
                format_optional(s.plates, 4),
                format_optional(s.resolution),
            )
            for s in batch.suitability
        ),
        (False, *([True] * 6)),
    )


SECTION = ReportSection(
    order=88,
    appendix=True,
    applies=lambda report: any(
        one.batch is not None for _, one in report.experiments_of(DialysisExperiment)
    ),
    write=write,
)
