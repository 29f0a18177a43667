"""The one door to SALib: points of Saltelli's design, and from what a model makes of them its Sobol indices.

The design is a scrambled Sobol sequence. Of n base points and k inputs it holds n (k + 2) rows, in blocks of k + 2 that belong
to one base point; a block of which a row is missing is left out as a whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError

Floats = NDArray[np.float64]
RESAMPLES = 200
LEAST_BLOCKS = 8


class Indices(NamedTuple):
    """Sobol indices of one output.

    Attributes
    ----------
    first, total : array, shape (inputs,)
        Share of the variance that an input explains alone, and with all its interactions.
    first_low, first_high, total_low, total_high : array, shape (inputs,)
        Limits by the bootstrap.
    blocks : int
        Base points that they rest on.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    blocks: int


def saltelli(inputs: int, n: int, seed: int) -> Floats:
    """Lay out the points at which a model is to be computed.

    Parameters
    ----------
    inputs : int
        1 or more.
    n : int
        Base points, a power of 2.
    seed : int

    Returns
    -------
    array, shape (n * (inputs + 2), inputs)
        Between 0 and 1.

    Raises
    ------
    InputError
        If n is no power of 2, for which alone the sequence is balanced.
    """
    from SALib.sample import sobol

    if n < LEAST_BLOCKS or n & (n - 1):
        raise InputError(
            f"asks for {n} base points",
            where="sobol",
            allowed=f"A power of 2 from {LEAST_BLOCKS}: 64, 128, 256, …",
        )
    if inputs < 1:
        raise InputError("varies no parameter", where="sobol")
    return np.asarray(
        sobol.sample(_problem(inputs), n, calc_second_order=False, seed=seed), dtype=float
    )


def indices(
    y: Floats,
    inputs: int,
    seed: int,
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    noise: float = 0.0,
) -> Indices:
    """Share out the variance of an output among the inputs.

    Parameters
    ----------
    y : array, shape (n * (inputs + 2),)
        The output at the points of `saltelli`, in their order; nan where the model failed.
    inputs : int
    seed : int
        Of the bootstrap.
    confidence : float
        Coverage of the limits.
    resamples : int
        Bootstrap samples.
    noise : float
        Error of the output: one that varies by no more does not vary.

    Returns
    -------
    Indices
        nan throughout where the output does not vary.

    Raises
    ------
    NumericsError
        If fewer than eight blocks are whole.

    Notes
    -----
    First and total order after Saltelli et al. 2010 [doi:10.1016/j.cpc.2009.09.018]. Limits are percentiles of the bootstrap.
    """
    from SALib.analyze import sobol

    blocks = np.asarray(y, dtype=float).reshape(-1, inputs + 2)
    whole = blocks[np.isfinite(blocks).all(axis=1)]
    if len(whole) < LEAST_BLOCKS:
        raise NumericsError(
            f"Of {len(blocks)} base points {len(whole)} are whole; {LEAST_BLOCKS} are needed for Sobol indices"
        )
    # The first and last row of a block are the two independent samples, whose variance is shared out.
    spread = np.ptp(whole[:, [0, -1]])
    if not spread > max(noise, 1e-9 * np.abs(whole).max()):
        nothing = np.full(inputs, np.nan)
        return Indices(nothing, nothing, nothing, nothing, nothing, nothing, len(whole))
    found = sobol.analyze(
        _problem(inputs),
        whole.ravel(),
        calc_second_order=False,
        num_resamples=resamples,
        conf_level=confidence,
        keep_resamples=True,
        seed=seed + 1,
    )
    tails = [50 * (1 - confidence), 50 * (1 + confidence)]
    first_low, first_high = np.percentile(found["S1_conf_all"], tails, axis=0)
    total_low, total_high = np.percentile(found["ST_conf_all"], tails, axis=0)
    return Indices(
        np.array(found["S1"]),
        first_low,
        first_high,
        np.array(found["ST"]),
        total_low,
        total_high,
        len(whole),
    )


def _problem(inputs: int) -> dict[str, object]:
    return {
        "num_vars": inputs,
        "names": [f"x{k}" for k in range(inputs)],
        "bounds": [[0.0, 1.0]] * inputs,
    }
