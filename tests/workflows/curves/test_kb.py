"""`tricyclic curves kb`: the KB with which Gaddum's equation gives the stated IC50."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.errors import InputError


def ic50_by_search(kb: float, agonist: float, ec50: float, slope: float) -> float:
    """Antagonist that halves the response, by root finding of Gaddum's shift of a Hill curve."""

    def response(antagonist: float) -> float:
        return 1.0 / (1.0 + (ec50 * (1.0 + antagonist / kb) / agonist) ** slope)

    half = response(0.0) / 2.0
    return brentq(lambda b: response(b) - half, 0.0, 1e9 * kb, xtol=1e-12, rtol=1e-14)


@pytest.mark.parametrize("slope", [0.6, 1.0, 1.7, 3.0])
@pytest.mark.parametrize("over", [0.3, 1.0, 8.0, 100.0])
def test_the_kb_is_that_with_which_the_shifted_agonist_curve_has_the_ic50(slope, over):
    ic50 = ic50_by_search(4.0, 20.0 * over, 20.0, slope)
    result = tca.kb(ic50=ic50, agonist=20.0 * over, ec50=20.0, agonist_hill=slope)
    assert result.kb.value == pytest.approx(4.0, rel=1e-9)
    assert result.agonist_over_ec50 == pytest.approx(over)


def test_with_a_slope_of_one_it_is_cheng_and_prusoff():
    result = tca.kb(ic50="120 nM", agonist="0.03 uM", ec50="10 nM")
    assert result.kb.value == pytest.approx(120 / (1 + 30 / 10))
    assert result.cheng_prusoff.value == result.kb.value
    assert "for comparison" not in str(result) and len(result.to_frame()) == 1


def test_the_interval_includes_the_errors_of_all_numbers_as_simulated():
    rng = np.random.default_rng(7)
    stated = {"ic50": (120, 15), "agonist": (30, 0.9), "ec50": (10, 1), "agonist_hill": (1.3, 0.1)}
    draws = {
        name: value * np.exp(se / value * rng.normal(size=200_000))
        for name, (value, se) in stated.items()
    }
    ratio, n = draws["agonist"] / draws["ec50"], draws["agonist_hill"]
    simulated = np.log10(draws["ic50"] / ((2 + ratio**n) ** (1 / n) - 1))
    result = tca.kb(**{name: f"{value} +/- {se}" for name, (value, se) in stated.items()})
    low, high = (math.log10(end) for end in (result.kb.low, result.kb.high))
    assert result.kb.log10_se == pytest.approx(simulated.std(), rel=0.02)
    assert [low, high] == pytest.approx(np.quantile(simulated, [0.025, 0.975]), abs=0.004)
    assert sum(one.share for one in result.inputs) == pytest.approx(1.0)


def test_more_runs_of_the_ic50_have_the_limits_of_students_t():
    three = tca.kb(ic50="120 +/- 15 nM", agonist=30, ec50=10, n=3)
    reach = 4.302652729911275 * 15 / 120 / math.log(10)
    assert math.log10(three.kb.high / three.kb.value) == pytest.approx(reach, rel=1e-9)
    assert three.kb.n_experiments == 3


def test_units_of_each_number_are_shown():
    text = str(tca.kb(ic50="120 nM", agonist="30 nM", ec50="10 nM", agonist_hill="1.3 (1.1-1.5)"))
    assert "slope of the agonist curve   1.30      (1.10–1.50)   100 % of the variance" in text
    assert "KB 39.3 nM" in text and "pKB 7.406" in text


@pytest.mark.parametrize(("over", "level"), [(0.1, "warn"), (0.2, "pass"), (5.0, "pass")])
def test_little_agonist_is_reported(over, level):
    (check,) = tca.kb(ic50=50, agonist=10 * over, ec50=10).checks
    assert (check.name, check.level) == ("agonist_over_ec50", level)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"ic50": -1}, "ic50=: is -1 nM. It is a number above 0."),
        ({"agonist_hill": 0}, "agonist_hill=: is 0. It is a number above 0."),
        ({"confidence": 95}, "confidence=: is 95. It is between 0 and 1."),
        ({"n": 0}, "n=: is 0. It is 1 or more."),
    ],
)
def test_impossible_numbers_are_refused_with_one_sentence(how, sentence):
    with pytest.raises(InputError) as error:
        tca.kb(**{"ic50": 120, "agonist": 30, "ec50": 10, **how})
    assert str(error.value) == sentence


def test_the_shell_gives_the_same_number_as_json_and_csv(tmp_path):
    arguments = ["curves", "kb", "--ic50", "120nM", "--agonist", "30nM", "--ec50", "10nM"]
    arguments += ["--agonist-hill", "1.3", "--compound", "prazosin"]
    run = CliRunner().invoke(main, [*arguments, "--format", "json"])
    expected = 120 / ((2 + 3**1.3) ** (1 / 1.3) - 1)
    assert json.loads(run.output)["result"]["kb"]["value"] == pytest.approx(expected)
    table = CliRunner().invoke(main, [*arguments, "--format", "csv"]).output.splitlines()
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert row["compound"] == "prazosin"
    assert float(row["KB_nM"]) == pytest.approx(expected, rel=1e-3)


def test_the_kb_of_a_slope_of_one_stands_beside_it_as_that_of_cheng_and_prusoff():
    result = tca.kb(ic50=120, agonist=30, ec50=10, agonist_hill=1.3)
    assert result.cheng_prusoff.value == pytest.approx(120 / (1 + 30 / 10))
    assert "for comparison, with slope 1: KB (Cheng-Prusoff) 30.0 nM" in str(result)
    assert list(result.to_frame()["method"]) == ["Leff-Dougall", "Cheng-Prusoff"]


def test_the_numbers_that_enter_a_kb_and_a_ki_are_tables_of_one_form():
    kb = tca.kb(ic50=120, agonist=30, ec50=10, agonist_hill=1.3).to_frame("inputs")
    ki = tca.ki(ic50=12.3, kd=1.5, radioligand_nM=2, bound_free=0.2).to_frame("inputs")
    assert list(kb.columns) == list(ki.columns)
    assert list(kb.columns)[:5] == ["input", "value", "low", "high", "unit"]
    assert list(kb["unit"]) == ["nM", "nM", "nM", ""]
    assert list(ki["unit"])[:3] == ["nM", "nM", "nM"]
