"""A fitted standard curve, and its inverse: from readings to concentrations with limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Fit
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import band, fit, predict
from tricyclic.stats.statistics import t_quantile

# Curve on logarithms of concentration and reading: a straight line there, a power law here.
LOG_LOG = "log_log"
CURVE_NAMES = (
    "logistic_4pl",
    "logistic_5pl",
    "logistic_3pl",
    "straight_line",
    "quadratic",
    LOG_LOG,
)
# Points of the grid on which a curve is inverted, decades to which it is extended for the readings
# of the outermost standards, and halvings of an interval of the grid.
POINTS, MARGIN, HALVINGS = 3000, 1.0, 50
X = "concentration_M"


@dataclass(frozen=True)
class Inverse:
    """Concentrations of readings: estimates and limits, each of shape (k,).

    `side` is -1 below and 1 above the range, 0 within it and nan outside the curve; a limit that
    lies beyond the range is 0 or inf.
    """

    concentration: np.ndarray
    low: np.ndarray
    high: np.ndarray
    side: np.ndarray


class StandardCurve:
    """The curve of standards.

    Parameters
    ----------
    concentration, reading : array, shape (n,)
        Standards; concentrations of 0 or more, in any unit.
    curve : str
        One of CURVE_NAMES.
    variance, weights : str
        As in `fit`.
    weight : array, shape (n,), optional
        Weights of the readings.
    confidence : float
        Of all limits.

    Raises
    ------
    InputError
        If the standards cannot determine the curve, or a logarithm does not exist.
    """

    def __init__(
        self,
        concentration: np.ndarray,
        reading: np.ndarray,
        *,
        curve: str,
        variance: FitVariance = "constant",
        weights: str = "",
        weight: np.ndarray | None = None,
        confidence: float = 0.95,
        y_unit: str = "unknown",
        name: str = "standards",
    ) -> None:
        self.concentration, self.reading = concentration, reading
        self.is_log = curve == LOG_LOG
        self.model: CurveModel = CURVES["straight_line" if self.is_log else curve]
        positive = concentration[concentration > 0]
        if positive.size == 0:
            raise InputError("all standards have the concentration 0", where=name)
        self.lowest, self.highest = float(positive.min()), float(positive.max())
        if self.is_log:
            has_weights = bool(weights) or weight is not None
            _check_logarithms(concentration, reading, has_weights, variance, name)
        series = Series(
            name,
            self._transformed(reading),
            y_unit,
            {X: self._position(concentration)},
            weight=weight,
        )
        self.fit: Fit = fit(
            series, self.model, variance=variance, weights=weights, confidence=confidence
        )
        if not self.fit.ok:
            raise InputError(
                f"the curve {curve} cannot be fitted: {self.fit.message}",
                where=name,
                do="Add standards, or choose a curve with fewer parameters",
            )
        self._grid()

    def expected(self, concentration: np.ndarray) -> np.ndarray:
        """Expected readings."""
        mean = predict(self.fit, self.model, {X: self._position(concentration)})
        return np.asarray(10.0**mean if self.is_log else mean)

    def band(self, concentration: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Confidence band of the curve."""
        low, high = band(self.fit, self.model, {X: self._position(concentration)})
        return (10.0**low, 10.0**high) if self.is_log else (low, high)

    def back_calculated(self, reading: np.ndarray) -> np.ndarray:
        """Concentrations of single readings, also a little beyond the standards; nan where the
        curve has none.
        """
        return self._inverted(
            self._transformed(np.asarray(reading, float)), self.log10_x, self.mean
        )

    def inverse(self, reading: np.ndarray, n: np.ndarray, lowest: float, highest: float) -> Inverse:
        """Concentrations of the means of n readings, with limits, within a range.

        Notes
        -----
        A limit is where the reading lies t standard errors from the curve, both the scatter of the
        reading itself and the uncertainty of the curve at that concentration being counted. For a
        straight line this is Fieller's interval; in general the inversion interval of Greenwell &
        Schubert Kabban 2014, doi:10.32614/RJ-2014-009.
        """
        inside = (self.log10_x >= math.log10(lowest) - 1e-12) & (
            self.log10_x <= math.log10(highest) + 1e-12
        )
        x, mean = self.log10_x[inside], self.mean[inside]
        ends = self._mean(np.array([lowest, highest]))
        x = np.concatenate([[math.log10(lowest)], x, [math.log10(highest)]])
        mean = np.concatenate([ends[:1], mean, ends[1:]])
        target = self._transformed(np.asarray(reading, float))
        at = self._inverted(target, x, mean)
        rises = ends[1] > ends[0]
        above = target > ends.max() if rises else target < ends.min()
        below = target < ends.min() if rises else target > ends.max()
        side = np.where(above, 1.0, np.where(below, -1.0, 0.0))
        side[~np.isfinite(target)] = np.nan
        critical = t_quantile(self.fit.df, self.fit.confidence)
        sd_curve = self._sd_of_curve(10.0**x)
        sd_reading = np.interp(mean, *self._scatter)
        low, high = np.full(target.size, np.nan), np.full(target.size, np.nan)
        for k in range(target.size):
            if np.isnan(side[k]):
                continue
            error = np.sqrt(sd_curve**2 + sd_reading**2 / n[k])
            if not (error > 0).all():
                # Standards without scatter leave nothing to estimate limits from.
                low[k] = high[k] = at[k]
                continue
            distance = (target[k] - mean) / error * (1.0 if rises else -1.0)
            start = np.log10(at[k]) if side[k] == 0 else x[-1] if side[k] > 0 else x[0]
            low[k], high[k] = _limits(x, distance, critical, float(start))
        return Inverse(np.where(side == 0, at, np.nan), low, high, side)

    def turning_point(self) -> float:
        """Concentration at which the curve turns within the standards; nan where it does not."""
        return self._turn

    def _grid(self) -> None:
        """The longest stretch of the curve, a little beyond the standards, on which it is monotone:
        log10 concentrations, increasing, and the curve there.
        """
        log10_x = np.linspace(
            math.log10(self.lowest) - MARGIN, math.log10(self.highest) + MARGIN, POINTS
        )
        mean = self._mean(10.0**log10_x)
        steps = np.diff(mean)
        up = bool(self._mean(np.array([self.highest]))[0] > self._mean(np.array([self.lowest]))[0])
        right = steps > 0 if up else steps < 0
        within = (log10_x[1:] > math.log10(self.lowest)) & (log10_x[:-1] < math.log10(self.highest))
        turns = np.flatnonzero(~right & within)
        flat = steps[turns] == 0
        self._turn = float(10.0 ** log10_x[turns[~flat][0]]) if (~flat).any() else math.nan
        first, last = _longest(right)
        self.log10_x, self.mean = log10_x[first : last + 1], mean[first : last + 1]
        order = np.argsort(self.fit.parts[0].expected, kind="stable")
        part = self.fit.parts[0]
        self._scatter = (part.expected[order], np.asarray(part.sd)[order])

    def _inverted(self, target: np.ndarray, x: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Concentrations at which the curve takes the target values; nan beyond its ends."""
        sign = 1.0 if mean[-1] > mean[0] else -1.0
        low_end, high_end = sign * mean[0], sign * mean[-1]
        place = np.searchsorted(sign * mean, sign * target)
        place = np.clip(place, 1, x.size - 1)
        low, high = x[place - 1].copy(), x[place].copy()
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            under = sign * self._mean(10.0**middle) < sign * target
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        missing = ~np.isfinite(target) | (sign * target < low_end) | (sign * target > high_end)
        return np.where(missing, np.nan, 10.0 ** (0.5 * (low + high)))

    def _mean(self, concentration: np.ndarray) -> np.ndarray:
        return predict(self.fit, self.model, {X: self._position(concentration)})

    def _sd_of_curve(self, concentration: np.ndarray) -> np.ndarray:
        low, high = band(self.fit, self.model, {X: self._position(concentration)})
        reach = t_quantile(self.fit.df, self.fit.confidence)
        return np.asarray((high - low) / (2.0 * reach))

    def _position(self, concentration: np.ndarray) -> np.ndarray:
        if not self.is_log:
            return concentration
        # From the lowest standard on, because a series has no negative concentrations.
        return np.asarray(np.log10(np.maximum(concentration, 1e-300) / self.lowest)) + SHIFT

    def _transformed(self, reading: np.ndarray) -> np.ndarray:
        if not self.is_log:
            return reading
        positive = reading > 0
        return np.where(positive, np.log10(np.where(positive, reading, 1.0)), np.nan)


# Decades by which the logarithm of a concentration is moved, so that it stays above 0.
SHIFT = 2.0 * MARGIN


def _limits(
    x: np.ndarray, distance: np.ndarray, critical: float, start: float
) -> tuple[float, float]:
    """Both concentrations at which the distance, falling along x, is the critical one."""
    below = np.flatnonzero((x <= start) & (distance > critical))
    above = np.flatnonzero((x >= start) & (distance < -critical))
    low, high = 0.0, math.inf
    if below.size:
        i = int(below[-1])
        low = 10.0 ** (_crossing(x, distance - critical, i) if i + 1 < x.size else x[i])
    if above.size:
        i = int(above[0])
        high = 10.0 ** (_crossing(x, distance + critical, i - 1) if i > 0 else x[i])
    return low, high


def _crossing(x: np.ndarray, value: np.ndarray, i: int) -> float:
    """Where a value crosses 0 between two neighbours."""
    share = value[i] / (value[i] - value[i + 1])
    return float(x[i] + share * (x[i + 1] - x[i]))


def _longest(right: np.ndarray) -> tuple[int, int]:
    """First and last point of the longest run of steps in the right direction."""
    best, start = (0, 0), 0
    for i in range(right.size + 1):
        if i == right.size or not right[i]:
            if i - start > best[1] - best[0]:
                best = (start, i)
            start = i + 1
    return best


def _check_logarithms(
    concentration: np.ndarray, reading: np.ndarray, has_weights: bool, variance: str, name: str
) -> None:
    if has_weights or variance != "constant":
        raise InputError(
            f"has no effect on the curve {LOG_LOG}",
            where="weights" if has_weights else "variance",
            allowed="Logarithms of readings have a constant relative error",
            do="Omit it",
        )
    if (concentration <= 0).any():
        raise InputError(
            "a standard has the concentration 0, which has no logarithm",
            where=name,
            do="Leave it out, or choose another curve",
        )
    if (reading <= 0).any():
        raise InputError(
            f"a reading of a standard is {reading[reading <= 0][0]:g}, which has no logarithm",
            where=name,
            do="Leave it out, or choose another curve",
        )
