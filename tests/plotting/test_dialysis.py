"""Figures of microdialysis: what they draw is in the result."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import tricyclic as tca


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(5)
    rows = [
        (f"{g[0]}{k}", g, s, s + 20, (2 + k / 5) * (1 + top * (s >= 0)) * (1 + 0.05 * rng.random()))
        for g, top in (("vehicle", 0.0), ("low", 0.4), ("high", 1.0))
        for k in range(5)
        for s in range(-60, 120, 20)
    ]
    frame = pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])
    return tca.microdialysis(frame, window=(0, 100))


def test_means_stand_in_the_middle_of_their_windows_with_their_extent(result):
    axes = result.plot("time_course")
    lines = {line.get_label(): line for line in axes.get_lines()}
    line = lines["high (n = 5)"]
    means = [m for m in result.means if m.group == "high"]
    assert line.get_xdata() == pytest.approx([m.middle_min for m in means])
    assert line.get_ydata() == pytest.approx([m.percent for m in means])
    extents = [c for c in axes.collections if len(getattr(c, "get_segments", list)()) == len(means)]
    widths = {round(float(np.ptp(s[:, 0])), 6) for c in extents for s in c.get_segments()}
    assert 20.0 in widths
    plt.close("all")


def test_the_absolute_course_is_in_the_unit_of_the_values(result):
    axes = result.plot("time_course_absolute")
    assert axes.get_ylabel() == "NE (nM)"
    plt.close("all")


def test_several_treatments_have_their_ratio_above_them(result):
    axes = result.plot("animals")
    texts = [t.get_text() for t in axes.texts]
    assert len(texts) == 2
    for text, one in zip(texts, result.effects.effects, strict=True):
        assert text.startswith(f"{one.ratio:.3g}")
    plt.close("all")


def test_each_figure_has_the_note_on_uptake_blockers(result):
    from tricyclic.reports.figures import drawings_of

    for drawing in drawings_of(result).values():
        assert "Olson" in drawing.make().caption
