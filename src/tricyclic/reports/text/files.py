"""The content of raw files, and a converted quantity, as text."""

from __future__ import annotations

from tricyclic.core.format import fits_width
from tricyclic.core.plate import row_letters
from tricyclic.reports.text.chromatograms import injection_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.files import ConvertResult, FileContentResult, FileItem

# Least width of a reading in a grid.
MIN_WIDTH = 9


def file_content_text(result: FileContentResult) -> str:
    """Reader and hash of the file, then each plate, table and chromatogram."""
    head = f"{result.file}   read by {result.reader}   sha256 {result.sha256[:12]}…"
    lines = [head]
    for item in result.items:
        if item.kind != "chromatogram":
            lines += _item(item)
    several = len(result.injections) > 1
    for one in result.injections:
        lines += injection_lines(one, head=one.file if several else "")
    unused = dict.fromkeys(
        part for item in result.items if item.kind != "chromatogram" for part in item.unused
    )
    for one in result.injections:
        at = f"{one.file}: " if several else ""
        unused |= dict.fromkeys(f"{at}{part}" for part in one.unused)
    return "\n".join([*lines, *unused_lines(tuple(unused))])


def convert_text(result: ConvertResult) -> str:
    """The quantity in its new unit, then the steps."""
    head = f"{result.input} = {result.value:.10g} {result.unit}"
    return "\n".join([head, *(f"  {step}" for step in result.steps)])


def _item(item: FileItem) -> list[str]:
    counted = "wells" if item.kind == "plate" else "rows"
    lines = [f"{item.kind} {item.name}   {item.size} {counted}   {item.unit}".rstrip()]
    lines += [f"  {note}" for note in item.notes[1:]]
    lines += [f"  flag {flag}" for flag in item.flags]
    lines += [f"  column {column}" for column in item.columns]
    width = len(row_letters(max(len(item.values) - 1, 0)))
    rows = [["-" if value is None else f"{value:g}" for value in row] for row in item.values]
    longest = max((len(cell) + 1 for row in rows for cell in row), default=0)
    columns = max(map(len, rows), default=0)
    # A narrow terminal shows the wells closer together.
    wide = max(MIN_WIDTH, longest) if fits_width(3 + width + columns * MIN_WIDTH) else longest
    lines += [
        f"  {row_letters(number):{width}}" + "".join(f"{cell:>{wide}}" for cell in row)
        for number, row in enumerate(rows)
    ]
    return lines
