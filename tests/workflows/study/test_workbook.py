"""A study in one workbook: runs as it is, and its conditions are those of the analysis."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.io.study_workbook import ROWS, read_workbook_conditions

KI_nM = 2.0


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    result = tca.new_study("binding", folder, protocol="net-nisoxetine", excel=True)
    assert result.written == ("study.xlsx",)
    return folder / "study.xlsx"


@pytest.fixture
def book(made, tmp_path):
    """The workbook to change, and a function that saves it and gives its path."""
    opened = openpyxl.load_workbook(made)

    def save() -> Path:
        opened.save(tmp_path / "mine.xlsx")
        return tmp_path / "mine.xlsx"

    return opened, save


def row_of(page, label: str) -> int:
    return next(cell.row for cell in page["A"] if cell.value == label)


def ki(result) -> tca.Estimate:
    (estimate,) = [e for e in result.estimates if e.name == "Ki" and "suggested" not in e.name]
    return estimate


def test_three_sheets_with_choices(made):
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["Plate", "Layout", "Conditions"]
    lists = {
        str(one.sqref): one.formula1 for one in book["Conditions"].data_validations.dataValidation
    }
    page = book["Conditions"]
    assert lists[f"B{row_of(page, 'Experiment')}"] == '"competition,saturation,homologous"'
    assert lists[f"C{row_of(page, 'Kd of the radioligand')}"] == '"pM,nM,uM"'
    (words,) = book["Layout"].data_validations.dataValidation
    assert words.formula1 == '"Total,NSB,Blank,Empty"' and not words.showErrorMessage
    for sheet in book:
        assert sheet.page_setup.fitToWidth == 1
    assert [cell.value for cell in page["A"] if cell.value in {row.label for row in ROWS}] == [
        row.label for row in ROWS
    ]


def test_a_new_workbook_runs_as_it_is_and_is_marked_synthetic(made):
    result = tca.run_study(made)
    estimate = ki(result)
    assert estimate.low < KI_nM < estimate.high
    assert result.study.synthetic.startswith("readings simulated with Kd 0.8")
    assert "study.xlsx: conditions from the sheet 'Conditions'" in result.study.read_as
    assert not result.study.unused
    folder = made.parent / "study results"
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "report.pdf", "results.xlsx", "figures"} <= names
    assert result.folder == str(folder)
    same = tca.affinity(made)
    assert [e.value for e in same.estimates] == [e.value for e in result.estimates]


def test_a_saturation_workbook_gives_its_kd_and_bmax(tmp_path):
    tca.new_study("binding", tmp_path / "sat.xlsx", protocol="beta1-iodopindolol", excel=True)
    result = tca.run_study(tmp_path / "sat.xlsx")
    estimates = {e.name: e for e in result.estimates}
    words = result.study.synthetic
    kd = float(words.split("Kd ")[1].split(" nM")[0])
    assert estimates["Kd"].low < kd * 1.05 and kd * 0.95 < estimates["Kd"].high
    with pytest.raises(InputError) as caught:
        tca.affinity(tmp_path / "sat.xlsx")
    assert str(caught.value) == (
        "sat.xlsx, sheet 'Conditions': the experiment is a saturation. "
        "Analyse it with: tca.run_study(WORKBOOK)."
    )


def test_conditions_are_those_of_the_sheet_and_options_replace_them(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Kd of the radioligand"), 2).value = "600 +/- 50"
    page.cell(row_of(page, "Kd of the radioligand"), 3).value = "pM"
    page.cell(row_of(page, "Tissue"), 2).value = "rat cortex"
    path = save()
    conditions = tca.affinity(path).study.assays[0].plates[0].conditions
    kd = conditions.radioligand_kd_nM
    assert kd is not None and (kd.value, kd.se) == pytest.approx((0.6, 0.05))
    assert conditions.tissue == "rat cortex"
    assert conditions.origin("tissue") == "stated"
    other = tca.affinity(path, kd_nM=1.2).study.assays[0].plates[0].conditions
    assert other.radioligand_kd_nM is not None and other.radioligand_kd_nM.value == 1.2


def test_a_copied_plate_sheet_is_another_run(book):
    opened, save = book
    copy = opened.copy_worksheet(opened["Plate"])
    copy.title = "Plate 2"
    for row in copy.iter_rows():
        for cell in row:
            if isinstance(cell.value, float) or (isinstance(cell.value, int) and cell.value > 12):
                cell.value = round(cell.value * 1.1) + 7
    result = tca.run_study(save())
    assert ki(result).n_experiments == 2


def test_a_row_that_is_no_condition_is_refused_with_near_names(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Volume of a well"), 1).value = "Volume of a wel"
    with pytest.raises(InputError) as caught:
        read_workbook_conditions(save())
    assert str(caught.value) == (
        "mine.xlsx, sheet 'Conditions', row 19: no condition is called 'Volume of a wel'. "
        "Did you mean 'Volume of a well'?"
    )


def test_a_workbook_that_exists_is_not_overwritten(made):
    with pytest.raises(InputError, match="exists"):
        tca.new_study("binding", made, excel=True)


def test_a_workbook_without_conditions_is_refused_with_the_way(tmp_path):
    other = openpyxl.Workbook()
    other.active.append(["a note"])
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="has no sheet 'Conditions' with the row 'Experiment'"):
        tca.run_study(tmp_path / "other.xlsx")


def test_a_share_without_unit_is_the_share_and_never_a_hundredth_of_it(book):
    opened, save = book
    page = opened["Conditions"]
    row = row_of(page, "Counting efficiency")
    percent = read_workbook_conditions(save()).conditions["counting_efficiency"]
    assert percent == "45 %"
    page.cell(row, 2).value, page.cell(row, 3).value = 0.45, None
    assert read_workbook_conditions(save()).conditions["counting_efficiency"] == "0.45"
    for value, unit in ((0.45, "%"), (45, None)):
        page.cell(row, 2).value, page.cell(row, 3).value = value, unit
        with pytest.raises(InputError, match=r"45 with the unit %, and 0\.45 without a unit"):
            read_workbook_conditions(save())


def test_a_value_whose_unit_was_deleted_is_refused(book):
    opened, save = book
    page = opened["Conditions"]
    page.cell(row_of(page, "Volume of a well"), 3).value = None
    with pytest.raises(InputError, match="'Volume of a well' has no unit"):
        read_workbook_conditions(save())
