"""Write the synthetic samples of plate readers with several readings, as `make_samples.py` does.

All numbers are invented (a seeded generator); no file was measured. Run it in this folder.
"""

from __future__ import annotations

import json

import numpy as np
from make_samples import plate, text_of, values_of, workbook, write


def generator(seed):
    return np.random.default_rng(seed)


def gen5():
    """Two plates, each with two steps, a layout and calculated rows; then a kinetic."""
    rng = generator(20261129)
    name = "gen5_text__two_plates_two_reads"
    lines, plates = ["", "", "Software Version\t3.12.08", "", ""], []
    for number in (1, 2):
        od = np.round(rng.uniform(0.05, 3, (4, 6)), 3)
        fluorescence = np.round(rng.uniform(100, 60000, (4, 6)))
        fluorescence[2, 3] = np.nan
        lines += [
            f"Plate Number\tPlate {number}",
            "Date\t3/2/2026",
            "Reader Type:\tn/a",
            "",
            "Procedure Details",
            "",
            "Plate Type\tFlat bottom 24 well (lid)",
            "Read\tturbidity",
            "\tAbsorbance Endpoint",
            "\tWavelengths:  600",
            "Read\tFluorescence Endpoint",
            "\tFilter Set 1",
            "\t    Excitation: 485/20,  Emission: 528/20",
            "",
            "Layout",
            "\t" + "\t".join("123456"),
        ]
        for r in "ABCD":
            lines += [f"{r}\t" + "\t".join(f"SPL{k}" for k in range(1, 7)) + "\tWell ID"]
        lines += ["", "Actual Temperature:\t22.8", "", "Results", "\t" + "\t".join("123456")]
        shown = text_of(fluorescence, missing="OVRFLW")
        for r in range(4):
            lines += [
                f"{'ABCD'[r]}\t" + "\t".join(text_of(od, decimals=3)[r]) + "\tturbidity:600",
                "\t" + "\t".join(shown[r]) + "\t485/20,528/20",
                "\t" + "\t".join(text_of(od - 0.05, decimals=3)[r]) + "\tBlank turbidity:600",
            ]
        lines += ["", "StdCurve Fitting Results", "", "Curve Name\tR2", "StdCurve\t1", ""]
        plates += [
            plate(f"{name} Plate {number} turbidity:600", 24, "OD", values_of(od)),
            plate(
                f"{name} Plate {number} 485/20,528/20",
                24,
                "RFU",
                values_of(fluorescence),
                flags={"C04": "OVRFLW"},
            ),
        ]
    write(
        f"{name}.txt",
        "\r\n".join(lines).encode("cp1252"),
        plates=plates,
        notes=["read as UTF-8", "delimiter tab", "decimal point"],
        unused=["calculated values 'Blank turbidity:600'"],
    )

    name = "gen5_text__kinetic_decimal_comma"
    times = ("0:00:00", "0:00:30", "0:01:00")
    kinetic = np.round(rng.uniform(-0.1, 2, (3, 2, 3)), 3)
    wells = [f"{'AB'[r]}{c + 1}" for r in range(2) for c in range(3)]
    lines = [
        "Software Version\t3.00.19",
        "Plate Number\tPlate 1",
        "Plate Type\t6 well plate",
        "Start Kinetic\tRuntime 0:02:00 (HH:MM:SS), Interval 0:00:30, 5 Reads",
        "    Read\tAbsorbance Endpoint",
        "\tWavelengths:  420",
        "",
        "420",
        "",
        "Time\tT° 420\t" + "\t".join(wells),
    ]
    for time, grid in zip(times, kinetic, strict=True):
        lines += [f"{time}\t37,0\t" + "\t".join(f"{v:.3f}".replace(".", ",") for v in grid.ravel())]
    lines += ["0:00:00", "0:00:00", "", "Results", "\t1\t2\t3"]
    lines += [f"{r}\t12,000\t13,500\t14,250\tMean V [420]" for r in "AB"]
    write(
        f"{name}.txt",
        "\n".join(lines).encode("utf-16"),
        plates=[
            plate(
                f"{name} {time}",
                6,
                "OD",
                {f"{'AB'[r]}{c + 1:02d}": float(grid[r, c]) for r in range(2) for c in range(3)},
            )
            for time, grid in zip(times, kinetic, strict=True)
        ],
        notes=["decimal comma"],
        unused=["calculated values 'Mean V [420]'"],
    )


