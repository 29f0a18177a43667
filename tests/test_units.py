"""Units against hand arithmetic and the defining constants."""

from __future__ import annotations

import math
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
def test_conversions_agree_with_hand_arithmetic(
    value: float, unit: str, to: str, expected: float
) -> None:
    assert units.convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


def test_mass_concentration_becomes_molar_only_with_a_molar_mass() -> None:
    # Desipramine hydrochloride, 302.84 g/mol: 302.84 mg/L is 1 mM.
    assert units.convert(302.84, "mg/L", "mM", molar_mass_g_per_mol=302.84) == pytest.approx(1.0)
    with pytest.raises(UnitError, match="without a molar mass"):
        units.convert(1.0, "mg/L", "nM")


def test_an_unknown_unit_refuses_comparison() -> None:
    with pytest.raises(UnitError, match="unit is unknown"):
        units.convert(1.0, "unknown", "nM")


@pytest.mark.parametrize("wrong", ["NM", "nm", "furlong", "nMM"])
def test_an_unknown_unit_name_is_refused(wrong: str) -> None:
    with pytest.raises(UnitError):
        units.known_unit(wrong)


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(UnitError, match="Did you mean 'nM'"):
        units.known_unit("NM")


def test_an_amount_is_not_a_concentration() -> None:
    with pytest.raises(UnitError, match="amount"):
        units.convert(1.0, "nmol", "nM")


@pytest.mark.parametrize("text", ["10", "ten nM", "", "nM", "-3 nM", "1e999 nM"])
def test_concentrations_without_unit_number_or_sense_are_refused(text: str) -> None:
    with pytest.raises(UnitError):
        units.concentration_M(text)


def test_zero_needs_no_unit() -> None:
    assert units.concentration_M("0") == 0.0


def test_iodine_125_loses_three_tenths_in_thirty_days() -> None:
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
def test_conversion_and_back_gives_the_same_value(value: float, one: str, other: str) -> None:
    assert units.convert(units.convert(value, one, other), other, one) == pytest.approx(
        value, rel=1e-12
    )


# Every unit with its dimension and its size in the base unit of that dimension (M, mol, g, L, Bq,
# g/L, mol/g, Bq/mol, cpm, min, 1/min, 1/(M min), mg/kg), written down from the definitions of the
# prefixes, the curie and the minute.
PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0}
LARGE = {"": 0, "k": 3, "M": 6, "G": 9}
TABLE = {
    **{f"{p}M": ("concentration", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}mol/L": ("concentration", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}mol": ("amount", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}g": ("mass", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}L": ("volume", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}Ci": ("activity", 3.7 * 10.0 ** (e + 10)) for p, e in PREFIXES.items()},
    **{f"{p}g/L": ("mass concentration", 10.0**e) for p, e in PREFIXES.items()},
    **{f"{p}g/mL": ("mass concentration", 10.0 ** (e + 3)) for p, e in PREFIXES.items()},
    **{f"{p}mol/mg": ("density", 10.0 ** (e + 3)) for p, e in PREFIXES.items() if p},
    **{f"{p}mol/g": ("density", 10.0**e) for p, e in PREFIXES.items() if p},
    **{f"{p}Bq": ("activity", 10.0**e) for p, e in LARGE.items()},
    **{f"{p}Bq/mmol": ("specific activity", 10.0 ** (e + 3)) for p, e in LARGE.items()},
    **{f"{p}Bq/nmol": ("specific activity", 10.0 ** (e + 9)) for p, e in LARGE.items()},
    **{f"{p}Bq/fmol": ("specific activity", 10.0 ** (e + 15)) for p, e in LARGE.items()},
    "": ("number", 1.0),
    "%": ("number", 0.01),
    "unknown": ("unknown", math.nan),
    "dpm": ("activity", 1 / 60),
    "dps": ("activity", 1.0),
    "cpm": ("count rate", 1.0),
    "cps": ("count rate", 60.0),
    "counts": ("counts", 1.0),
    "Ci/mmol": ("specific activity", 3.7e13),
    "mCi/mmol": ("specific activity", 3.7e10),
    "Ci/mol": ("specific activity", 3.7e10),
    "dpm/fmol": ("specific activity", 1e15 / 60),
    "s": ("time", 1 / 60),
    "min": ("time", 1.0),
    "h": ("time", 60.0),
    "d": ("time", 24 * 60.0),
    "1/s": ("rate", 60.0),
    "1/min": ("rate", 1.0),
    "1/h": ("rate", 1 / 60),
    "1/(M s)": ("association rate", 60.0),
    "1/(M min)": ("association rate", 1.0),
    "1/(nM min)": ("association rate", 1e9),
    "1/(nM s)": ("association rate", 60e9),
    "mg/kg": ("dose", 1.0),
    "ug/kg": ("dose", 1e-3),
    "g/kg": ("dose", 1e3),
    "degC": ("temperature", 1.0),
}
BASE = {
    "concentration": "M",
    "amount": "mol",
    "mass": "g",
    "volume": "L",
    "activity": "Bq",
    "mass concentration": "g/L",
    "density": "pmol/g",
    "specific activity": "Bq/mmol",
    "count rate": "cpm",
    "counts": "counts",
    "time": "min",
    "rate": "1/min",
    "association rate": "1/(M min)",
    "dose": "mg/kg",
    "temperature": "degC",
    "number": "",
}


def test_this_table_lists_every_unit() -> None:
    assert set(units._UNITS) == set(TABLE)


@pytest.mark.parametrize("unit", [unit for unit in TABLE if unit != "unknown"])
def test_every_unit_has_its_dimension_and_size(unit: str) -> None:
    kind, size = TABLE[unit]
    assert units.dimension(unit) == kind
    base = BASE[kind]
    assert units.convert(1.0, unit, base) == pytest.approx(size / TABLE[base][1], rel=1e-12)


@pytest.mark.parametrize(
    ("isotope", "half_life_days"),
    [
        ("3H", 4499.9),
        ("125I", 59.407),
        ("35S", 87.37),
        ("14C", 5700 * 365.25),
        ("32P", 14.268),
        ("18F", 109.77 / 1440),
        ("11C", 20.364 / 1440),
    ],
)
def test_every_half_life_is_that_of_the_nuclear_data_sheets(
    isotope: str, half_life_days: float
) -> None:
    assert units.HALF_LIFE_DAYS[isotope] == pytest.approx(half_life_days, rel=1e-4)
    left = units.decay_factor(isotope, date(2026, 1, 1), date(2026, 1, 2))
    assert left == pytest.approx(0.5 ** (1 / half_life_days), rel=1e-6)


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("micromolar", "uM"),
        ("nanomolar", "nM"),
        ("picomolar", "pM"),
        ("molar", "M"),
        ("millimolar", "mM"),
        ("mol/l", "M"),
        ("minutes", "min"),
        ("minute", "min"),
        ("hours", "h"),
        ("hour", "h"),
        ("hr", "h"),
        ("seconds", "s"),
        ("sec", "s"),
        ("days", "d"),
        ("day", "d"),
        ("CPM", "cpm"),
        ("DPM", "dpm"),
        ("CCPM", "cpm"),
        ("Counts", "counts"),
        ("count", "counts"),
        ("percent", "%"),
        ("ul", "uL"),
        ("ml", "mL"),
        ("l", "L"),
        ("nl", "nL"),
        ("1/M/min", "1/(M min)"),
        ("M-1 min-1", "1/(M min)"),
        ("M^-1 min^-1", "1/(M min)"),
        ("min-1", "1/min"),
        ("min^-1", "1/min"),
        ("s-1", "1/s"),
        ("ug/ml", "ug/mL"),
        ("mg/ml", "mg/mL"),
        ("°C", "degC"),
        ("C", "degC"),
    ],
)
def test_every_spelling_is_the_unit_that_it_names(spelling: str, unit: str) -> None:
    assert units.known_unit(spelling) == unit
    assert spelling in units._SPELLINGS


