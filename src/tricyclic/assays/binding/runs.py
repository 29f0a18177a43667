"""Pooled results of an assay over its independent runs; wells are never pooled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tricyclic.assays.binding.error_budget import pooled_budget, with_shared_errors
from tricyclic.assays.binding.excluded_runs import exclusion_checks, with_exclusions
from tricyclic.assays.binding.methods import methods_paragraph
from tricyclic.assays.binding.model_fits import model_fits
from tricyclic.assays.binding.stated_conditions import protocol_default_checks
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import pluralize
from tricyclic.core.protocol import AssayKind, Protocol
from tricyclic.errors import InputError
from tricyclic.results.binding import AssayResult, ErrorShare, PlateResult

MIN_RUNS = 3
# Suffix of the name of an estimate whose interval includes the errors that all runs share.
WITH_SHARED = ", with the errors all runs share"


def analyse_runs(
    plates: Sequence[PlateResult],
    *,
    name: str,
    title: str,
    kind: AssayKind | Literal["joint"],
    protocol: Protocol | None = None,
    evidence: Sequence[Evidence] = (),
    method: AnalysisOptions | None = None,
    curves: Mapping[str, CurveModel] | None = None,
) -> AssayResult:
    """Pool the plates of one assay over its independent runs.

    Parameters
    ----------
    plates : sequence of PlateResult
        One or more; those with the same `experiment` belong to one run.
    name, title : str
        Of the assay.
    kind : AssayKind
    protocol : Protocol, optional
    evidence : sequence of Evidence
        Published numbers for comparison.
    method : AnalysisOptions, optional
        Choices of the analysis, for the methods text.
    curves : mapping of str to CurveModel, optional
        The registry of curve models, for the equation in the methods text.

    Raises
    ------
    InputError
        If there is no plate.
    """
    if not plates:
        raise InputError("has no runs", where=name, do="Add at least one plate")
    chosen = method or AnalysisOptions()
    plates = with_exclusions(plates)
    used = [plate for plate in plates if not plate.excluded]
    pooled: list[Estimate] = []
    for group in dict.fromkeys(plate.group for plate in used):
        # A parameter that only the bound of the search limits has no value (nan).
        estimates = [
            (plate.experiment, estimate)
            for plate in used
            if plate.group == group
            for estimate in plate.estimates
            if not math.isnan(estimate.value)
        ]
        for key in dict.fromkeys((one.name, one.subject) for _, one in estimates):
            same = [(run, one) for run, one in estimates if (one.name, one.subject) == key]
            pooled.append(
                pool_estimates(
                    [one for _, one in same],
                    runs=[run for run, _ in same],
                    confidence=chosen.confidence,
                    where=group or name,
                )
            )
    budget = _budget(used, pooled)
    pooled += [
        replace(with_shared_errors(e, budget), name=f"Ki{WITH_SHARED}")
        for e in pooled
        if e.name == "Ki" and any(share.shared and share.log10_se > 0 for share in budget)
    ]
    first = plates[0]
    equation = curves[first.model].equation if curves is not None and first.model in curves else ""
    return AssayResult(
        name=name,
        title=title,
        kind=kind,
        target=first.conditions.target,
        compounds=_compounds(plates),
        plates=tuple(plates),
        pooled=tuple(pooled),
        budget=budget,
        evidence=tuple(evidence),
        protocol=protocol,
        methods=methods_paragraph(plates, protocol, chosen, equation, kind=kind, pooled=pooled),
        checks=(
            *_checks(plates, name),
            *protocol_default_checks(plates, protocol, kind, name),
        ),
    )


def _compounds(plates: Sequence[PlateResult]) -> tuple[str, ...]:
    hot = {plate.conditions.radioligand for plate in plates}
    return tuple(
        dict.fromkeys(
            e.subject
            for plate in plates
            for e in plate.estimates
            if e.subject and e.subject not in hot
        )
    )


def _budget(plates: Sequence[PlateResult], pooled: Sequence[Estimate]) -> tuple[ErrorShare, ...]:
    budgets = [plate.budget for plate in plates if plate.budget]
    ki = [estimate for estimate in pooled if estimate.name == "Ki"]
    if not budgets or not ki:
        return ()
    return pooled_budget(ki[0], budgets) if ki[0].n_experiments > 1 else budgets[0]


def _checks(plates: Sequence[PlateResult], name: str) -> tuple[Check, ...]:
    checks = []
    for group in dict.fromkeys(plate.group for plate in plates):
        runs = {plate.experiment for plate in plates if plate.group == group and not plate.excluded}
        few = len(runs) < MIN_RUNS
        checks.append(
            Check(
                "independent_runs",
                "warn" if few else "pass",
                pluralize(len(runs), "independent run"),
                where=f"{name}, {group}" if group else name,
                value=len(runs),
                limit=MIN_RUNS,
                unit="runs",
                advice="Do three or more runs on different days to estimate the variation of runs"
                if few
                else "",
                source="agm" if few else "",
            )
        )
        used = [plate for plate in plates if plate.group == group and not plate.excluded]
        checks += model_fits(used, f"{name}, {group}" if group else name)
    checks += exclusion_checks(plates)
    checks += _undetermined(plates)
    return tuple(checks)


def _undetermined(plates: Sequence[PlateResult]) -> list[Check]:
    """A failed check for each run with a number that is left out because it has no value."""
    checks = []
    for plate in plates:
        names = dict.fromkeys(e.name for e in plate.estimates if math.isnan(e.value))
        if names and not plate.excluded:
            checks.append(
                Check(
                    "runs_excluded",
                    "fail",
                    f"{' and '.join(names)} left out of the pooled numbers: the readings do not "
                    "determine it, and the fit ended at the bound of the search",
                    where=plate.name,
                    advice="Widen the range of concentrations, or remove this run",
                )
            )
    return checks
