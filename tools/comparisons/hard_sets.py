"""Seeded hard dose-response curves: few doses, steep or shallow, flat, half-seen, beyond the doses,
rounded, with outliers, weights, gaps, a control without drug, and fixed plateaus or slopes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SEED = 70_000
# A curve without response, a slight one, one of 60 %, two complete ones of which one is rounded.
FLAT, SLIGHT, ROUNDED, KINDS = 0, 1, 4, 5


@dataclass(frozen=True)
class HardCurve:
    """One curve: log10 doses and readings (n,), nan where missing, weights or None, and the fixed
    parameters.
    """

    seed: int
    log10_dose: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None
    fixed: dict[str, float] = field(default_factory=dict)

    @property
    def used(self) -> np.ndarray:
        """Which readings are there, shape (n,)."""
        return np.isfinite(self.y)


def hard_curve(seed: int) -> HardCurve:
    """The curve of a seed."""
    rng = np.random.default_rng(seed + SEED)
    doses, replicates = int(rng.integers(4, 13)), int(rng.integers(1, 4))
    x = np.linspace(-9, -4, doses)
    if rng.random() < 0.2:
        x = np.sort(rng.uniform(-9, -4, doses))
    x = np.repeat(x, replicates)
    kind, noise = int(rng.integers(0, KINDS)), rng.choice([0.3, 1, 5, 20])
    middle = rng.uniform(-9.5, -3.5)
    hill = 10 ** rng.uniform(-0.5, 1.2) * rng.choice([-1, 1])
    span = [0, rng.normal(0, 15), 60, 100, 100][kind]
    y = span / (1 + 10 ** (-hill * (x - middle))) + noise * rng.normal(size=x.size)
    if kind == ROUNDED:
        y = np.round(y / 5) * 5
    if rng.random() < 0.1:
        y[rng.integers(y.size)] += rng.choice([-1, 1]) * 60
    fixed: dict[str, float] = {}
    which = rng.random()
    if which < 0.12:
        fixed = {"bottom": 0.0}
    elif which < 0.24:
        fixed = {"top": 100.0}
    elif which < 0.36:
        fixed = {"bottom": 0.0, "top": 100.0}
    elif which < 0.46:
        fixed = {"hill": float(rng.choice([1.0, -1.0, 1.5]))}
    weight = None
    if rng.random() < 0.25:
        weight = 1 / np.maximum(np.abs(y), 5) ** rng.choice([1, 2])
    if rng.random() < 0.2:
        y[rng.random(y.size) < 0.15] = np.nan
    if rng.random() < 0.1:
        x = np.where(x == x.min(), -np.inf, x)
    return HardCurve(seed, x, y, weight, fixed)
