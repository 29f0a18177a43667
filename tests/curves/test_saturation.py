"""Saturation curves against their limits, their half-way points and a published table."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit

HOT = np.logspace(-12, -6, 25)


def test_at_its_kd_a_radioligand_fills_half_of_the_sites():
    assert CURVES["saturation_specific"].curve(
        radioligand_M=10**-9.3, bmax=73.3, log10_kd=-9.3
    ) == pytest.approx(36.65)


def test_the_depleted_curve_is_direct_mass_balance():
    kd, sites, ns = 10**-9.3, 10**-9.5, 0.03
    free = np.array(
        [
            brentq(lambda f, t=t: f * (1 + ns) + sites * f / (kd + f) - t, 0, t, xtol=1e-26)
            for t in HOT
        ]
    )
    reading = CURVES["saturation_with_depletion"].curve(
        radioligand_M=HOT,
        specific=1.0,
        log10_bmax=-9.5,
        log10_kd=-9.3,
        nonspecific=ns,
        signal_per_M=1e13,
        background=0.0,
    )
    np.testing.assert_allclose(reading, 1e13 * (sites * free / (kd + free) + ns * free), rtol=1e-10)


def test_with_few_sites_depletion_does_not_matter():
    sites = 1e-15
    exact = CURVES["saturation_with_depletion"].curve(
        radioligand_M=HOT,
        specific=1.0,
        log10_bmax=-15.0,
        log10_kd=-9.3,
        nonspecific=0.0,
        signal_per_M=1e13,
        background=0.0,
    )
    plain = CURVES["saturation_specific"].curve(radioligand_M=HOT, bmax=1e13 * sites, log10_kd=-9.3)
    np.testing.assert_allclose(exact, plain, rtol=1e-5)


def test_two_sites_of_one_kd_are_one_site():
    two = CURVES["saturation_two_sites_with_depletion"].curve(
        radioligand_M=HOT,
        specific=1.0,
        log10_bmax_high=np.log10(1e-10),
        log10_kd_high=-9.3,
        log10_bmax_low=np.log10(2e-10),
        log10_kd_low=-9.3,
        nonspecific=0.03,
        signal_per_M=1e13,
        background=0.0,
    )
    one = CURVES["saturation_with_depletion"].curve(
        radioligand_M=HOT,
        specific=1.0,
        log10_bmax=np.log10(3e-10),
        log10_kd=-9.3,
        nonspecific=0.03,
        signal_per_M=1e13,
        background=0.0,
    )
    np.testing.assert_allclose(two, one, rtol=1e-11)


def test_three_analyses_of_one_published_table_disagree_as_printed():
    # Koncevicius 2016: Kd 18.2 nM (subtracted), 21.7 nM (total and non-specific together), 19.2 nM
    # (with a background).
    nM = np.array([2.4, 4.8, 7.2, 9.6, 14.4, 36.0, 72.0])
    total = np.array([8.49, 13.8, 19.38, 24.45, 33.12, 62.34, 99.12])
    blank = np.array([2.01, 3.39, 4.5, 6.51, 9.54, 27.27, 57.3])
    subtracted = fit(
        Series("subtracted", total - blank, "fmol/mg", {"radioligand_M": nM * 1e-9}),
        CURVES["saturation_specific"],
        intervals="none",
    )
    wells = Series(
        "wells",
        np.concatenate([total, blank]),
        "fmol/mg",
        {"radioligand_M": np.tile(nM * 1e-9, 2), "specific": np.repeat([1.0, 0.0], 7)},
    )
    plain = fit(wells, CURVES["saturation"], intervals="target")
    raised = fit(wells, CURVES["saturation"], free=("background",), intervals="none")
    for result, printed in ((subtracted, 18.2), (plain, 21.7), (raised, 19.2)):
        assert 10 ** result["log10_kd"].value * 1e9 == pytest.approx(printed, abs=0.05)
    limits = plain["log10_kd"]
    assert [round(10**limit * 1e9, 2) for limit in (limits.low, limits.high)] == [18.23, 25.79]


def test_saturation_and_competition_share_one_kd_one_bmax_and_one_sink():
    saturation, competition = (
        CURVES["saturation_with_depletion"],
        CURVES["competition_with_depletion"],
    )
    truth = {
        "log10_bmax": -9.5,
        "log10_kd": -9.3,
        "nonspecific": 0.03,
        "signal_per_M": 1e13,
        "background": 25.0,
    }
    hot = {
        "radioligand_M": np.tile(np.logspace(-10.3, -8.0, 8), 2),
        "specific": np.repeat([1.0, 0.0], 8),
    }
    cold = {
        "competitor_M": np.array([0.0, *np.logspace(-11, -6, 9)]),
        "radioligand_M": np.full(10, 1e-9),
    }
    first = Series("hot", saturation.curve(**hot, **truth), "dpm", hot)
    second = Series(
        "cold",
        competition.curve(**cold, specific=1.0, log10_ki=-8.2, competitor_nonspecific=0.0, **truth),
        "dpm",
        cold,
    )
    result = fit(
        [FitPart(first, saturation), FitPart(second, competition)],
        fixed={"signal_per_M": 1e13, "background": 25.0},
        free=("log10_kd",),
        intervals="none",
    )
    assert len(result.free) == 4
    assert result["log10_kd"].value == pytest.approx(-9.3, abs=1e-6)
    assert result["log10_ki"].value == pytest.approx(-8.2, abs=1e-6)
