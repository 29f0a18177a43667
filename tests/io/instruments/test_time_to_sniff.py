"""Readers look at a file of another format for milliseconds only, however its lines are made."""

from __future__ import annotations

import time

import pytest

from tricyclic.io.base import RawFile
from tricyclic.io.open import READERS

LINES = {
    "two columns": "0.0080,0.299313",
    "no delimiter": "0.0080",
    "tabs": "0.0080\t0.299313\t17",
    "units": "time (min) and signal (nA)",
    "words": "a line of remarks, as in the head of an export",
}
# Much more than any reader takes (1 ms), much less than what grows with the square of the lines.
MOST_S = 0.02


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("name", [name for name in READERS if not READERS[name].generic])
def test_a_text_of_another_program_is_refused_at_once(name, line):
    raw = RawFile("other.txt", "\n".join([line] * 2000).encode())
    assert raw.text

    def seconds() -> float:
        before = time.process_time()
        READERS[name].sniff(raw)
        return time.process_time() - before

    assert min(seconds() for _ in range(3)) < MOST_S
