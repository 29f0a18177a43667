"""study.toml becomes a StudyPlan: what was measured, how, in which wells, analysed by which method.

The plan only says what the files say; it opens none of the raw ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.protocol import AssayKind
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.study.toml_file import REQUIRED, Section, read_toml

NAME = "study.toml"
SCHEMA = 1
KINDS: tuple[str, ...] = get_args(AssayKind)


@dataclass(frozen=True)
class PlatePlan:
    """One plate of one run: its file, which plate of the file, its layout, what was different about it.

    The reading fields (unit, plate_size, counting_time_min, reader, sheet, decimal) say what the file does not.
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
    """One run from a table of amounts: which column holds what.

    `response` (competition and other curves) or `total` and `non_specific` (saturation) are columns of readings in
    `unit`; `x` maps the house's names (competitor_M, radioligand_M, time_min, …) to (column, unit), where the unit
    "log10 M" means the logarithm.
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


@dataclass(frozen=True)
class AssayPlan:
    """One assay: what it asks, by which protocol, in which runs."""

    name: str
    title: str
    kind: str
    protocol: str
    compound: str
    species: str
    plates: tuple[PlatePlan, ...]
    tables: tuple[TablePlan, ...]
    conditions: Mapping[str, Any]
    method: BindingMethod
    where: str = ""

    @property
    def runs(self) -> tuple[PlatePlan | TablePlan, ...]:
        """Plates and tables alike."""
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


@dataclass(frozen=True)
class JointPlan:
    """Assays of one target whose runs of the same name are fitted together, sharing Kd, Bmax and non-specific binding."""

    name: str
    title: str
    assays: tuple[str, ...]
    method: BindingMethod
    where: str = ""


@dataclass(frozen=True)
class StudyPlan:
    """A whole study as study.toml states it; `text` is that file, byte for byte."""

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


def read_plan(folder: Path) -> StudyPlan:
    """Read study.toml of a folder.

    Raises
    ------
    InputError
        If a key is unknown or missing, a value is of the wrong kind, or two runs have one name.
    """
    path = folder / NAME
    top = read_toml(path)
    version = top.whole("schema_version", REQUIRED)
    if version != SCHEMA:
        raise InputError(
            f"schema_version is {version}",
            where=NAME,
            allowed=f"This tricyclic reads version {SCHEMA}",
        )
    title, author, notes = top.text("title", REQUIRED), top.text("author"), top.text("notes")
    synthetic = top.text_or_flag("synthetic", "the readings are made up by a simulator")
    people = tuple(_person(section) for section in top.sections("people"))
    assays = tuple(_assay(section) for section in top.sections("assay"))
    compare = tuple(_compare(section, assays) for section in top.sections("compare"))
    joint = tuple(_joint(section, assays) for section in top.sections("joint"))
    report = top.section("report")
    formats = report.words("formats") or ("html", "pdf")
    report.end()
    for name in formats:
        if name not in ("html", "pdf"):
            raise InputError(
                f"'{name}' is no form of report",
                where=f"{NAME}, report, formats",
                allowed="html, pdf",
            )
    top.end()
    if not assays:
        raise InputError(
            "names no assay", where=NAME, do="Add an [[assay]]; tricyclic new writes an example"
        )
    _one_of_each(
        "assay", [*(assay.name for assay in assays), *(asked.name for asked in joint)], NAME
    )
    return StudyPlan(
        title=title,
        author=author,
        notes=notes,
        synthetic=synthetic,
        people=people,
        assays=assays,
        compare=compare,
        formats=formats,
        joint=joint,
        content=path.read_bytes(),
    )


def _person(section: Section) -> str:
    name, role = section.text("name", REQUIRED), section.text("role")
    section.end()
    return f"{name} ({role})" if role else str(name)


def _assay(section: Section) -> AssayPlan:
    name = section.text("name", REQUIRED)
    protocol = section.text("protocol")
    kind = section.text("kind", "" if protocol else REQUIRED, KINDS)
    layout = _inside(section, "layout")
    plan = AssayPlan(
        name=name,
        title=section.text("title"),
        kind=kind,
        protocol=protocol,
        compound=section.text("compound"),
        species=section.text("species"),
        plates=tuple(_plate(plate, layout) for plate in section.sections("plate")),
        tables=tuple(_table(table) for table in section.sections("table")),
        conditions=_conditions(section, target=section.text("target")),
        method=_method(section.section("method")),
        where=section.where,
    )
    section.end()
    if not plan.plates and not plan.tables:
        raise InputError(
            "has no data",
            where=section.where,
            do="Add an [[assay.plate]] or an [[assay.table]] for each run",
        )
    _one_of_each(
        "run",
        [p.run + (f" {p.group}" if p.group else "") for p in plan.runs],
        section.where,
    )
    return plan


def _plate(section: Section, layout: str) -> PlatePlan:
    plan = PlatePlan(
        file=_inside(section, "file", required=True),
        run=section.word("run", REQUIRED),
        plate=section.word("plate"),
        group=section.text("group"),
        layout=_inside(section, "layout") or layout,
        unit=section.text("unit"),
        plate_size=section.whole("plate_size"),
        counting_time_min=section.number("counting_time_min"),
        reader=section.text("reader"),
        sheet=section.text("sheet"),
        decimal=section.text("decimal", choices=(".", ",")),
        conditions=_conditions(section),
        where=section.where,
    )
    section.end()
    if not plan.layout:
        raise InputError(
            "has no layout",
            where=section.where,
            do='Say which wells hold what: layout = "layouts/….toml"',
        )
    return plan


def _table(section: Section) -> TablePlan:
    columns = section.section("columns")
    x = {}
    for name in ("competitor", "radioligand", "agonist", "antagonist", "modulator"):
        if columns.has(name):
            x[f"{name}_M"] = _column(columns, name)
    if columns.has("time"):
        x["time_min"] = _column(columns, "time")
    plan = TablePlan(
        file=_inside(section, "file", required=True),
        run=section.word("run", REQUIRED),
        unit=section.text("unit", REQUIRED),
        table=section.word("table"),
        group=section.text("group"),
        compound=section.text("compound"),
        response=columns.words("response"),
        total=columns.words("total"),
        non_specific=columns.words("non_specific"),
        x=x,
        conditions=_conditions(section),
        where=section.where,
    )
    columns.end()
    section.end()
    if not x:
        raise InputError(
            "names nothing that was varied",
            where=columns.where,
            do='Add such as competitor = { column = "conc_nM", unit = "nM" }',
        )
    if not plan.response and not plan.total:
        raise InputError(
            "names no readings",
            where=columns.where,
            do='Add response = "…", or total and non_specific',
        )
    return plan


def _column(columns: Section, name: str) -> tuple[str, str]:
    section = columns.section(name)
    column, unit = section.text("column", REQUIRED), section.text("unit", REQUIRED)
    section.end()
    return column, unit


def _conditions(section: Section, **more: str) -> dict[str, Any]:
    return {key: value for key, value in more.items() if value} | section.table("conditions")


def _method(section: Section) -> BindingMethod:
    choices = {
        "variance": ("auto", "counting", "poisson", "proportional", "constant"),
        "outliers": ("none", "suggest"),
    }
    chosen: dict[str, Any] = {}
    for item in fields(BindingMethod):
        if isinstance(item.default, bool):
            chosen[item.name] = section.flag(item.name, item.default)
        elif isinstance(item.default, int):
            chosen[item.name] = section.whole(item.name, item.default)
        elif isinstance(item.default, float):
            chosen[item.name] = float(section.number(item.name, item.default))
        else:
            chosen[item.name] = section.text(item.name, item.default, choices.get(item.name, ()))
    section.end()
    try:
        return BindingMethod(**chosen)
    except InputError as error:
        raise error.at(section.where) from error


def _joint(section: Section, assays: tuple[AssayPlan, ...]) -> JointPlan:
    names = [assay.name for assay in assays]
    name = section.text("name", REQUIRED)
    plan = JointPlan(
        name=name,
        title=section.text("title") or name,
        assays=section.words("assays"),
        method=_method(section.section("method")),
        where=section.where,
    )
    section.end()
    for other in plan.assays:
        if other not in names:
            raise UnknownNameError.among(
                "assay of this study", other, names, where=section.at("assays")
            )
    chosen = [assay for assay in assays if assay.name in plan.assays]
    if len(chosen) < 2:
        raise InputError(
            f"{name} names {len(chosen)} assay(s)",
            where=section.where,
            do='Add assays = ["saturation", "competition"]',
        )
    shared = set.intersection(*({run.run for run in assay.plates} for assay in chosen))
    if not shared:
        raise InputError(
            f"the assays of {name} have no run of the same name",
            where=section.where,
            do="Give plates that were made on one day the same run",
        )
    return plan


def _compare(section: Section, assays: tuple[AssayPlan, ...]) -> ComparePlan:
    names = [assay.name for assay in assays]
    kind = section.text("kind", REQUIRED, ("groups", "selectivity"))
    assay = section.text("assay", REQUIRED, names)
    plan = ComparePlan(
        kind=kind,
        assay=assay,
        parameter=section.text("parameter", "Bmax" if kind == "groups" else "Ki"),
        reference=section.text("reference", REQUIRED if kind == "groups" else ""),
        other=section.text("other", REQUIRED if kind == "groups" else ""),
        against=section.words("against"),
        subject=section.text("compound"),
        paired=section.flag("paired", False),
    )
    section.end()
    if kind == "selectivity" and not plan.against:
        raise InputError(
            "names no other assay", where=section.where, do='Add against = ["SERT", "DAT"]'
        )
    for other in plan.against:
        if other not in names:
            raise UnknownNameError.among(
                "assay of this study", other, names, where=section.at("against")
            )
    if kind == "groups":
        chosen = next(a for a in assays if a.name == assay)
        groups = {p.group for p in chosen.runs}
        for group in (plan.reference, plan.other):
            if group not in groups:
                raise InputError(
                    f"no run of {assay} has the group '{group}'",
                    where=section.where,
                    allowed=f"Its groups are {', '.join(sorted(groups)) or 'not named'}",
                )
    return plan


def _inside(section: Section, key: str, *, required: bool = False) -> str:
    """A path inside the study folder, written with forward slashes."""
    text = section.text(key, REQUIRED if required else "")
    if not text:
        return ""
    path = PurePosixPath(str(text).replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise InputError(
            f"'{text}' is outside the study",
            where=section.at(key),
            do="Copy the file into the study folder",
        )
    return path.as_posix()


def _one_of_each(kind: str, names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"{kind} '{name}' is named twice", where=where, do="Give each a name of its own"
            )
