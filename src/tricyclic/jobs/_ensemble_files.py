"""An Ensemble as the two files that the library keeps: NAME.csv, one member a line, and NAME.toml, how it came about.

No clock, no version of the program and no path of the machine goes into them: the same calibration is the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from tricyclic.core.ensemble import Ensemble


def ensemble_files(found: Ensemble) -> dict[str, bytes]:
    """Name of each file and its bytes."""
    return {f"{found.name}.csv": _table(found), f"{found.name}.toml": _header(found)}


def _table(found: Ensemble) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["member", *found.parameters])
    for number, row in enumerate(found.members):
        # Six figures, and never past a limit by rounding.
        cells = [
            min(max(float(f"{value:.6g}"), prior.low), prior.high)
            for value, prior in zip(row.tolist(), found.priors, strict=True)
        ]
        writer.writerow([number, *(f"{cell:.10g}" for cell in cells)])
    return text.getvalue().encode("utf-8")


def _header(found: Ensemble) -> bytes:
    lines = [
        f"# Sets of parameters of {found.scenario} that its observations admit. Member 0 is the best one found; the others are draws.",
        f"# Written by: tricyclic calibrate {found.scenario}",
        f"scenario = {_text(found.scenario)}",
        f"version = {found.version}",
        f"model = {_text(found.model_hash)}",
        f"observations = {_text(found.observations_hash)}",
        f"seed = {found.seed}",
        f"drugs = {_list(found.drugs)}",
        f"notes = {_list(found.notes)}",
        "",
        "[sampling]",
        *(f"{key} = {_number(value)}" for key, value in found.sampling.items()),
    ]
    learnt = {item.name: item for item in found.identified}
    for prior in found.priors:
        item = learnt[prior.name]
        lines += [
            "",
            "[[parameter]]",
            f"name = {_text(prior.name)}",
            f"unit = {_text(prior.unit)}",
            f"says = {_text(prior.says)}",
            f"scale = {_text(prior.scale)}",
            *(f"{key} = {_number(getattr(prior, key))}" for key in ("start", "low", "high")),
            f"middle = {_number(item.middle)}",
            f"from = {_number(item.low)}",
            f"to = {_number(item.high)}",
            f"width = {_number(item.width)}",
            f"partner = {_text(item.partner)}",
            f"correlation = {_number(item.correlation)}",
            "informed_by = { "
            + ", ".join(f"{_text(row)} = {share:.3f}" for row, share in item.rows)
            + " }",
        ]
    for row in found.misfit:
        lines += ["", "[[observation]]", f"id = {_text(row.id)}"]
        lines += [
            f"{key} = {_number(getattr(row, key))}"
            for key in ("best", "middle", "low", "high", "distance", "share")
        ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _number(value: float) -> str:
    text = f"{value:.6g}"
    return text if any(mark in text for mark in ".e") else f"{text}.0"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(items: Sequence[str]) -> str:
    return "[" + ", ".join(_text(item) for item in items) + "]"
