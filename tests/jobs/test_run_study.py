"""A study folder is run, and what comes out can be read, traced and had again."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.study import log
from tricyclic.study import results_folder as results


def folder_of(study):
    return results.latest(study)


def test_every_promised_file_is_written(ran):
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
        "result.json",
        "report.html",
        "manifest.json",
    } <= names
    assert any(name.startswith("figures/") and name.endswith(".svg") for name in names)
    assert any(name.startswith("figures/") and name.endswith(".pdf") for name in names)
    assert "report.pdf" not in names, "only html was asked for"


def test_the_json_holds_value_unit_interval_n_method_version_and_hashes(ran):
    document = json.loads((folder_of(ran) / "result.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-result/1"
    assert document["version"] == tca.__version__
    raw = {item["path"]: item["sha256"] for item in document["inputs"]}
    assert raw == {
        f"raw/net_run{k}.csv": hashlib.sha256(
            (ran / f"raw/net_run{k}.csv").read_bytes()
        ).hexdigest()
        for k in (1, 2)
    }
    ki = next(e for e in document["assays"][0]["estimates"] if e["name"] == "Ki")
    assert (ki["unit"], ki["n"], ki["interval"]["confidence"]) == ("nM", 2, 0.95)
    assert ki["interval"]["low"] < ki["value"] < ki["interval"]["high"]
    assert ki["method"]
    assert document["assays"][0]["method"]["classical"] is False
    assert document["assays"][0]["runs"][0]["checks"]


def test_the_affinity_is_the_one_the_plates_were_made_with(result):
    ki = next(e for e in result.estimates if e.name == "Ki")
    # Truth 0.9 nM; two runs, each a little off: between 0.6 and 1.35.
    assert 0.6 < ki.value < 1.35


def test_the_excluded_well_is_told_and_not_used(ran, result):
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


def test_no_clock_and_no_path_of_this_machine_is_in_the_results(ran):
    year = str(time.gmtime().tm_year).encode()
    for path in folder_of(ran).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert str(ran.parent).encode() not in data
            assert b"/site-packages/" not in data
            if path.suffix in (".csv", ".json"):
                assert year + b"-" + time.strftime("%m-%d", time.gmtime()).encode() not in data


def test_a_second_run_finds_the_same_results_and_only_the_log_grows(ran):
    before = sorted(path.name for path in (ran / "results").iterdir())
    tca.open_study(ran).run()
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
        tca.open_study(ran).run()


def test_another_question_gives_other_results_beside_the_old(ran):
    old = folder_of(ran)
    (ran / "study.toml").write_text(
        (ran / "study.toml").read_text().replace("A small study", "A renamed study")
    )
    tca.open_study(ran).run()
    assert folder_of(ran) != old
    assert results.damage(old) == results.damage(folder_of(ran)) == ""


def test_what_was_run_is_verified_byte_for_byte(ran):
    found = tca.open_study(ran).verify()
    assert (found.proven, found.difference, found.stop) == (True, "", False)
    assert found.compared > 10


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda d: _edit(results.latest(d) / "estimates.csv", "Ki", "Kl"),
            "estimates.csv was changed",
        ),
        (lambda d: (results.latest(d) / "checks.csv").unlink(), "checks.csv is missing"),
        (lambda d: _edit(results.latest(d) / "manifest.json", "inputs", "imputs"), "manifest"),
        (lambda d: _edit(d / "study.toml", "A small", "A smaller"), "has changed since"),
        (lambda d: (d / "log.jsonl").write_text(""), "the log knows nothing"),
    ],
)
def test_what_was_changed_is_not_verified(ran, change, says):
    change(ran)
    found = tca.open_study(ran).verify()
    assert not found.proven and found.stop
    assert says in found.difference


def test_results_forged_together_with_their_manifest_are_found_by_computing_anew(ran):
    place = results.latest(ran)
    _edit(place / "estimates.csv", "nM", "pM")
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["outputs"]["estimates.csv"] = hashlib.sha256(
        (place / "estimates.csv").read_bytes()
    ).hexdigest()
    (place / "manifest.json").write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    )
    (ran / "log.jsonl").unlink()
    log.append(ran, "run", {"results": place.name, "manifest": results.manifest_hash(place)})
    found = tca.open_study(ran).verify()
    assert not found.proven
    assert "estimates.csv differs from line 2" in found.difference


def test_a_log_that_was_touched_stops_the_verification(ran):
    _edit(ran / "log.jsonl", '"fine"', '"good"')
    with pytest.raises(InputError, match=r"log\.jsonl, line 1"):
        tca.open_study(ran).verify()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_run_killed_at_a_random_moment_leaves_the_last_good_results_whole(ran):
    old = results.latest(ran)
    chance = random.Random(1)
    program = (
        "import sys; from tricyclic.cli.main import main; main(['run', sys.argv[1], '--quiet'])"
    )
    (ran / "study.toml").write_text((ran / "study.toml").read_text().replace("A small", "Another"))
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", program, str(ran)], check=True, capture_output=True)
    whole = time.monotonic() - start
    for attempt in range(4):
        (ran / "study.toml").write_text(
            (ran / "study.toml").read_text().replace("Another", "Another one,")
        )
        known = results.latest(ran)
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(ran)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(whole * chance.uniform(0.3, 1.0))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        place = results.latest(ran)
        assert results.damage(place) == "", f"attempt {attempt}"
        assert results.damage(known) == "" and results.damage(old) == ""
        log.read_log(ran)
    tca.open_study(ran).run()
    assert not [path.name for path in (ran / "results").iterdir() if path.name.startswith(".")]


def _edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_whole_run_may_be_excluded_and_the_report_says_so(study):
    (study / "exclusions.csv").write_text(
        "target,reason,who,when\nNET/run2,harvester leaked,A,2026-03-12\n"
    )
    result = tca.open_study(study).run()
    assert [plate.experiment for plate in result["NET"].plates] == ["run1"]
    assert "harvester leaked" in (folder_of(study) / "report.html").read_text(encoding="utf-8")


def test_a_curve_of_the_study_itself_is_used_and_is_part_of_the_hash(study):
    own = study / "curves" / "own_competition.py"
    own.parent.mkdir()
    own.write_text("from tricyclic.curves.one_site_competition import MODEL\n", encoding="utf-8")
    text = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(
        text.replace("classical = false", 'model = "own_competition"'), encoding="utf-8"
    )
    result = tca.open_study(study).run()
    assert {plate.model for plate in result["NET"].plates} == {"own_competition"}
    first = folder_of(study)
    own.write_text("# changed\n" + own.read_text(encoding="utf-8"), encoding="utf-8")
    tca.open_study(study).run()
    assert folder_of(study) != first
