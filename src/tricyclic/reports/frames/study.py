"""Tables of a study, or of plates analysed without one: the results, one row per compound, and all
numbers, readings and checks in full.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tricyclic.io.frames import Columns
from tricyclic.io.write_tables import Cell
from tricyclic.reports.experiments import experiment_rows, of_each, unit_rows
from tricyclic.reports.results_table import (
    ResultRow,
    plain_cell,
    result_rows,
    results_columns,
    run_rows,
)
from tricyclic.reports.tables import (
    CHECK_COLUMNS,
    COMPARISON_COLUMNS,
    ESTIMATE_COLUMNS,
    PARAMETER_COLUMNS,
    WELL_COLUMNS,
    check_rows,
    comparison_rows,
    estimate_rows,
    parameter_rows,
    well_rows,
)
from tricyclic.results.study_run import NewStudyResult, StudyRunResult, VerifyResult

# Columns of numbers that may be empty in every row.
READINGS = ("concentration_M", "radioligand_nM", "time_min", "modulator_M")


def study_run_frames(result: StudyRunResult) -> dict[str, Columns]:
    """ "results": one row per compound; "runs": one per compound and run; the others are the tables
    of a folder of results.
    """
    study = result.study
    of_experiments: dict[str, Columns] = of_each(study, "frames", "_")
    tables: dict[str, Columns] = {
        "results": _results([*result_rows(study), *experiment_rows(study)]),
        "runs": _results([*run_rows(study), *unit_rows(study)]),
        **of_experiments,
        "checks": _columns(CHECK_COLUMNS, check_rows(study)),
    }
    if study.experiments and not study.assays:
        return tables
    return {
        "results": tables.pop("results"),
        "runs": tables.pop("runs"),
        "estimates": _columns(ESTIMATE_COLUMNS, estimate_rows(study)),
        "parameters": _columns(PARAMETER_COLUMNS, parameter_rows(study)),
        "readings": _columns(WELL_COLUMNS, well_rows(study)),
        "checks": _columns(CHECK_COLUMNS, check_rows(study)),
        "comparisons": _columns(COMPARISON_COLUMNS, comparison_rows(study)),
        **of_experiments,
    }


def new_study_frames(result: NewStudyResult) -> dict[str, Columns]:
    """The files that were written."""
    return {"files": {"file": list(result.written)}}


def verify_frames(result: VerifyResult) -> dict[str, Columns]:
    """Whether the results were reproduced."""
    return {
        "verification": {
            "study": [result.study],
            "results": [result.results],
            "verified": [result.verified],
            "compared_files": [result.compared],
            "log_entries": [result.log_lines],
            "difference": [result.difference],
        }
    }


def _results(rows: Sequence[ResultRow]) -> Columns:
    columns = results_columns(rows)
    return {c: [plain_cell(row.cells.get(c)) for row in rows] for c in columns}


def _columns(names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Columns:
    table = [list(row) for row in rows]
    return {name: _column(name, [row[k] for row in table]) for k, name in enumerate(names)}


def _column(name: str, cells: list[Cell]) -> list[Cell]:
    """A column; empty cells of a column of numbers are nan, not text."""
    is_numeric = name in READINGS or any(isinstance(cell, float) for cell in cells)
    if not is_numeric:
        return cells
    return [math.nan if cell in ("", None) else cell for cell in cells]
