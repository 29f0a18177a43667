"""Bad input: one clear sentence, exit code 3, nothing written half-way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import tricyclic
from tricyclic.cli.main import main

SHIPPED = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
PLATE = (SHIPPED / "raw" / "net_run1.csv").read_text(encoding="utf-8")
LAYOUT = (SHIPPED / "layouts" / "net.toml").read_text(encoding="utf-8")
STATED = ["--protocol", "net-nisoxetine", "--radioligand-nM", "1.0", "--kd-nM", "0.8"]


def ki_of(folder, plate=PLATE, layout=LAYOUT, stated=STATED, name="plate.csv"):
    (folder / name).write_bytes(plate if isinstance(plate, bytes) else plate.encode("utf-8"))
    (folder / "layout.toml").write_text(layout, encoding="utf-8")
    out = folder / "out" / "report.html"
    args = [
        "affinity",
        str(folder / name),
        "--layout",
        str(folder / "layout.toml"),
        *stated,
        "--out",
        str(out),
    ]
    return CliRunner().invoke(main, [*args, "--quiet"])


def refused(result, folder, *words):
    assert result.exit_code == 3, result.output
    said = result.stderr.strip()
    assert len(said.splitlines()) == 1, said
    assert said.endswith((".", "?", "…"))
    assert "Traceback" not in said and "Error" not in said.split(" ")[0]
    for word in words:
        assert word in said, f"'{word}' is not in: {said}"
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
    "a plate of a size that nobody makes": (LAYOUT.replace("plate = 96", "plate = 97"), ["97"]),
    "a well in two roles": (LAYOUT.replace('wells = "A7:A12"', 'wells = "A6:A12"'), ["A06", "two"]),
    "concentration 0": (
        LAYOUT.replace(
            'top = "3 uM"\ndilution = 3.1623', 'concentrations = ["0 nM"' + ', "1 nM"' * 11 + "]"
        ),
        ["0"],
    ),
    "a wrong unit": (LAYOUT.replace("3 uM", "3 uN"), ["uN", "no unit"]),
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


BAD_STATEMENTS = {
    "no Kd": (["--target", "NET", "--radioligand-nM", "1"], ["Kd", "radioligand_kd_nM"]),
    "no radioligand": (["--target", "NET", "--kd-nM", "0.8"], ["radioligand"]),
    "a Kd of another kind": ([*STATED, "--kd-nM", "0.8 min"], ["min", "concentration"]),
    "a Kd of 0": ([*STATED, "--kd-nM", "0"], ["above 0"]),
    "a negative radioligand": ([*STATED, "--radioligand-nM", "-1"], ["above 0"]),
    "an efficiency in percent without the sign": ([*STATED, "--efficiency", "45"], ["at most 1"]),
    "a protocol that is not there": (
        ["--protocol", "net-nisoxetin"],
        ["Did you mean 'net-nisoxetine'"],
    ),
    "a protocol of another kind": (["--protocol", "beta1-iodopindolol"], ["saturation"]),
    "a curve that is not there": (
        [*STATED, "--model", "one_site_competiton"],
        ["Did you mean 'one_site_competition'"],
    ),
    "a confidence of 95": ([*STATED, "--confidence", "95"], ["0.95"]),
    "a day that is none": ([*STATED, "--assay-date", "12.03.2026"], ["year-month-day"]),
    "a report of another form": ([*STATED, "--out", "report.docx"], [".html"]),
}


@pytest.mark.parametrize("what", BAD_STATEMENTS)
def test_a_statement_with(what, tmp_path):
    stated, words = BAD_STATEMENTS[what]
    layout = LAYOUT
    if what == "no radioligand":
        layout = layout.replace('role = "added"', 'role = "empty"')
    result = ki_of(tmp_path, stated=stated, layout=layout)
    if what == "a report of another form":
        (tmp_path / "layout.toml").write_text(LAYOUT)
        args = [
            "affinity",
            str(tmp_path / "plate.csv"),
            "--layout",
            str(tmp_path / "layout.toml"),
            *stated,
        ]
        result = CliRunner().invoke(main, args)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    refused(result, tmp_path, *words)


@pytest.mark.parametrize("missing", ["plate", "layout"])
def test_a_file_that_is_not_there_is_named(missing, tmp_path):
    (tmp_path / "plate.csv").write_text(PLATE)
    (tmp_path / "layout.toml").write_text(LAYOUT)
    file = tmp_path / ("plate.csv" if missing == "plate" else "layout.toml")
    file.unlink()
    args = [
        "affinity",
        str(tmp_path / "plate.csv"),
        "--layout",
        str(tmp_path / "layout.toml"),
        *STATED,
    ]
    refused(CliRunner().invoke(main, args), tmp_path, file.name)


def test_a_sentence_is_also_a_json_document(tmp_path):
    (tmp_path / "plate.csv").write_text("")
    args = ["affinity", str(tmp_path / "plate.csv"), *STATED, "--json"]
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
    "a raw file that is not there": (
        "study.toml",
        "raw/net_run1.csv",
        "raw/net_run9.csv",
        ["raw/net_run9.csv"],
    ),
    "a wrong unit": (
        "study.toml",
        'unit = "nM", se = 0.06',
        'unit = "nN", se = 0.06',
        ["assay NET", "nN"],
    ),
    "an unknown protocol": (
        "study.toml",
        '"net-nisoxetine"',
        '"net-nisoxetin"',
        ["NET", "Did you mean"],
    ),
    "an exclusion of a well that is not there": (
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


def test_a_study_that_is_not_there_says_how_to_begin_one(tmp_path):
    refused(CliRunner().invoke(main, ["run", str(tmp_path / "none")]), tmp_path, "tricyclic new")


def test_a_new_study_does_not_go_over_an_old_one(study):
    before = (study / "study.toml").read_bytes()
    refused(CliRunner().invoke(main, ["new", "binding", str(study)]), study, "not empty")
    assert (study / "study.toml").read_bytes() == before
