"""A neurite study folder: the synthetic study, or one to fill in."""

from __future__ import annotations

import csv
import io
import json

import numpy as np

from tricyclic.simulation.virtual.neurite_counts import (
    NeuriteTruth,
    neurite_rows,
    synthetic_counts,
)
from tricyclic.study import exclusions

TITLE = "Imipramine and NGF-induced neurite outgrowth of PC12 cells (synthetic)"
EMPTY_TITLE = "Effect of a drug on neurite outgrowth"
HEAD = """# A study of neurite outgrowth. All keys: docs, page "study.toml". Run: tricyclic run .
schema_version = 1
title = {title}
{synthetic}
# author = "A. Person"
# laboratory = "Lab 12, Example"
# date = 2026-03-20

[[neurites]]
name = "neurites"
title = "NGF-induced neurites"
species = "rat"
protocol = "ngf-neurites"     # the procedure, for the methods; or a .toml file of your own

[neurites.table]
file = "counts.csv"      # a row for each field: culture, well, NGF, drug, ..., cells, positive
# design = "wells.csv"   # the treatment of each well, for a table without it
stimulus = "NGF"
threshold = 1.0          # a neurite counts from this length on, in soma diameters

[neurites.analysis]      # declared before the data are seen
primary = "percent"      # or odds, longest, total
primary_arm = {arm}
"""
README = """A tricyclic study: {title}

{note}study.toml         table, length that counts, analysis
counts.csv         one row for each field: culture, well, treatment, cells, cells with neurites
exclusions.csv     excluded cultures, wells or fields, each with reason, person and date
results/           written by: tricyclic run .     (results/latest names the newest)
log.jsonl          written by each run: what was run and when, each line with the hash of the
                   line before

tricyclic study verify .    recomputes the results and compares them byte for byte
"""
_EXAMPLE = (
    ("1", "A1", "1", "no", "vehicle", "0", "none", "64", "1"),
    ("1", "A2", "1", "yes", "vehicle", "0", "none", "58", "17"),
    ("1", "A3", "1", "yes", "imipramine", "1", "none", "61", "27"),
    ("1", "A4", "1", "yes", "vehicle", "0", "NE-100", "55", "16"),
    ("1", "A5", "1", "yes", "imipramine", "1", "NE-100", "60", "18"),
    ("2", "A1", "1", "no", "vehicle", "0", "none", "70", "0"),
    ("2", "A2", "1", "yes", "vehicle", "0", "none", "66", "22"),
    ("2", "A3", "1", "yes", "imipramine", "1", "none", "59", "30"),
    ("2", "A4", "1", "yes", "vehicle", "0", "NE-100", "62", "19"),
    ("2", "A5", "1", "yes", "imipramine", "1", "NE-100", "57", "20"),
)


def synthetic_neurite_study(seed: int) -> dict[str, bytes]:
    """Names and contents of the files of the synthetic study.

    Parameters
    ----------
    seed : int
    """
    truth = NeuriteTruth()
    columns = neurite_rows(synthetic_counts(np.random.default_rng(seed), truth))
    rows = zip(*([_cell(one) for one in column] for column in columns.values()), strict=True)
    texts = _texts(
        TITLE, f"counts simulated with seed {seed}; {truth.sentence}", f"{truth.drug} 3 uM"
    )
    return {**texts, "counts.csv": _table([list(columns), *rows])}


def empty_neurite_study() -> dict[str, bytes]:
    """Names and contents of the files of a study to fill in."""
    head = list(neurite_rows(synthetic_counts(np.random.default_rng(1), NeuriteTruth(cultures=1))))
    texts = _texts(EMPTY_TITLE, "", "imipramine 1 uM")
    return {**texts, "counts.csv": _table([head, *_EXAMPLE])}


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _table(rows: list[object]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]  # of text
    return sink.getvalue().encode()


def _texts(title: str, truth: str, arm: str) -> dict[str, bytes]:
    text = HEAD.format(
        title=json.dumps(title),
        synthetic=f"synthetic = {json.dumps(truth)}" if truth else '# synthetic = "how made"',
        arm=json.dumps(arm),
    )
    note = (
        "All counts are synthetic: simulated with a known truth, for demonstration and tests.\n\n"
        if truth
        else "Replace the rows of counts.csv, and fill in study.toml.\n\n"
    )
    excluded = (
        f'{exclusions.HEADER}# neurites/3,"contaminated",A. Person,2026-03-12\n'
        "# neurites/3/B04 is a well of culture 3, neurites/3/B04/2 a field of it\n"
    )
    return {
        "study.toml": text.encode(),
        exclusions.NAME: excluded.encode(),
        "README.txt": README.format(title=title, note=note).encode(),
    }
