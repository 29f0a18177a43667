"""An evoked-release experiment of a study as text."""

from __future__ import annotations

from dataclasses import replace

from tricyclic.reports.text.release import release_text
from tricyclic.results.release_study import ReleaseExperiment


def release_experiment_text(one: ReleaseExperiment) -> str:
    """Arms, effects and checks; what is not used is listed once, at the end of the study."""
    return release_text(replace(one.response, unused=(), synthetic="")).rstrip()
