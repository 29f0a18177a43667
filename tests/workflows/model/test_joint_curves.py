"""EC50 and fold of cultures of which some have no EC50 of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.workflows.model.virtual.curves import (
    compare_folds,
    fit_cultures,
    folds,
    missing_folds,
    pooled_fold,
)

DOSES = [0.0, 10.0, 30.0, 100.0, 300.0, 1000.0]
TRUE_EC50, TRUE_FOLD = 100.0, 2.5


def cultures(rng, n, *, sd, between=0.15):
    """Percentages of cells, shape (cultures, doses, 3), around a true curve of each culture."""
    ec50 = TRUE_EC50 * 10 ** rng.normal(0.0, between, (n, 1, 1))
    doses = np.array(DOSES)[None, :, None]
    curve = 10.0 * (1.0 + (TRUE_FOLD - 1.0) * doses / (doses + ec50))
    return curve + rng.normal(0.0, sd, (n, len(DOSES), 3))


def fitted(readings):
    return fit_cultures(
        DOSES, readings, unit="%", model="logistic_3pl", drug="d", variance="constant"
    )


@pytest.mark.parametrize(
    ("experiments", "off", "least"),
    [(6, 0.25, 5), pytest.param(25, 0.15, 21, marks=pytest.mark.slow)],
)
def test_the_ec50_of_noisy_cultures_is_not_biased_and_its_interval_contains_the_truth(
    experiments, off, least
):
    rng = np.random.default_rng(1)
    logs, inside, joint = [], 0, 0
    for _ in range(experiments):
        curves = fitted(cultures(rng, 6, sd=4.0))
        assert curves.ec50 is not None
        joint += bool(curves.left_out)
        logs.append(math.log10(curves.ec50.value / TRUE_EC50))
        inside += curves.ec50.low <= TRUE_EC50 <= curves.ec50.high
        assert curves.ec50.n_experiments == 6
    # Most experiments have a culture without an EC50 of its own.
    assert joint >= experiments // 2
    assert abs(np.median(logs)) < off
    assert inside >= least


def test_where_every_culture_has_an_ec50_they_are_pooled():
    curves = fitted(cultures(np.random.default_rng(2), 5, sd=0.3))
    assert not curves.left_out
    assert "jackknife" not in curves.ec50.method
    assert curves.fold.value == pytest.approx(TRUE_FOLD, rel=0.1)


def test_the_remark_states_why_cultures_are_fitted_together():
    readings = cultures(np.random.default_rng(3), 4, sd=0.3)
    readings[2] = 10.0 + np.random.default_rng(4).normal(0.0, 0.3, readings[2].shape)
    curves = fitted(readings)
    assert curves.remarks[0].startswith("culture 3 has ")
    assert curves.remarks[-1].endswith("would depend on the outcome")
    assert curves.ec50.method == "one fit of 4 cultures, jackknife over cultures"


def test_folds_are_not_pooled_over_the_cultures_that_have_one():
    treated, control = np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 0.0])
    values = folds("fold", treated, control, "d")
    assert values[2] is None
    assert pooled_fold(values) is None
    assert compare_folds(values, values, ("a", "b")) == ()
    assert pooled_fold(values[:2]).value == pytest.approx(math.sqrt(6.0))


def test_conditions_whose_folds_are_not_pooled_are_named():
    values = folds("fold", np.array([2.0, -1.0]), np.array([1.0, 1.0]), "d")
    (remark,) = missing_folds({"drug 1 uM": values, "vehicle": (values[0], values[0])})
    assert remark.startswith("no pooled fold for drug 1 uM: a culture has a reading of 0 or less")
    assert missing_folds({"vehicle": (values[0],)}) == ()
