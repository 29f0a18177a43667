"""Reads study.toml: what was measured, how, in which wells, and how it is analysed.

Raw files are not opened here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.protocol import AssayKind
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import file_content
from tricyclic.io.toml_schema import checked_toml
from tricyclic.study.experiment import StudyExperimentPlan
from tricyclic.study.experiment_plans import KINDS_OF_PLAN, experiment_plans
from tricyclic.study.inside import inside_study
from tricyclic.study.plan_schema import (
    ASSAYS,
    COMPARISONS,
    COUNTING_TIME,
    JOINTS,
    KINDS,
    REPORT_FORMATS,
    STUDY,
    VARIED,
)

NAME = "study.toml"
SCHEMA = 1


@dataclass(frozen=True)
class PlatePlan:
    """One plate of one run: its file, which plate of the file, its layout, its own conditions.

    The fields unit, plate_size, counting_time_min, reader, sheet and decimal state what the file
    does not contain.
    """

    file: str
    run: str
    plate: str = ""
    group: str = ""
    layout: str = ""
    unit: str = ""
    plate_size: int | None = None
    counting_time_min: float | None = None
    reader: str = ""
    sheet: str = ""
    decimal: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class TablePlan:
    """One run in a table of amounts, with the meaning of its columns.

    `response` (competition and other curves) or `total` and `non_specific` (saturation) are columns
    of readings in `unit`; `x` maps the names of the curve models (competitor_M, radioligand_M,
    time_min, …) to (column, unit), where a unit such as "log10 nM" means the logarithm. A molar
    mass is needed where a concentration is a mass per volume, unless the curve takes doses in any
    unit (`any_dose_unit`). `reader`, `sheet` and `decimal` state how the file is read.
    """

    file: str
    run: str
    unit: str
    table: str = ""
    group: str = ""
    compound: str = ""
    response: tuple[str, ...] = ()
    total: tuple[str, ...] = ()
    non_specific: tuple[str, ...] = ()
    x: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    molar_mass_g_per_mol: float | None = None
    any_dose_unit: bool = False
    reader: str = ""
    sheet: str = ""
    decimal: str = ""

    @property
    def reading(self) -> tuple[str, str, str, str]:
        """File and options with which it is read."""
        return self.file, self.reader, self.sheet, self.decimal

    def with_replicates_of(self, table: DataTable) -> TablePlan:
        """The run with all columns of a name that its table repeats: "cpm" for "cpm 1", "cpm 2"."""
        return replace(
            self,
            response=table.with_replicates(self.response),
            total=table.with_replicates(self.total),
            non_specific=table.with_replicates(self.non_specific),
        )


@dataclass(frozen=True)
class AssayPlan:
    """One assay: its protocol, conditions, runs and analysis; an empty `kind` is the protocol's."""

    name: str
    title: str = ""
    kind: AssayKind | Literal[""] = ""
    protocol: str = ""
    compound: str = ""
    species: str = ""
    plates: tuple[PlatePlan, ...] = ()
    tables: tuple[TablePlan, ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    method: AnalysisOptions = field(default_factory=AnalysisOptions)
    where: str = ""

    @property
    def runs(self) -> tuple[PlatePlan | TablePlan, ...]:
        """Plates, then tables."""
        return (*self.plates, *self.tables)


@dataclass(frozen=True)
class ComparePlan:
    """One comparison: two groups of an assay, or one assay against others (selectivity)."""

    kind: str
    assay: str
    parameter: str
    reference: str = ""
    other: str = ""
    against: tuple[str, ...] = ()
    subject: str = ""
    paired: bool = False
    where: str = ""


@dataclass(frozen=True)
class JointPlan:
    """Assays of one target that are fitted together, run by run.

    Runs of the same name share Kd, Bmax and non-specific binding.
    """

    name: str
    title: str
    assays: tuple[str, ...]
    method: AnalysisOptions
    where: str = ""


@dataclass(frozen=True)
class StudyPlan:
    """A study as study.toml describes it; `content` are the bytes of that file."""

    title: str
    author: str
    synthetic: str
    people: tuple[str, ...]
    notes: str
    assays: tuple[AssayPlan, ...]
    compare: tuple[ComparePlan, ...]
    formats: tuple[str, ...]
    joint: tuple[JointPlan, ...] = ()
    content: bytes = b""
    laboratory: str = ""
    date: str = ""
    experiments: tuple[StudyExperimentPlan, ...] = ()


def read_plan(folder: Path) -> StudyPlan:
    """Read study.toml of a folder.

    Raises
    ------
    InputError
        If a key is unknown or missing, a value is of the wrong kind, or two runs have one name.
    """
    content = _read(folder / NAME)
    data = checked_toml(content, STUDY, where=NAME)
    _check_top(data)
    assays = tuple(
        _assay(row, f"{NAME}, assay {ASSAYS.label(row, n)}")
        for n, row in enumerate(data["assay"], 1)
    )
    joint = tuple(
        _joint(row, assays, f"{NAME}, joint {JOINTS.label(row, n)}")
        for n, row in enumerate(data["joint"], 1)
    )
    compare = tuple(
        _compare(row, assays, f"{NAME}, compare {COMPARISONS.label(row, n)}")
        for n, row in enumerate(data["compare"], 1)
    )
    experiments = experiment_plans(data, NAME)
    names = [plan.name for plan in assays]
    names += [plan.name for plan in joint] + [plan.name for plan in experiments]
    _check_unique("experiment" if experiments else "assay", names, NAME)
    return StudyPlan(
        title=data["title"],
        author=data["author"],
        synthetic=data["synthetic"],
        people=tuple(_person(row) for row in data["people"]),
        notes=data["notes"],
        assays=assays,
        compare=compare,
        formats=_formats(data["report"]),
        joint=joint,
        content=content,
        laboratory=data["laboratory"],
        date=data["date"].isoformat() if data["date"] else "",
        experiments=experiments,
    )


def _check_top(data: Mapping[str, Any]) -> None:
    if data["schema_version"] != SCHEMA:
        raise InputError(
            f"schema_version is {data['schema_version']}",
            where=NAME,
            allowed=f"This version of tricyclic reads version {SCHEMA}",
        )
    if not data["assay"] and not any(data[kind] for kind in KINDS_OF_PLAN):
        tables = " or a ".join(f"[[{kind}]]" for kind in KINDS_OF_PLAN)
        raise InputError(
            f"contains no assay and no {' or '.join(KINDS_OF_PLAN)}",
            where=NAME,
            do=f"Add an [[assay]] or a {tables}; tricyclic study new writes an example",
        )


def _read(path: Path) -> bytes:
    return file_content(
        path, name=str(path), do="Create a study with: tricyclic study new binding DIR"
    )


def _formats(report: Mapping[str, Any] | None) -> tuple[str, ...]:
    formats: tuple[str, ...] = (report or {}).get("formats") or REPORT_FORMATS
    for name in formats:
        if name not in REPORT_FORMATS:
            raise UnknownNameError.among(
                "format of a report", name, REPORT_FORMATS, where=f"{NAME}, report, formats"
            )
    return formats


def _person(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['role']})" if row["role"] else str(row["name"])


