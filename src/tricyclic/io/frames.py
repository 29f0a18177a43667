"""DataFrames in and out: pandas, Polars, Arrow and all that narwhals knows; the one place that
imports narwhals and pandas, each when it is first needed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tricyclic.core.plate import row_letters
from tricyclic.core.table import DataTable
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError, brief
from tricyclic.io.cells_with_units import ColumnWithUnit, column_with_unit, number_of
from tricyclic.io.headings import unit_in_column_name
from tricyclic.numerals import NumberFormat, column_mark, decimal_of
from tricyclic.unit_table import UNKNOWN

if TYPE_CHECKING:
    import narwhals as nw
    import pandas as pd
    from narwhals.typing import IntoDataFrame, IntoLazyFrame

PandasFrame: TypeAlias = "pd.DataFrame"
AnyFrame: TypeAlias = "IntoDataFrame | IntoLazyFrame"
FrameColumn: TypeAlias = "nw.Series[Any]"
# Values by column name; None is a missing text, nan a missing number.
Columns: TypeAlias = Mapping[str, Sequence[Any] | np.ndarray]
# Largest whole number that a 64-bit float keeps; longer ones are names, not quantities.
LARGEST_WHOLE = 2**53
# Rows of the largest plate, of 1536 wells.
MAX_PLATE_ROWS = 32
_NAME = re.compile(r"0[0-9]")
MISSING_WORDS = frozenset({"", "nan", "none", "null", "<na>", "nat"})


def is_frame(given: object) -> bool:
    """Whether an object is a DataFrame of any library that narwhals knows.

    Notes
    -----
    No library of DataFrames is imported for it.
    """
    import narwhals as nw

    known = nw.dependencies
    lazy = known.is_polars_lazyframe(given) or known.is_dask_dataframe(given)
    return bool(_is_record_batch(given) or lazy or known.is_into_dataframe(given))


def table_from_frame(frame: IntoDataFrame | IntoLazyFrame, name: str = "DataFrame") -> DataTable:
    """The columns of a DataFrame as a table.

    Parameters
    ----------
    frame
        A DataFrame of pandas, Polars, Arrow, Modin, ...; a lazy one is collected. Named levels of
        an index of pandas are columns as well, and so are the row letters of a plate.
    name
        What messages call it.

    Returns
    -------
    DataTable
        Columns of numbers as float64, nan where a value is missing; other columns as text, ""
        where missing, but numbers where all their cells are numbers in text. The unit of a column
        of numbers is read from its name ("conc_nM"). Columns of one name are replicates and
        numbered, as in files; a copy of a column is left out. Rows are numbered from 0, as in the
        frame.

    Raises
    ------
    InputError
        If names of columns are not simple, or there are no rows.
    """
    columns, copies = frame_columns(frame, name)
    eager = list(columns.values())
    values: dict[str, np.ndarray] = {}
    text: dict[str, tuple[str, ...]] = {}
    for column, series in columns.items():
        cells = _cells(series)
        if isinstance(cells, np.ndarray):
            values[column] = cells
        else:
            text[column] = cells
    # Whole numbers that are names, and True and False, are no numbers in text.
    words = {
        column: text[column]
        for column, series in columns.items()
        if column in text and not _has_type_of_its_own(series)
    }
    units: dict[str, str] = {}
    for column, mark in decimal_marks(words).items():
        numbers = numbers_in_text(text[column], mark)
        if numbers is None and (read := with_units(text[column], column, mark)):
            numbers, units[column] = np.array(read.values), read.unit
        if numbers is not None:
            values[column] = numbers
            del text[column]
    return DataTable(
        name,
        tuple(columns),
        values,
        text,
        units={column: unit_in_column_name(column) for column in values} | units,
        lines=tuple(f"row {row} (from 0)" for row in range(len(eager[0]))),
        unused=copies,
    )


def frame_columns(
    frame: IntoDataFrame | IntoLazyFrame, name: str = "DataFrame"
) -> tuple[dict[str, nw.Series[Any]], tuple[str, ...]]:
    """The columns of a DataFrame by name, as Series of narwhals, with named levels of an index; and
    phrases that name columns that were left out as copies.

    Parameters and errors are those of `table_from_frame`.
    """
    import narwhals as nw

    copies: tuple[str, ...] = ()
    if _is_record_batch(frame):
        frame = nw.dependencies.get_pyarrow().Table.from_batches([frame])
    if nw.dependencies.is_pandas_like_dataframe(frame) or nw.dependencies.is_pyarrow_table(frame):
        frame = _with_index(frame)
        frame, copies = _with_own_names(frame)
    data = nw.from_native(frame)
    eager = data.collect() if isinstance(data, nw.LazyFrame) else data
    columns = [_name(column, name) for column in eager.columns]
    if not columns or not len(eager):
        raise InputError("has no rows", where=name, do="Pass the readings, one row for each")
    _check_repeated(columns, name)
    return {column: eager[:, position] for position, column in enumerate(columns)}, copies


def kind_of_column(series: FrameColumn) -> str:
    """ "numbers" or "text" where all cells of a column are such by its type; else ""."""
    import narwhals as nw

    kind = series.dtype
    if kind.is_numeric() and not kind.is_decimal():
        return "" if kind.is_integer() and _has_long_names(series) else "numbers"
    return "text" if kind in (nw.String, nw.Categorical, nw.Enum, nw.Object) else ""


def decimal_marks(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The decimal mark of each column of text: "." or ","; "either" where all its numbers are like
    "1,234", and no other column shows what that means; empty where they show none.

    Parameters
    ----------
    words : mapping
        Cells of each column; those that repeat need not be repeated here.
    """
    marks = {column: _decimal_mark(cells) for column, cells in words.items()}
    shown = {mark for mark in marks.values() if mark in (".", ",")}
    if len(shown) == 1:
        # Other columns of the table show what "1,234" means.
        marks = {
            column: next(iter(shown)) if mark == "either" else mark
            for column, mark in marks.items()
        }
    return marks


