"""Every file of a study that is a folder, a broken link, a device, empty or unreadable is refused
in one sentence.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import openpyxl
import pytest

import tricyclic
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.study.folder import read_study
from tricyclic.workflows.study.run import run_study

EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
FILES = ("study.toml", "exclusions.csv", "raw/net_run1.csv", "layouts/net.toml", "log.jsonl")


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(EXAMPLE, folder)
    return folder


def refusal(study) -> str:
    with pytest.raises(InputError) as caught:
        read_study(study, Library(""))
    return str(caught.value)


def replaced(study: Path, name: str, how: str) -> None:
    path = study / name
    path.unlink(missing_ok=True)
    if how == "folder":
        path.mkdir()
    elif how == "broken link":
        path.symlink_to(study / "nowhere.csv")
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("how", "part"),
    [
        ("folder", "is a folder. "),
        ("broken link", "is a link to a file that does not exist. "),
        ("pipe", "is a device or a pipe. It is a file on a disk. "),
        ("device", "is a device or a pipe. It is a file on a disk. "),
    ],
)
def test_something_else_than_a_file_is_refused(study, name, how, part):
    replaced(study, name, how)
    sentence = refusal(study)
    assert name in sentence
    assert f": {part}" in sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "exclusions.csv",
            (
                "exclusions.csv: is empty. Its first line is target,reason,who,when. Write this "
                "line, or delete the file, if nothing is excluded."
            ),
        ),
        (
            "raw/net_run1.csv",
            "net_run1.csv: the file is empty. Export it again from the instrument.",
        ),
    ],
)
def test_an_empty_file_is_refused(study, name, sentence):
    replaced(study, name, "empty")
    assert refusal(study).endswith(sentence)


def test_an_empty_layout_is_refused(study):
    replaced(study, "layouts/net.toml", "empty")
    assert "net.toml" in refusal(study)


def test_own_curves_that_are_no_folder_are_refused(study):
    (study / "curves").write_text("x", encoding="utf-8")
    assert refusal(study) == (
        "curves: is not a folder. It contains your own curve models, one file each. Rename it, or "
        "make a folder of it."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(study):
    (study / "exclusions.csv").chmod(0)
    assert "exclusions.csv: cannot be read (Permission denied)" in refusal(study)


def test_a_study_without_exclusions_and_log_is_read(study):
    (study / "exclusions.csv").unlink()
    assert read_study(study, Library("")).exclusions == ()


TABLE_STUDY = """
schema_version = 1
title = "Two compounds in one table"
[[assay]]
name = "A"
kind = "competition"
compound = "a"
[assay.conditions]
radioligand_nM = 1.0
radioligand_kd_nM = 1.0
[[assay.table]]
file = "raw/t.csv"
run = "1"
unit = "fmol/mg"
[assay.table.columns]
competitor = { column = "conc_nM", unit = "nM" }
response = "a_fmol_mg"
"""


def small_study(folder: Path, text: str = TABLE_STUDY) -> Path:
    (folder / "raw").mkdir()
    (folder / "study.toml").write_text(text, encoding="utf-8")
    rows = [
        f"{dose:g},{100 / (1 + dose):.3f},{90 / (1 + dose / 5):.3f},x"
        for dose in (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
    ]
    rows[3] = rows[3].replace(",x", ",").replace("50.000", "")
    (folder / "raw" / "t.csv").write_text(
        "conc_nM,a_fmol_mg,b_fmol_mg,remark\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return folder


def test_what_no_run_of_a_table_uses_is_named(tmp_path):
    prepared = read_study(small_study(tmp_path), Library(""))
    assert prepared.unused == (
        "raw/t.csv: columns 'b_fmol_mg', 'remark'",
        "raw/t.csv: row 4 (no reading in 'a_fmol_mg')",
    )
    assert prepared.unused_files == ()


def test_a_column_that_another_run_uses_is_not_named(tmp_path):
    second = TABLE_STUDY[TABLE_STUDY.index("[[assay]]") :]
    second = second.replace('"A"', '"B"').replace("a_fmol_mg", "b_fmol_mg")
    prepared = read_study(small_study(tmp_path, TABLE_STUDY + second), Library(""))
    assert "raw/t.csv: column 'remark'" in prepared.unused


def test_only_rows_of_which_no_run_uses_a_reading_are_named(tmp_path):
    """Totals and non-specific readings in two columns, filled in different rows; one row is empty,
    and a second run uses a third column.
    """
    (tmp_path / "raw").mkdir()
    rows = [f"{dose:g},{100 / (1 + dose):.3f},,{dose + 2:g}" for dose in (0.01, 0.1, 1.0, 10.0)]
    rows += [f"{dose:g},,{dose:g}," for dose in (0.01, 1.0)]
    rows += ["3,,,", "5,,,7.5", ",9,9,9"]
    text = "conc_nM,total,ns,other\n" + "\n".join(rows) + "\n"
    (tmp_path / "raw" / "t.csv").write_text(text, encoding="utf-8")
    plan = TABLE_STUDY.replace('response = "a_fmol_mg"', 'total = "total"\nnon_specific = "ns"')
    (tmp_path / "study.toml").write_text(plan, encoding="utf-8")
    assert read_study(tmp_path, Library("")).unused == (
        "raw/t.csv: column 'other'",
        "raw/t.csv: row 9 (no competitor_M)",
        "raw/t.csv: rows 7, 8 (no reading in 'total' or 'ns')",
    )
    second = plan[plan.index("[[assay]]") :].replace('"A"', '"B"')
    second = second.replace('total = "total"\nnon_specific = "ns"', 'response = "other"')
    (tmp_path / "study.toml").write_text(plan + second, encoding="utf-8")
    assert read_study(tmp_path, Library("")).unused == (
        "raw/t.csv: row 9 (no competitor_M)",
        "raw/t.csv: row 7 (no reading in 'total' or 'ns')",
        "raw/t.csv: row 7 (no reading in 'other')",
    )


def test_an_excluded_row_is_not_named_twice(tmp_path):
    folder = small_study(tmp_path)
    (folder / "exclusions.csv").write_text(
        "target,reason,who,when\nA/1/row 4,spilt,A. B.,2026-03-12\n", encoding="utf-8"
    )
    assert not any("row 4" in part for part in read_study(folder, Library("")).unused)


def test_files_beside_the_named_ones_are_named_but_do_not_change_the_results(study):
    before = read_study(study, Library(""))
    assert (before.unused, before.unused_files) == ((), ())
    shutil.copy(study / "raw" / "net_run1.csv", study / "raw" / "net_run4.csv")
    (study / "layouts" / "old.toml").write_text("plate = 96\n", encoding="utf-8")
    (study / "raw" / ".hidden").write_text("", encoding="utf-8")
    (study / "protocol.md").write_text("a remark", encoding="utf-8")
    after = read_study(study, Library(""))
    assert after.unused_files == ("files 'layouts/old.toml', 'raw/net_run4.csv'",)
    assert after.input_hash == before.input_hash
    assert after.unused == ()


def test_the_text_and_json_of_a_study_name_what_was_not_used(tmp_path):
    folder = small_study(tmp_path)
    (folder / "raw" / "second.csv").write_text("x", encoding="utf-8")
    result = run_study(folder)
    assert (
        "  not used  raw/t.csv: columns 'b_fmol_mg', 'remark'; raw/t.csv: row 4 (no reading in"
        in (result.summary())
    )
    assert "  not used  file 'raw/second.csv'" in result.summary()
    document = result.to_json()
    assert document["unused"] == list(result.study.unused)
    assert document["unused_files"] == ["file 'raw/second.csv'"]
    written = (Path(result.folder) / "report.html").read_text(encoding="utf-8")
    assert "Parts of the files that no run uses." in written
    assert "second.csv" not in written


@pytest.mark.parametrize("sheet", ["", "counts"])
def test_plates_of_a_file_that_no_run_uses_are_named(study, sheet):
    rows = (study / "raw" / "net_run1.csv").read_text(encoding="utf-8").splitlines()
    (study / "raw" / "net_run1.csv").unlink()
    book = openpyxl.Workbook()
    book.active.title = "counts"
    for name in ("counts", "again"):
        page = book.active if name == "counts" else book.create_sheet(name)
        for row in rows:
            page.append(
                [cell if k == 0 else _number(cell) for k, cell in enumerate(row.split(","))]
            )
    book.save(study / "raw" / "net_run1.xlsx")
    text = (study / "study.toml").read_text(encoding="utf-8")
    chosen = f'sheet = "{sheet}"' if sheet else 'plate = "1"'
    line = next(line for line in text.splitlines() if "raw/net_run1.csv" in line)
    text = text.replace(line, line.replace(".csv", ".xlsx") + "\n" + chosen)
    (study / "study.toml").write_text(text, encoding="utf-8")
    (part,) = read_study(study, Library("")).unused
    assert part == (
        "raw/net_run1.xlsx: sheet 'again'"
        if sheet
        # Both sheets contain the line "Plate net_run1".
        else "raw/net_run1.xlsx: plate 'net_run1 net_run1 2'"
    )


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def test_each_run_may_read_its_own_sheet(tmp_path):
    book = openpyxl.Workbook()
    for name in ("day 1", "day 2", "remarks"):
        page = book.create_sheet(name)
        if name == "remarks":
            page.append(["nothing to see"])
            continue
        page.append(["conc_nM", "a_fmol_mg"])
        for dose in (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0):
            page.append([dose, 100 / (1 + dose)])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "t.xlsx")
    table = TABLE_STUDY[TABLE_STUDY.index("[[assay.table]]") :].replace("t.csv", "t.xlsx")
    runs = [
        table.replace('run = "1"', f'run = "{k}"\nsheet = "day {k}"\nreader = "plain_table"')
        for k in (1, 2)
    ]
    head = TABLE_STUDY[: TABLE_STUDY.index("[[assay.table]]")]
    (tmp_path / "study.toml").write_text(head + "".join(runs), encoding="utf-8")
    prepared = read_study(tmp_path, Library(""))
    assert [run.series.n for run in prepared.assays[0].runs] == [7, 7]
    assert prepared.unused == ("raw/t.xlsx: sheet 'remarks'",)


def test_the_decimal_mark_of_a_table_is_stated_in_the_study(tmp_path):
    folder = small_study(tmp_path)
    (folder / "raw" / "t.csv").write_text(
        "conc_nM;a_fmol_mg\n1;1,234\n2;2,345\n3;3,456\n4;4,567\n5;5,678\n", encoding="utf-8"
    )
    assert 'decimal = ","' in refusal(folder)
    text = TABLE_STUDY.replace('run = "1"', 'run = "1"\ndecimal = ","')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (run,) = read_study(folder, Library("")).assays[0].runs
    assert run.series.y.tolist() == [1.234, 2.345, 3.456, 4.567, 5.678]
