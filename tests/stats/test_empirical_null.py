"""Tails of readings without effect are those of the side on which no effect lies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from tricyclic.stats.empirical_null import EmpiricalNull, fit_null, mirrored_q


def standardised(x):
    median = np.median(x)
    return (x - median) / (1.4826022 * np.median(np.abs(x - median)))


def drawn(rng, *, tails, n=1280):
    z = standardised(rng.standard_normal(n) if tails is None else rng.standard_t(tails, n))
    return z, np.full(n, 0.367 * n)


def test_normal_readings_rarely_seem_to_have_heavy_tails():
    rng = np.random.default_rng(1)
    assert sum(fit_null(*drawn(rng, tails=None)).is_heavy for _ in range(300)) <= 7


@pytest.mark.parametrize("tails", [2.0, 3.0, 5.0])
def test_degrees_of_freedom_of_heavy_tails_are_recovered(tails):
    rng = np.random.default_rng(int(tails))
    fitted = [fit_null(*drawn(rng, tails=tails, n=5000)).df for _ in range(20)]
    assert np.median(fitted) == pytest.approx(tails, rel=0.15)


def test_effects_do_not_change_the_tails():
    rng = np.random.default_rng(3)
    z, df = drawn(rng, tails=3.0, n=4000)
    active = z.copy()
    active[rng.choice(4000, 80, replace=False)] += 25.0
    assert fit_null(active, df).df == pytest.approx(fit_null(z, df).df, rel=0.2)


def test_p_is_that_of_student_with_the_median_absolute_deviation_of_normal_readings():
    null = EmpiricalNull(3.0, 1e-9)
    scale = 0.6744897501960817 / student.ppf(0.75, 3.0)
    p = null.upper_tail(np.array([4.0, 4.0]), np.array([1.0, 2.0]))
    assert p[0] == pytest.approx(student.sf(4.0 / scale, 3.0))
    assert p[1] == pytest.approx(
        student.sf(4.0 / (0.6744897501960817 / student.ppf(0.75, 6.0)), 6.0)
    )


def test_few_readings_allow_no_statement():
    null = fit_null(np.linspace(-3, 3, 60), np.full(60, 20.0))
    assert math.isinf(null.df)
    assert math.isnan(null.p)


def test_the_mirrored_rate_counts_readings_as_far_on_the_other_side():
    z = np.array([9.0, 8.0, 7.0, 6.0, -5.0, -6.5, -7.5, 0.0])
    q, far = mirrored_q(z, null=np.ones(8, bool))
    assert far == 3
    # Above 8 and 9 none is as far on the other side, above 7 one, above 6 two of four.
    np.testing.assert_allclose(q[:4], [(1 + 0) / 2, (1 + 0) / 2, (1 + 1) / 3, (1 + 2) / 4])


def test_two_far_readings_on_the_other_side_are_no_evidence():
    q, far = mirrored_q(np.array([9.0, -5.0, -6.0]), null=np.ones(3, bool))
    assert far == 2
    assert not q.any()
