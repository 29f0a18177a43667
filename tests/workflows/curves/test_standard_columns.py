"""A standard curve whose columns are not named: recognised where only one could be meant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

LEVELS = np.array([1.95, 3.91, 7.81, 15.6, 31.25, 62.5, 125.0, 250.0, 500.0])


def od(concentration):
    return 0.06 + 2.9 / (1 + (100 / np.asarray(concentration)) ** 1.2)


def plate(**columns):
    standards = pd.DataFrame(
        {"sample": "std", "conc": LEVELS, "dilution": 1, "OD_1": od(LEVELS), "OD_2": od(LEVELS)}
    )
    unknown = pd.DataFrame(
        {"sample": ["p1"], "conc": [np.nan], "dilution": [20], "OD_1": od(40), "OD_2": od(40)}
    )
    return pd.concat([standards, unknown], ignore_index=True).rename(columns=columns)


def test_columns_with_usual_names_need_not_be_named():
    result = tca.interpolate(plate())
    (sample,) = result.samples
    # The truth: 40 in the well, diluted 20 times.
    assert sample.sample == "p1"
    assert sample.concentration == pytest.approx(800, rel=1e-3)
    assert result.read_as == (
        (
            "concentrations of standards in 'conc'; readings in 'OD_1', 'OD_2'; sample names in "
            "'sample'; dilution factors in 'dilution'"
        ),
    )
    assert "read as   concentrations of standards in 'conc'" in str(result)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("Concentration (ng/mL)", ("A450 1", "A450 2")),
        ("Std conc pg/mL", ("Abs 1", "Abs 2")),
        ("amount", ("signal_a", "signal_b")),
        ("Nominal conc. [ng/mL]", ("OD450 (1)", "OD450 (2)")),
        ("conc_ng_per_mL", ("RLU1", "RLU2")),
        ("conc", ("Probe 1", "Probe 2")),
    ],
)
def test_names_of_laboratories_are_recognised(x, y):
    result = tca.interpolate(plate(conc=x, OD_1=y[0], OD_2=y[1]))
    assert result.samples[0].concentration == pytest.approx(800, rel=1e-3)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            {"conc": "level"},
            (
                "x=: no column of concentrations of standards is named. Columns of DataFrame are "
                "'sample', 'level', 'dilution', 'OD_1', 'OD_2'. Add x=COLUMN."
            ),
        ),
        (
            {"OD_1": "alpha", "OD_2": "beta"},
            (
                "y=: no column of readings is named, and it may be 'alpha', 'beta'. Columns of "
                "DataFrame are 'sample', 'conc', 'dilution', 'alpha', 'beta'. Add y=\"alpha\"."
            ),
        ),
    ],
)
def test_what_could_be_several_columns_is_refused_with_the_columns(names, message):
    with pytest.raises(InputError) as caught:
        tca.interpolate(plate(**names))
    assert str(caught.value) == message
    # The advice works.
    named = {"x": "level"} if "conc" in names else {"x": "conc", "y": ["alpha", "beta"]}
    assert tca.interpolate(plate(**names), dilution="dilution", **named).samples


def test_the_time_of_a_sensorgram_need_not_be_named():
    time = np.arange(0.0, 300.0, 5.0)
    up = 80 * (1 - np.exp(-0.02 * np.clip(time - 60, 0, 120)))
    trace = up * np.exp(-0.01 * np.clip(time - 180, 0, None))
    table = pd.DataFrame({"time_s": time, "RU": trace})
    options = {"y": "RU=10nM", "injection": "60:180"}
    named = tca.sensorgram(table, x="time_s", **options)
    assert tca.sensorgram(table, **options).estimates == named.estimates
    with pytest.raises(InputError) as caught:
        tca.sensorgram(table.rename(columns={"time_s": "elapsed"}), **options)
    assert str(caught.value) == (
        "x=: no column of times is named. Columns of DataFrame are 'elapsed', 'RU'. "
        'Add x="elapsed".'
    )


def test_a_standard_with_one_replicate_beyond_the_curve_keeps_that_of_the_other():
    table = plate().iloc[:-1].copy()
    # A reading above the upper plateau has no concentration.
    table.loc[table.conc == 250.0, "OD_2"] = 5.0
    result = tca.interpolate(table, x="conc", y=["OD_1", "OD_2"], variance="proportional")
    level = next(one for one in result.standards if one.concentration == 250.0)
    assert level.n_beyond == 1
    # The concentration of the reading within the curve, by the inverse of the fitted logistic.
    p = {one.name: one.value for one in result.fit.parameters}
    reading = float(od(250.0))
    ratio = (p["top"] - p["bottom"]) / (reading - p["bottom"]) - 1
    expected = 10 ** p["log10_ec50"] * ratio ** (-1 / p["hill"])
    assert level.back_calculated == pytest.approx(expected, rel=1e-6)
    accepted = tca.interpolate(
        table, x="conc", y=["OD_1", "OD_2"], variance="proportional", accept=60
    )
    level = next(one for one in accepted.standards if one.concentration == 250.0)
    assert not level.accepted
    assert "not accepted, 1 of 2 beyond the curve" in str(accepted)
    assert list(accepted.to_frame("standards")["n_beyond"]) == [0] * 7 + [1, 0]
