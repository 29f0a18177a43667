"""Quality of plates: figures by hand, patterns that were put in, patterns that were not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tricyclic.assays.screening.analysis import judge_screen
from tricyclic.assays.screening.plate_quality import plate_arrays, plate_quality
from tricyclic.assays.screening.simulate_screen import (
    ScreenFaults,
    simulate_curves,
    simulate_single,
)
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.errors import InputError


def primary(plates, *, seed=1, rim=0.0, row_tilt=0.0, drift=0.0, **asked):
    faults = ScreenFaults(rim=rim, row_tilt=row_tilt, drift=drift)
    return simulate_single(plates, np.random.default_rng(seed), faults=faults, **asked)


def curves(plates, *, seed=1, rim=0.0, **asked):
    return simulate_curves(
        plates, np.random.default_rng(seed), faults=ScreenFaults(rim=rim), **asked
    )


def judged(plates, **asked):
    return judge_screen(plates, rng=np.random.default_rng(0), **asked)


def doubts(screen):
    return Counter(
        check.name for plate in screen.plates for check in plate.checks if check.level != "fine"
    )


def small_plate(high, low, tested=(500.0,)):
    wells = [Well(f"A{k + 1:02d}", v, role=Role.TOTAL) for k, v in enumerate(high)]
    wells += [Well(f"B{k + 1:02d}", v, role=Role.NON_SPECIFIC) for k, v in enumerate(low)]
    wells += [Well(f"C{k + 1:02d}", v, role=Role.RESPONSE) for k, v in enumerate(tested)]
    return Plate("small", 96, tuple(wells))


def test_the_figures_of_a_plate_are_those_worked_out_by_hand():
    found = plate_quality(plate_arrays(small_plate([100.0, 110.0, 90.0], [10.0, 12.0, 8.0])))
    # means 100 and 10, standard deviations 10 and 2
    assert found.z_prime == pytest.approx(1 - 3 * 12 / 90)
    assert found.signal_window == pytest.approx((90 - 36) / 10)
    assert found.signal_to_background == pytest.approx(10.0)
    assert (found.high.cv_percent, found.low.cv_percent) == pytest.approx((10.0, 20.0))
    # medians 100 and 10, median deviations 10 and 2
    assert found.robust_z_prime == pytest.approx(1 - 3 * 1.4826 * 12 / 90, rel=1e-5)


def test_z_prime_does_not_mind_which_way_the_assay_runs_or_its_unit():
    a = plate_quality(plate_arrays(small_plate([100.0, 110.0, 90.0], [10.0, 12.0, 8.0])))
    b = plate_quality(plate_arrays(small_plate([10.0, 12.0, 8.0], [100.0, 110.0, 90.0])))
    c = plate_quality(plate_arrays(small_plate([5.0, 5.5, 4.5], [0.5, 0.6, 0.4])))
    assert a.z_prime == b.z_prime == pytest.approx(c.z_prime)


def test_effect_is_0_as_the_high_and_100_as_the_low_control():
    found = plate_arrays(small_plate([90.0, 110.0], [8.0, 12.0], tested=(100.0, 10.0, 55.0)))
    assert found.activity[found.tested] == pytest.approx([0.0, 100.0, 50.0])


def test_one_failed_control_well_is_told_from_a_bad_plate():
    found = plate_quality(
        plate_arrays(small_plate([100.0, 101, 99, 102, 98, 100, 5.0], [10.0, 11, 9, 10, 9, 11, 10]))
    )
    names = {check.name: check.level for check in found.checks}
    assert names["control_outlier"] == "look"
    assert names["robust_z_prime"] == "fine"
    assert found.level != "stop"


def test_a_plate_whose_controls_overlap_stops_and_calls_no_hits():
    plates, _ = primary(2, seed=1)
    noisy, _ = primary(1, seed=2, sd=30.0, share=0.2)
    bad = Plate("noisy", 384, noisy[0].wells)
    screen = judged([*plates, bad])
    assert [plate.level for plate in screen.plates][-1] == "stop"
    assert not any("noisy" in hit.plates for hit in screen.wells)
    assert any("noisy" in check.advice for check in screen.checks if check.name == "plates_failed")


def test_a_clean_screen_shows_no_pattern():
    plates, _ = primary(20, seed=3)
    screen = judged(plates)
    found = doubts(screen)
    assert sum(found[f"{kind}_pattern"] for kind in ("edge", "row", "column")) == 0
    assert all(check.level == "fine" for check in screen.checks)


def test_many_hits_make_no_pattern():
    plates, _ = primary(10, seed=4, share=0.08)
    assert not any(name.endswith("_pattern") for name in doubts(judged(plates)))


def test_an_edge_that_was_put_in_is_found_with_its_size():
    plates, _ = primary(6, seed=5, rim=15.0)
    screen = judged(plates)
    assert doubts(screen)["edge_pattern"] >= 5
    sizes = [plate.edge.size_percent for plate in screen.plates]
    assert np.mean(sizes) == pytest.approx(15.0, abs=2.0)


def test_a_tilt_over_the_rows_is_found_with_its_size_and_not_as_columns():
    plates, _ = primary(6, seed=6, row_tilt=24.0)
    screen = judged(plates)
    found = doubts(screen)
    assert found["row_pattern"] == 6
    assert found["column_pattern"] == 0
    assert np.mean([plate.row.size_percent for plate in screen.plates]) == pytest.approx(
        24.0, abs=3.0
    )
    by_row = np.mean([plate.row.effects for plate in screen.plates], axis=0)
    assert by_row[-1] - by_row[0] == pytest.approx(24.0, abs=2.0)


def test_chance_alone_gives_row_and_column_p_values_that_are_even():
    plates, _ = primary(60, seed=7, share=0.0)
    screen = judged(plates)
    for kind in ("edge", "row", "column"):
        p = np.array([getattr(plate, kind).p for plate in screen.plates])
        # drawing outliers in makes the F test a little shy
        assert 0.0 <= np.mean(p < 0.05) <= 0.15
        assert 0.35 <= p.mean() <= 0.65


def test_the_edge_is_found_under_dose_response_curves_too():
    clean, _ = curves(5, seed=8)
    spoilt, _ = curves(5, seed=8, rim=20.0)
    assert not any(name.endswith("_pattern") for name in doubts(judged(clean)))
    assert doubts(judged(spoilt))["edge_pattern"] >= 1


def test_drift_over_the_plates_is_told_with_its_size():
    plates, _ = primary(12, seed=9, drift=0.5)
    drifts = [
        check for check in judged(plates).checks if check.name == "drift" and check.level == "look"
    ]
    assert drifts
    high = next(check for check in drifts if "high control" in check.says)
    assert high.value == pytest.approx(40.0, abs=5.0)  # 50 % of the first is 40 % of the mean


def test_a_place_that_reads_high_on_every_plate_is_named():
    plates, _ = primary(8, seed=10)
    spoilt = [
        Plate(
            p.name,
            384,
            tuple(
                Well(
                    w.name,
                    w.value - (250.0 if w.name == "G09" else 0.0),
                    role=w.role,
                    compound=w.compound,
                    concentration_M=w.concentration_M,
                )
                for w in p.wells
            ),
        )
        for p in plates
    ]
    check = next(check for check in judged(spoilt).checks if check.name == "place_over_plates")
    assert check.level == "look"
    assert "G09" in check.says


def test_swapping_the_plates_changes_no_figure_of_a_plate():
    plates, _ = primary(3, seed=11)
    a, b = judged(plates), judged(plates[::-1])
    assert {p.name: p.z_prime for p in a.plates} == {p.name: p.z_prime for p in b.plates}
    assert {h.compound: h.q for h in a.wells} == pytest.approx({h.compound: h.q for h in b.wells})


@pytest.mark.parametrize(
    ("plate", "says"),
    [
        (small_plate([], [10.0, 11.0]), "no control well is total"),
        (small_plate([10.0, 11.0], []), "no control well is non_specific"),
        (small_plate([10.0, 10.0], [10.0, 10.0]), "both kinds of control wells read the same"),
        (small_plate([100.0, 90.0], [10.0, 11.0], tested=()), "holds no compound wells"),
    ],
)
def test_a_plate_that_cannot_be_judged_says_why(plate, says):
    with pytest.raises(InputError, match=says):
        judged([plate])


def test_two_plates_of_one_name_are_refused():
    plates, _ = primary(1)
    with pytest.raises(InputError, match="wo plates are called 'P0000'"):
        judged([*plates, *plates])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"fdr": 0.0}, "false discovery rate is 0"),
        ({"effect_at_least": -1.0}, "least effect"),
        ({"confidence": 95.0}, "confidence is 95"),
    ],
)
def test_choices_out_of_range_are_refused(asked, says):
    plates, _ = primary(1)
    with pytest.raises(InputError, match=says):
        judged(plates, **asked)
