"""Recovery of the probes of a study: by animal where it is known, and a mean for the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tricyclic.assays.microdialysis.probe_recovery import (
    probe_recovery,
    recovery_at,
    recovery_name,
)
from tricyclic.core.check import Check
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.format import list_names
from tricyclic.core.fraction_table import AnimalRow
from tricyclic.core.recovery import check_recovery
from tricyclic.errors import InputError
from tricyclic.io.recovery_table import RecoveryTable
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval, with_t_interval


@dataclass(frozen=True)
class StudyRecovery:
    """The mean of a study, what differs from it by animal, and from where both are."""

    mean: MeanEstimate | None = None
    own: tuple[tuple[str, MeanEstimate], ...] = ()
    checks: tuple[Check, ...] = ()
    read_as: tuple[str, ...] = ()


def recovery_of_study(
    stated: MeasuredValue | None,
    table: RecoveryTable | None,
    animals: Mapping[str, AnimalRow],
    flow_uL_per_min: float,
    confidence: float,
) -> StudyRecovery:
    """Recovery by animal: as stated for it, else of the probe of its name, else that of the study.

    Parameters
    ----------
    stated : MeasuredValue or None
        For all animals.
    table : RecoveryTable or None
        Readings of probes, which may be called as the animals.
    animals : mapping of str to AnimalRow
        Those that are used.
    flow_uL_per_min : float
        nan where it is not stated.
    confidence : float

    Raises
    ------
    InputError
        If a recovery is not above 0 and at most 1, its error is not smaller, or the readings are
        at other flows.
    """
    result = StudyRecovery()
    written = {name: row for name, row in animals.items() if math.isfinite(row.recovery)}
    if stated is not None:
        result = StudyRecovery(with_t_interval(stated.value, stated.se, math.inf, confidence))
    elif table is not None:
        flows = {
            name: row.flow_uL_per_min if math.isfinite(row.flow_uL_per_min) else flow_uL_per_min
            for name, row in animals.items()
        }
        result = _of_table(table, flows, written, confidence)
    own = dict(result.own)
    for name, row in written.items():
        check_recovery(row.recovery, row.recovery_se, f"animal {name}, recovery")
        error = row.recovery_se if math.isfinite(row.recovery_se) else 0.0
        own[name] = with_t_interval(row.recovery, error, math.inf, confidence)
    if not own:
        return result
    without = [name for name in animals if name not in own]
    mean = result.mean
    if mean is None:
        mean = mean_with_interval([one.value for one in own.values()], confidence=confidence)
    note = f"recovery in vitro by animal for {list_names(list(own), 6)}"
    if without:
        other = "the recovery of the study" if result.mean is not None else "their mean"
        note += f"; {other}, {100 * mean.value:.3g} %, for {list_names(without, 6)}"
    if table is not None and (both := [one for one in written if one in _probes(table)]):
        note += f"; as stated for {list_names(both, 6)}, not by {table.file}"
    return replace(result, mean=mean, own=tuple(own.items()), read_as=(*result.read_as, note))


def _probes(table: RecoveryTable) -> set[str]:
    return {one.probe for one in table.readings}


def _of_table(
    table: RecoveryTable,
    flows: Mapping[str, float],
    written: Collection[str],
    confidence: float,
) -> StudyRecovery:
    """Recovery of the probes that are called as animals, and a mean for the others.

    Parameters
    ----------
    table : RecoveryTable
    flows : mapping of str to float
        Flow of each animal [uL/min]; nan where it is not stated.
    written : collection of str
        Animals whose recovery is stated.
    confidence : float
    """
    result = replace(
        probe_recovery(table.readings, unit=table.unit, confidence=confidence), file=table.file
    )
    own = []
    for one in result.probes:
        if one.probe not in flows or one.probe in written:
            continue
        if recovery_name(one) == recovery_name(recovery_at(result, flows[one.probe])):
            check_recovery(one.mean.value, one.mean.se, f"{table.file}, probe {one.probe}")
            own.append((one.probe, one.mean))
    known = {*dict(own), *written}
    checks = tuple(replace(one, where=f"{table.file}, {one.where}") for one in result.checks)
    read = tuple(f"{table.file}: {text}" for text in (*table.read_as, *result.remarks))
    others = [name for name in flows if name not in known]
    # nan is unequal to itself.
    stated = {flow for flow in (flows[name] for name in others or flows) if flow == flow}
    if len(stated) > 1 and others:
        raise InputError(
            f"{list_names(others, 6)} have flows of {list_names(_texts(stated), 6)} uL/min, and no "
            "probe of their names",
            where=table.file,
            allowed="Recovery falls with the flow",
            do="State their recovery in a column of the table of the animals",
        )
    if len(stated) > 1:
        return StudyRecovery(None, tuple(own), checks, read)
    used = recovery_at(result, next(iter(stated), math.nan))
    how = f"by {recovery_name(used)}, mean of {used.n} {used.over} of {table.file}"
    share = f"recovery in vitro {100 * used.mean.value:.3g} %, {how}"
    return StudyRecovery(used.mean, tuple(own), checks, (share, *read))


def _texts(flows: Collection[float]) -> list[str]:
    return [f"{one:g}" for one in sorted(flows)]
