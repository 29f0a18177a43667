"""Units against hand arithmetic and the defining constants."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic import unit_table, units
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


# Every unit with its dimension and its size in the base unit of that dimension, written down from
# the definitions of the prefixes, the curie, the litre, the hectare and the minute.
PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0}
LARGE = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12}
# Litres in a volume, and moles in an amount, as powers of ten.
VOLUMES = {"L": 0, "dL": -1, "mL": -3, "uL": -6}
AMOUNTS = {"mol": 0, "mmol": -3, "umol": -6, "nmol": -9, "pmol": -12, "fmol": -15}
SMALL = {p: e for p, e in PREFIXES.items() if p}
MILLI = {p: e for p, e in PREFIXES.items() if e >= -9}


def _each(table, name, kind, exponent):
    """Units of every prefix; `name` and `exponent` are functions of the prefix and its power."""
    return {name(p): (kind, 10.0 ** exponent(e)) for p, e in table.items()}


def _unit_of_activity(name, kind):
    table = {**MILLI, "k": 3, "M": 6}
    out = {f"{p}{name}": (kind, 10.0**e) for p, e in table.items()}
    for volume, power in {"mL": 0, "L": -3, "uL": 3}.items():
        out |= {
            f"{p}{name}/{volume}": (f"{kind} per volume", 10.0 ** (e + power))
            for p, e in table.items()
        }
    return out


TABLE = {
    **_each(PREFIXES, "{}M".format, "concentration", lambda e: e),
    **{
        f"{p}mol/{v}": ("concentration", 10.0 ** (e - w))
        for p, e in PREFIXES.items()
        for v, w in VOLUMES.items()
    },
    **_each(PREFIXES, "{}mol/m3".format, "concentration", lambda e: e - 3),
    **_each(PREFIXES, "{}mol".format, "amount", lambda e: e),
    **_each(PREFIXES, "{}g".format, "mass", lambda e: e),
    "kg": ("mass", 1e3),
    **_each(PREFIXES, "{}L".format, "volume", lambda e: e),
    **{f"{p}Ci": ("activity", 3.7 * 10.0 ** (e + 10)) for p, e in PREFIXES.items()},
    **{
        f"{p}g/{v}": ("mass concentration", 10.0 ** (e - w))
        for p, e in PREFIXES.items()
        for v, w in VOLUMES.items()
    },
    # One gram in 100 mL.
    "% w/v": ("mass concentration", 10.0),
    **_each(SMALL, "{}mol/mg".format, "density", lambda e: e + 3),
    **_each(SMALL, "{}mol/g".format, "density", lambda e: e),
    **_each(MILLI, "{}mol/kg".format, "molar dose", lambda e: e),
    **_each(LARGE, "{}Bq".format, "activity", lambda e: e),
    **{
        f"{p}Bq/{a}": ("specific activity", 10.0 ** (e - w))
        for p, e in LARGE.items()
        for a, w in AMOUNTS.items()
    },
    **{
        f"{p}Ci/{a}": ("specific activity", 3.7 * 10.0 ** (e + 10 - w))
        for p, e in {**MILLI, "k": 3}.items()
        for a, w in AMOUNTS.items()
    },
    "": ("number", 1.0),
    "%": ("number", 0.01),
    "unknown": ("unknown", math.nan),
    "dpm": ("activity", 1 / 60),
    "dps": ("activity", 1.0),
    "cpm": ("count rate", 1.0),
    "cps": ("count rate", 60.0),
    "counts": ("counts", 1.0),
    "dpm/fmol": ("specific activity", 1e15 / 60),
    "dpm/pmol": ("specific activity", 1e12 / 60),
    "ns": ("time", 1e-9 / 60),
    "us": ("time", 1e-6 / 60),
    "ms": ("time", 1e-3 / 60),
    "s": ("time", 1 / 60),
    "min": ("time", 1.0),
    "h": ("time", 60.0),
    "d": ("time", 24 * 60.0),
    "wk": ("time", 7 * 24 * 60.0),
    "1/s": ("rate", 60.0),
    "1/min": ("rate", 1.0),
    "1/h": ("rate", 1 / 60),
    "1/d": ("rate", 1 / 1440),
    "1/(M s)": ("association rate", 60.0),
    "1/(M min)": ("association rate", 1.0),
    "1/(nM min)": ("association rate", 1e9),
    "1/(nM s)": ("association rate", 60e9),
    "mg/kg": ("dose", 1.0),
    "ng/kg": ("dose", 1e-6),
    "ug/kg": ("dose", 1e-3),
    "g/kg": ("dose", 1e3),
    "degC": ("temperature", 1.0),
    "g/mol": ("molar mass", 1.0),
    "kg/mol": ("molar mass", 1e3),
    "Da": ("molar mass", 1.0),
    "kDa": ("molar mass", 1e3),
    "L/kg": ("volume per mass", 1.0),
    "mL/kg": ("volume per mass", 1e-3),
    # A hectare has 10,000 square metres.
    "g/ha": ("mass per area", 1.0),
    "kg/ha": ("mass per area", 1e3),
    "mg/ha": ("mass per area", 1e-3),
    "ug/ha": ("mass per area", 1e-6),
    "g/m2": ("mass per area", 1e4),
    "mg/m2": ("mass per area", 10.0),
    "kg/m2": ("mass per area", 1e7),
    "L/ha": ("volume per area", 1.0),
    "mL/ha": ("volume per area", 1e-3),
    "% v/v": ("volume fraction", 0.01),
    "mL/L": ("volume fraction", 1e-3),
    "uL/mL": ("volume fraction", 1e-3),
    "% w/w": ("mass fraction", 0.01),
    "ppm": ("parts", 1e-6),
    "ppb": ("parts", 1e-9),
    "dilution": ("dilution", 1.0),
    "dimensionless": ("plain number", 1.0),
    "OD": ("absorbance", 1.0),
    "mOD": ("absorbance", 1e-3),
    "AU": ("absorbance", 1.0),
    "mAU": ("absorbance", 1e-3),
    "RFU": ("fluorescence", 1.0),
    "RLU": ("luminescence", 1.0),
    "RU": ("response", 1.0),
    "mP": ("polarisation", 1.0),
    **_unit_of_activity("IU", "international units"),
    **_unit_of_activity("U", "units of activity"),
    **{
        f"{what}/{volume}": (f"{what} per volume", 10.0**power)
        for what in ("cells", "CFU", "PFU", "TCID50", "copies")
        for volume, power in {"mL": 0, "uL": 3, "L": -3}.items()
    },
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
    "molar dose": "mol/kg",
    "temperature": "degC",
    "molar mass": "g/mol",
    "volume per mass": "L/kg",
    "mass per area": "g/ha",
    "volume per area": "L/ha",
    "volume fraction": "mL/L",
    "mass fraction": "% w/w",
    "parts": "ppm",
    "dilution": "dilution",
    "plain number": "dimensionless",
    "absorbance": "OD",
    "fluorescence": "RFU",
    "luminescence": "RLU",
    "response": "RU",
    "polarisation": "mP",
    "international units": "IU",
    "international units per volume": "IU/mL",
    "units of activity": "U",
    "units of activity per volume": "U/mL",
    "number": "",
} | {f"{what} per volume": f"{what}/mL" for what in ("cells", "CFU", "PFU", "TCID50", "copies")}


def test_this_table_lists_every_unit() -> None:
    assert set(unit_table.UNITS) == set(TABLE)


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
        ("°C", "degC"),
        ("C", "degC"),
        ("femtomolar", "fM"),
        ("mins", "min"),
        ("hrs", "h"),
        ("second", "s"),
        ("secs", "s"),
        ("weeks", "wk"),
        ("week", "wk"),
        ("msec", "ms"),
        ("1/M/s", "1/(M s)"),
        ("M-1 s-1", "1/(M s)"),
        ("M^-1 s^-1", "1/(M s)"),
        ("s^-1", "1/s"),
        ("h-1", "1/h"),
        ("h^-1", "1/h"),
        ("mcg", "ug"),
        ("dalton", "Da"),
        ("Dalton", "Da"),
        ("dilution factor", "dilution"),
        ("fold dilution", "dilution"),
        ("unitless", "dimensionless"),
        ("(unitless)", "dimensionless"),
        ("%v/v", "% v/v"),
        ("% (v/v)", "% v/v"),
        ("%(v/v)", "% v/v"),
        ("vol%", "% v/v"),
        ("vol %", "% v/v"),
        ("%w/v", "% w/v"),
        ("% (w/v)", "% w/v"),
        ("%(w/v)", "% w/v"),
        ("%w/w", "% w/w"),
        ("% (w/w)", "% w/w"),
        ("%(w/w)", "% w/w"),
        ("g/m^2", "g/m2"),
        ("mg/m^2", "mg/m2"),
        ("kg/m^2", "kg/m2"),
        ("g/m²", "g/m2"),
        ("mg/m²", "mg/m2"),
        ("kg/m²", "kg/m2"),
        ("mol/m^3", "mol/m3"),
        ("mmol/m^3", "mmol/m3"),
        ("mol/m³", "mol/m3"),
        ("mmol/m³", "mmol/m3"),
    ],
)
def test_every_spelling_is_the_unit_that_it_names(spelling: str, unit: str) -> None:
    assert units.known_unit(spelling) == unit
    assert spelling in unit_table.SPELLINGS


def test_this_list_contains_every_spelling() -> None:
    assert len(unit_table.SPELLINGS) == 75


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("ug/ml", "ug/mL"),
        ("µg/ml", "ug/mL"),
        ("μg/mL", "ug/mL"),
        ("mcg/ml", "ug/mL"),
        ("microg/ml", "ug/mL"),
        ("micrograms per mL", "ug/mL"),
        ("ng per ml", "ng/mL"),
        ("mg/l", "mg/L"),
        ("mg l-1", "mg/L"),
        ("nmol L-1", "nmol/L"),
        ("nmol·L⁻¹", "nmol/L"),
        ("pmol mg^-1", "pmol/mg"),
        ("mg kg-1", "mg/kg"),
        ("g ha-1", "g/ha"),
        ("IU/ml", "IU/mL"),
        ("mg / dl", "mg/dL"),
        ("l/kg", "L/kg"),
        ("TBq mmol-1", "TBq/mmol"),
    ],
)
def test_litres_per_and_exponents_are_spelled_in_many_ways(spelling: str, unit: str) -> None:
    assert units.known_unit(spelling) == unit


@pytest.mark.parametrize("wrong", ["ML", "Mol", "mm", "G/HA", "g/ha/d", "iu/ml", "nM-1", "L L-1"])
def test_case_and_exponents_matter(wrong: str) -> None:
    with pytest.raises(UnitError):
        units.known_unit(wrong)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in TABLE.values()} - {"unknown"}))
def test_conversions_within_a_dimension_are_transitive(kind: str) -> None:
    same = [unit for unit, (of, _) in TABLE.items() if of == kind][:6]
    for one in same:
        for two in same:
            for three in same:
                direct = units.convert(1.0, one, three)
                by_way = units.convert(units.convert(1.0, one, two), two, three)
                assert by_way == pytest.approx(direct, rel=1e-12)


@pytest.mark.parametrize(
    ("one", "other"),
    [("IU/mL", "U/mL"), ("IU/mL", "ug/mL"), ("g/ha", "mg/L"), ("% v/v", "M"), ("dilution", "nM")],
)
def test_doses_of_other_kinds_are_not_converted(one: str, other: str) -> None:
    with pytest.raises(UnitError, match="cannot be converted"):
        units.convert(1.0, one, other)


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


def test_what_is_wrong_beside_a_decimal_comma_is_stated_first():
    with pytest.raises(UnitError, match="'x' is not a known unit"):
        units.quantity("0,8x")
    with pytest.raises(UnitError, match=r"Write it with a decimal point, like 0\.8 nM"):
        units.quantity("0,8 nM")
