"""One plate, or one table of amounts, from readings to a PlateResult: whatever kind of assay it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.checks import plate_checks
from tricyclic.assays.binding.competition import Competition
from tricyclic.assays.binding.kinetics import Kinetics
from tricyclic.assays.binding.readings import Readings, readings_of
from tricyclic.assays.binding.saturation import Saturation
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.plate import Plate
from tricyclic.core.protocol import AssayKind
from tricyclic.core.series import Series
from tricyclic.fitting.outliers import rout, suspects_as_checks
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.results.binding import PlateResult


def analyse_plate(
    plate: Plate,
    conditions: BindingConditions,
    *,
    kind: AssayKind,
    curves: Mapping[str, CurveModel],
    method: BindingMethod | None = None,
    experiment: str = "",
    group: str = "",
    rng: np.random.Generator | None = None,
) -> PlateResult:
    """Analyse one plate.

    Parameters
    ----------
    plate : Plate
        With roles assigned by a layout, exclusions applied.
    conditions : BindingConditions
        What the wells were incubated and counted with.
    kind : AssayKind
        What was varied.
    curves : mapping of str to CurveModel
        The shelf of curves.
    method : BindingMethod, optional
        Choices; the defaults are the recommended ones.
    experiment, group : str
        The independent run, and the condition, the plate belongs to.
    rng : Generator, optional
        For the simulations that `method.calibrate` asks for; one from `method.seed` where left out.

    Returns
    -------
    PlateResult
        With its checks; a fit that failed is in it, with its reason.

    Raises
    ------
    InputError
        If needed wells or values are missing, or readings cannot be.
    """
    readings = readings_of(plate, conditions, kind, experiment=experiment, group=group)
    return _analyse(
        readings,
        kind,
        curves,
        method or BindingMethod(),
        plate.name,
        experiment or plate.name,
        group,
        plate,
        rng,
    )


def analyse_table(
    series: Series,
    conditions: BindingConditions,
    *,
    kind: AssayKind,
    curves: Mapping[str, CurveModel],
    method: BindingMethod | None = None,
    compound: str = "",
    rng: np.random.Generator | None = None,
) -> PlateResult:
    """Analyse readings that come as a table of amounts, not as counted wells.

    Parameters
    ----------
    series : Series
        With the columns of the assay's curves; no counting errors are known.
    conditions : BindingConditions
    kind : AssayKind
    curves : mapping of str to CurveModel
    method : BindingMethod, optional
    compound : str
        What the competitor is called.
    rng : Generator, optional
        For the simulations that `method.calibrate` asks for; one from `method.seed` where left out.
    """
    given = {"background": 0.0}
    if "radioligand_M" not in series.x and conditions.radioligand_nM is not None:
        series = replace(
            series,
            x={
                **series.x,
                "radioligand_M": np.full(series.n, conditions.radioligand_nM.value * 1e-9),
            },
        )
    if conditions.radioligand_kd_nM is not None:
        given["log10_kd"] = math.log10(conditions.radioligand_kd_nM.value * 1e-9)
    readings = Readings(
        ((compound, series),), given, conditions, counts=series.counting_slope is not None
    )
    return _analyse(
        readings,
        kind,
        curves,
        method or BindingMethod(),
        series.name,
        series.experiment or series.name,
        series.group,
        None,
        rng,
    )


def _analyse(
    readings: Readings,
    kind: AssayKind,
    curves: Mapping[str, CurveModel],
    method: BindingMethod,
    name: str,
    experiment: str,
    group: str,
    plate: Plate | None,
    rng: np.random.Generator | None,
) -> PlateResult:
    task: Competition | Saturation | Kinetics
    if rng is None:
        rng = np.random.default_rng(method.seed)
    if kind == "competition":
        task = Competition(readings, curves, method, name, rng)
    elif kind in ("saturation", "homologous"):
        task = Saturation(readings, curves, method, name, kind, rng)
    else:
        task = Kinetics(readings, curves, method, name, kind)
    main = task.fit()
    estimates = task.estimates(main)
    result = PlateResult(
        name=name,
        experiment=experiment,
        group=group,
        plate=plate,
        conditions=readings.conditions,
        series=tuple(series for _, series in readings.series),
        fit=main,
        estimates=estimates,
        classical=() if isinstance(task, Kinetics) else task.beside(main),
        comparisons=() if isinstance(task, Kinetics) else task.comparisons(main),
        budget=task.budget(main) if isinstance(task, Competition) else (),
        model=task.model.name,
    )
    checks: tuple[Check, ...] = main.checks
    if main.ok:
        checks += plate_checks(
            plate, result.series, main, task.model, readings.conditions, estimates
        )
        misfit = lack_of_fit(main)
        if misfit is not None:
            result = replace(result, comparisons=(*result.comparisons, misfit))
        if method.outliers == "suggest":
            asked = task.hypothesis()
            suspects = rout(
                asked.parts,
                given=asked.given,
                free=asked.free,
                variance=task.variance,
                q=method.outlier_q,
            )
            checks += suspects_as_checks(suspects)
    if isinstance(task, Kinetics):
        checks += task.checks(main)
    return replace(result, checks=checks)
