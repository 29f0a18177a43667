"""Every command prints or writes its tables with --format, and JSON with --format json."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

import tricyclic as tca
from tricyclic.reports.frame_files import frame_bytes, markdown_table
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.commands import COMMANDS

PLATE = """,1,2,3,4,5,6,7,8,9,10,11,12
A,2029,2114,2022,2079,2035,1965,116,129,130,134,114,122
B,125,123,148,156,226,439,906,1373,1854,1812,2082,1990
C,128,123,146,164,252,427,861,1460,1721,1796,1998,1975
D,122,123,130,158,227,452,871,1399,1712,1955,2037,2019
"""
LAYOUT = """plate = 96
[[block]]
wells = "A1:A6"
role = "total"
[[block]]
wells = "A7:A12"
role = "non_specific"
[[block]]
wells = "B1:D12"
role = "competition"
compound = "desipramine"
top = "3 uM"
dilution = 3.16
direction = "across"
"""


@pytest.fixture
def call(capsysbinary):
    """Run the command line; gives exit code, standard output and standard error."""
    from tricyclic.cli.main import main

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        out, err = capsysbinary.readouterr()
        return int(end.value.code), out.decode(), err.decode()

    return run


@pytest.fixture
def plate(tmp_path, monkeypatch):
    """A folder with a plate and its layout, and the command that analyses it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.csv").write_text(PLATE, encoding="utf-8")
    (tmp_path / "plate.toml").write_text(LAYOUT, encoding="utf-8")
    options = ["--layout", "plate.toml", "--unit", "cpm", "--radioligand-nM", "1", "--kd-nM", "0.8"]
    return ["binding", "affinity", "net.csv", *options]


def test_every_command_has_the_same_options_for_its_output(call):
    for command in COMMANDS:
        code, text, _ = call(*command.full_name.split(), "--help")
        assert code == 0
        for option in ("-o, --out", "--format", "--frame", "--json"):
            assert option in text, f"{command.full_name} lacks {option}"


def test_csv_has_the_cells_of_the_data_frame_with_all_digits(plate, call):
    code, text, _ = call(*plate, "--format", "csv")
    assert code in (0, 4)
    rows = list(csv.DictReader(io.StringIO(text)))
    frame = tca.affinity(
        "net.csv", layout="plate.toml", unit="cpm", radioligand_nM=1.0, kd_nM=0.8
    ).to_frame()
    assert list(rows[0]) == list(frame.columns)
    assert len(rows) == len(frame)
    numbers = frame.select_dtypes("number").columns
    assert len(numbers) > 3
    for name in numbers:
        for row, value in zip(rows, frame[name], strict=True):
            assert (row[name] == "") if value != value else float(row[name]) == value


def test_a_table_is_chosen_by_name_and_a_wrong_name_is_refused_with_the_names(plate, call):
    code, text, _ = call(*plate, "--format", "csv", "--frame", "readings")
    assert code in (0, 4)
    assert len(text.splitlines()) > 40
    code, _, error = call(*plate, "--format", "csv", "--frame", "reading")
    assert code == 3
    assert "--frame: no table of this result is called 'reading'. Did you mean 'readings'?" in error


def test_a_workbook_has_a_sheet_for_each_table_and_numbers_in_its_cells(plate, call, tmp_path):
    code, text, error = call(*plate, "--format", "xlsx", "--out", "results.xlsx")
    assert code in (0, 4)
    assert text == ""
    assert "written  results.xlsx" in error
    book = openpyxl.load_workbook(tmp_path / "results.xlsx")
    assert book.sheetnames[0] == "results"
    assert {"readings", "checks"} <= set(book.sheetnames)
    cells = [cell.value for row in book["results"].iter_rows(min_row=2) for cell in row]
    assert any(isinstance(value, float) for value in cells)


def test_a_workbook_needs_a_file(call):
    code, _, error = call("curves", "models", "--format", "xlsx")
    assert code == 3
    assert error.strip() == "--format: a workbook is written to a file. Add --out FILE.xlsx."


@pytest.mark.parametrize("suffix", ["csv", "md", "xlsx", "json"])
def test_the_suffix_chooses_the_format_where_a_command_has_no_files(suffix, call, tmp_path):
    place = tmp_path / f"models.{suffix}"
    code, text, _ = call("curves", "models", "-o", str(place))
    assert (code, text) == (0, "")
    if suffix == "csv":
        assert place.read_bytes() == frame_bytes(tca.curve_models(), "csv")
    elif suffix == "json":
        assert json.loads(place.read_text(encoding="utf-8"))["schema"].startswith("tricyclic-")
    else:
        assert place.stat().st_size > 500


