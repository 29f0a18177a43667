"""From the plates of an assay to what the assay says: runs are pooled, wells are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tricyclic.assays.binding.error_budget import pooled_budget, with_shared_errors
from tricyclic.assays.binding.methods import methods_paragraph
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.check import Check
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.core.protocol import AssayKind, Protocol
from tricyclic.errors import InputError
from tricyclic.results.binding import AssayResult, ErrorShare, PlateResult

FEWEST_RUNS = 3
WITH_SHARED = ", with the errors all runs share"


def analyse_runs(
    plates: Sequence[PlateResult],
    *,
    name: str,
    title: str,
    kind: AssayKind | Literal["joint"],
    protocol: Protocol | None = None,
    evidence: Sequence[Evidence] = (),
    method: BindingMethod | None = None,
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
        Published numbers to show beside the result.
    method : BindingMethod, optional
        What the plates were analysed with, for the methods text.
    curves : mapping of str to CurveModel, optional
        The shelf, for the equation in the methods text.

    Raises
    ------
    InputError
        If there is no plate.
    """
    if not plates:
        raise InputError("has no runs", where=name, do="Name at least one plate")
    chosen = method or BindingMethod()
    pooled: list[Estimate] = []
    for group in dict.fromkeys(plate.group for plate in plates):
        members = [plate for plate in plates if plate.group == group]
        for key in dict.fromkeys((e.name, e.subject) for plate in members for e in plate.estimates):
            found = [
                (plate, e)
                for plate in members
                for e in plate.estimates
                if (e.name, e.subject) == key
            ]
            pooled.append(
                pool_estimates(
                    [e for _, e in found],
                    runs=[plate.experiment for plate, _ in found],
                    confidence=chosen.confidence,
                    where=group or name,
                )
            )
    budget = _budget(plates, pooled)
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
        checks=_checks(plates, name),
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
    return pooled_budget(ki[0], budgets) if ki[0].n > 1 else budgets[0]


def _checks(plates: Sequence[PlateResult], name: str) -> tuple[Check, ...]:
    out = []
    for group in dict.fromkeys(plate.group for plate in plates):
        members = [plate for plate in plates if plate.group == group and plate.fit.ok]
        runs = {plate.experiment for plate in members}
        where = f"{name}, {group}" if group else name
        if len(runs) < FEWEST_RUNS:
            out.append(
                Check(
                    "independent_runs",
                    "look",
                    f"{len(runs)} independent run{'' if len(runs) == 1 else 's'}",
                    where=where,
                    value=len(runs),
                    limit=FEWEST_RUNS,
                    unit="runs",
                    advice="Three or more runs on different days are needed to know how far a value reproduces",
                    source="agm",
                )
            )
        else:
            out.append(
                Check(
                    "independent_runs",
                    "fine",
                    f"{len(runs)} independent runs",
                    where=where,
                    value=len(runs),
                    limit=FEWEST_RUNS,
                    unit="runs",
                )
            )
    failed = [plate.name for plate in plates if not plate.fit.ok]
    if failed:
        out.append(
            Check(
                "runs_left_out",
                "stop",
                f"no fit of {', '.join(failed)}: not in the pooled numbers",
                where=name,
                advice="Look at these plates first",
            )
        )
    return tuple(out)
