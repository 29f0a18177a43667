"""Candidate wells of a design with their sensitivities, from which dilution series are composed and
compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.binding.design.information import Curves, well_sensitivities
from tricyclic.assays.binding.design.plan import steps_down
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.format import format_number
from tricyclic.core.plate import PLATE_SHAPES, Role, Well, row_letters
from tricyclic.numerics.optimal_design import c_optimal, d_optimal, parameter_variance
from tricyclic.results.design import DilutionSeries, OptimalDesign
from tricyclic.stats.statistics import t_quantile

Floats = np.ndarray
# Columns of the largest plate, on which candidates are named.
_COLUMNS = PLATE_SHAPES[max(PLATE_SHAPES)][1]
# What distinguishes wells: role, compound, concentration [M] and radioligand [nM].
WellKey = tuple[Role, str, float, float | None]
TOTAL: WellKey = (Role.TOTAL, "", 0.0, None)
NON_SPECIFIC: WellKey = (Role.NON_SPECIFIC, "", 0.0, None)


@dataclass(frozen=True)
class SeriesShape:
    """Size of a series: concentrations, wells of each, and control wells of either kind."""

    points: int
    replicates: int
    totals: int
    nonspecific: int


# Roles of the wells that a fit uses as readings.
FITTED = (Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION)


class WellPool:
    """Wells to choose from, with the sensitivity of each under every assumed truth.

    Parameters
    ----------
    plans : sequence of ExperimentPlan
        The plan with each of the values that the target may have; the expected one in the middle.
    curves : mapping of str to CurveModel
    wells : sequence of Well
        Candidates; equal ones are kept once.
    half_M : float
        Expected IC50 [M]; concentrations far below it count as total wells.
    """

    def __init__(
        self,
        plans: Sequence[ExperimentPlan],
        curves: Curves,
        wells: Sequence[Well],
        half_M: float = 0.0,
    ) -> None:
        distinct = list(dict.fromkeys(_key(well) for well in wells if well.role in FITTED))
        self.wells = [_named(key, index) for index, key in enumerate(distinct)]
        self.index = {key: index for index, key in enumerate(distinct)}
        self.slopes = [well_sensitivities(plan, curves, self.wells) for plan in plans]
        self.half_M = half_M
        self._middle = len(self.slopes) // 2
        self._best: dict[tuple[int, str], float] = {}

    def competition(self, top: float, shape: SeriesShape) -> Floats:
        """Number of wells of each kind in a competition, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        compound = next(well.compound for well in self.wells if well.role is Role.COMPETITION)
        for dose in steps_down(top, shape.points):
            key = (Role.COMPETITION, compound, rounded(dose), None)
            counts[self.index[key]] += shape.replicates
        counts[self.index[TOTAL]] += shape.totals
        counts[self.index[NON_SPECIFIC]] += shape.nonspecific
        return counts

    def saturation(self, levels: Sequence[float], totals: int, nonspecific: int) -> Floats:
        """Number of wells of each kind in a saturation, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        for radioligand_nM in levels:
            counts[self.index[(Role.TOTAL, "", 0.0, radioligand_nM)]] += totals
            counts[self.index[(Role.NON_SPECIFIC, "", 0.0, radioligand_nM)]] += nonspecific
        return counts

    def of_wells(self, wells: Sequence[Well]) -> Floats:
        """Number of wells of each kind on a given plate, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        for well in wells:
            if _key(well) in self.index:
                counts[self.index[_key(well)]] += 1
        return counts

    def loss(self, counts: Floats, parameter: str) -> float:
        """Mean of the log variance over the assumed truths."""
        logs = [math.log(max(v, 1e-300)) for v in self._variances(counts, parameter)]
        return float(np.mean(logs))

    def series(
        self, name: str, counts: Floats, parameter: str, shape: SeriesShape
    ) -> DilutionSeries:
        """A set of wells as a row of the comparison."""
        wells = int(counts.sum())
        variances = self._variances(counts, parameter)
        efficiencies = [
            self._least_variance(k, parameter) / wells / variance if variance < math.inf else 0.0
            for k, variance in enumerate(variances)
        ]
        used = [well for well, n in zip(self.wells, counts, strict=True) if n > 0]
        doses = [well.concentration_M for well in used if well.role is Role.COMPETITION]
        doses = doses or [well.radioligand_nM or 0.0 for well in used]
        t = t_quantile(wells - len(self.slopes[0].names), 0.95)
        width = math.inf
        if variances[self._middle] < math.inf:
            width = 10 ** min(2 * t * math.sqrt(variances[self._middle]), 300.0)
        return DilutionSeries(
            name,
            max(doses),
            min(doses),
            shape.points,
            shape.replicates,
            shape.totals,
            shape.nonspecific,
            wells,
            efficiencies[self._middle],
            float(np.mean(efficiencies)),
            width,
        )

    def optima(self, parameters: Sequence[str]) -> tuple[OptimalDesign, ...]:
        """The c-optimal shares of wells for each parameter and the D-optimal ones, at the expected
        value.
        """
        slopes = self.slopes[self._middle]
        c_optima = [
            OptimalDesign(
                f"c-optimal for {parameter.removeprefix('log10_').capitalize()}",
                self._shares(c_optimal(slopes.rows, slopes.selector(parameter))[0]),
            )
            for parameter in parameters
        ]
        d_shares = self._shares(d_optimal(slopes.rows, tolerance=1e-3))
        return (*c_optima, OptimalDesign("D-optimal", d_shares))

    def _variances(self, counts: Floats, parameter: str) -> list[float]:
        return [
            parameter_variance(slopes.rows, counts, slopes.selector(parameter))
            for slopes in self.slopes
        ]

    def _least_variance(self, truth: int, parameter: str) -> float:
        """Least variance per well that any use of these wells can have."""
        if (truth, parameter) not in self._best:
            slopes = self.slopes[truth]
            self._best[truth, parameter] = c_optimal(slopes.rows, slopes.selector(parameter))[1]
        return self._best[truth, parameter]

    def _shares(self, shares: Floats) -> tuple[tuple[str, float], ...]:
        """Shares by kind of well; neighbouring concentrations, between which the optimiser cannot
        choose, count as one.
        """
        groups: dict[Role, list[tuple[float, float]]] = {}
        for well, share in zip(self.wells, shares, strict=True):
            is_dose = well.role is Role.COMPETITION
            dose = well.concentration_M if is_dose else (well.radioligand_nM or 0.0)
            # A concentration that displaces nothing is equivalent to a total well.
            idle = is_dose and dose < 0.02 * self.half_M
            role = Role.TOTAL if idle else well.role
            groups.setdefault(role, []).append((0.0 if idle else dose, float(share)))
        return tuple(
            (_label(role, dose), share)
            for role, pairs in groups.items()
            for dose, share in _merged(sorted(pairs))
            if share >= 0.005
        )


