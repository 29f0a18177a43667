"""Neurites of PC12 cells, simulated: NGF and a drug for days, then cells with neurites counted.

The number of neurites of a cell is Poisson distributed, with the mean at which the fraction of
cells with neurites is that of the scenario ngf_neurites. A limited number of cells is counted in
each well, and some cells are counted wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.simulation.model import DoseInput
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import (
    Arm,
    Floats,
    check_settings,
    lognormal_factors,
    run_arms,
    stream,
)

SCENARIO = "ngf_neurites"
NEURITES = "growth.neurites"
EXPRESSION = "sigma1.expression"
MAX_CELLS, MAX_DAYS = 20_000, 60.0
# At a fraction of 1 the number of neurites per cell would be infinite.
MAX_FRACTION = 0.999


@dataclass(frozen=True)
class NeuriteAssay:
    """How the cells are grown and counted.

    Parameters
    ----------
    days : float
        Time with NGF, drug and antagonist.
    cells : int
        Cells counted in each well.
    culture_cv : float
        Variation of the number of sigma-1 receptors between cultures (fraction).
    well_cv : float
        Variation of neurites per cell between wells of a culture, beyond counting (fraction).
    false_positive_fraction : float
        Fraction of cells without neurites that are counted as having one.
    """

    days: float = 5.0
    cells: int = 200
    culture_cv: float = 0.15
    well_cv: float = 0.15
    false_positive_fraction: float = 0.01

    def __post_init__(self) -> None:
        check_settings(
            self,
            fractions=("culture_cv", "well_cv"),
            positive=("days", "cells"),
            not_negative=("false_positive_fraction",),
        )
        if self.cells > MAX_CELLS:
            raise InputError(
                f"is {self.cells}", where="cells", allowed=f"At most {MAX_CELLS} in a well"
            )
        if self.days > MAX_DAYS:
            raise InputError(f"is {self.days:g}", where="days", allowed=f"At most {MAX_DAYS:g}")
        if self.false_positive_fraction >= 1:
            raise InputError(
                f"is {self.false_positive_fraction:g}",
                where="false_positive_fraction",
                allowed="A fraction below 1",
            )

    @property
    def end_h(self) -> float:
        """Time of counting [h]."""
        return 24.0 * self.days

    def dosing(self, drug: str, antagonist: str, factor: str = "ngf") -> tuple[Dosing, ...]:
        """Doses of 1 nM of each ligand; `dose_parameters` has the amounts."""
        names = [factor, drug, antagonist] if antagonist else [factor, drug]
        return tuple(Dosing(name, "bath", 1.0, duration_h=self.end_h) for name in names)

    def dose_parameters(self, doses: Sequence[DoseInput], arm: Arm) -> dict[str, float]:
        """Amount of each dose of the composed model in an arm [nM]."""
        amounts = [arm.factor_nM, arm.drug, arm.antagonist_nM][: len(doses)]
        return {dose.amount: nM for dose, nM in zip(doses, amounts, strict=True)}


def fractions_with_neurites(
    simulator: Simulator,
    assay: NeuriteAssay,
    arms: Sequence[Arm],
    cultures: Sequence[Mapping[str, float]],
) -> Floats:
    """Fraction of cells with neurites in a typical well of each culture, without error.

    Returns
    -------
    array, shape (cultures, arms)
        nan where a culture cannot be simulated.
    """
    doses = simulator.composed.doses
    courses = run_arms(
        simulator,
        np.array([0.0, assay.end_h]),
        [NEURITES],
        arms,
        cultures,
        lambda arm: assay.dose_parameters(doses, arm),
    )
    return np.asarray(np.clip(courses[:, :, 1, 0] / 100.0, 0.0, MAX_FRACTION))


def neurite_counts(
    assay: NeuriteAssay,
    arms: Sequence[Arm],
    fractions: Floats,
    replicates: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Counts of the wells.

    Parameters
    ----------
    fractions : array, shape (cultures, arms)
        From `fractions_with_neurites`.
    replicates, seed : int

    Returns
    -------
    positive, neurites : array, shape (cultures, arms, replicates)
        Cells with a neurite, and neurites of all cells, out of `assay.cells`; nan where the
        fraction is nan.

    Notes
    -----
    A fraction p has neurites where neurites per cell are Poisson with mean -log(1 - p).
    """
    positive = np.full((*fractions.shape, replicates), np.nan)
    neurites = np.full_like(positive, np.nan)
    per_cell = -np.log1p(-fractions)
    for k in range(fractions.shape[0]):
        for j, arm in enumerate(arms):
            if np.isnan(per_cell[k, j]):
                continue
            for r in range(replicates):
                rng = stream(seed, "neurites", k, arm.name, r)
                mean = per_cell[k, j] * float(lognormal_factors(rng, assay.well_cv))
                counts = rng.poisson(mean, assay.cells)
                wrong = rng.random(assay.cells) < assay.false_positive_fraction
                counts = np.where((counts == 0) & wrong, 1, counts)
                positive[k, j, r], neurites[k, j, r] = np.count_nonzero(counts), counts.sum()
    return positive, neurites
