"""Control chart, minimum significant ratio and relative potency as files: table, JSON, figure."""

from __future__ import annotations

from tricyclic.io.write_tables import Cell, csv_rows
from tricyclic.plotting.control_chart import agreement_plot, control_chart_plot
from tricyclic.reports.json import all_fields, document, encode
from tricyclic.reports.json.reproducibility import msr_json, relative_potency_json
from tricyclic.results.reproducibility import (
    ControlChartResult,
    MsrResult,
    RelativePotency,
    RelativePotencyResult,
)

POTENCY_COLUMNS = (
    "sample",
    "reference",
    "potency",
    "low",
    "high",
    "confidence",
    "ratio_at_own_shape",
    "ec50_reference_M",
    "ec50_reference",
    "dose_unit",
    "parallel",
    "f",
    "p",
)
SHAPE_COLUMNS = (
    "sample",
    "property",
    "difference",
    "low",
    "high",
    "margin_low",
    "margin_high",
    "confidence",
    "equivalent",
)


def control_chart_files(result: ControlChartResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same chart gives the same bytes."""
    head, rows = control_chart_table(result)
    return {
        **control_chart_plot(result).files("control_chart"),
        "control_chart.csv": csv_rows(head, rows, digits=None),
        "control_chart.json": encode(
            document("screen-control-chart", {"result": all_fields(result)})
        ),
    }


def control_chart_table(
    result: ControlChartResult,
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Column names and one row per run."""
    head = (
        "run",
        "n",
        "value",
        "lower",
        "upper",
        "scatter",
        "scatter_lower",
        "scatter_upper",
        "msr_all_runs",
        f"msr_last_{result.window}",
        "rule_violations",
    )
    rows: list[tuple[Cell, ...]] = []
    for k, run in enumerate(result.runs):
        cumulative, recent = result.cumulative[k], result.recent[k]
        violations = [f"{v.chart}: {v.rule}" for v in result.violations if v.run == run]
        rows.append(
            (
                run,
                result.sizes[k],
                result.values[k],
                result.lower[k],
                result.upper[k],
                result.scatter[k],
                result.scatter_lower[k],
                result.scatter_upper[k],
                cumulative.msr if cumulative else None,
                recent.msr if recent else None,
                "; ".join(violations),
            )
        )
    return head, rows


def msr_files(result: MsrResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    head = ("compound", f"geometric_mean_{result.unit}", "ratio")
    rows = zip(result.compounds, result.geometric_means, result.ratios, strict=True)
    return {
        **agreement_plot(result).files("agreement"),
        "agreement.csv": csv_rows(head, rows, digits=None),
        "msr.json": encode(document("screen-msr", {"result": msr_json(result)})),
    }


def relative_potency_files(result: RelativePotencyResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    return {
        "potencies.csv": csv_rows(
            POTENCY_COLUMNS, [potency_row(one) for one in result.potencies], digits=None
        ),
        "shapes.csv": csv_rows(SHAPE_COLUMNS, shape_rows(result), digits=None),
        "relative_potency.json": encode(
            document("screen-relative-potency", {"result": relative_potency_json(result)})
        ),
    }


def potency_row(one: RelativePotency) -> tuple[Cell, ...]:
    """One row of `POTENCY_COLUMNS`."""
    return (
        one.sample,
        one.reference,
        one.potency,
        one.low,
        one.high,
        one.confidence,
        one.ratio_at_own_shape,
        one.ec50_reference_M,
        one.ec50_reference,
        one.dose_unit,
        one.parallel,
        one.test.statistic,
        one.test.p,
    )


def shape_rows(result: RelativePotencyResult) -> list[tuple[Cell, ...]]:
    """Rows of `SHAPE_COLUMNS`, one per sample and property."""
    return [
        (
            one.sample,
            item.name,
            item.difference,
            item.low,
            item.high,
            item.margin_low,
            item.margin_high,
            item.confidence,
            item.equivalent,
        )
        for one in result.potencies
        for item in one.shape
    ]
