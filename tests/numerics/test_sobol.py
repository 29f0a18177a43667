"""Sobol indices of functions whose indices are known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError, NumericsError
from tricyclic.numerics.sobol import saltelli_design, sobol_indices


def ishigami(x):
    z = np.pi * (2 * x - 1)
    return np.sin(z[:, 0]) + 7 * np.sin(z[:, 1]) ** 2 + 0.1 * z[:, 2] ** 4 * np.sin(z[:, 0])


def test_ishigamis_function_has_its_published_indices():
    # Exact for a = 7, b = 0.1 [Ishigami and Homma 1990, doi:10.1109/ISUMA.1990.151285].
    v1, v2, v13 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    result = sobol_indices(ishigami(saltelli_design(3, 2048, 1)), 3, 1)
    assert result.first == pytest.approx(np.array([v1, v2, 0]) / whole, abs=0.02)
    assert result.total == pytest.approx(np.array([v1 + v13, v2, v13]) / whole, abs=0.02)
    assert (result.first_low <= result.first).all() and (result.first <= result.first_high).all()
    assert (result.total_low <= result.total).all() and (result.total <= result.total_high).all()


def test_of_a_sum_each_input_explains_the_square_of_its_weight():
    weight = np.array([1.0, 2.0, 0.0])
    result = sobol_indices(saltelli_design(3, 1024, 2) @ weight, 3, 2)
    assert result.first == pytest.approx(weight**2 / 5, abs=0.02)
    assert result.total == pytest.approx(weight**2 / 5, abs=0.02)


def test_limits_narrow_with_the_square_root_of_the_points():
    def width(n):
        result = sobol_indices(ishigami(saltelli_design(3, n, 3)), 3, 3)
        return (result.total_high - result.total_low)[:2].mean()

    assert 2 < width(128) / width(2048) < 8


def test_a_block_with_a_failed_run_is_left_out_whole():
    x = saltelli_design(3, 512, 1)
    y = ishigami(x)
    y[7] = np.nan
    result = sobol_indices(y, 3, 1)
    assert result.blocks == 511
    assert result.total == pytest.approx(sobol_indices(ishigami(x), 3, 1).total, abs=0.02)


def test_shifting_and_scaling_the_output_changes_no_index():
    y = ishigami(saltelli_design(3, 256, 1))
    assert sobol_indices(1e6 + 3 * y, 3, 1).first == pytest.approx(
        sobol_indices(y, 3, 1).first, abs=1e-6
    )


def test_an_output_that_does_not_vary_has_no_indices():
    assert np.isnan(sobol_indices(np.full(16 * 4, 2.0), 2, 1).first).all()


def test_an_output_that_varies_less_than_its_error_has_no_indices():
    y = 1e-8 * ishigami(saltelli_design(3, 64, 1))
    assert np.isfinite(sobol_indices(y, 3, 1).first).all()
    assert np.isnan(sobol_indices(y, 3, 1, noise=1e-6).first).all()


def test_the_same_seed_gives_the_same_design_and_the_same_limits():
    assert np.array_equal(saltelli_design(4, 64, 0), saltelli_design(4, 64, 0))
    y = ishigami(saltelli_design(3, 64, 0))
    assert np.array_equal(sobol_indices(y, 3, 0).first_low, sobol_indices(y, 3, 0).first_low)


def test_a_number_of_points_that_unbalances_the_sequence_is_refused():
    with pytest.raises(InputError, match="power of 2"):
        saltelli_design(3, 100, 1)


def test_too_few_whole_blocks_are_refused():
    y = ishigami(saltelli_design(3, 16, 1))
    y[: 5 * 10] = np.nan
    sentence = "Of 16 base points 6 are complete; 8 are needed for Sobol indices"
    with pytest.raises(NumericsError, match=sentence):
        sobol_indices(y, 3, 1)
