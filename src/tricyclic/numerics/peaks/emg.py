"""The exponentially modified Gaussian and its derivatives, without overflow or underflow.

A Gaussian peak convolved with an exponential decay. Written with the scaled complementary error
function before the crossover and with the plain one behind it, after Kalambet et al. 2011,
doi:10.1002/cem.1343: each form is used only where its factors stay within the range of numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, erfcx

FloatArray = NDArray[np.float64]

_ROOT_HALF_PI = float(np.sqrt(np.pi / 2.0))
# Below this ratio of tau to sigma the series in tau is more accurate than the closed form.
_SMALL_TAIL = 1e-3
# Above it 1 - sqrt(pi) z erfcx(z) loses digits and its asymptotic series has converged.
_LARGE_Z = 20.0


def emg(time: ArrayLike, center: float, sigma: float, tau: float) -> FloatArray:
    """Density of an exponentially modified Gaussian: area 1.

    Parameters
    ----------
    time : array_like
        Times, in any unit.
    center : float
        Mean of the Gaussian, in the unit of `time`; the mean of the peak is ``center + tau``.
    sigma : float
        Standard deviation of the Gaussian, above 0.
    tau : float
        Time constant of the tail; 0 is a Gaussian, below 0 the peak fronts.

    Returns
    -------
    ndarray
        In 1 / unit of `time`, of the shape of `time`.

    Raises
    ------
    ValueError
        If `sigma` is not above 0.

    References
    ----------
    Kalambet et al. 2011, doi:10.1002/cem.1343.
    """
    return emg_with_derivatives(time, center, sigma, tau)[0]


def emg_with_derivatives(
    time: ArrayLike, center: float, sigma: float, tau: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The density of `emg` and its derivatives by center, sigma and tau.

    Returns
    -------
    tuple of ndarray
        Density, derivative by `center`, by `sigma`, by `tau`.

    Raises
    ------
    ValueError
        If `sigma` is not above 0.
    """
    if not sigma > 0.0:
        raise ValueError(f"sigma is {sigma}; it must be above 0")
    distance = np.asarray(time, dtype=np.float64) - center
    side = 1.0 if tau >= 0.0 else -1.0
    x = side * distance / sigma
    ratio = abs(tau) / sigma
    # All in units of sigma; `x` runs towards the tail.
    value, by_x, by_ratio = _by_series(x, ratio) if ratio < _SMALL_TAIL else _closed(x, ratio)
    # A scale changes center, sigma and tau alike, which gives the derivative by sigma.
    by_sigma = -(value + x * by_x + ratio * by_ratio)
    return (
        value / sigma,
        -side * by_x / sigma**2,
        by_sigma / sigma**2,
        side * by_ratio / sigma**2,
    )


def _by_series(x: FloatArray, ratio: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    # Convolution with an exponential is 1 - tau D + tau^2 D^2 - ... on the Gaussian.
    gauss = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    derivatives = [
        gauss,
        -x * gauss,
        (x**2 - 1.0) * gauss,
        (3.0 * x - x**3) * gauss,
        (x**4 - 6.0 * x**2 + 3.0) * gauss,
        (-(x**5) + 10.0 * x**3 - 15.0 * x) * gauss,
    ]
    powers = [(-ratio) ** k for k in range(5)]
    value = sum(p * d for p, d in zip(powers, derivatives[:5], strict=True))
    by_x = sum(p * d for p, d in zip(powers, derivatives[1:], strict=True))
    by_ratio = sum(-(k + 1) * powers[k] * derivatives[k + 1] for k in range(4))
    return np.asarray(value), np.asarray(by_x), np.asarray(by_ratio)


def _closed(x: FloatArray, ratio: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    z = (1.0 / ratio - x) / np.sqrt(2.0)
    front = z >= 0.0
    value, by_x, by_ratio = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    xf, zf = x[front], z[front]
    gauss = np.exp(-0.5 * xf * xf) / np.sqrt(2.0 * np.pi)
    scaled = _ROOT_HALF_PI * erfcx(zf)
    missing = _one_minus(zf)
    value[front] = gauss * scaled / ratio
    by_x[front] = gauss / ratio * (missing - xf * scaled)
    by_ratio[front] = gauss / ratio**2 * (missing / ratio - scaled)
    xt, zt = x[~front], z[~front]
    # Behind the crossover the exponent is below 0 and erfc between 1 and 2.
    tail = np.exp(0.5 / ratio**2 - xt / ratio) * erfc(zt) / (2.0 * ratio)
    gauss = np.exp(-0.5 * xt * xt) / np.sqrt(2.0 * np.pi)
    value[~front] = tail
    by_x[~front] = (gauss - tail) / ratio
    by_ratio[~front] = (gauss / ratio**2 - tail * (1.0 + (1.0 / ratio - xt) / ratio)) / ratio
    return value, by_x, by_ratio


def _one_minus(z: FloatArray) -> FloatArray:
    """1 - sqrt(pi) z erfcx(z), to full accuracy for large z as well."""
    plain = 1.0 - np.sqrt(np.pi) * z * erfcx(z)
    square = 1.0 / (2.0 * np.maximum(z, 1.0) ** 2)
    series = square * (1.0 - 3.0 * square * (1.0 - 5.0 * square * (1.0 - 7.0 * square)))
    return np.asarray(np.where(z > _LARGE_Z, series, plain))
