"""Profile-likelihood limits: how far a parameter may move before refitting the other parameters no
longer compensates for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

# `profile(value, starts)` gives the least weighted residual sum with the parameter fixed at value,
# and the other parameters there; starts have shape (k, p - 1).
Profile = Callable[[float, np.ndarray], tuple[float, np.ndarray]]
# `beyond(value)` gives a point known to lie inside the limits beyond a value, or None.
Beyond = Callable[[float], tuple[float, np.ndarray] | None]

# Share of the critical root by which a second search may lie below the first before the limit is
# searched again from there.
AGREEMENT = 1e-4
# Times that a limit is moved outward after a second search has refuted it, and after how many every
# step takes several starts.
MAX_REFUTATIONS, SEVERAL = 40, 6
# Tolerance of a limit before it is confirmed.
ROUGH = 1e-3
# Share of the residual sum by which a lower one counts as another optimum.
LOWER = 1e-6


@dataclass(frozen=True)
class ProfileLimit:
    """One end of an interval.

    `closed` is False where the limit lies beyond the bound; `better` is a lower optimum that was
    met on the way (the parameter, the other parameters), else None; `others` are the other
    parameters at the limit.
    """

    value: float
    closed: bool
    better: tuple[float, np.ndarray] | None = None
    others: np.ndarray | None = None


@dataclass(frozen=True)
class ProfilePoint:
    """A value of the parameter, the signed root of the rise there, and the other parameters."""

    x: float
    root: float
    others: np.ndarray


class _LowerOptimumError(Exception):
    """A residual sum below that of the optimum was met at a point."""

    def __init__(self, x: float, others: np.ndarray) -> None:
        super().__init__()
        self.point = (x, others)


def profile_limit(
    profile: Profile,
    best: float,
    others: np.ndarray,
    others_slope: np.ndarray,
    rss: float,
    scale: float,
    critical: float,
    first_step: float,
    bound: float,
    *,
    thorough: Profile | None = None,
    beyond: Beyond | None = None,
    possible: Callable[[float, np.ndarray], bool] | None = None,
    tolerance: float = 1e-7,
    max_evaluations: int = 60,
) -> ProfileLimit:
    """Move outward from the optimum until the profile has risen by critical^2 * scale.

    Parameters
    ----------
    profile : callable
        `profile(value, starts) -> (least weighted residual sum, others)` with the parameter fixed
        at value and the other parameters fitted from the best of the starts, shape (k, p - 1).
    best : float
        Optimum of the parameter.
    others, others_slope : array, shape (p - 1,)
        The other parameters at the optimum, and how they change with this one (their conditional
        slope).
    rss, scale, critical : float
        Residual sum at the optimum, variance of a reading of weight one, and the critical t.
    first_step : float
        Signed first guess of the distance (critical * standard error).
    bound : float
        Where to stop; a limit not met by then is open.
    thorough : callable, optional
        As `profile`, from the given and further starts. Every limit is confirmed by it.
    beyond : callable, optional
        `beyond(value)` gives a point (value, others) inside the limits and farther out, or None.
    possible : callable, optional
        `possible(value, others)` is whether a point may be an optimum; a lower residual sum at one
        that may not counts as no rise.
    tolerance : float
        Of the limit, relative to its distance from the optimum.
    max_evaluations : int
        Evaluations of `profile` for one crossing.

    Notes
    -----
    The signed root of the rise is nearly linear in the parameter, so regula falsi on it needs three
    to six evaluations [Bates & Watts 1988, Nonlinear Regression Analysis]. A search from one start
    may end in a valley that is not the lowest, and the limit is then too close; so it is searched
    again from several starts, and moved outward until that finds nothing lower. Where the profile
    crosses its criterion several times, the limit is the outermost crossing that is met: the
    interval then has every value that the readings allow.
    """
    if not scale > 0:
        # Readings without scatter leave the parameter no range.
        return ProfileLimit(best, True, others=others)
    side = _Side(
        profile, thorough, possible, best, others_slope, rss, scale, critical, bound, first_step > 0
    )
    inner, step = ProfilePoint(best, 0.0, others), first_step
    try:
        for refuted in range(MAX_REFUTATIONS):
            outer = side.bracket(inner, step, max_evaluations)
            if outer is None:
                return ProfileLimit(side.direction * np.inf, False)
            if refuted == SEVERAL and thorough is not None:
                # One start does not follow this profile: take several at every step.
                side = replace(side, profile=thorough)
            lower = side.confirm(outer) if refuted else None
            if lower:
                inner, step = lower, 0.5 * (lower.x - best)
                continue
            # Once refuted, roughly first: a limit that is refuted again needs no digits.
            for precision in (ROUGH, tolerance) if refuted else (tolerance,):
                inner, outer = side.close_in(inner, outer, precision, max_evaluations)
                lower = side.confirm(outer) or (beyond and side.inside(beyond(outer.x)))
                if lower:
                    break
            if not lower:
                limit = side.nearer(inner, outer)
                return ProfileLimit(limit.x, True, others=limit.others)
            inner, step = lower, 0.1 * (lower.x - best)
    except _LowerOptimumError as met:
        return ProfileLimit(met.point[0], False, met.point)
    return ProfileLimit(side.direction * np.inf, False)


@dataclass(frozen=True)
class _Side:
    """One side of a profile."""

    profile: Profile
    thorough: Profile | None
    possible: Callable[[float, np.ndarray], bool] | None
    best: float
    others_slope: np.ndarray
    rss: float
    scale: float
    critical: float
    bound: float
    upward: bool

    @property
    def direction(self) -> float:
        """1 for an upper limit, -1 for a lower one."""
        return 1.0 if self.upward else -1.0

    def at(self, x: float, starts: np.ndarray, by: Profile | None = None) -> ProfilePoint:
        """The profile at x, from some starts."""
        value, others = (by or self.profile)(x, starts)
        lower = value < self.rss * (1 - LOWER) - 1e-300
        if lower and (self.possible is None or self.possible(x, others)):
            raise _LowerOptimumError(x, others)
        return ProfilePoint(x, float(np.sqrt(max(value - self.rss, 0.0) / self.scale)), others)

    def follow(self, near: ProfilePoint, x: float) -> ProfilePoint:
        """The profile at x, from the other parameters of a point as they are and extrapolated along
        their slope.
        """
        along = near.others + self.others_slope * (x - near.x)
        return self.at(x, np.stack([along, near.others]))

    def bracket(
        self, inner: ProfilePoint, step: float, max_evaluations: int
    ) -> ProfilePoint | None:
        """A point outside the limit; None where there is none up to the bound."""
        best, from_optimum = self.best, inner.x == self.best
        for _ in range(max_evaluations):
            x = inner.x + step
            if self.direction * (x - self.bound) >= 0:
                x = self.bound
            point = self.follow(inner, x)
            if point.root >= self.critical:
                return point
            if x == self.bound:
                return None
            # Extrapolate the root, a little beyond the limit so that it is bracketed.
            grow = self.critical / point.root if point.root > 0 else 4.0
            reached = (x - best) * float(np.clip(1.05 * grow, 1.1, 4.0)) + best
            step = (
                reached - x
                if from_optimum
                else max(1.5 * abs(step), 0.1 * abs(x - best)) * (self.direction)
            )
            inner = point
        return None

    def close_in(
        self, inner: ProfilePoint, outer: ProfilePoint, tolerance: float, max_evaluations: int
    ) -> tuple[ProfilePoint, ProfilePoint]:
        """Points inside and outside that are as near as the tolerance, by the method of Illinois:
        regula falsi that halves the weight of an end that stays for two steps.
        """
        side = 0
        low_root, high_root = inner.root - self.critical, outer.root - self.critical
        for _ in range(max_evaluations):
            if abs(outer.x - inner.x) <= tolerance * max(abs(self.best - outer.x), 1e-12):
                break
            x = (inner.x * high_root - outer.x * low_root) / (high_root - low_root)
            point = self.follow(inner, x)
            gap = point.root - self.critical
            if abs(gap) < tolerance * self.critical:
                return point, point
            if gap < 0:
                inner, low_root = point, gap
                high_root *= 0.5 if side == -1 else 1.0
                side = -1
            else:
                outer, high_root = point, gap
                low_root *= 0.5 if side == 1 else 1.0
                side = 1
        return inner, outer

    def nearer(self, inner: ProfilePoint, outer: ProfilePoint) -> ProfilePoint:
        """The one of two points that is nearer to the criterion."""
        return min((outer, inner), key=lambda point: abs(point.root - self.critical))

    def confirm(self, limit: ProfilePoint) -> ProfilePoint | None:
        """A lower point at the limit by the search from several starts, or None."""
        if self.thorough is None:
            return None
        point = self.at(limit.x, limit.others[None], self.thorough)
        return point if point.root < self.critical * (1 - AGREEMENT) else None

    def inside(self, known: tuple[float, np.ndarray] | None) -> ProfilePoint | None:
        """A point that was given as inside, if its profile confirms it."""
        if known is None:
            return None
        point = self.at(known[0], known[1][None])
        return point if point.root < self.critical * (1 - AGREEMENT) else None
