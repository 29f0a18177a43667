"""Conditions are read with their units, or refused with a reason."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from tricyclic.core.conditions import CONDITION_NAMES, BindingConditions, MeasuredValue
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.io.library.protocols import NUMBERS as PROTOCOL_NUMBERS
from tricyclic.study.conditions import NUMBERS, read_conditions, read_measured_value


@pytest.mark.parametrize(
    ("given", "value", "se"),
    [
        (0.8, 0.8, 0.0),
        (1, 1.0, 0.0),
        ("0.8", 0.8, 0.0),
        ("800 pM", 0.8, 0.0),
        ("0.0008 µM", 0.8, 0.0),
        ("0.8 +/- 0.1 nM", 0.8, 0.1),
        ("800 ± 100 pM", 0.8, 0.1),
        ({"value": 800.0, "unit": "pM", "se": 100.0, "source": "own"}, 0.8, 0.1),
        (MeasuredValue(800.0, "pM", 100.0), 0.8, 0.1),
    ],
)
def test_a_number_may_be_written_in_many_ways(given, value, se):
    read = read_measured_value(given, "nM", where="kd")
    assert (read.value, read.se, read.unit) == (pytest.approx(value), pytest.approx(se), "nM")


@pytest.mark.parametrize(
    "given",
    [
        "0.8 nN",
        "0.8 min",
        "nM",
        "",
        "0.8 nM +/- 1 pM",
        {"unit": "nM"},
        True,
        float("nan"),
        None,
        [1],
    ],
)
def test_a_value_that_is_not_an_amount_is_refused(given):
    with pytest.raises(InputError):
        read_measured_value(given, "nM", where="kd")


def test_a_misspelt_key_of_a_number_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'unit'"):
        read_measured_value({"value": 1.0, "units": "nM"}, "nM", where="kd")


def test_conditions_of_a_study_replace_those_of_its_protocol():
    base = BindingConditions(
        target="NET", radioligand_kd_nM=MeasuredValue(0.8, "nM"), volume_uL=250.0
    )
    result = read_conditions(
        base,
        {"radioligand_nM": "1000 pM", "assay_date": "2026-03-12", "counting_efficiency": "45 %"},
        where="x",
    )
    assert result.radioligand_nM == MeasuredValue(1.0, "nM")
    assert result.counting_efficiency == MeasuredValue(0.45, "")
    assert (result.target, result.volume_uL, result.assay_date) == ("NET", 250.0, date(2026, 3, 12))
    assert base.radioligand_nM is None


def test_every_condition_has_a_place_in_study_files_and_in_protocols():
    numbers = {
        field.name
        for field in fields(BindingConditions)
        if "float" in str(field.type) or "MeasuredValue" in str(field.type)
    } - {"volume_se_uL"}
    assert numbers == set(NUMBERS)
    assert numbers == {field for field, *_ in PROTOCOL_NUMBERS.values()}
    words = set(CONDITION_NAMES) - numbers - {"reference_date", "assay_date"}
    assert all(
        read_conditions(BindingConditions(), {w: "3H"}, where="x")
        for w in words - {"decay_convention"}
    )


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_number_is_read_as_number_and_text_and_nothing_else(name):
    unit, _, _, high = NUMBERS[name]
    number = 0.5 if high == 1.0 else 12.0
    for given in (number, f"{number} {unit}"):
        read = getattr(read_conditions(BindingConditions(), {name: given}, where="x"), name)
        assert getattr(read, "value", read) == number
    for wrong in ("much", True, [1], {"unit": "nM"}):
        with pytest.raises(InputError, match=name):
            read_conditions(BindingConditions(), {name: wrong}, where="x")


def test_the_origin_of_every_condition_is_known():
    protocol = BindingConditions(tissue="HEK293", buffer="Tris", volume_uL=250.0).with_origin(
        "protocol default", "tissue", "buffer", "volume_uL"
    )
    given = read_conditions(protocol, {"tissue": "rat cortex", "volume_uL": 250.0}, where="x")
    assert given.provided() == {
        "decay_convention": "program default",
        "volume_uL": "stated",
        "buffer": "protocol default",
        "tissue": "stated",
    }
    assert [name for name in given.provided() if given.is_default(name)] == ["buffer"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"radioligand_nM": 0}, ", radioligand_nM: is 0 nM. It is above 0."),
        ({"radioligand_kd_nM": -1.0}, ", radioligand_kd_nM: is -1 nM. It is above 0."),
        (
            {"counting_efficiency": 45},
            ", counting_efficiency: is 45. It is above 0 and at most 1.",
        ),
        ({"background_cpm": -1}, ", background_cpm: is -1 cpm. It is 0 or more."),
        (
            {"assay_date": "12.03.2026"},
            (
                ", assay_date: is '12.03.2026', which is not a date. "
                "A date is written year-month-day, such as 2026-03-12."
            ),
        ),
        (
            {"radioligand_nM": 1e-320},
            (
                ", radioligand_nM: is 9.99989e-321 nM. It is between 1e-30 and 1e+30. "
                "Check the number and its unit."
            ),
        ),
        (
            {"counting_efficiency": "half"},
            ", counting_efficiency: 'half' is not a number. Write it like 0.4.",
        ),
        (
            {"counting_time_min": "5,5"},
            (
                ", counting_time_min: '5,5' contains a decimal comma. "
                "Write it with a decimal point, like 5.5."
            ),
        ),
        (
            {"specific_activity_Ci_per_mmol": "1e400"},
            (
                ", specific_activity_Ci_per_mmol: '1e400' is not a finite number. "
                "Write it like 10 Ci/mmol."
            ),
        ),
        ({"target": 5}, ", target: is 5. It is a text."),
        (
            {"volume_uL": [1]},
            ', volume_uL: is [1], which is not a number. Write it like 0.8 or "0.8 nM".',
        ),
    ],
)
def test_an_impossible_condition_is_refused_in_one_sentence(given, sentence):
    with pytest.raises(InputError) as caught:
        read_conditions(BindingConditions(), given, where="study.toml, assay 'NET', conditions")
    assert str(caught.value) == f"study.toml, assay 'NET', conditions{sentence}"


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"radioligand_nm": 1.0}, "Did you mean 'radioligand_nM'"),
        ({"incubation_min": "3 nM"}, "cannot be converted to"),
        ({"isotope": "3I"}, "no isotope is called '3I'"),
        ({"decay_convention": "falls"}, "no decay convention is called 'falls'"),
    ],
)
def test_an_unknown_name_or_unit_is_refused_with_its_place(given, part):
    with pytest.raises(InputError, match=part) as caught:
        read_conditions(BindingConditions(), given, where="study.toml, assay NET")
    assert str(caught.value).startswith("study.toml, assay NET")


def test_a_unit_of_another_kind_is_a_unit_error():
    with pytest.raises(UnitError, match="concentration"):
        read_conditions(BindingConditions(), {"protein_ug": "3 nM"}, where="x")


@pytest.mark.parametrize("given", ["0001-03-12", date(1, 3, 12), "1949-12-31", "2101-01-01"])
@pytest.mark.parametrize("name", ["assay_date", "reference_date"])
def test_a_year_in_which_no_assay_was_done_is_refused(name, given):
    with pytest.raises(InputError) as error:
        read_conditions(BindingConditions(), {name: given}, where="study.toml, conditions")
    assert str(error.value) == (
        f"study.toml, conditions, {name}: is {given}, which cannot be the date of a binding assay. "
        "The year is from 1950 to 2100. Write the year with four digits, such as 2026-03-12."
    )


def test_the_first_and_the_last_possible_year_are_read():
    for given in ("1950-01-01", "2100-12-31"):
        made = read_conditions(BindingConditions(), {"assay_date": given}, where="here")
        assert made.assay_date == date.fromisoformat(given)
