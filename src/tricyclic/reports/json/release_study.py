"""An evoked-release experiment of a study as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.reports.json import all_fields
from tricyclic.results.release_study import ReleaseExperiment


def release_experiment_json(one: ReleaseExperiment) -> dict[str, Any]:
    """Wells, means, effects and curves, and what is left out."""
    return {
        "name": one.name,
        "title": one.title,
        "species": one.species,
        "response": all_fields(one.response),
        "left_out": [{"target": t, "reason": reason} for t, reason in one.excluded],
        "methods_text": one.methods,
    }
