"""Tables as they are typed: statistics beside means, units in their own row, words, remarks."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

HOT_nM = np.array([0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0])
KD_nM, BMAX, SLOPE = 0.8, 400.0, 6.0


def readings(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Total and non-specific binding in triplicate, 3 % scatter."""
    rng = np.random.default_rng(seed)
    blocked = SLOPE * HOT_nM
    total = blocked + BMAX * HOT_nM / (KD_nM + HOT_nM)
    scatter = 1 + 0.03 * rng.standard_normal((2, 8, 3))
    return np.round(total[:, None] * scatter[0], 2), np.round(blocked[:, None] * scatter[1], 3)


def saved(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def fitted(file: Path) -> tuple[dict[str, float], tuple[str, ...]]:
    result = tca.saturation(file, unit="fmol/mg")
    return {e.name: e.value for e in result.estimates}, result.study.unused


@pytest.fixture
def plain(tmp_path: Path) -> tuple[list[list[object]], dict[str, float]]:
    total, blocked = readings()
    rows = [[x, *t, *n] for x, t, n in zip(HOT_nM, total, blocked, strict=True)]
    names = ["nM", "Total", "Total", "Total", "NSB", "NSB", "NSB"]
    values, _ = fitted(saved(tmp_path / "plain.csv", [names, *rows]))
    assert values["Kd"] == pytest.approx(KD_nM, rel=0.12)
    assert values["Bmax"] == pytest.approx(BMAX, rel=0.08)
    return rows, values


def test_statistics_beside_means_are_no_readings(tmp_path):
    """SEM and N after each mean: with the numbers 3 as non-specific binding the Kd was 0.89 nM."""
    total, blocked = readings()
    means = [
        [x, t.mean(), 3.0, 3, n.mean(), 0.5, 3]
        for x, t, n in zip(HOT_nM, total, blocked, strict=True)
    ]
    names = ["nM", "Total", "SEM", "N", "NSB", "SEM", "N"]
    values, unused = fitted(saved(tmp_path / "means.csv", [names, *means]))
    without, _ = fitted(
        saved(
            tmp_path / "only.csv",
            [["nM", "Total", "NSB"], *[[row[0], row[1], row[4]] for row in means]],
        )
    )
    assert values == pytest.approx(without)
    assert unused == ("means.csv: columns 'SEM 1', 'N 1', 'SEM 2', 'N 2'",)


@pytest.mark.parametrize("name", ["N", "n 1"])
def test_n_is_non_specific_where_nothing_else_is(tmp_path, name):
    total, blocked = readings()
    rows = [[x, t[0], n[0]] for x, t, n in zip(HOT_nM, total, blocked, strict=True)]
    values, unused = fitted(saved(tmp_path / "tn.csv", [["nM", "T", name], *rows]))
    assert values["Kd"] == pytest.approx(KD_nM, rel=0.2)
    assert unused == ()


def test_names_with_a_row_of_units_keep_their_roles(tmp_path, plain):
    rows, expected = plain
    names = ["conc", *["Total"] * 3, *["NSB"] * 3]
    units = ["nM", *["fmol/mg"] * 6]
    file = saved(tmp_path / "units.csv", [names, units, *rows])
    result = tca.saturation(file)
    assert {e.name: e.value for e in result.estimates} == pytest.approx(expected)
    assert any("NSB" in note and note.endswith(": non-specific") for note in result.study.read_as)
    assert not any("the one is higher" in note for note in result.study.read_as)


def test_results_below_a_table_are_remarks_and_named(tmp_path, plain):
    rows, expected = plain
    names = ["nM", *["Total"] * 3, *["NSB"] * 3]
    below = [[], ["Kd (Prism)", 0.81], ["Bmax", 402]]
    values, unused = fitted(saved(tmp_path / "below.csv", [names, *rows, *below]))
    assert values == pytest.approx(expected)
    assert len(unused) == 2
    assert "'Kd (Prism)'" in unused[0]


def test_a_word_among_readings_is_a_missing_reading_of_its_compound(tmp_path):
    doses = [1000, 300, 100, 30, 10, 3, 1, 0.3]
    bound = [round(200 + 3800 / (1 + dose / (9 * 1.625)), 1) for dose in doses]
    rows: list[list[object]] = [
        [d, y, y * 1.01, y * 0.99] for d, y in zip(doses, bound, strict=True)
    ]
    rows[2][2] = "spilled"
    file = saved(tmp_path / "word.csv", [["nM", "DMI", "DMI", "DMI"], *rows])
    result = tca.affinity(file, unit="cpm", radioligand_nM=0.5, kd_nM=0.8)
    ki = {e.subject: e.value for e in result.estimates if e.name == "Ki"}
    assert ki == {"DMI": pytest.approx(9.0, rel=0.05)}
    assert any("'DMI 2' without a number ('spilled')" in part for part in result.study.unused)
    assert len(result.study.assays[0].plates[0].series[0].y) == 3 * len(doses) - 1


def test_controls_among_the_doses_are_read_as_controls(tmp_path):
    doses = [1000, 300, 100, 30, 10, 3, 1, 0.3]
    bound = [round(200 + 3800 / (1 + dose / (9 * 1.625)), 1) for dose in doses]
    rows: list[list[object]] = [["Total", 4000, 4010], ["NSB", 200, 201]]
    rows += [[d, y, y] for d, y in zip(doses, bound, strict=True)]
    file = saved(tmp_path / "controls.csv", [["nM", "DMI", "DMI"], *rows])
    result = tca.affinity(file, unit="cpm", radioligand_nM=0.5, kd_nM=0.8)
    ki = {e.subject: e.value for e in result.estimates if e.name == "Ki"}
    assert ki == {"DMI": pytest.approx(9.0, rel=0.02)}
    assert result.study.read_as[1:3] == (
        "controls.csv: row 'Total': without competitor",
        "controls.csv: row 'NSB': non-specific binding",
    )


FLAGGED = ("3200", "3100", "2900*", "(2600)", "1900", "1000", "450")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "frame"])
def test_a_flagged_number_is_missing_and_named(tmp_path, kind):
    table = pd.DataFrame(
        {
            "conc_nM": [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
            "DMI": FLAGGED,
            "NSB": [200.0, 210.0, 190.0, 205.0, 195.0, 202.0, 198.0],
        }
    )
    source = table
    if kind != "frame":
        source = tmp_path / f"flagged.{kind}"
        (table.to_csv if kind == "csv" else table.to_excel)(source, index=False)
    result = tca.affinity(source, radioligand_nM=1, kd_nM=2)
    named = "2 cells of 'DMI' without a number ('2900*', '(2600)'), as missing readings"
    assert any(part.endswith(named) for part in result.study.unused)


def test_non_specific_binding_is_used_where_only_the_totals_are_named():
    table = pd.DataFrame(
        {
            "conc_nM": [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
            "a": [3200.0, 3100.0, 2900.0, 2600.0, 1900.0, 1000.0, 450.0],
            "nsb": [200.0, 210.0, 190.0, 205.0, 195.0, 202.0, 198.0],
        }
    )
    own = {"radioligand_nM": 1, "kd_nM": 2}
    named = tca.affinity(table, total="a", non_specific="nsb", **own)
    alone = tca.affinity(table, total="a", **own)
    assert alone.estimates[0].value == named.estimates[0].value
    assert not any("nsb" in part for part in alone.study.unused)
    assert any("'nsb': non-specific" in part for part in alone.study.read_as)
