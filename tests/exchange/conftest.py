"""Exported models: a model that several tests export is compiled once."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _computed_once(equal_models_once):
    """For every test of this folder."""
