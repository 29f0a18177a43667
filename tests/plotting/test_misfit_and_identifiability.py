"""The figures of a calibration: observations on their own scale, parameters against their priors,
and which observation informs which parameter.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit, Prior
from tricyclic.core.observation import Observation
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.identifiability import identifiability_figure, information_figure
from tricyclic.plotting.misfit import misfit_figure

NUMBER = Observation(
    "V001",
    "V001",
    "NE",
    "desipramine doubles NE",
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
LIMIT = replace(
    NUMBER, id="V002", description="NE rises", qualifier="above", value=math.nan, low=110.0
)
SHOWN = replace(
    NUMBER,
    id="P207",
    description="counts do not change",
    qualifier="between",
    value=math.nan,
    low=90.0,
    high=110.0,
    fitted=False,
    conflicts_with=("V001",),
)
ROWS = (NUMBER, LIMIT, SHOWN)
PREDICTED = (
    ObservationMisfit("V001", 400.0, 390.0, 300.0, 500.0, 3.5, 0.0),
    ObservationMisfit("V002", 220.0, 220.0, 150.0, 300.0, 0.0, 1.0),
    ObservationMisfit("P207", 60.0, 60.0, 50.0, 70.0, -8.0, 0.0),
)
TOY = Ensemble(
    "toy",
    "synapse",
    (
        Prior("rate", 1.0, 0.25, 4.0, "per_h", "log"),
        Prior("share", 0.5, 0.1, 0.9, "dimensionless", "logit"),
    ),
    np.array([[1.0, 0.5]]),
    identifiability=(
        Identifiability("rate", 2.0, 1.5, 2.5, 0.2, (("V001", 0.8),), "share", 0.3),
        Identifiability("share", 0.5, 0.2, 0.8, 0.98),
    ),
)


def test_a_row_that_is_missed_is_named_and_drawn_in_the_other_colour(drawn):
    figure = misfit_figure(ROWS, PREDICTED, name="m", title="misfit", pdf=False)
    assert "More than two standard deviations off: V001." in figure.caption
    assert drawn(figure).symbols(style.COLOURS[1])
    assert "2 of 3" in figure.alt


def test_the_position_of_a_row_is_its_ratio(drawn):
    drawing = drawn(misfit_figure(ROWS, PREDICTED, name="m", title="misfit", pdf=False))
    (first,) = drawing.symbols(style.COLOURS[1])
    second = min(drawing.symbols(style.COLOURS[0]), key=lambda place: place[1])
    assert first[0] == pytest.approx(
        second[0], abs=0.5
    )  # 400 over 200 and 220 over 110 are both twice
    assert first[1] < second[1]


def test_a_conflict_is_written_beside_its_row(drawn):
    assert any(
        "against V001" in text
        for text in drawn(misfit_figure(ROWS, PREDICTED, name="m", title="misfit", pdf=False)).texts
    )


def test_predictions_of_other_observations_are_refused():
    with pytest.raises(InputError, match="not those of the observations"):
        misfit_figure(ROWS, PREDICTED[::-1], name="m", title="misfit")


def test_each_parameter_is_drawn_on_the_scale_of_its_prior(drawn):
    drawing = drawn(identifiability_figure(TOY, name="i", title="parameters", pdf=False))
    rate, share = sorted(drawing.symbols(style.COLOURS[0]), key=lambda place: place[1])
    # 2 is half of ln 4 above the start value: 0.98 standard deviations; the share has not moved.
    assert rate[0] > share[0]
    assert {"0.20", "2.00 1/h", "V001", "the prior only"} <= set(drawing.texts)


def test_parameters_as_wide_as_their_prior_are_counted():
    assert (
        "1 of 2 parameters are as wide as their prior"
        in identifiability_figure(TOY, name="i", title="parameters", pdf=False).caption
    )


def test_the_share_of_the_prior_is_shown(drawn):
    shares = {"V001": {"rate": 0.8, "share": 0.0}, "V002": {"rate": 0.1, "share": 0.02}}
    drawing = drawn(information_figure(shares, name="w", title="informed", pdf=False))
    assert {"80", "10", "98"} <= set(drawing.texts)
    assert "rate by V001" in information_figure(shares, name="w", title="informed", pdf=False).alt


def test_an_empty_table_is_refused():
    with pytest.raises(InputError, match="no observation has information about a parameter"):
        information_figure({"V001": {"rate": 0.0}}, name="w", title="informed")


def test_the_same_figure_is_the_same_bytes():
    assert misfit_figure(ROWS, PREDICTED, name="m", title="misfit") == misfit_figure(
        ROWS, PREDICTED, name="m", title="misfit"
    )
