"""Calls and their results: what equal calls compute is computed once."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _computed_once(equal_fits_once, equal_models_once):
    """For every test of this folder."""
