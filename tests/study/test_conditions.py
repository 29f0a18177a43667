"""What a person states is taken with its unit, or refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.study.conditions import conditions, measured


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
        (Measured(800.0, "pM", 100.0), 0.8, 0.1),
    ],
)
def test_a_number_may_be_written_in_many_ways(given, value, se):
    read = measured(given, "nM", where="kd")
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
def test_what_is_no_amount_is_refused(given):
    with pytest.raises(InputError):
        measured(given, "nM", where="kd")


def test_a_part_of_a_number_with_a_wrong_name_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'unit'"):
        measured({"value": 1.0, "units": "nM"}, "nM", where="kd")


def test_a_study_overlays_its_protocol():
    base = BindingConditions(target="NET", radioligand_kd_nM=Measured(0.8, "nM"), volume_uL=250.0)
    found = conditions(
        base,
        {"radioligand_nM": "1000 pM", "assay_date": "2026-03-12", "counting_efficiency": "45 %"},
        where="x",
    )
    assert found.radioligand_nM == Measured(1.0, "nM")
    assert found.counting_efficiency == Measured(0.45, "")
    assert (found.target, found.volume_uL, found.assay_date) == ("NET", 250.0, date(2026, 3, 12))
    assert base.radioligand_nM is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"radioligand_nm": 1.0}, "Did you mean 'radioligand_nM'"),
        ({"radioligand_nM": 0}, "above 0"),
        ({"radioligand_kd_nM": -1.0}, "above 0"),
        ({"counting_efficiency": 45}, "at most 1"),
        ({"incubation_min": "3 nM"}, "cannot become"),
        ({"assay_date": "12.03.2026"}, "year-month-day"),
        ({"isotope": "3I"}, "isotope"),
        ({"target": 5}, "text"),
        ({"decay_convention": "falls"}, "decay convention"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_its_name(given, says):
    with pytest.raises(InputError, match=says) as caught:
        conditions(BindingConditions(), given, where="study.toml, assay NET")
    assert "study.toml, assay NET" in str(caught.value)


def test_a_unit_of_another_kind_is_a_unit_error():
    with pytest.raises(UnitError, match="concentration"):
        conditions(BindingConditions(), {"protein_ug": "3 nM"}, where="x")
