"""Tables of a neurite experiment of a study."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.columns import from_rows
from tricyclic.reports.frames.neurites import neurites_frames
from tricyclic.results.neurites_study import NeuritesExperiment


def neurites_experiment_frames(one: NeuritesExperiment) -> dict[str, Columns]:
    """ "arms", "effects", "cultures", "fields", "antagonists", "curves", "left_out" and others."""
    tables = dict(neurites_frames(one.response))
    tables["left_out"] = from_rows(("target", "reason"), one.excluded)
    return {name: columns for name, columns in tables.items() if any(map(len, columns.values()))}
