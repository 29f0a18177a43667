"""Numbers, durations and tables as text: three significant figures, always with the unit."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

# From this duration on, days are written instead of hours.
DAYS_FROM_H = 72.0
GAP = "   "
# Least width in which a cell of text continues on further lines.
MIN_TEXT = 24
_TEXT_WIDTH: ContextVar[int | None] = ContextVar("text_width", default=None)


@contextmanager
def text_width(columns: int | None) -> Iterator[None]:
    """Fit tables and sentences to a number of columns inside the context; None: no limit."""
    token = _TEXT_WIDTH.set(columns)
    try:
        yield
    finally:
        _TEXT_WIDTH.reset(token)


def format_number(value: float, digits: int = 3) -> str:
    """Write a number to significant figures, with an exponent only where it is very large or small.

    0.8312 -> "0.831"; 5066.4 -> "5070"; 1.5e6 -> "1.5e6"; nan -> "not determined"; inf ->
    "unbounded".
    """
    if math.isnan(value):
        return "not determined"
    if math.isinf(value):
        return "unbounded"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if exponent >= 6 or exponent < -4:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(power)}"
    rounded = round(value, digits - 1 - exponent)
    return f"{rounded:.{max(0, digits - 1 - exponent)}f}"


def format_quantity(value: float, unit: str = "", digits: int = 3) -> str:
    """Write a number with its unit: "0.831 nM"; words that stand for a number have none."""
    number = format_number(value, digits)
    return f"{number} {unit}".rstrip() if math.isfinite(value) else number


def decimals_for_error(error: float, *, least: int = 2, most: int = 8) -> int:
    """Decimals that reach the second figure of a standard error; `least` without an error.

    For logarithms, whose figures before the point are only the order of magnitude: of -10.126 with
    an error of 0.0053, three figures leave both limits at -10.1.
    """
    if not (math.isfinite(error) and error > 0):
        return least
    return min(max(1 - math.floor(math.log10(error)), least), most)


def format_p(p: float, *, below: str = "below") -> str:
    """A probability in a sentence: "p = 0.03", "p below 0.0001"; with `below` as "<" in figures and
    tables: "p < 0.0001".
    """
    return f"p {below} 0.0001" if p < 1e-4 else f"p = {format_number(p, 2)}"


def format_confidence_interval(
    low: float, high: float, confidence: float = 0.95, digits: int = 3
) -> str:
    """Write a confidence interval: "95 % CI 0.68–1.10"; empty where it was not computed.

    An open side gives "95 % CI > 0.68" or "95 % CI < 1.10"; negative limits are joined by "to".
    """
    if math.isnan(low) and math.isnan(high):
        return ""
    name = f"{100 * confidence:g} % CI"
    if math.isinf(low) and math.isinf(high):
        return f"{name} unbounded"
    if math.isinf(high):
        return f"{name} > {format_number(low, digits)}"
    if math.isinf(low):
        return f"{name} < {format_number(high, digits)}"
    dash = "–" if low >= 0 else " to "
    return f"{name} {format_number(low, digits)}{dash}{format_number(high, digits)}"


def format_duration(time_h: float) -> str:
    """Write a duration: "45 min", "12.5 h", "13 d", "13 d 4.5 h"."""
    if time_h < 1:
        return f"{60 * time_h:.3g} min" if time_h else "0 h"
    if time_h < DAYS_FROM_H:
        return f"{time_h:.3g} h"
    days, remainder = divmod(round(time_h, 1), 24)
    return f"{days:.0f} d" + (f" {remainder:.3g} h" if remainder else "")


def number_range(values: Sequence[float]) -> str:
    """Least and largest of some numbers, as "8 to 20"; one number where they are printed alike."""
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return low if low == high else f"{low} to {high}"


def pluralize(count: int, noun: str, plural: str = "") -> str:
    """ "1 culture", "4 cultures"; with its own plural "2 plates or tables"."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def enumerate_words(words: Sequence[str]) -> str:
    """Words as in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def list_names(names: Sequence[str], most: int) -> str:
    """Names as a list; "and 3 more" at the end of one that is longer than `most`."""
    listed = ", ".join(names[:most])
    return f"{listed} and {len(names) - most} more" if len(names) > most else listed


def join_reasons(*reasons: str) -> str:
    """Reasons for one exclusion, each once: "bubble; probe moved"."""
    parts = (part.strip() for reason in reasons for part in reason.split("; "))
    return "; ".join(dict.fromkeys(filter(None, parts)))


def align_columns(rows: Sequence[Sequence[str]], *, indent: str = "  ") -> list[str]:
    """Rows of cells as lines with columns of equal width.

    Where the lines are wider than `text_width` the columns are divided into blocks, each of which
    begins with the first column again, as pandas and R print wide tables. A column of text that is
    too wide beside the first one continues on further lines.
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines: list[str] = []
    for block in _column_blocks(widths, len(indent)):
        lines += [""] if lines else []
        for row in rows:
            cells = [f"{row[k]:<{widths[k]}}" for k in block]
            lines += _wrapped_cell((indent + GAP.join(cells)).rstrip(), cells, len(indent))
    return lines


def fit_lines(text: str) -> str:
    """Sentences and headings of a text broken to `text_width`; rows of tables stay as they are."""
    lines = []
    for line in text.split("\n"):
        if GAP not in line.strip():
            lines.append(wrap_line(line))
        elif fits_width(len(line)) or line.startswith(" "):
            lines.append(line)
        else:
            # The parts of a heading below each other.
            first, *others = (part.strip() for part in line.split(GAP) if part.strip())
            lines += [wrap_line(first), *(wrap_line(f"  {part}") for part in others)]
    return "\n".join(lines)


def fits_width(columns: int) -> bool:
    """Whether a line of so many characters is within `text_width`."""
    limit = _TEXT_WIDTH.get()
    return limit is None or columns <= limit


def _wrapped_cell(line: str, cells: Sequence[str], indent: int) -> list[str]:
    """A line whose last cell continues below itself where it is too long."""
    limit = _TEXT_WIDTH.get()
    start = indent + sum(len(cell) + len(GAP) for cell in cells[:-1])
    if limit is None or len(line) <= limit or limit - start < MIN_TEXT or len(cells) < 2:
        return [line]
    pieces = textwrap.wrap(
        line[start:], limit - start, break_long_words=False, break_on_hyphens=False
    )
    return [line[:start] + pieces[0], *(" " * start + piece for piece in pieces[1:])]


def wrap_line(line: str, *, indent: str = "  ") -> str:
    """A long line broken to `text_width`, its continuation indented one step more."""
    width = _TEXT_WIDTH.get()
    if width is None or len(line) <= width:
        return line
    own = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=own,
        subsequent_indent=own + 2 * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _column_blocks(widths: Sequence[int], indent: int) -> list[list[int]]:
    limit = _TEXT_WIDTH.get()
    if limit is None or indent + sum(widths) + len(GAP) * (len(widths) - 1) <= limit:
        return [list(range(len(widths)))]
    blocks: list[list[int]] = []
    used = 0
    for k in range(1, len(widths)):
        if not blocks or used + len(GAP) + widths[k] > limit:
            blocks.append([0])
            used = indent + widths[0]
        blocks[-1].append(k)
        used += len(GAP) + widths[k]
    return blocks
