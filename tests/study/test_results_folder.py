"""A run killed at any moment leaves the last good results whole."""

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
from tricyclic.study.folder import ReadyStudy
from tricyclic.study.plan import StudyPlan

PLAN = StudyPlan("t", "", "", (), "", (), (), ("html",))


def ready(folder: Path, key: str) -> ReadyStudy:
    return ReadyStudy(folder, PLAN, (), (), (InputFile("raw/a.csv", "0" * 64, 3),), key)


def keep(folder: Path, key: str, text: str) -> Path:
    study = ready(folder, key)
    files = results.sealed(study, {"estimates.csv": text.encode(), "figures/a.svg": b"<svg/>"})
    with only_one(folder):
        return results.keep(study, files, {})


def test_results_are_found_by_the_pointer_and_are_what_the_manifest_says(tmp_path):
    place = keep(tmp_path, "aaaa", "1")
    assert results.latest(tmp_path) == place
    assert results.damage(place) == ""
    assert results.logged_manifest(tmp_path, place) == results.manifest_hash(place)
    assert json.loads((place / "manifest.json").read_text())["inputs"] == {"raw/a.csv": "0" * 64}


def test_the_same_run_again_writes_no_second_folder(tmp_path):
    keep(tmp_path, "aaaa", "1")
    keep(tmp_path, "aaaa", "1")
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["aaaa", "latest"]
    assert len(log.read_log(tmp_path)) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: (d / "estimates.csv").write_text("2"), "estimates.csv was changed"),
        (lambda d: (d / "figures" / "a.svg").unlink(), "a.svg is missing"),
        (lambda d: (d / "more.csv").write_text(""), "more.csv was added"),
        (lambda d: (d / "manifest.json").write_text("{"), "manifest.json is missing or damaged"),
    ],
)
def test_damage_is_named(tmp_path, change, says):
    place = keep(tmp_path, "aaaa", "1")
    change(place)
    assert says in results.damage(place)


def test_a_study_without_results_says_how_to_get_them(tmp_path):
    with pytest.raises(InputError, match="tricyclic run"):
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
    from tricyclic.study.folder import ReadyStudy
    from tricyclic.study.plan import StudyPlan

    plan = StudyPlan("t", "", "", (), "", (), (), ("html",))
    study = ReadyStudy(folder, plan, (), (), (InputFile("raw/a.csv", "0" * 64, 3),), "bbbb")
    files = results.sealed(study, {"estimates.csv": b"2", "figures/a.svg": b"<svg/>"})
    with only_one(folder):
        results.keep(study, files, {})
    print("lived")
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_run_killed_before_any_step_leaves_good_results(tmp_path):
    keep(tmp_path, "aaaa", "1")
    for moment in range(1, 60):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), str(moment)],
            capture_output=True,
            text=True,
        )
        place = results.latest(tmp_path)
        assert results.damage(place) == "", f"killed before step {moment}"
        assert results.logged_manifest(tmp_path, place) == results.manifest_hash(place)
        if "lived" in done.stdout:
            assert place.name == "bbbb"
            assert not [p.name for p in (tmp_path / "results").iterdir() if p.name.startswith(".")]
            assert moment > 10, "the steps were not counted"
            return
    pytest.fail("the run never came to its end")
