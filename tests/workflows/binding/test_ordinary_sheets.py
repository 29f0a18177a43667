"""Sheets as a laboratory keeps them: each gives the Ki that it was made with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import tricyclic as tca

DOSES = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0]
KI_nM = {"desipramine": 2.5, "imipramine": 20.0, "mazindol": 200.0}


def readings(ki: float, doses: Sequence[float], n: int, rng: np.random.Generator) -> np.ndarray:
    """Competition at a radioligand of its Kd, 3 % scatter; shape (doses, n)."""
    y = 300 + 2700 / (1 + np.asarray(doses) / (2 * ki))
    return np.round(y[:, None] * (1 + 0.03 * rng.standard_normal((len(doses), n))), 0)


def kis(path: Path, unit: str = "cpm") -> tuple[dict[str, tuple[float, int]], str]:
    result = tca.affinity(path, radioligand_nM=1, kd_nM=1, unit=unit, outliers="none")
    values = {e.subject: (e.value, e.n_experiments) for e in result.estimates if e.name == "Ki"}
    return values, " ".join((*result.study.read_as, *result.study.unused))


def is_right(values: dict[str, tuple[float, int]], n: int = 1) -> bool:
    return all(
        number == n and value == pytest.approx(KI_nM[name], rel=0.2)
        for name, (value, number) in values.items()
    )


def test_days_and_a_row_of_totals_at_the_end_of_a_long_table(tmp_path):
    rng = np.random.default_rng(1)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Date", "Compound", "Conc (nM)", "cpm"])
    for day in (4, 11, 18):
        for name in ("desipramine", "imipramine"):
            for dose, row in zip(DOSES, readings(KI_nM[name], DOSES, 2, rng), strict=True):
                for y in row:
                    page.append([datetime.date(2024, 3, day), name, dose, float(y)])
    total = sum(row[3] for row in list(page.values)[1:])
    page.append(["Total", None, None, total])
    book.save(tmp_path / "s.xlsx")
    values, text = kis(tmp_path / "s.xlsx")
    assert is_right(values, n=3) and set(values) == {"desipramine", "imipramine"}
    assert "row of calculated values 'Total'" in text and "column 'Date': independent runs" in text


def test_total_binding_at_the_end_of_a_long_table_is_no_sum(tmp_path):
    rng = np.random.default_rng(2)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Role", "Conc (nM)", "cpm"])
    for dose, row in zip(DOSES, readings(2.5, DOSES, 2, rng), strict=True):
        for y in row:
            page.append(["desipramine", dose, float(y)])
    for y in (2950.0, 3040.0, 3010.0):
        page.append(["Total", None, y])
    book.save(tmp_path / "s.xlsx")
    values, text = kis(tmp_path / "s.xlsx")
    assert is_right(values) and "calculated" not in text


def test_two_tables_beside_each_other_under_the_names_of_their_compounds(tmp_path):
    rng = np.random.default_rng(3)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["desipramine", None, None, None, "imipramine"])
    page.append(["nM", "cpm", "cpm", None, "nM", "cpm", "cpm"])
    other = [5 * dose for dose in DOSES]
    one, two = readings(2.5, DOSES, 2, rng), readings(20.0, other, 2, rng)
    for a, x, b, y in zip(DOSES, one.tolist(), other, two.tolist(), strict=True):
        page.append([a, *x, None, b, *y])
    book.save(tmp_path / "s.xlsx")
    values, _ = kis(tmp_path / "s.xlsx")
    assert is_right(values) and set(values) == {"desipramine", "imipramine"}


def test_percent_of_control_names_no_compound(tmp_path):
    rng = np.random.default_rng(4)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Desipramine nM", "% of control 1", "% of control 2"])
    for dose in DOSES:
        y = 1 / (1 + dose / 5.0)
        page.append([dose, *(y * (1 + 0.03 * rng.standard_normal(2))).tolist()])
        for column in "BC":
            page[f"{column}{page.max_row}"].number_format = "0.0%"
    book.save(tmp_path / "s.xlsx")
    values, _ = kis(tmp_path / "s.xlsx", unit="")
    ((value, _),) = values.values()
    assert value == pytest.approx(2.5, rel=0.2) and "% of control" not in values


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_a_plan_of_compounds_takes_the_doses_beside_the_plate(tmp_path, second, apart):
    """Row letters in the first or second column; the plan below the readings or on a sheet."""
    rng = np.random.default_rng(5)
    doses = [3000, 1000, 300, 100, 30, 10, 3, 1]
    wells = np.zeros((8, 12))
    wells[:, 0] = np.round(3000 * (1 + 0.03 * rng.standard_normal(8)))
    wells[:, 1] = np.round(300 * (1 + 0.03 * rng.standard_normal(8)))
    for k, ki in enumerate(KI_nM.values()):
        wells[:, 2 + 3 * k : 5 + 3 * k] = readings(ki, doses, 3, rng)
    wells[:, 11] = np.round(rng.normal(30, 3, 8))
    plan = ["T", "NSB", *(name for name in KI_nM for _ in range(3)), "blank"]
    book = openpyxl.Workbook()
    page = book.active
    before = ["cpm"] if second else []
    page.append([*(None for _ in before), None, *range(1, 13), None, "dose (nM)"])
    for k, letter in enumerate("ABCDEFGH"):
        page.append([*before, letter, *wells[k].tolist(), None, doses[k]])
    below = book.create_sheet("Layout") if apart else page
    if not apart:
        below.append([])
    below.append([None, *range(1, 13)])
    for letter in "ABCDEFGH":
        below.append([letter, *plan])
    book.save(tmp_path / "s.xlsx")
    values, text = kis(tmp_path / "s.xlsx")
    assert is_right(values) and set(values) == set(KI_nM)
    assert "beside the plate ('dose (nM)', 8 cells)" in text


@pytest.mark.parametrize("dose", ["nM", "Conc (nM)"])
@pytest.mark.parametrize("names", [("desipramine", "imipramine"), (101, 102)])
def test_a_compound_that_is_written_once_is_that_of_the_doses_below(tmp_path, dose, names):
    rng = np.random.default_rng(7)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Compound", dose, "cpm 1", "cpm 2"])
    for name, ki in zip(names, (2.5, 20.0), strict=True):
        for k, (x, row) in enumerate(zip(DOSES, readings(ki, DOSES, 2, rng), strict=True)):
            page.append([name if k == 0 else None, x, *row.tolist()])
    book.save(tmp_path / "s.xlsx")
    values, _ = kis(tmp_path / "s.xlsx")
    assert {name: value for name, (value, _) in values.items()} == {
        str(names[0]): pytest.approx(2.5, rel=0.2),
        str(names[1]): pytest.approx(20.0, rel=0.2),
    }


def test_the_unit_of_a_saturation_stands_below_its_name_beside_numbered_replicates(tmp_path):
    rng = np.random.default_rng(8)
    book = openpyxl.Workbook()
    page = book.active
    page.append(["[3H]nisoxetine", "Total", None, None, "NSB", None, None, "Specific"])
    page.merge_cells("B1:D1")
    page.merge_cells("E1:G1")
    page.append(["(nM)", 1, 2, 3, 1, 2, 3, None])
    for k, hot in enumerate((0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0), 3):
        total, blocked = 60 * hot + 1500 * hot / (0.8 + hot), 60 * hot
        scatter = 1 + 0.03 * rng.standard_normal((2, 3))
        page.append([hot, *(total * scatter[0]).tolist(), *(blocked * scatter[1]).tolist()])
        page[f"H{k}"] = f"=AVERAGE(B{k}:D{k})-AVERAGE(E{k}:G{k})"
    book.save(tmp_path / "s.xlsx")
    result = tca.saturation(tmp_path / "s.xlsx", unit="cpm")
    values = {e.name: e.value for e in result.estimates}
    assert values["Kd"] == pytest.approx(0.8, rel=0.1)
    assert values["Bmax"] == pytest.approx(1500, rel=0.1)


def test_formulas_of_doses_and_names_and_dates_among_doses_are_refused(tmp_path):
    rng = np.random.default_rng(9)
    end = "has no result in the file. Open the file in a spreadsheet program and save it."
    for cell, content, message in (
        ("A4", "=A3*3", f"row 4, column 'conc nM': the formula =A3*3 {end}"),
        ("B1", "=C1", f"row 1: the formula =C1 {end}"),
        (
            "A4",
            datetime.date(2024, 1, 3),
            (
                "row 4, column 'conc nM': '2024-01-03' is a date, not a number. Spreadsheet "
                "programs turn numbers such as 3-4 and 1.2 into dates. Format the cell as a number "
                "and type its reading again."
            ),
        ),
    ):
        book = openpyxl.Workbook()
        page = book.active
        page.append(["conc nM", "cpm 1", "cpm 2"])
        for dose, row in zip(DOSES, readings(2.5, DOSES, 2, rng), strict=True):
            page.append([dose, *row.tolist()])
        page[cell] = content
        book.save(tmp_path / "s.xlsx")
        with pytest.raises(tca.InputError) as caught:
            kis(tmp_path / "s.xlsx")
        assert str(caught.value).endswith(message)
    # All doses but the first may be formulas, as in a serial dilution.
    for row in range(3, 12):
        page[f"A{row}"] = f"=A{row - 1}/3"
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(tca.InputError, match="the formula =A2/3 has no result in the file"):
        kis(tmp_path / "s.xlsx")
