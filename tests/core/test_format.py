"""Numbers, intervals and estimates as text; dataclasses as JSON."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest

from tricyclic.core.check import Check, worst_level
from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import align_columns, fit_lines, format_number, text_width
from tricyclic.core.serialize import to_jsonable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8312, "0.831"),
        (5066.4, "5070"),
        (99.96, "100"),
        (0, "0"),
        (1.5e6, "1.50e6"),
        (9.87e5, "987000"),
        (1.23e-4, "0.000123"),
        (1.23e-5, "1.23e-5"),
        (-0.04567, "-0.0457"),
        (math.nan, "not determined"),
        (math.inf, "unbounded"),
        (12.0, "12.0"),
    ],
)
def test_numbers_have_three_significant_figures(value: float, text: str) -> None:
    assert format_number(value) == text


def test_an_estimate_prints_value_unit_interval_and_n() -> None:
    ki = Estimate(
        "Ki", 0.8312, "nM", 0.7104, 0.9712, n_experiments=3, subject="desipramine", target="NET"
    )
    assert str(ki) == "desipramine at NET   Ki 0.831 nM   95 % CI 0.710–0.971   n = 3"
    assert ki.p_value == pytest.approx(9.0803, abs=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.5, math.inf, "> 0.500"),
        (0.0, 2.0, "< 2.00"),
        (0.0, math.inf, "unbounded"),
        (math.nan, math.nan, ""),
    ],
)
def test_unbounded_limits_are_printed_as_such(low: float, high: float, text: str) -> None:
    assert format_interval(Estimate("Ki", 1.0, "nM", low, high)) == text


def test_the_worst_level_of_several_checks_wins() -> None:
    checks = (Check("a", "pass", ""), Check("b", "warn", ""))
    assert worst_level(checks) == "warn"
    assert worst_level(()) == "pass"
    with pytest.raises(ValueError, match="a Check is"):
        Check("a", "bad", "")  # type: ignore[arg-type]


def test_dataclasses_become_json_without_infinities_and_nan() -> None:
    plain = to_jsonable(
        {
            "e": Estimate("Ki", math.nan, "nM", 0.0, math.inf),
            "d": date(2026, 1, 2),
            "a": np.array([1.0, np.nan]),
        }
    )
    text = json.dumps(plain, allow_nan=False)
    back = json.loads(text)
    assert back["e"]["value"] is None and back["e"]["high"] == "inf"
    assert back["d"] == "2026-01-02" and back["a"] == [1.0, None]


def test_a_wide_table_continues_its_last_column_below_itself() -> None:
    rows = [("name", "a text of several words that is longer than the terminal is wide"), ("b", "")]
    with text_width(44):
        lines = align_columns(rows, indent="")
    assert lines == [
        "name   a text of several words that is",
        "       longer than the terminal is wide",
        "b",
    ]
    assert align_columns(rows, indent="")[0].endswith("is wide")


def test_sentences_and_headings_fit_the_terminal_and_tables_stay() -> None:
    text = "\n".join(
        (
            "Title of something long   name, rat, 24 h",
            "  A sentence with many words that goes on.",
            "  a   1.5   2.5   3.5   4.5   5.5   6.5",
            "short   line",
        )
    )
    with text_width(32):
        assert fit_lines(text).split("\n") == [
            "Title of something long",
            "  name, rat, 24 h",
            "  A sentence with many words",
            "      that goes on.",
            "  a   1.5   2.5   3.5   4.5   5.5   6.5",
            "short   line",
        ]
    assert fit_lines(text) == text
