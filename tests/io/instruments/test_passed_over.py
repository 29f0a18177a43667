"""What a reader does not read is named, and an option that would have no effect is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import one_reading_each, read_plates, read_tables

SAMPLES = Path(__file__).parents[2] / "golden" / "instruments"
GRID = [["cpm", *range(1, 7)], *([row, *range(100, 106)] for row in "ABCD")]
TABLE = [["conc_nM", "y"], [1, 10], [2, 20]]


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook of sheets, some of them hidden, and give its path."""

    def write(hidden=(), **sheets) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            if name in hidden:
                sheet.sheet_state = "hidden"
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return write


def test_the_sheets_beside_the_chosen_one_are_named(workbook):
    path = workbook(counts=GRID, other=TABLE, notes=[["a remark"]])
    (plate,) = read_plates(path, sheet="counts")
    assert plate.unused == ("sheets 'other', 'notes'",)
    (table,) = read_tables(path, sheet="other")
    assert table.unused == ("sheets 'counts', 'notes'",)


def test_a_hidden_sheet_is_named_and_an_empty_one_is_nothing(workbook):
    path = workbook(hidden=("raw",), counts=GRID, raw=GRID, Sheet2=[])
    (plate,) = read_plates(path)
    assert plate.unused == ("sheet 'raw (hidden)'",)


def test_every_sheet_of_plates_is_read(workbook):
    plates = read_plates(workbook(one=GRID, two=GRID))
    assert [plate.name for plate in plates] == ["book one", "book two"]
    assert plates[0].unused == ()


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        (
            "plate_grid__24_numbers.csv",
            {"sheet": "x"},
            "plate_grid__24_numbers.csv: has no sheets. Omit --sheet.",
        ),
        (
            "prism_pzfx__excluded.pzfx",
            {"sheet": "x"},
            "prism_pzfx__excluded.pzfx: has no sheets. Omit --sheet.",
        ),
        (
            "prism_prism__excluded_and_series.prism",
            {"sheet": "1"},
            "prism_prism__excluded_and_series.prism: has no sheets. Omit --sheet.",
        ),
        (
            "plain_table__workbook.xlsx",
            {"decimal": ","},
            (
                "plain_table__workbook.xlsx: is a workbook, whose numbers have no decimal mark. "
                "Omit --decimal."
            ),
        ),
    ],
)
def test_an_option_without_effect_is_refused(name, options, sentence):
    with pytest.raises(InputError) as caught:
        read_tables(SAMPLES / name, **options)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (["sample,conc_nM,y", "A,1,10", "B,2,20", "C,3,30"], ("sample", "conc_nM", "y")),
        (["sample,y", "A,10", "B,20"], ("sample", "y")),
        (["Drug;dose_nM;y;z", "a;1;10;5", "b;2;20;6", "c;3;30;7"], ("Drug", "dose_nM", "y", "z")),
        (["A,B,C", "1,10,20", "2,20,30", "3,30,40"], ("A", "B", "C")),
        (["A,B,C,D,E,F", *["1,2,3,4,5,6"] * 4], ("A", "B", "C", "D", "E", "F")),
        (["B,C,D", "1,2,3"], ("B", "C", "D")),
    ],
)
def test_a_table_with_letters_is_no_plate(rows, columns, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (table,) = read_tables(path)
    assert table.columns == columns
    assert len(table) == len(rows) - 1


@pytest.mark.parametrize("above", [[], ["Plate 1"], ["cpm"], ["counted on Monday, cpm"]])
def test_rows_with_letters_below_a_heading_are_a_plate(above, tmp_path):
    path = tmp_path / "p.csv"
    rows = [f"{letter}\t" + "\t".join(str(100 + k) for k in range(6)) for letter in "ABCD"]
    path.write_text("\n".join([*above, *rows]) + "\n", encoding="utf-8")
    (plate,) = read_plates(path)
    assert len(plate.wells) == 24


def test_the_plate_map_of_an_envision_file_is_named():
    (first, *_) = read_plates(SAMPLES / "envision_csv__two_channels.csv")
    assert any(part.startswith("block ") for part in first.unused)


def test_several_readings_of_one_plate_are_not_several_plates():
    path = SAMPLES / "softmax_text__kinetic_and_endpoint.txt"
    *kinetic, light = read_plates(path)
    assert {plate.reading_of for plate in kinetic} == {"section 'enzyme' (line 5)"}
    assert light.reading_of == ""
    with pytest.raises(InputError) as caught:
        one_reading_each((*kinetic, light), path.name, do="Choose one")
    assert str(caught.value).endswith(
        "and 2 more. A plate has one reading of each well. Choose one."
    )
    one_reading_each((kinetic[0], light), path.name, do="Choose one")


def test_isotopes_of_the_same_tubes_are_readings_of_one_rack(tmp_path):
    path = tmp_path / "dual.csv"
    path.write_text(
        "Protocol ID,Run ID,Rack,Pos,Time,I-125 CPM,Cr-51 CPM\n1,1,1,1,60,500,10\n1,1,1,2,60,7,8\n",
        encoding="utf-8",
    )
    iodine, chromium = read_plates(path)
    assert iodine.reading_of == chromium.reading_of == "rack 1 of protocol 1"
