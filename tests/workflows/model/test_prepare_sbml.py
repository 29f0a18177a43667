"""A user's own model is dosed in its own unit of time, and in no other."""

from __future__ import annotations

import csv
import io
import json
import math
import re

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.sbml.time import time_unit_s

COMP = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"
 xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true">
  <model id="whole"><comp:listOfSubmodels>
    <comp:submodel comp:id="left" comp:modelRef="decay"/>
  </comp:listOfSubmodels></model>
  <comp:listOfModelDefinitions><comp:modelDefinition id="decay">
    <listOfParameters>
      <parameter id="x" value="8" constant="false"/>
      <parameter id="k" value="0.25" constant="true"/>
    </listOfParameters>
    <listOfRules><rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">
      <apply><minus/><apply><times/><ci>k</ci><ci>x</ci></apply></apply></math></rateRule>
    </listOfRules>
  </comp:modelDefinition></comp:listOfModelDefinitions>
</sbml>
"""
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
    return antimony_to_sbml(
        f"model chain()\n{unit}  compartment c = 1\n  species A in c\n"
        f"  A -> ; k*A\n  A = 0; k = {k!r}\nend\n",
        "chain",
    )


@pytest.fixture
def typed(tmp_path):
    def call(unit, *words, text=""):
        file = tmp_path / "chain.xml"
        file.write_text(text or chain(unit), encoding="utf-8")
        return CliRunner().invoke(
            main, ["model", "simulate", str(file), "--quiet", *words], prog_name="tricyclic"
        )

    return call


def course_of(reply):
    assert reply.exit_code == 0, reply.output
    (course,) = json.loads(reply.stdout)["result"]["observable_courses"]
    return np.array(course["time_h"]), np.array(course["y"])


@pytest.mark.parametrize(("unit", "seconds"), UNITS.items())
def test_the_unit_of_time_is_read_where_it_is_declared(unit, seconds):
    assert (
        time_unit_s(chain(unit)) == pytest.approx(seconds)
        if seconds
        else time_unit_s(chain(unit)) is None
    )


def test_the_default_unit_of_time_of_old_files_is_the_second():
    model = '<model id="m">{}<listOfCompartments><compartment id="c"/></listOfCompartments></model>'
    namespace = "http://www.sbml.org/sbml/level2/version4"
    old = f'<sbml xmlns="{namespace}" level="2" version="4">{model}</sbml>'
    assert time_unit_s(old.format("")) == 1.0
    minute = (
        '<listOfUnitDefinitions><unitDefinition id="time"><listOfUnits>'
        '<unit kind="second" multiplier="60"/>'
        "</listOfUnits></unitDefinition></listOfUnitDefinitions>"
    )
    assert time_unit_s(old.format(minute)) == pytest.approx(60.0)


@pytest.mark.parametrize("unit", [unit for unit, seconds in UNITS.items() if seconds])
def test_doses_every_twelve_minutes_are_converted_to_the_unit_of_the_file(typed, unit):
    reply = typed(
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
    time, level = course_of(reply)
    assert time[-1] == pytest.approx(2.0)
    ages = 2.0 - 0.2 * np.arange(3)
    assert level[-1] == pytest.approx(100 * np.exp(-PER_HOUR * ages).sum(), rel=1e-3)
    (given,) = json.loads(reply.stdout)["result"]["dosing"]
    assert given["every_h"] == pytest.approx(0.2)


def test_a_bare_number_is_in_the_file_s_own_unit(typed):
    unit = "  unit time_unit = 60 second\n"
    words = ("--drug", "A", "--dose", "100", "--doses", "3", "--days", "0.25", "--json")
    bare, with_unit = (
        course_of(typed(unit, *words, "--every", every)) for every in ("30", "0.5 h")
    )
    assert with_unit[1] == pytest.approx(bare[1])


def test_times_of_a_file_that_does_not_declare_them_are_bare_numbers(typed, tmp_path):
    words = ("--drug", "A", "--dose", "100", "--every", "4", "--hours", "20")
    reply = typed("", *words, "--out", str(tmp_path / "out"))
    assert reply.exit_code == 0, reply.output
    (first, *_) = reply.stdout.splitlines()
    assert first.endswith(", 20") and "does not declare its unit of time" in reply.stdout
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "out" / "courses.csv").read_text(encoding="utf-8")))
    )
    assert float(rows[-1]["time"]) == 20.0 and "time_h" not in rows[0]
    assert "hours" not in (tmp_path / "out" / "courses.svg").read_text(encoding="utf-8").lower()
    assert math.isclose(
        float(rows[-1]["value"]),
        100 * sum(np.exp(-PER_HOUR * age) for age in (20, 16, 12, 8, 4)),
        rel_tol=1e-3,
    )


@pytest.mark.parametrize(
    ("unit", "words", "sentence"),
    [
        (
            "",
            ("--drug", "A", "--dose", "1", "--every", "12 min"),
            (
                "--every: '12 min' has a unit, and the file does not declare its unit of time. "
                "Give a plain number, in the file's own unit."
            ),
        ),
        (
            "",
            ("--days", "2"),
            (
                "--days: the file does not declare its unit of time, so days cannot be converted. "
                "Give --hours: the number is taken in the file's own unit."
            ),
        ),
        (
            "  unit time_unit = 60 second\n",
            ("--drug", "A", "--dose", "1", "--route", "ip"),
            (
                "--route: is 'ip'. A model of your own is dosed by the route 'into': "
                "the amount is added to the quantity that --drug names."
            ),
        ),
        (
            "",
            ("--drug", "A", "--dose", "1", "--duration", "3"),
            (
                "--duration: does not apply to a model of your own. "
                "Use --drug, --dose, --every, --doses, --start, --days, --hours, --washout and "
                "--set, in the file's own units."
            ),
        ),
        (
            "",
            ("--drug", "A", "--dose", "ten"),
            "--dose: is 'ten'. A plain number, in the unit of the species it is added to.",
        ),
        (
            "",
            ("--drug", "A", "--dose", "nan"),
            "--dose: is 'nan'. A plain number, in the unit of the species it is added to.",
        ),
        (
            "",
            ("--drug", "A", "--dose", "1０"),
            "--dose: is '1０'. A plain number, in the unit of the species it is added to.",
        ),
        (
            "",
            ("--dose", "1"),
            "--dose: is given without a species to add it to. Add --drug ID.",
        ),
    ],
)
def test_options_that_need_more_than_the_file_are_refused_in_a_whole_sentence(
    typed, unit, words, sentence
):
    reply = typed(unit, *words)
    assert reply.exit_code == 3, reply.output
    assert reply.stderr == f"{sentence}\n"


def test_a_diverging_model_is_named_with_the_time(typed):
    text = antimony_to_sbml("model burst()\n  x = 1\n  x' = x^2\nend\n", "burst")
    reply = typed("", "--hours", "3", text=text)
    assert reply.exit_code == 3, reply.output
    assert "chain" in reply.stderr and "nan" not in reply.stderr
    # 1/(1 - t) has its pole at 1.
    assert "stops at time" in reply.stderr and "of 3" in reply.stderr


def test_a_run_of_a_file_uses_the_values_of_the_file(typed):
    reply = typed("", "--drug", "A", "--dose", "1", "--hours", "2")
    assert "one run with the values of the file" in reply.stdout


def test_a_default_dose_gives_a_remark():
    words = (
        "model",
        "simulate",
        "kinetics_and_occupancy",
        "--drug",
        "desipramine",
        "--point-estimate",
        "--quiet",
    )
    assert (
        "desipramine 10 mg/kg ip: default dose of the drug's table"
        in CliRunner().invoke(main, words).stdout
    )
    stated = CliRunner().invoke(main, [*words, "--dose", "10 mg/kg", "--route", "ip"])
    assert stated.exit_code == 0 and "default dose" not in stated.stdout


def test_a_file_without_a_species_leaves_no_gap_in_the_header(tmp_path):
    file = tmp_path / "chain.xml"
    file.write_text(chain("  unit time_unit = 3600 second\n"), encoding="utf-8")
    words = (
        "model",
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
    reply = CliRunner().invoke(main, words)
    assert reply.exit_code == 0, reply.output
    assert "    " not in reply.stdout.splitlines()[0] and reply.stdout.splitlines()[1].startswith(
        "1 parameter;"
    )


DOSED = ("--drug", "A", "--dose", "100", "--hours", "2")
MODEL = """
model chain()
  {units}
  compartment c = {size}
  {kind}species A in c
  A -> ; 0.5*c*A
  A = 0
  {more}
