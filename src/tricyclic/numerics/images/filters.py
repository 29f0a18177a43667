"""Background, noise and ridges of an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Image = npt.NDArray[np.float32]

# Side of the tiles that background and noise are estimated in [pixels].
TILE = 32
_MAD = 1.4826
# Readings above this many standard deviations are objects, not background.
_CLIP = 2.5


def _tiles(image: Image) -> Image:
    """Tiles as rows of readings, shape (rows, columns, TILE * TILE), with mirrored margins."""
    rows, columns = -(-image.shape[0] // TILE), -(-image.shape[1] // TILE)
    padding = ((0, rows * TILE - image.shape[0]), (0, columns * TILE - image.shape[1]))
    wide = np.pad(image, padding, mode="symmetric" if min(image.shape) >= TILE else "edge")
    parts = wide.reshape(rows, TILE, columns, TILE).swapaxes(1, 2)
    return np.asarray(parts.reshape(rows, columns, TILE * TILE))


def _spread(values: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Image:
    """Values of tiles, interpolated to every pixel."""
    row = (np.arange(shape[0]) + 0.5) / TILE - 0.5
    column = (np.arange(shape[1]) + 0.5) / TILE - 0.5

    def matrix(at: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.float32]:
        at = np.clip(at, 0.0, n - 1.0)
        low = np.minimum(at.astype(int), max(n - 2, 0))
        weights = np.zeros((at.size, n), dtype=np.float32)
        weights[np.arange(at.size), low] = 1.0 - (at - low)
        weights[np.arange(at.size), np.minimum(low + 1, n - 1)] += (at - low).astype(np.float32)
        return weights

    left, right = matrix(row, values.shape[0]), matrix(column, values.shape[1])
    return np.asarray(left @ values.astype(np.float32) @ right.T)


def background(image: Image) -> Image:
    """Slowly varying background under bright objects.

    In tiles, readings above the median by more than their scatter are left out until none is; the
    medians are smoothed over neighbouring tiles, the smallest of which count where objects fill
    the tile.
    """
    tiles = np.sort(_tiles(image), axis=2)
    n = np.full(tiles.shape[:2], tiles.shape[2])
    middle = np.zeros(tiles.shape[:2], dtype=np.float32)
    for _ in range(6):
        middle = np.take_along_axis(tiles, (n // 2)[..., None], 2)[..., 0]
        # The lower half of the readings is background; its quartile gives the scatter.
        low = np.take_along_axis(tiles, (n * 4 // 25)[..., None], 2)[..., 0]
        limit = middle + _CLIP * np.maximum(middle - low, 1e-6)
        n = np.maximum((tiles <= limit[..., None]).sum(axis=2), 8)
    around = ndimage.percentile_filter(middle, 40, size=5, mode="nearest")
    smooth = np.asarray(ndimage.gaussian_filter(around, 1.0, mode="nearest"), dtype=float)
    return _spread(smooth, image.shape)


def noise_of(image: Image) -> float:
    """Standard deviation of independent noise of the darker pixels.

    From second differences, in which structures of several pixels cancel; at least that of
    rounding to whole counts where those are the smallest step.
    """
    mixed = image[1:-1, 1:-1] - 0.5 * (image[:-2, 1:-1] + image[2:, 1:-1])
    mixed = mixed[:, 1:-1] - 0.5 * (mixed[:, :-2] + mixed[:, 2:])
    # Half of the pixels are at or below the median, whose noise is that of the background.
    dark = image[1:-1, 2:-2] <= np.median(image)
    sd = _MAD * float(np.median(np.abs(mixed[dark]))) / 1.5
    return max(sd, 1e-12)


def smoothed(image: Image, sigma: float) -> Image:
    """The image behind a Gaussian filter."""
    return np.asarray(ndimage.gaussian_filter(image, sigma, mode="nearest", truncate=3.5))


@dataclass(frozen=True)
class Ridges:
    """Bright lines of an image at one scale.

    Attributes
    ----------
    sigma : float
        Scale [pixels].
    smooth : array
        The image at that scale.
    strength : array
        Negative second derivative across the line, over its standard deviation by noise.
    noise : array
        That standard deviation.
    """

    sigma: float
    smooth: Image
    strength: Image
    noise: Image


def ridges(image: Image, sigma: float) -> Ridges:
    """Strength of bright lines whose width is of the order of the scale.

    Parameters
    ----------
    image : array
        Without background.
    sigma : float
        Standard deviation of the Gaussian filter [pixels].
    """
    smooth = smoothed(image, sigma)
    wide = np.pad(smooth, 1, mode="edge")
    middle = 2.0 * smooth
    across = wide[2:, 1:-1] + wide[:-2, 1:-1] - middle
    along = wide[1:-1, 2:] + wide[1:-1, :-2] - middle
    mixed = 0.25 * (wide[2:, 2:] + wide[:-2, :-2] - wide[2:, :-2] - wide[:-2, 2:])
    strength = -0.5 * (across + along) + np.sqrt(0.25 * (across - along) ** 2 + mixed**2)
    # Noise makes one of the two curvatures positive almost everywhere: the scatter of the
    # Laplacian has no such offset, and bears a fixed relation to that of the strength.
    trace = _tiles(across + along)
    scatter = _MAD * np.median(np.abs(trace - np.median(trace, axis=2, keepdims=True)), axis=2)
    scatter = ndimage.median_filter(scatter, size=5, mode="nearest")
    # In white noise, var(trace) is 8/3 of the variance of one second derivative.
    noise = _spread(np.maximum(scatter * np.sqrt(3.0 / 8.0), 1e-12), image.shape)
    return Ridges(sigma, smooth, np.asarray(strength / noise), noise)


def to_ridge_line(points: npt.NDArray[np.float64], lines: Ridges) -> npt.NDArray[np.float64]:
    """Points moved across the line to its crest, by at most one pixel (Steger 1998)."""
    row, column = np.rint(points).astype(int).T
    wide = lines.smooth
    row = np.clip(row, 1, wide.shape[0] - 2)
    column = np.clip(column, 1, wide.shape[1] - 2)
    down = 0.5 * (wide[row + 1, column] - wide[row - 1, column]).astype(float)
    right = 0.5 * (wide[row, column + 1] - wide[row, column - 1]).astype(float)
    middle = 2.0 * wide[row, column].astype(float)
    a = wide[row + 1, column] + wide[row - 1, column] - middle
    b = wide[row, column + 1] + wide[row, column - 1] - middle
    c = 0.25 * (
        wide[row + 1, column + 1].astype(float)
        + wide[row - 1, column - 1]
        - wide[row + 1, column - 1]
        - wide[row - 1, column + 1]
    )
    curvature = 0.5 * (a + b) - np.sqrt(0.25 * (a - b) ** 2 + c**2)
    angle = 0.5 * np.arctan2(2.0 * c, a - b)
    # The eigenvector of the larger curvature is at `angle`; the line's normal has the smaller one.
    normal = np.column_stack([-np.sin(angle), np.cos(angle)])
    slope = normal[:, 0] * down + normal[:, 1] * right
    step = np.where(curvature < 0.0, -slope / np.minimum(curvature, -1e-12), 0.0)
    step = np.where(np.abs(step) <= 1.0, step, 0.0)
    return np.asarray(np.column_stack([row, column]) + step[:, None] * normal)


def sampled(image: Image, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Readings at points (row, column) by linear interpolation; the edge is continued."""
    values = ndimage.map_coordinates(image, points.T, order=1, mode="nearest")
    return np.asarray(values, dtype=float)
