"""Pooled results of an assay over its independent runs; wells are never pooled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tricyclic.assays.binding.error_budget import (
    pooled_budget,
    shares_of,
    with_shared_errors,
)
from tricyclic.assays.binding.excluded_runs import exclusion_checks, with_exclusions
from tricyclic.assays.binding.methods import methods_paragraph
from tricyclic.assays.binding.model_fits import model_fits
from tricyclic.assays.binding.stated_conditions import protocol_default_checks
from tricyclic.assays.binding.suspects import pooled_without_suspects
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.core.format import format_quantity, pluralize
from tricyclic.core.protocol import AssayKind, Protocol
from tricyclic.errors import InputError
from tricyclic.results.binding import WITH_SHARED, AssayResult, ErrorShare, PlateResult

MIN_RUNS = 3


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
    bounds: list[Check] = []
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
            of_runs = pool_estimates(
                [one for _, one in same],
                runs=[run for run, _ in same],
                confidence=chosen.confidence,
                where=group or name,
            )
            bounds += _bounds_checks(same, of_runs, main=estimates[0][1].name)
            pooled += [
                of_runs,
                *pooled_without_suspects(used, of_runs, group, chosen.confidence),
            ]
    budget = tuple(share for e in pooled for share in _budget(used, e, name))
    pooled += [_with_shared(e, budget) for e in pooled if _has_shared(e, budget)]
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
            *bounds,
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


def _budget(plates: Sequence[PlateResult], pooled: Estimate, name: str) -> tuple[ErrorShare, ...]:
    """The budget of a pooled number, from those of the plates of its group."""
    by_run: dict[str, list[tuple[ErrorShare, ...]]] = {}
    for plate in plates:
        shares = shares_of(plate.budget, pooled.name, pooled.subject)
        if shares and pooled.where == (plate.group or name):
            by_run.setdefault(plate.experiment, []).append(shares)
    if not by_run:
        return ()
    if pooled.n_experiments > 1:
        return pooled_budget(pooled, by_run)
    plate_budget = next(iter(by_run.values()))[0]
    return tuple(replace(share, where=pooled.where) for share in plate_budget)


def _has_shared(pooled: Estimate, budget: Sequence[ErrorShare]) -> bool:
    own = shares_of(budget, pooled.name, pooled.subject, pooled.where)
    return any(share.shared and share.log10_se > 0 for share in own)


def _with_shared(pooled: Estimate, budget: Sequence[ErrorShare]) -> Estimate:
    own = shares_of(budget, pooled.name, pooled.subject, pooled.where)
    return replace(with_shared_errors(pooled, own), name=f"{pooled.name}{WITH_SHARED}")


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


def _bounds_checks(
    runs: Sequence[tuple[str, Estimate]], pooled: Estimate, *, main: str
) -> tuple[Check, ...]:
    """A warning where some runs have a value of the main quantity and others a bound of it."""
    bounds = [f"{run} {_value(e)}" for run, e in runs if e.qualifier != "="]
    values = [f"{run} {_value(e)}" for run, e in runs if e.qualifier == "="]
    if pooled.name != main or not bounds or not values:
        return ()
    how = (
        f"the mean takes them as bounds and is {_value(pooled)}"
        if pooled.qualifier == "="
        else f"one value has no scatter, so that {_value(pooled)} is what holds for every run, the "
        "run with a value by its own limit"
        if len(values) == 1
        else f"{_value(pooled)} is what holds for every run"
    )
    return (
        Check(
            "pooled_bounds",
            "warn",
            f"{main} is a bound in {len(bounds)} of {len(runs)} runs ({', '.join(bounds)}) and a "
            f"value in {len(values)} ({', '.join(values)}): {how}",
            where=f"{pooled.where} {pooled.subject}".strip(),
            value=float(len(bounds)),
            limit=0.0,
            advice="Test concentrations further in that direction, so that every run has a value",
        ),
    )


def _value(e: Estimate) -> str:
    sign = "" if e.qualifier == "=" else f"{e.qualifier} "
    return f"{sign}{format_quantity(e.value, e.unit)}"


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
