"""Steady state of a system: a long run, then Newton steps for the last digits.

A run alone leaves an error of the solver's tolerance; Newton alone may converge to a point that no
run reaches. So Newton only polishes a state that is close. Conserved quantities keep their values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgecon, dgetrf, dgetrs

from tricyclic.errors import NumericsError

Floats = NDArray[np.float64]

# Newton has converged when its step is this share of each state. It may move a start that is
# already a steady state by no more than the second share, and the end of a long run by no more than
# the third.
CONVERGED, AT_START, CLOSE = 1e-9, 1e-6, 1e-2
# A state below this counts as 0; its changes are compared with this value.
NEAR_ZERO = 1e-6
# Relative step of the numeric derivative; directions weaker than this share of the strongest are
# conserved.
STEP, CONSERVED = 1e-7, 1e-6
MAX_STEPS = 12


class DynamicSystem(NamedTuple):
    """Rates of a system, and its state after a time.

    Attributes
    ----------
    rates : callable
        States, shape (states,), to their rates of change, shape (states,).
    later : callable
        States and a time to the states after that time.
    """

    rates: Callable[[Floats], Floats]
    later: Callable[[Floats, float], Floats]


def find_steady_state(
    system: DynamicSystem, start: Floats, horizon: float, names: Sequence[str]
) -> Floats:
    """The steady state that a system reaches from `start`.

    Parameters
    ----------
    system : DynamicSystem
    start : array, shape (states,)
    horizon : float
        Time after which it should be at steady state; a run of ten times that follows if it is not.
    names : sequence of str
        Names of the states, for errors.

    Returns
    -------
    array, shape (states,)

    Raises
    ------
    NumericsError
        If it does not reach a steady state.
    """
    polished = polish(system.rates, start, AT_START)
    if polished is not None and is_stable(system.rates, polished):
        return polished
    states = start
    for time in (horizon, 10.0 * horizon):
        before, states = states, system.later(states, time)
        polished = polish(system.rates, states, CLOSE)
        if polished is not None:
            return polished
    changes = np.abs(states - before) / (np.abs(states) + NEAR_ZERO)
    if changes.max(initial=0.0) < 1e-6:
        return states
    worst = int(np.argmax(changes))
    raise NumericsError(
        f"The model does not reach a steady state: after {11.0 * horizon:g} units of time "
        f"'{names[worst]}' still changed from {before[worst]:.4g} to {states[worst]:.4g}. "
        "Switch doses off, or let it run longer"
    )


def polish(
    rates: Callable[[Floats], Floats], states: Floats, reach: float = CLOSE
) -> Floats | None:
    """Newton steps to where the rates vanish; None if that is farther than `reach`, as a share of
    each state.
    """
    polished = states.copy()
    for _ in range(MAX_STEPS):
        rate = rates(polished)
        if not np.isfinite(rate).all():
            return None
        if not rate.any():
            return _clean(polished)
        step = _newton_step(rates, polished, rate)
        if step is None:
            return None
        polished = polished + step
        if not _near(polished, states, reach):
            return None
        if (np.abs(step) <= CONVERGED * (np.abs(polished) + NEAR_ZERO)).all():
            return _clean(polished)
    return None


def is_stable(rates: Callable[[Floats], Floats], states: Floats) -> bool:
    """Whether a small perturbation of `states` decays."""
    eigenvalues = np.linalg.eigvals(_slopes(rates, states, rates(states)))
    return bool((eigenvalues.real <= CONSERVED * np.abs(eigenvalues).max(initial=0.0)).all())


def _newton_step(rates: Callable[[Floats], Floats], states: Floats, rate: Floats) -> Floats | None:
    slopes = _slopes(rates, states, rate)
    size = np.abs(states) + NEAR_ZERO
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
    # Along a conserved direction the rates give no information, so the conserved sums are kept.
    conserved = left[:, idle].T / strength * size
    conserved /= np.abs(conserved).max(axis=1, keepdims=True)
    step, *_ = np.linalg.lstsq(
        np.vstack([slopes, conserved]),
        np.concatenate([wanted, np.zeros(len(conserved))]),
        rcond=None,
    )
    return np.asarray(step * size)


def _step_beside_sums(
    slopes: Floats, wanted: Floats, strength: Floats, size: Floats
) -> Floats | None:
    """The step where nothing is conserved but sums that no rate depends on (drug eliminated so
    far); else None.

    The general method decomposes the whole matrix, in several threads, which wait for one another
    on a busy machine.
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
    if (np.abs(inflow @ step[core] - wanted[~core]) > CONVERGED + noise).any():
        # A sum keeps growing: there is no steady state.
        return np.full(len(slopes), np.inf)
    step *= size
    # What leaves the other states enters the sums.
    step[~core] = strength[~core] * (
        inflow @ dgetrs(factors, pivots, step[core] / strength[core])[0]
    )
    return step


def _slopes(rates: Callable[[Floats], Floats], states: Floats, rate: Floats) -> Floats:
    """The derivative of each rate (row) by each state (column)."""
    slopes = np.empty((len(states), len(states)))
    for column, state in enumerate(states):
        change = STEP * max(abs(state), NEAR_ZERO * 1e3)
        pushed = states.copy()
        pushed[column] = state + change
        slopes[:, column] = (rates(pushed) - rate) / (pushed[column] - state)
    return slopes


def _clean(states: Floats) -> Floats:
    # The remainder of a state that should be 0 is noise, as is its sign.
    return np.where(np.abs(states) <= CONVERGED * NEAR_ZERO, 0.0, states)


def _near(one: Floats, other: Floats, share: float) -> bool:
    return bool((np.abs(one - other) <= share * (np.abs(other) + NEAR_ZERO)).all())
