"""Result of a non-compartmental analysis of one concentration course."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Exposure:
    """Exposure to one drug; nan where the course does not determine a number.

    Parameters
    ----------
    cmax, tmax_h : float
        Highest concentration [nM] and its time after the start of the dose before it [h]; at steady
        state, of the first peak that is as high.
    tmax_last_h : float
        Time from the start of the last dose to the highest concentration after it [h]; where the
        last interval is incomplete, to `cmax` from the dose before it.
    auc_last, auc_inf : float
        Area from the first dose to the last time, and to infinity [nM h].
    extrapolated : float
        Share of auc_inf beyond the last time (fraction); above 0.2 the area to infinity is
        unreliable.
    half_life_h, lambda_z_per_h : float
        Of the terminal phase after the last dose.
    points, r2, terminal_h : int, float, float
        Points of the terminal line, its adjusted R2, and its length [h]; below two half-lives the
        half-life is unreliable.
    mrt_h : float
        Mean residence time after a single dose [h], less half the time of an infusion.
    tau_h : float
        Dosing interval [h]; nan for a single dose, and where doses or intervals differ.
    auc_tau_first, auc_tau_last : float
        Area over the first and the last dosing interval [nM h].
    cmax_last, cmin_last, cavg_last : float
        Highest, lowest and mean concentration of the last interval [nM], nan where it is cut short;
        of the last day of a pump.
    """

    cmax: float
    tmax_h: float
    auc_last: float
    tmax_last_h: float = nan
    auc_inf: float = nan
    extrapolated: float = nan
    half_life_h: float = nan
    lambda_z_per_h: float = nan
    points: int = 0
    r2: float = nan
    terminal_h: float = nan
    mrt_h: float = nan
    tau_h: float = nan
    auc_tau_first: float = nan
    auc_tau_last: float = nan
    cmax_last: float = nan
    cmin_last: float = nan
    cavg_last: float = nan

    @property
    def accumulation(self) -> float:
        """Area over the last interval relative to the first; nan for a single dose."""
        return self.auc_tau_last / self.auc_tau_first if self.auc_tau_first > 0 else nan
