"""Reads a study folder: plates with roles and exclusions, conditions, hashes.

Raw files are never written. A raw file that has changed since the first run in the log is an
error.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tricyclic._version import __version__
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.protocol import AssayKind, Protocol
from tricyclic.core.series import Series
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import file_content
from tricyclic.io.library.library import Library
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.plate_layout import read_layout
from tricyclic.numerals import is_whole_number
from tricyclic.results.binding import Exclusion, InputFile
from tricyclic.study import exclusions as exclusion_file
from tricyclic.study.conditions import read_conditions
from tricyclic.study.dialysis_exclusions import split_exclusions
from tricyclic.study.dialysis_folder import check_manual_limits, read_dialysis
from tricyclic.study.dialysis_plan import DialysisPlan
from tricyclic.study.experiment import PreparedExperiment, StudyExperimentPlan
from tricyclic.study.log import raw_hashes, read_log
from tricyclic.study.neurites_folder import read_neurites
from tricyclic.study.neurites_plan import NeuritesPlan
from tricyclic.study.plan import NAME, AssayPlan, PlatePlan, StudyPlan, TablePlan, read_plan
from tricyclic.study.release_folder import read_release
from tricyclic.study.release_plan import ReleasePlan
from tricyclic.study.tables import series_from
from tricyclic.study.unused import unused_files, unused_of_plates, unused_of_tables

OWN_CURVES = "curves"
# Plan of an experiment -> what reads its files. It takes the plan, the folder, a callback for the
# name of each file, the exclusions, and the progress.
READERS: dict[type[StudyExperimentPlan], Callable[..., PreparedExperiment]] = {
    DialysisPlan: read_dialysis,
    NeuritesPlan: read_neurites,
    ReleasePlan: read_release,
}


@dataclass(frozen=True)
class PreparedPlate:
    """One plate with its roles and exclusions, and the conditions of its incubation.

    `read_as` are decisions about the file that the user did not state: where its layout is from.
    """

    run: str
    group: str
    plate: Plate
    conditions: BindingConditions
    read_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedTable:
    """One run from a table of readings, and its conditions.

    `file`, `sha256`, `unused` (what the file contains beside the run) and `read_as` (decisions that
    the user did not state: which column is what) are those of a table outside a study folder.
    `compound` is the competitor, where its column names it, and `others` are further compounds with
    their readings, which share the controls in `series` and are fitted with it.
    """

    run: str
    group: str
    series: Series
    conditions: BindingConditions
    file: str = ""
    sha256: str = ""
    unused: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    compound: str = ""
    others: tuple[tuple[str, Series], ...] = ()


@dataclass(frozen=True)
class PreparedAssay:
    """One assay: its plan, kind, protocol and runs."""

    plan: AssayPlan
    kind: AssayKind
    protocol: Protocol | None
    runs: tuple[PreparedPlate | PreparedTable, ...]


@dataclass(frozen=True)
class PreparedStudy:
    """A study whose files have been read; `input_hash` is a hash of all of them.

    `unused` names what the files contain that no run uses, `unused_files` the files in the same
    folders that study.toml does not name.
    """

    folder: Path
    plan: StudyPlan
    assays: tuple[PreparedAssay, ...]
    exclusions: tuple[Exclusion, ...]
    inputs: tuple[InputFile, ...]
    input_hash: str
    unused: tuple[str, ...] = ()
    unused_files: tuple[str, ...] = ()
    experiments: tuple[PreparedExperiment, ...] = ()

    @property
    def own_curves(self) -> Path | None:
        """The study's own folder of curves, where it has one."""
        folder = self.folder / OWN_CURVES
        return folder if folder.is_dir() else None


