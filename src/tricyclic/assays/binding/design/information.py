"""Predicts how precisely the wells of a plan determine a Ki, Kd or Bmax, without simulation.

The slopes of the curve that the analysis will fit, over the standard deviation of each well
(counting and pipetting), give the Fisher information of any set of wells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.design.plan import expected_plate, sites_M
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.saturation import SaturationPlate
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.plate import Well
from tricyclic.errors import InputError
from tricyclic.fitting.problem import FitProblem
from tricyclic.numerics.least_squares import jacobian
from tricyclic.numerics.optimal_design import parameter_variance, typical_fold
from tricyclic.results.design import ExpectedPrecision
from tricyclic.stats.statistics import t_quantile
from tricyclic.stats.variance import counting_variance

Curves = Mapping[str, CurveModel]
Floats = np.ndarray


@dataclass(frozen=True)
class WellSensitivities:
    """Sensitivity of single wells to the parameters.

    Parameters
    ----------
    rows : array, shape (wells, parameters)
        Slope in each parameter over the standard deviation of the well.
    names : tuple of str
        Names of the parameters.
    """

    rows: Floats
    names: tuple[str, ...]

    def selector(self, parameter: str) -> Floats:
        """1 at one parameter, 0 elsewhere, shape (parameters,)."""
        return np.array([float(name == parameter) for name in self.names])

    def se(self, parameter: str, wells: Floats | None = None) -> float:
        """Standard error of a parameter from `wells` of each kind (one where None)."""
        counts = np.ones(self.rows.shape[0]) if wells is None else wells
        return math.sqrt(parameter_variance(self.rows, counts, self.selector(parameter)))


def well_sensitivities(
    plan: ExperimentPlan, curves: Curves, wells: Sequence[Well] = ()
) -> WellSensitivities:
    """Sensitivity of each well to the parameters that the analysis will fit, at the expected
    values.

    Parameters
    ----------
    plan : ExperimentPlan
    curves : mapping of str to CurveModel
        The registry of curve models.
    wells : sequence of Well, optional
        Other wells than the planned ones; the rows are in their order.

    Raises
    ------
    InputError
        If the plan has no expected value for a parameter.
    """
    used = list(wells or plan.wells)
    plate = expected_plate(plan, used)
    readings = plate_readings(plate, plan.conditions, plan.kind)
    method = AnalysisOptions(classical=False)
    if plan.kind == "competition":
        model = CompetitionPlate(readings, curves, method, plate.name).candidate_model()
    else:
        model = SaturationPlate(readings, curves, method, plate.name, plan.kind).candidate_model()
    problem = FitProblem(model.parts, model.fixed, model.free)
    truth = _true_parameters(plan)
    unknown = [slot.name for slot in problem.free if slot.name not in truth]
    if unknown:
        raise InputError(
            f"the plan has no expected value of {', '.join(unknown)}", where=plate.name
        )
    x = np.array([truth[slot.name] for slot in problem.free])
    expected = problem.expected(x[None, :])[0]
    series = [part.series for part in model.parts]
    slope = np.concatenate([_zeros_or(one.counting_slope, one.n) for one in series])
    offset = np.concatenate([_zeros_or(one.counting_offset, one.n) for one in series])
    background = readings.fixed.get("background", 0.0)
    counting = counting_variance(expected, slope, offset, 0.0)
    sd = np.sqrt(counting + (plan.cv * np.maximum(expected - background, 0.0)) ** 2)
    rows = jacobian(problem.expected, x, np.maximum(np.abs(x), 1e-3)) / sd[:, None]
    labels = [label.rsplit(" ", 1)[1] for one in series for label in one.labels]
    # The solution itself and blanks have no part in the fitted curve.
    order = [labels.index(well.name) for well in used if well.name in labels]
    return WellSensitivities(rows[order], tuple(slot.name for slot in problem.free))


def expected_precision(
    plan: ExperimentPlan, curves: Curves, *, confidence: float = 0.95
) -> tuple[ExpectedPrecision, ...]:
    """Expected width of the intervals of the targets."""
    slopes = well_sensitivities(plan, curves)
    df = slopes.rows.shape[0] - len(slopes.names)
    precision = []
    for name, parameter in plan.targets:
        se = slopes.se(parameter)
        one_plate = math.inf
        if se < math.inf:
            one_plate = 10.0 ** min(2.0 * t_quantile(df, confidence) * se, 300.0)
        pooled = pooled_width(se, plan.between_run_sd, plan.runs, confidence=confidence)
        precision.append(ExpectedPrecision(name, se, one_plate, pooled))
    return tuple(precision)


def pooled_width(
    se_log10: float, between_run_sd: float, runs: int, *, confidence: float = 0.95
) -> float:
    """Median width, upper over lower limit, of the t interval of a number of runs; inf for one run,
    which has no interval.
    """
    if math.isinf(se_log10):
        return math.inf
    return typical_fold(math.hypot(se_log10, between_run_sd), runs, confidence=confidence)


def runs_for(
    se_log10: float,
    between_run_sd: float,
    width: float,
    *,
    max_runs: int = 60,
    confidence: float = 0.95,
) -> int | None:
    """Fewest runs whose pooled interval is typically no wider than `width`; None where `max_runs`
    do not reach it.
    """
    for runs in range(2, max_runs + 1):
        if pooled_width(se_log10, between_run_sd, runs, confidence=confidence) <= width:
            return runs
    return None


def _true_parameters(plan: ExperimentPlan) -> dict[str, float]:
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
