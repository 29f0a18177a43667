"""How a number stands to a published one, in one word."""

from __future__ import annotations

import math

import pytest

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.reports.words import (
    against,
    number,
    p_value,
    range_of,
    tally,
    value,
    value_with_limits,
)

GUIDE = Evidence("desipramine", "NET", "Ki", math.nan, "nM", 0.4, 4.2, certainty="guide")


@pytest.mark.parametrize(
    ("ki", "low", "high", "relation", "word"),
    [
        (0.8, 0.7, 0.9, "=", "inside"),
        (0.4, 0.3, 0.5, "=", "inside"),
        (5.0, 4.0, 6.2, "=", "interval overlaps"),
        (0.3, 0.2, 0.41, "=", "interval overlaps"),
        (9.0, 7.0, 12.0, "=", "above"),
        (0.1, 0.05, 0.2, "=", "below"),
        (9.0, math.nan, math.nan, "=", "above"),
        (9.0, 0.0, math.inf, "=", "interval overlaps"),
        (10.0, 10.0, math.inf, ">", "above"),
        (1.0, 1.0, math.inf, ">", "not decided"),
        (0.1, 0.0, 0.1, "<", "below"),
        (math.nan, math.nan, math.nan, "=", ""),
    ],
)
def test_a_ki_stands_inside_beside_or_outside_the_range_of_the_guide(ki, low, high, relation, word):
    assert against(Estimate("Ki", ki, "nM", low, high, relation=relation), GUIDE) == word


def test_units_are_brought_together_before_two_numbers_are_compared():
    assert against(Estimate("Ki", 0.0008, "uM", 0.0007, 0.0009), GUIDE) == "inside"
    assert against(Estimate("Bmax", 70.0, "fmol/mg"), GUIDE) == ""


def test_against_a_single_number_the_factor_is_told():
    single = Evidence("desipramine", "NET", "Ki", 0.8, "nM")
    assert against(Estimate("Ki", 1.6, "nM"), single) == "2.0 times as large"
    assert against(Estimate("Ki", 1.6, "nM", relation=">"), single) == ""


def test_numbers_are_written_as_a_person_would():
    assert value(Estimate("Ki", 10000.0, "nM", relation=">")) == "> 10000 nM"
    assert value(Estimate("Ki", math.nan, "nM")) == "not found"
    assert value_with_limits(Estimate("Ki", 0.83, "nM", 0.71, 0.97)) == "0.830 (0.710 to 0.970)"
    assert (number(None), number(math.nan), number(math.inf), number(-math.inf)) == (
        "",
        "",
        "∞",
        "−∞",
    )
    assert (p_value(math.nan), p_value(3e-7), p_value(0.031)) == ("", "< 0.0001", "0.031")
    assert p_value(0.031, 0.042) == "0.042 (nominal 0.031)"
    assert range_of(GUIDE) == "0.4 to 4.2 nM"
    assert range_of(Evidence("a", "b", "Ki", 10000.0, "nM", relation=">")) == "> 10000 nM"


def test_checks_are_counted_gravest_first():
    levels = ("fine", "stop", "fine", "look", "fine")
    assert tally([Check("c", level, "says") for level in levels]) == "1 stop, 1 look, 3 fine"
    assert tally([]) == "no check"
