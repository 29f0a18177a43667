"""Readings and expected readings of a fitted plate in one table, with its control wells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tricyclic.assays.binding.radioactivity import background_in, signal_per_M
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Fit
from tricyclic.core.series import Series

Floats = np.ndarray


@dataclass(frozen=True)
class FittedWells:
    """The readings of a fitted plate in one table, and which of them are total and non-specific."""

    series: tuple[Series, ...]
    fit: Fit
    conditions: BindingConditions

    def column(self, name: str, missing: float) -> Floats:
        """One column over all readings of the fit, shape (n,)."""
        return np.concatenate(
            [np.asarray(s.x.get(name, np.full(s.n, missing))) for s in self.series]
        )

    @cached_property
    def y(self) -> Floats:
        """Readings without the background of the counter, shape (n,)."""
        return np.asarray(np.concatenate([s.y for s in self.series]) - self.background)

    @cached_property
    def background(self) -> float:
        """Reading without radioligand: of the curve, or of the conditions where the curve has none
        (as for an IC50).
        """
        if "background" in self.fit:
            return float(self.fit["background"].value)
        return background_in(self.conditions, self.series[0].y_unit) or 0.0

    @cached_property
    def expected(self) -> Floats:
        """Expected readings without background, shape (n,)."""
        return np.asarray(np.concatenate([p.expected for p in self.fit.parts]) - self.background)

    @cached_property
    def is_total(self) -> np.ndarray:
        """Wells without competitor in which the site can bind."""
        return np.asarray(
            (self.column("competitor_M", 0.0) == 0) & (self.column("specific", 1.0) > 0)
        )

    @cached_property
    def is_nonspecific(self) -> np.ndarray:
        """Wells in which the site is blocked."""
        return np.asarray(self.column("specific", 1.0) <= 0)

    @cached_property
    def at_reference(self) -> np.ndarray:
        """Wells at the radioligand nearest to its Kd, at the time of most binding."""
        hot, time = self.column("radioligand_M", 0.0), self.column("time_min", 0.0)
        chosen = np.ones(hot.shape, bool)
        totals = self.is_total
        if np.unique(hot[totals]).size > 1:
            kd = self.kd_M or float(np.median(hot[totals]))
            levels = np.unique(hot[totals & (hot > 0)])
            chosen &= hot == levels[np.argmin(np.abs(np.log(levels / kd)))]
        if np.unique(time[totals & chosen]).size > 1:
            times = np.unique(time[totals & chosen])
            chosen &= time == max(
                times, key=lambda t: float(self.expected[totals & chosen & (time == t)].mean())
            )
        return chosen

    @cached_property
    def kd_M(self) -> float | None:
        """Kd of the radioligand, fitted or provided [M]."""
        if "log10_kd" in self.fit:
            return float(10 ** self.fit["log10_kd"].value)
        stated = self.conditions.radioligand_kd_nM
        return None if stated is None else stated.value * 1e-9

    @cached_property
    def per_molar(self) -> float | None:
        """Reading per molar of radioligand."""
        fitted = self.fit.values.get("signal_per_M")
        return float(fitted) if fitted else signal_per_M(self.conditions, self.series[0].y_unit)

    @cached_property
    def total(self) -> Floats:
        """Total readings at the reference setting."""
        return np.asarray(self.y[self.is_total & self.at_reference])

    @cached_property
    def nonspecific(self) -> Floats:
        """Non-specific readings at the reference setting."""
        return np.asarray(self.y[self.is_nonspecific & self.at_reference])

    @property
    def competes(self) -> bool:
        """Whether a compound competes with a radioligand whose Kd is not fitted."""
        kd_is_fitted = "log10_kd" in self.fit and not self.fit["log10_kd"].fixed
        return bool((self.column("competitor_M", 0.0) > 0).any()) and not kd_is_fitted

    @property
    def over_time(self) -> bool:
        """Whether wells were read at several times."""
        return np.unique(self.column("time_min", 0.0)).size > 1
