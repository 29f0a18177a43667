"""An analysed study as one plain document: result.json, and what `--json` prints.

Every number has its value, unit, interval, n and method; every assay has its checks and its method;
the document has the version of tricyclic and the hashes of the input files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate, Fit, format_estimate, p_scale_name, unit_of_parameter
from tricyclic.core.serialize import to_jsonable
from tricyclic.results.binding import AssayResult, GroupComparison, PlateResult, StudyResult
from tricyclic.results.ki import KbResult, KiResult
from tricyclic.results.study_run import DemoResult, StudyRunResult


def study_run_json(result: StudyRunResult) -> dict[str, Any]:
    """The study, and the folder of its results where they were written."""
    in_study = {"folder": result.folder, "unused_files": list(result.unused_files)}
    return study_json(result) | (in_study if result.folder else {})


def demo_json(result: DemoResult) -> dict[str, Any]:
    """The study, and the paths of its reports."""
    return study_run_json(result) | {"reports": list(result.reports)}


def study_json(result: StudyRunResult) -> dict[str, Any]:
    """The study alone, the same on every machine."""
    study = result.study
    return {
        "version": study.version,
        "title": study.title,
        "author": study.author,
        "laboratory": study.laboratory,
        "date": study.date,
        "people": list(study.people),
        "notes": study.notes,
        "synthetic": study.synthetic,
        "inputs": to_jsonable(study.inputs),
        "exclusions": to_jsonable(study.exclusions),
        "assays": [_assay(assay, result.methods.get(assay.name)) for assay in study.assays],
        "selectivity": [estimate_json(estimate) for estimate in study.selectivity],
        "comparisons": [_comparison(comparison) for comparison in study.comparisons],
        "checks": to_jsonable(study.checks),
        "read_as": list(study.read_as),
        "unused": list(study.unused),
        "sources": to_jsonable(study.sources),
    } | _experiments(study)


def _experiments(study: StudyResult) -> dict[str, Any]:
    """The experiments that are no binding assays, by their kind."""
    by_kind: dict[str, Any] = {}
    for one in study.experiments:
        by_kind.setdefault(one.kind, []).append(one.to_json())
    return by_kind


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """One number with its interval, and the line that the terminal shows."""
    plain: dict[str, Any] = to_jsonable(estimate)
    low, high, confidence = plain.pop("low"), plain.pop("high"), plain.pop("confidence")
    return (
        plain
        | {
            "interval": {"low": low, "high": high, "confidence": confidence},
            "text": format_estimate(estimate),
        }
        | _p_scale(estimate)
    )


def _p_scale(estimate: Estimate) -> dict[str, Any]:
    """The negative logarithm of a concentration with its standard error and its limits, under its
    name ("pKi").
    """
    name = p_scale_name(estimate)
    if not name:
        return {}
    low, high = estimate.p_limits
    numbers = {"value": estimate.p_value, "se": estimate.log10_se, "low": low, "high": high}
    return {name: to_jsonable(numbers)}


def ki_json(result: KiResult) -> dict[str, Any]:
    """A Ki from an IC50: with and without depletion, and the numbers that enter it."""
    return {
        "ki": estimate_json(result.ki),
        "cheng_prusoff": estimate_json(result.cheng_prusoff),
        "inputs": to_jsonable(result.inputs),
        "formula": result.formula,
        "bound_percent": to_jsonable(result.bound_percent),
        "sites_nM": to_jsonable(result.sites_nM),
        "free_radioligand_nM": to_jsonable(result.free_radioligand_nM),
        "checks": to_jsonable(result.checks),
    }


def kb_json(result: KbResult) -> dict[str, Any]:
    """The KB of a functional antagonist, and the numbers that enter it."""
    return {
        "kb": estimate_json(result.kb),
        "cheng_prusoff": estimate_json(result.cheng_prusoff),
        "inputs": to_jsonable(result.inputs),
        "formula": result.formula,
        "agonist_over_ec50": to_jsonable(result.agonist_over_ec50),
        "checks": to_jsonable(result.checks),
    }


def conditions_json(conditions: BindingConditions) -> dict[str, Any]:
    """Conditions, and where the value of each comes from ("stated" or "protocol default")."""
    values = to_jsonable(conditions)
    values.pop("origins")
    return {"conditions": values, "condition_sources": dict(conditions.provided())}


def _assay(assay: AssayResult, method: AnalysisOptions | None) -> dict[str, Any]:
    return {
        "name": assay.name,
        "title": assay.title,
        "kind": assay.kind,
        "target": assay.target,
        "compounds": list(assay.compounds),
        "protocol": assay.protocol.name if assay.protocol else "",
        "method": to_jsonable(method),
        "methods_text": assay.methods,
        "estimates": [estimate_json(estimate) for estimate in assay.pooled],
        "budget": to_jsonable(assay.budget),
        "comparisons": [_comparison(comparison) for comparison in assay.comparisons],
        "evidence": to_jsonable(assay.evidence),
        "checks": to_jsonable(assay.checks),
        "runs": [_run(plate) for plate in assay.plates],
    }


def _run(result: PlateResult) -> dict[str, Any]:
    plate = result.plate
    return {
        "name": result.name,
        "run": result.experiment,
        "group": result.group,
        "file": plate.file if plate else "",
        "sha256": plate.sha256 if plate else "",
        "notes": list(plate.notes) if plate else [],
        "excluded": {w.name: w.excluded for w in plate.wells if w.excluded} if plate else {},
        "model": result.model,
        **conditions_json(result.conditions),
        "fit": _fit(result.fit),
        "estimates": [estimate_json(estimate) for estimate in result.estimates],
        "classical": [
            {"analysis": label, "estimates": [estimate_json(estimate) for estimate in estimates]}
            for label, estimates in result.classical
        ],
        "comparisons": [_comparison(comparison) for comparison in result.comparisons],
        "budget": to_jsonable(result.budget),
        "checks": to_jsonable(result.checks),
    }


def _fit(fit: Fit) -> dict[str, Any]:
    y_unit = fit.parts[0].series.y_unit if fit.parts else ""
    return {
        "ok": fit.ok,
        "message": fit.message,
        "variance": fit.variance,
        "confidence": fit.confidence,
        "readings": fit.n,
        "df": fit.df,
        "rss": to_jsonable(fit.rss),
        "log_likelihood": to_jsonable(fit.log_likelihood),
        "aicc": to_jsonable(fit.aicc),
        "cv": [to_jsonable(part.cv) for part in fit.parts],
        "parameters": [
            to_jsonable(replace(p, value=p.estimate, unit=unit_of_parameter(p.unit, y_unit)))
            for p in fit.parameters
        ],
    }


def _comparison(comparison: GroupComparison) -> dict[str, Any]:
    plain: dict[str, Any] = to_jsonable(comparison)
    plain["details"] = dict(plain["details"])
    for name in ("ratio", "difference"):
        value = getattr(comparison, name)
        plain[name] = estimate_json(value) if value is not None else None
    plain["published"] = [estimate_json(mean) for mean in comparison.published]
    return plain
