"""No net flux of a study against scipy's regression and simulated animals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tricyclic as tca

LEVELS = (0.0, 2.0, 5.0, 10.0)


def points(n=4, replicates=3, noise=0.05, seed=3):
    """Animals of two groups; the drug triples the concentration and lowers the extraction."""
    rng = np.random.default_rng(seed)
    rows = []
    for group, level, extraction in (("vehicle", 3.0, 0.35), ("drug", 9.0, 0.25)):
        for k in range(n):
            c = level * np.exp(0.1 * rng.standard_normal())
            e = extraction * np.exp(0.05 * rng.standard_normal())
            for inlet in LEVELS:
                for _ in range(replicates):
                    out = inlet - e * (inlet - c) + noise * rng.standard_normal()
                    rows.append((f"{group[0]}{k + 1}", group, inlet, out))
    return pd.DataFrame(rows, columns=["animal", "group", "Cin_nM", "Cout_nM"])


def test_each_animal_is_the_regression_of_scipy_and_means_are_over_animals():
    frame = points()
    result = tca.no_net_flux(frame, control="vehicle")
    logs = {"vehicle": [], "drug": []}
    for one in result.animals:
        own = frame[frame.animal == one.animal]
        line = stats.linregress(own.Cin_nM, own.Cin_nM - own.Cout_nM)
        assert one.fit.extraction.value == pytest.approx(line.slope, rel=1e-10)
        assert one.fit.extraction.se == pytest.approx(line.stderr, rel=1e-10)
        assert one.fit.concentration == pytest.approx(-line.intercept / line.slope, rel=1e-10)
        logs[one.group].append(np.log(one.fit.concentration))
    for group in result.groups:
        assert group.n == 4
        mean = np.mean(logs[group.group])
        reach = stats.t.ppf(0.975, 3) * stats.sem(logs[group.group])
        assert group.concentration.value == pytest.approx(np.exp(mean))
        assert group.concentration.low == pytest.approx(np.exp(mean - reach))
    (ratio,) = result.ratios
    test = stats.ttest_ind(logs["drug"], logs["vehicle"], equal_var=False)
    interval = test.confidence_interval()
    assert ratio.concentration[1:3] == pytest.approx((np.exp(interval.low), np.exp(interval.high)))
    assert ratio.concentration[3] == pytest.approx(test.pvalue)


def test_the_truth_of_a_simulation_is_within_the_limits():
    (ratio,) = tca.no_net_flux(points(n=8, seed=8), control="vehicle").ratios
    value, low, high, _ = ratio.concentration
    assert low < 3.0 < high
    assert value == pytest.approx(3.0, rel=0.15)
    assert ratio.extraction[1] < 0.25 / 0.35 < ratio.extraction[2]


def test_percent_of_baseline_would_show_less_than_the_tissue():
    text = tca.no_net_flux(points(), control="vehicle").summary()
    result = tca.no_net_flux(points(), control="vehicle").ratios[0]
    shown = float(text.split("percent of baseline alone would show ")[1].split()[0])
    assert shown == pytest.approx(result.concentration[0] * result.extraction[0], rel=0.01)
    assert shown < result.concentration[0]


def test_ratios_of_several_groups_are_stated_to_be_those_of_each_comparison_alone():
    frame = points(n=2)
    high = frame[frame.group == "drug"].replace({"drug": "high", "d1": "h1", "d2": "h2"})
    several = tca.no_net_flux(pd.concat([frame, high]), control="vehicle")
    alone = tca.no_net_flux(frame, control="vehicle")
    assert several.ratios[0] == alone.ratios[0]
    assert "each comparison alone, not adjusted for all 4" in several.summary()
    assert "each comparison alone" not in alone.summary()


def test_a_concentration_below_0_makes_the_mean_arithmetic_and_the_text_states_it():
    frame = points(n=2, noise=0.0)
    frame.loc[frame.animal == "v1", "Cout_nM"] -= 1.5
    result = tca.no_net_flux(frame, control="vehicle")
    vehicle, drug = result.groups
    own = [one.fit.concentration for one in result.animals if one.group == "vehicle"]
    assert min(own) < 0
    assert vehicle.concentration.value == pytest.approx(np.mean(own))
    assert (vehicle.geometric, drug.geometric) == (False, True)
    assert "(of vehicle: arithmetic, as one is not above 0)" in result.summary()


@pytest.mark.parametrize(("highest", "level"), [(20.0, "pass"), (5.0, "warn")])
def test_a_concentration_beyond_the_inlets_is_named_as_extrapolated(highest, level):
    frame = points(noise=0.0)
    result = tca.no_net_flux(frame[(frame.group == "drug") & (frame.Cin_nM <= highest)])
    checks = [one for one in result.checks if one.name == "flux_crosses"]
    assert len(checks) == 4
    assert {one.level for one in checks} == {level}
    assert all(("extrapolated" in one.advice) == (level == "warn") for one in checks)


def test_limits_that_are_not_bounded_are_stated_in_words():
    frame = pd.DataFrame({"Cin_nM": [0, 2, 5, 10], "Cout_nM": [1.9, 1.2, 6.5, 9.1]})
    result = tca.no_net_flux(frame)
    assert not result.animals[0].fit.bounded
    assert "not bounded" in result.summary()
    assert {c.name for c in result.checks if c.level == "warn"} >= {"flux_bounded", "flux_points"}


@pytest.mark.parametrize(("tissue_nM", "level"), [(3.0, "pass"), (30.0, "warn"), (0.2, "warn")])
def test_a_concentration_of_no_net_flux_beyond_the_inlets_is_flagged(tissue_nM, level):
    inlet = np.repeat([1.0, 2.0, 5.0, 10.0], 3)
    wobble = np.tile([-0.01, 0.0, 0.01], 4)
    frame = pd.DataFrame({"Cin_nM": inlet, "Cout_nM": inlet - 0.3 * (inlet - tissue_nM) + wobble})
    (check,) = (c for c in tca.no_net_flux(frame).checks if c.name == "flux_crosses")
    assert check.level == level
    assert ("extrapolated" in check.advice) == (level == "warn")


def test_animals_with_one_inlet_each_and_times_are_fitted_at_each_time():
    rng = np.random.default_rng(2)
    rows = [
        (f"a{k}", t + k % 3, x, x - (0.35 - 0.001 * t) * (x - 3 - 0.05 * t) + 0.02 * rng.random())
        for k, x in enumerate((0, 0, 2, 2, 5, 5, 10, 10))
        for t in (10, 30, 50)
    ]
    frame = pd.DataFrame(rows, columns=["animal", "time_min", "inlet_nM", "outlet_nM"])
    result = tca.no_net_flux(frame)
    (group,) = result.dynamic
    assert group.animals == 8
    assert group.course.middle_min == pytest.approx([10.875, 30.875, 50.875])
    for t, fit in zip((10, 30, 50), group.course.bins, strict=True):
        own = frame[(frame.time_min - t).between(0, 5)]
        line = stats.linregress(own.inlet_nM, own.inlet_nM - own.outlet_nM)
        assert fit.extraction.value == pytest.approx(line.slope)
        assert fit.concentration == pytest.approx(3 + 0.05 * t, rel=0.02)
    assert list(result.to_frame().columns)[:2] == ["group", "middle_min"]
    frame.loc[1, "time_min"] = frame.loc[0, "time_min"]
    with pytest.raises(tca.InputError, match="animal a0: has two values at 10 min"):
        tca.no_net_flux(frame)


def test_units_of_inlet_and_outlet_are_made_the_same():
    frame = points()
    frame["Cin_uM"] = frame.pop("Cin_nM") / 1000.0
    other = tca.no_net_flux(frame, unit="nM")
    plain = tca.no_net_flux(points())
    assert other["v1"].concentration == pytest.approx(plain["v1"].concentration)
    assert other.unit == "nM"


def test_missing_outlets_are_counted_and_left_out():
    frame = points().astype({"Cout_nM": object})
    frame.loc[2, "Cout_nM"] = "lost"
    result = tca.no_net_flux(frame)
    assert result["v1"].points == 11
    assert "1 of 96 points have no outlet concentration" in result.remarks
    assert "'lost'" in result.summary()


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda f: f.drop(columns="Cin_nM"), {}, "no column of inlet concentrations is recognised"),
        (
            lambda f: f.assign(Cin_nM=5.0),
            {},
            "group vehicle: 4 points at 1 inlet concentration. No net flux",
        ),
        (lambda f: f.assign(Cin_nM=-f.Cin_nM), {}, "the inlet concentration is -2"),
        (lambda f: f, {"control": "saline"}, "Groups are vehicle, drug"),
        (lambda f: f, {"unit": "min"}, "It is a concentration, such as nM"),
        (lambda f: f, {"confidence": 95.0}, "confidence=: is 95"),
        (lambda f: f.rename(columns={"Cout_nM": "out"}), {}, "unit of the other is not stated"),
        (
            lambda f: f.assign(group=f.group.where(f.index != 1, "drug")),
            {},
            "Give each condition of an animal its own name",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(change, options, sentence):
    with pytest.raises(tca.InputError) as error:
        tca.no_net_flux(change(points()), **options)
    assert sentence in str(error.value)


def test_animals_with_long_numbers_stay_apart():
    numbers = [1234567, 1234568]
    table = {
        "animal": [n for n in numbers for _ in range(3)],
        "C_in (nM)": [0.0, 5.0, 10.0] * 2,
        "C_out (nM)": [1.1, 4.4, 7.6, 0.8, 4.2, 7.4],
    }
    result = tca.no_net_flux(table)
    assert [one.animal for one in result.animals] == ["1234567", "1234568"]
