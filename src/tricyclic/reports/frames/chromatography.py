"""Tables of a quantified batch."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from tricyclic.core.collection_times import end_as_time
from tricyclic.core.peak import InjectionPeaks, Peak
from tricyclic.io.frames import Columns
from tricyclic.numerals import parse_number
from tricyclic.reports.frames.columns import checks_table, from_records, from_rows, with_unit
from tricyclic.results.chromatography import (
    AnalyteBatch,
    BatchResult,
    QuantifiedAmount,
    Suitability,
)

LOST = "lost"
_SKIPPED = ("area_detectable", "remarks", "manual", "compound", "role", "state")


def batch_frames(result: BatchResult) -> dict[str, Columns]:
    """ "amounts", one row for each injection and analyte; "fractions", those of samples as
    `tricyclic microdialysis analyse` reads them; "standards", "lines", "limits",
    "criteria", "suitability", "peaks", "unlisted_peaks", "vendor_areas", "checks".
    """
    return {
        "amounts": _amounts(result),
        "fractions": _fractions(result),
        "standards": _standards(result),
        "lines": _lines(result),
        "limits": _limits(result),
        "criteria": from_rows(
            ("analyte", "criterion", "value", "limit", "meets", "outside"),
            [
                (a.analyte, c.name, c.value, c.limit, c.meets, "; ".join(c.names))
                for a in result.analytes
                for c in a.criteria
            ],
        ),
        "suitability": from_records(Suitability, result.suitability),
        "peaks": _peaks(result),
        "unlisted_peaks": from_rows(
            ("injection", "beside", "retention_min", "area", "area_se", "signal_unit"),
            [
                (i.injection, u.beside, u.retention_min, u.area, u.area_se, i.signal_unit)
                for i in result.injections
                for u in i.unknown
            ],
        ),
        "vendor_areas": from_rows(
            (
                "injection",
                "compound",
                "retention_min",
                "area",
                "vendor_area",
                "area_unit",
                "difference_percent",
            ),
            [
                (
                    v.injection,
                    v.compound,
                    v.retention_min,
                    v.area,
                    v.vendor_area,
                    v.area_unit,
                    v.difference_percent,
                )
                for v in result.vendor
            ],
        ),
        "checks": checks_table(result.checks),
    }


def _amounts(result: BatchResult) -> Columns:
    unit = result.unit
    names = (
        "order",
        "injection",
        "role",
        "level",
        "animal",
        "start",
        "end",
        "analyte",
        "response",
        with_unit("amount", unit),
        with_unit("amount_se", unit),
        "state",
        "range",
        with_unit("nominal", unit),
        "error_percent",
        with_unit("lod", unit),
        with_unit("loq", unit),
        "drift_factor",
        "internal_standard_area",
        "excluded",
        "remarks",
        "note",
    )
    by_name = {one.injection: one for one in result.injections}
    rows: list[tuple[Any, ...]] = []
    for analyte in result.analytes:
        known = {one.row.name: one for one in analyte.amounts}
        for row in result.samples:
            head = (
                row.order,
                row.name,
                row.role,
                row.level,
                row.animal,
                row.start,
                row.end,
                analyte.analyte,
            )
            amount = known.get(row.name)
            numbers = (
                _numbers(amount, result.internal_standard, by_name[row.name])
                if amount is not None
                else (*([math.nan] * 3), LOST, None, *([math.nan] * 6))
            )
            remarks = "; ".join(amount.remarks) if amount is not None else ""
            rows.append((*head, *numbers, row.excluded, remarks, row.note))
    return from_rows(names, sorted(rows, key=lambda one: one[0]))


def _numbers(amount: QuantifiedAmount, standard: str, injection: InjectionPeaks) -> tuple[Any, ...]:
    nominal = amount.row.amount
    return (
        amount.response,
        amount.amount,
        amount.amount_se,
        amount.outcome,
        amount.range,
        nominal,
        100.0 * (amount.amount / nominal - 1.0) if nominal > 0 else math.nan,
        amount.lod,
        amount.loq,
        amount.drift_factor,
        injection[standard].area if standard else math.nan,
    )


def _fractions(result: BatchResult) -> Columns:
    """The samples of animals, excluded ones too, with times as numbers where they are minutes."""
    rows = [row for row in result.samples.of("sample") if row.animal]
    # Columns that only some lists have.
    grouped = any(row.group for row in rows)
    excluded = any(row.excluded for row in rows)
    ends = [end_as_time(row.start, row.end, row.where) for row in rows]
    starts = [parse_number(row.start) for row in rows]
    stops = [parse_number(end) for end in ends]
    in_minutes = bool(rows) and None not in (*starts, *stops)
    names = ("start_min", "end_min") if in_minutes else ("start", "end")
    times: tuple[list[Any], list[Any]] = (
        (starts, stops) if in_minutes else ([row.start for row in rows], ends)
    )
    several = len(result.analytes) > 1
    table: list[tuple[Any, ...]] = []
    for analyte in result.analytes:
        known = {one.row.name: one for one in analyte.amounts}
        for row, start, end in zip(rows, *times, strict=True):
            amount = known.get(row.name)
            head = (analyte.analyte,) if several else ()
            numbers = (amount.amount, amount.outcome) if amount else (math.nan, LOST)
            group = (row.group,) if grouped else ()
            why = (row.excluded,) if excluded else ()
            table.append(
                (*head, row.animal, *group, row.name, start, end, *numbers, *why, row.note)
            )
    head_names = (*(("analyte",) if several else ()), "animal", *(("group",) if grouped else ()))
    value = with_unit("amount", result.unit)
    last = (*(("excluded",) if excluded else ()), "note")
    return from_rows((*head_names, "fraction", *names, value, "state", *last), table)


def _standards(result: BatchResult) -> Columns:
    return from_rows(
        (
            "analyte",
            "injection",
            with_unit("nominal", result.unit),
            "response",
            with_unit("back_calculated", result.unit),
            "error_percent",
            "excluded",
        ),
        [
            (
                a.analyte,
                b.standard.name,
                b.standard.amount,
                b.standard.response,
                b.amount,
                b.error_percent,
                b.standard.excluded,
            )
            for a in result.analytes
            for b in a.line.standards
        ],
    )


def _lines(result: BatchResult) -> Columns:
    return from_rows(
        (
            "analyte",
            "unit",
            "weighting",
            "chosen",
            "slope",
            "slope_se",
            "intercept",
            "intercept_se",
            "residual_sd",
            "df",
            "levels",
            with_unit("lowest", result.unit),
            with_unit("highest", result.unit),
            "mean_error_percent",
            "drift_percent",
            "drift_corrected",
        ),
        [_line(one) for one in result.analytes],
    )


def _line(one: AnalyteBatch) -> tuple[Any, ...]:
    line = one.line
    return (
        line.analyte,
        line.unit,
        line.weighting,
        line.chosen,
        line.slope,
        line.slope_se,
        line.intercept,
        line.intercept_se,
        line.residual_sd,
        line.df,
        len(line.levels),
        line.lowest,
        line.highest,
        dict(line.mean_errors)[line.weighting],
        one.drift.total_percent if one.drift is not None else math.nan,
        one.drift_corrected,
    )


def _limits(result: BatchResult) -> Columns:
    return from_rows(
        (
            "analyte",
            "definition",
            "sigma",
            with_unit("lod", result.unit),
            with_unit("loq", result.unit),
        ),
        [
            (a.analyte, one.definition, one.sigma, one.lod, one.loq)
            for a in result.analytes
            for one in a.limits
        ],
    )


def _peaks(result: BatchResult) -> Columns:
    numbers = [one.name for one in fields(Peak) if one.name not in _SKIPPED]
    return from_rows(
        ("injection", "compound", "role", "state", *numbers, "signal_unit", "manual", "remarks"),
        [
            (
                injection.injection,
                peak.compound,
                peak.role,
                peak.state,
                *(getattr(peak, name) for name in numbers),
                injection.signal_unit,
                peak.manual.reason if peak.manual is not None else "",
                "; ".join((*injection.remarks, *peak.remarks)),
            )
            for injection in result.injections
            for peak in injection.peaks
        ],
    )
