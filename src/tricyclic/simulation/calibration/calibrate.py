"""Calibration: from observations and priors to an ensemble of parameter sets that agree with both.

Least squares give the best set. A response surface, fitted to runs around it, is sampled by MCMC;
what it proposes is run and improves the surface. The last proposals are run with the model itself
and weighted by importance, so the ensemble is one of the model and not of its surface.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.observation import Observation
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import NumericsError
from tricyclic.numerics.batched_least_squares import BoundedMinimum, central_slopes, minimise
from tricyclic.numerics.ensemble_sampler import SampleChain, sample
from tricyclic.numerics.importance import TRUSTED_TAIL, choose, effective_draws, importance_weights
from tricyclic.numerics.response_surface import ResponseSurface, fit_surface
from tricyclic.simulation.calibration.parameters import Floats, ParameterSpace
from tricyclic.simulation.calibration.runs import ModelRuns, PredictFunction

# The surface is sampled with its log density divided by this, a little wider than it is, so that
# weights stay small where it is too narrow.
TEMPERATURE = 1.3
# Weight of a run in the fit of the surface falls with its log density below the best one.
SURFACE_SCALE, SURFACE_MIN_WEIGHT = 6.0, 0.02
# Runs farther below the best than this many scales do not count at all.
SURFACE_RANGE = 40.0
# Step of slopes, in standard deviations of the prior: far above the error of the solver.
SLOPE_STEP = 0.1
# Two minima are the same if their costs differ by less than this.
SAME_COST = 2.0
# Written where the tail of the weights has no finite shape: a file contains only finite numbers.
NO_TAIL_SHAPE = 99.0


@dataclass(frozen=True)
class CalibrationBudget:
    """How many runs a calibration makes.

    Parameters
    ----------
    starts, max_steps : int
        Starts of the search for the best set, and steps of each.
    around_best, rounds, per_round, final : int
        Runs around the best set; rounds that improve the surface and runs of each; runs that are
        weighted.
    chain_steps, final_chain_steps : int
        Steps of each walker on the surface in a round, and in the end.
    ensemble_size : int
        Parameter sets of the ensemble.
    slope_sets : int
        Parameter sets at which slopes are taken, for the information of each observation.
    """

    starts: int = 4
    max_steps: int = 12
    around_best: int = 800
    rounds: int = 3
    per_round: int = 600
    final: int = 2000
    chain_steps: int = 1500
    final_chain_steps: int = 20000
    ensemble_size: int = 100
    slope_sets: int = 8

    def expected_runs(self, parameters: int) -> int:
        """About how many runs this makes with so many free parameters."""
        per_slope = 2 * parameters + 1
        per_start = (self.max_steps + 1) * per_slope + 4 * self.max_steps
        sampling = self.around_best + self.rounds * self.per_round + self.final
        return self.starts * per_start + sampling + self.slope_sets * per_slope


QUICK = CalibrationBudget(
    starts=1,
    max_steps=6,
    around_best=300,
    rounds=1,
    per_round=200,
    final=500,
    chain_steps=600,
    final_chain_steps=3000,
    ensemble_size=50,
    slope_sets=2,
)


@dataclass(frozen=True)
class CalibrationRun:
    """Draws of the posterior and the ensemble that was chosen from them.

    Parameters
    ----------
    draws, predicted, weights : array, shape (draws, parameters), (draws, observations), (draws,)
        The last proposals on the standard scale, the predictions of the model for them, and their
        weights.
    parameter_sets, ensemble_predictions : array, shape (sets, parameters), (sets, observations)
        The ensemble on the standard scale, the best set first.
    slopes : array, shape (some sets, observations, parameters)
        Slope of each residual.
    sampling : dict of str to float
        How it was drawn: acceptance, autocorrelation, effective draws, tail, runs, …
    notes : tuple of str
        What to know before using it.
    """

    draws: Floats
    predicted: Floats
    weights: Floats
    parameter_sets: Floats
    ensemble_predictions: Floats
    slopes: Floats
    sampling: dict[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _WeightedDraws:
    """Draws with their importance weights, and how far to trust these."""

    z: Floats
    predicted: Floats
    weights: Floats
    tail: float
    share_within_limits: float
    limits_are_kept: bool


def calibrate(
    observations: Sequence[Observation],
    space: ParameterSpace,
    required: Sequence[bool],
    predict: PredictFunction,
    *,
    budget: CalibrationBudget = CalibrationBudget(),
    seed: int = 1,
    on_progress: ProgressCallback | None = None,
) -> CalibrationRun:
    """Calibrate a model to observations.

    Parameters
    ----------
    observations : sequence of Observation
    space : ParameterSpace
        The free parameters.
    required : sequence of bool
        Limits that every set of the ensemble has to keep, where enough of the draws do.
    predict : callable
        Predictions of the model for parameter sets; see `PredictFunction`.
    budget : CalibrationBudget
    seed : int
        The same seed gives the same ensemble.
    on_progress : callable, optional

    Raises
    ------
    NumericsError
        If the model cannot be run with its start values.
    """
    rng = np.random.default_rng([seed, 0])
    runs = ModelRuns(
        observations,
        space,
        predict,
        expected=budget.expected_runs(len(space)),
        on_progress=on_progress,
    )
    minima = find_minima(runs, budget, rng)
    explore_around(min(minima, key=lambda minimum: minimum.cost), runs, budget, rng)
    for number in range(1, budget.rounds + 1):
        surface = fit_response_surface(runs)
        chain = sample_surface(surface, runs, budget.chain_steps, rng, seed, number)
        proposals = chain.spread(budget.per_round, rng)
        runs.run(proposals, f"improving the surface, round {number} of {budget.rounds}")
    surface = fit_response_surface(runs)
    chain = sample_surface(surface, runs, budget.final_chain_steps, rng, seed, budget.rounds + 1)
    final = chain.spread(budget.final, rng)
    predicted = runs.run(final, "the final proposals")
    draws = weigh_draws(final, predicted, surface, runs, required, budget.ensemble_size)
    sets, predictions, n_distinct = choose_ensemble(draws, runs, required, budget, rng)
    slopes = slopes_at(sets[: budget.slope_sets], runs)
    return CalibrationRun(
        draws=draws.z,
        predicted=draws.predicted,
        weights=draws.weights,
        parameter_sets=sets,
        ensemble_predictions=predictions,
        slopes=slopes,
        sampling=_sampling(runs, minima, chain, draws, n_distinct),
        notes=_notes(chain, draws),
    )


def find_minima(
    runs: ModelRuns, budget: CalibrationBudget, rng: np.random.Generator
) -> list[BoundedMinimum]:
    """Least squares against observations and priors, from the start values and from random sets."""
    space = runs.space
    random = space.draw(max(budget.starts - 1, 1), rng)
    starts = np.concatenate([np.zeros((1, len(space))), random])[: budget.starts]
    minima = []
    for number, start in enumerate(starts, 1):
        message = f"best set, start {number} of {budget.starts}"

        def residuals(z: Floats, message: str = message) -> Floats:
            is_first = len(runs) == 0
            against_observations = runs.residuals(z, message)
            if is_first and not np.isfinite(runs.predicted[0]).all():
                raise NumericsError("the scenario cannot be run with its start values")
            # On the standard scale a parameter is its own residual against its prior.
            return np.concatenate([against_observations, z], axis=1)

        minima.append(minimise(residuals, start, space.low, space.high, max_steps=budget.max_steps))
    return minima


def explore_around(
    best: BoundedMinimum, runs: ModelRuns, budget: CalibrationBudget, rng: np.random.Generator
) -> None:
    """Run sets around the best one, as wide as the slopes there allow, half of them wider."""
    values, axes = np.linalg.eigh(best.slopes.T @ best.slopes)
    n = budget.around_best
    width = np.where(np.arange(n) < n // 2, 1.0, 1.6)[:, None]
    moves = width * rng.standard_normal((n, len(runs.space))) / np.sqrt(np.maximum(values, 1.0))
    runs.run(_reflected(best.x + moves @ axes.T, runs.space), "around the best set")


def fit_response_surface(runs: ModelRuns) -> ResponseSurface:
    """Fit the response surface to all runs; those with a higher density count more."""
    density = runs.log_density()
    good = np.isfinite(density)
    below = density[good].max() - density[good]
    near = below < SURFACE_RANGE * SURFACE_SCALE
    weight = np.maximum(
        np.exp(-below[near] / SURFACE_SCALE),
        SURFACE_MIN_WEIGHT * np.exp(-below[near] / (8 * SURFACE_SCALE)),
    )
    return fit_surface(runs.z[good][near], np.log(runs.predicted[good][near]), weight)


def sample_surface(
    surface: ResponseSurface,
    runs: ModelRuns,
    steps: int,
    rng: np.random.Generator,
    seed: int,
    number: int,
) -> SampleChain:
    """Sample the posterior of the surface, starting from the runs with the highest density."""
    walkers = 2 * max(len(runs.space) + 1, 16)
    likely = np.argsort(-runs.log_density())[: 2 * walkers]
    start = runs.z[rng.choice(likely, walkers, replace=False)]
    start = _reflected(start + 0.05 * rng.standard_normal(start.shape), runs.space)
    return sample(
        lambda z: _surface_density(surface, runs, z),
        start,
        steps=steps,
        burn_in=steps // 3,
        rng=np.random.default_rng([seed, number]),
    )


def weigh_draws(
    z: Floats,
    predicted: Floats,
    surface: ResponseSurface,
    runs: ModelRuns,
    required: Sequence[bool],
    ensemble_size: int,
) -> _WeightedDraws:
    """Weigh proposals of the surface by their density in the model.

    Draws that break a required limit get no weight, unless too few others remain.
    """
    log_ratio = runs.log_density_of(z, predicted) - _surface_density(surface, runs, z)
    weights, tail = importance_weights(log_ratio)
    within = runs.misfit.within_limits(predicted, required)
    share = float(weights[within].sum())
    limited = weights * within
    enough = share > 0 and effective_draws(limited) >= ensemble_size
    if enough:
        weights = limited / limited.sum()
    return _WeightedDraws(z, predicted, weights, tail, share, enough)


def choose_ensemble(
    draws: _WeightedDraws,
    runs: ModelRuns,
    required: Sequence[bool],
    budget: CalibrationBudget,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, int]:
    """The best set of all runs and draws chosen by weight.

    Returns
    -------
    array, shape (sets, parameters), array, shape (sets, observations), and int
        Parameters on the standard scale; predictions; number of distinct sets.
    """
    chosen = choose(draws.weights, budget.ensemble_size - 1, rng)
    allowed = (
        runs.misfit.within_limits(runs.predicted, required)
        if draws.limits_are_kept
        else np.ones(len(runs), dtype=bool)
    )
    best = int(np.argmax(np.where(allowed, runs.log_density(), -np.inf)))
    sets = np.concatenate([runs.z[best : best + 1], draws.z[chosen]])
    predictions = np.concatenate([runs.predicted[best : best + 1], draws.predicted[chosen]])
    return sets, predictions, len(np.unique(chosen)) + 1


def slopes_at(sets: Floats, runs: ModelRuns) -> Floats:
    """Slopes of the residuals at some sets, shape (sets, observations, parameters)."""
    space = runs.space
    slopes = []
    for number, z in enumerate(sets, 1):
        message = f"slopes at set {number} of {len(sets)}"

        def residuals(batch: Floats, message: str = message) -> Floats:
            return runs.residuals(batch, message)

        slopes.append(central_slopes(residuals, z, space.low, space.high, SLOPE_STEP)[1])
    return np.array(slopes)


def _surface_density(surface: ResponseSurface, runs: ModelRuns, z: Floats) -> Floats:
    """log density of the surface, flattened by the temperature."""
    likelihood = runs.misfit.log_likelihood(surface(z))
    return np.asarray((runs.space.log_prior(z) + likelihood) / TEMPERATURE)


def _reflected(z: Floats, space: ParameterSpace) -> Floats:
    # Reflected at the limits and not cut, so that no two walkers start on the same bound.
    low, high = space.low, space.high
    z = np.where(z < low, 2 * low - z, z)
    z = np.where(z > high, 2 * high - z, z)
    return np.asarray(np.clip(z, low, high))


def _sampling(
    runs: ModelRuns,
    minima: Sequence[BoundedMinimum],
    chain: SampleChain,
    draws: _WeightedDraws,
    n_distinct: int,
) -> dict[str, float]:
    least = min(minimum.cost for minimum in minima)
    failed: NDArray[np.bool_] = ~np.isfinite(runs.log_density())
    return {
        "runs": float(len(runs)),
        "failed_runs": float(np.count_nonzero(failed)),
        "starts": float(len(minima)),
        "starts_that_agree": float(sum(one.cost < least + SAME_COST for one in minima)),
        "best_sum_of_squares": 2.0 * least,
        "walkers": float(chain.draws.shape[1]),
        "steps": float(chain.draws.shape[0]),
        "acceptance": chain.acceptance,
        "autocorrelation": float(chain.autocorrelation.max()),
        "autocorrelation_times": float(chain.draws.shape[0] / chain.autocorrelation.max()),
        "weighted_draws": float(len(draws.z)),
        "effective_draws": effective_draws(draws.weights),
        "tail": draws.tail if math.isfinite(draws.tail) else NO_TAIL_SHAPE,
        "share_within_limits": draws.share_within_limits,
        "distinct_sets": float(n_distinct),
    }


def _notes(chain: SampleChain, draws: _WeightedDraws) -> tuple[str, ...]:
    notes = []
    if not draws.limits_are_kept:
        share = f"{100 * draws.share_within_limits:.0f} %"
        notes.append(
            f"Only {share} of the draws by weight keep every required limit, so the ensemble "
            "may break them."
        )
    if draws.tail > TRUSTED_TAIL:
        notes.append(
            f"The importance weights have a heavy tail (shape {draws.tail:.2f}, reliable below "
            f"{TRUSTED_TAIL}): calibrate with more runs."
        )
    if not chain.settled:
        notes.append(
            "The chains are shorter than 50 autocorrelation times: calibrate with more steps."
        )
    return tuple(notes)
