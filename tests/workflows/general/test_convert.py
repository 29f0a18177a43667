"""Conversions agree with arithmetic by hand."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.workflows.general.convert import run
from tricyclic.workflows.general.options import ConvertOptions


def test_counts_are_converted_to_femtomoles_per_milligram_step_by_step():
    # 4000 cpm / 0.45 = 8888.9 dpm; 80 Ci/mmol is 177.6 dpm/fmol: 50.05 fmol; in 30 ug: 1668
    # fmol/mg.
    result = run(
        ConvertOptions(
            "4000 cpm",
            "fmol/mg",
            efficiency="45 %",
            specific_activity="80 Ci/mmol",
            protein_ug="30",
        )
    )
    assert result.value == pytest.approx(4000 / 0.45 / 177.6 / 0.030)
    assert result.summary().splitlines() == [
        "4000 cpm = 1668.335002 fmol/mg",
        "  / 0.45 counts per decay = 8888.89 dpm",
        "  / 177.6 dpm per fmol = 50.0501 fmol",
        "  / 30 ug of protein = 1668.34 fmol/mg",
    ]


def test_iodine_halves_in_59_days():
    # 59.407 d half-life; 60 days leave 2**(-60/59.407).
    result = run(
        ConvertOptions("1 uCi", "kBq", isotope="125I", start="2026-01-01", end="2026-03-02")
    )
    assert result.value == pytest.approx(37.0 * 2 ** (-60 / 59.407))
    assert result.steps == ("x 0.496552 left of 125I after 60 days",)


def test_the_command_prints_the_value_and_its_unit_as_json():
    done = CliRunner().invoke(main, ["convert", "0.5 uM", "nM", "--json"])
    result = json.loads(done.stdout)["result"]
    assert result == {"input": "0.5 uM", "value": 500.0, "unit": "nM", "steps": []}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ConvertOptions("4000 cpm", "dpm"),
            "A conversion from cpm to dpm needs the efficiency. Add --efficiency.",
        ),
        (
            ConvertOptions("4000 cpm", "dpm", efficiency="45"),
            "efficiency: is 45. It is above 0 and at most 1.",
        ),
        (
            ConvertOptions("4000 cpm", "dpm", efficiency="-0.4"),
            "efficiency: is -0.4. It is above 0.",
        ),
        (
            ConvertOptions("4000 dpm", "fmol"),
            "A conversion from dpm to fmol needs the specific activity. Add --specific-activity.",
        ),
        (
            ConvertOptions("4000 cpm", "fmol/mg", efficiency="0.45", specific_activity="80"),
            "A conversion from cpm to fmol/mg needs the protein. Add --protein-ug.",
        ),
        (
            ConvertOptions("1 uCi", "kBq", isotope="125I"),
            (
                "start: the decay of an isotope needs two days. Add --start and --end, such as "
                "2026-03-12."
            ),
        ),
        (
            ConvertOptions("1 uCi", "kBq", isotope="125I", start="2026-01-01", end="tomorrow"),
            "end: is 'tomorrow'. A day is written year-month-day, such as 2026-03-12.",
        ),
        (
            ConvertOptions("10 mg/mL", "nM"),
            (
                "quantity: 'mg/mL' cannot be converted to 'nM' without a molar mass. "
                "Add --molar-mass, in g/mol."
            ),
        ),
        (
            ConvertOptions("1 uCi", "kBq", start="2026-01-01"),
            "Dates were given without an isotope. Add --isotope.",
        ),
    ],
)
def test_what_a_conversion_needs_is_named(options, sentence):
    with pytest.raises(InputError) as caught:
        run(options)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ConvertOptions("4000 dpm", "nM"), "cannot be converted"),
        (ConvertOptions("1 mg/mL", "nM"), "molar mass"),
        (
            ConvertOptions("1 uCi", "kBq", isotope="3I", start="2026-01-01", end="2026-01-02"),
            "isotope: no isotope is called '3I'. There are: 11C, 125I, 14C, 18F, 32P, 35S, 3H.",
        ),
        (ConvertOptions("", "nM"), "is not a number with a unit"),
        (ConvertOptions("1e308 nM", "fM"), "quantity: 1e\\+308 is too large to be converted"),
        (
            ConvertOptions("5", "nM"),
            "quantity: a number without a unit cannot be converted",
        ),
        (
            ConvertOptions("5 nM", ""),
            "'nM' is a concentration and cannot be converted to a number without a unit.$",
        ),
        (
            ConvertOptions("1 nM", "ug/L", molar_mass=-5.0),
            "molar_mass: is -5. A number of g/mol above 0, such as 266.4.",
        ),
        (
            ConvertOptions("1 nM", "ug/L", molar_mass=math.nan),
            "molar_mass: is nan. A number of g/mol above 0, such as 266.4.",
        ),
        (
            ConvertOptions("4000 cpm", "fmol", efficiency="0.4", specific_activity="1e-320"),
            (
                "quantity: is too large in fmol. Check the number, and the numbers of the other "
                "options."
            ),
        ),
        (
            ConvertOptions("1 uCi", "kBq", isotope="18F", start="9999-12-31", end="0001-01-01"),
            (
                r"9999-12-31 and 0001-01-01 are 4\.79e\+07 half-lives of 18F apart\. After ten "
                r"half-lives less than 0\.1 % of the activity is left\. Correct the wrong date\."
            ),
        ),
    ],
)
def test_a_conversion_that_is_not_possible_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        run(options)
