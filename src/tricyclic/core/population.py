"""Population: many subjects, what was drawn for each, how each responded, and the bands that hold shares of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.constant import SURENESSES, Sureness
from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)


@dataclass(frozen=True)
class Phenotype:
    """One kind of people: how active an enzyme is in them, and how many they are.

    Parameters
    ----------
    parameter : str
        What it sets ("subject.activity_CYP2D6").
    name, says : str
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
    says: str = ""
    source: str = ""
    certainty: Sureness = "assumed"

    def __post_init__(self) -> None:
        where = f"{self.parameter}, {self.name}"
        for what, value, most in (
            ("activity", self.activity, math.inf),
            ("share", self.share, 1.0),
            ("cv", self.cv, 5.0),
        ):
            if not (math.isfinite(value) and 0 <= value <= most):
                raise InputError(f"the {what} is {value:g}", where=where, allowed=f"0 to {most:g}")
        if self.certainty not in SURENESSES:
            raise UnknownNameError.among("certainty", self.certainty, SURENESSES, where=where)


@dataclass(frozen=True)
class Endpoint:
    """One number that is told of each subject: "cortex_NE.peak", its unit, and what it means."""

    name: str
    unit: str
    says: str


@dataclass(frozen=True)
class Band:
    """Percentiles of one quantity over time.

    Parameters
    ----------
    name, says, unit : str
        As the scenario watches it; "%" for percent of each subject's own rest.
    time_h : array, shape (times,)
        Hours after the start.
    percentiles : tuple of float
        Ascending; 50 among them.
    y : array, shape (percentiles, times)
    some : array, shape (subjects, times)
        The courses of a few subjects, the first of the population; may be empty.
    """

    name: str
    says: str
    unit: str
    time_h: Floats
    percentiles: tuple[float, ...]
    y: Floats
    some: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        for key in ("time_h", "y", "some"):
            object.__setattr__(self, key, frozen_array(getattr(self, key)))
        if self.y.shape != (len(self.percentiles), self.time_h.size):
            raise InputError(f"has a table of {self.y.shape}", where=self.name)

    def at(self, percentile: float) -> Floats:
        """The course of one of the percentiles, shape (times,)."""
        return np.asarray(self.y[self.percentiles.index(percentile)], dtype=float)


@dataclass(frozen=True)
class Population:
    """Many subjects of one scenario under one treatment.

    Parameters
    ----------
    name, says : str
        The scenario; the treatment in words.
    seed : int
        Of the random numbers; subject k of a seed is always the same.
    drawn : mapping of str to array, shape (subjects,)
        Each drawn parameter, by its name.
    phenotypes : mapping of str to tuple of str
        For each enzyme its phenotype in each subject; empty where none are modelled.
    members : array of int, shape (subjects,)
        Member of the ensemble on which each subject rests; -1 where there is none.
    endpoints : tuple of Endpoint
    values : array, shape (subjects, endpoints)
        nan where a subject could not be computed.
    bands : tuple of Band
    failed : tuple of (int, str)
        Subjects that could not be computed, and why.
    """

    name: str
    says: str
    seed: int
    drawn: Mapping[str, Floats]
    phenotypes: Mapping[str, tuple[str, ...]]
    members: NDArray[np.int64]
    endpoints: tuple[Endpoint, ...]
    values: Floats
    bands: tuple[Band, ...]
    failed: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_array(self.values))
        object.__setattr__(
            self, "drawn", {name: frozen_array(of) for name, of in self.drawn.items()}
        )
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
