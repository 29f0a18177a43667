"""Every line of the log contains the hash of the line before it."""

from __future__ import annotations

import json

import pytest

from tricyclic.errors import InputError
from tricyclic.study import log


@pytest.fixture
def logged(tmp_path):
    for number in range(3):
        log.append(
            tmp_path, "run", {"results": f"r{number}", "raw": {"raw/a.csv": f"hash{number}"}}
        )
    return tmp_path


def test_a_study_that_was_never_run_has_an_empty_log(tmp_path):
    assert log.read_log(tmp_path) == ()


def test_lines_are_numbered_and_each_contains_the_hash_of_the_one_before(logged):
    entries = log.read_log(logged)
    rows = [
        json.loads(line) for line in (logged / log.NAME).read_text(encoding="utf-8").splitlines()
    ]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [row["previous_hash"] for row in rows] == [
        "",
        entries[0].line_hash,
        entries[1].line_hash,
    ]


def test_a_raw_file_is_identified_by_the_hash_of_its_first_run(logged):
    assert log.raw_hashes(log.read_log(logged)) == {"raw/a.csv": "hash0"}


def test_a_changed_line_is_named(logged):
    path = logged / log.NAME
    path.write_text(path.read_text(encoding="utf-8").replace('"r1"', '"r9"'))
    with pytest.raises(InputError, match=r"line 2.* changed"):
        log.read_log(logged)


def test_a_line_changed_with_its_hash_breaks_the_next_one(logged):
    path = logged / log.NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[1])
    del row["hash"]
    row["details"]["results"] = "forged"
    row["hash"] = log._hash(row)
    lines[1] = json.dumps(row, sort_keys=True)
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match=r"line 3.*does not follow"):
        log.read_log(logged)


@pytest.mark.parametrize("removed", [0, 1])
def test_a_removed_line_is_detected(logged, removed):
    path = logged / log.NAME
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[removed]
    path.write_text("".join(lines))
    with pytest.raises(InputError, match="does not follow"):
        log.read_log(logged)


def test_lines_in_another_order_are_detected(logged):
    path = logged / log.NAME
    one, two, three = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(one + three + two)
    with pytest.raises(InputError, match="does not follow"):
        log.read_log(logged)


def test_a_line_cut_off_by_a_power_failure_is_left_out_and_the_log_continues(logged):
    path = logged / log.NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:-25])
    assert len(log.read_log(logged)) == 2
    log.append(logged, "run", {"results": "again"})
    entries = log.read_log(logged)
    assert [entry.details["results"] for entry in entries] == ["r0", "r1", "again"]


def test_a_line_of_text_is_not_a_line_of_a_log(logged):
    path = logged / log.NAME
    path.write_text(path.read_text(encoding="utf-8") + "hello\n")
    with pytest.raises(InputError, match=r"line 4.*is not a line of a log"):
        log.read_log(logged)
