"""Result of the recovery of probes in vitro."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable
from tricyclic.stats.statistics import MeanEstimate

Floats = NDArray[np.float64]
# Gain: from a bath into the perfusate; loss: out of the perfusate (retrodialysis).
RecoveryMethod = Literal["gain", "loss"]
BATH_NOTE = (
    "a bath has neither the diffusion nor the uptake of tissue: divided by this recovery, "
    "concentrations in tissue are nominal"
)


@dataclass(frozen=True)
class ProbeRecovery:
    """Recovery of one probe, by one method at one flow.

    Attributes
    ----------
    probe : str
    method : {"gain", "loss"}
    flow_uL_per_min : float
        nan where not stated.
    bath, perfusate, dialysate : array, shape (readings,)
    readings : array, shape (readings,)
        Recovery of each reading, as a ratio.
    mean : MeanEstimate
        Over the readings; limits of one reading are infinite.
    cv_percent : float
        Between readings; nan for one.
    """

    probe: str
    method: RecoveryMethod
    flow_uL_per_min: float
    bath: Floats
    perfusate: Floats
    dialysate: Floats
    readings: Floats
    mean: MeanEstimate
    cv_percent: float


@dataclass(frozen=True)
class MeanRecovery:
    """Recovery over the probes, by one method at one flow.

    Attributes
    ----------
    method : {"gain", "loss"}
    flow_uL_per_min : float
    n : int
        Of what the mean is over.
    over : {"probes", "readings"}
        Readings where there is one probe.
    mean : MeanEstimate
    cv_percent : float
        Between them; nan for one.
    """

    method: RecoveryMethod
    flow_uL_per_min: float
    n: int
    over: Literal["probes", "readings"]
    mean: MeanEstimate
    cv_percent: float


@dataclass(frozen=True, repr=False)
class ProbeRecoveryResult(Renderable):
    """Relative recovery of probes in a bath, by gain, by loss, or by both.

    `result["p1"]` is the recovery of that probe, by gain where it was measured by both.

    Parameters
    ----------
    unit : str
        Of all concentrations.
    probes : tuple of ProbeRecovery
    means : tuple of MeanRecovery
        One for each method and flow.
    confidence : float
    file : str
    read_as, unused, remarks : tuple of str
    checks : tuple of Check
    """

    unit: str
    probes: tuple[ProbeRecovery, ...]
    means: tuple[MeanRecovery, ...]
    confidence: float = 0.95
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    def __getitem__(self, probe: str) -> MeanEstimate:
        for one in self.probes:
            if one.probe == probe:
                return one.mean
        raise KeyError(probe)

    @property
    def flows(self) -> tuple[float, ...]:
        """The flows at which recovery was measured; empty where none is stated."""
        stated = {one.flow_uL_per_min for one in self.means if math.isfinite(one.flow_uL_per_min)}
        return tuple(sorted(stated))
