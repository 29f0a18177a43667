"""Planned power against the noncentral t of scipy and simulated studies."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tricyclic as tca
from tricyclic.workflows.microdialysis.options import (
    AnalyseDialysisOptions,
    DialysisDesignOptions,
)


def sds(fraction_cv, response_cv):
    return (math.sqrt(math.log1p((cv / 100) ** 2)) for cv in (fraction_cv, response_cv))


def test_the_power_is_that_of_the_noncentral_t():
    result = tca.microdialysis_design(fraction_cv=20, response_cv=30, ratio=1.6, animals=6)
    fraction, response = sds(20, 30)
    sd = math.sqrt(response**2 + fraction**2 * (1 / 4 + 1 / 6))
    assert result.plan.sd == pytest.approx(sd)
    shift = math.log(1.6) / (sd * math.sqrt(2 / 6))
    limit = stats.t.ppf(0.975, 10)
    power = stats.nct.sf(limit, 10, shift) + stats.nct.cdf(-limit, 10, shift)
    assert result.plan.power == pytest.approx(power, abs=1e-9)


def test_simulated_studies_are_significant_as_often_as_the_power_states():
    rng, runs, n = np.random.default_rng(12), 4000, 7
    result = tca.microdialysis_design(
        fraction_cv=25, response_cv=20, correlation=0.5, ratio=1.4, animals=n
    )
    fraction, response = sds(25, 20)

    def fractions(count):
        noise = rng.standard_normal((runs, 2 * n, count))
        for k in range(1, count):
            noise[..., k] = 0.5 * noise[..., k - 1] + math.sqrt(0.75) * noise[..., k]
        return fraction * noise

    logs = response * rng.standard_normal((runs, 2 * n))
    logs += fractions(6).mean(axis=2) - fractions(4).mean(axis=2)
    logs[:, n:] += math.log(1.4)
    hits = stats.ttest_ind(logs[:, n:], logs[:, :n], axis=1).pvalue < 0.05
    se = math.sqrt(result.plan.power * (1 - result.plan.power) / runs)
    assert hits.mean() == pytest.approx(result.plan.power, abs=4 * se)


def test_the_needed_number_is_the_smallest_and_the_detectable_effect_has_the_power():
    result = tca.microdialysis_design(fraction_cv=20, response_cv=30, ratio=1.6)
    n = result.needed.animals_per_group
    assert result.needed.power >= 0.8
    fewer = tca.microdialysis_design(fraction_cv=20, response_cv=30, ratio=1.6, animals=n - 1)
    assert fewer.plan.power < 0.8
    again = tca.microdialysis_design(
        fraction_cv=20, response_cv=30, ratio=result.detectable, animals=n
    )
    assert again.plan.power == pytest.approx(0.8, abs=1e-6)
    down = tca.microdialysis_design(
        fraction_cv=20, response_cv=30, ratio=1 / result.detectable, animals=n
    )
    assert down.plan.power == pytest.approx(again.plan.power)


def test_more_fractions_never_need_more_animals():
    frame = tca.microdialysis_design(fraction_cv=30, response_cv=20).to_frame("animals")
    for _, of_window in frame.groupby("window_fractions"):
        ordered = of_window.sort_values("baseline_fractions").animals_per_group
        assert (np.diff(ordered) <= 0).all()


def study():
    rng = np.random.default_rng(4)
    rows = []
    for group, top in (("vehicle", 0.0), ("drug", 0.7)):
        for k in range(8):
            response, noise = 0.2 * rng.standard_normal(), 0.0
            for start in range(-80, 120, 20):
                noise = 0.3 * noise + 0.15 * rng.standard_normal()
                rise = (top + response) * (start >= 0)
                rows.append((f"{group[0]}{k}", group, start, start + 20, 3 * np.exp(rise + noise)))
    return pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])


def test_a_table_and_the_json_of_its_analysis_give_the_same_plan(tmp_path):
    window = (0, 120)
    direct = tca.microdialysis_design(study(), window=window, ratio=1.5)
    tca.microdialysis(study(), window=window, out=tmp_path / "results")
    file = tmp_path / "results" / "microdialysis.json"
    stored = tca.microdialysis_design(file, ratio=1.5)
    assert stored.plan == direct.plan
    assert stored.needed_cautious == direct.needed_cautious
    assert stored.fraction_min == direct.fraction_min == 20.0
    assert direct.plan.window_fractions == 6
    # Simulated with 0.157 and 0.2; 14 degrees of freedom between animals.
    assert direct.scatter.fraction_sd == pytest.approx(0.157, rel=0.2)
    assert 0.1 < direct.scatter.response_sd < 0.35
    assert direct.needed_cautious.animals_per_group > direct.needed.animals_per_group
    factor = math.sqrt(14 / stats.chi2.ppf(0.2, 14))
    assert direct.cautious_factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "no study is given, and the scatter is not stated"),
        ({"fraction_cv": 10, "response_cv": 10, "ratio": 1.0}, "ratio=: is 1"),
        ({"fraction_cv": 10, "response_cv": 10, "power": 80.0}, "power=: is 80"),
        ({"fraction_cv": 10, "response_cv": 10, "animals": 1}, "It is 2 to 200"),
        ({"fraction_cv": 0, "response_cv": 0}, "the scatter is 0"),
        ({"fraction_cv": 90, "response_cv": 300, "ratio": 1.05}, "more than 200 animals"),
        ({"fraction_cv": 10, "response_cv": 10, "correlation": 1.0}, "It is 0 to below 1"),
        ({"fraction_cv": 10, "response_cv": 10, "treated": "80"}, "treated=: has no effect here"),
        ({"study": study(), "fraction_cv": 10}, "fraction_cv=: has no effect here"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(tca.InputError) as error:
        tca.microdialysis_design(**options)
    assert sentence in str(error.value)


def test_another_json_is_refused(tmp_path):
    file = tmp_path / "other.json"
    file.write_text(json.dumps({"result": {"scatter": None}}), encoding="utf-8")
    with pytest.raises(tca.InputError, match=r"other.json: has no scatter of fractions"):
        tca.microdialysis_design(file)
    file.write_text("nothing", encoding="utf-8")
    with pytest.raises(tca.InputError, match="is not a JSON document"):
        tca.microdialysis_design(file)


def test_few_animals_are_a_warning_of_the_plan():
    frame = study()
    few = frame[frame.animal.isin(["v0", "v1", "v2", "d0", "d1", "d2"])]
    result = tca.microdialysis_design(few, window=(0, 120))
    (check,) = result.checks
    assert (check.name, check.level, check.value) == ("design_scatter", "warn", 4)


def test_the_table_is_read_with_every_option_of_the_analysis(tmp_path):
    """The same scatter as from the analysis with the same options."""
    frame = study().rename(columns={"animal": "subject no", "group": "arm of", "NE_nM": "level x"})
    frame["clock"] = [f"{(600 + m) // 60:02d}:{(600 + m) % 60:02d}" for m in frame.end_min]
    animals = frame[["subject no", "arm of"]].drop_duplicates()
    animals.columns = ["animal", "group"]
    options = {
        "animals_table": animals,
        "animal": "subject no",
        "group": "arm of",
        "time": "clock",
        "value": "level x",
        "time_is": "end",
        "treated": "10:00",
        "flow": 1.2,
        "dead_volume": 6.0,
        "fraction_min": 20.0,
        "unit": "fmol",
        "to_unit": "fmol/min",
        "loq": 2.0,
        "lod": 1.0,
        "below": "half-of-lod",
        "control": "vehicle",
        "window": (0, 80),
        "exclude": {"v0": "probe moved"},
    }
    table = frame.drop(columns=["start_min", "end_min"])
    analysed = tca.microdialysis(table, **options)
    planned = tca.microdialysis_design(table, ratio=1.5, **options)
    assert planned.scatter == analysed.scatter
    assert planned.read_as == analysed.read_as
    assert "from 15 animals" in planned.source


def test_the_options_of_a_table_are_those_of_the_analysis():
    """All but those of the result of an analysis alone."""
    own = {field.name: field for field in dataclasses.fields(DialysisDesignOptions)}
    for field in dataclasses.fields(AnalyseDialysisOptions):
        if field.metadata["option"].panel in ("Columns", "Collection") and field.name != "recovery":
            assert own[field.name].default == field.default
