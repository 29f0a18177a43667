"""What the folder of a study contains that no run uses: files, tables, plates, columns and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from tricyclic.core.plate import Plate
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.study.plan import StudyPlan, TablePlan
from tricyclic.study.tables import chosen_table, unused_rows, used_rows


def unused_files(folder: Path, used: Sequence[str]) -> tuple[str, ...]:
    """Files beside those that the study uses, in the same folders, by their paths.

    Parameters
    ----------
    folder : Path
        The study.
    used : sequence of str
        Paths of the used files inside the study. Files beside study.toml itself are not listed.
    """
    parents = {PurePosixPath(name).parent for name in used} - {PurePosixPath(".")}
    present = sorted(
        path.relative_to(folder).as_posix()
        for parent in parents
        for path in (folder / parent).iterdir()
        if path.is_file() and not path.name.startswith((".", "~$"))
    )
    return quoted("file", [name for name in present if name not in used])


def unused_of_tables(
    plan: StudyPlan,
    tables: Mapping[tuple[str, ...], Sequence[DataTable]],
    excluded: Mapping[tuple[str, str], Mapping[str, str]],
) -> Iterator[str]:
    """Tables and columns of each file that no run uses, and rows without a value, by file.

    Parameters
    ----------
    plan : StudyPlan
    tables : mapping of tuple of str to sequence of DataTable
        The tables of each `TablePlan.reading`, whose first text is the file.
    excluded : mapping of (assay, run) to mapping of str to str
        Excluded rows of each run, which have their reasons elsewhere.
    """
    for reading, of_file in tables.items():
        file = reading[0]
        runs = [
            (assay.name, run)
            for assay in plan.assays
            for run in assay.tables
            if run.reading == reading
        ]
        chosen = {id(chosen_table(of_file, run)): chosen_table(of_file, run) for _, run in runs}
        parts = _without_sheets(of_file[0].unused, used_sheets(plan, file))
        parts += quoted("table", [table.name for table in of_file if id(table) not in chosen])
        for key, table in chosen.items():
            mine = [(assay, run) for assay, run in runs if id(chosen_table(of_file, run)) == key]
            needed = {
                column for _, run in mine for column in columns_of(run.with_replicates_of(table))
            }
            parts += quoted("column", [name for name in table.columns if name not in needed])
            rows = [excluded.get((assay, f"{run.group} {run.run}".strip())) for assay, run in mine]
            each = zip(mine, rows, strict=True)
            used = np.any([used_rows(table, run, own) for (_, run), own in each], axis=0)
            for (_, run), own in zip(mine, rows, strict=True):
                parts += unused_rows(table, run, own, used)
        yield from (f"{file}: {part}" for part in dict.fromkeys(parts))


def columns_of(run: TablePlan) -> tuple[str, ...]:
    """Columns of a table that a run uses."""
    varied = (column for column, _ in run.x.values())
    return (*varied, *run.response, *run.total, *run.non_specific)


def unused_of_plates(
    plan: StudyPlan,
    plates: Mapping[str, Sequence[Plate]],
    chosen: Mapping[str, Sequence[Plate]],
) -> Iterator[str]:
    """Plates of each file that no run uses, and parts of the files that were not read, by file.

    Parameters
    ----------
    plan : StudyPlan
    plates, chosen : mapping of str to sequence of Plate
        All plates of each file, and those that runs use.
    """
    for file, of_file in plates.items():
        names = {plate.name for plate in chosen.get(file, ())}
        sheets = used_sheets(plan, file)
        parts = [part for plate in of_file for part in _without_sheets(plate.unused, sheets)]
        parts += quoted("plate", [plate.name for plate in of_file if plate.name not in names])
        yield from (f"{file}: {part}" for part in dict.fromkeys(parts))


def used_sheets(plan: StudyPlan, file: str) -> set[str]:
    """Sheets of a workbook that runs name."""
    runs = (run for assay in plan.assays for run in assay.runs if run.file == file)
    return {run.sheet for run in runs} - {""}


def _without_sheets(parts: Sequence[str], used: set[str]) -> list[str]:
    """The phrases without the sheets that another run uses."""
    kept: list[str] = []
    for part in parts:
        if part.startswith(("sheet ", "sheets ")):
            names = [name for name in re.findall(r"'([^']*)'", part) if name not in used]
            kept += quoted("sheet", names)
        else:
            kept.append(part)
    return kept
