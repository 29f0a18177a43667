"""The methods state what the user has stated; defaults of a protocol are marked and checked."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_table
from tricyclic.assays.binding.methods import methods_paragraph
from tricyclic.assays.binding.methods_conditions import (
    counting_sentences,
    incubation_sentences,
)
from tricyclic.assays.binding.stated_conditions import (
    assumed_values,
    protocol_default_checks,
    unconfirmed,
)
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.condition_text import DEFAULT_MARK, LABELS, condition_value
from tricyclic.core.conditions import CONDITION_NAMES, BindingConditions, MeasuredValue
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.study.conditions import NUMBERS, read_conditions
from tricyclic.study.plan import read_plan
from tricyclic.study.template import study_template, write_study

ALL = protocols()
OWN = {
    "tissue": "membranes of rat frontal cortex",
    "buffer": "50 mM HEPES, pH 7.5",
    "nsb_drug": "mazindol",
    "nsb_drug_M": "3 uM",
    "temperature_C": 25.0,
    "incubation_min": 45.0,
    "filter": "GF/C",
    "washing": "twice with cold saline",
    "volume_uL": 400.0,
    "protein_ug": 55.0,
    "radioligand_nM": 0.6,
    "radioligand_kd_nM": "0.7 +/- 0.05 nM",
    "specific_activity_Ci_per_mmol": 77.0,
    "counting_efficiency": 0.41,
    "counting_time_min": 3.0,
}


@pytest.fixture(scope="module")
def competition():
    """A competition in cpm, analysed once; its conditions are replaced by those of a test."""
    dose = np.array([0.0, 0.0, *np.logspace(-10, -5, 8), 0.0, 0.0])
    specific = np.array([1.0] * 10 + [0.0, 0.0])
    y = 100.0 + 1000.0 * specific / (1 + dose / 1e-8)
    y = y + np.random.default_rng(2).normal(0.0, 5.0, y.size)
    series = Series("s", y, "cpm", {"competitor_M": dose, "specific": specific})
    c = BindingConditions(
        radioligand_nM=MeasuredValue(0.6, "nM"), radioligand_kd_nM=MeasuredValue(0.7, "nM")
    )
    return analyse_table(series, c, kind="competition", curves=CURVES, compound="drug")


def of(plate, name, given):
    """The run with the conditions of a protocol, and those of a study in their place."""
    base = protocol(name).conditions if name else BindingConditions()
    return replace(plate, conditions=read_conditions(base, given, where="x"))


def whole_text(plate, name):
    chosen = protocol(name) if name else None
    return methods_paragraph([plate], chosen, AnalysisOptions(), kind="competition")


@pytest.mark.parametrize("name", ALL)
def test_no_default_of_a_protocol_is_stated_as_a_fact(competition, name):
    plate = of(competition, name, {})
    text = whole_text(plate, name)
    for condition in unconfirmed(plate, "competition"):
        value = condition_value(plate.conditions, condition)
        if value.replace(".", "").isdigit():
            continue  # A ratio without a unit cannot be recognised in a text.
        places = [m.end() for m in re.finditer(rf"(?<![\w.]){re.escape(value)}", text, re.I)]
        if condition in ("tissue", "buffer", "nsb_drug", "filter", "washing"):
            assert places, condition
        for end in places:
            # A source may stand between the value and its mark.
            assert DEFAULT_MARK in text[end : end + 80], (condition, value)


@pytest.mark.parametrize("name", ALL)
def test_what_is_stated_replaces_the_defaults_and_needs_no_mark(competition, name):
    masked = {
        c: getattr(protocol(name).conditions, c)
        for c in protocol(name).conditions.provided()
        if c.startswith(("mask_", "masked_b", "radioligand_kd_m", "competitor_ki"))
    }
    plate = of(competition, name, OWN | masked)
    text = whole_text(plate, name)
    assert DEFAULT_MARK not in text
    assert unconfirmed(plate, "competition") == ()
    for part in (
        "Membranes of rat frontal cortex (55 ug protein per well) were incubated with ",
        " at 0.6 nM in 400 uL of 50 mM HEPES, pH 7.5 for 45 min at 25 degC.",
        "Non-specific binding was defined with mazindol (3 uM).",
        "filtration through GF/C. Filters were washed twice with cold saline.",
        "Wells were counted for 3 min, with an efficiency of 41 %, and a specific activity of 77 ",
    ):
        assert part in text
    for word in ("HEK293", "CHO", "Whatman"):
        assert word not in text
    (check,) = protocol_default_checks([plate], protocol(name), "competition", "a")
    assert check.level == "pass"
    assert assumed_values([plate], protocol(name), "competition") == ()


def test_a_part_of_the_conditions_may_be_stated(competition):
    plate = of(competition, "net-nisoxetine", {"tissue": "rat cortex", "nsb_drug": "mazindol"})
    text = incubation_sentences([plate], "competition", protocol("net-nisoxetine"))
    assert text.startswith("Rat cortex (30 ug [protocol default: confirm] protein per well) were")
    assert (
        "Non-specific binding was defined with mazindol (10 uM [protocol default: confirm])."
        in text
    )
    (check,) = protocol_default_checks([plate], protocol("net-nisoxetine"), "competition", "a")
    assert (check.level, check.value) == ("warn", 10.0)
    assert check.message == (
        "not stated, and taken from the protocol 'net-nisoxetine': buffer, concentration of the "
        "drug of the non-specific wells, temperature, filter, washing, volume, protein in a well, "
        "incubation time, Kd of the radioligand and specific activity"
    )


def test_without_a_protocol_what_is_missing_is_named(competition):
    text = incubation_sentences(
        [of(competition, "", {"tissue": "rat cortex"})], "competition", None
    )
    assert text == (
        "Rat cortex were incubated with the radioligand. Not stated: radioligand, buffer, "
        "incubation time, temperature, drug of the non-specific wells."
    )
    nothing = incubation_sentences([of(competition, "", {})], "competition", None)
    assert nothing.startswith("Not stated: radioligand, tissue, buffer,")
    assert protocol_default_checks([competition], None, "competition", "a") == ()


def test_only_what_was_assumed_and_used_is_listed_as_assumed(competition):
    name = "net-nisoxetine"
    listed = assumed_values([of(competition, name, {})], protocol(name), "competition")
    assert listed == (
        "washing several times with ice-cold buffer",
        "volume 250 uL",
        "specific activity 80 Ci/mmol (from memory, not verified)",
    )
    stated = {"specific_activity_Ci_per_mmol": 80.0, "washing": "twice"}
    listed = assumed_values([of(competition, name, stated)], protocol(name), "competition")
    assert listed == ("volume 250 uL",)
    # Amounts are not converted by a specific activity, so none is assumed.
    plate = of(competition, name, {})
    amounts = replace(plate, series=tuple(replace(s, y_unit="fmol") for s in plate.series))
    assert not any(
        "activity" in v for v in assumed_values([amounts], protocol(name), "competition")
    )
    assert counting_sentences([amounts]) == "The readings are amounts in fmol."


def test_values_that_differ_between_runs_are_all_given(competition):
    runs = [of(competition, "", OWN | {"temperature_C": t}) for t in (22.0, 25.0)]
    text = incubation_sentences(runs, "competition", None)
    assert "for 45 min at 22 degC and 25 degC by run." in text


def test_the_labels_have_every_condition_with_the_unit_of_its_name():
    assert tuple(LABELS) == CONDITION_NAMES
    assert {name: unit for name, (_, unit) in LABELS.items() if name in NUMBERS} == {
        name: unit for name, (unit, *_) in NUMBERS.items()
    }


@pytest.mark.parametrize("name", ALL)
def test_confirming_the_defaults_of_a_new_study_leaves_none_unconfirmed(
    competition, name, tmp_path
):
    files = study_template(protocol(name))
    head, _, below = files["study.toml"].partition("# Defaults of the protocol")
    proposed, _, tail = below.partition("\n\n")
    lines = proposed.split("\n")
    confirmed = [line[2:] if line.startswith("# ") and " = " in line else line for line in lines]
    text = head + "# " + "\n".join(confirmed) + "\n\n" + tail
    write_study(tmp_path / "s", files | {"study.toml": text})
    (assay,) = read_plan(tmp_path / "s").assays
    plate = of(competition, name, assay.conditions)
    assert unconfirmed(plate, "competition") == ()
    # The confirmed values are those that the protocol proposed.
    for condition in assay.conditions:
        own, proposed_value = (
            condition_value(c, condition) for c in (plate.conditions, protocol(name).conditions)
        )
        assert own == proposed_value
