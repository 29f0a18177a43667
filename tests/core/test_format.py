"""Numbers as a person writes them."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest

from tricyclic.core.check import Check, worst
from tricyclic.core.estimate import Estimate, interval
from tricyclic.core.format import figures
from tricyclic.core.serialize import as_plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8312, "0.831"),
        (5066.4, "5070"),
        (99.96, "100"),
        (0, "0"),
        (1.5e6, "1.50e6"),
        (-0.04567, "-0.0457"),
        (math.nan, "not found"),
        (math.inf, "open"),
        (12.0, "12.0"),
    ],
)
def test_three_figures_are_three_figures(value: float, text: str) -> None:
    assert figures(value) == text


def test_an_estimate_tells_value_unit_interval_and_n() -> None:
    ki = Estimate("Ki", 0.8312, "nM", 0.7104, 0.9712, n=3, subject="desipramine", target="NET")
    assert str(ki) == "desipramine at NET   Ki 0.831 nM   95 %: 0.710 to 0.971   n = 3"
    assert ki.p_value == pytest.approx(9.0803, abs=1e-4)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.5, math.inf, "> 0.500"),
        (0.0, 2.0, "< 2.00"),
        (0.0, math.inf, "open"),
        (math.nan, math.nan, ""),
    ],
)
def test_open_ends_are_shown_as_such(low: float, high: float, text: str) -> None:
    assert interval(Estimate("Ki", 1.0, "nM", low, high)) == text


def test_the_worst_check_decides() -> None:
    checks = (Check("a", "fine", ""), Check("b", "look", ""))
    assert worst(checks) == "look"
    assert worst(()) == "fine"
    with pytest.raises(ValueError, match="a Check is"):
        Check("a", "bad", "")  # type: ignore[arg-type]


def test_plain_records_are_json_without_surprises() -> None:
    plain = as_plain(
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