def skanit():
    """Two plates of a luminescence with samples beside them, and a calculated sheet."""
    rng = generator(20261130)
    name = "skanit_xlsx__two_plates"
    sheets = {"Luminescence 1_01": [], "Ratio 1_02": []}
    rows = sheets["Luminescence 1_01"]
    rows += [["Measurement results"], ["invented.skax"], ["2/3/2026 10:00:00 AM"], [" "]]
    rows += [["Luminescence 1"], [" "]]
    plates = []
    for number in (1, 2):
        grid = np.round(rng.uniform(10, 90000, (8, 12)), 1)
        grid[4, 7] = np.nan
        rows += [[f"Plate {number}"], [" "], ["RLU", *range(1, 13)]]
        for r in range(8):
            cells = [None if np.isnan(v) else float(v) for v in grid[r]]
            rows += [["ABCDEFGH"[r], *cells]]
        rows += [[], ["Sample", *range(1, 13)]]
        rows += [["ABCDEFGH"[r], *[f"Un{r:04d}"] * 12] for r in range(8)]
        rows += [[]]
        values = {key: value for key, value in values_of(grid).items() if value is not None}
        plates.append(plate(f"{name} Plate {number}", 96, "RLU", values))
    rows += [["Autoloading range A1 - M40"]]
    sheets["Ratio 1_02"] = [
        ["Measurement results"],
        ["invented.skax"],
        ["2/3/2026 10:00:00 AM"],
        [" "],
        ["Ratio 1"],
        ["Plate 1"],
        ["Value", *range(1, 13)],
        *[["ABCDEFGH"[r], *np.round(rng.uniform(0, 2, 12), 3).tolist()] for r in range(8)],
    ]
    sheets["General information"] = [["General information"], ["", "SkanIt Software 7.0"]]
    write(
        f"{name}.xlsx",
        workbook(sheets),
        plates=plates,
        unused=["calculated grid 'Ratio 1'", "sheet 'General information'"],
    )


def tecan():
    """Magellan's list, and a workbook of i-control with an endpoint and a kinetic."""
    rng = generator(20261201)
    name = "tecan_xlsx__magellan"
    grid = np.round(rng.uniform(0.04, 3, (8, 12)), 4)
    rows = [["Raw data", "Well positions", "Plate", "Layout"]]
    for c in range(12):
        for r in range(8):
            first = "PLATE7" if not (r or c) else None
            rows.append([float(grid[r, c]), f"{'ABCDEFGH'[r]}{c + 1}", first, "SM1"])
    rows += [["Date of measurement: 2026-03-02/Time of measurement: 09:00:00"], ["595nm"]]
    rows += [["Measurement mode: Absorbance"], ["Plate definition file: GRE96ft.pdf"]]
    write(
        f"{name}.xlsx",
        workbook({"Magellan Sheet 1": rows}),
        plates=[plate(name, 96, "OD", values_of(grid))],
        notes=["mode: absorbance"],
        unused=["column 'Layout'"],
    )

    name = "tecan_xlsx__icontrol"
    endpoint = np.round(rng.uniform(100, 50000, (8, 12)))
    endpoint[1, 1] = np.nan
    kinetic = np.round(rng.uniform(0.05, 2, (2, 3)), 4)
    rows = [
        ["Application: Tecan i-control", None, None, None, "Tecan i-control , 1.11.1.0"],
        ["Device: infinite 200Pro"],
        ["Plate", None, None, None, "Greiner 96 Flat Bottom [GRE96ft.pdfx]"],
        [],
        ["Label: GFP"],
        ["Mode", None, None, None, "Fluorescence Top Reading"],
        ["Excitation Wavelength", None, None, None, 485, "nm"],
        ["<>", *range(1, 13)],
    ]
    for r in range(8):
        cells = ["OVER" if np.isnan(v) else float(v) for v in endpoint[r]]
        rows.append(["ABCDEFGH"[r], *cells])
    rows += [
        [],
        ["Label: growth"],
        ["Mode", None, None, None, "Absorbance"],
        ["Cycle Nr.", 1, 2],
        ["Time [s]", 0, 300],
        ["Temp. [°C]", 37, 37.1],
    ]
    rows += [[f"A{c + 1}", float(kinetic[0, c]), float(kinetic[1, c])] for c in range(3)]
    rows += [[], ["End Time:", "2026-03-02 09:10:00"]]
    write(
        f"{name}.xlsx",
        workbook({"Sheet1": rows}),
        plates=[
            plate(f"{name} GFP", 96, "RFU", values_of(endpoint), flags={"B02": "OVER"}),
            *(
                plate(
                    f"{name} growth cycle {k + 1} at {k * 300} s",
                    96,
                    "OD",
                    {f"A{c + 1:02d}": float(kinetic[k, c]) for c in range(3)},
                )
                for k in range(2)
            ),
        ],
    )


