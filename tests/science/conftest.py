"""Statements about scenarios: a scenario is compiled once for all of them."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _computed_once(equal_models_once):
    """For every test of this folder."""
