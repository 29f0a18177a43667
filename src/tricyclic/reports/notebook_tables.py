"""Results as HTML tables in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.reports.words import collect_warnings, format_value, interval_name, sentence
from tricyclic.results.study_run import StudyRunResult


def study_html(result: StudyRunResult) -> str:
    """The estimates of a study as a table, its comparisons, and its warnings."""
    study = result.study
    estimates = [*(e for assay in study.assays for e in assay.pooled), *study.selectivity]
    synthetic = [_paragraph(f"Synthetic data: {study.synthetic}")] if study.synthetic else []
    parts = [
        *synthetic,
        f"<h4>{escape(study.title)}</h4>",
        _table(estimates),
        *(_paragraph(sentence(c.statement)) for c in study.comparisons),
        _warnings(collect_warnings(study.all_checks())),
    ]
    return f"<div>{''.join(parts)}</div>"


def _table(estimates: Sequence[Estimate]) -> str:
    columns = ("", "quantity", "value", interval_name(estimates), "n")
    heads = "".join(f"<th>{escape(column)}</th>" for column in columns)
    return f"<table><tr>{heads}</tr>{''.join(_row(estimate) for estimate in estimates)}</table>"


def _row(estimate: Estimate) -> str:
    subject = " at ".join(part for part in (estimate.subject, estimate.target) if part)
    numbers = (format_value(estimate), format_interval(estimate), str(estimate.n_experiments))
    cells = [_cell(subject, "left"), _cell(estimate.name, "left")]
    return f"<tr>{''.join([*cells, *(_cell(number, 'right') for number in numbers)])}</tr>"


def _cell(text: str, align: str) -> str:
    return f"<td style='text-align:{align}'>{escape(text)}</td>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _warnings(checks: Sequence[Check]) -> str:
    items = [
        f"<li><b>{check.level}</b> {escape(f'{check.where}: ' if check.where else '')}"
        f"{escape(check.message)}</li>"
        for check in checks
    ]
    return f"<ul>{''.join(items)}</ul>" if items else ""
