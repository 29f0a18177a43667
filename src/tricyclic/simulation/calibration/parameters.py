"""From composed models to what a calibration may move: each free constant with its prior, on a scale of its own.

On that scale every prior is a standard normal cut at the limits: 0 is the start value, and low to high spans 3.92.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import Prior, scale_of
from tricyclic.errors import InputError
from tricyclic.simulation.calibration.predict import route_parameters
from tricyclic.simulation.model import Composed
from tricyclic.stats.distributions import truncated_normal
from tricyclic.stats.one_sided import truncated_normal_sd

Floats = NDArray[np.float64]


def priors_of(composed: Iterable[Composed]) -> tuple[Prior, ...]:
    """Every constant that the tables call free, in any of the models, once.

    Raises
    ------
    InputError
        If two models give the same parameter different start values or limits.
    """
    found: dict[str, Prior] = {}
    for model in composed:
        copies = route_parameters(model)
        for quantity, constant in model.parameters.items():
            if not constant.free:
                continue
            name = copies.get(quantity, quantity)
            prior = Prior(
                name,
                constant.value,
                constant.low,
                constant.high,
                constant.unit,
                scale_of(constant.low, constant.high, constant.unit),
                constant.says,
            )
            known = found.setdefault(name, prior)
            if (known.start, known.low, known.high) != (prior.start, prior.low, prior.high):
                raise InputError(
                    f"'{name}' starts at {known.start:g} in one scenario and at {prior.start:g} in another",
                    where=model.name,
                    do="Give the parts different names, or the same row",
                )
    return tuple(found.values())


@dataclass(frozen=True)
class Space:
    """The free parameters as standard normals, cut at their limits.

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
        object.__setattr__(
            self, "low", self.standard(np.array([[prior.low for prior in self.priors]]))[0]
        )
        object.__setattr__(
            self, "high", self.standard(np.array([[prior.high for prior in self.priors]]))[0]
        )

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
        """Back from the standard scale, inside the limits to the last bit; shape (k, parameters)."""
        columns = []
        for column, prior in zip(np.asarray(z, dtype=float).T, self.priors, strict=True):
            middle, sd = prior.middle_and_sd
            columns.append(prior.from_scale(middle + sd * column))
        return np.array(columns).T

    def log_prior(self, z: Floats) -> Floats:
        """log of the prior density at z of shape (k, parameters), up to a constant; -inf outside the limits."""
        inside = ((z >= self.low) & (z <= self.high)).all(axis=1)
        return np.where(inside, -0.5 * np.einsum("ij,ij->i", z, z), -np.inf)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """n draws of the prior, shape (n, parameters), spread evenly in each parameter (Latin hypercube)."""
        return np.array(
            [
                truncated_normal((rng.permutation(n) + rng.random(n)) / n, low, high)
                for low, high in zip(self.low, self.high, strict=True)
            ]
        ).T

    def prior_sd(self) -> Floats:
        """Standard deviation of each cut prior on the standard scale, shape (parameters,)."""
        return np.array(
            [truncated_normal_sd(low, high) for low, high in zip(self.low, self.high, strict=True)]
        )


def named(names: Sequence[str], row: Floats) -> dict[str, float]:
    """A row of a table of parameters, by name."""
    return dict(zip(names, row.tolist(), strict=True))
