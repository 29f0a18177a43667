"""The runs of a calibration: parameter sets, what the model predicts for them, and how likely
they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tricyclic.core.observation import Observation
from tricyclic.core.progress import CountCallback, ProgressCallback, report_progress
from tricyclic.simulation.calibration.misfit import MisfitFunction
from tricyclic.simulation.calibration.parameters import Floats, ParameterSpace

# Parameters of shape (k, parameters) to predictions of shape (k, observations), nan where a run
# fails; the callback takes how many of the k are done.
PredictFunction = Callable[[Floats, CountCallback | None], Floats]


class ModelRuns:
    """Runs the model and keeps every run.

    Parameters
    ----------
    observations : sequence of Observation
    space : ParameterSpace
        The free parameters.
    predict : callable
        Predicts the observations for parameter sets.
    expected : int
        About how many runs there will be, for the progress.
    on_progress : callable, optional

    Attributes
    ----------
    z : array, shape (runs, parameters)
        Parameters on the standard scale.
    predicted : array, shape (runs, observations)
    """

    def __init__(
        self,
        observations: Sequence[Observation],
        space: ParameterSpace,
        predict: PredictFunction,
        *,
        expected: int = 0,
        on_progress: ProgressCallback | None = None,
    ) -> None:
        self.space, self.misfit = space, MisfitFunction(observations)
        self.z = np.empty((0, len(space)))
        self.predicted = np.empty((0, len(observations)))
        self._predict, self._expected, self._on_progress = predict, expected, on_progress

    def __len__(self) -> int:
        return len(self.z)

    def run(self, z: Floats, message: str) -> Floats:
        """Predictions for parameters on the standard scale, shape (k, observations)."""
        done, total = len(self), max(self._expected, len(self) + len(z))

        def count(new: int) -> None:
            report_progress(self._on_progress, done + new, total, message)

        count(0)
        predicted = self._predict(self.space.natural(z), count)
        self.z = np.concatenate([self.z, z])
        self.predicted = np.concatenate([self.predicted, predicted])
        return predicted

    def residuals(self, z: Floats, message: str) -> Floats:
        """Run and give the residuals against the observations, shape (k, observations)."""
        predicted = self.run(z, message)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.misfit.residuals(np.log(predicted))

    def log_density(self) -> Floats:
        """log of the posterior density of every run, up to a constant, shape (runs,)."""
        return self.log_density_of(self.z, self.predicted)

    def log_density_of(self, z: Floats, predicted: Floats) -> Floats:
        """log of the posterior density for given predictions; -inf where a run failed."""
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = self.misfit.log_likelihood(np.log(predicted))
        return np.asarray(self.space.log_prior(z) + likelihood)
