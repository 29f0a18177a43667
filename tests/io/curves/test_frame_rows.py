"""A large DataFrame, read column by column, gives what the table of all its cells gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.io.curves import frame_rows

NAMES = {"curve_column": "compound", "x_column": "conc_uM", "y_column": "pct_inhibition"}
LIBRARIES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


def frame(**columns):
    rng = np.random.default_rng(3)
    dose = np.tile([0.01, 0.1, 1.0, 10.0, 30.0, 100.0], 12)
    y = 100 / (1 + 1 / dose) + rng.normal(0, 3, dose.size)
    compound = np.repeat([f"C-{k} (salt, free base)" for k in range(12)], 6)
    return pd.DataFrame({"compound": compound, "conc_uM": dose, "pct_inhibition": y} | columns)


def both_ways(monkeypatch, given, **options):
    """The fits of all cells, and of columns."""
    results = []
    for large in (10**9, 0):
        monkeypatch.setattr(frame_rows, "LARGE", large)
        results.append(tca.fit_file(given, **(NAMES | options)))
    return results


def spoiled(y):
    cells = y.astype(object)
    cells[[5, 17]] = ["spilled", "n.d."]
    return [str(cell) for cell in cells]


ODD = {
    "plain": {},
    "a plate and an operator are kept": {
        "plate": [f"P{k}" for k in np.repeat([1, 2, 3], 24)],
        "operator": ["Li", " Ann", None, "Ann", "", "Li"] * 12,
    },
    "names that are whole numbers": {"compound": np.repeat(np.arange(12), 6)},
    "names that are numbers in text": {"compound": [f"{k}" for k in np.repeat(range(12), 6)]},
    "names that begin with zeros": {"compound": [f"00{k}" for k in np.repeat(range(12), 6)]},
    "names that begin with digits": {"compound": [f"{k}-A" for k in np.repeat(range(12), 6)]},
    "names with decimal marks": {"compound": [f"{k}.5 a" for k in np.repeat(range(12), 6)]},
    "names with units": {"compound": [f"{k + 1} nM" for k in np.repeat(range(12), 6)]},
    "dates and units beside": {
        "made": [f"2026-03-{k + 1:02d}" for k in np.repeat(range(12), 6)],
        "volume": [f"{k + 1} uL" for k in np.repeat(range(12), 6)],
    },
    "a row without a name": {"compound": [None] + [f"C{k // 6}" for k in range(1, 72)]},
    "long names of digits": {"compound": np.repeat(np.arange(12) + 10**17, 6)},
    "names that are categories": {
        "compound": pd.Categorical(np.repeat([f"C{k}" for k in range(12)], 6))
    },
    "words among readings": {"pct_inhibition": spoiled(frame()["pct_inhibition"].to_numpy())},
    "decimal commas": {
        "pct_inhibition": [f"{y:.3f}".replace(".", ",") for y in frame()["pct_inhibition"]]
    },
    "missing readings": {
        "pct_inhibition": np.where(np.arange(72) % 11 == 0, np.nan, frame()["pct_inhibition"])
    },
    "doses in text": {"conc_uM": [f"{x}" for x in frame()["conc_uM"]]},
    "rows without content": {
        "compound": [None if k < 3 else f"C{k // 6}" for k in range(72)],
        "conc_uM": np.where(np.arange(72) < 3, np.nan, frame()["conc_uM"]),
        "pct_inhibition": np.where(np.arange(72) < 3, np.nan, frame()["pct_inhibition"]),
    },
    "columns of other types": {
        "day": pd.to_datetime("2026-11-12") + pd.to_timedelta(np.arange(72), "D"),
        "is_checked": np.arange(72) % 2 == 0,
    },
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("odd", ODD)
def test_columns_give_what_all_cells_give(monkeypatch, odd, library):
    columns = ODD[odd]
    keep = [name for name in ("plate", "operator") if name in columns]
    given = LIBRARIES[library](frame(**columns))
    whole, by_column = both_ways(monkeypatch, given, keep=keep)
    assert by_column.unused == whole.unused
    assert by_column.status == whole.status
    pd.testing.assert_frame_equal(by_column.to_frame(), whole.to_frame())


@pytest.mark.parametrize(
    "columns",
    [
        {"compound": ["=A1"] * 72},
        {"pct_inhibition": ["spilled"] * 60 + ["1"] * 12},
        {"conc_uM": -1.0},
        {"conc_uM": ["a"] * 72},
    ],
)
def test_what_cannot_be_used_is_refused_with_the_same_sentence(monkeypatch, columns):
    messages = []
    for large in (10**9, 0):
        monkeypatch.setattr(frame_rows, "LARGE", large)
        with pytest.raises(InputError) as error:
            tca.fit_file(frame(**columns), **NAMES)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_no_row_of_a_large_table_is_read_by_itself(monkeypatch):
    """The table of all cells is not made; blocks have the names of their own curves only."""

    def refused(*_):
        raise AssertionError("all cells of a large table are read")

    monkeypatch.setattr(frame_rows, "table_from_frame", refused)
    monkeypatch.setattr(frame_rows, "ROWS_PER_BATCH", 1000)
    many = pd.concat([frame()] * 300, ignore_index=True)
    many["compound"] = np.repeat([f"C{k:05d}" for k in range(3600)], 6)
    fits = tca.fit_file(many, **NAMES, chunk=5000).to_frame()
    assert fits["compound"].tolist() == [f"C{k:05d}" for k in range(3600)]
    # Every twelve curves are the same readings.
    assert np.array_equal(fits["ic50_nM"][:12], fits["ic50_nM"][-12:], equal_nan=True)


def test_a_wide_table_is_read_by_its_columns(monkeypatch):
    rng = np.random.default_rng(9)
    x = np.arange(-9.0, -4.0, 0.5)
    y = 100 / (1 + 10 ** (x + 6.5)) + rng.normal(0, 3, (80, x.size))
    wide = pd.DataFrame(
        {"curve": [f"c{k}" for k in range(80)]} | dict(zip(map(str, x), y.T, strict=True))
    )
    whole, by_column = (
        (monkeypatch.setattr(frame_rows, "LARGE", large), tca.fit_file(wide).to_frame())[1]
        for large in (10**9, 0)
    )
    pd.testing.assert_frame_equal(by_column, whole)


@pytest.mark.parametrize("library", ["pandas", "arrow"])
def test_a_column_that_repeats_is_named_in_a_large_table_too(monkeypatch, library):
    given = frame()
    names = [*given.columns, "conc_uM"]
    repeated = pd.concat([given, given["conc_uM"]], axis=1)
    if library == "arrow":
        repeated = pa.table([pa.array(repeated.iloc[:, k]) for k in range(4)], names=names)
    whole, by_column = both_ways(monkeypatch, repeated)
    assert whole.unused == by_column.unused == ("repeated column 'conc_uM'",)
    pd.testing.assert_frame_equal(by_column.to_frame(), whole.to_frame())
