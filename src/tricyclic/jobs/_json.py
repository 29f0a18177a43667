"""A StudyResult as one plain, versioned document: result.json and what --json prints.

Every number stands with its value, unit, interval, n and method; every assay with its checks and its
method; the whole with its version and the hashes of what it rests on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tricyclic.core.estimate import told
from tricyclic.core.serialize import as_plain

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import BindingMethod
    from tricyclic.core.check import Check
    from tricyclic.core.estimate import Estimate, Fit
    from tricyclic.results.binding import AssayResult, Comparison, PlateResult, StudyResult

SCHEMA = "tricyclic-result/1"


def study_json(study: StudyResult, methods: Mapping[str, BindingMethod]) -> dict[str, Any]:
    """The whole result; `methods` are the choices each assay was analysed with, by its name."""
    return {
        "schema": SCHEMA,
        "version": study.version,
        "title": study.title,
        "author": study.author,
        "synthetic": study.synthetic,
        "inputs": as_plain(study.inputs),
        "exclusions": as_plain(study.exclusions),
        "assays": [_assay(assay, methods.get(assay.name)) for assay in study.assays],
        "selectivity": [estimate_json(estimate) for estimate in study.selectivity],
        "comparisons": [_comparison(comparison) for comparison in study.comparisons],
        "checks": [_check(check) for check in study.checks],
        "sources": as_plain(study.sources),
    }


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """One number with all that belongs to it, and the line a person reads."""
    plain: dict[str, Any] = as_plain(estimate)
    low, high, confidence = plain.pop("low"), plain.pop("high"), plain.pop("confidence")
    return plain | {
        "interval": {"low": low, "high": high, "confidence": confidence},
        "text": told(estimate),
    }


def _assay(assay: AssayResult, method: BindingMethod | None) -> dict[str, Any]:
    return {
        "name": assay.name,
        "title": assay.title,
        "kind": assay.kind,
        "target": assay.target,
        "compounds": list(assay.compounds),
        "protocol": assay.protocol.name if assay.protocol else "",
        "method": as_plain(method),
        "methods_text": assay.methods,
        "estimates": [estimate_json(estimate) for estimate in assay.pooled],
        "budget": as_plain(assay.budget),
        "comparisons": [_comparison(comparison) for comparison in assay.comparisons],
        "evidence": as_plain(assay.evidence),
        "checks": [_check(check) for check in assay.checks],
        "runs": [_run(plate) for plate in assay.plates],
    }


def _run(plate: PlateResult) -> dict[str, Any]:
    return {
        "name": plate.name,
        "run": plate.experiment,
        "group": plate.group,
        "file": plate.plate.file if plate.plate else "",
        "sha256": plate.plate.sha256 if plate.plate else "",
        "notes": list(plate.plate.notes) if plate.plate else [],
        "excluded": {well.name: well.excluded for well in plate.plate.wells if well.excluded}
        if plate.plate
        else {},
        "model": plate.model,
        "conditions": as_plain(plate.conditions),
        "fit": _fit(plate.fit),
        "estimates": [estimate_json(estimate) for estimate in plate.estimates],
        "classical": [
            {"analysis": label, "estimates": [estimate_json(estimate) for estimate in estimates]}
            for label, estimates in plate.classical
        ],
        "comparisons": [_comparison(comparison) for comparison in plate.comparisons],
        "budget": as_plain(plate.budget),
        "checks": [_check(check) for check in plate.checks],
    }


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "ok": fit.ok,
        "says": fit.says,
        "variance": fit.variance,
        "confidence": fit.confidence,
        "readings": fit.n,
        "df": fit.df,
        "rss": as_plain(fit.rss),
        "log_likelihood": as_plain(fit.log_likelihood),
        "aicc": as_plain(fit.aicc),
        "cv": [as_plain(part.cv) for part in fit.parts],
        "parameters": as_plain(fit.parameters),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    plain: dict[str, Any] = as_plain(comparison)
    plain["details"] = dict(plain["details"])
    for name in ("ratio", "difference"):
        value = getattr(comparison, name)
        plain[name] = estimate_json(value) if value is not None else None
    return plain


def _check(check: Check) -> dict[str, Any]:
    plain: dict[str, Any] = as_plain(check)
    return plain


def as_json_bytes(document: dict[str, Any]) -> bytes:
    """A document as JSON text; numbers that JSON cannot hold have become words before."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode(
        "utf-8"
    )
