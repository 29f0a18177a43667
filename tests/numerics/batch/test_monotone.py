import itertools

import numpy as np
import pytest

from tricyclic.numerics.batch.monotone import LEVEL, critical_t, monotone_test

DOSES = np.arange(-10.0, -4.9, 0.5)


def sigmoid(x, middle, slope=1.0):
    return 100.0 / (1.0 + 10.0 ** (slope * (middle - x)))


def bell(x, rise=-8.7, fall=-6.4):
    return sigmoid(x, rise, 1.2) - sigmoid(x, fall, 1.2)


def reference_t(y, variance):
    """The statistic for one reading per dose, by listing all blocks."""
    n = len(y)
    best = 0.0
    for i, j in itertools.combinations(range(1, n), 2):
        middle, m = y[i:j].mean(), j - i
        before = [
            (middle - y[:e].mean()) / np.sqrt(variance * (1 / m + 1 / e)) for e in range(1, i + 1)
        ]
        after = [
            (middle - y[s:].mean()) / np.sqrt(variance * (1 / m + 1 / (n - s))) for s in range(j, n)
        ]
        best = max(best, min(max(before), max(after)), min(-min(before), -min(after)))
    return best


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("flat", 0 * DOSES),
        ("complete", sigmoid(DOSES, -7.5)),
        ("plateau from the second dose", sigmoid(DOSES, -9.8, 5)),
        ("effect at the last dose", sigmoid(DOSES, -5.1)),
        ("falling", -sigmoid(DOSES, -7.0, 2)),
    ],
)
@pytest.mark.parametrize("replicates", [1, 2, 3])
@pytest.mark.parametrize("sd", [3.0, 25.0])
def test_at_most_one_monotone_curve_in_a_hundred_is_called_not_monotone(
    name, curve, replicates, sd
):
    rng = np.random.default_rng([replicates, int(sd), len(name)])
    y = curve[None, :, None] + sd * rng.standard_normal((8000, DOSES.size, replicates))
    result = monotone_test(DOSES, y, min_share=0.0).not_monotone.mean()
    # Three binomial standard errors.
    assert result <= LEVEL + 3 * np.sqrt(LEVEL / 8000), name


def test_a_step_before_flat_readings_comes_nearest_to_the_level():
    rng = np.random.default_rng(5)
    y = 100.0 * (DOSES > -9.9)[:, None] + rng.standard_normal((8000, DOSES.size, 3))
    assert 0.002 < monotone_test(DOSES, y, min_share=0.0).not_monotone.mean() <= 0.0134


@pytest.mark.parametrize(("replicates", "power"), [(1, 0.95), (2, 0.999), (3, 0.999)])
@pytest.mark.parametrize("direction", [1, -1])
def test_bells_and_valleys_of_good_assays_are_detected(replicates, power, direction):
    rng = np.random.default_rng(replicates)
    y = direction * bell(DOSES)[:, None] + 5 * rng.standard_normal((1000, DOSES.size, replicates))
    result = monotone_test(DOSES, y)
    assert (result.turn == direction).mean() >= power
    assert np.median(direction * result.before) > 50 > -50 > np.median(direction * result.after)


def test_the_statistic_is_that_of_a_list_of_all_blocks():
    rng = np.random.default_rng(3)
    for n in (4, 7, 12):
        y = bell(np.linspace(-10, -5, n)) + 20 * rng.standard_normal(n)
        off = y[1:-1] - 0.5 * (y[:-2] + y[2:])
        variance = (off**2).sum() / 1.5 / (n - 2)
        t = monotone_test(np.arange(float(n)), y[None]).t[0]
        np.testing.assert_allclose(t, reference_t(y, variance), rtol=1e-12)


def test_the_critical_value_is_exceeded_by_flat_curves_at_the_level_of_a_fall_alone():
    rng = np.random.default_rng(11)
    y = rng.standard_normal((20000, 8, 2))
    sd = np.sqrt(y.var(axis=2, ddof=1).mean(axis=1))
    mean = y.mean(axis=2)
    largest = np.full(20000, -np.inf)
    for i, j in itertools.combinations(range(9), 2):
        others = [(0, e) for e in range(1, i + 1)] + [(s, 8) for s in range(j, 8)]
        for a, b in others:
            sign = 1 if a == 0 and b <= i else -1
            fall = sign * (mean[:, a:b].mean(axis=1) - mean[:, i:j].mean(axis=1))
            t = fall / sd / np.sqrt(0.5 / (j - i) + 0.5 / (b - a))
            largest = np.maximum(largest, t)
    assert (largest > critical_t(8, 8)).mean() == pytest.approx(LEVEL, abs=0.0025)


