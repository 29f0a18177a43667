"""From a Plan to how precisely its wells can tell a Ki, Kd or Bmax, before anything is simulated.

The slopes of the very curve that the analysis will fit, over the standard deviation of each well (counting and
pipetting), give the information of any set of wells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.binding.competition import Competition
from tricyclic.assays.binding.design.plan import Plan, expected_plate, sites_M
from tricyclic.assays.binding.readings import readings_of
from tricyclic.assays.binding.saturation import Saturation
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.plate import Well
from tricyclic.errors import InputError
from tricyclic.fitting.problem import Problem
from tricyclic.numerics.least_squares import jacobian
from tricyclic.numerics.optimal_design import typical_fold, variance_of
from tricyclic.stats.statistics import t_quantile
from tricyclic.stats.variance import counting_variance

Curves = Mapping[str, CurveModel]
Floats = np.ndarray


@dataclass(frozen=True)
class Slopes:
    """What single wells tell: `rows` (wells, parameters), slopes over standard deviation; `names` of the parameters."""

    rows: Floats
    names: tuple[str, ...]

    def wanted(self, parameter: str) -> Floats:
        """1 at one parameter, 0 elsewhere, shape (parameters,)."""
        return np.array([float(name == parameter) for name in self.names])

    def se(self, parameter: str, wells: Floats | None = None) -> float:
        """Standard error of a parameter from so many of each well (one where left out)."""
        counts = np.ones(self.rows.shape[0]) if wells is None else wells
        return math.sqrt(variance_of(self.rows, counts, self.wanted(parameter)))


@dataclass(frozen=True)
class Width:
    """How wide an interval will be, high over low: of one plate (its wells' error only), and of the pooled runs."""

    name: str
    se_log10: float
    one_plate: float
    pooled: float


def slopes_of(plan: Plan, curves: Curves, wells: Sequence[Well] = ()) -> Slopes:
    """What each well tells of the parameters that the analysis will fit, at the expected truth.

    Parameters
    ----------
    plan : Plan
    curves : mapping of str to CurveModel
        The shelf.
    wells : sequence of Well, optional
        Other wells than the planned ones; rows come in their order.
    """
    held = list(wells or plan.wells)
    plate = expected_plate(plan, held)
    readings = readings_of(plate, plan.conditions, plan.kind)
    method = BindingMethod(classical=False)
    if plan.kind == "competition":
        asked = Competition(readings, curves, method, plate.name).hypothesis()
    else:
        asked = Saturation(readings, curves, method, plate.name, plan.kind).hypothesis()
    problem = Problem(asked.parts, asked.given, asked.free)
    truth = _truth_of(plan)
    unknown = [slot.name for slot in problem.free if slot.name not in truth]
    if unknown:
        raise InputError(
            f"the design cannot say what {', '.join(unknown)} will be", where=plate.name
        )
    x = np.array([truth[slot.name] for slot in problem.free])
    expected = problem.expected(x[None, :])[0]
    slope = np.concatenate(
        [_zeros_or(part.series.counting_slope, part.series.n) for part in asked.parts]
    )
    offset = np.concatenate(
        [_zeros_or(part.series.counting_offset, part.series.n) for part in asked.parts]
    )
    background = readings.given.get("background", 0.0)
    counted = counting_variance(expected, slope, offset, 0.0)
    sd = np.sqrt(counted + (plan.cv * np.maximum(expected - background, 0.0)) ** 2)
    rows = jacobian(problem.expected, x, np.maximum(np.abs(x), 1e-3)) / sd[:, None]
    labels = [label.rsplit(" ", 1)[1] for part in asked.parts for label in part.series.labels]
    order = [labels.index(well.name) for well in held]
    return Slopes(rows[order], tuple(slot.name for slot in problem.free))


def widths(plan: Plan, curves: Curves, *, confidence: float = 0.95) -> tuple[Width, ...]:
    """Predicted width of the intervals of what is asked, without simulation."""
    slopes = slopes_of(plan, curves)
    df = slopes.rows.shape[0] - len(slopes.names)
    told = []
    for name, parameter in plan.asked:
        se = slopes.se(parameter)
        one = (
            10.0 ** min(2.0 * t_quantile(df, confidence) * se, 300.0) if se < math.inf else math.inf
        )
        told.append(
            Width(
                name,
                se,
                one,
                pooled_width(se, plan.between_run_sd, plan.runs, confidence=confidence),
            )
        )
    return tuple(told)


def pooled_width(
    se_log10: float, between_run_sd: float, runs: int, *, confidence: float = 0.95
) -> float:
    """Middle width, high over low, of the t interval of so many runs; of one run there is none (inf)."""
    if math.isinf(se_log10):
        return math.inf
    return typical_fold(math.hypot(se_log10, between_run_sd), runs, confidence=confidence)


def runs_for(
    se_log10: float,
    between_run_sd: float,
    width: float,
    *,
    most: int = 60,
    confidence: float = 0.95,
) -> int | None:
    """Fewest runs whose pooled interval is typically no wider than asked; None where so many do not do."""
    return next(
        (
            n
            for n in range(2, most + 1)
            if pooled_width(se_log10, between_run_sd, n, confidence=confidence) <= width
        ),
        None,
    )


def _truth_of(plan: Plan) -> dict[str, float]:
    truth = {
        "log10_bmax": math.log10(sites_M(plan.conditions, plan.truth.bmax_fmol_per_mg)),
        "log10_kd": math.log10(plan.truth.kd_nM * 1e-9),
        "nonspecific": plan.truth.nonspecific,
    }
    if plan.kind == "competition":
        truth["log10_ki"] = math.log10(plan.true("Ki") * 1e-9)
    return truth


def _zeros_or(column: Floats | None, n: int) -> Floats:
    return np.zeros(n) if column is None else np.asarray(column)
