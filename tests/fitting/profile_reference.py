"""Profiles of logistic curves by brute force: dense grids of slopes, doses and asymmetries, linear
least squares for the plateaus, and polishing of the best nodes by the simplex of Nelder and Mead.

Shares no code with the package. Slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

LN10 = float(np.log(10.0))
NONLINEAR = ("c", "hill", "asymmetry")


@dataclass(frozen=True)
class Box:
    """Bounds of log10 EC50, absolute hill and log10 asymmetry (None for a symmetrical curve)."""

    c: tuple[float, float]
    hill: tuple[float, float] = (0.05, 1000.0)
    asymmetry: tuple[float, float] | None = None


def rise_of_fraction(
    x: np.ndarray, c: np.ndarray, hill: np.ndarray, asymmetry: np.ndarray | None, low_end: bool
) -> np.ndarray:
    """Share of the way from the plateau at low to that at high doses."""
    if asymmetry is None:
        return np.asarray(expit(LN10 * hill * (x - c)))
    s = 10.0**asymmetry
    lag = np.log(np.expm1(np.log(2.0) / s))
    if low_end:
        return np.asarray(np.exp(-s * np.logaddexp(0.0, lag - LN10 * hill * (x - c))))
    return np.asarray(1.0 - np.exp(-s * np.logaddexp(0.0, lag + LN10 * hill * (x - c))))


def least_sum(
    fraction: np.ndarray, y: np.ndarray, w: np.ndarray, low: float | None, high: float | None
) -> np.ndarray:
    """Least weighted sums over the plateaus that are not given, for fractions of shape (k, n)."""
    if low is None and high is None:
        total = w.sum()
        centred = fraction - ((fraction * w).sum(axis=1) / total)[:, None]
        target = y - (y * w).sum() / total
    elif low is not None and high is not None:
        return np.asarray((w * (y - low - (high - low) * fraction) ** 2).sum(axis=1))
    elif low is not None:
        centred, target = fraction, y - low
    else:
        centred, target = 1.0 - fraction, y - high
    size = (w * centred**2).sum(axis=1)
    along = (w * centred * target).sum(axis=1)
    gain = np.where(size > 1e-300, along**2 / np.where(size > 1e-300, size, 1.0), 0.0)
    return np.asarray((w * target**2).sum() - gain)


@dataclass(frozen=True)
class Reference:
    """One data set: log10 doses, readings, weights; `low_end` is the end of the asymmetry."""

    x: np.ndarray
    y: np.ndarray
    w: np.ndarray
    box: Box
    fixed_hill: float | None = None
    low_end: bool = True

    def profile(self, name: str, value: float) -> float:
        """Least sum with `low` or `high` (plateaus at low and high doses), `c`, `hill` or
        `asymmetry` at a value.
        """
        plateaus = {"low": None, "high": None, **({name: value} if name in ("low", "high") else {})}
        axes = self._axes(name, value)
        free = [key for key in NONLINEAR if axes[key].size > 1]
        nodes = self._nodes(axes, free)
        sums = self._sums(nodes, plateaus)
        best = float(sums.min())
        if not free:
            return best
        for node in self._valleys(nodes, sums):
            start = [np.log(nodes[k][node]) if k == "hill" else nodes[k][node] for k in free]
            simplex = minimize(
                lambda z: float(self._sums(self._unpack(z, free, axes), plateaus)[0]),
                start,
                method="Nelder-Mead",
                options={"xatol": 1e-8, "fatol": 1e-13 * max(best, 1e-300), "maxiter": 500},
            )
            best = min(best, float(simplex.fun))
        return best

    def _axes(self, name: str, value: float) -> dict[str, np.ndarray]:
        box = self.box
        hills = np.geomspace(*box.hill, 49)
        axes = {
            "c": np.arange(box.c[0], box.c[1] + 0.05, 0.1),
            "hill": hills if self.fixed_hill is None else np.array([self.fixed_hill]),
            "asymmetry": np.array([0.0])
            if box.asymmetry is None
            else np.linspace(*box.asymmetry, 13),
        }
        return {**axes, **({name: np.array([value])} if name in axes else {})}

    def _nodes(self, axes: Mapping[str, np.ndarray], free: list[str]) -> dict[str, np.ndarray]:
        mesh = np.meshgrid(*(axes[key] for key in NONLINEAR), indexing="ij")
        nodes = [one.ravel() for one in mesh]
        if "c" in free:
            # A steep curve changes within a fraction of a decade about a dose.
            turns = np.linspace(-6.0, 6.0, 25) / LN10
            doses = np.unique(self.x)
            d, hill, a, turn = (
                one.ravel()
                for one in np.meshgrid(doses, axes["hill"], axes["asymmetry"], turns, indexing="ij")
            )
            near = [np.clip(d - turn / hill, *self.box.c), hill, a]
            nodes = [np.concatenate(pair) for pair in zip(nodes, near, strict=True)]
        return dict(zip(NONLINEAR, nodes, strict=True))

    def _sums(self, nodes: Mapping[str, np.ndarray], plateaus: Mapping[str, float | None]):
        asymmetry = None if self.box.asymmetry is None else nodes["asymmetry"][:, None]
        fraction = rise_of_fraction(
            self.x, nodes["c"][:, None], nodes["hill"][:, None], asymmetry, self.low_end
        )
        sums = least_sum(fraction, self.y, self.w, plateaus["low"], plateaus["high"])
        return np.where(np.isfinite(sums), sums, np.inf)

    def _valleys(self, nodes: Mapping[str, np.ndarray], sums: np.ndarray) -> list[int]:
        """The best node, and the best ones at other places of the grid."""
        kept: list[int] = []
        for node in np.argsort(sums)[:4000]:
            here = np.array(
                [nodes["c"][node], np.log(nodes["hill"][node]), nodes["asymmetry"][node]]
            )
            apart = [
                np.abs(
                    here
                    - np.array([nodes["c"][k], np.log(nodes["hill"][k]), nodes["asymmetry"][k]])
                ).max()
                > 0.5
                for k in kept
            ]
            if all(apart):
                kept.append(int(node))
            if len(kept) == 4:
                break
        return kept

    def _unpack(
        self, z: np.ndarray, free: list[str], axes: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        moved = dict(zip(free, z, strict=True))
        out = {}
        for key in NONLINEAR:
            if key not in moved:
                out[key] = axes[key]
                continue
            bounds = getattr(self.box, key)
            value = np.exp(np.clip(moved[key], -50, 50)) if key == "hill" else moved[key]
            out[key] = np.array([np.clip(value, *bounds)])
        return out
