"""Calibrated ensembles: parameter sets that agree with the observations, and how well each
parameter is identified.

A calibration gives many sets, not one fit, and every simulation shows their band. A parameter that
no observation informs keeps the width of its prior.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
Scale = Literal["log", "logit", "linear"]
# low to high of a prior is the central 95 % of the normal distribution before truncation.
SPAN = 3.92


@dataclass(frozen=True)
class Prior:
    """Prior distribution of a free parameter.

    Normal on `scale`, centred on the start value, with 95 % between low and high before it is
    truncated there.
    """

    name: str
    start: float
    low: float
    high: float
    unit: str
    scale: Scale
    description: str = ""

    def on_scale(self, values: ArrayLike) -> Floats:
        """Values on the scale of the prior."""
        x = np.asarray(values, dtype=float)
        if self.scale == "log":
            return np.asarray(np.log(x))
        return np.asarray(np.log(x) - np.log1p(-x) if self.scale == "logit" else x)

    def from_scale(self, values: ArrayLike) -> Floats:
        """Values from the scale of the prior, within its limits."""
        x = np.asarray(values, dtype=float)
        if self.scale == "log":
            x = np.exp(x)
        elif self.scale == "logit":
            x = 1.0 / (1.0 + np.exp(-x))
        return np.asarray(np.clip(x, self.low, self.high))

    @property
    def center_and_sd(self) -> tuple[float, float]:
        """Centre and standard deviation of the prior on its scale, before truncation."""
        start, low, high = self.on_scale([self.start, self.low, self.high]).tolist()
        return start, (high - low) / SPAN

    def standard(self, values: ArrayLike) -> Floats:
        """Values in standard deviations of the prior from its start value."""
        middle, sd = self.center_and_sd
        return np.asarray((self.on_scale(values) - middle) / sd)


@dataclass(frozen=True)
class ObservationMisfit:
    """One observation and what the ensemble predicts for it.

    `best` is the prediction of the best parameter set; `median`, `low`, `high` are the median and
    the 90 % band over the sets, nan where all sets predict the same number; `distance` is that of
    the best set in standard deviations (0 where a limit is kept); `share` is the share of sets that
    agree with the observation.
    """

    id: str
    best: float
    median: float
    low: float
    high: float
    distance: float
    share: float

    @property
    def has_band(self) -> bool:
        """Whether the parameter sets predict different numbers."""
        return self.low < self.high


@dataclass(frozen=True)
class Identifiability:
    """How far the observations narrow a parameter.

    `width` is posterior over prior standard deviation on the scale of the prior (1: no
    information); `rows` are the most informative observations with their share of the information;
    `partner` is the parameter with the strongest correlation.
    """

    name: str
    median: float
    low: float
    high: float
    width: float
    rows: tuple[tuple[str, float], ...] = ()
    partner: str = ""
    correlation: float = 0.0


@dataclass(frozen=True)
class Ensemble:
    """Admissible sets of parameters of one scenario.

    Parameters
    ----------
    name, scenario : str
        Name of its file; the scenario that was calibrated.
    priors : tuple of Prior
        The free parameters, in the order of the columns of `parameter_sets`. Names are those of the
        composed model ("net_cortex.potency_shift"; "desipramine.CL" for one of a drug).
    parameter_sets : array, shape (sets, parameters)
        The first set is the best one.
    version : int
        Increases with every new calibration.
    model_hash, observations_hash : str
        Of the texts that it was calibrated with; see `age`.
    seed : int
        Of the random numbers.
    drugs : tuple of str
        Drugs of the observations; their constants are part of the hash of the model.
    misfit, identifiability : tuple
        One per observation; one per parameter.
    sampling : mapping of str to float
        Sampling statistics: acceptance, autocorrelation, draws, effective draws, …
    notes : tuple of str
        Limitations, one sentence each.
    """

    name: str
    scenario: str
    priors: tuple[Prior, ...]
    parameter_sets: Floats
    version: int = 1
    model_hash: str = ""
    observations_hash: str = ""
    seed: int = 0
    drugs: tuple[str, ...] = ()
    misfit: tuple[ObservationMisfit, ...] = ()
    identifiability: tuple[Identifiability, ...] = ()
    sampling: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sets = frozen_array(self.parameter_sets)
        if sets.ndim != 2 or sets.shape[0] == 0 or sets.shape[1] != len(self.priors):
            raise InputError(
                f"has a table of {sets.shape} for {len(self.priors)} parameters",
                where=self.name,
                allowed="One row per parameter set, one column per parameter",
            )
        object.__setattr__(self, "parameter_sets", sets)
        for k, prior in enumerate(self.priors):
            low, high = float(sets[:, k].min()), float(sets[:, k].max())
            slack = 1e-9 * max(abs(prior.low), abs(prior.high))
            if not (prior.low - slack <= low and high <= prior.high + slack):
                raise InputError(
                    f"'{prior.name}' goes from {low:g} to {high:g}, outside "
                    f"{prior.low:g} to {prior.high:g}",
                    where=self.name,
                    do="Calibrate again; the limits have changed since",
                )

    def __len__(self) -> int:
        return len(self.parameter_sets)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(prior.name for prior in self.priors)

    def parameter_set(self, index: int, known: Container[str] | None = None) -> dict[str, float]:
        """One parameter set by name; with `known`, only the names in it (a run without a drug has
        no parameters of that drug).
        """
        row = self.parameter_sets[index]
        return {
            name: float(value)
            for name, value in zip(self.parameters, row, strict=True)
            if known is None or name in known
        }

    def each(
        self, known: Container[str] | None = None, most: int | None = None
    ) -> list[dict[str, float]]:
        """All sets, or the first `most`: the best one, then the others in random order."""
        n = len(self) if most is None else min(most, len(self))
        return [self.parameter_set(index, known) for index in range(n)]

    def column(self, name: str) -> Floats:
        """Values of a parameter in all sets, shape (sets,).

        Raises
        ------
        UnknownNameError
            If it was not calibrated.
        """
        if name not in self.parameters:
            raise UnknownNameError.among(
                "calibrated parameter", name, self.parameters, where=self.name
            )
        return np.asarray(self.parameter_sets[:, self.parameters.index(name)], dtype=float)

    def prior(self, name: str) -> Prior:
        """The prior of a parameter.

        Raises
        ------
        UnknownNameError
            If it was not calibrated.
        """
        for prior in self.priors:
            if prior.name == name:
                return prior
        raise UnknownNameError.among("calibrated parameter", name, self.parameters, where=self.name)

    def age(self, model_hash: str, observations_hash: str = "") -> str:
        """A sentence if it was calibrated with another model or other observations, else empty."""
        older = []
        if model_hash and model_hash != self.model_hash:
            older.append("the model")
        if observations_hash and observations_hash != self.observations_hash:
            older.append("the observations")
        if not older:
            return ""
        return (
            f"The ensemble '{self.name}' (version {self.version}) is older than "
            f"{' and '.join(older)}; run: tricyclic model calibrate {self.scenario}"
        )


def scale_of(low: float, high: float, unit: str) -> Scale:
    """The scale of a prior: logit for a share, log for values above 0, else linear."""
    if low > 0 and high < 1 and high >= 0.5 and unit == "dimensionless":
        return "logit"
    return "log" if low > 0 and math.isfinite(high) else "linear"
