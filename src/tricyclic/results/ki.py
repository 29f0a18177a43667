"""Result of converting an IC50 to a Ki."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class KiInput:
    """One number that enters the conversion.

    Parameters
    ----------
    name : str
        "IC50", "Kd of the radioligand", "radioligand added", "sites in the well".
    value, low, high : float
        In nM; low and high are its limits, nan where it is treated as exact.
    log10_se : float
        Standard error of its logarithm; 0 where it is treated as exact.
    leverage : float
        Change of log10 Ki per change of its logarithm.
    share : float
        Share of the variance of log10 Ki.
    """

    name: str
    value: float
    low: float
    high: float
    log10_se: float
    leverage: float
    share: float


@dataclass(frozen=True, repr=False)
class KiResult(Renderable):
    """A Ki from an IC50.

    Parameters
    ----------
    ki : Estimate
        With depletion where the sites are known, else by Cheng and Prusoff.
    cheng_prusoff : Estimate
        By Cheng and Prusoff, which neglects depletion.
    inputs : tuple of KiInput
        The numbers and their contributions to the error.
    formula : str
        The equation of `ki`.
    bound_percent : float
        Radioligand that is bound to the sites without competitor, in percent of that added; nan
        where the sites are not known.
    sites_nM, free_radioligand_nM : float
        Sites in the well, and free radioligand without competitor; nan where not known.
    checks : tuple of Check
    """

    ki: Estimate
    cheng_prusoff: Estimate
    inputs: tuple[KiInput, ...]
    formula: str
    bound_percent: float
    sites_nM: float
    free_radioligand_nM: float
    checks: tuple[Check, ...] = ()
