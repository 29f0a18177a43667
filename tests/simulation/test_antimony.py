"""A statement keeps its meaning when its symbols are renamed."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.simulation.antimony import flat, statement_of, symbols, told

NAMES = {"x": "a__x", "k": "a__k", "y": "b__y", "place": "cell", "n": "a__n"}


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("x := k*y", "a__x := a__k*b__y"),
        ("x' = -k*x", "a__x' = -a__k*a__x"),
        ("x = y", "a__x = b__y"),
        ("x = 0", "a__x = 0"),
        ("x := 1 + 2.5e-3*y", "a__x := (1 dimensionless) + (2.5e-3 dimensionless)*b__y"),
        ("x := exp(-k*time)", "a__x := exp(-a__k*time)"),
        ("J_up: -> x; place*k", "a__J_up: -> a__x; cell*a__k"),
    ],
)
def test_each_symbol_gets_the_name_of_its_use(statement, written):
    assert statement_of(statement, "a", NAMES, where="test") == written


def test_a_lone_start_value_keeps_the_unit_of_its_state():
    assert "dimensionless" not in statement_of("x = 100", "a", NAMES, where="test")


def test_a_symbol_that_nobody_declared_is_named_with_the_nearest():
    with pytest.raises(InputError, match="placee"):
        statement_of("x := placee*k", "a", NAMES, where="test")


def test_numbers_and_words_are_no_symbols():
    assert symbols("exp(-k*1e-3) + net.uptake/2") == ("k", "net.uptake")


def test_people_and_the_model_name_the_same_thing():
    assert told(flat("net_cortex.uptake")) == "net_cortex.uptake"
