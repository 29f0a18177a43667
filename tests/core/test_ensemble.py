"""Ensembles keep their parameter sets within limits and report when they are out of date."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.ensemble import Ensemble, Prior, scale_of
from tricyclic.core.observation import Observation
from tricyclic.errors import InputError, UnknownNameError

RATE = Prior("rate", 1.0, 0.25, 4.0, "per_h", "log")
SHARE = Prior("share", 0.5, 0.1, 0.9, "dimensionless", "logit")
PAIR = Ensemble(
    "toy",
    "synapse",
    (RATE, SHARE),
    np.array([[1.0, 0.5], [2.0, 0.8]]),
    version=3,
    model_hash="m",
    observations_hash="o",
)
OBSERVED = Observation(
    "V001",
    "V001",
    "NE",
    "doubles",
    "synapse",
    "",
    "baseline",
    "NE",
    "peak",
    0.0,
    3.0,
    "is",
    200.0,
    math.nan,
    math.nan,
    math.nan,
    0.2,
    "assumed",
    "%",
    source="a_paper",
)


def test_a_parameter_set_is_given_by_name_and_only_for_known_parameters():
    assert PAIR.parameter_set(1) == {"rate": 2.0, "share": 0.8}
    assert PAIR.each(known={"rate"}, most=1) == [{"rate": 1.0}]
    assert PAIR.column("share").tolist() == [0.5, 0.8]


def test_the_parameter_sets_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        PAIR.parameter_sets[0, 0] = 3.0


def test_a_parameter_set_outside_its_limits_is_refused():
    with pytest.raises(InputError, match=r"'rate' goes from 1 to 5, outside 0.25 to 4"):
        replace(PAIR, parameter_sets=np.array([[1.0, 0.5], [5.0, 0.5]]))


def test_an_unknown_parameter_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'rate'"):
        PAIR.column("rat")


def test_an_ensemble_of_another_model_gives_one_sentence():
    assert PAIR.age("m", "o") == ""
    assert PAIR.age("other", "o") == (
        "The ensemble 'toy' (version 3) is older than the model; "
        "run: tricyclic model calibrate synapse"
    )
    assert "the model and the observations" in PAIR.age("x", "y")


def test_low_to_high_is_95_percent_of_the_prior_on_its_scale():
    assert RATE.standard([0.25, 1.0, 4.0]) == pytest.approx([-1.96, 0.0, 1.96])
    assert SHARE.standard([0.1, 0.5, 0.9]) == pytest.approx([-1.96, 0.0, 1.96])
    assert SHARE.from_scale(SHARE.on_scale([0.3, 0.7])) == pytest.approx([0.3, 0.7])


def test_shares_vary_on_the_logit_scale_and_positive_numbers_on_the_log_scale():
    assert scale_of(0.6, 0.95, "dimensionless") == "logit"
    assert scale_of(0.5, 5.0, "dimensionless") == "log"
    assert scale_of(0.0, 0.3, "dimensionless") == "linear"


def test_an_observation_is_met_within_its_error_or_its_limits():
    assert OBSERVED.accepts(200 * math.exp(0.39))
    assert not OBSERVED.accepts(200 * math.exp(0.40))
    limit = replace(OBSERVED, qualifier="above", value=math.nan, low=110.0)
    assert limit.accepts(111.0) and not limit.accepts(109.0)
    band = replace(limit, qualifier="between", high=320.0)
    assert band.accepts(200.0) and not band.accepts(321.0)
    assert band.target == pytest.approx(math.sqrt(110 * 320))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sd_log": 0.0}, "V001: sd_log is 0. It is above 0."),
        (
            {"value": -1.0},
            (
                "V001: is 'is' and value is -1. "
                "Observations are compared on the log scale, so it is above 0."
            ),
        ),
        (
            {"qualifier": "above"},
            (
                "V001: is 'above' and low is nan. "
                "Observations are compared on the log scale, so it is above 0."
            ),
        ),
        ({"from_h": 4.0}, "V001: the window is 4 to 3 h. 0 or more, in order."),
        ({"source": ""}, "V001: is 'reported' but has no source. Add its source."),
        ({"measure": "closest"}, "V001: 'closest' needs the published range."),
        ({"low": 210.0, "high": 300.0}, "V001: 200 lies outside 210 to 300."),
    ],
)
def test_an_observation_that_cannot_be_compared_is_refused(changes, sentence):
    with pytest.raises(InputError) as error:
        replace(OBSERVED, **changes)
    assert str(error.value) == sentence
