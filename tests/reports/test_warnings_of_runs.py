"""What several runs have in common is stated once, with the runs."""

from __future__ import annotations

import pytest

from tricyclic.core.check import Check
from tricyclic.reports.text.checks import check_lines


def outside(run: str, tested: str, side: str = "above", end: str = "> 300 nM") -> Check:
    return Check(
        "ic50_outside_range",
        "fail",
        f"the IC50 lies {side} the tested {tested}",
        where=run,
        advice=f"Report an IC50 {end}, or test further in that direction",
    )


def joined(*checks: Check) -> list[str]:
    return [" ".join(line.split()) for line in check_lines(checks)]


def test_an_ic50_outside_what_each_run_tested_is_one_failure_with_all_ranges():
    assert joined(outside("run 1", "1 nM to 300 nM"), outside("run 2", "2 nM to 600 nM")) == [
        (
            "fail run 1, run 2: the IC50 lies above the tested 1 nM to 300 nM, 2 nM to 600 nM. "
            "Report an IC50 > the highest tested concentration of the run, or test further in that "
            "direction"
        )
    ]


def test_runs_of_one_range_keep_their_bound():
    assert joined(outside("run 1", "1 nM to 300 nM"), outside("run 2", "1 nM to 300 nM")) == [
        (
            "fail run 1, run 2: the IC50 lies above the tested 1 nM to 300 nM. Report an IC50 "
            "> 300 nM, or test further in that direction"
        )
    ]


@pytest.mark.parametrize("other", [outside("run 2", "2 nM to 600 nM", "below", "< 2 nM")])
def test_the_two_sides_are_two_failures(other):
    assert len(joined(outside("run 1", "1 nM to 300 nM"), other)) == 2
