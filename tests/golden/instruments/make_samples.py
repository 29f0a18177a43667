"""Write the synthetic samples and, beside each, what must come out of it.

All numbers are invented (a seeded generator); no file was measured. The expected JSON is written
from the numbers that went into the file, never from what a reader made of it. Run it in this folder
to write all anew.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RNG = np.random.default_rng(20260302)
SHAPES = {24: (4, 6), 96: (8, 12), 384: (16, 24)}


def well(row, column):
    return f"{'ABCDEFGHIJKLMNOP'[row]}{column + 1:02d}"


def counts(size, low=80, high=6000, decimals=0):
    rows, columns = SHAPES[size]
    return np.round(RNG.uniform(low, high, (rows, columns)), decimals)


def values_of(grid):
    """The wells that were counted, and those marked "-" (nan here) as null."""
    return {
        well(r, c): None if np.isnan(grid[r, c]) else float(grid[r, c])
        for r in range(grid.shape[0])
        for c in range(grid.shape[1])
    }


def plate(name, size, unit, values, minutes=None, **more):
    return {
        "name": name,
        "size": size,
        "unit": unit,
        "counting_time_min": minutes,
        "values": values,
        **more,
    }


def write(name, data, *, plates=(), tables=(), notes=(), unused=(), options=None):
    reader = name.split("__")[0]
    (HERE / name).write_bytes(data)
    expected = {
        "synthetic": "invented numbers, written by make_samples.py",
        "reader": reader,
        "options": options or {},
        "notes": list(notes),
        "unused": list(unused),
        "plates": list(plates),
        "tables": list(tables),
    }
    (HERE / f"{name}.json").write_text(
        json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def text_of(grid, mark=".", decimals=0, missing="-"):
    return [
        [missing if np.isnan(v) else f"{v:.{decimals}f}".replace(".", mark) for v in row]
        for row in grid
    ]


def workbook(sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def grids():
    one = counts(96)
    one[3, 4] = np.nan
    lines = ["cpm," + ",".join(str(c + 1) for c in range(12))]
    lines += [f"{'ABCDEFGH'[r]}," + ",".join(row) for r, row in enumerate(text_of(one))]
    write(
        "plate_grid__letters_and_numbers.csv",
        "\n".join(lines).encode(),
        plates=[plate("plate_grid__letters_and_numbers", 96, "cpm", values_of(one))],
        notes=["delimiter comma", "read as UTF-8"],
    )

    bare = counts(96, decimals=1)
    data = "\r\n".join("\t".join(row) for row in text_of(bare, decimals=1)) + "\r\n"
    write(
        "plate_grid__bare.tsv",
        data.encode(),
        plates=[plate("plate_grid__bare", 96, "unknown", values_of(bare))],
        notes=["delimiter tab", "decimal point"],
    )

    first, second = counts(96, decimals=1), counts(96, decimals=1)
    text = "Zählung, 50 µL pro Loch\r\n"
    for label, grid in (("Plate 1 (dpm)", first), ("Plate 2 (dpm)", second)):
        text += f"\r\n{label}\r\n;" + ";".join(str(c + 1) for c in range(12)) + "\r\n"
        text += "".join(
            f"{'ABCDEFGH'[r]};" + ";".join(row) + "\r\n"
            for r, row in enumerate(text_of(grid, ",", 1))
        )
    write(
        "plate_grid__two_plates_decimal_comma.csv",
        text.encode("cp1252"),
        plates=[
            plate("plate_grid__two_plates_decimal_comma 1", 96, "dpm", values_of(first)),
            plate("plate_grid__two_plates_decimal_comma 2", 96, "dpm", values_of(second)),
        ],
        notes=["read as Windows-1252", "delimiter semicolon", "decimal comma"],
    )

    small = counts(24)
    text = "unit: counts\r\t1\t2\t3\t4\t5\t6\r" + "".join(
        f"{'ABCD'[r]}\t" + "\t".join(row) + "\r" for r, row in enumerate(text_of(small))
    )
    write(
        "plate_grid__utf16_cr_24.txt",
        text.encode("utf-16"),
        plates=[plate("plate_grid__utf16_cr_24", 24, "counts", values_of(small))],
        notes=["read as UTF-16, lines end in CR"],
    )

    large = counts(384)
    text = "\n".join(
        f"{'ABCDEFGHIJKLMNOP'[r]}," + ",".join(row) for r, row in enumerate(text_of(large))
    )
    write(
        "plate_grid__384_letters.csv",
        text.encode("utf-8-sig"),
        plates=[plate("plate_grid__384_letters", 384, "cpm", values_of(large), 1.0)],
        options={"unit": "cpm", "counting_time_min": 1.0},
    )

    numbered = counts(24)
    text = "\n".join([",".join("123456"), *(",".join(row) for row in text_of(numbered))])
    write(
        "plate_grid__24_numbers.csv",
        text.encode(),
        plates=[plate("plate_grid__24_numbers", 24, "unknown", values_of(numbered))],
    )

    part = counts(96)[:3, :5]
    text = "\n".join(
        [",1,2,3,4,5", *(f"{'ABC'[r]}," + ",".join(row) for r, row in enumerate(text_of(part)))]
    )
    write(
        "plate_grid__part_of_a_plate.csv",
        text.encode(),
        plates=[plate("plate_grid__part_of_a_plate", 96, "unknown", values_of(part))],
        notes=[
            "the file contains part of a plate, read as 96 wells; another plate size can be set"
        ],
    )

    a, b = counts(96), counts(96, decimals=2)
    book = {}
    for title, grid in (("run 1", a), ("run 2", b)):
        book[title] = [
            ["CPM", *range(1, 13)],
            *[["ABCDEFGH"[r], *map(float, grid[r])] for r in range(8)],
        ]
    write(
        "plate_grid__workbook.xlsx",
        workbook(book),
        plates=[
            plate("plate_grid__workbook run 1", 96, "cpm", values_of(a)),
            plate("plate_grid__workbook run 2", 96, "cpm", values_of(b)),
        ],
    )


def lists():
    grid = counts(96)
    rows = [["plate", "well", "cpm", "time_min", "group", "flag", "sample"]]
    expected = {}
    for name, group in (("P1", "vehicle"), ("P2", "treated")):
        expected[name] = {"values": {}, "times": {}, "groups": {}, "flags": {}}
        for c in range(12):
            for r in range(2):
                value = grid[r, c] + (name == "P2")
                flag = "low counts" if (r, c) == (1, 2) else ""
                rows.append(
                    [
                        name,
                        f"{'AB'[r]}{c + 1}",
                        f"{value:.0f}",
                        f"{5 * (c + 1)}",
                        group,
                        flag,
                        f"s{c}",
                    ]
                )
                expected[name]["values"][well(r, c)] = float(value)
                expected[name]["times"][well(r, c)] = 5.0 * (c + 1)
                expected[name]["groups"][well(r, c)] = group
                if flag:
                    expected[name]["flags"][well(r, c)] = flag
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    write(
        "plate_list__plates_times_groups.csv",
        stream.getvalue().encode(),
        plates=[
            plate(f"plate_list__plates_times_groups {name}", 96, "cpm", e.pop("values"), **e)
            for name, e in expected.items()
        ],
        notes=["readings from column 'cpm'"],
        unused=["column 'sample'"],
    )

    grouped = counts(24, 1000, 90000, 1)
    lines = ["Well\tValue\tUnit\tCounting time (s)"]
    for r in range(4):
        for c in range(6):
            lines.append(f"{well(r, c)}\t{grouped[r, c]:,.1f}\tdpm\t300")
    write(
        "plate_list__thousands.tsv",
        "\n".join(lines).encode(),
        plates=[plate("plate_list__thousands", 24, "dpm", values_of(grouped), 5.0)],
        notes=["decimal point"],
    )

    comma = counts(96, decimals=2)
    lines = ["Position;Counts"] + [
        f"{'ABCDEFGH'[r]}{c + 1};{comma[r, c]:.2f}".replace(".", ",")
        for r in range(8)
        for c in range(12)
    ]
    write(
        "plate_list__decimal_comma.csv",
        "\n".join(lines).encode(),
        plates=[plate("plate_list__decimal_comma", 96, "counts", values_of(comma))],
        notes=["decimal comma", "delimiter semicolon"],
    )

    spaced = counts(24)
    spaced[2, 2] = np.nan
    lines = ["well   value"] + [
        f"{well(r, c)}   {'-' if np.isnan(spaced[r, c]) else f'{spaced[r, c]:.0f}'}"
        for r in range(4)
        for c in range(6)
    ]
    write(
        "plate_list__white_space.txt",
        "\n".join(lines).encode(),
        plates=[plate("plate_list__white_space", 24, "unknown", values_of(spaced))],
        notes=["delimiter white space", "not counted: 1 of 24 wells"],
    )

    book = counts(96, decimals=1)
    rows = [
        ["Well", "CCPM1", "CPM error"],
        *[[well(r, c), float(book[r, c]), 2.1] for r in range(8) for c in range(12)],
    ]
    write(
        "plate_list__workbook.xlsx",
        workbook({"Sheet1": rows}),
        plates=[plate("plate_list__workbook", 96, "cpm", values_of(book))],
        unused=["column 'CPM error'"],
    )


def counters():
    def cassette(number, grid, quantity, total):
        lines = [
            f"Plate {number}",
            "Cassette information:",
            f"Assay:-/Prot:7/Cass:16/Func:-/Cassette no:   {number}/Stack: 1/4*6",
            "",
            quantity,
            "",
        ]
        lines += ["\t".join([" ", *map(str, range(1, 7))]) + "\t"]
        lines += ["\t".join(["ABCD"[r], *row]) + "\t" for r, row in enumerate(text_of(grid))]
        return [*lines, "", f"End of plate {number}", f"Total count rate:       {total:.1f} CCPM"]

    def some():
        grid = counts(24)
        grid[RNG.random((4, 6)) < 0.3] = np.nan
        return grid

    head = [
        "C:\\counter\\results\\EX_002.txt",
        "RUN INFORMATION:",
        "================",
        "Counting protocol no: 7                                  Tue 03-Mar-2026  9:12",
        "Name: H-3_SYNTHETIC",
        "CPM normalization protocol no:  2",
        "",
    ]
    first, second = some(), some()
    lines = [
        *head,
        "",
        "COLUMNS:",
        "========",
        "\t".join([" ", "SAMPLE", "POS", "CCPM1", "CCPM1%", ""]),
    ]
    number = 0
    for grid in (first, second):
        for r in range(4):
            for c in range(6):
                number += 1
                if not np.isnan(grid[r, c]):
                    lines.append(
                        "\t".join(
                            [" ", f"Unk_{number}", well(r, c), f"{grid[r, c]:.0f}", "3.0", ""]
                        )
                    )
    lines += ["", "", "PLATES:", "======="]
    lines += [
        *cassette(1, first, "CCPM1", np.nansum(first)),
        "",
        *cassette(2, second, "CCPM1", np.nansum(second)),
        "END",
    ]
    write(
        "microbeta_text__two_cassettes.txt",
        "\r\n".join(lines).encode(),
        plates=[
            plate(f"microbeta_text__two_cassettes {k}", 24, "cpm", values_of(g))
            for k, g in ((1, first), (2, second))
        ],
        notes=["list and grid agree", "Name: H-3_SYNTHETIC", "readings are CCPM1"],
    )

    grid, dpm = counts(96), counts(96)
    lines = [*head, "PLATES:", "=======", "Plate 1", "", "CPM1", ""]
    for quantity, each in (("CPM1", grid), ("DPM1", dpm)):
        lines += ["", quantity, "", "\t".join([" ", *map(str, range(1, 13))])]
        lines += ["\t".join(["ABCDEFGH"[r], *row]) for r, row in enumerate(text_of(each))]
    lines += ["", "End of plate 1", "END"]
    data = "\n".join(lines).encode()
    write(
        "microbeta_text__grids_cpm_and_dpm.txt",
        data,
        plates=[plate("microbeta_text__grids_cpm_and_dpm", 96, "dpm", values_of(dpm), 2.0)],
        options={"unit": "dpm", "counting_time_min": 2.0},
        unused=["readings 'CPM1'"],
    )

    names = ["P#", "S#", "Count Time", "CPMA", "A:2S%", "CPMB", "tSIE", "DATE", "TIME"]
    for label, mark, delimiter, date in (
        ("two_protocols", ".", "\t", "03/{:02d}/2026"),
        ("decimal_comma", ",", ";", "04/03/2026"),
    ):
        lines, plates = (
            [
                f"Protocol# 3{delimiter}Name: 3H filter{delimiter}Date 03/12/2026 14:59",
                delimiter.join(names),
            ],
            [],
        )
        for protocol in (3, 5):
            values = {}
            for vial in range(1, 15):
                value = round(float(RNG.uniform(100, 5000)), 1)
                values[well((vial - 1) // 12, (vial - 1) % 12)] = value
                cells = [
                    str(protocol),
                    str(vial),
                    "2.00",
                    f"{value:.1f}",
                    "2.94",
                    "12.0",
                    "498.94",
                    date.format(vial + 6),
                    f"15:{vial:02d}:03",
                ]
                lines.append(
                    delimiter.join(
                        [
                            cells[0],
                            cells[1],
                            *(c.replace(".", mark) for c in cells[2:7]),
                            *cells[7:],
                        ]
                    )
                )
            plates.append(plate(f"tricarb_text__{label} P{protocol}", 96, "cpm", values, 2.0))
        date_note = (
            "dates are written month/day/year"
            if label == "two_protocols"
            else "dates such as 04/03/2026 may be day/month or month/day; no date was used"
        )
        write(
            f"tricarb_text__{label}.txt",
            "\n".join(lines).encode(),
            plates=plates,
            notes=[date_note, "readings from column CPMA"],
            unused=["column 'CPMB'"],
        )

    lines = [
        (
            "Protocol ID,Protocol name,Measurement date & time,Completion status,Run ID,Rack,"
            "Det,Pos,Time,Sample code,I-125 Counts,I-125 CPM,I-125 Error %,I-125 Info"
        )
    ]
    values, flags = [{}, {}], [{}, {}]
    for tube in range(100):
        cpm = round(float(RNG.uniform(500, 9000)), 2)
        flag = "I" if tube in (4, 97) else ""
        rack, position = divmod(tube, 10)
        lines.append(
            f"12,SYNTHETIC,2026-03-06 12:42:48,0,1,{rack + 1},{position + 1},{position + 1},"
            f"120.0,,{cpm * 2:.2f},{cpm},1.43,{flag}"
        )
        name = well((tube % 96) // 12, tube % 12)
        values[tube // 96][name] = cpm
        if flag:
            flags[tube // 96][name] = flag
    write(
        "wizard_gamma_csv__hundred_tubes.csv",
        "\r\n".join(lines).encode(),
        plates=[
            plate(
                f"wizard_gamma_csv__hundred_tubes {k + 1}",
                96,
                "cpm",
                values[k],
                2.0,
                flags=flags[k],
            )
            for k in range(2)
        ],
        notes=["the column 'Time' is in seconds, as counts divided by CPM show"],
    )


def plate_readers():
    first, second = counts(96), counts(96)
    text, plates = "", []
    for channel, grid in ((1, first), (2, second)):
        label = f"SYN(1) - channel {channel} window 1 (Counts)"
        text += (
            'Plate information \r\nPlate,Repeat,Barcode,Measured height,\r\n1,1,"=""""",'
            "N/A,\r\n\r\nBackground information\r\nPlate,Label,Result,Signal,Flashes/Time,"
            "\r\n1,SYN,0,162,50,\r\n\r\n"
        )
        text += f"Results for {label}\r\n," + ",".join(f"{c + 1:02d}" for c in range(12)) + ",\r\n"
        rows = text_of(grid)
        values = values_of(grid)
        for r in range(8):
            rows[r][7:] = [""] * 5
            for c in range(7, 12):
                del values[well(r, c)]
            text += f"{'ABCDEFGH'[r]}," + ",".join(rows[r]) + ",\r\n"
        text += "\r\n"
        plates.append(plate(f"envision_csv__two_channels {label}", 96, "counts", values))
    text += (
        "Platemap:\r\nPlate,,,,1\r\n\r\n," + ",".join(f"{c + 1:02d}" for c in range(12)) + ",\r\n"
    )
    text += "".join(f"{letter}," + ",".join(["- "] * 12) + ",\r\n" for letter in "ABCDEFGH")
    write("envision_csv__two_channels.csv", text.encode(), plates=plates)

    grid = counts(384)
    text = (
        "\ufeffEnSight Results from\r\nProtocol Name,synthetic\r\nMeasurement Date,2026-03-02 "
        "12:11:46\r\n\r\nResult for Fluorescence intensity 1\r\nBarcode,Repeat,\r\nV-1,"
        "1,\r\n\r\n,"
    )
    text += ",".join(str(c + 1) for c in range(24)) + ",\r\n"
    text += "".join(
        f"{'ABCDEFGHIJKLMNOP'[r]}," + ",".join(row) + ",\r\n" for r, row in enumerate(text_of(grid))
    )
    text += "\r\nPlate Type Information\r\nNumber of Rows,,16\r\nNumber of Columns,,24\r\n"
    text += "\r\nPlatemap\r\n," + ",".join(str(c + 1) for c in range(24)) + ",\r\n"
    text += "".join(f"{letter}," + ",".join(["-"] * 24) + ",\r\n" for letter in "ABCDEFGHIJKLMNOP")
    text += "\r\nExported with Kaleido 3.0\r\n"
    write(
        "kaleido_csv__384.csv",
        text.encode(),
        plates=[plate("kaleido_csv__384", 384, "RFU", values_of(grid))],
        notes=["reading 'Fluorescence intensity 1'"],
    )

    grid = counts(384)
    commas = "," * 22
    text = (
        f"User: USER,Path: C:\\Reader\\Data,Test run no.: 1{commas}\r\nTest name: SYN,"
        f"Date: 03/03/2026,Time: 13:25:45{commas}\r\n{',' * 24}\r\nFluorescence (FI){',' * 24}\r\n"
        f"{',' * 24}\r\nRaw Data (485/520){',' * 24}\r\n{',' * 24}\r\n"
    )
    text += "," + ",".join(str(c + 1) for c in range(24)) + "\r\n"
    rows, values = text_of(grid), values_of(grid)
    for r in range(16):
        rows[r][10] = ""
        del values[well(r, 10)]
        text += f"{'ABCDEFGHIJKLMNOP'[r]}," + ",".join(rows[r]) + "\r\n"
    write(
        "bmg_mars_csv__384.csv",
        text.encode(),
        plates=[plate("bmg_mars_csv__384", 384, "RFU", values)],
        notes=["Raw Data (485/520)"],
    )


