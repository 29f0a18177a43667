"""Tables of a study as CSV: one row per number, parameter, well, check or comparison.

Numbers are written with all digits, so that a table read back gives the same numbers; a missing one
is empty, an open limit is "inf" or "-inf".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from tricyclic.core.estimate import Estimate, p_scale_name, unit_of_parameter
from tricyclic.io.write_tables import Cell, csv_rows
from tricyclic.reports.rows import data_rows
from tricyclic.reports.words import fit_verdict
from tricyclic.results.binding import GroupComparison, PlateResult, StudyResult

Row = Sequence[Cell]

ESTIMATE_COLUMNS = (
    "assay",
    "plate",
    "run",
    "group",
    "role",
    "subject",
    "target",
    "quantity",
    "qualifier",
    "value",
    "unit",
    "low",
    "high",
    "confidence",
    "se",
    "log10_se",
    "n",
    "method",
    "sources",
    "p_scale",
    "p_value",
    "p_low",
    "p_high",
    "model_fits",
)
PARAMETER_COLUMNS = (
    "assay",
    "plate",
    "run",
    "group",
    "model",
    "parameter",
    "description",
    "value",
    "unit",
    "se",
    "low",
    "high",
    "fixed",
    "at_bound",
    "bound",
    "fit",
)
WELL_COLUMNS = (
    "assay",
    "plate",
    "run",
    "file",
    "sha256",
    "well",
    "role",
    "group",
    "compound",
    "concentration_M",
    "radioligand_nM",
    "time_min",
    "modulator",
    "modulator_M",
    "value",
    "unit",
    "expected",
    "residual",
    "excluded",
)
CHECK_COLUMNS = (
    "assay",
    "plate",
    "check",
    "level",
    "where",
    "message",
    "value",
    "limit",
    "unit",
    "advice",
    "source",
)
COMPARISON_COLUMNS = (
    "assay",
    "plate",
    "name",
    "test",
    "statistic",
    "df",
    "p",
    "p_calibrated",
    "ratio",
    "ratio_low",
    "ratio_high",
    "difference",
    "difference_low",
    "difference_high",
    "statement",
    "details",
)


def study_tables(study: StudyResult) -> dict[str, bytes]:
    """Every table by the name of its file."""
    tables: dict[str, tuple[Sequence[str], Iterable[Row]]] = {
        "estimates.csv": (ESTIMATE_COLUMNS, estimate_rows(study)),
        "parameters.csv": (PARAMETER_COLUMNS, parameter_rows(study)),
        "wells.csv": (WELL_COLUMNS, well_rows(study)),
        "checks.csv": (CHECK_COLUMNS, check_rows(study)),
        "comparisons.csv": (COMPARISON_COLUMNS, comparison_rows(study)),
    }
    if study.experiments and not study.assays:
        tables = {"checks.csv": tables["checks.csv"]}
    return {
        name: csv_rows(columns, map(_without_nul, rows), digits=None)
        for name, (columns, rows) in tables.items()
    }


def estimate_rows(study: StudyResult) -> Iterator[Row]:
    """All estimates: pooled, of each run, of other analyses, and selectivity ratios."""
    for assay in study.assays:
        for estimate in assay.pooled:
            group = estimate.where if estimate.where != assay.name else ""
            verdict = fit_verdict(assay, group)
            yield assay.name, "", "", group, "pooled", *_estimate(estimate), verdict
        for plate in assay.plates:
            head = (assay.name, plate.name, plate.experiment, plate.group)
            for estimate in plate.estimates:
                yield *head, "run", *_estimate(estimate), fit_verdict(assay, plate.group)
            for analysis, estimates in plate.classical:
                for estimate in estimates:
                    yield *head, f"for comparison: {analysis}", *_estimate(estimate), ""
    for estimate in study.selectivity:
        yield "", "", "", estimate.where, "selectivity", *_estimate(estimate), ""


def parameter_rows(study: StudyResult) -> Iterator[Row]:
    """All parameters of all fits, on the scale on which they were fitted.

    A failed fit is one row with its reason in the column `fit`.
    """
    for assay in study.assays:
        for plate in assay.plates:
            head = (assay.name, plate.name, plate.experiment, plate.group, plate.model)
            for p in plate.fit.parameters:
                unit = unit_of_parameter(p.unit, plate.series[0].y_unit if plate.series else "")
                numbers = (p.estimate, unit, p.se, p.low, p.high, p.fixed)
                bound = (bool(p.at_bound), p.at_bound)
                yield *head, p.name, p.description, *numbers, *bound, plate.fit.message
            if not plate.fit.parameters:
                yield *head, *[""] * (len(PARAMETER_COLUMNS) - len(head) - 1), plate.fit.message


def well_rows(study: StudyResult) -> Iterator[Row]:
    """All readings, with the value expected by the fit; a residual is in standard deviations."""
    for assay in study.assays:
        for plate in assay.plates:
            head = (assay.name, plate.name, plate.experiment)
            rows = _table_rows(plate) if plate.plate is None else _plate_rows(plate)
            for row in rows:
                yield *head, *row


def check_rows(study: StudyResult) -> Iterator[Row]:
    """All checks, with the assay and plate to which they belong."""
    groups = [("", "", study.checks)]
    for assay in study.assays:
        groups.append((assay.name, "", assay.checks))
        groups += [(assay.name, plate.name, plate.checks) for plate in assay.plates]
    groups += [(one.name, "", one.all_checks()) for one in study.experiments]
    for assay_name, plate_name, checks in groups:
        for c in checks:
            head = (assay_name, plate_name, c.name, c.level, c.where, c.message)
            yield *head, c.value, c.limit, c.unit, c.advice, c.source


def comparison_rows(study: StudyResult) -> Iterator[Row]:
    """All comparisons of models and of conditions."""
    for comparison in study.comparisons:
        yield "", "", *_comparison(comparison)
    for assay in study.assays:
        for comparison in assay.comparisons:
            yield assay.name, "", *_comparison(comparison)
        for plate in assay.plates:
            for comparison in plate.comparisons:
                yield assay.name, plate.name, *_comparison(comparison)


def _estimate(e: Estimate) -> Row:
    return (
        e.subject,
        e.target,
        e.name,
        e.qualifier,
        e.value,
        e.unit,
        e.low,
        e.high,
        e.confidence,
        e.se,
        e.log10_se,
        e.n_experiments,
        e.method,
        "; ".join(e.sources),
        p_scale_name(e),
        *((e.p_value, *e.p_limits) if p_scale_name(e) else (math.nan,) * 3),
    )


def _plate_rows(result: PlateResult) -> Iterator[Row]:
    plate = result.plate
    assert plate is not None
    wells = {well.name: well for well in plate.wells}
    for row in data_rows(result):
        well = wells[row.well]
        yield (
            plate.file,
            plate.sha256,
            well.name,
            well.role.value,
            well.group,
            well.compound,
            well.concentration_M,
            well.radioligand_nM,
            well.time_min,
            well.modulator,
            well.modulator_M if well.modulator else None,
            well.value,
            plate.unit,
            row.expected,
            row.residual,
            well.excluded,
        )


def _table_rows(result: PlateResult) -> Iterator[Row]:
    units = {series.y_unit for series in result.series}
    unit = units.pop() if len(units) == 1 else ""
    for row in data_rows(result):
        settings = dict(row.settings)
        yield (
            "",
            "",
            row.well,
            row.role,
            row.group,
            row.compound,
            settings.get("competitor_M", ""),
            "",
            settings.get("time_min", ""),
            "",
            "",
            row.value,
            unit,
            row.expected,
            row.residual,
            row.excluded,
        )


def _comparison(c: GroupComparison) -> Row:
    limits = [
        number
        for e in (c.ratio, c.difference)
        for number in ((e.value, e.low, e.high) if e else (math.nan, math.nan, math.nan))
    ]
    df = "; ".join(_full(number) for number in c.df)
    details = "; ".join(f"{name} {_full(number)}" for name, number in c.details)
    return (c.name, c.test, c.statistic, df, c.p, c.p_calibrated, *limits, c.statement, details)


def _full(number: float) -> str:
    """A number in a cell with text: all digits, whole numbers without a decimal point."""
    return (
        "" if math.isnan(number) else f"{number:.17g}" if number % 1 == 0 else repr(float(number))
    )


def _without_nul(row: Row) -> Row:
    # A NUL character in a name would end the file for many programs that read CSV.
    return [cell.replace("\x00", "") if isinstance(cell, str) else cell for cell in row]
