"""Figures of evoked release show the numbers of the result."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

import tricyclic as tca
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import format_number
from tricyclic.plotting.release import draw_release_antagonists, draw_release_arms
from tricyclic.plotting.release_curve import draw_release_curve
from tricyclic.simulation.virtual.release_study import synthetic_release


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    (folder / "plates").mkdir()
    for name, data in synthetic_release(np.random.default_rng(6)).items():
        (folder / name).write_bytes(data)
    plates = sorted((folder / "plates").iterdir())
    return tca.analyse_release(
        folder / "design.csv", plates=plates, well_volume=500, sample_volume=100
    )


@pytest.fixture
def axes():
    figure, drawn = plt.subplots()
    yield drawn
    plt.close(figure)


def points_of(axes):
    """Positions of all symbols of an axes."""
    return [
        (float(x), float(y))
        for line in axes.lines
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def test_arms_show_every_culture_and_the_ratio_with_its_limits(axes, result):
    draw_release_arms(axes, result)
    drawn = points_of(axes)
    net = {(m.culture, m.arm): m.net for m in result.means}
    vehicle = CultureArm(stimulus="BDNF")
    arm = CultureArm("imipramine", 1.0, "uM", "BDNF")
    for culture in result.cultures:
        percent = 100.0 * net[culture, arm] / net[culture, vehicle]
        assert any(math.isclose(y, percent) for x, y in drawn if x == 3)
    effect = result["imipramine 1 uM"]
    assert any(math.isclose(y, 100 * effect.value) for x, y in drawn if x == 3)
    segments = [s for c in axes.collections for s in c.get_segments() if s[0][0] == 3]
    ends = sorted(100 * v for v in (effect.low, effect.high))
    assert any(np.allclose(sorted(s[:, 1]), ends) for s in segments)
    texts = [text.get_text() for text in axes.texts]
    assert any(text.startswith(format_number(effect.value)) for text in texts)
    assert axes.get_yscale() == "log"


def test_the_curve_passes_half_of_its_range_at_the_ec50(axes, result):
    (curve,) = result.curves
    draw_release_curve(axes, result, curve)
    line = next(one for one in axes.lines if len(one.get_xdata()) == curve.grid.size)
    middle = np.interp(math.log10(curve.ec50), line.get_xdata(), line.get_ydata())
    assert middle == pytest.approx(0.5 * (100.0 + curve.max_percent), rel=1e-3)
    assert any(math.isclose(x, math.log10(curve.ec50)) for x, _ in points_of(axes))


def test_antagonists_show_effect_remaining_effect_and_interaction(axes, result):
    draw_release_antagonists(axes, result)
    (one,) = result.antagonists
    for row, effect in enumerate((one.effect, one.remaining, one.change)):
        # Beside the line at a ratio of 1.
        drawn = [x for x, y in points_of(axes) if y == row and x != 1.0]
        assert sorted(set(drawn)) == pytest.approx(sorted((effect.low, effect.value, effect.high)))
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["imipramine 3 µM", "with NE-100", "interaction"]
