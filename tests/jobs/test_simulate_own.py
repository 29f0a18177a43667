"""A model of one's own is dosed in its own unit of time, and in no other."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.ode.solver import sbml_of
from tricyclic.sbml.document import seconds_of_time

UNITS = {
    "": None,
    "  unit time_unit = 1 second\n": 1.0,
    "  unit time_unit = 60 second\n": 60.0,
    "  unit time_unit = 3600 second\n": 3600.0,
    "  unit time_unit = 86400 second\n": 86400.0,
}
PER_HOUR = 0.5


def chain(unit):
    """A drug that leaves at 0.5 per hour, written in a unit of time."""
    k = PER_HOUR * (UNITS[unit] or 3600.0) / 3600.0
    return sbml_of(
        f"model chain()\n{unit}  compartment c = 1\n  species A in c\n  A -> ; k*A\n  A = 0; k = {k!r}\nend\n",
        "chain",
    )


@pytest.fixture
def typed(tmp_path):
    def call(unit, *words, text=""):
        file = tmp_path / "chain.xml"
        file.write_text(text or chain(unit), encoding="utf-8")
        return CliRunner().invoke(
            main, ["simulate", str(file), "--quiet", *words], prog_name="tricyclic"
        )

    return call


def course_of(told):
    assert told.exit_code == 0, told.output
    (course,) = json.loads(told.stdout)["result"]["courses"]
    return np.array(course["time_h"]), np.array(course["y"])


@pytest.mark.parametrize(("unit", "seconds"), UNITS.items())
def test_the_unit_of_time_is_read_where_it_is_declared(unit, seconds):
    assert (
        seconds_of_time(chain(unit)) == pytest.approx(seconds)
        if seconds
        else seconds_of_time(chain(unit)) is None
    )


def test_the_second_is_the_unit_of_old_files_that_do_not_redefine_it():
    model = '<model id="m">{}<listOfCompartments><compartment id="c"/></listOfCompartments></model>'
    old = f'<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4">{model}</sbml>'
    assert seconds_of_time(old.format("")) == 1.0
    minute = '<listOfUnitDefinitions><unitDefinition id="time"><listOfUnits><unit kind="second" multiplier="60"/></listOfUnits></unitDefinition></listOfUnitDefinitions>'
    assert seconds_of_time(old.format(minute)) == pytest.approx(60.0)


@pytest.mark.parametrize("unit", [unit for unit, seconds in UNITS.items() if seconds])
def test_doses_every_twelve_minutes_are_that_in_any_unit_of_the_file(typed, unit):
    told = typed(
        unit,
        "--drug",
        "A",
        "--dose",
        "100",
        "--every",
        "12 min",
        "--doses",
        "3",
        "--hours",
        "2",
        "--json",
    )
    time, level = course_of(told)
    assert time[-1] == pytest.approx(2.0)
    ages = 2.0 - 0.2 * np.arange(3)
    assert level[-1] == pytest.approx(100 * np.exp(-PER_HOUR * ages).sum(), rel=1e-3)
    (given,) = json.loads(told.stdout)["result"]["regimens"]
    assert given["every_h"] == pytest.approx(0.2)


def test_a_bare_number_is_in_the_file_s_own_unit(typed):
    unit = "  unit time_unit = 60 second\n"
    words = ("--drug", "A", "--dose", "100", "--doses", "3", "--days", "0.25", "--json")
    bare, said = (course_of(typed(unit, *words, "--every", every)) for every in ("30", "0.5 h"))
    assert said[1] == pytest.approx(bare[1])


def test_times_of_a_file_that_does_not_declare_them_are_bare_numbers(typed, tmp_path):
    words = ("--drug", "A", "--dose", "100", "--every", "4", "--hours", "20")
    told = typed("", *words, "--to", str(tmp_path / "out"))
    assert told.exit_code == 0, told.output
    (first, *_) = told.stdout.splitlines()
    assert first.endswith(", 20") and "does not declare its unit of time" in told.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "courses.csv").read_text())))
    assert float(rows[-1]["time"]) == 20.0 and "time_h" not in rows[0]
    assert "hours" not in (tmp_path / "out" / "courses.svg").read_text().lower()
    assert math.isclose(
        float(rows[-1]["value"]),
        100 * sum(np.exp(-PER_HOUR * age) for age in (20, 16, 12, 8, 4)),
        rel_tol=1e-3,
    )


@pytest.mark.parametrize(
    ("unit", "words", "says"),
    [
        (
            "",
            ("--drug", "A", "--dose", "1", "--every", "12 min"),
            "does not declare its unit of time",
        ),
        ("", ("--days", "2"), "does not declare its unit of time"),
        (
            "  unit time_unit = 60 second\n",
            ("--drug", "A", "--dose", "1", "--route", "ip"),
            "by the route 'into'",
        ),
        ("", ("--drug", "A", "--dose", "1", "--duration", "3"), "not for a model of your own"),
        ("", ("--dose", "1"), "Add --drug ID"),
    ],
)
def test_what_a_file_cannot_know_is_refused(typed, unit, words, says):
    told = typed(unit, *words)
    assert told.exit_code == 3, told.output
    assert says in told.stderr


def test_a_model_that_runs_away_names_itself_and_a_time(typed):
    text = sbml_of("model burst()\n  x = 1\n  x' = x^2\nend\n", "burst")
    told = typed("", "--hours", "3", text=text)
    assert told.exit_code == 3, told.output
    assert "chain" in told.stderr and "nan" not in told.stderr
    # 1/(1 - t) has its pole at 1.
    assert "stops at time" in told.stderr and "of 3" in told.stderr


def test_a_run_of_a_file_is_at_the_file_s_values(typed):
    told = typed("", "--drug", "A", "--dose", "1", "--hours", "2")
    assert "one run at the file's values" in told.stdout


def test_a_dose_that_is_not_stated_is_told_to_be_the_usual_one():
    words = (
        "simulate",
        "kinetics_and_occupancy",
        "--drug",
        "desipramine",
        "--members",
        "0",
        "--quiet",
    )
    assert "usual dose of the drug's table" in CliRunner().invoke(main, words).stdout
    stated = CliRunner().invoke(main, [*words, "--dose", "10 mg/kg", "--route", "ip"])
    assert stated.exit_code == 0 and "usual dose" not in stated.stdout


def test_a_file_without_a_species_leaves_no_gap(tmp_path):
    file = tmp_path / "chain.xml"
    file.write_text(chain("  unit time_unit = 3600 second\n"), encoding="utf-8")
    words = (
        "sensitivity",
        str(file),
        "--drug",
        "A",
        "--dose",
        "1",
        "--hours",
        "2",
        "--parameter",
        "k",
        "--workers",
        "1",
        "--quiet",
    )
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0, told.output
    assert "    " not in told.stdout.splitlines()[0] and told.stdout.splitlines()[1].startswith(
        "1 parameter;"
    )
