"""From a system that moves to the point where it rests: a long run, then Newton for the last digits.

A run alone leaves the solver's tolerance behind; Newton alone may find a point that no run reaches. So Newton
only polishes what is close. What a system conserves stays as it was at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgecon, dgetrf, dgetrs

from tricyclic.errors import NumericsError

Floats = NDArray[np.float64]

# Newton has arrived when its step is this share of each state. It may move a start that already rests by no more
# than the second share, and the end of a long run by no more than the third.
ARRIVED, AT_REST, CLOSE = 1e-9, 1e-6, 1e-2
# Below this a state is nothing: its moves are judged against it.
NOTHING = 1e-6
# Relative nudge of the numeric derivative; directions weaker than this share of the strongest are conserved.
NUDGE, CONSERVED = 1e-7, 1e-6
MOST_STEPS = 12


class Moving(NamedTuple):
    """A system in motion.

    Attributes
    ----------
    rates : callable
        States, shape (states,), to their rates of change, shape (states,).
    later : callable
        States and a time to the states after that time.
    """

    rates: Callable[[Floats], Floats]
    later: Callable[[Floats, float], Floats]


def settle(system: Moving, start: Floats, horizon: float, names: Sequence[str]) -> Floats:
    """Find where a system comes to rest from `start`.

    Parameters
    ----------
    system : Moving
    start : array, shape (states,)
    horizon : float
        Time after which it should have settled; a run of ten times that follows before giving up.
    names : sequence of str
        What to call the states in an error.

    Returns
    -------
    array, shape (states,)

    Raises
    ------
    NumericsError
        If it does not settle.
    """
    polished = polish(system.rates, start, AT_REST)
    if polished is not None and is_stable(system.rates, polished):
        return polished
    states = start
    for time in (horizon, 10.0 * horizon):
        before, states = states, system.later(states, time)
        polished = polish(system.rates, states, CLOSE)
        if polished is not None:
            return polished
    moves = np.abs(states - before) / (np.abs(states) + NOTHING)
    if moves.max(initial=0.0) < 1e-6:
        return states
    worst = int(np.argmax(moves))
    raise NumericsError(
        f"The model does not come to rest: after {11.0 * horizon:g} units of time '{names[worst]}' still went from "
        f"{before[worst]:.4g} to {states[worst]:.4g}. Switch doses off, or let it run longer"
    )


def polish(
    rates: Callable[[Floats], Floats], states: Floats, reach: float = CLOSE
) -> Floats | None:
    """Take Newton steps to where the rates vanish; None if that is farther than `reach`, as a share of each state."""
    found = states.copy()
    for _ in range(MOST_STEPS):
        rate = rates(found)
        if not np.isfinite(rate).all():
            return None
        if not rate.any():
            return _clean(found)
        step = _newton_step(rates, found, rate)
        if step is None:
            return None
        found = found + step
        if not _near(found, states, reach):
            return None
        if (np.abs(step) <= ARRIVED * (np.abs(found) + NOTHING)).all():
            return _clean(found)
    return None


def is_stable(rates: Callable[[Floats], Floats], states: Floats) -> bool:
    """Say whether a small push away from `states` dies out."""
    eigenvalues = np.linalg.eigvals(_slopes(rates, states, rates(states)))
    return bool((eigenvalues.real <= CONSERVED * np.abs(eigenvalues).max(initial=0.0)).all())


def _newton_step(rates: Callable[[Floats], Floats], states: Floats, rate: Floats) -> Floats | None:
    slopes = _slopes(rates, states, rate)
    size = np.abs(states) + NOTHING
    slopes = slopes * size
    strength = np.abs(slopes).max(axis=1)
    if not np.isfinite(strength).all() or rate[strength == 0.0].any():
        return None
    strength[strength == 0.0] = 1.0
    slopes, wanted = slopes / strength[:, None], -rate / strength
    step = _step_beside_sums(slopes, wanted, strength, size)
    if step is not None:
        return step
    left, weights, _ = np.linalg.svd(slopes)
    idle = weights <= CONSERVED * weights[0]
    if not idle.any():
        return np.asarray(np.linalg.solve(slopes, wanted) * size)
    # Along a conserved direction the rates cannot tell where to go: hold what is conserved.
    held = left[:, idle].T / strength * size
    held /= np.abs(held).max(axis=1, keepdims=True)
    step, *_ = np.linalg.lstsq(
        np.vstack([slopes, held]), np.concatenate([wanted, np.zeros(len(held))]), rcond=None
    )
    return np.asarray(step * size)


def _step_beside_sums(
    slopes: Floats, wanted: Floats, strength: Floats, size: Floats
) -> Floats | None:
    """Take the step where nothing is conserved but what ends in sums that no rate looks at (drug eliminated so far); else None.

    The general way decomposes the whole matrix, in several threads, which wait for one another on a busy machine.
    """
    core = slopes.any(axis=0)
    if not core.any():
        return None
    factors, pivots, singular = dgetrf(slopes[np.ix_(core, core)])
    strongest = float(np.abs(slopes[np.ix_(core, core)]).sum(axis=0).max())
    if singular or dgecon(factors, strongest)[0] < CONSERVED:
        return None
    step = np.zeros(len(slopes))
    step[core] = dgetrs(factors, pivots, wanted[core])[0]
    inflow = slopes[np.ix_(~core, core)]
    noise = CONSERVED * (np.abs(inflow) @ np.abs(step[core]) + np.abs(wanted[~core]))
    if (np.abs(inflow @ step[core] - wanted[~core]) > ARRIVED + noise).any():
        return np.full(len(slopes), np.inf)  # a sum goes on growing: no step leads to rest
    step *= size
    # What leaves the others arrives in the sums.
    step[~core] = strength[~core] * (
        inflow @ dgetrs(factors, pivots, step[core] / strength[core])[0]
    )
    return step


def _slopes(rates: Callable[[Floats], Floats], states: Floats, rate: Floats) -> Floats:
    """Give the derivative of each rate (row) by each state (column)."""
    slopes = np.empty((len(states), len(states)))
    for column, state in enumerate(states):
        nudge = NUDGE * max(abs(state), NOTHING * 1e3)
        pushed = states.copy()
        pushed[column] = state + nudge
        slopes[:, column] = (rates(pushed) - rate) / (pushed[column] - state)
    return slopes


def _clean(states: Floats) -> Floats:
    # What is left of a state that should be 0 is noise, and its sign too.
    return np.where(np.abs(states) <= ARRIVED * NOTHING, 0.0, states)


def _near(one: Floats, other: Floats, share: float) -> bool:
    return bool((np.abs(one - other) <= share * (np.abs(other) + NOTHING)).all())
