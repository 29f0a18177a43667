"""A run whose absolute tolerances follow the scale of each state, for models in any units.

A fixed absolute tolerance is above everything in a file that counts moles in a picolitre, and the
solver then returns noise. Here the error of each state is controlled relative to the state itself,
down to a tiny share of its scale, and no state may stay below what its tolerance resolves. Not for
the composed models of the library, whose units are known: it takes about twice the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import NumericsError
from tricyclic.ode.base import CompiledModel

Floats = NDArray[np.float64]


class Accuracy(NamedTuple):
    """Relative error; absolute error of each state as a share of its size; steps between two
    outputs before the next accuracy is tried (None: all methods, with as many as it takes).
    """

    rtol: float
    atol: float
    max_steps: int | None


# Tried in this order. The first controls the relative error alone, which resolves a quantity that
# appears or falls by tens of orders of magnitude. It fails where a state is the rounding error of
# others, which the later ones leave unresolved. The last is that of the library's models.
ACCURACIES = (
    Accuracy(1e-9, 1e-30, 20_000),
    Accuracy(1e-9, 1e-20, 20_000),
    Accuracy(1e-9, 1e-14, 50_000),
    Accuracy(1e-6, 1e-9, None),
)
# A state is resolved when its tolerance is at most this share of its maximum.
RESOLVED = 1e-8
MAX_ROUNDS = 6


def run_to_scale(
    model: CompiledModel,
    times: Floats,
    outputs: Sequence[str],
    *,
    values: Mapping[str, float] = {},
    start: Floats | None = None,
    stricter: float = 1.0,
    longest: float = 0.0,
) -> Floats:
    """Run a model from time 0 with tolerances that follow the scale of each of its states.

    Parameters
    ----------
    model : CompiledModel
    times : array, shape (times,)
        Increasing, 0 or more, in the model's unit of time.
    outputs : sequence of str
    values : mapping of float
        Parameters that differ from the file.
    start : array, shape (states,), optional
        States at time 0; default: the model's own.
    stricter : float
        Factor on the relative errors, such as 0.1 for a second run that verifies the first.
    longest : float
        Longest step of the solver; 0 for any.

    Returns
    -------
    array, shape (times, outputs)
        Within about 1e-7 of each quantity where the first accuracy can be met.

    Raises
    ------
    NumericsError
        If no accuracy can be met; that of the last one.

    Notes
    -----
    A state that starts at 0 has no known scale: it takes the smallest of the others. When it then
    stays below what its tolerance resolves, the run is repeated with the scale that it reached, so
    most models need one run and few more than two.
    """
    initial = model.start(values) if start is None else start

    def once(accuracy: Accuracy, sizes: Floats) -> Floats:
        return model.run(
            times,
            (*outputs, *model.states),
            values=values,
            start=start,
            rtol=accuracy.rtol * stricter,
            atol=accuracy.atol,
            sizes=sizes,
            max_steps=accuracy.max_steps,
            longest=longest,
        )

    for accuracy in ACCURACIES:
        try:
            table = _resolved(once, accuracy, _sizes(initial), len(outputs))
        except NumericsError:
            if accuracy is ACCURACIES[-1]:
                raise
        else:
            return np.asarray(table[:, : len(outputs)])
    raise AssertionError  # the last accuracy returns or raises


def _resolved(
    once: Callable[[Accuracy, Floats], Floats], accuracy: Accuracy, sizes: Floats, first_state: int
) -> Floats:
    """The run at one accuracy, repeated until every state is resolved or exactly 0."""
    for _ in range(MAX_ROUNDS):
        table = once(accuracy, sizes)
        largest = np.abs(table[:, first_state:]).max(axis=0)
        unresolved = (largest > 0.0) & (accuracy.atol * sizes > RESOLVED * largest)
        if not unresolved.any():
            break
        sizes = np.where(unresolved, largest, sizes)
    return table


def _sizes(start: Floats) -> Floats:
    """The scale of each state: its start, or the smallest other start where it starts at 0."""
    sizes = np.abs(start)
    known = sizes[sizes > 0.0]
    return np.where(sizes > 0.0, sizes, known.min(initial=np.inf) if known.size else 1.0)
