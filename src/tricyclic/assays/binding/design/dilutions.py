"""From an expected Ki or Kd to the concentrations that tell it best, in steps that a bench can pipette.

Optimal design gives the bound; the proposal is the practical series nearest to it that serves the whole range in which
the value may lie, and the series of habit stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.checks import PLATEAU_WITHIN, SATURATED
from tricyclic.assays.binding.design.chemistry import expected_truth, ic50_nM
from tricyclic.assays.binding.design.information import Curves, slopes_of
from tricyclic.assays.binding.design.plan import (
    HALF_LOG,
    Plan,
    competition_layout,
    half_log_tops,
    saturation_layout,
    steps_down,
)
from tricyclic.core.plate import PLATE_SHAPES, Role, Well, row_letters
from tricyclic.errors import InputError
from tricyclic.numerics.optimal_design import c_optimal, d_optimal, variance_of
from tricyclic.stats.statistics import t_quantile

Floats = np.ndarray
Key = tuple[Role, str, float, float | None]

HABIT = (
    10e-6,
    10,
    6,
    6,
)  # top [M], points, total and non-specific wells of the series that benches run by habit
POINTS = range(7, 13)
CONTROLS = (3, 4, 6, 8, 9, 12)
PRIOR = 5  # settings of Ki over which a series has to serve


@dataclass(frozen=True)
class Series:
    """A set of concentrations with its controls, and how well it tells what is asked.

    `efficiency` is relative to the best that the same number of wells could do if the expected value were exact;
    `over_range` the same, averaged over the range in which the value is expected to lie. Concentrations in M
    (competition) or nM (saturation).
    """

    name: str
    highest: float
    lowest: float
    points: int
    replicates: int
    totals: int
    nonspecific: int
    wells: int
    efficiency: float
    over_range: float
    width: float


@dataclass(frozen=True)
class Optimum:
    """The best shares of wells if the expected value were exact: (what well, share) and whether for one or all parameters."""

    criterion: str
    shares: tuple[tuple[str, float], ...]


def propose(
    plan: Plan, curves: Curves, *, replicates: int, within: float = 3.0
) -> tuple[Plan, tuple[Series, ...], tuple[Optimum, ...]]:
    """Choose the concentrations of a plan, for no more wells than the habitual series has.

    Parameters
    ----------
    plan : Plan
    curves : mapping of str to CurveModel
    replicates : int
        Wells of each concentration.
    within : float
        Fold by which the expected value may be wrong, either way, above 1; the series has to serve all of that range.

    Returns
    -------
    plan : Plan
        With the proposed layout.
    series : tuple of Series
        The proposed one, the habitual one, and the one the plan came with, compared.
    optima : tuple of Optimum
        The c-optimal and D-optimal shares for the expected value, which no bench would use as they are.

    Raises
    ------
    InputError
        If no series of practical steps fits the plate.

    Notes
    -----
    The proposal is the series of practical steps that has the least mean of the log variance over the range, that reaches
    both plateaus (within 20 % of the span; a saturation: three Kd) over all of it, and that fits the plate.
    """
    if not 1 < within <= 1000:
        raise InputError(
            f"the expected value is said to hold within {within:g} fold",
            where="within",
            allowed="Above 1, such as 3",
        )
    if replicates < 1:
        raise InputError(f"{replicates} replicates", where="replicates", allowed="1 or more")
    folds = np.geomspace(1.0 / within, within, PRIOR)
    if plan.kind == "competition":
        return _propose_competition(plan, curves, replicates, folds)
    return _propose_saturation(plan, curves, replicates, folds)


def _propose_competition(
    plan: Plan, curves: Curves, replicates: int, folds: Floats
) -> tuple[Plan, tuple[Series, ...], tuple[Optimum, ...]]:
    middle = PRIOR // 2
    plans = [replace(plan, truth=expected_truth(plan, plan.true("Ki") * fold)) for fold in folds]
    halves = np.array([ic50_nM(p) * 1e-9 for p in plans])
    pool = _Pool(
        plans, curves, _candidates(plan.compound, halves, plan.wells), float(halves[middle])
    )
    budget = HABIT[1] * replicates + HABIT[2] + HABIT[3]
    best: tuple[float, tuple[float, int, int, int]] | None = None
    share = PLATEAU_WITHIN / 100.0
    for top in half_log_tops(float(halves[0]), float(halves[-1]) * 3e3):
        for points in POINTS:
            doses = steps_down(top, points)
            # 1 / (1 + dose / IC50) of specific binding is left; both ends have to reach their plateau at either end of the range.
            if (
                doses[-1] / halves[0] > share / (1 - share)
                or doses[0] / halves[-1] < (1 - share) / share
            ):
                continue
            for totals in CONTROLS:
                for blanks in CONTROLS:
                    if points * replicates + totals + blanks > budget or not _fits(
                        plan.layout.size, points, replicates, totals + blanks
                    ):
                        continue
                    loss = pool.loss(
                        pool.competition(top, points, replicates, totals, blanks), "log10_ki"
                    )
                    if best is None or loss < best[0] - 1e-9:
                        best = (loss, (top, points, totals, blanks))
    if best is None:
        raise InputError(
            f"no half-log series in {replicates} replicates fits a plate of {plan.layout.size} wells and reaches both plateaus",
            where="plate",
            do="Take a larger plate, fewer replicates, or state a narrower range with --within",
        )
    top, points, totals, blanks = best[1]
    layout = competition_layout(
        plan.layout.size, plan.compound, top, points, replicates, totals, blanks
    )
    compared = [
        pool.told(
            "proposed",
            pool.competition(top, points, replicates, totals, blanks),
            "log10_ki",
            middle,
            (points, replicates, totals, blanks),
        ),
        pool.told(
            "by habit",
            pool.competition(HABIT[0], HABIT[1], replicates, HABIT[2], HABIT[3]),
            "log10_ki",
            middle,
            (HABIT[1], replicates, HABIT[2], HABIT[3]),
        ),
    ]
    own = [w for w in plan.wells if w.role is Role.COMPETITION]
    if own:
        levels = len({w.concentration_M for w in own})
        totals, blanks = (
            sum(w.role is role for w in plan.wells) for role in (Role.TOTAL, Role.NON_SPECIFIC)
        )
        compared.append(
            pool.told(
                "of the protocol",
                pool.own(plan.wells),
                "log10_ki",
                middle,
                (levels, len(own) // levels, totals, blanks),
            )
        )
    return replace(plan, layout=layout), tuple(compared), pool.optima(middle, ("log10_ki",))


def _propose_saturation(
    plan: Plan, curves: Curves, replicates: int, folds: Floats
) -> tuple[Plan, tuple[Series, ...], tuple[Optimum, ...]]:
    kd = plan.truth.kd_nM
    plans = [replace(plan, truth=replace(plan.truth, kd_nM=kd * fold)) for fold in folds]
    levels = _practical(0.03 * kd, 30.0 * kd)
    candidates = [
        Well("", math.nan, role, radioligand_nM=hot)
        for hot in levels
        for role in (Role.TOTAL, Role.NON_SPECIFIC)
    ]
    best: tuple[float, tuple[float, ...], int] | None = None
    pool = _Pool(plans, curves, (*candidates, *plan.wells))
    rows, columns = PLATE_SHAPES[plan.layout.size]
    names = ("log10_kd", "log10_bmax")
    for lowest in range(len(levels) - 4):
        for highest in range(lowest + 4, len(levels)):
            # Dearer than it is worth above ten Kd; below three a Bmax is extrapolated.
            if (
                not SATURATED * folds[-1]
                <= levels[highest] / kd
                <= max(10.0, SATURATED * folds[-1] * 1.6)
                or levels[lowest] > 0.35 * kd * folds[0]
            ):
                continue
            for points in (6, 8, 10, 12):
                if points > columns:
                    continue
                chosen = tuple(
                    levels[i]
                    for i in np.unique(np.linspace(lowest, highest, points).round().astype(int))
                )
                for blanks in range(1, replicates + 1):
                    # As many wells as eight levels in so many replicates of both kinds.
                    if (
                        len(chosen) < min(points, 6)
                        or len(chosen) * (replicates + blanks) > 16 * replicates
                        or replicates + blanks > rows
                    ):
                        continue
                    loss = max(
                        pool.loss(pool.saturation(chosen, replicates, blanks), name)
                        for name in names
                    )
                    if best is None or loss < best[0] - 1e-9:
                        best = (loss, chosen, blanks)
    if best is None:
        raise InputError(
            f"no series of radioligand in {replicates} replicates fits a plate of {plan.layout.size} wells",
            where="plate",
            do="Take a larger plate or fewer replicates",
        )
    _, chosen, blanks = best
    layout = saturation_layout(plan.layout.size, chosen, replicates, blanks)
    habit = tuple(float(f"{kd * 10.0 / 2**k:.2g}") for k in range(7, -1, -1))
    told = []
    middle = PRIOR // 2
    pool = _Pool(
        plans,
        curves,
        (
            *candidates,
            *[
                Well("", math.nan, role, radioligand_nM=hot)
                for hot in habit
                for role in (Role.TOTAL, Role.NON_SPECIFIC)
            ],
            *plan.wells,
        ),
    )
    for name, counts, shape in (
        (
            "proposed",
            pool.saturation(chosen, replicates, blanks),
            (len(chosen), replicates, 0, blanks),
        ),
        (
            "by habit",
            pool.saturation(habit, replicates, replicates),
            (8, replicates, 0, replicates),
        ),
    ):
        told.append(pool.told(name, counts, "log10_kd", middle, shape))
    own = {w.radioligand_nM for w in plan.wells if w.radioligand_nM}
    if own:
        each = [
            sum(w.role is role for w in plan.wells) // len(own)
            for role in (Role.TOTAL, Role.NON_SPECIFIC)
        ]
        told.append(
            pool.told(
                "of the protocol",
                pool.own(plan.wells),
                "log10_kd",
                middle,
                (len(own), each[0], 0, each[1]),
            )
        )
    return replace(plan, layout=layout), tuple(told), pool.optima(middle, names)


class _Pool:
    """Wells that could be had, with what each tells under every truth of the range."""

    def __init__(
        self, plans: Sequence[Plan], curves: Curves, wells: Sequence[Well], half_M: float = 0.0
    ) -> None:
        distinct = list(dict.fromkeys(_key(well) for well in wells))
        self.wells = [_named(key, place) for place, key in enumerate(distinct)]
        self.at = {key: place for place, key in enumerate(distinct)}
        self.slopes = [slopes_of(p, curves, self.wells) for p in plans]
        self.df_less = len(self.slopes[0].names)
        self.half_M = half_M
        self._best: dict[tuple[int, str], float] = {}

    def competition(
        self, top: float, points: int, replicates: int, totals: int, blanks: int
    ) -> Floats:
        """Wells of each kind in a competition, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        compound = next(w.compound for w in self.wells if w.role is Role.COMPETITION)
        for dose in steps_down(top, points):
            counts[self.at[(Role.COMPETITION, compound, _round(dose), None)]] += replicates
        counts[self.at[(Role.TOTAL, "", 0.0, None)]] += totals
        counts[self.at[(Role.NON_SPECIFIC, "", 0.0, None)]] += blanks
        return counts

    def saturation(self, levels: Sequence[float], totals: int, blanks: int) -> Floats:
        """Wells of each kind in a saturation, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        for hot in levels:
            counts[self.at[(Role.TOTAL, "", 0.0, hot)]] += totals
            counts[self.at[(Role.NON_SPECIFIC, "", 0.0, hot)]] += blanks
        return counts

    def own(self, wells: Sequence[Well]) -> Floats:
        """Wells of each kind on a plate that is there already, shape (kinds,)."""
        counts = np.zeros(len(self.wells))
        for well in wells:
            if _key(well) in self.at:
                counts[self.at[_key(well)]] += 1
        return counts

    def loss(self, counts: Floats, parameter: str) -> float:
        """Mean log of the variance over the range."""
        return float(
            np.mean(
                [
                    math.log(max(variance_of(s.rows, counts, s.wanted(parameter)), 1e-300))
                    for s in self.slopes
                ]
            )
        )

    def best(self, which: int, parameter: str) -> float:
        """Least variance that one well's worth of these wells can have."""
        if (which, parameter) not in self._best:
            slopes = self.slopes[which]
            self._best[which, parameter] = c_optimal(slopes.rows, slopes.wanted(parameter))[1]
        return self._best[which, parameter]

    def told(
        self,
        name: str,
        counts: Floats,
        parameter: str,
        middle: int,
        shape: tuple[int, int, int, int],
    ) -> Series:
        """A set of wells as a row of the comparison; `shape` is points, replicates, total and non-specific wells."""
        wells = int(counts.sum())
        found = [variance_of(s.rows, counts, s.wanted(parameter)) for s in self.slopes]
        shares = [
            self.best(k, parameter) / wells / v if v < math.inf else 0.0
            for k, v in enumerate(found)
        ]
        held = [w for w, n in zip(self.wells, counts, strict=True) if n > 0]
        doses = [w.concentration_M for w in held if w.role is Role.COMPETITION] or [
            w.radioligand_nM or 0.0 for w in held
        ]
        reach = t_quantile(wells - self.df_less, 0.95)
        width = (
            10 ** min(2 * reach * math.sqrt(found[middle]), 300.0)
            if found[middle] < math.inf
            else math.inf
        )
        points, replicates, totals, blanks = shape
        return Series(
            name,
            max(doses),
            min(doses),
            points,
            replicates,
            totals,
            blanks,
            wells,
            shares[middle],
            float(np.mean(shares)),
            width,
        )

    def optima(self, middle: int, parameters: Sequence[str]) -> tuple[Optimum, ...]:
        """The best shares of wells under one of the truths."""
        slopes = self.slopes[middle]
        told = [
            Optimum(
                f"c-optimal for {p.removeprefix('log10_').capitalize()}",
                self._shares(c_optimal(slopes.rows, slopes.wanted(p))[0]),
            )
            for p in parameters
        ]
        return (*told, Optimum("D-optimal", self._shares(d_optimal(slopes.rows, tolerance=1e-3))))

    def _shares(self, shares: Floats) -> tuple[tuple[str, float], ...]:
        """Shares by kind of well; neighbouring concentrations, between which the programme cannot choose, count as one."""
        told: dict[tuple[Role, bool], list[tuple[float, float]]] = {}
        for well, share in zip(self.wells, shares, strict=True):
            dose = (
                well.concentration_M
                if well.role is Role.COMPETITION
                else (well.radioligand_nM or 0.0)
            )
            # A concentration that displaces nothing is a total well by another name.
            idle = well.role is Role.COMPETITION and dose < 0.02 * self.half_M
            role = Role.TOTAL if idle else well.role
            told.setdefault((role, role is Role.COMPETITION), []).append(
                (0.0 if idle else dose, float(share))
            )
        out = []
        for (role, is_dose), held in told.items():
            for dose, share in _merged(sorted(held)):
                if share >= 0.005:
                    out.append((_words(role, dose, is_dose), share))
        return tuple(out)


