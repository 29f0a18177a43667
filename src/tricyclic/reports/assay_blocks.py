"""Blocks of one assay: curves, table of runs and pool, other analyses, model tests, parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate, FittedParameter, unit_of_parameter
from tricyclic.core.format import decimals_for_error
from tricyclic.plotting.curve import curve
from tricyclic.reports.section import PRIMARY, ReportData, assay_anchor, rows_anchor
from tricyclic.reports.words import (
    format_optional,
    format_p_value,
    format_value,
    format_value_with_interval,
    group_of,
    interval_name,
)
from tricyclic.results.binding import AssayResult, PlateResult

# Columns of quantities in the table of runs; all others are in estimates.csv.
MAX_QUANTITIES = 7
# Tables with more rows are collapsed.
MAX_OPEN_ROWS = 6
# Four rows of figures fit on a page of A4.
HEIGHT_MM = 47.0
Links = tuple[str, ...]


def assay_groups(report: ReportData, kinds: Sequence[str]) -> list[tuple[int, AssayResult]]:
    """Assays of the given kinds, with their numbers."""
    return [(i, assay) for i, assay in report.assays if assay.kind in kinds]


def assay_section(report: ReportData, kinds: Sequence[str], title: str, anchor: str) -> list[Block]:
    """A section on the assays of the given kinds."""
    blocks: list[Block] = [Heading(title, 1, anchor)]
    for i, assay in assay_groups(report, kinds):
        blocks += assay_blocks(report, i, assay)
    return blocks


def assay_blocks(report: ReportData, i: int, assay: AssayResult) -> list[Block]:
    """The blocks of one assay, under a heading of level 2; its first curve is in the report."""
    blocks: list[Block] = [Heading(assay.title or assay.name, 2, assay_anchor(i))]
    blocks += [
        Paragraph(f"{plate.name}: the fit failed ({plate.fit.message}).", "note")
        for plate in assay.plates
        if not plate.fit.ok
    ]
    runs = _runs_table(i, assay)
    blocks += [runs] if runs is not None else []
    plots = [plot for plate in assay.plates for plot in report.plots_of(assay, plate)]
    if report.plots_of(assay) or len(plots) > 1:
        blocks += [
            curve(plot, height_mm=HEIGHT_MM, pdf=False, show_title=False, explain=False)
            for plot in plots
        ]
    others = (_other_analyses(i, assay), _model_comparison(assay), _parameters(i, assay))
    return [*blocks, *(table for table in others if table is not None)]


def run_name(plate: PlateResult) -> str:
    """The name of a run in tables: its experiment, with the group where there is one."""
    name = plate.experiment or plate.name
    return f"{plate.group}, {name}" if plate.group and plate.group != name else name


def _runs_table(i: int, assay: AssayResult) -> Table | None:
    """One row per run and compound, one column per quantity; the pooled rows below."""
    every = [e for plate in assay.plates for e in plate.estimates] + list(assay.pooled)
    heads = _quantities(every, assay.pooled)
    by_compound = _needs_compounds(every)
    rows = _run_rows(i, assay, heads, by_compound) + _pooled_rows(assay, heads, by_compound)
    if not heads or not rows:
        return None
    columns = (
        "Run",
        *(["Compound"] if by_compound else []),
        *(f"{name} ({unit})" if unit else name for name, unit in heads),
        "n",
    )
    methods = list(dict.fromkeys(e.method for e in assay.pooled if e.method))
    pooling = f" Pooled: {'; '.join(methods)}." if methods else ""
    return Table(
        f"{assay.title or assay.name}: runs and pooled estimates ({interval_name(every)}).",
        columns,
        tuple(row for row, _ in rows),
        (*([False] * (2 if by_compound else 1)), *([True] * (len(heads) + 1))),
        links=tuple(links for _, links in rows),
        note=f"Each number links to its readings.{pooling}",
    )


def _quantities(estimates: Sequence[Estimate], pooled: Sequence[Estimate]) -> list[tuple[str, str]]:
    """Name and unit of the quantities in the table: pooled ones first, then others as they fit."""
    heads = dict.fromkeys((e.name, e.unit) for e in estimates)
    first = {(e.name, e.unit) for e in pooled}
    return sorted(heads, key=lambda head: head not in first)[:MAX_QUANTITIES]


def _run_rows(
    i: int, assay: AssayResult, heads: Sequence[tuple[str, str]], by_compound: bool
) -> list[tuple[tuple[str, ...], Links]]:
    rows = []
    for j, plate in enumerate(assay.plates, 1):
        for subject, estimates in _by_compound(plate.estimates, by_compound):
            names = [run_name(plate), *([subject] if by_compound else [])]
            row = (*names, *_cells(estimates, heads), "1")
            rows.append((row, _links(row, f"#{rows_anchor(i, j)}", first=len(names))))
    return rows


def _pooled_rows(
    assay: AssayResult, heads: Sequence[tuple[str, str]], by_compound: bool
) -> list[tuple[tuple[str, ...], Links]]:
    rows = []
    for group in dict.fromkeys(group_of(e, assay) for e in assay.pooled):
        pooled = [e for e in assay.pooled if group_of(e, assay) == group]
        for subject, estimates in _by_compound(pooled, by_compound):
            n = "/".join(dict.fromkeys(str(e.n_experiments) for e in estimates))
            name = f"pooled, {group}" if group else "pooled"
            row = (name, *([subject] if by_compound else []), *_cells(estimates, heads), n)
            rows.append((row, ("",) * len(row)))
    return rows


def _needs_compounds(estimates: Sequence[Estimate]) -> bool:
    """Whether a quantity was estimated for several compounds, so that a run needs several rows."""
    subjects: dict[tuple[str, str], set[str]] = {}
    for e in estimates:
        subjects.setdefault((e.name, e.unit), set()).add(e.subject)
    return any(len(names) > 1 for names in subjects.values())


def _by_compound(
    estimates: Sequence[Estimate], by_compound: bool
) -> list[tuple[str, list[Estimate]]]:
    """Estimates of each compound, in their order; all together where compounds need no rows."""
    if not by_compound:
        return [("", list(estimates))] if estimates else []
    return [
        (subject, [e for e in estimates if e.subject == subject])
        for subject in dict.fromkeys(e.subject for e in estimates)
    ]


def _cells(estimates: Sequence[Estimate], heads: Sequence[tuple[str, str]]) -> list[str]:
    cells = {(e.name, e.unit): format_value_with_interval(e) for e in estimates}
    return [cells.get(head, "") for head in heads]


def _links(row: Sequence[str], link: str, *, first: int) -> Links:
    """The link for every filled cell from `first` to the last but one."""
    return tuple(
        link if cell and first <= column < len(row) - 1 else "" for column, cell in enumerate(row)
    )


def _other_analyses(i: int, assay: AssayResult) -> Table | None:
    """The same wells by other common analyses, each in a column beside the reported estimate.

    Listed are quantities that are also reported or that are the aim of an assay; all others are in
    estimates.csv.
    """
    analyses = list(dict.fromkeys(name for plate in assay.plates for name, _ in plate.classical))
    rows = [
        (row, ("", "", "", *(f"#{rows_anchor(i, j)}" if cell else "" for cell in row[3:])))
        for j, plate in enumerate(assay.plates, 1)
        for row in _other_rows(plate, analyses)
    ]
    if not rows:
        return None
    used = [n for n in range(len(analyses)) if any(row[4 + n] for row, _ in rows)]
    named = [1] if len({row[1] for row, _ in rows}) > 1 else []
    kept = (0, *named, 2, 3, *(4 + n for n in used))
    columns = ("Run", "Compound", "Quantity", "Reported: one model of all wells", *analyses)
    return Table(
        "The same wells by other common analyses, for comparison only; in brackets the difference "
        "from the reported estimate.",
        tuple(columns[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row, _ in rows),
        tuple(n > 2 for n in kept),
        links=tuple(tuple(links[n] for n in kept) for _, links in rows),
        collapsed=len(rows) > MAX_OPEN_ROWS,
    )


def _other_rows(plate: PlateResult, analyses: Sequence[str]) -> list[tuple[str, ...]]:
    others = {
        (_quantity(e), e.subject, e.unit, analysis): e
        for analysis, estimates in plate.classical
        for e in estimates
    }
    reported = {(_quantity(e), e.subject, e.unit): e for e in plate.estimates}
    rows = []
    for key in dict.fromkeys(key[:3] for key in others):
        quantity, subject, unit = key
        estimate = reported.get(key)
        if estimate is None and quantity not in PRIMARY:
            continue
        cells = [_other_cell(others.get((*key, analysis)), estimate) for analysis in analyses]
        own = "" if estimate is None else format_value_with_interval(estimate)
        name = f"{quantity} ({unit})" if unit else quantity
        rows.append((run_name(plate), subject, name, own, *cells))
    return rows


def _other_cell(other: Estimate | None, reported: Estimate | None) -> str:
    return "" if other is None else format_value(other, unit=False) + _difference(other, reported)


def _quantity(estimate: Estimate) -> str:
    """The quantity without a remark in brackets: "Ki (Cheng-Prusoff)" is a Ki."""
    return estimate.name.split(" (")[0]


def _difference(other: Estimate, reported: Estimate | None) -> str:
    if reported is None or not reported.value > 0 or not math.isfinite(other.value):
        return ""
    percent = round((other.value / reported.value - 1) * 100)
    return f" ({percent:+d} %)".replace("-", "−") if percent else " (0 %)"


def _model_comparison(assay: AssayResult) -> Table | None:
    """Tests between nested models, run by run."""
    rows = tuple(
        (
            run_name(plate),
            test.test,
            format_optional(test.statistic),
            ", ".join(f"{df:g}" for df in test.df),
            format_p_value(test.p, test.p_calibrated),
            test.statement,
        )
        for plate in assay.plates
        for test in plate.comparisons
    )
    if not rows:
        return None
    return Table(
        "Model comparison.",
        ("Run", "Test", "Statistic", "df", "p", "Result"),
        rows,
        (False, False, True, True, True, False),
        collapsed=len(rows) > MAX_OPEN_ROWS,
    )


def _parameters(i: int, assay: AssayResult) -> Table | None:
    """Every parameter of every fit, on the scale on which it was fitted."""
    rows, links = [], []
    for j, plate in enumerate(assay.plates, 1):
        for p in plate.fit.parameters:
            rows.append(
                (
                    run_name(plate),
                    p.name,
                    p.description,
                    _parameter_value(p),
                    unit_of_parameter(p.unit, plate.series[0].y_unit if plate.series else ""),
                    "n.d." if not p.fixed and math.isnan(p.se) else format_optional(p.se, 2),
                    _parameter_interval(p),
                    f"at {'lower' if p.at_bound == 'low' else 'upper'} bound" if p.at_bound else "",
                )
            )
            links.append(("", "", "", f"#{rows_anchor(i, j)}", "", "", "", ""))
    if not rows:
        return None
    models = ", ".join(dict.fromkeys(plate.model for plate in assay.plates if plate.model))
    return Table(
        f"All parameters of the fits{f' ({models})' if models else ''}.",
        ("Run", "Parameter", "Description", "Value", "Unit", "SE", "CI", ""),
        tuple(rows),
        (False, False, False, True, False, True, True, False),
        links=tuple(links),
        collapsed=True,
    )


def _parameter_value(p: FittedParameter) -> str:
    if not p.determined:
        return "not determined"
    if p.unit.startswith("log10") and not p.fixed:
        return f"{p.value:.{decimals_for_error(p.se)}f}"
    return f"{p.value:.5g}"


def _parameter_interval(p: FittedParameter) -> str:
    if p.fixed:
        return "fixed"
    if math.isnan(p.low):
        return ""
    low, high = (_limit(p, limit) for limit in (p.low, p.high))
    if math.isinf(p.low) and math.isinf(p.high):
        return "unbounded"
    if math.isinf(p.low):
        return f"< {high}"
    if math.isinf(p.high):
        return f"> {low}"
    return f"{low}{' to ' if p.low < 0 or p.high < 0 else '–'}{high}"


def _limit(p: FittedParameter, limit: float) -> str:
    """A limit with the decimals of the standard error of a logarithm, else with three figures."""
    if p.unit.startswith("log10"):
        return f"{limit:.{decimals_for_error(p.se)}f}"
    return format_optional(limit)
