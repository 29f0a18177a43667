"""Units against hand arithmetic and the defining constants."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic import units
from tricyclic.errors import UnitError


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (0.5, "µM", "nM", 500.0),
        (0.5, "μM", "nM", 500.0),
        (1, "fmol/mg", "pmol/g", 1.0),
        (1, "pmol/mg", "fmol/mg", 1000.0),
        (1, "Ci", "GBq", 37.0),
        (1, "uCi", "dpm", 2.22e6),
        (1, "Ci/mmol", "GBq/mmol", 37.0),
        (80, "Ci/mmol", "dpm/fmol", 177.6),
        (2, "h", "min", 120.0),
        (1e6, "1/(M s)", "1/(M min)", 6e7),
        (500, "ug/kg", "mg/kg", 0.5),
        (25, "%", "", 0.25),
    ],
)
def test_conversions_a_pharmacologist_does_by_hand(
    value: float, unit: str, to: str, expected: float
) -> None:
    assert units.convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


def test_mass_becomes_molar_only_with_a_molar_mass() -> None:
    # Desipramine hydrochloride, 302.84 g/mol: 302.84 mg/L is 1 mM.
    assert units.convert(302.84, "mg/L", "mM", molar_mass_g_per_mol=302.84) == pytest.approx(1.0)
    with pytest.raises(UnitError, match="without a molar mass"):
        units.convert(1.0, "mg/L", "nM")


def test_an_unknown_unit_refuses_comparison() -> None:
    with pytest.raises(UnitError, match="unit is unknown"):
        units.convert(1.0, "unknown", "nM")


@pytest.mark.parametrize("wrong", ["NM", "nm", "furlong", "nMM"])
def test_a_unit_nobody_knows_is_refused(wrong: str) -> None:
    with pytest.raises(UnitError):
        units.known_unit(wrong)


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(UnitError, match="Did you mean 'nM'"):
        units.known_unit("NM")


def test_amount_is_no_concentration() -> None:
    with pytest.raises(UnitError, match="amount"):
        units.convert(1.0, "nmol", "nM")


@pytest.mark.parametrize("text", ["10", "ten nM", "", "nM", "-3 nM", "1e999 nM"])
def test_concentrations_without_unit_number_or_sense_are_refused(text: str) -> None:
    with pytest.raises(UnitError):
        units.concentration_M(text)


def test_zero_needs_no_unit() -> None:
    assert units.concentration_M("0") == 0.0


def test_thirty_days_cost_iodine_125_three_tenths() -> None:
    left = units.decay_factor("125I", date(2026, 1, 1), date(2026, 1, 31))
    assert 1 - left == pytest.approx(0.295, abs=5e-4)


def test_tritium_loses_half_in_12_years_and_a_third() -> None:
    assert units.decay_factor("3H", date(2000, 1, 1), date(2012, 4, 27)) == pytest.approx(
        0.5, abs=1e-3
    )


def test_one_curie_per_millimole_is_2_22_dpm_per_femtomole() -> None:
    assert units.dpm_per_fmol(1.0) == pytest.approx(2.22)


@given(
    st.floats(1e-12, 1e12),
    st.sampled_from(["M", "mM", "uM", "nM", "pM", "fM"]),
    st.sampled_from(["M", "uM", "pM"]),
)
def test_there_and_back_is_where_it_was(value: float, one: str, other: str) -> None:
    assert units.convert(units.convert(value, one, other), other, one) == pytest.approx(
        value, rel=1e-12
    )
