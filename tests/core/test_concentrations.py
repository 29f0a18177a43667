"""Concentrations in any unit in which they are written."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.core.concentrations import is_dose_unit, log10_of, same_unit, to_molar_values
from tricyclic.errors import InputError


@pytest.mark.parametrize(
    ("unit", "value", "molar"),
    [
        ("nM", 25.0, 2.5e-8),
        ("µM", 3.0, 3e-6),
        ("log10 M", -7.0, 1e-7),
        ("log10 nM", 2.0, 1e-7),
        ("log nM", 2.0, 1e-7),
        ("log10(uM)", -1.0, 1e-7),
        ("log[pM]", 5.0, 1e-7),
        ("mM", 0.0, 0.0),
        ("log10 M", -np.inf, 0.0),
        ("M", 10.0, 10.0),
    ],
)
def test_a_concentration_is_converted_from_its_unit(unit, value, molar):
    assert to_molar_values(np.array([value]), unit)[0] == pytest.approx(molar, rel=1e-12)
    assert is_dose_unit(unit)


def test_a_mass_per_volume_needs_a_molar_mass():
    assert to_molar_values(np.array([2.0]), "mg/L", molar_mass_g_per_mol=400)[0] == 5e-6
    with pytest.raises(InputError) as error:
        to_molar_values(np.array([2.0]), "mg/L", where="t.csv")
    assert str(error.value) == (
        "t.csv: 'mg/L' cannot be converted to mol/L without a molar mass. "
        "Add --molar-mass in g/mol."
    )


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (
            "log10 M",
            3.0,
            (
                "t.csv: contains 3 log10 M, which is 1e+03 mol/L. A concentration is at most 10 "
                'mol/L. State the unit in which the column is, such as "log10 nM".'
            ),
        ),
        (
            "nM",
            -2.0,
            (
                "t.csv: contains -2 nM. Concentrations are 0 or more. If these are logarithms, "
                'their unit is "log10 nM".'
            ),
        ),
        (
            "M",
            30.0,
            (
                "t.csv: contains 30 M, which is 30 mol/L. A concentration is at most 10 mol/L. "
                'State the unit in which the column is, such as "nM".'
            ),
        ),
    ],
)
def test_what_is_no_concentration_is_refused_with_advice_that_works(unit, value, text):
    with pytest.raises(InputError) as error:
        to_molar_values(np.array([value]), unit, where="t.csv")
    assert str(error.value) == text
    advised = text.rsplit('"', 2)[1]
    assert to_molar_values(np.array([value]), advised)[0] >= 0


def test_spellings_of_one_unit_are_the_same():
    assert same_unit("log nM", "log10 nM")
    assert same_unit("µM", "uM")
    assert not same_unit("log10 nM", "nM")
    assert not same_unit("log10 nM", "log10 uM")
    assert [log10_of(unit) for unit in ("log10 uM", "nM", "logistic", "")] == ["uM", "", "", ""]
    assert not is_dose_unit("min")
    assert not is_dose_unit("log10 h")


@pytest.fixture
def table(tmp_path):
    """Writes a curve with EC50 100 nM under a heading of its doses."""

    def write(heading, scale, readings="response"):
        dose = np.logspace(-9.5, -5, 10)
        y = 100 / (1 + dose / 1e-7)
        y += np.random.default_rng(1).normal(0, 1, 10)
        rows = [f"A,{scale(d)!r},{v:.3f}" for d, v in zip(dose.tolist(), y, strict=True)]
        path = tmp_path / "t.csv"
        path.write_text("\n".join([f"curve,{heading},{readings}", *rows]))
        return path

    return write


HEADINGS = [
    ("log10_conc_nM", lambda d: float(np.log10(d) + 9)),
    ("log nM", lambda d: float(np.log10(d) + 9)),
    ("log[A] (uM)", lambda d: float(np.log10(d) + 6)),
    ("conc_nM", lambda d: d * 1e9),
]


@pytest.mark.parametrize(("heading", "scale"), HEADINGS)
def test_the_unit_of_the_doses_is_read_from_their_heading_in_both_routes(
    table, heading, scale, tmp_path
):
    path = table(heading, scale)
    one = tca.fit_file(path, curve="logistic_4pl", y="response", x=f"concentration_M={heading}").fit
    assert one["log10_ec50"].value == pytest.approx(-7.0, abs=0.05)
    out = tmp_path / "out.csv"
    tca.fit_file(path, out=out)
    header, row = out.read_text().splitlines()
    many = dict(zip(header.replace('"', "").split(","), row.split(","), strict=True))
    assert float(many["log10_ic50"]) == pytest.approx(one["log10_ec50"].value, abs=1e-5)
    assert many["status"].strip('"') == one.status


def test_a_mass_per_volume_is_fitted_with_a_molar_mass(table):
    path = table("conc_mg_L", lambda d: d * 250 * 1e3)
    fit = tca.fit_file(
        path, curve="logistic_4pl", y="response", x="concentration_M=conc_mg_L", molar_mass=250
    ).fit
    assert fit["log10_ec50"].value == pytest.approx(-7.0, abs=0.05)


def test_the_unit_of_the_readings_is_that_of_their_column(table):
    path = table("conc_nM", lambda d: d * 1e9, readings="cpm")
    fit = tca.fit_file(path, curve="logistic_4pl", y="cpm", x="concentration_M=conc_nM:nM").fit
    assert fit.parts[0].series.y_unit == "cpm"


def test_a_dose_of_zero_mol_per_litre_is_a_well_without_compound(tmp_path):
    x = [0, 0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5]
    y = [100, 101, 99, 91, 52, 9, 1]
    path = tmp_path / "m.csv"
    path.write_text(
        "curve,molar,response\n" + "\n".join(f"A,{a},{b}" for a, b in zip(x, y, strict=True))
    )
    tca.fit_file(path, out=tmp_path / "o.csv")
    (row,) = csv.DictReader((tmp_path / "o.csv").read_text().splitlines())
    assert float(row["log10_ic50"]) == pytest.approx(-7.0, abs=0.1)
