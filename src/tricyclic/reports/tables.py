"""From a study's result to tidy tables as CSV text: one row per number, per parameter, per well, per check.

Numbers are written in full, so that reading a table back gives the same number; a missing one is empty, an open
limit is "inf" or "-inf".
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from tricyclic.core.estimate import Estimate
from tricyclic.reports.rows import rows_of
from tricyclic.results.binding import Comparison, PlateResult, StudyResult

ESTIMATE_COLUMNS = (
    "assay",
    "plate",
    "run",
    "group",
    "role",
    "subject",
    "target",
    "quantity",
    "relation",
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
)
PARAMETER_COLUMNS = (
    "assay",
    "plate",
    "run",
    "group",
    "model",
    "parameter",
    "says",
    "value",
    "unit",
    "se",
    "low",
    "high",
    "given",
    "at_bound",
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
    "says",
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
    "says",
    "details",
)


def all_tables(result: StudyResult) -> dict[str, str]:
    """Every table by its file name."""
    return {
        "estimates.csv": estimates(result),
        "parameters.csv": parameters(result),
        "wells.csv": wells(result),
        "checks.csv": checks(result),
        "comparisons.csv": comparisons(result),
    }


def estimates(result: StudyResult) -> str:
    """All numbers: of runs, of pools, of the other analyses, of the study."""
    rows: list[Sequence[object]] = []
    for assay in result.assays:
        rows += [_estimate(e, assay.name, None, "pooled") for e in assay.pooled]
        for plate in assay.plates:
            rows += [_estimate(e, assay.name, plate, "run") for e in plate.estimates]
            for name, others in plate.classical:
                rows += [_estimate(e, assay.name, plate, f"for comparison: {name}") for e in others]
    rows += [_estimate(e, "", None, "selectivity") for e in result.selectivity]
    return _csv(ESTIMATE_COLUMNS, rows)


def _estimate(e: Estimate, assay: str, plate: PlateResult | None, role: str) -> Sequence[object]:
    of_run = (
        (plate.name, plate.experiment, plate.group)
        if plate
        else ("", "", e.where if e.where != assay else "")
    )
    return (
        assay,
        *of_run,
        role,
        e.subject,
        e.target,
        e.name,
        e.relation,
        e.value,
        e.unit,
        e.low,
        e.high,
        e.confidence,
        e.se,
        e.log10_se,
        e.n,
        e.method,
        "; ".join(e.sources),
    )


def parameters(result: StudyResult) -> str:
    """All parameters of all fits, on the scale on which they were fitted; a failed fit is one row that says why."""
    rows: list[Sequence[object]] = []
    for assay in result.assays:
        for plate in assay.plates:
            head = (assay.name, plate.name, plate.experiment, plate.group, plate.model)
            if not plate.fit.parameters:
                rows.append(
                    (
                        *head,
                        "",
                        "",
                        math.nan,
                        "",
                        math.nan,
                        math.nan,
                        math.nan,
                        "",
                        "",
                        plate.fit.says,
                    )
                )
            rows += [
                (
                    *head,
                    p.name,
                    p.says,
                    p.value,
                    p.unit,
                    p.se,
                    p.low,
                    p.high,
                    p.fixed,
                    p.at_bound,
                    plate.fit.says,
                )
                for p in plate.fit.parameters
            ]
    return _csv(PARAMETER_COLUMNS, rows)


def wells(result: StudyResult) -> str:
    """All readings, with what the model expected; a residual is in standard deviations."""
    rows: list[Sequence[object]] = []
    for assay in result.assays:
        for plate in assay.plates:
            rows += _wells(assay.name, plate)
    return _csv(WELL_COLUMNS, rows)


def _wells(assay: str, plate: PlateResult) -> Iterable[Sequence[object]]:
    head = (assay, plate.name, plate.experiment)
    if plate.plate is None:
        units = dict.fromkeys(series.y_unit for series in plate.series)
        unit = next(iter(units)) if len(units) == 1 else ""
        for row in rows_of(plate):
            where = dict(row.settings)
            yield (
                *head,
                "",
                "",
                row.well,
                row.role,
                row.group,
                row.compound,
                where.get("competitor_M", ""),
                "",
                where.get("time_min", ""),
                "",
                "",
                row.value,
                unit,
                row.expected,
                row.residual,
                row.excluded,
            )
        return
    of_well = {well.name: well for well in plate.plate.wells}
    for row in rows_of(plate):
        well = of_well[row.well]
        yield (
            *head,
            plate.plate.file,
            plate.plate.sha256,
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
            plate.plate.unit,
            row.expected,
            row.residual,
            well.excluded,
        )


def checks(result: StudyResult) -> str:
    """All checks, with the assay and plate that they were made on."""
    rows: list[Sequence[object]] = []
    groups = [("", "", result.checks)]
    for assay in result.assays:
        groups.append((assay.name, "", assay.checks))
        groups += [(assay.name, plate.name, plate.checks) for plate in assay.plates]
    for assay_name, plate_name, made in groups:
        rows += [
            (
                assay_name,
                plate_name,
                c.name,
                c.level,
                c.where,
                c.says,
                c.value,
                c.limit,
                c.unit,
                c.advice,
                c.source,
            )
            for c in made
        ]
    return _csv(CHECK_COLUMNS, rows)


def comparisons(result: StudyResult) -> str:
    """All comparisons of models and of conditions."""
    rows = [_comparison("", "", c) for c in result.comparisons]
    for assay in result.assays:
        rows += [_comparison(assay.name, "", c) for c in assay.comparisons]
        rows += [
            _comparison(assay.name, plate.name, c)
            for plate in assay.plates
            for c in plate.comparisons
        ]
    return _csv(COMPARISON_COLUMNS, rows)


def _comparison(assay: str, plate: str, c: Comparison) -> Sequence[object]:
    limits = [
        x
        for e in (c.ratio, c.difference)
        for x in ((e.value, e.low, e.high) if e else (math.nan, math.nan, math.nan))
    ]
    df = "; ".join(_cell(d) for d in c.df)
    return (
        assay,
        plate,
        c.name,
        c.test,
        c.statistic,
        df,
        c.p,
        c.p_calibrated,
        *limits,
        c.says,
        "; ".join(f"{name} {_cell(x)}" for name, x in c.details),
    )


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # numpy's floats call themselves by name in repr
        value = float(value)
        return (
            ""
            if math.isnan(value)
            else str(int(value))
            if value.is_integer() and abs(value) < 1e15
            else repr(value)
        )
    return str(value).replace("\x00", "")