def read_study(
    folder: Path, library: Library, on_progress: ProgressCallback | None = None
) -> PreparedStudy:
    """Read all files of a study.

    Parameters
    ----------
    folder : Path
    library : Library
    on_progress : callable, optional
        Called while chromatograms are read.

    Raises
    ------
    InputError
        If a file is missing, has changed since the first run, or cannot be read.
    """
    if not folder.is_dir():
        raise InputError(
            "is not a folder",
            where=str(folder),
            do="Create a study with: tricyclic study new binding DIR",
        )
    plan = read_plan(folder)
    files = _Files(folder)
    files.add(NAME, plan.content)
    exclusions = exclusion_file.read_exclusions(folder / exclusion_file.NAME)
    if (folder / exclusion_file.NAME).is_file():
        files.add(exclusion_file.NAME)
    _check_own_curves(folder / OWN_CURVES)
    places = {(assay.name, _run_name(run)): run.file for assay in plan.assays for run in assay.runs}
    of_wells, targets = split_exclusions(exclusions, plan.experiments, alone=not plan.assays)
    excluded = exclusion_file.excluded_wells(of_wells, places)
    logged = raw_hashes(read_log(folder))
    for file in dict.fromkeys(places.values()):
        _check_unchanged(file, files.add(file), logged)
    assays = tuple(_assay(assay, files, excluded, library) for assay in plan.assays)
    for own in sorted((folder / OWN_CURVES).glob("*.py")):
        files.add(own.relative_to(folder).as_posix())
    experiments = tuple(
        READERS[type(one)](one, folder, files.add, targets[one.name], on_progress)
        for one in plan.experiments
    )
    check_manual_limits(folder, experiments)
    raw = {*places.values(), *(name for one in experiments for name in one.raw)}
    for name in sorted(raw):
        _check_unchanged(name, files.add(name), logged)
    inputs = tuple(
        InputFile(name, files.sha256[name], len(files.content[name])) for name in sorted(raw)
    )
    return PreparedStudy(
        folder,
        plan,
        assays,
        exclusions,
        inputs,
        files.hash(),
        unused=tuple(
            dict.fromkeys(
                (
                    *(part for one in experiments for part in one.unused),
                    *unused_of_plates(plan, files.plates_of, files.chosen),
                    *unused_of_tables(plan, files.tables, excluded),
                )
            )
        ),
        unused_files=unused_files(folder, tuple(files.sha256)),
        experiments=experiments,
    )


def _check_own_curves(place: Path) -> None:
    if os.path.lexists(place) and not place.is_dir():
        raise InputError(
            "is not a folder",
            where=OWN_CURVES,
            allowed="It contains your own curve models, one file each",
            do="Rename it, or make a folder of it",
        )


