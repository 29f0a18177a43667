"""Analysis of one plate, or of one table of amounts, of any kind of binding assay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.checks import (
    about_what_is_there,
    has_specific_binding,
    plate_checks,
)
from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.error_budget import error_budgets
from tricyclic.assays.binding.kinetics import KineticsPlate
from tricyclic.assays.binding.leverages import leverages
from tricyclic.assays.binding.readings import PlateReadings, plate_readings
from tricyclic.assays.binding.saturation import SaturationPlate
from tricyclic.assays.binding.suspects import without_suspects
from tricyclic.assays.binding.table_readings import table_readings
from tricyclic.assays.binding.well_checks import well_checks
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.plate import Plate
from tricyclic.core.protocol import AssayKind
from tricyclic.core.series import Series
from tricyclic.fitting.outliers import detect_outliers_rout, suspects_as_checks
from tricyclic.fitting.replicates import lack_of_fit
from tricyclic.results.binding import PlateResult


def analyse_plate(
    plate: Plate,
    conditions: BindingConditions,
    *,
    kind: AssayKind,
    curves: Mapping[str, CurveModel],
    method: AnalysisOptions | None = None,
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
        How the wells were incubated and counted.
    kind : AssayKind
        What was varied.
    curves : mapping of str to CurveModel
        The registry of curve models.
    method : AnalysisOptions, optional
        Choices; the defaults are the recommended ones.
    experiment, group : str
        The independent run, and the condition, of the plate.
    rng : Generator, optional
        For the simulations of `method.calibrate`; default: one from `method.seed`.

    Returns
    -------
    PlateResult
        With its checks; a fit that failed is included, with its reason.

    Raises
    ------
    InputError
        If needed wells or values are missing, or readings are impossible.
    """
    readings = plate_readings(plate, conditions, kind, experiment=experiment, group=group)
    return _analyse(
        readings,
        kind,
        curves,
        method or AnalysisOptions(),
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
    method: AnalysisOptions | None = None,
    compound: str = "",
    others: Sequence[tuple[str, Series]] = (),
    name: str = "",
    rng: np.random.Generator | None = None,
) -> PlateResult:
    """Analyse a table of readings (counts or amounts) instead of a plate.

    Parameters
    ----------
    series : Series
        With the columns that were varied.
    conditions : BindingConditions
        Volume, specific activity, efficiency and protein are used as those of a plate: where they
        turn readings into moles, the fit solves the mass balance.
    kind : AssayKind
    curves : mapping of str to CurveModel
    method : AnalysisOptions, optional
    compound : str
        Name of the competitor.
    others : sequence of (str, Series)
        Further competitors with their readings, which share the controls and are fitted together.
    name : str
        Of the result (default: that of the series).
    rng : Generator, optional
        For the simulations of `method.calibrate`; default: one from `method.seed`.
    """
    readings = table_readings(series, conditions, kind, compound=compound, others=others)
    return _analyse(
        readings,
        kind,
        curves,
        method or AnalysisOptions(),
        name or series.name,
        series.experiment or series.name,
        series.group,
        None,
        rng,
    )


def _analyse(
    readings: PlateReadings,
    kind: AssayKind,
    curves: Mapping[str, CurveModel],
    method: AnalysisOptions,
    name: str,
    experiment: str,
    group: str,
    plate: Plate | None,
    rng: np.random.Generator | None,
) -> PlateResult:
    generator = np.random.default_rng(method.seed) if rng is None else rng

    def build(of: PlateReadings) -> CompetitionPlate | SaturationPlate | KineticsPlate:
        if kind == "competition":
            return CompetitionPlate(of, curves, method, name, generator)
        if kind in ("saturation", "homologous"):
            return SaturationPlate(of, curves, method, name, kind, generator)
        return KineticsPlate(of, curves, method, name, kind)

    analysis = build(readings)
    main = analysis.fit()
    estimates = analysis.estimates(main)
    comparisons = analysis.comparisons(main)
    others: tuple[tuple[str, tuple[Estimate, ...]], ...] = ()
    logistic: tuple[Estimate, ...] = ()
    if isinstance(analysis, CompetitionPlate):
        logistic = analysis.logistic_estimates(main)
    if not isinstance(analysis, KineticsPlate):
        others = (*analysis.alternatives(main), *analysis.two_sites(comparisons))
    result = PlateResult(
        name=name,
        experiment=experiment,
        group=group,
        plate=plate,
        conditions=readings.conditions,
        series=tuple(series for _, series in readings.series),
        fit=main,
        estimates=(*estimates, *logistic),
        classical=others,
        comparisons=comparisons,
        budget=error_budgets(
            estimates, readings.conditions, leverages(build, readings, main, estimates)
        ),
        model=analysis.model.name,
    )
    checks: tuple[Check, ...] = (*main.checks, *(well_checks(plate) if plate else ()))
    if main.ok:
        checks += plate_checks(
            plate, result.series, main, analysis.model, readings.conditions, estimates
        )
        misfit = lack_of_fit(main)
        if misfit is not None:
            misfit = replace(misfit, tests_fit=True)
            result = replace(result, comparisons=(*result.comparisons, misfit))
        if method.outliers == "suggest" and has_specific_binding(checks):
            candidate = analysis.candidate_model()
            suspects = detect_outliers_rout(
                candidate.parts,
                fixed=candidate.fixed,
                free=candidate.free,
                variance=analysis.variance,
                q=method.outlier_q,
                first=main,
            )
            checks += suspects_as_checks(suspects)
            without = without_suspects(build, readings, suspects)
            result = replace(result, classical=(*result.classical, *without))
    if not isinstance(analysis, SaturationPlate):
        checks += analysis.checks(main)
    return replace(result, checks=about_what_is_there(checks))