def pandas_frame(columns: Columns) -> pd.DataFrame:
    """Columns of equal length as a pandas DataFrame.

    Parameters
    ----------
    columns
        Values by name; None is a missing text. A single value counts for every row.

    Raises
    ------
    InputError
        If no column has rows, or their lengths differ.
    """
    import pandas as pd

    if columns and all(map(_is_single, columns.values())):
        name, value = next(iter(columns.items()))
        raise InputError(
            f"{name} is a single value: {brief(value)}",
            where="DataFrame",
            allowed="A column is a list or an array with one value for every row",
        )
    sizes = {str(name): len(values) for name, values in columns.items() if np.ndim(values)}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} {size}" for name, size in list(sizes.items())[:6])
        raise InputError(
            "the columns have different lengths",
            where="DataFrame",
            allowed=f"Each has one value for every row, and these have: {listed}",
        )
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def is_records(given: object) -> bool:
    """Whether an object is a list of rows, each a mapping of columns to one value, or an array of
    NumPy with named fields.
    """
    if isinstance(given, np.ndarray):
        return given.dtype.names is not None and given.ndim == 1
    return (
        isinstance(given, list | tuple)
        and bool(given)
        and all(isinstance(row, Mapping) and row for row in given)
        and not any(np.ndim(value) for row in given for value in row.values())
    )


def frame_of_records(rows: Sequence[Mapping[str, Any]] | np.ndarray) -> pd.DataFrame:
    """Rows as a pandas DataFrame; what a row lacks is missing."""
    import pandas as pd

    return pd.DataFrame(rows if isinstance(rows, np.ndarray) else list(rows))