def _merged(held: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those within a factor of two as one, at their weighted geometric mean; traces of an unfinished search left out."""
    groups: list[list[tuple[float, float]]] = []
    for dose, share in held:
        if share < 0.003:
            continue
        if groups and dose <= 2.0 * groups[-1][0][0]:
            groups[-1].append((dose, share))
        else:
            groups.append([(dose, share)])
    out = []
    for group in groups:
        total = sum(share for _, share in group)
        mean = (
            math.exp(sum(share * math.log(dose) for dose, share in group) / total)
            if group[0][0] > 0
            else 0.0
        )
        out.append((mean, total))
    return out


def _words(role: Role, dose: float, is_dose: bool) -> str:
    if is_dose:
        return f"{dose * 1e9:.3g} nM"
    word = "total" if role is Role.TOTAL else "non-specific"
    return word if dose == 0 else f"{word}, {dose:.3g} nM"


def _practical(low: float, high: float) -> tuple[float, ...]:
    """Concentrations that a bench would choose, six a decade, within a range."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 1.5, 2, 3, 5, 7))
    return tuple(level for level in every if low <= level <= high)


def _candidates(compound: str, halves: Floats, own: Sequence[Well]) -> list[Well]:
    """Controls, and every concentration that a half-log series from a practical top could hold."""
    doses = {_round(HABIT[0] / HALF_LOG**k) for k in range(HABIT[1])}
    for top in half_log_tops(float(halves[0]), float(halves[-1]) * 3e3):
        doses |= {_round(dose) for dose in steps_down(top, max(POINTS))}
    doses |= {_round(float(half)) for half in halves}
    wells = [Well("", math.nan, Role.TOTAL), Well("", math.nan, Role.NON_SPECIFIC)]
    wells += [
        Well("", math.nan, Role.COMPETITION, compound=compound, concentration_M=dose)
        for dose in sorted(doses)
    ]
    return [*wells, *own]


def _key(well: Well) -> Key:
    if well.role is Role.COMPETITION:
        return (well.role, well.compound, _round(well.concentration_M), well.radioligand_nM)
    return (well.role, "", 0.0, well.radioligand_nM)


def _named(key: Key, place: int) -> Well:
    role, compound, dose, hot = key
    return Well(
        f"{row_letters(place // 24)}{place % 24 + 1:02d}",
        math.nan,
        role,
        compound=compound,
        concentration_M=dose,
        radioligand_nM=hot,
    )


def _round(value: float) -> float:
    return float(f"{value:.9g}")


def _fits(size: int, points: int, replicates: int, controls: int) -> bool:
    rows, columns = PLATE_SHAPES[size]
    lines = math.ceil(points / columns)
    return lines * replicates + math.ceil(controls / columns) <= rows
