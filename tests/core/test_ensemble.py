"""An ensemble keeps its members inside their limits, and says when it is old."""

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
SEEN = Observation(
    "V001",
    "V001",
    "NE",
    "doubles",
    "synapse",
    "",
    "rest",
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


def test_a_member_is_told_by_name_and_only_what_a_run_has():
    assert PAIR.member(1) == {"rate": 2.0, "share": 0.8}
    assert PAIR.each(known={"rate"}, most=1) == [{"rate": 1.0}]
    assert PAIR.column("share").tolist() == [0.5, 0.8]


def test_a_member_outside_its_limits_is_refused():
    with pytest.raises(InputError, match=r"'rate' goes from 1 to 5, outside 0.25 to 4"):
        replace(PAIR, members=np.array([[1.0, 0.5], [5.0, 0.5]]))


def test_a_parameter_that_was_not_calibrated_is_asked_for_in_vain():
    with pytest.raises(UnknownNameError, match="Did you mean 'rate'"):
        PAIR.column("rat")


def test_an_ensemble_of_another_model_says_so_in_one_line():
    assert PAIR.age("m", "o") == ""
    line = PAIR.age("other", "o")
    assert (
        line
        == "The ensemble 'toy' (version 3) is older than the model; run: tricyclic calibrate synapse"
    )
    assert "the model and the observations" in PAIR.age("x", "y")


def test_low_to_high_is_95_percent_of_the_prior_on_its_scale():
    assert RATE.standard([0.25, 1.0, 4.0]) == pytest.approx([-1.96, 0.0, 1.96])
    assert SHARE.standard([0.1, 0.5, 0.9]) == pytest.approx([-1.96, 0.0, 1.96])
    assert SHARE.from_scale(SHARE.on_scale([0.3, 0.7])) == pytest.approx([0.3, 0.7])


def test_shares_move_on_the_logit_scale_and_positive_numbers_on_the_log_scale():
    assert scale_of(0.6, 0.95, "dimensionless") == "logit"
    assert scale_of(0.5, 5.0, "dimensionless") == "log"
    assert scale_of(0.0, 0.3, "dimensionless") == "linear"


def test_an_observation_holds_within_its_error_or_its_limits():
    assert SEEN.holds(200 * math.exp(0.39))
    assert not SEEN.holds(200 * math.exp(0.40))
    limit = replace(SEEN, relation="above", value=math.nan, low=110.0)
    assert limit.holds(111.0) and not limit.holds(109.0)
    band = replace(limit, relation="between", high=320.0)
    assert band.holds(200.0) and not band.holds(321.0)
    assert band.target == pytest.approx(math.sqrt(110 * 320))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sd_log": 0.0}, "sd_log is 0"),
        ({"value": -1.0}, "compared on the log scale"),
        ({"relation": "above"}, "low is nan"),
        ({"from_h": 4.0}, "window is 4 to 3 h"),
        ({"source": ""}, "names no source"),
        ({"measure": "closest"}, "needs the range"),
        ({"low": 210.0, "high": 300.0}, "outside 210 to 300"),
    ],
)
def test_an_observation_that_cannot_be_compared_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        replace(SEEN, **changes)
