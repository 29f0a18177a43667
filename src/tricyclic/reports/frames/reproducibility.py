"""Tables of control charts, minimum significant ratios and relative potencies."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.reports.files.reproducibility import (
    POTENCY_COLUMNS,
    SHAPE_COLUMNS,
    control_chart_table,
    potency_row,
    shape_rows,
)
from tricyclic.reports.frames.columns import checks_table, from_rows, with_unit
from tricyclic.results.reproducibility import ControlChartResult, MsrResult, RelativePotencyResult


def control_chart_frames(result: ControlChartResult) -> dict[str, Columns]:
    """One row for each run: value, limits, MSR, violated rules."""
    return {
        "runs": from_rows(*control_chart_table(result)),
        "checks": checks_table(result.checks),
    }


def msr_frames(result: MsrResult) -> dict[str, Columns]:
    """One row for each compound; "msr": the ratio and its limits."""
    head = ("compound", with_unit("geometric_mean", result.unit), "ratio")
    numbers = (
        "n_compounds",
        "mean_ratio",
        "mean_ratio_low",
        "mean_ratio_high",
        "sd",
        "msr",
        "msr_low",
        "msr_high",
        "agreement_low",
        "agreement_high",
        "confidence",
    )
    rows = zip(result.compounds, result.geometric_means, result.ratios, strict=True)
    return {
        "compounds": from_rows(head, rows),
        "msr": {name: [getattr(result, name)] for name in numbers},
        "checks": checks_table(result.checks),
    }


def relative_potency_frames(result: RelativePotencyResult) -> dict[str, Columns]:
    """One row for each sample; "shapes": the equivalence of slope and plateaus."""
    return {
        "potencies": from_rows(POTENCY_COLUMNS, [potency_row(one) for one in result.potencies]),
        "shapes": from_rows(SHAPE_COLUMNS, shape_rows(result)),
    }
