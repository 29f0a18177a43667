"""A pool of processes gives the rows in their order, also where no process can be started."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from tricyclic.simulation.calibration import pool
from tricyclic.simulation.calibration.pool import PredictionPool

TABLE = np.arange(90.0).reshape(45, 2)


class Panel:
    """Predicts the sum and the difference of its parameters."""

    def predict(self, values):
        return np.array([values["a"] + values["b"], values["a"] - values["b"]])


EXPECTED = np.stack([TABLE.sum(axis=1), TABLE[:, 0] - TABLE[:, 1]], axis=1)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_set_is_predicted_in_its_row_and_counted(workers, monkeypatch):
    monkeypatch.setattr(pool, "ProcessPoolExecutor", NoProcesses)
    done = []
    with PredictionPool(Panel(), ("a", "b"), workers) as predictors:
        assert np.array_equal(predictors.predict(TABLE, done.append), EXPECTED)
    assert done == sorted(done) and done[-1] == len(TABLE)


class NoProcesses:
    """An executor on a machine that starts no processes."""

    def __init__(self, *args, **kwargs):
        pass

    def submit(self, *args):
        raise BrokenProcessPool

    def shutdown(self, **kwargs):
        pass