def tables():
    x = [-10.0, -9.0, -8.0, -7.0, -6.0]
    y = np.round(RNG.uniform(50, 5000, (5, 3)), 1)
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<GraphPadPrismFile PrismXMLVersion="5.00">'
        "\r\n<!--synthetic-->\r\n"
    )
    xml += (
        '<Table ID="Table0" XFormat="numbers" YFormat="replicates" Replicates="3" TableType="XY" '
        'EVFormat="AsteriskAfterNumber">\r\n<Title>NET <B>run</B> 1</Title>\r\n'
    )
    xml += (
        '<XColumn Subcolumns="1"><Title>log [desipramine] (M)</Title><Subcolumn>'
        + "".join(f"<d>{v:g}.</d>" for v in x)
        + "</Subcolumn></XColumn>\r\n"
    )
    xml += '<YColumn Subcolumns="3"><Title>desipramine (cpm)</Title>'
    for k in range(3):
        cells = ['<d Excluded="1">' if (i, k) == (2, 1) else "<d>" for i in range(5)]
        xml += (
            "<Subcolumn>"
            + "".join(f"{cells[i]}{y[i, k]}</d>" if (i, k) != (4, 2) else "<d/>" for i in range(5))
            + "</Subcolumn>"
        )
    xml += "</YColumn>\r\n</Table>\r\n"
    xml += (
        '<Table ID="Table1" XFormat="none" TableType="OneWay"><Title>Bmax</Title><YColumn '
        'Subcolumns="1"><Title>vehicle</Title><Subcolumn><d>73,3</d><d>71,9</d></Subcolumn>'
        "</YColumn></Table>\r\n</GraphPadPrismFile>\r\n"
    )
    columns = ["log [desipramine] (M)", *(f"desipramine (cpm) {k}" for k in (1, 2, 3))]
    values = {
        columns[0]: x,
        **{
            columns[k + 1]: [None if (i, k) == (4, 2) else float(y[i, k]) for i in range(5)]
            for k in range(3)
        },
    }
    write(
        "prism_pzfx__excluded.pzfx",
        xml.encode("utf-8-sig"),
        tables=[
            {
                "name": "prism_pzfx__excluded NET run 1",
                "columns": columns,
                "values": values,
                "units": {columns[0]: "log10 M", **dict.fromkeys(columns[1:], "cpm")},
                "excluded": {columns[2]: [2]},
            },
            {
                "name": "prism_pzfx__excluded Bmax",
                "columns": ["vehicle"],
                "values": {"vehicle": [73.3, 71.9]},
                "units": {"vehicle": "unknown"},
                "excluded": {},
            },
        ],
        notes=["cells excluded in Prism and read as excluded: 1"],
    )

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name, content):
            archive.writestr(
                zipfile.ZipInfo(name), content if isinstance(content, str) else json.dumps(content)
            )

        put(
            "document.json",
            {
                "@class": "Document",
                "formatVersion": "1-6-0",
                "sheets": {"graphs": [], "data": ["s1", "s2"]},
                "sheetAttributesMap": {"s2": {"title": "kinetics"}},
            },
        )
        put(
            "data/sheets/s1/sheet.json",
            {
                "title": "saturation",
                "table": {
                    "uid": "t1",
                    "format": "xy",
                    "dataFormat": "y_replicates",
                    "replicatesCount": 2,
                    "rowTitlesDataSet": "r",
                    "xDataSet": "x",
                    "dataSets": ["y"],
                },
            },
        )
        put("data/tables/t1/data.csv", "low,0.5,100.25,98\nmiddle,1,150,\nhigh,2,210,205.5\n")
        put("data/sets/r.json", {"uid": "r"})
        put("data/sets/x.json", {"uid": "x", "title": "hot (nM)", "format": "y_single"})
        put(
            "data/sets/y.json",
            {
                "uid": "y",
                "title": "total",
                "replicates": [
                    {"cellAttributes": []},
                    {
                        "cellAttributes": [
                            {"rows": "0", "attributes": ["EXCLUDED"]},
                            {"rows": "2~2", "attributes": ["EXCLUDED"]},
                        ]
                    },
                ],
            },
        )
        put(
            "data/sheets/s2/sheet.json",
            {"table": {"uid": "t2", "dataFormat": "y_sd_n", "xDataSet": "xs", "dataSets": ["y2"]}},
        )
        put("data/tables/t2/data.csv", "10,1.5,3\n20,2.5,3\n")
        put(
            "data/sets/xs.json",
            {
                "uid": "xs",
                "title": "time (min)",
                "format": "series",
                "replicates": [{"@class": "SeriesReplicate", "startValue": 5.0, "interval": 2.5}],
            },
        )
        put("data/sets/y2.json", {"uid": "y2", "title": "bound"})
        put("graphs/g1/data.bin", "not read")
    write(
        "prism_prism__excluded_and_series.prism",
        stream.getvalue(),
        tables=[
            {
                "name": "prism_prism__excluded_and_series saturation",
                "columns": ["row", "hot (nM)", "total 1", "total 2"],
                "values": {
                    "hot (nM)": [0.5, 1, 2],
                    "total 1": [100.25, 150, 210],
                    "total 2": [98, None, 205.5],
                },
                "text": {"row": ["low", "middle", "high"]},
                "units": {"hot (nM)": "nM", "total 1": "unknown", "total 2": "unknown"},
                "excluded": {"total 2": [0, 2]},
            },
            {
                "name": "prism_prism__excluded_and_series kinetics",
                "columns": ["time (min)", "bound mean", "bound SD", "bound n"],
                "values": {
                    "time (min)": [5, 7.5],
                    "bound mean": [10, 20],
                    "bound SD": [1.5, 2.5],
                    "bound n": [3, 3],
                },
                "units": {
                    "time (min)": "min",
                    "bound mean": "unknown",
                    "bound SD": "unknown",
                    "bound n": "unknown",
                },
                "excluded": {},
            },
        ],
        notes=["cells excluded in Prism and read as excluded: 2"],
    )

    write(
        "plain_table__saturation.csv",
        b"conc_nM;total_fmol_mg;note\n0,5;10,25;first\n1;;\n2,5;31,5;last\n",
        tables=[
            {
                "name": "plain_table__saturation",
                "columns": ["conc_nM", "total_fmol_mg", "note"],
                "values": {"conc_nM": [0.5, 1, 2.5], "total_fmol_mg": [10.25, None, 31.5]},
                "text": {"note": ["first", "", "last"]},
                "units": {"conc_nM": "nM", "total_fmol_mg": "fmol/mg"},
                "excluded": {},
            }
        ],
        notes=["decimal comma"],
    )
    write(
        "plain_table__workbook.xlsx",
        workbook(
            {"data": [["subject", "Bmax (fmol/mg)", "age"], ["r1", 73.3, 8], ["r2", 40.7, None]]}
        ),
        tables=[
            {
                "name": "plain_table__workbook",
                "columns": ["subject", "Bmax (fmol/mg)", "age"],
                "values": {"Bmax (fmol/mg)": [73.3, 40.7], "age": [8, None]},
                "text": {"subject": ["r1", "r2"]},
                "units": {"Bmax (fmol/mg)": "fmol/mg", "age": "unknown"},
                "excluded": {},
            }
        ],
    )


