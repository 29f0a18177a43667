"""Variants of the exports of plate readers: labels, times, several plates, parts, and damage.

Every file is written here, in the layout that the program writes; the numbers are invented.
"""

from __future__ import annotations

import json
import math

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import read_plates
from tricyclic.workflows.binding.plates import chosen_plates
from tricyclic.workflows.screen.options import ScreenOptions
from tricyclic.workflows.screen.run import run as run_screen


def text(folder, lines, name="export.txt", codec="utf-8"):
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(codec))
    return path


def workbook(folder, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(list(row))
    path = folder / "export.xlsx"
    book.save(path)
    return path


def values(plate):
    return {well.name: well.value for well in plate.wells if well.counted}


def names(plates):
    return [plate.name.removeprefix("export").strip() for plate in plates]


def gen5(*blocks, read=("Read\tLuminescence Endpoint",), plate="Plate 1"):
    head = ["", "", "Software Version\t3.12.08", "", f"Plate Number\t{plate}", "Reader Type:\tn/a"]
    return [*head, "", "Procedure Details", "", "Plate Type\t6 well plate", *read, *blocks]


COLUMNS = "\t1\t2\t3"


class TestGen5:
    def test_the_two_planes_of_a_polarisation_are_readings(self, tmp_path):
        lines = gen5(
            "Results",
            COLUMNS,
            "A\t523\t518\t415\tFP:485/20,528/20 [Parallel]",
            "\t433\t372\t281\tFP:485/20,528/20 [Perpendicular]",
            "\t145\t164\t193\tPolarization",
            "B\t1\t2\t3\tFP:485/20,528/20 [Parallel]",
            "\t4\t5\t6\tFP:485/20,528/20 [Perpendicular]",
            "\t7\t8\t9\tPolarization",
            read=("Read\tFP", "\tFluorescence Endpoint"),
        )
        parallel, perpendicular = read_plates(text(tmp_path, lines))
        assert parallel.name.endswith("[Parallel]") and parallel.unit == "RFU"
        assert values(perpendicular)["B02"] == 5
        assert "calculated values 'Polarization'" in parallel.unused

    def test_a_label_may_alternate_between_rows(self, tmp_path):
        lines = gen5(
            "Results",
            COLUMNS,
            "A\t1\t2\t3\t280",
            "\t4\t5\t6\t325",
            "B\t7\t8\t9\t325",
            "\t10\t11\t12\t280",
            read=("Read\tAbsorbance Endpoint", "\tWavelengths:  280, 325"),
        )
        short, long = read_plates(text(tmp_path, lines))
        assert names((short, long)) == ["280", "325"]
        assert list(values(short).values()) == [1, 2, 3, 10, 11, 12]
        assert short.unit == long.unit == "OD"

    def test_a_file_without_results_has_its_matrix_under_the_name_of_the_reading(self, tmp_path):
        matrix = [COLUMNS, "A\t0.1\t0.2\t0.3\t660", "B\t0.4\t*0.5*\tOVRFLW\t660"]
        conc = [COLUMNS, "A\t<0.0\t2\t3\tConc", "B\t4\t?????\t6\tConc"]
        lines = gen5("660", *matrix, "", "Conc", *conc, read=("Read\tAbsorbance Endpoint",))
        (plate,) = read_plates(text(tmp_path, lines))
        assert values(plate) == {"A01": 0.1, "A02": 0.2, "A03": 0.3, "B01": 0.4, "B02": 0.5}
        assert {well.name: well.flag for well in plate.wells if well.flag} == {
            "B02": "masked",
            "B03": "OVRFLW",
        }
        assert "calculated values 'Conc'" in plate.unused

    def test_a_reading_that_comes_again_among_the_results_is_read_once(self, tmp_path):
        matrix = [COLUMNS, "A\t1\t2\t3\tLum", "B\t4\t5\t6\tLum"]
        (plate,) = read_plates(text(tmp_path, gen5("Lum", *matrix, "", "Results", *matrix)))
        assert list(values(plate).values()) == [1, 2, 3, 4, 5, 6]

    def test_a_spectrum_has_a_plate_for_each_wavelength(self, tmp_path):
        lines = gen5(
            "scan:EM Spectrum",
            "",
            "Wavelength\tA1\tA2\tB3",
            "300\t0.005\tOVRFLW\t0.006",
            "310\t0.011\t0.012\t0.013",
            read=("Read\tscan", "\tFluorescence Spectrum"),
        )
        first, second = read_plates(text(tmp_path, lines))
        assert names((first, second)) == ["300 nm", "310 nm"]
        assert values(first) == {"A01": 0.005, "B03": 0.006}
        assert first.reading_of == second.reading_of == "plate 'Plate 1'"

    def test_times_of_a_spreadsheet_are_days(self, tmp_path):
        lines = [
            "Software Version,3.08.01",
            "Plate Number,Plate 1",
            "Start Kinetic,",
            "OD:600",
            "",
            ",Time,T° OD:600,A1,A2",
            ",0.020833333,30.0,0.1,0.2",
            ",1.0625,30.0,0.3,0.4",
            "",
            "Results",
        ]
        first, second = read_plates(text(tmp_path, lines, "export.csv"))
        assert names((first, second)) == ["0:30:00", "25:30:00"]
        assert values(second) == {"A01": 0.3, "A02": 0.4}

    def test_a_time_that_is_none_is_refused_with_its_line(self, tmp_path):
        lines = gen5("600", "Time\tT° 600\tA1\tA2", "0:00:10\t30\t1\t2", "later\t30\t3\t4")
        with pytest.raises(InputError, match=r"'later' is neither a time nor a wavelength"):
            read_plates(text(tmp_path, lines))

    def test_a_matrix_that_ends_before_its_layout_is_refused(self, tmp_path):
        layout = [COLUMNS, "A\ts1\ts2\ts3\tWell ID", "B\ts4\ts5\ts6\tWell ID", ""]
        lines = gen5("Layout", *layout, "Results", COLUMNS, "A\t1\t2\t3\tLum")
        with pytest.raises(InputError, match=r"ends with row A, the layout with row B\. Export"):
            read_plates(text(tmp_path, lines))

    def test_a_row_that_is_cut_off_is_refused(self, tmp_path):
        lines = gen5("Results", COLUMNS, "A\t1\t2\t3\tLum", "B\t4\t5")
        with pytest.raises(InputError, match="has 3 cells under 4 columns"):
            read_plates(text(tmp_path, lines))

    def test_a_workbook_has_the_same_blocks(self, tmp_path):
        rows = [
            ["Software Version", "3.12.08"],
            ["Plate Number", "Plate 1"],
            ["Plate Type", "6 well plate"],
            ["Read", "Luminescence Endpoint"],
            ["Results"],
            [None, None, 1, 2, 3],
            [None, "A", 1, 2, 3, "Lum"],
            [None, "B", 4, 5, 6, "Lum"],
        ]
        (plate,) = read_plates(workbook(tmp_path, Plate_1=rows))
        assert (plate.size, plate.unit) == (6, "RLU")
        assert list(values(plate).values()) == [1, 2, 3, 4, 5, 6]

    def test_a_table_of_wells_is_read_by_its_columns(self, tmp_path):
        lines = gen5(
            "Results",
            "Well ID\tWell\tConc/Dil\tLum\tBlank Lum",
            "S1\tA1\t\t5\t4",
            "S2\tB3\t1\t6\t5",
        )
        (plate,) = read_plates(text(tmp_path, lines))
        assert values(plate) == {"A01": 5, "B03": 6}
        assert "columns 'Well ID', 'Conc/Dil'" in plate.unused

    @pytest.mark.parametrize("codec", ["utf-16", "cp1252", "utf-8-sig"])
    def test_a_decimal_comma_beside_labels_with_commas(self, tmp_path, codec):
        lines = gen5(
            "Results",
            COLUMNS,
            "A\t0,052\t1,1\t2,25\t485,528",
            "B\t3,5\t4,5\t5,5\t485,528",
            read=("Read\tFluorescence Endpoint", "Set Temperature\tSetpoint 30°C"),
        )
        (plate,) = read_plates(text(tmp_path, lines, codec=codec))
        assert values(plate)["A01"] == 0.052 and plate.unit == "RFU"


HEAD = [["Measurement results"], ["session.skax"], ["2/3/2026"], [" "]]
GRID = [["Abs", 1, 2, 3], ["A", 0.1, 0.2, 0.3], ["B", 0.4, None, ">4.0"]]
SAMPLES = [["Sample", 1, 2, 3], ["A", "S1", "S2", "S3"], ["B", "S4", "S5", "S6"]]


class TestSkanIt:
    def test_plates_have_the_names_of_the_user(self, tmp_path):
        second = [["Abs", 1, 2, 3], ["A", 1.1, 1.2, 1.3], ["B", 1.4, 1.5, 1.6]]
        rows = [*HEAD, ["Absorbance 1"], ["Wavelength: 260 nm"], [" "], ["Blank plate"], [" "]]
        rows += [*GRID, [], *SAMPLES, [], ["Sample plate"], [" "], *second, [], *SAMPLES]
        plates = read_plates(workbook(tmp_path, Absorbance_1_01=rows))
        assert names(plates) == ["Blank plate", "Sample plate"]
        assert values(plates[0]) == {"A01": 0.1, "A02": 0.2, "A03": 0.3, "B01": 0.4}
        assert plates[0].reading_of == "" and plates[0].size == 6

    def test_wavelengths_of_a_plate_are_its_readings(self, tmp_path):
        rows = [*HEAD, ["Absorbance 1"], ["Wavelength: 260 nm"], ["Plate 1"], *GRID, []]
        rows += [["Wavelength: 280 nm"], ["Plate 1"], *GRID]
        plates = read_plates(workbook(tmp_path, Absorbance_1_01=rows))
        assert names(plates) == ["260 nm", "280 nm"]
        assert {plate.reading_of for plate in plates} == {"plate 'Plate 1'"}

    def test_cells_beside_a_grid_are_named_and_not_read(self, tmp_path):
        rows = [*HEAD, ["Fluorescence 1"], ["Plate 1"], ["RFU", 1, 2, 3, None, "AVERAGE"]]
        rows += [["A", 1, 2, 3, None, 1.5], ["B", 4, 5, 6]]
        (plate,) = read_plates(workbook(tmp_path, Fluorescence_1_01=rows))
        assert list(values(plate).values()) == [1, 2, 3, 4, 5, 6]
        assert "text beside grids 'AVERAGE', '1.5'" in plate.unused

    def test_a_list_of_wells_is_read(self, tmp_path):
        rows = [*HEAD, ["Luminescence 1"], ["Plate", "Well", "Sample", "RLU"]]
        rows += [
            ["Plate 1", "A01", "Un1", 10],
            ["Plate 1", "A02", "Un2", 20],
            ["Plate 2", "A01", "Un1", 30],
        ]
        first, second = read_plates(workbook(tmp_path, Luminescence_1_01=rows))
        assert (values(first), values(second)) == ({"A01": 10, "A02": 20}, {"A01": 30})
        assert first.unit == "RLU"


class TestTecan:
    def test_each_column_of_magellan_has_the_mode_of_its_measurement(self, tmp_path):
        rows = [["OD485", "GFP", "Well positions"], [0.1, 500, "A1"], [0.2, "OVER", "A2"]]
        rows += [["Date of measurement: 2026-03-02/Time of measurement: 9:00:00"]]
        rows += [["Measurement 1:"], ["Measurement mode: Absorbance"]]
        rows += [["Measurement 2:"], ["Measurement mode: Fluorescence"]]
        od, light = read_plates(workbook(tmp_path, Magellan_Sheet_1=rows))
        assert (od.unit, light.unit) == ("OD", "RFU")
        assert names((od, light)) == ["OD485", "GFP"]
        assert [well.flag for well in light.wells] == ["", "OVER"]

    def test_times_above_the_wells_of_magellan_name_its_readings(self, tmp_path):
        rows = [["Raw data", "Raw data", "Well positions"], ["0s", "120s", None]]
        rows += [["23.4 °C", "23.5 °C", None], [0.1, 0.2, "A1"], [0.3, 0.4, "B1"]]
        first, second = read_plates(workbook(tmp_path, Magellan_Sheet_1=rows))
        assert names((first, second)) == ["0s", "120s"]
        assert values(second) == {"A01": 0.2, "B01": 0.4}

    def test_german_headings_are_read(self, tmp_path):
        rows = [["Programm: Tecan i-control"], ["Platte", "Greiner 96 Flat [GRE96ft]"], []]
        rows += [
            ["Label: Label1"],
            ["Modus", "Absorption"],
            ["<>", 1, 2],
            ["A", 0.1, 0.2],
            ["B", 0.3, 0.4],
        ]
        (plate,) = read_plates(workbook(tmp_path, Blatt=rows))
        assert (plate.size, plate.unit) == (96, "OD")
        assert values(plate) == {"A01": 0.1, "A02": 0.2, "B01": 0.3, "B02": 0.4}

    def test_cycles_may_be_rows_of_a_text(self, tmp_path):
        lines = [
            "Application: Tecan i-control,,,,",
            "Mode,,,,Absorbance",
            "",
            "OD600:600,,,,",
            "Cycle Nr.,Time [s],Temp. [°C],A1,B1",
            "1,0,37.2,0.1,0.3",
            "2,300,37,0.4,OVER",
            "",
            "End Time:,9:10:00",
        ]
        first, second = read_plates(text(tmp_path, lines, "export.csv"))
        assert names((first, second)) == ["cycle 1 at 0 s", "cycle 2 at 300 s"]
        assert (values(first), values(second)) == ({"A01": 0.1, "B01": 0.3}, {"A01": 0.4})

    def test_several_reads_of_a_well_give_their_mean(self, tmp_path):
        rows = [["Application: Tecan i-control"], ["Label: Label1"], ["Mode", "Absorbance"]]
        for well, means in (("A1", (0.11, 0.12)), ("A2", (0.21, 0.22))):
            rows += [["Cycles / Well"], [well, 1, 2], ["Time [s]", 0, 60], ["Temp. [°C]", 37, 37]]
            rows += [["Mean", *means], ["StDev", 0.01, 0.01], ["1;2", 0.1, 0.1], []]
        first, second = read_plates(workbook(tmp_path, Sheet1=rows))
        assert values(first) == {"A01": 0.11, "A02": 0.21}
        assert names((first, second)) == ["cycle 1 at 0 s", "cycle 2 at 60 s"]

    def test_a_block_of_several_reads_without_a_mean_is_refused(self, tmp_path):
        rows = [["Application: Tecan i-control"], ["Cycles / Well"], ["A1", 1], ["1;2", 0.1]]
        with pytest.raises(InputError, match="has no well or no mean"):
            read_plates(workbook(tmp_path, Sheet1=rows))


ENVISION = "Plate,Repeat,Barcode,Label,Measinfo,Kinetics,"


class TestEnVision:
    def test_kinetic_points_and_repeats_are_readings_of_their_plate(self, tmp_path):
        lines = []
        for repeat, point, first in ((1, 0, 10), (1, 1, 20), (2, 0, 30)):
            lines += ["Plate information", ENVISION, f"1,{repeat},,FI(1),De=1st,{point},", ""]
            lines += ["Results for FI(1) (Counts)", ",01,02,03,", f"A,{first},1,2,", "B,3,,5,", ""]
        lines += ["Basic assay information", "Number of the wells in the plate,,,,6"]
        plates = read_plates(text(tmp_path, lines, "export.csv"))
        assert names(plates) == ["", "kinetic point 1", "repeat 2"]
        assert [values(plate)["A01"] for plate in plates] == [10, 20, 30]
        assert {plate.reading_of for plate in plates} == {"plate '1'"}
        assert (plates[0].unit, plates[0].size) == ("counts", 6)

    def test_a_grid_without_letters_and_with_rows_left_out_is_refused(self, tmp_path):
        lines = ["Plate information", ENVISION, "1,1,,FI(1),De=1st,0,", ""]
        lines += [",".join("123456789012") + ","] * 3
        lines += ["", "Basic assay information", "Number of the wells in the plate,,,,96"]
        with pytest.raises(InputError) as error:
            read_plates(text(tmp_path, lines, "export.csv"))
        assert str(error.value) == (
            "export.csv, line 5: a block without row letters has 3 rows and 12 columns, unlike a "
            "plate of 96 wells. Export with row letters and column numbers (format Plate2 of the "
            "EnVision)."
        )


def test_two_blocks_of_raw_data_of_mars_are_readings_and_others_are_named(tmp_path):
    lines = ["User: USER,Path: C:\\data,Test run no.: 1", "Test name: x,Date: 1/2/2026", ""]
    lines += ["Fluorescence (FI)", ""]
    for title, first in (
        ("1. Raw Data (485/520)", 10),
        ("2. Raw Data (540/590)", 20),
        ("Ratio", 0),
    ):
        lines += [title, "", ",1,2,3", f"A,{first},2,3", "B,4,5,6", ""]
    plates = read_plates(text(tmp_path, lines, "export.csv"))
    assert names(plates) == ["1. Raw Data (485/520)", "2. Raw Data (540/590)"]
    assert [values(plate)["A01"] for plate in plates] == [10, 20]
    assert {plate.reading_of for plate in plates} == {"one plate"}
    assert plates[0].unused == ("block 'Ratio'",)


def asm(measurements, technique="plate reader", **around):
    documents = [
        {"measurement aggregate document": {**around, "measurement document": [one]}}
        for one in measurements
    ]
    return {
        "$asm.manifest": "http://purl.allotrope.org/manifests/x",
        f"{technique} aggregate document": {f"{technique} document": documents},
    }


def measurement(well, plate="P1", **quantities):
    sample = {"location identifier": well, "well plate identifier": plate}
    return {"sample document": sample} | {
        name.replace("_", " "): {"value": value, "unit": unit}
        for name, (value, unit) in quantities.items()
    }


class TestAsm:
    def read(self, folder, document, name="export.json"):
        path = folder / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return read_plates(path)

    def test_two_plates_stay_apart_and_a_second_value_of_a_well_is_a_repeat(self, tmp_path):
        document = asm(
            [
                measurement("A1", absorbance=(0.1, "mAU")),
                measurement("A1", absorbance=(0.2, "mAU")),
                measurement("A2", absorbance=(0.3, "mAU")),
                measurement("A1", "P2", absorbance=(0.4, "mAU")),
            ]
        )
        plates = self.read(tmp_path, document)
        assert names(plates) == ["P1 repeat 1", "P1 repeat 2", "P2 repeat 1"]
        assert [values(plate) for plate in plates] == [
            {"A01": 0.1, "A02": 0.3},
            {"A01": 0.2},
            {"A01": 0.4},
        ]
        assert [plate.reading_of for plate in plates] == ["plate 'P1'", "plate 'P1'", ""]

    def test_analytes_of_a_bead_assay_are_readings(self, tmp_path):
        one = measurement("B3")
        one["analyte aggregate document"] = {
            "analyte document": [
                {"analyte name": "IL-6", "fluorescence": {"value": 120.5, "unit": "RFU"}},
                {"analyte name": "TNF", "fluorescence": {"value": 8, "unit": "RFU"}},
            ]
        }
        plates = self.read(tmp_path, asm([one], "multi analyte profiling"))
        assert names(plates) == ["IL-6 fluorescence", "TNF fluorescence"]
        assert [values(plate) for plate in plates] == [{"B03": 120.5}, {"B03": 8}]

    def test_counts_have_the_unit_counts(self, tmp_path):
        (plate,) = self.read(tmp_path, asm([measurement("A1", counts=(4630, "#"))]))
        assert (plate.unit, values(plate)) == ("counts", {"A01": 4630})

    @pytest.mark.parametrize("value", [None, "N/A"])
    def test_a_measurement_without_a_number_is_a_well_without_a_reading(self, tmp_path, value):
        ones = [
            measurement("A1", luminescence=(value, "RLU")),
            measurement("A2", luminescence=(5, "RLU")),
        ]
        (plate,) = self.read(tmp_path, asm(ones))
        assert math.isnan(plate.wells[0].value) and values(plate) == {"A02": 5}

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda text: text[: len(text) // 2], "is not complete JSON"),
            (lambda text: text.replace("0.1", '"high"'), "'high' is not a number"),
            (lambda text: text.replace("0.1", "1e999"), "too large to be a reading"),
            (lambda text: text.replace("A1", "vial 1"), "contains no reading of a well"),
            (lambda text: text.replace("0.1", "NaN1"), "is not complete JSON"),
        ],
    )
    def test_a_damaged_document_is_refused(self, tmp_path, change, sentence):
        whole = json.dumps(asm([measurement("A1", absorbance=(0.1, "mAU"))] * 2))
        path = tmp_path / "export.json"
        path.write_text(change(whole), encoding="utf-8")
        with pytest.raises(InputError, match=sentence):
            read_plates(path, reader="asm_json")

    def test_two_units_of_one_quantity_are_refused(self, tmp_path):
        ones = [measurement("A1", absorbance=(1, "mAU")), measurement("A2", absorbance=(1, "OD"))]
        with pytest.raises(InputError, match="'absorbance' has two units, OD and mAU"):
            self.read(tmp_path, asm(ones))


