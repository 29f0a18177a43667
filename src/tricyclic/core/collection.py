"""Python's search for garbage, put off while many lasting objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Put off the search for cycles of objects meanwhile.

    Modules and compiled code are hundreds of thousands of objects that stay: looking them through
    again and again takes a fifth of the time to load them, and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