def column_name(given: Any, data: object) -> Any:
    """The name of a column that is given by itself, as in by=df["plate"]; another object as it is.

    Parameters
    ----------
    given
        A text, or the column of a DataFrame.
    data
        The table, of which the column must be one with the same values.
    """
    name = getattr(given, "name", None)
    if not isinstance(name, str) or not hasattr(given, "dtype"):
        return given
    try:
        own = data[name]  # type: ignore[index]  # a mapping or a DataFrame, or no table at all
    except Exception:  # each library of DataFrames has its own error for a missing column
        return given
    if own is given:
        return name
    a, b = list(own), list(given)
    same = len(a) == len(b) and all(
        x is y or x == y or (x != x and y != y) for x, y in zip(a, b, strict=True)
    )
    return name if same else given


def _is_record_batch(given: object) -> bool:
    """Whether an object is a piece of an Arrow table, which narwhals does not know."""
    import narwhals as nw

    arrow = nw.dependencies.get_pyarrow()
    return arrow is not None and isinstance(given, arrow.RecordBatch)


def _is_single(values: object) -> bool:
    """Whether a column is one value, such as 1 or "desipramine"."""
    return isinstance(values, str | bytes) or not isinstance(values, Iterable)


def _column(values: Sequence[Any] | np.ndarray) -> Any:
    return values if isinstance(values, np.ndarray) or _is_single(values) else list(values)


def _with_index(frame: Any) -> Any:
    """A frame of pandas with the named levels of its index as columns."""
    import narwhals as nw

    if not nw.dependencies.is_pandas_like_dataframe(frame):
        return frame
    if _is_plate_grid(frame):
        return frame.rename_axis(index="row").reset_index()
    # A level beside a column of its name, as after set_index(..., drop=False), is that column.
    columns = set(frame.columns)
    named = [
        level
        for level, label in enumerate(frame.index.names)
        if label is not None and label not in columns
    ]
    return frame.reset_index(level=named) if named else frame


def _is_plate_grid(frame: Any) -> bool:
    """Whether a frame is a plate as it looks: rows A, B, ... in the index, columns 1, 2, ..."""
    if len(frame.index) > MAX_PLATE_ROWS:
        return False
    rows, columns = list(frame.index), [str(column) for column in frame.columns]
    letters = [row_letters(k) for k in range(min(len(rows), MAX_PLATE_ROWS))]
    return bool(rows) and rows == letters and columns == [str(k + 1) for k in range(len(columns))]


def _with_own_names(frame: Any) -> tuple[Any, tuple[str, ...]]:
    """A frame in which each column has its own name, and phrases that name copies; only pandas and
    Arrow have repeated names.
    """
    is_arrow = hasattr(frame, "column_names")
    if not (is_arrow or hasattr(frame, "iloc")):
        return frame, ()
    names = list(frame.column_names if is_arrow else frame.columns)
    texts = [str(one) for one in names]
    if len(set(texts)) == len(texts) or any(isinstance(one, tuple) for one in names):
        return frame, ()

    def column(k: int) -> Any:
        return frame.column(k) if is_arrow else frame.iloc[:, k].reset_index(drop=True)

    copies = [
        k
        for k, name in enumerate(texts)
        if texts.index(name) < k and column(k).equals(column(texts.index(name)))
    ]
    kept = [k for k in range(len(texts)) if k not in copies]
    own: list[str] = []
    for k in kept:
        same = [other for other in kept if texts[other] == texts[k]]
        own.append(f"{texts[k]} {same.index(k) + 1}" if len(same) > 1 else texts[k])
    if is_arrow:
        frame = frame.from_arrays([frame.column(k) for k in kept], names=own)
    else:
        frame = frame.iloc[:, kept].set_axis(own, axis=1)
    return frame, quoted("repeated column", [texts[k] for k in copies])


