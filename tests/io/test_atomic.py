"""Files are there whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from tricyclic.errors import InputError
from tricyclic.io import atomic


def test_a_file_is_replaced_whole(tmp_path):
    place = tmp_path / "new" / "a.txt"
    atomic.write_file(place, "one")
    atomic.write_file(place, b"two")
    assert place.read_bytes() == b"two"
    assert [path.name for path in place.parent.iterdir()] == ["a.txt"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    place = tmp_path / "a.txt"
    atomic.write_file(place, "old")
    monkeypatch.setattr(
        os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(InputError, match="No space left"):
        atomic.write_file(place, "new")
    assert place.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_written_once_and_found_again(tmp_path):
    files = {"a.csv": b"1\n", "figures/b.svg": b"<svg/>"}
    place = atomic.write_folder(tmp_path / "results" / "abc", files)
    assert place.name == "abc"
    assert atomic.holds(place, files)
    assert atomic.write_folder(tmp_path / "results" / "abc", files) == place


def test_other_results_under_the_same_name_stand_beside_the_old_ones(tmp_path):
    atomic.write_folder(tmp_path / "abc", {"a": b"1"})
    second = atomic.write_folder(tmp_path / "abc", {"a": b"2"})
    assert second.name == "abc.2"
    assert (tmp_path / "abc" / "a").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: (d / "b").write_bytes(b"x\ny\n"), "b differs from line 2"),
        (lambda d: (d / "b").unlink(), "b is missing"),
        (lambda d: (d / "c").write_bytes(b""), "c is there and should not be"),
        (lambda d: (d / "b").write_bytes(b"x\nz\n1"), "b differs from line 3"),
    ],
)
def test_the_first_difference_is_named(tmp_path, change, says):
    files = {"a": b"1", "b": b"x\nz\n"}
    place = atomic.write_folder(tmp_path / "abc", files)
    assert atomic.first_difference(place, files) == ""
    change(place)
    assert atomic.first_difference(place, files).startswith(says)


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path):
    (tmp_path / ".unfinished-x").mkdir()
    (tmp_path / ".unfinished-y").write_text("half")
    (tmp_path / "abc").mkdir()
    atomic.clear_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_two_runs_of_one_study_do_not_meet(tmp_path):
    (tmp_path / "study.toml").write_text("")
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from tricyclic.io.atomic import only_one
        with only_one(Path(sys.argv[1])):
            print("locked", flush=True)
            time.sleep(60)
        """
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(InputError, match="another run"), atomic.only_one(tmp_path):
            pass
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    # A killed process holds no lock.
    for _ in range(50):
        try:
            with atomic.only_one(tmp_path):
                return
        except InputError:
            time.sleep(0.02)
    pytest.fail("the lock outlived its process")
