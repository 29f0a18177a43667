"""A study is run; its results can be read, traced to raw files, and reproduced."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tricyclic
from tricyclic.errors import InputError
from tricyclic.study import log
from tricyclic.study import results_folder as results
from tricyclic.workflows.study import verify
from tricyclic.workflows.study.options import VerifyOptions
from tricyclic.workflows.study.run import run_study


def folder_of(study):
    return results.latest(study)


def verified(study):
    return verify.run(VerifyOptions(str(study)))


def test_every_file_of_the_results_is_written(ran):
    names = {
        path.relative_to(folder_of(ran)).as_posix()
        for path in folder_of(ran).rglob("*")
        if path.is_file()
    }
    assert {
        "estimates.csv",
        "parameters.csv",
        "wells.csv",
        "checks.csv",
        "comparisons.csv",
        "result.json",
        "report.html",
        "manifest.json",
    } <= names
    assert any(name.startswith("figures/") and name.endswith(".svg") for name in names)
    assert any(name.startswith("figures/") and name.endswith(".pdf") for name in names)
    assert "report.pdf" not in names, "the study has only html"


def test_the_json_has_value_unit_interval_n_method_version_and_hashes(ran):
    document = json.loads((folder_of(ran) / "result.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-study/2"
    assert document["version"] == tricyclic.__version__
    raw = {item["path"]: item["sha256"] for item in document["inputs"]}
    assert raw == {
        f"raw/net_run{k}.csv": hashlib.sha256(
            (ran / f"raw/net_run{k}.csv").read_bytes()
        ).hexdigest()
        for k in (1, 2)
    }
    ki = next(e for e in document["assays"][0]["estimates"] if e["name"] == "Ki")
    assert (ki["unit"], ki["n_experiments"], ki["interval"]["confidence"]) == ("nM", 2, 0.95)
    assert ki["interval"]["low"] < ki["value"] < ki["interval"]["high"]
    assert ki["method"]
    assert document["assays"][0]["method"]["classical"] is False
    assert document["assays"][0]["runs"][0]["checks"]


def test_the_affinity_of_the_simulated_plates_is_recovered(result):
    ki = next(e for e in result.estimates if e.name == "Ki")
    # The true value is 0.9 nM; two runs scatter by less than a factor of 1.5.
    assert 0.6 < ki.value < 1.35


def test_the_excluded_well_is_listed_and_not_used(ran, result):
    rows = list(
        csv.DictReader((folder_of(ran) / "wells.csv").read_text(encoding="utf-8").splitlines())
    )
    torn = [
        row for row in rows if "C05" in row.values() and any("net_run2" in v for v in row.values())
    ]
    assert len(torn) == 1
    assert any("filter torn" in value for value in torn[0].values())
    plate = result["NET"].plates[1]
    assert not any(label.endswith(" C05") for series in plate.series for label in series.labels)
    assert "filter torn" in (folder_of(ran) / "report.html").read_text(encoding="utf-8")


def test_the_results_contain_no_date_and_no_path_of_this_machine(ran):
    year = str(time.gmtime().tm_year).encode()
    for path in folder_of(ran).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(ran.parent).encode() not in data
            assert b"/site-packages/" not in data
            if path.suffix in (".csv", ".json"):
                assert year + b"-" + time.strftime("%m-%d", time.gmtime()).encode() not in data


def test_a_second_run_gives_the_same_results_and_one_more_line_of_the_log(ran):
    before = sorted(path.name for path in (ran / "results").iterdir())
    run_study(ran)
    assert sorted(path.name for path in (ran / "results").iterdir()) == before
    assert len(log.read_log(ran)) == 2


def test_raw_files_are_never_written(ran):
    assert log.raw_hashes(log.read_log(ran)) == {
        f"raw/net_run{k}.csv": hashlib.sha256(
            (ran / f"raw/net_run{k}.csv").read_bytes()
        ).hexdigest()
        for k in (1, 2)
    }


def test_a_raw_file_that_changed_is_refused(ran):
    raw = ran / "raw" / "net_run1.csv"
    raw.write_bytes(raw.read_bytes() + b"\n")
    with pytest.raises(InputError, match=r"raw/net_run1\.csv: has changed since"):
        run_study(ran)


def test_a_changed_study_gives_new_results_beside_the_old(ran):
    old = folder_of(ran)
    (ran / "study.toml").write_text(
        (ran / "study.toml").read_text(encoding="utf-8").replace("A small study", "A renamed study")
    )
    run_study(ran)
    assert folder_of(ran) != old
    assert results.find_damage(old) == results.find_damage(folder_of(ran)) == ""


def test_unchanged_results_are_reproduced_byte_for_byte(ran):
    result = verified(ran)
    assert (result.verified, result.difference, result.failed) == (True, "", False)
    assert result.compared > 10
    assert result.summary() == (
        f"reproduced   {result.compared} files of {folder_of(ran)}, byte for byte; "
        "1 log entry verified"
    )


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (
            lambda d: _edit(results.latest(d) / "estimates.csv", "Ki", "Kl"),
            "estimates.csv was changed",
        ),
        (lambda d: (results.latest(d) / "checks.csv").unlink(), "checks.csv is missing"),
        (lambda d: _edit(results.latest(d) / "manifest.json", "inputs", "imputs"), "manifest"),
        (lambda d: _edit(d / "study.toml", "A small", "A smaller"), "has changed since"),
        (lambda d: (d / "log.jsonl").write_text(""), "the log has no entry for"),
    ],
)
def test_a_change_of_the_study_or_its_results_is_detected(ran, change, part):
    change(ran)
    result = verified(ran)
    assert not result.verified and result.failed
    assert part in result.difference
    assert result.summary() == f"not reproduced   {result.difference}"


def test_results_forged_with_their_manifest_are_detected_by_recomputation(ran):
    place = results.latest(ran)
    _edit(place / "estimates.csv", "nM", "pM")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"]["estimates.csv"] = hashlib.sha256(
        (place / "estimates.csv").read_bytes()
    ).hexdigest()
    (place / "manifest.json").write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    )
    (ran / "log.jsonl").unlink()
    log.append(ran, "run", {"results": place.name, "manifest": results.manifest_hash(place)})
    result = verified(ran)
    assert not result.verified
    assert "estimates.csv differs from line 2" in result.difference


def test_a_changed_log_is_an_error_of_the_verification(ran):
    _edit(ran / "log.jsonl", '"pass"', '"good"')
    with pytest.raises(InputError, match=r"log\.jsonl, line 1"):
        verified(ran)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_run_killed_at_a_random_moment_leaves_the_previous_results_complete(ran):
    old = results.latest(ran)
    chance = random.Random(1)
    program = (
        "import sys; from tricyclic.cli.main import main; "
        "main(['study', 'run', sys.argv[1], '--quiet'])"
    )
    (ran / "study.toml").write_text(
        (ran / "study.toml").read_text(encoding="utf-8").replace("A small", "Another")
    )
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", program, str(ran)], check=True, capture_output=True)
    duration = time.monotonic() - start
    for attempt in range(4):
        (ran / "study.toml").write_text(
            (ran / "study.toml").read_text(encoding="utf-8").replace("Another", "Another one,")
        )
        previous = results.latest(ran)
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(ran)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(duration * chance.uniform(0.3, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        place = results.latest(ran)
        assert results.find_damage(place) == "", f"attempt {attempt}"
        assert results.find_damage(previous) == "" and results.find_damage(old) == ""
        log.read_log(ran)
    run_study(ran)
    assert not [path.name for path in (ran / "results").iterdir() if path.name.startswith(".")]


def _edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_excluded_run_is_left_out_and_listed_in_the_report(study):
    (study / "exclusions.csv").write_text(
        "target,reason,who,when\nNET/run2,harvester leaked,A,2026-03-12\n"
    )
    result = run_study(study)
    assert [plate.experiment for plate in result["NET"].plates] == ["run1"]
    assert "harvester leaked" in (folder_of(study) / "report.html").read_text(encoding="utf-8")


def test_a_curve_model_of_the_study_is_used_and_is_part_of_the_hash(study):
    own = study / "curves" / "own_competition.py"
    own.parent.mkdir()
    own.write_text("from tricyclic.curves.one_site_competition import MODEL\n", encoding="utf-8")
    text = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(
        text.replace("classical = false", 'model = "own_competition"'), encoding="utf-8"
    )
    result = run_study(study)
    assert {plate.model for plate in result["NET"].plates} == {"own_competition"}
    first = folder_of(study)
    own.write_text("# changed\n" + own.read_text(encoding="utf-8"), encoding="utf-8")
    run_study(study)
    assert folder_of(study) != first


def test_each_run_of_a_study_is_reported_as_progress(result, steps):
    assert [step.message for step in steps] == [
        f"reading {Path(result.folder).parents[1]}",
        "NET, run1",
        "NET, run2",
        "comparisons",
        "figures and report",
    ]
    assert [(step.done, step.total) for step in steps[1:]] == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_an_unknown_assay_of_a_result_suggests_the_nearest_name(result):
    with pytest.raises(InputError, match=r"No assay is called .NTE.\. Did you mean .NET.\?"):
        result["NTE"]


def test_the_notebook_shows_the_estimates_as_a_table(result):
    html = result._repr_html_()
    assert html.count("<tr>") == 1 + len(result.estimates)
    assert "95 % CI" in html and "Synthetic data" in html


def test_the_text_of_a_study_lists_estimates_checks_exclusions_and_folder(result):
    lines = result.summary().splitlines()
    assert lines[0] == "Synthetic data: the readings were simulated"
    assert any(line.startswith("desipramine at NET   Ki ") and "95 % CI " in line for line in lines)
    assert any(re.fullmatch(r"  pass   \d+ checks within limits", line) for line in lines)
    assert "Exclusions" in lines
    assert lines[-1] == f"results  {result.folder}"
