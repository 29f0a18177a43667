"""A neurite experiment of a study as text."""

from __future__ import annotations

from dataclasses import replace

from tricyclic.reports.text.neurites import neurites_text
from tricyclic.results.neurites_study import NeuritesExperiment


def neurites_experiment_text(one: NeuritesExperiment) -> str:
    """Arms, effects and checks; what is not used is listed once, at the end of the study."""
    table = replace(one.response.table, unused=())
    return neurites_text(replace(one.response, table=table, synthetic="")).rstrip()
