"""A study folder, read: plates with their roles and exclusions, conditions, hashes; ready to be analysed.

Raw files are only ever read. What the log saw of a raw file on the first run must still be there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic._version import __version__
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.protocol import Protocol
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.results.binding import Exclusion, InputFile
from tricyclic.study import exclusions as left_out
from tricyclic.study.conditions import conditions
from tricyclic.study.log import raw_hashes, read_log
from tricyclic.study.plan import NAME, AssayPlan, PlatePlan, StudyPlan, TablePlan, read_plan

if TYPE_CHECKING:
    from tricyclic.core.plate import Plate, Well
    from tricyclic.core.series import Series

OWN_CURVES = "curves"


@dataclass(frozen=True)
class ReadyPlate:
    """One plate with roles and exclusions applied, and what it was incubated with."""

    run: str
    group: str
    plate: Plate
    conditions: BindingConditions


@dataclass(frozen=True)
class ReadyTable:
    """One run from a table of amounts, and its conditions."""

    run: str
    group: str
    series: Series
    conditions: BindingConditions


@dataclass(frozen=True)
class ReadyAssay:
    """One assay: its plan, the kind and protocol that hold for it, its runs."""

    plan: AssayPlan
    kind: str
    protocol: Protocol | None
    runs: tuple[ReadyPlate | ReadyTable, ...]


@dataclass(frozen=True)
class ReadyStudy:
    """A study whose files have all been read; `key` stands for every byte that its results rest on."""

    folder: Path
    plan: StudyPlan
    assays: tuple[ReadyAssay, ...]
    exclusions: tuple[Exclusion, ...]
    inputs: tuple[InputFile, ...]
    key: str

    @property
    def own_curves(self) -> Path | None:
        """The study's own folder of curves, where it has one."""
        folder = self.folder / OWN_CURVES
        return folder if folder.is_dir() else None


def read_study(folder: Path) -> ReadyStudy:
    """Read all that a study consists of.

    Raises
    ------
    InputError
        If a file is missing, changed since the first run, or cannot be understood.
    """
    if not folder.is_dir():
        raise InputError(
            "is not a folder", where=str(folder), do="Begin a study with: tricyclic new binding DIR"
        )
    plan = read_plan(folder)
    files = _Files(folder)
    files.add(NAME, plan.content)
    excluded = left_out.read_exclusions(folder / left_out.NAME)
    if (folder / left_out.NAME).is_file():
        files.add(left_out.NAME, (folder / left_out.NAME).read_bytes())
    places = {(assay.name, _run_name(run)): run.file for assay in plan.assays for run in assay.runs}
    meant = left_out.targets(excluded, places)
    known = raw_hashes(read_log(folder))
    for file in dict.fromkeys(places.values()):
        _unchanged(file, files.add(file), known)
    assays = tuple(_assay(assay, files, meant) for assay in plan.assays)
    for own in sorted((folder / OWN_CURVES).glob("*.py")):
        files.add(own.relative_to(folder).as_posix())
    inputs = tuple(
        InputFile(name, files.sha256[name], len(files.content[name]))
        for name in sorted(set(places.values()))
    )
    return ReadyStudy(folder, plan, assays, excluded, inputs, files.key())


