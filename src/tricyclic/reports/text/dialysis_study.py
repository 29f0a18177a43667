"""A microdialysis experiment of a study as text."""

from __future__ import annotations

from dataclasses import replace

from tricyclic.core.format import wrap_line
from tricyclic.reports.text.chromatography import batch_text
from tricyclic.reports.text.microdialysis import microdialysis_text
from tricyclic.results.dialysis_study import DialysisExperiment


def experiment_text(one: DialysisExperiment) -> str:
    """The batch, then responses and effects, each with its checks; what is left out."""
    lines: list[str] = []
    if one.batch is not None:
        # What is not used is listed once, at the end of the study.
        lines += [batch_text(replace(one.batch, unused=())).rstrip(), ""]
    response = replace(one.response, unused=(), synthetic="")
    lines.append(microdialysis_text(response).rstrip())
    lines += [
        wrap_line(
            f"  manual    {m.compound} in {m.injection}: {m.start_min:g} to {m.end_min:g} min"
            f" ({m.reason})"
        )
        for m in one.manual
    ]
    return "\n".join(lines)
