"""Tables, options and files of fits: equal readings are fitted once."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _computed_once(equal_fits_once):
    """For every test of this folder."""
