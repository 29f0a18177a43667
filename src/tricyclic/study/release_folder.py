"""Reads the files of an evoked-release experiment of a study; computes no numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tricyclic.core.culture_protocol import CultureProtocol
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.release import ReleaseTable
from tricyclic.errors import InputError
from tricyclic.io.library.culture_protocols import culture_protocol
from tricyclic.io.release_table import ReleaseReadOptions, read_release_table
from tricyclic.study.dialysis_exclusions import Targets
from tricyclic.study.experiment import PreparedExperiment
from tricyclic.study.option_words import in_study_words
from tricyclic.study.release_plan import KEYS, ReleasePlan

USUAL_STIMULUS = "BDNF"


@dataclass(frozen=True)
class PreparedRelease(PreparedExperiment):
    """One experiment whose files were read.

    `protocol` is the procedure in the laboratory, `excluded` are cultures and wells with the
    reason.
    """

    plan: ReleasePlan
    table: ReleaseTable
    protocol: CultureProtocol | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()


def read_release(
    plan: ReleasePlan,
    folder: Path,
    add: Callable[[str], object],
    targets: Targets,
    on_progress: ProgressCallback | None = None,
) -> PreparedRelease:
    """Read the samples, and the plates where the table is their design.

    Parameters
    ----------
    plan : ReleasePlan
    folder : Path
        The study.
    add : callable
        Called with the name of each file in the study, before it is read.
    targets : dict of str to str
        Cultures and wells that are excluded, and why.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or samples and plates do not match.
    """
    samples = plan.samples
    add(samples.file)
    for name in (*samples.plates, *filter(None, [samples.amounts])):
        add(name)
    if plan.protocol.endswith(".toml"):
        add(plan.protocol)
    try:
        protocol = culture_protocol(plan.protocol, folder=folder) if plan.protocol else None
        table = read_release_table(
            folder / samples.file,
            ReleaseReadOptions(
                stimulus=plan.settings.get("stimulus") or USUAL_STIMULUS,
                transmitter=plan.transmitter,
                unit="" if samples.plates else samples.unit,
                level_unit=samples.unit,
                concentration_unit=samples.concentration_unit,
                antagonists=samples.antagonists,
                sheet=samples.sheet,
                decimal=samples.decimal,
                per=samples.per,
            ),
            plates=[folder / name for name in samples.plates],
            amounts=folder / samples.amounts if samples.amounts else "",
            injected_uL=samples.injected_uL,
        )
    except InputError as error:
        own = in_study_words(error, KEYS)
        raise (own if own.where else own.at(plan.where)) from error
    return PreparedRelease(
        plan,
        replace(table, file=samples.file),
        protocol,
        dict(targets),
        tuple(f"{samples.file}: {part}" for part in table.unused),
        samples.plates or (samples.amounts or samples.file,),
    )
