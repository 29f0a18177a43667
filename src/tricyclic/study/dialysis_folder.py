"""Reads the files of a microdialysis experiment of a study: list, method, chromatograms, or table.

The numbers are computed elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tricyclic.core.chromatogram import InjectionTrace
from tricyclic.core.chromatography_method import ChromatographyMethod
from tricyclic.core.format import list_names
from tricyclic.core.fraction_table import FractionTable
from tricyclic.core.peak import ManualLimits
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.sample_list import SampleList
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.batch_traces import TraceSource, batch_paths, read_batch
from tricyclic.io.chromatography_method import read_chromatography_method
from tricyclic.io.fraction_table import FractionColumns, read_fraction_table
from tricyclic.io.manual_limits import read_manual_limits
from tricyclic.io.recovery_table import RecoveryTable, read_recovery_table
from tricyclic.io.sample_list import read_sample_list
from tricyclic.study.dialysis_exclusions import Targets, excluded_rows
from tricyclic.study.dialysis_plan import ChromatographyPlan, DialysisPlan, ValuesPlan
from tricyclic.study.experiment import PreparedExperiment
from tricyclic.study.option_words import in_study_words

MANUAL = "manual_limits.csv"
# Options of the command line -> keys of study.toml, where they are not spelled alike.
KEYS = {
    "flow": "flow_uL_per_min",
    "dead_volume": "dead_volume_uL",
    "molar_mass": "molar_mass_g_per_mol",
    "window": "window_min",
    "recovery": "recovery_in_vitro",
    "to_unit": "unit",
}


@dataclass(frozen=True)
class PreparedDialysis(PreparedExperiment):
    """One experiment whose files were read.

    `samples`, `method`, `traces` and `manual` are those of a batch, `table` the values of a table,
    `recovery` the readings of the probes in a bath.
    `excluded` are animals that are left out as a whole, in a table also fractions ("r1/f07"), with
    the reason; `raw` are the chromatograms, or the table, which stay as they were written.
    """

    plan: DialysisPlan
    samples: SampleList | None = None
    method: ChromatographyMethod | None = None
    traces: tuple[InjectionTrace, ...] = ()
    manual: tuple[ManualLimits, ...] = ()
    table: FractionTable | None = None
    recovery: RecoveryTable | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()


def read_dialysis(
    plan: DialysisPlan,
    folder: Path,
    add: Callable[[str], object],
    targets: Targets,
    on_progress: ProgressCallback | None = None,
) -> PreparedDialysis:
    """Read all files of an experiment.

    Parameters
    ----------
    plan : DialysisPlan
    folder : Path
        The study.
    add : callable
        Called with the name of each file in the study, before it is read.
    targets : dict of str to str
        What is excluded, and why.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or the list, the chromatograms and the animals of
        study.toml do not match.
    """
    try:
        if plan.chromatography is not None:
            batch = _batch(plan, plan.chromatography, folder, add, targets, on_progress)
            return _with_recovery(batch, folder, add)
        assert plan.table is not None, "dialysis_plan refuses an experiment with neither"
        return _with_recovery(_table(plan, plan.table, folder, add, targets), folder, add)
    except InputError as error:
        own = in_study_words(error, KEYS)
        raise (own if own.where else own.at(plan.where)) from error


def check_manual_limits(folder: Path, experiments: Sequence[PreparedExperiment]) -> None:
    """Refuse limits of a peak in an injection that no list of the study has.

    Parameters
    ----------
    folder : Path
    experiments : sequence of PreparedExperiment
    """
    dialysis = [one for one in experiments if isinstance(one, PreparedDialysis)]
    if not dialysis or not (folder / MANUAL).is_file():
        return
    known = {
        row.name for one in dialysis if one.samples is not None for row in one.samples.injected
    }
    for one in read_manual_limits(folder / MANUAL):
        if one.injection not in known:
            raise UnknownNameError.among(
                "injection of the list", one.injection, known, where=MANUAL
            )


def _with_recovery(
    prepared: PreparedDialysis, folder: Path, add: Callable[[str], object]
) -> PreparedDialysis:
    """The experiment with the readings of its probes in a bath, where a file has them."""
    file = prepared.plan.collection.recovery_file
    if not file:
        return prepared
    add(file)
    table = read_recovery_table(folder / file, file)
    return replace(
        prepared,
        recovery=replace(table, file=file),
        unused=(*prepared.unused, *(f"{file}: {part}" for part in table.unused)),
        raw=(*prepared.raw, file),
    )


def _batch(
    plan: DialysisPlan,
    batch: ChromatographyPlan,
    folder: Path,
    add: Callable[[str], object],
    targets: Targets,
    on_progress: ProgressCallback | None,
) -> PreparedDialysis:
    add(batch.samples)
    add(batch.method)
    method = read_chromatography_method(folder / batch.method)
    samples = read_sample_list(
        folder / batch.samples,
        unit=batch.unit,
        decimal=batch.decimal or None,
        analytes=[one.name for one in method.analytes],
    )
    samples = replace(samples, file=batch.samples)
    if not samples.unit:
        raise InputError(
            "the amounts of the standards have no unit",
            where=batch.samples,
            do='Add unit = "fmol" to [microdialysis.chromatography], or write it in the heading: '
            '"amount_fmol"',
        )
    samples.check_animals()
    _check_animals(plan, samples)
    samples, whole = excluded_rows(samples, targets)
    _check_analyte(plan, method)
    manual: tuple[ManualLimits, ...] = ()
    if (folder / MANUAL).is_file():
        add(MANUAL)
        manual = read_manual_limits(folder / MANUAL)
        known = {row.name for row in samples.injected}
        # Limits of another experiment of the study are not of this batch.
        manual = tuple(one for one in manual if one.injection in known)
    place = folder / batch.folder if batch.folder != "." else folder
    source = TraceSource(
        place,
        channel=batch.channel,
        reader=batch.reader,
        decimal=batch.decimal,
        time_unit=batch.time_unit,
        others=(folder / batch.samples, folder / batch.method, folder / MANUAL),
    )
    files = _files_of(samples, source, folder)
    for name in files:
        add(name)
    traces, unused = read_batch(samples, source, on_progress)
    return PreparedDialysis(
        plan,
        samples,
        method,
        traces,
        manual,
        excluded=whole,
        unused=tuple(f"{batch.samples}: {part}" for part in samples.unused)
        + method.unused
        + unused,
        raw=files,
    )


def _files_of(samples: SampleList, source: TraceSource, folder: Path) -> tuple[str, ...]:
    """Paths of the chromatograms inside the study, each once."""
    paths: list[Path] = []
    for path in dict.fromkeys(batch_paths(samples, source).values()):
        inner = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        paths += inner
    names = []
    for path in paths:
        if not path.is_relative_to(folder):
            raise InputError(
                f"'{path.name}' is outside the study",
                where=samples.file,
                do=f"Copy it into {source.folder.name}",
            )
        names.append(path.relative_to(folder).as_posix())
    return tuple(names)


def _check_analyte(plan: DialysisPlan, method: ChromatographyMethod) -> None:
    names = [one.name for one in method.analytes]
    if plan.analyte and plan.analyte not in names:
        raise UnknownNameError.among(
            "analyte of the method", plan.analyte, names, where=f"{plan.where}, analyte"
        )
    if not plan.analyte and len(names) > 1:
        raise InputError(
            f"the method has {len(names)} analytes ({', '.join(names)})",
            where=plan.where,
            do=f'Add analyte = "{names[0]}"; each further one is a [[microdialysis]] of its own',
        )


def _check_animals(plan: DialysisPlan, samples: SampleList) -> None:
    """Refuse animals of the list that study.toml does not name, and the other way round."""
    listed = list(dict.fromkeys(row.animal for row in samples.of("sample")))
    stated = [one.name for one in plan.animals]
    missing = [name for name in listed if name not in stated]
    more = [name for name in stated if name not in listed]
    if missing:
        raise InputError(
            f"{list_names(missing, 6)} {'has' if len(missing) == 1 else 'have'} samples and no "
            "[[microdialysis.animal]]",
            where=f"{plan.where}, animal",
            allowed=f"Its animals are {list_names(stated, 24)}",
            do="Add each animal with its group and time of treatment, or correct the column animal",
        )
    if more:
        raise InputError(
            f"{list_names(more, 6)} {'has' if len(more) == 1 else 'have'} no sample in "
            f"{samples.file}",
            where=f"{plan.where}, animal",
            allowed=f"Animals of the list are {list_names(listed, 24)}",
            do="Correct the name, or remove the animal",
        )
    for one in plan.animals:
        if not one.group:
            raise InputError("has no group", where=one.where, do='Add group = "vehicle"')


def _table(
    plan: DialysisPlan,
    values: ValuesPlan,
    folder: Path,
    add: Callable[[str], object],
    targets: Targets,
) -> PreparedDialysis:
    add(values.file)
    table = read_fraction_table(
        folder / values.file,
        FractionColumns(values.value, analyte=plan.analyte),
        sheet=values.sheet or None,
        decimal=values.decimal or None,
        left_out=targets,
    )
    known = {row.animal for row in table.rows}
    for one in plan.animals:
        if one.name not in known:
            raise UnknownNameError.among(
                f"animal of {values.file}", one.name, known, where=one.where
            )
    unused = tuple(f"{values.file}: {part}" for part in table.unused)
    return PreparedDialysis(
        plan,
        table=replace(table, file=values.file),
        excluded=targets,
        unused=unused,
        raw=(values.file,),
    )
