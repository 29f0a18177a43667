"""Quality of plates agrees with arithmetic by hand; simulated patterns are detected, no others."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.plate_arrays import plate_arrays
from tricyclic.assays.screening.plate_quality import plate_quality
from tricyclic.assays.screening.simulate_screen import (
    ScreenFaults,
    simulate_curves,
    simulate_single,
)
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.errors import InputError


def primary(plates, *, seed=1, rim=0.0, row_tilt=0.0, drift=0.0, **settings):
    faults = ScreenFaults(rim=rim, row_tilt=row_tilt, drift=drift)
    return simulate_single(plates, np.random.default_rng(seed), faults=faults, **settings)


def curves(plates, *, seed=1, rim=0.0, **settings):
    return simulate_curves(
        plates, np.random.default_rng(seed), faults=ScreenFaults(rim=rim), **settings
    )


def analysed(plates, **settings):
    return analyse_screen(plates, rng=np.random.default_rng(0), criteria=HitCriteria(**settings))


def warnings_of(screen):
    return Counter(
        check.name for plate in screen.plates for check in plate.checks if check.level != "pass"
    )


def small_plate(high, low, tested=(500.0,)):
    wells = [Well(f"A{k + 1:02d}", v, role=Role.TOTAL) for k, v in enumerate(high)]
    wells += [Well(f"B{k + 1:02d}", v, role=Role.NON_SPECIFIC) for k, v in enumerate(low)]
    wells += [Well(f"C{k + 1:02d}", v, role=Role.RESPONSE) for k, v in enumerate(tested)]
    return Plate("small", 96, tuple(wells))


def test_the_numbers_of_a_plate_agree_with_arithmetic_by_hand():
    result = plate_quality(plate_arrays(small_plate([100.0, 110.0, 90.0], [10.0, 12.0, 8.0])))
    # means 100 and 10, standard deviations 10 and 2
    assert result.z_prime == pytest.approx(1 - 3 * 12 / 90)
    assert result.signal_window == pytest.approx((90 - 36) / 10)
    assert result.signal_to_background == pytest.approx(10.0)
    assert (result.high.cv_percent, result.low.cv_percent) == pytest.approx((10.0, 20.0))
    # medians 100 and 10, median deviations 10 and 2
    assert result.robust_z_prime == pytest.approx(1 - 3 * 1.4826 * 12 / 90, rel=1e-5)


def test_z_prime_depends_neither_on_the_direction_of_the_assay_nor_on_its_unit():
    a = plate_quality(plate_arrays(small_plate([100.0, 110.0, 90.0], [10.0, 12.0, 8.0])))
    b = plate_quality(plate_arrays(small_plate([10.0, 12.0, 8.0], [100.0, 110.0, 90.0])))
    c = plate_quality(plate_arrays(small_plate([5.0, 5.5, 4.5], [0.5, 0.6, 0.4])))
    assert a.z_prime == b.z_prime == pytest.approx(c.z_prime)


def test_effect_is_0_as_the_high_and_100_as_the_low_control():
    result = plate_arrays(small_plate([90.0, 110.0], [8.0, 12.0], tested=(100.0, 10.0, 55.0)))
    assert result.activity[result.tested] == pytest.approx([0.0, 100.0, 50.0])


def test_one_failed_control_well_is_distinguished_from_a_bad_plate():
    result = plate_quality(
        plate_arrays(small_plate([100.0, 101, 99, 102, 98, 100, 5.0], [10.0, 11, 9, 10, 9, 11, 10]))
    )
    names = {check.name: check.level for check in result.checks}
    assert names["control_outlier"] == "warn"
    assert names["robust_z_prime"] == "pass"
    assert result.level != "fail"


def test_a_plate_whose_controls_overlap_fails_and_has_no_hits():
    plates, _ = primary(2, seed=1)
    noisy, _ = primary(1, seed=2, sd=30.0, share=0.2)
    bad = Plate("noisy", 384, noisy[0].wells)
    screen = analysed([*plates, bad])
    assert [plate.level for plate in screen.plates][-1] == "fail"
    assert not any("noisy" in hit.plates for hit in screen.wells)
    assert any("noisy" in check.advice for check in screen.checks if check.name == "plates_failed")


def test_a_clean_screen_shows_no_pattern():
    plates, _ = primary(20, seed=3)
    screen = analysed(plates)
    result = warnings_of(screen)
    assert sum(result[f"{kind}_pattern"] for kind in ("edge", "row", "column")) == 0
    assert all(check.level == "pass" for check in screen.checks)


def test_many_hits_make_no_pattern():
    plates, _ = primary(10, seed=4, share=0.08)
    assert not any(name.endswith("_pattern") for name in warnings_of(analysed(plates)))


def test_a_simulated_edge_effect_is_detected_with_its_size():
    plates, _ = primary(6, seed=5, rim=15.0)
    screen = analysed(plates)
    assert warnings_of(screen)["edge_pattern"] >= 5
    sizes = [plate.edge.size_percent for plate in screen.plates]
    assert np.mean(sizes) == pytest.approx(15.0, abs=2.0)


def test_a_tilt_over_the_rows_is_detected_with_its_size_and_not_as_columns():
    plates, _ = primary(6, seed=6, row_tilt=24.0)
    screen = analysed(plates)
    result = warnings_of(screen)
    assert result["row_pattern"] == 6
    assert result["column_pattern"] == 0
    assert np.mean([plate.row.size_percent for plate in screen.plates]) == pytest.approx(
        24.0, abs=3.0
    )
    by_row = np.mean([plate.row.effects for plate in screen.plates], axis=0)
    assert by_row[-1] - by_row[0] == pytest.approx(24.0, abs=2.0)


def test_chance_alone_gives_uniform_p_values_of_patterns():
    plates, _ = primary(60, seed=7, share=0.0)
    screen = analysed(plates)
    for kind in ("edge", "row", "column"):
        p = np.array([getattr(plate, kind).p for plate in screen.plates])
        # Clipping of outliers makes the F test slightly conservative.
        assert 0.0 <= np.mean(p < 0.05) <= 0.15
        assert 0.35 <= p.mean() <= 0.65


def test_an_edge_effect_is_detected_under_dose_response_curves_too():
    clean, _ = curves(5, seed=8)
    faulty, _ = curves(5, seed=8, rim=20.0)
    assert not any(name.endswith("_pattern") for name in warnings_of(analysed(clean)))
    assert warnings_of(analysed(faulty))["edge_pattern"] >= 1


def test_drift_over_the_plates_is_reported_with_its_size():
    plates, _ = primary(12, seed=9, drift=0.5)
    drifts = [
        check
        for check in analysed(plates).checks
        if check.name == "drift" and check.level == "warn"
    ]
    assert drifts
    high = next(check for check in drifts if "high control" in check.message)
    assert high.value == pytest.approx(40.0, abs=5.0)  # 50 % of the first is 40 % of the mean


def test_a_position_that_reads_high_on_every_plate_is_named():
    plates, _ = primary(8, seed=10)
    faulty = [
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
    check = next(check for check in analysed(faulty).checks if check.name == "position_over_plates")
    assert check.level == "warn"
    assert "G09" in check.message


def test_swapping_the_plates_changes_no_figure_of_a_plate():
    plates, _ = primary(3, seed=11)
    a, b = analysed(plates), analysed(plates[::-1])
    assert {p.name: p.z_prime for p in a.plates} == {p.name: p.z_prime for p in b.plates}
    assert {h.compound: h.q for h in a.wells} == pytest.approx({h.compound: h.q for h in b.wells})


@pytest.mark.parametrize(
    ("plate", "sentence"),
    [
        (
            small_plate([], [10.0, 11.0]),
            (
                "small: no control well is total (no effect). A screen needs controls without and "
                "with full effect on every plate. State the control wells in the layout."
            ),
        ),
        (
            small_plate([10.0, 11.0], []),
            (
                "small: no control well is non_specific (full effect). A screen needs controls "
                "without and with full effect on every plate. State the control wells in the "
                "layout."
            ),
        ),
        (
            small_plate([10.0, 10.0], [10.0, 10.0]),
            "small: both kinds of control wells read the same. Check the file and the layout.",
        ),
        (
            small_plate([100.0, 90.0], [10.0, 11.0], tested=()),
            (
                "small: has no compound wells. Compound wells have the role competition or "
                "response. State the compound wells in the layout."
            ),
        ),
    ],
)
def test_a_plate_without_controls_or_compounds_is_refused_in_a_sentence(plate, sentence):
    with pytest.raises(InputError) as caught:
        analysed([plate])
    assert str(caught.value) == sentence


def test_two_plates_of_one_name_are_refused():
    plates, _ = primary(1)
    with pytest.raises(InputError) as caught:
        analysed([*plates, *plates])
    assert str(caught.value) == (
        "Two plates are called 'P0000'. Give each plate its own name, or keep one copy of the file."
    )


def test_a_screen_without_plates_is_refused():
    with pytest.raises(InputError) as caught:
        analysed([])
    assert str(caught.value) == "There are no plates. Name at least one file of plates."


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"fdr": 0.0},
            "The false discovery rate is 0. It is between 0 and 1, such as 0.05.",
        ),
        (
            {"min_effect_percent": -1.0},
            "The least effect of a hit is -1 %. It is 0 or more.",
        ),
        ({"confidence": 95.0}, "The confidence is 95. It is between 0 and 1, such as 0.95."),
    ],
)
def test_settings_out_of_range_are_refused(settings, sentence):
    plates, _ = primary(1)
    with pytest.raises(InputError) as caught:
        analysed(plates, **settings)
    assert str(caught.value) == sentence
