"""The text of a table in memory, which its hash depends on."""

from __future__ import annotations

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.io import table_text


def test_numbers_are_written_with_all_digits_in_pieces_of_any_size(monkeypatch):
    numbers = [1.0, 0.1, np.nan, -0.0, 1e15, 999999999999999.0, -2.5e-300, np.inf, 3.0]
    words = tuple(f'a "{k}", \n' for k in range(len(numbers)))
    table = DataTable("t", ("x", "ä,b"), {"x": np.array(numbers)}, {"ä,b": words})
    whole = table_text.table_as_csv(table)
    expected = ["1", "0.1", "", "0", "1000000000000000.0", "999999999999999", "-2.5e-300"]
    expected += ["inf", "3"]
    rows = "".join(f'{cell},"a ""{k}"", \n"\n' for k, cell in enumerate(expected))
    assert whole.decode("utf-8") == 'x,"ä,b"\n' + rows
    monkeypatch.setattr(table_text, "_ROWS_AT_ONCE", 2)
    assert table_text.table_as_csv(table) == whole
