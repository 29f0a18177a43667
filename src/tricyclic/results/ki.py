"""Results of converting an IC50 to a Ki or a KB."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.stated_number import StatedInput
from tricyclic.results.base import Renderable


@dataclass(frozen=True, repr=False)
class KiResult(Renderable):
    """A Ki from an IC50.

    Parameters
    ----------
    ki : Estimate
        With depletion where the sites are known, else by Cheng and Prusoff.
    cheng_prusoff : Estimate
        By Cheng and Prusoff, which neglects depletion.
    inputs : tuple of StatedInput
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
    inputs: tuple[StatedInput, ...]
    formula: str
    bound_percent: float
    sites_nM: float
    free_radioligand_nM: float
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, repr=False)
class KbResult(Renderable):
    """The KB of a functional antagonist from an IC50.

    Parameters
    ----------
    kb : Estimate
        By Leff and Dougall.
    cheng_prusoff : Estimate
        By Cheng and Prusoff, which takes the slope of the agonist curve as 1.
    inputs : tuple of StatedInput
        The numbers and their contributions to the error.
    formula : str
    agonist_over_ec50 : float
    checks : tuple of Check
    """

    kb: Estimate
    cheng_prusoff: Estimate
    inputs: tuple[StatedInput, ...]
    formula: str
    agonist_over_ec50: float
    checks: tuple[Check, ...] = ()
