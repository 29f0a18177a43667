"""The search reaches certified optima, and equal input gives equal bytes wherever it lies in
memory.
"""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.levenberg_marquardt import levenberg_marquardt, polish

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
TOLERANCES = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-15, "max_evaluations": 400}


def residuals(b):
    return b[0] * (1.0 - np.exp(-b[1] * X)) - Y


def slopes(b):
    fall = np.exp(-b[1] * X)
    return np.stack([1.0 - fall, b[0] * X * fall], axis=1)


@pytest.mark.parametrize("start", [[500.0, 0.0001], [250.0, 0.0005]])
def test_both_starts_lead_to_the_certified_values_of_nist(start):
    result = levenberg_marquardt(residuals, slopes, np.array(start), **TOLERANCES)
    assert result.converged
    np.testing.assert_allclose(result.x, CERTIFIED, rtol=1e-8)
    assert 2 * result.cost == pytest.approx(1.2455138894e-01, rel=1e-10)


def test_a_straight_line_gets_its_algebraic_solution():
    design = np.stack([np.ones(14), X], axis=1)
    result = levenberg_marquardt(
        lambda b: design @ b - Y, lambda b: design, np.zeros(2), **TOLERANCES
    )
    np.testing.assert_allclose(result.x, np.linalg.lstsq(design, Y, rcond=None)[0], rtol=1e-10)


def test_a_parameter_without_effect_keeps_its_start():
    def idle(b):
        return np.column_stack([slopes(b[:2]), np.zeros(X.size)])

    result = levenberg_marquardt(
        lambda b: residuals(b[:2]), idle, np.array([250.0, 0.0005, 7.0]), **TOLERANCES
    )
    np.testing.assert_allclose(result.x[:2], CERTIFIED, rtol=1e-8)
    assert result.x[2] == 7.0


def test_the_same_input_gives_the_same_bytes_wherever_it_lies_in_memory():
    # Two exponentials of nearly one rate: the data hardly determine the parameters, so differences
    # in the last bits would show.
    t = np.linspace(0.0, 1.0, 48)
    y = np.exp(-1.5 * t) + 0.01 * np.sin(40.0 * t)

    def of(b):
        return b[0] * np.exp(-b[1] * t) + b[2] * np.exp(-b[3] * t) - y

    def by(b):
        one, two = np.exp(-b[1] * t), np.exp(-b[3] * t)
        return np.stack([one, -b[0] * t * one, two, -b[2] * t * two], axis=1)

    results, kept = set(), []
    for size in range(1, 40):
        kept.append(np.ones(size))
        results.add(
            levenberg_marquardt(of, by, np.array([0.6, 1.0, 0.4, 2.0]), **TOLERANCES).x.tobytes()
        )
    assert len(results) == 1


def test_a_start_from_which_nothing_is_finite_is_not_called_converged():
    with np.errstate(over="ignore", invalid="ignore"):
        result = levenberg_marquardt(residuals, slopes, np.array([1.0, -1e6]), **TOLERANCES)
    assert not result.converged


def test_a_cautious_search_reaches_the_optimum_where_a_long_first_step_leads_away_from_it():
    # NIST, BoxBOD, far start: biochemical oxygen demand.
    t = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 10.0])
    y = np.array([109.0, 149.0, 149.0, 191.0, 213.0, 224.0])

    def of(b):
        return b[0] * (1.0 - np.exp(-b[1] * t)) - y

    def by(b):
        fall = np.exp(-b[1] * t)
        return np.stack([1.0 - fall, b[0] * t * fall], axis=1)

    with np.errstate(over="ignore"):
        lost = levenberg_marquardt(of, by, np.ones(2), **TOLERANCES)
        cautious = levenberg_marquardt(of, by, np.ones(2), cautious=True, **TOLERANCES)
    assert lost.flat
    assert not cautious.flat
    np.testing.assert_allclose(cautious.x, [2.1380940889e02, 5.4723748542e-01], rtol=1e-7)


def test_polishing_gives_digits_of_the_optimum_that_the_sum_of_squares_does_not_show():
    rough = levenberg_marquardt(
        residuals,
        slopes,
        np.array([250.0, 0.0005]),
        ftol=1e-6,
        xtol=1e-6,
        gtol=1e-15,
        max_evaluations=400,
    )
    polished = polish(residuals, slopes, rough)
    right_angle = slopes(polished.x).T @ residuals(polished.x)
    np.testing.assert_allclose(polished.x, CERTIFIED, rtol=1e-10)
    assert np.all(np.abs(right_angle) <= np.abs(slopes(rough.x).T @ residuals(rough.x)) + 1e-9)


def test_polishing_keeps_a_parameter_without_effect_and_never_raises_the_sum():
    def idle(b):
        return np.column_stack([slopes(b[:2]), np.zeros(X.size)])

    result = levenberg_marquardt(
        lambda b: residuals(b[:2]), idle, np.array([250.0, 0.0005, 7.0]), **TOLERANCES
    )
    assert polish(lambda b: residuals(b[:2]), idle, result).x[2] == 7.0
    wrong = polish(
        residuals,
        lambda b: -slopes(b),
        levenberg_marquardt(residuals, slopes, result.x[:2] * 1.001, **TOLERANCES),
    )
    assert wrong.cost <= result.cost * (1 + 1e-6)


def test_steps_along_the_bend_of_a_valley_save_evaluations():
    # NIST, Bennett5: straight steps take 275 evaluations from here.
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

    result = levenberg_marquardt(
        of,
        by,
        np.array([-2000.0, 50.0, 0.8]),
        ftol=1e-12,
        xtol=1e-12,
        gtol=1e-14,
        max_evaluations=400,
    )
    assert result.converged
    assert len(used) < 200
