"""A 5PL whose asymmetry lies at either end."""

from __future__ import annotations

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.core.series import Series

X = np.repeat(np.linspace(-9.0, -4.0, 11), 2)
NOISE = np.random.default_rng(7).normal(0.0, 1.0, X.size)


def fitted(x, y, **settings):
    series = Series("curve", y, "y", {"concentration_M": 10.0**x})
    return tca.fit(series, tca.curve_model("logistic_5pl"), intervals="none", **settings)


def falling(x, s=0.25):
    """Gottschalk and Dunn's curve for falling data: the exponent at the lower plateau."""
    return 10 + 90 / (1 + (2 ** (1 / s) - 1) * 10 ** (1.6 * (x + 6.5))) ** s


def test_a_falling_curve_is_recovered_with_its_asymmetry_at_high_doses():
    fit = fitted(X, falling(X) + 1e-6 * NOISE)
    assert fit["asymmetric_end"].value == 1.0
    assert fit["log10_asymmetry"].value == pytest.approx(np.log10(0.25), abs=1e-4)
    assert fit["log10_ec50"].value == pytest.approx(-6.5, abs=1e-5)
    assert fit["hill"].value == pytest.approx(-1.6, abs=1e-4)


def test_readings_turned_upside_down_give_the_same_residual_sum():
    y = falling(X) + NOISE
    assert fitted(X, -y).rss == pytest.approx(fitted(X, y).rss, rel=1e-9)


def test_doses_in_reverse_order_give_the_mirrored_curve():
    y = falling(X) + NOISE
    fit, mirrored = fitted(X, y), fitted(-X - 13.0, y)
    assert mirrored.rss == pytest.approx(fit.rss, rel=1e-9)
    assert mirrored["asymmetric_end"].value == -fit["asymmetric_end"].value
    assert mirrored["hill"].value == pytest.approx(-fit["hill"].value, rel=1e-5)
    assert mirrored["log10_ec50"].value == pytest.approx(-13.0 - fit["log10_ec50"].value, rel=1e-6)


def test_the_better_end_is_kept_and_a_stated_end_is_used():
    y = falling(X) + NOISE
    ends = [fitted(X, y, fixed={"asymmetric_end": end}) for end in (-1.0, 1.0)]
    assert [one["asymmetric_end"].value for one in ends] == [-1.0, 1.0]
    assert ends[1].rss < ends[0].rss
    assert fitted(X, y).rss == pytest.approx(ends[1].rss, rel=1e-12)