def envision():
    """Rows left out, a plate map in words; and grids without letters of two plates."""
    rng = generator(20261202)
    name = "envision_csv__rows_left_out"
    grid = np.round(rng.uniform(100, 6000, (2, 12)))
    head = [
        "Plate information",
        "Plate,Repeat,Barcode,Measured height,Group,Label,ScanX,ScanY,Measinfo,Kinetics,",
        '1,1,"=""B7""",11.9,1,LUM(1),0,0,De=USLum,0,',
        "",
        "Results for LUM(1) - channel 0 (CPS)",
        "," + ",".join(f"{c:02d}" for c in range(1, 13)) + ",",
    ]
    lines = [*head, *(f"{'CF'[r]}," + ",".join(text_of(grid)[r]) + "," for r in range(2))]
    lines += ["", "Basic assay information", "Assay ID: ,,,,7", "", "Platemap:", "Plate,,,,1", ""]
    lines += ["," + ",".join(f"{c:02d}" for c in range(1, 13)) + ","]
    lines += [f"{r}," + ",".join(["UNK1"] * 12) for r in "CF"]
    write(
        f"{name}.csv",
        "\n".join(lines).encode(),
        plates=[
            plate(
                name,
                96,
                "cps",
                {f"{'CF'[r]}{c + 1:02d}": float(grid[r, c]) for r in range(2) for c in range(12)},
            )
        ],
        unused=["block 'Platemap' of rows C to F (line 16)"],
    )

    name = "envision_csv__without_letters"
    lines, plates = [], []
    for number in (1, 2):
        grid = np.round(rng.uniform(100, 6000, (8, 12)))
        grid[5:] = np.nan
        lines += [
            "Plate information ",
            "Plate,Repeat,Barcode,Label,Measinfo,Kinetics,",
            f"{number},1,,FI(1),De=1st,0,",
            "",
            *(",".join(row) + "," for row in text_of(grid, missing="")),
            "",
        ]
        values = {key: value for key, value in values_of(grid).items() if value is not None}
        plates.append(plate(f"{name} {number}", 96, "unknown", values))
    lines += ["Basic assay information ", "Number of the wells in the plate,,,,96"]
    write(f"{name}.csv", "\n".join(lines).encode(), plates=plates)


