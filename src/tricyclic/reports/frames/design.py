"""Tables of a planned binding experiment."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.columns import from_records, from_rows
from tricyclic.results.design import (
    Assumption,
    DesignAdvice,
    DesignResult,
    DilutionSeries,
    EquilibrationTime,
    ExpectedPrecision,
    RunsRow,
    TrialPerformance,
    WellCounts,
)


def design_frames(result: DesignResult) -> dict[str, Columns]:
    """Expected width of the intervals; advice; runs; series; counts; simulated plates."""
    return {
        "precision": from_records(ExpectedPrecision, result.precision),
        "advice": from_records(DesignAdvice, result.advice),
        "runs": from_records(RunsRow, result.runs_table),
        "series": from_records(DilutionSeries, result.series),
        "counts": from_records(WellCounts, result.counts),
        "times": from_records(EquilibrationTime, result.times),
        "assumptions": from_records(Assumption, result.assumptions),
        "performance": from_records(TrialPerformance, result.performance),
        "warnings": from_rows(("check", "message"), result.warnings.items()),
    }
