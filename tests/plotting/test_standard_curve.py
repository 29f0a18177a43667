"""The figure of a standard curve shows every standard and every sample, also those off the axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

LEVELS = np.array([0.0, 2, 5, 10, 25, 50, 100, 250, 500])


def elisa(x):
    return 0.06 + 2.84 / (1.0 + (90.0 / np.maximum(x, 1e-12)) ** 1.2)


def ria(x):
    """A falling curve: high readings are low concentrations."""
    return 800.0 + 11200.0 / (1.0 + (np.maximum(x, 1e-12) / 30.0) ** 0.9)


def interpolated(curve, unknowns, levels=LEVELS):
    rng = np.random.default_rng(5)
    levels = np.repeat(levels, 2)
    names = ["standard"] * levels.size + [f"u{k}" for k in range(len(unknowns))]
    reading = np.concatenate(
        [curve(levels) * (1 + 0.01 * rng.normal(size=levels.size)), list(unknowns)]
    )
    frame = pd.DataFrame(
        {"sample": names, "conc": [*levels, *[np.nan] * len(unknowns)], "reading": reading}
    )
    return tca.interpolate(frame, x="conc:ng/mL", y="reading", sample="sample", weights="1/y^2")


def symbols(axes, marker):
    """Places of the symbols of a marker."""
    return [
        (float(x), float(y))
        for line in axes.lines
        if line.get_marker() == marker
        for x, y in zip(*line.get_data(), strict=True)
    ]


@pytest.mark.parametrize(
    ("curve", "low", "high"), [(elisa, 0.061, 2.95), (ria, 12500.0, 830.0)], ids=["ELISA", "RIA"]
)
def test_standards_at_0_and_samples_out_of_range_stand_beside_the_axis(curve, low, high):
    result = interpolated(curve, (float(curve(30.0)), low, high))
    assert next(one.status for one in result.samples) == "in range"
    axes = result.plot()
    at_zero = result.readings[result.concentrations == 0]
    standards = symbols(axes, "o")
    assert len(standards) == result.readings.size
    assert [y for x, y in standards if x < 2.0] == pytest.approx(at_zero)
    ((below_x, below_y),) = symbols(axes, "<")
    ((above_x, above_y),) = symbols(axes, ">")
    assert (below_y, above_y) == (low, high)
    assert below_x < min(x for x, _ in standards)
    assert above_x > 500.0
    ticks = {
        text.get_text(): place
        for place, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    }
    assert ticks["<"] == below_x
    assert ticks[">"] == above_x
    assert 2.0 > ticks["0"] > below_x
    assert axes.spines["bottom"].get_bounds()[0] > ticks["0"]


def test_the_caption_explains_what_stands_beside_the_axis(tmp_path):
    from tricyclic.plotting.standard_curve import standard_curve

    caption = standard_curve(interpolated(elisa, (1.0, 2.95)), pdf=False).caption
    assert caption.endswith(
        "Beside the axis: standards without analyte at 0 and samples outside the range as open "
        "triangles at < and >."
    )
    plain = standard_curve(interpolated(elisa, (1.0,), LEVELS[1:]), pdf=False).caption
    assert "Beside the axis" not in plain


def test_a_short_axis_has_numbers():
    axes = interpolated(elisa, (1.0,), np.array([20.0, 30, 40, 60, 80])).plot()
    numbers = [text.get_text() for text in axes.get_xticklabels()]
    assert numbers == ["20", "50"]
