"""The curves of a screen as arrays, and the distribution of F of flat ones."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tricyclic.assays.screening.plate_arrays import Floats
from tricyclic.fitting.batch import NullDistribution, null_f
from tricyclic.numerics.batch.fit import BatchFits

MIN_SIMULATIONS = 2_000


@dataclass(frozen=True)
class CurveWells:
    """The wells of one compound on one plate, `plate` its index; arrays have shape (wells,)."""

    compound: str
    plate: int
    names: tuple[str, ...]
    log10_molar: Floats
    effect: Floats


def calibrated_p(
    x: Floats, fits: BatchFits, present: np.ndarray, rng: np.random.Generator, simulations: int
) -> Floats:
    """Probability of an F as large for a flat curve with the same doses and replicates.

    Parameters
    ----------
    x : array, shape (curves, points)
        log10 molar.
    fits : BatchFits
    present : array of bool, shape (curves, points)
        Whether there is a reading.
    rng : Generator
    simulations : int
        Flat curves of a design; fewer where there are many designs.

    Returns
    -------
    array, shape (curves,)
        nan where there is no F.
    """
    doses = np.sort(np.where(present, np.round(x, 6), np.nan), axis=1)
    # F does not change if all doses are shifted together.
    with np.errstate(invalid="ignore"):
        doses = np.round(doses - doses[:, :1], 5)
    designs: dict[bytes, list[int]] = {}
    for k in np.flatnonzero(np.isfinite(fits.f_flat)):
        designs.setdefault(doses[k].tobytes(), []).append(int(k))
    # With many designs (single wells missing) each has fewer simulations, to limit the total work.
    each = max(MIN_SIMULATIONS, simulations // max(1, len(designs) // 4))
    p = np.full(len(x), math.nan)
    for curves in designs.values():
        design = doses[curves[0]]
        null, after = _null_of(design[np.isfinite(design)].tobytes(), pickle.dumps(rng), each)
        rng.bit_generator.state = after
        p[curves] = null.p(fits.f_flat[curves])
    return p


@lru_cache(maxsize=8)
def _null_of(
    doses: bytes, generator: bytes, simulations: int
) -> tuple[NullDistribution, Mapping[str, Any]]:
    """Distribution of F of a design, and the state of the generator after it.

    Kept for plates of one design that are analysed again with the same seed: the simulation takes
    most of the time of a small screen.
    """
    rng = pickle.loads(generator)
    null = null_f(np.frombuffer(doses) - 6.0, rng=rng, simulations=simulations)
    return null, rng.bit_generator.state
