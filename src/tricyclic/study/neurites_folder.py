"""Reads the files of a neurite experiment of a study; computes no numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tricyclic.core.culture_protocol import CultureProtocol
from tricyclic.core.neurites import NeuriteTable
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.io.library.culture_protocols import culture_protocol
from tricyclic.io.neurite_table import NeuriteReading, read_neurite_table
from tricyclic.io.open import read_tables
from tricyclic.study.dialysis_exclusions import Targets
from tricyclic.study.experiment import PreparedExperiment
from tricyclic.study.neurites_plan import KEYS, NeuritesPlan
from tricyclic.study.option_words import in_study_words


@dataclass(frozen=True)
class PreparedNeurites(PreparedExperiment):
    """One experiment whose files were read.

    `protocol` is the procedure in the laboratory, `excluded` are cultures, wells and fields with
    the reason.
    """

    plan: NeuritesPlan
    table: NeuriteTable
    protocol: CultureProtocol | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()


def read_neurites(
    plan: NeuritesPlan,
    folder: Path,
    add: Callable[[str], object],
    targets: Targets,
    on_progress: ProgressCallback | None = None,
) -> PreparedNeurites:
    """Read the table, and the design of its wells.

    Parameters
    ----------
    plan : NeuritesPlan
    folder : Path
        The study.
    add : callable
        Called with the name of each file in the study, before it is read.
    targets : dict of str to str
        Cultures, wells and fields that are excluded, and why.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    """
    stated = plan.table
    files = (stated.file, *([stated.design] if stated.design else []))
    for name in files:
        add(name)
    if plan.protocol.endswith(".toml"):
        add(plan.protocol)
    try:
        protocol = culture_protocol(plan.protocol, folder=folder) if plan.protocol else None
        design = (
            read_tables(folder / stated.design, decimal=stated.decimal or None)[0]
            if stated.design
            else None
        )
        table = read_neurite_table(
            folder / stated.file,
            stated.file,
            NeuriteReading(
                stimulus=stated.stimulus,
                unit=stated.unit,
                antagonists=stated.antagonists,
                soma_diameter=stated.soma_diameter,
                design=design,
            ),
            sheet=stated.sheet,
            decimal=stated.decimal,
        )
    except InputError as error:
        own = in_study_words(error, KEYS)
        raise (own if own.where else own.at(plan.where)) from error
    return PreparedNeurites(
        plan,
        replace(table, file=stated.file),
        protocol,
        dict(targets),
        tuple(f"{stated.file}: {part}" for part in table.unused),
        (stated.file,),
    )
