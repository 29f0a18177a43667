"""A damaged file of an instrument is refused with a sentence that states what to do."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import read_plates, read_tables

TRICARB = "P#\tS#\tCount Time\tCPMA\n1\t1\t2.0\t100\n"
WIZARD = "Protocol ID,Run ID,Rack,Pos,Time,I-125 CPM,I-125 Info\n1,1,1,1,60,500,\n"
MICROBETA = "RUN INFORMATION:\nCOLUMNS:\n"
LIST = "\tSAMPLE\tPOS\tCCPM1\n\tU1\tA01\t50\n\tU2\tA02\t60\n"
GRID = (
    "Plate 1\nCCPM1\n\t1\t2\t3\t4\t5\t6\n"
    + "".join(f"{row}\t1\t2\t3\t4\t5\t6\n" for row in "ABCD")
    + "End of plate 1\n"
)
PRISM = {
    "document.json": {"sheets": {"data": ["s1"]}},
    "data/sheets/s1/sheet.json": {
        "title": "saturation",
        "table": {"uid": "t1", "dataFormat": "y_single", "xDataSet": "x", "dataSets": ["y"]},
    },
    "data/tables/t1/data.csv": "0.5,100\n1,150\n",
    "data/sets/x.json": {"title": "hot (nM)", "format": "y_single"},
    "data/sets/y.json": {"title": "total"},
}


def message_of(folder, name, data, **options):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    read = read_tables if name.endswith((".pzfx", ".prism", ".tbl.csv", ".xlsx")) else read_plates
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return str(caught.value)


def prism(**changes):
    """A project with some parts changed; None removes a part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in (PRISM | changes).items():
            if part is not None:
                archive.writestr(name, part if isinstance(part, str) else json.dumps(part))
    return stream.getvalue()


