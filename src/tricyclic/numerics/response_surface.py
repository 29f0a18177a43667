"""Response surface of a slow model: each output as a smooth quadratic function of the inputs.

It only proposes draws: they are run with the true model and weighted, so that its errors cost draws
and not accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Shrinkage of the curved terms, relative to the mean size of their columns, that is tried.
SHRINKAGES = (1e-6, 1e-4, 1e-2, 1e-1, 1.0)


@dataclass(frozen=True)
class ResponseSurface:
    """Quadratic response of many outputs.

    Parameters
    ----------
    centre, width : array, shape (inputs,)
        Inputs are measured from the centre in units of the width.
    coefficients : array, shape (terms, outputs)
    error : array, shape (outputs,)
        Root mean square error of leave-one-out cross-validation.
    """

    centre: Floats
    width: Floats
    coefficients: Floats
    error: Floats

    def __call__(self, x: Floats) -> Floats:
        """Outputs at inputs of shape (k, inputs), shape (k, outputs)."""
        return np.asarray(_terms((x - self.centre) / self.width) @ self.coefficients)


def fit_surface(x: Floats, y: Floats, weight: Floats | None = None) -> ResponseSurface:
    """Fit every output.

    Parameters
    ----------
    x : array, shape (runs, inputs)
    y : array, shape (runs, outputs)
        Finite.
    weight : array, shape (runs,), optional
        Weight of each run.

    Notes
    -----
    Ridge regression of the quadratic terms only, the shrinkage of each output chosen by leaving one
    run out (closed form); slopes and means are hardly shrunk, so few runs still give a plane.
    """
    w = np.ones(len(x)) if weight is None else weight / weight.mean()
    centre = np.average(x, axis=0, weights=w)
    width = np.sqrt(np.average((x - centre) ** 2, axis=0, weights=w))
    width = np.where(width > 0, width, 1.0)
    z = (x - centre) / width
    terms = _terms(z) * np.sqrt(w)[:, None]
    target = y * np.sqrt(w)[:, None]
    curved = np.arange(terms.shape[1]) > x.shape[1]
    gram, right = terms.T @ terms, terms.T @ target
    best = np.full(y.shape[1], np.inf)
    coefficients = np.zeros((terms.shape[1], y.shape[1]))
    for shrinkage in SHRINKAGES:
        penalty = np.where(curved, shrinkage, 1e-8) * len(x)
        inverse = np.linalg.inv(gram + np.diag(penalty))
        solution = inverse @ right
        leverage = np.einsum("ij,ij->i", terms @ inverse, terms)
        left_out = (target - terms @ solution) / np.maximum(1.0 - leverage, 1e-6)[:, None]
        error = np.sqrt(np.mean(left_out**2, axis=0))
        better = error < best
        best = np.where(better, error, best)
        coefficients[:, better] = solution[:, better]
    return ResponseSurface(centre, width, coefficients, best)


@lru_cache(maxsize=8)
def _pairs(inputs: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(inputs)
    return first, second


def _terms(z: Floats) -> Floats:
    # 1, inputs, then products of two inputs; squares are centred so that they do not replace the
    # mean.
    first, second = _pairs(z.shape[1])
    products = z[:, first] * z[:, second] - (first == second)
    return np.concatenate([np.ones((len(z), 1)), z, products], axis=1)