def rounded(value: float) -> float:
    """A concentration as it is compared: to nine significant figures."""
    return float(f"{value:.9g}")


def _merged(pairs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Doses within a factor of two as one, at their weighted geometric mean; negligible shares,
    which an unfinished search leaves, are dropped.
    """
    groups: list[list[tuple[float, float]]] = []
    for dose, share in pairs:
        if share < 0.003:
            continue
        if groups and dose <= 2.0 * groups[-1][0][0]:
            groups[-1].append((dose, share))
        else:
            groups.append([(dose, share)])
    merged = []
    for group in groups:
        total = sum(share for _, share in group)
        mean = 0.0
        if group[0][0] > 0:
            mean = math.exp(sum(share * math.log(dose) for dose, share in group) / total)
        merged.append((mean, total))
    return merged


def _label(role: Role, dose: float) -> str:
    if role is Role.COMPETITION:
        return f"{format_number(dose * 1e9)} nM"
    word = "total" if role is Role.TOTAL else "non-specific"
    return word if dose == 0 else f"{word}, {format_number(dose)} nM"


def _key(well: Well) -> WellKey:
    if well.role is Role.COMPETITION:
        return (well.role, well.compound, rounded(well.concentration_M), well.radioligand_nM)
    return (well.role, "", 0.0, well.radioligand_nM)


def _named(key: WellKey, index: int) -> Well:
    role, compound, dose, radioligand_nM = key
    return Well(
        f"{row_letters(index // _COLUMNS)}{index % _COLUMNS + 1:02d}",
        math.nan,
        role,
        compound=compound,
        concentration_M=dose,
        radioligand_nM=radioligand_nM,
    )
