"""Chromatograms are shown, tabulated and drawn as they were read, in the shell and in Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile
from tricyclic.plotting.chromatogram import channel_panels, envelope

SAMPLES = Path(__file__).parents[2] / "golden" / "chromatograms"
SHIMADZU = SAMPLES / "shimadzu_text__two_detectors.txt"


def call(*arguments):
    return CliRunner().invoke(main, ["read", *map(str, arguments)])


def test_traces_and_integrated_peaks_are_printed():
    lines = call(SHIMADZU).stdout.splitlines()
    assert lines[1].strip() == (
        "sample unknown 1   24.11.2026 10:11:00   method NE.lcm   20 uL injected"
    )
    assert lines[2].startswith(
        "chromatogram Detector A-Ch1   121 readings   0 to 12 min, every 6 s"
    )
    assert lines[3].endswith("(unit unknown)")
    text = "\n".join(lines)
    assert "peaks of Detector A-Ch1, as the program integrated them" in text
    assert "area [uV s]" in text and "area [?]" in text
    assert "not used  empty section 'LC Chromatogram(Detector C-Ch1)'" in text


def test_json_has_every_reading():
    document = json.loads(call(SHIMADZU, "--json").stdout)["result"]
    (injection,) = document["injections"]
    assert [len(trace["signal"]) for trace in injection["traces"]] == [121, 121]
    assert [item["kind"] for item in document["items"]] == ["chromatogram", "chromatogram"]


def test_files_and_folders_are_read_together(tmp_path):
    shutil.copytree(SAMPLES / "chemstation.D", tmp_path / "one.D")
    done = call(SAMPLES / "empower_arw__cr.arw", tmp_path / "one.D", "--plot", tmp_path / "a.png")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("2 files   read by empower_arw, agilent_ch")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_result_gives_tables_of_traces_readings_and_peaks():
    shown = tca.read_file(SAMPLES / "chemstation.D")
    assert shown.frame_names == ("chromatograms", "readings", "vendor_peaks")
    traces, readings, peaks = (shown.to_frame(name) for name in shown.frame_names)
    assert traces["readings"].tolist() == [121] and len(readings) == 121
    assert readings["unit"].unique().tolist() == ["pA"]
    assert peaks["name"].tolist() == ["norepinephrine", "DHBA", ""]
    assert peaks["area_unit"].tolist() == ["pA s"] * 3


def test_python_reads_what_the_shell_shows():
    (injection,) = tca.read_chromatograms(SHIMADZU)
    assert tca.read_file(SHIMADZU).injections[0].traces[0].name == injection.traces[0].name
    with pytest.raises(tca.InputError, match=r"Omit unit="):
        tca.read_file(SHIMADZU, unit="cpm")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((SHIMADZU, "--unit", "cpm"), "--unit: has no effect here."),
        ((SAMPLES / "chromatogram_table__long.csv", "--time-unit", "s"), "--time-unit: has no"),
        ((SHIMADZU, "--reader", "empower_arw"), "shimadzu_text__two_detectors.txt: "),
        ((SAMPLES / "nothing.ch",), "does not exist"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(arguments, sentence):
    done = call(*arguments)
    assert done.exit_code == 3 and sentence in done.stderr and "Traceback" not in done.stderr


def test_an_empty_folder_is_refused(tmp_path):
    done = call(tmp_path)
    assert done.exit_code == 3
    assert "contains no file with chromatograms." in done.stderr


def test_commas_in_numbers_and_between_cells_are_refused(tmp_path):
    rows = [f"{k / 10:.2f},{k * 1.5:.3f}".replace(".", ",") for k in range(20)]
    path = tmp_path / "locale.csv"
    path.write_text("\n".join(["time,signal", *rows]) + "\n", encoding="utf-8")
    done = call(path, "--reader", "chromatogram_table")
    assert done.exit_code == 3
    assert done.stderr.strip() == (
        "locale.csv, line 2: has 2 headings above 4 columns. A comma in a number cannot be "
        "distinguished from one between cells. Export the file again with semicolons or tabs "
        "between the cells."
    )


def test_a_missing_reading_is_left_out_with_its_line_and_is_not_zero(tmp_path):
    rows = [f"{k / 10:.1f},{'n.a.' if k == 7 else k + 5}" for k in range(30)]
    path = tmp_path / "gap.csv"
    path.write_text("\n".join(["time (min),ED (nA)", *rows]) + "\n", encoding="utf-8")
    (injection,) = tca.read_chromatograms(path)
    (trace,) = injection.traces
    assert len(trace) == 29 and trace.signal.min() == 5.0 and not trace.evenly_spaced
    assert "1 time without a reading left out (line 9)" in injection.notes


def test_sheets_of_a_workbook_are_injections_and_texts_that_may_be_grouped_are_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "std 1"
    for sheet in (book.active, book.create_sheet("std 2")):
        sheet.append(["time (min)", "ED (nA)"])
        for k in range(30):
            sheet.append([k / 10, 1.5 * k])
    path = tmp_path / "run.xlsx"
    book.save(path)
    injections = tca.read_chromatograms(path)
    assert [(one.file, one.sample) for one in injections] == [
        ("run.xlsx [std 1]", "std 1"),
        ("run.xlsx [std 2]", "std 2"),
    ]
    book["std 2"]["B9"] = "1,234"
    book.save(path)
    with pytest.raises(tca.InputError, match=r"row 9: '1,234' is a text and may be 1234 or 1\.234"):
        tca.read_chromatograms(path)


def test_a_word_among_the_first_readings_is_refused_with_its_line(tmp_path):
    rows = [f"{k / 10:.1f},{'spike' if k == 2 else k + 5}" for k in range(30)]
    path = tmp_path / "word.csv"
    path.write_text("\n".join(["time (min),ED (nA)", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(tca.InputError, match=r"word\.csv, line 4: 'spike' is not a number\."):
        tca.read_chromatograms(path)


def test_the_line_of_many_readings_keeps_its_extremes():
    rng = np.random.default_rng(3)
    times = np.arange(40_000) / 1000
    signal = rng.normal(size=times.size)
    signal[12_345] = 50.0
    x, y = envelope(Chromatogram("ED", times, signal))
    assert x.size < 3000 and y.max() == 50.0 and y.min() == signal.min()
    assert x[np.argmax(y)] == times[12_345]
    assert x[0] == times[0] and x[-1] == times[-1]


def test_injections_of_one_channel_share_a_panel():
    def injection(file, sample):
        traces = tuple(
            Chromatogram(name, [0, 1], [0, 1], unit, sample=sample)
            for name, unit in (("FID", "pA"), ("TCD", "uV"))
        )
        return ChromatogramFile(file, traces)

    panels = channel_panels([injection("a.D", "std 1"), injection("b.D", "std 1")])
    assert [(panel.name, panel.unit, len(panel.traces)) for panel in panels] == [
        ("FID", "pA", 2),
        ("TCD", "uV", 2),
    ]
    # Samples of the same name are distinguished by their files.
    assert panels[0].labels == ("a.D", "b.D")
