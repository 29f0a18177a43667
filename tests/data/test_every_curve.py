"""Every curve model agrees with its declaration; a new file is tested without further code."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import numpy as np
import pytest

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.curves._own_curve import check_own_curve
from tricyclic.fitting.fit import fit

NAMES = sorted(CURVES)


def two_phases(values: dict[str, float], rate: str) -> dict[str, float]:
    """All in the fast phase."""
    others = {name: value for name, value in values.items() if name != rate}
    return {**others, f"{rate}_fast": values[rate], f"{rate}_slow": -3.0, "fraction_fast": 1.0}


# (curve, simpler curve that it nests) -> parameters of the first at which it equals the second,
# from those of the second.
SPECIAL_CASES = {
    ("logistic_4pl", "logistic_3pl"): lambda v: v,
    ("quadratic", "straight_line"): lambda v: {**v, "curvature": 0.0},
    ("logistic_5pl", "logistic_4pl"): lambda v: {
        **v,
        "log10_asymmetry": 0.0,
        "asymmetric_end": 1.0,
    },
    ("logistic_5pl", "logistic_3pl"): lambda v: {
        **v,
        "log10_asymmetry": 0.0,
        "asymmetric_end": -1.0,
    },
    ("one_site_competition_hill", "one_site_competition"): lambda v: v,
    ("two_site_competition", "one_site_competition"): lambda v: {
        "top": v["top"],
        "bottom": v["bottom"],
        "log10_ic50_high": v["log10_ic50"],
        "log10_ic50_low": -5.0,
        "fraction_high": 1.0,
    },
    ("two_site_competition_with_depletion", "competition_with_depletion"): lambda v: {
        **{name: value for name, value in v.items() if name != "log10_ki"},
        "log10_ki_high": v["log10_ki"],
        "log10_ki_low": -5.0,
        "fraction_high": 1.0,
    },
    ("competition_under_mask", "competition_with_depletion"): lambda v: {
        **{name: value for name, value in v.items() if name != "competitor_nonspecific"},
        "log10_kd_masked": -7.5,
        "log10_mask_kd": -5.0,
        "log10_mask_kd_masked": -8.0,
        "log10_ki_masked": -6.0,
        "masked_ratio": 0.0,
    },
    ("saturation_two_sites", "saturation"): lambda v: {
        "bmax_high": v["bmax"],
        "log10_kd_high": v["log10_kd"],
        "bmax_low": 0.0,
        "log10_kd_low": -6.0,
        "nonspecific": v["nonspecific"],
        "background": v["background"],
    },
    ("saturation_two_sites_with_depletion", "saturation_with_depletion"): lambda v: {
        "log10_bmax_high": v["log10_bmax"],
        "log10_kd_high": v["log10_kd"],
        "log10_bmax_low": -40.0,
        "log10_kd_low": -6.0,
        "nonspecific": v["nonspecific"],
        "signal_per_M": v["signal_per_M"],
        "background": v["background"],
    },
    ("association_then_dissociation", "association"): lambda v: {**v, "switch_min": 1e6},
    ("two_phase_decay", "one_phase_decay"): lambda v: two_phases(v, "log10_rate"),
    ("two_phase_association", "one_phase_association"): lambda v: two_phases(v, "log10_rate"),
    ("dissociation_two_phases", "dissociation"): lambda v: two_phases(v, "log10_koff"),
    ("competitive_association", "association"): lambda v: {**v, "log10_k3": 7.0, "log10_k4": -1.0},
}
# Columns that only the more general curve needs.
ABSENT = {"competitor_M": 0.0, "modulator_M": 0.0}
# What a thousandfold larger unit of concentration does to a parameter, by its unit.
DOSE_UNIT = {
    "log10 M": lambda v: v + 3,
    "-log10 M": lambda v: v - 3,
    "y/M": lambda v: v / 1000,
    "y/M^2": lambda v: v / 1e6,
    "log10 1/(M min)": lambda v: v - 3,
}


@pytest.fixture(params=NAMES)
def model(request) -> CurveModel:
    return CURVES[request.param]


def settings(model: CurveModel) -> dict[str, np.ndarray]:
    n = len(next(iter(model.design.values())))
    return {
        c.name: np.asarray(
            model.design[c.name] if c.name in model.design else np.full(n, c.default), float
        )
        for c in model.columns
    }


def drawn(model: CurveModel, **changes: float) -> np.ndarray:
    return model.curve(**settings(model), **{**model.example, **changes})


def given(model: CurveModel, values) -> dict[str, float]:
    return {p.name: values[p.name] for p in model.parameters if p.fixed_by_default}


def scaled(model: CurveModel, units: dict) -> dict[str, float]:
    return {p.name: units.get(p.unit, lambda v: v)(model.example[p.name]) for p in model.parameters}


def fitted(model: CurveModel, y: np.ndarray, x: dict[str, np.ndarray], values) -> dict[str, float]:
    result = fit(
        Series(model.name, y, "dpm", x), model, fixed=given(model, values), intervals="none"
    )
    assert result.ok, result.message
    return result.values


def assert_same(model: CurveModel, result, expected) -> None:
    for p in model.parameters:
        assert result[p.name] == pytest.approx(expected[p.name], rel=1e-5, abs=1e-6), p.name


def test_it_has_a_description_a_use_and_sources(model):
    assert model.description and model.equation and model.when
    assert re.search(r"\b(Not|not|Only|Needs|No) ", model.when), (
        "states no case in which it should not be used"
    )
    with (files("tricyclic") / "data" / "sources.csv").open(encoding="utf-8") as table:
        known = {row["key"] for row in csv.DictReader(table)}
    for source in model.sources:
        assert source in known or re.fullmatch(r"doi:10\.\d{4,}/\S+", source), (
            f"{source} is not a known source"
        )
    assert model.sources
    for p in model.parameters:
        assert p.description and p.low < p.high


def test_its_declaration_its_kernel_and_its_example_agree(model):
    assert check_own_curve(model, model.name) is model


def test_no_two_curves_have_the_same_description():
    descriptions = [CURVES[name].description for name in NAMES]
    assert len(set(descriptions)) == len(descriptions)


def test_positive_concentrations_and_rates_are_fitted_on_the_log_scale(model):
    for p in model.parameters:
        assert p.unit.startswith("log10 ") == (p.name.startswith("log10_") and p.unit != "log10"), (
            p.name
        )


def test_it_recovers_its_own_example(model):
    x = settings(model)
    assert_same(model, fitted(model, drawn(model), x, model.example), model.example)


def test_it_does_not_depend_on_the_unit_of_the_readings(model):
    units = dict.fromkeys(("y", "y/M", "y/M^2", "y/min"), lambda v: 1000 * v)
    values = scaled(model, units)
    x = settings(model)
    np.testing.assert_allclose(model.curve(**x, **values), 1000 * drawn(model), rtol=1e-12)
    assert_same(model, fitted(model, 1000 * drawn(model), x, values), values)


def test_it_does_not_depend_on_the_unit_of_the_dose(model):
    x = settings(model)
    larger = {name: 1000 * c if name.endswith("_M") else c for name, c in x.items()}
    values = scaled(model, DOSE_UNIT)
    np.testing.assert_allclose(model.curve(**larger, **values), drawn(model), rtol=1e-11)
    if all(p.low <= values[p.name] <= p.high for p in model.parameters):
        assert_same(model, fitted(model, drawn(model), larger, values), values)


def test_its_first_guess_is_within_its_bounds_even_for_readings_without_a_curve(model):
    x = settings(model)
    n = next(iter(x.values())).size
    rng = np.random.default_rng(8)
    for y in (drawn(model), np.zeros(n), np.full(n, 7.0), rng.normal(0, 100, n), -drawn(model)):
        starts = model.first_guess(Series("odd", y, "dpm", x), given(model, model.example))
        assert starts
        for start in starts:
            for name, value in start.items():
                p = model.parameter(name)
                assert p.low <= value <= p.high, f"{name} = {value}"


def other_values(model: CurveModel, rng: np.random.Generator) -> dict[str, float]:
    """Other true values: up to a decade away on the log scale, 1.6-fold on the linear one."""
    values = dict(model.example)
    for p in model.parameters:
        if not p.fixed_by_default:
            logarithmic = p.unit.startswith(("log10", "-log10"))
            new = (
                values[p.name] + rng.uniform(-1, 1)
                if logarithmic
                else values[p.name] * np.exp(rng.uniform(-0.5, 0.5))
            )
            values[p.name] = float(
                np.clip(new, p.low, 0.9 if p.name.startswith("fraction") else p.high)
            )
    return values


@pytest.mark.parametrize("seed", range(6))
def test_its_first_guess_leads_to_the_optimum_of_noisy_readings_for_other_true_values(model, seed):
    x, rng = settings(model), np.random.default_rng(seed)
    truth = other_values(model, rng)
    clean = model.curve(**x, **truth)
    series = Series("noisy", clean + rng.normal(0, 0.03 * np.ptp(clean), clean.size), "dpm", x)
    how = {"fixed": given(model, truth), "intervals": "none"}
    own = fit(series, model, **how)
    from_truth = fit(
        series,
        model,
        starts=[{p.name: truth[p.name] for p in model.parameters if not p.fixed_by_default}],
        **how,
    )
    assert own.rss <= from_truth.rss * (1 + 1e-5)


def test_any_fixed_parameter_can_be_fitted_without_a_starting_value(model):
    x = settings(model)
    series = Series("fitted", drawn(model), "dpm", x)
    for p in model.parameters:
        if p.fixed_by_default:
            known = {
                name: value for name, value in given(model, model.example).items() if name != p.name
            }
            for start in model.first_guess(series, known):
                assert p.low <= start.get(p.name, p.low) <= p.high
            assert np.isfinite(
                fit(series, model, fixed=known, free=(p.name,), intervals="none").rss
            )


def test_many_parameter_sets_together_equal_single_ones(model):
    rng = np.random.default_rng(4)
    sets = {
        name: np.clip(
            value
            + 0.3
            * rng.normal(size=(5, 1))
            * (1 if name.startswith("log10") else 0.3 * max(abs(value), 1e-3)),
            model.parameter(name).low,
            model.parameter(name).high,
        )
        for name, value in model.example.items()
    }
    x = settings(model)
    together = model.curve(**x, **sets)
    assert together.shape == (5, next(iter(x.values())).size)
    for k in range(5):
        one = model.curve(**x, **{name: float(values[k, 0]) for name, values in sets.items()})
        np.testing.assert_allclose(together[k], one, rtol=1e-11, atol=1e-9)


def test_it_gives_finite_numbers_and_no_warning_at_its_bounds_and_at_extreme_doses(model):
    def ends(p) -> tuple[float, float]:
        return (max(p.low, -1e12), min(p.high, 1e12))

    sets = [dict(model.example)]
    sets += [{**model.example, p.name: end} for p in model.parameters for end in ends(p)]
    sets += [{p.name: ends(p)[side] for p in model.parameters} for side in (0, 1)]
    x = settings(model)
    odd = [{name: np.zeros_like(c) for name, c in x.items()}]
    odd += [
        {name: c * scale if name != "specific" else c for name, c in x.items()}
        for scale in (1, 1e-12, 1e6)
    ]
    with np.errstate(all="raise", under="ignore"):
        for columns in odd:
            for values in sets:
                y = model.curve(**columns, **values)
                assert np.isfinite(y).all(), values


def test_it_gives_finite_numbers_far_outside_its_bounds(model):
    x = settings(model)
    for p in model.parameters:
        for value in (-500.0, -2.0, 2.0, 500.0):
            with np.errstate(all="ignore"):
                y = model.curve(**x, **{**model.example, p.name: value})
            assert np.isfinite(y).all(), (p.name, value)


NESTED = [(name, simpler) for name in NAMES for simpler in CURVES[name].nests]


@pytest.mark.parametrize(("name", "simpler"), NESTED)
def test_a_general_curve_equals_the_nested_one_in_the_special_case(name, simpler):
    large, small = CURVES[name], CURVES[simpler]
    x = settings(small)
    n = next(iter(x.values())).size
    more = {c.name: x.get(c.name, np.full(n, ABSENT.get(c.name, 1.0))) for c in large.columns}
    values = SPECIAL_CASES[name, simpler](dict(small.example))
    np.testing.assert_allclose(
        large.curve(**more, **values), small.curve(**x, **small.example), rtol=1e-9
    )


def test_every_pair_of_nested_curves_has_a_special_case():
    assert set(SPECIAL_CASES) == set(NESTED)