def softmax():
    """Two plate sections among a note and a group: kinetic at two wavelengths, and an endpoint."""
    rng = np.random.default_rng(20261129)
    name = "softmax_text__kinetic_and_endpoint"
    times = ("00:00:00", "00:02:30", "00:05:00")
    values = np.round(rng.uniform(0.05, 3, (3, 2, 4, 6)), 4)
    values[1, 0, 2, 3] = np.nan
    endpoint = np.full((8, 12), np.nan)
    endpoint[:3, 3:6] = np.round(rng.uniform(1000, 90000, (3, 3)))

    def cells(row):
        return ["#Sat" if np.isnan(v) else f"{v:.4f}".replace(".", ",") for v in row]

    columns = [str(c) for c in range(1, 7)]
    head = (
        "Plate:\tenzyme\t1.3\tPlateFormat\tKinetic\tAbsorbance\tRaw\tFALSE\t3\t300\t150\t\t\t\t2\t"
    )
    lines = ["##BLOCKS= 4", "Note:", 'a "quoted", remark 1\t2\t3', "~End"]
    lines += [
        head + "405 540\t1\t6\t24\t1\t4\t\t",
        "\t".join(["", "Temperature(°C)", *columns, "", *columns]),
    ]
    for time, at in zip(times, values, strict=True):
        for r in range(4):
            first = [time, "25,0"] if r == 0 else ["", ""]
            lines.append("\t".join([*first, *cells(at[0, r]), "", *cells(at[1, r])]))
        lines.append("")
    lines += ["\t".join(["", "", *columns])]
    lines += ["\t".join(["", "", *cells(row)]) for row in values[2, 0] - 0.01]
    lines += ["~End", "Group: Unknowns", "Sample\tWells\tMean", "01\tA1\t7,25", "~End"]
    wells = [f"{'ABCDEFGH'[r]}{c + 1}" for r in range(8) for c in range(12)]
    lines += [
        (
            "Plate:\tlight\t1.3\tTimeFormat\tEndpoint\tLuminescence\tRaw\tFALSE\t1\t\t\t\t\t\t"
            "1\t0 \t1\t12\t96\t\t"
        ),
        "\t".join(["", "Temperature(°C)", *wells]),
        "\t".join(["", "24,5", *("" if np.isnan(v) else f"{v:.0f}" for v in endpoint.ravel())]),
        "~End",
        "Original Filename: invented; Date Last Saved: 3/2/2026 9:00:00 AM",
    ]
    plates = [
        plate(
            f"{name} enzyme {time} {wavelength} nm",
            24,
            "OD",
            values_of(at[k]),
            **({"flags": {"C04": "#Sat"}} if np.isnan(at[k]).any() else {}),
        )
        for time, at in zip(times, values, strict=True)
        for k, wavelength in enumerate((405, 540))
    ]
    counted = {key: value for key, value in values_of(endpoint).items() if value is not None}
    plates.append(plate(f"{name} light", 96, "RLU", counted))
    write(
        f"{name}.txt",
        ("\r\n".join(lines) + "\r\n").encode("utf-16"),
        plates=plates,
        unused=["section 'Note' (line 2)", "section 'Group Unknowns'"],
    )


if __name__ == "__main__":
    for make in (grids, lists, counters, plate_readers, tables, softmax):
        make()