end
"""


@pytest.mark.parametrize(
    ("parts", "words", "sentence"),
    [
        (
            {"size": 50},
            (),
            (
                "Each dose adds 100 (unit not declared) to the concentration of A, which is an "
                "amount of 5000 in c of volume 50 (unit not declared)."
            ),
        ),
        (
            {"size": 50},
            ("--set", "c=20"),
            (
                "Each dose adds 100 (unit not declared) to the concentration of A, which is an "
                "amount of 2000 in c of volume 20 (unit not declared)."
            ),
        ),
        (
            {"size": 50, "kind": "substanceOnly "},
            (),
            "Each dose adds 100 (unit not declared) to the amount of A.",
        ),
        (
            {
                "size": 50,
                "units": "unit substance = 1e-9 mole; unit volume = litre; unit extent = 1e-9 mole",
            },
            (),
            (
                "Each dose adds 100 nmol/L to the concentration of A, which is an "
                "amount of 5000 nmol in c of volume 50 L."
            ),
        ),
        (
            {"size": 50, "kind": "substanceOnly ", "units": "unit substance = mole"},
            (),
            "Each dose adds 100 mol to the amount of A.",
        ),
        (
            {"size": "2*w", "more": "w = 3"},
            ("--start", "1"),
            (
                "Each dose adds 100 (unit not declared) to the concentration of A; the volume of c "
                "is computed by the model."
            ),
        ),
    ],
)
def test_a_run_states_what_a_dose_adds_to(typed, parts, words, sentence):
    text = antimony_to_sbml(MODEL.format(**{"units": "", "kind": "", "more": "", **parts}), "chain")
    reply = typed("", *DOSED, *words, "--json", text=text)
    assert reply.exit_code == 0, reply.output
    assert sentence in json.loads(reply.stdout)["result"]["remarks"]


def test_a_dose_into_a_parameter_is_stated_with_its_unit(typed):
    text = antimony_to_sbml(
        "model chain()\n  unit per = 1/litre\n  A = 1; A has per\n  A' = -A\nend\n", "chain"
    )
    reply = typed("", *DOSED, text=text)
    assert "Each dose adds 100 1/L to the parameter A." in reply.stdout


def without(text, *attributes):
    for attribute in attributes:
        assert text.count(attribute) == 1
        text = text.replace(attribute, "")
    return text


def test_a_species_without_a_start_value_is_named(typed):
    text = without(chain(""), 'initialConcentration="0"')
    reply = typed("", "--hours", "2", text=text)
    assert reply.exit_code == 0, reply.output
    assert (
        "chain.xml gives no start value for A: the run takes 0. "
        "Give one in the file, as initialAmount or initialConcentration."
    ) in reply.stdout


def test_a_compartment_without_a_size_is_named(typed):
    reply = typed("", *DOSED, text=without(chain(""), 'size="1"'))
    assert reply.exit_code == 0, reply.output
    assert (
        "chain.xml gives no size for c: the run takes 1. Give one in the file, as size."
    ) in reply.stdout
    assert "which is an amount of 100 in c of volume 1 (unit not declared)." in reply.stdout


def test_a_start_value_that_the_file_computes_is_not_missing(typed):
    text = antimony_to_sbml(
        "model chain()\n  compartment c = 2*w\n  species A in c\n  A -> ; k*A\n"
        "  A = 3*w; k = 1; w = 2\nend\n",
        "chain",
    )
    assert "gives no" not in typed("", "--hours", "2", text=text).stdout
    assert "gives no" not in typed("", "--hours", "2").stdout


def test_a_reaction_without_a_rate_is_named(typed):
    before, law, after = re.split("(<kineticLaw>.*</kineticLaw>)", chain(""), flags=re.DOTALL)
    reply = typed("", "--hours", "2", text=before + after)
    assert law and reply.exit_code == 0, reply.output
    assert (
        "chain.xml gives no rate for _J0: the run takes 0. Give one in the file, as kineticLaw."
    ) in reply.stdout


def test_the_rate_of_a_reaction_can_be_recorded(typed):
    text = chain("").replace('<reaction id="_J0"', '<reaction id="loss"')
    assert 'id="loss"' in text
    words = ("--drug", "A", "--dose", "8", "--hours", "4", "--observable", "loss", "--json")
    time, rate = course_of(typed("", *words, text=text))
    k = PER_HOUR  # a file without a unit of time is written as if in hours
    assert rate == pytest.approx(8 * k * np.exp(-k * time), rel=1e-5)


def test_a_file_with_submodels_runs_and_states_how_their_ids_are_written(typed):
    text = COMP.replace('value="8"', 'value="4"')
    reply = typed("", "--hours", "4", "--observable", "left__x", "--json", text=text)
    time, level = course_of(reply)
    assert level == pytest.approx(4 * np.exp(-0.25 * time), rel=1e-5)
    (remark,) = [one for one in json.loads(reply.stdout)["result"]["remarks"] if "submodel" in one]
    assert remark == (
        "The submodels of the file are put into one model: an id of a submodel follows the id of "
        "the submodel and two underscores."
    )


MIXED = """model chain()
  unit time_unit = 3600 second; unit substance = 1e-9 mole; unit volume = 1e-3 litre
  unit extent = 1e-9 mole; unit mV = 1e-3 volt; unit per_h = 1 / (3600 second)
  compartment c = 2; species A in c; substanceOnly species B in c; A = 3; B = 0
  V = -70; V has mV; V' = -V * k; k = 1; k has per_h; plain = 1; plain' = -plain
  J1: A -> B; k * A * c
