"""Each check of a release study passes on a good one and warns on one that was spoilt."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.release.positions import position_checks
from tricyclic.core.culture_arms import CultureArm
from tricyclic.results.release import ReleaseWell

BASAL, STIMULATED = 6, 7
HEAD = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")


def level(result, name):
    """Level of a check."""
    return next(check.level for check in result.checks if check.name == name)


def changed(rows, where, change):
    """Rows of which those that fit have changed."""
    copy = [list(row) for row in rows]
    for row in copy:
        if where(row):
            change(row)
    return copy


def scale(row, factor):
    """Scale the net release of a well."""
    row[STIMULATED] = row[BASAL] + factor * (row[STIMULATED] - row[BASAL])


def is_vehicle(row):
    return row[2] == "vehicle" and row[4] == "BDNF" and not row[5]


SPOILT = {
    "release_cultures": lambda rows: [r for r in rows if r[0] in "12"],
    "release_vehicle_missing": lambda rows: [
        r for r in rows if not (r[0] == "4" and is_vehicle(r))
    ],
    "release_no_stimulus_missing": lambda rows: [
        r for r in rows if not (r[0] == "4" and r[2] == "vehicle" and r[4] == "none")
    ],
    "release_evoked": lambda rows: changed(rows, is_vehicle, lambda r: scale(r, -0.1)),
    "release_unstimulated": lambda rows: changed(
        rows, lambda r: r[4] == "none", lambda r: r.__setitem__(STIMULATED, 1.5 * r[BASAL])
    ),
    "release_positive_control": lambda rows: changed(
        rows, lambda r: r[4] == "KCl" and r[0] == "3", lambda r: scale(r, -0.1)
    ),
    "release_basal_change": lambda rows: changed(
        rows,
        lambda r: r[3] == 10.0,
        lambda r: (r.__setitem__(BASAL, 1.6 * r[BASAL]), r.__setitem__(STIMULATED, 1.6 * r[7])),
    ),
    "release_negative_net": lambda rows: changed(
        rows, lambda r: r[3] == 10.0 and r[0] == "2", lambda r: scale(r, -1.0)
    ),
    "release_missing_samples": lambda rows: changed(
        rows, lambda r: r[1] == "B2" and r[0] == "2", lambda r: r.__setitem__(BASAL, math.nan)
    ),
    "release_copied_wells": lambda rows: changed(
        rows,
        lambda r: r[1] in ("A1", "A2", "A3", "A4") and r[0] == "2",
        lambda r: (r.__setitem__(BASAL, 0.7), r.__setitem__(STIMULATED, 0.9)),
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_study_warns(analyse, rows, result, name):
    assert level(result, name) == "pass"
    assert level(analyse(SPOILT[name](rows)), name) == "warn"


def test_wells_that_scatter_warn(analyse, rows, result):
    rng = np.random.default_rng(1)
    wild = changed(rows, lambda r: r[4] != "none", lambda r: scale(r, np.exp(rng.normal(0, 0.8))))
    assert level(result, "release_well_scatter") == "pass"
    assert level(analyse(wild), "release_well_scatter") == "warn"


def test_edge_wells_that_release_more_warn(analyse, rows, result):
    rng = np.random.default_rng(1)
    # Arms are spread over the plate, as they should be.
    places = [f"{row}{column}" for row in "ABCDEF" for column in range(1, 9)]
    spread = []
    for culture in map(str, range(1, 7)):
        own = [list(r) for r in rows if r[0] == culture]
        for row, place in zip(own, rng.permutation(places), strict=False):
            row[1] = str(place)
        spread += own
    assert level(analyse(spread), "release_edge_wells") == "pass"
    edge = changed(
        spread,
        lambda r: r[1][0] in "AF" or r[1][1:] in ("1", "8"),
        lambda r: scale(r, 1.4),
    )
    assert level(analyse(edge), "release_edge_wells") == "warn"


@pytest.mark.parametrize(("fall", "expected"), [(0.0, "pass"), (0.012, "warn")])
def test_a_fall_over_the_order_of_reading_warns(analyse, rows, fall, expected):
    rng = np.random.default_rng(2)
    ordered = []
    for culture in map(str, range(1, 7)):
        own = [list(r) for r in rows if r[0] == culture]
        for row, order in zip(own, rng.permutation(len(own)), strict=True):
            scale(row, 1.0 - fall * float(order))
            ordered.append([*row, int(order)])
    result = analyse(ordered, (*HEAD, "basal_uM", "stimulated_uM", "order"))
    assert level(result, "release_reading_order") == expected


def test_an_arm_on_another_plate_than_the_vehicle_warns(analyse, rows):
    head = (*HEAD, "basal_uM", "stimulated_uM", "plate")
    together = [[*r, "p1"] for r in rows]
    apart = [[*r, "p2" if r[3] == 10.0 else "p1"] for r in rows]
    assert level(analyse(together, head), "release_plates") == "pass"
    assert level(analyse(apart, head), "release_plates") == "warn"


@pytest.mark.parametrize(
    ("gain", "own_curve", "expected"),
    [(1.0, False, "pass"), (1.5, False, "warn"), (1.5, True, "pass")],
)
def test_standards_that_drift_between_plates_warn_unless_each_plate_has_its_curve(
    analyse, rows, gain, own_curve, expected
):
    head = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")
    head += ("sample", "reading", "level_uM", "plate")
    long = []
    for row in rows:
        plate = "1" if row[0] in "123" else "2"
        factor = gain if plate == "2" else 1.0
        for kind, value in (("basal", row[6]), ("stimulated", row[7])):
            long.append([*row[:6], kind, factor * (50 + 400 * value), math.nan, plate])
    for plate, factor in (("1", 1.0), ("2", gain)):
        levels = (0.1, 0.3, 1.0, 3.0, 12.0) if own_curve or plate == "1" else (0.1, 12.0)
        for k, value in enumerate(levels):
            error = 1.0 + 0.01 * (-1) ** k
            reading = factor * (50 + 400 * value) * error
            long.append(["", "", "", 0.0, "", "", "standard", reading, value, plate])
    result = analyse(long, head)
    assert level(result, "release_standards_drift") == expected
    assert level(result, "release_outside_standards") == "pass"
    if own_curve:
        assert result["imipramine 3 uM"].value == pytest.approx(
            analyse(rows)["imipramine 3 uM"].value, rel=0.03
        )


def test_a_sample_above_the_standards_is_not_extrapolated(analyse, rows):
    head = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")
    head += ("sample", "reading", "level_uM")
    long = []
    for row in rows:
        for kind, value in (("basal", row[6]), ("stimulated", row[7])):
            long.append([*row[:6], kind, 50 + 400 * value, math.nan])
    for k, value in enumerate((0.1, 0.3, 1.0, 2.5)):
        reading = (50 + 400 * value) * (1.0 + 0.01 * (-1) ** k)
        long.append(["", "", "", 0.0, "", "", "standard", reading, value])
    result = analyse(long, head)
    assert level(result, "release_outside_standards") == "warn"
    above = [w for w in result.wells if dict(w.states).get("stimulated") == "above"]
    assert above
    assert all(math.isnan(w.net) and w.bounds["stimulated"] == pytest.approx(2.5) for w in above)
    assert all(row[7] > 2.3 for row, w in zip(rows, result.wells, strict=True) if w in above)


def test_checks_of_places_and_order_flag_few_good_studies():
    """At a level of 1 %, of 400 studies whose wells have no effect of place or order."""
    rng = np.random.default_rng(8)
    places = [f"{row}{column}" for row in "ABCD" for column in range(1, 7)]
    arms = [CultureArm("imipramine", float(k), "uM", "BDNF") for k in range(8)]
    flagged = dict.fromkeys(("release_edge_wells", "release_reading_order"), 0)
    runs = 400
    for _ in range(runs):
        wells = []
        for culture in range(4):
            order = rng.permutation(24)
            for k, place in enumerate(rng.permutation(places)):
                net = 300.0 * np.exp(rng.normal(0, 0.2))
                one = ReleaseWell(str(culture), "1", str(place), arms[k % 8], 1, 2, 1, net, 2)
                wells.append(replace(one, order=float(order[k])))
        for check in position_checks(wells):
            flagged[check.name] += check.level == "warn"
    assert all(count / runs <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / runs) for count in flagged.values())


@pytest.mark.parametrize(("cultures", "expected"), [("123", "pass"), ("12", "warn")])
def test_three_cultures_are_enough(analyse, rows, cultures, expected):
    assert level(analyse([r for r in rows if r[0] in cultures]), "release_cultures") == expected


@pytest.mark.parametrize(("share", "expected"), [(0.2, "pass"), (0.3, "warn")])
def test_a_quarter_of_the_evoked_release_without_stimulus_is_the_limit(
    analyse, rows, share, expected
):
    evoked = {
        c: np.mean([r[STIMULATED] - r[BASAL] for r in rows if r[0] == c and is_vehicle(r)])
        for c in map(str, range(1, 7))
    }
    moved = changed(
        rows,
        lambda r: r[4] == "none",
        lambda r: r.__setitem__(STIMULATED, r[BASAL] + share * evoked[r[0]]),
    )
    result = analyse(moved)
    assert level(result, "release_unstimulated") == expected
    check = next(c for c in result.checks if c.name == "release_unstimulated")
    assert check.value == pytest.approx(100 * share, rel=1e-6)


@pytest.mark.parametrize(("wells", "expected"), [(2, "pass"), (3, "warn")])
def test_three_wells_with_the_same_samples_are_flagged(analyse, rows, wells, expected):
    copied = changed(
        rows,
        lambda r: r[0] == "2" and r[1] in [f"A{k}" for k in range(1, wells + 1)],
        lambda r: (r.__setitem__(BASAL, 0.7), r.__setitem__(STIMULATED, 0.9)),
    )
    assert level(analyse(copied), "release_copied_wells") == expected


def test_a_release_that_the_cultures_do_not_agree_on_is_not_evoked(analyse, rows):
    """With a mean above 0 and p between 0.05 and 0.5."""
    factors = dict(zip("123456", (1.0, -0.6, 0.9, -0.5, 1.1, 0.2), strict=True))
    result = analyse(changed(rows, is_vehicle, lambda r: scale(r, factors[r[0]])))
    assert result.evoked.value > 0
    assert 0.05 < result.evoked.p < 0.5
    assert level(result, "release_evoked") == "warn"


@pytest.mark.parametrize(("wells", "compared"), [(6, False), (7, True)])
def test_four_degrees_of_freedom_are_needed_to_compare_places(wells, compared):
    """Of wells in two arms, less their means and the slope: 7 wells leave 4."""
    arms = [CultureArm("x", 1.0, "uM", "BDNF"), CultureArm("x", 2.0, "uM", "BDNF")]
    rng = np.random.default_rng(1)
    own = []
    for k in range(wells):
        place = f"{'AB'[k % 4 // 2]}{k // 2 + 1}"
        one = ReleaseWell("1", "1", place, arms[k % 2], 1, 2, 1, 300 * np.exp(rng.normal()), 2)
        own.append(replace(one, order=float(k // 2)))
    check = next(c for c in position_checks(own) if c.name == "release_reading_order")
    assert ("too few" not in check.message) == compared


def with_standards(rows, gain, levels):
    """Readings of two plates, the second with another gain and so many levels of standards."""
    long = []
    for row in rows:
        plate = "1" if row[0] in "123" else "2"
        factor = gain if plate == "2" else 1.0
        for kind, value in (("basal", row[6]), ("stimulated", row[7])):
            long.append([*row[:6], kind, factor * (50 + 400 * value), math.nan, plate])
    every = (0.1, 12.0, 1.0, 0.3, 3.0)
    for plate, factor, count in (("1", 1.0, 5), ("2", gain, levels)):
        for k, value in enumerate(every[:count]):
            reading = factor * (50 + 400 * value) * (1.0 + 0.01 * (-1) ** k)
            long.append(["", "", "", 0.0, "", "", "standard", reading, value, plate])
    return long


STANDARDS_HEAD = (*HEAD, "sample", "reading", "level_uM", "plate")


@pytest.mark.parametrize(("levels", "curves"), [(2, 2), (3, 2)])
def test_three_levels_of_standards_give_a_plate_a_curve_of_its_own(analyse, rows, levels, curves):
    result = analyse(with_standards(rows, 1.4, levels), STANDARDS_HEAD)
    names = [name for name, _ in result.standards]
    assert len(names) == curves
    assert names[1] == ("plate 2" if levels == 3 else "all plates")


@pytest.mark.parametrize(("gain", "expected"), [(1.1, "pass"), (1.2, "warn")])
def test_standards_may_differ_by_fifteen_percent_between_plates(analyse, rows, gain, expected):
    result = analyse(with_standards(rows, gain, 2), STANDARDS_HEAD)
    assert level(result, "release_standards_drift") == expected
