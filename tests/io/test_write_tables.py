"""Tables are written as CSV and Parquet in one form, and equal tables give equal bytes."""

from __future__ import annotations

import io
import math

import pytest
from pyarrow import parquet

from tricyclic.io.write_tables import csv_bytes, csv_rows, inferred_parquet_bytes, parquet_bytes


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("desipramine", "desipramine"),
        ("a, b", '"a, b"'),
        ('a "b"', '"a ""b"""'),
        ("", '""'),
        (None, '""'),
        (math.nan, '""'),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (2.0, "2"),
        (1 / 3, "0.3333333333"),
        (1.0e-9, "1e-09"),
        (123456789012.0, "1.23456789e+11"),
    ],
)
def test_a_cell_is_written_in_one_form(cell, text):
    assert csv_rows(["x"], [[cell]]).decode() == f"x\n{text}\n"


def test_columns_are_written_as_rows_below_a_header():
    columns = {"drug": ["a", "b"], "ki_nM": [1.5, math.nan]}
    assert csv_bytes(columns) == b"drug,ki_nM\na,1.5\nb,\n"


def test_all_digits_are_written_on_request():
    assert csv_bytes({"x": [0.1 + 0.2]}, digits=None) == b"x\n0.30000000000000004\n"
    assert csv_bytes({"x": [0.1 + 0.2]}, digits=3) == b"x\n0.3\n"


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        csv_bytes({"x": [1.0, 2.0], "y": [1.0]})


def test_parquet_has_the_columns_their_types_and_the_metadata():
    data = parquet_bytes({"drug": ["a", "b"], "ki_nM": [1.5, math.nan]}, {"unit": "nM"})
    table = parquet.read_table(io.BytesIO(data))
    assert table.column_names == ["drug", "ki_nM"]
    assert [str(field.type) for field in table.schema] == ["string", "double"]
    assert table["drug"].to_pylist() == ["a", "b"]
    assert table["ki_nM"].to_pylist() == [1.5, None]
    assert table.schema.metadata[b"unit"] == b"nM"
    again = parquet_bytes({"drug": ["a", "b"], "ki_nM": [1.5, math.nan]}, {"unit": "nM"})
    assert data == again


def test_parquet_of_a_result_infers_text_numbers_gaps_and_mixtures():
    data = inferred_parquet_bytes(
        {
            "text": [None, "b"],
            "n": [3, 4],
            "value": [math.nan, -math.inf],
            "yes": [True, None],
            "mixed": ["> 5", 1.5],
        }
    )
    table = parquet.read_table(io.BytesIO(data))
    types = ["string", "int64", "double", "bool", "string"]
    assert [str(field.type) for field in table.schema] == types
    assert table["value"].to_pylist() == [None, -math.inf]
    assert table["mixed"].to_pylist() == ["> 5", "1.5"]
