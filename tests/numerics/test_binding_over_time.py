"""Binding before equilibrium agrees with closed forms where they exist, and ends at equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.binding_over_time import bound_over_time
from tricyclic.numerics.equilibrium import solve_one_site


def test_association_without_depletion_is_one_exponential():
    t = np.array([0.0, 0.3, 2.0, 10.0, 60.0])
    result = bound_over_time(t, 1e-15, 1e-9, 1e8, 0.08)
    rate = 1e8 * 1e-9 + 0.08
    assert result == pytest.approx(1e-15 * 0.1 / rate * -np.expm1(-rate * t), rel=1e-6)


def test_two_ligands_without_depletion_follow_motulsky_and_mahan():
    """Equation of Motulsky and Mahan (1984), written independently."""
    t = np.linspace(0.5, 120, 40)
    k1, k2, k3, k4, tracer, cold, sites = 2e8, 0.05, 5e7, 0.3, 1e-9, 2e-8, 1e-15
    ka, kb = k1 * tracer + k2, k3 * cold + k4
    s = np.sqrt((ka - kb) ** 2 + 4 * k1 * k3 * tracer * cold)
    kf, ks = 0.5 * (ka + kb + s), 0.5 * (ka + kb - s)
    expected = (
        sites
        * k1
        * tracer
        / (kf - ks)
        * (
            k4 * (kf - ks) / (kf * ks)
            + (k4 - kf) / kf * np.exp(-kf * t)
            - (k4 - ks) / ks * np.exp(-ks * t)
        )
    )
    result = bound_over_time(
        t, sites, tracer, k1, k2, competitor=cold, competitor_kon=k3, competitor_koff=k4
    )
    assert result == pytest.approx(expected, rel=1e-5)


def test_after_a_long_time_it_is_the_equilibrium_with_depletion_of_all():
    rng = np.random.default_rng(1)
    site, tracer, cold = 10 ** rng.uniform(-11, -8, (3, 50))
    sink = rng.uniform(0, 0.5, 50)
    kon, koff, k3, k4 = 1e8, 0.05, 3e7, 0.2
    result = bound_over_time(
        1e5,
        site,
        tracer,
        kon,
        koff,
        competitor=cold,
        competitor_kon=k3,
        competitor_koff=k4,
        sink=sink,
    )
    balance = solve_one_site(site, (tracer, cold), (koff / kon, k4 / k3), (sink, 0.0))
    assert result == pytest.approx(balance.bound[0], rel=1e-6)


def test_with_depletion_of_the_tracer_it_solves_the_riccati_equation():
    """b' = kon (L - b)(R - b) - koff b has a closed form."""
    L, R, kon, koff = 2e-9, 3e-9, 5e7, 0.02
    t = np.array([0.5, 3.0, 20.0, 100.0])
    m = L + R + koff / kon
    d = np.sqrt(m * m - 4 * L * R)
    low, high = (m - d) / 2, (m + d) / 2
    e = np.exp(-kon * d * t)
    expected = low * high * (1 - e) / (high - low * e)
    assert bound_over_time(t, R, L, kon, koff) == pytest.approx(expected, rel=1e-6)
