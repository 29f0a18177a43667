"""A microdialysis experiment of a study as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.json.chromatography import batch_json
from tricyclic.reports.json.experiment import experiment_document
from tricyclic.reports.json.microdialysis import microdialysis_json
from tricyclic.results.dialysis_study import DialysisExperiment


def experiment_json(one: DialysisExperiment) -> dict[str, Any]:
    """Responses and effects, the batch, the animals, and what is left out."""
    return experiment_document(
        one,
        response=microdialysis_json(one.response),
        batch=batch_json(one.batch) if one.batch is not None else None,
        animals=to_jsonable(one.animals),
        manual_limits=to_jsonable(one.manual),
    )
