"""A run that is killed at any moment leaves the previous results complete."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.atomic import only_one
from tricyclic.results.binding import InputFile
from tricyclic.study import log
from tricyclic.study import results_folder as results
from tricyclic.study.folder import PreparedStudy
from tricyclic.study.plan import StudyPlan

PLAN = StudyPlan("t", "", "", (), "", (), (), ("html",))


def prepared(folder: Path, key: str) -> PreparedStudy:
    return PreparedStudy(folder, PLAN, (), (), (InputFile("raw/a.csv", "0" * 64, 3),), key)


def save(folder: Path, key: str, text: str) -> Path:
    study = prepared(folder, key)
    files = results.with_manifest(
        study, {"estimates.csv": text.encode(), "figures/a.svg": b"<svg/>"}
    )
    with only_one(folder):
        return results.save_results(study, files, {})


def test_the_pointer_leads_to_results_that_match_the_manifest(tmp_path):
    place = save(tmp_path, "aaaa", "1")
    assert results.latest(tmp_path) == place
    assert results.find_damage(place) == ""
    assert results.logged_manifest(tmp_path, place) == results.manifest_hash(place)
    assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["inputs"] == {
        "raw/a.csv": "0" * 64
    }


def test_the_same_run_again_writes_no_second_folder(tmp_path):
    save(tmp_path, "aaaa", "1")
    save(tmp_path, "aaaa", "1")
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["aaaa", "latest"]
    assert len(log.read_log(tmp_path)) == 2


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda d: (d / "estimates.csv").write_text("2"), "estimates.csv was changed"),
        (lambda d: (d / "figures" / "a.svg").unlink(), "a.svg is missing"),
        (lambda d: (d / "more.csv").write_text(""), "more.csv was added"),
        (lambda d: (d / "manifest.json").write_text("{"), "manifest.json is missing or damaged"),
    ],
)
def test_damage_is_named(tmp_path, change, part):
    place = save(tmp_path, "aaaa", "1")
    change(place)
    assert part in results.find_damage(place)


def test_the_error_for_a_study_without_results_is_how_to_run_it(tmp_path):
    with pytest.raises(
        InputError, match=r"has no results yet\. Run it first: tricyclic study run "
    ):
        results.latest(tmp_path)


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path

    folder, moment = Path(sys.argv[1]), int(sys.argv[2])
    count = 0

    def deadly(real):
        def call(*args, **kwargs):
            global count
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        return call

    for name in ("fsync", "replace", "rename", "write", "chmod", "open", "close", "mkdir"):
        setattr(os, name, deadly(getattr(os, name)))

    from tricyclic.results.binding import InputFile
    from tricyclic.study import results_folder as results
    from tricyclic.io.atomic import only_one
    from tricyclic.study.folder import PreparedStudy
    from tricyclic.study.plan import StudyPlan

    plan = StudyPlan("t", "", "", (), "", (), (), ("html",))
    study = PreparedStudy(folder, plan, (), (), (InputFile("raw/a.csv", "0" * 64, 3),), "bbbb")
    files = results.with_manifest(study, {"estimates.csv": b"2", "figures/a.svg": b"<svg/>"})
    with only_one(folder):
        results.save_results(study, files, {})
    print("completed")
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_run_killed_before_any_step_leaves_complete_results(tmp_path):
    save(tmp_path, "aaaa", "1")
    for moment in range(1, 60):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), str(moment)],
            capture_output=True,
            text=True,
        )
        place = results.latest(tmp_path)
        assert results.find_damage(place) == "", f"killed before step {moment}"
        assert results.logged_manifest(tmp_path, place) == results.manifest_hash(place)
        if "completed" in done.stdout:
            assert place.name == "bbbb"
            assert not [p.name for p in (tmp_path / "results").iterdir() if p.name.startswith(".")]
            assert moment > 10, "the steps were not counted"
            return
    pytest.fail("the run was never completed")
