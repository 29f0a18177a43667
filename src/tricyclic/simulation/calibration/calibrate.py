"""From observations and priors to an ensemble of admissible parameter sets.

1. The best set: least squares from several starts (distance from the observations, and from the priors).
2. A fast stand-in of every predicted number, learnt from runs around the best set, is sampled by many
   walkers; what it proposes is run and teaches the stand-in, round after round.
3. The last proposals are run with the true model and weighted by how far the stand-in was off, so that the
   ensemble is of the model and not of its stand-in. Members are chosen by weight, and keep the limits that
   they are held to.

The work is a generator: it yields parameter sets and is sent what the model predicts for them, so it knows
neither cores nor progress.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.observation import Observation
from tricyclic.errors import NumericsError
from tricyclic.numerics.batch.descent import Valley, descend, slopes_at
from tricyclic.numerics.ensemble_sampler import Chain, sample
from tricyclic.numerics.importance import TRUSTED_TAIL, choose, effective_draws, weights_of
from tricyclic.numerics.response_surface import ResponseSurface, fit_surface
from tricyclic.simulation.calibration.misfit import Distance
from tricyclic.simulation.calibration.parameters import Space

Floats = NDArray[np.float64]
# Proposals are drawn a little wider than the stand-in says, so that weights stay small where it is too narrow.
WARMTH = 1.3
# Runs this far below the best (in log density) still teach the stand-in, but little.
TEMPER, LEAST_WEIGHT = 6.0, 0.02
# Step of slopes, in standard deviations of the prior: far above the solver's error.
STEP = 0.1


@dataclass(frozen=True)
class Budget:
    """How much to spend.

    Parameters
    ----------
    starts, descents : int
        Starts of the search for the best set, and steps of each.
    first, rounds, each, last : int
        Runs around the best set; rounds of learning and runs of each; runs that are weighted.
    steps, last_steps : int
        Steps of each walker on the stand-in while learning, and at the end.
    members : int
        Sets of parameters in the ensemble.
    slopes : int
        Members at which the slopes are taken that say which observation informs which parameter.
    """

    starts: int = 4
    descents: int = 12
    first: int = 800
    rounds: int = 3
    each: int = 600
    last: int = 2000
    steps: int = 1500
    last_steps: int = 20000
    members: int = 100
    slopes: int = 8


QUICK = Budget(
    starts=1,
    descents=6,
    first=300,
    rounds=1,
    each=200,
    last=500,
    steps=600,
    last_steps=3000,
    members=50,
    slopes=2,
)


@dataclass(frozen=True)
class Asked:
    """Parameter sets, shape (k, parameters), whose predictions are wanted; and what for."""

    values: Floats
    says: str
    done: int
    total: int


@dataclass(frozen=True)
class Calibration:
    """What came of it.

    Parameters
    ----------
    best : array, shape (parameters,)
        The best set that was run, on the standard scale.
    draws, predicted, weights : array, shape (draws, parameters), (draws, observations), (draws,)
        The last proposals on the standard scale, what the model predicts for them, and their weights.
    members, member_predictions : array, shape (members, parameters), (members, observations)
        The ensemble on the standard scale, the best set first.
    slopes : array, shape (some members, observations, parameters)
        Slope of each residual: what a row says about a parameter, member by member.
    sampling : dict of str to float
        Acceptance, autocorrelation, effective draws, tail, share of the weight that keeps the limits, runs, …
    notes : tuple of str
        What to know before trusting it.
    """

    best: Floats
    draws: Floats
    predicted: Floats
    weights: Floats
    members: Floats
    member_predictions: Floats
    slopes: Floats
    sampling: dict[str, float]
    notes: tuple[str, ...]


def calibration(
    observations: Sequence[Observation],
    space: Space,
    held: Sequence[bool],
    *,
    budget: Budget = Budget(),
    seed: int = 1,
) -> Generator[Asked, Floats, Calibration]:
    """Calibrate.

    Parameters
    ----------
    observations : sequence of Observation
    space : Space
        The free parameters.
    held : sequence of bool
        Limits that every member has to keep, where enough of the draws do.
    budget : Budget
    seed : int
        The same seed gives the same ensemble.

    Yields
    ------
    Asked
        To be sent predictions of shape (k, observations), nan where a run failed.

    Raises
    ------
    NumericsError
        If the start values cannot be run.
    """
    work = _Work(observations, space, budget, np.random.default_rng([seed, 0]), seed)
    valleys = yield from work.descents()
    best = min(valleys, key=lambda valley: valley.cost)
    yield from work.around(best)
    for number in range(budget.rounds):
        surface = work.learn()
        chain = work.walk(surface, budget.steps, number + 1)
        yield from work.run(
            chain.spread(budget.each, work.rng), f"learning, round {number + 1} of {budget.rounds}"
        )
    surface = work.learn()
    chain = work.walk(surface, budget.last_steps, budget.rounds + 1)
    draws = chain.spread(budget.last, work.rng)
    before = len(work.z)
    yield from work.run(draws, "the last proposals")
    return (yield from work.finish(surface, chain, draws, before, valleys, held))


class _Work:
    """Everything that has been run so far, and the steps that add to it."""

    def __init__(
        self,
        observations: Sequence[Observation],
        space: Space,
        budget: Budget,
        rng: np.random.Generator,
        seed: int,
    ) -> None:
        self.observations, self.space, self.budget, self.rng, self.seed = (
            tuple(observations),
            space,
            budget,
            rng,
            seed,
        )
        self.distance = Distance(observations)
        p = len(space)
        self.z, self.predicted = np.empty((0, p)), np.empty((0, len(self.observations)))
        per_descent = (budget.descents + 1) * (2 * p + 1) + 4 * budget.descents
        self.total = (
            budget.starts * per_descent + budget.first + budget.rounds * budget.each + budget.last
        )
        self.total += budget.slopes * (2 * p + 1)

    # ---- asking

    def run(self, z: Floats, says: str) -> Generator[Asked, Floats, Floats]:
        predicted = yield Asked(
            self.space.natural(z), says, len(self.z), max(self.total, len(self.z) + len(z))
        )
        self.z = np.concatenate([self.z, z])
        self.predicted = np.concatenate([self.predicted, predicted])
        return predicted

    def log_density(self, z: Floats, predicted: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = self.distance.log_likelihood(np.log(predicted))
        return np.asarray(self.space.log_prior(z) + likelihood)

    # ---- 1. the best set

    def descents(self) -> Generator[Asked, Floats, list[Valley]]:
        starts = np.concatenate(
            [
                np.zeros((1, len(self.space))),
                self.space.draw(max(self.budget.starts - 1, 1), self.rng),
            ]
        )
        found = []
        for number, start in enumerate(starts[: self.budget.starts]):
            search = descend(start, self.space.low, self.space.high, most=self.budget.descents)
            batch = next(search)
            try:
                while True:
                    predicted = yield from self.run(
                        batch, f"best set, start {number + 1} of {self.budget.starts}"
                    )
                    if len(self.z) == len(batch) and not np.isfinite(predicted[0]).all():
                        raise NumericsError("the scenario cannot be run with its start values")
                    with np.errstate(invalid="ignore", divide="ignore"):
                        residuals = self.distance.residuals(np.log(predicted))
                    batch = search.send(np.concatenate([residuals, batch], axis=1))
            except StopIteration as stop:
                found.append(stop.value)
        return found

    # ---- 2. the stand-in

    def around(self, best: Valley) -> Generator[Asked, Floats, None]:
        """Run sets around the best one, as wide as the slopes there allow, some of them wider."""
        values, axes = np.linalg.eigh(best.slopes.T @ best.slopes)
        n = self.budget.first
        wide = np.where(np.arange(n) < n // 2, 1.0, 1.6)[:, None]
        moves = (
            wide * self.rng.standard_normal((n, len(self.space))) / np.sqrt(np.maximum(values, 1.0))
        )
        yield from self.run(self._inside(best.x + moves @ axes.T), "around the best set")

    def learn(self) -> ResponseSurface:
        """Fit the stand-in to all runs, the better ones first."""
        density = self.log_density(self.z, self.predicted)
        good = np.isfinite(density)
        below = density[good].max() - density[good]
        near = below < 40.0 * TEMPER
        weight = np.maximum(
            np.exp(-below[near] / TEMPER), LEAST_WEIGHT * np.exp(-below[near] / (8 * TEMPER))
        )
        return fit_surface(self.z[good][near], np.log(self.predicted[good][near]), weight)

    def walk(self, surface: ResponseSurface, steps: int, number: int) -> Chain:
        """Sample the stand-in from where the best runs are."""
        walkers = 2 * max(len(self.space) + 1, 16)
        density = self.log_density(self.z, self.predicted)
        likely = np.argsort(-density)[: 2 * walkers]
        start = self.z[self.rng.choice(likely, walkers, replace=False)]
        start = self._inside(start + 0.05 * self.rng.standard_normal(start.shape))
        return sample(
            lambda z: self.stand_in(surface, z),
            start,
            steps=steps,
            burn_in=steps // 3,
            rng=np.random.default_rng([self.seed, number]),
        )

    def stand_in(self, surface: ResponseSurface, z: Floats) -> Floats:
        """log density by the stand-in, flattened a little."""
        likelihood = self.distance.log_likelihood(surface(z))
        return np.asarray((self.space.log_prior(z) + likelihood) / WARMTH)

    def _inside(self, z: Floats) -> Floats:
        # Reflected at the limits, so that no two walkers sit on the same bound.
        low, high = self.space.low, self.space.high
        z = np.where(z < low, 2 * low - z, z)
        z = np.where(z > high, 2 * high - z, z)
        return np.asarray(np.clip(z, low, high))

    # ---- 3. the truth

    def finish(
        self,
        surface: ResponseSurface,
        chain: Chain,
        draws: Floats,
        before: int,
        valleys: list[Valley],
        held: Sequence[bool],
    ) -> Generator[Asked, Floats, Calibration]:
        predicted = self.predicted[before:]
        truth = self.log_density(draws, predicted)
        weights, tail = weights_of(truth - self.stand_in(surface, draws))
        kept = self.distance.kept(predicted, held)
        share = float(weights[kept].sum())
        notes = []
        limited = weights * kept
        enough = share > 0 and effective_draws(limited) >= self.budget.members
        if enough:
            weights = limited / limited.sum()
        else:
            notes.append(
                f"Only {100 * share:.0f} % of the sets keep all limits that members are held to; they are held softly."
            )
        effective = effective_draws(weights)
        if tail > TRUSTED_TAIL:
            notes.append(
                f"The weights have a heavy tail (shape {tail:.2f}, trusted below {TRUSTED_TAIL}): calibrate with more runs."
            )
        if not chain.settled:
            notes.append(
                "The walkers ran for fewer than 50 autocorrelation times: calibrate with more steps."
            )
        picked = choose(weights, self.budget.members - 1, self.rng)
        everything = self.log_density(self.z, self.predicted)
        admitted = (
            self.distance.kept(self.predicted, held) if enough else np.ones(len(self.z), dtype=bool)
        )
        best = int(np.argmax(np.where(admitted, everything, -np.inf)))
        members = np.concatenate([self.z[best : best + 1], draws[picked]])
        member_predictions = np.concatenate([self.predicted[best : best + 1], predicted[picked]])
        slopes = yield from self.slopes(members[: self.budget.slopes])
        return Calibration(
            best=members[0],
            draws=draws,
            predicted=predicted,
            weights=weights,
            members=members,
            member_predictions=member_predictions,
            slopes=slopes,
            sampling={
                "runs": float(len(self.z)),
                "failed_runs": float(np.count_nonzero(~np.isfinite(everything))),
                "starts": float(len(valleys)),
                "starts_that_agree": float(
                    sum(valley.cost < min(v.cost for v in valleys) + 2.0 for valley in valleys)
                ),
                "best_sum_of_squares": 2.0 * min(valley.cost for valley in valleys),
                "walkers": float(chain.draws.shape[1]),
                "steps": float(chain.draws.shape[0]),
                "acceptance": chain.acceptance,
                "autocorrelation": float(chain.autocorrelation.max()),
                "lengths": float(chain.draws.shape[0] / chain.autocorrelation.max()),
                "weighted_draws": float(len(draws)),
                "effective_draws": effective,
                "tail": tail if math.isfinite(tail) else 99.0,
                "share_within_limits": share,
                "distinct_members": float(len(np.unique(picked)) + 1),
            },
            notes=tuple(notes),
        )

    def slopes(self, members: Floats) -> Generator[Asked, Floats, Floats]:
        """Slope of each residual at some members, shape (members, observations, parameters)."""
        found = []
        for number, member in enumerate(members):
            search = slopes_at(member, self.space.low, self.space.high, STEP)
            batch = next(search)
            predicted = yield from self.run(
                batch, f"slopes at member {number + 1} of {len(members)}"
            )
            try:
                with np.errstate(invalid="ignore", divide="ignore"):
                    search.send(self.distance.residuals(np.log(predicted)))
            except StopIteration as stop:
                found.append(stop.value[1])
        return np.array(found)
