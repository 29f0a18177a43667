"""Effective doses have the letters that the user gives: LD50 of a toxicologist."""

from __future__ import annotations

import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

DEAD = pd.DataFrame(
    {"dose_ug": [1, 2, 4, 8, 16, 32], "dead": [1, 4, 9, 13, 18, 20], "treated": [20] * 6}
)
HOW = {"x": "dose_ug", "y": "dead", "trials": "treated", "variance": "binomial"}


def fitted(**more):
    return tca.fit(DEAD, "probit", **HOW, fixed={"bottom": 0, "top": 1}, **more)


@pytest.mark.parametrize("given", ["LD", "LD50"])
def test_the_median_dose_and_others_are_called_as_stated(given, tmp_path):
    fit = fitted(ec_name=given)
    assert (fit.ec(50).name, fit.ec(10).name) == ("LD50", "LD10")
    text = str(fit)
    assert "    LD50" in text
    assert "EC50" not in text
    fit.save(tmp_path / "ld50.svg")
    drawn = (tmp_path / "ld50.svg").read_text(encoding="utf-8")
    assert "LD50 4.70 µg" in drawn
    assert "EC50" not in drawn


def test_numbers_and_columns_do_not_depend_on_the_name():
    named, usual = fitted(ec_name="LC"), fitted()
    assert usual.ec(50).name == "EC50"
    assert named.ec(50).value == usual.ec(50).value
    pd.testing.assert_frame_equal(named.to_frame(), usual.to_frame())
    pd.testing.assert_frame_equal(named.ec([10, 50]), usual.ec([10, 50]))


def test_the_name_reaches_tables_of_several_curves_and_ratios():
    table = pd.concat([DEAD.assign(strain=s) for s in ("a", "b")])
    fit = tca.fit(table, "probit", **HOW, by="strain", fixed={"bottom": 0, "top": 1}, ec_name="LD")
    assert "LD50 (ug)" in str(fit)
    assert fit.ec_ratio("a", "b").name == "LD50 ratio"
    (compared,) = fit.compare("ec50").comparisons
    assert (compared.name, compared.simple) == ("same LD50", "one LD50 for all")


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InputError) as error:
        fitted(ec_name="L 9")
    assert str(error.value) == (
        "ec_name: 'L 9' is no name of effective doses. "
        "It is one of letters, such as LD, LC, ED or IC."
    )


def test_settings_of_a_call_on_files_reach_the_fit():
    table = pd.concat([DEAD.assign(strain=s) for s in ("a", "b")])
    fit = tca.fit_file(
        table,
        curve="logistic_4pl",
        x="dose_ug",
        y="dead",
        by="strain",
        share="bottom",
        own_scatter=True,
        ec_name="LD",
    )
    assert fit.settings.own_scatter
    assert fit.settings.ec_name == "LD"
