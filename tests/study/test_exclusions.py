"""Every exclusion says what, why, who and when, and means something."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.study.exclusions import read_exclusions, targets

PLACES = {
    ("NET", "run1"): "raw/net_1.csv",
    ("NET", "run2"): "raw/net_2.csv",
    ("SERT", "run1"): "raw/both.csv",
    ("SERT", "run2"): "raw/both.csv",
}


def read(tmp_path, text):
    path = tmp_path / "exclusions.csv"
    path.write_text(text, encoding="utf-8")
    return read_exclusions(path)


def test_no_file_means_no_exclusion(tmp_path):
    assert read_exclusions(tmp_path / "exclusions.csv") == ()


def test_a_row_is_read_whatever_the_spreadsheet_made_of_it(tmp_path):
    comma = read(
        tmp_path,
        'target,reason,who,when\n# remark\nraw/net_1.csv:D11,"torn, seen",A. B.,2026-03-12\n',
    )
    semicolon = read(
        tmp_path,
        "\ufefftarget;reason;who;when\r\nraw/net_1.csv:D11;torn, seen;A. B.;2026-03-12\r\n",
    )
    assert comma == semicolon
    assert comma[0].reason == "torn, seen"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("target,reason,who\nx,y,z\n", "no column 'when'"),
        (
            "target,reason,who,when\nx,,z,2026-01-01\n",
            "line 2: Has no reason|line 2: has no reason",
        ),
        ("target,reason,who,when\nx,y,z,12.3.2026\n", "year-month-day"),
        ("target,reason,who,when\nx,y,z,2026-02-31\n", "no day"),
        ("target,reason,who,when\nx,torn, seen,z,2026-01-01\n", "5 cells for 4 columns"),
    ],
)
def test_a_row_that_lacks_something_is_refused_in_words(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read(tmp_path, text)


def meant(tmp_path, target):
    return targets(read(tmp_path, f"target,reason,who,when\n{target},torn,A,2026-03-12\n"), PLACES)


@pytest.mark.parametrize("target", ["raw/net_1.csv:D11", "net_1.csv:D11", "NET/run1/D11"])
def test_a_well_can_be_named_by_file_or_by_run(tmp_path, target):
    assert meant(tmp_path, target) == {("NET", "run1"): {"D11": "torn (A, 2026-03-12)"}}


def test_a_whole_run_can_be_named(tmp_path):
    assert meant(tmp_path, "NET/run2") == {("NET", "run2"): {"": "torn (A, 2026-03-12)"}}


def test_a_target_that_means_nothing_suggests_what_was_meant(tmp_path):
    with pytest.raises(InputError, match=r"net_7.csv.*Did you mean 'raw/net_1.csv'|Did you mean"):
        meant(tmp_path, "raw/net_7.csv:D11")
    with pytest.raises(InputError, match="run of this study"):
        meant(tmp_path, "DAT/run1/D11")


def test_a_file_of_several_runs_asks_which_one(tmp_path):
    with pytest.raises(InputError, match="SERT/run1/A01, SERT/run2/A01"):
        meant(tmp_path, "raw/both.csv:A01")


def test_a_well_excluded_twice_is_refused(tmp_path):
    rows = "raw/net_1.csv:D11,a,A,2026-03-12\nNET/run1/D11,b,A,2026-03-12\n"
    with pytest.raises(InputError, match="twice"):
        targets(read(tmp_path, "target,reason,who,when\n" + rows), PLACES)
