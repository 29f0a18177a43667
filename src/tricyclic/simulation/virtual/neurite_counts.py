"""A synthetic neurite experiment with stated truth: counts of fields, or cells with their lengths.

Percentages follow closed forms, not the mechanistic model, so that the truth can be stated in one
line. Fields scatter within wells, wells within cultures, and cultures differ in their level and in
their response.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.neurites import FieldCount, NeuriteCell, NeuriteTable, table_of_cells

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NeuriteTruth:
    """Size and truth of a synthetic experiment.

    Attributes
    ----------
    cultures, wells, fields : int
        Wells of an arm in a culture, fields of a well.
    cells : float
        Mean of a field (Poisson).
    drug : str
    concentrations_uM : tuple of float
    bottom, top : float
        Share of cells with neurites with NGF, without drug and at infinite concentration.
    ec50_uM, hill : float
    unstimulated : float
        Share without NGF.
    antagonist : str
        "" for none.
    antagonised_uM : float
        Concentration that is combined with the antagonist.
    remaining : float
        Part of the effect that the antagonist leaves.
    culture_sd, effect_sd : float
        Between cultures on the logit, of the level and of each arm.
    field_correlation, well_correlation : float
        Intraclass correlations of cells.
    soma_um, length_um : float
        Diameter of the soma; mean length of a neurite that is long enough.
    """

    cultures: int = 6
    wells: int = 2
    fields: int = 3
    cells: float = 60.0
    drug: str = "imipramine"
    concentrations_uM: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0)
    bottom: float = 0.28
    top: float = 0.58
    ec50_uM: float = 0.6
    hill: float = 1.0
    unstimulated: float = 0.01
    antagonist: str = "NE-100"
    antagonised_uM: float = 3.0
    remaining: float = 0.1
    culture_sd: float = 0.25
    effect_sd: float = 0.05
    field_correlation: float = 0.005
    well_correlation: float = 0.005
    soma_um: float = 13.0
    length_um: float = 26.0

    def share(self, arm: CultureArm) -> float:
        """True share of cells with neurites of an arm in the mean culture."""
        if not arm.stimulus:
            return self.unstimulated
        if not arm.drug:
            return self.bottom
        x = self.hill * math.log(arm.concentration / self.ec50_uM)
        effect = (self.top - self.bottom) * _expit(x)
        return self.bottom + effect * (self.remaining if arm.antagonist else 1.0)

    @property
    def arms(self) -> tuple[CultureArm, ...]:
        """Arms of the experiment."""
        ngf = CultureArm(stimulus="NGF")
        drugs = [CultureArm(self.drug, c, "uM", "NGF") for c in self.concentrations_uM]
        blocked = (
            [
                CultureArm(stimulus="NGF", antagonist=self.antagonist),
                CultureArm(self.drug, self.antagonised_uM, "uM", "NGF", self.antagonist),
            ]
            if self.antagonist
            else []
        )
        return (CultureArm(), ngf, *drugs, *blocked)

    @property
    def sentence(self) -> str:
        """The truth in one line."""
        return (
            f"{100 * self.bottom:g} % of cells with neurites with NGF, {100 * self.top:g} % at "
            f"infinite concentration, EC50 {self.ec50_uM:g} uM, {100 * self.unstimulated:g} % "
            f"without NGF; {self.antagonist or 'no antagonist'} leaves "
            f"{100 * self.remaining:g} % of the effect"
        )


def synthetic_counts(rng: np.random.Generator, truth: NeuriteTruth | None = None) -> NeuriteTable:
    """Counts of the fields of a synthetic experiment.

    Parameters
    ----------
    rng : Generator
    truth : NeuriteTruth, optional
    """
    truth = truth or NeuriteTruth()
    fields = []
    for culture in range(1, truth.cultures + 1):
        level = rng.normal(0.0, truth.culture_sd)
        for number, arm in enumerate(truth.arms):
            share = _expit(_logit(truth.share(arm)) + level + rng.normal(0.0, truth.effect_sd))
            for well in range(truth.wells):
                of_well = _scattered(rng, share, truth.well_correlation)
                for place in range(1, truth.fields + 1):
                    own = _scattered(rng, of_well, truth.field_correlation)
                    cells = int(rng.poisson(truth.cells))
                    name = f"{'ABCDEFGH'[well % 8]}{number + 1:02d}"
                    count = (int(rng.binomial(cells, own)),)
                    fields.append(FieldCount(f"c{culture}", name, str(place), arm, cells, count))
    return NeuriteTable(tuple(fields), (1.0,))


def synthetic_cells(rng: np.random.Generator, truth: NeuriteTruth | None = None) -> NeuriteTable:
    """Cells of a synthetic experiment, with lengths that agree with its counts at one diameter.

    Parameters
    ----------
    rng : Generator
    truth : NeuriteTruth, optional
    """
    truth = truth or NeuriteTruth()
    counts = synthetic_counts(rng, truth)
    cells = []
    for one in counts.fields:
        for k in range(one.cells):
            soma = truth.soma_um * math.exp(rng.normal(0.0, 0.1))
            if k < one.positive[0]:
                # Lengths above the threshold are exponential, as those of a constant rate of stops.
                longest = soma + float(rng.exponential(truth.length_um - truth.soma_um))
                others = float(rng.poisson(0.7)) * 0.5 * longest
            else:
                longest = float(rng.random() < 0.3) * soma * float(rng.uniform(0.2, 0.99))
                others = 0.0
            cells.append(
                NeuriteCell(
                    f"{k + 1}",
                    round(longest, 2),
                    round(longest + others, 2),
                    round(soma, 2),
                    int(longest > 0) + int(others > 0),
                    int(rng.poisson(0.3)) if longest > soma else 0,
                    culture=one.culture,
                    well=one.well,
                    field=one.field,
                    arm=one.arm,
                )
            )
    return table_of_cells(cells, length_unit="um")


def neurite_rows(table: NeuriteTable) -> dict[str, list[str | float]]:
    """The table as columns, as a laboratory would write it.

    Parameters
    ----------
    table : NeuriteTable
        Of counts at one threshold, or of cells.
    """
    rows = table.cells or table.fields
    arms = [one.arm or CultureArm(stimulus=table.stimulus) for one in rows]
    columns: dict[str, list[str | float]] = {
        "culture": [one.culture for one in rows],
        "well": [one.well for one in rows],
        "field": [float(one.field) for one in rows],
        "NGF": ["yes" if arm.stimulus else "no" for arm in arms],
        "drug": [arm.drug or "vehicle" for arm in arms],
        "concentration_uM": [arm.concentration for arm in arms],
        "antagonist": [arm.antagonist or "none" for arm in arms],
    }
    if table.cells:
        return columns | {
            "cell": [float(one.cell) for one in table.cells],
            "longest_um": [one.longest for one in table.cells],
            "total_um": [one.total for one in table.cells],
            "soma_diameter_um": [one.soma_diameter for one in table.cells],
            "neurites": [float(one.neurites or 0) for one in table.cells],
            "branches": [float(one.branches or 0) for one in table.cells],
        }
    return columns | {
        "cells": [float(one.cells) for one in table.fields],
        "positive_k1": [float(one.positive[0]) for one in table.fields],
    }


def _scattered(rng: np.random.Generator, share: float, correlation: float) -> float:
    """A share about a mean, so that counts of it have an intraclass correlation."""
    if correlation <= 0 or not 0 < share < 1:
        return share
    spread = (1.0 - correlation) / correlation
    return float(rng.beta(share * spread, (1.0 - share) * spread))


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))
