"""A displacement in a sheet with merged names of compounds over numbered replicates, a word among
the readings and remarks beside the table, read without an option.
"""

from __future__ import annotations

import openpyxl
import pytest

import tricyclic as tca

DOSES_nM = (0, 0.1, 0.3, 1, 3, 10, 30, 100, 1000, 10000)
KI_nM = {"desipramine": 0.9, "nortriptyline": 3.2}
RADIOLIGAND_nM, KD_nM = 1.0, 0.8
FIRST_ROW = 6


def cpm(ki_nM, dose_nM):
    """Counts of a well by Cheng and Prusoff, by hand."""
    return round(300 + 4200 / (1 + dose_nM / (ki_nM * (1 + RADIOLIGAND_nM / KD_nM))), 1)


def sheet():
    """The sheet without remarks: from column B on, titles above, non-specific binding below."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Run 3 March"
    page["B1"], page["B2"] = "[3H]nisoxetine displacement, hNET membranes", "counted 3/3/26"
    page.merge_cells("B1:M1")
    page["B4"] = "Conc. (nM)"
    for k, (compound, ki_nM) in enumerate(KI_nM.items()):
        left = 3 + 3 * k
        page.cell(4, left, f"{compound} (cpm)")
        page.merge_cells(start_row=4, end_row=4, start_column=left, end_column=left + 2)
        for j, off in enumerate((0.97, 1.0, 1.03)):
            page.cell(5, left + j, f"#{j + 1}")
            for row, dose in enumerate(DOSES_nM, FIRST_ROW):
                page.cell(row, 2, dose)
                page.cell(row, left + j, round(off * cpm(ki_nM, dose), 1))
            page.cell(FIRST_ROW + len(DOSES_nM) + 1, left + j, 300.0)
    page.cell(FIRST_ROW + len(DOSES_nM) + 1, 2, "NSB")
    book.create_sheet("Notes")["A1"] = "order new filters"
    return book


@pytest.fixture
def book():
    return sheet()


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return ki_of(sheet(), tmp_path_factory.mktemp("plain") / "march.xlsx")[0]


def ki_of(book, path):
    book.save(path)
    result = tca.affinity(
        path, protocol="net-nisoxetine", radioligand_nM=RADIOLIGAND_nM, kd_nM=KD_nM
    )
    return {e.subject.split(" at ")[0]: e.value for e in result.estimates if e.name == "Ki"}, result


BESIDE = {
    "none": {},
    "two remarks": {"J6": "hot = 1.0 nM, Kd 0.8", "J9": "3 uM mazindol for NSB"},
    "a remark in the first row": {"J6": "hot = 1.0 nM, Kd 0.8"},
    "a remark among the rows": {"J9": "3 uM mazindol for NSB"},
    "a remark further right": {"K9": "3 uM mazindol for NSB"},
    "a remark above": {"J2": "hot = 1.0 nM"},
    "a remark below": {"B19": "3 uM mazindol"},
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("spilled", [{}, {"D9": "spilled", "G12": None}], ids=["all", "spilled"])
def test_remarks_and_a_word_among_the_readings_leave_the_ki(plain, book, tmp_path, beside, spilled):
    for cell, text in {**beside, **spilled}.items():
        book["Run 3 March"][cell] = text
    ki, result = ki_of(book, tmp_path / "march.xlsx")
    assert set(ki) == set(KI_nM)
    for compound, value in ki.items():
        assert value == pytest.approx(KI_nM[compound], rel=0.02)
        assert value == pytest.approx(plain[compound], rel=0.02 if spilled else 1e-9)
    rows = [cell for cell in beside if FIRST_ROW <= int(cell[1:]) < FIRST_ROW + len(DOSES_nM)]
    named = [text for text in result.study.unused if "beside the table" in text]
    assert len(named) == bool(rows)
    assert all(beside[cell] in named[0] for cell in rows[:1])


@pytest.mark.parametrize("marks", [("1", "2", "3"), ("rep 1", "rep 2", "rep 3"), (None,) * 3])
def test_the_replicates_may_be_numbered_in_other_words_or_not_at_all(book, tmp_path, marks):
    page = book["Run 3 March"]
    for column in range(6):
        page.cell(5, 3 + column, marks[column % 3]).value = marks[column % 3]
    if marks[0] is None:
        page.delete_rows(5)
    ki, _ = ki_of(book, tmp_path / "march.xlsx")
    assert ki == {name: pytest.approx(value, rel=0.02) for name, value in KI_nM.items()}


def test_the_sheet_may_begin_in_its_first_column(book, tmp_path):
    book["Run 3 March"].delete_cols(1)
    ki, _ = ki_of(book, tmp_path / "march.xlsx")
    assert ki == {name: pytest.approx(value, rel=0.02) for name, value in KI_nM.items()}
