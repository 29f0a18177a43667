"""Curves of drc and Prism are named as they are here, with parameters that correspond."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import norm

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.curves import CURVES
from tricyclic.curves._other_names import _DRC, _PRISM, other_name
from tricyclic.errors import InputError

X = np.array([0.0, 1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 1e-6, 1e-4])


def ours(name, **parameters):
    """Values of one of our curves; parameters without a value have their default."""
    model = CURVES[name]
    given = {p.name: p.default for p in model.parameters if p.fixed_by_default} | parameters
    return model.curve(concentration_M=X, **given)


def log_logistic(b, c, d, e, f=1.0):
    """Formula of drc's LL.5."""
    with np.errstate(divide="ignore"):
        return c + (d - c) / (1 + np.exp(b * (np.log(X) - np.log(e)))) ** f


@pytest.mark.parametrize("b", [1.3, -0.7])
def test_ll_4_is_our_logistic_with_the_slope_of_the_other_sign(b):
    name, difference = other_name("LL.4")
    assert "bottom is c, top is d, EC50 is e, hill is -b" in difference
    np.testing.assert_allclose(
        ours(name, bottom=2.0, top=9.0, log10_ec50=np.log10(2e-8), hill=-b),
        log_logistic(b, 2.0, 9.0, 2e-8),
    )


@pytest.mark.parametrize("b", [1.3, -0.7])
def test_the_parameters_of_ll_5_correspond_as_stated(b):
    name, difference = other_name("LL.5")
    assert "asymmetric_end=1 where b is above 0" in difference
    f, e = 0.4, 2e-8
    # The dose of the half-way response, from drc's formula.
    half = e * (2 ** (1 / f) - 1) ** (1 / b)
    np.testing.assert_allclose(
        ours(
            name,
            bottom=2.0,
            top=9.0,
            log10_ec50=np.log10(half),
            hill=-b,
            log10_asymmetry=np.log10(f),
            asymmetric_end=1.0 if b > 0 else -1.0,
        ),
        log_logistic(b, 2.0, 9.0, e, f),
        rtol=1e-6,
    )


def test_ln_4_is_our_probit_with_its_slope_in_decades():
    name, difference = other_name("LN.4")
    assert "hill is 2.303 b" in difference
    b, e = 0.8, 2e-8
    with np.errstate(divide="ignore"):
        expected = 2.0 + 7.0 * norm.cdf(b * (np.log(X) - np.log(e)))
    np.testing.assert_allclose(
        ours(name, bottom=2.0, top=9.0, log10_ec50=np.log10(e), hill=b * np.log(10)), expected
    )


def test_mm_3_is_our_logistic_of_slope_1():
    name, _ = other_name("MM.3")
    with np.errstate(divide="ignore"):
        expected = 2.0 + 7.0 / (1 + 2e-8 / X)
    np.testing.assert_allclose(
        ours(name, bottom=2.0, top=9.0, log10_ec50=np.log10(2e-8), hill=1.0), expected
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EXD.3", lambda t: 2.0 + 7.0 * np.exp(-t / 5.0)),
        ("AR.3", lambda t: 2.0 + 7.0 * (1 - np.exp(-t / 5.0))),
    ],
)
def test_the_exponential_curves_have_the_rate_1_over_e(name, expected):
    model = CURVES[other_name(name)[0]]
    t = np.linspace(0, 30, 7)
    ends = {"y0": 9.0, "plateau": 2.0} if name == "EXD.3" else {"y0": 2.0, "plateau": 9.0}
    given = ends | {"log10_rate": np.log10(1 / 5.0), "lag_min": 0.0}
    np.testing.assert_allclose(model.curve(time_min=t, **given), expected(t))


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("LL.4()", "logistic_4pl"),
        ("ll.3", "logistic_4pl"),
        ("LL.3u", "logistic_4pl"),
        ("LL2.4", "logistic_4pl"),
        ("LL2.5", "logistic_5pl"),
        ("W1.4", ""),
        ("W2.3", ""),
        ("BC.5", ""),
        ("log(inhibitor) vs. response -- Variable slope", "logistic_4pl"),
        ("log(inhibitor) vs. response -- Variable slope (four parameters)", "logistic_4pl"),
        ("[Agonist] vs. response (three parameters)", "logistic_3pl"),
        ("log(agonist) vs. response", "logistic_3pl"),
        ("log(inhibitor) vs. normalized response -- Variable slope", "logistic_4pl"),
        ("log(inhibitor) vs. normalized response", "logistic_3pl"),
        ("Asymmetric (five parameter)", "logistic_5pl"),
        ("Sigmoidal, 4PL, X is log(concentration)", "logistic_4pl"),
        ("Gaddum/Schild EC50 shift", "gaddum_schild"),
        ("One site - Fit Ki", "competition_ki"),
        ("One site - Fit logIC50", "one_site_competition"),
        ("Two sites - Fit logIC50", "two_site_competition"),
        ("One site -- Specific binding", "saturation_specific"),
        ("One site -- Total and nonspecific binding", "saturation"),
        ("Kinetics of competitive binding", "competitive_association"),
        ("Dissociation - One phase exponential decay", "dissociation"),
        ("One phase decay", "one_phase_decay"),
        ("Two phase association", "two_phase_association"),
        ("Michaelis-Menten", "saturation_specific"),
        ("4PL", "logistic_4pl"),
        ("Emax", "logistic_4pl"),
        ("hill", "logistic_4pl"),
    ],
)
def test_a_name_of_drc_or_prism_is_that_of_one_of_our_curves(name, curve):
    known = other_name(name)
    assert known is not None
    assert known[0] == curve


def test_every_curve_that_is_named_exists():
    names = {ours for ours, _ in _DRC.values()} | {ours for _, ours, _ in _PRISM}
    assert names <= set(CURVES)


@pytest.mark.parametrize("name", ["competition", "saturaton", "logistic_4p", "my_curve", "ki"])
def test_other_names_are_not_taken_for_those_of_another_program(name):
    assert other_name(name) is None


def test_a_name_of_drc_is_refused_with_ours_in_python_and_in_the_shell(tmp_path):
    sentence = (
        "no curve model is called 'LL.4'. Here it is logistic_4pl: bottom is c, top is d, EC50 is "
        "e, hill is -b. Write logistic_4pl."
    )
    table = {"conc_nM": [1.0, 3, 10, 30, 100], "y": [9.0, 8, 5, 2, 1]}
    with pytest.raises(InputError) as raised:
        tca.fit(table, "LL.4", x="conc_nM", y="y")
    assert str(raised.value) == sentence[0].upper() + sentence[1:]
    file = tmp_path / "t.csv"
    file.write_text("conc_nM,y\n1,9\n3,8\n10,5\n30,2\n100,1\n")
    done = CliRunner().invoke(
        main, ["curves", "fit", str(file), "--curve", "LL.4", "--x", "conc_nM", "--y", "y"]
    )
    assert done.exit_code == 3
    assert sentence[1:] in done.stderr


def test_a_name_of_a_weibull_curve_is_refused_with_what_there_is():
    with pytest.raises(InputError) as raised:
        tca.curve_model("W1.4")
    assert str(raised.value) == (
        "No curve model is called 'W1.4'. R's drc has it, and none here has its form; "
        "logistic_5pl is an asymmetric curve. Write your own: see the page on extending."
    )


def test_a_choice_of_curves_knows_the_names_of_drc_too(tmp_path):
    with pytest.raises(InputError, match="Here it is logistic_5pl"):
        tca.interpolate({"conc_nM": [1.0], "y": [2.0]}, x="conc_nM", y="y", curve="LL.5")
