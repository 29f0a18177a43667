"""Sensitivities of outputs to parameters: central differences in the log of each parameter.

The solver's own sensitivities are zero without a warning, so each parameter is changed slightly up
and down, at a tolerance that is small compared with the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from tricyclic.ode.base import CompiledModel

Floats = NDArray[np.float64]

# Change of the log parameter, and relative error of the runs that are subtracted.
STEP, RTOL, ATOL = 0.01, 1e-8, 1e-11


def sensitivities(
    model: CompiledModel,
    times: Floats,
    outputs: Sequence[str],
    values: Mapping[str, float],
    names: Sequence[str],
    *,
    start_of: Callable[[Mapping[str, float]], Floats] | None = None,
) -> Floats:
    """Differentiate outputs by the natural log of parameters.

    Parameters
    ----------
    model : CompiledModel
    times : array, shape (times,)
    outputs : sequence of str
    values : mapping of float
        Parameters of the run at which to differentiate.
    names : sequence of str
        Parameters to differentiate by, each above 0.
    start_of : callable, optional
        Function from parameters to the states at time 0 (such as `model.steady_state`, or that plus
        a dose); default: the model's own initial states.

    Returns
    -------
    array, shape (times, outputs, names)
        Change of the output, in its own unit, per unit of ln(parameter).

    Raises
    ------
    InputError
        If a name is unknown or its value is not above 0.

    Notes
    -----
    Error about 1.5e-5 of the output's scale from the curvature and the tolerance together. Each
    column costs two runs.
    """
    at = {**model.values(), **values}
    table = np.empty((np.size(times), len(outputs), len(names)))
    for column, name in enumerate(names):
        if name not in at:
            raise UnknownNameError.among("parameter", name, at)
        if not at[name] > 0.0:
            raise InputError(
                f"'{name}' is {at[name]:g}", allowed="A parameter to differentiate by is above 0"
            )
        low, high = (
            _run(model, times, outputs, {**values, name: at[name] * np.exp(side)}, start_of)
            for side in (-STEP, STEP)
        )
        table[:, :, column] = (high - low) / (2.0 * STEP)
    return table


def _run(
    model: CompiledModel,
    times: Floats,
    outputs: Sequence[str],
    values: Mapping[str, float],
    start_of: Callable[[Mapping[str, float]], Floats] | None,
) -> Floats:
    start = None if start_of is None else start_of(values)
    return model.run(times, outputs, values=values, start=start, rtol=RTOL, atol=ATOL)
