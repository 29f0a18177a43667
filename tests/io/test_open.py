"""A file that cannot be read gives one message: where, what, what is allowed, what to do."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io import delimited_text, files, xlsx
from tricyclic.io.open import READERS, read_plates, read_tables, sniff


def message_of(path, **options):
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
    assert message_of(saved(tmp_path, "net_07.csv", grid(D11="-3"))) == (
        "net_07.csv, well D11: counts are -3. Counts are 0 or more. "
        "Mark a failed well as excluded in the layout."
    )


def test_negative_counts_are_accepted_when_a_layout_will_check_them(tmp_path):
    (plate,) = read_plates(saved(tmp_path, "net_07.csv", grid(D11="-3")), keep_negative=True)
    assert plate.grid()[3, 10] == -3


def test_a_negative_ratio_is_accepted(tmp_path):
    (plate,) = read_plates(saved(tmp_path, "a.csv", grid(D11="-3").replace("cpm", "")), unit="%")
    assert plate.grid()[3, 10] == -3


READERS_LISTED = ", ".join(
    f"{name} ({READERS[name].description})" for name in READERS if not READERS[name].chromatograms
)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("empty.csv", "", "empty.csv: the file is empty. Export it again from the instrument."),
        (
            "twice.csv",
            "well,cpm\nA1,5\nB1,6\nA01,7\n",
            (
                "twice.csv, line 4, well A01: well A01 appears twice (first on line 2, well A1). "
                "Keep one reading of each well, or add a column 'plate'."
            ),
        ),
        (
            "slip.csv",
            grid(B3="1O23"),
            "slip.csv, line 3, well B03: '1O23' is not a number.",
        ),
        (
            "locale.csv",
            "well;cpm\nA1;4,5\nA2;6,5\nA3;1.5\n",
            (
                "locale.csv, line 4, well A3: '1.5' is not a number. "
                "The decimal mark elsewhere in this file is ','."
            ),
        ),
        (
            "huge.csv",
            grid(A1="1e999"),
            "huge.csv, line 2, well A01: '1e999' is too large to be a reading.",
        ),
        (
            "torn.csv",
            "\n".join(grid().split("\n")[:3] + grid().split("\n")[4:]),
            (
                "torn.csv, line 4: row D of the grid follows row B. "
                "Write every row of the plate once, from A on."
            ),
        ),
        (
            "gap.csv",
            grid().replace(",5,6,", ",5,7,", 1),
            (
                "gap.csv, line 1: the column numbers of the grid have a gap. "
                "Columns are 1, 2, 3 and so on."
            ),
        ),
        (
            "long.csv",
            grid(C12="5,6"),
            (
                "long.csv, line 4: '6' is beyond column 12 of the grid. "
                "Keep only the wells in the rows of the grid."
            ),
        ),
        (
            "nowell.csv",
            "well,cpm\nA1,5\n,6\n",
            "nowell.csv, line 3: has no well. Delete the line, or add its well.",
        ),
        (
            "outside.csv",
            "well,cpm\nA1,5\nZ99,6\n",
            (
                "outside.csv: well Z99 is outside of every plate. "
                "Plates have 6, 12, 24, 48, 96, 384 or 1536 wells."
            ),
        ),
        (
            "time.csv",
            "well,cpm,time\nA1,5,3\n",
            (
                "time.csv, line 1: column 'time' has no unit of time. "
                "Name it time_min, time_s or time_h."
            ),
        ),
        (
            "two.csv",
            "well,cpm,dpm\nA1,5,9\n",
            (
                "two.csv, line 1: has two columns of readings: 'cpm' and 'dpm'. "
                "Choose one: --unit cpm."
            ),
        ),
        (
            "units.csv",
            "well,value,unit\nA1,5,cpm\nA2,6,dpm\n",
            "units.csv, units: has readings in two units, cpm and dpm. Keep readings in one unit.",
        ),
        (
            "early.csv",
            "well,cpm,time_min\nA1,5,-3\n",
            "early.csv, line 2: the time is -3. A time is 0 or more.",
        ),
        (
            "prose.txt",
            "Dear all,\nthe counter is broken.\n",
            (
                "prose.txt: no reader recognises this file. "
                "Save it as a grid, a list, or a table with column names in the first row, "
                "in CSV or XLSX; commands that read plates also take --reader NAME. "
                f"Readers: {READERS_LISTED}."
            ),
        ),
        (
            "near.txt",
            "Synergy H1\nthe plate was not read\n",
            (
                "near.txt: no reader recognises this file. "
                "It contains 'Synergy', but not in the form that gen5_text reads. "
                "Save it as a grid, a list, or a table with column names in the first row, "
                "in CSV or XLSX; commands that read plates also take --reader NAME. "
                f"Readers: {READERS_LISTED}."
            ),
        ),
        (
            "old.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)),
            "old.xls: is a workbook of the old form (.xls). Save it as XLSX or CSV.",
        ),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            (
                "locked.xlsx: is a workbook with a password. "
                "Open it, remove the password and save it as XLSX or CSV."
            ),
        ),
        (
            "page.xls",
            "<!DOCTYPE html>\n<html><body><table><tr><td>1</td></tr></table></body></html>",
            (
                "page.xls: is a web page (HTML), whatever its name. "
                "Open it in a spreadsheet program and save it as XLSX or CSV."
            ),
        ),
        (
            "bin.csv",
            b"\x89PNG\r\n\x1a\n\x00\x00",
            "bin.csv, line 2: is not a text file. Export it as CSV, text or XLSX.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_gives_a_sentence(tmp_path, name, text, message):
    assert message_of(saved(tmp_path, name, text)) == message


def test_a_wrong_plate_size_names_the_well_outside(tmp_path):
    path = saved(tmp_path, "a.csv", "well,cpm\nA1,5\nF9,6\n")
    assert message_of(path, plate_size=24) == (
        "a.csv, line 3, well F9: well F09 is outside of a plate of 24 wells. "
        "Rows A to D, columns 1 to 6."
    )
    assert message_of(path, plate_size=100) == (
        "a.csv: there is no plate of 100 wells. Plates have 6, 12, 24, 48, 96, 384 or 1536 wells."
    )


def test_options_must_agree_with_the_file(tmp_path):
    path = saved(tmp_path, "a.csv", grid())
    assert message_of(path, unit="dpm") == (
        "a.csv, a: the unit in the file is cpm, but dpm was specified. Omit --unit."
    )
    assert message_of(path, counting_time_min=-1) == (
        "a.csv, a: the counting time is -1 min. It must be above 0."
    )
    assert message_of(path, decimal="x") == ('The decimal mark is \'x\'. It must be "." or ",".')
    assert message_of(path, sheet="counts") == "a.csv: has no sheets. Omit --sheet."
    timed = saved(tmp_path, "t.csv", "well,cpm,counting time (min)\nA1,5,2\nA2,6,2\n")
    assert message_of(timed, counting_time_min=5) == (
        "t.csv, t: the counting time in the file is 2 min, but 5 min was specified. "
        "Omit the counting time."
    )


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    missing = tmp_path / "no.csv"
    assert message_of(missing) == f"{missing}: does not exist. Check the name and the folder."
    assert message_of(tmp_path) == f"{tmp_path}: is a folder. Name a file in this folder."


def test_a_file_of_the_other_kind_is_named(tmp_path):
    table = saved(tmp_path, "t.csv", "drug,conc_nM\na,5\nb,7\n")
    assert message_of(table) == (
        "t.csv: contains tables, but no plate (read by plain_table). "
        "Add --reader NAME if another reader should read it."
    )
    with pytest.raises(InputError) as caught:
        read_tables(saved(tmp_path, "a.csv", grid()))
    assert str(caught.value) == (
        "a.csv: contains plates, but no table (read by plate_grid). Read it as plates."
    )


def test_a_misspelt_reader_is_suggested(tmp_path):
    assert "Did you mean 'plate_grid'" in message_of(
        saved(tmp_path, "a.csv", grid()), reader="plate_gird"
    )


def test_a_layout_is_not_read_as_a_plate(tmp_path):
    text = ",1,2,3,4,5,6\nA,T,T,NSB,NSB,,\nB,x 1 nM,x 1 nM,,,,\nC,,,,,,\nD,,,,,,\n"
    assert message_of(saved(tmp_path, "plan.csv", text)).startswith(
        "plan.csv: no reader recognises this file."
    )


def test_a_reader_in_a_folder_of_the_user_reads_its_files(tmp_path):
    folder = tmp_path / "readers"
    folder.mkdir()
    (folder / "lab_format.py").write_text(
        "from tricyclic.io.base import FileContent, Reader\n"
        "from tricyclic.core.plate import Plate, Well\n"
        "READER = Reader(\n    description='ours',\n"
        "    sniff=lambda raw: float(raw.text.startswith('LAB')),\n"
        "    read=lambda raw, options: FileContent((Plate('p', 24, (Well('A01', 7.0),)),)))\n"
    )
    path = saved(tmp_path, "x.dat", "LAB 7")
    try:
        READERS.add_folder(folder)
        assert sniff(path) == (("lab_format", 1.0),)
        assert read_plates(path)[0].wells[0].value == 7.0
    finally:
        READERS._own_folders.clear()
        READERS._loaded.clear()


def test_entity_bombs_and_zip_bombs_are_refused(tmp_path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
        "<GraphPadPrismFile><Table>&b;</Table></GraphPadPrismFile>"
    )
    with pytest.raises(
        InputError, match=r"^bomb\.pzfx: declares a document type, which is not allowed\. "
    ):
        read_tables(saved(tmp_path, "bomb.pzfx", bomb))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("document.json", b" " * 200_000_000)
        archive.writestr("data/x", b"")
    with pytest.raises(
        InputError,
        match=r"^bomb\.prism: is too large when unpacked\. At most 128 MB can be read\.$",
    ):
        read_tables(saved(tmp_path, "bomb.prism", stream.getvalue()))


def test_a_formula_without_its_result_is_not_taken_as_empty(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["well", "cpm"], ["A1", 5], ["A2", "=B2*2"]):
        book.active.append(row)
    book.save(tmp_path / "f.xlsx")
    assert message_of(tmp_path / "f.xlsx") == (
        "f.xlsx, sheet 'Sheet', row 3, well A2: the formula =B2*2 has no result in the file. Open "
        "the file in a spreadsheet program and save it."
    )


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
    assert "has no sheet 'count'. There are: notes, counts" in message_of(
        tmp_path / "b.xlsx", sheet="count"
    )
    assert message_of(tmp_path / "b.xlsx") == (
        "b.xlsx, sheet 'notes': has no header with a column 'well' and a column of readings "
        "('value', 'cpm', 'dpm', 'counts'). Name the columns in the first line, or name the "
        "sheet to read: --sheet NAME."
    )


def test_list_and_grid_of_a_counter_must_agree(tmp_path):
    text = (
        "RUN INFORMATION:\nCOLUMNS:\n\tSAMPLE\tPOS\tCCPM1\n\tU1\tA01\t50\n\tU2\tA02\t60\n"
        "PLATES:\nPlate 1\nCCPM1\n\t1\t2\t3\t4\t5\t6\n"
    )
    empty = "".join(f"{row}\t-\t-\t-\t-\t-\t-\n" for row in "BCD")
    rows = "A\t50\t{}\t-\t-\t-\t-\n" + empty + "End of plate 1\n"
    assert read_plates(saved(tmp_path, "a.txt", text + rows.format(60)))[0].size == 24
    for value, shown in (("61", "61"), ("-", "not counted")):
        assert message_of(saved(tmp_path, "a.txt", text + rows.format(value))) == (
            f"a.txt, line 5, well A02: the reading is 60 in the list and {shown} in the grid. "
            "Export the file again."
        )


def test_a_file_that_two_readers_claim_needs_a_reader(tmp_path, monkeypatch):
    path = saved(tmp_path, "a.csv", grid())
    certain = replace(READERS["plate_list"], sniff=lambda raw: 0.9)
    monkeypatch.setitem(READERS._loaded, "plate_list", certain)
    assert message_of(path) == (
        "a.csv: plate_grid and plate_list claim this file. "
        "Name the reader, such as --reader plate_grid, or the sheet of a workbook."
    )


def test_text_files_have_no_limit_of_cells(tmp_path, monkeypatch):
    for module in (delimited_text, xlsx):
        monkeypatch.setattr(module, "MAX_CELLS", 10_000)
    lines = ["plate,well,role,value,compound,concentration_uM"]
    lines += [f"P{k // 9},A{k % 9 + 1},test,{k}.5,C{k},10" for k in range(3_000)]
    (table,) = read_tables(saved(tmp_path, "a.csv", "\n".join(lines)), reader="plain_table")
    assert len(table) * len(table.columns) > 10_000
    assert table.numbers("value")[-1] == 2_999.5
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line.split(","))
    book.save(tmp_path / "a.xlsx")
    assert message_of(tmp_path / "a.xlsx").startswith("a.xlsx: sheet 'Sheet' is too large. ")


def test_files_that_are_too_large_are_refused(tmp_path, monkeypatch):
    path = saved(tmp_path, "a.csv", grid())
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert message_of(path) == "a.csv: has 0 MB. A file has at most 0 MB."


def test_a_name_that_cannot_be_opened_is_refused_with_the_reason():
    assert message_of("x" * 300) == f"{'x' * 300}: cannot be read (File name too long)."
