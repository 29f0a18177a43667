"""One curve and the same curve among many: the comparison of tools/comparisons, on few seeds."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

TOOLS = Path(__file__).parents[2] / "tools" / "comparisons"


@pytest.fixture
def tool():
    sys.path.insert(0, str(TOOLS))
    try:
        import one_and_many

        yield one_and_many
    finally:
        sys.path.remove(str(TOOLS))


def test_both_engines_reach_the_same_optimum_of_hard_curves(tool):
    for seed in range(12, 42):
        both = tool.both_fits(tool.hard_curve(seed), limits=False)
        assert tool.findings(both, limits=False) == [], seed


def test_the_comparison_notices_a_missed_optimum_on_either_side(tool):
    both = tool.both_fits(tool.hard_curve(13), limits=False)
    assert both.fit.ok
    worse = replace(both.many, rss=both.many.rss * 1.001)
    missed = tool.findings(replace(both, many=worse), limits=False)
    assert missed == ["many curves missed the optimum"]
    better = replace(both.many, rss=both.many.rss * 0.999)
    missed = tool.findings(replace(both, many=better), limits=False)
    assert missed == ["one curve missed the optimum"]


def test_limits_agree_with_a_grid_of_slopes(tool):
    compared = 0
    for seed in range(12, 24):
        both = tool.both_fits(tool.hard_curve(seed), limits=True)
        assert not any("too close" in one for one in tool.findings(both, limits=True)), seed
        one = both.fit["log10_ec50"] if both.fit.ok else None
        if one is None or not (np.isfinite(one.low) and np.isfinite(one.high)):
            continue
        # Inside the limits the grid lies within the criterion, or hardly above it: it has nodes.
        middle = 0.5 * (one.low + one.high)
        rss, df = both.sums[1], both.fit.df
        t = tool.stdtrit(df, 0.975)
        assert tool.least_sum(both.curve, middle) < rss * (1 + t**2 / df) * 1.01
        compared += 1
    assert compared >= 3


def test_the_grid_notices_a_limit_that_is_too_close(tool):
    fits = (tool.both_fits(tool.hard_curve(seed), limits=True) for seed in range(12, 40))
    both = next(
        one
        for one in fits
        if one.fit.ok and one.fit.status == "fitted" and tool.findings(one, limits=True) == []
    )
    own = both.fit["log10_ec50"]
    shifted = both.many.log10_ic50_high - 0.5 * (both.many.log10_ic50_high - own.value)
    near = replace(both, many=replace(both.many, log10_ic50_high=shifted))
    noticed = tool.findings(near, limits=True)
    assert noticed == ["limit of many curves too close"]
