"""Figures of microdialysis: what they draw is in the result."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.plotting import dialysis, style
from tricyclic.plotting.plot_style import PlotStyle

TREATMENTS = {
    "vehicle": 1.0,
    "desipramine 10 mg/kg": 2.8,
    "nisoxetine 10 mg/kg": 2.2,
    "desipramine + idazoxan": 4.1,
    "reboxetine 3 mg/kg": 1.8,
    "atomoxetine": 2.0,
    "prazosin": 0.5,
}


def _study(groups, lost=()):
    """Courses of six animals a group; `lost` are fractions (animal, start) without a value."""
    rng = np.random.default_rng(3)
    rows = []
    for group, ratio in groups.items():
        for k in range(6):
            name, base = f"{group} {k}", 0.25 * rng.lognormal(0, 0.15)
            for start in range(-80, 160, 20):
                level = base * (ratio * rng.lognormal(0, 0.1) if start >= 0 else 1)
                value = np.nan if (name, start) in lost else level * rng.lognormal(0, 0.06)
                rows.append((name, group, start, start + 20, value))
    frame = pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])
    return tca.microdialysis(frame, window=(0, 120))


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
        figure = drawing.make()
        assert "Olson" in figure.svg
        assert "Olson" not in figure.caption
        # A figure without title and foot has it in its caption.
        with style.use_style(PlotStyle(title=False)):
            bare = drawing.make()
        assert "Olson" not in bare.svg.partition("</metadata>")[2]
        assert "Olson" in bare.caption


@pytest.mark.parametrize("number", range(2, len(TREATMENTS) + 1))
def test_names_and_ratios_of_several_groups_are_whole_and_apart(monkeypatch, number):
    """All texts are measured on the canvas that is written; none is cut, meets another, or leaves
    the figure.
    """
    drawn = []

    def finish(canvas, **given):
        canvas.canvas.draw()
        (axes,) = canvas.axes
        texts = [t for t in (*axes.get_xticklabels(), *axes.texts, *canvas.texts) if t.get_text()]
        boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
        drawn.append((boxes, canvas.bbox.frozen(), given["width"]))

    monkeypatch.setattr(style, "finish", finish)
    groups = dict(list(TREATMENTS.items())[:number])
    dialysis.dialysis_animals(_study(groups))
    ((boxes, page, width),) = drawn
    assert width == ("column" if number < 4 else "full")
    joined = " ".join(text.replace("\n", " ") for text, _ in boxes)
    assert all(group in joined for group in groups)
    assert "…" not in joined
    for k, (text, box) in enumerate(boxes):
        assert page.x0 <= box.x0, text
        assert box.x1 <= page.x1, text
        assert page.y0 <= box.y0, text
        assert box.y1 <= page.y1, text
        assert not [other for other, second in boxes[:k] if box.overlaps(second)], text


def test_the_legend_counts_animals_and_the_caption_those_with_a_value_at_a_time():
    groups = dict(list(TREATMENTS.items())[:2])
    whole = dialysis.dialysis_course(_study(groups), pdf=False)
    assert "A mean is of the animals" not in whole.caption
    result = _study(groups, lost={("vehicle 0", 20), ("vehicle 1", 20), ("vehicle 2", -20)})
    figure = dialysis.dialysis_course(result, pdf=False)
    assert "A mean is of the animals with a value at its time: 4 to 6 of vehicle." in figure.caption
    labels = [line.get_label() for line in result.plot("time_course").get_lines()]
    assert {"vehicle (n = 6)", "desipramine 10 mg/kg (n = 6)"} <= set(labels)
    plt.close("all")
