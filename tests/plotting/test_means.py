"""Means and their error bars are those of SciPy, over wells of a run and over runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tricyclic.core.plot_data import CurvePlot, PointSet, Trace
from tricyclic.plotting.means import with_means

X = np.array([-9.0, -9.0, -9.0, -8.0, -8.0, -8.0, -7.0])
Y = np.array([10.0, 12.0, 17.0, 5.0, 6.0, 4.0, 1.0])


def plot(*points, traces=()):
    return CurvePlot("p", "p", "x", "y", points=points, traces=traces)


@pytest.mark.parametrize(
    ("points", "half"),
    [
        ("mean_sem", lambda y: stats.sem(y)),
        ("mean_sd", lambda y: np.std(y, ddof=1)),
        (
            "mean_ci",
            lambda y: (
                stats.t.interval(0.95, len(y) - 1, loc=np.mean(y), scale=stats.sem(y))[1]
                - np.mean(y)
            ),
        ),
    ],
)
def test_error_bars_are_those_of_scipy(points, half):
    (means,) = with_means(plot(PointSet("a", X, Y)), points).points
    assert means.x.tolist() == [-9.0, -8.0, -7.0]
    assert means.y == pytest.approx([13.0, 5.0, 1.0])
    assert means.error[:2] == pytest.approx([half(Y[:3]), half(Y[3:6])])
    assert np.isnan(means.error[2]), "a single well has no error"


def test_single_wells_stay_as_they_are():
    given = plot(PointSet("a", X, Y))
    assert with_means(given, "wells") is given


def test_an_excluded_well_enters_no_mean_and_stays_a_cross():
    out = np.array([False, False, True, False, False, False, False])
    (means,) = with_means(plot(PointSet("a", X, Y, out)), "mean_sem").points
    assert means.y[0] == pytest.approx(11.0)
    assert means.excluded.tolist() == [False, False, False, True]
    assert means.y[3] == 17.0


def test_n_counts_runs_where_runs_are_averaged():
    runs = [
        PointSet(f"DMI, run{k}", X, Y + shift, subject="DMI") for k, shift in enumerate((0, 3, 9))
    ]
    averaged = with_means(plot(*runs), "mean_sem")
    (means,) = averaged.points
    assert means.name == "DMI"
    assert means.y[0] == pytest.approx(13.0 + 4.0)
    assert means.error[0] == pytest.approx(stats.sem([13.0, 16.0, 22.0]))
    assert averaged.points_label == "mean ± SEM (n = 3 runs)"


def test_the_line_of_averaged_runs_is_the_mean_of_their_curves():
    points = [PointSet(f"run{k}", X, Y, subject="DMI") for k in (1, 2)]
    traces = (
        Trace("run1", [-9.0, -8.0, -7.0], [10.0, 5.0, 0.0], subject="DMI"),
        Trace("run2", [-9.5, -8.5, -6.0], [20.0, 20.0, 20.0], subject="DMI"),
    )
    (mean,) = with_means(plot(*points, traces=traces), "mean_sd").traces
    assert (mean.x[0], mean.x[-1]) == (-9.0, -7.0)
    assert np.interp(-8.0, mean.x, mean.mean) == pytest.approx(12.5)


def test_the_number_of_wells_is_a_range_where_it_differs():
    assert with_means(plot(PointSet("a", X, Y)), "mean_sd").points_label == (
        "mean ± SD (n = 1 to 3 wells)"
    )
