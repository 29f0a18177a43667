"""What `import tricyclic` offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tricyclic as tca


@pytest.mark.parametrize("name", tca.__all__)
def test_every_public_name_is_there(name):
    assert getattr(tca, name) is not None


def test_there_are_about_forty_and_dir_shows_them():
    assert 35 <= len(tca.__all__) <= 50
    assert dir(tca) == sorted(tca.__all__)


def test_a_name_that_is_not_there_says_what_is():
    with pytest.raises(AttributeError, match="affinity"):
        _ = tca.afinity


def test_importing_takes_no_numpy():
    program = "import sys, tricyclic; assert 'numpy' not in sys.modules; print('fine')"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout
        == "fine\n"
    )


def test_convert_gives_a_number():
    assert tca.convert("0.5 uM", "nM") == 500.0
    with pytest.raises(tca.InputError, match="Did you mean 'molar_mass'"):
        tca.convert("0.5 uM", "nM", molarmass=3.0)


def test_many_curves_are_fitted_from_arrays():
    import numpy as np

    doses = np.linspace(-10, -5, 11)
    truth = np.array([-8.2, -7.1])
    y = 10 + 90 / (1 + 10 ** (doses - truth[:, None]))
    found = tca.fit_batch(doses, y)
    assert found.log10_ic50 == pytest.approx(truth, abs=1e-6)


def test_a_design_is_tried_from_python():
    tried = tca.design(protocol="net-nisoxetine", expected_ki="1 nM", simulations=0)
    assert "Ki" in str(tried.as_text() if hasattr(tried, "as_text") else tried)


def test_the_help_of_the_module_is_short_and_begins_with_an_example():
    assert "open_study" in (tca.__doc__ or "")
