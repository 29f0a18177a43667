"""The first section: pooled results, their uncertainty, reference ranges, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.check import worst_level
from tricyclic.core.document import Block, CheckList, Figure, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate, format_interval, format_p_scale, p_scale_name
from tricyclic.core.format import pluralize
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor, primary_estimates
from tricyclic.reports.words import (
    collect_warnings,
    compare_with_published,
    count_levels,
    fit_check,
    format_fit,
    format_level,
    format_published,
    format_value,
    group_of,
    interval_name,
    reference_range,
    sentence,
)
from tricyclic.results.binding import LOGISTIC_SLOPE, AssayResult

MAX_WARNINGS = 8
VALUE_COLUMNS = ("Value", "n")
FOLLOWS = "Curve fits"


def write(report: ReportData) -> Sequence[Block]:
    """Introduction, comparisons, table of results, key figure, warnings."""
    study = report.study
    blocks: list[Block] = [
        Heading("Summary", 1, "summary"),
        Paragraph(_introduction(report), "lead"),
    ]
    comparisons = (*study.comparisons, *(c for assay in study.assays for c in assay.comparisons))
    blocks += [Paragraph(sentence(c.statement)) for c in comparisons if c.statement]
    results = (_table(report), _logarithms_and_slopes(report), key_figure(report))
    blocks += [block for block in results if block is not None]
    warnings = collect_warnings(study.all_checks())
    if warnings:
        shown = min(len(warnings), MAX_WARNINGS)
        part = f" (the first {shown} of {len(warnings)})" if shown < len(warnings) else ""
        blocks.append(CheckList(warnings[:shown], f"Warnings{part}"))
    return blocks


def key_figure(report: ReportData) -> Figure | None:
    """Pooled Ki of all assays beside the reference ranges; None without a Ki."""
    rows = [row for _, assay in report.assays for row in _forest_rows(assay)]
    if not any(row.value > 0 for row in rows):
        return None
    return forest(rows, name="summary-ki", title="Affinities", x_title="Ki (nM)", pdf=False)


def _introduction(report: ReportData) -> str:
    assays = report.study.assays
    if not assays:
        return "This study contains no assay."
    n_plates = sum(len(assay.plates) for assay in assays)
    return (
        f"{pluralize(len(assays), 'assay')} on {pluralize(n_plates, 'plate')} or tables of "
        "readings. n is the number of independent runs; wells are replicates. "
        f"Checks: {count_levels(report.study.all_checks())}."
    )


def _table(report: ReportData) -> Table | None:
    results = [(i, assay, e) for i, assay in report.assays for e in primary_estimates(assay)]
    if not results:
        return None
    with_range = any(reference_range(e, assay) for _, assay, e in results)
    interval = interval_name([e for *_, e in results])
    columns = ["Compound", "Target", "Quantity", "Value", interval, "n"]
    tested = any(format_fit(assay, group_of(e, assay)) for _, assay, e in results)
    columns += [FOLLOWS] if tested else []
    columns += ["Reference range", "Compared with it"] if with_range else []
    rows, links = [], []
    for i, assay, estimate in results:
        row = _row(estimate, assay, with_range=with_range, tested=tested)
        rows.append(row)
        # Value and interval link to the assay, the level to the checks.
        targets = {3: f"#{assay_anchor(i)}", 4: f"#{assay_anchor(i)}", len(row) - 1: "#checks"}
        links.append(tuple(targets.get(column, "") for column in range(len(row))))
    numeric = tuple(name in (*VALUE_COLUMNS, interval) for name in columns)
    return Table(
        "Results, pooled over runs.",
        (*columns, "Checks"),
        tuple(rows),
        (*numeric, False),
        links=tuple(links),
        note=(
            f"Concentrations are averaged on the log scale. {_which_interval(report)}"
            "The last column is the most severe check of the assay and its plates."
            + (" Reference ranges are those of a vendor's guide." if with_range else "")
        ),
    )


def _which_interval(report: ReportData) -> str:
    """Which of two intervals is the result, where there are two."""
    wider = any("all runs share" in e.name for _, assay in report.assays for e in assay.pooled)
    if not wider:
        return ""
    return (
        "The interval is that of repeated runs with the same stock and Kd, for comparisons within "
        "this study; for comparisons with other laboratories the result is the wider interval with "
        "the errors that all runs share, in the table of the assay. "
    )


def _logarithms_and_slopes(report: ReportData) -> Table | None:
    """pKi with its error, IC50 and Hill slope of each result, with their intervals."""
    rows = []
    for _, assay in report.assays:
        for e in primary_estimates(assay):
            ic50, slope = _of_logistic(e, assay, "IC50"), _slope(e, assay)
            if not p_scale_name(e) and slope is None:
                continue
            value, _, interval = format_p_scale(e).partition(" (")
            rows.append(
                (
                    _subject(e, assay),
                    e.target or assay.target,
                    f"{p_scale_name(e)}{e.name.removeprefix(e.name.split(',')[0])}",
                    value,
                    interval.removesuffix(")"),
                    *(_number_and_interval(ic50)),
                    *(_number_and_interval(slope)),
                    str(e.n_experiments),
                    format_fit(assay, group_of(e, assay)),
                )
            )
    if not rows:
        return None
    interval = interval_name([e for _, assay in report.assays for e in primary_estimates(assay)])
    columns = (
        *("Compound", "Target", "Quantity", "Value ± SE", interval),
        *("IC50 (nM)", f"{interval} of IC50", "nH", f"{interval} of nH", "n", FOLLOWS),
    )
    # Columns that no result fills are left out.
    kept = [k for k in range(len(columns)) if any(row[k] for row in rows)]
    return Table(
        "The same results as negative logarithms, with IC50 and Hill slope (nH).",
        tuple(columns[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in rows),
        tuple(3 <= k < len(columns) - 1 for k in kept),
        note=(
            "SE is the standard error of the logarithm, over runs where n is above 1. IC50 and nH "
            "are those of a logistic with a free slope through all wells, in terms of the "
            "competitor added; depletion makes nH differ from 1 also where one site explains the "
            "wells. The last column is the check model_fits of the fitted curve, with its p."
        ),
    )


def _number_and_interval(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None:
        return "", ""
    return format_value(estimate, unit=False), format_interval(estimate)


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


def _row(
    estimate: Estimate, assay: AssayResult, *, with_range: bool, tested: bool
) -> tuple[str, ...]:
    check = fit_check(assay, group_of(estimate, assay))
    follows = "" if check is None else format_level(check.level)
    published = reference_range(estimate, assay)
    compared = ["", ""]
    if published:
        compared = [format_published(published), compare_with_published(estimate, published)]
    return (
        _subject(estimate, assay),
        estimate.target or assay.target,
        estimate.name,
        format_value(estimate),
        format_interval(estimate),
        str(estimate.n_experiments),
        *([follows] if tested else []),
        *(compared if with_range else []),
        format_level(worst_level(assay.all_checks())),
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


def _forest_rows(assay: AssayResult) -> list[ForestRow]:
    rows = []
    for estimate in assay.pooled:
        if estimate.name != "Ki":
            continue
        published = reference_range(estimate, assay)
        rows += [
            row
            for row in (
                estimate_row(estimate, _label(estimate, assay), "pooled", "nM"),
                evidence_row(published, "nM") if published else None,
            )
            if row is not None
        ]
    return rows


def _label(estimate: Estimate, assay: AssayResult) -> str:
    target = estimate.target or assay.target
    if estimate.subject and target:
        return f"{estimate.subject} at {target}"
    return estimate.subject or target or assay.title


SECTION = ReportSection(order=10, applies=lambda report: True, write=write)
