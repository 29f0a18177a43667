"""A curve against doses that are not molar is fitted in their unit, and reported in it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import FitOptions
from tricyclic.workflows.screen.options import RelativePotencyOptions
from tricyclic.workflows.screen.relative_potency import run as relative_potency

DOSES = 30.0 * 10.0 ** np.linspace(-2, 2, 9)
ANY_UNIT = ("logistic_3pl", "logistic_4pl", "logistic_5pl")


def table(path, header, factor=1.0, ec50=30.0, log=False):
    """Two readings at each dose and at 0, of a logistic with scatter from a seeded generator."""
    rng = np.random.default_rng(11)
    lines = [f"{header},response"]
    for dose in np.repeat([0.0, *DOSES], 2):
        y = 5 + 95 / (1 + (dose / ec50) ** 1.2) + rng.normal(0, 1.5)
        shown = math.log10(dose * factor) if log and dose else float(dose * factor)
        if log and not dose:
            continue
        lines.append(f"{shown!r},{y:.4f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def fitted(file, column, unit="", **more):
    setting = f"concentration_M={column}" + (f":{unit}" if unit else "")
    return run(FitOptions(file, curve="logistic_4pl", y=("response",), x=(setting,), **more))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("dose_g_ha", "g/ha"),
        ("conc_mg_L", "mg/L"),
        ("conc_pg_mL", "pg/mL"),
        ("titre_IU_mL", "IU/mL"),
        ("conc (U/mL)", "U/mL"),
        ("ethanol (% v/v)", "% v/v"),
        ("dilution", "dilution"),
    ],
)
def test_the_half_way_dose_has_the_unit_of_the_column(tmp_path, header, unit):
    result = fitted(table(tmp_path / "a.csv", header), header)
    parameter = result.fit["log10_ec50"]
    assert parameter.unit == f"log10 {unit}"
    assert 10**parameter.value == pytest.approx(30.0, rel=0.1)
    text = result.summary()
    assert f"EC50       {10**parameter.value:.3g} {unit}" in text
    assert " nM" not in text and "log10 M" not in text and " uM" not in text
    assert result.to_json()["fit"]["parameters"][2]["unit"] == f"log10 {unit}"
    assert f"(log10 {unit})" in result.curve_plots()[0].x_title


def test_the_fit_does_not_depend_on_the_unit_of_the_dose(tmp_path):
    one = fitted(table(tmp_path / "a.csv", "dose_g_ha"), "dose_g_ha").fit
    other = fitted(table(tmp_path / "b.csv", "dose_kg_ha", 1e-3), "dose_kg_ha").fit
    logs = fitted(table(tmp_path / "c.csv", "dose_g_ha"), "dose_g_ha").fit
    for name in ("bottom", "top", "hill"):
        assert other[name].value == pytest.approx(one[name].value, rel=1e-6)
    assert other["log10_ec50"].value == pytest.approx(one["log10_ec50"].value - 3, abs=1e-7)
    assert other["log10_ec50"].low == pytest.approx(one["log10_ec50"].low - 3, abs=1e-5)
    assert logs["log10_ec50"].value == one["log10_ec50"].value


def test_logarithms_of_a_dose_are_raised(tmp_path):
    file = table(tmp_path / "a.csv", "log10_dose_g_ha", log=True)
    parameter = fitted(file, "log10_dose_g_ha").fit["log10_ec50"]
    assert parameter.unit == "log10 g/ha"
    assert 10**parameter.value == pytest.approx(30.0, rel=0.1)


def test_a_molar_mass_makes_the_same_curve_molar(tmp_path):
    file = table(tmp_path / "a.csv", "conc_mg_L")
    own = fitted(file, "conc_mg_L").fit["log10_ec50"]
    molar = fitted(file, "conc_mg_L", molar_mass=266.4).fit["log10_ec50"]
    assert (own.unit, molar.unit) == ("log10 mg/L", "log10 M")
    # 1 mg/L is 1e-3 / 266.4 mol/L.
    assert molar.value == pytest.approx(own.value - 3 - math.log10(266.4), abs=1e-7)


def test_a_half_way_dose_beyond_the_doses_is_reported_in_their_unit(tmp_path):
    result = fitted(table(tmp_path / "a.csv", "dose_g_ha", ec50=4000), "dose_g_ha")
    messages = " ".join(f"{one.message} {one.advice}" for one in result.fit.checks)
    assert "g/ha" in messages, messages
    assert " mM" not in messages and " M " not in messages


@pytest.mark.parametrize("name", ANY_UNIT)
def test_a_logistic_takes_doses_in_any_unit(name):
    assert CURVES[name].takes_any_dose


@pytest.mark.parametrize("name", ["competition_one_site", "saturation_one_site"])
def test_a_curve_of_the_mass_balance_takes_molar_doses_only(name):
    model = next(curve for key, curve in CURVES.items() if key.startswith(name.split("_")[0]))
    assert not model.takes_any_dose


def test_a_dose_without_a_unit_is_refused_with_what_may_be_written(tmp_path):
    file = table(tmp_path / "a.csv", "rate")
    with pytest.raises(InputError) as error:
        fitted(file, "rate")
    assert str(error.value) == (
        "x: 'concentration_M=rate' has no unit. Write concentration_M=rate:nM, or another unit, "
        "such as mg/L, g/ha or dimensionless."
    )
    parameter = fitted(file, "rate", "dimensionless").fit["log10_ec50"]
    assert parameter.unit == "log10 dimensionless"


def test_a_negative_dose_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("dose_g_ha,response\n-1,3\n1,4\n10,9\n100,20\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"contains -1 g/ha\. Doses are 0 or more\. If these are"):
        fitted(str(file), "dose_g_ha")


def samples(path, header, inverse=False, factor=1.0):
    rng = np.random.default_rng(5)
    lines = [f"sample,{header},signal"]
    for name, potency in (("standard", 1.0), ("lot", 0.5)):
        for dose in np.repeat(10.0 ** np.linspace(-2, 2, 9), 3):
            y = 5 + 95 / (1 + (1.5 / (dose * potency)) ** 1.2) + rng.normal(0, 1)
            shown = float(1 / dose if inverse else dose * factor)
            lines.append(f"{name},{shown!r},{y:.4f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def potency(file, dose):
    options = RelativePotencyOptions(
        file, reference="standard", sample="sample", dose=dose, response="signal"
    )
    return relative_potency(options).potencies[0]


def test_a_ratio_of_potencies_needs_no_molar_mass_and_has_no_unit(tmp_path):
    units = potency(samples(tmp_path / "a.csv", "dose_IU_mL"), "dose_IU_mL")
    mass = potency(samples(tmp_path / "b.csv", "conc_ng_mL", factor=1e3), "conc_ng_mL")
    molar = potency(samples(tmp_path / "c.csv", "conc_nM"), "conc_nM")
    assert units.potency == pytest.approx(0.5, rel=0.06)
    assert mass.potency == pytest.approx(units.potency, rel=1e-6)
    assert molar.potency == pytest.approx(units.potency, rel=1e-6)
    assert (units.dose_unit, mass.dose_unit, molar.dose_unit) == ("IU/mL", "ng/mL", "M")
    assert math.isnan(units.ec50_reference_M) and math.isnan(mass.ec50_reference_M)
    assert units.ec50_reference == pytest.approx(1.5, rel=0.1)
    assert molar.ec50_reference_M == molar.ec50_reference


def test_dilutions_are_no_doses_of_a_relative_potency(tmp_path):
    file = samples(tmp_path / "a.csv", "dilution", inverse=True)
    with pytest.raises(InputError, match="Write 1 / dilution in a column"):
        potency(file, "dilution")
