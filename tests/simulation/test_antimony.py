"""A statement keeps its meaning when its symbols are renamed."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.simulation.antimony import parse_statement, symbols, to_identifier

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
    assert parse_statement(statement, "a", NAMES, where="test") == written


def test_a_single_start_value_keeps_the_unit_of_its_state():
    assert "dimensionless" not in parse_statement("x = 100", "a", NAMES, where="test")


def test_an_undeclared_symbol_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="placee"):
        parse_statement("x := placee*k", "a", NAMES, where="test")


def test_numbers_and_words_are_no_symbols():
    assert symbols("exp(-k*1e-3) + net.uptake/2") == ("k", "net.uptake")


def test_the_identifier_of_a_quantity_joins_component_and_symbol():
    assert to_identifier("net_cortex.uptake") == "net_cortex__uptake"
