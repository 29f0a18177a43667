"""An evoked-release experiment of a study as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.reports.json import all_fields
from tricyclic.reports.json.experiment import experiment_document
from tricyclic.results.release_study import ReleaseExperiment


def release_experiment_json(one: ReleaseExperiment) -> dict[str, Any]:
    """Wells, means, effects and curves, and what is left out."""
    return experiment_document(one, response=all_fields(one.response))
