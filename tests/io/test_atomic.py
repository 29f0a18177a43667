"""A file or a folder is written completely or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from tricyclic.errors import InputError
from tricyclic.io import atomic


def test_a_file_is_replaced_completely(tmp_path):
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
    assert place.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_with_equal_files_is_written_once(tmp_path):
    files = {"a.csv": b"1\n", "figures/b.svg": b"<svg/>"}
    place = atomic.write_folder(tmp_path / "results" / "abc", files)
    assert place.name == "abc"
    assert atomic.contains_files(place, files)
    assert atomic.write_folder(tmp_path / "results" / "abc", files) == place


def test_different_results_are_written_beside_the_old_ones(tmp_path):
    atomic.write_folder(tmp_path / "abc", {"a": b"1"})
    second = atomic.write_folder(tmp_path / "abc", {"a": b"2"})
    assert second.name == "abc.2"
    assert (tmp_path / "abc" / "a").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda d: (d / "b").write_bytes(b"x\ny\n"), "b differs from line 2 on"),
        (lambda d: (d / "b").unlink(), "b is missing"),
        (lambda d: (d / "c").write_bytes(b""), "c is not expected"),
        (lambda d: (d / "b").write_bytes(b"x\nz\n1"), "b differs from line 3 on"),
    ],
)
def test_the_first_difference_is_named(tmp_path, change, difference):
    files = {"a": b"1", "b": b"x\nz\n"}
    place = atomic.write_folder(tmp_path / "abc", files)
    assert atomic.first_difference(place, files) == ""
    change(place)
    assert atomic.first_difference(place, files) == difference


def test_unfinished_files_of_a_killed_run_are_removed_and_no_others(tmp_path):
    (tmp_path / ".unfinished-x").mkdir()
    (tmp_path / ".unfinished-y").write_text("half")
    (tmp_path / "abc").mkdir()
    atomic.clear_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_a_folder_is_locked_for_one_process_at_a_time(tmp_path):
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
        with pytest.raises(InputError) as caught, atomic.only_one(tmp_path):
            pass
        assert str(caught.value) == (
            f"{tmp_path}: another run of this study is in progress. Wait until it has finished."
        )
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    # The lock ends with its process.
    for _ in range(50):
        try:
            with atomic.only_one(tmp_path):
                return
        except InputError:
            time.sleep(0.02)
    pytest.fail("the lock outlived its process")


def test_a_folder_that_does_not_exist_is_not_locked(tmp_path):
    missing = tmp_path / "absent"
    with pytest.raises(InputError) as caught, atomic.only_one(missing):
        pass
    assert str(caught.value) == (
        f"{missing}: is not a folder. Create a study with: tricyclic study new binding DIR."
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "results"
    with pytest.raises(InputError) as caught:
        atomic.write_folder(place, {"a": b""})
    assert str(caught.value) == (
        f"{place}: cannot be written (File exists). Choose another location."
    )


def test_of_several_files_all_are_written_or_none(tmp_path):
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(InputError) as error:
        atomic.write_files({tmp_path / "a.csv": b"new", tmp_path / "b.csv": b"new"})
    assert str(error.value) == (
        f"{tmp_path / 'b.csv'}: cannot be written (Is a directory). Choose another location."
    )
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]
