"""What A and B of a comparison name: a compound, a condition, a file, a folder, or a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.open import has_plates, read_tables
from tricyclic.io.study_workbook import read_workbook_conditions
from tricyclic.results.binding import AssayResult
from tricyclic.results.comparison import MeasuredQuantity
from tricyclic.results.study_run import StudyRunResult
from tricyclic.study.results_folder import beside_workbook, latest
from tricyclic.workflows.general.compare_tables import measurements_of_table

# Words before a colon that are not the name of a file; sources other than measured results.
RESERVED = ("published", "simulated")
PLAN, ESTIMATES, RESULTS = "study.toml", "estimates.csv", "results.csv"
# Attributes of a measurement that a name may refer to, in this order.
ATTRIBUTES = ("compound", "group", "assay", "target")


@dataclass(frozen=True)
class MeasurementSource(TableInput):
    """Measurements of one file, folder or result; `assays` analyses its plates again where that is
    possible.
    """

    name: str
    measurements: tuple[MeasuredQuantity, ...]
    assays: Callable[[str], StudyRunResult] | None = None


@dataclass(frozen=True)
class Selection:
    """One side of a comparison: its measurements, and the attributes that its name fixed."""

    label: str
    source: MeasurementSource
    measurements: tuple[MeasuredQuantity, ...]
    fixed: tuple[str, ...] = ()


def source_of_result(result: StudyRunResult, name: str) -> MeasurementSource:
    """The measurements of an analysed study, or of plates analysed without one."""
    measurements = [m for assay in result.study.assays for m in _of_assay(assay, name)]
    return MeasurementSource(name, tuple(measurements), lambda _: result)


def source_of_table(table: DataTable) -> MeasurementSource:
    """The measurements of a DataFrame."""
    return MeasurementSource(table.name, tuple(measurements_of_table(table, table.name)))


def source_of_path(
    path: Path, again: Callable[[Path, str], StudyRunResult] | None = None
) -> MeasurementSource:
    """The measurements of a study (a folder or a workbook), a folder of results, or a table.

    Parameters
    ----------
    path : Path
        Of a study: its latest results.
    again : callable, optional
        Analyses an assay of a study folder again.

    Raises
    ------
    InputError
        If it does not exist, has no results, or contains no measurements.
    """
    if not path.is_dir():
        return _of_workbook_study(path) or _of_file(path, str(path))
    if (path / PLAN).is_file():
        place = latest(path)
        source = _of_file(place / ESTIMATES, str(path))
        if again is None:
            return source
        return replace(source, assays=lambda assay: again(path, assay))
    for name in (ESTIMATES, RESULTS):
        if (path / name).is_file():
            return _of_file(path / name, str(path))
    raise InputError(
        f"contains neither {PLAN} nor {ESTIMATES} nor {RESULTS}",
        where=str(path),
        do="Name the folder of a study or of results (--out FOLDER), or a table",
    )


def split_reference(text: str) -> tuple[str, str]:
    """Path and name of a reference: "study:desipramine", "study", or ("", "desipramine").

    Raises
    ------
    InputError
        If it refers to published or simulated values, which cannot be compared yet.
    """
    if Path(text).exists():
        return text, ""
    head, colon, tail = text.rpartition(":")
    if colon and head.partition(":")[0].casefold() in RESERVED:
        raise InputError(
            f"'{text}' refers to {head.partition(':')[0].casefold()} values",
            allowed="Compared are measured results: a compound or condition, a study or a folder "
            "of results, a table, or FILE:COMPOUND",
            do="Put the values into a table with the columns compound, Ki_nM and n, and name it",
        )
    if colon and Path(head).exists():
        return head, tail
    return "", text


def select(source: MeasurementSource, name: str) -> Selection:
    """The measurements of a compound, group, assay or target; all without a name.

    "NET/desipramine" is the compound of that target (or assay, or group).

    Raises
    ------
    UnknownNameError
        If nothing has this name.
    """
    if not name:
        return Selection(source.name, source, source.measurements)
    parts = [name] if _matches(source.measurements, name)[1] else name.split("/")
    chosen: Sequence[MeasuredQuantity] = source.measurements
    fixed: list[str] = []
    for part in parts:
        attribute, chosen = _matches(chosen, part)
        if not chosen:
            known = {
                value for m in source.measurements for a in ATTRIBUTES if (value := getattr(m, a))
            }
            raise UnknownNameError.among(
                "compound, condition or assay", part, known, where=source.name
            )
        fixed.append(attribute)
    return Selection(name, source, tuple(chosen), tuple(fixed))


def _matches(
    measurements: Sequence[MeasuredQuantity], name: str
) -> tuple[str, Sequence[MeasuredQuantity]]:
    wanted = name.strip().casefold()
    for attribute in ATTRIBUTES:
        same = [m for m in measurements if getattr(m, attribute).casefold() == wanted]
        if same:
            return attribute, same
    return "", ()


def _of_workbook_study(path: Path) -> MeasurementSource | None:
    """The latest results of a workbook that is a study; None of another file."""
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return None
    if read_workbook_conditions(path) is None:
        return None
    results = beside_workbook(path) / ESTIMATES
    if not results.is_file():
        raise InputError(
            "has no results yet", where=str(path), do=f"Run it first: tricyclic study run {path}"
        )
    return _of_file(results, str(path))


def _of_file(path: Path, name: str) -> MeasurementSource:
    sheet = "Results" if path.suffix.lower() == ".xlsx" and _has_results(path) else None
    try:
        tables = read_tables(path, reader="plain_table", sheet=sheet)
    except InputError as error:
        if sheet is not None or not has_plates(path):
            raise
        raise InputError(
            "contains a plate, and no results",
            where=name,
            do=f"Analyse it first: tricyclic binding affinity {path} --out results.xlsx",
        ) from error
    measurements = [m for table in tables for m in measurements_of_table(table, name)]
    return MeasurementSource(name, tuple(measurements))


def _has_results(path: Path) -> bool:
    try:
        read_tables(path, reader="plain_table", sheet="Results")
    except InputError:
        return False
    return True


def _of_assay(assay: AssayResult, source: str) -> list[MeasuredQuantity]:
    groups = {plate.group for plate in assay.plates}
    measurements = []
    for pooled in assay.pooled:
        if "," in pooled.name:
            continue
        group = pooled.where if pooled.where in groups else ""
        runs = tuple(
            (plate.experiment, e)
            for plate in assay.plates
            if plate.group == group and not plate.excluded
            for e in plate.estimates
            if (e.name, e.subject) == (pooled.name, pooled.subject) and not math.isnan(e.value)
        )
        measurements.append(
            MeasuredQuantity(
                pooled.name,
                pooled,
                runs,
                pooled.subject,
                pooled.target or assay.target,
                group,
                assay.name,
                source,
            )
        )
    return measurements
