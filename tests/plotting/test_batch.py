"""The overview of a batch shows each injection as what it is."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from tricyclic.core.sample_list import SampleRow
from tricyclic.plotting.batch import _draw_points, _Point


@pytest.mark.parametrize("far", [300.0, 20.0])
def test_of_points_beyond_the_panel_only_the_excluded_ones_are_open(far):
    values = {1: (102.0, ""), 2: (98.0, ""), 3: (far, ""), 4: (far, "spilled")}
    points = [
        _Point(SampleRow(order, f"s{order}", f"s{order}.ch", "sample", excluded=reason), value)
        for order, (value, reason) in values.items()
    ]
    axes = Figure().subplots()
    _draw_points(axes, points, "% of median")
    mark = "^" if far > 100 else "v"
    open_at = {
        float(x): to_rgba(line.get_markerfacecolor()) == to_rgba("white")
        for line in axes.get_lines()
        if line.get_marker() == mark
        for x in line.get_xdata()
    }
    assert open_at == {3.0: False, 4.0: True}
    other = [one for one in axes.get_lines() if one.get_marker() == ("v" if mark == "^" else "^")]
    assert all(not len(line.get_xdata()) for line in other)
