"""A calibration and a validation as text: each kind of observation, misfit, conflict and remark."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit, Prior
from tricyclic.core.observation import Observation
from tricyclic.reports.files.ensemble import parameter_set_table
from tricyclic.reports.text.calibration import (
    calibration_text,
    observed_text,
    score_lines,
    validation_text,
)
from tricyclic.results.calibration import CalibrationResult
from tricyclic.results.validation import ValidationResult, ValidationScore

NUMBER = Observation(
    id="V001",
    row="V001",
    topic="NE",
    description="desipramine doubles NE",
    scenario="synapse",
    dosing="",
    reference="baseline",
    quantity="NE",
    measure="peak",
    from_h=0.0,
    to_h=3.0,
    qualifier="is",
    value=200.0,
    low=math.nan,
    high=math.nan,
    error=math.nan,
    sd_log=0.2,
    sd_basis="assumed",
    unit="%",
    certainty="assumed",
)
ABOVE = replace(NUMBER, id="V002", qualifier="above", value=math.nan, low=110.0)
BELOW = replace(NUMBER, id="V003", qualifier="below", value=math.nan, high=90.0)
BETWEEN = replace(
    NUMBER, id="P207", qualifier="between", value=math.nan, low=90.0, high=110.0, fitted=False
)
ROWS = (NUMBER, ABOVE, BELOW, BETWEEN)
MISFIT = (
    ObservationMisfit("V001", 400.0, 390.0, 300.0, 500.0, 3.47, 0.0),
    ObservationMisfit("V002", 220.0, 220.0, 150.0, 300.0, 0.0, 1.0),
    ObservationMisfit("V003", 130.0, 130.0, 130.0, 130.0, 1.84, 0.0),
    ObservationMisfit("P207", 60.0, 60.0, 50.0, 70.0, -8.0, 0.0),
)
SAMPLING = {
    "runs": 1234.0,
    "walkers": 64.0,
    "autocorrelation": 344.1,
    "autocorrelation_times": 58.1,
    "weighted_draws": 2000.0,
    "effective_draws": 920.1,
    "tail": -0.01,
}
ENSEMBLE = Ensemble(
    "rat",
    "synapse",
    (Prior("net.shift", 2.0, 1.0, 4.0, "dimensionless", "log"),),
    np.array([[2.0], [3.9999999]]),
    version=3,
    misfit=MISFIT,
    identifiability=(Identifiability("net.shift", 2.1, 1.5, 2.9, 0.4, (("V001", 0.7),)),),
    sampling=SAMPLING,
    notes=("A quick calibration: for trials, not for use.",),
)
RESULT = CalibrationResult(ENSEMBLE, ("synapse",), ROWS, (("P207", "V001"),), {}, {})


@pytest.mark.parametrize(
    ("row", "text"),
    [(NUMBER, "200"), (ABOVE, "> 110"), (BELOW, "< 90.0"), (BETWEEN, "90.0 to 110")],
)
def test_a_number_and_each_kind_of_limit_has_its_notation(row, text):
    assert observed_text(row) == text


def test_the_text_of_a_calibration_is_complete():
    assert calibration_text(RESULT).splitlines() == [
        "synapse   3 observations   1 free parameter",
        "  ensemble 'rat', version 3: 2 parameter sets",
        "",
        "  observation   observed      best set   5 to 95 %      unit",
        "  V001          200           400        300 to 500     %      +3.5 SD",
        "  V002          > 110         220        150 to 300     %",
        "  V003          < 90.0        130        no band        %",
        "  P207          90.0 to 110   60.0       50.0 to 70.0   %      not fitted",
        "",
        "  parameter   start   median   5 to 95 %      width   informed by",
        "  net.shift   2.00    2.10     1.50 to 2.90   0.40    V001 (70 %)",
        "",
        (
            "  width: posterior over prior standard deviation; 1 where the observations have no "
            "information"
        ),
        (
            "  1234 runs; 64 walkers for 58 autocorrelation times of 344 steps; 2000 weighted "
            "draws, 920 effective; tail shape -0.01 (reliable below 0.7)"
        ),
        "  warn   P207 and V001 exclude each other: no parameter set fits both",
        "  warn   A quick calibration: for trials, not for use.",
    ]


def test_an_observation_is_marked_as_missed_from_two_standard_deviations_on():
    for distance, marked in ((2.0, False), (2.01, True), (-2.01, True)):
        misfit = (replace(MISFIT[0], distance=distance), *MISFIT[1:])
        result = replace(RESULT, ensemble=replace(ENSEMBLE, misfit=misfit))
        assert (" SD" in calibration_text(result)) == marked, distance


def test_a_parameter_without_information_is_informed_by_its_prior():
    row = replace(ENSEMBLE.identifiability[0], rows=())
    result = replace(RESULT, ensemble=replace(ENSEMBLE, identifiability=(row,)))
    assert "0.40    the prior only" in calibration_text(result)


def test_the_text_of_a_validation_has_bands_only_where_there_are_any():
    score = ValidationScore(1, 2, 2.0, 0.5, 1, 1, 0, 1)
    result = ValidationResult(
        "synapse",
        ROWS[:3],
        MISFIT[:3],
        (1.95, 1.0, 1.44),
        {"synapse": "20 parameter sets of the ensemble 'rat', version 3"},
        score,
        ("The ensemble is older than the model.",),
    )
    assert validation_text(result).splitlines() == [
        "synapse, predicted by 20 parameter sets of the ensemble 'rat', version 3",
        "  experiment   observed   predicted   5 to 95 %    unit   ratio",
        "  V001         200        390         300 to 500   %      1.95    desipramine doubles NE",
        "  V002         > 110      220         150 to 300   %      kept    desipramine doubles NE",
        "  V003         < 90.0     130         no band      %      1.44    desipramine doubles NE",
        "",
        (
            "1 published number: geometric mean fold error 2.00, predicted over observed 0.50, 1 "
            "within twofold, 0 of 1 inside their 5 to 95 % band"
        ),
        "2 published directions and limits: 1 kept",
        "  no band: no calibrated parameter changes the prediction",
        "  warn   The ensemble is older than the model.",
    ]


def test_a_score_without_numbers_has_only_the_line_of_the_limits():
    score = ValidationScore(0, 2, math.nan, math.nan, 0, 2, 0)
    assert score_lines(score) == ["2 published directions and limits: 2 kept"]


def test_rounding_never_moves_a_written_value_past_its_limit():
    # 3.9999999 is 4.00000 in six digits, which is the limit itself.
    table = parameter_set_table(ENSEMBLE)
    assert table == {"parameter_set": ["0", "1"], "net.shift": [2.0, 4.0]}
    beyond = replace(
        ENSEMBLE,
        priors=(replace(ENSEMBLE.priors[0], high=3.9999999),),
    )
    assert parameter_set_table(beyond)["net.shift"][1] == 3.9999999
