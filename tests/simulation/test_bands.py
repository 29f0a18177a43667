"""Percentile bands are percentiles over the subjects that could be computed."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.population import PERCENTILES
from tricyclic.core.scenario import Observable
from tricyclic.simulation.bands import percentile_bands
from tricyclic.simulation.endpoints import EndpointReduction

TIME = np.array([0.0, 1.0])
LEVEL = Observable("NE", "cortex.NE", "nM", "norepinephrine")
RELATIVE = Observable("NE", "cortex.NE", "nM", "norepinephrine", relative_to_baseline=True)
OCCUPANCY = Observable("bound", "net.occupancy", "dimensionless", "occupancy")
# Three subjects, two times; the second subject could not be computed.
COURSES = np.array([[[1.0], [2.0]], [[np.nan], [np.nan]], [[3.0], [9.0]]], dtype=np.float32)
BASELINES = np.array([[1.0], [np.nan], [3.0]])


def band(observable, *, n_examples=0, baselines=BASELINES):
    reduction = EndpointReduction((observable,))
    (one,) = percentile_bands(reduction, TIME, COURSES, baselines, n_examples=n_examples)
    return one


def test_a_level_has_its_percentiles_in_its_unit():
    one = band(LEVEL)
    assert (one.name, one.unit, one.description) == ("NE", "nM", "norepinephrine")
    assert one.percentiles == PERCENTILES
    assert one.at(50.0).tolist() == [2.0, 5.5]
    assert one.y == pytest.approx(np.percentile([[1.0, 2.0], [3.0, 9.0]], PERCENTILES, axis=0))


def test_a_relative_observable_is_in_percent_of_each_subjects_own_baseline():
    one = band(RELATIVE)
    assert (one.unit, one.description) == ("%", "norepinephrine, % of own baseline")
    assert one.at(50.0).tolist() == [100.0, 250.0]


def test_a_relative_observable_with_a_baseline_of_0_stays_a_level():
    one = band(RELATIVE, baselines=np.array([[0.0], [np.nan], [3.0]]))
    assert one.unit == "nM" and one.at(50.0).tolist() == [2.0, 5.5]


def test_an_occupancy_is_in_percent():
    one = band(OCCUPANCY)
    assert one.unit == "%" and one.at(50.0).tolist() == [200.0, 550.0]


def test_the_examples_are_the_first_subjects_that_could_be_computed():
    assert band(LEVEL, n_examples=2).example_trajectories.tolist() == [[1.0, 2.0], [3.0, 9.0]]
    assert band(LEVEL, n_examples=1).example_trajectories.tolist() == [[1.0, 2.0]]


def test_without_any_subject_there_is_no_band():
    nothing = np.full((3, 1), np.nan)
    reduction = EndpointReduction((LEVEL,))
    assert percentile_bands(reduction, TIME, COURSES, nothing, n_examples=5) == ()
