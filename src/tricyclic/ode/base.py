"""The protocol of solvers of differential equations: an engine compiles SBML to a model that runs.

A compiled model gives its steady state and its time courses, from any start and with any
parameters, any number of times. Nothing is carried from one run to the next. A solver keeps the
interpreter lock, so models run in parallel in processes, never in threads; a compiled model is sent
to another process as its SBML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Relative error of a run; absolute error of each state, times its size where sizes are given; and
# the time after which an undisturbed model is at steady state.
RTOL, ATOL, HORIZON = 1e-6, 1e-9, 3000.0


class CompiledModel(Protocol):
    """A model that is ready to run.

    Attributes
    ----------
    states : tuple of str
        Integrated quantities, in the solver's order: parameters with a rate, then species.
    """

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the integrated quantities, in the solver's order."""

    def values(self) -> dict[str, float]:
        """Value in the file of each parameter that may be set."""

    def start(self, values: Mapping[str, float] = {}) -> Floats:
        """The model's own initial states, shape (states,), for the parameters `values`."""

    def steady_state(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = HORIZON,
        start: Floats | None = None,
    ) -> Floats:
        """States, shape (states,), at which nothing changes any more."""

    def run(
        self,
        times: Floats,
        outputs: Sequence[str],
        *,
        values: Mapping[str, float] = {},
        start: Floats | None = None,
        rtol: float = RTOL,
        atol: float | Floats = ATOL,
        sizes: Floats | None = None,
        order: int = 5,
        max_steps: int | None = None,
        longest: float = 0.0,
    ) -> Floats:
        """Values of `outputs` at `times`, shape (times, outputs)."""


class Engine(Protocol):
    """A program that solves differential equations given as SBML."""

    def load(self, sbml: str) -> CompiledModel:
        """Compile a model."""
