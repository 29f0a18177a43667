"""The free parameters of a calibration: their priors, and the standard scale that they share.

On the standard scale every prior is a standard normal, truncated at its limits: 0 is the start
value, and low to high spans 3.92.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import Prior, scale_of
from tricyclic.errors import InputError
from tricyclic.simulation.calibration.predict import route_parameters
from tricyclic.simulation.model import ComposedModel
from tricyclic.stats.distributions import truncated_normal
from tricyclic.stats.one_sided import truncated_normal_sd

Floats = NDArray[np.float64]


def collect_priors(composed: Iterable[ComposedModel]) -> tuple[Prior, ...]:
    """The prior of every constant that is free in any of the models, each once.

    Raises
    ------
    InputError
        If two models give the same parameter different start values or limits.
    """
    priors: dict[str, Prior] = {}
    for model in composed:
        shared_names = route_parameters(model)
        for quantity, constant in model.parameters.items():
            if not constant.free:
                continue
            name = shared_names.get(quantity, quantity)
            prior = Prior(
                name,
                constant.value,
                constant.low,
                constant.high,
                constant.unit,
                scale_of(constant.low, constant.high, constant.unit),
                constant.description,
            )
            known = priors.setdefault(name, prior)
            if (known.start, known.low, known.high) != (prior.start, prior.low, prior.high):
                raise InputError(
                    f"'{name}' is {_range(known)} in one scenario and {_range(prior)} in another",
                    where=model.name,
                    do="Give the components different names, or the same values",
                )
    return tuple(priors.values())


@dataclass(frozen=True)
class ParameterSpace:
    """The free parameters as standard normals, truncated at their limits.

    Parameters
    ----------
    priors : tuple of Prior
    low, high : array, shape (parameters,)
        Limits on the standard scale.
    """

    priors: tuple[Prior, ...]
    low: Floats = field(init=False)
    high: Floats = field(init=False)

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            limits = np.array([[getattr(prior, name) for prior in self.priors]])
            object.__setattr__(self, name, self.standard(limits)[0])

    def __len__(self) -> int:
        return len(self.priors)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(prior.name for prior in self.priors)

    def standard(self, values: Floats) -> Floats:
        """Values of shape (k, parameters) on the standard scale."""
        columns = np.asarray(values, dtype=float).T
        return np.array(
            [prior.standard(column) for column, prior in zip(columns, self.priors, strict=True)]
        ).T

    def natural(self, z: Floats) -> Floats:
        """Values from the standard scale, never outside the limits; shape (k, parameters)."""
        columns = []
        for column, prior in zip(np.asarray(z, dtype=float).T, self.priors, strict=True):
            centre, sd = prior.center_and_sd
            columns.append(prior.from_scale(centre + sd * column))
        return np.array(columns).T

    def log_prior(self, z: Floats) -> Floats:
        """log of the prior density, up to a constant, shape (k,); -inf outside the limits."""
        inside = ((z >= self.low) & (z <= self.high)).all(axis=1)
        return np.where(inside, -0.5 * np.einsum("ij,ij->i", z, z), -np.inf)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """A Latin hypercube of n draws from the prior, shape (n, parameters)."""
        return np.array(
            [
                truncated_normal((rng.permutation(n) + rng.random(n)) / n, low, high)
                for low, high in zip(self.low, self.high, strict=True)
            ]
        ).T

    def prior_sd(self) -> Floats:
        """Standard deviation of each truncated prior on the standard scale, shape (parameters,)."""
        return np.array(
            [truncated_normal_sd(low, high) for low, high in zip(self.low, self.high, strict=True)]
        )


def _range(prior: Prior) -> str:
    return f"{prior.start:g} ({prior.low:g} to {prior.high:g})"