def two_plates_two_reads():
    """Each plate of two has a reading of 600 nm and one of 485,528."""
    lines = []
    for number in (1, 2):
        lines += gen5(
            "Results",
            COLUMNS,
            f"A\t{number}.1\t{number}.2\t{number}.3\t600",
            f"\t{number}01\t{number}02\t{number}03\t485,528",
            read=("Read\tAbsorbance Endpoint", "Read\tFluorescence Endpoint"),
            plate=f"Plate {number}",
        )[4 if number > 1 else 0 :]
        lines += [""]
    return lines


def test_a_reading_is_chosen_for_all_plates_of_a_file(tmp_path):
    plates = read_plates(text(tmp_path, two_plates_two_reads()))
    assert names(plates) == [
        "Plate 1 600",
        "Plate 1 485,528",
        "Plate 2 600",
        "Plate 2 485,528",
    ]
    chosen = chosen_plates(plates, "485,528", "export.txt")
    assert [values(plate)["A01"] for plate in chosen] == [101, 201]
    assert chosen[0].unused[-1] == "plates 'export Plate 1 600', 'export Plate 2 600'"
    (one,) = chosen_plates(plates, "3", "export.txt")
    assert values(one)["A01"] == 2.1
    with pytest.raises(InputError, match="contains 2 readings of plate 'Plate 1'"):
        chosen_plates(plates, "", "export.txt")


