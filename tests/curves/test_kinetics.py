"""Kinetic curves against the differential equations they solve, and against equilibrium."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tricyclic.curves import CURVES

TIMES = np.array([0.0, 0.5, 2.0, 5.0, 15.0, 40.0, 120.0, 400.0])


def competitive(
    time, hot, cold, *, log10_kon=7.7, log10_koff=-1.4, log10_k3=7.2, log10_k4=-2.0, bmax=5200.0
):
    return CURVES["competitive_association"].curve(
        time_min=time,
        radioligand_M=hot,
        competitor_M=cold,
        specific=1.0,
        bmax=bmax,
        log10_kon=log10_kon,
        log10_koff=log10_koff,
        log10_k3=log10_k3,
        log10_k4=log10_k4,
        nonspecific=0.0,
        background=0.0,
    )


def integrated(hot, cold, k1, k2, k3, k4, bmax=5200.0) -> np.ndarray:
    """Bound radioligand by numerical integration of the law of mass action."""

    def slopes(_, b):
        free = bmax - b[0] - b[1]
        return [k1 * hot * free - k2 * b[0], k3 * cold * free - k4 * b[1]]

    result = solve_ivp(
        slopes, (0, TIMES[-1]), [0.0, 0.0], method="LSODA", t_eval=TIMES, rtol=1e-11, atol=1e-9
    )
    return result.y[0]


@pytest.mark.parametrize(
    ("k1", "k2", "k3", "k4"),
    [
        (10**7.7, 10**-1.4, 10**7.2, 10**-2.0),
        (10**8.5, 0.3, 10**5.5, 1e-4),
        (10**6.5, 1e-3, 10**8.5, 2.0),
        (10**7.0, 0.05, 10**7.0, 0.05),
    ],
)
def test_competitive_association_is_the_integral_of_the_rate_equations(k1, k2, k3, k4):
    logs = dict(
        zip(
            ("log10_kon", "log10_koff", "log10_k3", "log10_k4"),
            np.log10([k1, k2, k3, k4]),
            strict=True,
        )
    )
    for hot, cold in ((1e-9, 3e-9), (5e-9, 1e-7), (1e-9, 0.0)):
        np.testing.assert_allclose(
            competitive(TIMES, hot, cold, **logs),
            integrated(hot, cold, k1, k2, k3, k4),
            rtol=1e-7,
            atol=1e-4,
        )


def motulsky_mahan(t, hot, cold, k1, k2, k3, k4, bmax=5200.0):
    """The closed form as printed, which divides by the difference of its two rates."""
    ka, kb = k1 * hot + k2, k3 * cold + k4
    root = np.sqrt((ka - kb) ** 2 + 4 * k1 * k3 * hot * cold)
    fast, slow = (ka + kb + root) / 2, (ka + kb - root) / 2
    factor = bmax * k1 * hot / (fast - slow)
    return factor * (
        k4 * (fast - slow) / (fast * slow)
        + (k4 - fast) / fast * np.exp(-fast * t)
        - (k4 - slow) / slow * np.exp(-slow * t)
    )


def test_it_is_the_equation_that_motulsky_and_mahan_printed():
    rates = (10**7.7, 10**-1.4, 10**7.2, 10**-2.0)
    np.testing.assert_allclose(
        competitive(TIMES, 1e-9, 3e-9),
        motulsky_mahan(TIMES, 1e-9, 3e-9, *rates),
        rtol=1e-10,
        atol=1e-9,
    )


def test_equal_rates_are_the_limit_of_nearly_equal_ones():
    # Without competitor and with k4 = kon L + koff both roots are the same, where the printed form
    # is 0/0.
    k1, k2, hot = 1e7, 0.05, 5e-9
    at = competitive(
        TIMES, hot, 0.0, log10_kon=7.0, log10_koff=np.log10(k2), log10_k4=np.log10(k1 * hot + k2)
    )
    near = motulsky_mahan(TIMES, hot, 0.0, k1, k2, 1e7, (k1 * hot + k2) * (1 + 1e-5))
    np.testing.assert_allclose(at, near, rtol=1e-8, atol=1e-7)


def test_after_a_long_time_competitive_association_is_equilibrium_competition():
    competitor = np.logspace(-11, -5, 13)
    late = competitive(1e7, 1e-9, competitor)
    equilibrium = CURVES["competition_ki"].curve(
        competitor_M=competitor,
        radioligand_M=1e-9,
        specific=1.0,
        bmax=5200.0,
        log10_ki=-2.0 - 7.2,
        log10_kd=-1.4 - 7.7,
        nonspecific=0.0,
        background=0.0,
    )
    np.testing.assert_allclose(late, equilibrium, rtol=1e-10)


def test_a_slowly_dissociating_competitor_makes_the_radioligand_overshoot():
    course = competitive(np.linspace(0, 2000, 400), 1e-9, 1e-8, log10_k4=-3.0)
    peak = int(np.argmax(course))
    assert 0 < peak < 399 and course[peak] > 1.2 * course[-1]


ASSOCIATION = {
    "bmax": 5200.0,
    "log10_kon": 7.7,
    "log10_koff": -1.4,
    "nonspecific": 2.6e11,
    "background": 25.0,
}


def test_association_ends_at_saturation():
    hot = np.logspace(-11, -7, 9)
    late = CURVES["association"].curve(time_min=1e7, radioligand_M=hot, specific=1.0, **ASSOCIATION)
    saturated = CURVES["saturation"].curve(
        radioligand_M=hot,
        specific=1.0,
        bmax=5200.0,
        log10_kd=-1.4 - 7.7,
        nonspecific=2.6e11,
        background=25.0,
    )
    np.testing.assert_allclose(late, saturated, rtol=1e-12)


def test_association_begins_with_the_rate_kon_l_bmax():
    early = CURVES["association"].curve(
        time_min=1e-6,
        radioligand_M=1e-9,
        specific=1.0,
        **{**ASSOCIATION, "nonspecific": 0.0, "background": 0.0},
    )
    assert early / 1e-6 == pytest.approx(10**7.7 * 1e-9 * 5200.0, rel=1e-6)


def both_phases(time, switch=60.0):
    return CURVES["association_then_dissociation"].curve(
        time_min=time, radioligand_M=1e-9, specific=1.0, switch_min=switch, **ASSOCIATION
    )


def test_association_then_dissociation_is_continuous_at_the_switch():
    before, at, after = both_phases(np.array([60.0 - 1e-9, 60.0, 60.0 + 1e-9]))
    assert before == pytest.approx(at, rel=1e-9) and after == pytest.approx(at, rel=1e-9)


def test_its_second_phase_is_a_dissociation_from_where_the_first_ended():
    later = np.array([0.0, 3.0, 20.0, 100.0])
    bottom = 25.0 + 2.6e11 * 1e-9
    alone = CURVES["dissociation"].curve(
        time_min=later, specific=1.0, start=float(both_phases(60.0)), bottom=bottom, log10_koff=-1.4
    )
    np.testing.assert_allclose(both_phases(60.0 + later), alone, rtol=1e-12)


def test_half_has_dissociated_after_one_half_life():
    koff = np.log(2) / 17.0
    half = CURVES["dissociation"].curve(
        time_min=17.0, specific=1.0, start=1000.0, bottom=0.0, log10_koff=np.log10(koff)
    )
    assert half == pytest.approx(500.0, rel=1e-12)
