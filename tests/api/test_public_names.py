"""The names of `import tricyclic`."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.commands import COMMANDS


@pytest.mark.parametrize("name", tca.__all__)
def test_every_public_name_exists(name):
    assert getattr(tca, name) is not None


def test_no_public_name_is_the_name_of_a_package_or_module():
    # `import tricyclic.curves` would replace a function of that name.
    packages = {"api", "assays", "cli", "core", "curves", "data", "exchange", "fitting", "io"}
    packages |= {"numerics", "ode", "plotting", "reports", "results", "sbml", "simulation"}
    packages |= {"stats", "study", "workflows", "errors", "units", "registry"}
    assert not packages & set(tca.__all__)


def test_dir_lists_the_public_names():
    assert set(tca.__all__) <= set(dir(tca))
    assert 50 <= len(tca.__all__) <= 80


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="afinity"):
        _ = tca.afinity


def test_importing_tricyclic_does_not_import_numpy():
    program = "import sys, tricyclic; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_convert_gives_the_number_and_its_unit():
    converted = tca.convert("0.5 uM", "nM")
    assert (converted.value, converted.unit) == (500.0, "nM")


def test_convert_takes_numbers_and_texts_with_their_unit():
    given = {"efficiency": 0.45, "specific_activity": 80, "protein_ug": 30}
    as_text = {"efficiency": "45 %", "specific_activity": "80 Ci/mmol", "protein_ug": "0.03 mg"}
    # 4000 cpm / 0.45 = 8889 dpm; 80 Ci/mmol are 177.6 dpm/fmol; 50.05 fmol in 0.03 mg.
    for one in (given, as_text):
        assert tca.convert("4000 cpm", "fmol/mg", **one).value == pytest.approx(1668.335, abs=1e-3)


def test_every_quantity_is_taken_as_a_number_of_its_unit_too():
    numbers = {
        (command.full_name, field.name): get_args(hint)
        for command in COMMANDS
        for field, info, hint in option_fields(command.load_options())
        if info.unit
    }
    assert numbers
    assert [name for name, kinds in numbers.items() if float not in kinds] == []


def test_many_curves_are_fitted_from_arrays():
    doses = np.linspace(-10, -5, 11)
    truth = np.array([-8.2, -7.1])
    y = 10 + 90 / (1 + 10 ** (doses - truth[:, None]))
    fits = tca.fit_batch(doses, y)
    assert fits.log10_ic50 == pytest.approx(truth, abs=1e-6)
    assert (fits.hill < 0).all(), "falling curves"


def test_a_curve_model_is_chosen_by_name_and_near_names_are_suggested():
    assert tca.curve_model("logistic_4pl").name == "logistic_4pl"
    with pytest.raises(tca.InputError, match="Did you mean 'logistic_4pl'"):
        tca.curve_model("logistic_4p")


def test_the_help_of_the_module_begins_with_an_example():
    assert "open_study" in (tca.__doc__ or "")