def _assay(row: Mapping[str, Any], where: str) -> AssayPlan:
    if not row["kind"] and not row["protocol"]:
        raise InputError(
            "has neither a protocol nor a kind",
            where=where,
            do=f"Add protocol = …, or kind = one of: {', '.join(KINDS)}",
        )
    layout = inside_study(row["layout"], f"{where}, layout")
    target = {"target": row["target"]} if row["target"] else {}
    plan = AssayPlan(
        name=row["name"],
        title=row["title"],
        kind=row["kind"],
        protocol=row["protocol"],
        compound=row["compound"],
        species=row["species"],
        plates=tuple(
            _plate(plate, layout, f"{where}, plate '{plate['file']}'") for plate in row["plate"]
        ),
        tables=tuple(_table(table, f"{where}, table '{table['file']}'") for table in row["table"]),
        conditions=target | (row["conditions"] or {}),
        method=_method(row["method"], where),
        where=where,
    )
    if not plan.runs:
        raise InputError(
            "has no data",
            where=where,
            do="Add an [[assay.plate]] or an [[assay.table]] for each run",
        )
    names = [run.run + (f" {run.group}" if run.group else "") for run in plan.runs]
    _check_unique("run", names, where)
    return plan


def _plate(row: Mapping[str, Any], layout: str, where: str) -> PlatePlan:
    own_layout = inside_study(row["layout"], f"{where}, layout")
    if not (own_layout or layout):
        raise InputError(
            "has no layout",
            where=where,
            do='Add the file with the contents of the wells: layout = "layouts/….toml"',
        )
    same = ("run", "plate", "group", "unit", "plate_size", "counting_time_min", "reader", "sheet")
    return PlatePlan(
        file=inside_study(row["file"], f"{where}, file"),
        layout=own_layout or layout,
        decimal=row["decimal"],
        conditions=row["conditions"] or {},
        where=where,
        **{name: row[name] for name in same},
    )


