"""Suspected outliers are named in the checks of a fit, and nothing is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

DOSE = np.repeat(np.logspace(-1, 4, 9), 3)


def readings(seed: int, spoiled: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = 5 + 100 / (1 + DOSE / 50) + 2 * rng.normal(size=DOSE.size)
    if spoiled:
        y[7] += 60.0
    return pd.DataFrame({"conc_nM": DOSE, "y": y})


def test_a_suspect_is_named_and_stays_in_the_fit() -> None:
    frame = readings(1, spoiled=True)
    with_check = tca.fit(frame, x="conc_nM", y="y", outliers=0.01)
    plain = tca.fit(frame, x="conc_nM", y="y")
    assert with_check.values == plain.values
    assert with_check.fit.n == 27
    (check,) = [one for one in with_check.checks if one.name == "outlier"]
    assert check.level == "warn"
    assert "Nothing was excluded" in check.advice
    cleaned = tca.fit(frame.drop(index=7), x="conc_nM", y="y")
    assert f"log10_ec50 would be {cleaned['log10_ec50'].value:.3f}" in check.advice


@pytest.mark.slow
def test_clean_readings_have_no_suspects() -> None:
    raised = 0
    for seed in range(20):
        result = tca.fit(readings(seed, spoiled=False), x="conc_nM", y="y", outliers=0.01)
        (check,) = [one for one in result.checks if one.name == "outlier"]
        raised += check.level == "warn"
    assert raised <= 1


def test_suspects_of_groups_are_named_in_their_own_curve() -> None:
    frame = pd.concat(
        [
            readings(2, spoiled=False).assign(compound="a"),
            readings(3, spoiled=True).assign(compound="b"),
        ]
    )
    result = tca.fit(frame, x="conc_nM", y="y", by="compound", outliers=0.01)
    warned = [
        any(one.name == "outlier" and one.level == "warn" for one in fit.checks)
        for fit in result.fits
    ]
    assert warned == [False, True]
    shared = tca.fit(
        frame, x="conc_nM", y="y", by="compound", share=["bottom", "top"], outliers=0.01
    )
    (check,) = [one for one in shared.joint.checks if one.name == "outlier" and one.level == "warn"]
    assert "Nothing was excluded" in check.advice


def test_a_false_discovery_rate_out_of_range_is_refused() -> None:
    with pytest.raises(InputError) as error:
        tca.fit(readings(1, spoiled=False), x="conc_nM", y="y", outliers=0.7)
    assert str(error.value) == "outliers=: is 0.7. It lies above 0 and below 0.5, such as 0.01."


@pytest.mark.parametrize("variance", ["poisson", "quasipoisson"])
def test_a_variance_model_without_outliers_is_refused(variance) -> None:
    frame = readings(1, spoiled=True).round(0).clip(lower=0)
    with pytest.raises(InputError, match="not looked for under the variance model") as error:
        tca.fit(frame, x="conc_nM", y="y", variance=variance, outliers=0.01)
    assert "outliers=" in str(error.value)


@pytest.mark.parametrize("share", [(), ("bottom", "top")])
def test_the_json_of_several_curves_has_the_checks_that_are_printed(share) -> None:
    frame = pd.concat(
        [readings(seed, spoiled=seed == 3).assign(compound=f"c{seed}") for seed in (2, 3)]
    )
    result = tca.fit(frame, x="conc_nM", y="y", by="compound", share=share, outliers=0.01)
    named = [check for check in result.to_json()["checks"] if check["level"] != "pass"]
    assert named
    printed = " ".join(str(result).split())
    for check in named:
        assert check["message"] in printed


def test_the_words_of_the_binding_commands_work_in_a_fit_too() -> None:
    frame = readings(3, spoiled=True)
    by_rate = tca.fit(frame, x="conc_nM", y="y", outliers=0.01)
    by_word = tca.fit(frame, x="conc_nM", y="y", outliers="suggest")
    assert [c.message for c in by_word.checks] == [c.message for c in by_rate.checks]
    assert any(c.name == "outlier" for c in by_word.checks)
    none = tca.fit(frame, x="conc_nM", y="y", outliers="none")
    assert not any(c.name == "outlier" for c in none.checks)
    with pytest.raises(InputError) as error:
        tca.fit(frame, x="conc_nM", y="y", outliers="many")
    assert str(error.value) == (
        "outliers=: is 'many'. It is suggest, none, or a false discovery rate such as 0.01."
    )
