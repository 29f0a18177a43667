"""Residual sums at fixed places, against a linear least-squares fit at each of them."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FACT_COLUMNS,
    FIXED_SLOPE,
    HIGH_X,
    LANES,
    LOW_X,
    NONE_FREE,
    ONE_FREE,
    Problem,
)
from tricyclic.numerics.batch.places import (
    PLACE_C,
    PLACE_LN_HILL,
    PLACE_SUM,
    new_places,
    sum_at_places,
)

COUNT = 7


def _curve(rng, doses, weight, reach=3.0, mode=BOTH_FREE):
    """Points and facts of a curve."""
    reading = rng.normal(size=COUNT)
    reading -= weight @ reading if mode == BOTH_FREE else 0.0
    facts = np.zeros(FACT_COLUMNS)
    finite = doses[np.isfinite(doses)]
    facts[LOW_X], facts[HIGH_X] = finite.min(), finite.max()
    facts[C_LOW], facts[C_HIGH] = finite.min() - reach, finite.max() + reach
    facts[FIXED_SLOPE] = 0.7
    return np.array([doses, weight, reading]), facts


def _by_linear_fit(points, facts, c, ln_hill, mode):
    """Residual sum of a falling curve, the plateau at high doses fixed at 0 where one is."""
    doses, weight, reading = points
    root = np.sqrt(weight)
    shape = 1.0 / (1.0 + np.exp(np.exp(ln_hill) * np.log(10.0) * (doses - c)))
    if mode == NONE_FREE:
        residual = root * (reading - facts[FIXED_SLOPE] * shape)
    else:
        terms = [shape, np.ones(COUNT)] if mode == BOTH_FREE else [shape]
        design = np.column_stack(terms) * root[:, None]
        residual = root * reading - design @ np.linalg.lstsq(design, root * reading)[0]
    return residual @ residual


@pytest.mark.parametrize("mode", [BOTH_FREE, ONE_FREE, NONE_FREE])
def test_each_curve_has_its_own_sums_whatever_curve_came_before(mode):
    """The table is kept only for the same doses, bounds and weights."""
    rng = np.random.default_rng(4)
    problem = Problem(COUNT, mode, 1.0, True, np.log(0.05), np.log(1000.0))
    doses, others = np.linspace(-9.0, -5.0, COUNT), np.linspace(-8.0, -3.0, COUNT)
    with_none = np.concatenate([[-np.inf], doses[1:]])
    equal, weight = np.full(COUNT, 1 / COUNT), rng.dirichlet(np.ones(COUNT))
    missing = np.append(np.full(COUNT - 1, 1 / (COUNT - 1)), 0.0)
    places = new_places(COUNT)
    for own, weights, reach in (
        (doses, equal, 3.0),
        (doses, equal, 3.0),
        (doses, weight, 3.0),
        (doses, missing, 3.0),
        (doses, equal, 2.0),
        (others, equal, 2.0),
        (with_none, equal, 3.0),
        (doses, equal, 3.0),
    ):
        points, facts = _curve(rng, own, weights, reach, mode)
        sum_at_places(points, facts, problem, places)
        rows = places.rows
        for lane in range(LANES):
            c, ln_hill = rows[PLACE_C + lane], rows[PLACE_LN_HILL + lane]
            expected = _by_linear_fit(points, facts, c, ln_hill, mode)
            assert rows[PLACE_SUM + lane] == pytest.approx(expected, rel=1e-7)


def test_places_lie_within_the_range_searched_and_the_bounds_of_the_slope():
    rng = np.random.default_rng(5)
    problem = Problem(COUNT, BOTH_FREE, 1.0, True, np.log(0.2), np.log(0.5))
    points, facts = _curve(rng, np.linspace(-9.0, -5.0, COUNT), np.full(COUNT, 1 / COUNT))
    places = new_places(COUNT)
    sum_at_places(points, facts, problem, places)
    c = places.rows[PLACE_C : PLACE_C + LANES]
    ln_hill = places.rows[PLACE_LN_HILL : PLACE_LN_HILL + LANES]
    assert (c.min(), c.max()) == (-12.0, -2.0)
    assert ln_hill.min() == np.log(0.2)
    assert ln_hill.max() == np.log(0.5)
