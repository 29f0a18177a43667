"""Mass balance against independent root finders, published numbers and conservation laws."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.optimize import brentq

from tricyclic.numerics.equilibrium import (
    exact_ic50,
    exact_ki,
    solve_one_site,
    solve_sites,
)


def exact_free_site(site: float, totals: list[float], halves: list[float]) -> Decimal:
    """Free site to 40 digits, by bisection of its balance in decimal arithmetic."""
    with localcontext() as context:
        context.prec = 90
        big, amounts, constants = (
            Decimal(site),
            [Decimal(t) for t in totals],
            [Decimal(k) for k in halves],
        )
        low, high = Decimal("1e-70"), big
        while high / low - 1 > Decimal("1e-40"):
            middle = (low * high).sqrt()
            held = sum(t * middle / (k + middle) for t, k in zip(amounts, constants, strict=True))
            low, high = (low, middle) if middle + held > big else (middle, high)
        return (low * high).sqrt()


def ten_decades(rng: np.random.Generator, case: int) -> tuple[float, list[float], list[float]]:
    """A well with site, two ligands and two constants anywhere in ten decades; every third one
    titrates.
    """
    site, first, second, kd_first, kd_second = (float(10.0**e) for e in rng.uniform(-14, -4, 5))
    if case % 3 == 0:
        first = site * (1.0 + float(10.0 ** rng.uniform(-15, -3) * rng.choice([-1, 1])))
    if case % 3 == 1:
        first, second = 0.3 * site, 0.7 * site
    return site, [first, second], [kd_first, kd_second]


def test_two_ligands_at_one_site_agree_with_forty_digit_arithmetic_over_ten_decades():
    rng = np.random.default_rng(20240)
    for case in range(90):
        site, totals, kds = ten_decades(rng, case)
        result = solve_one_site(site, totals, kds)
        r = exact_free_site(site, totals, kds)
        assert float(result.free_site) == pytest.approx(float(r), rel=1e-12, abs=0)
        for total, kd, free, bound in zip(totals, kds, result.free, result.bound, strict=True):
            assert float(free) == pytest.approx(
                float(Decimal(total) * Decimal(kd) / (Decimal(kd) + r)), rel=1e-12, abs=0
            )
            assert float(bound) == pytest.approx(
                float(Decimal(total) * r / (Decimal(kd) + r)), rel=1e-12, abs=0
            )


def test_one_ligand_is_the_root_of_the_quadratic():
    site, total, kd = 3e-10, 8e-10, 5e-10
    b = site + total + kd
    complex_ = (b - np.sqrt(b * b - 4 * site * total)) / 2
    assert solve_one_site(site, (total,), (kd,)).bound[0] == pytest.approx(complex_, rel=1e-12)


def test_ligands_and_sites_are_conserved():
    rng = np.random.default_rng(3)
    n = 3000
    site, kds = 10.0 ** rng.uniform(-14, -4, n), 10.0 ** rng.uniform(-14, -4, (3, n))
    totals, sinks = 10.0 ** rng.uniform(-14, -4, (3, n)), rng.uniform(0, 2, (3, n))
    well = solve_one_site(site, tuple(totals), tuple(kds), tuple(sinks))
    for total, sink, free, bound in zip(totals, sinks, well.free, well.bound, strict=True):
        np.testing.assert_allclose(free * (1 + sink) + bound, total, rtol=1e-13)
    np.testing.assert_allclose(well.free_site + sum(well.bound), site, rtol=1e-12)
    for free, bound, kd in zip(well.free, well.bound, kds, strict=True):
        np.testing.assert_allclose(bound, well.free_site * free / kd, rtol=1e-12)


def test_absent_ligands_and_absent_sites_give_finite_numbers():
    with np.errstate(all="raise", under="ignore"):
        empty = solve_one_site(0.0, (1e-9, 1e-8), (1e-9, 1e-9), (0.1, 0.0))
        alone = solve_one_site(1e-9, (0.0, 0.0), (1e-9, 1e-9))
        nothing = solve_sites((0.0, 0.0), (0.0, 0.0), ((1e-9, 1e-8), (1e-9, 1e-7)))
    assert float(empty.bound[0]) == 0.0
    assert float(empty.free[0]) == pytest.approx(1e-9 / 1.1)
    assert float(alone.free_site) == pytest.approx(1e-9)
    assert not nothing.bound.any() and not nothing.free.any() and not nothing.free_sites.any()


def test_wells_and_parameter_sets_broadcast_and_each_equals_its_own_well():
    competitor = np.array([0.0, 1e-10, 1e-9, 1e-7])
    ki = np.array([[1e-11], [1e-9], [1e-6]])
    table = solve_one_site(2e-10, (1e-9, competitor), (1e-9, ki)).bound[0]
    assert table.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        single = solve_one_site(2e-10, (1e-9, competitor[j]), (1e-9, ki[i, 0])).bound[0]
        assert table[i, j] == pytest.approx(float(single), rel=1e-13)


def test_the_unit_of_concentration_does_not_matter():
    in_molar = solve_one_site(2e-10, (1e-9, 3e-9), (1e-9, 4e-10), (0.05, 0.0))
    in_nanomolar = solve_one_site(0.2, (1.0, 3.0), (1.0, 0.4), (0.05, 0.0))
    assert float(in_molar.bound[0]) * 1e9 == pytest.approx(float(in_nanomolar.bound[0]), rel=1e-13)


def nested_root(
    sites: np.ndarray, totals: np.ndarray, kds: np.ndarray, sunk: np.ndarray
) -> np.ndarray:
    """Free sites of two sites by one Brent search inside another."""

    def held(r0: float, r1: float, s: int) -> float:
        return float(
            sum(
                t / k[s] / (n + r0 / k[0] + r1 / k[1])
                for t, k, n in zip(totals, kds, sunk, strict=True)
            )
        )

    def inner(r0: float) -> float:
        floor = np.log(sites[1]) - 60
        return float(
            np.exp(
                brentq(
                    lambda v: np.exp(v) * (1 + held(r0, np.exp(v), 1)) - sites[1],
                    floor,
                    np.log(sites[1]) + 1e-9,
                    xtol=1e-14,
                    rtol=1e-15,
                )
            )
        )

    def outer(v: float) -> float:
        r0 = float(np.exp(v))
        return r0 * (1 + held(r0, inner(r0), 0)) - float(sites[0])

    r0 = float(
        np.exp(
            brentq(outer, np.log(sites[0]) - 60, np.log(sites[0]) + 1e-9, xtol=1e-14, rtol=1e-15)
        )
    )
    return np.array([r0, inner(r0)])


def test_three_ligands_at_two_sites_agree_with_nested_brent_searches():
    rng = np.random.default_rng(5)
    sites, totals = 10.0 ** rng.uniform(-14, -4, (2, 40)), 10.0 ** rng.uniform(-14, -4, (3, 40))
    kds, sunk = 10.0 ** rng.uniform(-14, -4, (3, 2, 40)), np.array([1.1, 1.0, 1.0])
    result = solve_sites(tuple(sites), tuple(totals), kds, tuple(sunk - 1))
    for j in range(40):
        expected = nested_root(sites[:, j], totals[:, j], kds[:, :, j], sunk)
        np.testing.assert_allclose(result.free_sites[:, j], expected, rtol=1e-10)


def test_two_sites_conserve_ligands_and_sites_over_ten_decades():
    rng = np.random.default_rng(6)
    sites, totals = 10.0 ** rng.uniform(-14, -4, (2, 2000)), 10.0 ** rng.uniform(-14, -4, (3, 2000))
    kds = 10.0 ** rng.uniform(-14, -4, (3, 2, 2000))
    sites[1, ::11], totals[0, ::7] = 0.0, 0.0
    totals[1, 1::7] = sites[0, 1::7]
    well = solve_sites(tuple(sites), tuple(totals), kds)
    np.testing.assert_allclose(well.free + well.bound.sum(axis=1), totals, rtol=1e-12)
    np.testing.assert_allclose(well.free_sites + well.bound.sum(axis=0), sites, rtol=1e-12)


def test_a_well_with_two_sites_does_not_depend_on_the_other_wells():
    rng = np.random.default_rng(8)
    sites, totals = 10.0 ** rng.uniform(-14, -4, (2, 60)), 10.0 ** rng.uniform(-14, -4, (3, 60))
    kds = 10.0 ** rng.uniform(-14, -4, (3, 2, 60))
    together = solve_sites(tuple(sites), tuple(totals), kds)
    for j in range(60):
        alone = solve_sites(tuple(sites[:, j]), tuple(totals[:, j]), kds[:, :, j])
        np.testing.assert_array_equal(together.free_sites[:, j], alone.free_sites)
        np.testing.assert_array_equal(together.bound[:, :, j], alone.bound)


# Of many seeds those with wells in which steps that lower the error of the balance only go astray.
@pytest.mark.parametrize(
    ("seed", "sites", "ligands"),
    [(112, 2, 2), (127, 2, 3), (156, 2, 4), (12, 3, 2), (9, 3, 4), (0, 4, 3), (15, 4, 4)],
)
def test_all_of_twenty_thousand_wells_conserve_ligands_and_sites(seed, sites, ligands):
    rng = np.random.default_rng(seed)
    rng.integers(2, 5), rng.integers(2, 5)
    n = 20_000
    totals_of_sites = 10.0 ** rng.uniform(-14, -4, (sites, n))
    totals = 10.0 ** rng.uniform(-14, -4, (ligands, n))
    kds = 10.0 ** rng.uniform(-14, -4, (ligands, sites, n))
    totals_of_sites[1, ::11], totals[0, ::7] = 0.0, 0.0
    totals[1, 1::7] = totals_of_sites[0, 1::7]
    well = solve_sites(tuple(totals_of_sites), tuple(totals), kds)
    np.testing.assert_allclose(well.free + well.bound.sum(axis=1), totals, rtol=1e-12)
    np.testing.assert_allclose(
        well.free_sites + well.bound.sum(axis=0), totals_of_sites, rtol=1e-12
    )
    np.testing.assert_allclose(well.bound, well.free_sites * well.free[:, None] / kds, rtol=1e-12)


def test_one_of_several_sites_alone_is_the_balance_of_one_site():
    competitor = np.array([0.0, 1e-10, 1e-9, 1e-7])
    kds = ((5e-10,), (np.array([[7e-9], [7e-8]]),))
    several = solve_sites((2e-10,), (1e-9, competitor), kds, (0.1, 0.0))
    one = solve_one_site(2e-10, (1e-9, competitor), (kds[0][0], kds[1][0]), (0.1, 0.0))
    assert several.bound.shape == (2, 1, 2, 4)
    np.testing.assert_array_equal(several.bound[:, 0], one.bound)
    np.testing.assert_array_equal(several.free, one.free)
    np.testing.assert_array_equal(several.free_sites[0], one.free_site)


def test_two_equal_sites_are_one_site_of_their_sum():
    apart = solve_sites((1e-10, 3e-10), (1e-9, 2e-9), ((5e-10, 5e-10), (7e-9, 7e-9)), (0.1, 0.0))
    together = solve_one_site(4e-10, (1e-9, 2e-9), (5e-10, 7e-9), (0.1, 0.0))
    np.testing.assert_allclose(apart.bound.sum(axis=1), together.bound, rtol=1e-12)


def test_one_ligand_alone_is_the_limit_of_a_vanishing_second_one():
    rng = np.random.default_rng(7)
    sites, total = 10.0 ** rng.uniform(-12, -6, (2, 200)), 10.0 ** rng.uniform(-12, -6, 200)
    kds = 10.0 ** rng.uniform(-12, -6, (2, 200))
    alone = solve_sites(tuple(sites), (total,), (tuple(kds),), (0.3,))
    beside = solve_sites(
        tuple(sites), (total, np.zeros(200)), (tuple(kds), (1e-9, 1e-9)), (0.3, 0.0)
    )
    np.testing.assert_allclose(alone.free_sites, beside.free_sites, rtol=1e-8)
    np.testing.assert_allclose(alone.bound[0], beside.bound[0], rtol=1e-8)
    np.testing.assert_allclose(alone.free[0] * 1.3 + alone.bound[0].sum(axis=0), total, rtol=1e-12)
    np.testing.assert_allclose(alone.free_sites + alone.bound[0], sites, rtol=1e-12)


# IC50 / (1 + [L]/Kd) over the true Ki, at [L] = Kd / 2; rows are sites over Kd: tracer bound in
# percent, then Ki/Kd = 0.01 to 1000.
BIAS = {
    0.01: ("0.7", "1.34", "1.04", "1.01", "1.00", "1.00"),
    0.1: ("6.4", "4.4", "1.38", "1.07", "1.04", "1.03"),
    0.3: ("17.5", "12", "2.2", "1.22", "1.12", "1.11"),
    1.0: ("43.8", "42", "5.5", "1.9", "1.5", "1.4"),
    3.0: ("72.5", "153", "18", "4.1", "2.8", "2.6"),
}


@pytest.mark.parametrize("site", sorted(BIAS))
def test_the_bias_of_cheng_and_prusoff_has_the_printed_size(site):
    bound = float(solve_one_site(site, (0.5,), (1.0,)).bound[0])
    assert f"{100 * bound / 0.5:.1f}" == BIAS[site][0]
    for ki, printed in zip((0.01, 0.1, 1.0, 10.0, 1000.0), BIAS[site][1:], strict=True):
        bias = float(exact_ic50(site, 0.5, 1.0, ki)) / (1 + 0.5 / 1.0) / ki
        digits = len(printed.split(".")[1]) if "." in printed else 0
        assert bias == pytest.approx(float(printed), abs=0.5000001 * 10.0**-digits)


def test_the_number_in_the_erratum_of_munson_and_rodbard_is_reproduced():
    # J Receptor Res 9:511 (1989): IC50 1, tracer 0.1, Kd 1, bound over free 0.1 give 0.7889.
    free_site = 0.1 * 1.0
    free_tracer = 0.1 / 1.1
    site = free_site * (1 + free_tracer / 1.0)
    assert float(exact_ki(site, 0.1, 1.0, 1.0)) == pytest.approx(0.7889, abs=5e-5)


@pytest.mark.parametrize(
    ("protein_nM", "ic50_nM", "printed_ki_nM"),
    [(30, 1160, 430), (60, 2520, 570), (120, 3100, 400), (240, 8100, 550)],
)
def test_nikolovska_coleskas_table_2_comes_out_within_its_rounding(
    protein_nM, ic50_nM, printed_ki_nM
):
    # doi:10.1016/j.ab.2004.05.055, 5 nM tracer of Kd 17.92 nM; the printed IC50 and Ki are rounded.
    ki = float(exact_ki(protein_nM, 5.0, 17.92, ic50_nM))
    assert ki == pytest.approx(printed_ki_nM, rel=0.025)


def test_the_exact_ic50_halves_the_bound_radioligand_and_gives_the_ki_back():
    site, tracer, kd, ki = 4e-10, 1e-9, 8e-10, 3e-11
    half = exact_ic50(site, tracer, kd, ki, radioligand_sink=0.05, competitor_sink=0.3)
    before = solve_one_site(site, (tracer,), (kd,), (0.05,)).bound[0]
    after = solve_one_site(site, (tracer, half), (kd, ki), (0.05, 0.3)).bound[0]
    assert float(after) == pytest.approx(float(before) / 2, rel=1e-12)
    back = exact_ki(site, tracer, kd, half, radioligand_sink=0.05, competitor_sink=0.3)
    assert float(back) == pytest.approx(ki, rel=1e-10)


def test_no_ki_explains_an_ic50_below_the_competitor_that_must_be_bound():
    assert np.isnan(exact_ki(1e-9, 1e-10, 1e-10, 1e-11))


def test_a_plate_of_wells_for_eight_parameter_sets_takes_well_under_a_millisecond():
    import time

    competitor = np.repeat([0.0, *10.0 ** np.linspace(-11, -5, 23)], 3)
    ki = 1e-9 * (1 + 1e-6 * np.arange(8)[:, None])

    def seconds() -> float:
        start = time.perf_counter()
        for _ in range(10):
            solve_one_site(2e-10, (1e-9, competitor), (1e-9, ki), (0.02, 0.0))
        return (time.perf_counter() - start) / 10

    # About 0.12 ms on a quiet machine.
    assert min(seconds() for _ in range(10)) < 1.5e-3
