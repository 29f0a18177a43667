"""Patterns in residuals agree with enumeration and with full regression."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tricyclic.stats.patterns import added_effect, f_test_p, few_runs_p


def test_an_added_term_is_that_of_a_full_regression():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(30, 4))
    z = rng.normal(size=30) + X[:, 0]
    y = X @ [1.0, 2, 3, 4] + 0.7 * z + rng.normal(size=30)
    residuals = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    result = added_effect(residuals, X, z)
    full = np.column_stack([X, z])
    b, rss = np.linalg.lstsq(full, y, rcond=None)[:2]
    se = np.sqrt(rss[0] / 25 * np.linalg.inv(full.T @ full)[-1, -1])
    assert (result.size, result.se) == (pytest.approx(b[-1]), pytest.approx(se))
    assert result.p == pytest.approx(f_test_p((b[-1] / se) ** 2, 1, 25))


def test_a_term_that_the_curve_already_contains_is_not_tested():
    X = np.column_stack([np.ones(10), np.arange(10.0)])
    result = added_effect(np.random.default_rng(1).normal(size=10), X, 3 * np.arange(10.0) + 2)
    assert np.isnan(result.p) and result.free < 1e-9


def test_p_is_uniform_without_a_pattern():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(20, 3))
    z = rng.normal(size=20)
    p = []
    for _ in range(2000):
        y = rng.normal(size=20)
        p.append(added_effect(y - X @ np.linalg.lstsq(X, y, rcond=None)[0], X, z).p)
    for level in (0.01, 0.05, 0.5):
        assert np.mean(np.array(p) < level) == pytest.approx(level, abs=4 * np.sqrt(level / 2000))


def test_the_f_probability_has_its_table_values():
    # Any table of F: the 5 % point of F(3, 10) is 3.708, the 1 % point of F(1, 20) is 8.096.
    assert f_test_p(3.708, 3, 10) == pytest.approx(0.05, abs=2e-5)
    assert f_test_p(8.096, 1, 20) == pytest.approx(0.01, abs=2e-6)


@pytest.mark.parametrize("length", [4, 7, 9])
def test_the_p_value_of_few_runs_is_that_of_counting_all_orders(length):
    def runs(signs):
        return 1 + sum(x != y for x, y in itertools.pairwise(signs))

    signs = [True] * (length // 2) + [False] * (length - length // 2)
    orders = set(itertools.permutations(signs))
    for order in list(orders)[:30]:
        rare = np.mean([runs(other) <= runs(order) for other in orders])
        assert few_runs_p(np.array(order)) == pytest.approx(rare)
