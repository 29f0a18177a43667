"""Tables of an evoked-release experiment of a study."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.columns import from_rows
from tricyclic.reports.frames.release import release_frames
from tricyclic.results.release_study import ReleaseExperiment


def release_experiment_frames(one: ReleaseExperiment) -> dict[str, Columns]:
    """ "effects", "cultures", "wells", "curves", "antagonists", "left_out"."""
    tables = dict(release_frames(one.response))
    tables["left_out"] = from_rows(("target", "reason"), one.excluded)
    return {name: columns for name, columns in tables.items() if any(map(len, columns.values()))}
