"""Starts of a search: the best nodes of a grid that are not neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.curves._guesses import _best_nodes, _valleys_first


@pytest.mark.parametrize("shape", [(9,), (6, 7), (4, 5, 3), (1, 8)])
@pytest.mark.parametrize("keep", [1, 5, 40])
def test_nodes_are_taken_by_misfit_without_neighbours_of_a_better_one(shape, keep):
    rng = np.random.default_rng(len(shape) * keep)
    index = np.indices(shape).reshape(len(shape), -1).T
    for _ in range(20):
        misfit = np.round(rng.normal(size=shape), 1)
        misfit[rng.random(shape) < 0.2] = np.inf
        wanted = []
        for node in _valleys_first(misfit):
            if len(wanted) == keep or misfit.ravel()[node] == np.inf:
                break
            if all(np.abs(index[node] - index[other]).max() > 1 for other in wanted):
                wanted.append(int(node))
        assert _best_nodes(misfit, index, keep) == wanted
