"""The fixture `equal_fits_once`: what it remembers is what a search gives, for equal arguments
only.
"""

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting import fit as engine
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.outliers import detect_outliers_rout

DOSES = np.repeat(np.logspace(-10, -5, 9), 2)


def series(seed=1, **other):
    rng = np.random.default_rng(seed)
    y = 300 + 2000 / (1 + DOSES / 3e-8) + rng.normal(0, 60, DOSES.size)
    y[3] += 900.0
    x = {"competitor_M": DOSES, "specific": np.ones_like(DOSES)}
    return Series(other.pop("name", "a"), y, "cpm", x, **other)


def everything(result):
    arrays = [result.covariance, *(part.expected for part in result.parts)]
    arrays += [part.sd for part in result.parts]
    plain = (result.parameters, result.rss, result.log_likelihood, result.optima, result.starts)
    return repr(plain), result.checks, [array.tobytes() for array in arrays]


CASES = [
    (curve, {"variance": variance, "intervals": "all"})
    for curve in ("one_site_competition", "one_site_competition_hill", "two_site_competition")
    for variance in ("constant", "proportional", "power")
]


@pytest.fixture(scope="module")
def anew():
    """Fits before the fixture: of every case, and the suggested outliers."""
    fits = [everything(fit(series(), CURVES[curve], **how)) for curve, how in CASES]
    return fits, detect_outliers_rout(series(), CURVES["one_site_competition"])


@pytest.fixture
def searches(anew, equal_fits_once):
    """Number of searches that were made anew, as a list of one."""
    return anew


def test_remembered_fits_are_those_of_a_search_to_the_last_bit(searches):
    fits, suspects = searches
    for _ in range(2):
        assert [everything(fit(series(), CURVES[c], **how)) for c, how in CASES] == fits
        assert detect_outliers_rout(series(), CURVES["one_site_competition"]) == suspects
    assert suspects


def test_only_equal_arguments_are_remembered(searches):
    model = CURVES["one_site_competition_hill"]
    parts = [FitPart(series(), model), FitPart(series(2), model, {"hill": "other"})]
    different = [
        fit(series(), model),
        fit(series(2), model),
        fit(series(weight=np.linspace(1, 2, DOSES.size)), model),
        fit(series(), model, fixed={"hill": 1.0}),
        fit(series(), model, fixed={"hill": 1.1}),
        fit(series(), model, variance="proportional"),
        fit(series(), model, confidence=0.9),
        fit(series(), replace(model, parameters=tuple(reversed(model.parameters)))),
        fit(series(), replace(model, curve=lambda **v: 1.01 * model.curve(**v))),
        fit(series(), replace(model, curve=lambda **v: 1.02 * model.curve(**v))),
        fit(series(), CURVES["one_site_competition"]),
        fit(parts),
        fit([parts[0], replace(parts[1], rename={})]),
    ]
    assert len({repr((one.parameters, one.rss)) for one in different}) == len(different)


def test_names_of_the_caller_are_kept(searches):
    model = CURVES["one_site_competition"]
    named = [fit(series(name=name), model).parts[0].series.name for name in ("a", "b")]
    assert named == ["a", "b"]


def test_a_second_equal_fit_is_not_searched(searches, monkeypatch):
    one = fit(series(5), CURVES["one_site_competition"])
    monkeypatch.setattr("tricyclic.fitting.search.WeightedSearch.best_of", None)
    assert everything(fit(series(5), CURVES["one_site_competition"])) == everything(one)
    with pytest.raises(TypeError):
        fit(series(6), CURVES["one_site_competition"])
    assert engine.fit is fit
