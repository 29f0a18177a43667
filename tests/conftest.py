"""For all tests: when memory is searched for objects that only refer to each other."""

from __future__ import annotations

import gc

import pytest

# Ten thousand tests are collected as millions of objects that stay until the end. Looking through
# them again and again takes two fifths of the time of a collection.
gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the collected tests and imported modules out of what is looked through from here on."""
    gc.collect()
    gc.freeze()
    # Python's own 700 is for programs with little memory.
    gc.set_threshold(20_000, 10, 10)
    gc.enable()
