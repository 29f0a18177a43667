"""Percentile bands of a population over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.population import PERCENTILES, PercentileBand
from tricyclic.simulation.endpoints import EndpointReduction, reported_unit

Floats = NDArray[np.float64]


def percentile_bands(
    reduction: EndpointReduction,
    time_h: Floats,
    courses: NDArray[np.float32],
    baselines: Floats,
    *,
    n_examples: int,
) -> tuple[PercentileBand, ...]:
    """Percentiles over the subjects that could be computed, in percent of each subject's own
    baseline where the observable is relative.

    Parameters
    ----------
    reduction : EndpointReduction
    time_h : array, shape (times,)
    courses : array, shape (subjects, times, observables)
        In the units of the model.
    baselines : array, shape (subjects, observables)
        In the units in which the observables are reported; nan in the rows of subjects that could
        not be computed.
    n_examples : int
        Number of single subjects that are kept beside the bands.
    """
    computed = np.isfinite(baselines).all(axis=1)
    if not computed.any():
        return ()
    bands = []
    for k, observable in enumerate(reduction.observables):
        y = reduction.factors[k] * courses[computed, :, k].astype(float)
        baseline = baselines[computed, k]
        percent = observable.relative_to_baseline and bool((baseline > 0).all())
        if percent:
            y *= 100.0 / baseline[:, None]
        description = observable.description
        bands.append(
            PercentileBand(
                observable.name,
                f"{description}, % of own baseline" if percent else description,
                "%" if percent else reported_unit(observable.quantity, observable.unit),
                time_h,
                PERCENTILES,
                np.percentile(y, PERCENTILES, axis=0),
                y[:n_examples],
            )
        )
    return tuple(bands)
