"""Every exclusion has a target, reason, person and date, and its target exists."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.study.exclusions import WHOLE_RUN, excluded_wells, read_exclusions

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


def test_a_row_is_read_with_the_separators_of_any_spreadsheet(tmp_path):
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
    ("text", "sentence"),
    [
        (
            "target,reason,who\nx,y,z\n",
            ": has no column 'when'. Its first line is target,reason,who,when.",
        ),
        (
            "target,reason,who,when\nx,,z,2026-01-01\n",
            (
                ", line 2: column 'reason' is empty. "
                "Each exclusion has a target, a reason, a person and a date."
            ),
        ),
        (
            "target,reason,who,when\nx,y,z,12.3.2026\n",
            ", line 2: when is '12.3.2026'. A date is written year-month-day, such as 2026-03-12.",
        ),
        (
            "target,reason,who,when\nx,y,z,2026-02-31\n",
            ", line 2: when is '2026-02-31', which is not a day of the calendar.",
        ),
        (
            "target,reason,who,when\nx,torn, seen,z,2026-01-01\n",
            (
                ", line 2: has 5 cells for 4 columns. "
                "Put a reason that contains a comma between quotation marks."
            ),
        ),
    ],
)
def test_an_incomplete_row_is_refused_in_one_sentence(tmp_path, text, sentence):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == f"exclusions.csv{sentence}"


def excluded(tmp_path, target):
    return excluded_wells(
        read(tmp_path, f"target,reason,who,when\n{target},torn,A,2026-03-12\n"), PLACES
    )


@pytest.mark.parametrize("target", ["raw/net_1.csv:D11", "net_1.csv:D11", "NET/run1/D11"])
def test_a_well_can_be_named_by_file_or_by_run(tmp_path, target):
    assert excluded(tmp_path, target) == {("NET", "run1"): {"D11": "torn (A, 2026-03-12)"}}


def test_a_whole_run_can_be_named(tmp_path):
    assert excluded(tmp_path, "NET/run2") == {("NET", "run2"): {WHOLE_RUN: "torn (A, 2026-03-12)"}}


def test_an_unknown_target_suggests_the_nearest_one(tmp_path):
    with pytest.raises(
        InputError, match=r"raw/net_7\.csv.*Did you mean 'raw/net_2\.csv' or 'raw/net_1\.csv'"
    ):
        excluded(tmp_path, "raw/net_7.csv:D11")
    with pytest.raises(InputError, match="run of this study"):
        excluded(tmp_path, "DAT/run1/D11")


def test_the_error_for_a_file_of_several_runs_lists_them(tmp_path):
    with pytest.raises(InputError, match="SERT/run1/A01, SERT/run2/A01"):
        excluded(tmp_path, "raw/both.csv:A01")


def test_a_well_excluded_twice_is_refused(tmp_path):
    rows = "raw/net_1.csv:D11,a,A,2026-03-12\nNET/run1/D11,b,A,2026-03-12\n"
    with pytest.raises(InputError, match="twice"):
        excluded_wells(read(tmp_path, "target,reason,who,when\n" + rows), PLACES)