def mars():
    """A list of wells with raw and corrected data, in a workbook."""
    rng = generator(20261203)
    name = "bmg_mars_csv__list"
    grid = np.round(rng.uniform(100, 6000, (2, 3)))
    rows = [
        ["User: USER", None, "Path: C:\\data", None, "Test ID: 7"],
        ["Test Name: invented", None, "Date: 02/03/2026", None, "Time: 9:00:00 AM"],
        ["Luminescence"],
        [],
        ["Well\nRow", "Well\nCol", "Content", "Raw Data\n(No filter)", "Blank corrected"],
    ]
    for r in range(2):
        for c in range(3):
            rows.append(["AB"[r], c + 1, "Sample X1", float(grid[r, c]), float(grid[r, c]) - 50])
    write(
        f"{name}.xlsx",
        workbook({"Table End point": rows}),
        plates=[
            plate(
                name,
                6,
                "RLU",
                {f"{'AB'[r]}{c + 1:02d}": float(grid[r, c]) for r in range(2) for c in range(3)},
            )
        ],
        unused=["block 'Blank corrected'"],
    )


def asm():
    """Two quantities of a plate, one of them failed in a well, and a kinetic in data cubes."""
    rng = generator(20261204)
    name = "asm_json__two_quantities"
    od, light = np.round(rng.uniform(0.05, 3, (4, 6)), 3), np.round(rng.uniform(9, 90000, (4, 6)))
    documents = []
    for r in range(4):
        for c in range(6):
            sample = {"location identifier": f"{'ABCD'[r]}{c + 1}", "well plate identifier": "P1"}
            first = {
                "sample document": sample,
                "absorbance": {"value": float(od[r, c]), "unit": "mAU"},
                "compartment temperature": {"value": 22.8, "unit": "degC"},
                "device control aggregate document": {
                    "device control document": [
                        {"detector wavelength setting": {"value": 600.0, "unit": "nm"}}
                    ]
                },
            }
            second = {"sample document": sample}
            second["luminescence"] = {"value": float(light[r, c]), "unit": "RLU"}
            if (r, c) == (1, 2):
                second["luminescence"]["value"] = -0.0
                second["error aggregate document"] = {
                    "error document": [{"error": "OVRFLW", "error feature": "luminescence"}]
                }
            aggregate = {
                "plate well count": {"value": 24, "unit": "#"},
                "measurement document": [first, second],
            }
            documents.append({"measurement aggregate document": aggregate})
    document = {
        "plate reader aggregate document": {"plate reader document": documents},
        "$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/12/"
        "plate-reader.manifest",
    }
    light[1, 2] = np.nan
    write(
        f"{name}.asm",
        json.dumps(document).encode(),
        plates=[
            plate(f"{name} absorbance 600 nm", 24, "mAU", values_of(od)),
            plate(f"{name} luminescence", 24, "RLU", values_of(light), flags={"B03": "OVRFLW"}),
        ],
        unused=["quantity 'compartment temperature'"],
    )

    name = "asm_json__kinetic"
    numbers = np.round(rng.uniform(0, 100, (2, 3, 3)), 2)
    measurements = []
    for r in range(2):
        for c in range(3):
            measurements.append(
                {
                    "sample document": {"location identifier": f"{'AB'[r]}{c + 1}"},
                    "fluorescence emission profile data cube": {
                        "label": "invented",
                        "cube-structure": {
                            "dimensions": [{"concept": "elapsed time", "unit": "s"}],
                            "measures": [{"concept": "fluorescence", "unit": "RFU"}],
                        },
                        "data": {
                            "dimensions": [[0.0, 90.0, 180.0]],
                            "measures": [numbers[r, c].tolist()],
                        },
                    },
                }
            )
    document = {
        "$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/12/x.manifest",
        "plate reader aggregate document": {
            "plate reader document": {
                "measurement aggregate document": {
                    "plate well count": {"value": 6, "unit": "#"},
                    "measurement document": measurements,
                }
            }
        },
    }
    write(
        f"{name}.asm",
        json.dumps(document, indent=1).encode("utf-8-sig"),
        plates=[
            plate(
                f"{name} {90 * k} s",
                6,
                "RFU",
                {
                    f"{'AB'[r]}{c + 1:02d}": float(numbers[r, c, k])
                    for r in range(2)
                    for c in range(3)
                },
            )
            for k in range(3)
        ],
    )


if __name__ == "__main__":
    for make in (gen5, skanit, tecan, envision, mars, asm):
        make()
