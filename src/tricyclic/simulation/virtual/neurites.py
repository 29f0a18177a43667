"""The neurite protocol of the sigma guide as a simulation: PC12 cells with NGF and a drug for days, then neurites counted.

Each cell grows a number of neurites by chance (Poisson), so that the share of cells that bear any is what the scenario
ngf_neurites says for their well. Counting takes so many cells a well, and now and then a cell is called wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.dosing import Regimen
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.run import Bench
from tricyclic.simulation.virtual.common import Condition, Floats, around_one, checked, stream

SCENARIO = "ngf_neurites"
NEURITES = "growth.neurites"
EXPRESSION = "sigma1.expression"
MOST_CELLS, MOST_DAYS = 20_000, 60.0


@dataclass(frozen=True)
class NeuriteAssay:
    """How the cells are grown and counted.

    Parameters
    ----------
    days : float
        With NGF, drug and antagonist.
    cells : int
        Counted in each well.
    culture_cv : float
        Spread of the number of sigma-1 receptors between cultures (fraction), on top of the spreads of the tables.
    well_cv : float
        Spread of neurites per cell between wells of a culture, beyond counting (fraction).
    miscalled : float
        Share of bare cells that are taken for bearing a neurite.
    """

    days: float = 5.0
    cells: int = 200
    culture_cv: float = 0.15
    well_cv: float = 0.15
    miscalled: float = 0.01

    def __post_init__(self) -> None:
        checked(
            self,
            shares=("culture_cv", "well_cv"),
            above=("days", "cells"),
            not_below=("miscalled",),
        )
        if self.cells > MOST_CELLS:
            raise InputError(
                f"is {self.cells}", where="cells", allowed=f"At most {MOST_CELLS} in a well"
            )
        if self.days > MOST_DAYS:
            raise InputError(f"is {self.days:g}", where="days", allowed=f"At most {MOST_DAYS:g}")
        if self.miscalled >= 1:
            raise InputError(
                f"is {self.miscalled:g}", where="miscalled", allowed="A fraction below 1"
            )

    @property
    def end_h(self) -> float:
        """Time of counting [h]."""
        return 24.0 * self.days

    def regimens(self, drug: str, antagonist: str, factor: str = "ngf") -> tuple[Regimen, ...]:
        """What goes into the wells, each at 1 nM: `levels` says how much."""
        names = [factor, drug, antagonist] if antagonist else [factor, drug]
        return tuple(Regimen(name, "bath", 1.0, duration_h=self.end_h) for name in names)

    def levels(self, regimens: Sequence[Regimen], condition: Condition) -> dict[str, float]:
        """The dose parameters of a condition [nM]."""
        amounts = [condition.factor_nM, condition.drug_nM, condition.antagonist_nM][: len(regimens)]
        return {
            f"{regimen.drug}_dose{k}.dose": nM
            for k, (regimen, nM) in enumerate(zip(regimens, amounts, strict=True), start=1)
        }


def neurite_shares(
    bench: Bench,
    assay: NeuriteAssay,
    conditions: Sequence[Condition],
    cultures: Sequence[Mapping[str, float]],
) -> Floats:
    """Share of cells that bear neurites in a typical well of each culture, without any error.

    Returns
    -------
    array, shape (cultures, conditions)
        Fractions; nan where a culture could not be simulated.
    """
    regimens = tuple(dose.regimen for dose in bench.composed.doses)
    found = np.full((len(cultures), len(conditions)), np.nan)
    for k, culture in enumerate(cultures):
        rest = bench.rest(culture)
        for j, condition in enumerate(conditions):
            values = {**culture, **assay.levels(regimens, condition)}
            try:
                percent = bench.run(np.array([0.0, assay.end_h]), [NEURITES], values, rest=rest)[
                    1, 0
                ]
            except NumericsError:
                continue
            found[k, j] = min(max(percent / 100.0, 0.0), 0.999)
    return found


def neurite_counts(
    assay: NeuriteAssay, conditions: Sequence[Condition], shares: Floats, replicates: int, seed: int
) -> tuple[Floats, Floats]:
    """What is counted in the wells.

    Parameters
    ----------
    shares : array, shape (cultures, conditions)
        From `neurite_shares`, all known.
    replicates, seed : int

    Returns
    -------
    bearing, neurites : array, shape (cultures, conditions, replicates)
        Cells with a neurite, and neurites on all cells, out of the cells of `assay`.

    Notes
    -----
    A share p bears neurites where neurites per cell are Poisson with mean -log(1 - p).
    """
    bearing = np.empty((*shares.shape, replicates))
    neurites = np.empty_like(bearing)
    per_cell = -np.log1p(-shares)
    for k in range(shares.shape[0]):
        for j, condition in enumerate(conditions):
            for r in range(replicates):
                rng = stream(seed, "neurites", k, condition.name, r)
                mean = per_cell[k, j] * float(around_one(rng, assay.well_cv))
                each = rng.poisson(mean, assay.cells)
                each = np.where((each == 0) & (rng.random(assay.cells) < assay.miscalled), 1, each)
                bearing[k, j, r], neurites[k, j, r] = np.count_nonzero(each), each.sum()
    return bearing, neurites
