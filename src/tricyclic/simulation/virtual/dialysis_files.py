"""The synthetic microdialysis batch as files: sample list, method, and chromatograms in one table
or one file for each injection.
"""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from tricyclic.simulation.virtual.dialysis_batch import (
    COMPOUNDS,
    SyntheticDialysis,
    SyntheticInjection,
)

COLUMNS = (
    "order",
    "name",
    "file",
    "role",
    "amount_fmol",
    "level",
    "animal",
    "start",
    "end",
    "internal_standard",
    "note",
)
TRACES = "traces.csv"
# Void time, and half of the window of each compound [min].
VOID_MIN, WINDOW_MIN = 1.5, 0.25


def batch_files(study: SyntheticDialysis, *, single: bool = False) -> dict[str, bytes]:
    """Names and contents of the files of a study's batch.

    Parameters
    ----------
    study : SyntheticDialysis
    single : bool
        Whether each injection has its own file in `raw`; by default all traces are columns of one
        table, which needs less space.

    Returns
    -------
    dict of str to bytes
        "samples.csv", "method.toml", and the chromatograms.
    """
    injected = [one for one in study.injections if one.time_min.size]
    files = {"samples.csv": _samples(study, single), "method.toml": _method()}
    if single:
        files.update({f"raw/{one.name}.csv": _trace([one]) for one in injected})
    else:
        files[f"raw/{TRACES}"] = _trace(injected)
    return files


def _samples(study: SyntheticDialysis, single: bool) -> bytes:
    sink = io.StringIO()
    rows = csv.writer(sink, lineterminator="\n")
    rows.writerow(COLUMNS)
    for order, one in enumerate(study.injections, 1):
        file = f"{one.name}.csv" if single else TRACES
        rows.writerow(
            [
                order,
                one.name,
                file if one.time_min.size else "",
                one.role,
                _number(one.nominal_fmol),
                one.level,
                one.animal,
                _number(one.start_min),
                _number(one.end_min),
                "yes" if one.internal_standard else "no",
                one.note,
            ]
        )
    return sink.getvalue().encode()


def _number(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else ""


def _method() -> bytes:
    lines = ['name = "Norepinephrine by HPLC-ED"', f"void_min = {VOID_MIN:g}"]
    lines.append(f"window_min = {WINDOW_MIN:g}")
    for name, retention, _, role in COMPOUNDS:
        lines += ["", "[[compounds]]", f'name = "{name}"', f"retention_min = {retention:g}"]
        lines.append(f'role = "{role}"')
    return ("\n".join(lines) + "\n").encode()


def _trace(injected: list[SyntheticInjection]) -> bytes:
    """A column of times, and the readings of each injection [nA]."""
    names = [one.name for one in injected] if len(injected) > 1 else ["EC1"]
    lines = [",".join(["time_min", *(f"{name} (nA)" for name in names)])]
    readings = np.column_stack([one.signal_nA for one in injected]).tolist()
    for time, row in zip(injected[0].time_min.tolist(), readings, strict=True):
        lines.append(f"{time:.4g}," + ",".join([f"{value:.5g}" for value in row]))
    return ("\n".join(lines) + "\n").encode()
