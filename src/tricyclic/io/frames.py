"""DataFrames in and out: pandas, Polars, Arrow and all that narwhals knows; the one place that
imports narwhals and pandas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw
import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import NumberFormat

if TYPE_CHECKING:
    import pandas as pd
    from narwhals.typing import IntoDataFrame, IntoLazyFrame

PandasFrame: TypeAlias = "pd.DataFrame"
# Values by column name; None is a missing text, nan a missing number.
Columns: TypeAlias = Mapping[str, Sequence[Any] | np.ndarray]
# Largest whole number that a 64-bit float keeps; longer ones are names, not quantities.
LARGEST_WHOLE = 2**53
_NAME = re.compile(r"0[0-9]")
MISSING_WORDS = frozenset({"", "nan", "none", "null", "<na>", "nat"})


def is_frame(given: object) -> bool:
    """Whether an object is a DataFrame of any library that narwhals knows.

    Notes
    -----
    No library of DataFrames is imported for it.
    """
    known = nw.dependencies
    lazy = known.is_polars_lazyframe(given) or known.is_dask_dataframe(given)
    return bool(lazy or known.is_into_dataframe(given))


def table_from_frame(frame: IntoDataFrame | IntoLazyFrame, name: str = "DataFrame") -> DataTable:
    """The columns of a DataFrame as a table.

    Parameters
    ----------
    frame
        A DataFrame of pandas, Polars, Arrow, Modin, ...; a lazy one is collected. Named levels of
        an index of pandas are columns as well.
    name
        What messages call it.

    Returns
    -------
    DataTable
        Columns of numbers as float64, nan where a value is missing; other columns as text, ""
        where missing, but numbers where all their cells are numbers in text. The unit of a column
        of numbers is read from its name ("conc_nM"). Rows are numbered from 0, as in the frame.

    Raises
    ------
    InputError
        If names of columns are repeated or not simple, or there are no rows.
    """
    if nw.dependencies.is_pandas_like_dataframe(frame) or nw.dependencies.is_pyarrow_table(frame):
        frame = _with_index(frame)
        _check_names(frame, name)
    data = nw.from_native(frame)
    eager = data.collect() if isinstance(data, nw.LazyFrame) else data
    columns = [_name(column, name) for column in eager.columns]
    if not columns or not len(eager):
        raise InputError("has no rows", where=name, do="Pass the readings, one row for each")
    values: dict[str, np.ndarray] = {}
    text: dict[str, tuple[str, ...]] = {}
    for position, column in enumerate(columns):
        cells = _cells(eager[:, position])
        if isinstance(cells, np.ndarray):
            values[column] = cells
        else:
            text[column] = cells
    return DataTable(
        name,
        tuple(columns),
        values,
        text,
        units={column: unit_in_column_name(column) for column in values},
        lines=tuple(f"row {row} (from 0)" for row in range(len(eager))),
    )


def pandas_frame(columns: Columns) -> pd.DataFrame:
    """Columns of equal length as a pandas DataFrame.

    Parameters
    ----------
    columns
        Values by name; None is a missing text.
    """
    import pandas as pd

    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: Sequence[Any] | np.ndarray) -> Any:
    return values if isinstance(values, np.ndarray) else list(values)


def _with_index(frame: Any) -> Any:
    """A frame of pandas with the named levels of its index as columns."""
    if not nw.dependencies.is_pandas_like_dataframe(frame):
        return frame
    named = [level for level, label in enumerate(frame.index.names) if label is not None]
    return frame.reset_index(level=named) if named else frame


def _check_names(frame: Any, name: str) -> None:
    """Refuse repeated names, which only pandas and Arrow have."""
    given: Sequence[Any] = getattr(frame, "column_names", frame.columns)
    columns = [str(column) for column in given if isinstance(column, str | int | float)]
    repeated = next((column for column in columns if columns.count(column) > 1), None)
    if repeated is not None:
        raise InputError(
            f"column '{repeated}' appears twice", where=name, do="Give each column its own name"
        )


def _name(column: Any, frame: str) -> str:
    """The name of a column as text."""
    if isinstance(column, tuple):
        raise InputError(
            f"column {column!r} has several levels",
            where=frame,
            allowed="A column has one name",
            do="Join the levels, as in df.columns = ['_'.join(c) for c in df.columns]",
        )
    return str(column)


def _cells(series: nw.Series[Any]) -> np.ndarray | tuple[str, ...]:
    """A column as numbers, or as text where not all its cells are numbers."""
    kind = series.dtype
    if kind.is_numeric() and not kind.is_decimal():
        if kind.is_integer() and _has_long_names(series):
            cells = zip(series.to_list(), series.is_null().to_list(), strict=True)
            return tuple("" if is_missing else str(cell) for cell, is_missing in cells)
        return _floats(series.cast(nw.Float64))
    missing = series.is_null().to_list()
    texts = tuple(
        "" if is_missing else _text(cell)
        for cell, is_missing in zip(series.to_list(), missing, strict=True)
    )
    filled = [cell for cell in texts if cell]
    numbers = NumberFormat(".")
    # A zero in front, as in "00123", makes a name of a number.
    has_names = any(_NAME.match(cell) for cell in filled)
    if (
        kind != nw.Boolean
        and filled
        and not has_names
        and all(numbers.read(cell) is not None for cell in filled)
    ):
        read = [numbers.read(cell) if cell else None for cell in texts]
        return np.array([math.nan if value is None else value for value in read], float)
    return texts


def _floats(series: nw.Series[Any]) -> np.ndarray:
    missing = series.is_null().to_numpy()
    if not missing.any():
        return np.asarray(series.to_numpy(), float)
    pairs = zip(series.to_list(), missing.tolist(), strict=True)
    return np.array([math.nan if is_missing else cell for cell, is_missing in pairs], float)


def _has_long_names(series: nw.Series[Any]) -> bool:
    """Whether a column of whole numbers has some that a float would change, such as barcodes."""
    largest, least = series.max(), series.min()
    return any(
        bound is not None and bound == bound and abs(int(bound)) > LARGEST_WHOLE
        for bound in (largest, least)
    )


def _text(cell: Any) -> str:
    """A cell as text, "" where it is missing; whole numbers without a decimal point."""
    if isinstance(cell, float) and math.isnan(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE:
        return str(int(cell))
    text = str(cell).strip()
    return "" if text.lower() in MISSING_WORDS else text
