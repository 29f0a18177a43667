"""results.csv and results.xlsx: the table of results, rounded, with a sheet that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.io.write_tables import Cell, csv_rows
from tricyclic.io.write_workbook import Number, WorkbookSheet, workbook_bytes
from tricyclic.reports.experiments import columns_of_experiments, experiment_rows, unit_rows
from tricyclic.reports.results_table import (
    ResultCell,
    ResultRow,
    TableCell,
    printed_cell,
    result_rows,
    results_columns,
    run_rows,
)
from tricyclic.reports.words import group_warnings
from tricyclic.results.binding import StudyResult
from tricyclic.results.study_run import StudyRunResult

# Column, or its ending -> what it is, for the sheet "Read me" and docs/results.md.
COLUMNS = {
    "assay": "name of the assay in study.toml, or the target",
    "target": "binding site",
    "compound": "compound, or the radioligand of a saturation",
    "group": "condition (group of the layout), empty where there is one",
    "run": "independent run (sheet Runs)",
    "plate": "plate or table of the run (sheet Runs)",
    "n": "independent runs; wells and plates of one run are replicates and do not count",
    "…_qualifier": "= for a value, > or < where the data give only a bound",
    "Ki_nM, Kd_nM, IC50_nM": "geometric mean over runs; with one run the estimate of its wells",
    "…_CI_low, …_CI_high": "limits of the confidence interval, for repeated runs of this study",
    "…_CI_low_shared, …": "limits with the errors that all runs share (Kd, stock, efficiency)",
    "pKi, pKd, pIC50": "-log10 of the molar concentration, the mean over runs",
    "pKi_SE, pKd_SE, pIC50_SE": "standard error of that mean; with one run, of the fit",
    "nH": "Hill slope of the logistic with a free slope from which the IC50 is",
    "Bmax_…": "density of sites, in the unit of the column",
    "confidence": "level of the intervals",
    "status": "quantified, bound, no interval, not determined, or no result with the reason",
    "flags": "names of the checks that fail or warn; see the sheet Checks",
    "printed": "the main number with its interval, for a text",
}
# Those of them that every table of results has.
_SHARED = {name: COLUMNS[name] for name in ("confidence", "status", "flags", "printed")}
ROUNDING = (
    "2 to 4 figures, to the second figure of the standard error; all digits are in estimates.csv"
)


def results_csv(result: StudyRunResult) -> bytes:
    """One row per compound, numbers rounded to what their errors support."""
    rows = _results(result.study)
    columns = results_columns(rows)
    return csv_rows(columns, ([printed_cell(row.cells.get(c)) for c in columns] for row in rows))


def results_xlsx(result: StudyRunResult) -> bytes:
    """The same table as a sheet, the runs, the warnings, and an explanation."""
    study = result.study
    return workbook_bytes(
        [
            _sheet("Results", _results(study), frozen=3),
            _sheet("Runs", _runs(study), frozen=3),
            WorkbookSheet(
                "Checks",
                ("level", "where", "message", "advice"),
                [_check_row(check, places) for check, places in group_warnings(result.checks)],
                wrapped=True,
            ),
            WorkbookSheet("Read me", (), _explanation(result), wrapped=True),
        ]
    )


def _results(study: StudyResult) -> list[ResultRow]:
    """Compounds of assays, then treatments of the experiments."""
    return [*result_rows(study), *experiment_rows(study)]


def _runs(study: StudyResult) -> list[ResultRow]:
    return [*run_rows(study), *unit_rows(study)]


def _sheet(name: str, rows: Sequence[ResultRow], *, frozen: int) -> WorkbookSheet:
    columns = results_columns(rows)
    return WorkbookSheet(
        name,
        columns,
        [[_number(row.cells.get(column)) for column in columns] for row in rows],
        frozen=frozen,
    )


def _number(cell: TableCell) -> Cell | Number:
    if isinstance(cell, ResultCell):
        # Rounded, so that a pasted number is the one that is shown.
        return Number(round(cell.value, cell.decimals), max(cell.decimals, 0))
    return cell


def _check_row(check: Check, places: Sequence[str]) -> tuple[str, str, str, str]:
    return check.level, ", ".join(places), check.message, check.advice


def _explanation(result: StudyRunResult) -> list[tuple[str, ...]]:
    study = result.study
    rows: list[tuple[str, ...]] = [(study.title,), (f"tricyclic {study.version}",)]
    if study.synthetic:
        rows.append(("Synthetic data", study.synthetic))
    columns = {
        **(COLUMNS if study.assays or not study.experiments else _SHARED),
        **columns_of_experiments(study),
    }
    rows += [
        (),
        ("Column", "Meaning"),
        *columns.items(),
        (),
        ("Rounding", ROUNDING),
        (),
        ("Methods", ""),
        *((assay.title or assay.name, assay.methods) for assay in study.assays if assay.methods),
        *((one.title, one.methods) for one in study.experiments),
    ]
    return rows