def _table(row: Mapping[str, Any], where: str) -> TablePlan:
    columns = row["columns"]
    x = {
        model_name: (columns[name]["column"], columns[name]["unit"])
        for name, model_name in VARIED.items()
        if columns[name]
    }
    if not x:
        raise InputError(
            "names no column that was varied",
            where=f"{where}, columns",
            do='Add a column, such as competitor = { column = "conc_nM", unit = "nM" }',
        )
    counted = columns[COUNTING_TIME[0]]
    if counted:
        x[COUNTING_TIME[1]] = (counted["column"], counted["unit"])
    if not columns["response"] and not columns["total"]:
        raise InputError(
            "names no column of readings",
            where=f"{where}, columns",
            do='Add response = "…", or total and non_specific',
        )
    return TablePlan(
        file=inside_study(row["file"], f"{where}, file"),
        run=row["run"],
        unit=row["unit"],
        table=row["table"],
        group=row["group"],
        compound=row["compound"],
        response=columns["response"],
        total=columns["total"],
        non_specific=columns["non_specific"],
        x=x,
        conditions=row["conditions"] or {},
        where=where,
        molar_mass_g_per_mol=row["molar_mass_g_per_mol"],
        reader=row["reader"],
        sheet=row["sheet"],
        decimal=row["decimal"],
    )


def _method(chosen: Mapping[str, Any] | None, where: str) -> AnalysisOptions:
    try:
        return AnalysisOptions(**(chosen or {}))
    except InputError as error:
        raise error.at(f"{where}, method") from error


def _joint(row: Mapping[str, Any], assays: Sequence[AssayPlan], where: str) -> JointPlan:
    _check_names(row["assays"], assays, f"{where}, assays")
    chosen = [assay for assay in assays if assay.name in row["assays"]]
    if len(chosen) < 2:
        raise InputError(
            f"has {len(chosen)} assay{'' if len(chosen) == 1 else 's'}",
            where=where,
            allowed="A joint fit needs two or more",
            do='Add assays = ["saturation", "competition"]',
        )
    if not set.intersection(*({run.run for run in assay.runs} for assay in chosen)):
        raise InputError(
            "its assays have no run of the same name",
            where=where,
            do="Give plates and tables of the same day the same run",
        )
    return JointPlan(
        name=row["name"],
        title=row["title"] or row["name"],
        assays=row["assays"],
        method=_method(row["method"], where),
        where=where,
    )


def _compare(row: Mapping[str, Any], assays: Sequence[AssayPlan], where: str) -> ComparePlan:
    of_groups = row["kind"] == "groups"
    _check_unused(row, where)
    _check_names([row["assay"]], assays, f"{where}, assay")
    _check_names(row["against"], assays, f"{where}, against")
    if of_groups:
        _check_groups(row, next(a for a in assays if a.name == row["assay"]), where)
    elif not row["against"]:
        raise InputError(
            "has no other assay to compare with", where=where, do='Add against = ["SERT", "DAT"]'
        )
    return ComparePlan(
        kind=row["kind"],
        assay=row["assay"],
        parameter=row["parameter"] or ("Bmax" if of_groups else "Ki"),
        reference=row["reference"],
        other=row["other"],
        against=row["against"],
        subject=row["compound"],
        paired=row["paired"],
        where=where,
    )


def _check_unused(row: Mapping[str, Any], where: str) -> None:
    """Refuse keys that the kind of a comparison does not use."""
    kinds = {"groups": ("reference", "other"), "selectivity": ("against",)}
    for kind, keys in kinds.items():
        given = [key for key in keys if row[key]]
        if kind != row["kind"] and given:
            raise InputError(
                f"a comparison of kind '{row['kind']}' does not use '{given[0]}'",
                where=where,
                do=f'Remove it, or write kind = "{kind}"',
            )


def _check_groups(row: Mapping[str, Any], assay: AssayPlan, where: str) -> None:
    groups = {run.group for run in assay.runs}
    for key in ("reference", "other"):
        if not row[key]:
            raise InputError(f"'{key}' is missing", where=where, do=f"Add {key} = …")
        if row[key] not in groups:
            raise InputError(
                f"no run of {assay.name} has the group '{row[key]}'",
                where=where,
                allowed=f"Its groups are {', '.join(sorted(groups - {''})) or 'not named'}",
            )


def _check_names(names: Sequence[str], assays: Sequence[AssayPlan], where: str) -> None:
    known = [assay.name for assay in assays]
    for name in names:
        if name not in known:
            raise UnknownNameError.among("assay of this study", name, known, where=where)


def _check_unique(kind: str, names: Sequence[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"two {kind}s are called '{name}'", where=where, do="Give each its own name"
            )
