"""Concentrations in mass per volume become molar with a molar mass, in tables of binding."""

from __future__ import annotations

import pytest

import tricyclic as tca
from tricyclic.errors import InputError

# IC50 of 50 ng/mL of a compound of 300 g/mol is 166.67 nM; with [L]/Kd of 0.5 the Ki is 111.11 nM.
DOSES = (0, 0.1, 1, 3, 10, 30, 100, 300, 1000, 10000)
KI_NM = 50 / 300 * 1e3 / 1.5


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "competition.csv"
    rows = [
        f"{dose},{500 + 4000 / (1 + dose / 50) + 3 * (-1) ** k:.2f}" for k, dose in enumerate(DOSES)
    ]
    path.write_text("conc_ng_mL,signal\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def affinity(path, **more):
    return tca.affinity(path, response=("signal",), kd_nM=1, radioligand_nM=0.5, unit="cpm", **more)


@pytest.mark.parametrize("x", [(), ("competitor=conc_ng_mL",), ("competitor=conc_ng_mL:ng/mL",)])
def test_ki_is_that_of_the_molar_concentrations(table, x):
    result = affinity(table, x=x, molar_mass=300.0)
    ki = next(one for one in result.estimates if one.name == "Ki")
    assert ki.unit == "nM"
    assert ki.value == pytest.approx(KI_NM, rel=0.02)


def test_without_a_molar_mass_the_refusal_names_it(table):
    with pytest.raises(
        InputError, match="'ng/mL' cannot be converted to mol/L without a molar mass"
    ) as e:
        affinity(table)
    assert "molar_mass" in str(e.value)
