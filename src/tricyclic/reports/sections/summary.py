"""The first section: what was measured, in sentences, as a table and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.check import Check, worst_level
from tricyclic.core.document import Block, Figure, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate, format_p_scale, p_scale_name
from tricyclic.core.evidence import Evidence
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest
from tricyclic.reports.findings import MEANINGS, ONE_RUN, findings
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor, primary_estimates
from tricyclic.reports.words import (
    compare_with_published,
    format_fit,
    format_level,
    format_published,
    format_value,
    format_value_with_interval,
    group_of,
    interval_name,
    is_vendor_guide,
    published_values,
)
from tricyclic.results.binding import LOGISTIC_SLOPE, AssayResult

FOLLOWS = "Curve fits"
# Columns that stay where no row has a value in them.
REQUIRED = ("Compound", "Quantity", "n", "Checks")
VENDOR = "vendor guide"
VENDOR_GUIDE = "A vendor guide is a range on a supplier's web page: an orientation, no measurement."


def write(report: ReportData) -> Sequence[Block]:
    """The findings as sentences, then all pooled results as a table and a figure."""
    blocks: list[Block] = [Heading("Results", 1, "summary")]
    if not report.study.assays:
        return [*blocks, Paragraph("This study contains no assay.", "lead")]
    first, *others = findings(report) or ["No quantity could be estimated."]
    blocks += [Paragraph(first, "lead"), *(Paragraph(text) for text in others)]
    tables = (_table(report), _comparison(report))
    blocks += [block for block in (*tables, key_figure(report)) if block is not None]
    return blocks


def key_figure(report: ReportData) -> Figure | None:
    """Pooled Ki of all assays beside the published values; None without a Ki."""
    rows = [row for _, assay in report.assays for row in _forest_rows(report, assay)]
    if not any(row.value > 0 for row in rows):
        return None
    return forest(
        rows, name="summary-ki", title="Affinities", x_title="Ki (nM)", pdf=False, show_title=False
    )


def _table(report: ReportData) -> Table | None:
    """Each result with its negative logarithm, and the logistic beside a Ki, in one row."""
    results = [(i, assay, e) for i, assay in report.assays for e in primary_estimates(assay)]
    if not results:
        return None
    interval = interval_name([e for *_, e in results])
    scales = dict.fromkeys(p_scale_name(e) for *_, e in results if format_p_scale(e))
    columns = (
        *("Compound", "Target", "Quantity", f"Value ({interval})"),
        f"{', '.join(scales)} ± SE ({interval})",
        *("IC50 (nM)", "nH", "n", FOLLOWS, "Checks"),
    )
    rows = [_row(estimate, assay) for _, assay, estimate in results]
    links = [
        (*("", "", ""), *([f"#{assay_anchor(i)}"] * 5), "#checks", "#checks") for i, *_ in results
    ]
    kept = [k for k, name in enumerate(columns) if name in REQUIRED or any(row[k] for row in rows)]
    return Table(
        "Results, pooled over runs.",
        tuple(columns[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in rows),
        tuple(4 <= k < 8 for k in kept),
        links=tuple(tuple(row[k] for k in kept) for row in links),
        note=_note(report),
    )


def _note(report: ReportData) -> str:
    results = [(assay, e) for _, assay in report.assays for e in primary_estimates(assay)]
    estimates = [e for _, e in results]
    names = {e.name for e in estimates}
    meaning = next((text for known, text in MEANINGS if known & names), "")
    parts = [meaning, "n counts independent runs; wells are replicates. "]
    parts += [ONE_RUN] if any(e.n_experiments == 1 for e in estimates) else []
    parts.append(f"Concentrations are averaged on the log scale. {_which_interval(report)}")
    if any(format_p_scale(e) for e in estimates):
        parts.append("SE: of the logarithm, over runs where n is above 1.")
    if any(_of_logistic(e, assay, "IC50") for assay, e in results):
        parts.append(
            "IC50 and nH: of a logistic with a free slope, for the competitor added; depletion "
            "makes nH differ from 1 also with one site."
        )
    if any(format_fit(assay, group_of(e, assay)) for assay, e in results):
        parts.append("Curve fits: the check model_fits, with its p.")
    parts.append("Checks: the most severe one of the assay, its plates and this compound.")
    return " ".join(part.strip() for part in parts)


def _checks_of(assay: AssayResult, compound: str) -> tuple[Check, ...]:
    return tuple(check for check in assay.all_checks() if assay.is_check_of(check, compound))


def _which_interval(report: ReportData) -> str:
    """Which of two intervals is the result, where there are two."""
    wider = any("all runs share" in e.name for _, assay in report.assays for e in assay.pooled)
    if not wider:
        return ""
    return (
        "The interval is that of repeated runs with the same stock and Kd, for comparisons within "
        "this study; for those with other laboratories use the wider one with the errors that all "
        "runs share, in the appendix. "
    )


def _of_logistic(estimate: Estimate, assay: AssayResult, name: str) -> Estimate | None:
    """The pooled number of a name of the compound whose Ki this is."""
    if estimate.name != "Ki":
        return None
    same = (
        e
        for e in assay.pooled
        if e.name == name and (e.subject, e.where) == (estimate.subject, estimate.where)
    )
    return next(same, None)


def _slope(estimate: Estimate, assay: AssayResult) -> Estimate | None:
    """The pooled slope of the logistic of the compound whose Ki this is, or of its own curve."""
    return _of_logistic(estimate, assay, LOGISTIC_SLOPE) or (
        _of_logistic(replace(estimate, name="Ki"), assay, "Hill slope")
        if estimate.name in ("Ki", "IC50")
        else None
    )


def _row(estimate: Estimate, assay: AssayResult) -> tuple[str, ...]:
    beside = (_of_logistic(estimate, assay, "IC50"), _slope(estimate, assay))
    return (
        _subject(estimate, assay),
        estimate.target or assay.target,
        estimate.name,
        format_value_with_interval(estimate, unit=True),
        format_p_scale(estimate),
        *("" if e is None else format_value(e, unit=False) for e in beside),
        str(estimate.n_experiments),
        format_fit(assay, group_of(estimate, assay)),
        format_level(worst_level(_checks_of(assay, estimate.subject))),
    )


def _source(evidence: Evidence) -> str:
    """Where a published value was read; a value from memory is marked as such."""
    if is_vendor_guide(evidence):
        return VENDOR
    recalled = evidence.certainty if evidence.certainty != "reported" else ""
    return ", ".join(part for part in (evidence.source, recalled) if part)


def _comparison(report: ReportData) -> Table | None:
    """Each result beside the published values, those of papers before those of vendors."""
    rows = [
        (
            _subject(estimate, assay),
            estimate.target or assay.target,
            estimate.name,
            format_value(estimate),
            format_published(evidence),
            compare_with_published(estimate, evidence),
            _source(evidence),
        )
        for _, assay in report.assays
        for estimate in primary_estimates(assay)
        for evidence in published_values(estimate, assay)
        if format_published(evidence)
    ]
    if not rows:
        return None
    more = "Their conditions and cautions are in the appendix."
    has_guide = any(row[-1] == VENDOR for row in rows)
    return Table(
        "Comparison with published values.",
        ("Compound", "Target", "Quantity", "This study", "Published", "Compared", "Source"),
        tuple(rows),
        (False, False, False, True, True, False, False),
        links=tuple(("", "", "", "", "#evidence", "", "#evidence") for _ in rows),
        note=" ".join([VENDOR_GUIDE] * has_guide + [more]),
    )


def _subject(estimate: Estimate, assay: AssayResult) -> str:
    """The compound, with the group where the assay has the same quantity for several groups."""
    same = [
        e
        for e in assay.pooled
        if (e.name, e.subject, e.target) == (estimate.name, estimate.subject, estimate.target)
    ]
    assay_name = "" if estimate.target or assay.target else assay.title or assay.name
    parts = (estimate.subject or assay_name, estimate.where if len(same) > 1 else "")
    return ", ".join(part for part in parts if part)


def _forest_rows(report: ReportData, assay: AssayResult) -> list[ForestRow]:
    rows = []
    for estimate in assay.pooled:
        if estimate.name != "Ki":
            continue
        own = estimate_row(estimate, _label(estimate, assay), "pooled", "nM")
        published = (evidence_row(report.cited(e), "nM") for e in published_values(estimate, assay))
        rows += [row for row in (own, *published) if row is not None]
    return rows


def _label(estimate: Estimate, assay: AssayResult) -> str:
    target = estimate.target or assay.target
    if estimate.subject and target:
        return f"{estimate.subject} at {target}"
    return estimate.subject or target or assay.title


SECTION = ReportSection(
    order=10,
    # A study without binding assays has its results in the sections of its experiments.
    applies=lambda report: bool(report.study.assays) or not report.study.experiments,
    write=write,
)
