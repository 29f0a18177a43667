"""Draws from a log density with emcee: an ensemble of walkers.

Two kinds of step are mixed: differences of other walkers (ter Braak's
differential evolution, in four of five steps) and the stretch of Goodman and Weare. Both keep their
pace when parameters are strongly correlated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import NumericsError

Floats = NDArray[np.float64]
# The authors of the sampler recommend a chain of fifty autocorrelation times for a reliable
# estimate of the time itself.
ENOUGH = 50.0
# The sum over lags stops at so many times the sum itself, beyond which there is only noise.
WINDOW = 5.0


@dataclass(frozen=True)
class SampleChain:
    """Draws after the burn-in.

    Parameters
    ----------
    draws : array, shape (steps, walkers, parameters)
    log_density : array, shape (steps, walkers)
    acceptance : float
        Share of the steps that were taken.
    autocorrelation : array, shape (parameters,)
        Steps until the position of a walker is independent of where it was.
    """

    draws: Floats
    log_density: Floats
    acceptance: float
    autocorrelation: Floats

    @property
    def settled(self) -> bool:
        """Whether the chain is at least fifty autocorrelation times long in every parameter."""
        return bool(len(self.draws) >= ENOUGH * self.autocorrelation.max())

    @property
    def effective(self) -> float:
        """Independent draws with the information of the chain, by its slowest parameter."""
        return float(
            self.draws.shape[0] * self.draws.shape[1] / max(self.autocorrelation.max(), 1.0)
        )

    def spread(self, n: int, rng: np.random.Generator) -> Floats:
        """Take n draws, far apart in the chain, in random order; shape (n, parameters)."""
        flat = self.draws.reshape(-1, self.draws.shape[2])
        picked = np.linspace(0, len(flat) - 1, n).round().astype(int)
        return np.asarray(flat[rng.permutation(picked)])


def sample(
    log_density: Callable[[Floats], Floats],
    start: Floats,
    *,
    steps: int,
    burn_in: int,
    rng: np.random.Generator,
) -> SampleChain:
    """Draw from a density.

    Parameters
    ----------
    log_density : callable
        Takes parameters of shape (k, p), gives logarithms of shape (k,), up to a constant; -inf
        outside.
    start : array, shape (walkers, p)
        Start of the walkers, not all on one line; an even number of walkers, at least 2 p.
    steps, burn_in : int
        Steps that are kept, and steps before them that are discarded.
    rng : numpy Generator
        The same state gives the same draws.

    Raises
    ------
    NumericsError
        If a walker starts where the density is 0.
    """
    import emcee

    walkers, p = start.shape
    if not np.isfinite(log_density(start)).all():
        raise NumericsError("a walker starts where the density is 0")
    state = emcee.State(start, random_state=_legacy_state(rng))
    moves = [
        (emcee.moves.DEMove(), 0.7),
        (emcee.moves.DEMove(gamma0=1.0), 0.1),
        (emcee.moves.StretchMove(), 0.2),
    ]
    sampler = emcee.EnsembleSampler(walkers, p, log_density, vectorize=True, moves=moves)
    state = sampler.run_mcmc(state, burn_in) if burn_in else state
    sampler.reset()
    sampler.run_mcmc(state, steps)
    draws = np.asarray(sampler.get_chain(), dtype=float)
    return SampleChain(
        draws,
        np.asarray(sampler.get_log_prob(), dtype=float),
        float(np.mean(sampler.acceptance_fraction)),
        autocorrelation_time(draws),
    )


def _legacy_state(rng: np.random.Generator) -> tuple[str, NDArray[np.uint32], int]:
    # emcee takes only the legacy generator; this fills its whole state.
    return "MT19937", rng.integers(0, 2**32, 624, dtype=np.uint32), 624


def autocorrelation_time(draws: Floats) -> Floats:
    """Integrated autocorrelation time of each parameter, in steps.

    Parameters
    ----------
    draws : array, shape (steps, walkers, parameters)

    Notes
    -----
    Sokal's window of five times, averaged over walkers. A short chain gives too small a time:
    compare it with the length (`SampleChain.settled`).
    """
    import emcee

    steps, walkers, parameters = draws.shape
    times_of = np.full(parameters, float(steps))
    for k in range(parameters):
        moving = [w for w in range(walkers) if np.ptp(draws[:, w, k]) > 0]
        if not moving:
            continue  # A parameter that never moved has no autocorrelation time.
        mean = np.mean([emcee.autocorr.function_1d(draws[:, w, k]) for w in moving], axis=0)
        times = 2.0 * np.cumsum(mean) - 1.0
        outside = np.arange(steps) >= WINDOW * times
        times_of[k] = max(float(times[int(np.argmax(outside)) if outside.any() else -1]), 1.0)
    return times_of
