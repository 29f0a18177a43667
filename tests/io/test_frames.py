"""DataFrames of several libraries as tables, and columns as DataFrames of pandas."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tricyclic.errors import InputError
from tricyclic.io.frames import (
    frame_of_records,
    is_frame,
    is_records,
    pandas_frame,
    table_from_frame,
)
from tricyclic.io.open import read_tables

CELLS = {
    "conc_nM": [1.0, 10.0, None],
    "n": [1, 2, 3],
    "compound": ["DMI", None, "IMI"],
    "day": [datetime.date(2026, 1, 2)] * 3,
}
FRAMES = {
    "pandas": lambda: pd.DataFrame(CELLS),
    "pandas with Arrow types": lambda: pd.DataFrame(CELLS).convert_dtypes(dtype_backend="pyarrow"),
    "pandas with nullable types": lambda: pd.DataFrame(CELLS).convert_dtypes(),
    "polars": lambda: pl.DataFrame(CELLS),
    "polars lazy": lambda: pl.DataFrame(CELLS).lazy(),
    "arrow": lambda: pa.table(CELLS),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_every_library_gives_the_same_table(make):
    table = table_from_frame(make())
    assert is_frame(make())
    assert table.columns == tuple(CELLS)
    assert table.values["conc_nM"].tolist()[:2] == [1.0, 10.0]
    assert math.isnan(table.values["conc_nM"][2])
    assert table.values["n"].tolist() == [1.0, 2.0, 3.0]
    assert table.text["compound"] == ("DMI", "", "IMI")
    assert table.text["day"][0].startswith("2026-01-02")
    assert table.units["conc_nM"] == "nM"


def test_other_objects_are_no_frames():
    assert not any(is_frame(given) for given in ("a.csv", {"x": [1]}, [1, 2], np.ones(3), None))


def test_a_named_index_is_a_column_and_an_unnamed_one_is_not():
    indexed = pd.DataFrame(CELLS).set_index(["compound", "n"])
    assert table_from_frame(indexed).columns[:2] == ("compound", "n")
    shuffled = pd.DataFrame(CELLS, index=[7, 8, 9])
    assert table_from_frame(shuffled).columns == tuple(CELLS)


def test_long_whole_numbers_are_names_and_keep_their_digits():
    barcode = 12345678901234567
    assert table_from_frame(pd.DataFrame({"plate": [barcode]})).text["plate"] == (str(barcode),)
    assert table_from_frame(pd.DataFrame({"plate": [12.0, 7.0]})).values["plate"].tolist() == [
        12,
        7,
    ]


def test_numbers_in_text_are_numbers_and_words_are_not():
    table = table_from_frame(pd.DataFrame({"a": ["1.5", "", "2e3"], "b": ["1.5", "x", "2"]}))
    assert table.values["a"].tolist()[::2] == [1.5, 2000.0]
    assert table.text["b"] == ("1.5", "x", "2")


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (pd.DataFrame([[1, 2]], columns=[("a", "b"), ("a", "c")]), "has several levels"),
        (pd.DataFrame({"a": []}), "has no rows"),
        (pd.DataFrame(), "has no rows"),
    ],
)
def test_a_frame_that_is_no_table_is_refused(frame, problem):
    with pytest.raises(InputError, match=problem):
        table_from_frame(frame)


@pytest.mark.parametrize("arrow", [False, True])
def test_columns_of_one_name_are_replicates_and_copies_are_left_out(arrow):
    cells = [[1, 5, 1, 6], [2, 7, 2, 8]]
    names = ["dose", "y", "dose", "y"]
    frame = pd.DataFrame(cells, columns=names)
    if arrow:
        frame = pa.table([pa.array(column) for column in zip(*cells, strict=True)], names=names)
    table = table_from_frame(frame)
    assert table.columns == ("dose", "y 1", "y 2")
    assert table.with_replicates(["y"]) == ("y 1", "y 2")
    assert table.values["y 2"].tolist() == [6, 8]
    assert table.unused == ("repeated column 'dose'",)


def test_an_array_with_named_fields_is_a_table():
    frame = pd.DataFrame({"conc_nM": [1.0, 2.0], "name": ["a", "b"]})
    table = table_from_frame(frame_of_records(frame.to_records(index=False)))
    assert is_records(frame.to_records(index=False))
    assert table.columns == ("conc_nM", "name")
    assert table.text["name"] == ("a", "b")
    assert not is_records(np.zeros(3))


def test_a_frame_is_read_in_place_of_a_file():
    (table,) = read_tables(table_from_frame(pd.DataFrame(CELLS)))
    assert table.file == "DataFrame"
    assert len(table.sha256) == 64
    with pytest.raises(InputError, match="not a file"):
        read_tables(table, sheet="Sheet1")


def test_columns_become_a_frame_of_pandas():
    frame = pandas_frame({"x_nM": np.array([1.0, 2.0]), "status": ["fitted", None]})
    assert list(frame.columns) == ["x_nM", "status"]
    assert frame["x_nM"].dtype == float
    assert frame["status"].isna().tolist() == [False, True]
