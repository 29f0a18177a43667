"""Replicates that are copies of others are named, and equal readings by chance are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.fitting.copied_rows import copied_replicate

DOSES = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000])


def replicates(seed: int, n: int, *, scatter: float = 0.04, decimals: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y = 300 + 2700 / (1 + DOSES / 5.0)
    return np.round(y[:, None] * (1 + scatter * rng.standard_normal((10, n))), decimals)


def fitted(y: np.ndarray) -> tca.CurveFitResult:
    table = pd.DataFrame({"conc_nM": DOSES} | {f"cpm {k + 1}": y[:, k] for k in range(y.shape[1])})
    columns = [f"cpm {k + 1}" for k in range(y.shape[1])]
    return tca.fit(table, x="conc_nM", y=columns, intervals="none")


def copies(result: tca.CurveFitResult) -> list[str]:
    return [check.message for check in result.checks if check.name == "copied_readings"]


def test_a_column_that_was_pasted_twice_is_named():
    y = replicates(1, 3)
    y[:, 2] = y[:, 0]
    (message,) = copies(fitted(y))
    assert message == (
        "10 readings of one replicate are exactly those of another at the same settings, such as "
        "DataFrame row 2 cpm 3 and DataFrame row 2 cpm 1"
    )
    # A reading that was corrected afterwards leaves it a copy, six of ten do not.
    y[3, 2] += 5
    assert copies(fitted(y))[0].startswith("9 readings")
    y[4:, 2] += 5
    assert copies(fitted(y)) == []


def test_rows_that_were_pasted_twice_are_named():
    y = replicates(2, 1)[:, 0]
    table = pd.DataFrame({"conc_nM": [*DOSES, *DOSES], "cpm": [*y, *y]})
    result = tca.fit(table, x="conc_nM", y="cpm")
    assert copies(result)[0].startswith("10 readings of one replicate are exactly those of another")


def test_a_copy_is_named_in_a_binding_run():
    y = replicates(3, 3)
    y[:, 1] = y[:, 0]
    table = pd.DataFrame({"conc nM": DOSES} | {f"cpm {k}": y[:, k] for k in range(3)})
    result = tca.affinity(table, radioligand_nM=1, kd_nM=1, unit="cpm")
    names = [check.name for check in result.checks if check.level == "warn"]
    assert "copied_readings" in names


@pytest.mark.parametrize(("scatter", "decimals", "divisor"), [(0.04, 0, 1), (0.02, 2, 1000)])
def test_readings_that_are_equal_by_chance_are_no_copies(scatter, decimals, divisor):
    """Counts of four digits, and absorbances of two decimals, of which many are equal."""
    tables = [
        np.round(replicates(seed, 3, scatter=scatter, decimals=9) / divisor, decimals)
        for seed in range(60)
    ]
    assert sum(bool(copied_replicate(settings_of(y), y.ravel())) for y in tables) == 0
    assert [copies(fitted(y)) for y in tables[:5]] == [[]] * 5


def settings_of(y: np.ndarray) -> list[list[int]]:
    """Positions of the readings of each dose in `y.ravel()`."""
    return np.arange(y.size).reshape(y.shape).tolist()


def test_calculated_curves_without_scatter_are_no_copies():
    y = np.repeat((300 + 2700 / (1 + DOSES / 5.0))[:, None], 2, axis=1)
    assert copies(fitted(y)) == []
