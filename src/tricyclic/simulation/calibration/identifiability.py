"""Identifiability: how far each parameter narrowed, which observations inform it, and with which
other parameter it is correlated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import Identifiability
from tricyclic.numerics.importance import weighted_quantiles
from tricyclic.simulation.calibration.misfit import BAND
from tricyclic.simulation.calibration.parameters import ParameterSpace

Floats = NDArray[np.float64]
# Observations with a smaller share of the information about a parameter are not listed.
MIN_SHARE, MAX_OBSERVATIONS = 0.05, 5


def information_shares(slopes: Floats) -> Floats:
    """Share of each observation in the information about each parameter, the prior included.

    Parameters
    ----------
    slopes : array, shape (sets, observations, parameters)
        Slopes of residuals, parameters in units of their prior's standard deviation.

    Returns
    -------
    array, shape (observations, parameters)
        Square of the slope over the sum of all squares and 1, the prior's own, averaged over sets.
        The shares of a parameter and of its prior add up to 1. Other parameters are taken as known,
        so observations with the same information share it.
    """
    squares = slopes**2
    return np.asarray(np.mean(squares / (1.0 + squares.sum(axis=1, keepdims=True)), axis=0))


def widening_without(slopes: Floats) -> Floats:
    """How many times wider each parameter would be without each observation.

    Returns
    -------
    array, shape (observations, parameters)
        Linear about each set and with all other parameters unknown, then the median over sets. It
        is 1 where an observation is not needed: it has no information, or others have the same.
    """
    return np.asarray(np.median([_widening(at_set) for at_set in slopes], axis=0))


def identifiability(
    space: ParameterSpace,
    draws: Floats,
    weights: Floats,
    slopes: Floats,
    observation_ids: Sequence[str],
) -> tuple[Identifiability, ...]:
    """How far the observations narrowed each parameter.

    Parameters
    ----------
    space : ParameterSpace
    draws, weights : array, shape (draws, parameters), (draws,)
        On the standard scale.
    slopes : array, shape (sets, observations, parameters)
    observation_ids : sequence of str
    """
    sd, correlation = _spread(draws, weights)
    shares = information_shares(slopes)
    natural, prior_sd = space.natural(draws), space.prior_sd()
    rows = []
    for k, name in enumerate(space.names):
        low, median, high = weighted_quantiles(natural[:, k], weights / weights.sum(), BAND)
        order = np.argsort(-shares[:, k])[:MAX_OBSERVATIONS]
        partner = int(np.argmax(np.abs(correlation[k]))) if len(space) > 1 else k
        rows.append(
            Identifiability(
                name,
                float(median),
                float(low),
                float(high),
                float(sd[k] / prior_sd[k]),
                tuple(
                    (observation_ids[int(i)], float(shares[i, k]))
                    for i in order
                    if shares[i, k] >= MIN_SHARE
                ),
                space.names[partner] if partner != k else "",
                float(correlation[k, partner]),
            )
        )
    return tuple(rows)


def _widening(slopes: Floats) -> Floats:
    covariance = np.linalg.inv(np.eye(slopes.shape[1]) + slopes.T @ slopes)
    widening = np.ones_like(slopes)
    for k, row in enumerate(slopes):
        along = covariance @ row
        # Downdate by one row (Sherman-Morrison).
        remaining = max(1.0 - float(row @ along), 1e-12)
        widening[k] = np.sqrt(1.0 + along**2 / remaining / np.diag(covariance))
    return widening


def _spread(draws: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Standard deviation of each parameter, and correlations with 0 on the diagonal."""
    weights = weights / weights.sum()
    centred = draws - weights @ draws
    covariance = (centred * weights[:, None]).T @ centred
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    correlation = covariance / np.outer(sd, sd)
    np.fill_diagonal(correlation, 0.0)
    return sd, correlation
