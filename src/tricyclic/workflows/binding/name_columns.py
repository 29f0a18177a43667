"""Columns of a table that name the compound or the independent run of each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.concentrations import is_molar_unit
from tricyclic.core.table import DataTable
from tricyclic.numerals import is_whole_number
from tricyclic.unit_table import UNKNOWN

_NUMBERED = r"([\s_.-]*(ids?|names?|codes?|no\.?|nr\.?|numbers?|#))?"
COMPOUND_COLUMN = re.compile(
    rf"((test[\s_-]*)?(compounds?|cpds?|cmpds?|drugs?|articles?|items?)|inhibitors?|competitors?"
    rf"|ligands?){_NUMBERED}",
    re.IGNORECASE,
)
# Names of compounds where each has a dose series; else they number the tubes.
_SAMPLE_COLUMN = re.compile(
    rf"(samples?|substances?|agents?|treatments?|names?|ids?){_NUMBERED}", re.IGNORECASE
)
RUN_COLUMN = re.compile(
    rf"(independent[\s_-]*)?(runs?|experiments?|exp|expts?|days?|dates?|plates?){_NUMBERED}",
    re.IGNORECASE,
)
# Names of independent runs where each has readings at several settings.
_GROUP_COLUMN = re.compile(
    rf"((membranes?|tissues?|cells?)[\s_-]*)?(prep(aration)?s?|batch(es)?|passages?|lots?){_NUMBERED}"
    rf"|(animals?|rats?|mouse|mice|donors?|sessions?|occasions?|membranes?|exp\.){_NUMBERED}"
    r"|(assay|experiment|exp\.?|expt|run|test)[\s_-]*(date|day)"
    r"|(date|day)[\s_-]*of[\s_-]*(the[\s_-]*)?(assay|experiment|run|test)",
    re.IGNORECASE,
)
_DOSE_NAME = re.compile(r"(log|conc|dose)", re.IGNORECASE)
# The more certain first: several plates may belong to one run, several runs to one day.
_RUN_WORDS = re.compile(r"(independent|runs?|exp)", re.IGNORECASE)
# Doses of a series, and rows of a run, from which on a column names them.
_MIN_DOSES, _MIN_ROWS = 3, 2


def dose_columns(table: DataTable) -> list[str]:
    """Columns of concentrations, by their unit or their name ("nM", "conc", "log dose")."""
    return [
        name
        for name in table.values
        if is_molar_unit(unit := table.units.get(name, UNKNOWN))
        or (
            unit == UNKNOWN
            and (is_molar_unit(name.strip(" []()")) or _DOSE_NAME.match(name.strip()))
        )
    ]


def compound_column(table: DataTable) -> str:
    """The column that names the compound of each row; "" where there is none.

    A column such as "Sample" is one where its names have a dose series each.
    """
    names = [name for name in table.columns if name in table.text]
    sure = [name for name in names if COMPOUND_COLUMN.fullmatch(name.strip())]
    return next(iter((*sure, *(name for name in names if _is_sample_column(table, name)))), "")


def with_names(table: DataTable) -> DataTable:
    """The table with names of compounds that are numbers ("101") as text."""
    numbers = [
        name
        for name in table.columns
        if name in table.values
        and COMPOUND_COLUMN.fullmatch(name.strip())
        and table.units.get(name, UNKNOWN) == UNKNOWN
        and _are_whole(table.values[name])
        and _has_series(table, name, _filled_down(_labels(table, name)))
    ]
    if not numbers:
        return table
    text = dict(table.text) | {name: tuple(_labels(table, name)) for name in numbers}
    values = {name: cells for name, cells in table.values.items() if name not in numbers}
    excluded = {name: mask for name, mask in table.excluded.items() if name not in numbers}
    return replace(table, values=values, text=text, excluded=excluded)


def run_column(table: DataTable) -> str:
    """The column that names the independent runs; "" where there is none.

    A column such as "Preparation", and one of numbers, is one where each of its two or more names
    has several rows.
    """
    sure = [name for name in table.columns if RUN_COLUMN.fullmatch(name.strip())]
    sure = [name for name in sure if name in table.text or _groups(table, name)]
    likely = [
        name
        for name in table.columns
        if (_GROUP_COLUMN.fullmatch(name.strip()) and _groups(table, name))
        or (name.strip().lower() == "n" and _counts_runs(table, name))
    ]
    first = [name for name in sure if _RUN_WORDS.match(name.strip())]
    return next(iter((*first, *sure, *likely)), "")


def runs_of(table: DataTable) -> dict[str, np.ndarray]:
    """Rows of each independent run, by the column that names them; one run without."""
    column = run_column(table)
    if not column:
        return {"": np.ones(len(table), bool)}
    cells = _labels(table, column)
    return {
        cell: np.array([other == cell for other in cells]) for cell in dict.fromkeys(cells) if cell
    }


def _labels(table: DataTable, name: str) -> list[str]:
    """The cells of a column as names; whole numbers without a decimal point."""
    if name in table.text:
        return [cell.strip() for cell in table.words(name)]
    return [
        "" if value != value else str(int(value)) if value.is_integer() else f"{value:g}"
        for value in table.values[name].tolist()
    ]


def _is_sample_column(table: DataTable, name: str) -> bool:
    if not _SAMPLE_COLUMN.fullmatch(name.strip()):
        return False
    return _has_series(table, name, _filled_down([cell.strip() for cell in table.text[name]]))


def _filled_down(labels: Sequence[str]) -> list[str]:
    """Names, each also in the empty cells below: a compound is written once, at its first dose."""
    filled: list[str] = []
    for label in labels:
        filled.append(label or (filled[-1] if filled else ""))
    return filled


def _has_series(table: DataTable, column: str, labels: Sequence[str]) -> bool:
    """Whether some of the names have three doses or more each, and most rows are of these."""
    doses = [name for name in dose_columns(table) if name != column]
    if not doses:
        return False
    cells = table.values[doses[0]]
    of_label: dict[str, set[float]] = {}
    for label, dose in zip(labels, cells.tolist(), strict=True):
        if label and dose == dose:
            of_label.setdefault(label, set()).add(dose)
    in_series = {label for label, own in of_label.items() if len(own) >= _MIN_DOSES}
    named = [label for label in labels if label]
    return bool(in_series) and 2 * sum(label in in_series for label in named) > len(named)


def _groups(table: DataTable, name: str) -> bool:
    """Whether a column names two groups or more, of several rows each."""
    if name in table.values and not _are_whole(table.values[name]):
        return False
    labels = [label for label in _labels(table, name) if label]
    counts = [labels.count(label) for label in dict.fromkeys(labels)]
    return len(counts) > 1 and min(counts) >= _MIN_ROWS


def _counts_runs(table: DataTable, name: str) -> bool:
    """Whether a column counts the runs 1, 2, 3, and has no readings of non-specific binding."""
    labels = _labels(table, name)
    known = sorted(int(label) for label in {*labels} if is_whole_number(label))
    counted = name in table.values and known == [*range(1, len(known) + 1)] and "" not in labels
    return counted and _groups(table, name)


def _are_whole(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and np.all(known == np.round(known)))
