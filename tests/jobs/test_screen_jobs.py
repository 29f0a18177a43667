"""The commands around screens: files in, tables and one page out, bad input in a sentence with exit code 3."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.assays.screening.simulate_screen import simulate_curves, simulate_single
from tricyclic.cli.main import main

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
RUNS = "run,ic50_nM\n" + "\n".join(
    f"{k},{v}" for k, v in enumerate([4.1, 3.6, 4.6, 3.9, 5.0, 4.3, 3.8, 4.4, 4.0, 9.8], 1)
)
DOSES = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]


def call(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def long_table(path, plates):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["plate", "well", "role", "value", "compound", "concentration_uM"])
        for plate in plates:
            for w in plate.wells:
                writer.writerow(
                    [
                        plate.name,
                        w.name,
                        w.role.value,
                        repr(w.value),
                        w.compound,
                        repr(w.concentration_M * 1e6) if w.concentration_M else "",
                    ]
                )
    return path


def grid(path, seed=0, hit="C05"):
    rng = np.random.default_rng(seed)
    lines = ["," + ",".join(map(str, range(1, 13)))]
    for row in "ABCDEFGH":
        cells = [
            f"{rng.normal(1000 if c == 1 else 100 if c == 12 or f'{row}{c:02d}' == hit else 990, 30):.1f}"
            for c in range(1, 13)
        ]
        lines.append(",".join([row, *cells]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(result, *words):
    assert result.exit_code == 3, result.output
    said = result.stderr.strip().splitlines()[-1]
    assert "Traceback" not in result.output
    for word in words:
        assert word in said


def test_long_tables_become_a_page_and_tables(tmp_path):
    single, active = simulate_single(3, np.random.default_rng(1))
    curves, truth = simulate_curves(2, np.random.default_rng(2))
    result = call(
        "screen",
        long_table(tmp_path / "a.csv", single),
        long_table(tmp_path / "b.csv", curves),
        "--out",
        tmp_path / "out",
        "--quiet",
    )
    assert result.exit_code == 0, result.output
    assert "5 plates" in result.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "screen.html",
        "screen.json",
        "plates.csv",
        "checks.csv",
        "effects.csv",
        "wells.csv",
        "curves.csv",
        "potencies.csv",
    }
    with (tmp_path / "out" / "wells.csv").open() as file:
        assert {row["compound"] for row in csv.DictReader(file) if row["hit"] == "yes"} == active
    with (tmp_path / "out" / "curves.csv").open() as file:
        called = {row["compound"] for row in csv.DictReader(file) if row["hit"] == "yes"}
    assert called == {name for name, at in truth.items() if at is not None}
    document = json.loads((tmp_path / "out" / "screen.json").read_text())
    assert document["schema"] == "tricyclic-screen/1"
    assert [plate["name"] for plate in document["plates"]] == [
        plate.name for plate in (*single, *curves)
    ]


def test_the_files_of_a_screen_are_the_same_bytes_each_time(tmp_path):
    plates, _ = simulate_curves(1, np.random.default_rng(3))
    table = long_table(tmp_path / "a.csv", plates)
    for name in ("one", "other"):
        assert call("screen", table, "--out", tmp_path / name, "--quiet").exit_code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_grids_with_one_layout_and_a_table_of_compounds(tmp_path):
    (tmp_path / "layout.toml").write_text(LAYOUT)
    (tmp_path / "map.csv").write_text(
        "plate,well,compound,concentration_uM\np1,C05,desipramine,10\np2,D06,imipramine,10\n"
    )
    files = [grid(tmp_path / "p1.csv", 1), grid(tmp_path / "p2.csv", 2, hit="D06")]
    result = call(
        "--json",
        "screen",
        *files,
        "--layout",
        tmp_path / "layout.toml",
        "--compounds",
        tmp_path / "map.csv",
        "--quiet",
    )
    assert result.exit_code == 0, result.output
    hits = json.loads(result.stdout)["result"]["well_hits"]
    assert sorted(hit["compound"] for hit in hits) == ["desipramine", "imipramine"]
    assert all(hit["concentration_M"] == pytest.approx(1e-5) for hit in hits)


def test_a_screen_of_failed_plates_only_leaves_with_the_code_of_a_stop(tmp_path):
    plates, _ = simulate_single(2, np.random.default_rng(4), sd=60.0)
    result = call("screen", long_table(tmp_path / "a.csv", plates), "--quiet")
    assert result.exit_code == 4, result.output
    assert "2 stop" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing_here.csv"], ["nothing_here.csv"]),
        (["p1.csv"], ["p1.csv", "does not say what its wells hold", "--layout"]),
        (["p1.csv", "p1.csv", "--layout", "layout.toml"], ["wo plates are called 'p1'"]),
        (["p1.csv", "--layout", "layout.toml", "--fdr", "5"], ["false discovery rate is 5"]),
        (["p1.csv", "--layout", "layout.toml", "--out", "report.html"], ["It is a folder"]),
        (["*.nothing", "--layout", "layout.toml"], ["no file fits this pattern"]),
    ],
)
def test_what_cannot_be_a_screen_is_said_in_a_sentence(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layout.toml").write_text(LAYOUT)
    grid(tmp_path / "p1.csv")
    refused(call("screen", *arguments, "--quiet"), *words)
    assert not (tmp_path / "report.html").exists()


def test_a_control_chart_of_a_table_tells_the_run_that_broke_a_rule(tmp_path):
    (tmp_path / "runs.csv").write_text(RUNS + "\n")
    result = call(
        "control-chart", tmp_path / "runs.csv", "--baseline", 9, "--out", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    assert "I chart: one point beyond three sigma, at run 10" in result.stdout
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "control_chart.svg",
        "control_chart.pdf",
        "control_chart.csv",
        "control_chart.json",
    }


def test_pic50_and_nanomolar_give_the_same_msr(tmp_path):
    (tmp_path / "a.csv").write_text(RUNS + "\n")
    values = [float(line.split(",")[1]) for line in RUNS.splitlines()[1:]]
    (tmp_path / "b.csv").write_text(
        "run,pIC50\n"
        + "".join(f"{k},{float(9 - np.log10(v))!r}\n" for k, v in enumerate(values, 1))
    )
    a, b = (
        json.loads(call("--json", "control-chart", tmp_path / name).stdout)["result"]
        for name in ("a.csv", "b.csv")
    )
    assert a["cumulative"][-1]["msr"] == pytest.approx(b["cumulative"][-1]["msr"])
    assert a["centre"] == pytest.approx(9 - b["centre"])


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (RUNS, ["--value", "ic50"], ["no column is called 'ic50'", "Did you mean 'ic50_nM'"]),
        (
            RUNS.replace("ic50_nM", "potency"),
            ["--value", "potency"],
            ["does not say what its potencies are in"],
        ),
        (RUNS.replace("ic50_nM", "potency"), [], ["0 columns hold potencies"]),
        (RUNS.replace("9.8", "> 10000"), [], ["run 10 has a bound"]),
        (RUNS.replace("9.8", "-1"), [], ["a potency is -1 nM", "above 0"]),
        (RUNS.replace("9.8", "weak"), [], ["'weak' is no potency"]),
        ("run,ic50_nM\n1,4\n2,5\n", [], ["2 runs", "three runs or more"]),
        (RUNS, ["--baseline", "40"], ["he baseline is 40 runs"]),
    ],
)
def test_runs_that_make_no_chart_are_told_why(tmp_path, text, arguments, words):
    (tmp_path / "runs.csv").write_text(text + "\n")
    refused(call("control-chart", tmp_path / "runs.csv", *arguments), *words)


def test_the_msr_of_two_columns_leaves_bounds_out_by_name(tmp_path):
    rng = np.random.default_rng(5)
    rows = [
        f"C{k},{10 ** (k / 6 + rng.normal(0, 0.05)):.6g},{10 ** (k / 6 + rng.normal(0, 0.05)):.6g}"
        for k in range(24)
    ]
    (tmp_path / "m.csv").write_text(
        "\n".join(["compound,run1_ic50_nM,run2_ic50_nM", *rows, "weak,> 10000,9000"]) + "\n"
    )
    result = call(
        "msr",
        tmp_path / "m.csv",
        "--first",
        "run1_ic50_nM",
        "--second",
        "run2_ic50_nM",
        "--out",
        tmp_path / "out",
    )
    assert result.exit_code == 0, result.output
    assert "n = 24 compounds" in result.stdout
    assert "left out: weak" in result.stdout
    assert (tmp_path / "out" / "agreement.svg").exists()


def test_one_run_in_two_columns_is_no_replicate_experiment(tmp_path):
    (tmp_path / "m.csv").write_text("compound,a_nM,b_nM\nx,1,2\ny,3,4\n")
    refused(
        call("msr", tmp_path / "m.csv", "--first", "a_nM", "--second", "b_nM"),
        "2 compounds have a potency in both runs",
    )


def potency_table(path, ratio=4.0, unit="_nM"):
    lines = [f"sample,concentration{unit},response"]
    for name, r in (("standard", 1.0), ("lot 7", ratio)):
        lines += [
            f"{name},{dose},{100 + 900 / (1 + (10.0 / (dose * r)) ** 1.1):.6f}"
            for dose in DOSES
            for _ in range(2)
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_lot_four_times_as_potent_is_found_so(tmp_path):
    result = call(
        "--json", "relative-potency", potency_table(tmp_path / "t.csv"), "--reference", "standard"
    )
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["result"]["potencies"]
    assert found["sample"] == "lot 7"
    assert found["potency"] == pytest.approx(4.0, rel=1e-4)


@pytest.mark.parametrize(
    ("unit", "reference", "words"),
    [
        ("_nM", "standart", ["Did you mean 'standard'"]),
        ("", "standard", ["the unit of column 'concentration' is unknown"]),
    ],
)
def test_a_table_without_reference_or_unit_is_refused(tmp_path, unit, reference, words):
    refused(
        call(
            "relative-potency",
            potency_table(tmp_path / "t.csv", unit=unit),
            "--reference",
            reference,
        ),
        *words,
    )


def said(folder, *args):
    from click.testing import CliRunner

    from tricyclic.cli.main import main

    return CliRunner().invoke(main, [*args, "--quiet"])


def test_a_chart_never_passes_over_a_run_without_potency(tmp_path):
    rows = "\n".join(f"run{k},{'' if k == 4 else 2.0 + 0.1 * (k % 3)}" for k in range(10))
    (tmp_path / "runs.csv").write_text(f"run,ic50_nM\n{rows}\n", encoding="utf-8")
    done = said(tmp_path, "control-chart", str(tmp_path / "runs.csv"))
    assert done.exit_code == 3, done.output
    assert "run4 has no potency" in done.stderr


def test_one_dose_is_no_curve_to_compare(tmp_path):
    doses = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5]
    rows = [f"standard,{d:g},{100 / (1 + d / 1e-7) + k:g}" for d in doses for k in (0, 1)]
    rows += [f"sample,1e-7,{v}" for v in (48, 50, 52)]
    (tmp_path / "t.csv").write_text(
        "sample,concentration_M,response\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    done = said(tmp_path, "relative-potency", str(tmp_path / "t.csv"), "--reference", "standard")
    assert done.exit_code == 3, done.output
    assert "has 1 dose above 0" in done.stderr


def test_a_run_is_not_compared_with_itself(tmp_path):
    rows = "\n".join(f"c{k},{k + 1}" for k in range(8))
    (tmp_path / "m.csv").write_text(f"compound,a_ic50_nM\n{rows}\n", encoding="utf-8")
    done = said(
        tmp_path, "msr", str(tmp_path / "m.csv"), "--first", "a_ic50_nM", "--second", "a_ic50_nM"
    )
    assert done.exit_code == 3, done.output
    assert "both runs are the column" in done.stderr
