"""Responders are counted by rules on endpoints, with a confidence interval of their share."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.core.population import Endpoint, Population
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.responders import parse_responders

ENDPOINTS = (Endpoint("NE.peak", "nM", "maximum"), Endpoint("NE.end_percent", "%", "final value"))
VALUES = np.array([[1.0, 150.0], [2.0, 200.0], [3.0, 250.0], [math.nan, 300.0]])


def population(values=VALUES) -> Population:
    index = np.full(len(values), -1)
    return Population("small", "", 1, {}, {}, index, ENDPOINTS, values, ())


@pytest.mark.parametrize(
    ("text", "count"),
    [("NE.peak >= 2", 2), ("NE.peak > 2", 1), ("NE.peak <= 2", 2), ("NE.peak < 2", 1)],
)
def test_each_comparison_counts_its_subjects(text, count):
    (rule,) = parse_responders([text], ENDPOINTS)
    share = rule.share(population())
    # The subject without the endpoint is not counted.
    assert (share.rule, share.count, share.n_subjects) == (text, count, 3)
    assert share.share == pytest.approx(count / 3)


@pytest.mark.parametrize("text", ["  NE.end_percent   >=2e2 % ", "NE.end_percent >= 200"])
def test_spaces_and_a_percent_sign_are_allowed(text):
    (rule,) = parse_responders([text], ENDPOINTS)
    assert (rule.endpoint, rule.comparison, rule.limit) == ("NE.end_percent", ">=", 200.0)
    assert rule.text == " ".join(text.split())


def test_the_interval_is_wilsons():
    # 3 of 4: Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E,
    # equation of method 3.
    (rule,) = parse_responders(["NE.end_percent >= 200"], ENDPOINTS)
    share = rule.share(population())
    z2 = 1.959963984540054**2
    root = math.sqrt(z2 + 4 * 4 * 0.75 * 0.25)
    expected = [
        (2 * 4 * 0.75 + z2 + sign * math.sqrt(z2) * root) / (2 * (4 + z2)) for sign in (-1, 1)
    ]
    assert [share.low, share.high] == pytest.approx(expected)


def test_without_any_subject_the_share_is_nan():
    (rule,) = parse_responders(["NE.peak > 0"], ENDPOINTS)
    share = rule.share(population(np.full((2, 2), math.nan)))
    assert share.n_subjects == 0
    assert math.isnan(share.share) and math.isnan(share.low) and math.isnan(share.high)


@pytest.mark.parametrize("text", ["NE.peak = 2", "NE.peak > 1.2.3", "NE.peak > .", "NE.peak > 2３"])
def test_text_that_is_not_a_rule_is_refused(text):
    with pytest.raises(InputError) as error:
        parse_responders([text], ENDPOINTS)
    assert str(error.value) == (
        f"responder: '{text}' is not a rule. Write it like \"cortex_NE.last_day_percent >= 200\"."
    )


def test_an_unknown_endpoint_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError) as error:
        parse_responders(["NE.peek > 2"], ENDPOINTS)
    assert str(error.value) == (
        "responder: no endpoint is called 'NE.peek'. Did you mean 'NE.peak'? "
        "There are: NE.end_percent, NE.peak."
    )
