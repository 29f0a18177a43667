"""Sobol indices with SALib: Saltelli's design, and the indices of a model's output at its points.

The design is a scrambled Sobol sequence. For n base points and k inputs it has n (k + 2) rows, in
blocks of k + 2 that belong to one base point; a block with a missing row is left out as a whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError

Floats = NDArray[np.float64]
RESAMPLES = 200
MIN_BLOCKS = 8


class SobolIndices(NamedTuple):
    """Sobol indices of one output.

    Attributes
    ----------
    first, total : array, shape (inputs,)
        Share of the variance that an input explains alone, and with all its interactions.
    first_low, first_high, total_low, total_high : array, shape (inputs,)
        Bootstrap intervals.
    blocks : int
        Base points behind the indices.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    blocks: int


def saltelli_design(inputs: int, n: int, seed: int) -> Floats:
    """Points at which a model is to be computed.

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
        If n is not a power of 2; the sequence is balanced only for those.
    """
    from SALib.sample import sobol

    check_base_points(n)
    if inputs < 1:
        raise InputError("varies no parameter", where="sobol")
    return np.asarray(
        sobol.sample(_problem(inputs), n, calc_second_order=False, seed=seed), dtype=float
    )


def check_base_points(n: int) -> None:
    """Refuse a number of base points for which the design is not balanced.

    Raises
    ------
    InputError
        If n is too small or not a power of 2.
    """
    if n < MIN_BLOCKS or n & (n - 1):
        raise InputError(
            f"{n} base points are requested",
            where="sobol",
            allowed=f"A power of 2 from {MIN_BLOCKS}: 64, 128, 256, …",
        )


def sobol_indices(
    y: Floats,
    inputs: int,
    seed: int,
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    noise: float = 0.0,
) -> SobolIndices:
    """Attribute the variance of an output to the inputs.

    Parameters
    ----------
    y : array, shape (n * (inputs + 2),)
        The output at the points of `saltelli_design`, in their order; nan where the model failed.
    inputs : int
    seed : int
        Seed of the bootstrap.
    confidence : float
        Confidence level of the intervals.
    resamples : int
        Bootstrap samples.
    noise : float
        Error of the output; an output that varies by no more counts as constant.

    Returns
    -------
    SobolIndices
        nan throughout where the output does not vary.

    Raises
    ------
    NumericsError
        If fewer than eight blocks are complete.

    Notes
    -----
    First and total order after Saltelli et al. 2010 [doi:10.1016/j.cpc.2009.09.018]. Intervals are
    percentiles of the bootstrap.
    """
    from SALib.analyze import sobol

    blocks = np.asarray(y, dtype=float).reshape(-1, inputs + 2)
    complete = blocks[np.isfinite(blocks).all(axis=1)]
    if len(complete) < MIN_BLOCKS:
        raise NumericsError(
            f"Of {len(blocks)} base points {len(complete)} are complete; "
            f"{MIN_BLOCKS} are needed for Sobol indices"
        )
    # The first and last row of a block are the two independent samples whose variance is
    # attributed.
    spread = np.ptp(complete[:, [0, -1]])
    if not spread > max(noise, 1e-9 * np.abs(complete).max()):
        missing = np.full(inputs, np.nan)
        return SobolIndices(missing, missing, missing, missing, missing, missing, len(complete))
    analysis = sobol.analyze(
        _problem(inputs),
        complete.ravel(),
        calc_second_order=False,
        num_resamples=resamples,
        conf_level=confidence,
        keep_resamples=True,
        seed=seed + 1,
    )
    tails = [50 * (1 - confidence), 50 * (1 + confidence)]
    first_low, first_high = np.percentile(analysis["S1_conf_all"], tails, axis=0)
    total_low, total_high = np.percentile(analysis["ST_conf_all"], tails, axis=0)
    return SobolIndices(
        np.array(analysis["S1"]),
        first_low,
        first_high,
        np.array(analysis["ST"]),
        total_low,
        total_high,
        len(complete),
    )


def _problem(inputs: int) -> dict[str, object]:
    return {
        "num_vars": inputs,
        "names": [f"x{k}" for k in range(inputs)],
        "bounds": [[0.0, 1.0]] * inputs,
    }
