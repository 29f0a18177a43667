"""Units of the models may be written as they are printed."""

from __future__ import annotations

import pytest

from tricyclic.core.model_unit import MODEL_UNITS, unit_name


@pytest.mark.parametrize("name", MODEL_UNITS)
def test_every_unit_is_known_by_its_name_and_its_label(name):
    assert unit_name(name) == name
    label = MODEL_UNITS[name].label
    if label:
        assert unit_name(label) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("L/h/kg", "L_per_h_per_kg"),
        ("L/kg/h", "L_per_h_per_kg"),
        ("L/(kg h)", "L_per_h_per_kg"),
        ("1 / (nM h)", "per_nM_per_h"),
        ("g/mol", "g_per_mol"),
        ("µm/h", "um_per_h"),
        ("\u03bcm/h", "um_per_h"),
    ],
)
def test_units_with_slashes(written, name):
    assert unit_name(written) == name


@pytest.mark.parametrize("written", ["mL/min/kg", "mol/g", "kg/L", "l/kg", "", "1", "M"])
def test_other_text_is_left(written):
    assert unit_name(written) == written
