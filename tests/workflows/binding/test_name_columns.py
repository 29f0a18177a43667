"""Columns that name the compound or the run of each row, under the names that people give them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

DOSES = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000])
KI_nM = {"desipramine": 2.0, "imipramine": 20.0}


def series(ki: float, seed: int) -> np.ndarray:
    """Competition at a radioligand of its Kd, 2 % scatter."""
    rng = np.random.default_rng(seed)
    y = 300 + 2700 / (1 + DOSES / (2 * ki))
    return np.round(y * (1 + 0.02 * rng.standard_normal(DOSES.size)), 1)


def saved(path: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])
    return path


def affinity(path: Path) -> tca.BindingResult:
    return tca.affinity(path, radioligand_nM=1, kd_nM=1, unit="cpm", outliers="none")


def kis(result: tca.BindingResult) -> dict[str, tuple[float, int]]:
    return {e.subject: (e.value, e.n_experiments) for e in result.estimates if e.name == "Ki"}


def three_runs(path: Path, column: str, labels: Sequence[object], *, last: bool = True) -> Path:
    rows = []
    for k, label in enumerate(labels):
        for dose, one, two in zip(DOSES, series(2.0, k), series(2.0, k + 9), strict=True):
            rows.append([dose, one, two, label] if last else [label, dose, one, two])
    names = ["conc nM", "cpm 1", "cpm 2"]
    return saved(path, [*names, column] if last else [column, *names], rows)


@pytest.mark.parametrize(
    ("column", "labels"),
    [
        ("preparation", ["P1", "P2", "P3"]),
        ("Membrane batch", ["m 4", "m 5", "m 6"]),
        ("Assay date", ["2024-03-01", "2024-03-08", "2024-03-15"]),
        ("Date", [20240301, 20240308, 20240315]),
        ("Experiment No.", [1, 2, 3]),
        ("Day", [1, 2, 3]),
        ("n", [1, 2, 3]),
        ("Rat", [11, 12, 14]),
    ],
)
def test_runs_are_recognised_by_the_name_and_the_rows_of_a_column(tmp_path, column, labels):
    # As the last column and, of every other kind of name, as the first one.
    last = len(column) % 2 == 0
    result = affinity(three_runs(tmp_path / "t.csv", column, labels, last=last))
    ((value, n),) = kis(result).values()
    assert n == 3
    assert value == pytest.approx(2.0, rel=0.1)
    assert f"column '{column}': independent runs" in " ".join(result.study.read_as)


def test_a_run_comes_before_a_date_and_a_plate(tmp_path):
    rows = [
        ["2024-03-01", run, dose, y]
        for run in ("a", "b", "c")
        for dose, y in zip(DOSES, series(2.0, ord(run)), strict=True)
    ]
    result = affinity(saved(tmp_path / "t.csv", ["Date", "Run", "conc nM", "cpm"], rows))
    ((_, n),) = kis(result).values()
    assert n == 3


def test_a_preparation_that_is_the_same_in_all_rows_is_one_run(tmp_path):
    result = affinity(three_runs(tmp_path / "t.csv", "preparation", ["P1", "P1", "P1"]))
    ((_, n),) = kis(result).values()
    assert n == 1
    assert any("column 'preparation'" in part for part in result.study.unused)


@pytest.mark.parametrize(
    "column", ["Sample", "Compound ID", "Drug name", "Treatment", "Substance", "Test compound"]
)
def test_compounds_are_recognised_under_other_names(tmp_path, column):
    rows = [
        [name, dose, y]
        for name, ki in KI_nM.items()
        for seed in (1, 2)
        for dose, y in zip(DOSES, series(ki, seed), strict=True)
    ]
    result = affinity(saved(tmp_path / "t.csv", [column, "conc nM", "cpm"], rows))
    assert {name: value for name, (value, _) in kis(result).items()} == {
        name: pytest.approx(ki, rel=0.1) for name, ki in KI_nM.items()
    }


def test_numbers_of_compounds_are_names_and_no_readings(tmp_path):
    rows = [
        [number, dose, y]
        for number, ki in ((101, 2.0), (205, 20.0))
        for seed in (1, 2)
        for dose, y in zip(DOSES, series(ki, seed), strict=True)
    ]
    result = affinity(saved(tmp_path / "t.csv", ["Compound", "conc nM", "cpm"], rows))
    values = {name: value for name, (value, _) in kis(result).items()}
    assert values == {"101": pytest.approx(2.0, rel=0.1), "205": pytest.approx(20.0, rel=0.1)}


def test_a_sample_that_numbers_the_tubes_is_no_compound(tmp_path):
    y = np.concatenate([series(2.0, 1), series(2.0, 2)])
    rows = [[f"S{k}", dose, v] for k, (dose, v) in enumerate(zip([*DOSES, *DOSES], y, strict=True))]
    result = affinity(saved(tmp_path / "t.csv", ["Sample", "conc nM", "cpm"], rows))
    ((value, _),) = kis(result).values()
    assert value == pytest.approx(2.0, rel=0.1)
    assert any("column 'Sample'" in part for part in result.study.unused)


@pytest.mark.parametrize("name", ["nsb", "NSB", "non-specific"])
def test_non_specific_binding_beside_the_readings_of_compounds_is_no_compound(name):
    dose = np.tile(10.0 ** np.arange(-1, 5), 2)
    total = 2000 / (1 + dose / 10) + 200
    total[6:] = 2000 / (1 + dose[6:] / 100) + 200
    table = pd.DataFrame(
        {"compound": ["a"] * 6 + ["b"] * 6, "conc_nM": dose, "total": total, name: 200.0}
    )
    table["total"] += np.tile([3, -4, 2, -3, 4, -2], 2)
    result = tca.affinity(table, kd_nM="1 nM", radioligand_nM="0.1 nM")
    rows = result.to_frame()
    assert [*rows.compound] == ["a", "b"]
    np.testing.assert_allclose(rows.Ki_nM, [10 / 1.1, 100 / 1.1], rtol=0.02)