def workbook(*sheets):
    """An XLSX file with these sheets, each a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "text", "reader", "message"),
    [
        (
            "a.txt",
            TRICARB.replace("S#", "N#"),
            "tricarb_text",
            (
                "a.txt: has no header with S# and P#, PID or Count Time. "
                "Export the table with its column names."
            ),
        ),
        (
            "a.txt",
            TRICARB.replace("CPMA", "SIE"),
            "tricarb_text",
            ("a.txt, line 1: has no column CPMA or DPM1. Export the table with its counts."),
        ),
        (
            "a.txt",
            TRICARB + "1\t2\n",
            "tricarb_text",
            ("a.txt, line 3: has 2 cells under 4 column names. Export the file again."),
        ),
        (
            "a.txt",
            TRICARB + "1\tx\t2.0\t7\n",
            "tricarb_text",
            (
                "a.txt, line 3: P# is '1' and "
                "S# is 'x'. The numbers of "
                "protocol and vial have at "
                "most four digits."
            ),
        ),
        (
            "a.txt",
            TRICARB + "1\t1\t2.0\t7\n",
            "tricarb_text",
            (
                "a.txt, line 3, vial 1: vial "
                "1 of protocol 1 appears "
                "twice (first on line 2, vial "
                "1). Export the file again."
            ),
        ),
        (
            "a.txt",
            TRICARB + "1\t2\t2.0\t\n",
            "tricarb_text",
            ("a.txt, line 3, vial 2: column CPMA is empty. Export the file again."),
        ),
        (
            "a.csv",
            WIZARD.replace("Rack", "Row"),
            "wizard_gamma_csv",
            ("a.csv: has no header with Rack and Pos. Export the table with its column names."),
        ),
        (
            "a.csv",
            WIZARD.replace("Run ID", "Rack"),
            "wizard_gamma_csv",
            ("a.csv, line 1: column 'Rack' appears twice. Give each column its own name."),
        ),
        (
            "a.csv",
            WIZARD.replace("I-125 CPM", "I-125"),
            "wizard_gamma_csv",
            ("a.csv, line 1: has no column of CPM or counts. Export the table with its counts."),
        ),
        (
            "a.csv",
            WIZARD + "1,1,1\n",
            "wizard_gamma_csv",
            ("a.csv, line 3: has 3 cells under 7 column names. Export the file again."),
        ),
        (
            "a.csv",
            WIZARD + "1,1,1,1,60,700,\n",
            "wizard_gamma_csv",
            (
                "a.csv, line 3, rack 1, "
                "position 1: the tube "
                "appears twice (first "
                "on line 2). Export the "
                "file again."
            ),
        ),
        (
            "a.csv",
            WIZARD + "1,1,1,2,60,,\n",
            "wizard_gamma_csv",
            (
                "a.csv, line 3, rack 1, "
                "position 2: column 'I-125 "
                "CPM' is empty. Export the "
                "file again."
            ),
        ),
        (
            "a.txt",
            MICROBETA + LIST.replace("CCPM1", "QUENCH"),
            "microbeta_text",
            (
                "a.txt: "
                "contains "
                "neither a "
                "list nor "
                "a grid of "
                "counts. "
                "The "
                "heading "
                "of counts "
                "is CPM1, "
                "CCPM1, "
                "DPM1 or "
                "COUNTS1."
            ),
        ),
        (
            "a.txt",
            MICROBETA + LIST + GRID + GRID,
            "microbeta_text",
            (
                "a.txt: the number of plates is 1 in the list and 2 in the grids. "
                "Export the file again."
            ),
        ),
        (
            "a.csv",
            "well,cpm\nA1,5,6\n",
            "plate_list",
            (
                "a.csv, line 2: has 3 cells under 2 column names. Name every column, or write "
                "5.6 where 5,6 is one number."
            ),
        ),
        (
            "a.csv",
            "well,cpm\nQ99,5\n",
            "plate_list",
            (
                "a.csv: well Q99 is outside of every "
                "plate. Plates have 6, 12, 24, 48, 96, "
                "384 or 1536 wells."
            ),
        ),
        (
            "a.tbl.csv",
            "a,b\nx,y\n",
            "plain_table",
            (
                "a.tbl.csv: has no row of column names "
                "over rows of numbers. Name the columns "
                "in the first line."
            ),
        ),
        (
            "a.tbl.csv",
            "a,,b\n1,2,3\n",
            "plain_table",
            ("a.tbl.csv, line 1: column 2 has no name. Name every column."),
        ),
        (
            "a.tbl.csv",
            "a,b\n1,2,3\n",
            "plain_table",
            (
                "a.tbl.csv, line 2: has 3 cells under 2 column names. Name every column, or "
                "write 2.3 where 2,3 is one number."
            ),
        ),
        ("a.csv", "well,cpm\nA1,\nA2,\n", "plate_list", "a.csv, a: contains no readings."),
        (
            "a.csv",
            "a,b\n1,2\n",
            "plate_grid",
            ("a.csv: contains no readings for the reader plate_grid."),
        ),
    ],
)
def test_a_damaged_text_file_is_refused(tmp_path, name, text, reader, message):
    assert message_of(tmp_path, name, text, reader=reader) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            prism(**{"document.json": {}}),
            (
                "a.prism, document.json: has no list of data "
                "sheets. Save the project again from Prism."
            ),
        ),
        (
            prism(**{"document.json": {"sheets": {"data": [1]}}}),
            (
                "a.prism, document.json: "
                "lists a data sheet whose "
                "name is not a text. Save "
                "the project again from "
                "Prism."
            ),
        ),
        (
            prism(**{"document.json": "{"}),
            ("a.prism, document.json: is damaged. Save the project again from Prism."),
        ),
        (
            prism(**{"data/sheets/s1/sheet.json": None}),
            ("a.prism: has no part data/sheets/s1/sheet.json. Save the project again from Prism."),
        ),
        (
            prism(**{"data/tables/t1/data.csv": None}),
            ("a.prism: has no part data/tables/t1/data.csv. Save the project again from Prism."),
        ),
        (
            prism(**{"data/tables/t1/data.csv": '"'}),
            (
                "a.prism, data/tables/t1/data.csv: is "
                "not a table in UTF-8. Save the project "
                "again from Prism."
            ),
        ),
        (
            prism(**{"data/tables/t1/data.csv": "0.5,100,7\n"}),
            (
                "a.prism, sheet 'saturation': "
                "row 1 has more cells than "
                "there are columns. Save the "
                "project again."
            ),
        ),
        (
            prism(**{"data/tables/t1/data.csv": '0.5,"1,5"\n'}),
            (
                "a.prism: decimals are "
                "written with a comma and "
                "with a point. Save the "
                "project again with one "
                "decimal mark."
            ),
        ),
        (
            prism(**{"data/tables/t1/data.csv": "1e999,100\n"}),
            ("a.prism, a saturation, column 'hot (nM)', row 1: '1e999' is too large."),
        ),
        (
            prism(**{"data/sets/x.json": {"format": "series"}}),
            (
                "a.prism: an X column is "
                "generated, but its start and "
                "interval are missing. Save "
                "the project again."
            ),
        ),
        (
            prism(
                **{
                    "data/sets/y.json": {
                        "title": "total",
                        "replicates": [
                            {"cellAttributes": [{"rows": "a", "attributes": ["EXCLUDED"]}]}
                        ],
                    }
                }
            ),
            (
                "a.prism, total: lists excluded cells in an unknown form. Save the project "
                "again from Prism."
            ),
        ),
        (
            prism()[:200] + b"x" * 20 + prism()[220:],
            ("a.prism: is a damaged or locked archive. Save it again, without a password."),
        ),
    ],
)
def test_a_damaged_prism_project_is_refused(tmp_path, data, message):
    assert message_of(tmp_path, "a.prism", data, reader="prism_prism") == message


def test_damaged_xml_is_refused(tmp_path):
    assert message_of(tmp_path, "a.pzfx", "<GraphPadPrismFile><Table>") == (
        "a.pzfx, line 1: is damaged XML. Save the project again from Prism."
    )


def test_a_workbook_that_is_not_one_is_refused(tmp_path):
    assert message_of(tmp_path, "a.xlsx", prism(), reader="plain_table") == (
        "a.xlsx: is not an XLSX workbook. Save it as XLSX or CSV."
    )


def test_a_workbook_with_a_damaged_sheet_is_refused(tmp_path):
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["well", "cpm"], ["A1", 5]]))) as whole,
        zipfile.ZipFile(stream, "w") as damaged,
    ):
        for part in whole.infolist():
            data = whole.read(part)
            is_sheet = part.filename.startswith("xl/worksheets")
            damaged.writestr(part.filename, data[: len(data) // 2] if is_sheet else data)
    assert message_of(tmp_path, "a.xlsx", stream.getvalue(), reader="plain_table") == (
        "a.xlsx: is a damaged workbook. Open it in a spreadsheet program and save it again."
    )


def test_a_sheet_without_a_grid_beside_one_with_a_grid_is_named(tmp_path):
    grid = [["", 1, 2, 3, 4, 5, 6], *([row, 1, 2, 3, 4, 5, 6] for row in "ABCD")]
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook(grid, [["a note"]]))
    (plate,) = read_plates(path, reader="plate_grid")
    assert plate.unused == ("sheet 'sheet 2 (no plate)'",)
