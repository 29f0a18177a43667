"""Competition curves against Cheng and Prusoff, the exact half-way point, direct mass balance and a
published table.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.curves.competition_under_mask import occupancy_under_mask
from tricyclic.fitting.fit import fit
from tricyclic.numerics.equilibrium import exact_ic50

COMPETITOR = np.array([0.0, *np.logspace(-12, -4, 33)])
WELL = {"nonspecific": 0.03, "signal_per_M": 1.1e13, "background": 25.0}


def depleted(
    competitor, *, log10_bmax=-9.4, log10_ki=-8.7, log10_kd=-9.1, radioligand=1e-9, **changes
):
    values = {**WELL, "competitor_nonspecific": 0.0, **changes}
    return CURVES["competition_with_depletion"].curve(
        competitor_M=np.asarray(competitor, float),
        radioligand_M=radioligand,
        specific=changes.pop("specific", 1.0),
        log10_bmax=log10_bmax,
        log10_ki=log10_ki,
        log10_kd=log10_kd,
        **{k: v for k, v in values.items() if k != "specific"},
    )


def ic50_of(curve) -> float:
    """Competitor that halves the specific part, by a root search on the curve itself."""
    top, bottom = float(curve(0.0)), float(curve(1e3))
    return float(
        10
        ** brentq(
            lambda e: float(curve(10.0**e)) - (top + bottom) / 2, -14, 2, xtol=1e-13, rtol=1e-14
        )
    )


def test_ki_approaches_the_ic50_as_the_radioligand_vanishes():
    for radioligand, ratio in ((1e-9, 1 + 1e-9 / 10**-9.1), (1e-14, 1.0)):

        def curve(c, hot=radioligand):
            return CURVES["competition_ki"].curve(
                competitor_M=c,
                radioligand_M=hot,
                specific=1.0,
                bmax=1.0,
                log10_ki=-8.7,
                nonspecific=0.0,
                log10_kd=-9.1,
                background=0.0,
            )

        assert ic50_of(curve) / 10**-8.7 == pytest.approx(ratio, rel=1e-4)


def test_the_exact_curve_becomes_cheng_and_prusoffs_as_depletion_vanishes():
    distance = []
    for log10_bmax in (-9.4, -10.4, -11.4, -12.4, -13.4):
        sites = 10.0**log10_bmax
        exact = depleted(COMPETITOR, log10_bmax=log10_bmax, nonspecific=0.0)
        simple = CURVES["competition_ki"].curve(
            competitor_M=COMPETITOR,
            radioligand_M=1e-9,
            specific=1.0,
            bmax=WELL["signal_per_M"] * sites,
            log10_ki=-8.7,
            nonspecific=0.0,
            log10_kd=-9.1,
            background=25.0,
        )
        distance.append(np.max(np.abs(exact - simple)) / np.ptp(simple))
    assert all(later < 0.11 * earlier for earlier, later in pairwise(distance[1:]))
    assert distance[-1] < 1e-4


def test_the_half_way_point_of_the_depleted_curve_is_the_exact_ic50():
    # Without non-specific binding the reading is the bound radioligand alone.
    for log10_ki in (-11.0, -8.7, -6.0):
        exact = exact_ic50(10**-9.4, 1e-9, 10**-9.1, 10**log10_ki)
        top = depleted(0.0, log10_ki=log10_ki, nonspecific=0.0) - 25.0
        half = depleted(exact, log10_ki=log10_ki, nonspecific=0.0) - 25.0
        assert half == pytest.approx(top / 2, rel=1e-10)


def test_a_tight_competitor_titrates_the_sites():
    # With a Ki of a thousandth of the sites, competitor for half of the sites halves the binding.
    sites = 1e-8
    curve = (
        depleted(sites / 2, log10_bmax=-8.0, log10_ki=-14.0, radioligand=1e-12, nonspecific=0.0)
        - 25.0
    )
    top = depleted(0.0, log10_bmax=-8.0, log10_ki=-14.0, radioligand=1e-12, nonspecific=0.0) - 25.0
    r_half = sites / 2
    kd = 10**-9.1
    assert curve / top == pytest.approx((r_half / (kd + r_half)) / (sites / (kd + sites)), rel=1e-3)


def test_non_specific_wells_show_only_the_sink():
    reading = depleted([0.0, 1e-6], specific=0.0)
    expected = 25.0 + WELL["signal_per_M"] * 0.03 * 1e-9 / 1.03
    np.testing.assert_allclose(reading, expected, rtol=1e-12)


def test_homologous_competition_is_direct_mass_balance_of_one_ligand():
    hot, cold, kd, sites, ns = 5e-10, COMPETITOR, 10**-8.9, 10**-9.6, 0.02
    # Free ligand F from F (1 + ns) + R F / (Kd + F) = hot + cold, by a root search.
    free = np.array(
        [
            brentq(
                lambda f, t=hot + c: f * (1 + ns) + sites * f / (kd + f) - t, 0, hot + c, xtol=1e-24
            )
            for c in cold
        ]
    )
    expected = 1e13 * hot / (hot + cold) * (sites * free / (kd + free) + ns * free)
    reading = CURVES["homologous_competition"].curve(
        competitor_M=cold,
        radioligand_M=hot,
        specific=1.0,
        log10_kd=-8.9,
        log10_bmax=-9.6,
        nonspecific=ns,
        signal_per_M=1e13,
        background=0.0,
    )
    np.testing.assert_allclose(reading, expected, rtol=1e-10)


def test_homologous_competition_is_competition_with_the_unlabelled_ligand():
    twin = CURVES["competition_with_depletion"].curve(
        competitor_M=COMPETITOR,
        radioligand_M=5e-10,
        specific=1.0,
        log10_bmax=-9.6,
        log10_ki=-8.9,
        log10_kd=-8.9,
        nonspecific=0.02,
        competitor_nonspecific=0.02,
        signal_per_M=1e13,
        background=3.0,
    )
    own = CURVES["homologous_competition"].curve(
        competitor_M=COMPETITOR,
        radioligand_M=5e-10,
        specific=1.0,
        log10_kd=-8.9,
        log10_bmax=-9.6,
        nonspecific=0.02,
        signal_per_M=1e13,
        background=3.0,
    )
    np.testing.assert_allclose(own, twin, rtol=1e-12)


def test_two_sites_of_equal_ki_are_one_site_whatever_their_shares():
    two = CURVES["two_site_competition_with_depletion"].curve(
        competitor_M=COMPETITOR,
        radioligand_M=1e-9,
        specific=1.0,
        log10_bmax=-9.4,
        fraction_high=0.37,
        log10_ki_high=-8.7,
        log10_ki_low=-8.7,
        log10_kd=-9.1,
        competitor_nonspecific=0.0,
        **WELL,
    )
    np.testing.assert_allclose(two, depleted(COMPETITOR), rtol=1e-11)


MASK = {
    "log10_kd": -7.7,
    "log10_kd_masked": -7.5,
    "log10_mask_kd": -5.9,
    "log10_mask_kd_masked": -8.5,
}


def under_mask(competitor, mask, *, masked_ratio=0.8, log10_ki=-6.6, **changes):
    return CURVES["competition_under_mask"].curve(
        competitor_M=competitor,
        radioligand_M=3e-9,
        modulator_M=mask,
        specific=1.0,
        log10_bmax=-9.3,
        log10_ki=log10_ki,
        log10_ki_masked=-6.2,
        masked_ratio=masked_ratio,
        **{**MASK, **WELL, **changes},
    )


def test_without_masked_sites_and_mask_it_is_plain_competition():
    plain = depleted(COMPETITOR, log10_bmax=-9.3, log10_ki=-6.6, log10_kd=-7.7, radioligand=3e-9)
    np.testing.assert_allclose(under_mask(COMPETITOR, 0.0, masked_ratio=0.0), plain, rtol=1e-11)


def test_a_perfect_mask_leaves_only_the_target_site():
    # It occupies all of the masked site and none of the target site.
    perfect = under_mask(COMPETITOR, 1e-5, log10_mask_kd=1.0, log10_mask_kd_masked=-15.0)
    plain = depleted(COMPETITOR, log10_bmax=-9.3, log10_ki=-6.6, log10_kd=-7.7, radioligand=3e-9)
    np.testing.assert_allclose(perfect, plain, rtol=1e-6)


def test_the_occupancies_under_a_mask_are_those_of_the_law_of_mass_action():
    # So few sites that nothing is depleted: occupancy = x_i / (1 + sum x).
    tracer, mask = 3e-9, 2e-7
    result = occupancy_under_mask(
        radioligand_M=tracer, mask_M=mask, sites_M=1e-16, masked_ratio=0.8, **MASK
    )
    wanted = np.array([tracer / 10**-7.7, mask / 10**-5.9])
    masked = np.array([tracer / 10**-7.5, mask / 10**-8.5])
    assert float(result.target_sites_bound_by_mask) == pytest.approx(
        wanted[1] / (1 + wanted.sum()), rel=1e-5
    )
    assert float(result.target_sites_bound_by_radioligand) == pytest.approx(
        wanted[0] / (1 + wanted.sum()), rel=1e-5
    )
    assert float(result.masked_sites_bound_by_mask) == pytest.approx(
        masked[1] / (1 + masked.sum()), rel=1e-5
    )
    assert float(result.masked_sites_bound_by_radioligand) == pytest.approx(
        masked[0] / (1 + masked.sum()), rel=1e-5
    )
    hot = 0.8 * masked[0] / (1 + masked.sum())
    assert float(result.signal_from_masked) == pytest.approx(
        hot / (hot + wanted[0] / (1 + wanted.sum())), rel=1e-5
    )


def test_assuming_a_perfect_mask_shifts_the_ki():
    y = under_mask(COMPETITOR, 2e-7, log10_mask_kd=-6.6)
    x = {"competitor_M": COMPETITOR, "radioligand_M": np.full(COMPETITOR.size, 3e-9)}
    naive = fit(
        Series("masked", y, "dpm", x),
        CURVES["competition_with_depletion"],
        intervals="none",
        fixed={
            "log10_kd": -7.7,
            "signal_per_M": WELL["signal_per_M"],
            "background": 25.0,
            "nonspecific": 0.03,
        },
    )
    # 0.2 uM of a mask with 0.25 uM affinity makes the competitor look 1.6-fold weaker at the target
    # site.
    assert naive["log10_ki"].value - -6.6 > 0.15


def test_published_compounds_give_the_printed_ic50():
    # Koncevicius 2016, three compounds, 3PL without weights.
    log10_c = np.arange(-6.0, -11.5, -0.5)
    printed = {
        (0, 6, 1, 3, 61, 88, 93, 114, 116, 125, 128): -8.1404,
        (0, 0, 0, 2, 9, 33, 61, 99, 118, 125, 126): -9.0005,
    }
    for readings, log10_ic50 in printed.items():
        series = Series(
            "compound", np.array(readings, float), "fmol/mg", {"competitor_M": 10.0**log10_c}
        )
        for name, target in (
            ("one_site_competition", "log10_ic50"),
            ("logistic_3pl", "log10_ec50"),
        ):
            x = {
                "competitor_M" if name == "one_site_competition" else "concentration_M": 10.0
                ** log10_c
            }
            result = fit(
                Series(series.name, series.y, series.y_unit, x), CURVES[name], intervals="none"
            )
            assert result[target].value == pytest.approx(log10_ic50, abs=2e-4)
