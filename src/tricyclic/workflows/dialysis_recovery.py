"""Recovery of the probes of a study: by animal where it is known, and a mean for the others."""

from __future__ import annotations

import math
from collections.abc import Mapping
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
from tricyclic.stats.statistics import MeanEstimate, mean_with_interval, with_t_interval
from tricyclic.study.recovery_table import RecoveryTable


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
    if stated is not None:
        result = StudyRecovery(with_t_interval(stated.value, stated.se, math.inf, confidence))
    elif table is not None:
        result = _of_table(table, animals, flow_uL_per_min, confidence)
    own = dict(result.own)
    written = {name: row for name, row in animals.items() if math.isfinite(row.recovery)}
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
    return replace(result, mean=mean, own=tuple(own.items()), read_as=(*result.read_as, note))


def _of_table(
    table: RecoveryTable,
    animals: Mapping[str, AnimalRow],
    flow_uL_per_min: float,
    confidence: float,
) -> StudyRecovery:
    result = replace(
        probe_recovery(table.readings, unit=table.unit, confidence=confidence), file=table.file
    )
    used = recovery_at(result, flow_uL_per_min)
    own = []
    for one in result.probes:
        same_flow = recovery_name(one) == recovery_name(used)
        if one.probe in animals and same_flow:
            check_recovery(one.mean.value, one.mean.se, f"{table.file}, probe {one.probe}")
            own.append((one.probe, one.mean))
    checks = tuple(replace(one, where=f"{table.file}, {one.where}") for one in result.checks)
    how = f"by {recovery_name(used)}, mean of {used.n} {used.over} of {table.file}"
    read = [f"{table.file}: {text}" for text in (*table.read_as, *result.remarks)]
    share = f"recovery in vitro {100 * used.mean.value:.3g} %, {how}"
    return StudyRecovery(used.mean, tuple(own), checks, (share, *read))
