"""The compiled reader of CSV text beside the general one: the comparison of tools/comparisons, on
few seeds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "tools" / "comparisons"


@pytest.fixture
def tool():
    sys.path.insert(0, str(TOOLS))
    try:
        import csv_readers

        yield csv_readers
    finally:
        sys.path.remove(str(TOOLS))


def test_both_readers_give_the_same_rows_or_the_same_message_of_odd_files(tool, tmp_path):
    kinds = set()
    for seed in range(60):
        one, other = tool.compared(seed, tmp_path)
        assert one == other, seed
        kinds.add(type(one))
    assert kinds == {str, dict}


def test_the_comparison_notices_a_difference_in_the_last_bit(tool, tmp_path):
    texts = ("0.1", "0.10000000000000002")
    outcomes = []
    for text in texts:
        path = tmp_path / "one.csv"
        rows = "".join(f"A,{-9 + k},{text}\n" for k in range(5))
        path.write_text(f"curve,log10_molar,response\n{rows}")
        outcomes.append(tool.outcome(path))
    assert outcomes[0] != outcomes[1]
    assert outcomes[0]["curve"] == ["A"] * 5
