"""Numbers and comparisons as text of cells."""

from __future__ import annotations

import math

import pytest

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.reports.words import (
    collect_warnings,
    compare_with_published,
    count_levels,
    format_level,
    format_optional,
    format_p_value,
    format_published,
    format_value,
    format_value_with_interval,
    keep_together,
    level_of_cell,
)

RANGE = Evidence("desipramine", "NET", "Ki", math.nan, "nM", 0.4, 4.2, certainty="vendor guide")


@pytest.mark.parametrize(
    ("ki", "low", "high", "qualifier", "text"),
    [
        (0.8, 0.7, 0.9, "=", "within range"),
        (0.4, 0.3, 0.5, "=", "within range"),
        (5.0, 4.0, 6.2, "=", "CI overlaps range"),
        (0.3, 0.2, 0.41, "=", "CI overlaps range"),
        (9.0, 7.0, 12.0, "=", "above range"),
        (0.1, 0.05, 0.2, "=", "below range"),
        (9.0, math.nan, math.nan, "=", "above range"),
        (9.0, 0.0, math.inf, "=", "CI overlaps range"),
        (10.0, 10.0, math.inf, ">", "above range"),
        (1.0, 1.0, math.inf, ">", "undecided"),
        (0.1, 0.0, 0.1, "<", "below range"),
        (math.nan, math.nan, math.nan, "=", ""),
    ],
)
def test_a_ki_is_compared_with_the_limits_of_a_reference_range(ki, low, high, qualifier, text):
    assert (
        compare_with_published(Estimate("Ki", ki, "nM", low, high, qualifier=qualifier), RANGE)
        == text
    )


def test_units_are_converted_before_two_numbers_are_compared():
    assert (
        compare_with_published(Estimate("Ki", 0.0008, "uM", 0.0007, 0.0009), RANGE)
        == "within range"
    )
    assert compare_with_published(Estimate("Bmax", 70.0, "fmol/mg"), RANGE) == ""


def test_against_a_single_value_the_ratio_is_given():
    single = Evidence("desipramine", "NET", "Ki", 0.8, "nM")
    assert compare_with_published(Estimate("Ki", 1.6, "nM"), single) == "2.0-fold"
    assert compare_with_published(Estimate("Ki", 1.6, "nM", qualifier=">"), single) == ""


def test_missing_open_and_small_numbers_have_their_own_text():
    assert format_value(Estimate("Ki", 10000.0, "nM", qualifier=">")) == "> 10000 nM"
    assert format_value(Estimate("Ki", math.nan, "nM")) == "not determined"
    assert (
        format_value_with_interval(Estimate("Ki", 0.83, "nM", 0.71, 0.97)) == "0.830 (0.710–0.970)"
    )
    assert (
        format_optional(None),
        format_optional(math.nan),
        format_optional(math.inf),
        format_optional(-math.inf),
    ) == (
        "",
        "",
        "∞",
        "−∞",
    )
    assert (format_p_value(math.nan), format_p_value(3e-7), format_p_value(0.031)) == (
        "",
        "< 0.0001",
        "0.031",
    )
    assert format_p_value(0.031, 0.042) == "0.042 (nominal 0.031)"
    assert format_published(RANGE) == "0.4–4.2 nM"
    assert format_published(Evidence("a", "b", "Ki", 10000.0, "nM", qualifier=">")) == "> 10000 nM"


def test_checks_are_counted_most_severe_first():
    levels = ("pass", "fail", "pass", "warn", "pass")
    assert (
        count_levels([Check("c", level, "message") for level in levels]) == "1 fail, 1 warn, 3 pass"
    )
    assert count_levels([]) == "no check"


def test_equal_warnings_are_listed_once_with_at_most_six_places():
    same = [Check("c", "warn", "low counts", f"run {n}", advice="count longer") for n in range(8)]
    checks = [*same, Check("c", "pass", "fine"), Check("c", "fail", "no fit", "run 1")]
    failed, warned = collect_warnings(checks)
    assert (failed.level, failed.message, failed.where) == ("fail", "no fit", "run 1")
    assert warned.where == "run 0, run 1, run 2, run 3, run 4, run 5 and 2 more"
    assert (warned.message, warned.advice) == ("low counts", "count longer")


@pytest.mark.parametrize("level", ["pass", "warn", "fail"])
def test_the_level_of_a_cell_is_read_back(level):
    assert level_of_cell(format_level(level)) == level
    assert level_of_cell(level) == ""


def test_messages_that_differ_in_the_name_of_a_protocol_are_one_warning():
    checks = [
        Check("c", "warn", f"taken from the protocol '{name}': tissue", where, advice="State it.")
        for name, where in (("net", "NET"), ("sert", "SERT"), ("net", "NET/run1"))
    ]
    checks.append(Check("c", "warn", "'a' and 'b' differ", "DAT", advice="State it."))
    first, second = collect_warnings(checks)
    assert first.message == "taken from the protocol 'net', 'sert': tissue"
    assert first.where == "NET, NET/run1, SERT"
    assert second.message == "'a' and 'b' differ"


def test_a_number_stays_on_the_line_of_its_unit_and_of_its_sign():
    text = keep_together(
        "Ki 0.865 nM (95 % CI 0.680-1.10, n = 3; p < 0.0001), 73.3 ± 4.6 fmol/mg at 4 °C"
    )
    assert text.replace("\u00a0", "_") == (
        "Ki 0.865_nM (95_%_CI 0.680-1.10, n_=_3; p_<_0.0001), 73.3_±_4.6_fmol/mg at 4 °C"
    )