def test_a_screen_takes_one_reading_of_every_plate(tmp_path):
    file = str(text(tmp_path, two_plates_two_reads()))
    layout = tmp_path / "layout.toml"
    layout.write_text(
        'plate = 6\n[[block]]\nwells = "A1"\nrole = "total"\n'
        '[[block]]\nwells = "A2"\nrole = "non_specific"\n'
        '[[block]]\nwells = "A3"\nrole = "competition"\ncompound = "x"\nconcentration = "1 uM"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="Choose one: --plate with the name of the reading"):
        run_screen(ScreenOptions((file,), layout=str(layout)))
    with pytest.raises(InputError, match=r"[Nn]o reading is called '700'"):
        run_screen(ScreenOptions((file,), layout=str(layout), plate="700"))


def test_a_file_that_ends_within_a_plate_has_a_note(tmp_path):
    lines = ["User: USER,Path: C:\\data,Test run no.: 1", "Test name: x,Date: 1/2/2026", ""]
    lines += ["Absorbance", "", "Raw Data (450)", "", ",1,2,3,4,5,6,7,8,9,10,11,12"]
    lines += [f"{row}," + ",".join("0.5" for _ in range(12)) for row in "ABCDEFGH"]
    (whole,) = read_plates(text(tmp_path, lines, "whole.csv"))
    (cut,) = read_plates(text(tmp_path, lines[:-3], "cut.csv"))
    (left_out,) = read_plates(text(tmp_path, [*lines[:-3], "end of the export"], "more.csv"))
    note = "the file ends with row E of a plate of 8 rows; export it again if it was cut off"
    assert note in cut.notes
    assert note not in whole.notes and note not in left_out.notes
    assert len(values(cut)) == len(values(left_out)) == 60
