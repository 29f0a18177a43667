"""Tables of a microdialysis experiment of a study."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.chromatography import batch_frames
from tricyclic.reports.frames.columns import from_rows
from tricyclic.reports.frames.microdialysis import microdialysis_frames
from tricyclic.results.dialysis_study import DialysisExperiment


def experiment_frames(one: DialysisExperiment) -> dict[str, Columns]:
    """ "animals", "effects", "fractions", "amounts", "peaks" and others."""
    tables = dict(batch_frames(one.batch)) if one.batch is not None else {}
    # Of the fractions, the windows after the treatment count, and not those on the clock.
    tables |= microdialysis_frames(one.response)
    # Those of all experiments are one table of the study.
    tables.pop("checks", None)
    tables["collection"] = from_rows(
        ("animal", "group", "treated", "flow_uL_per_min", "dead_volume_uL", "note"),
        [(a.name, a.group, a.treated, a.flow, a.dead_volume, a.note) for a in one.animals],
    )
    tables["left_out"] = from_rows(("target", "reason"), one.excluded)
    return {name: columns for name, columns in tables.items() if any(map(len, columns.values()))}