def test_the_verdict_does_not_depend_on_unit_order_or_missing_wells():
    rng = np.random.default_rng(8)
    y = bell(DOSES)[:, None] + 8 * rng.standard_normal((200, DOSES.size, 2))
    first = monotone_test(DOSES, y)
    scaled = monotone_test(DOSES, 1e9 * y - 3e11)
    shuffled = rng.permutation(DOSES.size)
    other = monotone_test(DOSES[shuffled], y[:, shuffled])
    long = monotone_test(np.repeat(DOSES, 2), y.reshape(200, -1))
    padded = np.concatenate([y, np.full((200, 1, 2), np.nan)], axis=1)
    missing = monotone_test(np.append(DOSES, -4.5), padded)
    for second in (scaled, other, long, missing):
        assert (second.turn == first.turn).all()
        np.testing.assert_allclose(second.t, first.t, rtol=1e-5)


def test_a_weight_of_one_over_the_variance_counts_like_replicates():
    y = bell(DOSES) + 5 * np.random.default_rng(2).standard_normal(DOSES.size)
    once = monotone_test(DOSES, y[None], weight=np.full((1, DOSES.size), 7.0))
    assert once.t[0] == pytest.approx(monotone_test(DOSES, y[None]).t[0])
    # A reading of weight 0 is not used.
    weight = np.ones((1, DOSES.size + 1))
    weight[0, -1] = 0.0
    other = monotone_test(np.append(DOSES, -4.5), np.append(y, 1e6)[None], weight=weight)
    assert other.t[0] == pytest.approx(once.t[0])


def test_one_outlier_is_not_a_turn():
    rng = np.random.default_rng(4)
    y = sigmoid(DOSES, -7.5)[:, None] + 4 * rng.standard_normal((2000, DOSES.size, 2))
    y[np.arange(2000), rng.integers(0, DOSES.size, 2000), 0] += 60
    assert monotone_test(DOSES, y).not_monotone.mean() < 0.02


def test_a_small_decline_of_a_plateau_is_no_turn():
    curve = sigmoid(DOSES, -8.5) - 12 * (DOSES > -6)
    rng = np.random.default_rng(6)
    y = curve[:, None] + 0.5 * rng.standard_normal((300, DOSES.size, 3))
    assert not monotone_test(DOSES, y).not_monotone.any()
    assert monotone_test(DOSES, y, min_share=0.05).not_monotone.all()


@pytest.mark.parametrize("y", [[1, 2, 1], [np.nan, 1, 2, np.nan, np.nan], [5, 5, 5, 5, 5]])
def test_no_turn_where_there_are_too_few_doses_or_nothing_changes(y):
    result = monotone_test(np.arange(float(len(y))), np.array([y], float))
    assert not result.not_monotone.any()


def test_many_doses_are_merged():
    x = np.linspace(0, 1, 200)
    rng = np.random.default_rng(1)
    y = np.sin(np.pi * x) + 0.3 * rng.standard_normal((50, 200))
    assert monotone_test(x, y).not_monotone.all()
    assert not monotone_test(x, x + 0.3 * rng.standard_normal((50, 200))).not_monotone.any()


@pytest.mark.parametrize("offset", [0.0, 1e9])
@pytest.mark.parametrize("replicates", [1, 3])
def test_the_search_for_significant_turns_only_misses_none(replicates, offset):
    rng = np.random.default_rng(12)
    x = np.repeat(np.linspace(-10.0, -4.0, 10), replicates)
    middle = rng.uniform(-9.0, -5.0, (4000, 1))
    rise = 1.0 / (1.0 + 10.0 ** (middle - x))
    bell = rise / (1.0 + 10.0 ** (x - middle - 1.5))
    kind = rng.integers(0, 4, (4000, 1))
    y = offset + np.choose(kind, [0.0 * rise, rise, bell, 1.0 - bell])
    y += rng.normal(0, 0.1, y.shape)
    y[rng.random(y.shape) < 0.02] = np.nan
    every = monotone_test(x, y)
    some = monotone_test(x, y, significant_only=True)
    turns = every.turn != 0
    assert 0.1 < turns.mean() < 0.5
    np.testing.assert_array_equal(some.turn, every.turn)
    np.testing.assert_array_equal(some.critical, every.critical)
    for name in ("before", "after", "t"):
        np.testing.assert_array_equal(getattr(some, name)[turns], getattr(every, name)[turns])
