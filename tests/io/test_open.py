"""Bad input gives one sentence: where, what was found, what is allowed, what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import SHELF, read_plates, read_tables, sniff


def sentence(path, **options):
    with pytest.raises(InputError) as caught:
        read_plates(path, **options)
    return str(caught.value)


def grid(rows=8, columns=12, **changes):
    cells = [[str(100 * r + c + 1) for c in range(columns)] for r in range(rows)]
    for place, text in changes.items():
        cells["ABCDEFGHIJKLMNOP".index(place[0])][int(place[1:]) - 1] = text
    lines = ["cpm," + ",".join(str(c + 1) for c in range(columns))]
    return "\n".join(
        lines + ["ABCDEFGHIJKLMNOP"[r] + "," + ",".join(row) for r, row in enumerate(cells)]
    )


def saved(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_negative_counts_name_the_well(tmp_path):
    said = sentence(saved(tmp_path, "net_07.csv", grid(D11="-3")))
    assert (
        said
        == "net_07.csv, well D11: counts are -3. Counts are 0 or more. Mark a failed well as excluded in the layout."
    )


def test_negative_counts_may_wait_for_the_layout(tmp_path):
    (plate,) = read_plates(saved(tmp_path, "net_07.csv", grid(D11="-3")), keep_negative=True)
    assert plate.grid()[3, 10] == -3


def test_a_negative_ratio_is_no_count(tmp_path):
    (plate,) = read_plates(saved(tmp_path, "a.csv", grid(D11="-3").replace("cpm", "")), unit="%")
    assert plate.grid()[3, 10] == -3


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("empty.csv", "", "empty.csv: the file is empty."),
        (
            "twice.csv",
            "well,cpm\nA1,5\nB1,6\nA01,7\n",
            "twice.csv, line 4, well A01: well A01 appears twice (first on line 2, well A1).",
        ),
        (
            "word.csv",
            grid(B3="desipramine"),
            "word.csv, line 3, well B03: 'desipramine' is no number.",
        ),
        (
            "locale.csv",
            "well;cpm\nA1;4,5\nA2;6,5\nA3;1.5\n",
            "locale.csv, line 4, well A3: '1.5' is no number. Decimals are written with ','",
        ),
        ("huge.csv", grid(A1="1e999"), "huge.csv, line 2, well A01: '1e999' is too large"),
        (
            "torn.csv",
            "\n".join(grid().split("\n")[:3] + grid().split("\n")[4:]),
            "torn.csv, line 4: row D of the grid follows row B.",
        ),
        (
            "gap.csv",
            grid().replace(",5,6,", ",5,7,", 1),
            "gap.csv, line 1: the column numbers of the grid have a gap.",
        ),
        ("long.csv", grid(C12="5,6"), "long.csv, line 4: '6' stands beyond column 12 of the grid."),
        ("nowell.csv", "well,cpm\nA1,5\n,6\n", "nowell.csv, line 3: names no well."),
        ("outside.csv", "well,cpm\nA1,5\nZ99,6\n", "outside.csv, well Z99 is outside any plate"),
        (
            "time.csv",
            "well,cpm,time\nA1,5,3\n",
            "time.csv, line 1: column 'time' states no unit of time.",
        ),
        (
            "two.csv",
            "well,cpm,dpm\nA1,5,9\n",
            "two.csv, line 1: has two columns of readings: 'cpm' and 'dpm'.",
        ),
        ("units.csv", "well,value,unit\nA1,5,cpm\nA2,6,dpm\n", "states two units, cpm and dpm"),
        (
            "prose.txt",
            "Dear all,\nthe counter is broken.\n",
            "prose.txt: no reader knows this file.",
        ),
        ("bin.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "bin.csv, line"),
    ],
)
def test_bad_input_gives_one_sentence(tmp_path, name, text, said):
    found = sentence(saved(tmp_path, name, text))
    assert said in found.replace(": well Z99", ", well Z99"), found


def test_wrong_plate_size_names_the_well_outside(tmp_path):
    said = sentence(saved(tmp_path, "a.csv", "well,cpm\nA1,5\nF9,6\n"), plate_size=24)
    assert said.startswith(
        "a.csv, line 3, well F9: well F09 is outside a plate of 24 wells. Rows A to D, columns 1 to 6."
    )
    assert (
        "a plate of 100 wells"
        in sentence(saved(tmp_path, "a.csv", "well,cpm\nA1,5\n"), plate_size=100).lower()
    )


def test_file_and_user_may_not_contradict(tmp_path):
    path = saved(tmp_path, "a.csv", grid())
    assert "the file states cpm, but the unit was given as dpm" in sentence(path, unit="dpm")
    assert "counting time is -1 min" in sentence(path, counting_time_min=-1)
    assert "decimal mark is 'x'" in sentence(path, decimal="x")


def test_missing_files_and_folders_are_said(tmp_path):
    assert "there is no such file" in sentence(tmp_path / "no.csv").lower()
    assert "is a folder" in sentence(tmp_path).lower()


def test_a_misspelt_reader_is_suggested(tmp_path):
    assert "Did you mean 'plate_grid'" in sentence(
        saved(tmp_path, "a.csv", grid()), reader="plate_gird"
    )


def test_a_plan_of_the_plate_is_no_plate(tmp_path):
    said = sentence(
        saved(
            tmp_path,
            "plan.csv",
            ",1,2,3,4,5,6\nA,T,T,NSB,NSB,,\nB,x 1 nM,x 1 nM,,,,\nC,,,,,,\nD,,,,,,\n",
        )
    )
    assert said.startswith("plan.csv")


def test_a_reader_of_the_users_own_is_found(tmp_path):
    folder = tmp_path / "readers"
    folder.mkdir()
    (folder / "house_format.py").write_text(
        "from tricyclic.io.base import Reader, Reading\n"
        "from tricyclic.core.plate import Plate, Well\n"
        "READER = Reader(says='ours', sniff=lambda raw: float(raw.text.startswith('HOUSE')),\n"
        "    read=lambda raw, options: Reading((Plate('p', 24, (Well('A01', 7.0),)),)))\n"
    )
    path = saved(tmp_path, "x.dat", "HOUSE 7")
    try:
        SHELF.add_folder(folder)
        assert sniff(path) == (("house_format", 1.0),)
        assert read_plates(path)[0].wells[0].value == 7.0
    finally:
        SHELF._own_folders.clear()
        SHELF._loaded.clear()


def test_entity_bombs_and_zip_bombs_are_refused(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><GraphPadPrismFile><Table>&b;</Table></GraphPadPrismFile>'
    with pytest.raises(InputError, match="declares a document type"):
        read_tables(saved(tmp_path, "bomb.pzfx", bomb))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("document.json", b" " * 200_000_000)
        archive.writestr("data/x", b"")
    with pytest.raises(InputError, match="unpacks to more than tricyclic reads"):
        read_tables(saved(tmp_path, "bomb.prism", stream.getvalue()))


def test_a_formula_without_its_result_is_not_taken_as_empty(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["well", "cpm"], ["A1", 5], ["A2", "=B2*2"]):
        book.active.append(row)
    book.save(tmp_path / "f.xlsx")
    assert "holds the formula =B2*2 without its result" in sentence(tmp_path / "f.xlsx")


def test_one_sheet_of_a_workbook_can_be_named(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["nothing to see"])
    sheet = book.create_sheet("counts")
    for row in (["well", "cpm"], ["A1", 5], ["A2", 6]):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    assert read_plates(tmp_path / "b.xlsx", sheet="counts")[0].unit == "cpm"
    assert read_plates(tmp_path / "b.xlsx", sheet=2)[0].wells[1].value == 6
    assert "has no sheet 'count'. There are: notes, counts" in sentence(
        tmp_path / "b.xlsx", sheet="count"
    )
    assert "say which sheet to read" in sentence(tmp_path / "b.xlsx")


def test_list_and_grid_of_a_counter_must_agree(tmp_path):
    text = "RUN INFORMATION:\nCOLUMNS:\n\tSAMPLE\tPOS\tCCPM1\n\tU1\tA01\t50\n\tU2\tA02\t60\nPLATES:\nPlate 1\nCCPM1\n\t1\t2\t3\t4\t5\t6\n"
    rows = "A\t50\t{}\t-\t-\t-\t-\nB\t-\t-\t-\t-\t-\t-\nC\t-\t-\t-\t-\t-\t-\nD\t-\t-\t-\t-\t-\t-\nEnd of plate 1\n"
    assert read_plates(saved(tmp_path, "a.txt", text + rows.format(60)))[0].size == 24
    assert (
        "the list says 60, the grid says 61"
        in sentence(saved(tmp_path, "a.txt", text + rows.format(61))).lower()
    )
    assert (
        "the list says 60, the grid says not counted"
        in sentence(saved(tmp_path, "a.txt", text + rows.format("-"))).lower()
    )
