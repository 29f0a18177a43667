"""Measured time courses beside the simulation of a small scenario."""

from __future__ import annotations

import math

import pytest


def test_readings_taken_from_the_model_have_no_misfit(simulate, measured):
    truth = simulate(drug="testamine", dose="1 mg/kg", route="ip", hours=12)["amine"]
    rows = [f"{t},amine,{truth.at(t) * 10!r},% of baseline,5" for t in (0.5, 2.0, 8.0)]
    result = simulate(
        drug="testamine", dose="1 mg/kg", route="ip", hours=12, compare=measured(rows)
    )
    (one,) = result.comparisons
    assert one.unit == "% of baseline" and one.fold == pytest.approx(1.0, abs=1e-3)
    assert one.rms_errors < 0.1


@pytest.mark.parametrize(
    ("value", "unit"), [("20", "nM"), ("0.02", "uM"), ("200", "%"), ("2", "fold")]
)
def test_a_reading_is_compared_in_its_own_unit(simulate, measured, value, unit):
    result = simulate(hours=4, compare=measured([f"1,amine,{value},{unit},"]))
    (point,) = result.comparisons[0].points
    assert point.ratio == pytest.approx(0.5, rel=1e-6)
    assert math.isnan(result.comparisons[0].rms_errors)


def test_plasma_in_nanograms_is_compared_through_the_molar_mass(simulate, measured):
    path = measured(["0,testamine.plasma_total,50,ng/mL,10"])
    result = simulate(drug="testamine", dose="1 mg/kg", route="iv", hours=4, compare=path)
    assert result.comparisons[0].points[0].measured == pytest.approx(200)
    assert result.comparisons[0].points[0].errors == pytest.approx(0, abs=0.01)


def test_an_occupancy_may_be_compared_in_percent_of_the_target(simulate, measured):
    result = simulate(
        drug="testamine", rate="6 mg/kg/d", days=7, compare=measured(["160,blocked,83,%,5"])
    )
    assert result.comparisons[0].unit == "%"
    assert result.comparisons[0].points[0].simulated == pytest.approx(100 * 25 / 30, rel=1e-3)


@pytest.mark.parametrize("unit", ["", "fraction"])
def test_an_occupancy_without_a_unit_is_a_fraction(simulate, measured, unit):
    path = measured([f"160,blocked,0.83,{unit},0.05"])
    result = simulate(drug="testamine", rate="6 mg/kg/d", days=7, compare=path)
    (point,) = result.comparisons[0].points
    assert (point.measured, point.error) == (pytest.approx(83.0), pytest.approx(5.0))


COLUMNS = "time_h,observable,value,unit,error"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "99,amine,20,nM,",
            "amine: was measured at 99 h, and the simulation ends at 24 h. Simulate longer.",
        ),
        ("-1,amine,20,nM,", "measured.csv, line 2: the time is -1 h. A time is 0 or more."),
        (
            "1,amin,20,nM,",
            (
                "small: no observable is called 'amin'. Did you mean 'amine' or 'amine.k'? "
                "There are: amine, amine.baseline, amine.k, amine.level, blocked, net_site.effect, "
                "net_site.load, net_site.occupancy, subject.activity_CYP2C19, "
                "subject.activity_CYP2D6, subject.body_weight, subject.dosing."
            ),
        ),
        (
            "1,amine,20,furlong,",
            (
                "--compare, amine: 'furlong' is not a known unit. "
                "Units are written like nM, pM, dpm, cpm, fmol/mg, Ci/mmol, min, h, mg/kg."
            ),
        ),
        (
            "1,amine,20,mg/kg,",
            (
                "--compare, amine: 'mg/kg' is a dose and cannot be converted to 'nM', "
                "a concentration. Give a concentration, in nM for example."
            ),
        ),
        (
            "1,amine,much,nM,",
            (
                "measured.csv, line 2, column value: 'much' is not a number. "
                "Write it with a decimal point."
            ),
        ),
        (
            "1,amine,20,nM,0",
            "amine: has an error that is not above 0. Leave the cell empty where none is known.",
        ),
        ("", "measured.csv: contains no reading."),
    ],
)
def test_readings_that_cannot_be_used_are_refused_in_a_whole_sentence(
    typed, measured, row, sentence
):
    reply = typed("--compare", measured([row] if row else [], COLUMNS))
    assert reply.exit_code == 3, reply.output
    assert reply.stderr == f"{sentence}\n"


def test_a_missing_column_is_named_with_those_of_the_file(typed, measured):
    reply = typed("--compare", measured(["1,20,nM"], "time_h,value,unit"))
    assert reply.exit_code == 3, reply.output
    assert reply.stderr == (
        "measured.csv: has no column 'observable'. "
        "Columns are time_h, observable, value, unit, and optionally error. "
        "Rename columns; those of the file are time_h, value, unit.\n"
    )


def test_columns_of_the_measured_table_that_are_not_used_are_named(simulate, measured):
    path = measured(["1,amine,20,nM,,7,x"], header="time_h,observable,value,unit,error,rat,note")
    result = simulate(hours=4, compare=path)
    assert "Not used of measured.csv: columns 'rat', 'note'." in result.remarks
