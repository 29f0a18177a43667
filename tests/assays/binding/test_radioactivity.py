"""Conversion of counts to amounts agrees with calculations by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.assays.binding import radioactivity as ra
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.errors import InputError, UnitError
from tricyclic.units import decay_factor

NET = BindingConditions(
    isotope="3H",
    specific_activity_Ci_per_mmol=MeasuredValue(80, "Ci/mmol"),
    counting_efficiency=MeasuredValue(0.45, ""),
    counting_time_min=2.0,
    background_cpm=40.0,
    volume_uL=250.0,
    protein_ug=MeasuredValue(30.0, "ug"),
)
AVOGADRO = 6.02214076e23


def test_counts_become_fmol_per_mg_as_calculated_by_hand():
    # 8000 counts in 2 min are 4000 cpm, less 40 are 3960, over 0.45 are 8800 dpm;
    # 80 Ci/mmol are 177.6 dpm/fmol, so 49.55 fmol; in 0.030 mg that is 1651.65 fmol/mg.
    result = ra.amounts([8000.0], "counts", NET)
    assert result.unit == "fmol/mg" and result.values[0] == pytest.approx(1651.652, rel=1e-6)
    assert ra.amounts([4000.0], "cpm", NET).values[0] == pytest.approx(result.values[0])
    assert ra.amounts([4000 / 0.45], "dpm", NET).values[0] == pytest.approx(result.values[0])


def test_a_mole_of_tritium_decays_by_its_half_life():
    """dpm of 1 M bound in 1 uL of a ligand with one tritium: ln2 N / half-life, from nuclear data
    alone.
    """
    molecules = 1e-6 * AVOGADRO
    decays_per_min = molecules * math.log(2) / (12.32 * 365.25 * 24 * 60)
    one_tritium_Ci_per_mmol = AVOGADRO * 1e-3 * math.log(2) / (12.32 * 365.25 * 86400) / 3.7e10
    assert one_tritium_Ci_per_mmol == pytest.approx(29.0, abs=0.3)
    conditions = BindingConditions(
        volume_uL=1.0,
        specific_activity_Ci_per_mmol=MeasuredValue(one_tritium_Ci_per_mmol, "Ci/mmol"),
    )
    assert ra.signal_per_M(conditions, "dpm") == pytest.approx(decays_per_min, rel=1e-9)


def test_the_reading_of_one_molar_agrees_with_the_conversion_of_readings():
    for unit in ("counts", "cpm", "dpm", "fmol", "fmol/mg"):
        per_molar = ra.signal_per_M(NET, unit)
        assert per_molar is not None
        if unit in ("counts", "cpm", "dpm"):
            gross = 2e-10 * per_molar + (ra.background_in(NET, unit) or 0.0)
            bound = ra.amounts([gross], unit, NET)
            assert bound.unit == "fmol/mg"
            # 0.2 nM in 250 uL are 50 fmol, in 0.03 mg.
            assert bound.values[0] == pytest.approx(50 / 0.03)
        else:
            assert 2e-10 * per_molar == pytest.approx(50 / (0.03 if unit == "fmol/mg" else 1.0))


def test_in_a_month_30_percent_of_iodine_and_half_a_percent_of_tritium_decay():
    dates = {"reference_date": date(2026, 1, 1), "assay_date": date(2026, 1, 31)}
    iodine = replace(NET, isotope="125I", **dates)
    tritium = replace(NET, isotope="3H", **dates)
    assert ra.specific_activity_on_the_day(iodine) == pytest.approx(80 * (1 - 0.2953), rel=2e-4)
    assert ra.specific_activity_on_the_day(tritium) == pytest.approx(80 * 0.99539, rel=1e-5)


def test_the_two_conventions_of_decay_change_activity_or_concentration():
    dates = {"reference_date": date(2026, 1, 1), "assay_date": date(2026, 3, 1)}
    left = 0.5 ** (59 / 59.407)
    falls = replace(NET, isotope="125I", **dates)
    stays = replace(falls, decay_convention="concentration_falls")
    assert ra.specific_activity_on_the_day(falls) == pytest.approx(80 * left)
    assert ra.specific_activity_on_the_day(stays) == 80
    # Either way one well of hot mix, 0.1 nM by the label, gives the same counts: with one
    # convention 0.1 nM of ligand are left on the day, with the other only the intact share of it.
    for c, nM_on_the_day in ((falls, 0.1), (stays, 0.1 * left)):
        per_molar = ra.signal_per_M(c, "dpm")
        assert nM_on_the_day * 1e-9 * per_molar == pytest.approx(
            0.1e-9 * 250e-6 * 1e15 * 80 * 2.22 * left
        )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # 1 nM in 200 uL are 200 fmol, in 0.05 mg of protein; 50 Ci/mmol are 111 dpm/fmol.
        ("nM", 1.0),
        ("pM", 1000.0),
        ("fmol", 200.0),
        ("pmol", 0.2),
        ("fmol/mg", 4000.0),
        ("pmol/mg", 4.0),
        ("dpm", 22_200.0),
        ("Bq", 370.0),
        ("kBq", 0.37),
        ("cpm", 8880.0),
        ("cps", 148.0),
        ("counts", 17_760.0),
    ],
)
def test_one_nanomolar_bound_gives_this_reading(unit, expected):
    c = BindingConditions(
        volume_uL=200.0,
        specific_activity_Ci_per_mmol=MeasuredValue(50.0, "Ci/mmol"),
        counting_efficiency=MeasuredValue(0.4, ""),
        counting_time_min=2.0,
        protein_ug=MeasuredValue(50.0, "ug"),
    )
    per_molar = ra.signal_per_M(c, unit)
    assert per_molar is not None
    assert per_molar * 1e-9 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "missing"),
    [
        ("nM", ()),
        ("pmol", ("the volume",)),
        ("fmol/mg", ("the protein in the well", "the volume")),
        ("kBq", ("the specific activity", "the volume")),
        ("cpm", ("the counting efficiency", "the specific activity", "the volume")),
        ("%", None),
        ("RFU", None),
        ("unknown", None),
    ],
)
def test_what_moles_need_depends_on_the_unit_of_the_readings(unit, missing):
    assert ra.missing_for_moles(BindingConditions(), unit) == missing
    assert (ra.signal_per_M(BindingConditions(), unit) is None) == (missing != ())


def test_the_counting_variance_of_a_rate_follows_its_unit():
    c = BindingConditions(counting_time_min=4.0, counting_efficiency=MeasuredValue(0.5, ""))
    # 1200 cpm in 4 min are 4800 counts, with an SD of 69.3 counts: 17.3 cpm, 0.289 cps, 0.577 Bq.
    for unit, reading in (("cpm", 1200.0), ("cps", 20.0), ("dpm", 2400.0), ("Bq", 40.0)):
        noise = ra.counting_variance(c, unit)
        assert noise is not None
        assert np.sqrt(noise[0] * reading) / reading == pytest.approx(4800**-0.5)


@pytest.mark.parametrize(
    ("unit", "subtracted"),
    [
        ("counts", False),
        ("cpm", False),
        ("dpm", False),
        ("counts", True),
        ("cpm", True),
        ("dpm", True),
    ],
)
def test_simulated_counts_scatter_as_the_variance_predicts(unit, subtracted):
    rng = np.random.default_rng(5)
    gross_counts = rng.poisson(2.0 * (300 + 40), size=200_000).astype(float)
    scale = {"counts": 1.0, "cpm": 1 / 2.0, "dpm": 1 / (2.0 * 0.45)}[unit]
    readings = gross_counts * scale
    if subtracted:
        readings = ra.less_background(readings, unit, NET)
    slope, offset = ra.counting_variance(NET, unit, background_subtracted=subtracted)
    assert slope * readings.mean() + offset == pytest.approx(readings.var(), rel=0.02)


@pytest.mark.parametrize(
    ("without", "unit", "reached", "message"),
    [
        (
            {"counting_efficiency": None},
            "cpm",
            "cpm",
            "binding cannot be converted to fmol/mg: the counting efficiency is missing",
        ),
        (
            {"specific_activity_Ci_per_mmol": None},
            "cpm",
            "dpm",
            "binding cannot be converted to fmol/mg: the specific activity is missing",
        ),
        (
            {"protein_ug": None},
            "cpm",
            "fmol",
            "binding cannot be converted to fmol/mg: the protein in the well is missing",
        ),
        (
            {"counting_time_min": None},
            "counts",
            "counts",
            "binding cannot be converted to fmol/mg: the counting time is missing",
        ),
        (
            {"protein_ug": None, "volume_uL": None},
            "cpm",
            "fmol",
            (
                "binding cannot be converted to fmol/mg: the volume and the protein in the well "
                "are missing"
            ),
        ),
        (
            {},
            "unknown",
            "unknown",
            "the unit of the readings is unknown, so they are not converted",
        ),
    ],
)
def test_missing_conditions_are_reported_and_readings_stay_unconverted(
    without, unit, reached, message
):
    result = ra.amounts([4000.0], unit, replace(NET, **without))
    assert result.unit == reached
    conversion = next(c for c in result.checks if c.name == "conversion")
    assert conversion.level == "warn" and conversion.message == message


def test_nothing_is_converted_without_its_conditions():
    assert ra.signal_per_M(replace(NET, counting_efficiency=None), "cpm") is None
    assert ra.signal_per_M(replace(NET, volume_uL=None), "dpm") is None
    assert ra.signal_per_M(NET, "unknown") is None
    assert ra.counting_variance(replace(NET, counting_time_min=None), "cpm") is None
    assert ra.counting_variance(NET, "unknown") is None


def test_missing_dates_matter_for_iodine_and_hardly_for_tritium():
    def level(isotope):
        return next(
            c
            for c in ra.conversion_checks(replace(NET, isotope=isotope), "cpm")
            if c.name == "decay"
        ).level

    assert level("125I") == "warn" and level("3H") == "pass" and level("") == "warn"


def test_an_assay_before_its_reference_date_gives_a_warning():
    c = replace(NET, reference_date=date(2026, 5, 1), assay_date=date(2026, 1, 5))
    (decay,) = [x for x in ra.conversion_checks(c, "cpm") if x.name == "decay"]
    assert decay.level == "warn" and "before the reference date" in decay.message


@pytest.mark.parametrize(
    "change",
    [
        {"counting_efficiency": MeasuredValue(45, "")},
        {"counting_time_min": 0.0},
        {"volume_uL": -1.0},
        {"protein_ug": MeasuredValue(0, "ug")},
        {"specific_activity_Ci_per_mmol": MeasuredValue(0, "Ci/mmol")},
    ],
)
def test_impossible_conditions_are_refused(change):
    unit = "fmol/mg" if "protein_ug" in change else "counts"
    with pytest.raises(InputError):
        ra.signal_per_M(replace(NET, **change), unit)


@given(st.floats(1, 1e6), st.floats(0.05, 1), st.floats(0.1, 60))
def test_twice_the_efficiency_reads_twice_the_cpm_and_the_same_fmol(cpm, efficiency, minutes):
    c = replace(
        NET,
        counting_efficiency=MeasuredValue(efficiency / 2, ""),
        counting_time_min=minutes,
        background_cpm=None,
    )
    d = replace(c, counting_efficiency=MeasuredValue(efficiency, ""))
    assert ra.amounts([cpm], "cpm", c).values[0] == pytest.approx(
        ra.amounts([2 * cpm], "cpm", d).values[0]
    )


def _decay(isotope: str, reference: date, assay: date, unit: str = "cpm"):
    conditions = replace(NET, isotope=isotope, reference_date=reference, assay_date=assay)
    return next(c for c in ra.conversion_checks(conditions, unit) if c.name == "decay")


@pytest.mark.parametrize("unit", ["cpm", "fmol"])
def test_dates_more_than_ten_half_lives_apart_fail_in_either_order(unit):
    start = date(2026, 1, 1)
    # Ten half-lives of 125I (59.407 d) are 594.07 days.
    within, beyond = start + timedelta(days=594), start + timedelta(days=595)
    assert _decay("125I", start, within).level == "pass"
    assert _decay("125I", within, start).level == "warn"
    for dates in ((start, beyond), (beyond, start)):
        assert _decay("125I", *dates, unit).level == "fail"
    assert _decay("125I", start, beyond).message == (
        "the reference date 2026-01-01 and the assay date 2027-08-19 are 10.02 half-lives of 125I "
        "apart"
    )


@pytest.mark.parametrize(("start", "end"), [(1, 2026), (2026, 1)])
def test_dates_two_thousand_years_apart_are_refused_for_a_short_half_life(start, end):
    with pytest.raises(UnitError, match=r"half-lives of 18F apart\. After ten .*Correct the wrong"):
        decay_factor("18F", date(start, 1, 1), date(end, 1, 1))
