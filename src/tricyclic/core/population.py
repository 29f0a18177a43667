"""Simulated populations: the parameters of each subject, its responses, and percentile bands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.certainty import CERTAINTIES, Certainty
from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)


@dataclass(frozen=True)
class Phenotype:
    """One metaboliser phenotype: the activity of an enzyme, and its share of the population.

    Parameters
    ----------
    parameter : str
        The parameter that it sets ("subject.activity_CYP2D6").
    name, description : str
        "poor", and what that means.
    activity : float
        Value of the parameter relative to an extensive metaboliser, 0 or more.
    share : float
        Share of the population (fraction).
    cv : float
        Coefficient of variation of the activity among them (fraction).
    source, certainty : str
        As of a Constant.
    """

    parameter: str
    name: str
    activity: float
    share: float
    cv: float = 0.0
    description: str = ""
    source: str = ""
    certainty: Certainty = "assumed"

    def __post_init__(self) -> None:
        where = f"{self.parameter}, {self.name}"
        for what, value, most in (
            ("activity", self.activity, math.inf),
            ("share", self.share, 1.0),
            ("cv", self.cv, 5.0),
        ):
            if not (math.isfinite(value) and 0 <= value <= most):
                allowed = f"It is 0 to {most:g}" if math.isfinite(most) else "It is 0 or more"
                raise InputError(f"the {what} is {value:g}", where=where, allowed=allowed)
        if self.certainty not in CERTAINTIES:
            raise UnknownNameError.among("certainty", self.certainty, CERTAINTIES, where=where)


@dataclass(frozen=True)
class Endpoint:
    """One number that is computed for each subject: "cortex_NE.peak", its unit and its meaning."""

    name: str
    unit: str
    description: str


@dataclass(frozen=True)
class PercentileBand:
    """Percentiles of one quantity over time.

    Parameters
    ----------
    name, description, unit : str
        As in the scenario; the unit is "%" for percent of each subject's own baseline.
    time_h : array, shape (times,)
        Hours after the start.
    percentiles : tuple of float
        Ascending; 50 among them.
    y : array, shape (percentiles, times)
    example_trajectories : array, shape (subjects, times)
        The courses of the first subjects of the population; may be empty.
    """

    name: str
    description: str
    unit: str
    time_h: Floats
    percentiles: tuple[float, ...]
    y: Floats
    example_trajectories: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        for key in ("time_h", "y", "example_trajectories"):
            object.__setattr__(self, key, frozen_array(getattr(self, key)))
        if self.y.shape != (len(self.percentiles), self.time_h.size):
            raise InputError(f"has a table of {self.y.shape}", where=self.name)

    def at(self, percentile: float) -> Floats:
        """The course of a percentile, shape (times,)."""
        return np.asarray(self.y[self.percentiles.index(percentile)], dtype=float)


@dataclass(frozen=True)
class Population:
    """Many subjects of one scenario under one treatment.

    Parameters
    ----------
    name, treatment : str
        The scenario; the treatment in words.
    seed : int
        Of the random numbers; subject k of a seed is always the same.
    parameters : mapping of str to array, shape (subjects,)
        Each sampled parameter, by its name.
    phenotypes : mapping of str to tuple of str
        For each enzyme its phenotype in each subject; empty where none are modelled.
    parameter_set_index : array of int, shape (subjects,)
        Parameter set of the ensemble behind each subject; -1 where there is none.
    endpoints : tuple of Endpoint
    values : array, shape (subjects, endpoints)
        nan where a subject could not be computed.
    bands : tuple of PercentileBand
    failed : tuple of (int, str)
        Subjects that could not be computed, and why.
    """

    name: str
    treatment: str
    seed: int
    parameters: Mapping[str, Floats]
    phenotypes: Mapping[str, tuple[str, ...]]
    parameter_set_index: NDArray[np.int64]
    endpoints: tuple[Endpoint, ...]
    values: Floats
    bands: tuple[PercentileBand, ...]
    failed: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_array(self.values))
        frozen = {name: frozen_array(values) for name, values in self.parameters.items()}
        object.__setattr__(self, "parameters", frozen)
        if self.values.ndim != 2 or self.values.shape[1] != len(self.endpoints):
            raise InputError(
                f"has a table of {self.values.shape} for {len(self.endpoints)} endpoints",
                where=self.name,
            )

    def __len__(self) -> int:
        return len(self.values)

    def endpoint(self, name: str) -> Floats:
        """Values of one endpoint, shape (subjects,).

        Raises
        ------
        UnknownNameError
            If there is none of that name.
        """
        known = [endpoint.name for endpoint in self.endpoints]
        if name not in known:
            raise UnknownNameError.among("endpoint", name, known, where=self.name)
        return np.asarray(self.values[:, known.index(name)], dtype=float)
