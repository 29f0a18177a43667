"""A Series is checked when it is made and is read-only."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.errors import InputError


def test_replicates_are_readings_at_equal_settings() -> None:
    series = Series(
        "s", [1.0, 2, 3, 4], "cpm", {"competitor_M": [0, 1e-9, 0, 1e-9], "specific": [1, 1, 0, 1]}
    )
    index = series.replicate_index()
    assert index[1] == index[3]
    assert len(set(index.tolist())) == 3


def test_a_series_cannot_be_changed() -> None:
    series = Series("s", [1.0, 2.0], "cpm", {"dose": [1.0, 2.0]})
    with pytest.raises(ValueError, match="read-only"):
        series.y[0] = 9.0
    with pytest.raises(TypeError):
        series.x["dose"] = np.zeros(2)  # type: ignore[index]


@pytest.mark.parametrize(
    ("y", "x", "sentence"),
    [
        ([], [], "s: has no readings. A series has one or more."),
        (
            [np.nan],
            [1.0],
            "s: reading 1 is not a number. Leave out wells that were not measured.",
        ),
        ([1.0], [-1.0], "s: column dose contains -1. Concentrations and times are 0 or more."),
        ([1.0], [np.inf], "s: column dose contains inf. Concentrations and times are 0 or more."),
    ],
)
def test_impossible_readings_and_settings_are_refused(
    y: list[float], x: list[float], sentence: str
) -> None:
    with pytest.raises(InputError) as error:
        Series("s", np.array(y), "cpm", {"dose": np.array(x)})
    assert str(error.value) == sentence


def test_logarithms_may_be_negative() -> None:
    assert Series("s", [1.0], "cpm", {"log10_molar": [-9.0]}).n == 1


def test_keeping_some_readings_keeps_what_belongs_to_them() -> None:
    series = Series(
        "s",
        [1.0, 2.0, 3.0],
        "cpm",
        {"dose": [1.0, 2.0, 3.0]},
        labels=("a", "b", "c"),
        counting_slope=np.array([1.0, 2.0, 3.0]),
    )
    kept = series.keep([True, False, True])
    assert kept.labels == ("a", "c")
    assert kept.counting_slope is not None and kept.counting_slope.tolist() == [1.0, 3.0]


def test_a_column_of_another_length_than_the_readings_is_refused():
    with pytest.raises(InputError) as error:
        Series("c", y=[1, 2, 3], y_unit="cpm", x={"concentration_M": [1, 2]})
    assert str(error.value) == (
        "c: column concentration_M has 2 values for 3 readings. "
        "One value for each reading, or one for all."
    )
