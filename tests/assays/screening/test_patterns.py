"""Patterns agree with a least-squares fit of the same model, and need enough wells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import f, ttest_ind

from tricyclic.assays.screening.patterns import patterns
from tricyclic.assays.screening.plate_arrays import PlateArrays
from tricyclic.core.plate import Plate


def wells(effects, row, column):
    """Compound wells of a 96-well plate at these positions."""
    effects, no = np.asarray(effects, float), np.zeros(len(effects), bool)
    return PlateArrays(
        Plate("P", 96, ()), np.asarray(row), np.asarray(column), effects, no, no, ~no, effects
    )


@pytest.fixture
def unbalanced():
    """Two thirds of the wells of a plate, at random, with row and column effects."""
    rng = np.random.default_rng(3)
    places = rng.permutation(96)[:64]
    row, column = places // 12, places % 12
    effects = rng.normal(0, 2, 64) + 1.5 * (row - 3.5) - 0.8 * (column - 5.5)
    return effects, row, column


def additive_fit(effects, *factors):
    """Residual sum of squares and fitted values of an additive model of these factors."""
    design = np.column_stack([factor[:, None] == np.unique(factor) for factor in factors])
    fitted = design @ np.linalg.lstsq(design.astype(float), effects, rcond=None)[0]
    return float(((effects - fitted) ** 2).sum()), fitted


def test_row_and_column_patterns_have_the_f_of_a_least_squares_fit(unbalanced):
    effects, row, column = unbalanced
    _, by_row, by_column = patterns(wells(effects, row, column))
    full, _ = additive_fit(effects, row, column)
    df = 64 - 8 - 12 + 1
    for pattern, other, levels in ((by_row, column, 8), (by_column, row, 12)):
        reduced, _ = additive_fit(effects, other)
        statistic = (reduced - full) / (levels - 1) / (full / df)
        assert pattern.p == pytest.approx(f.sf(statistic, levels - 1, df), rel=1e-6)


def test_the_effects_of_rows_are_those_of_a_least_squares_fit(unbalanced):
    effects, row, column = unbalanced
    _, by_row, _ = patterns(wells(effects, row, column))
    _, fitted = additive_fit(effects, row, column)
    # In an additive fit two wells of one column differ by the effects of their rows.
    for k in range(1, 64):
        same = np.flatnonzero(column == column[k])
        other = same[0]
        difference = by_row.effects[row[k]] - by_row.effects[row[other]]
        assert difference == pytest.approx(fitted[k] - fitted[other], abs=1e-6)
    assert np.mean(by_row.effects) == pytest.approx(0, abs=1e-9)


def test_the_edge_has_the_p_of_a_t_test():
    rng = np.random.default_rng(4)
    row, column = np.divmod(np.arange(96), 12)
    outer = (row == 0) | (row == 7) | (column == 0) | (column == 11)
    effects = rng.normal(0, 3, 96) + 1.0 * outer
    edge, _, _ = patterns(wells(effects, row, column))
    median = np.median(effects)
    sd = 1.4826 * np.median(np.abs(effects - median))
    clipped = np.clip(effects - median, -3 * sd, 3 * sd)
    expected = ttest_ind(clipped[outer], clipped[~outer])
    assert edge.p == pytest.approx(expected.pvalue, rel=1e-3)
    assert edge.size_percent == pytest.approx(clipped[outer].mean() - clipped[~outer].mean())


def test_one_hit_counts_as_three_robust_standard_deviations():
    rng = np.random.default_rng(5)
    row, column = np.divmod(np.arange(96), 12)
    effects = rng.normal(0, 3, 96)
    sizes = []
    for hit in (30.0, 3000.0):
        effects[0] = hit
        sizes.append(patterns(wells(effects, row, column))[0].size_percent)
    assert sizes[0] == pytest.approx(sizes[1])


@pytest.mark.parametrize(("count", "tested"), [(11, False), (12, True)])
def test_patterns_need_twelve_wells(count, tested):
    rng = np.random.default_rng(6)
    # Six positions of two inner rows: with twelve wells the additive model has five degrees of
    # freedom.
    row, column = np.repeat([2, 3], 6)[:count], np.tile(np.arange(3, 9), 2)[:count]
    _, by_row, _ = patterns(wells(rng.normal(0, 3, count), row, column))
    assert math.isfinite(by_row.p) is tested


@pytest.mark.parametrize(("outer", "tested"), [(2, False), (3, True)])
def test_an_edge_needs_three_wells_at_the_edge(outer, tested):
    rng = np.random.default_rng(7)
    row = np.concatenate([np.zeros(outer, int), np.repeat([2, 3], 8)])
    column = np.concatenate([np.arange(2, 2 + outer), np.tile(np.arange(2, 10), 2)])
    edge, _, _ = patterns(wells(rng.normal(0, 3, row.size), row, column))
    assert math.isfinite(edge.p) is tested


def test_equal_readings_have_no_pattern():
    row, column = np.divmod(np.arange(96), 12)
    assert all(math.isnan(one.p) for one in patterns(wells(np.zeros(96), row, column)))
