"""The one door to the solver: Antimony text becomes SBML, SBML a compiled model, a compiled model a table over time.

An engine loads SBML; what it loads can be brought to rest and run, from any start and with any parameters,
any number of times. Nothing is carried from one run to the next. A solver keeps the interpreter to itself
while it works, so many models run side by side in processes, never in threads; a compiled model travels
to another process as its SBML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.sensitivities import sensitivities

Floats = NDArray[np.float64]
# Relative error of a run; absolute error of each state, times its size where sizes are given; and the time
# after which a model left alone has settled.
RTOL, ATOL, HORIZON = 1e-6, 1e-9, 3000.0

__all__ = [
    "ATOL",
    "HORIZON",
    "RTOL",
    "CompiledModel",
    "Engine",
    "antimony_of",
    "engine",
    "sbml_of",
    "sensitivities",
]


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


def sbml_of(antimony_text: str, name: str) -> str:
    """Write an Antimony model as SBML Level 3 Version 2.

    Parameters
    ----------
    antimony_text : str
        One or several models in Antimony; modules that the last one uses stand before it.
    name : str
        What to call the text in an error: a file, a scenario.

    Returns
    -------
    str
        SBML of the main model, modules flattened.

    Raises
    ------
    InputError
        If the text does not parse; says the line.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(antimony_text) < 0:
        raise _unreadable(antimony.getLastError(), name)
    sbml = antimony.getSBMLString(antimony.getMainModuleName())
    if not sbml:
        raise _unreadable(antimony.getLastError(), name)
    return str(sbml)


def antimony_of(sbml: str, name: str) -> str:
    """Write an SBML model as Antimony.

    Raises
    ------
    InputError
        If it cannot be written so.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadSBMLString(sbml) < 0:
        raise _unreadable(antimony.getLastError(), name)
    return str(antimony.getAntimonyString(antimony.getMainModuleName()))


def engine(name: str = "roadrunner") -> Engine:
    """Give the engine of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in _ENGINES:
        raise UnknownNameError.among("engine", name, _ENGINES)
    return _ENGINES[name]()


def _roadrunner() -> Engine:
    from tricyclic.numerics.engine_roadrunner import RoadRunnerEngine

    return RoadRunnerEngine()


_ENGINES: dict[str, Callable[[], Engine]] = {"roadrunner": _roadrunner}


def _unreadable(complaint: str, name: str) -> InputError:
    first = " ".join(complaint.split()) or "it holds no model"
    return InputError(f"the model text cannot be read: {first}", where=name)