def test_a_file_of_another_kind_is_refused_before_anything_runs(call, tmp_path):
    code, _, error = call("curves", "models", "-o", str(tmp_path / "models.docx"))
    assert code == 3
    assert "It is one of .csv, .md, .xlsx, .json." in error


def test_json_is_the_same_with_its_short_option(call):
    assert call("convert", "5 nM", "pM", "--json") == call(
        "convert", "5 nM", "pM", "--format", "json"
    )


@pytest.mark.parametrize("options", [["--json"], ["--format", "json"], ["--format=json"]])
def test_errors_are_json_where_json_was_wanted(options, call):
    code, text, _ = call("convert", "5 nM", "kg", *options)
    assert code == 3
    assert json.loads(text)["exit_code"] == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--json", "--format", "csv"], "--json is short for --format json, and --format is csv."),
        (["--frame", "models"], "--frame: has no effect here."),
        (["--format", "text", "-o", "x.csv"], "--out: has no effect with --format text."),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, sentence, call):
    code, out, error = call("curves", "models", *options)
    assert code == 3
    assert error.startswith(sentence), out


def test_markdown_is_a_table_of_github_with_numbers_at_the_right():
    text = markdown_table(
        ["name", "value_nM"],
        [("a|b", 0.8311111), ("_x_ y_z", None), ("c", 12345.678), ("d", float("inf")), ("e", 3)],
    )
    assert text.splitlines() == [
        "| name      | value_nM |",
        "| --------- | -------: |",
        "| a\\|b      |   0.8311 |",
        "| \\_x\\_ y_z |          |",
        "| c         |    12350 |",
        "| d         |      inf |",
        "| e         |        3 |",
    ]


def test_every_result_has_tables():
    from tricyclic.reports.frames import RENDERERS as frames
    from tricyclic.reports.text import RENDERERS as texts

    # A demo is a study that was run.
    assert set(texts) - set(frames) <= {"DemoResult"}


STANDARDS = "sample,conc,OD_1,OD_2\n" + "".join(
    f"std,{c},{0.1 + 0.01 * c + 0.002 * (c % 3):.4f},{0.1 + 0.0101 * c:.4f}\n"
    for c in (0, 5, 10, 20, 40, 80)
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "md"])
def test_out_of_a_command_with_a_folder_may_be_the_file_of_a_table(call, tmp_path, suffix):
    (tmp_path / "s.csv").write_text(STANDARDS + "unknown,,0.5,spilled\n")
    options = ["--x", "conc:ng/mL", "--y", "OD_1", "--y", "OD_2", "--curve", "straight_line"]
    options = [str(tmp_path / "s.csv"), *options, "--sample", "sample"]
    place = tmp_path / f"result.{suffix}"
    code, _, error = call("curves", "interpolate", *options, "--out", str(place))
    assert code == 0, error
    _, printed, _ = call("curves", "interpolate", *options)
    # A word among the readings of a standard or sample is missing, and named.
    assert "1 cell of 'OD_2' without a number ('spilled'), as missing readings" in printed
    if suffix == "csv":
        _, same, _ = call("curves", "interpolate", *options, "--format", "csv")
        assert place.read_text(encoding="utf-8").split() == same.split()
    assert place.stat().st_size > 50


def test_the_commands_whose_out_is_a_folder_of_tables_declare_it():
    declared = {
        command.full_name
        for command in COMMANDS
        for field, info, _ in option_fields(command.load_options())
        if field.name == "out" and info.folder_of_tables
    }
    named = {
        command.full_name
        for command in COMMANDS
        for field, info, _ in option_fields(command.load_options())
        if field.name == "out" and "tables" in info.help and info.help.startswith("Folder")
    }
    # The ensemble of a calibration, which takes minutes, is no table.
    assert declared == (named | {"screen control-chart", "screen msr", "model validate"}) - {
        "model calibrate"
    }


@pytest.mark.parametrize("assay", ["glutamate"])
def test_out_of_a_virtual_assay_may_be_the_file_of_a_table(call, tmp_path, assay):
    place = tmp_path / "wells.csv"
    code, _, error = call("model", "virtual-assay", assay, "--out", str(place))
    assert code == 0, error
    assert place.read_text(encoding="utf-8").count("\n") > 1