end
"""


def test_the_units_of_the_file_are_in_the_text_the_json_and_the_tables(typed, tmp_path):
    text = antimony_to_sbml(MIXED, "chain")
    units = {"A": "nmol/mL", "B": "nmol", "V": "mV", "plain": ""}
    folder = tmp_path / "out"
    reply = typed("", "--hours", "2", "--json", "--out", str(folder), text=text)
    assert reply.exit_code == 0, reply.output
    result = json.loads(reply.stdout)["result"]
    assert {one["name"]: one["unit"] for one in result["observables"]} == units
    assert {one["name"]: one["unit"] for one in result["observable_courses"]} == units
    for name, key in (("courses.csv", "output"), ("summary.csv", "observable")):
        rows = list(csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8"))))
        assert {row[key]: row["unit"] for row in rows} == units
    printed = typed("", "--hours", "2", text=text).stdout
    assert re.search(r"^ +A +3\.00 nmol/mL ", printed, re.MULTILINE)
    assert re.search(r"^ +V +-70\.0 mV ", printed, re.MULTILINE)
    listed = typed("", "--list", text=text).stdout
    assert re.search(r"^ +k +1\.000? 1/h ", listed, re.MULTILINE)


def test_numbers_far_below_one_unit_are_printed(typed):
    text = antimony_to_sbml(MIXED.replace("A = 3", "A = 3e-18"), "chain")
    printed = typed("", "--hours", "2", "--observable", "A", text=text).stdout
    assert re.search(r"^ +A +3\.00e-18 nmol/mL +4\.06e-19 nmol/mL min ", printed, re.MULTILINE)


def test_a_run_states_for_what_an_algebraic_rule_is_solved(typed):
    text = antimony_to_sbml(
        "model chain()\n A = 3; A' = -A; bound = 1; total = 3; total' = 0\nend\n", "chain"
    )
    rule = (
        '<algebraicRule><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><minus/>'
        "<apply><minus/><ci>total</ci><ci>A</ci></apply><ci>bound</ci></apply></math>"
        "</algebraicRule></listOfRules>"
    )
    text = text.replace("</listOfRules>", rule).replace(
        'id="bound" value="1" constant="true"', 'id="bound" value="1" constant="false"'
    )
    reply = typed("", "--hours", "2", "--observable", "bound", "--json", text=text)
    time, bound = course_of(reply)
    assert bound == pytest.approx(3 - 3 * np.exp(-time), abs=1e-5)
    remarks = json.loads(reply.stdout)["result"]["remarks"]
    assert "The algebraic rule 0 = total - A - bound is solved for bound." in remarks


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--drug", "A"], "--drug: no dose is given for A"),
        (["--drug", "A", "--dose", "1", "--every", "0"], "--every: the interval is 0"),
        (["--set", "k=1", "--set", "k=2"], "--set: 'k' is set twice"),
    ],
)
def test_an_incomplete_or_contradictory_option_is_refused(typed, options, sentence):
    text = antimony_to_sbml(MIXED, "chain")
    reply = typed("", "--hours", "2", *options, text=text)
    assert reply.exit_code == 3 and sentence in reply.stderr


def test_the_start_of_repeated_doses_is_printed(typed):
    text = antimony_to_sbml(MIXED, "chain")
    options = ["--drug", "A", "--dose", "1", "--every", "1 h", "--doses", "2", "--start", "0.5 h"]
    reply = typed("", "--hours", "3", *options, text=text)
    assert "1 into A every 1 h x 2 from 0.5 h" in reply.stdout
