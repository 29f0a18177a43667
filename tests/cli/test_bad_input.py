"""Bad input: one clear sentence, exit code 3, no partial output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import tricyclic
from tricyclic.cli.main import main

SHIPPED = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
PLATE = (SHIPPED / "raw" / "net_run1.csv").read_text(encoding="utf-8")
LAYOUT = (SHIPPED / "layouts" / "net.toml").read_text(encoding="utf-8")
GIVEN = ["--protocol", "net-nisoxetine", "--radioligand-nM", "1.0", "--kd-nM", "0.8"]


def ki_of(folder, plate=PLATE, layout=LAYOUT, given=GIVEN, name="plate.csv"):
    (folder / name).write_bytes(plate if isinstance(plate, bytes) else plate.encode("utf-8"))
    (folder / "layout.toml").write_text(layout, encoding="utf-8")
    out = folder / "out" / "report.html"
    args = [
        "binding",
        "affinity",
        str(folder / name),
        "--layout",
        str(folder / "layout.toml"),
        *given,
        "--out",
        str(out),
    ]
    return CliRunner().invoke(main, [*args, "--quiet"])


def refused(result, folder, *words):
    assert result.exit_code == 3, result.output
    message = result.stderr.strip()
    assert len(message.splitlines()) == 1, message
    assert message.endswith((".", "?", "…"))
    assert "Traceback" not in message and "Error" not in message.split(" ")[0]
    for word in words:
        assert word in message, f"'{word}' is not in: {message}"
    assert result.stdout == ""
    assert not (folder / "out").exists()


BAD_PLATES = {
    "negative counts": (PLATE.replace("\nB,", "\nB,-"), ["B01", "counts are -", "0 or more"]),
    "an empty file": ("", ["plate.csv", "empty"]),
    "only blank lines": ("\n\n   \n", ["plate.csv", "empty"]),
    "a row too many": (PLATE + "I,1,2,3,4,5,6,7,8,9,10,11,12\n", ["plate"]),
    "a word where a count should be": (PLATE.replace("\nA,", "\nA,many"), ["plate.csv"]),
    "all wells equal": (
        "\n".join(
            f"{line[:2]}{','.join(['100'] * 12)}"
            if line[:2] in {f"{r}," for r in "ABCDEFGH"}
            else line
            for line in PLATE.splitlines()
        ),
        ["100"],
    ),
    "counts that can be read in two ways": (
        PLATE.replace(".", ",").replace(",1,2,3,4,5", ";1;2;3;4;5"),
        ["plate.csv"],
    ),
    "duplicate wells": ("well,cpm\nA01,100\nA02,101\nA1,103\n", ["A01", "twice"]),
    "no text at all": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01", ["plate.csv"]),
    "a file cut off in the middle of a line": (PLATE[:260], ["plate"]),
}


@pytest.mark.parametrize("what", BAD_PLATES)
def test_a_plate_with(what, tmp_path):
    plate, words = BAD_PLATES[what]
    refused(ki_of(tmp_path, plate), tmp_path, *words)


BAD_LAYOUTS = {
    "no non-specific wells": (
        LAYOUT.replace('role = "non_specific"', 'role = "empty"'),
        ["non_specific"],
    ),
    "no total wells": (LAYOUT.replace('role = "total"', 'role = "empty"'), ["total"]),
    "another plate size": (LAYOUT.replace("plate = 96", "plate = 384"), ["96", "384"]),
    "a plate of an unusual size": (LAYOUT.replace("plate = 96", "plate = 97"), ["97"]),
    "concentration 0": (
        LAYOUT.replace(
            'top = "3 uM"\ndilution = 3.1623', 'concentrations = ["0 nM"' + ', "1 nM"' * 11 + "]"
        ),
        ["0"],
    ),
    "a wrong unit": (LAYOUT.replace("3 uM", "3 uN"), ["uN", "not a known unit"]),
    "a unit that is no concentration": (LAYOUT.replace("3 uM", "3 min"), ["min"]),
    "a concentration without a unit": (LAYOUT.replace('"3 uM"', '"3"'), ["unit"]),
    "an unknown key": (
        LAYOUT.replace("dilution", "diluton"),
        ["diluton", "Did you mean 'dilution'"],
    ),
    "an unknown role": (LAYOUT.replace('"total"', '"totall"'), ["totall", "total"]),
    "wells that the plate does not have": (LAYOUT.replace("E1:E3", "E1:E15"), ["E1"]),
    "no TOML": ("plate 96", ["layout.toml", "TOML"]),
}


@pytest.mark.parametrize("what", BAD_LAYOUTS)
def test_a_layout_with(what, tmp_path):
    layout, words = BAD_LAYOUTS[what]
    refused(ki_of(tmp_path, layout=layout), tmp_path, *words)


BAD_OPTIONS = {
    "no Kd": (["--target", "NET", "--radioligand-nM", "1"], ["Kd", "Provide --kd-nM"]),
    "no radioligand": (["--target", "NET", "--kd-nM", "0.8"], ["radioligand"]),
    "a Kd of another kind": ([*GIVEN, "--kd-nM", "0.8 min"], ["min", "concentration"]),
    "a Kd of 0": ([*GIVEN, "--kd-nM", "0"], ["above 0"]),
    "a negative radioligand": ([*GIVEN, "--radioligand-nM", "-1"], ["above 0"]),
    "an efficiency in percent without the sign": ([*GIVEN, "--efficiency", "45"], ["at most 1"]),
    "a protocol that does not exist": (
        ["--protocol", "net-nisoxetin"],
        ["Did you mean 'net-nisoxetine'"],
    ),
    "a protocol of another kind": (
        ["--protocol", "beta1-iodopindolol"],
        ["Provide --radioligand-nM"],
    ),
    "a curve model that does not exist": (
        [*GIVEN, "--model", "one_site_competiton"],
        ["Did you mean 'one_site_competition'"],
    ),
    "a confidence of 95": ([*GIVEN, "--confidence", "95"], ["0.95"]),
    "an invalid date": ([*GIVEN, "--assay-date", "12.03.2026"], ["year-month-day"]),
    "a report in another format": ([*GIVEN, "--out", "report.docx"], [".html"]),
}


@pytest.mark.parametrize("what", BAD_OPTIONS)
def test_an_option_with(what, tmp_path):
    given, words = BAD_OPTIONS[what]
    layout = LAYOUT
    if what == "no radioligand":
        layout = layout.replace('role = "added"', 'role = "empty"')
    result = ki_of(tmp_path, given=given, layout=layout)
    if what == "a report in another format":
        (tmp_path / "layout.toml").write_text(LAYOUT)
        args = [
            "binding",
            "affinity",
            str(tmp_path / "plate.csv"),
            "--layout",
            str(tmp_path / "layout.toml"),
            *given,
        ]
        result = CliRunner().invoke(main, args)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    refused(result, tmp_path, *words)


@pytest.mark.parametrize("missing", ["plate", "layout"])
def test_a_missing_file_is_named(missing, tmp_path):
    (tmp_path / "plate.csv").write_text(PLATE)
    (tmp_path / "layout.toml").write_text(LAYOUT)
    file = tmp_path / ("plate.csv" if missing == "plate" else "layout.toml")
    file.unlink()
    args = [
        "binding",
        "affinity",
        str(tmp_path / "plate.csv"),
        "--layout",
        str(tmp_path / "layout.toml"),
        *GIVEN,
    ]
    refused(CliRunner().invoke(main, args), tmp_path, file.name)


def test_an_error_is_also_a_json_document(tmp_path):
    (tmp_path / "plate.csv").write_text("")
    args = ["binding", "affinity", str(tmp_path / "plate.csv"), *GIVEN, "--json"]
    result = CliRunner().invoke(main, args)
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"]) == (3, 3)
    assert "empty" in document["error"]


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(SHIPPED, folder)
    return folder


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


BAD_STUDIES = {
    "an unknown key": (
        "study.toml",
        'author = "',
        'auther = "',
        ["study.toml", "auther", "Did you mean 'author'"],
    ),
    "a raw file that does not exist": (
        "study.toml",
        "raw/net_run1.csv",
        "raw/net_run9.csv",
        ["raw/net_run9.csv"],
    ),
    "a wrong unit": (
        "study.toml",
        'unit = "nM", se = 0.06',
        'unit = "nN", se = 0.06',
        ["assay 'NET'", "nN"],
    ),
    "an unknown protocol": (
        "study.toml",
        '"net-nisoxetine"',
        '"net-nisoxetin"',
        ["NET", "Did you mean"],
    ),
    "an exclusion of a well that does not exist": (
        "exclusions.csv",
        ":C05",
        ":C99",
        ["exclusions.csv", "C99"],
    ),
    "an exclusion without a reason": ("exclusions.csv", '"filter torn', '"","', ["exclusions.csv"]),
    "an exclusion of an unknown file": (
        "exclusions.csv",
        "net_run2",
        "net_run7",
        ["exclusions.csv", "net_run7"],
    ),
    "a negative count": (
        "raw/sert_run2.csv",
        "A01,",
        "A01,-",
        ["raw/sert_run2.csv", "A01", "0 or more"],
    ),
    "a layout of another plate": ("layouts/dat.toml", "plate = 96", "plate = 384", ["384"]),
}


@pytest.mark.parametrize("what", BAD_STUDIES)
def test_a_study_with(what, study):
    file, old, new, words = BAD_STUDIES[what]
    edit(study / file, old, new)
    before = sorted(path.name for path in study.iterdir())
    result = CliRunner().invoke(main, ["run", str(study), "--quiet"])
    refused(result, study, *words)
    assert sorted(path.name for path in study.iterdir()) == before


def test_the_error_for_a_missing_study_shows_how_to_create_one(tmp_path):
    refused(
        CliRunner().invoke(main, ["run", str(tmp_path / "none")]), tmp_path, "tricyclic study new"
    )


def test_a_new_study_does_not_replace_an_old_one(study):
    before = (study / "study.toml").read_bytes()
    refused(CliRunner().invoke(main, ["new", "binding", str(study)]), study, "not empty")
    assert (study / "study.toml").read_bytes() == before


def sentence_of(*args):
    result = CliRunner().invoke(main, [*args, "--quiet"])
    assert result.exit_code == 3, result.output
    return result.stderr.strip()


def test_a_file_named_like_an_option_keeps_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    columns = ["--y", "a", "--x", "concentration_M=b:nM"]
    assert sentence_of("fit", "folder", "--curve", "logistic_4pl", *columns) == (
        "folder: is a folder. Name a file in this folder."
    )


def test_an_empty_name_is_refused_with_its_argument():
    assert sentence_of("study", "run", "") == "STUDY: is empty. Add the name of a file or folder."


def test_a_name_that_the_operating_system_refuses_is_bad_input():
    name = "x" * 300
    assert sentence_of("study", "run", name) == (
        f"{name}: the operating system reports: File name too long. Check the name, the "
        "permissions and the free space."
    )


def test_a_name_with_a_line_break_gives_one_line():
    assert sentence_of("read", "a\nb.csv") == (
        r"a\nb.csv: does not exist. Check the name and the folder."
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_to_a_full_disk_is_reported_in_a_sentence(unbuffered):
    command = ["convert", "1 nM", "uM"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-c", "from tricyclic.cli.main import main; main()", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            # Without a buffer nothing is left to be written at the end of Python.
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert run.returncode == 3
    assert run.stderr == (
        "The operating system reports: No space left on device. Check the name, the permissions "
        "and the free space.\n"
    )


def test_a_program_without_standard_output_still_runs(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit) as end:
        main(["convert", "1 nM", "uM"])
    assert end.value.code == 0
