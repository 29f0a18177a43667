"""A competition from the sheet of a laboratory in one step: no layout file, no column options."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

import tricyclic as tca

DOSES_uM = (10.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.0003)
KI_nM = {"DMI": 0.9, "IMI": 40.0}
RADIOLIGAND_nM, KD_nM = 0.5, 0.8


def bound(ki_nM: float, dose_uM: float) -> float:
    """Counts of a well with a competitor (Cheng and Prusoff), by hand."""
    return 200.0 + 3800.0 / (1.0 + dose_uM * 1e3 / (ki_nM * (1.0 + RADIOLIGAND_nM / KD_nM)))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Counts simulated with known Ki, 3 % scatter, in a sheet as people have it."""
    rng = np.random.default_rng(11)
    book = openpyxl.Workbook()
    page = book.active
    page["A1"] = "NET binding, 12 Nov 2026 (cpm)"
    page["A2"] = "Prepared by J. Smith"
    page["B4"], page["C4"], page["D4"], page["G4"] = "Totals", "NSB (10 uM mazindol)", "DMI", "IMI"
    page.merge_cells("D4:F4")
    page.merge_cells("G4:I4")
    page["O4"] = "conc (uM)"
    for column in range(12):
        page.cell(5, 2 + column, column + 1)
    for row, dose in enumerate(DOSES_uM):
        truth = [4000.0, 200.0, *[bound(KI_nM["DMI"], dose)] * 3, *[bound(KI_nM["IMI"], dose)] * 3]
        noisy = np.round(np.array(truth) * (1 + 0.03 * rng.standard_normal(8)))
        page.cell(6 + row, 1, "ABCDEFGH"[row])
        page.cell(6 + row, 15, dose)
        for column, value in enumerate(noisy):
            page.cell(6 + row, 2 + column, float(value))
    page["H10"] = "spilled"
    page["A15"] = "E7 was spilled"
    book.create_sheet("BCA").append(["BCA protein, next week"])
    path = tmp_path / "NET_12Nov.xlsx"
    book.save(path)
    return path


def test_ki_of_both_compounds_is_within_its_interval(sheet):
    result = tca.affinity(sheet, radioligand_nM=RADIOLIGAND_nM, kd_nM=KD_nM)
    ki = {e.subject: e for e in result.estimates if e.name == "Ki"}
    assert set(ki) == {"DMI", "IMI"}
    for compound, estimate in ki.items():
        assert estimate.low < KI_nM[compound] < estimate.high
        assert estimate.high / estimate.low < 1.4
    assert result.study.read_as == (
        (
            "NET_12Nov.xlsx: layout from the headings of the columns: "
            "Totals, NSB (10 uM mazindol), DMI, IMI"
        ),
        "NET_12Nov.xlsx: wells described by column O beside the plate ('conc (uM)', 8 cells)",
    )
    assert result.study.unused == ("NET_12Nov.xlsx: sheet 'BCA (no plate)'",)
    (missing,) = [check for check in result.checks if check.name == "wells_not_counted"]
    assert missing.message == "in the layout, but not counted: 1 well (E07); E07 'spilled'"


def test_the_unit_of_a_list_may_stand_in_a_cell_above_its_heading(sheet, tmp_path):
    book = openpyxl.load_workbook(sheet)
    page = book["Sheet"]
    page["O4"], page["O5"] = "uM", "dose"
    book.save(tmp_path / "NET_12Nov.xlsx")
    options = {"radioligand_nM": RADIOLIGAND_nM, "kd_nM": KD_nM}
    one, two = tca.affinity(sheet, **options), tca.affinity(tmp_path / "NET_12Nov.xlsx", **options)
    assert [e.value for e in one.estimates] == [e.value for e in two.estimates]


def test_the_same_wells_in_a_layout_give_the_same_ki(sheet, tmp_path):
    layout = tmp_path / "layout.toml"
    layout.write_text(
        'plate = 96\n[[block]]\nwells = "column 1"\nrole = "total"\n'
        '[[block]]\nwells = "column 2"\nrole = "non_specific"\ncompound = "mazindol"\n'
        'concentration = "10 uM"\n'
        + "".join(
            f'[[block]]\nwells = "{wells}"\nrole = "competition"\ncompound = "{compound}"\n'
            f"concentrations = {[f'{dose} uM' for dose in DOSES_uM]}\n"
            for wells, compound in (("A3:H5", "DMI"), ("A6:H8", "IMI"))
        )
        + '[[block]]\nwells = "E7"\nrole = "competition"\nexcluded = "spilled"\n'
    )
    options = {"radioligand_nM": RADIOLIGAND_nM, "kd_nM": KD_nM}
    own = tca.affinity(sheet, **options)
    stated = tca.affinity(sheet, layout=layout, **options)
    assert [e.value for e in own.estimates] == [e.value for e in stated.estimates]
    assert not [check for check in stated.checks if check.name == "wells_not_counted"]


def test_a_check_of_one_compound_flags_only_its_row(sheet, tmp_path):
    """The doses of DMI end above its IC50; the row of IMI and its line in the report stay clean."""
    book = openpyxl.load_workbook(sheet)
    page = book["Sheet"]
    for row in (11, 12, 13):
        for column in (4, 5, 6):
            page.cell(row, column).value = None
    book.save(tmp_path / "cut.xlsx")
    result = tca.affinity(tmp_path / "cut.xlsx", radioligand_nM=RADIOLIGAND_nM, kd_nM=KD_nM)
    flags = result.to_frame().set_index("compound")["flags"]
    assert "fail: ic50_outside_range" in flags["DMI"]
    assert "fail" not in flags["IMI"]
    assert "independent_runs" in flags["IMI"]
    assert "wells_not_counted" in flags["DMI"]
    assert "wells_not_counted" in flags["IMI"]
    result.save(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    first = text[text.index("Results, pooled over runs") :]
    rows = {name: first[first.index(f"{name}</") :].split("</tr>")[0] for name in ("DMI", "IMI")}
    assert "fail" in rows["DMI"]
    assert "fail" not in rows["IMI"]
