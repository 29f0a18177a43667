"""Arms compared within blocks, against R and against simulated studies without effects."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.stats.blocks import (
    BlockTable,
    block_contrast,
    block_downturn,
    block_trend,
    compare_within_blocks,
)

R = json.loads((Path(__file__).parents[1] / "golden/r/blocks.json").read_text(encoding="utf-8"))
SETS = R["sets"]
ORDERED = ("vehicle", "low", "mid", "high")
INTERACTION = {"both": 1.0, "antagonist": -1.0, "high": -1.0, "vehicle": 1.0}


def table_of(golden):
    values = np.array(golden["values"], float)
    return BlockTable(tuple(golden["blocks"]), tuple(golden["arms"]), values)


def assert_equals(estimate, expected):
    obtained = (estimate.value, estimate.df, estimate.low, estimate.high, estimate.p)
    names = ("estimate", "df", "low", "high", "p")
    assert obtained == pytest.approx([expected[name] for name in names], rel=1e-8)


@pytest.mark.parametrize("name", SETS)
def test_each_arm_against_the_control_is_the_paired_t_test_of_r(name):
    golden = SETS[name]
    obtained = compare_within_blocks(table_of(golden), "vehicle", ORDERED[1:])
    limits = golden["bonferroni"]
    for contrast, expected, holm, (low, high) in zip(
        obtained.contrasts, golden["contrasts"], golden["holm"], limits, strict=True
    ):
        assert_equals(contrast.estimate, expected)
        assert contrast.p_adjusted == pytest.approx(holm, rel=1e-8)
        assert (contrast.low_joint, contrast.high_joint) == pytest.approx((low, high), rel=1e-8)
        assert contrast.n == expected["df"] + 1


@pytest.mark.parametrize("name", SETS)
def test_interaction_trend_and_downturn_agree_with_r(name):
    golden = SETS[name]
    table = table_of(golden)
    assert_equals(block_contrast(table, INTERACTION).estimate, golden["interaction"])
    assert_equals(block_trend(table, ORDERED).estimate, golden["trend"])
    down = block_downturn(table, ORDERED)
    assert down.p == pytest.approx(min(golden["downturn"]), rel=1e-8)
    if name == "six":
        assert down.arm == "mid"


@pytest.mark.parametrize("name", ["six", "three"])
def test_the_pooled_error_is_that_of_the_block_model_and_dunnett_of_multcomp(name):
    golden = SETS[name]["pooled"]
    obtained = compare_within_blocks(table_of(SETS[name]), "vehicle", ORDERED[1:], error="pooled")
    for k, contrast in enumerate(obtained.contrasts):
        e = contrast.estimate
        assert (e.value, e.se, e.df, e.p) == pytest.approx(
            (golden["estimate"][k], golden["se"][k], golden["df"], golden["alone"][k]), rel=1e-7
        )
        assert contrast.p_adjusted == pytest.approx(golden["p"][k], abs=3e-4)
        joint = (contrast.low_joint, contrast.high_joint)
        assert joint == pytest.approx((golden["low"][k], golden["high"][k]), abs=1e-3)


def test_a_pooled_error_with_missing_cells_is_a_mixed_model_as_in_lmertest():
    golden = SETS["gaps"]
    obtained = compare_within_blocks(table_of(golden), "vehicle", ORDERED[1:], error="pooled")
    assert "Kenward-Roger" in obtained.test
    assert "2 cells of blocks and arms are missing" in obtained.reason
    for contrast, expected in zip(obtained.contrasts, golden["mixed"], strict=True):
        e = contrast.estimate
        assert (e.value, e.se, e.df, e.p) == pytest.approx(
            [expected[key] for key in ("estimate", "se", "df", "p")], rel=1e-5
        )
        assert contrast.p_adjusted >= e.p


def test_without_gaps_the_mixed_model_is_the_block_model():
    rng = np.random.default_rng(3)
    y = rng.normal(0, 0.2, (6, 4)) + rng.normal(0, 1.0, (6, 1))
    complete = BlockTable(tuple("abcdef"), ORDERED, y)
    # A block with one arm adds nothing to a comparison within blocks when blocks differ by much.
    wider = np.vstack([y, [[np.nan, 50.0, np.nan, np.nan]]])
    with_gap = BlockTable(tuple("abcdefg"), ORDERED, wider)
    one, two = (
        compare_within_blocks(table, "vehicle", error="pooled") for table in (complete, with_gap)
    )
    for a, b in zip(one.contrasts, two.contrasts, strict=True):
        assert b.estimate.value == pytest.approx(a.estimate.value, abs=2e-3)
        assert b.estimate.se == pytest.approx(a.estimate.se, rel=2e-2)


def test_blocks_that_lack_an_arm_are_named_and_not_used():
    obtained = block_contrast(table_of(SETS["gaps"]), INTERACTION)
    assert obtained.lacking == ("c4", "c5")
    assert obtained.blocks == ("c1", "c2", "c3", "c6")
    assert obtained.of_blocks.shape == (4,)
    assert obtained.estimate.df == 3


def test_the_level_of_a_block_does_not_change_a_contrast():
    table = table_of(SETS["six"])
    moved = BlockTable(table.blocks, table.arms, table.values + np.arange(6.0)[:, None] * 100)
    for weights in (INTERACTION, {"mid": 1.0, "vehicle": -1.0}):
        one, two = block_contrast(table, weights), block_contrast(moved, weights)
        assert two.estimate.value == pytest.approx(one.estimate.value, abs=1e-9)
        assert two.estimate.p == pytest.approx(one.estimate.p, rel=1e-6)


@pytest.mark.parametrize("error", ["own", "pooled"])
def test_blocks_that_agree_leave_nothing_to_test_against(error):
    y = np.arange(3.0)[:, None] / 7 + np.array([0.0, 0.1, 0.3])
    obtained = compare_within_blocks(BlockTable(tuple("abc"), ("v", "x", "y"), y), "v", error=error)
    for contrast, value in zip(obtained.contrasts, (0.1, 0.3), strict=True):
        assert contrast.estimate.value == pytest.approx(value)
        assert contrast.estimate.se == 0
        assert np.isnan([contrast.estimate.p, contrast.p_adjusted]).all()


def test_one_block_has_an_effect_without_limits_and_none_has_no_number():
    table = BlockTable(
        ("a", "b"), ("v", "x", "y"), np.array([[1.0, 2.0, np.nan], [1.0, np.nan, np.nan]])
    )
    one = block_contrast(table, {"x": 1.0, "v": -1.0})
    assert (one.estimate.value, one.estimate.low, one.estimate.high) == (1.0, -np.inf, np.inf)
    none = block_contrast(table, {"y": 1.0, "v": -1.0})
    assert none.n == 0
    assert np.isnan(none.estimate.value)
    assert np.isnan(compare_within_blocks(table, "v").contrasts[1].p_adjusted)


def test_the_downturn_is_from_the_arm_with_the_largest_fall():
    y = np.array([[0.0, 1.0, 0.3], [0.1, 1.3, 0.5], [0.2, 1.1, 0.55], [0.0, 1.2, 0.3]])
    table = BlockTable(tuple("abcd"), ("v", "mid", "high"), y)
    down = block_downturn(table, ("v", "mid", "high"))
    assert down.arm == "mid"
    assert down.p < 0.01
    assert down.estimate.value == pytest.approx(-0.7375)
    assert block_downturn(table, ("v", "high", "mid")).p == 1.0


def test_rows_become_a_table_in_their_order():
    table = BlockTable.from_rows("bbaa", ["v", "x", "x", "v"], [1.0, 2.0, 3.0, 4.0])
    assert table.blocks == ("b", "a")
    assert table.arms == ("v", "x")
    np.testing.assert_array_equal(table.values, [[1.0, 2.0], [4.0, 3.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda t: BlockTable.from_rows("aa", "vv", [1.0, 2.0]),
            (
                "Block a has two values of arm v. A block has one value of each arm. "
                "Average replicates first."
            ),
        ),
        (lambda t: block_contrast(t, {"z": 1.0}), "No arm z. Arms are v, x."),
        (
            lambda t: compare_within_blocks(BlockTable(("a",), ("v",), np.ones((1, 1))), "v"),
            "Only the arm v. One arm or more is compared with it.",
        ),
        (lambda t: block_trend(t, ["v", "x"]), "2 arms. A trend is over three arms or more."),
        (lambda t: block_downturn(t, ["v"]), "1 arms. A downturn is among two arms or more."),
        (
            lambda t: compare_within_blocks(
                BlockTable(("a",), ("v", "x", "y"), np.ones((1, 3))), "v", error="pooled"
            ),
            "One block. Arms are compared in two blocks or more.",
        ),
    ],
)
def test_what_cannot_be_compared_is_an_error(call, message):
    table = BlockTable(("a", "b"), ("v", "x"), np.ones((2, 2)))
    with pytest.raises(InputError) as error:
        call(table)
    assert str(error.value) == message


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 4, 6])
@pytest.mark.parametrize("effect_sd", [0.0, 0.3])
def test_without_an_effect_tests_are_positive_in_six_percent_or_less(n, effect_sd):
    rng = np.random.default_rng([n, int(10 * effect_sd)])
    arms = ("v", "a", "b", "c", "d", "e", "o", "od")
    hits = np.zeros(5)
    runs = 3000
    for _ in range(runs):
        y = rng.normal(0, 0.2, (n, 8)) + rng.normal(0, 0.5, (n, 1))
        y[:, 1:6] += rng.normal(0, effect_sd, (n, 1))
        table = BlockTable(tuple(map(str, range(n))), arms, y)
        compared = compare_within_blocks(table, "v", arms[1:6])
        hits += (
            min(c.p_adjusted for c in compared.contrasts) < 0.05,
            compared.contrasts[0].estimate.p < 0.05,
            block_trend(table, arms[:6]).estimate.p < 0.05,
            block_downturn(table, arms[1:6]).p < 0.05,
            block_contrast(table, {"od": 1, "o": -1, "c": -1, "v": 1}).estimate.p < 0.05,
        )
    assert (hits / runs <= 0.06 + 2 * np.sqrt(0.06 * 0.94 / runs)).all()
    assert hits[1] / runs == pytest.approx(0.05, abs=0.015)