def _check_repeated(columns: Sequence[str], name: str) -> None:
    counts = Counter(columns)
    repeated = next((column for column in columns if counts[column] > 1), None)
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
        return floats_of(series)
    missing = series.is_null().to_list()
    # Names of curves and plates repeat for each reading.
    known: dict[str, str] = {}
    texts = []
    typed = False
    for cell, is_missing in zip(series.to_list(), missing, strict=True):
        if is_missing:
            texts.append("")
        elif type(cell) is str:
            if (text := known.get(cell)) is None:
                text = known[cell] = cell_text(cell)
            texts.append(text)
        else:
            typed = typed or isinstance(cell, float | int)
            texts.append(cell_text(cell))
    if typed and column_mark(known.values()) == ",":
        # Numbers among which some are texts with a decimal comma, as in a workbook.
        point = {text: _with_point(text) for text in known.values()}
        return tuple(point.get(text, text) for text in texts)
    return tuple(texts)


def _with_point(text: str) -> str:
    """A number with a decimal comma as one with a point; another text as it is."""
    if decimal_of(text)[0] != ",":
        return text
    value = NumberFormat(",").read(text)
    return text if value is None else repr(value)


def _decimal_mark(cells: Sequence[str]) -> str:
    """The decimal mark of a column of text: "." or ","; "either" where all its numbers are like
    "1,234", which may be 1234 or 1.234; empty where they show none.
    """
    pairs = [decimal_of(cell) for cell in set(cells)]
    marks = {mark for mark, _ in pairs if mark}
    if marks:
        return "," if marks == {","} else "."
    return "either" if any(either == "," for _, either in pairs) else ""


def numbers_in_text(cells: Sequence[str], mark: str) -> np.ndarray | None:
    """A column of text as numbers where all its cells are numbers with this decimal mark."""
    # A zero in front, as in "00123", makes a name of a number.
    different = dict.fromkeys(cells)
    different.pop("", None)
    if not different or mark == "either" or any(_NAME.match(cell) for cell in different):
        return None
    numbers = NumberFormat(mark or ".")
    known = {"": math.nan}
    for cell in different:
        value = numbers.read(cell)
        if value is None:
            return None
        known[cell] = value
    return np.array([known[cell] for cell in cells], float)


def with_units(cells: Sequence[str], column: str, mark: str) -> ColumnWithUnit | None:
    """Numbers of a column whose cells have their unit, which the name does not contradict."""
    read = column_with_unit(cells, mark or column_mark(map(number_of, cells)) or ".")
    if read is None or read.words:
        return None
    return read if unit_in_column_name(column) in (UNKNOWN, "", read.unit) else None


def _has_type_of_its_own(series: nw.Series[Any]) -> bool:
    import narwhals as nw

    kind = series.dtype
    return kind == nw.Boolean or (kind.is_numeric() and not kind.is_decimal())


def floats_of(series: nw.Series[Any]) -> np.ndarray:
    """A column of numbers as floats, nan where one is missing, shape (rows,)."""
    import narwhals as nw

    series = series.cast(nw.Float64)
    plain = series.to_numpy()
    if plain.dtype.kind == "f":
        return np.asarray(plain, float)
    missing = series.is_null().to_numpy()
    pairs = zip(series.to_list(), missing.tolist(), strict=True)
    return np.array([math.nan if is_missing else cell for cell, is_missing in pairs], float)


def _has_long_names(series: nw.Series[Any]) -> bool:
    """Whether a column of whole numbers has some that a float would change, such as barcodes."""
    largest, least = series.max(), series.min()
    return any(
        bound is not None and bound == bound and abs(int(bound)) > LARGEST_WHOLE
        for bound in (largest, least)
    )


def cell_text(cell: Any) -> str:
    """A cell as text, "" where it is missing; whole numbers without a decimal point."""
    if isinstance(cell, float) and math.isnan(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time.min:
        # A day, which pandas and Polars keep as its midnight.
        return cell.date().isoformat()
    text = str(cell).strip()
    return "" if text.lower() in MISSING_WORDS else text
