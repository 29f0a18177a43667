"""What every solver of differential equations offers: an engine loads SBML, what it loads is run.

A compiled model can be brought to rest and run, from any start and with any parameters, any number of times.
Nothing is carried from one run to the next. A solver keeps the interpreter to itself while it works, so many
models run side by side in processes, never in threads; a compiled model travels to another process as its SBML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Relative error of a run; absolute error of each state, times its size where sizes are given; and the time
# after which a model left alone has settled.
RTOL, ATOL, HORIZON = 1e-6, 1e-9, 3000.0


class CompiledModel(Protocol):
    """A model that is ready to run.

    Attributes
    ----------
    states : tuple of str
        What the solver moves, in its order: parameters with a rate, then species, each once.
    """

    @property
    def states(self) -> tuple[str, ...]:
        """Name what the solver moves, in its order."""

    def values(self) -> dict[str, float]:
        """Give the value in the file of each parameter that may be set."""

    def start(self, values: Mapping[str, float] = {}) -> Floats:
        """Give the model's own initial states, shape (states,), for the parameters `values`."""

    def rest(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = HORIZON,
        start: Floats | None = None,
    ) -> Floats:
        """Give the states, shape (states,), at which nothing moves any more."""

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
    ) -> Floats:
        """Give `outputs` at `times`, shape (times, outputs)."""


class Engine(Protocol):
    """A program that solves differential equations given as SBML."""

    def load(self, sbml: str) -> CompiledModel:
        """Compile a model."""
