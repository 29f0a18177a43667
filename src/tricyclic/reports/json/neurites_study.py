"""A neurite experiment of a study as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.reports.json.experiment import experiment_document
from tricyclic.reports.json.neurites import neurites_json
from tricyclic.results.neurites_study import NeuritesExperiment


def neurites_experiment_json(one: NeuritesExperiment) -> dict[str, Any]:
    """Cultures, arms, effects and curves, and what is left out."""
    return experiment_document(one, response=neurites_json(one.response))
