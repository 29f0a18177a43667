"""Workbooks as laboratories lay them out, each read without an option, compared with the truth."""

from __future__ import annotations

import numpy as np
import pytest
from openpyxl import Workbook

import tricyclic as tca

DOSES = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
# One site: total 1750 without competitor, non-specific 250, radioligand at its Kd.
KI_NM = {"DMI": 0.9, "IMI": 40.0}


def cpm(ki_nM, dose_nM):
    return round(250 + 3000 / (1 + 1 + dose_nM / ki_nM), 1)


def workbook(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def ki_of(path):
    result = tca.affinity(path, radioligand_nM=1, kd_nM=1, unit="cpm", outliers="none")
    return {e.subject: e.value for e in result.estimates if e.name == "Ki"}, result


def test_doses_with_their_unit_above_columns_and_compounds_down(tmp_path):
    rows = [["Displacement"], ["Compound", *(f"{dose} nM" for dose in DOSES)]]
    rows += [[name, *(cpm(KI_NM[name], x) for x in DOSES)] for name in ("DMI", "DMI", "IMI", "IMI")]
    rows += [["NSB", *([250.0] * len(DOSES))]]
    ki, _ = ki_of(workbook(tmp_path / "across.xlsx", rows))
    assert ki == pytest.approx(KI_NM, rel=0.01)


def test_a_list_of_wells_with_a_column_of_samples(tmp_path):
    contents = [(name, x, cpm(KI_NM[name], x)) for name in KI_NM for x in DOSES for _ in range(3)]
    contents += [("Total", None, 1750.0)] * 6 + [("NSB", None, 250.0)] * 6
    wells = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    rows = [["Well", "Sample", "Conc (nM)", "CPM"]]
    rows += [[well, *one] for well, one in zip(wells, contents, strict=False)]
    ki, _ = ki_of(workbook(tmp_path / "list.xlsx", rows))
    assert ki == pytest.approx(KI_NM, rel=0.01)


def test_rows_and_columns_of_a_plate_are_no_readings(tmp_path):
    contents = [(name, x, cpm(KI_NM[name], x)) for name in KI_NM for x in DOSES for _ in range(3)]
    contents += [("Total", None, 1750.0)] * 6 + [("NSB", None, 250.0)] * 6
    rows = [["Row", "Column", "Sample", "Conc (nM)", "CPM"]]
    rows += [["ABCDEFGH"[k // 12], k % 12 + 1, *one] for k, one in enumerate(contents)]
    ki, result = ki_of(workbook(tmp_path / "list.xlsx", rows))
    assert ki == pytest.approx(KI_NM, rel=0.01)
    assert any("columns 'Row', 'Column'" in part for part in result.study.unused)


def test_a_column_of_means_alone_is_the_readings_of_no_compound(tmp_path):
    rows = [["Table 1"], ["log[X] (M)", "Mean", "SD", "N"]]
    rows += [[float(np.log10(x * 1e-9)), cpm(0.9, x), 30.0, 3] for x in DOSES]
    ki, _ = ki_of(workbook(tmp_path / "means.xlsx", rows))
    assert ki == {"": pytest.approx(0.9, rel=0.01)}


@pytest.mark.parametrize("counted", [False, True])
def test_samples_with_one_dose_each_are_no_compounds(tmp_path, counted):
    rows = [["Well", "Sample", "Conc (nM)", "CPM"]]
    names = range(1, 9) if counted else "abcdefgh"
    rows += [[f"A{k}", str(s), 10.0, 500.0 + k] for k, s in enumerate(names, 1)]
    path = workbook(tmp_path / "list.xlsx", rows)
    with pytest.raises(tca.InputError, match="no layout is given"):
        ki_of(path)


def test_replicates_that_are_called_1_2_3_with_rows_of_controls(tmp_path):
    rows = [["Concentration [µM]", 1, 2, 3], ["Total", *([1750.0] * 3)]]
    rows += [[x / 1000, *([cpm(0.9, x)] * 3)] for x in DOSES]
    rows += [["NSB", *([250.0] * 3)], [], ["outliers in red"]]
    ki, result = ki_of(workbook(tmp_path / "controls.xlsx", rows))
    assert ki[""] == pytest.approx(0.9, rel=0.01)
    assert any("columns 'rep 1' to 'rep 3': readings" in part for part in result.study.read_as)
    assert any("outliers in red" in part for part in result.study.unused)


def test_percent_with_a_sign_and_a_decimal_comma_in_each_cell(tmp_path):
    doses = np.array([0.1, 0.5, 1, 5, 10, 50, 100, 1000.0])
    rows = [["Compound X"], [], ["nM", "Inhibition (%)", "Inhibition (%)"]]
    rows += [
        [f"{x:g}".replace(".", ","), *([f"{100 * x / (x + 5):.3f} %".replace(".", ",")] * 2)]
        for x in doses
    ]
    fit = tca.fit(workbook(tmp_path / "percent.xlsx", rows))
    assert fit.n == 2 * doses.size
    assert 10 ** (fit["log10_ec50"].value + 9) == pytest.approx(5.0, rel=1e-3)


def test_percent_of_a_workbook_stay_percent_beside_a_word(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["nM", "Inhibition"])
    for x in (0.1, 0.5, 1, 5, 10, 50, 100, 1000.0):
        sheet.append([x, x / (x + 5)])
        sheet.cell(sheet.max_row, 2).number_format = "0.0%"
    sheet["B4"] = "spilled"
    book.save(tmp_path / "percent.xlsx")
    fit = tca.fit(tmp_path / "percent.xlsx", x="nM", y="Inhibition", x_unit="nM")
    assert fit["top"].value == pytest.approx(100.0, rel=1e-6)
