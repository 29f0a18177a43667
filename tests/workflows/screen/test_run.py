"""The screening commands: files in, tables and one page out, bad input refused in a sentence."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.assays.screening.simulate_screen import simulate_curves, simulate_single

LAYOUT = """plate = 96
[[block]]
wells = "column 1"
role = "total"
[[block]]
wells = "column 12"
role = "non_specific"
[[block]]
wells = "A2:H11"
role = "response"
"""


def long_table(path, plates):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["plate", "well", "role", "value", "compound", "concentration_uM"])
        for plate in plates:
            for well in plate.wells:
                dose = repr(well.concentration_M * 1e6) if well.concentration_M else ""
                row = [
                    plate.name,
                    well.name,
                    well.role.value,
                    repr(well.value),
                    well.compound,
                    dose,
                ]
                writer.writerow(row)
    return path


def grid(path, seed=0, hit="C05"):
    rng = np.random.default_rng(seed)
    lines = ["," + ",".join(map(str, range(1, 13)))]
    for row in "ABCDEFGH":
        means = [
            1000 if c == 1 else 100 if c == 12 or f"{row}{c:02d}" == hit else 990
            for c in range(1, 13)
        ]
        lines.append(",".join([row, *(f"{rng.normal(mean, 30):.1f}" for mean in means)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_long_tables_give_a_page_and_tables(call, rows_of, tmp_path):
    single, active = simulate_single(3, np.random.default_rng(1))
    curves, truth = simulate_curves(2, np.random.default_rng(2))
    out = tmp_path / "out"
    result = call(
        "run",
        long_table(tmp_path / "a.csv", single),
        long_table(tmp_path / "b.csv", curves),
        "--out",
        out,
    )
    assert result.exit_code == 0, result.output
    assert "5 plates: 5 pass, 0 warn, 0 fail" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        "screen.html",
        "screen.json",
        "plates.csv",
        "checks.csv",
        "effects.csv",
        "wells.csv",
        "curves.csv",
        "potencies.csv",
    }
    screen = tca.screen([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert screen.frame_names[0] == "potencies"
    for name in screen.frame_names:
        rows, frame = rows_of(out / f"{name}.csv"), screen.to_frame(name)
        assert (len(rows), list(rows[0])) == (len(frame), list(frame.columns))
    measured = [row["ic50_nM"] for row in rows_of(out / "potencies.csv")]
    assert [float(value) for value in measured] == list(screen.to_frame()["ic50_nM"])
    hits = {row["compound"] for row in rows_of(out / "wells.csv") if row["hit"] == "yes"}
    assert hits == active
    hits = {row["compound"] for row in rows_of(out / "curves.csv") if row["hit"] == "yes"}
    assert hits == {name for name, ic50 in truth.items() if ic50 is not None}
    document = json.loads((out / "screen.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-screen-run/2"
    plates = document["result"]["plates"]
    assert [plate["name"] for plate in plates] == [plate.name for plate in (*single, *curves)]


def test_the_files_of_a_screen_are_the_same_bytes_each_time(call, tmp_path):
    plates, _ = simulate_curves(1, np.random.default_rng(3))
    table = long_table(tmp_path / "a.csv", plates)
    for name in ("one", "other"):
        assert call("run", table, "--out", tmp_path / name).exit_code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_grids_have_one_layout_and_a_table_of_compounds(call, tmp_path):
    (tmp_path / "layout.toml").write_text(LAYOUT)
    (tmp_path / "map.csv").write_text(
        "plate,well,compound,concentration_uM\np1,C05,desipramine,10\np2,D06,imipramine,10\n"
    )
    result = call(
        "run",
        grid(tmp_path / "p1.csv", 1),
        grid(tmp_path / "p2.csv", 2, hit="D06"),
        "--layout",
        tmp_path / "layout.toml",
        "--compounds",
        tmp_path / "map.csv",
        "--json",
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)["result"]
    hits = document["well_hits"]
    assert sorted(hit["compound"] for hit in hits) == ["desipramine", "imipramine"]
    assert all(hit["concentration_M"] == pytest.approx(1e-5) for hit in hits)
    assert document["settings"] == {
        "Files": "p1.csv, p2.csv",
        "Layout": "layout.toml",
        "Compounds": "map.csv",
        "Intervals": "95 %",
        "Seed of the calibration": "20240501",
    }


def test_a_pattern_names_all_files_that_match_it(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layout.toml").write_text(LAYOUT)
    for k in range(1, 6):
        grid(tmp_path / f"p{k}.csv", k)
    done = call("run", "p*.csv", "--layout", "layout.toml", "--json")
    document = json.loads(done.stdout)["result"]
    assert [plate["name"] for plate in document["plates"]] == ["p1", "p2", "p3", "p4", "p5"]
    assert document["settings"]["Files"] == "p1.csv, p2.csv, p3.csv and 2 more"


def test_a_screen_of_failed_plates_only_ends_with_the_code_of_a_failed_check(call, tmp_path):
    plates, _ = simulate_single(2, np.random.default_rng(4), sd=60.0)
    result = call("run", long_table(tmp_path / "a.csv", plates))
    assert result.exit_code == 4, result.output
    assert "2 plates: 0 pass, 0 warn, 2 fail" in result.stdout


def test_the_text_lists_the_ten_strongest_hits_and_counts_the_others(call, tmp_path):
    plates, active = simulate_single(1, np.random.default_rng(5), share=0.05)
    text = call("run", long_table(tmp_path / "a.csv", plates)).stdout
    assert f"{len(active)} hits among 320 compounds at one concentration" in text
    assert f"  and {len(active) - 10} more" in text
    assert sum(name in text for name in active) == 10


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["p1.csv"],
            (
                "p1.csv: the file does not state the roles of its wells. Add --layout FILE, or a "
                "column 'role' (total, non_specific, competition)."
            ),
        ),
        (
            ["p1.csv", "p1.csv", "--layout", "layout.toml"],
            (
                "Two plates are called 'p1'. Give each plate its own name, or keep one copy of the "
                "file."
            ),
        ),
        (
            ["p1.csv", "--layout", "layout.toml", "--fdr", "5"],
            "The false discovery rate is 5. It is between 0 and 1, such as 0.05.",
        ),
        (
            ["p1.csv", "--layout", "layout.toml", "--out", "report.html"],
            (
                "--out: 'report.html' looks like a file. It is a folder for several files. "
                "Name a folder, such as 'report'."
            ),
        ),
        (
            ["*.nothing", "--layout", "layout.toml"],
            "*.nothing: no file matches this pattern.",
        ),
    ],
)
def test_input_that_is_not_a_screen_is_refused_in_a_sentence(
    call, refused, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layout.toml").write_text(LAYOUT)
    grid(tmp_path / "p1.csv")
    refused(call("run", *arguments), sentence)
    assert not (tmp_path / "report.html").exists()


def test_a_plate_file_that_does_not_exist_is_named(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call("run", "nothing_here.csv")
    assert done.exit_code == 3
    assert done.stderr.startswith("nothing_here.csv: ")


def test_wells_without_a_role_and_parts_of_tables_that_are_not_used_are_named(call, tmp_path):
    plates, _ = simulate_single(1, np.random.default_rng(3))
    path = long_table(tmp_path / "a.csv", plates)
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    role, compound = header.index("role"), header.index("compound")
    rows = [line.split(",") for line in lines[1:]]
    tested = [row for row in rows if row[compound]]
    for row in tested[:3]:
        row[role] = ""
    text = [",".join([*header, "operator"]), *(",".join([*row, "A. B."]) for row in rows)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    done = call("run", path, "--json")
    document = json.loads(done.stdout)["result"]
    (check,) = [c for c in document["checks"] if c["name"] == "wells_without_role"]
    assert (check["level"], check["value"]) == ("warn", 3)
    assert check["message"].startswith(
        "3 wells on 1 plate: counted without a role, such as 3 wells"
    )
    assert document["unused"] == ["a.csv: column 'operator'"]
    assert "  not used  a.csv: column 'operator'" in call("run", path).stdout


def test_rows_of_compounds_that_no_plate_uses_are_named(call, tmp_path):
    (tmp_path / "layout.toml").write_text(LAYOUT)
    grid(tmp_path / "p1.csv", 1)
    (tmp_path / "compounds.csv").write_text(
        "plate,well,compound,concentration_uM,supplier\n"
        "p1,C05,drug a,10,x\np7,C05,drug b,10,x\np1,A01,drug c,10,x\n"
    )
    done = call(
        *("run", tmp_path / "p1.csv", "--layout", tmp_path / "layout.toml"),
        *("--compounds", tmp_path / "compounds.csv", "--json"),
    )
    assert done.exit_code in (0, 4), done.output
    assert json.loads(done.stdout)["result"]["unused"] == [
        "compounds.csv: column 'supplier'",
        "compounds.csv: 2 rows of wells that are not tested (p7 C05, p1 A01)",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--reader", "plate_grid"),
            (
                "--reader: has no effect here. It applies to plates with --layout, and this is a "
                "table. Omit --reader."
            ),
        ),
    ],
)
def test_an_option_that_a_long_table_does_not_use_is_refused(
    call, refused, tmp_path, options, sentence
):
    plates, _ = simulate_single(1, np.random.default_rng(3))
    refused(call("run", long_table(tmp_path / "a.csv", plates), *options), sentence)
