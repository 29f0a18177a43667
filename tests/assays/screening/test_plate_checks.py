"""Each check of a plate warns, or fails, beyond its threshold and passes at it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.screening.plate_arrays import plate_arrays
from tricyclic.assays.screening.plate_checks import plate_checks
from tricyclic.assays.screening.screen_checks import (
    drift_checks,
    position_checks,
    summary_check,
)
from tricyclic.core.check import Check
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.results.screening import ControlWells, PlatePattern, PlateQuality

HIGH = ControlWells(8, 1000.0, 20.0, 1000.0, 20.0)
LOW = ControlWells(8, 100.0, 10.0, 100.0, 10.0)
NONE = PlatePattern(0.0, 1.0)
EMPTY = np.full((8, 12), math.nan)
PLATE = PlateQuality(
    name="P1",
    order=1,
    size=96,
    high=HIGH,
    low=LOW,
    z_prime=0.7,
    robust_z_prime=0.7,
    signal_window=10.0,
    signal_to_background=10.0,
    edge=NONE,
    row=NONE,
    column=NONE,
    compounds=HIGH,
    activity=EMPTY,
    residual=EMPTY,
)


def wells(role=Role.RESPONSE, high=1000.0, low=100.0):
    return plate_arrays(
        Plate(
            "P1",
            96,
            (
                Well("A01", high, role=Role.TOTAL),
                Well("A02", low, role=Role.NON_SPECIFIC),
                Well("A03", 500.0, role=role),
            ),
        )
    )


def levels(**changes):
    return {check.name: check.level for check in plate_checks(replace(PLATE, **changes), wells())}


def test_a_good_plate_passes_every_check():
    assert set(levels().values()) == {"pass"}
    assert set(levels()) == {
        "few_control_wells",
        "z_prime",
        "robust_z_prime",
        "signal_window",
        "signal_to_background",
        "cv_high",
        "cv_low",
        "edge_pattern",
        "row_pattern",
        "column_pattern",
    }


@pytest.mark.parametrize(
    ("name", "passing", "warning"),
    [
        ("few_control_wells", {"low": replace(LOW, n=3)}, {"low": replace(LOW, n=2)}),
        ("few_control_wells", {"high": replace(HIGH, n=3)}, {"high": replace(HIGH, n=2)}),
        ("z_prime", {"z_prime": 0.41}, {"z_prime": 0.39}),
        ("robust_z_prime", {"robust_z_prime": 0.41}, {"robust_z_prime": 0.39}),
        ("signal_window", {"signal_window": 2.01}, {"signal_window": 1.99}),
        ("signal_to_background", {"signal_to_background": 2.01}, {"signal_to_background": 1.99}),
        ("cv_high", {"high": replace(HIGH, sd=199.0)}, {"high": replace(HIGH, sd=201.0)}),
        # A low control scatters too much if its CV is above 20 % and its standard deviation above
        # 1.5 times that of the high control, here 30.
        ("cv_low", {"low": replace(LOW, sd=29.0)}, {"low": replace(LOW, sd=31.0)}),
        (
            "cv_low",
            {"low": replace(LOW, mean=200.0, sd=39.0)},
            {"low": replace(LOW, mean=200.0, sd=41.0)},
        ),
        (
            "edge_pattern",
            {"edge": PlatePattern(9.9, 1e-6)},
            {"edge": PlatePattern(10.1, 1e-6)},
        ),
        (
            "edge_pattern",
            {"edge": PlatePattern(-9.9, 1e-6)},
            {"edge": PlatePattern(-10.1, 1e-6)},
        ),
        (
            "row_pattern",
            {"row": PlatePattern(20.0, 1.1e-3)},
            {"row": PlatePattern(20.0, 0.9e-3)},
        ),
        (
            "column_pattern",
            {"column": PlatePattern(9.9, 1e-6)},
            {"column": PlatePattern(10.1, 1e-6)},
        ),
    ],
)
def test_a_check_of_a_plate_warns_beyond_its_threshold(name, passing, warning):
    assert levels(**passing)[name] == "pass"
    assert levels(**warning)[name] == "warn"


@pytest.mark.parametrize(
    ("z", "robust", "level"),
    [(-0.1, 0.39, "fail"), (-0.1, 0.41, "warn"), (0.1, 0.1, "warn"), (-0.1, math.nan, "fail")],
)
def test_a_plate_fails_if_z_prime_is_negative_and_its_robust_form_is_low(z, robust, level):
    assert levels(z_prime=z, robust_z_prime=robust)["z_prime"] == level


@pytest.mark.parametrize(("z", "robust", "reported"), [(0.39, 0.41, True), (0.41, 0.41, False)])
def test_single_control_outliers_are_reported_if_only_z_prime_is_low(z, robust, reported):
    assert ("control_outlier" in levels(z_prime=z, robust_z_prime=robust)) is reported


def test_a_number_that_could_not_be_computed_has_no_check():
    names = levels(z_prime=math.nan, signal_window=math.nan, edge=PlatePattern(math.nan, math.nan))
    assert not {"z_prime", "signal_window", "edge_pattern"} & set(names)


@pytest.mark.parametrize(
    ("role", "high", "reported"),
    [
        (Role.COMPETITION, 50.0, True),
        (Role.COMPETITION, 1000.0, False),
        (Role.RESPONSE, 50.0, False),
    ],
)
def test_interchanged_controls_of_a_binding_assay_fail(role, high, reported):
    checks = {check.name: check for check in plate_checks(PLATE, wells(role, high=high))}
    assert ("controls_swapped" in checks) is reported
    if reported:
        assert checks["controls_swapped"].level == "fail"


def plates_with(**columns):
    """Plates in order with these values in their fields."""
    count = len(next(iter(columns.values())))
    return [
        replace(
            PLATE,
            name=f"P{k + 1}",
            order=k + 1,
            **{name: values[k] for name, values in columns.items()},
        )
        for k in range(count)
    ]


def drift_of(name, plates):
    return next(check for check in drift_checks(plates) if name in check.message)


def rising(percent, plates=8, noise=1e-4):
    """High controls that rise by this percentage of their mean from the first to the last plate."""
    step = np.linspace(-0.5, 0.5, plates) * percent / 100 + noise * np.resize([1, -1], plates)
    return [replace(HIGH, mean=1000.0 * (1 + value)) for value in step]


@pytest.mark.parametrize(("percent", "level"), [(19.0, "pass"), (21.0, "warn"), (-21.0, "warn")])
def test_controls_that_drift_by_more_than_a_fifth_have_a_warning(percent, level):
    check = drift_of("high control", plates_with(high=rising(percent)))
    assert check.level == level
    assert check.value == pytest.approx(percent, abs=0.1)


@pytest.mark.parametrize(("noise", "level"), [(0.055, "warn"), (0.06, "pass")])
def test_a_drift_that_chance_explains_has_no_warning(noise, level):
    check = drift_of("high control", plates_with(high=rising(30.0, plates=8, noise=noise)))
    assert check.level == level


@pytest.mark.parametrize(("change", "level"), [(0.19, "pass"), (0.21, "warn")])
def test_a_z_prime_that_changes_by_more_than_a_fifth_has_a_warning(change, level):
    z = np.linspace(0.7, 0.7 - change, 8) + 1e-4 * np.resize([1, -1], 8)
    assert drift_of("Z'", plates_with(z_prime=z.tolist())).level == level


@pytest.mark.parametrize(("plates", "checked"), [(3, False), (4, True)])
def test_drift_is_checked_from_four_plates_on(plates, checked):
    assert bool(drift_checks(plates_with(high=rising(30.0, plates=plates)))) is checked


def maps(offset, plates=5, sd=0.5):
    """Residual maps with an offset at C04 on every plate."""
    rng = np.random.default_rng(1)
    grids = rng.normal(0, sd, (plates, 8, 12))
    grids[:, 2, 3] = offset
    return list(grids)


@pytest.mark.parametrize(("offset", "level"), [(9.5, "pass"), (10.5, "warn"), (-10.5, "warn")])
def test_a_position_that_differs_by_more_than_a_tenth_of_the_window_is_named(offset, level):
    medians, (check,) = position_checks(plates_with(residual=maps(offset)))
    assert check.level == level
    assert "C04" in check.message
    assert medians[96][2, 3] == offset


@pytest.mark.parametrize(("sds", "level"), [(4.8, "pass"), (5.2, "warn")])
def test_a_position_must_differ_by_five_robust_standard_deviations(sds, level):
    # The other positions read -12 or 12 on every plate, so their MAD is 12.
    grid = np.resize([-1.0, 1.0], 96).reshape(8, 12) * 12.0
    grid[2, 3] = sds * 1.4826022 * 12.0
    _, (check,) = position_checks(plates_with(residual=[grid] * 5))
    assert check.level == level


@pytest.mark.parametrize(("positions", "checked"), [(11, False), (12, True)])
def test_positions_are_checked_from_twelve_positions_on(positions, checked):
    grids = [
        np.where(np.arange(96).reshape(8, 12) < positions, grid, np.nan) for grid in maps(20.0)
    ]
    _, checks = position_checks(plates_with(residual=grids))
    assert bool(checks) is checked


@pytest.mark.parametrize(("plates", "checked"), [(4, False), (5, True)])
def test_positions_are_checked_from_five_plates_on(plates, checked):
    _, checks = position_checks(plates_with(residual=maps(20.0, plates=plates)))
    assert bool(checks) is checked


def test_the_summary_counts_failed_plates_and_plates_with_warnings():
    def check(level):
        return (Check("z_prime", level, "Z'"),)

    plates = plates_with(checks=[check("fail"), check("warn"), check("warn"), check("pass")])
    summary = summary_check(plates)
    assert summary.message == "1 of 4 plates failed, 2 have warnings"
    assert summary.level == "warn"
    assert summary.value == 25.0
    assert summary.advice == "Repeat P1; no hits are called from failed plates"
    assert summary_check(plates[1:]).level == "pass"