class _Files:
    """The bytes of the files of a study, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content: dict[str, bytes] = {}
        self.sha256: dict[str, str] = {}
        self._plates: dict[tuple[Any, ...], tuple[Plate, ...]] = {}
        self.tables: dict[tuple[str, ...], tuple[DataTable, ...]] = {}
        self.chosen: dict[str, list[Plate]] = {}

    def add(self, name: str, content: bytes | None = None) -> str:
        """Add a file; its sha256."""
        if name not in self.content:
            if content is None:
                content = file_content(
                    self.folder / name,
                    name=name,
                    do=f"Put the file there, or correct its name in {NAME}",
                )
            self.content[name] = content
            self.sha256[name] = hashlib.sha256(content).hexdigest()
        return self.sha256[name]

    def plates(self, plan: PlatePlan) -> tuple[Plate, ...]:
        """The plates of a file, read with the options of the plan."""
        options: dict[str, Any] = {
            "unit": plan.unit or None,
            "plate_size": plan.plate_size,
            "counting_time_min": plan.counting_time_min,
            "reader": plan.reader or None,
            "sheet": plan.sheet or None,
            "decimal": plan.decimal or None,
        }
        key = (plan.file, *options.values())
        if key not in self._plates:
            try:
                self._plates[key] = read_plates(
                    self.folder / plan.file, keep_negative=True, **options
                )
            except InputError as error:
                raise error.reworded(error.where, in_study_file) from error
        return self._plates[key]

    @property
    def plates_of(self) -> dict[str, list[Plate]]:
        """All plates that were read, by file."""
        of_file: dict[str, list[Plate]] = {}
        for (file, *_), plates in self._plates.items():
            of_file.setdefault(file, []).extend(plates)
        return of_file

    def read_tables(self, plan: TablePlan) -> tuple[DataTable, ...]:
        """The tables of a file, read with the options of the plan."""
        if plan.reading not in self.tables:
            try:
                self.tables[plan.reading] = read_tables(
                    self.folder / plan.file,
                    reader=plan.reader or None,
                    sheet=plan.sheet or None,
                    decimal=plan.decimal or None,
                )
            except InputError as error:
                raise error.reworded(error.where, in_study_file) from error
        return self.tables[plan.reading]

    def hash(self) -> str:
        """Short hash of all files and of the version of tricyclic."""
        whole = hashlib.sha256(f"tricyclic {__version__}\n".encode())
        for name in sorted(self.sha256):
            whole.update(f"{name}\0{self.sha256[name]}\n".encode())
        return whole.hexdigest()[:16]


def in_study_file(text: str) -> str:
    """Advice for the command line as advice for study.toml: --sheet NAME as sheet = "NAME".

    Parameters
    ----------
    text
        A sentence or a part of one.
    """
    return re.sub(
        r'--([a-z]+(?:-[a-z]+)*) ("[^"]*"|\w+)',
        lambda m: f'{m[1].replace("-", "_")} = "{m[2].strip(chr(34))}"',
        text,
    )


def _run_name(run: PlatePlan | TablePlan) -> str:
    return f"{run.group} {run.run}".strip() if run.group else run.run


def _check_unchanged(file: str, sha256: str, logged: Mapping[str, str]) -> None:
    if file in logged and logged[file] != sha256:
        raise InputError(
            f"has changed since it was first read (its sha256 was {logged[file][:12]}…, now it is "
            f"{sha256[:12]}…)",
            where=file,
            allowed="Raw files stay as the instrument wrote them",
            do="Put the file back, or add the new one under another name",
        )


def _assay(
    plan: AssayPlan,
    files: _Files,
    excluded: Mapping[tuple[str, str], Mapping[str, str]],
    library: Library,
) -> PreparedAssay:
    protocol = _protocol(plan, library)
    kind = plan.kind or (protocol.kind if protocol else None)
    assert kind is not None, "read_plan refuses an assay with neither kind nor protocol"
    base = read_conditions(
        protocol.conditions if protocol else BindingConditions(),
        plan.conditions,
        where=f"{plan.where}, conditions",
    )
    compound = plan.compound or (protocol.compound if protocol else "")
    runs: list[PreparedPlate | PreparedTable] = []
    for item in plan.runs:
        wells = dict(excluded.get((plan.name, _run_name(item)), {}))
        if exclusion_file.WHOLE_RUN in wells:
            continue
        own = read_conditions(base, item.conditions, where=f"{item.where}, conditions")
        if isinstance(item, PlatePlan):
            plate = _plate(item, plan, files, wells, compound)
            runs.append(PreparedPlate(item.run, item.group, plate, own))
        else:
            series = _table(item, plan, files, wells)
            runs.append(PreparedTable(item.run, item.group, series, own))
    if not runs:
        raise InputError(
            "every run is excluded", where=plan.where, do=f"Remove the assay from {NAME} instead"
        )
    return PreparedAssay(plan, kind, protocol, tuple(runs))


def _protocol(plan: AssayPlan, library: Library) -> Protocol | None:
    if not plan.protocol:
        return None
    try:
        return library.protocol(plan.protocol)
    except InputError as error:
        raise error.at(plan.where) from error


def _plate(
    item: PlatePlan, plan: AssayPlan, files: _Files, wells: Mapping[str, str], compound: str
) -> Plate:
    chosen = choose_plate(files.plates(item), item.plate, where=item.where)
    files.chosen.setdefault(item.file, []).append(chosen)
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
            raise error.at(exclusion_file.NAME) from error
    files.add(item.layout)
    layout = read_layout(files.folder / item.layout, beside=chosen.headings.lists)
    plate = layout.apply(chosen)
    return replace(plate, wells=named_competitors(plate.wells, compound))


def named_competitors(wells: tuple[Well, ...], compound: str) -> tuple[Well, ...]:
    """Name the competitor of wells without one after the compound of the assay."""
    return tuple(
        replace(well, compound=compound)
        if well.role is Role.COMPETITION and not well.compound
        else well
        for well in wells
    )


def choose_plate(plates: tuple[Plate, ...], name: str, *, where: str) -> Plate:
    """The plate of a file by its name or its number from 1; without a name the only plate.

    Raises
    ------
    InputError
        If there is no such plate, or several and no name.
    """
    if not name:
        if len(plates) == 1:
            return plates[0]
        names = ", ".join(f"{n} ({plate.name})" for n, plate in enumerate(plates, 1))
        raise InputError(
            f"the file contains {len(plates)} plates",
            where=where,
            do=f"Add plate = one of: {names}",
        )
    for plate in plates:
        if plate.name == name:
            return plate
    if is_whole_number(name) and 1 <= int(name) <= len(plates):
        return plates[int(name) - 1]
    raise UnknownNameError.among(
        "plate of the file", name, [plate.name for plate in plates], where=where
    )


def _table(item: TablePlan, plan: AssayPlan, files: _Files, rows: Mapping[str, str]) -> Series:
    tables = files.read_tables(item)
    return series_from(tables, item, name=f"{plan.name}/{_run_name(item)}", excluded=rows)
