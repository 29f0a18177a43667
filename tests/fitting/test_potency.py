"""The printed IC50 states what the readings support, and rounds as a table of a report does."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.curve_batch import CurveBatch
from tricyclic.core.format import format_number
from tricyclic.fitting.batch import gather
from tricyclic.fitting.many import BatchFitOptions, fit_rows
from tricyclic.fitting.potency import PotencyInput, _one_text, _texts, potency_columns

NAN, INF = np.nan, np.inf


def printed(value, low, high, status="fitted", *, at_bound=0, level=NAN, effect=""):
    """The columns of one curve with doses from 0.3 nM to 10 uM."""
    given = PotencyInput(
        *(np.array([x]) for x in (value, low, high, np.log10(0.3e-9), -5.0, at_bound)),
        np.array([status]),
        np.array([level]),
        effect,
    )
    columns = potency_columns(given, "nM")
    return {name: np.asarray(values)[0] for name, values in columns.items()}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((-8.0, -8.1, -7.9), "10.0"),
        ((np.log10(12.345e-9), -8.1, -7.8), "12.3"),
        ((np.log10(9.996e-9), -8.1, -7.8), "10.0"),
        ((np.log10(0.0012344e-9), -12.1, -7.8, "lower CI unbounded"), "< 0.3"),
        ((-6.0, -6.1, INF, "upper CI unbounded"), "> 794"),
        ((-4.5, -4.9, INF, "upper CI unbounded"), "> 10000"),
        ((-4.5, -5.2, -4.0), "> 10000"),
        ((-5.1, -5.2, INF, "upper CI unbounded"), "> 6310"),
        ((-8.0, -INF, -7.8, "lower CI unbounded"), "< 15.8"),
        ((-10.5, -INF, -10.1, "lower CI unbounded"), "< 0.3"),
        ((-7.0, -INF, INF, "CI unbounded"), "n.d."),
        ((-7.0, -INF, INF, "flat"), "n.d."),
        ((NAN, NAN, NAN, "not monotone"), "n.d."),
        ((NAN, NAN, NAN, "too few points"), "n.d."),
    ],
)
def test_a_value_or_a_limit_is_printed_to_three_figures(arguments, text):
    assert printed(*arguments)["ic50_nM_text"] == text


@pytest.mark.parametrize(
    ("effect", "level", "text"),
    [
        ("inhibition", 3.0, "> 10000"),
        ("inhibition", 97.0, "< 0.3"),
        ("remaining", 97.0, "> 10000"),
        ("remaining", 4.0, "< 0.3"),
        ("", 97.0, "n.d."),
    ],
)
def test_a_flat_curve_of_percent_is_above_or_below_all_doses(effect, level, text):
    columns = printed(-7.0, -INF, INF, "flat", level=level, effect=effect)
    assert columns["ic50_nM_text"] == text
    assert np.isnan([columns["ic50_nM"], columns["pIC50"], columns["ic50_low_nM"]]).all()


def test_without_limits_the_doses_bound_what_is_printed():
    assert printed(-4.5, NAN, NAN)["ic50_nM_text"] == "> 10000"
    assert printed(-6.0, NAN, NAN)["ic50_nM_text"] == "1000"
    assert printed(NAN, NAN, NAN, "parameter at bound", at_bound=1)["ic50_nM_text"] == "> 10000"


@pytest.mark.parametrize("exponent", range(-6, 9))
def test_the_table_of_printed_values_is_that_of_the_format_of_numbers(exponent):
    values = np.array([1.0, 1.01, 2.0, 2.5, 9.99]) * 10.0**exponent
    expected = [format_number(value) for value in values]
    if exponent >= 6:
        expected = [f"{float(text):.0f}" for text in expected]
    assert np.asarray(_texts(np.zeros(5, int), values)).tolist() == expected
    bounds = np.asarray(_texts(np.ones(5, int), values))
    assert bounds.tolist() == [_one_text(1, value) for value in values]


def test_a_plain_number_comes_with_its_value_limits_and_pic50():
    columns = printed(-8.0, -8.1, -7.9)
    assert columns["ic50_nM"] == pytest.approx(10.0)
    assert columns["ic50_low_nM"] == pytest.approx(10**0.9)
    assert columns["ic50_high_nM"] == pytest.approx(10**1.1)
    assert columns["pIC50"] == pytest.approx(8.0)


def test_a_bound_within_the_doses_holds_for_the_true_ic50_of_simulated_curves():
    rng = np.random.default_rng(4)
    x = np.repeat(np.linspace(-9.0, -5.0, 9), 2)
    truth = rng.uniform(-10.0, -4.0, 6000)
    y = 100.0 / (1.0 + 10.0 ** (truth[:, None] - x)) + rng.normal(0, 5.0, (6000, x.size))
    table = gather(np.repeat(np.arange(6000), x.size), np.tile(x, 6000), y.ravel())
    starts = np.arange(0, y.size + 1, x.size)
    rows = CurveBatch(table.names, starts, np.tile(x, 6000), y.ravel())
    text = np.asarray(
        fit_rows(rows, BatchFitOptions(), np.zeros(0, np.uint64), effect="inhibition")[
            "ic50_nM_text"
        ]
    )
    bound = np.array([float(t[1:]) if t[0] in "<>" else NAN for t in text])
    true_nM = 10 ** (truth + 9)
    inside = (bound > 1.01) & (bound < 9900)
    above, below = (np.char.startswith(text, sign) for sign in "><")
    # Two-sided 95 % limits: such a bound fails in 2.5 % of curves.
    for chosen, holds in ((above, true_nM > 0.995 * bound), (below, true_nM < 1.005 * bound)):
        assert (chosen & inside).sum() > 80
        assert 1 - holds[chosen & inside].mean() < 0.07
    # Of a curve far from its midpoint at the highest dose, no value is stated.
    far = truth > -4.3
    assert (text[far] == "> 10000").mean() > 0.5
    assert np.char.startswith(text[far], ">").mean() > 0.8
