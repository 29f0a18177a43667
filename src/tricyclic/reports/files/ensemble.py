"""An Ensemble as the two files of the library: NAME.csv, one parameter set per row, and NAME.toml,
how it was calibrated.

They contain no date, version of the program or path, so the same calibration gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit, Prior
from tricyclic.io.write_tables import Columns, csv_bytes

DIGITS = 6


def ensemble_files(ensemble: Ensemble) -> dict[str, bytes]:
    """Name of each file and its bytes."""
    return {
        f"{ensemble.name}.csv": csv_bytes(parameter_set_table(ensemble)),
        f"{ensemble.name}.toml": ("\n".join(_header(ensemble)) + "\n").encode("utf-8"),
    }


def parameter_set_table(ensemble: Ensemble) -> Columns:
    """Parameter sets with six digits, which rounding does not move past a limit."""
    numbers = [str(number) for number in range(len(ensemble))]
    values = {
        prior.name: [_rounded(value, prior) for value in column]
        for prior, column in zip(ensemble.priors, ensemble.parameter_sets.T.tolist(), strict=True)
    }
    return {"parameter_set": numbers, **values}


def _rounded(value: float, prior: Prior) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), prior.low), prior.high)


def _header(ensemble: Ensemble) -> list[str]:
    lines = [
        f"# Parameter sets of {ensemble.scenario} that agree with its observations.",
        "# Set 0 is the best one; the others are draws from the posterior.",
        f"# Written by: tricyclic model calibrate {ensemble.scenario}",
        f"scenario = {_text(ensemble.scenario)}",
        f"version = {ensemble.version}",
        f"model = {_text(ensemble.model_hash)}",
        f"observations = {_text(ensemble.observations_hash)}",
        f"seed = {ensemble.seed}",
        f"drugs = {_list(ensemble.drugs)}",
        f"notes = {_list(ensemble.notes)}",
        "",
        "[sampling]",
        *(f"{key} = {_number(value)}" for key, value in ensemble.sampling.items()),
    ]
    rows = {row.name: row for row in ensemble.identifiability}
    for prior in ensemble.priors:
        lines += ["", "[[parameter]]", *_parameter(prior, rows[prior.name])]
    for row in ensemble.misfit:
        lines += ["", "[[observation]]", *_observation(row)]
    return lines


def _parameter(prior: Prior, row: Identifiability) -> list[str]:
    shares = ", ".join(f"{_text(name)} = {share:.3f}" for name, share in row.rows)
    return [
        f"name = {_text(prior.name)}",
        f"unit = {_text(prior.unit)}",
        f"description = {_text(prior.description)}",
        f"scale = {_text(prior.scale)}",
        *(f"{key} = {_number(getattr(prior, key))}" for key in ("start", "low", "high")),
        f"median = {_number(row.median)}",
        f"p5 = {_number(row.low)}",
        f"p95 = {_number(row.high)}",
        f"width = {_number(row.width)}",
        f"partner = {_text(row.partner)}",
        f"correlation = {_number(row.correlation)}",
        f"informed_by = {{ {shares} }}",
    ]


def _observation(row: ObservationMisfit) -> list[str]:
    return [
        f"id = {_text(row.id)}",
        f"best = {_number(row.best)}",
        f"median = {_number(row.median)}",
        f"p5 = {_number(row.low)}",
        f"p95 = {_number(row.high)}",
        f"distance = {_number(row.distance)}",
        f"share = {_number(row.share)}",
    ]


def _number(value: float) -> str:
    text = f"{value:.{DIGITS}g}"
    return text if any(mark in text for mark in ".e") else f"{text}.0"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(items: Sequence[str]) -> str:
    return "[" + ", ".join(_text(item) for item in items) + "]"
