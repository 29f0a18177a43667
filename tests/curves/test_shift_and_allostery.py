"""Antagonism, allostery and logistics against dose ratios and limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

from tricyclic.curves import CURVES

SCHILD = {
    "top": 100.0,
    "bottom": 4.0,
    "log10_ec50": -7.5,
    "hill": 1.2,
    "pa2": 8.3,
    "schild_slope": 1.0,
}


def half_dose(antagonist: float, **changes: float) -> float:
    def above(log10_agonist: float) -> float:
        y = CURVES["gaddum_schild"].curve(
            agonist_M=10.0**log10_agonist, antagonist_M=antagonist, **{**SCHILD, **changes}
        )
        return float(y) - 52.0

    return float(10 ** brentq(above, -12, 0, xtol=1e-13))


def test_the_dose_ratio_is_one_plus_antagonist_over_its_kb():
    for antagonist in (1e-9, 1e-8, 1e-6):
        ratio = half_dose(antagonist) / half_dose(0.0)
        assert ratio - 1 == pytest.approx(antagonist / 10**-8.3, rel=1e-9)


def test_at_pa2_the_dose_doubles_whatever_the_schild_slope():
    for slope in (0.7, 1.0, 1.4):
        assert half_dose(10**-8.3, schild_slope=slope) / half_dose(0.0) == pytest.approx(
            2.0, rel=1e-9
        )


def test_schilds_line_has_the_schild_slope():
    antagonist = np.array([1e-8, 1e-7, 1e-6])
    shifts = [np.log10(half_dose(b, schild_slope=0.8) / half_dose(0.0) - 1) for b in antagonist]
    np.testing.assert_allclose(np.diff(shifts), 0.8, rtol=1e-9)


MODULATOR = np.array([0.0, *np.logspace(-10, -3, 15)])


def modulated(log10_alpha: float, modulator=MODULATOR, hot: float = 1e-9) -> np.ndarray:
    return CURVES["allosteric_ternary_complex"].curve(
        radioligand_M=hot,
        modulator_M=modulator,
        specific=1.0,
        bmax=5200.0,
        log10_kb=-6.8,
        log10_alpha=log10_alpha,
        nonspecific=2.6e11,
        log10_kd=-9.1,
        background=25.0,
    )


def test_a_modulator_without_cooperativity_changes_nothing():
    np.testing.assert_allclose(modulated(0.0), modulated(0.0, 0.0), rtol=1e-14)


def test_a_modulator_of_strongest_negative_cooperativity_is_a_competitor():
    competitor = CURVES["competition_ki"].curve(
        competitor_M=MODULATOR,
        radioligand_M=1e-9,
        specific=1.0,
        bmax=5200.0,
        log10_ki=-6.8,
        nonspecific=2.6e11,
        log10_kd=-9.1,
        background=25.0,
    )
    np.testing.assert_allclose(modulated(-12.0), competitor, rtol=1e-6)


def test_at_saturating_modulator_the_kd_is_divided_by_alpha():
    hot = np.logspace(-11, -7, 9)
    for log10_alpha in (-1.0, 0.7):
        plateau = CURVES["saturation"].curve(
            radioligand_M=hot,
            specific=1.0,
            bmax=5200.0,
            log10_kd=-9.1 - log10_alpha,
            nonspecific=2.6e11,
            background=25.0,
        )
        np.testing.assert_allclose(modulated(log10_alpha, 1e9, hot), plateau, rtol=1e-9)


def test_the_ternary_complex_obeys_detailed_balance():
    # Species RL, RM, RLM counted from their own constants: RLM = alpha [R][L][M] / (Kd KB).
    hot, modulator, kd, kb, alpha = 1e-9, 3e-7, 10**-9.1, 10**-6.8, 10**-0.9
    weights = np.array([1.0, hot / kd, modulator / kb, alpha * hot * modulator / (kd * kb)])
    share = (weights[1] + weights[3]) / weights.sum()
    assert modulated(-0.9, modulator) == pytest.approx(
        25.0 + 2.6e11 * 1e-9 + 5200.0 * share, rel=1e-12
    )


def test_the_reading_is_half_way_at_the_ec50_whatever_slope_and_asymmetry():
    for hill, log10_asymmetry, end in itertools.product(
        (0.5, 1.0, 3.0), (-1.0, 0.0, 1.0), (-1.0, 1.0)
    ):
        y = CURVES["logistic_5pl"].curve(
            concentration_M=10**-7.3,
            bottom=120.0,
            top=2400.0,
            log10_ec50=-7.3,
            hill=hill,
            log10_asymmetry=log10_asymmetry,
            asymmetric_end=end,
        )
        assert y == pytest.approx(1260.0, rel=1e-12)


def test_a_slope_of_one_takes_81_fold_from_a_tenth_to_nine_tenths():
    x = 10**-7.3 * np.array([1 / 9, 9])
    for name, more in (("logistic_3pl", {"hill": 1.0}), ("logistic_4pl", {"hill": 1.0})):
        y = CURVES[name].curve(concentration_M=x, bottom=0.0, top=1.0, log10_ec50=-7.3, **more)
        np.testing.assert_allclose(y, [0.1, 0.9], rtol=1e-12)


def test_a_rising_curve_is_at_its_bottom_without_drug_and_at_its_top_at_an_enormous_dose():
    y = CURVES["logistic_4pl"].curve(
        concentration_M=np.array([0.0, 1e30]),
        bottom=120.0,
        top=2400.0,
        log10_ec50=-7.3,
        hill=1.4,
    )
    np.testing.assert_allclose(y, [120.0, 2400.0], rtol=1e-12)