def test_this_list_contains_every_spelling() -> None:
    assert len(units._SPELLINGS) == 35


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: units.convert(1.0, "nM", "ng/mL"),
            (
                "'nM' cannot be converted to 'ng/mL' without a molar mass. "
                "Provide the molar mass in g/mol."
            ),
        ),
        (
            lambda: units.convert(1.0, "nmol", "uCi"),
            (
                "'nmol' is an amount and cannot be converted to 'uCi', an activity. "
                "Give an activity, in uCi for example."
            ),
        ),
        (
            lambda: units.convert(1.0, "unknown", "nM"),
            "The unit is unknown, so it cannot be converted or compared. Specify the unit.",
        ),
        (
            lambda: units.known_unit("NM"),
            "'NM' is not a known unit. Did you mean 'nM'?",
        ),
        (
            lambda: units.known_unit("furlong"),
            (
                "'furlong' is not a known unit. "
                "Units are written like nM, pM, dpm, cpm, fmol/mg, Ci/mmol, min, h, mg/kg."
            ),
        ),
        (lambda: units.concentration_M("10"), "'10' has no unit. Write it like 10 nM."),
        (
            lambda: units.concentration_M("30 M"),
            "'30 M' is 30 mol/L. A concentration is at most 10 mol/L. Correct its unit.",
        ),
        (
            lambda: units.concentration_M("-3 nM"),
            "'-3 nM' is not a concentration. Concentrations are 0 or more.",
        ),
        (
            lambda: units.quantity("ten nM"),
            "'ten nM' is not a number with a unit. Write it like 10 nM.",
        ),
        (
            lambda: units.quantity("1,5 nM"),
            "'1,5 nM' contains a decimal comma. Write it with a decimal point, like 1.5 nM.",
        ),
        (
            lambda: units.quantity("1e400 nM"),
            "'1e400 nM' is not a finite number. Write it like 10 nM.",
        ),
        (
            lambda: units.quantity("half", example="0.4"),
            "'half' is not a number. Write it like 0.4.",
        ),
        (
            lambda: units.convert(5.0, "", "nM"),
            (
                "A number without a unit cannot be converted to 'nM', a concentration. "
                "Add its unit, nM for example."
            ),
        ),
        (
            lambda: units.decay_factor("64Cu", date(2026, 1, 1), date(2026, 1, 2)),
            (
                "The half-life of '64Cu' is not known. "
                "Known isotopes are 3H, 125I, 35S, 14C, 32P, 18F, 11C."
            ),
        ),
        (
            lambda: units.convert(1.0, "cpm", "Bq"),
            (
                "'cpm' is a count rate and cannot be converted to 'Bq', an activity. "
                "Give an activity, in Bq for example."
            ),
        ),
        (
            lambda: units.convert(1.0, "NM", "ng/mL", where="x.csv, line 2"),
            "x.csv, line 2: 'NM' is not a known unit. Did you mean 'nM'?",
        ),
    ],
)
def test_errors_of_units_are_sentences(call, sentence: str) -> None:
    with pytest.raises(UnitError) as error:
        call()
    assert str(error.value) == sentence
