"""Lengths of paths that were traced in pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import linalg

FloatArray = npt.NDArray[np.float64]

# Weight of the squared second differences: waves shorter than about 12 pixels are noise of the
# pixels, those of neurites are longer.
STIFFNESS = 12.0


def smooth_path(points: FloatArray, stiffness: float = STIFFNESS) -> FloatArray:
    """A path without the steps of its pixels (Whittaker-Henderson smoothing of each coordinate).

    Parameters
    ----------
    points : array, shape (n, 2)
        About one pixel apart.
    stiffness : float
        Weight of the squared second differences.
    """
    n = points.shape[0]
    if n < 4:
        return points
    # The banded matrix of 1 + stiffness * D'D, upper form.
    bands = np.zeros((3, n))
    diagonal = np.full(n, 6.0)
    diagonal[[0, -1]], diagonal[[1, -2]] = 1.0, 5.0
    if n == 4:
        diagonal[[1, 2]] = 5.0
    first = np.full(n, -4.0)
    first[1], first[-1] = -2.0, -2.0
    bands[2] = 1.0 + stiffness * diagonal
    bands[1] = stiffness * first
    bands[0] = stiffness
    return np.asarray(linalg.solveh_banded(bands, points))


def path_length(points: FloatArray) -> float:
    """Length of a polygon."""
    if points.shape[0] < 2:
        return 0.0
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def chain_code_length(points: FloatArray) -> float:
    """Length by steps of 1 and sqrt(2) between pixels, for comparison: up to 8 % too long."""
    return path_length(np.rint(points))


def continued(points: FloatArray, length: float, arm: float = 8.0) -> FloatArray:
    """Points one pixel apart, straight beyond the end of a path, in the direction of its last arm;
    the last one is `length` away.

    Parameters
    ----------
    points : array, shape (n, 2)
    length : float
        How far [pixels].
    arm : float
        Part of the path that gives the direction [pixels].
    """
    way = direction(points[::-1], arm)
    along = np.arange(1.0, np.ceil(length))
    along = np.append(along, length) if length > 0.0 else along
    return np.asarray(points[-1] - way * along[:, None])


def direction(points: FloatArray, arm: float = 8.0) -> FloatArray:
    """Unit vector in which a path leaves its first point."""
    far = np.hypot(*(points - points[0]).T)
    beyond = np.flatnonzero(far >= arm)
    last = int(beyond[0]) if beyond.size else points.shape[0] - 1
    way = points[last] - points[0]
    size = float(np.hypot(*way))
    return np.asarray(way / size) if size > 0.0 else np.zeros(2)


def cut_at(points: FloatArray, length: float) -> FloatArray:
    """The first part of a path, of that length."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    if length >= along[-1]:
        return points
    k = int(np.searchsorted(along, length, side="right"))
    share = (length - along[k - 1]) / max(steps[k - 1], 1e-12)
    last = points[k - 1] + share * (points[k] - points[k - 1])
    return np.concatenate([points[:k], last[None]])
