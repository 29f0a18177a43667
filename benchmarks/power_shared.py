"""What the simulated faults of `checks_power.py` have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.plate import Plate, Well

Trial = Callable[[np.random.Generator], set[str]]


@dataclass(frozen=True)
class Fault:
    """A fault, the checks that are to find it, and data that have it."""

    name: str
    checks: tuple[str, ...]
    trial: Trial


Spoil = Callable[[Plate], Plate]


def check_names(checks: Sequence[Check]) -> set[str]:
    """Checks that do not pass."""
    return {check.name for check in checks if check.level != "pass"}


def changed_wells(change: Callable[[Well], float], which: Callable[[Well], bool]) -> Spoil:
    """A fault that changes the readings of some wells."""

    def spoil(plate: Plate) -> Plate:
        wells = [replace(w, value=change(w)) if which(w) else w for w in plate.wells]
        return replace(plate, wells=tuple(wells))

    return spoil
