"""Wells that a fault explains as well as an effect are marked and not called."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.core.plate import Plate, Role, Well, row_letters

ROWS, COLUMNS = 16, 24


def plate_of(name, change=None, *, rng, compounds=None, active=()):
    """384 wells: controls in columns 1, 2, 23, 24; `change` alters effects [%] of the others."""
    effects = rng.normal(0.0, 5.0, (ROWS, COLUMNS))
    effects[:, 22:] += 100.0
    for row, column in active:
        effects[row, column] += 70.0
    if change is not None:
        change(effects)
    wells = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            role = Role.COMPETITION
            if column < 2 or column > 21:
                role = Role.TOTAL if column < 2 else Role.NON_SPECIFIC
            place = f"{row_letters(row)}{column + 1:02d}"
            tested = role is Role.COMPETITION
            compound = (compounds or {}).get((row, column), f"{name}-{place}") if tested else ""
            value = 1000.0 - 9.0 * float(effects[row, column])
            wells.append(Well(place, value, role, compound, 1e-5 if tested else 0.0))
    return Plate(name, 384, tuple(wells))


def analysed(plates, **criteria):
    return analyse_screen(plates, rng=np.random.default_rng(0), criteria=HitCriteria(**criteria))


def called(result):
    return {hit.compound for hit in result.wells if hit.is_hit}


def to_confirm(result):
    return {hit.compound: hit.remark for hit in result.wells if hit.to_confirm}


def test_effects_in_a_shifted_row_are_marked_and_those_elsewhere_called():
    rng = np.random.default_rng(1)

    def shift(effects):
        effects[4, 2:22] += 35.0

    active = [(1, 5), (9, 12), (4, 7)]
    result = analysed([plate_of("P", shift, rng=rng, active=active)])
    assert called(result) == {"P-B06", "P-J13"}
    remark = to_confirm(result)["P-E08"]
    assert remark.startswith("wells in row E of its plate read 3")
    assert remark.endswith("% too high an effect")
    check = next(check for check in result.checks if check.name == "suspect_wells")
    assert check.level == "warn"


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ((slice(None), 9), "wells in column 10"),
        ((slice(8, 16), 9), "lower half of column 10"),
        (([0, -1], slice(2, 22)), "wells in row A"),
        ((slice(0, None, 2), slice(2, 22, 2)), "quadrant of A01"),
    ],
)
def test_other_groups_of_wells_are_detected(where, part):
    rng = np.random.default_rng(2)

    def shift(effects):
        effects[where] += 40.0

    result = analysed([plate_of("P", shift, rng=rng)])
    assert not called(result)
    assert any(part in hit.remark for hit in result.wells)


def test_a_small_shift_is_subtracted_and_effects_are_called():
    rng = np.random.default_rng(3)

    def shift(effects):
        effects[4, 2:22] += 8.0

    result = analysed([plate_of("P", shift, rng=rng, active=[(4, 7)])], min_effect_percent=0.0)
    assert called(result) == {"P-E08"}
    raw = next(hit for hit in result.wells if hit.compound == "P-E08")
    plain = analysed([plate_of("P", rng=np.random.default_rng(3), active=[(4, 7)])])
    unshifted = next(hit for hit in plain.wells if hit.compound == "P-E08")
    assert raw.z == pytest.approx(unshifted.z, abs=0.8)


def test_effects_that_stand_together_are_marked():
    rng = np.random.default_rng(4)
    together = [(row, 9) for row in (2, 3, 4, 5, 6)]
    plates = [plate_of("P", rng=rng, active=[*together, (12, 15)])]
    plates += [plate_of(f"Q{k}", rng=rng) for k in range(3)]
    result = analysed(plates)
    assert called(result) == {"P-M16"}
    assert set(to_confirm(result).values()) == {
        "5 of 16 compounds in column 10 of its plate have an effect"
    }


def test_a_position_that_reads_high_on_every_plate_is_marked():
    rng = np.random.default_rng(5)

    def shift(effects):
        effects[6, 6] += 45.0

    result = analysed([plate_of(f"P{k}", shift, rng=rng) for k in range(8)])
    assert not called(result)
    waiting = to_confirm(result)
    assert set(waiting) == {f"P{k}-G07" for k in range(8)}
    assert all("its position reads " in remark for remark in waiting.values())


def test_one_library_on_many_plates_does_not_make_its_hits_suspect():
    # Every plate has the same compound at the same position: an effect there is the compound's.
    rng = np.random.default_rng(6)
    places = {(row, column): f"C{row}-{column}" for row in range(16) for column in range(24)}
    plates = [
        plate_of(f"P{k}", rng=rng, compounds=places, active=[(6, 6), (9, 14)]) for k in range(6)
    ]
    result = analysed(plates)
    assert called(result) == {"C6-6", "C9-14"}
    assert not to_confirm(result)


def test_a_reading_beyond_the_full_effect_is_marked():
    rng = np.random.default_rng(7)

    def fluorescent(effects):
        effects[3, 3] = 260.0

    result = analysed([plate_of("P", fluorescent, rng=rng, active=[(9, 12)])])
    assert called(result) == {"P-J13"}
    assert "beyond the full effect" in to_confirm(result)["P-D04"]


def test_replicates_that_disagree_are_marked_and_those_that_agree_called():
    rng = np.random.default_rng(8)
    first = {(row, column): f"C{row}-{column}" for row in range(16) for column in range(24)}
    second = {(row, column): f"C{15 - row}-{column}" for row in range(16) for column in range(24)}

    def failed_well(effects):
        effects[5, 5] += 90.0

    plates = [
        plate_of("P", failed_well, rng=rng, compounds=first, active=[(2, 8)]),
        plate_of("Q", rng=rng, compounds=second, active=[(13, 8)]),
    ]
    result = analysed(plates)
    assert called(result) == {"C2-8"}
    assert "its wells disagree" in to_confirm(result)["C5-5"]


def test_heavy_tails_are_reported_and_make_no_hits():
    rng = np.random.default_rng(9)

    def heavy(effects):
        effects[:, 2:22] += 5.0 * rng.standard_t(3.0, (16, 20))

    result = analysed([plate_of(f"P{k}", heavy, rng=rng) for k in range(4)], min_effect_percent=0.0)
    assert len(called(result)) <= 1
    assert next(check for check in result.checks if check.name == "heavy_tails").level == "warn"


def test_wells_of_both_signs_are_not_called():
    rng = np.random.default_rng(10)

    def bubbles(effects):
        tested = effects[:, 2:22]
        wrong = rng.random(tested.shape) < 0.02
        tested += wrong * rng.uniform(30, 100, tested.shape) * rng.choice([-1, 1], tested.shape)

    result = analysed([plate_of(f"P{k}", bubbles, rng=rng) for k in range(4)])
    assert not called(result)
    assert any(
        "on the other side" in remark or "scatter as far" in remark
        for remark in to_confirm(result).values()
    )


def test_a_clean_screen_has_no_suspect_wells_and_all_hits():
    rng = np.random.default_rng(11)
    active = [(int(k) // 20, 2 + int(k) % 20) for k in rng.choice(320, 30, replace=False)]
    result = analysed([plate_of("P", rng=rng, active=active)])
    assert len(called(result)) == 30
    assert not to_confirm(result)
    assert {check.name: check.level for check in result.checks}["suspect_wells"] == "pass"


def test_a_copied_plate_is_named_and_nothing_is_called_from_it():
    rng = np.random.default_rng(12)
    first = plate_of("P", rng=rng, active=[(4, 7)])
    copy = Plate("Q", 384, first.wells)
    result = analysed([first, plate_of("R", rng=rng), copy])
    check = next(check for check in result.checks if check.name == "copied_plates")
    assert check.level == "fail"
    assert "(Q = P)" in check.message
    assert [plate.level for plate in result.plates] == ["pass", "pass", "fail"]
    assert result.failed
    hit = next(hit for hit in result.wells if hit.is_hit)
    assert hit.plates == ("P",)


def test_a_rise_that_steps_back_over_the_plates_is_detected():
    rng = np.random.default_rng(13)
    plates = []
    for k in range(48):
        plate = plate_of(f"P{k:02d}", rng=rng)
        gain = 1.0 + 0.015 * (k % 24)
        wells = tuple(Well(w.name, gain * w.value, w.role, w.compound, 1e-5) for w in plate.wells)
        plates.append(Plate(plate.name, 384, wells))
    checks = [c for c in analysed(plates).checks if c.name == "level_over_plates"]
    assert checks[0].level == "warn"
    assert "plate P2" in checks[0].message
    steady = [plate_of(f"P{k:02d}", rng=rng) for k in range(48)]
    assert all(c.level == "pass" for c in analysed(steady).checks if c.name == "level_over_plates")
