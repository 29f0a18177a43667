"""Ensemble: the sets of parameters that the observations admit, and what is known about each of them.

A calibration gives many sets, not one fit: every simulation shows their band. A parameter that no
observation informs keeps the width of its prior, and says so.
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
# low to high of a prior is 95 % of a normal that is not cut.
SPAN = 3.92


@dataclass(frozen=True)
class Prior:
    """What is held possible of a free parameter before the observations.

    Normal on `scale`, centred on the start value, so that low to high holds 95 % of an untruncated one; then cut
    at low and high, which no member leaves.
    """

    name: str
    start: float
    low: float
    high: float
    unit: str
    scale: Scale
    says: str = ""

    def on_scale(self, values: ArrayLike) -> Floats:
        """Values on the scale of the prior."""
        x = np.asarray(values, dtype=float)
        if self.scale == "log":
            return np.asarray(np.log(x))
        return np.asarray(np.log(x) - np.log1p(-x) if self.scale == "logit" else x)

    def from_scale(self, values: ArrayLike) -> Floats:
        """Back from the scale of the prior, inside its limits."""
        x = np.asarray(values, dtype=float)
        if self.scale == "log":
            x = np.exp(x)
        elif self.scale == "logit":
            x = 1.0 / (1.0 + np.exp(-x))
        return np.asarray(np.clip(x, self.low, self.high))

    @property
    def middle_and_sd(self) -> tuple[float, float]:
        """Middle and standard deviation of the prior on its scale, before it is cut."""
        start, low, high = self.on_scale([self.start, self.low, self.high]).tolist()
        return start, (high - low) / SPAN

    def standard(self, values: ArrayLike) -> Floats:
        """Values in standard deviations of the prior from its start value."""
        middle, sd = self.middle_and_sd
        return np.asarray((self.on_scale(values) - middle) / sd)


@dataclass(frozen=True)
class Misfit:
    """One observation beside what the ensemble predicts for it.

    `best` is the prediction of the best member; `middle`, `low`, `high` are the median and the 90 % band over the
    members; `distance` is that of the best member in standard deviations (0 for a limit that holds);
    `share` is the share of members for which the observation holds.
    """

    id: str
    best: float
    middle: float
    low: float
    high: float
    distance: float
    share: float


@dataclass(frozen=True)
class Identified:
    """How far the observations narrowed a parameter.

    `width` is posterior over prior standard deviation on the scale of the prior (1: nothing learnt);
    `rows` are the observations that say most about it with their share of the information; `partner` is
    the parameter with which it is most correlated.
    """

    name: str
    middle: float
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
        The free parameters, in the order of the columns of `members`. Names are those of the composed
        model ("net_cortex.potency_shift"; "desipramine.CL" for a drug's).
    members : array, shape (members, parameters)
        The first member is the best one found.
    version : int
        Counts up with every new calibration.
    model_hash, observations_hash : str
        Of the texts that it was calibrated with; see `is_of`.
    seed : int
        Of the random numbers.
    drugs : tuple of str
        Drugs of the observations; their numbers are part of the model's hash.
    misfit, identified : tuple
        One per observation; one per parameter.
    sampling : mapping of str to float
        How it was drawn: acceptance, autocorrelation, draws, effective draws, …
    notes : tuple of str
        What to know before trusting it, in plain lines.
    """

    name: str
    scenario: str
    priors: tuple[Prior, ...]
    members: Floats
    version: int = 1
    model_hash: str = ""
    observations_hash: str = ""
    seed: int = 0
    drugs: tuple[str, ...] = ()
    misfit: tuple[Misfit, ...] = ()
    identified: tuple[Identified, ...] = ()
    sampling: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        members = frozen_array(self.members)
        if members.ndim != 2 or members.shape[0] == 0 or members.shape[1] != len(self.priors):
            raise InputError(
                f"holds a table of {members.shape} for {len(self.priors)} parameters",
                where=self.name,
                allowed="One row per member, one column per parameter",
            )
        object.__setattr__(self, "members", members)
        for k, prior in enumerate(self.priors):
            low, high = float(members[:, k].min()), float(members[:, k].max())
            slack = 1e-9 * max(abs(prior.low), abs(prior.high))
            if not (prior.low - slack <= low and high <= prior.high + slack):
                raise InputError(
                    f"'{prior.name}' goes from {low:g} to {high:g}, outside {prior.low:g} to {prior.high:g}",
                    where=self.name,
                    do="Calibrate again; the limits have changed since",
                )

    def __len__(self) -> int:
        return len(self.members)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(prior.name for prior in self.priors)

    def member(self, index: int, known: Container[str] | None = None) -> dict[str, float]:
        """One set of parameters by name; only those in `known` where it is given (a run without a drug has none of its)."""
        row = self.members[index]
        return {
            name: float(value)
            for name, value in zip(self.parameters, row, strict=True)
            if known is None or name in known
        }

    def each(
        self, known: Container[str] | None = None, most: int | None = None
    ) -> list[dict[str, float]]:
        """All sets, or the first `most`: the best one, then draws in random order."""
        n = len(self) if most is None else min(most, len(self))
        return [self.member(index, known) for index in range(n)]

    def column(self, name: str) -> Floats:
        """All members' values of a parameter, shape (members,).

        Raises
        ------
        UnknownNameError
            If it was not calibrated.
        """
        if name not in self.parameters:
            raise UnknownNameError.among(
                "calibrated parameter", name, self.parameters, where=self.name
            )
        return np.asarray(self.members[:, self.parameters.index(name)], dtype=float)

    def prior(self, name: str) -> Prior:
        """The prior of a parameter.

        Raises
        ------
        UnknownNameError
            If it was not calibrated.
        """
        found = next((prior for prior in self.priors if prior.name == name), None)
        if found is None:
            raise UnknownNameError.among(
                "calibrated parameter", name, self.parameters, where=self.name
            )
        return found

    def age(self, model_hash: str, observations_hash: str = "") -> str:
        """One plain line if it was calibrated with another model or other observations; empty if it is of this one."""
        older = []
        if model_hash and model_hash != self.model_hash:
            older.append("the model")
        if observations_hash and observations_hash != self.observations_hash:
            older.append("the observations")
        if not older:
            return ""
        return (
            f"The ensemble '{self.name}' (version {self.version}) is older than {' and '.join(older)}; "
            f"run: tricyclic calibrate {self.scenario}"
        )


def scale_of(low: float, high: float, unit: str) -> Scale:
    """The scale on which a parameter is drawn: logit for a share, log for what is above 0, else linear."""
    if low > 0 and high < 1 and high >= 0.5 and unit == "dimensionless":
        return "logit"
    return "log" if low > 0 and math.isfinite(high) else "linear"
