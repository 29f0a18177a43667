"""From draws to what was learnt: how far each parameter narrowed, which observations narrowed it, what it trades against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import Identified
from tricyclic.numerics.importance import weighted_quantiles
from tricyclic.simulation.calibration.parameters import Space

Floats = NDArray[np.float64]
BAND = np.array([0.05, 0.5, 0.95])
# Rows that hold less than this share of what is known about a parameter are not told.
WORTH_TELLING, MOST_ROWS = 0.05, 5


def information_shares(slopes: Floats) -> Floats:
    """Share that each observation, with the prior, holds of what is known about each parameter.

    Parameters
    ----------
    slopes : array, shape (members, observations, parameters)
        Slopes of residuals, parameters in units of their prior's standard deviation.

    Returns
    -------
    array, shape (observations, parameters)
        Square of the slope over the sum of all squares and 1, the prior's own, averaged over members; what is
        missing to 1 is the prior's share. Other parameters are taken as known, so rows that say the same share it.
    """
    squares = slopes**2
    return np.asarray(np.mean(squares / (1.0 + squares.sum(axis=1, keepdims=True)), axis=0))


def widening_without(slopes: Floats) -> Floats:
    """How many times wider each parameter would be without each observation, shape (observations, parameters).

    Linear about each member and with all other parameters unknown, then the median over members: 1 where a row
    is not needed, because it says nothing or because others say the same.
    """
    return np.asarray(np.median([_widening(at_member) for at_member in slopes], axis=0))


def _widening(slopes: Floats) -> Floats:
    covariance = np.linalg.inv(np.eye(slopes.shape[1]) + slopes.T @ slopes)
    found = np.ones_like(slopes)
    for k, row in enumerate(slopes):
        along = covariance @ row
        left = 1.0 - float(row @ along)
        found[k] = np.sqrt(1.0 + along**2 / max(left, 1e-12) / np.diag(covariance))
    return found


def identified(
    space: Space, draws: Floats, weights: Floats, slopes: Floats, rows: Sequence[str]
) -> tuple[Identified, ...]:
    """Say of each parameter what was learnt.

    Parameters
    ----------
    space : Space
    draws, weights : array, shape (draws, parameters), (draws,)
        On the standard scale.
    slopes : array, shape (members, observations, parameters)
    rows : sequence of str
        Names of the observations.
    """
    weights = weights / weights.sum()
    mean = weights @ draws
    away = draws - mean
    covariance = (away * weights[:, None]).T @ away
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    correlation = covariance / np.outer(sd, sd)
    np.fill_diagonal(correlation, 0.0)
    shares = information_shares(slopes)
    natural = space.natural(draws)
    prior_sd = space.prior_sd()
    found = []
    for k, name in enumerate(space.names):
        low, middle, high = weighted_quantiles(natural[:, k], weights, BAND)
        order = [
            int(i) for i in np.argsort(-shares[:, k])[:MOST_ROWS] if shares[i, k] >= WORTH_TELLING
        ]
        partner = int(np.argmax(np.abs(correlation[k]))) if len(space) > 1 else k
        found.append(
            Identified(
                name,
                float(middle),
                float(low),
                float(high),
                float(sd[k] / prior_sd[k]),
                tuple((rows[i], float(shares[i, k])) for i in order),
                space.names[partner] if partner != k else "",
                float(correlation[k, partner]),
            )
        )
    return tuple(found)
