"""The descent finds certified optima, and the same input gives the same bytes wherever it lies in memory."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.levenberg_marquardt import descend, settle

# NIST Statistical Reference Datasets, Misra1a: dental research, monomolecular adsorption.
Y = np.array(
    [
        10.07,
        14.73,
        17.94,
        23.93,
        29.61,
        35.18,
        40.02,
        44.82,
        50.76,
        55.05,
        61.01,
        66.40,
        75.47,
        81.78,
    ]
)
X = np.array(
    [
        77.6,
        114.9,
        141.1,
        190.8,
        239.9,
        289.0,
        332.8,
        378.4,
        434.8,
        477.3,
        536.8,
        593.1,
        689.1,
        760.0,
    ]
)
CERTIFIED = [2.3894212918e02, 5.5015643181e-04]
TOLERANCES = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-15, "most": 400}


def residuals(b):
    return b[0] * (1.0 - np.exp(-b[1] * X)) - Y


def slopes(b):
    fall = np.exp(-b[1] * X)
    return np.stack([1.0 - fall, b[0] * X * fall], axis=1)


@pytest.mark.parametrize("start", [[500.0, 0.0001], [250.0, 0.0005]])
def test_the_certified_values_of_nist_are_found_from_both_starts(start):
    found = descend(residuals, slopes, np.array(start), **TOLERANCES)
    assert found.converged
    np.testing.assert_allclose(found.x, CERTIFIED, rtol=1e-8)
    assert 2 * found.cost == pytest.approx(1.2455138894e-01, rel=1e-10)


def test_a_straight_line_is_solved_as_algebra_solves_it():
    design = np.stack([np.ones(14), X], axis=1)
    found = descend(lambda b: design @ b - Y, lambda b: design, np.zeros(2), **TOLERANCES)
    np.testing.assert_allclose(found.x, np.linalg.lstsq(design, Y, rcond=None)[0], rtol=1e-10)


def test_a_parameter_that_changes_nothing_is_left_where_it_was():
    def idle(b):
        return np.column_stack([slopes(b[:2]), np.zeros(X.size)])

    found = descend(lambda b: residuals(b[:2]), idle, np.array([250.0, 0.0005, 7.0]), **TOLERANCES)
    np.testing.assert_allclose(found.x[:2], CERTIFIED, rtol=1e-8)
    assert found.x[2] == 7.0


def test_the_same_input_gives_the_same_bytes_wherever_it_lies_in_memory():
    # Two exponentials of nearly one rate: the data hardly hold the parameters, so last bits would show.
    t = np.linspace(0.0, 1.0, 48)
    y = np.exp(-1.5 * t) + 0.01 * np.sin(40.0 * t)

    def of(b):
        return b[0] * np.exp(-b[1] * t) + b[2] * np.exp(-b[3] * t) - y

    def by(b):
        one, two = np.exp(-b[1] * t), np.exp(-b[3] * t)
        return np.stack([one, -b[0] * t * one, two, -b[2] * t * two], axis=1)

    found, held = set(), []
    for size in range(1, 40):
        held.append(np.ones(size))
        found.add(descend(of, by, np.array([0.6, 1.0, 0.4, 2.0]), **TOLERANCES).x.tobytes())
    assert len(found) == 1


def test_a_start_from_which_nothing_is_finite_is_not_called_converged():
    with np.errstate(over="ignore", invalid="ignore"):
        found = descend(residuals, slopes, np.array([1.0, -1e6]), **TOLERANCES)
    assert not found.converged


def test_a_wary_descent_comes_home_where_the_first_long_step_leads_astray():
    # NIST, BoxBOD, far start: biochemical oxygen demand.
    t = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 10.0])
    y = np.array([109.0, 149.0, 149.0, 191.0, 213.0, 224.0])

    def of(b):
        return b[0] * (1.0 - np.exp(-b[1] * t)) - y

    def by(b):
        fall = np.exp(-b[1] * t)
        return np.stack([1.0 - fall, b[0] * t * fall], axis=1)

    with np.errstate(over="ignore"):
        astray = descend(of, by, np.ones(2), **TOLERANCES)
        home = descend(of, by, np.ones(2), wary=True, **TOLERANCES)
    assert astray.flat
    assert not home.flat
    np.testing.assert_allclose(home.x, [2.1380940889e02, 5.4723748542e-01], rtol=1e-7)


def test_an_optimum_that_the_sum_no_longer_tells_apart_is_settled_by_its_slopes():
    rough = descend(
        residuals, slopes, np.array([250.0, 0.0005]), ftol=1e-6, xtol=1e-6, gtol=1e-15, most=400
    )
    settled = settle(residuals, slopes, rough)
    right_angle = slopes(settled.x).T @ residuals(settled.x)
    np.testing.assert_allclose(settled.x, CERTIFIED, rtol=1e-10)
    assert np.all(np.abs(right_angle) <= np.abs(slopes(rough.x).T @ residuals(rough.x)) + 1e-9)


def test_settling_leaves_a_parameter_without_hold_where_it_was_and_refuses_to_climb():
    def idle(b):
        return np.column_stack([slopes(b[:2]), np.zeros(X.size)])

    found = descend(lambda b: residuals(b[:2]), idle, np.array([250.0, 0.0005, 7.0]), **TOLERANCES)
    assert settle(lambda b: residuals(b[:2]), idle, found).x[2] == 7.0
    wrong = settle(
        residuals,
        lambda b: -slopes(b),
        descend(residuals, slopes, found.x[:2] * 1.001, **TOLERANCES),
    )
    assert wrong.cost <= found.cost * (1 + 1e-6)


def test_a_bent_valley_takes_fewer_evaluations_than_straight_steps_would():
    # NIST, Bennett5: the descent of straight steps takes 275 evaluations from here.
    x = np.linspace(7.447168, 12.27224, 154)
    y = -2523.5058 * (46.736564644 + x) ** (-1 / 0.93218483193)
    used = []

    def of(b):
        used.append(1)
        return b[0] * (b[1] + x) ** (-1 / b[2]) - y

    def by(b):
        power = (b[1] + x) ** (-1 / b[2])
        by_shift = -b[0] / b[2] * power / (b[1] + x)
        return np.stack([power, by_shift, b[0] * power * np.log(b[1] + x) / b[2] ** 2], axis=1)

    found = descend(
        of, by, np.array([-2000.0, 50.0, 0.8]), ftol=1e-12, xtol=1e-12, gtol=1e-14, most=400
    )
    assert found.converged
    assert len(used) < 200
