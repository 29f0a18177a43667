"""Any result in a notebook: its main table and a small figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from tricyclic.core.format import format_number
from tricyclic.io.frames import Columns
from tricyclic.plotting.drawing import Drawing, svg_bytes
from tricyclic.plotting.plot_style import DEFAULT
from tricyclic.registry import RENDERERS
from tricyclic.reports.figures import drawings_of
from tricyclic.reports.notebook_tables import study_html
from tricyclic.results.base import Renderable
from tricyclic.results.study_run import StudyRunResult

# Rows and columns of a table in a notebook; the whole one is `to_frame()`.
MAX_ROWS, MAX_COLUMNS = 12, 12
# Whole numbers below this are written with all digits.
LARGEST_COUNT = 1e6
# Tables of key numbers, shown in place of a long main table.
SHORT_TABLES = ("summary", "endpoints")


def result_html(result: Renderable) -> str:
    """The main table and the first figure; the text where the result has no table."""
    render = RENDERERS.find("frames", type(result), missing_ok=True)
    frames: dict[str, Columns] = {} if render is None else render(result)
    # A table is made when it is read, which takes seconds for many curves.
    known = (frames[one] for one in (*SHORT_TABLES, *frames) if one in frames)
    main: Columns = next((columns for columns in known if columns), {})
    table = _table(main) if main and _rows(main) else ""
    return f"<div>{table or _text(result)}{first_figure(result)}</div>"


def study_page_html(result: StudyRunResult) -> str:
    """The estimates and warnings of a study, and its first figure."""
    return study_html(result) + first_figure(result)


def first_figure(result: object) -> str:
    """The first figure of a result as SVG; empty where it has none."""
    drawing: Drawing | None = next(iter(drawings_of(result).values()), None)
    return "" if drawing is None else f"<div>{svg_bytes(drawing, DEFAULT).decode()}</div>"


def _text(result: Renderable) -> str:
    return f"<pre>{escape(result.summary())}</pre>"


def _rows(columns: Columns) -> int:
    return len(next(iter(columns.values()), ()))


def _table(columns: Columns) -> str:
    names = list(columns)[:MAX_COLUMNS]
    n = _rows(columns)
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in names)
    rows = "".join(
        f"<tr>{''.join(_cell(columns[name][k]) for name in names)}</tr>"
        for k in range(min(n, MAX_ROWS))
    )
    return f"<table><tr>{heads}</tr>{rows}</table>{_more(n, list(columns))}"


def _more(n_rows: int, names: Sequence[str]) -> str:
    """What the table leaves out."""
    left = [f"{n_rows - MAX_ROWS} more rows"] if n_rows > MAX_ROWS else []
    left += [f"{len(names) - MAX_COLUMNS} more columns"] if len(names) > MAX_COLUMNS else []
    return f"<p>{' and '.join(left)}: to_frame()</p>" if left else ""


def _cell(value: Any) -> str:
    is_number = not isinstance(value, str | bool) and value is not None
    if not is_number:
        text = "" if value is None else str(value)
        return f"<td style='text-align:left'>{escape(text)}</td>"
    text = "" if math.isnan(value) else _number(float(value))
    return f"<td style='text-align:right'>{escape(text)}</td>"


def _number(value: float) -> str:
    """Counts and other whole numbers without decimals."""
    is_count = value.is_integer() and abs(value) < LARGEST_COUNT
    return f"{value:.0f}" if is_count else format_number(value)