class _Files:
    """The bytes of every file that a study rests on, read once, inside its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content: dict[str, bytes] = {}
        self.sha256: dict[str, str] = {}
        self._plates: dict[tuple[Any, ...], tuple[Plate, ...]] = {}

    def add(self, name: str, content: bytes | None = None) -> str:
        """Take a file in and give its sha256."""
        if name not in self.content:
            if content is None:
                try:
                    content = (self.folder / name).read_bytes()
                except OSError as error:
                    raise InputError(
                        f"cannot be read ({error.strerror})",
                        where=name,
                        do=f"Put it there, or mend its name in {NAME}",
                    ) from error
            self.content[name] = content
            self.sha256[name] = hashlib.sha256(content).hexdigest()
        return self.sha256[name]

    def plates(self, plan: PlatePlan) -> tuple[Plate, ...]:
        """The plates of a file, read the way the plan says."""
        from tricyclic.io.open import read_plates

        stated: dict[str, Any] = {
            "unit": plan.unit or None,
            "plate_size": plan.plate_size,
            "counting_time_min": plan.counting_time_min,
            "reader": plan.reader or None,
            "sheet": plan.sheet or None,
            "decimal": plan.decimal or None,
        }
        key = (plan.file, *stated.values())
        if key not in self._plates:
            self._plates[key] = read_plates(self.folder / plan.file, keep_negative=True, **stated)
        return self._plates[key]

    def key(self) -> str:
        """Short hash of all files and of the version that reads them."""
        whole = hashlib.sha256(f"tricyclic {__version__}\n".encode())
        for name in sorted(self.sha256):
            whole.update(f"{name}\0{self.sha256[name]}\n".encode())
        return whole.hexdigest()[:16]


def _run_name(run: PlatePlan | TablePlan) -> str:
    return f"{run.group} {run.run}".strip() if run.group else run.run


def _unchanged(file: str, sha256: str, known: Mapping[str, str]) -> None:
    if file in known and known[file] != sha256:
        raise InputError(
            f"has changed since it was first read (its sha256 was {known[file][:12]}…, now it is {sha256[:12]}…)",
            where=file,
            allowed="Raw files stay as the instrument wrote them",
            do="Put the file back, or add the new one under another name",
        )


def _assay(
    plan: AssayPlan, files: _Files, meant: Mapping[tuple[str, str], Mapping[str, str]]
) -> ReadyAssay:
    protocol = _protocol(plan)
    kind = plan.kind or (protocol.kind if protocol else "")
    base = conditions(
        protocol.conditions if protocol else BindingConditions(),
        plan.conditions,
        where=f"{plan.where}, conditions",
    )
    compound = plan.compound or (protocol.compound if protocol else "")
    runs: list[ReadyPlate | ReadyTable] = []
    for item in plan.runs:
        wells = dict(meant.get((plan.name, _run_name(item)), {}))
        if "" in wells:
            continue
        stated = conditions(base, item.conditions, where=f"{item.where}, conditions")
        if isinstance(item, PlatePlan):
            runs.append(
                ReadyPlate(item.run, item.group, _plate(item, plan, files, wells, compound), stated)
            )
        else:
            runs.append(ReadyTable(item.run, item.group, _table(item, plan, files, wells), stated))
    if not runs:
        raise InputError(
            "every run is excluded", where=plan.where, do=f"Take the assay out of {NAME} instead"
        )
    return ReadyAssay(plan, kind, protocol, tuple(runs))


def _protocol(plan: AssayPlan) -> Protocol | None:
    if not plan.protocol:
        return None
    from tricyclic.io.library.protocols import protocol

    try:
        return protocol(plan.protocol)
    except InputError as error:
        raise error.at(plan.where) from error


def _plate(
    item: PlatePlan, plan: AssayPlan, files: _Files, wells: Mapping[str, str], compound: str
) -> Plate:
    from tricyclic.io.plate_layout import read_layout

    chosen = choose_plate(files.plates(item), item.plate, where=item.where)
    chosen = replace(
        chosen,
        name=f"{plan.name}/{_run_name(item)}",
        file=item.file,
        sha256=files.sha256[item.file],
    )
    if wells:
        try:
            chosen = chosen.excluding(dict(wells))
        except InputError as error:
            raise error.at(left_out.NAME) from error
    files.add(item.layout)
    plate = read_layout(files.folder / item.layout).apply(chosen)
    return replace(plate, wells=named_competitors(plate.wells, compound))


def named_competitors(wells: tuple[Well, ...], compound: str) -> tuple[Well, ...]:
    """Call the competitor of wells that do not say which one they hold by the name of the assay's compound."""
    from tricyclic.core.plate import Role

    return tuple(
        replace(well, compound=compound)
        if well.role is Role.COMPETITION and not well.compound
        else well
        for well in wells
    )


def choose_plate(plates: tuple[Plate, ...], wanted: str, *, where: str) -> Plate:
    """The plate of a file that a study means: by its name, its number from 1, or the only one.

    Raises
    ------
    InputError
        If there is no such plate, or several and none was named.
    """
    if not wanted:
        if len(plates) == 1:
            return plates[0]
        names = ", ".join(f"{n} ({plate.name})" for n, plate in enumerate(plates, 1))
        raise InputError(
            f"the file holds {len(plates)} plates", where=where, do=f"Add plate = one of: {names}"
        )
    for plate in plates:
        if plate.name == wanted:
            return plate
    if wanted.isdigit() and 1 <= int(wanted) <= len(plates):
        return plates[int(wanted) - 1]
    raise UnknownNameError.among(
        "plate of the file", wanted, [plate.name for plate in plates], where=where
    )


def _table(item: TablePlan, plan: AssayPlan, files: _Files, rows: Mapping[str, str]) -> Series:
    from tricyclic.io.open import read_tables
    from tricyclic.study.tables import series_from

    tables = read_tables(files.folder / item.file)
    return series_from(tables, item, name=f"{plan.name}/{_run_name(item)}", left_out=rows)
