"""Lines of a Chromeleon export are counted from its first, whatever is above the headings."""

import pytest

from tricyclic.io.base import RawFile, ReadOptions
from tricyclic.io.instruments import chromeleon_text

TABLE = "Time (min)\tStep (s)\tValue (mAU)\n0.00\tn.a.\t0.1\n0.01\t0.6\t0.2\n0.02\t0.6\t0.3\n"


@pytest.mark.parametrize("above", ["Raw Data:\n", "\n", "Channel\tUV\nRaw Data:\n\n"])
def test_the_first_reading_is_on_the_line_that_is_stated(above):
    text = f"Chromeleon\n{above}{TABLE}"
    content = chromeleon_text.read(RawFile("a.txt", text.encode()), ReadOptions())
    (trace,) = content.injections[0].traces
    first = text.split("\n").index("0.00\tn.a.\t0.1") + 1
    assert trace.position == f"lines {first} to {first + 2}"
