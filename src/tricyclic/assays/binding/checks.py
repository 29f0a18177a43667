"""All quality checks of a fitted binding plate.

Limits are those of the Assay Guidance Manual where it has one, else default thresholds, marked so
in `Check.source`. Patterns in the residuals are checked in `residual_checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.assays.binding.control_checks import control_checks, counting_error
from tricyclic.assays.binding.fitted_wells import FittedWells
from tricyclic.assays.binding.radioactivity import conversion_checks
from tricyclic.assays.binding.radioligand_checks import (
    incubation,
    kd_error,
    radioligand_over_kd,
    tracer_bound,
)
from tricyclic.assays.binding.range_checks import (
    competition_range,
    parameter_at_bound,
    saturation_range,
)
from tricyclic.assays.binding.residual_checks import residual_checks
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.plate import Plate
from tricyclic.core.series import Series
from tricyclic.fitting.copied_readings import copied_readings_checks

# Warnings that mean nothing where there is no specific binding.
_OF_SPECIFIC_BINDING = {
    "bottom_against_controls",
    "counting_error_share",
    "drift_resolution",
    "ic50_outside_range",
    "not_determined",
    "parameter_at_bound",
    "plateau_missing",
    "plateaus_against_controls",
    "residual_runs",
}


def has_specific_binding(checks: Sequence[Check]) -> bool:
    """Whether total wells read more than non-specific ones, as far as that was checked."""
    return not any(check.name == "specific_percent" and check.level == "fail" for check in checks)


def about_what_is_there(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks; without specific binding, only those that do not depend on it."""
    if has_specific_binding(checks):
        return tuple(checks)
    return tuple(check for check in checks if check.name not in _OF_SPECIFIC_BINDING)


def plate_checks(
    plate: Plate | None,
    series: tuple[Series, ...],
    fit: Fit,
    model: CurveModel,
    conditions: BindingConditions,
    estimates: tuple[Estimate, ...] = (),
) -> tuple[Check, ...]:
    """Every check that the wells, the fit and the conditions allow.

    Parameters
    ----------
    plate : Plate or None
        None for a table of amounts, which has no positions to check.
    series : tuple of Series
        The fitted series, in the order of the parts of the fit.
    fit : Fit
        A fit that failed gets no checks here; it has its own.
    model : CurveModel
        The fitted curve model.
    conditions : BindingConditions
    estimates : tuple of Estimate
        Their `where` names the plate in the checks where there is no `plate`.

    Returns
    -------
    tuple of Check
        Also those that pass.
    """
    if not fit.ok:
        return ()
    wells = FittedWells(tuple(series), fit, conditions)
    checks: list[Check] = list(conversion_checks(conditions, series[0].y_unit))
    if {"specific", "radioligand_M"} & {column.name for column in model.columns}:
        checks += [
            *control_checks(wells),
            *tracer_bound(wells, model),
            *counting_error(wells),
            *radioligand_over_kd(wells),
            *kd_error(wells),
            *incubation(wells),
            *saturation_range(wells),
        ]
    checks += [*competition_range(wells, model), *parameter_at_bound(fit)]
    checks += residual_checks(plate, series, fit, model)
    checks += copied_readings_checks(fit)
    names = (estimate.where for estimate in estimates if estimate.where)
    where = plate.name if plate is not None else next(names, series[0].name)
    return tuple(check if check.where else replace(check, where=where) for check in checks)
